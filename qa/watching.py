"""Follow a corpus folder: sync whenever something in it changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Final

from qa.archive import Archive
from qa.errors import IndexBusyError, QAError
from qa.protocols import OnProgress
from qa.records import SyncReport

GATHERED: Final = 400
"""Milliseconds for which changes are gathered at most before a sync: a copied folder is one."""

RETRY: Final = 0.5
"""Seconds before trying again while another process writes the index."""


def watch(
    archive: Archive,
    corpus: Path,
    on_report: Callable[[SyncReport], None],
    on_error: Callable[[QAError], None],
    *,
    on_progress: OnProgress = lambda _: None,
    stop: Event | None = None,
) -> None:
    """Sync now, then after every change, until interrupted.

    Args:
        archive: What to keep in step.
        corpus: Its corpus folder.
        on_report: Called after each sync that changed something, and after the first.
        on_error: Called with what a sync raised; watching goes on.
        on_progress: As in `Archive.sync`.
        stop: Ends the watching when set.

    Raises:
        InputError: The corpus is not a folder.
    """
    import watchfiles

    ended = stop or Event()
    on_report(_sync(archive, corpus, on_progress, ended))
    changes = watchfiles.watch(
        corpus,
        watch_filter=None,
        debounce=GATHERED,
        stop_event=ended,
        raise_interrupt=True,
        yield_on_timeout=False,
    )
    for _ in changes:
        try:
            report = _sync(archive, corpus, on_progress, ended)
        except QAError as error:
            on_error(error)
            continue
        if report.added or report.changed or report.deleted:
            on_report(report)


def _sync(archive: Archive, corpus: Path, on_progress: OnProgress, stop: Event) -> SyncReport:
    while True:
        try:
            return archive.sync(corpus, on_progress=on_progress)
        except IndexBusyError:
            if stop.is_set():
                raise
            time.sleep(RETRY)
