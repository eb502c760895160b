"""Ages ("4 hours ago") → days, where it is known when the page was saved."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final

from qa.reading.wordings import age_of

_NUMBERS: Final = {
    word: number
    for number, words in enumerate(
        ["", "a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    )
    for word in words.split()
}
ABOUT: Final = "(?:about|around|over|almost|nearly|(?:less|more) than)"
"""What may stand before an age, as a pattern."""

_COUNTED: Final = re.compile(
    rf"(?:{ABOUT}\s+)?"
    r"(?P<count>\d{1,3}|[a-z]+)\+?\s*(?P<unit>[a-z]+)\.?(?:\s+ago)?",
    re.IGNORECASE,
)
_NOW: Final = re.compile(r"just now|moments ago|today\b.*", re.IGNORECASE)
_YESTERDAY: Final = re.compile(r"yesterday\b.*", re.IGNORECASE)
"""Their times ("Yesterday at 4:05 PM") are of a zone that the page does not say."""

_UNITS: Final = (
    (("second", "seconds", "sec", "secs", "s"), timedelta(seconds=1)),
    (("minute", "minutes", "min", "mins", "m"), timedelta(minutes=1)),
    (("hour", "hours", "hr", "hrs", "h"), timedelta(hours=1)),
    (("day", "days", "d"), timedelta(days=1)),
    (("week", "weeks", "wk", "wks", "w"), timedelta(weeks=1)),
)
_STEP: Final = {word: step for words, step in _UNITS for word in words}


def moment_of_age(age: str, captured: datetime) -> datetime | None:
    """When an article was published that had this age when its page was saved.

    Args:
        age: As the page words it: "4 hours ago", "yesterday", "2 weeks ago", "vor 2 Stunden".
        captured: When the page was saved; midnight stands for some time of that day.

    Returns:
        A time where both are that precise, otherwise midnight of the day; None for what names no
        day even so: "last month", "a year ago", "several days ago".
    """
    day = datetime.combine(captured.date(), time(), captured.tzinfo or UTC)
    age = " ".join(age.lower().split())
    if _NOW.fullmatch(age):
        return day
    if _YESTERDAY.fullmatch(age):
        return day - timedelta(days=1)
    counted = _counted(age) or age_of(age)
    if counted is None:
        return None
    count, step = counted
    try:
        if step >= timedelta(days=1):
            return day - count * step
        # Of a day without an hour only the day is known; of "30 hours ago" it is the day before.
        if captured == day:
            return day - timedelta(days=int(count * step / timedelta(days=1)))
        return captured - count * step
    except OverflowError:
        return None


def _counted(age: str) -> tuple[int, timedelta] | None:
    """How many of which unit an English age has."""
    found = _COUNTED.fullmatch(age)
    if found is None or found["unit"] not in _STEP:
        return None
    count = int(found["count"]) if found["count"].isdigit() else _NUMBERS.get(found["count"])
    return None if count is None else (count, _STEP[found["unit"]])
