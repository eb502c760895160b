"""What one line of a related article's header says: an age, or a publisher and an age."""

from __future__ import annotations

import re
from typing import Final

from qa.reading import wordings
from qa.reading.dates import looks_like_date
from qa.reading.fields import SEPARATOR, is_name_like, parse_age
from qa.text.calendar_names import month_numbers

READING_TIME: Final = re.compile(wordings.READING_TIME, re.IGNORECASE)
MINUTES: Final = re.compile(r"\d{1,3}[ -]?(?:min(?:ute)?s?|Mins?|MINS?)\.?")
"""Beside an age the time that it takes to read, by itself an age: "2h ago · 5 min", "5 min".
Not the paper "20 Minutes"."""

_MONTH: Final = "|".join(sorted(map(re.escape, month_numbers()), key=len, reverse=True))
_DAY_OF_NO_YEAR: Final = re.compile(
    rf"(?:(?:{_MONTH})\.? \d{{1,2}}|\d{{1,2}}\.? (?:{_MONTH})\.?)"
    r"(?:,?(?: at)? \d{1,2}:\d{2}.{0,5})?",
    re.IGNORECASE,
)
_FEW_WORDS: Final = re.compile(r"[^\s.,:;?…]+(?: [^\s.,:;?…]+){0,2}")
_MAX_CHARS: Final = 80
MAX_PARTS: Final = 3
"""Of a header: publisher, age, and the publisher once more."""


def publisher_and_age(line: str, *, announced: bool = False) -> tuple[str, str] | None:
    """The two, where they share a line: "Harbour Star • 4 hours ago".

    Args:
        line: Of a page.
        announced: Whether related articles are expected here, whose publishers may be called
            otherwise than a name looks: "heise online".
    """
    parts = _parts(line)
    if announced and len(parts) == 1:
        parts = _before_age(line)
    ages = [part for part in parts if is_age(part)]
    names = [part for part in parts if part not in ages]
    if len(parts) > MAX_PARTS or len(ages) != 1 or not names:
        return None
    named = all(is_name_like(name) or (announced and is_few_words(name)) for name in names)
    return (names[0], ages[0]) if named else None


def _parts(line: str) -> list[str]:
    """What stands between a line's separators, but for a reading time."""
    return without_reading_time([part for part in SEPARATOR.split(line) if part])


def _before_age(line: str) -> list[str]:
    """A name and the age behind it, with but a blank between them: "Harbour Star 4 hours ago"."""
    words = line.split() if len(line) <= _MAX_CHARS else []
    for at in range(1, len(words) - 1):
        name, age = " ".join(words[:at]), " ".join(words[at:])
        if parse_age(age):
            return [name, age] if is_name_like(name) else []
    return []


def is_few_words(text: str) -> bool:
    """Whether a text could be a name in small letters or with a mark: "6abc", "Yahoo!"."""
    return bool(_FEW_WORDS.fullmatch(text)) and any(map(str.isalpha, text))


def without_reading_time(parts: list[str]) -> list[str]:
    """The parts of a line but for the time that it takes to read the article."""
    aged = any(is_age_alone(part) and not MINUTES.fullmatch(part) for part in parts)
    return [
        part
        for part in parts
        if not (READING_TIME.fullmatch(part) or (aged and MINUTES.fullmatch(part)))
    ]


def is_age_alone(text: str) -> bool:
    """Whether a text is an age or a date, and nothing else."""
    return parse_age(text) is not None or looks_like_date(text)


def age_in(text: str) -> str | None:
    """The age or date that a line is, "3 days ago • 4 min read" too."""
    parts = [text] if is_age_alone(text) else _parts(text)
    return parts[0] if len(parts) == 1 and is_age_alone(parts[0]) else None


def is_age(text: str, *, announced: bool = False) -> bool:
    """Whether a line is an age or a date; where articles are announced, a day of no year, too."""
    return age_in(text) is not None or (announced and is_day_of_no_year(text))


def is_day_of_no_year(text: str) -> bool:
    """Whether a line is a month and a day, with a time or none: "Jul 28", "28 July, 10:30"."""
    return _DAY_OF_NO_YEAR.fullmatch(text) is not None


def same_name(left: str, right: str | None) -> bool:
    """Whether two names are the same but for case and spacing."""
    return right is not None and left.casefold().split() == right.casefold().split()
