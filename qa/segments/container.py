"""Arrays in one file, mapped into memory: nothing is read before it is looked at.

The format is safetensors' own: the length of a JSON header, the header, then the raw arrays. That
library can read the files, but copies every array, so reading is done here with `numpy.memmap`; and
it hides what the disk refuses, so writing is done here too.
"""

from __future__ import annotations

import json
import math
import mmap
import os
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qa.errors import IndexDamagedError

Arrays = Mapping[str, np.ndarray[Any, Any]]

_TYPES: Final[dict[str, np.dtype[Any]]] = {
    "F32": np.dtype("<f4"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "U16": np.dtype("<u2"),
    "U8": np.dtype("u1"),
}


def write_arrays(path: Path, arrays: Arrays, texts: Mapping[str, str]) -> None:
    """Write arrays and short texts to one file.

    Raises:
        OSError: The disk refuses.
    """
    header: dict[str, Any] = {"__metadata__": dict(texts)}
    ordered = sorted(arrays.items(), key=lambda item: -item[1].dtype.itemsize)  # keeps all aligned
    end = 0
    for name, array in ordered:
        first, end = end, end + array.nbytes
        kind = next(code for code, known in _TYPES.items() if known == array.dtype)
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": [first, end]}
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    with path.open("wb") as file:
        file.write(len(encoded).to_bytes(8, "little") + encoded)
        for _, array in ordered:
            file.write(np.ascontiguousarray(array).data)


class Mapped:
    """A file that `write_arrays` wrote, mapped into memory.

    Attributes:
        arrays: By name; read-only, valid as long as any of them is in use.
        texts: By name.
    """

    def __init__(
        self,
        arrays: dict[str, np.ndarray[Any, Any]],
        texts: dict[str, str],
        file: np.memmap[Any, np.dtype[np.uint8]],
    ) -> None:
        self.arrays = arrays
        self.texts = texts
        self._file = file
        self._path = str(file.filename)
        self._descriptor = os.open(self._path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)

    def rows(self, name: str, rows: npt.NDArray[np.int64]) -> np.ndarray[Any, Any]:
        """Some rows of an array of two dimensions, copied without mapping them.

        For a few rows scattered over a large array this is quicker than touching its pages, of
        which the system maps sixteen for each one, and it leaves this process as small as it was.
        """
        array = self.arrays[name]
        width = array.shape[1] * array.itemsize
        start = self._start(array)
        found = np.empty((len(rows), array.shape[1]), dtype=array.dtype)
        into = found.view(np.uint8).reshape(-1).data
        for place, row in enumerate(rows.tolist()):
            part = into[place * width : (place + 1) * width]
            if os.preadv(self._descriptor, [part], start + row * width) != width:
                raise IndexDamagedError(f"{self._path} is cut short; run: qa verify --repair")
        return found

    def _start(self, array: np.ndarray[Any, Any]) -> int:
        return int(array.ctypes.data - self._file.ctypes.data)

    def release(self, name: str) -> None:
        """Let go of the memory that holds an array; it is read again from the file when used.

        Pages that are mapped count as this process's, though they cost the machine nothing.
        """
        array = self.arrays[name]
        start = self._start(array)
        first = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
        length = (start + array.nbytes - first) // mmap.PAGESIZE * mmap.PAGESIZE
        mapping = getattr(self._file, "_mmap", None)  # NumPy offers no other way to it
        if length > 0 and isinstance(mapping, mmap.mmap):
            mapping.madvise(mmap.MADV_DONTNEED, first, length)


def read_arrays(path: Path) -> Mapped:
    """Map what `write_arrays` wrote.

    Raises:
        IndexDamagedError: The file is missing, cut short, or something else.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > path.stat().st_size:
                raise ValueError("its header is longer than the file")
            header = json.loads(file.read(length))
        texts = header.pop("__metadata__")
        mapped = np.memmap(path, dtype=np.uint8, mode="r")
        arrays = {}
        for name, entry in header.items():
            first, last = (8 + length + offset for offset in entry["data_offsets"])
            kind, shape = _TYPES[entry["dtype"]], tuple(entry["shape"])
            if not 0 <= first <= last <= len(mapped) or math.prod(shape) * kind.itemsize != (
                last - first
            ):
                raise ValueError(f"{name} lies outside of the file")
            arrays[name] = mapped[first:last].view(np.ndarray).view(kind).reshape(shape)
        return Mapped(arrays, texts, mapped)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0][:200] if str(error) else repr(error)
        raise IndexDamagedError(f"cannot read {path}: {reason}; run: qa verify --repair") from error
