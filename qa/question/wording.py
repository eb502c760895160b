"""Which articles a question means, said in words: "What did AP say in July 2025?".

Only wordings that speak of articles are read: what a publisher says or writes, according to a
publisher, articles and coverage by, in, from, since. A name that no publisher has may be that of a
news agency of the datelines, if it is like one: "according to France" is not read so.

A date restricts only beside such a wording: "How many homes lost power in the 2024 storm?" asks
about 2024, and may be answered by an article of 2025. What is read is taken out of the question,
since the passages seldom say who published them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from qa.agencies import is_like_one
from qa.question import in_language
from qa.question.names import Known, Place
from qa.records import Filters
from qa.rows import name_key
from qa.text import periods
from qa.text.article_words import (
    ABOUT,
    ACCORDING,
    AMBIGUOUS,
    AND,
    ARTICLE,
    AUTHORS_VERB,
    AUXILIARY,
    BY,
    ENDS,
    GOES_ON,
    LATEST,
    NOUN,
    OF_ARTICLES,
    OF_NEWS,
    OF_PEOPLE,
    OWN,
    PASSIVE,
    QUOTED,
    REPORTS,
    SITE,
    VERB,
    is_whole,
)
from qa.text.languages import is_within

_THEY: Final = {"does": "do", "has": "have"}


@dataclass(frozen=True, slots=True)
class Said:
    """What a question says of the articles it means, and the question without it."""

    text: str
    publisher: str | None = None
    author: str | None = None
    after: date | None = None
    before: date | None = None
    agency: str | None = None
    language: str | None = None


class _Edit(NamedTuple):
    start: int
    end: int
    by: str


class _Named(NamedTuple):
    """A name found, and whose: "publisher", "agency" or "author"."""

    kind: str
    place: Place


@dataclass
class _Reading:
    """One question as it is read, from left to right; what comes first counts."""

    text: str
    as_of: date | None
    known: Known
    publisher: str | None = None
    agency: str | None = None
    author: str | None = None
    language: str | None = None
    after: date | None = None
    before: date | None = None
    edits: list[_Edit] = field(default_factory=list)

    def edit(self, start: int, end: int, by: str) -> None:
        """Put something else in the place of some characters, unless they are gone already."""
        if not any(edit.start < end and start < edit.end for edit in self.edits):
            self.edits.append(_Edit(start, end, by))

    def source(self, at: int, *, ends: bool = False) -> _Named | None:
        """A publisher, or else a news agency, whose name begins (or ends) at a place."""
        kinds = (("publisher", self.known.publishers), ("agency", self.known.agencies))
        for kind, names in kinds:
            found = names().before(self.text, at) if ends else names().at(self.text, at)
            if found and (kind == "publisher" or is_like_one(found.name, name_key(found.name))):
                return _Named(kind, found)
        return None

    def author_at(self, at: int, *, ends: bool = False) -> _Named | None:
        """An author whose name begins (or ends) at a place of the text."""
        names = self.known.authors()
        place = names.before(self.text, at) if ends else names.at(self.text, at)
        return _Named("author", place) if place else None

    def is_part(self, end: int) -> bool:
        """Whether a name goes on ("the Sun Belt Coalition"), or another source follows it."""
        if GOES_ON.match(self.text, end):
            return True
        joint = AND.match(self.text, end)
        return joint is not None and bool(self.source(joint.end()) or self.author_at(joint.end()))

    def take(self, named: _Named) -> bool:
        """Restrict to a name, unless another of its kind was found before."""
        if getattr(self, named.kind) not in (None, named.place.name):
            return False
        setattr(self, named.kind, named.place.name)
        return True

    def dated(self, pattern: re.Pattern[str], at: int = 0, *, search: bool = False) -> int:
        """Restrict to a date found there, if the archive has such articles; returns its end."""
        match = pattern.search(self.text, at) if search else pattern.match(self.text, at)
        if match is None or self.after or self.before:
            return at
        after, before = periods.bounds(match, self.as_of, self.known.newest())
        if (after is None and before is None) or not self.known.holds(
            Filters(self.publisher, self.author, after, before, self.language, self.agency)
        ):
            return at
        self.after, self.before = after, before
        self.edit(match.start(), match.end(), " ")
        return match.end()

    def at_the_end(self, at: int = 0) -> int:
        """Restrict to the date of articles that a question ends with; returns its end."""
        end = self.dated(periods.TRAILING_SPAN, at, search=True)
        return self.dated(periods.TRAILING_OF_ARTICLES, at, search=True) if end == at else end

    def modifiers(self, at: int, *, names: bool = False) -> int:
        """Read "since July 2025", "by X", "in X" one after the other; returns their end."""
        while True:
            end = self.dated(periods.SPAN, at)
            end = self.dated(periods.DATE, at) if end == at else end
            if end == at and names and (by := BY.match(self.text, at)):
                end = self.name(by) or self.in_language(at) or at
            if end == at:
                return at
            at = end

    def name(self, by: re.Match[str]) -> int | None:
        """Restrict to the name after "by", "in", "from" or "for"; returns its end."""
        named = self.source(by.end())
        if named is None and by[1].lower() == "by":
            named = self.author_at(by.end())
        if named is None or self.is_part(named.place.end) or not self.take(named):
            return None
        self.edit(by.start(), named.place.end, "")
        return named.place.end

    def verb(self, at: int) -> None:
        """Leave out the "say" that stands at a place: it would count as a word not found."""
        if verb := VERB.match(self.text, at):
            self.edit(verb.start(), verb.end(), "")

    def in_language(self, at: int) -> int | None:
        """Restrict to the language that is named after a word for articles; returns its end."""
        wanted = in_language.after_noun(self.text, at, self.has)
        if wanted is None or self.language not in (None, wanted.tag):
            return None
        self.language = wanted.tag
        self.edit(wanted.start, wanted.end, " ")
        return wanted.end

    def has(self, tag: str) -> bool:
        """Whether the archive has articles of a language."""
        return any(is_within(known, tag) for known in self.known.languages())

    def result(self) -> Said:
        """The question without what was read."""
        text = self.text
        for start, end, by in sorted(self.edits, reverse=True):
            text = text[:start] + by + text[end:]
        text = re.sub(r"\s+([?!.,;:])", r"\1", " ".join(text.split())).lstrip(" ,;:")
        return Said(
            text,
            self.publisher,
            self.author,
            self.after,
            self.before,
            self.agency,
            self.language,
        )


def read(text: str, known: Known, as_of: date | None = None, *, events: bool = False) -> Said:
    """Read what a question says of the articles it means.

    Args:
        text: The question.
        known: What of the archive decides how it is read.
        as_of: The day it is asked on, for "last week".
        events: Take when something happened for when articles tell of it.
    """
    reading = _Reading(" ".join(text.split()), as_of, known)
    spoken = (
        _names_said(reading),
        _according(reading),
        _own(reading),
        _latest(reading),
        _nouns(reading),
        _passive(reading),
        _in_language(reading),
    )
    if any(spoken):
        reading.dated(periods.LEADING)
        reading.dated(periods.TRAILING_SPAN, search=True)
    elif not _site(reading) and not events:
        return Said(text)
    if events:
        reading.dated(periods.EVENT, search=True)
        reading.dated(periods.TRAILING_SPAN, search=True)
    if events or any(spoken):
        reading.dated(periods.TRAILING, search=True)
    return reading.result()


def _names_said(reading: _Reading) -> bool:
    """Read "did the Toronto Star say", which becomes "did they"."""
    text, found = reading.text, False
    if not VERB.search(text):
        return False
    for auxiliary in AUXILIARY.finditer(text):
        verb = None
        if named := reading.source(auxiliary.end()):
            verb = VERB.match(text, named.place.end)
        if verb is None and (named := reading.author_at(auxiliary.end())):
            says = AUTHORS_VERB if reading.known.mentions(named.place.name) else VERB
            verb = says.match(text, named.place.end)
        if named is None or verb is None or not reading.take(named):
            continue
        found = True
        word = auxiliary[1]
        reading.edit(auxiliary.start(1), auxiliary.end(1), _THEY.get(word.lower(), word))
        reading.edit(named.place.start, named.place.end, "they")
        reading.verb(named.place.end)
        reading.modifiers(verb.end(), names=named.kind == "author")
        if word.lower() in ("has", "have"):
            reading.dated(periods.TRAILING_SINCE, search=True)
    return found


def _site(reading: _Reading) -> bool:
    """Read "Ferry hits pier - The Toronto Star", the title of a page, which its site is left of."""
    for match in SITE.finditer(reading.text):
        named = reading.source(match.end())
        if named and named.place.end == len(reading.text) and reading.take(named):
            reading.edit(match.start(), named.place.end, "")
            return True
    return False


def _according(reading: _Reading) -> bool:
    """Read "according to AP in July 2025", which is left out."""
    found = False
    for match in ACCORDING.finditer(reading.text):
        named = reading.source(match.end())
        if named is None and (article := ARTICLE.match(reading.text, match.end())):
            named = reading.source(article.end())
        if named is None:
            continue
        if OF_PEOPLE.match(reading.text, named.place.end):
            continue  # what "AP director Ada Ford" says may stand in any paper
        reports = REPORTS.match(reading.text, named.place.end)
        end = reports.end() if reports else named.place.end
        if reading.is_part(end) or not reading.take(named):
            continue
        found = True
        start = match.start() - 2 * reading.text[: match.start()].endswith(", ")
        reading.edit(start, end, " ")
        reading.modifiers(end)
    return found


def _own(reading: _Reading) -> bool:
    """Read "the Toronto Star's coverage" or "Toronto Star articles", which become "they"."""
    found = False
    for match in OWN.finditer(reading.text):
        named = reading.source(match.start(), ends=True)
        if (
            named
            and not match[1]
            and not is_whole(reading.text[: match.start()], named.place.start)
        ):
            continue
        if named is None and match[1] and match[1].lower() not in QUOTED:
            named = reading.author_at(match.start(), ends=True)
            # "Why was Jennifer Zeng's article withdrawn?" asks what others say of it.
            if named and not (
                OF_NEWS.search(reading.text[: named.place.start])
                or VERB.match(reading.text, match.end())
            ):
                continue
        if named is not None and reading.take(named):
            found = True
            start = named.place.start
            the = 4 * reading.text[:start].lower().endswith("the ")
            reading.edit(start - the, match.end(), "they")
            reading.verb(reading.modifiers(match.end()))
            if not VERB.search(reading.text, match.end()):
                reading.at_the_end(match.end())
    return found


def _nouns(reading: _Reading) -> bool:
    """Read "articles by Jennifer Zeng since April 2025", which becomes "they"."""
    found = False
    for match in NOUN.finditer(reading.text):
        end, noun = match.end(), match[1].lower()
        clear = noun not in AMBIGUOUS or OF_NEWS.search(reading.text[: match.start()])
        if clear and (
            periods.SPAN.match(reading.text, end) or periods.DATE.match(reading.text, end)
        ):
            end = reading.modifiers(end, names=True)
        elif clear and ABOUT.match(reading.text, end):
            end = max(_by_whom(reading, end), reading.at_the_end(end))
        elif (by := BY.match(reading.text, end)) and (
            # "Killed while reporting for AP", "good news for the BBC" ask for no articles.
            by[1].lower() != "for" or noun.startswith("article")
        ):
            end = reading.name(by) or reading.in_language(end) or end
            end = reading.modifiers(end, names=True) if end > match.end() else end
        if end > match.end():
            found = True
            # Articles do not speak of themselves: the word would count as one not found.
            before = OF_ARTICLES.search(reading.text[: match.start()])
            reading.edit(before.start() if before else match.start(), match.end(), "they")
            reading.verb(end)
    if found:
        reading.at_the_end()
    return found


def _by_whom(reading: _Reading, at: int) -> int:
    """Read "by X" after what articles are about, before a date or at the end; returns its end."""
    for by in BY.finditer(reading.text, at):
        named = reading.source(by.end()) or reading.author_at(by.end())
        if by[1].lower() == "by" and named and ENDS.match(reading.text, named.place.end):
            end = reading.name(by)
            return at if end is None else reading.modifiers(end, names=True)
    return at


def _latest(reading: _Reading) -> bool:
    """Read "the latest article", which becomes "they"; the recent ones come first anyway."""
    found = False
    for match in LATEST.finditer(reading.text):
        # "The latest report" may be a report that articles speak of, unless it says something.
        if match[1] and not VERB.match(reading.text, match.end()):
            continue
        found = True
        reading.edit(match.start(), match.end(), "they")
        reading.verb(match.end())
    return found


def _passive(reading: _Reading) -> bool:
    """Read "What has been reported since April 2025"."""
    match = PASSIVE.match(reading.text)
    if match is None:
        return False
    end = reading.in_language(match.end()) or match.end()
    end = reading.modifiers(end)
    end = max(end, reading.dated(periods.TRAILING_SINCE, match.end(), search=True))
    end = max(end, reading.dated(periods.TRAILING_SPAN, match.end(), search=True))
    if end == match.end() and not periods.TRAILING.search(reading.text):
        return False
    reading.edit(match.start("verb"), match.end("verb"), "")
    return True


def _in_language(reading: _Reading) -> bool:
    """Read "auf Deutsch", or "in German" apart from the question, which is left out."""
    if reading.language is not None:
        return False
    wanted = in_language.apart(reading.text, reading.has)
    if wanted is None:
        return False
    reading.language = wanted.tag
    reading.edit(wanted.start, wanted.end, " ")
    return True
