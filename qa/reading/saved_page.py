"""A saved news page: a main article, the site's furniture, then articles from other publishers.

    title, body …                                 the main article
    Author: … / Hashtags / Comments …             furniture
    Related Articles                              a heading
    Toronto Star / 4 hours ago / - Toronto Star   a header: its parts in any order, some missing
    title, body …                                 a related article, up to the next header

Among a header's lines the article's sections ("- Politics") and "4 min read" may stand.

After a heading a header needs little to be believed; without one it must be unmistakable, since
a body may itself hold a short line, or the words "an hour ago".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.reading.authors import parse_byline
from qa.reading.cleaning import Line
from qa.reading.dates import is_day_first, looks_like_date, parse_date
from qa.reading.draft import Draft, Found, Part
from qa.reading.fields import SEPARATOR, is_name_like, parse_age
from qa.reading.furniture import is_furniture, is_related_heading, is_tail_marker, menu_items
from qa.reading.header import bare_title, is_headline, is_prose, is_sentence_title
from qa.reading.single import closes_page, read_single, split_tail
from qa.reading.titled import has_long_body, is_dated, is_titled_block, titled_blocks

ORIGIN = "page"
_BULLET = re.compile(r"[-–—•·*]\s*(?P<name>\S.*)")
_READING_TIME = re.compile(r"\d{1,3}[ -]min(?:ute)?s?\.? read", re.IGNORECASE)
_MAX_HEADER_PARTS = 3
_MAX_SECTIONS = 3
_MAX_AGE_CHARS = 40
_MAX_LABEL_WORDS = 2
_LENGTH = re.compile(r"\d+m", re.IGNORECASE)
"""Of a race rather than of time, or what something costs, where no related articles are."""

_MAX_NAME_WORDS = 3
"""Of what can only be a publisher: more may be a title, with its age below it."""

_LONG_WORDS = 80
"""Of an article below a page's comments: who comments has a name and an age too, and says less."""
_COMMENTS = re.compile(r"(?:\d+ )?(?:comments?|kommentare?)(?: \(\d+\)|:)?", re.IGNORECASE)


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
    """

    start: int
    end: int
    publisher: str | None
    age: str | None
    repeated: bool
    one_line: bool


def read_saved_page(lines: list[Line]) -> list[Part]:
    """The articles of a saved page in their order; empty if this is no saved page."""
    heading = _heading(lines)
    if heading is None:
        headers = _unannounced(lines)
        main_end = headers[0].start if headers else 0
    else:
        headers = list(_headers(lines, heading + 1, announced=True))
        main_end = heading
    day_first = _day_first(headers)
    segments = [(header, header.end) for header in headers]
    top = len(lines) if heading is None else _skip_furniture(lines, heading + 1)
    if top < len(lines) and not _match(lines, top, announced=True):
        titles = titled_blocks(lines, top, headers[0].start if headers else None)
        segments = [(Header(at, at, None, None, False, False), at) for at in titles] + segments
    if not segments:
        return []
    parts: list[Part] = []
    main = lines[:main_end]
    if any(not _is_tail_line(line.text) for line in split_tail(main)[0]):
        draft = Draft(line=main[0].number, dated_by_name=False)
        first = _match(main, 0, announced=True)
        # "Title / age / publisher" has the shape of "publisher / age / title".
        if first is not None and len(main[0].text.split()) < len(main[first.end].text.split()):
            _take_header(draft, first, day_first)
            main = main[first.end :]
        _read_titled(main, draft)
        parts.append(draft)
    ends = [header.start for header, _ in segments[1:]] + [len(lines)]
    for (header, title_at), end in zip(segments, ends, strict=True):
        draft = Draft(line=lines[title_at].number, dated_by_name=False)
        _take_header(draft, header, day_first)
        _read_titled(lines[title_at:end], draft)
        parts.append(draft)
    return parts


def _read_titled(lines: list[Line], draft: Draft) -> None:
    """Fill a draft from the lines of one article, whose title may be a sentence."""
    if is_sentence_title(lines, 0):
        draft.take(Found(title=bare_title(lines[0].text)), ORIGIN)
        lines = lines[1:]
    read_single(lines, draft, ORIGIN)


def _is_tail_line(line: str) -> bool:
    return is_furniture(line) or is_tail_marker(line)


def _heading(lines: list[Line]) -> int | None:
    """Index of the first heading that is followed by a related article."""
    index = 0
    while index < len(lines):
        if not is_related_heading(lines[index].text):
            index += 1
            continue
        following = _skip_furniture(lines, index + 1)
        if _match(lines, following, announced=True):
            return index
        # Without a header above the title, only a heading that closes a page's furniture can be
        # believed, or several titles above their ages: elsewhere it is a link within the body.
        ended = index > 0 and _ends_article(lines[index - 1].text)
        if is_titled_block(lines, following) and (ended or _is_dated_list(lines, following)):
            return index
        index = following
    return None


def _is_dated_list(lines: list[Line], first: int) -> bool:
    """Whether a titled article with its age has a longer body, with another such article below."""
    if not is_dated(lines, first) or not has_long_body(lines, first):
        return False
    later = range(first + 1, len(lines))
    return any(is_dated(lines, at) and is_titled_block(lines, at) for at in later)


def _ends_article(line: str) -> bool:
    return closes_page(line) or is_tail_marker(line)


def _skip_furniture(lines: list[Line], index: int) -> int:
    while index < len(lines) and _is_tail_line(lines[index].text):
        index += 1
    return index


def _headers(lines: list[Line], start: int, *, announced: bool) -> Iterator[Header]:
    """The headers from a line on, each with a title after it."""
    index = _skip_furniture(lines, start)
    first_at = index
    compact = not any(line.gap for line in lines[start + 1 :])
    publishers: set[str | None] = set()
    while index < len(lines):
        header = _match(lines, index, announced=announced)
        believed = header is not None and (
            _is_certain(header)
            or index == first_at
            # Without a publisher it is a line of a body, unless this page's first had none.
            or (lines[index].gap and (header.publisher is not None or None in publishers))
            or header.publisher in publishers - {None}
            or (announced and compact and header.publisher is not None)
            or (index > 0 and _is_tail_line(lines[index - 1].text))
        )
        if header is not None and believed:
            yield header
            publishers.add(header.publisher)
            index = header.end + 1
        else:
            index += 1


def _unannounced(lines: list[Line]) -> list[Header]:
    """The headers of a page without a heading; none unless they cannot be anything else.

    Such a page shows furniture before the first, or repeats a publisher's name, or has two of
    them; and all give ages, not dates, which a diary's sections might have too.
    """
    prose = next((i for i, line in enumerate(lines) if i and is_prose(line.text)), len(lines))
    start = prose + 1
    if _match(lines, 0, announced=False):
        start = 0
    headers = [
        header
        for header in _headers(lines, start, announced=False)
        if header.repeated
        or (
            header.age is not None
            and parse_age(header.age) is not None
            and (header.one_line or not _LENGTH.fullmatch(header.age))
        )
    ]
    comments = next(  # above the text it is a button
        (i for i, line in enumerate(lines) if i > prose and _COMMENTS.fullmatch(line.text)), None
    )
    if headers and comments is not None:
        ends = [header.start for header in headers[1:]] + [len(lines)]
        headers = [
            header
            for header, end in zip(headers, ends, strict=True)
            if header.start < comments
            or header.repeated
            or sum(len(line.text.split()) for line in lines[header.end : end]) >= _LONG_WORDS
        ]
    # A page's only header at its top belongs to the one article there is.
    if not [header for header in headers if header.start > 0]:
        return []
    furnished = any(_is_tail_line(line.text) for line in lines[: headers[-1].start])
    if furnished or any(header.repeated for header in headers) or len(headers) > 1:
        return headers
    return []


def _is_certain(header: Header) -> bool:
    return header.repeated or header.one_line


def _match(lines: list[Line], start: int, *, announced: bool) -> Header | None:
    """The header that starts at a line, if one does and a title follows it."""
    publisher: str | None = None
    bullet: str | None = None
    age: str | None = None
    one_line = False
    index, end = start, start + _MAX_HEADER_PARTS
    if (repeated_at := _repeated_at(lines, start, announced=announced)) is not None:
        publisher = bullet = lines[start].text
        age, index = _age_in(lines[start + 1].text), repeated_at + 1
        if age is None and re.search(r"\d", lines[start + 1].text):
            age = lines[start + 1].text  # "28 Jul", "in 2 hours": kept as it is worded
    while index < min(len(lines) - 1, end):
        text = lines[index].text
        if lines[index].gap and index > start and not _double_spaced(lines, start):
            break
        marked = _BULLET.fullmatch(text)
        bare = marked["name"] if marked else text
        both = _publisher_and_age(bare)
        if index > start and _READING_TIME.fullmatch(bare):
            end += 1
        elif both is not None and age is None:
            publisher, age, one_line = publisher or both[0], both[1], True
        elif age is None and (only := _age_in(bare)) is not None:
            age = only
        elif bullet is None and (
            (marked and is_name_like(bare))
            or (_same_name(text, publisher) and _is_age(lines[index - 1].text))
        ):
            bullet = bare
        elif publisher is None and is_name_like(text) and _is_publisher_at(lines, index, age):
            publisher = text
        else:
            break
        index += 1
    repeated = bool(publisher and bullet and _same_name(publisher, bullet))
    if age is None and not repeated:
        return None
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
    if _BULLET.match(lines[title_at].text):
        return None
    if not repeated and not one_line and age is not None and _is_of_list(lines, title_at, age):
        return None
    return Header(start, index, publisher or bullet, age, repeated, one_line)


def _repeated_at(lines: list[Line], start: int, *, announced: bool) -> int | None:
    """Where "9News / 4 hours ago / - 9News" ends, if it is here: whatever its name and its age.

    Sections may stand before its second name: "- Politics". Unless such articles were announced,
    its age must be one: what somebody says stands between a name and a name, too.
    """
    if start + 1 >= len(lines):
        return None
    between = lines[start + 1].text
    if not (_is_age(between) or (announced and _could_be_age(between))):
        return None
    for at in range(start + 2, min(start + _MAX_HEADER_PARTS + _MAX_SECTIONS, len(lines) - 1)):
        marked = _BULLET.fullmatch(lines[at].text)
        if marked is None or _same_name(marked["name"], lines[start].text):
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


def _is_publisher_at(lines: list[Line], index: int, age: str | None) -> bool:
    """Whether a name in a header is a publisher and not already the title.

    Before the age it is a publisher if the age comes next, or a bullet with the same name. After
    the age it is one unless the body follows at once, for then it is the title.
    """
    following = lines[index + 1].text
    if age is None:
        marked = _BULLET.fullmatch(following)
        if marked and _same_name(marked["name"], lines[index].text):
            return True
        return _is_age(following) or bool(marked and _is_age(marked["name"]))
    if _BULLET.fullmatch(following):
        return True
    return is_headline(following) and index + 2 < len(lines)


def _double_spaced(lines: list[Line], start: int) -> bool:
    """Whether blank lines stand between all lines here, and so say nothing."""
    near = lines[start + 1 : start + 5]
    return bool(near) and all(line.gap for line in near)


def _publisher_and_age(line: str) -> tuple[str, str] | None:
    parts = _parts(line)
    ages = [part for part in parts if _is_age(part)]
    names = [part for part in parts if part not in ages]
    if len(parts) > _MAX_HEADER_PARTS or len(ages) != 1 or not names:
        return None
    return (names[0], ages[0]) if all(is_name_like(name) for name in names) else None


def _parts(line: str) -> list[str]:
    """What stands between a line's separators, but for a reading time."""
    parts = SEPARATOR.split(line)
    return [part for part in parts if part and not _READING_TIME.fullmatch(part)]


def _age_in(text: str) -> str | None:
    """The age or date that a line is, "3 days ago • 4 min read" too."""
    parts = [text] if parse_age(text) or looks_like_date(text) else _parts(text)
    alone = len(parts) == 1 and (parse_age(parts[0]) or looks_like_date(parts[0]))
    return parts[0] if alone else None


def _is_age(text: str) -> bool:
    return _age_in(text) is not None


def _same_name(left: str, right: str | None) -> bool:
    return right is not None and left.casefold().split() == right.casefold().split()


def _day_first(headers: list[Header]) -> bool | None:
    """How this page writes numeric dates, where one of them shows it and none contradicts."""
    shown = {is_day_first(header.age) for header in headers if header.age} - {None}
    return shown.pop() if len(shown) == 1 else None


def _take_header(draft: Draft, header: Header, day_first: bool | None) -> None:
    found = Found(publisher=header.publisher)
    if header.age is not None:
        age = parse_age(header.age)
        published_at = None if age else parse_date(header.age, day_first=day_first)
        # A date whose order the page does not show is kept as it is worded.
        wording = age or (header.age if published_at is None else None)
        found = Found(publisher=header.publisher, age=wording, published_at=published_at)
    draft.take(found, ORIGIN)
