"""Where quotes of different articles give different figures for the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Final, NamedTuple

from qa.analysis import terms
from qa.calendar_names import MONTHS, month_numbers
from qa.query import Question
from qa.records import Citation, Figures
from qa.stemming import ENGLISH, analysed_as

SHARED: Final = 0.6
"""Of the question's words that either quote holds, the share that both must hold to speak of the
same thing, two of them at the least."""

SHARED_WITH_TITLES: Final = 0.75
"""The same where names in the titles count too."""

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
_WORDS = "|".join([*_TENS, *sorted(_UNITS, key=len, reverse=True)])
_FIGURE = re.compile(
    rf"(?<![\w.,:])(?:(?P<digits>\d{{1,3}}(?: \d{{3}})+(?![\d,])|\d+(?:,\d{{3}})*(?:\.\d+)?)"
    rf"|(?P<words>(?:{_WORDS})(?:[- ](?:{_WORDS}))?"
    rf"(?:[- ]hundred(?:(?:[- ]and)?[- ](?:{_WORDS})(?:[- ](?:{_WORDS}))?)?)?))"
    rf"(?P<magnitude>[- ]?(?:hundred|thousand|million|billion|trillion|bn)|[km])?(?!\w|[.,]\d)",
    re.IGNORECASE,
)
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_NO_COUNT = re.compile(
    rf"(?:\b{_MONTH}\.? |\b(?:Pier|Highway|Route|Article) |\bNo\. ?|\bmagnitude (?:of )?)$"
)
_PART_OF = re.compile(r"^ (?:out )?of (?:(?:the|its|his|her|their|all|some|about|nearly) )*$")
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
_DAY = re.compile(rf"^(?:[-–/]\d{{1,2}}| (?:and|or|to) \d{{1,2}})?(?: of)? {_MONTH}\b")
_CLOCK = re.compile(r"^(?::\d\d| ?[ap]\.?m\b| ?o[’']clock\b|(?:st|nd|rd|th)\b)", re.IGNORECASE)
_OF_AGE = re.compile(r"\bhow old\b|\bages?\b", re.IGNORECASE)
_AGE = re.compile(
    r"\b[A-Z][\w.'’-]*, \d{1,3}(?=[,.](?!\d))|\b[Aa]ged \d{1,3}\b"
    r"|(?<![\w.,])\d{1,3}(?=[- ]years?[- ]old\b)"
)
"""How English writes how old somebody is: "Anna Smith, 45, was killed", "a 17-year-old"."""
_OF_TIME = re.compile(
    r"\bhow (?:long|old|soon|late|early)\b|\bages?\b"
    r"|\b(?:how many|how much|number of|in) (?:\w+ )?(?:years|months|weeks|days|hours|minutes)\b",
    re.IGNORECASE,
)
"""Not "last week", which is when, and not how long."""
_NUMBER = rf"(?:\d+(?:[.,]\d+)*|(?:{_WORDS})(?:[- ](?:{_WORDS}))?)"
_DURATION = re.compile(
    rf"(?<![\w.,])(?:{_NUMBER}(?: to | or |[-–]))?{_NUMBER}[- ]"
    r"(?:years?|months?|weeks?|days?|hours?|minutes?)\b",
    re.IGNORECASE,
)
""""Two years ago" is no other figure for what a bridge costs."""
_HOW_LONG = re.compile(r"\bhow long\b", re.IGNORECASE)
_LENGTH = re.compile(
    r"\d[- ]?(?:(?:kilo)?met(?:re|er)s?|km|m|miles?|feet|foot|yards?)\b", re.IGNORECASE
)
_TIMES: Final = frozenset({"year", "month", "week", "day", "hour", "minut"})
"""Terms: of "214,000 the week before" it is not weeks that are counted."""
_WAS_BEFORE = re.compile(
    r"(\b(?:up|down)) from [$€£¥]?\d[\d.,]*\b"
    r"|(\bto [$€£¥]?\d[\d.,]*(?: (\w+))?,?) from [$€£¥]?\d[\d.,]*\b"
    r"(?(3)(?:(?= \3\b)|(?! (?!(?:the|an?|in|on|at|last|when|before|earlier|and|but)\b)\w)))",
    re.IGNORECASE,
)
""""Rose to 224,000 from 218,000": what it was before is no other figure for what it is. "Spread to
400 people from 30 villages" counts two things."""
_CLAUSE = re.compile(
    r"(?:, including [^,.;]*,|(?!, | and | but | while |[;:] |[.!?]\s).)+", re.DOTALL
)
_DEAD: Final = frozenset({"kill", "die", "dead", "death", "fatal"})
_HURT: Final = frozenset({"hurt", "injur", "injuri", "wound"})
"""Terms. Both stand in one sentence: "killing nine workers and injuring 52 people"."""
_SHARE = re.compile(
    r"^\s?(?:%|per ?cent|percentage|Prozent|por ciento|por cento|pour cent|procent|prosent)",
    re.IGNORECASE,
)
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_DAY_OF_MONTH = re.compile(
    rf"(?<!\bsaid )(?<!\bsaid on )\b(?:(?P<month>{_MONTH})\.? (?P<day>\d{{1,2}})(?!,?\d)"
    rf"|(?P<first>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<then>{_MONTH})\b)"
)
_MONEY = "$€£¥"
_CORRECTS = re.compile(
    r"\b(?:correct(?:s|ed|ion)?|(?<!\bof )(?<!\bstate )corrections"
    r"(?! (?:agency|agencies|board|commission|department|officers?|officials?|secretary|system)\b)"
    r"|clarifications?)\b(?! (?:facility|facilities|officers?)\b)",
    re.IGNORECASE,
)
"""What corrects says a figure again that was wrong, and the right one away from what it counts:
"said that 60 shops would shut. The correct figure is 40"."""
_DEFINITE = re.compile(r"\bthe ([^\W\d_]+)", re.IGNORECASE)
"""What a question takes for known: "the heat", "the parliament"."""
_WORD = re.compile(r"[^\W\d_]\w*")
_AT_HEAD = re.compile(r"(?:^|(?<=[.!?]\s))[A-Z]\w+(?= [a-z])", re.MULTILINE)
"""A capital that may only be there because a sentence begins: "Marks rose", "Halden" of "Halden
Motors has" not."""


class _Figure(NamedTuple):
    """A number, its kind and the words that say it."""

    value: float
    kind: str
    text: str


def figures_of(question: Question, citations: Sequence[Citation]) -> tuple[Figures, ...]:
    """The figures of quotes that do not agree; empty where all do, or nothing can be told.

    Only where the question asks for a number. Two quotes disagree if they are of different
    articles, each the first of its own that speaks of the thing, hold the same words of the
    question, and have not one figure in common that the question does not say. A share is no other
    figure for a number of things ("70 per cent" and "4,200 people"), nor is a sum where it is asked
    how many.

    Args:
        question: The question, analysed.
        citations: The quotes, best first.

    Returns:
        The figures of the first quote and of each that disagrees with it.
    """
    if question.answer_type != "number" or len(citations) < 2:
        return ()
    # Of a freeze of two years, 310 homes are no other length; of a bridge, metres may be.
    best = citations[0].quote
    lasts = _HOW_LONG.search(question.text) and _DURATION.search(best) and not _LENGTH.search(best)
    rows = [(each, _new_figures(question, each, lasts=bool(lasts))) for each in citations]
    first, own = rows[0]
    kinds = {figure.kind for figure in own}
    if COUNT in kinds and _HOW_MANY.search(question.text):
        kinds = {COUNT}
    elif kinds - {SHARE}:  # a sum may be written without its sign
        kinds |= {COUNT, SUM}
    alike = [(each, [f for f in found if f.kind in kinds]) for each, found in rows]
    values = {figure.value for figure in alike[0][1]}
    others, told = [], {first.article.id}
    for citation, new in alike[1:]:
        if not new or citation.article.id in told or not _same_thing(question, first, citation):
            continue
        # An article says it once: in what else is quoted of it, figures are of other things.
        told.add(citation.article.id)
        if values.isdisjoint(figure.value for figure in new):
            others.append((citation, new))
    if not others:
        return ()
    return tuple(
        Figures(
            citation=citation.number,
            figures=tuple(dict.fromkeys(figure.text for figure in found)),
            published_at=citation.article.published_at,
        )
        for citation, found in [alike[0], *others]
    )


def _new_figures(question: Question, citation: Citation, *, lasts: bool) -> list[_Figure]:
    """The figures of a quote that a question may ask for, less those that it says itself."""
    language = citation.article.language
    asked = set(question.terms)
    if not _OF_TIME.search(question.text):
        asked -= _TIMES
    quote = _comparable(question.text, citation.quote, lasts=lasts)
    quote = _of_those_asked_for(quote, asked, language)
    found = _found(quote, asked, language)
    if not found or _CORRECTS.search(f"{citation.article.title}\n{quote}"):
        found = _found(quote, frozenset(), language)
    said = figures(question.text)
    new = [figure for figure in found if figure.value not in said]
    if _HOW_MANY.search(question.text):  # 6.4 of a magnitude, 2.5 metres: nothing that is counted
        new = [f for f in new if f.kind != COUNT or f.value.is_integer()]
    return new


def _comparable(asked: str, quote: str, *, lasts: bool) -> str:
    """A quote without the figures that a question does not ask for: ages, times, what was before.

    Args:
        asked: The question.
        quote: The quote.
        lasts: Leave nothing but times.
    """
    if not _OF_AGE.search(asked):
        quote = _AGE.sub(lambda found: found.group().rstrip("0123456789"), quote)
    if not _OF_TIME.search(asked):
        quote = _DURATION.sub("", quote)
    if lasts:
        quote = ", ".join(_DURATION.findall(quote))
    return quote if _FROM.search(asked) else _WAS_BEFORE.sub(r"\1\2", quote)


def _of_those_asked_for(quote: str, asked: Set[str], language: str | None) -> str:
    """A quote without what it says of the injured, where the dead are asked for, or of the dead."""
    wanted = [each for each in (_DEAD, _HURT) if each & asked]
    if len(wanted) != 1:
        return quote
    [own] = wanted
    other = _HURT if own is _DEAD else _DEAD

    def kept(clause: re.Match[str]) -> str:
        held = set(terms(clause.group(), language))
        return "" if held & other and not held & own else clause.group()

    return _CLAUSE.sub(kept, quote)


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
    return {figure.value: figure.text for figure in _found(text, of, language)}


def _found(text: str, of: Set[str], language: str | None) -> list[_Figure]:
    """The figures of a text, each value of a kind once."""
    found: dict[tuple[float, str], _Figure] = {}
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
        following = (_WITH_COMMA if with_comma else _FIGURE).search(text, end)
        if following and _PART_OF.match(text[end : following.start()]):
            end = following.end()
        near = " ".join(text[end:].split()[:NEAR])
        if of and not of & set(terms(near, language)):
            continue
        value = _value_with_comma(match) if with_comma else _value(match)
        # A year is when, not how many.
        if not (match["digits"] and not match["magnitude"] and _is_year(match["digits"])):
            found.setdefault((value, kind), _Figure(value, kind, match.group()))
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


def _same_thing(question: Question, first: Citation, second: Citation) -> bool:
    """Whether two quotes speak of the same thing: not only of the same names ("Halden Motors").

    A name may stand in the title alone, which says what all of an article is about. Where the first
    speaks of what the question means by "the heat", the other's article must, somewhere. Where the
    first names the day that the question names, the other names no other.
    """
    language = first.article.language
    asked, *days = (_days(text) for text in (question.text, first.quote, second.quote))
    if asked & days[0] and days[1] and asked.isdisjoint(days[1]):
        return False
    quoted = [question.held(each.quote, each.article.language) for each in (first, second)]
    plain = _plain(question, first) | _plain(question, second)
    if not quoted[0] & quoted[1] & plain:
        return False
    meant = _meant(question) & (quoted[0] | question.held(first.article.title, language))
    told = f"{second.article.title}\n{second.article.text}"
    if meant and meant.isdisjoint(question.held(told, second.article.language)):
        return False
    titles = [question.held(each.article.title, each.article.language) for each in (first, second)]
    named = [held | title & question.names for held, title in zip(quoted, titles, strict=True)]
    return _shared(*quoted) >= SHARED or _shared(*named) >= SHARED_WITH_TITLES


def _days(text: str) -> set[tuple[str, int]]:
    """The days of months that an English text names: ("feb", 14)."""
    return {
        ((found["month"] or found["then"])[:3].lower(), int(found["day"] or found["first"]))
        for found in _DAY_OF_MONTH.finditer(text)
    }


def _meant(question: Question) -> set[str]:
    """The question's words behind "the"."""
    starts = {found.start(1) for found in _DEFINITE.finditer(question.text)}
    return {word.term for word in question.words if word.span.start in starts}


def _plain(question: Question, citation: Citation) -> set[str]:
    """Those of a question's words that a quote writes as no name."""
    language, quote = citation.article.language, citation.quote
    if analysed_as(language) != ENGLISH:
        return question.held(quote, language)  # German writes all nouns with a capital
    small = " ".join(word for word in _WORD.findall(quote) if not word[0].isupper())
    heads = " ".join(_AT_HEAD.findall(quote))
    return question.held(small, language) | (question.held(heads, language) - question.names)


def _shared(first: set[str], second: set[str]) -> float:
    both = first & second
    return len(both) / len(first | second) if len(both) >= 2 else 0.0
