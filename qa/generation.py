"""Generations: immutable folders with both indexes and a manifest, published by one rename.

    index/
      CURRENT               the number of the published generation
      store.sqlite          articles, passages and embeddings of all generations
      generations/000007/   manifest.json, lexical.json, vectors.faiss

A reader opens what CURRENT names. A writer fills a new folder and then replaces CURRENT, which the
file system does in one step: whoever reads sees the old generation or the new one, never a mixture.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from qa import analysis
from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from qa.lexical.bm25 import BM25Index
from qa.protocols import LexicalIndex, VectorIndex
from qa.settings import Settings

FORMAT: Final = 1
"""Version of the layout on disk; raise it when an older reader could not read the newer files."""

READING: Final = 1
"""Version of `qa.reading` and `qa.passages`: raise it when the same file gives other passages."""

KEPT: Final = 2
"""Generations left on disk: the published one, and the one that readers may still be leaving."""

_LEXICAL, _VECTORS, _MANIFEST = "lexical.json", "vectors.faiss", "manifest.json"
_JSON_TYPES: Final = {"int": int, "str": str, "Mapping[str, int]": dict, "Mapping[str, str]": dict}
_PACKAGES = ("sentence-transformers", "faiss-cpu", "rank-bm25", "numpy")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built from, and what is in it.

    Attributes:
        generation: Its number, from 1.
        format: `FORMAT` of the code that wrote it.
        reading: `READING` of the code that wrote it.
        analysis: `qa.analysis.VERSION` of the code that wrote it.
        model: The embedding model by name.
        fingerprint: Digest of its weights.
        dimension: Length of its vectors.
        passage_words: See `Settings`.
        overlap_sentences: See `Settings`.
        articles: How many articles.
        passages: How many passages; both indexes hold exactly these.
        sizes: Bytes of each index file.
        packages: Versions of the libraries that built it.
        built_at: ISO 8601, UTC.
    """

    generation: int
    format: int
    reading: int
    analysis: str
    model: str
    fingerprint: str
    dimension: int
    passage_words: int
    overlap_sentences: int
    articles: int
    passages: int
    sizes: Mapping[str, int]
    packages: Mapping[str, str]
    built_at: str

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read a generation's manifest.

        Raises:
            IndexDamagedError: It is missing or not a manifest.
        """
        path = folder / _MANIFEST
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            for f in fields(cls):
                if not isinstance(values[f.name], _JSON_TYPES[str(f.type)]):
                    raise TypeError(f"{f.name} is {values[f.name]!r}")
            return cls(**{f.name: values[f.name] for f in fields(cls)})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IndexDamagedError(
                f"cannot read {path}: {error!r}; run: qa index --rebuild"
            ) from error

    def mismatch(self, settings: Settings) -> str | None:
        """What of the code or settings differs from what this was built with; None if nothing.

        The model's weights are compared when the model is loaded, see `check_model`.
        """
        wanted = {
            "format": FORMAT,
            "reading": READING,
            "analysis": analysis.VERSION,
            "model": settings.model,
            "passage_words": settings.passage_words,
            "overlap_sentences": settings.overlap_sentences,
        }
        for name, value in wanted.items():
            built = getattr(self, name)
            if built != value:
                return f"the index was built with {name} {built!r}, now it is {value!r}"
        return None

    def check(self, settings: Settings) -> None:
        """Raise what `mismatch` finds.

        Raises:
            IndexMismatchError: With both values and the command that mends it.
        """
        if difference := self.mismatch(settings):
            raise IndexMismatchError(f"{difference}; to build it anew, run: qa index")

    def check_model(self, fingerprint: str) -> None:
        """Raise if the model's weights are not those of the index.

        Raises:
            IndexMismatchError: With both digests and the command that mends it.
        """
        if fingerprint != self.fingerprint:
            raise IndexMismatchError(
                f"the index was built with weights {self.fingerprint} of {self.model}, "
                f"now they are {fingerprint}; to build it anew, run: qa index"
            )


@dataclass(frozen=True, slots=True)
class Generation:
    """A published generation, loaded."""

    manifest: Manifest
    lexical: LexicalIndex
    dense: VectorIndex


class Generations:
    """The generations of one index folder.

    Args:
        index: The index folder.
    """

    def __init__(self, index: Path) -> None:
        self._index = index
        self._pointer = index / "CURRENT"
        self._folder = index / "generations"

    @property
    def store_path(self) -> Path:
        """The SQLite file that all generations share."""
        return self._index / "store.sqlite"

    def stamp(self) -> tuple[int, int] | None:
        """Changes whenever another generation is published; None where there is none. Cheap."""
        try:
            status = self._pointer.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def current(self) -> int:
        """The number of the published generation.

        Raises:
            IndexMissingError: Nothing is published here.
            IndexDamagedError: The pointer cannot be read.
        """
        try:
            return int(self._pointer.read_text(encoding="ascii"))
        except FileNotFoundError as error:
            raise IndexMissingError(f"there is no index in {self._index}; run: qa index") from error
        except (OSError, ValueError) as error:
            raise IndexDamagedError(
                f"cannot read {self._pointer}: {error}; run: qa index --rebuild"
            ) from error

    def manifest(self, number: int) -> Manifest:
        """The manifest of a generation.

        Raises:
            IndexDamagedError: It is missing, not a manifest, or another generation's.
        """
        folder = self._path(number)
        manifest = Manifest.read(folder)
        if manifest.generation != number:
            raise IndexDamagedError(
                f"{folder} holds the manifest of generation {manifest.generation}; "
                "run: qa index --rebuild"
            )
        return manifest

    def load(self, settings: Settings) -> Generation:
        """Load the published generation. Changes nothing.

        Raises:
            IndexMissingError: There is none.
            IndexMismatchError: It was built with other settings.
            IndexDamagedError: A file is missing, has another size than the manifest says, or the
                two indexes do not hold the same number of passages.
        """
        from qa.dense.flat import FlatIndex

        number = self.current()
        folder = self._path(number)
        manifest = self.manifest(number)
        manifest.check(settings)
        for name, size in manifest.sizes.items():
            path = folder / name
            found = path.stat().st_size if path.exists() else None
            if found != size:
                raise IndexDamagedError(
                    f"{path} has {found} bytes, its manifest says {size}; run: qa index --rebuild"
                )
        lexical = BM25Index.load(folder / _LEXICAL)
        dense = FlatIndex.load(folder / _VECTORS)
        if not len(lexical) == len(dense) == manifest.passages:
            raise IndexDamagedError(
                f"{folder}: {len(lexical)} passages by words, {len(dense)} by vectors, "
                f"{manifest.passages} by the manifest; run: qa index --rebuild"
            )
        return Generation(manifest, lexical, dense)

    def publish(self, manifest: Manifest, lexical: LexicalIndex, dense: VectorIndex) -> Manifest:
        """Write a generation's files, make it the current one, drop those before the last.

        Args:
            manifest: Its `sizes` are filled in here.
            lexical: Index of exactly the passages of this generation.
            dense: Likewise.

        Returns:
            The manifest as written.
        """
        folder = self._path(manifest.generation)
        shutil.rmtree(folder, ignore_errors=True)  # what a writer that died may have left
        folder.mkdir(parents=True)
        lexical.save(folder / _LEXICAL)
        dense.save(folder / _VECTORS)
        written = (folder / _LEXICAL, folder / _VECTORS)
        values = asdict(manifest) | {"sizes": {path.name: path.stat().st_size for path in written}}
        (folder / _MANIFEST).write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
        for path in (*written, folder / _MANIFEST, folder, self._folder):
            _flush(path)
        staged = self._pointer.with_suffix(".new")
        staged.write_text(f"{manifest.generation}\n", encoding="ascii")
        _flush(staged)
        staged.replace(self._pointer)
        _flush(self._index)
        kept = {self._path(manifest.generation - back).name for back in range(KEPT)}
        for old in self._folder.iterdir():
            if old.name not in kept:
                shutil.rmtree(old, ignore_errors=True)
        return Manifest(**values)

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}"


def package_versions() -> dict[str, str]:
    """Versions of the libraries whose work is in an index."""
    return {name: metadata.version(name) for name in _PACKAGES}


def _flush(path: Path) -> None:
    """Have the system write a file or folder to the disk before going on."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
