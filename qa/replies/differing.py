"""Where quotes of different articles give different figures for the same thing."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from typing import Final

from qa.question.query import Question
from qa.records import Citation, Figures
from qa.text.analysis import term, terms
from qa.text.figures import COUNT, MONTH, OF_ALL, SHARE, SUM, WORDS, Figure, figures, with_kinds
from qa.text.stemming import ENGLISH, analysed_as

SHARED: Final = 0.6
"""Of the question's words that either quote holds, the share that both must hold to speak of the
same thing, two of them at the least."""

SHARED_WITH_TITLES: Final = 0.75
"""The same where names in the titles count too."""

_OF_AGE = re.compile(r"\bhow old\b|\bages?\b", re.IGNORECASE)
_AGE = re.compile(
    r"\b[A-Z][\w.'’-]*, \d{1,3}(?=[,.](?!\d))|\b[Aa]ge[ds]? \d{1,3}\b"
    r"|(?<![\w.,])\d{1,3}(?=[- ]years?[- ]old\b)"
)
"""How English writes how old somebody is: "Anna Smith, 45, was killed", "age 12 and older"."""
_OF_TIME = re.compile(
    r"\bhow (?:long|old|soon|late|early)\b|\bages?\b"
    r"|\b(?:how many|how much|number of|in) (?:\w+ )?(?:years|months|weeks|days|hours|minutes)\b",
    re.IGNORECASE,
)
"""Not "last week", which is when, and not how long."""
_NUMBER = rf"(?:\d+(?:[.,]\d+)*|(?:{WORDS})(?:[- ](?:{WORDS}))?)"
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
_DEAD: Final = frozenset({"kill", "die", "dead", "death", "fatal", "perish", "drown", "bodi"})
_HURT: Final = frozenset({"hurt", "injur", "injuri", "wound"})
"""Terms. Both stand in one sentence: "killing nine workers and injuring 52 people"."""
_LIVES_LOST = re.compile(
    r"\b(?:claim|cost|los|tak|took)\w* (?:[\w,-]+ ){0,3}?lives\b|\btoll\b", re.IGNORECASE
)
""""Claimed 14 lives", "lost their lives": where people live is another matter."""
_PEOPLE: Final = frozenset({"peopl", "person"})
"""Terms that count whoever it was: "Twelve workers were hurt"."""
_OF_NOTHING: Final = _DEAD | _HURT | _PEOPLE
"""Terms of a question that does not say where or when it was: "How many people were hurt?"."""
LEAD: Final = 300
"""Characters of an article that say what it is about: its first two or three sentences."""

SAME_NAMES: Final = 0.5
"""Two leads tell of one thing if they share more than this share of the names in either, and"""

SAME_WORDS: Final = 0.2
"""this share of the words: two fires in one town share its name."""

_MORE = re.compile(
    rf"\b(?:another|(?:an )?additional|a further) {_NUMBER}\b"
    rf"|(?<![\w.,]){_NUMBER} (?:more|additional|further)\b(?! than\b)",
    re.IGNORECASE,
)
"""What is added to a count is no other count: "five more people came forward"."""
_ASKS_FOR_MORE = re.compile(r"\b(?:more|another|additional(?:ly)?|further)\b", re.IGNORECASE)
_OF_ALL = re.compile(
    rf"(?<![\w.,])({_NUMBER} {OF_ALL})"
    rf"{_NUMBER}\b(?! (?:[\w'’-]+ )?(?:who|that|which|killed|injured|wounded|hurt|shot|arrested"
    r"|detained|infected|charged)\b)",
    re.IGNORECASE,
)
"""Not "two of the 14 people killed", where the 14 are those that a question of the dead counts."""
_ASKS_FOR_ALL = re.compile(r"\b(?:have|has|had|there|owns?|employs?|runs?)\b", re.IGNORECASE)
""""How many beds does it have?" asks for the 840 of "120 of its 840 beds", "will close" not."""
_COUNTED = re.compile(
    r"\b(?:how many|number of) (?:[\w'’-]+ ){0,2}?([\w'’-]+)(?= (?:do|does|did|is|are|was|were|will"
    r"|would|has|have|had|can|could|may|might|must|should)\b|\?|$)",
    re.IGNORECASE,
)
"""What is counted: the last word before the verb."""
_PERIOD = re.compile(
    rf"(?:^|(?<=[.!?]\s))(?P<head>(?:last|this) year|in \d{{4}}|since (?:{MONTH}\b|\d{{4}}\b))"
    rf"|\b(?P<tail>(?:last|this) year|in \d{{4}}|since (?:{MONTH}|\d{{4}}))(?=[,.;]|$)",
    re.IGNORECASE | re.MULTILINE,
)
"""The time that a count is of, at either end of a clause: "Last year wolves killed 412 sheep"."""
_CLAUSE_BEFORE = re.compile(r"(?:[^,.;]|[,.]\d)*$")
_RANK = re.compile(r"\b(?:worst|most|first|\w+est)\b", re.IGNORECASE)
""""The deadliest fire since 1998" counts nothing of since then."""
_NAME = re.compile(r"\b[A-Z][\w'’-]+")
_NO_NAME = re.compile(rf"\([^()]*\)|\b(?:{MONTH}|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b")
"""What a capital is written with in any article: agencies in brackets, months, days."""
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)
_WHAT_SHARE = re.compile(
    r"\b(?:what|which) (?:percentage|per ?cent|share|proportion)\b", re.IGNORECASE
)
_HOW_MANY = re.compile(r"\bhow many\b", re.IGNORECASE)
_DAY_OF_MONTH = re.compile(
    rf"(?<!\bsaid )(?<!\bsaid on )\b(?:(?P<month>{MONTH})\.? (?P<day>\d{{1,2}})(?!,?\d)"
    rf"|(?P<first>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<then>{MONTH})\b)"
)
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
    first = citations[0]
    own = _new_figures(question, first, lasts=bool(lasts))
    units = {term(figure.following, first.article.language) for figure in own} - {None}
    rows = [(first, own)]
    rows += [(c, _new_figures(question, c, units, lasts=bool(lasts))) for c in citations[1:]]
    kinds = {figure.kind for figure in own}
    if _WHAT_SHARE.search(question.text):
        kinds &= {SHARE}
    elif COUNT in kinds and _HOW_MANY.search(question.text):
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


def _new_figures(
    question: Question, citation: Citation, units: Set[str | None] | None = None, *, lasts: bool
) -> list[Figure]:
    """The figures of a quote that a question may ask for, less those that it says itself.

    Args:
        question: The question, analysed.
        citation: The quote.
        units: What the figures that it is compared with count, by their terms; None of the first.
        lasts: Whether it is asked how long something lasts.
    """
    language = citation.article.language
    asked = set(question.terms)
    if not _OF_TIME.search(question.text):
        asked -= _TIMES
    quote = _comparable(question.text, citation.quote, lasts=lasts)
    quote = _of_those_asked_for(quote, asked, language)
    corrects = _CORRECTS.search(f"{citation.article.title}\n{quote}")
    counted = _counted(question)
    if corrects and counted and not counted & (set(terms(quote, language)) | _PEOPLE):
        return []  # what it corrects is another count
    alike = counted | (_PEOPLE if counted else set())
    harmed = asked & (_DEAD | _HURT)

    def free(found: list[Figure]) -> list[Figure]:
        if units is None or corrects or harmed:
            return found
        return [figure for figure in found if _is_free(figure, units | alike, language)]

    found = with_kinds(quote, counted, language) if counted else []
    found = found or free(with_kinds(quote, asked, language))
    # "Cases reached 63" counts cases, and "sold in 31 languages" no copies.
    anywhere = not counted or counted & (set(terms(quote, language)) | _PEOPLE) or harmed
    if corrects or (not found and anywhere):
        found = free(with_kinds(quote, frozenset(), language))
    said = figures(question.text)
    new = [figure for figure in found if figure.value not in said]
    if _HOW_MANY.search(question.text):  # 6.4 of a magnitude, 2.5 metres: nothing that is counted
        new = [f for f in new if f.kind != COUNT or f.value.is_integer()]
    return new


def _is_free(figure: Figure, alike: Set[str | None], language: str | None) -> bool:
    """Whether a figure may count what it does not stand before: "cases reached 63 on Monday".

    "Passes the moon 49 times" counts no moons, and "in one" nothing.
    """
    if figure.kind != COUNT:
        return True
    counts = term(figure.following, language) if figure.following else None
    return counts in alike if counts else figure.text.lower() != "one"


def _counted(question: Question) -> set[str]:
    """The forms of the word that a question counts; empty where it is not told."""
    found = _COUNTED.search(question.text)
    at = found.start(1) if found else -1
    return {form for word in question.words if word.span.start == at for form in word.forms}


def _comparable(asked: str, quote: str, *, lasts: bool) -> str:
    """A quote without the figures that a question does not ask for.

    Ages, times, what was before, what was added, of how many it was a part.

    Args:
        asked: The question.
        quote: The quote.
        lasts: Leave nothing but times.
    """
    if not _OF_AGE.search(asked):
        quote = _AGE.sub(lambda found: found.group().rstrip("0123456789"), quote)
    if not _OF_TIME.search(asked):
        quote = _DURATION.sub("", quote)
    if not _ASKS_FOR_MORE.search(asked):
        quote = _MORE.sub("", quote)
    if not _ASKS_FOR_ALL.search(asked):
        quote = _OF_ALL.sub(r"\1", quote)
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


def _same_thing(question: Question, first: Citation, second: Citation) -> bool:
    """Whether two quotes speak of the same thing: not only of the same names ("Halden Motors").

    A name may stand in the title alone, which says what all of an article is about. Where the first
    speaks of what the question means by "the heat", the other's article must, somewhere. Where the
    first names the day that the question names, the other names no other; where both say of what
    time they count, it is the same. A question that only asks how many were hurt is about what the
    first quote's article tells of, and so must the other's be.
    """
    language = first.article.language
    asked, *days = (_days(text) for text in (question.text, first.quote, second.quote))
    if asked & days[0] and days[1] and asked.isdisjoint(days[1]):
        return False
    periods = [_periods(each) for each in (first, second)]
    if all(periods) and periods[0].isdisjoint(periods[1]):
        return False
    quoted = [_held(question, each.quote, each.article.language) for each in (first, second)]
    plain = _plain(question, first) | _plain(question, second)
    if not quoted[0] & quoted[1] & plain:
        return False
    harmed = {word.term for word in question.words if word.term in _DEAD | _HURT}
    if harmed and not (harmed & quoted[0] and harmed & quoted[1]):
        return False
    if harmed and {word.term for word in question.words} <= _OF_NOTHING:
        return _same_lead(first, second)
    meant = _meant(question) & (quoted[0] | question.held(first.article.title, language))
    told = f"{second.article.title}\n{second.article.text}"
    if meant and meant.isdisjoint(_held(question, told, second.article.language)):
        return False
    titles = [question.held(each.article.title, each.article.language) for each in (first, second)]
    named = [held | title & question.names for held, title in zip(quoted, titles, strict=True)]
    return _shared(*quoted) >= SHARED or _shared(*named) >= SHARED_WITH_TITLES


def _held(question: Question, text: str, language: str | None) -> set[str]:
    """The question's words that a text holds, or says otherwise: injured for hurt."""
    present, held = set(terms(text, language)), question.held(text, language)
    if _LIVES_LOST.search(text):
        present |= _DEAD
    for alike in (_DEAD, _HURT):
        if alike & present:
            held |= {word.term for word in question.words if word.term in alike}
    return held


def _same_lead(first: Citation, second: Citation) -> bool:
    """Whether two articles begin with the same event: the same names, and what happened to them."""
    leads = [f"{each.article.title}. {each.article.text[:LEAD]}" for each in (first, second)]
    leads = [_NO_NAME.sub("", lead) for lead in leads]
    languages = [each.article.language for each in (first, second)]
    names, words = (
        [set(terms(part, own)) - _OF_NOTHING for part, own in zip(parts, languages, strict=True)]
        for parts in ([" ".join(_NAME.findall(_AT_HEAD.sub("", lead))) for lead in leads], leads)
    )
    return _overlap(*names) > SAME_NAMES and _overlap(*words) >= SAME_WORDS


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / (min(len(one), len(other)) or 1)


def _periods(citation: Citation) -> set[str]:
    """The times that the counts of a quote are of: "in 2025", "since nov"."""
    at, quote = citation.article.published_at, citation.quote
    found = set()
    for match in _PERIOD.finditer(quote):
        before = _CLAUSE_BEFORE.search(quote, 0, match.start())
        clause = before.group() if before and match["tail"] else quote[match.end() :]
        if _RANK.search(clause) or not figures(clause):
            continue  # "elected in 2019", "the worst since 1998"
        preposition, when = (match["head"] or match["tail"]).lower().split()
        if when == "year":
            if at is None:
                continue
            preposition, when = "in", str(at.year - (preposition == "last"))
        found.add(f"{preposition} {when[:4] if when.isdecimal() else when[:3]}")
    return found


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
    return _held(question, small, language) | (question.held(heads, language) - question.names)


def _shared(first: set[str], second: set[str]) -> float:
    both = first & second
    return len(both) / len(first | second) if len(both) >= 2 else 0.0
