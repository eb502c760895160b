"""Writing an index folder: one writer at a time, and what stops it is said in one line."""

from __future__ import annotations

import errno
import json
import os
import shutil
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from qa.errors import IndexBusyError, IndexWriteError

FULL: Final = 2**20
"""Free bytes below which what SQLite calls an input/output error is a full disk."""

_LOCK, _OWNER = "writer.lock", "writer.json"

_DISK: Final = {
    errno.ENOSPC: "the disk is full; free some space, then run the command again",
    errno.EDQUOT: "the disk quota is used up; free some space, then run the command again",
    errno.EFBIG: "a file grew beyond what is allowed here; raise the limit, then run again",
    errno.EROFS: "the folder is read-only; make it writable, or name another: --index DIR",
    errno.EACCES: "this user may not write there; change that, or name another: --index DIR",
    errno.EPERM: "this user may not write there; change that, or name another: --index DIR",
}


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Be the only writer of an index folder.

    The system frees the lock when its holder dies, however it dies, so none is ever stale.

    Raises:
        IndexBusyError: Another process is writing it; the message says which, and since when.
        IndexWriteError: The disk is full, read-only, or fails. What was published is untouched.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(index / _LOCK)
    with told(index):
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            raise IndexBusyError(_busy(index)) from error
        try:
            owner = {"process": os.getpid(), "host": socket.gethostname(), "since": time.time()}
            (index / _OWNER).write_text(json.dumps(owner), encoding="utf-8")
            yield
        finally:
            (index / _OWNER).unlink(missing_ok=True)
            lock.release()


def _busy(index: Path) -> str:
    try:
        owner = json.loads((index / _OWNER).read_text(encoding="utf-8"))
        who = f"process {owner['process']} on {owner['host']}"
        seconds = max(time.time() - float(owner["since"]), 0)
    except (OSError, ValueError, KeyError, TypeError):  # it is just being written
        return f"another process is writing {index}; wait for it, then run again"
    return f"{who} has been writing {index} for {seconds:.0f} s; wait for it, then run again"


@contextmanager
def told(index: Path, other: str = "--index DIR") -> Iterator[None]:
    """Turn what the disk refuses into one line that says what to do.

    Args:
        index: Where is written.
        other: How to name another folder.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _DISK:
            raise
        why = _DISK[error.errno].replace("--index DIR", other)
        raise IndexWriteError(f"cannot write {index}: {why}") from error
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        full = shutil.disk_usage(index).free < FULL
        failing = "the disk fails; see the system's log, then run the command again"
        known = {
            sqlite3.SQLITE_FULL: _DISK[errno.ENOSPC],
            sqlite3.SQLITE_READONLY: _DISK[errno.EROFS],
            sqlite3.SQLITE_IOERR: _DISK[errno.ENOSPC] if full else failing,
            sqlite3.SQLITE_CANTOPEN: _DISK[errno.ENOSPC] if full else failing,
        }
        if code not in known:
            raise
        why = known[code].replace("--index DIR", other)
        raise IndexWriteError(f"cannot write {index}: {why}") from error
