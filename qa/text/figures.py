"""The numbers in a text: what they come to, and whether they count, share or price something."""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Final, NamedTuple

from qa.text.analysis import terms
from qa.text.calendar_names import MONTHS, month_numbers
from qa.text.stemming import ENGLISH, analysed_as

COUNT: Final = "count"
SHARE: Final = "share"
SUM: Final = "sum"
"""Kinds of figures."""

NEAR: Final = 3
"""Words between a figure and what it counts: "19 of the passengers"."""

_UNITS: Final = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_MAGNITUDES: Final = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "k": 1e3, "m": 1e6, "bn": 1e9,
}  # fmt: skip
WORDS: Final = "|".join([*_TENS, *sorted(_UNITS, key=len, reverse=True)])
_FIGURE = re.compile(
    rf"(?<![\w.,:])(?:(?P<digits>\d{{1,3}}(?: \d{{3}})+(?![\d,])|\d+(?:,\d{{3}})*(?:\.\d+)?)"
    rf"|(?P<words>(?:{WORDS})(?:[- ](?:{WORDS}))?"
    rf"(?:[- ]hundred(?:(?:[- ]and)?[- ](?:{WORDS})(?:[- ](?:{WORDS}))?)?)?))"
    rf"(?P<magnitude>[- ]?(?:hundred|thousand|million|billion|trillion|bn)|[km])?(?!\w|[.,]\d)",
    re.IGNORECASE,
)
MONTH: Final = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_NO_COUNT = re.compile(
    rf"(?:\b{MONTH}\.? |\b(?:Pier|Highway|Route|Article) |\bNo\. ?|\bmagnitude (?:of )?)$"
)
OF_ALL: Final = r"(?:out )?of (?:(?:the|its|his|her|their|all|some|about|nearly) )*"
_PART_OF = re.compile(rf"^ {OF_ALL}$")
"""Between two figures of the same thing: "120 of its 840 beds"."""
_WITH_COMMA = re.compile(
    r"(?<![\w.,:])(?P<digits>(?:\d{1,3}(?:[. \u00a0\u202f]\d{3})+|\d+)(?:,\d+)?)(?![.,:]?\d)"
    r"(?:\s(?P<magnitude>mil millones|tausend|mille|mila|mil|duizend|tusen|mill?i?on\w*|millón"
    r"|milh\w+|miljo\w+|mill?iard\w*|miljard\w*))?(?!\w)",
    re.IGNORECASE,
)
"""As the other languages whose dates are known write numbers: 1.204,5 Millionen."""
_DAY_OR_CLOCK = re.compile(
    rf"^(?:\.|er|º|°)?(?: de)? (?:{'|'.join(month_numbers())})\b|^\.? ?(?:Uhr|h)\b", re.IGNORECASE
)
_DAY = re.compile(rf"^(?:[-–/]\d{{1,2}}| (?:and|or|to) \d{{1,2}})?(?: of)? {MONTH}\b")
_CLOCK = re.compile(r"^(?::\d\d| ?[ap]\.?m\b| ?o[’']clock\b|(?:st|nd|rd|th)\b)", re.IGNORECASE)
_SHARE = re.compile(
    r"^\s?(?:%|per ?cent|percentage|Prozent|por ciento|por cento|pour cent|procent|prosent)",
    re.IGNORECASE,
)
_MONEY = "$€£¥"
_FOLLOWING = re.compile(r"[- ]([^\W\d_][\w'’-]*)")


class Figure(NamedTuple):
    """A number in a text.

    Attributes:
        value: What it comes to.
        kind: `COUNT`, `SHARE` or `SUM`.
        text: The words that say it.
        following: The word behind these, as written; empty where a sign stands between.
    """

    value: float
    kind: str
    text: str
    following: str = ""


def figures(text: str, of: Set[str] = frozenset(), language: str | None = None) -> dict[float, str]:
    """The numbers in a text, each with the words that say it; no dates and no times of day.

    Args:
        text: Any.
        of: Only those that one of these terms follows within `NEAR` words: "41,000 homes" is of
            "home", "for nine years" is not. Empty takes all.
        language: The text's.

    >>> figures("Fourteen of the 1,200 passengers, about 1.2 per cent")
    {14.0: 'Fourteen', 1200.0: '1,200', 1.2: '1.2'}
    >>> figures("1.204 Menschen, 1,5 Millionen Euro", language="de")
    {1204.0: '1.204', 1500000.0: '1,5 Millionen'}
    """
    return {figure.value: figure.text for figure in with_kinds(text, of, language)}


def with_kinds(text: str, of: Set[str], language: str | None) -> list[Figure]:
    """The same, each value of a kind once.

    Args:
        text: Any.
        of: As `figures` has it.
        language: The text's.
    """
    found: dict[tuple[float, str], Figure] = {}
    with_comma = analysed_as(language) in MONTHS.keys() - {ENGLISH}
    for match in (_WITH_COMMA if with_comma else _FIGURE).finditer(text):
        after = text[match.end() :]
        if _NO_COUNT.search(text[: match.start()][-12:]) or _CLOCK.match(after):
            continue
        if (_DAY_OR_CLOCK if with_comma else _DAY).match(after):
            continue
        is_sum = text[max(match.start() - 1, 0) : match.start()] in tuple(_MONEY)
        kind = SHARE if _SHARE.match(after) else SUM if is_sum else COUNT
        end = match.end()
        second = (_WITH_COMMA if with_comma else _FIGURE).search(text, end)
        if second and _PART_OF.match(text[end : second.start()]):
            end = second.end()
        near = " ".join(text[end:].split()[:NEAR])
        if of and not of & set(terms(near, language)):
            continue
        value = _value_with_comma(match) if with_comma else _value(match)
        # A year is when, not how many.
        if not (match["digits"] and not match["magnitude"] and _is_year(match["digits"])):
            following = _FOLLOWING.match(after)
            figure = Figure(value, kind, match.group(), following[1] if following else "")
            found.setdefault((value, kind), figure)
    return list(found.values())


def _value(match: re.Match[str]) -> float:
    if match["digits"]:
        value = float(re.sub("[, ]", "", match["digits"]))
    else:
        value = 0.0
        for part in re.split(r"[- ]", match["words"].lower()):
            value = (
                value * 100 if part == "hundred"
                else value + _UNITS.get(part, 0) + _TENS.get(part, 0)
            )  # fmt: skip
    magnitude = (match["magnitude"] or "").strip(" -").lower()
    # 16.1 * 1e6 is 16100000.000000002.
    return float(round(value * _MAGNITUDES[magnitude])) if magnitude else value


def _value_with_comma(match: re.Match[str]) -> float:
    digits = re.sub(r"[. \u00a0\u202f]", "", match["digits"]).replace(",", ".")
    word = (match["magnitude"] or "").lower()
    if not word:
        return float(digits)
    if word == "mil millones" or re.match("mill?iard|miljard", word):
        return float(round(float(digits) * 1e9))
    is_thousand = word in ("tausend", "mil", "mille", "mila", "duizend", "tusen")
    return float(round(float(digits) * (1e3 if is_thousand else 1e6)))


def _is_year(digits: str) -> bool:
    return len(digits) == 4 and digits.isdecimal() and 1800 <= int(digits) <= 2100
