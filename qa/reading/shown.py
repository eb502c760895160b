"""What a page shows around its headline without a mark for programs: the date it was published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from qa.reading.cleaning import clean_line
from qa.reading.draft import Found
from qa.reading.header import is_published_line, merge, parse_header_line
from qa.reading.markup import heading_text
from qa.reading.meta import is_elsewhere

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HOLDERS: Final = ("h1", "p", "span", "div", "li", "small", "em", "b", "strong", "i", "font", "dd")
_MAX_CHARS: Final = 80
_MIN_PROSE_CHARS: Final = 80
_MAX_BELOW: Final = 60
"""Elements that are looked at below the headline, where no paragraph ends the head before."""

_MAX_INNER: Final = 3
_PROSE: Final = re.compile(r"[.!?…][\"'”’)\]]*$")
_YEAR: Final = re.compile(r"(?:1[6-9]|20)\d\d")


def read_shown_dates(root: HtmlElement, headline: str | None) -> Found:
    """The dates that are lines of their own between a page's headline and its first paragraph.

    Above the headline, only one that says that it is the day of publication.

    Args:
        root: The page.
        headline: One of its first-level headings; without one, nothing is found.
    """
    if headline is None:
        return Found()
    found = Found()
    below = 0
    for element in root.iter(*_HOLDERS):
        if element.tag == "h1":
            below = below or int(heading_text(element) == headline)
            continue
        below += below > 0
        if below > _MAX_BELOW:
            break
        if not (below and element.tag == "p") and not _is_line(element):
            continue
        text = clean_line(element.text_content())
        if below and element.tag == "p" and _PROSE.search(text, _MIN_PROSE_CHARS):
            break
        if len(text) > _MAX_CHARS or not _YEAR.search(text) or is_elsewhere(element):
            continue
        said = parse_header_line(text) if below or is_published_line(text) else None
        if said is not None:
            dates = Found(published_at=said.published_at, updated_at=said.updated_at)
            found = merge(found, dates)
    return found if below else Found()


def _is_line(element: HtmlElement) -> bool:
    """Whether an element holds a few words, and no other elements than parts of them."""
    return len(element) <= _MAX_INNER and not any(len(part) for part in element)
