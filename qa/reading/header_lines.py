"""What one line of a related article's header says: an age, or a publisher and an age."""

from __future__ import annotations

import re
from typing import Final

from qa.reading.dates import looks_like_date
from qa.reading.fields import SEPARATOR, is_name_like, parse_age

READING_TIME: Final = re.compile(r"\d{1,3}[ -]min(?:ute)?s?\.? read", re.IGNORECASE)
MAX_PARTS: Final = 3
"""Of a header: publisher, age, and the publisher once more."""


def publisher_and_age(line: str) -> tuple[str, str] | None:
    """The two, where they share a line: "Harbour Star • 4 hours ago"."""
    parts = _parts(line)
    ages = [part for part in parts if is_age(part)]
    names = [part for part in parts if part not in ages]
    if len(parts) > MAX_PARTS or len(ages) != 1 or not names:
        return None
    return (names[0], ages[0]) if all(is_name_like(name) for name in names) else None


def _parts(line: str) -> list[str]:
    """What stands between a line's separators, but for a reading time."""
    parts = SEPARATOR.split(line)
    return [part for part in parts if part and not READING_TIME.fullmatch(part)]


def age_in(text: str) -> str | None:
    """The age or date that a line is, "3 days ago • 4 min read" too."""
    parts = [text] if parse_age(text) or looks_like_date(text) else _parts(text)
    alone = len(parts) == 1 and (parse_age(parts[0]) or looks_like_date(parts[0]))
    return parts[0] if alone else None


def is_age(text: str) -> bool:
    """Whether a line is an age or a date."""
    return age_in(text) is not None


def same_name(left: str, right: str | None) -> bool:
    """Whether two names are the same but for case and spacing."""
    return right is not None and left.casefold().split() == right.casefold().split()
