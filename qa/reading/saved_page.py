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

from qa.reading.cleaning import Line
from qa.reading.dates import is_day_first, parse_date
from qa.reading.draft import Draft, Failure, Found, Part
from qa.reading.fields import is_name_like, parse_age
from qa.reading.furniture import is_furniture, is_related_heading, is_tail_marker
from qa.reading.header import bare_title, is_prose, is_sentence_title
from qa.reading.header_lines import publisher_and_age, same_name
from qa.reading.related_header import Header, match_header
from qa.reading.single import closes_page, read_single, split_tail
from qa.reading.titled import (
    footed_blocks,
    has_long_body,
    is_dated,
    is_titled_block,
    titled_blocks,
)

ORIGIN = "page"
_LENGTH = re.compile(r"\d+m", re.IGNORECASE)
"""Of a race rather than of time, or what something costs, where no related articles are."""
_MIN_FOOTED_LINES = 4  # a title, a body, and a publisher and an age below it

_LONG_WORDS = 80
"""Of an article below a page's comments: who comments has a name and an age too, and says less."""
_COMMENTS = re.compile(r"(?:\d+ )?(?:comments?|kommentare?)(?: \(\d+\)|:)?", re.IGNORECASE)
_LOGO = re.compile(r"(?P<name>\S.*) (?:logo|icon|avatar)", re.IGNORECASE)
_PLACE = re.compile(r"\d{1,2}[.)]?")
_NO_COMMENTS = re.compile(
    r"no comments?\b|be the first to\b|(?:noch )?keine kommentare\b", re.IGNORECASE
)


def read_saved_page(lines: list[Line]) -> list[Part]:
    """The articles of a saved page in their order; empty if this is no saved page."""
    lines = _without_marks(lines)
    heading = _heading(lines)
    if heading is None:
        headers = _unannounced(lines)
        main_end = headers[0].start if headers else 0
    else:
        headers = list(_headers(lines, heading + 1, announced=True))
        main_end = heading
    day_first = _day_first(headers)
    segments = headers
    top = len(lines) if heading is None else _skip_furniture(lines, heading + 1)
    if top < len(lines) and not match_header(lines, top, announced=True):
        if footed := footed_blocks(lines, top):
            segments = [Header(at, at + 1, lines[at].text, None, False, False) for at in footed]
        else:
            titles = titled_blocks(lines, top, headers[0].start if headers else None)
            segments = [Header(at, at, None, None, False, False) for at in titles] + headers
    if not segments:
        return []
    parts: list[Part] = []
    main = lines[:main_end]
    if any(not _is_tail_line(line.text) for line in split_tail(main)[0]):
        draft = Draft(line=main[0].number, dated_by_name=False)
        first = match_header(main, 0, announced=True)
        # "Title / age / publisher" has the shape of "publisher / age / title".
        if (
            first
            and not first.empty
            and len(main[0].text.split()) < len(main[first.end].text.split())
        ):
            _take_header(draft, first, day_first)
            main = main[first.end :]
        _read_titled(main, draft)
        parts.append(draft)
    ends = [header.start for header in segments[1:]] + [len(lines)]
    for header, end in zip(segments, ends, strict=True):
        if header.empty:
            why = f"neither a title nor a text below {header.publisher!r}"
            parts.append(Failure(why, lines[header.start].number))
            continue
        draft = Draft(line=lines[header.end].number, dated_by_name=False)
        _take_header(draft, header, day_first)
        body, foot = _part_foot(lines[header.end : end], header)
        draft.take(foot, ORIGIN)
        _read_titled(body, draft)
        parts.append(draft)
    return parts


def _without_marks(lines: list[Line]) -> list[Line]:
    """The lines but for what stands for a picture or a place in a list above a publisher's name.

    "Harbour Star logo" above "Harbour Star"; "1" above a related article's header, but only below
    their heading: an article may number what it lists.
    """
    kept: list[Line] = []
    gap = announced = False
    for at, line in enumerate(lines):
        announced = announced or is_related_heading(line.text)
        following = lines[at + 1].text if at + 1 < len(lines) else ""
        logo = _LOGO.fullmatch(line.text)
        if (logo and same_name(logo["name"], following)) or (
            announced
            and _PLACE.fullmatch(line.text)
            and match_header(lines, at + 1, announced=True)
        ):
            gap = gap or line.gap
            continue
        kept.append(line._replace(gap=line.gap or gap))
        gap = False
    return kept


def _part_foot(lines: list[Line], header: Header) -> tuple[list[Line], Found]:
    """Part a related article from its publisher and age below it, or its publisher once more.

    What is said there counts only where nothing stands above it.
    """
    last = lines[-1].text
    aged = parse_age(last)
    if header.publisher is not None and header.age is None and aged and len(lines) > 2:
        return lines[:-1], Found(age=aged)
    if len(lines) < _MIN_FOOTED_LINES:
        return lines, Found()
    bare, both = header.publisher is None and header.age is None, publisher_and_age(last)
    if both and parse_age(both[1]):
        return lines[:-1], Found(publisher=both[0], age=both[1]) if bare else Found()
    if is_name_like(lines[-2].text) and aged:
        return lines[:-2], Found(publisher=lines[-2].text, age=last) if bare else Found()
    return (lines[:-1] if same_name(last, header.publisher) else lines), Found()


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
    last_age: int | None = None  # looked for once, not below each of a thousand headings
    while index < len(lines):
        if not is_related_heading(lines[index].text):
            index += 1
            continue
        following = _skip_furniture(lines, index + 1)
        if match_header(lines, following, announced=True):
            return index
        # Without a header above the title, only a heading that closes a page's furniture can be
        # believed, or several titles above their ages: elsewhere it is a link within the body.
        ended = index > 0 and _ends_article(lines[index - 1].text)
        if is_titled_block(lines, following) and (ended or _is_dated_list(lines, following)):
            return index
        if ended and is_titled_block(lines, following + 1):
            if last_age is None:
                backwards = reversed(range(len(lines)))
                last_age = next((at for at in backwards if parse_age(lines[at].text)), 0)
            if last_age > following and footed_blocks(lines, following):
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
        header = match_header(lines, index, announced=announced)
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
            index = header.end if header.empty else header.end + 1
        else:
            index += 1


def _unannounced(lines: list[Line]) -> list[Header]:
    """The headers of a page without a heading; none unless they cannot be anything else.

    Such a page shows furniture before the first, or repeats a publisher's name, or has two of
    them; and all give ages, not dates, which a diary's sections might have too.
    """
    prose = next((i for i, line in enumerate(lines) if i and is_prose(line.text)), len(lines))
    start = prose + 1
    if match_header(lines, 0, announced=False):
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
        (
            i
            for i, line in enumerate(lines)
            if i > prose and _COMMENTS.fullmatch(line.text) and not _is_uncommented(lines, i)
        ),
        None,
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


def _is_uncommented(lines: list[Line], at: int) -> bool:
    """Whether the page says below "Comments" that there are none."""
    return at + 1 < len(lines) and _NO_COMMENTS.match(lines[at + 1].text) is not None


def _is_certain(header: Header) -> bool:
    return header.repeated or header.one_line


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
