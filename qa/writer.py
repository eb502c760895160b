"""The seam to what writes an index: one for folders, one for servers, chosen by the archive."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from qa.execution import Execution
from qa.protocols import OnProgress
from qa.records import SyncPlan, SyncReport, Verification

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """How to sync.

    Attributes:
        rebuild: Read and cut every file again, whether it changed or not.
        execution: Where files are read and texts embedded; None: here.
        allow_empty: Delete all articles if the corpus holds none any more, see
            `qa.files.scanning.check_emptied`.
        on_progress: Called now and then with the stage and how far it is.
        on_plan: Called once with what will be done, before it is.
    """

    rebuild: bool = False
    execution: Execution | None = None
    allow_empty: bool = False
    on_progress: OnProgress = lambda _: None
    on_plan: Callable[[SyncPlan], None] = lambda _: None


class Writer(Protocol):
    """Writes one index, wherever it lies. Readers are never disturbed."""

    def sync(self, corpus: Path, options: SyncOptions) -> SyncReport:
        """Make the index hold exactly what the corpus holds.

        Raises:
            InputError: The corpus is no folder or holds nothing any more; the index cannot be made.
            IndexBusyError: Another process is writing this index.
            IndexWriteError: The disk is full, read-only, or fails.
            IndexDamagedError: Something of the index cannot be read; the message says what mends
                it.
            ServiceError: A server is away or refuses.
        """

    def plan(self, corpus: Path, options: SyncOptions) -> SyncPlan:
        """What `sync` would do. Changes nothing."""

    def verify(self, *, repair: bool, on_progress: OnProgress) -> Verification:
        """Prove that the index is what its texts say; mend it where it is to be repaired.

        Raises:
            IndexMissingError: There is no index, or nothing here to mend it from.
            IndexMismatchError: It was built with other settings, or by another version.
            IndexDamagedError, IndexBusyError, IndexWriteError: It was to be repaired; as `sync`.
        """


class CallbackError(Exception):
    """Carries what a caller's own function raised past all that would take it for a writer's.

    Attributes:
        error: What it raised.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class CallingBack:
    """Implements `Writer` over another, which calls what the caller gave amid its work.

    A PermissionError of a caller's own must not be told as one of the disk's: what is raised there
    comes out here as it was.

    Args:
        writer: Does the work.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def sync(self, corpus: Path, options: SyncOptions) -> SyncReport:
        """See `Writer.sync`."""
        return _uncarried(lambda: self._writer.sync(corpus, _carrying(options)))

    def plan(self, corpus: Path, options: SyncOptions) -> SyncPlan:
        """See `Writer.plan`."""
        return _uncarried(lambda: self._writer.plan(corpus, _carrying(options)))

    def verify(self, *, repair: bool, on_progress: OnProgress) -> Verification:
        """See `Writer.verify`."""
        carrying = _carried(on_progress)
        return _uncarried(lambda: self._writer.verify(repair=repair, on_progress=carrying))


def _carrying(options: SyncOptions) -> SyncOptions:
    return replace(
        options,
        on_progress=_carried(options.on_progress),
        on_plan=_carried(options.on_plan),
    )


def _carried(call: Callable[[T], None]) -> Callable[[T], None]:
    def carried(told: T) -> None:
        try:
            call(told)
        except Exception as error:
            raise CallbackError(error) from error

    return carried


def _uncarried(work: Callable[[], T]) -> T:
    try:
        return work()
    except CallbackError as carried:
        error = carried.error
    raise error  # out here, so that it says nothing of having been carried
