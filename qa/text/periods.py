"""Days, months and years as questions name them: "July 2025", "2024-12", "last week"."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final, NamedTuple

_MONTHS: Final = "jan feb mar apr may jun jul aug sep oct nov dec".split()  # noqa: SIM905
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_PART = r"(?:(?:early|mid|late)[ -])?"
_YEAR = r"(?:19|20)\d\d"
_ORDINALS: Final = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth",
    "eighteenth", "nineteenth", "twentieth",
)  # fmt: skip
_DAYS_IN_WORDS: Final = {
    **{word: n for n, word in enumerate(_ORDINALS, 1)},
    **{f"twenty-{word}": 20 + n for n, word in enumerate(_ORDINALS[:9], 1)},
    "thirtieth": 30,
    "thirty-first": 31,
}
_IN_WORDS = rf"(?:{'|'.join(sorted(_DAYS_IN_WORDS, key=len, reverse=True))})"
_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?|{_IN_WORDS}(?!\w))"
_IN_FIGURES = rf"\d{{1,2}}[/.]\d{{1,2}}[/.]{_YEAR}"

DATED: Final = (
    rf"(?:(?:the )?{_DAY} (?:of )?{_MONTH},? {_YEAR}"
    rf"|{_PART}{_MONTH},? (?:{_DAY},? )?(?:of )?{_YEAR}|{_IN_FIGURES}"
    rf"|{_YEAR}-\d\d(?:-\d\d)?|{_YEAR})(?![\w-])"
)
"""A day, a month or a year; for `re.IGNORECASE`, with single spaces."""

WITHOUT_YEAR: Final = rf"(?:(?:the )?{_DAY}(?: (?:of )?{_MONTH})?|{_PART}{_MONTH}(?: {_DAY})?)"
"""How a span begins whose end says the rest: "from 6 May to 8 May 2026", "from 6 to 8 May 2026"."""

DAY_OF_MONTH: Final = rf"(?:(?:the )?{_DAY} (?:of )?{_MONTH}|{_MONTH} (?:the )?{_DAY})(?!\w)"
"""A day by its month, wherever it stands."""

MONTH_YEAR: Final = rf"{_PART}{_MONTH},? (?:of )?{_YEAR}(?![\w-])"

DAY: Final = (
    rf"(?:(?:the )?{_DAY} (?:of )?{_MONTH},? {_YEAR}|{_MONTH} {_DAY},? {_YEAR}"
    rf"|{_IN_FIGURES}|{_YEAR}-\d\d-\d\d)(?![\w-])"
)

_THEN = rf"(?=\W*$|,(?! (?:\d|{_MONTH}(?!\w)))| (?:about|on|regarding|concerning)\b)"
"""What may follow a month without a year: "before May resigned" names none, "in April, May and
June" more than one."""
YEARLESS_DAY: Final = rf"(?:(?:the )?{_DAY} (?:of )?{_MONTH}|{_MONTH} (?:the )?{_DAY}){_THEN}"
YEARLESS: Final = rf"(?:{YEARLESS_DAY}|{_PART}{_MONTH}{_THEN})"
"""A month or a day, of the last year in which it has come."""

_NOBODY = r"(?!, (?:the|an?|who|whose)\b)"
""""After May, the prime minister, resigned" names none either."""

_COUNTS: Final = (
    "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
)
_COUNT = rf"(?:\d{{1,3}}|{'|'.join(_COUNTS)})"
_UNIT = "day|week|fortnight|month|year"
_PAST = re.compile(rf"(?:the )?(?:past|last) (?:(?P<count>{_COUNT}) )?(?P<unit>hour|{_UNIT})s?")
_AGO = rf"(?:an?|{_COUNT}) (?:{_UNIT})s? ago"
_SO_LONG_AGO = re.compile(rf"(?P<count>an?|{_COUNT}) (?P<unit>{_UNIT})s? ago")
RELATIVE: Final = (
    r"(?:yesterday|today|last weekend|(?:(?:earlier|so far) )?this (?:week|month|year)"
    rf"|{_AGO}|(?:the )?(?:past|last) (?:{_UNIT})"
    rf"|(?:the )?(?:past|last) {_COUNT} (?:hour|{_UNIT})s?)"
    r"\b(?!['’])"
)
"""What has a meaning only as of a day."""

_WORDED_DAY = re.compile(rf"\b{_IN_WORDS}\b")
_A_MONTH = re.compile(_MONTH, re.IGNORECASE)
_PARTS = re.compile(
    r"(?:(?P<part>early|mid|late)[ -])?"
    rf"(?:the )?(?:(?P<first_day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<month>{_MONTH})"
    rf"(?: (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?)?(?: (?:of )?(?P<year>{_YEAR}))?",
    re.IGNORECASE,
)
_LAST_MONTH: Final = 12
_NUMERIC = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_FIGURES = re.compile(rf"(\d{{1,2}})([/.])(\d{{1,2}})\2({_YEAR})")

_PREPOSITIONS = r"(?P<how>in|during|over|within|from|since|before|after|until)"
_BEGINS = rf"(?:from|between) ({DATED}|{WITHOUT_YEAR}) (?:to|and|until|till|through)"
_ON = r" on(?:wards\b|(?=,|\W*$))"
_BY_ITSELF = "".join(
    rf"(?<!\b{word} )"
    for word in (
        "before", "after", "since", "until", "till", "by", "from", "to", "for", "of", "than",
        "with", "versus", "not", "the",
    )
)  # fmt: skip
_BY_ITSELF += r"(?:(?<!\bon )|(?<=\breport on )|(?<=\breported on )|(?<=\bpublish on ))"
"""Words behind which "last month" is no date of its own: "since last month", "than last month".
"What did AP report on yesterday?" asks for the articles of yesterday all the same."""

SPAN: Final = re.compile(rf",? ?\b{_BEGINS} ({DATED}|{YEARLESS})", re.IGNORECASE)
DATE: Final = re.compile(
    rf",? ?\b(?:{_PREPOSITIONS} (?:{RELATIVE}|{DATED}|{YEARLESS}{_NOBODY})|{RELATIVE}"
    rf"|on (?:{DAY}|{YEARLESS_DAY}))(?:{_ON})?,?",
    re.IGNORECASE,
)
LEADING: Final = re.compile(
    rf"^{_PREPOSITIONS} (?:{RELATIVE}|{DATED}|{YEARLESS}),? (?=\S)|^{RELATIVE},? (?=\S)"
    rf"|^on (?:{DAY}|{YEARLESS_DAY}),? (?=\S)",
    re.IGNORECASE,
)
TRAILING: Final = re.compile(
    rf",? (?:(?P<how>in|during|over|within) (?:{MONTH_YEAR}|{RELATIVE})|{_BY_ITSELF}{RELATIVE})"
    r"(?=\W*$)",
    re.IGNORECASE,
)
TRAILING_SPAN: Final = re.compile(rf",? {_BEGINS} ({DAY}|{MONTH_YEAR})(?=\W*$)", re.IGNORECASE)
TRAILING_SINCE: Final = re.compile(
    rf",? (?P<how>since) (?:{RELATIVE}|{DATED})(?=\W*$)", re.IGNORECASE
)
TRAILING_OF_ARTICLES: Final = re.compile(
    rf",? (?P<how>from|since|before|after|until) (?:{RELATIVE}|{DAY}|{MONTH_YEAR})(?=\W*$)",
    re.IGNORECASE,
)

EVENT: Final = re.compile(
    rf",? ?\b(?:(?P<how>in|during|since) (?:{DAY}|{MONTH_YEAR}|{YEARLESS})"
    rf"|on (?:{DAY}|{YEARLESS_DAY}))",
    re.IGNORECASE,
)
"""When something happened, which is told in articles of then; `TRAILING_SPAN` may say so, too."""


class Period(NamedTuple):
    """A run of days.

    Attributes:
        first: Its first day.
        end: The day after its last.
    """

    first: date
    end: date


def period(text: str, as_of: date | None = None, newest: date | None = None) -> Period | None:
    """Read a day, a month or a year.

    Args:
        text: Like `DATED`, or like `RELATIVE` where `as_of` is given, or like `YEARLESS` where
            `newest` is.
        as_of: The day that "yesterday" and its kin count from. A week begins on Monday.
        newest: The day that a month without a year begins on or before.

    Returns:
        None where it is none, or no such day exists.
    """
    text = " ".join(text.lower().replace(",", " ").split())
    text = _WORDED_DAY.sub(lambda day: str(_DAYS_IN_WORDS[day.group()]), text)
    part = ""
    try:
        if as_of is not None and re.fullmatch(RELATIVE, text):
            return _relative(text, as_of)
        if numeric := _NUMERIC.fullmatch(text):
            year, month, day = (int(part) if part else None for part in numeric.groups())
        elif figures := _FIGURES.fullmatch(text):
            return _day_in_figures(int(figures[1]), int(figures[3]), int(figures[4]), figures[2])
        elif named := _PARTS.fullmatch(text):
            month = _MONTHS.index(named["month"][:3]) + 1
            day = int(named["first_day"] or named["day"] or 0) or None
            part = named["part"] or ""
            if part and day:
                return None
            if named["year"]:
                year = int(named["year"])
            elif newest is not None:
                year = newest.year - ((month, day or 1) > (newest.month, newest.day))
            else:
                return None
        else:
            return None
        return _part(part, _of(int(year or 0), month, day))
    except (ValueError, OverflowError):
        return None


def is_month(word: str) -> bool:
    """Whether a word is the name of a month, or short for it."""
    return _A_MONTH.fullmatch(word) is not None


def bounds(
    match: re.Match[str], as_of: date | None, newest: date | None = None
) -> tuple[date | None, date | None]:
    """The first day of a date that a question names, and the day after its last; None where open.

    Args:
        match: Of one of the patterns above.
        as_of: The day that "yesterday" and its kin count from.
        newest: The day that a month without a year begins on or before; not needed with `as_of`.

    Returns:
        None for both where it is no date.
    """
    if not match.re.groupindex:
        return span(match[1], match[2], as_of or newest) or (None, None)
    how = (match["how"] or "in").lower()
    words = match.group().strip(" ,")
    if match["how"]:
        words = words[len(how) :]
    words = re.sub(r"^on | on(?:wards)?$", "", words, flags=re.I)
    found = period(words, as_of, as_of or newest)
    if found is None:
        return None, None
    if match.re is EVENT:  # papers tell of an evening the day after
        found = Period(found.first, found.end + timedelta(days=1))
    if how == "since" or (how == "from" and re.search(r" on(?:wards)?,?$", match.group())):
        return found.first, None
    open_at_one_end = {
        "before": (None, found.first),
        "after": (found.end, None),
        "until": (None, found.end),
    }
    return open_at_one_end.get(how, (found.first, found.end))


def span(first: str, last: str, newest: date | None = None) -> Period | None:
    """From the first day of one period to the end of another, whose year both may share.

    Args:
        first: Like `DATED` or `WITHOUT_YEAR`.
        last: Like `DATED`, or like `YEARLESS` where `newest` is given.
        newest: The day that the end begins on or before, if it has no year.
    """
    end = period(last, newest=newest)
    if end is None:
        return None
    final = end.end - timedelta(days=1)
    shared = ["", f" {final:%Y}", f" {final:%B %Y}"]
    if period(last) is None:  # "from November to February"
        shared.append(f" {final.year - 1}")
    begins = filter(None, (period(f"{first}{rest}") for rest in shared))
    begin = next((begin for begin in begins if begin.first <= final), None)
    return Period(begin.first, end.end) if begin else None


def _of(year: int, month: int | None = None, day: int | None = None) -> Period:
    if month is None:
        return Period(date(year, 1, 1), date(year + 1, 1, 1))
    if day is None:
        first = date(year, month, 1)
        return Period(first, (first + timedelta(days=31)).replace(day=1))
    return _days(date(year, month, day), 1)


def _part(which: str, month: Period) -> Period:
    """The early, middle or late days of a month, which nobody means to the day."""
    first, end = month
    half = first + timedelta(days=15)
    parts = {
        "early": Period(first, half),
        "mid": Period(first + timedelta(days=7), half + timedelta(days=8)),
        "late": Period(half, end),
    }
    return parts.get(which, month)


def _day_in_figures(first: int, second: int, year: int, parted_by: str) -> Period | None:
    """The day of "22/04/2026", "04/22/2026" or "2.4.2026"; None where its order cannot be told."""
    if parted_by == "." or first > _LAST_MONTH:
        return _of(year, second, first)
    return _of(year, first, second) if second > _LAST_MONTH or first == second else None


def _days(first: date, count: int) -> Period:
    return Period(first, first + timedelta(days=count))


def _relative(text: str, as_of: date) -> Period:
    back = text in ("last week", "last month", "last year")
    if not back and (past := _PAST.fullmatch(text)):
        return _past(past["count"] or "1", past["unit"], as_of)
    if ago := _SO_LONG_AGO.fullmatch(text):
        return _ago(_number(ago["count"]), ago["unit"], as_of)
    if text in ("today", "yesterday"):
        return _days(as_of - timedelta(days=text == "yesterday"), 1)
    if text == "last weekend":
        return _days(as_of - timedelta(days=as_of.weekday() + 2), 2)
    if text.endswith("week"):
        return _days(as_of - timedelta(days=as_of.weekday() + 7 * back), 7)
    if text.endswith("month"):
        inside = as_of.replace(day=1) - timedelta(days=1) if back else as_of
        return _of(inside.year, inside.month)
    return _of(as_of.year - back)


def _past(count: str, unit: str, as_of: date) -> Period:
    """The days up to a day, with it: a month is of 30."""
    number = _number(count)
    if unit == "hour":
        return _days(as_of - timedelta(days=number // 24), number // 24 + 1)
    length = number * {"day": 1, "week": 7, "fortnight": 14, "month": 30, "year": 365}[unit]
    return _days(as_of - timedelta(days=length - 1), length)


def _ago(number: int, unit: str, as_of: date) -> Period:
    """The day, week, month or year so long ago."""
    if unit == "year":
        return _of(as_of.year - number)
    if unit == "month":
        year, month = divmod(as_of.year * 12 + as_of.month - 1 - number, 12)
        return _of(year, month + 1)
    day = as_of - timedelta(days=number * {"day": 1, "week": 7, "fortnight": 14}[unit])
    return _days(day, 1) if unit == "day" else _days(day - timedelta(days=day.weekday()), 7)


def _number(count: str) -> int:
    """Of "three", "3" or "a"."""
    if count in ("a", "an"):
        return 1
    return _COUNTS.index(count) + 1 if count in _COUNTS else int(count)
