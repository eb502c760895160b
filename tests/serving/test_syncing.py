"""The syncs of a server: one at a time, and what "Stop" stops."""

from __future__ import annotations

import linecache
import sys
import threading
from pathlib import Path
from typing import Any, cast

import pytest

from qa.archive import Archive
from qa.errors import SyncCancelledError
from qa.protocols import OnProgress, Progress
from qa.serving.syncing import Syncing

WAIT_S = 20


class Slow:
    """An archive whose syncs go on until they are let go."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.go = threading.Event()
        self.syncs = 0

    def sync(self, corpus: Path, *, rebuild: bool, on_progress: OnProgress) -> Any:
        self.syncs += 1
        self.began.set()
        assert self.go.wait(WAIT_S)
        on_progress(Progress("reading", 1, 2))
        return f"report {self.syncs}"


def test_a_stop_is_of_those_that_wait_too_and_of_none_after() -> None:
    slow = Slow()
    syncing = Syncing(cast(Archive, slow), Path("corpus"))
    told: list[str] = []

    def sync() -> None:
        with pytest.raises(SyncCancelledError) as caught:
            syncing.run()
        told.append(str(caught.value))

    threads = [threading.Thread(target=sync) for _ in range(3)]
    threads[0].start()
    assert slow.began.wait(WAIT_S)
    for thread in threads[1:]:
        thread.start()
    while sum("_turn" in each for each in waiting(threads)) < len(threads) - 1:
        threading.Event().wait(0.01)
    syncing.cancel()
    assert syncing.state.cancelled
    slow.go.set()
    for thread in threads:
        thread.join(WAIT_S)
    assert slow.syncs == 1, "none of those that waited began"
    assert len(told) == len(threads)
    assert not syncing.state.running
    assert cast(Any, syncing.run()) == "report 2"


def waiting(threads: list[threading.Thread]) -> list[str]:
    """The lines of source that threads are at."""
    frames = {thread.ident: sys._current_frames().get(thread.ident or 0) for thread in threads}
    return [linecache.getline(f.f_code.co_filename, f.f_lineno) for f in frames.values() if f]
