"""Formats that are zip archives with a fixed inside: checked before a library unpacks them."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Final

from qa.errors import ReadingError
from qa.reading.archive import MAX_RATIO

MAX_UNPACKED_BYTES: Final = 256 * 1024**2
_UNSUSPECTED_BYTES: Final = 16 * 1024**2
_OLE: Final = b"\xd0\xcf\x11\xe0"


def open_package(data: bytes, name: str) -> zipfile.ZipFile:
    """Open one, if it does not unpack to more than it may.

    Args:
        data: Its bytes.
        name: What it should be: "a Word document".

    Raises:
        ReadingError: If it is encrypted, damaged or a bomb.
    """
    if data.startswith(_OLE):
        raise ReadingError(f"encrypted, or older than {name} of today; save it anew")
    try:
        package = zipfile.ZipFile(BytesIO(data))
        unpacked = sum(info.file_size for info in package.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ReadingError(f"not {name}, or cut off ({error})") from error
    if unpacked > min(MAX_UNPACKED_BYTES, max(_UNSUSPECTED_BYTES, MAX_RATIO * len(data))):
        raise ReadingError(
            f"unpacks to {unpacked // 1024**2} MiB, as only files made to do harm do"
        )
    if any(info.flag_bits & 1 for info in package.infolist()):
        raise ReadingError("encrypted; save a copy of it without a password")
    return package
