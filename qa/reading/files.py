"""The way in: a file or its bytes, to articles and problems. Bad content never raises."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa.errors import ReadingError
from qa.reading.decoding import MAX_FILE_BYTES, check_size, decode
from qa.reading.draft import Draft, Part, finish
from qa.records import Article, Problem

_MAX_PROBLEMS = 50
"""Told one by one for a file; a wholly wrong feed would bury the problems of all others."""

Reader = Callable[[bytes], Iterable[Part]]


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What one file holds: its good articles, and what could not be read.

    Attributes:
        articles: The good ones.
        problems: What could not be read.
        opened: Whether the system let it be opened; if not, it may do so later.
    """

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]
    opened: bool = True


def read_file(path: Path, source: str) -> ReadResult:
    """Read one file.

    Args:
        path: Where the file lies.
        source: Its name relative to the corpus folder, with forward slashes.

    Returns:
        Its articles and problems; a file that cannot be opened is a problem too.
    """
    try:
        # Opened without blocking and judged before reading: a named pipe would wait for ever,
        # and a huge file must not be read to find that it is huge.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return _failed(source, "not a regular file; remove it from the corpus")
            check_size(status.st_size)
            data = file.read(MAX_FILE_BYTES + 1)
    except ReadingError as error:
        return _failed(source, error.reason, error.line)
    except OSError as error:
        reason = f"cannot be opened: {error.strerror or error}"
        return ReadResult((), (Problem(source, reason),), opened=False)
    return read_bytes(data, source)


def read_bytes(data: bytes, source: str) -> ReadResult:
    """Read the content of one file; `source` names it, and its suffix picks the format."""
    articles: list[Article] = []
    problems: list[Problem] = []
    try:
        check_size(len(data))
        for position, part in enumerate(_reader(source)(data)):
            if isinstance(part, Draft):
                # A part without a body keeps its place, so that the others' ids do not move.
                try:
                    articles.append(finish(part, source, position))
                except ReadingError as error:
                    problems.append(Problem(source, error.reason, error.line or part.line))
                problems.extend(Problem(source, note, part.line) for note in part.notes)
            else:
                problems.append(Problem(source, part.reason, part.line))
    except ReadingError as error:
        problems.append(Problem(source, error.reason, error.line))
    except Exception as error:
        # A parser library met something its authors did not expect: one file, not the whole run.
        message = " ".join(str(error).split())[:200]
        problems.append(Problem(source, f"cannot be parsed ({type(error).__name__}: {message})"))
    if len(problems) > _MAX_PROBLEMS:
        further = len(problems) - _MAX_PROBLEMS
        del problems[_MAX_PROBLEMS:]
        problems.append(Problem(source, f"and {further} more problems in this file"))
    return ReadResult(tuple(articles), tuple(problems))


def _failed(source: str, reason: str, line: int | None = None) -> ReadResult:
    return ReadResult((), (Problem(source, reason, line),))


def _read_plain(data: bytes) -> Iterable[Part]:
    from qa.reading.plain import read_plain

    return read_plain(decode(data))


def _read_markdown(data: bytes) -> Iterable[Part]:
    from qa.reading.markdown import read_markdown

    return read_markdown(decode(data))


def _read_html(data: bytes) -> Iterable[Part]:
    from qa.reading.html import read_html

    return read_html(data)


def _read_jsonl(data: bytes) -> Iterable[Part]:
    from qa.reading.jsonl import read_jsonl

    return read_jsonl(data)


_READERS: dict[str, Reader] = {
    ".txt": _read_plain,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".jsonl": _read_jsonl,
}

SUFFIXES: frozenset[str] = frozenset(_READERS)
"""The suffixes, in lower case, of the files that can be read."""


def _reader(source: str) -> Reader:
    suffix = PurePosixPath(source).suffix.lower()
    if suffix not in _READERS:
        known = ", ".join(sorted(SUFFIXES))
        raise ReadingError(f"unknown kind of file {suffix or source!r}; known are {known}")
    return _READERS[suffix]
