"""Questions about articles, and not about what these say: "Who wrote about the ferry?".

Publisher, author and date of an article are no words of its text, so such a question was answered
by whoever is named there. Rules, each for one wording; what is asked of the articles is taken out,
and the rest put as `qa.question.wording` reads it ("articles by the Star in May about the ferry").
Whatever only looks alike stays as it is: who wrote a report, a novel, to the minister; who covered
the cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from qa.agencies import is_like_one
from qa.facts import ArticlesAsked, Field, Order
from qa.question import in_language
from qa.question.article_rules import ARTICLES, NEWEST, ON, RULES, TITLED, rule
from qa.question.names import Known
from qa.records import Filters
from qa.rows import name_key
from qa.text import periods
from qa.text.languages import is_within

LONGEST: Final = 300
"""Characters beyond which a text is a pasted page; the rules below take time that grows with its
square."""

_FROM: Final = re.compile(r",? (?:in|by|from) (?=\S)", re.IGNORECASE)
_LEADS: Final = re.compile(rf" {ON} (?=\S)", re.IGNORECASE)
_CLAUSE: Final = re.compile(
    r"\b(?:did|does|do|has|have|had|was|were|is|are|will|that|which|who|whom|whose|what|when|while"
    r"|because|whether|if|how|why)\b"
)
"""Small letters only: the WHO and IS are what articles may be about."""
_A_DAY: Final = re.compile(
    rf" on (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|{periods.DAY_OF_MONTH})(?!['’])",
    re.IGNORECASE,
)
_LEFT: Final = re.compile(r"^(?:articles?|they)\b(?: about\b)?,?\s*", re.IGNORECASE)
_POSSESSIVE: Final = re.compile(r"['’]s?$")
_OF_KIND: Final = re.compile(r" \w+$")
"""The preposition behind what an article is called: "review of"."""
_THE: Final = re.compile(r"^(?:the|an?) (?=\S)", re.IGNORECASE)


def read(
    text: str, known: Known, as_of: date | None = None, phrases: Sequence[str] = ()
) -> tuple[ArticlesAsked | None, str, str]:
    """What a question asks of articles, and which articles, as `qa.question.wording` reads it.

    Args:
        text: The question, without operators.
        known: The archive: who writes or publishes must be one of its.
        as_of: The day it is asked on.
        phrases: What stands in quotation marks there: it may be a title.

    Returns:
        What is asked, the articles, and what `topic` is to find that they are about; where it is
        asked what articles say, None and the text itself.
    """
    if len(text) > LONGEST:
        return None, text, ""
    plain = " ".join(text.split())
    if len(phrases) == 1 and (field := _of_title(plain, phrases[0])):
        asked = ArticlesAsked(field, certain=False, titled=True)
        return asked, f"articles about {phrases[0]}", topic(phrases[0])
    for each in RULES:
        match = each.pattern.fullmatch(plain)
        if match and (which := _which(match, each.field, known, as_of)) is not None:
            groups = match.groupdict()
            mention = bool(groups.get("mention"))
            kind = _OF_KIND.sub("", groups.get("kind") or "").lower()
            asked = ArticlesAsked(each.field, _order(groups), each.certain, mention, kind=kind)
            articles, about = which
            return asked, f"{articles} about {about}" if about else articles, topic(about)
    return None, text, ""


def _of_title(text: str, title: str) -> Field | None:
    """What is asked of the article of a title; None where it is something else."""
    named = rf"(?:the )?(?:(?:{ARTICLES}) )?(?:called )?{re.escape(title)}[.,;:!?]*"
    return next(
        (f for f, asked in TITLED if rule(f, asked.format(named)).pattern.fullmatch(text)), None
    )


def topic(text: str) -> str:
    """What is left of the articles that `read` told of, when their names and dates are read."""
    return _THE.sub("", _LEFT.sub("", text)).strip(" ,?!.")


def _order(groups: dict[str, str | None]) -> Order:
    said = " ".join(filter(None, (groups.get(name) for name in ("which", "first", "last"))))
    if not said:
        return ""
    return "newest" if re.fullmatch(NEWEST, said, re.IGNORECASE) else "first"


def _which(
    match: re.Match[str], field: Field, known: Known, as_of: date | None
) -> tuple[str, str] | None:
    """The articles that are asked for: "articles by NAME in 2025", and their topic; None of others.

    "How many articles on Mars did he write?", "… in the treaty?" and "Which paper that reported on
    the leak was raided?" ask for none of these.
    """
    groups = match.groupdict()
    who, about = groups.get("who"), groups.get("topic") or groups.get("on") or ""
    if who is not None and _name_at(known, who, 0) != len(who):
        return None
    source = _POSSESSIVE.sub("", groups.get("source") or "")
    if source and _name_at(known, source, 0) != len(source):
        return None
    said = [f" by {name}" for name in (who, source) if name]
    if rest := groups.get("rest"):
        at = _leads(rest)
        whose, of = (rest, "") if at is None else (rest[: at.start()], rest[at.end() :])
        if whose and not _says_whose(known, whose):
            return None
        said += [whose] if whose else []
        about = of or about
    if when := groups.get("when"):
        # "What has she written about rain?" asks what her articles say.
        if _leads(when) or not _says_whose(known, when):
            return None
        said.append(when)
    if _CLAUSE.search(about) or (groups.get("topic") and _is_day(match)):
        return None
    while (modifier := next(_modifiers(about, field, known, as_of), None)) is not None:
        said.append(f" {about[modifier:].strip(' ,')}")
        about = about[:modifier]
    return "articles" + "".join(said), about.strip(" ,")


def _is_day(match: re.Match[str]) -> bool:
    """Whether what seems a topic is a day: "Which paper reported on Monday a fall in prices?"."""
    at = match.start("topic") - len(" on ")
    return any(pattern.match(match.string, at) for pattern in (_A_DAY, periods.DATE))


def _leads(rest: str) -> re.Match[str] | None:
    """Where it is said what articles are about; "on 5 May" says when they came out."""
    return next(
        (led for led in _LEADS.finditer(rest) if not periods.DATE.match(rest, led.start())), None
    )


def _says_whose(known: Known, said: str) -> bool:
    """Whether a text begins with the name, the date or the language of articles."""
    source = _FROM.match(said)
    if source is not None and _name_at(known, said, source.end()) is not None:
        return True

    def has(tag: str) -> bool:
        return any(is_within(each, tag) for each in known.languages())

    dated = periods.DATE.match(said) or periods.SPAN.match(said)
    return bool(dated) or in_language.after_noun(said, 0, has) is not None


def _modifiers(text: str, field: Field, known: Known, as_of: date | None) -> Iterator[int]:
    """Where a name or a date begins that a text ends with: "by Ada Ford", "in May 2025".

    Which papers wrote of a letter to, or who of a claim by, one of them asks for all of them; and
    of a flood in 1953 no article need be of then.
    """
    shift = not text.startswith(" ")
    for match in _FROM.finditer(f" {text}" if shift else text):
        if _name_at(known, text, match.end() - shift, but=field) == len(text):
            yield max(match.start() - shift, 0)
    for pattern in (periods.DATE, periods.SPAN):
        for match in pattern.finditer(text):
            after, before = periods.bounds(match, as_of, known.newest())
            dated = Filters(after=after, before=before)
            if match.end() == len(text) and dated and known.holds(dated):
                yield match.start()


def _name_at(known: Known, text: str, at: int, but: str = "") -> int | None:
    """The end of a publisher's, agency's or author's name that begins at a place.

    `but` is the field whose names do not count.
    """
    ends = [
        place.end
        for field, names in (("publishers", known.publishers), ("authors", known.authors))
        if field != but and (place := names().at(text, at))
    ]
    agency = known.agencies().at(text, at) if but != "agencies" else None
    if agency and is_like_one(agency.name, name_key(agency.name)):
        ends.append(agency.end)
    return max(ends, default=None)
