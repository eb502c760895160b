"""The way in: a file or its bytes, to articles and problems. Bad content never raises."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from qa.errors import ReadingError
from qa.reading.cleaning import clean_line
from qa.reading.content import NOTHING, Content, Member, Stated
from qa.reading.decoding import check_size
from qa.reading.draft import Draft, Failure, Part, finish
from qa.reading.formats import format_of, format_within
from qa.records import Article, Problem

_MAX_PROBLEMS = 50
"""Told one by one for a file; a wholly wrong feed would bury the problems of all others."""

_PART_CHARS = 1_000_000
_PART_ARTICLES = 500
"""A file is handed on in parts of so much text, or so many articles: some megabytes each."""

_MAX_DEPTH = 3
"""Containers in containers: a mailbox in a zip in a tar. A zip of itself would never end."""

HEAD = 4096
"""Of a file, by which its kind is told."""

_MAX_PLACE_CHARS = 120


OnPlace = Callable[[str], None]
"""Is told the place of each member of a container before it is read."""

NO_MEMBERS: Mapping[str, str] = {}

Watch = Callable[[Draft, Article | None], None]
"""Is shown each draft with the article that it became."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What one file holds: its good articles, and what could not be read.

    Attributes:
        articles: The good ones.
        problems: What could not be read.
        opened: Whether the system let it be opened; if not, it may do so later.
        more: Whether this is a part of what it holds, and others follow.
    """

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]
    opened: bool = True
    more: bool = False


def read_file(path: Path, source: str, stated: Stated = NOTHING) -> ReadResult:
    """Read one file.

    Args:
        path: Where the file lies.
        source: Its name relative to the corpus folder, with forward slashes.
        stated: What is known of it from elsewhere.

    Returns:
        Its articles and problems; a file that cannot be opened is a problem too.
    """
    return joined(in_parts(source, stream_file(path, source, stated)))


def read_bytes(data: bytes, source: str, stated: Stated = NOTHING) -> ReadResult:
    """Read the content of one file; `source` names it, and its suffix picks the format."""
    return joined(in_parts(source, stream(BytesIO(data), source, stated)))


def stream_file(
    path: Path,
    source: str,
    stated: Stated = NOTHING,
    *,
    watch: Watch | None = None,
    on_place: OnPlace | None = None,
    skip: Mapping[str, str] = NO_MEMBERS,
) -> Iterator[Article | Problem]:
    """Read one file piece by piece; arguments as `read_file` and `stream`.

    Raises:
        OSError: It cannot be opened.
    """
    # Opened without blocking and judged before reading: a named pipe would wait for ever,
    # and a huge file must not be read to find that it is huge.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            yield Problem(source, "not a regular file; remove it from the corpus")
            return
        size = status.st_size
        yield from stream(
            file, source, stated, size=size, watch=watch, on_place=on_place, skip=skip
        )


def stream(
    file: BinaryIO,
    source: str,
    stated: Stated = NOTHING,
    *,
    size: int = 0,
    watch: Watch | None = None,
    on_place: OnPlace | None = None,
    skip: Mapping[str, str] = NO_MEMBERS,
) -> Iterator[Article | Problem]:
    """Read an open file piece by piece. Bad content never raises.

    Args:
        file: At its start.
        source: Its name; the suffix picks the format.
        stated: What is known of it from elsewhere.
        size: Its bytes, where they are known.
        watch: Is shown each draft with the article that it became.
        on_place: Is told the place of each member before it is read.
        skip: Members that are not to be read, with the reason, which is told.

    Yields:
        Its articles and problems, in order.
    """
    position = -1
    inner = 0
    last: str | None = None
    members = _Members(on_place or (lambda _: None), skip)
    for part, place in _parts(Content(file, source, stated), None, size, 0, members):
        # A part without a body keeps its place, so that the others' ids do not move.
        position += 1
        inner = inner + 1 if place == last and place is not None else 0
        last = place
        if isinstance(part, Failure):
            yield Problem(source, _within(place, part.reason), part.line)
            continue
        if part.place is None:
            part.place, part.inner = place, inner
        elif place is not None:
            part.place = f"{place}/{part.place}"
        article: Article | None = None
        try:
            article = finish(part, source, position)
            yield article
        except ReadingError as error:
            yield Problem(source, _within(place, error.reason), error.line or part.line)
        for note in part.notes:
            yield Problem(source, _within(place, note), part.line)
        if watch is not None:
            watch(part, article)


@dataclass(frozen=True, slots=True)
class _Members:
    """What is to be done about the members of containers; see `stream`."""

    on_place: OnPlace
    skip: Mapping[str, str]


def _parts(
    content: Content, place: str | None, size: int, depth: int, members: _Members
) -> Iterator[tuple[Part, str | None]]:
    """The parts of a file, those of its members among them, each with its member's place."""
    try:
        head = content.file.read(HEAD)
        content.file.seek(0)
        kind = format_within(content.name, head)
        if not kind.streamed:
            check_size(size)
        if not head.removeprefix(b"\xef\xbb\xbf").strip():
            raise ReadingError("empty")
        for part in kind.reader()(content):
            if not isinstance(part, Member):
                if isinstance(part, Draft) and part.stated is NOTHING:
                    part.stated = content.stated
                yield part, place
                continue
            inside = part.place if place is None else f"{place}/{part.place}"
            members.on_place(inside)
            if inside in members.skip:
                yield Failure(members.skip[inside]), inside
            elif depth + 1 >= _MAX_DEPTH and _is_container(part.content.name):
                yield Failure("an archive within archives; unpack it"), inside
            else:
                yield from _parts(part.content, inside, 0, depth + 1, members)
    except ReadingError as error:
        yield Failure(error.reason, error.line), place
    except MemoryError:
        yield Failure("needs more memory to read than is allowed; split it"), place
    except Exception as error:
        # A parser library met something its authors did not expect: one file, not the whole run.
        message = clean_line(str(error))[:200]
        yield Failure(f"cannot be parsed ({type(error).__name__}: {message})"), place


def _is_container(name: str) -> bool:
    try:
        return format_of(name).streamed
    except ReadingError:
        return False  # told by reading it


def _within(place: str | None, reason: str) -> str:
    if place is None:
        return reason
    shown = clean_line(place)
    if len(shown) > _MAX_PLACE_CHARS:
        shown = f"…{shown[1 - _MAX_PLACE_CHARS :]}"
    return f"in {shown}: {reason}"


def unopened(source: str, error: OSError) -> ReadResult:
    """The result of a file that the system does not let be opened or read."""
    reason = f"cannot be opened: {error.strerror or error}"
    return ReadResult((), (Problem(source, reason),), opened=False)


def in_parts(source: str, found: Iterator[Article | Problem]) -> Iterator[ReadResult]:
    """What a file holds, in parts of a bounded size; its problems are told up to a limit."""
    articles: list[Article] = []
    problems: list[Problem] = []
    told = chars = 0
    begun = False
    try:
        for each in found:
            if isinstance(each, Problem):
                told += 1
                problems.extend([each] if told <= _MAX_PROBLEMS else [])
                continue
            articles.append(each)
            chars += len(each.text)
            if chars >= _PART_CHARS or len(articles) >= _PART_ARTICLES:
                yield ReadResult(tuple(articles), tuple(problems), more=True)
                articles, problems, chars, begun = [], [], 0, True
    except OSError as error:
        yield unopened(source, error)
        return
    if told > _MAX_PROBLEMS:
        problems.append(Problem(source, f"and {told - _MAX_PROBLEMS} more problems in this file"))
    if not (articles or told or begun):
        problems.append(Problem(source, "holds no article"))
    yield ReadResult(tuple(articles), tuple(problems))


def joined(parts: Iterable[ReadResult]) -> ReadResult:
    """All parts of a file as one."""
    all_of_it = tuple(parts)
    return ReadResult(
        tuple(article for part in all_of_it for article in part.articles),
        tuple(problem for part in all_of_it for problem in part.problems),
        all(part.opened for part in all_of_it),
    )
