"""Archives (.zip, .tar, .gz): their members are read one by one; nothing is unpacked to disk."""

from __future__ import annotations

import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from qa.errors import ReadingError
from qa.reading.content import Content, Member
from qa.reading.decoding import MAX_FILE_BYTES, check_size
from qa.reading.draft import Failure, Part
from qa.reading.formats import NOTICED, SUFFIXES, suffix_of

MAX_MEMBERS: Final = 200_000
MAX_UNPACKED_BYTES: Final = 8 * 1024**3

MAX_RATIO: Final = 200
"""Unpacked to packed bytes beyond which an archive is a bomb: HTML pages pack to a tenth, alike
ones to a fiftieth; zeros, which bombs are made of, to a thousandth."""

_UNSUSPECTED_BYTES: Final = 64 * 1024**2
"""So much may be unpacked at any ratio."""

_BROKEN: Final = (
    OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError,
    NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
"""What the libraries raise for archives that are damaged or of unknown kinds."""


def read(content: Content) -> Iterator[Part | Member]:
    """Read an archive.

    Yields:
        The members that a reader knows; a failure for each that is unsafe or broken.

    Raises:
        ReadingError: If it is no archive, or a bomb, or holds nothing that can be read.
    """
    suffix = suffix_of(content.name)
    found = False
    if suffix == ".gz":
        yield _gunzipped(content)
        return
    for each in _zip(content) if suffix == ".zip" else _tar(content):
        found = True
        yield each
    if not found:
        raise ReadingError("holds no file that can be read")


class Budget:
    """How much has been unpacked of an archive, and how much may be.

    Args:
        packed: Bytes of the archive; 0 if not known.
    """

    def __init__(self, packed: int) -> None:
        self._allowed = MAX_UNPACKED_BYTES
        if packed:
            self._allowed = min(self._allowed, max(_UNSUSPECTED_BYTES, MAX_RATIO * packed))
        self._unpacked = 0
        self._members = 0

    def read(self, file: BinaryIO) -> bytes:
        """Read one member.

        Raises:
            ReadingError: If it is larger than one article's file may be.
            _BombError: If the archive has unpacked to more than it may.
        """
        data = file.read(min(MAX_FILE_BYTES, self._allowed - self._unpacked) + 1)
        self._unpacked += len(data)
        if self._unpacked > self._allowed:
            raise _BombError(
                f"unpacks to more than {self._allowed // 1024**2} MiB, as only archives made to do "
                "harm do; the rest was not read"
            )
        check_size(len(data))
        return data

    def count(self) -> None:
        """Count a member.

        Raises:
            _BombError: If there are too many.
        """
        self._members += 1
        if self._members > MAX_MEMBERS:
            raise _BombError(f"holds more than {MAX_MEMBERS:,} files; split it")


class _BombError(ReadingError):
    """Ends the reading of the whole archive."""


def packed_bytes(file: BinaryIO) -> int:
    """The size of an open file; its position is kept."""
    at = file.tell()
    size = file.seek(0, 2)
    file.seek(at)
    return size


def _zip(content: Content) -> Iterator[Part | Member]:
    try:
        archive = zipfile.ZipFile(content.file)
    except _BROKEN as error:
        raise ReadingError(f"not a zip archive, or cut off ({error})") from error
    budget = Budget(packed_bytes(content.file))
    for info in archive.infolist():
        budget.count()
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() or _is_left_out(info.filename):
            continue
        if kind == stat.S_IFLNK:
            yield Failure(f"{info.filename!r} is a link; left out")
        elif reason := _unsafe(info.filename):
            yield Failure(reason)
        elif info.flag_bits & 1:
            yield Failure(f"{info.filename!r} is encrypted; unpack it with its password")
        else:
            try:
                with archive.open(info) as file:
                    data = budget.read(file)  # type: ignore[arg-type]
            except _BombError:
                raise
            except ReadingError as error:
                yield Failure(f"{info.filename!r} {error.reason}")
            except _BROKEN as error:
                yield Failure(f"{info.filename!r} is damaged ({error})")
            else:
                yield Member(info.filename, Content.of(data, info.filename, content.stated))


def _tar(content: Content) -> Iterator[Part | Member]:
    try:
        archive = tarfile.open(fileobj=content.file, mode="r|*")  # noqa: SIM115 - closed below
    except _BROKEN as error:
        raise ReadingError(f"not a tar archive, or cut off ({error})") from error
    budget = Budget(packed_bytes(content.file))
    try:
        with archive:
            for info in archive:
                budget.count()
                if info.isdir() or _is_left_out(info.name):
                    continue
                if not info.isreg():
                    yield Failure(f"{info.name!r} is a link or a device; left out")
                elif reason := _unsafe(info.name):
                    yield Failure(reason)
                elif (file := archive.extractfile(info)) is not None:
                    try:
                        data = budget.read(file)  # type: ignore[arg-type]
                    except _BombError:
                        raise
                    except ReadingError as error:
                        yield Failure(f"{info.name!r} {error.reason}")
                    else:
                        yield Member(info.name, Content.of(data, info.name, content.stated))
            if getattr(archive.fileobj, "pos", 0) % tarfile.BLOCKSIZE:
                yield Failure("cut off; what stands before was read")
    except _BROKEN as error:
        yield Failure(f"damaged ({error}); what stands before was read")


def _gunzipped(content: Content) -> Member:
    name = PurePosixPath(content.name).stem
    if suffix_of(name) not in SUFFIXES:
        raise ReadingError(f"a gzip archive of {name!r}, which no reader knows")
    budget = Budget(packed_bytes(content.file))
    try:
        with gzip.GzipFile(fileobj=content.file) as file:
            data = budget.read(file)  # type: ignore[arg-type]
    except _BROKEN as error:
        raise ReadingError(f"not a gzip archive, or cut off ({error})") from error
    return Member(name, Content(BytesIO(data), name, content.stated))


def _is_left_out(name: str) -> bool:
    """Whether a member is none that a folder's file would be read for: hidden, or unknown."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    hidden = any(part.startswith(".") and part.strip(".") for part in parts)
    return hidden or "__MACOSX" in parts or suffix_of(name) not in NOTICED


def _unsafe(name: str) -> str | None:
    """Why a member's name would be no place below the archive; None if it is one."""
    slashed = name.replace("\\", "/")
    if slashed.startswith("/") or slashed[1:3] == ":/" or ".." in slashed.split("/"):
        return f"{name!r} leads out of the archive; left out"
    return None
