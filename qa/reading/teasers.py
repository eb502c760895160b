"""Teasers of other articles on a page: what they say of themselves is not of the page's article."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_MAX_ELEMENTS: Final = 200
"""Of a box: no teaser has as many, and to look through all of a page for each date takes long."""

_HEADINGS: Final = ("h2", "h3", "h4", "h5", "h6")
_MIN_WORDS: Final = 5
"""Of a link that is a headline rather than a section's name or an author's."""

_MIN_HEADING_WORDS: Final = 3
"""Of one that is a heading, too."""

_MAX_WORDS: Final = 80
"""Outside its links: what says more is an article, see `qa.reading.hub`."""


def is_of_teaser(element: HtmlElement) -> bool:
    """Whether an element stands with the linked headline of another article.

    The smallest box around it that holds such a link is a teaser, unless it holds the headline of
    the page, which may be a link as well, or the page's text, is one of its paragraphs, or stands
    right below its headline, where a link may name a series or say what the author does.
    """
    for box in (element, *element.iterancestors()):
        inside = list(islice(box.iter(), _MAX_ELEMENTS))
        if box.tag == "p" or len(inside) == _MAX_ELEMENTS or any(e.tag == "h1" for e in inside):
            return False
        if links := [each for each in inside if _is_headline_link(each)]:
            others = not any(_is_title(link) for link in links)
            return others and _words_outside_links(box) < _MAX_WORDS and not _is_below_h1(box)
    return False


def _is_headline_link(link: HtmlElement) -> bool:
    if link.tag != "a" or (link.get("href") or "#").startswith(("#", "mailto:")):
        return False
    words = len(link.text_content().split())
    around = link.getparent()
    is_heading = (around is not None and around.tag in _HEADINGS) or any(
        each.tag in _HEADINGS for each in link.iter()
    )
    if words < (_MIN_HEADING_WORDS if is_heading else _MIN_WORDS):
        return False
    paragraph = next(link.iterancestors("p"), None)
    return paragraph is None or not _words_outside_links(paragraph)


def _is_title(link: HtmlElement) -> bool:
    """Whether a link is the headline of the page itself, as weblogs link it."""
    title = link.getroottree().findtext(".//title") or ""
    said = " ".join(link.text_content().split()).casefold()
    return said in " ".join(title.split()).casefold()


def _is_below_h1(box: HtmlElement) -> bool:
    before = box.getprevious()
    if before is None or next(before.iter("main", "article"), None) is not None:
        return False
    return next(before.iter("h1"), None) is not None and _words_outside_links(before) < _MAX_WORDS


def _words_outside_links(box: HtmlElement) -> int:
    linked = sum(len(link.text_content().split()) for link in box.iter("a"))
    return len(box.text_content().split()) - linked
