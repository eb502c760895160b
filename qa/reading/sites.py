"""The name of the site that a page is on, and what else names it beside its headline."""

from __future__ import annotations

import re
from itertools import chain, islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from qa.addresses import address_key
from qa.reading.cleaning import clean_line
from qa.reading.draft import same_words
from qa.reading.fields import is_name_like
from qa.reading.furniture import menu_items

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_STROKE: Final = re.compile(r"\s+[|·•]\s+")
BETWEEN: Final = re.compile(r"\s+[|·•—–-]\s+")
"""What parts a headline from a site's name in a page's title."""

_LAST: Final = re.compile(r"(?P<headline>.*\S)\s+[|·•—–-]\s+(?P<site>\S.*)")
_FRONT: Final = frozenset(["", "/", "/index.html", "/index.php", "/home"])
_MAX_WORDS: Final = 5
"""Of a site's name in a title; more are a motto."""

_MIN_HEADLINE_WORDS: Final = 3


def bare_name(name: str) -> str:
    """A site's name without the motto behind a stroke: "Harbour Star | News from the coast"."""
    pieces = _STROKE.split(name)
    first = next((piece for piece in pieces if not menu_items(piece)), name)
    return first if is_name_like(first) else name


def site_in_title(title: str, headlines: list[str]) -> str | None:
    """The site behind the headline in a page's title: "Lamp lit at last - Harbour Star".

    Args:
        title: The page's title.
        headlines: By which its headline goes.
    """
    line = clean_line(title)
    for headline in headlines:
        at = line.casefold().find(headline.casefold())
        if at < 0 or (at and len(headline.split()) < _MIN_HEADLINE_WORDS):
            continue
        _, *behind = BETWEEN.split(line[at + len(headline) :])
        name = behind[-1] if behind else ""
        if name:
            return name if _is_site(name) else None
    return None


def headline_in_title(title: str) -> str | None:
    """A page's title without the site's name behind it."""
    line = clean_line(title)
    found = _LAST.fullmatch(line)
    return (found["headline"] if found and _is_site(found["site"]) else line) or None


def _is_site(name: str) -> bool:
    if name[0].islower() or name[0] == "@" or len(name.split()) > _MAX_WORDS:
        return False
    return is_name_like(name) and not menu_items(name)


def leads_elsewhere(heading: HtmlElement, address: str | None) -> bool:
    """Whether a heading is all a link to another page: a site's logo, a teaser.

    Args:
        heading: The heading.
        address: The page's, where that is known.
    """
    link = next(chain(heading.iter("a"), heading.iterancestors("a")), None)
    if link is None or len([*islice(link.iter("h1"), 2)]) > 1:  # around thousands, each would cost
        return False
    if not same_words(link.text_content(), heading.text_content()):
        return False
    to = (link.get("href") or "").strip()
    if not to or to.startswith(("#", "javascript:")):
        return False
    try:
        whole, here = urlsplit(urljoin(address or "", to)), urlsplit(address or "")
    except ValueError:  # "http://[bad" is no address
        return False
    if whole.path in _FRONT and not whole.query:
        return address is None or here.path not in _FRONT
    other = bool(here.netloc) and whole.netloc.removeprefix("www.") != here.netloc.removeprefix(
        "www."
    )
    return other and address_key(whole.geturl()) != address_key(address or "")
