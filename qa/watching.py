"""Follow a corpus folder: sync whenever something in it changes."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from threading import Event
from typing import Final

from qa.archive import Archive
from qa.errors import IndexBusyError, IndexWriteError, QAError, ServiceError
from qa.execution import Execution
from qa.protocols import OnProgress
from qa.records import SyncReport
from qa.storage.connections import identity

GATHERED: Final = 400
"""Milliseconds for which changes are gathered at most before a sync: a copied folder is one."""

LOOKED: Final = 200
"""Milliseconds between two looks at whether the corpus folder is still the same."""

RETRY: Final = 0.5
"""Seconds before trying again while another process writes the index, or no corpus is there."""

WRITE_AGAIN: Final = 10.0
"""Seconds before trying again where the disk or a server refused."""

LOOK_AGAIN: Final = 5.0
"""Seconds between two syncs where the system does not tell of changes."""

DELETED: Final = 3
"""`watchfiles.Change.deleted`, which is not imported before it is needed."""


def watch(
    archive: Archive,
    corpus: Path,
    on_report: Callable[[SyncReport], None],
    on_error: Callable[[QAError], None],
    *,
    execution: Execution | None = None,
    on_progress: OnProgress = lambda _: None,
    stop: Event | None = None,
) -> None:
    """Sync now, then after every change, until interrupted.

    Args:
        archive: What to keep in step.
        corpus: Its corpus folder.
        on_report: Called after each sync that changed something, after the first, and after the
            first that succeeds when others failed.
        on_error: Called with what a sync raised; watching goes on.
        execution: As in `Archive.sync`, like the next.
        on_progress: Likewise.
        stop: Ends the watching when set.

    Raises:
        InputError: The corpus is not a folder.
    """
    ended = stop or Event()
    sync = partial(_sync, archive, corpus, execution, on_progress)
    if not corpus.is_dir():
        sync(ended)  # says so
    told, failed, again_at = False, "", math.inf

    def is_due() -> bool:
        return time.monotonic() >= again_at

    while not ended.is_set():
        for _ in _changes(corpus, archive.folder, ended, is_due):
            try:
                again_at = math.inf
                report = sync(ended)
            except QAError as error:
                if not told:
                    raise
                # A full disk may have room in a while, a server be there again.
                if isinstance(error, IndexWriteError | ServiceError):
                    again_at = time.monotonic() + WRITE_AGAIN
                if str(error) != failed:
                    on_error(error)
                failed = str(error)
                continue
            # After an error it is told that this is mended, though nothing may have changed.
            if not told or failed or report.added or report.changed or report.deleted:
                on_report(report)
            told, failed = True, ""
        # The folder was deleted, moved or replaced: wait for the next of its name.
        while not corpus.is_dir() and not ended.wait(RETRY):
            pass


def _changes(corpus: Path, index: Path, stop: Event, is_due: Callable[[], bool]) -> Iterator[None]:
    """Once when watching has begun, then after every change, and when it is due.

    Every few seconds, where the system does not tell of changes. Ends with the folder, or by
    `stop`.
    """
    import watchfiles

    folder, left_out = identity(corpus), index.resolve()
    try:
        watched = watchfiles.watch(
            corpus,
            watch_filter=lambda _, path: not Path(os.path.realpath(path)).is_relative_to(left_out),
            debounce=GATHERED,
            rust_timeout=LOOKED,
            stop_event=stop,
            raise_interrupt=True,
            yield_on_timeout=True,
        )
        begun = False
        for changes in watched:
            # Not before the watch has begun: what comes during the first sync is seen then.
            if changes or not begun or is_due():
                begun = True
                yield
            gone = any(Path(path) == corpus for kind, path in changes if kind == DELETED)
            if gone or identity(corpus) != folder:
                return
    except FileNotFoundError:  # it has gone since it was looked for
        return
    except PermissionError:  # a folder in it may not be listed: the system tells of no other either
        while identity(corpus) == folder and not stop.is_set():
            yield
            stop.wait(LOOK_AGAIN)


def _sync(
    archive: Archive,
    corpus: Path,
    execution: Execution | None,
    on_progress: OnProgress,
    stop: Event,
) -> SyncReport:
    while True:
        try:
            return archive.sync(corpus, execution=execution, on_progress=on_progress)
        except IndexBusyError:
            if stop.is_set():
                raise
            time.sleep(RETRY)
