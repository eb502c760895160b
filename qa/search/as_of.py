"""What an archive read on a day: text that came later gives way to the text of before.

Only the newest revision of an article is indexed, so that is what is found. Asked as of a day, a
find in a revision that came later becomes the passage of the revision of that day which has most
words in common with it, so that what is quoted is what stood there, or nothing. Where that one is
not kept, the find stays and is marked (`Article.later_than`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from qa.citations import cite
from qa.passages import Cut, PassageSize, cut
from qa.question.exact_words import (
    comparable,
    excluded_terms,
    is_shouted,
    phrase_pattern,
    shouted_pattern,
)
from qa.question.understanding import Understood
from qa.records import Article, Hit, Passage
from qa.revisions import dated
from qa.search.explaining import matched_words
from qa.search.retrieval import Retrieval
from qa.storage.store import Store
from qa.text.analysis import terms


def end_of(day: date) -> datetime:
    """The moment a day (UTC) ends."""
    if day == date.max:
        return datetime.max.replace(tzinfo=UTC)
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def read_otherwise(
    store: Store, generation: int, articles: Iterable[Article], end: datetime
) -> tuple[set[str], set[str]]:
    """The articles that had another text before a moment, and those of which it is not kept.

    Returns:
        The ids of either.
    """
    then = {each.id: (each, _text(store, generation, each, end)) for each in articles}
    unkept = {number for number, (_, text) in then.items() if text is None}
    other = {number for number, (now, text) in then.items() if text is not now}
    return other - unkept, unkept


def as_it_read(found: Retrieval, hits: Sequence[Hit], store: Store, size: PassageSize) -> list[Hit]:
    """The finds as their articles read on the day that was asked as of, best first.

    Args:
        found: The search.
        hits: What it found, in the articles as they are now.
        store: Of the index.
        size: How long passages are.

    Returns:
        The finds themselves where no day was named. Fewer where nothing in an article was like
        what was found, or two finds are one passage of before.
    """
    day = found.understood.as_of
    if day is None:
        return list(hits)
    kept: dict[tuple[str, int], Hit] = {}
    for hit in hits:
        then = _text(store, found.generation.manifest.generation, hit.article, end_of(day))
        if then is None:
            read: Hit | None = _cited(hit, replace(hit.article, later_than=day), hit.passage)
        elif then is hit.article:
            read = hit
        else:
            read = _before(found, hit, replace(then, later=hit.article.later or hit.article), size)
        if read is not None:
            kept.setdefault((read.article.id, read.passage.start), read)
    return [
        replace(hit, rank=rank, citation=replace(hit.citation, number=rank))
        for rank, hit in enumerate(kept.values(), 1)
    ]


def _text(store: Store, generation: int, now: Article, end: datetime) -> Article | None:
    """The newest of an article's revisions of before a moment; None where that is not kept.

    The article itself, where that is it.
    """
    if now.revision == 1:  # as nearly all are: nothing to look up
        return None if now.updated_at is not None and now.updated_at >= end else now
    texts = dated(store, generation, now)
    return next((text for text, began in reversed(texts) if began and began < end), None)


def _before(found: Retrieval, hit: Hit, then: Article, size: PassageSize) -> Hit | None:
    """A find in an article as it read before; None where nothing there was like it."""
    counterpart = _counterpart(hit.passage.text, then, size)
    if counterpart is None:
        return None
    ordinal, place = counterpart
    text = then.text[place.start : place.end]
    if not _admits(found.understood, f"{then.title}\n{text}", then.language):
        return None
    passage = Passage(
        id=-hit.passage.id,
        article_id=then.id,
        ordinal=ordinal,
        start=place.start,
        end=place.end,
        text=text,
        sentences=place.sentences,
    )
    explanation = hit.explanation
    if explanation is not None:
        rarity = found.question.rarity(found.generation.lexical)
        words = matched_words(found.question, passage, then, rarity)
        explanation = replace(explanation, words=words)
    return replace(_cited(hit, then, passage), explanation=explanation)


def _counterpart(passage: str, then: Article, size: PassageSize) -> tuple[int, Cut] | None:
    """The passage of another text with most words in common, after how many others it stands."""
    words = set(terms(passage, then.language))
    cuts = cut(then.text, size, then.language)
    common = [
        len(words.intersection(terms(then.text[part.start : part.end], then.language)))
        for part in cuts
    ]
    if not any(common):
        return None
    ordinal = common.index(max(common))
    return ordinal, cuts[ordinal]


def _admits(understood: Understood, text: str, language: str | None) -> bool:
    """Whether a passage has the phrases that it must have, and nothing that it must not."""
    written = comparable(text)
    held = set(terms(text, language))
    return (
        all(phrase_pattern(phrase).search(written) for phrase in understood.phrases)
        and not any(phrase_pattern(phrase).search(written) for phrase in understood.unwanted)
        and not any(
            held.issuperset(found)
            for word in understood.excluded
            for found in excluded_terms(word, language)
        )
        and not any(
            shouted_pattern(word).search(text) for word in filter(is_shouted, understood.excluded)
        )
    )


def _cited(hit: Hit, article: Article, passage: Passage) -> Hit:
    citation = cite(hit.rank, article, passage.start, passage.end, passage.text)
    return replace(hit, article=article, passage=passage, citation=citation)
