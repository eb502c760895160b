"""A process that reads files for this one: what it is asked, what it says, when it is ended."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from qa.reading.content import NOTHING, Stated
from qa.reading.wire import from_wire, to_request
from qa.records import Article, Problem

COMMAND: Final = (sys.executable, "-m", "qa.reading.worker")


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


class Dropped(NamedTuple):
    """What a preview leaves out, see `qa.reading.preview.Preview.dropped`."""

    lines: tuple[str, ...]


class DiedError(Exception):
    """A process ended before it was done.

    Args:
        reason: Why, as it is told of the file.
        place: The member of a container that it was at, if any.
        begun: Whether it had answered at all.
    """

    def __init__(self, reason: str, place: str | None = None, begun: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.place, self.begun = reason, place, begun


class UnopenedError(OSError):
    """The system does not let a file be opened."""


@dataclass(slots=True)
class Process:
    """A process that reads files, used by one thread at a time; it is started when it is needed."""

    command: Sequence[str]
    limits: Limits
    process: subprocess.Popen[bytes] | None = field(default=None)

    def ask(
        self, wanted: ToRead, skip: Mapping[str, str], *, preview: bool
    ) -> Iterator[Article | Problem | Dropped]:
        """Have a file read; what of it is left out is only looked for in a preview.

        While what it says is worked on, its time does not run.

        Raises:
            DiedError: The process took too long, or died.
            UnopenedError: The file cannot be opened.
        """
        process = self.process = self.process or self._start()
        place: str | None = None
        begun = False
        request = to_request(
            str(wanted.path), wanted.source, wanted.stated, skip, asdict(self.limits)
        )
        request["preview"] = preview
        unopened: str | None = None
        try:
            assert process.stdin is not None  # noqa: S101 - see _start
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            with _Watchdog(process, self.limits.seconds) as watchdog:
                while not (message := _answer(process, watchdog)).get("end"):
                    begun = True
                    if "at" in message:
                        place = message["at"]
                    elif "unopened" in message:
                        unopened = message["unopened"]
                    else:
                        watchdog.rest()
                        yield _said(message)
            if message.get("leaving"):
                self.end()
        except (DiedError, OSError, ValueError) as error:
            self.end()
            reason = error.reason if isinstance(error, DiedError) else "its reader died"
            raise DiedError(reason, place, begun) from error
        if unopened is not None:
            raise UnopenedError(0, unopened)

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


def _said(message: Mapping[str, Any]) -> Article | Problem | Dropped:
    return Dropped(tuple(message["dropped"])) if "dropped" in message else from_wire(message)


def _answer(process: subprocess.Popen[bytes], watchdog: _Watchdog) -> dict[str, Any]:
    """The next thing a worker says.

    Raises:
        DiedError: It took too long, or died.
    """
    watchdog.feed()
    assert process.stdout is not None  # noqa: S101 - see _start
    line = process.stdout.readline()
    if line.endswith(b"\n"):
        answer: dict[str, Any] = json.loads(line)
        return answer
    code = process.wait()
    if watchdog.bit or -code == getattr(signal, "SIGXCPU", None):
        raise DiedError(f"took longer than {watchdog.seconds:g} s to read")
    if -code == getattr(signal, "SIGABRT", None):  # which is how C++ says that memory is short
        raise DiedError("its reader died, out of memory or by a fault")
    how = f"signal {-code}" if code < 0 else f"code {code}"
    raise DiedError(f"its reader died ({how})")


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

    def rest(self) -> None:
        """Let it be silent until it is fed again: nobody listens to it."""
        self._deadline = math.inf

    def __enter__(self) -> _Watchdog:
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()

    def _watch(self) -> None:
        # Never longer than the time allowed: after a rest there is another deadline.
        while not self._done.wait(min(max(0.0, self._deadline - time.monotonic()), self.seconds)):
            if time.monotonic() >= self._deadline:
                self.bit = True
                self._process.kill()
                return
