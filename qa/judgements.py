"""Whether a quote answers a question, as a reader judged it: kept beside the index, one a line.

`index/judgements.jsonl` is only ever appended to, a whole line in one write under a lock, so that
several processes can judge at a time and a kill leaves at most one broken line, which is told and
skipped. The last judgement of a place for a question stands. Rebuilding the index leaves the file
alone; delete it to forget what was judged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qa.errors import IndexWriteError
from qa.records import Problem

FILE = "judgements.jsonl"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One verdict.

    Attributes:
        question: As asked.
        article: The id of the article quoted.
        start: First character of the quote in the article's text.
        end: One past the last.
        quote: The characters themselves, by which the place is found again where the article has
            changed since.
        relevant: Whether the quote answers the question; None takes an earlier verdict back.
        at: When it was judged.
        filters: What the search was restricted to, by the names that `Archive.ask` has for it.
    """

    question: str
    article: str
    start: int
    end: int
    quote: str
    relevant: bool | None
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    filters: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is judged now.

    Attributes:
        judgements: Each place of each question once, with its last verdict, oldest first; without
            those taken back.
        problems: Lines that are no judgements.
    """

    judgements: tuple[Judgement, ...]
    problems: tuple[Problem, ...]


def append(index: Path, judgements: Sequence[Judgement]) -> None:
    """Keep judgements: all of them or, where the disk refuses, none.

    Args:
        index: The index folder.
        judgements: To be added, in this order.

    Raises:
        IndexWriteError: The disk is full or read-only.
    """
    from filelock import FileLock

    path = index / FILE
    lines = "".join(_line(judgement) for judgement in judgements).encode()
    try:
        with FileLock(index / f"{FILE}.lock"), path.open("ab") as file:
            size = file.tell()
            if size and _last_byte(path) != b"\n":  # whoever wrote the last line was killed
                lines = b"\n" + lines
            try:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
            except OSError:
                os.truncate(path, size)
                raise
    except OSError as error:
        raise IndexWriteError(
            f"cannot keep the judgement in {path}: {error.strerror or error}"
        ) from error


def read(index: Path) -> Judged:
    """What is judged now; nothing where nothing was.

    Args:
        index: The index folder.
    """
    path = index / FILE
    last: dict[tuple[str, str, int, int], Judgement] = {}
    problems: list[Problem] = []
    for number, line in _lines(path):
        try:
            found = _judgement(json.loads(line))
        except (ValueError, TypeError, KeyError) as error:
            problems.append(Problem(FILE, f"not a judgement: {error}", number))
            continue
        key = (found.question, found.article, found.start, found.end)
        last.pop(key, None)
        if found.relevant is not None:
            last[key] = found
    return Judged(tuple(last.values()), tuple(problems))


def _line(judgement: Judgement) -> str:
    record = {**asdict(judgement), "at": judgement.at.isoformat(timespec="seconds")}
    return json.dumps(record, ensure_ascii=False) + "\n"


def _last_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as file:
            yield from ((n, line) for n, line in enumerate(file, 1) if line.strip())
    except FileNotFoundError:
        return


def _judgement(record: dict[str, Any]) -> Judgement:
    """A line's judgement.

    Raises:
        ValueError, TypeError, KeyError: A field is missing or of another kind.
    """
    kinds = {"question": str, "article": str, "start": int, "end": int, "quote": str}
    for name, kind in kinds.items():
        if not isinstance(record[name], kind):
            raise ValueError(f"{name} is {record[name]!r}")
    if not isinstance(record["relevant"], bool | None):
        raise ValueError(f"relevant is {record['relevant']!r}")
    filters = dict(record.get("filters") or {})
    return Judgement(
        **{name: record[name] for name in (*kinds, "relevant")},
        at=datetime.fromisoformat(record["at"]),
        filters={str(name): str(value) for name, value in filters.items()},
    )
