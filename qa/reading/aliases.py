"""The names under which front matter and JSON give an article's fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from math import isfinite

from qa.reading.authors import agency_in, clean_author
from qa.reading.dates import from_day, from_timestamp, is_day_first, parse_date
from qa.reading.draft import Found
from qa.reading.fields import is_agency
from qa.reading.markup import without_markup

_ALIASES: dict[str, tuple[str, ...]] = {
    "title": ("title", "headline", "name", "titel", "titre", "título", "titulo", "titolo",
              "webtitle"),
    "publisher": (
        "publisher", "source", "site", "outlet", "sitename", "publication", "newspaper",
        "publicationtitle", "publicationname", "pubtitle", "sourcename", "medianame", "quelle",
        "fuente", "fonte", "bron",
    ),
    "author": (
        "author", "authors", "byline", "creator", "by", "writer", "authorname", "autor", "autoren",
        "autores", "auteur", "auteurs", "autore", "autori",
    ),
    "published_at": (
        "published", "publishedat", "publisheddate", "publishdate", "publicationdate",
        "datepublished", "datepublish", "pubdate", "publishedtime", "date", "datetime", "timestamp",
        "datum", "fecha", "webpublicationdate", "created", "createdat",
    ),
    "updated_at": (
        "updated", "updatedat", "modified", "modifiedat", "lastmod", "lastmodified",
        "datemodified", "datemodify", "dateupdated",
    ),
    "url": (
        "url", "link", "canonical", "canonicalurl", "permalink", "originalurl", "pageurl", "weburl",
        "documenturl", "articleurl", "urlsource",
    ),
    "language": ("language", "lang", "inlanguage", "locale", "sprache", "idioma", "langue",
                 "lingua", "taal"),
    "text": ("text", "body", "content", "articlebody", "fulltext", "maintext", "article", "story",
             "bodytext", "contenthtml", "contenttext", "articletext", "documenttext", "inhalt",
             "texto", "texte", "testo", "tekst"),
}  # fmt: skip


_UNIX = re.compile(r"\d{9,10}(?:\.\d+)?|\d{13}")
_LISTED = re.compile(r"\[(.*)\]")  # a list that became text on its way into a table
_ITEM = re.compile(r"(['\"])(.+?)\1(?=\s*[,\]])")
_RENDERED = "rendered"
"""Where WordPress has the HTML of a field; elsewhere a title with marks in it is taken as it is."""
_WITHIN = (_RENDERED, "content", "html", "text", "value")
"""Where an object has a text: WordPress's answers, Feedly's and Inoreader's exports."""

_OF_THE_RECORD = ("created", "createdat")
"""Days of the record sooner than of the article, where there is a field for that one, too."""

_GIVEN = ("givenname", "given", "firstname", "first")
_FAMILY = ("familyname", "family", "lastname", "last", "surname")

_CUT = re.compile(r"(?:…|\.{3})?\s{0,9}\[\+(?P<more>\d{1,7}) chars\]\Z")
"""What NewsAPI puts in place of the rest of a text."""

FIELDS = tuple(_ALIASES)
"""The fields that a column can be named for."""


def read_fields(
    values: Mapping[object, object],
    columns: Mapping[str, str] | None = None,
    *,
    day_first: bool | None = None,
) -> tuple[Found, list[str]]:
    """Read an article's fields, whatever their spelling.

    Args:
        values: By their names in the file.
        columns: The file's names of fields, where they are none of the usual ones; then no other.
        day_first: How the file writes 05/07/2025; None leaves it unread.

    Returns:
        The fields, and a note for each date that was given but not understood.
    """
    plain = _plain(values, columns)
    notes: list[str] = []
    found = Found(
        title=_first(plain, "title"),
        publisher=_first(plain, "publisher") or _host(_first_of(plain, ("domain", "sourcedomain"))),
        author=_author(plain),
        agency=_agency(plain),
        published_at=_moment(plain, "published_at", notes, day_first),
        updated_at=_moment(plain, "updated_at", notes, day_first),
        url=_first(plain, "url") or _address(_first(plain, "publisher")),
        language=_first(plain, "language"),
    )
    return found, notes


def shown_orders(
    values: Mapping[object, object], columns: Mapping[str, str] | None = None
) -> set[bool]:
    """Whether the day comes first in those of an article's dates in figures that show it."""
    plain = _plain(values, columns)
    names = (*_ALIASES["published_at"], *_ALIASES["updated_at"])
    texts = [value for name in names if isinstance(value := plain.get(name), str)]
    orders = (is_day_first(text.strip().partition(" ")[0].rstrip(",")) for text in texts)
    return {order for order in orders if order is not None}


def read_body(
    values: Mapping[object, object], columns: Mapping[str, str] | None = None
) -> str | None:
    """The text of an article given as an object; paragraphs may be a list."""
    plain = _plain(values, columns)
    for alias in _ALIASES["text"]:
        value = plain.get(alias)
        if isinstance(value, Mapping):
            value = next((value[key] for key in _WITHIN if value.get(key)), None)
        if isinstance(value, list):
            value = "\n\n".join(part for part in value if isinstance(part, str))
        if isinstance(value, str) and value.strip():
            return value
    return None


def without_cut(text: str) -> tuple[str, list[str]]:
    """A text without the mark that its service cut it off, and a note that tells so."""
    text = text.rstrip()
    found = _CUT.search(text)
    if found is None:
        return text, []
    more = int(found["more"])
    return f"{text[: found.start()].rstrip()}…", [
        f"cut off by its service: {more:,} characters are missing"
    ]


def _plain(values: Mapping[object, object], columns: Mapping[str, str] | None) -> dict[str, object]:
    plain = {_plain_key(key): value for key, value in reversed(list(values.items()))}
    named = {field: plain.get(_plain_key(column)) for field, column in (columns or {}).items()}
    for field, value in named.items():
        for alias in _ALIASES[field]:
            plain.pop(alias, None)
        plain[_ALIASES[field][0]] = value
    return plain


def _plain_key(key: object) -> str:
    return str(key).lower().translate({ord(mark): None for mark in "_- :@"})


def as_text(value: object) -> str | None:
    """A field as one line: a string, a number, an object's name, or the first such of a list."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float):
        return f"{value:g}" if isfinite(value) else None
    if isinstance(value, int):
        return _digits(value)
    if isinstance(value, Mapping):
        for key in ("name", "title", "headline", "main", "original", "@id", "url", _RENDERED):
            if isinstance(named := value.get(key), str) and named.strip():
                return without_markup(named.strip()) if key == _RENDERED else named.strip()
    if isinstance(value, list | tuple):
        return next(
            (text for item in value if not isinstance(item, list) and (text := as_text(item))), None
        )
    return None


def _address(text: str | None) -> str | None:
    """A "source" that is the address of the article, as clippers of pages write it."""
    return text if text and re.match(r"https?://[^/]+/.", text) else None


def _host(text: str | None) -> str | None:
    """A "domain" that is a site's, as collections of the web have it, and no field of knowledge."""
    return text if text and re.fullmatch(r"[\w-]+(?:\.[\w-]+)+", text) else None


def _digits(value: int) -> str | None:
    return str(value) if abs(value) < 10**18 else None


def _first(plain: Mapping[str, object], field: str) -> str | None:
    return _first_of(plain, _ALIASES[field])


def _author(plain: Mapping[str, object]) -> str | None:
    for alias in _ALIASES["author"]:
        author = author_of(plain.get(alias))
        if author:
            return author
    return None


def _agency(plain: Mapping[str, object]) -> str | None:
    values = (plain.get(alias) for alias in _ALIASES["author"])
    return next((agency for value in values if (agency := agency_of(value))), None)


def author_of(value: object) -> str | None:
    """The author or authors, joined by commas, without "By", and without an agency beside them.

    Of several in a list, and of an object, each is one person.
    """
    items = _each(value)
    names = [
        name
        for item in items
        if (text := name_of(item))
        and (name := clean_author(text, one=len(items) > 1 or isinstance(item, Mapping)))
    ]
    people = [name for name in names if not is_agency(name)]
    return ", ".join(dict.fromkeys(people or names)) or None


def agency_of(value: object) -> str | None:
    """The news agency that an author, or one of several, is or wrote for."""
    texts = (name_of(item) for item in _each(value))
    return next((agency for text in texts if text and (agency := agency_in(text))), None)


def _each(value: object) -> list[object]:
    if isinstance(value, str) and (inner := _LISTED.fullmatch(value.strip())):
        value = [name for _, name in _ITEM.findall(value)] or inner[1].strip("[]")
    items = value if isinstance(value, list | tuple) else [value]
    return [item for item in items if not isinstance(item, list)]


def name_of(value: object) -> str | None:
    """A name as text; of an object without one, its given and its family name."""
    if isinstance(value, Mapping) and not isinstance(value.get("name"), str | list):
        plain = {_plain_key(key): each for key, each in value.items()}
        parts = (_first_of(plain, names) for names in (_GIVEN, _FAMILY))
        if name := " ".join(part for part in parts if part):
            return name
    return as_text(value)


def _first_of(plain: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    return next((text for name in names if (text := as_text(plain.get(name)))), None)


def moment_of(value: object, *, day_first: bool | None = None) -> datetime | None:
    """A date given as a string, a YAML date, or a Unix time."""
    if isinstance(value, date):
        return from_day(value)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, Mapping) and "$date" in value:  # as MongoDB exports one
        inner = value["$date"]
        value = inner.get("$numberLong") if isinstance(inner, Mapping) else inner
    if isinstance(value, str) and _UNIX.fullmatch(value.strip()):
        return from_timestamp(float(value))
    if isinstance(value, int | float):
        # 20250314 is a day; as a Unix time it would be in August 1970.
        day = parse_date(_digits(value) or "") if isinstance(value, int) else None
        return day or from_timestamp(value)
    text = as_text(value)
    return parse_date(text, day_first=day_first) if text else None


def _moment(
    plain: Mapping[str, object], field: str, notes: list[str], day_first: bool | None
) -> datetime | None:
    unread: str | None = None
    given = (plain[alias] for alias in _ALIASES[field] if alias in plain)
    blank = any(value is None or (isinstance(value, str) and not value.strip()) for value in given)
    for alias in _ALIASES[field]:
        if blank and alias in _OF_THE_RECORD:
            continue
        value = plain.get(alias)
        moment = moment_of(value, day_first=day_first)
        if moment is not None:
            return moment
        if unread is None and value not in (None, "", [], {}):
            unread = as_text(value) if not isinstance(value, date) else value.isoformat()
            unread = unread or str(value)
    if unread is not None:
        kept = "without a date" if field == "published_at" else "without its date of change"
        notes.append(f"date not understood: {unread[:60]!r}, kept {kept}")
    return None
