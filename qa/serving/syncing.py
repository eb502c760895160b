"""One sync at a time, with its progress for whoever looks, and a way to stop it."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

from qa.archive import Archive
from qa.errors import QAError, SyncCancelledError
from qa.protocols import Progress
from qa.records import SyncReport


@dataclass(frozen=True, slots=True)
class SyncState:
    """How a sync stands.

    Attributes:
        running: Whether one is at work.
        stage: What it does, such as "embedding"; "" before it began.
        done: Units of the stage that are done.
        total: Units in all; 0 where that is not known.
        seconds: How long it has been at the stage.
        cancelled: Whether it was asked to stop, or the last one was.
        report: What the last one did; None where there was none or it failed.
        error: Why the last one failed; "" where it did not.
    """

    running: bool = False
    stage: str = ""
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    cancelled: bool = False
    report: SyncReport | None = None
    error: str = ""

    @property
    def rate(self) -> float | None:
        """Units a second at this stage; None before there is one to tell."""
        return self.done / self.seconds if self.done and self.seconds > 0 else None


class Syncing:
    """The syncs of one server.

    Args:
        archive: What is brought up to date.
        corpus: With what.
    """

    def __init__(self, archive: Archive, corpus: Path) -> None:
        self._archive = archive
        self._corpus = corpus
        self._turn = threading.Lock()
        self._stops = 0  # how often they were stopped: each stop is of those begun before it
        self._state = SyncState()
        self._stage_began = 0.0

    @property
    def state(self) -> SyncState:
        """How it stands now."""
        state = self._state
        if not state.running:
            return state
        return replace(state, seconds=time.monotonic() - self._stage_began)

    def run(self, *, rebuild: bool = False) -> SyncReport:
        """Sync, after those who came before.

        Raises:
            SyncCancelledError: `cancel` was called meanwhile, or while it waited.
            QAError: As `Archive.sync`.
        """
        return self._run(self._stops, rebuild=rebuild)

    def _run(self, stops: int, *, rebuild: bool = False) -> SyncReport:
        def on_progress(now: Progress) -> None:
            if self._stops != stops:
                raise SyncCancelledError(
                    "the update was stopped; nothing is lost, and the next one goes on from there"
                )
            if now.stage != self._state.stage:
                self._enter(now, cancelled=self._stops != stops)
            self._state = replace(self._state, done=now.done, total=now.total)

        with self._turn:
            try:
                on_progress(Progress("starting", 0, 0))
                report = self._archive.sync(self._corpus, rebuild=rebuild, on_progress=on_progress)
            except SyncCancelledError as error:
                self._state = SyncState(cancelled=True, error=str(error))
                raise
            except BaseException as error:
                told = str(error) if isinstance(error, QAError) else "unexpected; see the log"
                self._state = SyncState(error=told)
                raise
            self._state = SyncState(report=report)
            return report

    def start(self) -> None:
        """Sync in the background; `state` tells how it stands, and in the end what came of it."""

        def work() -> None:
            with contextlib.suppress(QAError):  # told by `state`
                self._run(stops)

        stops = self._stops
        if not self._state.running:
            self._state = SyncState(running=True, stage="starting")
            self._stage_began = time.monotonic()
        threading.Thread(target=work, name="qa-sync", daemon=True).start()

    def cancel(self) -> None:
        """Stop the sync at work, if there is one, and those that wait for it.

        What it has embedded is kept for the next.
        """
        if self._state.running:
            self._stops += 1
            self._state = replace(self._state, cancelled=True)

    def _enter(self, now: Progress, *, cancelled: bool) -> None:
        self._stage_began = time.monotonic()
        self._state = SyncState(
            running=True, stage=now.stage, done=now.done, total=now.total, cancelled=cancelled
        )
