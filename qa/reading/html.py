"""Web pages: trafilatura finds the body; each field comes from the most trustworthy place.

In order: JSON-LD, meta tags, the visible byline and time element, the site's name in the page's
title, trafilatura's own guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from qa.errors import ReadingError
from qa.reading.body import article_of, extract_body, is_short, parse_page, read_body
from qa.reading.captures import with_capture, without_archive
from qa.reading.cleaning import Line, clean_line, split_lines
from qa.reading.content import Content
from qa.reading.databases import drafts_of, may_be_exported_page, read_export
from qa.reading.decoding import decode
from qa.reading.draft import Draft, Found, Part, same_words
from qa.reading.fields import is_agency, is_site_of_agency, without_site
from qa.reading.guesses import guesses
from qa.reading.header import merge, take_head
from qa.reading.hub import articles_of, heading_of
from qa.reading.json_ld import article_in
from qa.reading.markup import heading_text, text_of_markup
from qa.reading.meta import read_meta, read_times, read_visible_byline
from qa.reading.shown import read_shown_dates
from qa.reading.single import fill_body, read_single
from qa.reading.sites import BETWEEN, bare_name, headline_in_title, leads_elsewhere, site_in_title

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{2,30})"
    rb"|<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w-]{2,30})",
    re.IGNORECASE,
)
_CHARSET_WITHIN_BYTES = 4096  # browsers look at the first 1024; some pages put comments before
_MAX_ATTRIBUTES = 2_000
"""Of one element. Pages have some dozens; the parser compares each with all before it, so that
100,000 take a minute."""

_PICTURE = re.compile(rb"data:[\w.+-]+/[\w.+-]+(?:;[\w=.+-]+)*;base64,[A-Za-z0-9+/=]{64,}")
"""A picture within the page, as browsers and SingleFile save it: megabytes on one line."""

_LONG_CHARS = 8192
_TAG = re.compile(r"[a-zA-Z](?:[^>\"']++|\"[^\"]{0,65536}+\"|'[^']{0,65536}+')*+")
_VALUE = re.compile(r"=\s*(?:\"[^\"]*\"?|'[^']*'?)")
_TOO_DEEP = "nested deeper than 256 elements; what stands after that place is left out"
_MIN_HEADLINE_WORDS = 4
"""From so many words on, a page's only first-level heading is its headline sooner than og:title,
which is often worded for sharing: right on 82 of 97 pages against 77, on both halves better. Fewer
may be the name of a section or of the paper."""

_BULLET = re.compile(r"^[-•*]\s+")
"""Of a list's item; with "– " speeches begin, in Polish as in French."""

_RULE = re.compile(r"[|:\s]*-{3,}[-|:\s]*")
"""What trafilatura writes below the head of a table."""
_BUTTON = re.compile(r"(?<=[.!?…\"'”’])\s*click to tweet\W*$", re.IGNORECASE)
_CELLS = re.compile(r"^\|\s*(.*?)\s*\|?$")
_TOUCHING = re.compile(
    r"(</(?:a|button)>)(?=<(?:a|button|span)\b)|(</span>)(?=<(?:a|button)\b)", re.IGNORECASE
)
"""Where two entries of a menu touch: boxes part them on the page, and nothing in its text."""


def read(content: Content) -> Iterator[Part]:
    """Read a saved web page.

    Yields:
        Its article, or each of those that it holds in full.

    Raises:
        ReadingError: If it has no body.
    """
    data = _PICTURE.sub(b"data:,", content.data())
    text = decode(data, declared_charset(data) or content.stated.encoding)
    _check_attributes(text)
    if may_be_exported_page(text) and (records := read_export(text_of_markup(text))):
        yield from drafts_of(records)
        return
    stated_of = with_capture(content.stated, text)
    root, whole = parse_page(text)
    scripts = root.xpath("//script[contains(@type, 'ld+json')]/text()")
    meta = read_meta(root)
    address = meta.url or stated_of.url
    every = list(root.iter("h1"))
    headings = [heading_text(each) for each in every if not leads_elsewhere(each, address)]
    named = root.findtext(".//title") or ""
    titles = [title for title in (meta.title, *headings) if title]
    stated, stated_body = article_in([str(script) for script in scripts], address, titles)
    draft = Draft(visible=lambda: _shown(text), stated=stated_of)
    if not whole:
        draft.notes.append(_TOO_DEEP)
    if stated.publisher and is_agency(stated.publisher) and not is_site_of_agency(address):
        # What an agency wrote; the paper that has it calls itself elsewhere.
        agency = stated.agency or stated.publisher
        stated = replace(stated, publisher=None, agency=agency)
    parts = articles_of(root, stated.title)
    if parts:
        for number, part in enumerate(parts):
            read = _read_part(part, root, stated_of.url, stated, draft)
            read.notes.extend(draft.notes if number == 0 else [])
            yield read
        return
    draft.take(stated, "json-ld")
    heading = _headline(root, headings, meta.title, meta.publisher)
    if heading.title is not None and len(heading.title.split()) >= _MIN_HEADLINE_WORDS:
        draft.take(heading, "heading")
    draft.take(meta, "meta")
    draft.take(heading, "heading")
    if every and not headings:  # a logo, in which libraries see the headline
        draft.take(Found(title=headline_in_title(named)), "title")
    inner = article_of(root)  # a masthead's day and a teaser's author stand outside
    byline, times = read_visible_byline(inner), read_times(inner)
    if inner is not root:
        byline, times = merge(byline, read_visible_byline(root)), merge(times, read_times(root))
    if _is_same_day(byline, times):
        byline = replace(byline, published_at=None)  # the element has its hour too
    draft.take(byline, "byline")
    draft.take(times, "time element")
    if draft.found.published_at is None:
        draft.take(read_shown_dates(root, heading.title), "byline")
    names = [name for name in (draft.found.title, heading.title, meta.title) if name]
    draft.take(Found(publisher=site_in_title(named, names)), "title")
    guessed = guesses(root, text, draft.found, stated_of.captured)
    body = read_body(text, root)
    if stated_body and is_short(body) and len(stated_body) > 2 * len(body):
        body = text_of_markup(stated_body) if "</" in stated_body else stated_body
    if not body.strip():
        why = "save the article's own page" if whole else f"it is {_TOO_DEEP}"
        raise ReadingError(f"no article body found in the page; {why}")
    draft.found = replace(draft.found, url=without_archive(draft.found.url))
    # The title, even where the page tells search engines another.
    if draft.found.title or any(found.title for found in guessed.values()):
        named_so = [found.title for found in guessed.values() if found.title]
        _fill(draft, body, [*headings, *named_so])
    else:  # a page without a heading, or any other title
        read_single(split_lines(body), draft, "page")
    for origin, found in guessed.items():
        draft.take(found, origin)
    if draft.found.title:
        title = without_site(draft.found.title, draft.found.publisher, meta.publisher)
        draft.found = replace(draft.found, title=title)
    if draft.found.publisher:
        draft.found = replace(draft.found, publisher=bare_name(draft.found.publisher))
    yield draft


def _shown(text: str) -> str:
    """All text of a page, a line for each entry of a menu."""
    return text_of_markup(_TOUCHING.sub(r"\1\2<br>", text))


def _is_same_day(byline: Found, times: Found) -> bool:
    shown, marked = byline.published_at, times.published_at
    return shown is not None and marked is not None and shown.date() == marked.date()


def _read_part(
    part: HtmlElement, root: HtmlElement, address: str | None, stated: Found, page: Draft
) -> Draft:
    """One article of a page that holds several; what the page says is of all, or of one of them."""
    from lxml import html

    draft = Draft(dated_by_name=False, visible=page.visible, stated=page.stated)
    meta = read_meta(root)
    heading = heading_of(part, meta.url or address)
    for said, origin in ((stated, "json-ld"), (meta, "meta")):
        if said.title and same_words(said.title, heading.title or ""):
            draft.take(said, origin)
    draft.take(heading, "heading")
    markup = html.tostring(part, encoding="unicode", with_tail=False)
    inner, _ = parse_page(markup)
    draft.take(read_visible_byline(inner), "byline")
    draft.take(read_times(inner), "time element")
    publisher = bare_name(meta.publisher) if meta.publisher else None
    draft.take(Found(publisher=publisher, language=meta.language), "meta")
    _fill(draft, extract_body(markup, inner) or text_of_markup(markup), [heading.title or ""])
    return draft


def _fill(draft: Draft, body: str, headings: list[str]) -> None:
    """Set a draft's text to a body without the headings that it begins with."""
    lines = [_without_marks(line) for line in split_lines(body) if not _RULE.fullmatch(line.text)]
    while count := _lines_of_heading(lines, headings):
        lines = lines[count:]
    fill_body(take_head(lines, draft, "page"), draft, "page")


def _lines_of_heading(lines: list[Line], headings: list[str]) -> int:
    """How many lines at a body's head are a heading, which may be broken into some."""
    bare = {re.sub(r"\W", "", heading).casefold() for heading in headings} - {""}
    for count in range(1, min(len(lines), 3) + 1):
        text = "".join(line.text for line in lines[:count])
        if re.sub(r"\W", "", text).casefold() in bare:
            return count
    return 0


def declared_charset(data: bytes) -> str | None:
    """The encoding which a page names for itself."""
    found = _CHARSET.search(data[:_CHARSET_WITHIN_BYTES])
    return (found[1] or found[2]).decode("ascii") if found else None


def _check_attributes(text: str) -> None:
    """Refuse a page with an element of so many attributes that parsing it would take minutes.

    Raises:
        ReadingError: It has one.
    """
    if not _has_long_tag(text):
        return
    at = 0
    for piece in text.split("<"):
        tag = _TAG.match(piece) if len(piece) > _LONG_CHARS else None
        # A picture in a data: address, or the state of a page in JSON: long, and few attributes.
        if tag and len(_VALUE.sub(" ", tag[0]).split()) > _MAX_ATTRIBUTES:
            raise ReadingError(
                f"an element with more than {_MAX_ATTRIBUTES:,} attributes, as no page has",
                line=text.count("\n", 0, at) + 1,
            )
        at += len(piece) + 1


def _has_long_tag(text: str) -> bool:
    """Whether there are more than 8,192 characters somewhere from one "<" to the next."""
    at = 0
    while at + _LONG_CHARS + 1 < len(text):  # as far as can be at once: some twenty looks at a page
        at = text.rfind("<", at + 1, at + _LONG_CHARS + 2)
        if at < 0:
            return True
    return False


def _headline(
    root: HtmlElement, headings: list[str], shared_as: str | None, site: str | None
) -> Found:
    """The first-level heading that is the page's headline.

    The only one; or the only one of so many words as a headline has; or, of several such, the one
    that the page's title is but for the names of its site and section: "Opinion | Lamp lit - Star".
    """
    every = [text for text in dict.fromkeys(headings) if text and not same_words(text, site or "")]
    long = [text for text in every if len(text.split()) >= _MIN_HEADLINE_WORDS]
    titles = (clean_line(root.findtext(".//title") or ""), shared_as or "")
    pieces = [piece for title in titles for piece in (title, *BETWEEN.split(title))]
    named = [text for text in long if any(same_words(text, piece) for piece in pieces)]
    only = next((some[0] for some in (every, long, named) if len(some) == 1), None)
    return Found(title=only)


def _without_marks(line: Line) -> Line:
    """Drop what trafilatura writes for list items and table cells, and a button at the end."""
    row = _CELLS.match(line.text)
    text = re.sub(r"\s*\|\s*", " | ", row[1].rstrip(" |")) if row else _BULLET.sub("", line.text)
    return line._replace(text=_BUTTON.sub("", text))
