"""Connections to one SQLite file: one a thread, closed with it; read also where none may write."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from qa.errors import IndexDamagedError

_NO_SHARED_FILES: Final = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN}
"""What SQLite says, by its primary code, where it cannot make the files that readers and writers
share: on a disk that is full."""


def identity(path: Path) -> tuple[int, int] | None:
    """Tells a file from another of the same name, as long as one of them is open; None if none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


_INHERITED: Final[list[sqlite3.Connection]] = []
"""Connections of the process that this one was forked from: SQLite forbids even to close them."""


class _Held:
    """A thread's connection. Only the thread holds this, so that its end closes the connection.

    (A bare connection would wait for the garbage collector: it and its cache refer to each other.)
    """

    _process = staticmethod(os.getpid)  # found also while the interpreter ends

    def __init__(
        self,
        connection: sqlite3.Connection,
        file: tuple[int, int] | None,
        frozen: tuple[int, ...] | None,
    ) -> None:
        self.connection = connection
        self.file = file
        self.frozen = frozen
        self.process = self._process()

    def __del__(self) -> None:
        if not self.is_inherited:
            self.connection.close()
        elif _INHERITED is not None:
            _INHERITED.append(self.connection)

    @property
    def is_inherited(self) -> bool:
        """Whether it was opened before this process was forked, and so must not be used here."""
        return self.process != self._process()


class Connections:
    """The connections of one process to one file; SQLite's own locking keeps processes apart.

    Args:
        path: The file.
        write: Open for writing, creating the file. Otherwise no row is ever changed.
    """

    def __init__(self, path: Path, *, write: bool) -> None:
        self._path = path
        self._write = write
        self._local = threading.local()

    @property
    def current(self) -> sqlite3.Connection:
        """This thread's connection.

        Raises:
            IndexDamagedError: The file cannot be opened.
        """
        return self._held().connection

    def _held(self) -> _Held:
        held: _Held | None = getattr(self._local, "held", None)
        # An index that was deleted and made anew has another file: the one held open is gone.
        file = None if self._write else identity(self._path)
        stale = held is not None and (
            held.is_inherited
            or held.file != file
            or (held.frozen is not None and held.frozen != self._frozen())
        )
        if held is None or stale:
            frozen = None if self._write else self._frozen()
            held = self._local.held = _Held(self._connect(frozen=frozen is not None), file, frozen)
        return held

    def rows(self, sql: str, parameters: Sequence[Any]) -> list[sqlite3.Row]:
        """All rows of a query.

        Raises:
            sqlite3.DatabaseError: As SQLite has it.
            IndexDamagedError: The file cannot be opened.
        """
        held = self._held()  # until the rows are there: another thread may `close` meanwhile
        try:
            return held.connection.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if self._write or code not in _NO_SHARED_FILES or self._log_is_needed():
                raise
            once = self._connect(frozen=True)
            try:
                return once.execute(sql, parameters).fetchall()
            finally:
                once.close()

    def close(self) -> None:
        """Close the connections of all threads; those that are being read from, after that."""
        mine: _Held | None = getattr(self._local, "held", None)
        # Other threads' go with it as soon as nobody reads from them: closed before, they would
        # take the process along.
        self._local = threading.local()
        if mine is not None and not mine.is_inherited:
            mine.connection.close()  # at once, also where an error's traceback still holds it

    def _connect(self, *, frozen: bool) -> sqlite3.Connection:
        # Readers too open for writing, where they can: the last one to close the file takes the
        # files of its log with it. They can write no row.
        options = "mode=rwc" if self._write else "mode=ro&immutable=1" if frozen else "mode=rw"
        try:
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?{options}",
                uri=True,
                timeout=30,
                check_same_thread=False,  # closed by whoever closes the store
            )
            if not self._write:
                connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            # A rebuild makes a store where there is none, and cannot replace what is no store.
            step = "move the index away and run: qa index"
            step = step if self._path.exists() else "run: qa index --rebuild"
            raise IndexDamagedError(f"cannot open {self._path}: {error}; {step}") from error
        connection.row_factory = sqlite3.Row
        return connection

    def _frozen(self) -> tuple[int, ...] | None:
        """What tells this state of the file from others, if nobody here can write; else None.

        On a read-only mount SQLite cannot make the files that readers and writers share, but can
        be told to do without them.
        """
        writable = os.access(self._path.parent, os.W_OK)
        if writable or not self._path.exists() or self._log_is_needed():
            return None
        stat = self._path.stat()
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _log_is_needed(self) -> bool:
        """Whether the log (`-wal`) holds something that is not in the file yet."""
        log = self._path.with_name(f"{self._path.name}-wal")
        return log.exists() and log.stat().st_size > 0
