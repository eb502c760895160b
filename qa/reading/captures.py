"""When a page was saved, and from where, as the program that saved it wrote into the page."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from qa.reading.content import Stated
from qa.reading.dates import parse_date

_HEAD_CHARS: Final = 8_192
"""In which a program that saves a page says so: before the page's own head."""

_SAVED_FROM: Final = re.compile(
    r"<!--\s*saved from url=\(\d{1,5}\)(?P<url>https?://[^\s>]{1,2000})"
)
_SINGLEFILE: Final = re.compile(
    r"<!--\s*Page saved with SingleFile\s+url:\s*(?P<url>\S{1,2000})\s+"
    r"saved date:\s*(?P<day>[^\n(]{8,60})"
)
_JS_DATE: Final = re.compile(
    r"[A-Z][a-z]{2} (?P<month>[A-Z][a-z]{2}) (?P<day>\d{1,2}) (?P<year>\d{4}) "
    r"(?P<clock>\d{2}:\d{2}:\d{2}) GMT(?P<zone>[+-]\d{4})"
)
_WAYBACK: Final = re.compile(
    r"https?://web\.archive\.org/web/(?P<moment>\d{14}|\d{8})(?:[a-z]{2}_)?/(?P<url>https?:/[^\s\"'<>]+)"
)
_WAYBACK_FILE: Final = re.compile(
    r"FILE ARCHIVED ON (\d{2}:\d{2}:\d{2} [A-Z][a-z]{2} \d{1,2}, \d{4})"
)
_TAIL_CHARS: Final = 4_096


def with_capture(stated: Stated, text: str) -> Stated:
    """What is stated of a page, and what it says itself of when it was saved, and from where.

    Args:
        stated: By its owner, who knows better.
        text: The whole page.
    """
    url, captured, by = _said(stated.url or "", text)
    if captured is None and url is None:
        return stated
    if stated.captured is None and captured is not None:
        stated = replace(stated, captured=captured, captured_by=by)
    if url is not None and (stated.url is None or _WAYBACK.match(stated.url)):
        stated = replace(stated, url=url)
    return stated


def _said(address: str, text: str) -> tuple[str | None, datetime | None, str]:
    head = text[:_HEAD_CHARS]
    if found := _SINGLEFILE.search(head):
        return found["url"], _js_date(found["day"]), "SingleFile"
    archived = _WAYBACK.match(address)
    # Its player or its closing remark, not merely a link to it.
    played = "__wm." in head or "archive.org/_static" in head or "FILE ARCHIVED ON" in text[-4096:]
    if archived is None and played:
        archived = _WAYBACK.search(text)
    tail = _WAYBACK_FILE.search(text, max(len(text) - _TAIL_CHARS, 0))
    if archived and tail:
        return _original(archived), _wayback_date(tail[1]), "Wayback Machine"
    if archived:
        moment = archived["moment"]
        form = "%Y%m%d%H%M%S" if len(moment) == len("20250803100000") else "%Y%m%d"
        try:
            return (
                _original(archived),
                datetime.strptime(moment, form).replace(tzinfo=UTC),
                ("Wayback Machine"),
            )
        except ValueError:
            return None, None, ""
    if found := _SAVED_FROM.search(head):  # says from where, and not when
        saved = _WAYBACK.match(found["url"])
        return _said(found["url"], "") if saved else (found["url"], None, "saved page")
    return None, None, ""


def without_archive(url: str | None) -> str | None:
    """An address without the Wayback Machine's before it."""
    archived = _WAYBACK.match(url or "")
    return _original(archived) if archived else url


def _original(archived: re.Match[str]) -> str:
    return re.sub(r"^(https?:)/+", r"\1//", archived["url"])


def _js_date(text: str) -> datetime | None:
    """As JavaScript writes a date: "Sun Aug 03 2025 12:00:00 GMT+0200 (…)"."""
    found = _JS_DATE.match(text.strip())
    if found is None:
        return parse_date(text)
    told = f"{found['day']} {found['month']} {found['year']} {found['clock']} {found['zone']}"
    try:
        return datetime.strptime(told, "%d %b %Y %H:%M:%S %z")
    except ValueError:
        return None


def _wayback_date(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%H:%M:%S %b %d, %Y").replace(tzinfo=UTC)
    except ValueError:
        return None
