"""Whether a passage speaks of the time that a question asks about.

"How much was exported in January?" is asked in the same words as of April, and a reader of the
size of ours answers either with the figure of April, every other time. So the months and years of
the question are looked for. English alone is read (`qa.answering.rereading.READS`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from qa.records import Article
from qa.text.calendar_names import MONTHS

_NAMES: Final = {
    name: number
    for number, names in enumerate(MONTHS["en"].split(), 1)
    for name in names.split("/")
}
_ANY: Final = rf"\b(?:{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b"
_MONTH: Final = re.compile(_ANY, re.IGNORECASE)
_WORDS: Final = frozenset(("may", "march", "mar", "dec", "jan", "sep"))
"""That are other words or names as well, or are so short."""
_TIMED: Final = re.compile(
    r"(?:\b(?:in|of|on|during|early|late|mid|last|this|next|each|every|for)[ -]"
    rf"|\d(?:st|nd|rd|th)? (?:of )?|{_ANY},? (?:and|or) )$",
    re.IGNORECASE,
)
"""What stands before such a word where it is a month."""
_DATED: Final = re.compile(r"[.,]? \d")
"""What stands behind it there."""
_FOUR: Final = r"(?:1[6-9]|20)\d\d"
_YEAR: Final = re.compile(rf"(?<![\w.,/-]){_FOUR}(?![\w%]|[.,]\d|['’]s)")
_ISO: Final = re.compile(rf"\b{_FOUR}-([01]\d)(?:-\d\d)?\b")
_OPEN: Final = re.compile(
    r"\b(?:since|after|before|until|till|from|between|through|by|to|than|[–—-]|between.+and)"
    r" ?(?:(?:early|mid|late)[ -])?(?:\d+(?:st|nd|rd|th)? (?:of )?)?(?:[a-z]+\.? )?(?:\d+,? )?$",
    re.IGNORECASE,
)
"""Before a time that bounds a span: what answers may speak of any within it."""
_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}\b)")


def untold(question: str, article: Article, start: int, end: int) -> tuple[str, ...]:
    """The months of a question where a passage names none of them, and likewise its years.

    When the article appeared tells a time, too: what happened in June 2025 stands, without either
    word, in reports of then and of the month after.

    Args:
        question: As asked.
        article: What the passage is of; its title is looked at as well.
        start: First character of the passage, or of what is read before it.
        end: One past the last.
    """
    months, years = _asked_months(question), _asked_years(question)
    if not months and not years:
        return ()
    text = f"{article.title} {article.text[start:end]}"
    told_months, told_years = set(_months(text)), set(_years(text))
    for moment in filter(None, (article.published_at, article.updated_at)):
        told_months |= {moment.month, _month_before(moment)}
        told_years |= {str(moment.year)}
    missing: list[str] = []
    if told_months.isdisjoint(months):
        missing += months.values()
    if told_years.isdisjoint(years):
        missing += years
    return tuple(missing)


def _asked_months(question: str) -> dict[int, str]:
    """By number, as written."""
    found = {}
    for match in _MONTH.finditer(question):
        before = question[: match.start()]
        is_month = (
            match[0].lower() not in _WORDS
            or _TIMED.search(before)
            or _DATED.match(question, match.end())
        )
        if is_month and not _OPEN.search(before):
            found[_NAMES[match[0].lower()]] = match[0]
    return found


def _asked_years(question: str) -> list[str]:
    years = _YEAR.finditer(question)
    return [match[0] for match in years if not _OPEN.search(question[: match.start()])]


def _months(text: str) -> Iterator[int]:
    """However they are meant: what may be told is told."""
    yield from (_NAMES[m[0].lower()] for m in _MONTH.finditer(text) if not m[0].islower())
    yield from (int(m[1]) for m in _ISO.finditer(text))


def _years(text: str) -> Iterator[str]:
    plain = _THOUSANDS.sub("", text)  # "2,000 people" may be what is asked of as "2000 people"
    yield from (m[0] for m in re.finditer(_FOUR, plain))


def _month_before(moment: datetime) -> int:
    return (moment.month - 2) % 12 + 1
