"""A process that reads files for another, so that what hangs or explodes takes only it along.

`python -m qa.reading.worker` reads requests from standard input and writes what it finds to
standard output, a JSON document a line: see `qa.reading.workers`, which starts and ends it.
"""

from __future__ import annotations

import json
import os
import select
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from qa.reading.files import stream_file
from qa.reading.preview import preview
from qa.reading.wire import from_request, to_wire
from qa.records import Article, Problem

IDLE_S: Final = 60.0
"""Seconds without a request after which a worker ends and gives its memory back."""

HELD_BYTES: Final = 512 * 1024**2
"""Memory that a worker may hold between two files: a hostile page leaves more behind, which the
libraries do not give back. After 181 real pages it is 110 MiB."""


def main() -> None:
    """Serve requests until standard input ends."""
    # Libraries may print; their words must not stand among ours.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    requests = os.fdopen(os.dup(0), "rb", buffering=0)
    while line := _next(requests):
        request = json.loads(line)
        _limit(request["limits"])
        try:
            _serve(request, answers)
        except OSError as error:
            _write(answers, {"unopened": error.strerror or str(error)})
        leaving = held_bytes() > HELD_BYTES
        _write(answers, {"end": True, "leaving": leaving})
        if leaving:
            return


def held_bytes(process: int | str = "self") -> int:
    """What a process holds in memory; 0 where nobody can tell, or it has ended."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _next(requests: BinaryIO) -> bytes:
    if hasattr(select, "poll"):  # Windows can only wait without end
        ready, _, _ = select.select([requests], [], [], IDLE_S)
        if not ready:
            return b""
    return requests.readline()


def _serve(request: Mapping[str, Any], answers: BinaryIO) -> None:
    path, source, stated, skip = from_request(request)
    seconds = request["limits"]["seconds"]

    def on_place(place: str) -> None:
        _limit_time(seconds)
        _write(answers, {"at": place})

    if request["preview"]:
        seen = preview(Path(path), source, stated)
        read: tuple[Article | Problem, ...] = (*seen.articles, *seen.problems)
        for each in read:
            _write(answers, to_wire(each))
        _write(answers, {"dropped": seen.dropped})
        return
    for found in stream_file(Path(path), source, stated, on_place=on_place, skip=skip):
        _limit_time(seconds)
        _write(answers, to_wire(found))


def _write(answers: BinaryIO, message: Mapping[str, Any]) -> None:
    answers.write(json.dumps(message).encode() + b"\n")
    answers.flush()


def _limit(limits: Mapping[str, Any]) -> None:
    try:
        import resource
    except ImportError:  # Windows: the time limit of the process that started us remains
        return
    memory = limits["memory_bytes"]
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (memory, hard))
    _limit_time(limits["seconds"])


def _limit_time(seconds: float) -> None:
    """End this process after so much more work, even if who started it has died."""
    try:
        import resource
    except ImportError:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(usage.ru_utime + usage.ru_stime + seconds) + 2
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


if __name__ == "__main__":
    try:
        main()
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(0)
