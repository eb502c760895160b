"""Pages that hold several articles in full: front pages of small sites, sections, weblogs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

from qa.reading.draft import Found, same_words
from qa.reading.furniture import is_furniture, is_related_heading
from qa.reading.markup import heading_text
from qa.reading.meta import is_elsewhere

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HEADINGS: Final = ("h1", "h2", "h3", "h4")
_MIN_WORDS: Final = 80
"""Of running text outside links. None of 181 news pages of one article each is taken for a hub."""


def articles_of(root: HtmlElement, stated_title: str | None) -> list[HtmlElement]:
    """The elements of a page that are articles by themselves; empty where it is one article.

    Args:
        root: The page.
        stated_title: Of the one article that the page says it is, where it says so.
    """
    parts = [
        element
        for element in root.iter("article")
        if next(element.iterancestors("article"), None) is None
        and _has_body(element)
        and not is_elsewhere(element)
    ]
    titles = [heading_of(element).title for element in parts]
    if len(parts) < 2 or None in titles or len(set(titles)) < len(titles):
        return []
    if stated_title and not any(same_words(stated_title, title or "") for title in titles):
        return []  # one article, such as a live report, whose sections are marked as articles
    return parts


def heading_of(element: HtmlElement, base: str | None = None) -> Found:
    """The heading of an article on a page of several, with the address that it links to.

    Args:
        element: The article.
        base: The page's address.
    """
    for heading in _own(element, *_HEADINGS):
        title = heading_text(heading)
        if not title or is_furniture(title) or is_related_heading(title):
            continue
        links = [*heading.iter("a"), *heading.iterancestors("a")]
        address = urljoin(base or "", links[0].get("href") or "") if links else ""
        url = address if address.startswith(("http://", "https://")) else None
        return Found(title=title, url=url)
    return Found()


def _own(element: HtmlElement, *names: str) -> Iterator[HtmlElement]:
    """What stands in an article itself, not in one within it: a teaser, a comment."""
    return (
        each
        for each in element.iter(*names)
        if next(each.iterancestors("article"), None) is element
    )


def _has_body(element: HtmlElement) -> bool:
    words = 0
    for paragraph in _own(element, "p"):
        linked = sum(len(link.text_content().split()) for link in paragraph.iter("a"))
        words += len(paragraph.text_content().split()) - linked
    return words >= _MIN_WORDS and heading_of(element).title is not None
