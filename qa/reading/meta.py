"""A page's meta tags, and what its visible byline and time elements say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from qa.reading.authors import agency_in, clean_author, parse_byline
from qa.reading.cleaning import clean_line
from qa.reading.dates import parse_date
from qa.reading.draft import Found
from qa.reading.fields import is_name_like, parse_age, without_site
from qa.reading.header import merge, parse_header_line
from qa.reading.teasers import is_of_teaser

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TITLES = ("og:title", "twitter:title", "headline", "parsely-title", "dc.title", "citation_title")
_PUBLISHERS = (
    "og:site_name",
    "publisher",
    "dc.publisher",
    "application-name",
    "citation_journal_title",
)
_AUTHORS = (
    "author", "article:author", "og:article:author", "byl", "parsely-author", "sailthru.author",
    "dc.creator", "dcterms.creator", "citation_author",
)  # fmt: skip
_ONE_PERSON = ("dc.creator", "dcterms.creator", "citation_author")
"""Tags of libraries, of which each author has one, most often as "Lindqvale, Petra"."""

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date",
    "publication_date", "dc.date.issued", "dcterms.created", "dc.date",
    "citation_publication_date", "date",
)  # fmt: skip
_UPDATED = (
    "article:modified_time", "og:updated_time", "article:modified", "datemodified",
    "dcterms.modified", "last-modified", "lastmod",
)  # fmt: skip
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_MAX_BYLINE_CHARS = 200

_MAX_TIMES = 200  # that are looked at: a page of 10,000 teasers would take minutes
_TIMES = "descendant-or-self::*[self::time or @itemprop]"
_DATES = ("datePublished", "dateModified")
_MARKED = "descendant-or-self::*[@class or @rel or @itemprop]"
_BYLINE = re.compile("byline|author|dateline")
_CHANGED = re.compile("modif|updat", re.IGNORECASE)
_BESIDE = re.compile(r"comment(?!ar|at)|(?<![a-z])related")
"""Not "category-commentary", as WordPress marks the articles of a section."""

_NO_NAME = re.compile(r"://|www\.|^@")
_PUBLISHER = re.compile(r"(?<!\S)(?:publisher|source)(?!\S)")


def read_meta(root: HtmlElement) -> Found:
    """What the head of a page says: OpenGraph, other meta tags, its address, its language."""
    tags: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        content = clean_line(element.get("content") or "")
        names = (element.get(attribute) for attribute in ("property", "name", "itemprop"))
        for name in {name.strip().lower() for name in names if name and content}:
            tags.setdefault(name, []).append(content)
    named = (tags[name][0] for name in _PUBLISHERS if name in tags)
    publisher = next((name for name in named if not _NO_NAME.search(name)), None)
    title = _first(tags, _TITLES)
    language = root.get("lang") or _first(tags, ("language", "og:locale", "dc.language")) or ""
    dates = [list(_dates(tags, names)) for names in (_PUBLISHED, _UPDATED)]
    return Found(
        title=without_site(title, publisher) if title else None,
        publisher=publisher,
        author=_author(tags),
        agency=_agency(tags),
        published_at=dates[0][0] if dates[0] else None,
        updated_at=dates[1][0] if dates[1] else None,
        url=_address(root, tags),
        language=language.replace("_", "-") if _LANGUAGE.fullmatch(language) else None,
    )


def read_visible_byline(root: HtmlElement) -> Found:
    """What a reader sees under the headline: "By A | 14 March 2025"."""
    found = Found()
    bylines, publishers = _marked(root)
    for element in _on_page(bylines):
        text = clean_line(" ".join(element.itertext()))
        if not text or len(text) > _MAX_BYLINE_CHARS:
            continue
        said = parse_header_line(text)
        if said is None and (element.get("rel") == "author" or element.get("itemprop") == "author"):
            author = clean_author(text)
            # The name alone, checked for the shape of one as a byline would be.
            author = parse_byline(f"By {author}") if author else None
            said = Found(author=author, agency=agency_in(text)) if author else None
        found = merge(found, said or Found())
    names = (clean_line(each.text_content()) for each in _on_page(publishers))
    return merge(found, Found(publisher=next((name for name in names if is_name_like(name)), None)))


def read_times(root: HtmlElement) -> Found:
    """The first time element that holds a date, and the first that is marked as a change.

    Any other element that is marked as a date (`itemprop`) counts as one.
    """
    found, changed = Found(), None
    times = (
        each
        for each in root.xpath(_TIMES)
        if each.tag == "time" or (each.get("itemprop") in _DATES and each.tag != "meta")
    )
    for element in islice(_on_page(times), _MAX_TIMES):
        if is_of_teaser(element):
            continue
        shown = clean_line(element.text_content())
        moment = parse_date(element.get("datetime") or element.get("content") or shown)
        if moment is None:
            found = merge(found, Found(age=parse_age(shown)))
            continue
        previous, parent = element.getprevious(), element.getparent()
        holder = parent.text if previous is None and parent is not None else None
        label = clean_line((previous.tail if previous is not None else holder) or "")[-20:]
        if _CHANGED.search(f"{element.get('itemprop')} {element.get('class')}"):
            found = merge(found, Found(updated_at=moment))
        elif _CHANGED.search(label):
            changed = changed or moment
        else:
            found = merge(found, Found(published_at=moment))
    # "Updated" before the only date there is: without a day, every filter by days leaves it out.
    alone = found.published_at is None and found.updated_at is None
    return merge(found, Found(published_at=changed) if alone else Found(updated_at=changed))


def _marked(root: HtmlElement) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """The elements that are marked as bylines, and as names of publishers."""
    bylines, publishers = [], []
    # One path for the few elements with marks, looked at here: conditions on their words in a path
    # of each kind took three times as long.
    for element in root.xpath(_MARKED):
        marks, role = element.get("class") or "", element.get("itemprop") or ""
        if role == "author" or element.get("rel") == "author" or _BYLINE.search(marks):
            bylines.append(element)
        if "publisher" in role.split() or _PUBLISHER.search(marks):
            publishers.append(element)
    return bylines, publishers


def _on_page(elements: Iterable[HtmlElement]) -> Iterator[HtmlElement]:
    """Elements, but for those of teasers, comments and footers, which have bylines of their own."""
    return (each for each in elements if not is_elsewhere(each))


def is_elsewhere(element: HtmlElement) -> bool:
    """Whether an element stands beside the page's article: in a margin, among comments."""
    for each in (element, *element.iterancestors()):
        marks = f" {each.get('class') or ''} {each.get('id') or ''}"
        if each.tag in ("aside", "nav", "footer") or _BESIDE.search(marks):
            return True
    return False


def _first(tags: dict[str, list[str]], names: tuple[str, ...]) -> str | None:
    return next((tags[name][0] for name in names if name in tags), None)


def _author(tags: dict[str, list[str]]) -> str | None:
    for name in _AUTHORS:
        one = name in _ONE_PERSON
        authors = [author for text in tags.get(name, []) if (author := clean_author(text, one=one))]
        if authors:
            return ", ".join(dict.fromkeys(authors))
    return None


def _agency(tags: dict[str, list[str]]) -> str | None:
    texts = (text for name in _AUTHORS for text in tags.get(name, []))
    return next((agency for text in texts if (agency := agency_in(text))), None)


def _dates(tags: dict[str, list[str]], names: tuple[str, ...]) -> Iterator[datetime]:
    for name in names:
        for text in tags.get(name, []):
            moment = parse_date(text)
            if moment is not None:
                yield moment


def _address(root: HtmlElement, tags: dict[str, list[str]]) -> str | None:
    links = [
        element.get("href") or ""
        for element in root.iter("link")
        if element.get("rel") == "canonical"
    ]
    for address in [*links, *tags.get("og:url", [])]:
        if address.strip().startswith(("http://", "https://")):
            return address.strip()
    return None
