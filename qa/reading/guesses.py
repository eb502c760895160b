"""What libraries make of a page where its own statements and what it shows leave a field open."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from qa.reading.authors import clean_author
from qa.reading.dates import date_in_url, is_written, parse_date
from qa.reading.draft import Found
from qa.reading.fields import without_site
from qa.reading.meta import is_elsewhere
from qa.reading.teasers import is_of_teaser
from qa.text.languages import primary

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_HOW_TO_DATE: Final[dict[str, Any]] = {"extensive_search": False, "original_date": True}
"""Settings of htmldate. Its search of a whole text makes days of years ("© 2025" is the first of
January). It is not asked for changes: of 76 pages that state none it names 73 the day of
publication or one before, two the day in a picture's address, and one that in a script."""

_PUBLISHED: Final = re.compile(r"publi(?:sh|cat|cad|é|z)\w*|posted|veröffentlicht", re.IGNORECASE)
_MAX_PLACES: Final = 200
"""Where a day is looked at whose it is: a page of 10,000 teasers would take minutes."""

_LABEL_CHARS: Final = 60
"""From such a word to the end of the day that it speaks of: "First published on Nov 20, 2019"."""


def guesses(
    root: HtmlElement, text: str, found: Found, captured: datetime | None
) -> dict[str, Found]:
    """Guesses at what is not known yet, by their origin: "htmldate" for the date.

    A date that the page's address names is none of them: it follows, and is no guess.

    Args:
        root: The page; it stays as it is.
        text: The same as text.
        found: What is known.
        captured: When the page was saved: no date after that day is believed.
    """
    named = found.title and found.publisher and found.author
    dated = found.published_at or (found.url and date_in_url(found.url))
    if named and dated:
        return {}
    if named:
        from htmldate import find_date

        day = find_date(root, outputformat="%Y-%m-%d", **_HOW_TO_DATE)
        return {"htmldate": Found(published_at=_believed(day, root, text, found, captured))}
    from trafilatura import extract_metadata

    guessed = extract_metadata(root, date_config=dict(_HOW_TO_DATE))
    title, author = guessed.title, guessed.author
    return {
        # Asked by trafilatura with the same settings, once it knows the address.
        "htmldate": Found()
        if dated
        else Found(published_at=_believed(guessed.date, root, text, found, captured)),
        "trafilatura": Found(
            title=without_site(title, guessed.sitename) if title else None,
            publisher=(guessed.sitename or "").lstrip("@") or None,
            # "The …" is whom a page speaks of: the author of a claim that it checks.
            author=clean_author(author) if author and not author.startswith("The ") else None,
            url=guessed.url,
        ),
    }


def _is_said_to_be_published(day: datetime, text: str) -> bool:
    """Whether a page says somewhere that it was published on a day on which it was changed too."""
    labels = _PUBLISHED.finditer(text)
    return any(is_written(day, text[each.end() : each.end() + _LABEL_CHARS]) for each in labels)


def _is_day_first(language: str | None) -> bool:
    """Whether a page in a language writes 05/03/2024 for 5 March: all but English ones do."""
    return language is not None and primary(language) != "en"


def _said_at(element: HtmlElement) -> str:
    return " ".join([element.text or "", element.tail or "", *element.attrib.values()])


def _is_of_others(day: datetime, root: HtmlElement, day_first: bool) -> bool:
    """Whether a day is written only where a page speaks of other articles: in teasers, margins."""
    year = str(day.year)
    places = (
        element
        for element in root.iter()
        if year in (said := _said_at(element)) and is_written(day, said, day_first=day_first)
    )
    first = list(islice(places, _MAX_PLACES))
    return bool(first) and all(is_elsewhere(each) or is_of_teaser(each) for each in first)


def _believed(
    day: str | None, root: HtmlElement, text: str, found: Found, captured: datetime | None
) -> datetime | None:
    """A day that htmldate found, if the page holds it, and not as another's or that of a change.

    Of "2025-03" and of "03/2025" it makes a day, of the first one today's. It is not told when the
    page was saved: of 14/03/2025, where that is later, it makes the first of March.
    """
    moment, day_first = parse_date(day or ""), _is_day_first(found.language)
    if moment is None or not is_written(moment, text, day_first=day_first):
        return None
    if _is_of_others(moment, root, day_first):
        return None
    changed = found.updated_at is not None and moment.date() == found.updated_at.date()
    if changed and not _is_said_to_be_published(moment, text):
        return None
    return None if captured is not None and moment.date() > captured.date() else moment
