"""Syncs in a process apart, so that those who ask do not wait for the index to be built.

Python runs one thread of a process at a time, and a thread that the system puts last keeps the
others waiting while it holds that turn. Readers notice nothing: they find a new generation as if
any other process had published it.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final

from qa.archive import Archive
from qa.errors import QAError, ServiceError
from qa.milvus.address import Location
from qa.protocols import OnProgress, Progress
from qa.records import SyncReport
from qa.settings import Settings

NICENESS: Final = 10
"""How far a sync steps back behind those who ask (`benchmarks/load.py`)."""

IDLE_S: Final = 120.0
"""Seconds without a sync after which the process ends and gives its memory back, some 300 MB.
Another one takes half a second to start."""

POLL_S: Final = 0.1
"""Between two looks whether the sync is to be cancelled, where nothing is heard of it."""

_CANCEL: Final = "cancel"
_DIED: Final = "the process that syncs the index died; nothing is lost: sync again to go on"

_log = logging.getLogger("qa.serving")


@dataclass(frozen=True, slots=True)
class _Request:
    """A sync, see `Archive.sync`."""

    corpus: Path
    rebuild: bool


@dataclass(slots=True)
class _Process:
    """A process and the way to speak with it."""

    process: BaseProcess
    connection: Connection

    def end(self) -> None:
        """End it; a sync at work leaves the index as it was."""
        self.connection.close()
        self.process.kill()
        self.process.join()


class Apart:
    """Syncs an index in a process of its own, which stays for a while for the next time.

    Args:
        index: The index.
        settings: What it was built with.
    """

    def __init__(self, index: Location, settings: Settings) -> None:
        self._index = index.absolute() if isinstance(index, Path) else index
        self._settings = settings
        self._process: _Process | None = None
        self._turn = threading.Lock()

    def sync(
        self, corpus: Path, *, rebuild: bool = False, on_progress: OnProgress = lambda _: None
    ) -> SyncReport:
        """As `Archive.sync`, one at a time.

        Args:
            corpus: See there.
            rebuild: See there.
            on_progress: Called several times a second; the sync is cancelled if it raises.

        Raises:
            QAError: As `Archive.sync`, and what `on_progress` raises.
            ServiceError: The process died.
        """
        with self._turn:
            process = self._started(_Request(corpus.absolute(), rebuild))
            try:
                return _followed(process.connection, on_progress)
            except (EOFError, OSError) as error:
                self.close()
                raise ServiceError(_DIED) from error

    def _started(self, request: _Request) -> _Process:
        if self._process is not None:
            with contextlib.suppress(OSError):  # it has ended, having been idle
                self._process.connection.send(request)
                return self._process
            self.close()
        context = multiprocessing.get_context("spawn")  # a copy of a process with threads is none
        ours, its = context.Pipe()
        started = context.Process(
            target=_serve, args=(its, self._index, self._settings), name="qa-sync", daemon=True
        )
        started.start()
        its.close()
        self._process = _Process(started, ours)
        ours.send(request)
        return self._process

    def close(self) -> None:
        """End the process, if it is there."""
        process, self._process = self._process, None
        if process is not None:
            process.end()


def _followed(connection: Connection, on_progress: OnProgress) -> SyncReport:
    """What a sync comes to.

    Raises:
        EOFError, OSError: The process died.
    """
    now = Progress("starting", 0, 0)
    stopped: BaseException | None = None
    while True:
        heard = connection.recv() if connection.poll(POLL_S) else now
        if isinstance(heard, Progress):
            now = heard
            try:
                if stopped is None:
                    on_progress(now)
            except BaseException as error:
                stopped = error
                connection.send(_CANCEL)
        elif stopped is not None:
            raise stopped
        elif isinstance(heard, BaseException):
            raise heard
        else:
            assert isinstance(heard, SyncReport)  # noqa: S101 - what `_serve` sends
            return heard


# What follows runs in the process.


class _CancelledError(Exception):
    """Who asked for the sync wants it no more, or is gone."""


def _serve(connection: Connection, index: Location, settings: Settings) -> None:
    """Sync when asked to, until nobody has asked for a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server, and we end with it
    os.dup2(2, 1)  # what libraries print must not stand among the words of `qa mcp`
    with contextlib.suppress(OSError, AttributeError):  # Windows has no niceness
        os.nice(NICENESS)
    archive = Archive(index, settings)

    def on_progress(now: Progress) -> None:
        try:
            if not connection.poll():
                connection.send(now)
                return
            connection.recv()
        except (EOFError, OSError):  # the server is gone
            pass
        raise _CancelledError

    with contextlib.suppress(EOFError, OSError):  # the server is gone
        while connection.poll(IDLE_S):
            request = connection.recv()
            if request != _CANCEL:  # of a sync that was done just before
                connection.send(_outcome(archive, request, on_progress))


def _outcome(
    archive: Archive, request: _Request, on_progress: OnProgress
) -> SyncReport | Exception:
    try:
        return archive.sync(request.corpus, rebuild=request.rebuild, on_progress=on_progress)
    except (QAError, _CancelledError) as error:
        return error
    except Exception:
        _log.exception("the sync failed")
        return RuntimeError("the sync failed; see the log")
