"""Related articles that begin with their title: what tells publisher and age stands below."""

from __future__ import annotations

from typing import Final

from qa.reading.cleaning import Line
from qa.reading.fields import is_name_like, parse_age
from qa.reading.header import is_headline, is_prose, parse_header_line
from qa.reading.header_lines import is_age

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
    found, body_at = [first], _body_at(lines, first)
    for at in range(first + 1, len(lines) if end is None else end):
        begins = at > body_at and (lines[at].gap or is_dated(lines, at))
        if begins and is_titled_block(lines, at):
            found.append(at)
            body_at = _body_at(lines, at)
    return found


def footed_blocks(lines: list[Line], first: int) -> list[int]:
    """Where related articles begin that have their publisher above the title, their age below.

    Each must follow the age of the one before at once.
    """
    found: list[int] = []
    at = first
    while is_titled_block(lines, at + 1) and is_name_like(lines[at].text):
        foot = (each for each in range(at + 3, len(lines)) if parse_age(lines[each].text))
        end = next(foot, None)
        if end is None:
            break
        found.append(at)
        at = end + 1
    return found


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
    return next((each for each in range(at + 1, end) if not _is_of_header(lines, at, each)), end)


def _is_of_header(lines: list[Line], title_at: int, at: int) -> bool:
    """Whether a line is a header line of a title: its publisher above the age, too."""
    text = lines[at].text
    if parse_header_line(text) is not None:
        return True
    named = at == title_at + 1 and is_name_like(text)
    return named and at + 1 < len(lines) and is_age(lines[at + 1].text)
