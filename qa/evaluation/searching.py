"""Put a dataset's questions to an index: rankings of documents, quotes, refusals, times."""

from __future__ import annotations

import re
import string
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from qa.archive import ANSWER_DEPTH, Archive
from qa.embedding.remembering import Remembering
from qa.errors import InputError
from qa.evaluation.dataset import Query
from qa.evaluation.indexing import Indexed
from qa.evaluation.measures import DEPTH
from qa.protocols import Embedder, OnProgress, Progress
from qa.question.understanding import understand
from qa.reading.cleaning import clean_line
from qa.records import Hit
from qa.request import make_request
from qa.search.narrowing import known_of
from qa.search.retrieval import Retrieval
from qa.settings import Settings

ARMS: Final = ("lexical", "dense", "hybrid")
"""Each arm alone, and the product as it is set."""

QUOTES: Final = 3
"""Quotes and passages that are looked at for an answer."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the product made of one question.

    Attributes:
        answered: Whether it answered.
        confidence: Its estimate that the archive holds the answer, 0 to 1.
        quotes: For each of the first quotes, given or withheld, whether it holds an answer.
        passages: For each of the first passages, likewise.
    """

    answered: bool
    confidence: float
    quotes: tuple[bool, ...]
    passages: tuple[bool, ...]
    known: bool = True


def arm_settings(settings: Settings, arm: str) -> Settings:
    """The settings that give one arm's ranking; "hybrid" leaves them as they are.

    With all weight on one arm the fused order is that arm's among the passages that it found.
    Late interaction, which looks at those of both, is off.
    """
    if arm == "hybrid":
        return settings
    weight = 1.0 if arm == "dense" else 0.0
    return replace(settings, fusion="convex", dense_weight=weight, late_weight=0.0, reranker="")


def day_of(query: Query, as_of: bool) -> date | None:
    """The day a question is asked on, where it is to be asked so.

    Raises:
        InputError: The dataset's day cannot be read.
    """
    if not as_of or query.as_of is None:
        return None
    try:
        return date.fromisoformat(query.as_of.strip()[:10])
    except ValueError as error:
        raise InputError(
            f"query {query.id}: as_of must be a day like 2025-07-31, not {query.as_of!r}"
        ) from error


def unaskable(queries: Iterable[Query], indexed: Indexed, settings: Settings) -> dict[str, str]:
    """Why questions cannot be asked of an index, by id: `publisher:Nobody` is an error there.

    Judgements outlast the articles of a publisher, and datasets have what looks like an operator.
    """
    archive = Archive(indexed.index, settings)
    known = known_of(archive.retriever.generation(), archive.retriever.store)
    reasons: dict[str, str] = {}
    for query in queries:
        try:
            understand(query.text, known)
        except InputError as error:
            reasons[query.id] = str(error)
    archive.close()
    return reasons


class Searcher:
    """One arm of one index.

    Args:
        indexed: The index.
        settings: The product's.
        embedder: The model of `settings.model`.
        arm: Which of `ARMS`.
        as_of: Whether to ask each question as of its day, see `Retriever.search`.
    """

    def __init__(
        self,
        indexed: Indexed,
        settings: Settings,
        embedder: Embedder,
        arm: str,
        *,
        as_of: bool = False,
    ) -> None:
        self._ids = indexed.ids
        self._arm = arm
        self._as_of = as_of
        self._embedder = Remembering(embedder, 1)
        self._archive = Archive(indexed.index, arm_settings(settings, arm))
        self._archive.retriever.embedder = self._embedder

    def search(self, query: Query) -> tuple[Retrieval, float]:
        """Search as for an answer.

        Returns:
            What was found, and the milliseconds it took with embedding the question.
        """
        self._embedder.forget()
        began = time.perf_counter()
        found = self._retrieve(query, ANSWER_DEPTH)
        return found, (time.perf_counter() - began) * 1000

    def documents(self, query: Query) -> list[str]:
        """The first `DEPTH` documents, each at the rank of its best passage.

        First those that the search finds at its own depth. Where these are too few, a deeper
        search adds others below them; it would order the first ones otherwise, since fused scores
        are scaled over all that was found.
        """
        found: dict[str, None] = {}
        k = max(self._archive.settings.depth, ANSWER_DEPTH)
        while True:
            hits = self._of_arm(self._retrieve(query, k).hits)
            found.update(dict.fromkeys(self._id(hit) for hit in hits))
            if len(found) >= DEPTH or len(hits) < k:
                return list(found)[:DEPTH]
            k *= 2

    def judge(self, found: Retrieval, answers: Sequence[str]) -> Judged:
        """What the product answers from what it found."""
        finding = self._archive.find(found)
        passages = tuple(holds(hit.passage.text, answers) for hit in found.hits[:QUOTES])
        if finding is None:
            return Judged(False, 0.0, (), passages, bool(answers))
        quotes = (q.article.text[q.start : q.end] for q in finding.quotes[:QUOTES])
        return Judged(
            answered=finding.answered and bool(finding.quotes),
            confidence=finding.confidence,
            quotes=tuple(holds(quote, answers) for quote in quotes),
            passages=passages,
            known=bool(answers),
        )

    def close(self) -> None:
        """Close the index."""
        self._archive.close()

    def _retrieve(self, query: Query, k: int) -> Retrieval:
        # Documents are judged one by one, copies too.
        request = make_request(query.text, as_of=day_of(query, self._as_of), all_copies=True)
        return self._archive.retriever.find(request, k)

    def _of_arm(self, hits: Sequence[Hit]) -> list[Hit]:
        if self._arm == "hybrid":
            return list(hits)
        found = [hit for hit in hits if getattr(hit, self._arm) is not None]
        # By the arm's own ranks: to the fusion, scores that differ by a rounding are equal.
        return sorted(found, key=lambda hit: int(getattr(hit, self._arm).rank))

    def _id(self, hit: Hit) -> str:
        # What a sync has added since is no document of the dataset, nor relevant.
        return self._ids.get((hit.article.source, hit.article.position), hit.article.id)


def in_steps(
    queries: Sequence[Query], stage: str, on_progress: OnProgress
) -> Iterator[tuple[int, Query]]:
    """The questions with their numbers from 0, telling how far they are."""
    for number, query in enumerate(queries):
        on_progress(Progress(stage, number, len(queries)))
        yield number, query
    on_progress(Progress(stage, len(queries), len(queries)))


def normalise(text: str) -> str:
    """As SQuAD's evaluation does: lower case, no punctuation, no articles, single spaces.

    Cleaned before as the texts are: composed accents, nothing invisible.

    Rajpurkar et al., "SQuAD: 100,000+ Questions for Machine Comprehension of Text" (EMNLP 2016).
    """
    bare = "".join(c for c in clean_line(text).lower() if not _is_punctuation(c))
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", bare).split())


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether a text contains one of the answers, both normalised."""
    normal = normalise(text)
    # "19" is not in "1900", which was "1,900".
    return any(
        answer and re.search(rf"(?<!\d){re.escape(answer)}(?!\d)", normal)
        for answer in map(normalise, answers)
    )


def _is_punctuation(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")
