"""Dates as pages write them. Strict: the whole text must be one date, or it is none.

Lenient parsers read "Monday" or "March" as a day of this year; a citation must not invent that.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qa.text.calendar_names import month_numbers, weekdays

_EARLIEST_YEAR = 1600  # the first printed newspapers; anything before is a parsing accident

_MONTHS: Final = month_numbers()

_HOURS = {
    "Z": 0, "UTC": 0, "GMT": 0, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "EST": -5,
    "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "JST": 9,
    "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_CLOCKS = {"ET": "New_York", "CT": "Chicago", "MT": "Denver", "PT": "Los_Angeles"}

_WEEKDAY = re.compile(
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
    rf"|{'|'.join(weekdays())})\.?[,،]?\s+(?:(?:den|el|le|il|em)\s+)?",
    re.IGNORECASE,
)
_TIME = (
    r"(?:(?P<half_before>午[前後]|[上下]午|오[전후])\s?)?(?P<hour>\d{1,2})"
    r"(?:(?:[:.]|\s?h\s?|[時时点點시]\s?)(?P<minute>\d{2}|\d(?=[分분]))(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"(?:[分분]|\s*(?:Uhr|uur))?"
    r"\s*(?P<half>[ap]\.?m\.?)?|\s*(?P<half_alone>[ap]\.?m\.?)"
    r"|\s?(?:(?:h|Uhr|uur)\b|[時时点點시](?!\d)))"
    r"(?:\s*\(?(?P<zone>(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?|(?!on\b)[A-Z]{1,5})\)?)?"
)
_DAYS_OF_WEEK = "[月火水木金土日一二三四五六天월화수목금토일]"
_WEEKDAY_AFTER = (
    rf"(?:\s?(?:[(（](?:星期|[周週])?{_DAYS_OF_WEEK}(?:曜日?|요일)?[)）]?"
    rf"|(?:星期|[周週]){_DAYS_OF_WEEK}|{_DAYS_OF_WEEK}曜日?|{_DAYS_OF_WEEK}요일))?"
)
""""2025年3月14日(金)", "2025年3月14日 星期五"; the last bracket may be gone."""
_WEEKDAY_BEHIND = r"(?:,?\s+(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b)?"
"""As LexisNexis writes it: "March 12, 2025 Wednesday"."""
_YEAR_BEHIND = r"(?:\s?(?:г(?:ода)?|р(?:оку)?|r(?:oku)?)\b\.?)?"
"""The word or letter for "year" behind it: "12 марта 2025 г.", "12 marca 2025 r."."""

_DAY_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<y>\d{4})(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})" + _WEEKDAY_AFTER,
        r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]"
        + _WEEKDAY_AFTER,
        # Without a full stop it is the Polish November; the Croatian "12. listopada" is October.
        r"(?P<d>\d{1,2})(?!\.\s+listopada\b)(?:st|nd|rd|th|er|\.|º)?(?:\s+(?:of|de)\s+|[\s-]+)"
        r"(?P<name>[^\W\d_]+)\.?[,،]?(?:\s+del?\s+|[\s-]+)(?P<y>\d{4})"
        + _WEEKDAY_BEHIND
        + _YEAR_BEHIND,
        r"(?P<name>[^\W\d_]+)\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})"
        + _WEEKDAY_BEHIND,
        r"(?P<first>\d{1,2})(?P<sep>[-/.])(?P<second_number>\d{1,2})(?P=sep)(?P<y>\d{4})",
    )
)
_TIME_AFTER = re.compile(
    rf"\s*(?:[T,|·–—-]|\bat\b)?\s*(?:(?:um|à|a las|alle|às|om|kl\.?|в|о|o|godz\.)\s+)?(?:{_TIME})",
    re.IGNORECASE,
)
_TIME_BEFORE = re.compile(rf"(?:{_TIME})\s*(?:,|\bon\b|[|·–—-])?\s+", re.IGNORECASE)
_ON = re.compile(r"^(?:le|el|il|em|op|am|den)\s+(?=\d)", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"(?<=\w)\s*\((?:\d{1,2}[:.]\d{2})\s*(?:[ap]\.?m\.?)?\s*[A-Z]{2,4}$", re.IGNORECASE
)
"""The same moment in another zone: "04:05 pm PT (07:05 pm ET)", without its last bracket."""

_NAME_START = re.compile(r"(\d{4})([-_.])(\d{2})\2(\d{2})(?!\d)|(\d{4})(\d{2})(\d{2})(?=[-_. ])")
_NAME_INNER = re.compile(r"(?<![\d.])(\d{4})([-_])(\d{2})\2(\d{2})(?!\d)")
_IN_URL = re.compile(
    r"(?<![\d.])(\d{4})([-_/])(\d{1,2}|[a-z]{3})\2(\d{1,2})(?![\d.])"
    r"|(?<=[-_/])((?:19|20)\d\d)(\d\d)(\d\d)(?=[/._-]|$)",
    re.IGNORECASE,
)
_MAX_CHARS = 80
_DAY_CHARS = 30
"""Within which a written day has its year: "the 24th of September, 2025"."""

_MAX_URL_CHARS = 2000


def parse_date(text: str, *, day_first: bool | None = None) -> datetime | None:
    """Read a date, with a time and a zone if they are given.

    Args:
        text: The date and nothing else, such as "14 March 2025, 10:30 CET" or "2025-03-14".
        day_first: How to read 05-07-2025; None leaves what is ambiguous unread.

    Returns:
        A timezone-aware time: midnight where no time is given (or its zone is unknown), UTC where
        no zone is. None if this is not one plausible date.
    """
    text = _ELSEWHERE.sub("", " ".join(text.split()).strip(" .,;()[]"))
    if not text or len(text) > _MAX_CHARS:
        return None
    if text[:4].isdigit() and not (text.isdigit() and len(text) != len("20250314")):
        try:
            return _plausible(datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            pass
    before = _TIME_BEFORE.match(text)
    rest = _ON.sub("", text[before.end() :] if before else text)
    weekday = _WEEKDAY.match(rest)
    rest = rest[weekday.end() :] if weekday else rest
    for pattern in _DAY_PATTERNS:
        found = pattern.match(rest)
        day = _day(found, day_first) if found else None
        if found is None or day is None:
            continue
        after = rest[found.end() :]
        clock = before if before and not after else _TIME_AFTER.fullmatch(after)
        if after and (clock is None or before):
            return None
        return _plausible(_at(day, clock)) if _valid_clock(clock) else None
    return None


def is_day_first(text: str) -> bool | None:
    """Whether a numeric date such as 24-07-2025 shows its order; None if it does not."""
    found = _DAY_PATTERNS[-1].fullmatch(" ".join(text.split()))
    if found is None:
        return None
    first, second = int(found["first"]), int(found["second_number"])
    if first > 12 >= second:
        return True
    return False if second > 12 >= first else None


def looks_like_date(text: str) -> bool:
    """Whether the whole text is a date, even one whose order cannot be told."""
    return parse_date(text) is not None or parse_date(text, day_first=True) is not None


def date_in_name(name: str) -> datetime | None:
    """The date a file's name starts with, or holds as YYYY-MM-DD; midnight UTC."""
    found = _NAME_START.match(name) or _NAME_INNER.search(name)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part and part.isdigit())
    try:
        return _plausible(datetime(year, month, day, tzinfo=UTC))
    except ValueError:
        return None


def date_in_url(url: str) -> datetime | None:
    """The day in an address, /2025/07/24/, /2025/jul/24/, 2025-07-24 or -20250724; midnight UTC."""
    for found in _IN_URL.finditer(url[:_MAX_URL_CHARS]):
        year, month, day = found[1] or found[5], found[3] or found[6], found[4] or found[7]
        in_figures = int(month) if month.isdigit() else _MONTHS.get(month.lower(), 0)
        try:
            moment = datetime(int(year), in_figures, int(day), tzinfo=UTC)
        except ValueError:
            continue
        return _plausible(moment)
    return None


def is_written(day: datetime, text: str, *, day_first: bool = False) -> bool:
    """Whether a text holds a day, in figures or in words: its year, its month and its day in a row.

    "03/2025" or "March 2025" is no day, and neither is one without its year; "05/03/2025" may be
    another, unless the day comes first (`day_first`).
    """
    names = "|".join(name for name, month in _MONTHS.items() if month == day.month)
    year, d = str(day.year), rf"0?{day.day}(?!\d)"
    figures, word = rf"0?{day.month}(?!\d)", rf"(?:{names})[^\W\d]*"
    gap = r"(?:[\W_年月日년월일]|st|nd|rd|th|er|del?|of){0,5}"
    orders = [
        rf"{year}{gap}(?:{figures}|{word}){gap}{d}",
        rf"{d}{gap}{word}{gap}{year}",
        rf"{word}{gap}{d}{gap}{year}",
        rf"{d}\.\s?{figures}\.\s?{year}",
    ]
    if day_first:
        orders.append(rf"{d}{gap}{figures}{gap}{year}")
    elif day.day > 12 or day.day == day.month:
        orders += [rf"{d}{gap}{figures}{gap}{year}", rf"{figures}{gap}{d}{gap}{year}"]
    pattern = re.compile(rf"(?<!\d)(?:{day:%Y%m%d}|{'|'.join(orders)})(?!\d)", re.IGNORECASE)
    return any(
        pattern.search(text, max(found.start() - _DAY_CHARS, 0), found.end() + _DAY_CHARS)
        for found in re.finditer(year, text)
    )


def from_timestamp(seconds: float) -> datetime | None:
    """A Unix time in seconds, or in milliseconds where seconds would lie beyond the year 5000."""
    try:
        if seconds > 1e11:
            seconds /= 1000
        return _plausible(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def from_day(day: date) -> datetime | None:
    """Midnight UTC of a calendar day; a datetime keeps its time."""
    if isinstance(day, datetime):
        return _plausible(day)
    return _plausible(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _day(found: re.Match[str], day_first: bool | None) -> date | None:
    groups = found.groupdict()
    if groups.get("name"):
        month, day = _MONTHS.get(groups["name"].lower(), 0), int(groups["d"])
    elif groups.get("first"):
        first, second = int(groups["first"]), int(groups["second_number"])
        if second > 12:
            month, day = first, second
        elif groups["sep"] == "." or first > 12 or first == second:
            day, month = first, second  # with full stops the day comes first wherever it is used
        elif day_first is None:
            return None
        else:
            day, month = (first, second) if day_first else (second, first)
    else:
        month, day = int(groups["m"]), int(groups["d"])
    try:
        return date(int(groups["y"]), month, day)
    except ValueError:
        return None


def _valid_clock(clock: re.Match[str] | None) -> bool:
    if clock is None:
        return True
    half = clock["half"] or clock["half_alone"]
    hour, minute, second = (int(clock[name] or 0) for name in ("hour", "minute", "second"))
    if clock["half_before"]:  # "午後0時", "下午15:30"
        return hour < 24 and minute < 60 and second < 60
    return (1 <= hour <= 12 if half else hour < 24) and minute < 60 and second < 60


def _at(day: date, clock: re.Match[str] | None) -> datetime:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    if clock is None:
        return midnight
    hour = int(clock["hour"])
    half = (clock["half"] or clock["half_alone"] or "").lower()
    if (before := clock["half_before"]) and hour <= 12:
        hour = hour % 12 + (12 if before in ("午後", "下午", "오후") else 0)
    elif half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    naive = datetime(
        day.year, day.month, day.day, hour, int(clock["minute"] or 0), int(clock["second"] or 0)
    )
    zone = _zone(clock["zone"], naive)
    return midnight if zone is None else naive.replace(tzinfo=zone)


def _zone(name: str | None, moment: datetime) -> timezone | None:
    """A fixed offset; None for a zone that is not known, whose hour would mislead."""
    if name is None:
        return UTC
    name = name.upper()
    if name in _HOURS:
        return timezone(timedelta(hours=_HOURS[name]))
    if name in _CLOCKS:
        try:
            offset = ZoneInfo(f"America/{_CLOCKS[name]}").utcoffset(moment)
        except (ZoneInfoNotFoundError, OverflowError):
            return None
        return None if offset is None else timezone(offset)
    numeric = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d{1,2}?):?(\d{2})?", name)
    if numeric is None:
        return None
    offset = timedelta(hours=int(numeric[2]), minutes=int(numeric[3] or 0))
    return (
        timezone(-offset if numeric[1] == "-" else offset) if offset < timedelta(days=1) else None
    )


def _plausible(moment: datetime) -> datetime | None:
    if not _EARLIEST_YEAR <= moment.year <= datetime.now(UTC).year + 1:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
