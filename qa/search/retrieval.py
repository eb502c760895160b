"""What one search found, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from qa.protocols import Embedding
from qa.question.names import Known
from qa.question.query import Question
from qa.question.understanding import Understood
from qa.records import Explanation, Filters, Hit
from qa.search.explaining import matched_words
from qa.search.ranking import Ranked
from qa.storage.searchable import Searchable


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What one search found, with what an answer needs beyond the hits.

    Attributes:
        question: The question, analysed: without its operators.
        understood: What else it says.
        filters: What the search was restricted to: what was given, and what was understood.
        query: The question, embedded; None where the search found nothing to embed it for.
        hits: Best first.
        embeddings: Of passages that were read for ranking, by passage id.
        generation: The generation searched.
        known: Its publishers, authors and the like.
        timings_ms: "embed" and "search".
    """

    question: Question
    understood: Understood
    filters: Filters
    query: Embedding | None
    hits: list[Hit]
    generation: Searchable
    known: Known
    timings_ms: dict[str, float]
    embeddings: Mapping[int, Embedding] = field(default_factory=dict)


def explained(found: Retrieval, hit: Hit, row: Ranked) -> Explanation:
    """Why a passage stands where it does."""
    rarity = found.question.rarity(found.generation.lexical)
    return Explanation(
        words=matched_words(found.question, hit.passage, hit.article, rarity),
        lexical_share=row.lexical_share,
        dense_share=1 - row.lexical_share - row.late_share,
        late_share=row.late_share,
        late=row.late,
        recency=row.factor,
        filters=told_filters(found),
    )


def told_filters(found: Retrieval) -> tuple[str, ...]:
    """What a search was restricted to, each in a few words."""
    asked, understood = found.filters, found.understood
    restricted = Understood(
        text="",
        phrases=understood.phrases,
        excluded=understood.excluded,
        unwanted=understood.unwanted,
        publisher=asked.publisher,
        agency=asked.agency,
        author=asked.author,
        language=asked.language,
        after=asked.after,
        before=asked.before,
    )
    return restricted.told()
