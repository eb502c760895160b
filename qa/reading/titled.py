"""Related articles that begin with their title: what tells publisher and age stands below."""

from __future__ import annotations

from typing import Final

from qa.reading.cleaning import Line
from qa.reading.header import is_headline, is_prose, parse_header_line

_MAX_HEADER_LINES: Final = 3
_MIN_BODY_CHARS: Final = 80


def titled_blocks(lines: list[Line], first: int, end: int | None = None) -> list[int]:
    """Where related articles begin: a headline, its header lines if any, then prose.

    All but the first need a blank line above them, or header lines.

    Args:
        lines: Of the page.
        first: Where the first has to stand, or there are none.
        end: Up to where others are looked for.
    """
    if not is_titled_block(lines, first):
        return []
    later = (
        at
        for at in range(first + 1, len(lines) if end is None else end)
        if lines[at].gap or is_dated(lines, at)
    )
    return [first, *(at for at in later if is_titled_block(lines, at))]


def is_dated(lines: list[Line], at: int) -> bool:
    """Whether an age or a date is among the header lines right below a title."""
    below = [parse_header_line(line.text) for line in lines[at + 1 : _body_at(lines, at)]]
    return any(found and (found.age or found.published_at) for found in below)


def has_long_body(lines: list[Line], at: int) -> bool:
    """Whether more than a teaser's one sentence stands below a title."""
    body_at = _body_at(lines, at)
    return body_at < len(lines) and len(lines[body_at].text) >= _MIN_BODY_CHARS


def is_titled_block(lines: list[Line], at: int) -> bool:
    """Whether a headline stands here, its header lines if any, then prose."""
    body_at = _body_at(lines, at)
    if body_at >= len(lines):
        return False
    return is_headline(lines[at].text) and is_prose(lines[body_at].text)


def _body_at(lines: list[Line], at: int) -> int:
    """The first line below a title that is no header line."""
    end = min(at + 1 + _MAX_HEADER_LINES, len(lines))
    below = (each for each in range(at + 1, end) if parse_header_line(lines[each].text) is None)
    return next(below, end)
