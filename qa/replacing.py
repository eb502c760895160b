"""Put a file in the place of another: all of it or, where the disk refuses, nothing."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path, *, private: bool = False) -> Iterator[BinaryIO]:
    """What is written here stands in the place of a file afterwards, at once.

    It keeps that file's owner and permissions, so that whoever could read it still can. Where
    anything fails, the file is as it was, and nothing lies beside it.

    Args:
        path: Made where there is none. Of a link, the link is replaced.
        private: Nobody but the owner may ever read it.

    Raises:
        OSError: The disk refuses.
    """
    # Without the name, which may be as long as the disk lets names be.
    staged = path.with_name(f".{secrets.token_hex(8)}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(staged, flags, 0o600 if private else 0o666), "wb") as file:
            # Only root may give files away; Windows knows no owners.
            with suppress(OSError, AttributeError):
                before = path.stat()
                if not private:
                    os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            yield file
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    except BaseException:
        staged.unlink(missing_ok=True)
        raise
