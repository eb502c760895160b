"""Reading in processes of their own, with limits of time and memory, and on all cores."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from queue import Full, Queue
from typing import Final

from qa.errors import ReadingError
from qa.reading.files import HEAD, ReadResult, in_parts, joined, stream_file
from qa.reading.formats import format_of, format_within
from qa.reading.preview import Preview, preview
from qa.reading.process import COMMAND, DiedError, Dropped, Limits, Process, ToRead
from qa.reading.worker import held_bytes
from qa.records import Article, Problem

__all__ = ["Limits", "ToRead", "Workers", "shared"]

MAX_WORKERS: Final = 8
_AHEAD: Final = 4  # files a worker that are read before they are asked for, so that none is idle
_PARTS_AHEAD: Final = 2  # of one file, which a large one waits with until they are taken
_MAX_DEATHS: Final = 3  # members of one container that may end their worker; then it is given up
_POLL_S: Final = 0.1
_UNGUARDED_BYTES: Final = 1024 * 1024
"""So much of a format that cannot hang is read here: a process would take longer to start."""

_LIMITS: Final = Limits()
_Parts = Queue[ReadResult | BaseException]


class Workers:
    """Processes that read files. They start when they are needed and end when they are idle.

    Args:
        count: How many at most; None takes one for each core.
        limits: What each may take.
        command: What starts one.
    """

    def __init__(
        self,
        count: int | None = None,
        limits: Limits = _LIMITS,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self.count = count or min(MAX_WORKERS, _cores())
        self._all = tuple(Process(command, limits) for _ in range(self.count))
        self._idle = deque(self._all)
        self._free = threading.Semaphore(self.count)

    def read(self, wanted: Iterable[ToRead]) -> Iterator[ReadResult]:
        """Read files on all workers; the results come in the order asked for.

        Some files are read ahead, and of a large one some parts, never all: memory grows neither
        with their number nor with their size.

        Yields:
            What each file holds, in one part or several: all but the last have `more`.
        """
        files = iter(wanted)
        waiting: deque[_Parts] = deque()
        ended = threading.Event()
        pool = ThreadPoolExecutor(self.count, thread_name_prefix="qa-reading")
        try:
            for each in files:
                parts: _Parts = Queue(_PARTS_AHEAD)
                pool.submit(self._fill, parts, each, ended)
                waiting.append(parts)
                if len(waiting) > _AHEAD * self.count:
                    yield from _taken(waiting.popleft())
            while waiting:
                yield from _taken(waiting.popleft())
        finally:
            ended.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def _fill(self, parts: _Parts, wanted: ToRead, ended: threading.Event) -> None:
        try:
            for part in self.read_parts(wanted):
                _put(parts, part, ended)
                if ended.is_set():
                    return
        except BaseException as error:
            _put(parts, error, ended)

    def read_one(self, wanted: ToRead) -> ReadResult:
        """Read a file; one that ends its worker is a problem like any other."""
        return joined(self.read_parts(wanted))

    def read_parts(self, wanted: ToRead) -> Iterator[ReadResult]:
        """Read a file part by part, each of a bounded size; all but the last have `more`."""
        if wanted.refused:
            yield ReadResult((), (Problem(wanted.source, wanted.refused),))
        elif not _is_guarded(wanted):
            found = stream_file(wanted.path, wanted.source, wanted.stated)
            yield from in_parts(wanted.source, found)
        else:
            said = self._ask(wanted, preview=False)
            yield from in_parts(
                wanted.source, (each for each in said if not isinstance(each, Dropped))
            )

    def preview(self, wanted: ToRead) -> Preview:
        """What is understood of a file, and what would be dropped."""
        if not _is_guarded(wanted):
            return preview(wanted.path, wanted.source, wanted.stated)
        dropped: list[str] = []

        def found() -> Iterator[Article | Problem]:
            for each in self._ask(wanted, preview=True):
                if isinstance(each, Dropped):
                    dropped.extend(each.lines)
                else:
                    yield each

        read = joined(in_parts(wanted.source, found()))
        return Preview(wanted.source, read.articles, read.problems, tuple(dropped), read.opened)

    def _ask(
        self, wanted: ToRead, *, preview: bool
    ) -> Generator[Article | Problem | Dropped, None, None]:
        with self._free:
            worker = self._idle.popleft()
            done = False
            try:
                yield from _ask_again(worker, wanted, preview=preview)
                done = True
            except OSError:  # the file's, not the worker's
                done = True
                raise
            finally:
                if not done:  # it would go on to speak of this file
                    worker.end()
                self._idle.appendleft(worker)

    def memory_bytes(self) -> int:
        """What the processes hold in memory together, at work or idle; 0 where nobody can tell."""
        running = (each.process for each in self._all)
        return sum(held_bytes(process.pid) for process in running if process is not None)

    def close(self) -> None:
        """End all processes that are idle."""
        for worker in list(self._idle):
            worker.end()


def _ask_again(
    worker: Process, wanted: ToRead, *, preview: bool
) -> Iterator[Article | Problem | Dropped]:
    """Read a file, leaving out the members of a container that end their worker."""
    skip: dict[str, str] = {}
    told = 0
    stale = True
    while True:
        try:
            # A container is read from its start again: what of it was told is not told twice.
            for number, each in enumerate(worker.ask(wanted, skip, preview=preview), 1):
                if number > told:
                    told = number
                    yield each
            return
        except DiedError as error:
            if not error.begun and stale and "died" in error.reason:
                stale = False  # it may have ended, being idle, just before it was asked
                continue
            if error.place is None or error.place in skip or len(skip) >= _MAX_DEATHS:
                rest = "the rest is left out" if told else "left out"
                yield Problem(wanted.source, f"{error.reason}; {rest}")
                return
            skip[error.place] = f"{error.reason}; left out"


def _put(parts: _Parts, part: ReadResult | BaseException, ended: threading.Event) -> None:
    """Hand a part over as soon as there is room, unless nobody wants it any more."""
    while not ended.is_set():
        try:
            parts.put(part, timeout=_POLL_S)
        except Full:
            continue
        return


def _taken(parts: _Parts) -> Iterator[ReadResult]:
    more = True
    while more:
        part = parts.get()
        if isinstance(part, BaseException):
            raise part
        more = part.more
        yield part


def _is_guarded(wanted: ToRead) -> bool:
    try:
        if format_of(wanted.source).guarded:  # whatever else it may begin as is, too
            return True
        if not wanted.path.is_file():  # opening a named pipe would wait for ever
            return False
        with wanted.path.open("rb") as file:
            kind = format_within(wanted.source, file.read(HEAD))
            return kind.guarded or os.fstat(file.fileno()).st_size > _UNGUARDED_BYTES
    except (OSError, ReadingError):
        return False  # told by reading it


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def shared() -> Workers:
    """The workers of this process: started at most once, for whoever reads."""
    return Workers()
