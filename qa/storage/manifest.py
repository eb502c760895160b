"""The manifest of a generation: what it was built from, and which files it consists of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from qa.errors import IndexDamagedError, IndexMismatchError
from qa.settings import Settings
from qa.text import analysis

FORMAT: Final = 9
"""Version of the layout on disk; raise it when an older reader could not read the newer files."""

READING: Final = 19
"""Version of `qa.reading`, `qa.passages` and `qa.duplicates.shingles`: raise it when the same file
gives other passages, or the same articles other copies."""

NAME: Final = "manifest.json"

_JSON_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    "int": int,
    "str": str,
    "float | None": (float, int, type(None)),
    "Sequence[str]": list,
    "Mapping[str, Sequence[int]]": dict,
    "Mapping[str, str]": dict,
}
_PACKAGES = ("sentence-transformers", "faiss-cpu", "rank-bm25", "numpy")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was built from, and what is in it.

    Attributes:
        generation: Its number, from 1.
        format: `FORMAT` of the code that wrote it.
        reading: `READING` of the code that wrote it.
        analysis: `qa.text.analysis.VERSION` of the code that wrote it.
        model: The embedding model by name.
        fingerprint: Digest of its weights.
        dimension: Length of its vectors.
        passage_words: See `Settings`.
        overlap_sentences: See `Settings`.
        articles: How many articles.
        passages: How many passages; the segments hold exactly these and the deleted ones.
        deleted: Passages that are still in a segment but deleted.
        newest: The highest id of its passages; 0 where it has none.
        segments: Names of the segments, in order.
        files: Size in bytes and CRC-32 of every file, by its path in the index folder.
        embedded_per_second: Passages embedded a second when this was last measured here.
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
    deleted: int
    newest: int
    segments: Sequence[str]
    files: Mapping[str, Sequence[int]]
    embedded_per_second: float | None
    packages: Mapping[str, str]
    built_at: str

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read a generation's manifest.

        Raises:
            IndexDamagedError: It is missing or not a manifest.
            IndexMismatchError: Another version of this program wrote it, with other fields.
        """
        path = folder / NAME
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            check_format(values)
            for f in fields(cls):
                if not isinstance(values[f.name], _JSON_TYPES[str(f.type)]):
                    raise TypeError(f"{f.name} is {values[f.name]!r}")
            for name, facts in values["files"].items():
                if [type(fact) for fact in facts] != [int, int]:
                    raise TypeError(f"{name} has {facts!r}")
            return cls(**{f.name: values[f.name] for f in fields(cls)})
        except (OSError, ValueError, KeyError, TypeError) as error:
            why = f"it has no {error}" if isinstance(error, KeyError) else error
            raise IndexDamagedError(
                f"cannot read {path}: {why}; run: qa verify --repair"
            ) from error

    def write(self, folder: Path) -> Path:
        """Write the manifest into its generation's folder; returns the file."""
        path = folder / NAME
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        return path

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


def check_format(values: Mapping[str, Any]) -> None:
    """Raise if another version of this program wrote a manifest, which may have other fields.

    Raises:
        IndexMismatchError: With both versions and the command that mends it.
        KeyError: It is no manifest.
    """
    if isinstance(values["format"], int) and values["format"] != FORMAT:
        raise IndexMismatchError(
            f"the index was built with format {values['format']}, now it is {FORMAT}; to build it "
            "anew, run: qa index"
        )


def package_versions() -> dict[str, str]:
    """Versions of the libraries whose work is in an index."""
    return {name: metadata.version(name) for name in _PACKAGES}
