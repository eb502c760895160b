"""A half-read article: fields arrive one by one, each with where it came from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import PurePosixPath

from qa.errors import ReadingError
from qa.reading.ages import moment_of_age
from qa.reading.authors import parse_byline
from qa.reading.cleaning import clean_line, clean_text
from qa.reading.content import NOTHING, Stated
from qa.reading.dates import date_in_name, date_in_url
from qa.reading.fields import (
    day_of_change,
    is_agency,
    is_site_of_agency,
    parse_dateline,
    without_site,
)
from qa.reading.language import language_of
from qa.reading.nobody import is_part_of_paper, names_nobody, stands_for_none
from qa.records import Article

_HEAD_LINES = 4
"""How far down a body may repeat its title or byline. More, and a quoted headline would go."""


PAGE = "\U0010fffd"
"""Marks in a text being read where a page starts: a character of private use, dropped from all
text that is read."""


def article_id(source: str, position: int) -> str:
    """The id of the article at a 0-based position of a file: 12 hex digits."""
    return hashlib.sha256(f"{source}\0{position}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Found:
    """What one place of a file (a header line, a meta tag, a JSON object) says of its article."""

    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    agency: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    age: str | None = None
    url: str | None = None
    language: str | None = None


@dataclass(slots=True)
class Draft:
    """An article being read. The first place that knows a field wins, so ask in order of trust.

    Attributes:
        text: The body, cleaned again by `finish`.
        found: The fields so far.
        provenance: Where each came from.
        line: 1-based line of the file at which this article starts, where known.
        dated_by_name: Whether a date in the file's name is about this article; not so where one
            file holds several, since the name then tells when the page was saved.
        notes: What was wrong with it without costing the article.
        stated: What is known of it besides; used where the article does not say.
        place: Where in its container it stands; None in a file that is none.
        inner: 0-based position in that place.
        paged: Whether the text holds marks of pages (`PAGE`).
        visible: All text of the file, for a look at what of it was left out.
    """

    text: str = ""
    found: Found = Found()
    provenance: dict[str, str] = field(default_factory=dict)
    line: int | None = None
    dated_by_name: bool = True
    notes: list[str] = field(default_factory=list)
    stated: Stated = NOTHING
    place: str | None = None
    inner: int = 0
    paged: bool = False
    visible: Callable[[], str] = lambda: ""

    def take(self, found: Found, origin: str) -> None:
        """Take each field that is not known yet."""
        values = {}
        for name in (each.name for each in fields(Found)):
            ours, theirs = getattr(self.found, name), getattr(found, name)
            if isinstance(theirs, str):
                theirs = clean_line(theirs) or None
            if ours is None and theirs is not None:
                self.provenance[name] = origin
                ours = theirs
            values[name] = ours
        self.found = Found(**values)


@dataclass(frozen=True, slots=True)
class Failure:
    """A part of a file that is not an article."""

    reason: str
    line: int | None = None


Part = Draft | Failure


def showing(parts: Iterable[Part], visible: Callable[[], str]) -> Iterator[Part]:
    """The parts of a file, its articles each with all text of it to look at."""
    for part in parts:
        if isinstance(part, Draft):
            part.visible = visible
        yield part


def finish(draft: Draft, source: str, position: int) -> Article:
    """Make the article.

    Raises:
        ReadingError: If it has no body.
    """
    if draft.found.title is None:
        draft.take(Found(title=title_from_name(draft.place or source)), "file name")
    draft.take(Found(url=draft.stated.url), draft.stated.captured_by or "stated")
    _take_dates(draft, source)
    if draft.stated.captured is not None:
        draft.provenance["captured_at"] = draft.stated.captured_by or "stated"
    found = draft.found
    title = without_site(found.title or source, found.publisher)
    marked = _without_own_head(clean_text(draft.text), title, found.author)
    text, pages = split_pages(marked) if draft.paged else (marked, ())
    if not any(character.isalnum() for character in text):
        raise ReadingError(f"no body under the title {_shorten(title)!r}", line=draft.line)
    changed = day_of_change(text)
    if changed and (found.published_at is None or changed.date() >= found.published_at.date()):
        draft.take(Found(updated_at=changed), "body")
        found = draft.found
    provenance = dict(draft.provenance)
    dateline, agency = parse_dateline(text) or (None, None)
    if dateline:
        provenance["dateline"] = "body"
    if agency:
        provenance["agency"] = "body"
    if agency is None and found.agency is not None:
        agency, provenance["agency"] = found.agency, draft.provenance["agency"]
    publisher = _publisher(found.publisher)
    if publisher is None:
        provenance.pop("publisher", None)
    if publisher and is_agency(publisher) and not is_site_of_agency(found.url):
        # What an agency wrote, papers publish: it says where a story comes from.
        agency, publisher = agency or publisher, None
        provenance.setdefault("agency", provenance.pop("publisher"))
        provenance.pop("publisher", None)
    if found.author and is_agency(found.author) and agency is None:
        agency, provenance["agency"] = found.author, provenance["author"]
    author = _author(found.author, publisher)
    if author is None:
        provenance.pop("author", None)
    language, told = language_of(text, found.language)
    if told:
        provenance["language"] = "text"
    return Article(
        id=article_id(source, position)
        if draft.place is None
        else article_id(f"{source}/{draft.place}", draft.inner),
        title=title,
        text=text,
        source=source,
        position=position,
        publisher=publisher,
        author=author,
        published_at=found.published_at,
        updated_at=found.updated_at,
        captured_at=draft.stated.captured,
        age=found.age,
        dateline=dateline,
        agency=agency,
        url=found.url,
        language=language,
        place=draft.place,
        pages=pages,
        provenance=provenance,
    )


def split_pages(text: str) -> tuple[str, tuple[int, ...]]:
    """A text without its marks of pages, and at which character each page starts."""
    pieces = text.split(PAGE)
    starts, at = [], 0
    for piece in pieces[:-1]:
        at += len(piece)
        starts.append(at)
    return "".join(pieces), (0, *starts) if starts else ()


def _take_dates(draft: Draft, source: str) -> None:
    """Fill the date from what is left where the article itself does not give one."""
    found, stated = draft.found, draft.stated
    if found.published_at is None and found.age is not None and stated.captured is not None:
        day = f"{stated.captured:%Y-%m-%d}"
        origin = f"{found.age} on {day} ({stated.captured_by or 'stated'})"
        draft.take(Found(published_at=moment_of_age(found.age, stated.captured)), origin)
    if draft.found.published_at is None and found.url is not None:
        draft.take(Found(published_at=date_in_url(found.url)), "url")
    if draft.dated_by_name and draft.found.published_at is None:
        name = PurePosixPath(draft.place or source).name
        draft.take(Found(published_at=date_in_name(name)), "file name")


def title_from_name(source: str) -> str:
    """A readable title from a file's name: without its date, suffix and hyphens."""
    stem = PurePosixPath(source).stem
    undated = re.sub(r"^\d{4}[-_.]?\d{2}[-_.]?\d{2}(?!\d)[-_. ]*", "", stem)
    words = clean_line(re.sub(r"[-_]+", " ", undated)) or clean_line(stem) or "Untitled"
    return words[:1].upper() + words[1:]


def same_words(left: str, right: str) -> bool:
    """Whether two lines are the same but for case, spacing and punctuation."""
    return re.findall(r"\w+", left.casefold()) == re.findall(r"\w+", right.casefold())


def _without_own_head(text: str, title: str, author: str | None) -> str:
    """Drop the title and the byline where a body repeats them as whole lines at its head."""
    *head, rest = text.split("\n", _HEAD_LINES)
    kept = [
        line
        for line in head
        if not same_words(line, title)
        and (author is None or not same_words(parse_byline(line) or "", author))
    ]
    return text if len(kept) == len(head) else clean_text("\n".join([*kept, rest]))


def _publisher(name: str | None) -> str | None:
    """A publisher's name; of an address its host, and None for what stands for no name."""
    host = re.fullmatch(r"https?://(?:www\.)?([\w.-]+).*", name or "")
    name = host[1] if host else name
    return None if name is None or stands_for_none(name) else name


def _author(author: str | None, publisher: str | None) -> str | None:
    """Those who wrote, without the paper's own name: "A, Toronto Star", "Toronto Star Bureau"."""
    if author is None or names_nobody(author):
        return None
    if publisher is None or is_agency(publisher):
        return author
    paper = _bare(publisher)
    names = author.split(", ")
    others = [
        name
        for name in names[1:]
        if not (paper.startswith(_bare(name)) or _bare(name).startswith(f"{paper} "))
    ]
    first = [] if is_part_of_paper(_bare(names[0]), paper) else names[:1]
    return ", ".join([*first, *others]) or None


def _bare(name: str) -> str:
    return name.casefold().removeprefix("the ")


def _shorten(text: str, max_chars: int = 60) -> str:
    return text if len(text) <= max_chars else text[: max_chars - 1] + "…"
