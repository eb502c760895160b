"""Why a question is not answered, in words that tell the user what to change."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, replace
from typing import Any, Final

from qa.answering import Finding
from qa.facts import ArticleFacts
from qa.question.query import language_of
from qa.question.understanding import Understood
from qa.records import Filters, Hit, Span
from qa.replies.telling import content
from qa.search.as_of import end_of
from qa.search.retrieval import Retrieval, told_filters
from qa.text.analysis import term, tokens
from qa.text.languages import primary
from qa.text.stemming import ENGLISH, analysed_as, asking_words, told_by_words

MAX_REASON: Final = 200
"""Characters of the words named in a refusal: a question may be a pasted page."""

MAX_TITLE: Final = 80
"""Characters of the title named."""

OTHER_LANGUAGE: Final = "the articles may be in another language than the question"
"""The same where the question is in none of theirs."""

TRY_ANOTHER: Final = "check the spelling or try another word"
"""Advice where no article has a word."""

MOST_NEAR: Final = 3
"""Names offered in the place of one that the archive does not have."""


def reason(found: Retrieval, finding: Finding | None, facts: ArticleFacts | None = None) -> str:
    """The first of these that holds: nothing asked, nothing there, nothing let through, or why not.

    Args:
        found: What the search found.
        finding: What was made of it; None where it found nothing, or that was not asked.
        facts: What the records tell of the articles that were asked for; None where there are none.
    """
    told = ", ".join(clue.text for clue in found.understood.clues() if clue.key not in ORDER)
    if not found.question.text and found.understood.asks is None:
        return _only_where(told) if told else "the question is empty"
    if not found.generation.manifest.passages:
        return "the archive is empty; put articles into the corpus folder and run: qa index"
    if found.understood.asks is not None and (found.hits or facts):
        return _not_told(found, facts)
    if finding is None:
        return emptied(found)
    if not _words(found, finding):
        if told:
            return _only_where(told)
        return "the question has only common words; name a person, a place or a thing"
    filters = ", ".join(told_filters(found))
    within = f" (looked only where: {filters})" if filters else ""
    return f"the archive does not say{within}; {_missing(found, finding)}"


def _not_told(found: Retrieval, facts: ArticleFacts | None) -> str:
    """Why a question about articles has no answer: there are none, or they do not say."""
    filters = ", ".join(told_filters(found))
    within = f" (looked only where: {filters})" if filters else ""
    if facts is not None:
        return f"the articles do not say{within}: {facts.counted[:1].lower()}{facts.counted[1:]}"
    if found.understood.asks is not None and found.understood.asks.titled:
        return f"no article is called “{_shorten(found.understood.phrases[0], MAX_REASON)}”"
    topic = _shorten(found.question.text, MAX_REASON)
    frequency = found.question.frequencies(found.generation.lexical)
    unknown = [word.text for word in content(found.question) if not frequency(word.term)]
    if unknown:
        listed = _shorten(", ".join(unknown), MAX_REASON)
        why = f"no article has: {listed}; {TRY_ANOTHER}"
    else:
        why = "none has all these words in one passage; the nearest passages follow"
    return f"no article is about “{topic}”{within}; {why}"


def _only_where(told: str) -> str:
    return f"the question only says where to look ({told}); add what you want to know"


ORDER: Final = ("as_of", "recency")
"""Clues that say when something is asked and not of what: "What?" is empty on any day."""


def emptied(found: Retrieval) -> str:
    """Which filters let nothing through: those that do so alone, or else all of them together."""
    asked, told = found.filters, told_filters(found)
    listed = ", ".join(told)
    day = found.understood.as_of
    if asked.after and day and asked.before == end_of(day).date() and asked.after > day:
        return (
            f"no article passes the filters (from {asked.after} on, as of {day}): nothing later "
            "than the day asked as of is used; choose an earlier “from”, or ask as of a later day"
        )
    if asked.after and asked.before and asked.after >= asked.before:
        return (
            f"no article passes the filters ({listed}): the first day is after the last; choose an "
            "earlier “from”, or a later “before”, which leaves out its own day"
        )
    generation = found.generation
    alone: dict[str, Any] = {}
    for field in fields(asked):
        one = {field.name: getattr(asked, field.name)}
        if Filters(**one) and not generation.any(generation.passing(Filters(**one))):
            alone |= one
    if alone:
        none = replace(found, understood=Understood(text=""), filters=Filters(**alone))
        listed = ", ".join(told_filters(none))
        offered = ", ".join(_offered(found, alone))
        has = f"; the archive has: {offered}" if offered else ""
        return f"no article passes the filters ({listed}); loosen or remove one{has}"
    together = " together" if len(told) > 1 else ""
    return f"no article passes the filters ({listed}){together}; loosen or remove one"


def _offered(found: Retrieval, wanted: Mapping[str, Any]) -> Iterator[str]:
    """The names that filters which let nothing through may mean, or else some that there are."""
    for kind, known in found.known.by_filter().items():
        if kind in wanted:
            names = known()
            # Of the authors there are too many for some to be of use.
            offered = names.near(wanted[kind]) or (names.all if kind != "author" else ())
            yield from (f"{kind} {name}" for name in offered[:MOST_NEAR])
            if len(offered) > MOST_NEAR:
                yield "…"


def _source(found: Retrieval, words: Collection[str]) -> str:
    """The filter for a source that a question names by a word that no article has."""
    said = [each.text for each in found.question.words if each.is_name and each.text in words]
    for word in said:
        for kind, known in found.known.by_filter().items():
            if getattr(found.filters, kind) is None and (name := known().ending(word)):
                return f'{kind}:"{name}"'
    return ""


def _words(found: Retrieval, finding: Finding) -> list[str]:
    """The words of a question but for the common ones, as written.

    Nor are those named that only ask for articles (`ASKING`), nor what a date is written with.

    Of a question in a language that cannot be told each word is looked for that is not common in
    all languages of the archive ("they"): it is no word that is missing.
    """
    question = found.question
    own = language_of(question.text, question.languages)
    told = _written_in(question.text)
    dates = [range(*found.span()) for found in _DATE.finditer(question.text)]
    return [
        word.text
        for word in question.words
        if word.text.lower() not in ASKING
        and not any(word.span.start in date for date in dates)
        and (told is None or term(word.text, told) is not None)
        and (
            own is not None
            or word.text not in finding.unknown
            or all(term(word.text, language) is not None for language in question.languages)
        )
    ]


_DATE = re.compile(r"(?<!\w)(?:\d{4}-\d\d(?:-\d\d)?|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d))(?!\w)")
"""A date in figures: of 2026-06-24, no 06 is missing in the archive."""

FOREIGN: Final = 2 / 3
"""A question of which this share of the words occurs nowhere is likely in another language: one in
the archive's has its common words at least ("Who composed the opera?": two of five unknown)."""

ENGLISH_ASKS: Final = frozenset(
    ("what", "who", "whom", "whose", "when", "where", "which", "why", "how", "did", "does")
)
"""A question that begins with one is in English, however many of its words occur nowhere."""

SHARED_SCRIPTS: Final = frozenset(("LATIN", "CYRILLIC"))
"""In which many languages are written: of others, one that the archive has is likely its own."""

FEWEST_WORDS: Final = 4
"""In shorter questions a few unknown names are as much."""

KNOWN_TO_FEW: Final = 0.5
"""The same of a question's content words, where some articles are in its language, but not most."""


ASKING: Final = frozenset(
    """
    say says said tell tells told happen happens happened mention mentions mentioned write writes
    wrote written report reports reported according article articles news list show find summarise
    summarize
    """.split()  # noqa: SIM905 - a list of 26 strings reads worse
)
"""Words that ask for articles, or for what these put in other words: none is what is missing."""


def _missing(found: Retrieval, finding: Finding) -> str:
    words = _words(found, finding)
    foreign = _is_foreign(found, len(finding.unknown))
    if unknown_words := [word for word in finding.unknown if word in words]:
        unknown = _shorten(", ".join(_run_together(found, unknown_words)), MAX_REASON)
        advice = TRY_ANOTHER
        if source := _source(found, unknown_words):
            advice = f"for articles of that source, write {source}"
        if foreign:
            advice = OTHER_LANGUAGE
        return f"no article has: {unknown}; {advice}"
    if finding.near is None:
        return "the nearest passages follow"
    nearest = f"the nearest passage, in “{_shorten(finding.near.article.title, MAX_TITLE)}”,"
    unspoken = [word for word in finding.unspoken if word.lower() not in ASKING]
    unspoken = unspoken or _unwritten(found, finding.near)
    advice = f"; {OTHER_LANGUAGE}" if foreign else ""
    if not unspoken:
        return f"{nearest} has the words but no plain answer{advice}"
    return f"{nearest} does not speak of: {_shorten(', '.join(unspoken), MAX_REASON)}{advice}"


def _run_together(found: Retrieval, words: list[str]) -> list[str]:
    """Words of a question, each once; pairs of letters that overlap are one: "法国总统"."""
    spans: list[Span] = []
    for word in found.question.words:
        if word.text not in words:
            continue
        if spans and word.span.start < spans[-1].end:
            spans[-1] = Span(spans[-1].start, word.span.end)
        else:
            spans.append(word.span)
    text = found.question.text
    return [*dict.fromkeys(text[span.start : span.end] for span in spans)]


def _unwritten(found: Retrieval, near: Hit) -> list[str]:
    """The words of a question of which a passage has none, though it may be near in meaning."""
    written = f"{near.article.title}\n{near.passage.text}"
    held = found.question.held(written, near.article.language)
    words = dict.fromkeys(word.text for word in found.question.words)
    return [] if held else [word for word in words if word.lower() not in ASKING]


def _is_foreign(found: Retrieval, unknown: int) -> bool:
    question = found.question
    words = {token.group().lower() for token in tokens(question.text)}
    if (told := _written_in(question.text)) is not None:
        if question.languages == (told,):
            return False
        if analysed_as(next(iter(found.known.languages()), None)) == told:  # of most articles
            return False
        content = {word.term for word in question.words if term(word.text, told) is not None}
        return told not in question.languages or unknown >= KNOWN_TO_FEW * len(content)
    if len(words) < FEWEST_WORDS or unknown < FOREIGN * len(words):
        return False
    first = tokens(question.text)[0].group().lower()
    english = any(primary(hit.article.language or "") == ENGLISH for hit in found.hits)
    if english and first in ENGLISH_ASKS:
        return False
    asked = _scripts(question.text) - SHARED_SCRIPTS
    return not any(asked & _scripts(hit.passage.text) for hit in found.hits)


def _written_in(text: str) -> str | None:
    """The language of a question by its common words, whichever the archive's are.

    One that English has too ("in"), or that is some other word there ("war"), tells of none alone.
    """
    told = language_of(text, told_by_words())
    if told in (None, ENGLISH):
        return told
    written = [token.group() for token in tokens(text)]
    own = [word for word in written if term(word, told) is None and term(word, ENGLISH) is not None]
    return told if len(own) > 1 or written[0].lower() in asking_words(told) else None


def _scripts(text: str) -> set[str]:
    """The scripts of a text's letters, as Unicode names them: "HANGUL"."""
    return {unicodedata.name(c, "").partition(" ")[0] for c in set(text) if c.isalpha()}


def _shorten(text: str, most: int) -> str:
    return textwrap.shorten(text, most, placeholder=" …")
