"""Generations: lists of segments and deleted passages, immutable, published by one rename.

    index/
      CURRENT               the number of the published generation
      store.sqlite          articles, passages and embeddings of all generations
      segments/             words and vectors of passages, see `qa.segments`
      generations/000007/   manifest.json: which segments; deleted.npy: which passages are gone

A reader opens what CURRENT names. A writer writes new segments and a new folder and then replaces
CURRENT, which the file system does in one step: whoever reads sees the old generation or the new
one, never a mixture. Files that no generation names any more are deleted; a reader that has them
mapped keeps them until it lets go.
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from qa.dense.index import SegmentedVectors
from qa.errors import IndexDamagedError, IndexMissingError, IndexWriteError
from qa.lexical.bm25 import BM25Index
from qa.lexical.inverted import InvertedIndex
from qa.protocols import Ids
from qa.segments import Segment
from qa.settings import Settings
from qa.storage.connections import identity
from qa.storage.manifest import Manifest
from qa.storage.searchable import Generation, Searchable, Stamp
from qa.storage.store import Store

KEPT: Final = 2
"""Generations left on disk: the published one, and the one that readers may still be leaving."""

SMALL: Final = 1_000
"""Passages up to which rank-bm25 searches the words: some 5 ms a question and .2 s to load there.
The inverted index is quicker at any size (`benchmarks/RESULTS.md`, 2,000 passages)."""

CHECKED: Final = 32 * 2**20
"""Files up to this many bytes are checked against their CRC-32 when loaded, in some 20 ms; larger
ones only by `qa verify`."""

_DELETED: Final = "deleted.npy"


class Generations:
    """The generations of one index folder.

    Args:
        index: The index folder.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        self._pointer = index / "CURRENT"
        self._folder = index / "generations"
        self.segments_folder = index / "segments"

    @property
    def store_path(self) -> Path:
        """The SQLite file that all generations share."""
        return self._index / "store.sqlite"

    def renew(self) -> None:
        """See `Published.renew`: here everything is seen at once."""

    def open_store(self) -> Store:
        """See `Published.open_store`."""
        return Store(self.store_path)

    def stamp(self) -> Stamp | None:
        """Changes whenever another generation is published; None where there is none. Cheap.

        The number alone would do, but that an index may be made anew from 1; the file's identity
        alone would do, but that clocks are set back.
        """
        try:
            status = self._pointer.stat()
            number = self._pointer.read_bytes()
        except OSError:
            return None
        return Stamp(status.st_ino, status.st_mtime_ns, number, identity(self.store_path))

    def current(self) -> int:
        """The number of the published generation.

        Raises:
            IndexMissingError: Nothing is published here.
            IndexDamagedError: The pointer cannot be read.
        """
        try:
            return int(self._pointer.read_text(encoding="ascii"))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise IndexMissingError(f"there is no index in {self._index}; run: qa index") from error
        except IsADirectoryError as error:
            raise IndexDamagedError(self._is_folder) from error
        except (OSError, ValueError) as error:
            raise IndexDamagedError(
                f"cannot read {self._pointer}: {error}; run: qa verify --repair"
            ) from error

    @property
    def _is_folder(self) -> str:
        return f"{self._pointer} is a folder and should be a file; move it away and run: qa index"

    def complete(self) -> list[int]:
        """Numbers of the generations on disk that have a manifest, ascending."""
        names = [path.parent.name for path in self._folder.glob("*/manifest.json")]
        return sorted(int(name) for name in names if name.isdigit())

    def manifest(self, number: int) -> Manifest:
        """The manifest of a generation.

        Raises:
            IndexDamagedError: It is missing, not a manifest, or another generation's.
            IndexMismatchError: Another version of this program wrote it.
        """
        folder = self._path(number)
        manifest = Manifest.read(folder)
        if manifest.generation != number:
            raise IndexDamagedError(
                f"{folder} holds the manifest of generation {manifest.generation}; "
                "run: qa verify --repair"
            )
        return manifest

    def load(self, settings: Settings, before: Searchable | None = None) -> Generation:
        """Load the published generation. Changes nothing.

        Args:
            settings: Must be those it was built with.
            before: The generation loaded last, whose segments need not be opened again.

        Raises:
            IndexMissingError: There is none.
            IndexMismatchError: It was built with other settings.
            IndexDamagedError: A file is missing or not what the manifest says.
        """
        manifest = self.manifest(self.current())
        manifest.check(settings)
        known: dict[str, Segment] = {}
        # Names are used again when an index is made anew, so the file's checksum is compared too.
        if isinstance(before, Generation):
            known = {
                segment.name: segment
                for segment in before.segments
                if _facts(before.manifest, segment.name) == _facts(manifest, segment.name)
            }
        fresh = [path for path in manifest.files if Path(path).stem not in known]
        for path in fresh:
            self._check_file(path, manifest)
        segments, deleted = self.read(manifest, known)
        return _generation(manifest, segments, deleted, settings)

    def read(
        self, manifest: Manifest, known: dict[str, Segment] | None = None
    ) -> tuple[list[Segment], Ids]:
        """A generation's segments and the ids of its deleted passages.

        Raises:
            IndexDamagedError: A file is missing or not what was written.
        """
        opened = known or {}
        segments = [
            opened.get(name) or Segment.load(self.segments_folder, name)
            for name in manifest.segments
        ]
        return segments, self._deleted(manifest)

    def verify_files(self, manifest: Manifest) -> list[str]:
        """What is wrong with a generation's files: compares every one with its CRC-32."""
        found = []
        for path in manifest.files:
            try:
                self._check_file(path, manifest, whole=True)
            except IndexDamagedError as error:
                found.append(str(error).partition("; run:")[0])
        return found

    def check_segment(self, name: str, manifest: Manifest) -> None:
        """Compare the files of one segment with their checksums; those just written have none.

        Raises:
            IndexDamagedError: One is not what was written.
        """
        for path in manifest.files:
            if Path(path).stem == name:
                self._check_file(path, manifest, whole=True)

    def write_segment(self, segment: Segment) -> Segment:
        """Write a segment ahead of its generation; returns it mapped from its file."""
        self.segments_folder.mkdir(parents=True, exist_ok=True)
        segment.save(self.segments_folder)
        return Segment.load(self.segments_folder, segment.name)

    def publish(self, manifest: Manifest, unwritten: Iterable[Segment], deleted: Ids) -> Manifest:
        """Write a generation's files, make it the current one, drop those before the last.

        Args:
            manifest: Names all its segments; its `files` are filled in here.
            unwritten: Those of its segments that are not on disk yet.
            deleted: Ids of passages in its segments that are deleted.

        Returns:
            The manifest as written.
        """
        folder = self._path(manifest.generation)
        shutil.rmtree(folder, ignore_errors=True)  # what a writer that died may have left
        for needed in (folder, self.segments_folder):
            needed.mkdir(parents=True, exist_ok=True)
        for segment in unwritten:
            segment.save(self.segments_folder)
        np.save(folder / _DELETED, np.sort(deleted).astype("<i8"))
        known = manifest.files
        written = [folder / _DELETED, *self._segment_files(manifest.segments)]
        fresh = [path for path in written if self._name(path) not in known]
        files = {name: known[name] for name in map(self._name, written) if name in known}
        files |= {self._name(path): _measure(path) for path in fresh}
        whole = replace(manifest, files=dict(sorted(files.items())))
        for path in (*fresh, whole.write(folder), folder, self._folder, self.segments_folder):
            flush(path)
        self._point_to(manifest.generation)
        self._sweep(whole)
        return whole

    def _segment_files(self, names: Sequence[str]) -> list[Path]:
        wanted = set(names)
        return sorted(path for path in self.segments_folder.iterdir() if path.stem in wanted)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._index).as_posix()

    def _point_to(self, number: int) -> None:
        staged = self._pointer.with_suffix(".new")
        staged.write_text(f"{number}\n", encoding="ascii")
        flush(staged)
        try:
            staged.replace(self._pointer)
        except IsADirectoryError as error:
            raise IndexWriteError(self._is_folder) from error
        flush(self._index)

    def _sweep(self, current: Manifest) -> None:
        """Delete what no kept generation names, also what a writer that died has left."""
        kept = {self._path(current.generation - back).name for back in range(KEPT)}
        named = set(current.segments)
        for folder in self._folder.iterdir():
            if folder.name not in kept:
                shutil.rmtree(folder, ignore_errors=True)
            elif folder.name != self._path(current.generation).name:
                try:
                    named |= set(Manifest.read(folder).segments)
                except Exception:  # noqa: S112 - it is on its way out
                    continue
        for path in self.segments_folder.iterdir():
            if path.stem not in named:
                with suppress(OSError):  # not ours, or NFS keeps it for a reader: the next sync's
                    path.unlink()

    def _check_file(self, name: str, manifest: Manifest, *, whole: bool = False) -> None:
        path = self._index / name
        size, checksum = manifest.files[name]
        try:
            found = path.stat().st_size
            changed = found == size and (whole or size <= CHECKED) and _measure(path)[1] != checksum
        except OSError as error:  # a reader that was overtaken finds that files are gone
            raise IndexDamagedError(
                f"cannot read {path}: {error.strerror}; run: qa verify --repair"
            ) from error
        if found != size:
            raise IndexDamagedError(
                f"{path} has {found} bytes, its manifest says {size}; run: qa verify --repair"
            )
        if changed:
            raise IndexDamagedError(
                f"{path} is not what was written (CRC-32); run: qa verify --repair"
            )

    def _deleted(self, manifest: Manifest) -> Ids:
        path = self._path(manifest.generation) / _DELETED
        self._check_file(self._name(path), manifest)
        try:
            deleted = np.load(path, allow_pickle=False)
            if deleted.dtype != np.int64 or deleted.shape != (manifest.deleted,):
                raise ValueError(f"it holds {deleted.dtype} {deleted.shape}")
        except (OSError, ValueError, EOFError) as error:
            raise IndexDamagedError(
                f"cannot read {path}: {error}; run: qa verify --repair"
            ) from error
        return np.asarray(deleted, dtype=np.int64)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}"


def _generation(
    manifest: Manifest, segments: Sequence[Segment], deleted: Ids, settings: Settings
) -> Generation:
    parts = [segment.ids for segment in segments]
    ids = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)
    alive = ~np.isin(ids, deleted, assume_unique=True) if len(deleted) else None
    count = len(ids) if alive is None else int(np.count_nonzero(alive))
    if count != manifest.passages or not bool(np.all(ids[1:] > ids[:-1])):
        raise IndexDamagedError(
            f"the segments of generation {manifest.generation} hold {count} passages, its manifest "
            f"says {manifest.passages}; run: qa verify --repair"
        )
    engine = settings.lexical_engine
    small = count <= SMALL if engine == "auto" else engine == "rank-bm25"
    lexical = (BM25Index if small else InvertedIndex)(segments, alive)
    dense = SegmentedVectors(segments, alive, exact=settings.vector_engine == "exact")
    return Generation(manifest, segments, ids, alive, lexical, dense)


def _facts(manifest: Manifest, name: str) -> list[tuple[str, list[int]]]:
    return [(p, list(facts)) for p, facts in manifest.files.items() if Path(p).stem == name]


def _measure(path: Path) -> list[int]:
    """Size and CRC-32 of a file."""
    checksum = 0
    with path.open("rb") as file:
        while part := file.read(2**20):
            checksum = zlib.crc32(part, checksum)
    return [path.stat().st_size, checksum]


def flush(path: Path) -> None:
    """Have the system write a file or folder to the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
