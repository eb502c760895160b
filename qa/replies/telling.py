"""What the records of an archive tell of articles: who wrote those about the ferry, and when.

An article is about a topic where its title and lead, its first passage, hold all words of it; one
that has them only further down mentions it. Words are those that are searched for: stems, in all
languages of the archive. What is told are fields of the articles, each of which is quoted too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np

from qa import listing, versions
from qa.bylines import people
from qa.citations import cite
from qa.facts import ArticleFacts, ArticlesAsked, Fact
from qa.overviews import Count, Facets, merged
from qa.passages import PassageSize, cut
from qa.protocols import Allowed, Ids
from qa.question.query import Question, Word
from qa.records import Article, Hit, Passage, Span
from qa.rows import agency_key, name_key, person_key, publisher_key
from qa.search.as_of import as_it_read, end_of
from qa.search.narrowing import CHECKED, narrowed
from qa.search.retrieval import Retrieval
from qa.storage.store import Store
from qa.text.analysis import term

MOST_QUOTED: Final = 10
"""Articles quoted: two for each of the five passages that an answer shows by default."""

_WRITING: Final = re.compile(
    r"\b(?:(?:wrote|writes|written|writing) (?:\w+ ){0,2}(?:about|on)|(?:reported|reporting) on)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the records tell, and the articles that it is told of.

    Attributes:
        facts: What they tell; `Fact.citations` count `quotes` from 1.
        quotes: Of some of the articles a sentence each: the one with most words of the topic.
        hits: The passages that these stand in, which nothing was ranked for.
    """

    facts: ArticleFacts
    quotes: tuple[tuple[Article, Span], ...]
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """An article, and the passage of it that is quoted."""

    article: Article
    passage: Passage
    score: float = 0.0


def tell(found: Retrieval, store: Store, size: PassageSize) -> Told | None:
    """What the records tell to a question about articles; None where it is none, or they do not.

    Args:
        found: The search for what the articles are about.
        store: Of the index.
        size: How long passages are.
    """
    asked, question = found.understood.asks, found.question
    if asked is None:
        return None
    words = content(question)
    if question.text and not words:
        return None
    understood = found.understood
    if not (question.text or understood.excluded or understood.unwanted):
        return _of_all(found, asked, store, size)
    about, mentioning, complete = _holding(found, words, store)
    if asked.titled:
        about, mentioning = [each for each in about if _is_called(found, each.article)], []
    if asked.mention:
        about, mentioning = [], about + mentioning
    if of_kind := [each for each in about if _is_kind(asked, each.article)]:
        asked, about = replace(asked, certain=True), of_kind
    articles = about or mentioning
    # "Who wrote about his illness in a memoir?" is answered by what articles say.
    if not asked.certain and (
        not (about or asked.mention)
        or any(_says_who(asked, question, words, each) for each in articles)
    ):
        return None
    kept = _ordered(articles, asked)
    held = [_held(asked, each.article) for each in kept]
    values = _values(asked, held)
    if not articles or (not values and not asked.certain):
        return None
    facts = ArticleFacts(
        asked,
        question.text,
        (),
        len(articles),
        mentions=len(mentioning) if about else 0,
        lacking=_lacking(asked, articles, held),
        only_mention=not about,
        complete=complete,
    )
    return _told(found, facts, values, kept, held, store, size)


def _is_called(found: Retrieval, article: Article) -> bool:
    """Whether an article's title is what stands in quotation marks, and no more."""
    return name_key(article.title) == name_key(found.understood.phrases[0])


def _is_kind(asked: ArticlesAsked, article: Article) -> bool:
    """Whether an article's title or byline says that it is the review, the column asked for."""
    called = f"{article.title}\n{article.author or ''}"
    return (
        bool(asked.kind)
        and re.search(rf"\b{re.escape(asked.kind)}\b", called, re.IGNORECASE) is not None
    )


def _says_who(
    asked: ArticlesAsked, question: Question, words: Sequence[Word], each: _Found
) -> bool:
    """Whether a passage says itself that somebody wrote about the topic, or tells of a review."""
    article = each.article
    forms = [_WRITING] + [re.compile(rf"\b{re.escape(asked.kind)}\b")] * bool(asked.kind)
    if not any(form.search(each.passage.text) for form in forms):
        return False
    sentences = (article.text[span.start : span.end] for span in each.passage.sentences)
    return any(
        any(form.search(text) for form in forms)
        and len(question.held(text, article.language)) >= len(words)
        for text in sentences
    )


def _holding(
    found: Retrieval, words: Sequence[Word], store: Store
) -> tuple[list[_Found], list[_Found], bool]:
    """The articles whose title and lead hold all words, the others that do, and if these are all.

    Of several versions of an article only the newest, or that of the day asked as of, is among
    them.
    """
    rows, complete = _rows(found, words, store)
    generation, question = found.generation, found.question
    number = generation.manifest.generation
    ids = generation.ids[rows].tolist()
    of = store.article_rows(ids)
    outdated = _outdated(found, store, set(of.values()))
    scores = dict(zip(ids, generation.lexical.scores(question.terms, rows).tolist(), strict=True))
    best: dict[str, _Found] = {}
    for passage, article in store.passages(ids, number).values():
        if of[passage.id] in outdated:
            continue
        before = best.get(article.id)
        if before is None or passage.ordinal < before.passage.ordinal:
            best[article.id] = _Found(article, passage, scores[passage.id])
    about = [each for each in best.values() if each.passage.ordinal == 0]
    return about, [each for each in best.values() if each.passage.ordinal], complete


def _rows(found: Retrieval, words: Sequence[Word], store: Store) -> tuple[Ids, bool]:
    """The rows that hold all words, and whether that is all of them."""
    generation, question = found.generation, found.question
    vector = np.zeros(generation.manifest.dimension, dtype=np.float32)
    if found.query is not None:
        vector = found.query.vector
    allowed: Allowed | None = narrowed(
        generation, store, found.understood, found.filters, question, vector
    )
    for word in words:
        allowed = generation.holding(allowed, word.forms)
    rows = generation.rows(allowed, CHECKED)
    if rows is not None:
        return rows, True
    best = generation.lexical.search(question.terms, CHECKED, allowed)
    return np.asarray(sorted(hit.row for hit in best), dtype=np.int64), False


def content(question: Question) -> list[Word]:
    """The words that an article about the topic holds, each once.

    Such questions are read in English, whose common words are none of them, though the few that
    are left of a question do not always tell its language.
    """
    words = {word.term: word for word in question.words if term(word.text) is not None}
    return [*words.values()]


def _outdated(found: Retrieval, store: Store, rows: Collection[int]) -> set[int]:
    """Those of the articles' rows that are of versions which another one stands for."""
    number, day = found.generation.manifest.generation, found.understood.as_of
    if day is None:
        return {*versions.later(store, number, rows)}
    late, newest = versions.premature(store, number, rows, end_of(day))
    return late | {*newest}


def _of_all(found: Retrieval, asked: ArticlesAsked, store: Store, size: PassageSize) -> Told | None:
    """The same of all articles that pass the filters, whose texts are not looked at."""
    number, filters = found.generation.manifest.generation, found.filters
    # Of the whole archive no one asks for all titles or days.
    if not filters and not (asked.order or asked.field == "count" or asked.field in _KEY_OF):
        return None
    outdated = _outdated(found, store, versions.linked(store, number))
    page, total = listing.article_page(
        store, number, "", filters, sort="published_at", descending=asked.order != "first",
        offset=0, limit=MOST_QUOTED, but=outdated,
    )  # fmt: skip
    kept = _ordered(
        (_Found(article, lead) for article in page for lead in _lead(article, size)), asked
    )
    if not total:
        return None
    held = [_held(asked, each.article) for each in kept]
    if asked.order or asked.field not in _KEY_OF:
        values = _values(asked, held)
    else:
        values = _named(asked, listing.facets(store, number, "", filters, outdated))
    # Those without a date come last: where the first ones have none, none has.
    lacking = 0 if values or asked.field == "count" else total
    facts = ArticleFacts(asked, "", (), total, lacking=lacking)
    return _told(found, facts, values, kept, held, store, size)


def _lead(article: Article, size: PassageSize) -> Iterator[Passage]:
    """The first passage of an article, if it has any; it is not looked up, and has no id."""
    for lead in cut(article.text, size, article.language)[:1]:
        text = article.text[lead.start : lead.end]
        yield Passage(0, article.id, 0, lead.start, lead.end, text, lead.sentences)


def _ordered(articles: Iterable[_Found], asked: ArticlesAsked) -> list[_Found]:
    """Those of the first or newest day; else all, the best first, of equal ones the newest."""
    if not asked.order:
        return sorted(articles, key=lambda each: (each.score, _when(each.article)), reverse=True)
    dated = [each for each in articles if each.article.published_at is not None]
    newest = asked.order == "newest"
    dated.sort(key=lambda each: _when(each.article), reverse=newest)
    return [each for each in dated if _day(each.article) == _day(dated[0].article)]


def _when(article: Article) -> datetime:
    return article.published_at or datetime.min.replace(tzinfo=UTC)


def _day(article: Article) -> str:
    """The day that an article states, which is shown with it too."""
    return article.published_at.date().isoformat() if article.published_at else ""


def _values(asked: ArticlesAsked, held: Iterable[Mapping[str, str]]) -> tuple[Count, ...]:
    """What articles have of the field that is asked for, and how many have each; see `_held`."""
    spellings: dict[str, Counter[str]] = {}
    for values in held:
        for key, written in values.items():
            spellings.setdefault(key, Counter())[written] += 1
    counts = [[Count(*one) for one in written.items()] for written in spellings.values()]
    if asked.field in _KEY_OF:
        return merged(counts)
    each = tuple(count for [count] in counts)
    return tuple(sorted(each)) if asked.field == "dates" else each


def _named(asked: ArticlesAsked, facets: Facets) -> tuple[Count, ...]:
    named = {
        "authors": facets.authors,
        "publishers": facets.publishers,
        "agencies": facets.agencies,
    }
    return named.get(asked.field, ())


def _held(asked: ArticlesAsked, article: Article) -> dict[str, str]:
    """What an article has of the field that is asked for, by how values are told apart."""
    if asked.field == "authors":
        return {person_key(name): name for name in people(article.author or "")}
    values = {
        "publishers": article.publisher,
        "agencies": article.agency,
        "dates": _day(article),
        "articles": article.title,
    }
    value = values.get(asked.field)
    return {_KEY_OF.get(asked.field, str)(value): value} if value else {}


_KEY_OF: Final[Mapping[str, Callable[[str], str]]] = {
    "authors": person_key,
    "publishers": publisher_key,
    "agencies": agency_key,
}


def _lacking(
    asked: ArticlesAsked, articles: Iterable[_Found], held: Iterable[Mapping[str, str]]
) -> int:
    """How many of the articles have no such field, or, in order of their days, no day."""
    if asked.order:
        return sum(each.article.published_at is None for each in articles)
    if asked.field in ("count", "articles"):
        return 0
    return sum(not values for values in held)


def _told(
    found: Retrieval,
    facts: ArticleFacts,
    values: Sequence[Count],
    kept: Sequence[_Found],
    held: Sequence[Mapping[str, str]],
    store: Store,
    size: PassageSize,
) -> Told:
    """Facts with the articles that are quoted for them: for each value one, while there is room."""
    asked, key = facts.asked, _KEY_OF.get(facts.asked.field, str)
    chosen = [*dict.fromkeys([*_first_of(asked, values, held), *range(len(kept))])]
    shown = [kept[n] for n in sorted(chosen[:MOST_QUOTED])]
    hits = [
        Hit(each.passage, each.article, each.score, rank, None, None,
            cite(rank, each.article, each.passage.start, each.passage.end, each.passage.text))
        for rank, each in enumerate(shown, 1)
    ]  # fmt: skip
    hits = as_it_read(found, hits, store, size)
    quotes = tuple((hit.article, _sentence(found, hit)) for hit in hits)
    if not values and asked.field != "count":
        quotes = ()
    holds = [(n, _held(asked, article)) for n, (article, _) in enumerate(quotes, 1)]
    numbered = [
        Fact(value.value, value.articles, tuple(n for n, of in holds if key(value.value) in of))
        for value in values
    ]
    if asked.field in _KEY_OF:  # of those with as many articles, the best found first
        numbered.sort(
            key=lambda fact: (-fact.articles, min(fact.citations, default=MOST_QUOTED + 1))
        )
    return Told(replace(facts, values=tuple(numbered)), quotes, tuple(hits))


def _first_of(
    asked: ArticlesAsked, values: Iterable[Count], held: Iterable[Mapping[str, str]]
) -> list[int]:
    """The place of the first article that has each value."""
    key, first = _KEY_OF.get(asked.field, str), dict[str, int]()
    for n, values_of in enumerate(held):
        for each in values_of:
            first.setdefault(each, n)
    return [first[of] for value in values if (of := key(value.value)) in first]


def _sentence(found: Retrieval, hit: Hit) -> Span:
    """The sentence of a passage that holds most words of the question; of several, the first."""
    article, question = hit.article, found.question

    def held(span: Span) -> int:
        return len(question.held(article.text[span.start : span.end], article.language))

    return max(hit.passage.sentences, key=held)
