"""Reading in processes of their own, with limits of time and memory, and on all cores."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from qa.errors import ReadingError
from qa.reading.content import NOTHING, Stated
from qa.reading.files import ReadResult, gather, read_file
from qa.reading.formats import format_of
from qa.reading.preview import Preview, preview
from qa.reading.wire import from_wire, to_request
from qa.records import Article, Problem

MAX_WORKERS: Final = 8
_AHEAD: Final = 4  # files a worker that are read before they are asked for, so that none is idle
_MAX_DEATHS: Final = 3  # members of one container that may end their worker; then it is given up
_UNGUARDED_BYTES: Final = 1024 * 1024
"""So much of a format that cannot hang is read here: a process would take longer to start."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may take. Guards against hostile files, chosen generously and not fitted.

    Attributes:
        seconds: Between two articles of a file.
        memory_bytes: Of address space, which is more than it holds in memory.
    """

    seconds: float = 30.0
    memory_bytes: int = 2 * 1024**3


@dataclass(frozen=True, slots=True)
class ToRead:
    """A file to be read.

    Attributes:
        path: Where it lies.
        source: Its name in the corpus.
        stated: What is stated of it.
        refused: Why it is not to be read; "" if it is.
    """

    path: Path
    source: str
    stated: Stated = NOTHING
    refused: str = ""


class _DiedError(Exception):
    """A worker ended before it was done.

    Args:
        reason: Why, as it is told of the file.
        place: The member of a container that it was at, if any.
        begun: Whether it had answered at all.
    """

    def __init__(self, reason: str, place: str | None, begun: bool) -> None:
        super().__init__(reason)
        self.reason, self.place, self.begun = reason, place, begun


@dataclass(slots=True)
class _Worker:
    """One process, used by one thread at a time."""

    command: Sequence[str]
    limits: Limits
    process: subprocess.Popen[bytes] | None = field(default=None)

    def ask(self, wanted: ToRead, skip: dict[str, str], *, preview: bool) -> Preview:
        """Have a file read; what of it is left out is only looked for in a preview.

        Raises:
            _DiedError: The process took too long, or died.
        """
        process = self.process = self.process or self._start()
        place: str | None = None
        begun, opened = False, True
        dropped: list[str] = []
        found: list[Article | Problem] = []
        request = to_request(
            str(wanted.path), wanted.source, wanted.stated, skip, asdict(self.limits)
        )
        request["preview"] = preview
        try:
            assert process.stdin is not None  # noqa: S101 - see _start
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            with _Watchdog(process, self.limits.seconds) as watchdog:
                while not (message := _answer(process, watchdog)).get("end"):
                    begun = True
                    if "at" in message:
                        place = message["at"]
                    elif "dropped" in message:
                        dropped = message["dropped"]
                    elif "unopened" in message:
                        reason = f"cannot be opened: {message['unopened']}"
                        found, opened = [Problem(wanted.source, reason)], False
                    else:
                        found.append(from_wire(message))
        except (_DiedError, OSError, ValueError) as error:
            self.end()
            reason = error.reason if isinstance(error, _DiedError) else "its reader died"
            raise _DiedError(reason, place, begun) from error
        read = gather(wanted.source, iter(found))
        return Preview(wanted.source, read.articles, read.problems, tuple(dropped), opened)

    def end(self) -> None:
        """Kill the process; the next request starts another."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    with suppress(OSError):
                        pipe.close()
        self.process = None

    def _start(self) -> subprocess.Popen[bytes]:
        root = str(Path(__file__).resolve().parents[2])
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        return subprocess.Popen(  # noqa: S603 - ourselves
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
            start_new_session=True,  # Ctrl-C is for us; a worker ends with its standard input
        )


def _answer(process: subprocess.Popen[bytes], watchdog: _Watchdog) -> dict[str, Any]:
    """The next thing a worker says.

    Raises:
        _DiedError: It took too long, or died.
    """
    watchdog.feed()
    assert process.stdout is not None  # noqa: S101 - see _start
    line = process.stdout.readline()
    if line.endswith(b"\n"):
        answer: dict[str, Any] = json.loads(line)
        return answer
    code = process.wait()
    if watchdog.bit or -code == getattr(signal, "SIGXCPU", None):
        raise _DiedError(f"took longer than {watchdog.seconds:g} s to read", None, False)
    if -code == getattr(signal, "SIGABRT", None):  # which is how C++ says that memory is short
        raise _DiedError("its reader died, out of memory or by a fault", None, False)
    how = f"signal {-code}" if code < 0 else f"code {code}"
    raise _DiedError(f"its reader died ({how})", None, False)


class _Watchdog:
    """Kills a process that says nothing for too long. One thread, however much is said.

    Args:
        process: What to kill.
        seconds: For how long it may be silent.

    Attributes:
        bit: Whether it killed it.
    """

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.seconds = seconds
        self.bit = False
        self._process = process
        self._done = threading.Event()
        self.feed()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def feed(self) -> None:
        """Note that it said something."""
        self._deadline = time.monotonic() + self.seconds

    def __enter__(self) -> _Watchdog:
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _watch(self) -> None:
        while not self._done.wait(max(0.0, self._deadline - time.monotonic())):
            if time.monotonic() >= self._deadline:
                self.bit = True
                self._process.kill()
                return


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
        limits: Limits = Limits(),
        command: Sequence[str] = (sys.executable, "-m", "qa.reading.worker"),
    ) -> None:
        self.count = count or min(MAX_WORKERS, _cores())
        self._all = tuple(_Worker(command, limits) for _ in range(self.count))
        self._idle = deque(self._all)
        self._free = threading.Semaphore(self.count)

    def read(self, wanted: Iterable[ToRead]) -> Iterator[ReadResult]:
        """Read files on all workers; the results come in the order asked for.

        Some files are read ahead, never all: memory does not grow with their number.
        """
        files = iter(wanted)
        waiting: deque[Future[ReadResult]] = deque()
        pool = ThreadPoolExecutor(self.count, thread_name_prefix="qa-reading")
        try:
            for each in files:
                waiting.append(pool.submit(self.read_one, each))
                if len(waiting) > _AHEAD * self.count:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def read_one(self, wanted: ToRead) -> ReadResult:
        """Read a file; one that ends its worker is a problem like any other."""
        if wanted.refused:
            return ReadResult((), (Problem(wanted.source, wanted.refused),))
        if not _is_guarded(wanted):
            return read_file(wanted.path, wanted.source, wanted.stated)
        seen = self._ask(wanted, preview=False)
        return ReadResult(seen.articles, seen.problems, seen.opened)

    def preview(self, wanted: ToRead) -> Preview:
        """What is understood of a file, and what would be dropped."""
        if not _is_guarded(wanted):
            return preview(wanted.path, wanted.source, wanted.stated)
        return self._ask(wanted, preview=True)

    def _ask(self, wanted: ToRead, *, preview: bool) -> Preview:
        with self._free:
            worker = self._idle.popleft()
            try:
                return _ask_again(worker, wanted, preview=preview)
            except BaseException:
                worker.end()
                raise
            finally:
                self._idle.appendleft(worker)

    def memory_bytes(self) -> int:
        """What the processes hold in memory together, at work or idle; 0 where nobody can tell."""
        pages = 0
        for process in [each.process for each in self._all]:
            if process is not None:
                with suppress(OSError, IndexError):  # it has ended
                    pages += int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
        return pages * (os.sysconf("SC_PAGE_SIZE") if pages else 0)

    def close(self) -> None:
        """End all processes that are idle."""
        for worker in list(self._idle):
            worker.end()


def _ask_again(worker: _Worker, wanted: ToRead, *, preview: bool) -> Preview:
    """Read a file, leaving out the members of a container that end their worker."""
    skip: dict[str, str] = {}
    stale = True
    while True:
        try:
            return worker.ask(wanted, skip, preview=preview)
        except _DiedError as error:
            if not error.begun and stale and "died" in error.reason:
                stale = False  # it may have ended, being idle, just before it was asked
                continue
            if error.place is None or error.place in skip or len(skip) >= _MAX_DEATHS:
                reason = f"{error.reason}; left out"
                return Preview(wanted.source, (), (Problem(wanted.source, reason),), ())
            skip[error.place] = f"{error.reason}; left out"


def _is_guarded(wanted: ToRead) -> bool:
    try:
        return format_of(wanted.source).guarded or wanted.path.stat().st_size > _UNGUARDED_BYTES
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
