"""Electronic books and magazines (.epub): one article a chapter."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from html.entities import html5
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from qa.errors import ReadingError
from qa.reading.authors import clean_author
from qa.reading.cleaning import clean_line, split_lines
from qa.reading.content import Content
from qa.reading.dates import parse_date
from qa.reading.draft import Draft, Found, Part
from qa.reading.header import take_head
from qa.reading.markup import text_of_element
from qa.reading.packages import open_package
from qa.reading.single import fill_body

if TYPE_CHECKING:
    from lxml.etree import _Element

_CONTAINER: Final = "META-INF/container.xml"
_MIN_CHAPTER_CHARS: Final = 200
"""Fewer are a cover, a dedication, a title page."""

_DUBLIN_CORE: Final = "{http://purl.org/dc/elements/1.1/}"
_PACKAGE: Final = "{http://www.idpf.org/2007/opf}"
_ENTITY: Final = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31};)")
_OF_XML: Final = ("amp;", "lt;", "gt;", "quot;", "apos;")
_CALIBRE: Final = "calibre"
"""Makes magazines of news sites, and calls itself their author and their publisher."""

_ISSUE: Final = re.compile(r"\s*\[[^\[\]\d]*\d[^\[\]]*\]$")
"""The day behind a magazine's title: "Harbour Star [Fri, 14 Mar 2025]"."""


def read(content: Content) -> Iterator[Part]:
    """Read an EPUB.

    Yields:
        Each chapter that has a text.

    Raises:
        ReadingError: If it is none, damaged, protected, or has no chapter.
    """
    with open_package(content.data(), "an EPUB") as package:
        try:
            path = _opf(package)
            book = _parsed(package.read(path))
            chapters = _spine(book, path)
        except (KeyError, StopIteration, ReadingError) as error:
            raise ReadingError("not an EPUB: its table of parts is missing or broken") from error
        if "META-INF/rights.xml" in package.namelist():
            raise ReadingError("protected (DRM); only books without protection can be read")
        about = _about(book)
        found = False
        for name in chapters:
            try:
                page = _parsed(package.read(name))
            except (KeyError, ReadingError, zipfile.BadZipFile):
                continue  # told below, if nothing else is there
            draft = _chapter(page, about)
            if draft is not None:
                found = True
                draft.place = name
                yield draft
        if not found:
            raise ReadingError("no chapter with a text")


def _opf(package: zipfile.ZipFile) -> str:
    root = _parsed(package.read(_CONTAINER))
    return next(
        path for each in root.iter("{*}rootfile") if (path := str(each.get("full-path") or ""))
    )


def _spine(book: _Element, opf: str) -> list[str]:
    items = {each.get("id"): each for each in book.iter(f"{_PACKAGE}item")}
    folder = posixpath.dirname(opf)
    names = []
    for reference in book.iter(f"{_PACKAGE}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and "nav" not in (item.get("properties") or "").split():
            names.append(
                posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))
            )
    return list(dict.fromkeys(names))


def _about(book: _Element) -> Found:
    def texts(name: str) -> list[str]:
        return [
            text for each in book.iter(_DUBLIN_CORE + name) if (text := clean_line(each.text or ""))
        ]

    creators = [text for text in texts("creator") if text.casefold() != _CALIBRE]
    authors = [author for text in creators if (author := clean_author(text, one=True))]
    publishers = [text for text in texts("publisher") if text.casefold() != _CALIBRE]
    titles = [_ISSUE.sub("", text) or text for text in texts("title")]
    return Found(
        publisher=next(iter(publishers or titles), None),
        author=", ".join(dict.fromkeys(authors)) or None,
        published_at=next((day for text in texts("date") if (day := parse_date(text))), None),
        language=next(iter(texts("language")), None),
    )


def _chapter(page: _Element, about: Found) -> Draft | None:
    body = next(page.iter("{*}body"), None)
    if body is None:
        return None
    said = Found(url=_without_bars(body))
    heading = next(
        (each for level in ("h1", "h2", "h3") for each in body.iter("{*}" + level)), None
    )
    title = clean_line(" ".join(heading.itertext())) if heading is not None else ""
    text = text_of_element(body)
    if len(text.strip()) < _MIN_CHAPTER_CHARS:
        return None
    if not title:
        named = next(page.iter("{*}title"), None)
        title = clean_line(named.text or "") if named is not None else ""
    draft = Draft(dated_by_name=False, visible=lambda: text)
    draft.take(Found(title=title or None), "heading")
    lines = split_lines(text)
    if lines and title and clean_line(lines[0].text) == title:
        lines = lines[1:]
    fill_body(take_head(lines, draft, "page"), draft, "page")
    draft.take(said, "page")
    draft.take(about, "epub")
    return draft


def _without_bars(body: _Element) -> str | None:
    """Drop the bars that calibre puts around an article; the address that the last one tells."""
    address = None
    for bar in [*body.iter("{*}div")]:
        if (bar.get("class") or "").startswith("calibre_navbar"):
            links = [each.get("href") or "" for each in bar.iter("{*}a")]
            address = next((a for a in links if a.startswith(("http://", "https://"))), address)
            bar.clear(keep_tail=True)
    return address


def _parsed(data: bytes) -> _Element:
    from lxml import etree

    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        # Those of HTML, which pages of older books use, and which only their DTD knows.
        root = etree.fromstring(_ENTITY.sub(_in_figures, data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ReadingError(f"broken XML ({error})") from error
    if root is None:
        raise ReadingError("broken XML")
    return root


def _in_figures(entity: re.Match[bytes]) -> bytes:
    name = entity[1].decode("ascii")
    if name in _OF_XML or name not in html5:
        return entity[0]
    return "".join(f"&#{ord(character)};" for character in html5[name]).encode("ascii")
