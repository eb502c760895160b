"""From what was understood of a question to the rows of a generation that it leaves."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date, timedelta
from functools import cache, partial
from typing import Final

import numpy as np

from qa.lexical.spelling import is_near
from qa.protocols import Allowed, Floats, Ids
from qa.question.exact_words import (
    comparable,
    excluded_terms,
    is_shouted,
    phrase_pattern,
    shouted_pattern,
    variants,
    whole_words,
)
from qa.question.names import Known, Names
from qa.question.query import Question, Word
from qa.question.understanding import HALF_LIFE_DAYS, Understood
from qa.records import Filters
from qa.rows import NO_DAY, days
from qa.storage.searchable import Searchable
from qa.storage.store import Store
from qa.text.analysis import fold, term, tokens
from qa.text.periods import is_month
from qa.text.stemming import ENGLISH, languages_of

CHECKED: Final = 5_000
"""Passages whose text is looked at for a phrase: .15 s for abstracts of SciFact, on two cores."""

MOST_UNKNOWN: Final = 5
"""Unknown words of a question that are looked for under another spelling: one with more of them is
in another language, or a pasted page."""

LONG: Final = 7
"""Letters from which a word without a capital may be a misspelt name. With shorter ones, "spices"
was read as "Space" and "router" as "Reuters" in our own questions (`benchmarks/questions`)."""

SHORTEST_STEM: Final = 3
"""Letters that a stemmer leaves of a word of four and more."""

OLD_WEIGHT: Final = 0.7
"""What is left of the score of a very old article where recent ones come first: mild on purpose,
so that an old article with the answer stays above a recent one without."""

_SENTENCE_START = re.compile(r"[.!?:\"“”‘(\n]\s*$|^\s*$")
_POSSESSIVE = re.compile(r"['’]s?$")
_EPOCH = date(1970, 1, 1)


def known_of(generation: Searchable, store: Store) -> Known:
    """What of a generation decides how a question is understood; each is read once, if needed."""
    number = generation.manifest.generation

    @cache
    def publishers() -> Names:
        return Names.publishers(store.field_values("publisher", number))

    @cache
    def agencies() -> Names:
        return Names.agencies(store.field_values("agency", number))

    @cache
    def authors() -> Names:
        return Names.authors(store.field_values("author", number))

    @cache
    def languages() -> Sequence[str]:
        return store.field_values("language_key", number)

    @cache
    def analysed() -> tuple[str, ...]:
        return languages_of(store.languages(number))

    def holds(filters: Filters) -> bool:
        return generation.any(generation.passing(filters))

    def mentions(name: str) -> bool:
        asked = Question.parse(name, analysed())
        frequency = asked.frequencies(generation.lexical)
        return all(frequency(word.term) for word in asked.words)

    return Known(
        publishers,
        authors,
        lambda: _newest(generation),
        holds,
        mentions,
        agencies,
        languages,
        analysed,
    )


def _newest(generation: Searchable) -> date | None:
    newest = generation.newest()
    return None if newest == NO_DAY else _EPOCH + timedelta(days=newest)


def narrowed(
    generation: Searchable,
    store: Store,
    understood: Understood,
    filters: Filters,
    question: Question,
    vector: Floats,
) -> Allowed | None:
    """Which rows may be ranked; None where all may.

    A phrase must stand in the passage's own text or in its article's title. Where more than
    `CHECKED` passages hold the words of the phrases, only those of them are checked, and can be
    found, that are best by BM25 of the question (or by its vector, where it has only common words).
    So it is with excluded words in capitals ("-WHO"), of which no index holds a term.

    Args:
        generation: What is searched.
        store: Its texts.
        understood: Its phrases and exclusions are applied here.
        filters: What else restricts the search, see `Understood.filters`.
        question: The question without its operators.
        vector: Its embedding, float32 (dimension,).
    """
    allowed = generation.passing(filters)
    languages = question.languages
    for word in understood.excluded:
        for language in languages:  # "maria" is "Mary" in English, and "María" in Spanish
            for found in excluded_terms(word, language):
                among = language if len(languages) > 1 else None
                allowed = generation.without(allowed, found, among)
    accented = tuple(languages) != (ENGLISH,)
    words = [word for word in understood.excluded if accented and whole_words([word])]
    for phrase in (*understood.unwanted, *words):
        some = _with_words_of(generation, [phrase], allowed, languages)
        rows = generation.rows(some, len(generation.lexical))
        if rows is not None and len(rows):
            allowed = generation.less(allowed, _holding(generation, store, rows, [phrase]))

    def checked() -> Ids:
        rows = generation.rows(allowed, CHECKED)
        if rows is not None:
            return rows
        best = generation.lexical.search(question.terms, CHECKED, allowed)
        best = best or generation.dense.search(vector, CHECKED, allowed)
        return np.asarray(sorted(hit.row for hit in best), dtype=np.int64)

    if shouted := list(filter(is_shouted, understood.excluded)):
        allowed = generation.only(_without_shouted(generation, store, checked(), shouted))
    if not understood.phrases:
        return allowed
    allowed = _with_words_of(generation, understood.phrases, allowed, languages)
    return generation.only(_holding(generation, store, checked(), understood.phrases))


def _with_words_of(
    generation: Searchable,
    phrases: Sequence[str],
    allowed: Allowed | None,
    languages: Sequence[str],
) -> Allowed | None:
    """The allowed rows that hold all words of the phrases, somewhere."""
    for word in whole_words(phrases):
        found = [variants(word, partial(term, language=language)) for language in languages]
        if all(found):  # a stop word of one language is in none of its articles
            stems = () if tuple(languages) == (ENGLISH,) else _other_stems(word)
            allowed = generation.holding(allowed, sorted(set(stems).union(*found)))
    return allowed


def _other_stems(word: str) -> list[str]:
    """What may be left of a word by its accents: "García" is "garc", and "Garcia" "garci"."""
    folded = fold(word)
    return [folded[:end] for end in range(SHORTEST_STEM, len(folded))]


def _holding(generation: Searchable, store: Store, rows: Ids, phrases: Sequence[str]) -> Ids:
    """Those of the rows that hold all of the phrases, they or their titles."""
    patterns = [(comparable(phrase), phrase_pattern(phrase)) for phrase in phrases]
    ids = generation.ids[rows].tolist()
    texts = {number: comparable(text) for number, text in store.texts(ids, titled=True).items()}
    # Looked for as it is first, which is several times as quick as at the bounds of words.
    holding = [
        all(
            phrase in texts[number] and pattern.search(texts[number])
            for phrase, pattern in patterns
        )
        for number in ids
    ]
    return rows[np.asarray(holding, dtype=np.bool_)]


def _without_shouted(generation: Searchable, store: Store, rows: Ids, words: Sequence[str]) -> Ids:
    """Those of the rows that hold none of some words in capitals, neither they nor their titles."""
    ids, patterns = generation.ids[rows].tolist(), [shouted_pattern(word) for word in words]
    texts = store.texts(ids, titled=True)
    free = [not any(pattern.search(texts[number]) for pattern in patterns) for number in ids]
    return rows[np.asarray(free, dtype=np.bool_)]


def recency(generation: Searchable, day: date, rows: Ids) -> Floats:
    """What the scores of rows are multiplied by, so that recent articles come first.

    `OLD_WEIGHT + (1 - OLD_WEIGHT) * 0.5 ** (age / HALF_LIFE_DAYS)`: an exponential decay, as in
    Li, Croft, "Time-Based Language Models" (CIKM 2003). An article without a date counts as old.

    Args:
        generation: What is searched.
        day: The day that ages are counted back from; later articles have age 0.
        rows: Which rows.

    Returns:
        float32 (len(rows),), from `OLD_WEIGHT` to 1.
    """
    published = generation.days(rows)
    age = np.maximum(days(day) - published.astype(np.int64), 0)
    fresh = np.where(published == NO_DAY, 0.0, 0.5 ** (age / HALF_LIFE_DAYS))
    return np.asarray(OLD_WEIGHT + (1 - OLD_WEIGHT) * fresh, dtype=np.float32)


def read_names(
    asked: Question, generation: Searchable, store: Store, without: Collection[str] = ()
) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Put a name of the archive in the place of a misspelt one.

    Only where a word of the question occurs nowhere and there is one term that it may stand for
    (`LexicalIndex.similar`), which the archive writes with a capital, and as nearly the same. A
    word without a capital, or the first, has to be a long one: it may be no name at all. A month
    is none: "March" was read as "Marsh".

    Args:
        asked: The question without its operators.
        generation: Where the words occur, or not.
        store: Its texts.
        without: Keys of the clues to leave aside.

    Returns:
        The text with the names as the archive writes them, and each word with what it was read as.
    """
    lexical = generation.lexical
    frequency = asked.frequencies(lexical)
    unknown = [word for word in asked.words if _bare(word).isalpha() and not frequency(word.term)]
    if len(unknown) > MOST_UNKNOWN:
        return asked.text, ()
    readings: dict[str, str] = {}
    parts, at = [], 0
    for word in unknown:
        written = _bare(word)
        if f"spelling:{written}" in without:
            continue
        named = not word.is_first and written[0].isupper()
        if (not named and len(written) < LONG) or is_month(written):
            continue
        other = next(filter(None, map(lexical.similar, word.forms)), None)
        name = _written(other, generation, store, named=named) if other else None
        if name is None or not is_near(written, name):
            continue
        readings[written] = name
        parts += [asked.text[at : word.span.start], name]
        at = word.span.start + len(written)
    return "".join([*parts, asked.text[at:]]), tuple(readings.items())


def _written(code: str, generation: Searchable, store: Store, *, named: bool) -> str | None:
    """How a passage writes a term, if as a name: always with a capital.

    Args:
        code: The term.
        generation: Where it occurs.
        store: Its texts.
        named: Whether a capital at the beginning of a sentence will do, or in a title.
    """
    row = np.asarray([generation.example(code)], dtype=np.int64)
    passage, article = store.passages(generation.ids[row].tolist()).popitem()[1]
    for text in (passage.text, article.title):
        found = [t for t in tokens(text) if term(t.group(), article.language) == code]
        if not found:
            continue
        if not all(token.group()[0].isupper() for token in found):
            return None
        inside = any(not _SENTENCE_START.search(text[: t.start()][-8:]) for t in found)
        if named or (inside and text is passage.text):
            # A dateline has the name in capitals, which the text under it has not.
            names = [token.group() for token in found]
            name = next((name for name in names if not name.isupper()), names[0])
            return _POSSESSIVE.sub("", name)
    return None


def _bare(word: Word) -> str:
    """A word as written, without its possessive: "Brannok's"."""
    return _POSSESSIVE.sub("", word.text)
