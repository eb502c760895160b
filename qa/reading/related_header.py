"""The lines above a related article of a saved page: its publisher, its age, a section."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa.reading.authors import parse_byline
from qa.reading.cleaning import Line
from qa.reading.dates import looks_like_date
from qa.reading.fields import is_name_like, parse_age
from qa.reading.furniture import is_furniture, menu_items
from qa.reading.header import is_headline, is_prose, is_sentence_title
from qa.reading.header_lines import (
    MAX_PARTS,
    MINUTES,
    READING_TIME,
    age_in,
    is_age,
    is_day_of_no_year,
    is_few_words,
    publisher_and_age,
    same_name,
)

_BULLET = re.compile(r"[-–—•·*]\s*(?P<name>\S.*)")
_MAX_SECTIONS = 3
_MAX_AGE_CHARS = 40
_MAX_LABEL_WORDS = 2
_MAX_NAME_WORDS = 3
"""Of what can only be a publisher: more may be a title, with its age below it."""


@dataclass(frozen=True, slots=True)
class Header:
    """The lines above a related article's title.

    Attributes:
        start: Index of its first line.
        end: Index of the title, or of a byline above it.
        publisher: As written, or None.
        age: The age or the date, as written, or None.
        repeated: Whether the publisher stands there twice, as only page headers have it.
        one_line: Whether publisher and age share a line.
        empty: Whether the next header, or nothing at all, stands where the title should.
    """

    start: int
    end: int
    publisher: str | None
    age: str | None
    repeated: bool
    one_line: bool
    empty: bool = False


def match_header(lines: list[Line], start: int, *, announced: bool) -> Header | None:
    """The header that starts at a line, if one does and a title follows it."""
    publisher: str | None = None
    bullet: str | None = None
    age: str | None = None
    one_line = False
    index, end = start, start + MAX_PARTS
    if (repeated_at := _repeated_at(lines, start, announced=announced)) is not None:
        publisher = bullet = lines[start].text
        age, index = age_in(lines[start + 1].text), repeated_at + 1
        if age is None and re.search(r"\d", lines[start + 1].text):
            age = lines[start + 1].text  # "28 Jul", "in 2 hours": kept as it is worded
    while index < min(len(lines) - 1, end):
        text = lines[index].text
        if lines[index].gap and index > start and not _double_spaced(lines, start):
            break
        marked = _BULLET.fullmatch(text)
        bare = marked["name"] if marked else text
        both = publisher_and_age(bare, announced=announced)
        if index > start and (READING_TIME.fullmatch(bare) or (age and MINUTES.fullmatch(bare))):
            end += 1
        elif both is not None and age is None:
            publisher, age, one_line = publisher or both[0], both[1], True
        elif age is None and (only := age_in(bare)) is not None:
            age = only
        elif age is None and announced and publisher and is_day_of_no_year(bare):
            age = bare
        elif bullet is None and (
            (marked and is_name_like(bare))
            or (same_name(text, publisher) and is_age(lines[index - 1].text))
        ):
            bullet = bare
        elif publisher is None and (
            (is_name_like(text) and _is_publisher_at(lines, index, age, announced=announced))
            or (announced and index == start and _is_unlike_a_name(lines, index))
        ):
            publisher = text
        else:
            break
        index += 1
    repeated = bool(publisher and bullet and same_name(publisher, bullet))
    if age is None and not repeated:
        return None
    named = bool(publisher) and (announced or repeated)
    if named and (
        _begins_header(lines, index, announced=announced)
        or (repeated and age and index == len(lines))
    ):
        return Header(start, index, publisher, age, repeated, one_line, empty=True)
    if not announced and not repeated and publisher is None and bullet is None:
        return None
    if _is_section(lines, index):
        index += 1
    # A byline may stand above the title; read_single takes it there.
    byline = index + 1 < len(lines) and parse_byline(lines[index].text) is not None
    title_at = index + 1 if byline else index
    if title_at >= len(lines):
        return None
    # Where publisher and age stand above it, a title may be a sentence; below a name that stands
    # there twice an article begins even without one.
    named = publisher is not None and len(publisher.split()) <= _MAX_NAME_WORDS
    dated = announced and age is not None and (named or one_line)
    if not (
        is_headline(lines[title_at].text)
        or (dated and is_sentence_title(lines, title_at))
        or (repeated and _repeated_at(lines, title_at, announced=announced) is None)
    ):
        return None
    # A bullet below the header is an item of a list, unless each of its lines has one, too.
    listed = all(_BULLET.match(line.text) for line in lines[start:title_at])
    if _BULLET.match(lines[title_at].text) and not listed:
        return None
    if not repeated and not one_line and age is not None and _is_of_list(lines, title_at, age):
        return None
    return Header(start, index, publisher or bullet, age, repeated, one_line)


def _begins_header(lines: list[Line], at: int, *, announced: bool) -> bool:
    """Whether a header begins where a title is looked for: one that can be nothing else."""
    text, *below = [line.text for line in lines[at : at + 4]] or [""]
    if _repeated_at(lines, at, announced=announced) is not None or publisher_and_age(text):
        return True
    if len(below) < 3 or not is_name_like(text) or not is_age(below[0]):
        return False
    return is_headline(below[1]) and is_prose(below[2])


def _repeated_at(lines: list[Line], start: int, *, announced: bool) -> int | None:
    """Where "9News / 4 hours ago / - 9News" ends, if it is here: whatever its name and its age.

    Sections may stand before its second name: "- Politics". Unless such articles were announced,
    its age must be one: what somebody says stands between a name and a name, too.
    """
    if start + 1 >= len(lines):
        return None
    between = lines[start + 1].text
    if not (is_age(between) or (announced and _could_be_age(between))):
        return None
    for at in range(start + 2, min(start + MAX_PARTS + _MAX_SECTIONS, len(lines))):
        marked = _BULLET.fullmatch(lines[at].text)
        if marked is None or same_name(marked["name"], lines[start].text):
            return at if marked else None
    return None


def _could_be_age(text: str) -> bool:
    """Whether a line is worded like an age that is not known, or stands for one: "Sponsored"."""
    if len(text) > _MAX_AGE_CHARS or is_prose(text):
        return False
    return bool(re.search(r"\d", text)) or len(text.split()) <= _MAX_LABEL_WORDS


def _is_section(lines: list[Line], at: int) -> bool:
    """Whether a line where a title is looked for is a section's name, with the title below it."""
    if at + 2 >= len(lines) or not menu_items(lines[at].text):
        return False
    return is_headline(lines[at + 1].text) and is_prose(lines[at + 2].text)


def _is_of_list(lines: list[Line], title_at: int, age: str) -> bool:
    """Whether a title has an age too: of a list of links each has one, and the first no publisher.

    A date below the title of an article that has an age is its own, or the same date once more.
    """
    below = lines[title_at + 1].text if title_at + 1 < len(lines) else ""
    if parse_age(age) is not None:
        return parse_age(below) is not None
    return below != age and looks_like_date(below)


def _is_publisher_at(lines: list[Line], index: int, age: str | None, *, announced: bool) -> bool:
    """Whether a name in a header is a publisher and not already the title.

    Before the age it is a publisher if the age comes next, or a bullet with the same name. After
    the age it is one unless the body follows at once, for then it is the title.
    """
    following = lines[index + 1].text
    if age is None:
        marked = _BULLET.fullmatch(following)
        if marked and same_name(marked["name"], lines[index].text):
            return True
        if marked and index + 2 < len(lines) and is_age(lines[index + 2].text):  # "- Sport"
            return True
        return is_age(following, announced=announced) or bool(marked and is_age(marked["name"]))
    if _BULLET.fullmatch(following):
        return True
    return is_headline(following) and index + 2 < len(lines)


def _is_unlike_a_name(lines: list[Line], at: int) -> bool:
    """Whether few words above an age, a title and a text are a publisher's all the same.

    "6abc", "heise online", "Yahoo!": names in small letters, or with a mark at their end.
    """
    text, *below = [line.text for line in lines[at : at + 5]]
    below = [each for each in below if not READING_TIME.fullmatch(each.strip(" •·"))]
    if len(below) < 3 or not is_few_words(text) or is_age(text) or is_furniture(text):
        return False
    return is_age(below[0]) and is_headline(below[1]) and is_prose(below[2])


def _double_spaced(lines: list[Line], start: int) -> bool:
    """Whether blank lines stand between all lines here, and so say nothing."""
    near = lines[start + 1 : start + 5]
    return bool(near) and all(line.gap for line in near)
