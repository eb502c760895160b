"""One segment: everything about some passages that a search looks at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from qa.errors import IndexDamagedError
from qa.protocols import Floats, Ids
from qa.rows import FilterKeys
from qa.segments import clusters
from qa.segments.columns import NAMED, Columns, Names
from qa.segments.container import Mapped, read_arrays, write_arrays
from qa.segments.exact import Exact
from qa.segments.postings import Postings, Terms

SUFFIX: Final = ".safetensors"
FEW: Final = 1_000
"""Rows of a large segment that are read one by one, in a millisecond for 400; more are mapped."""

CLUSTERS_SUFFIX: Final = ".ivf"


class Indexed(NamedTuple):
    """What is indexed of a passage: its id, its terms, and what it can be filtered by."""

    id: int
    terms: Sequence[str]
    keys: FilterKeys = FilterKeys()


@dataclass(frozen=True, slots=True)
class Segment:
    """Immutable. Rows are the passages in ascending order of their ids.

    Attributes:
        name: Unique in its index.
        ids: int64 (n,), passage ids, ascending.
        vectors: float32 (n, dimension), unit length.
        postings: The words.
        columns: What can be filtered by.
        clusters: The vectors once more, grouped for approximate search; None in small segments.
        mapped: The file that the arrays are mapped from, if they are.
        exact: The vectors once more, for exact search.
    """

    name: str
    ids: Ids
    vectors: Floats
    postings: Postings
    columns: Columns
    clusters: clusters.Clusters | None = None
    mapped: Mapped | None = field(default=None, repr=False, compare=False)
    exact: Exact = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "exact", Exact(self.vectors))

    def __len__(self) -> int:
        return len(self.ids)

    def scores(self, vector: Floats, rows: Ids) -> Floats:
        """Inner products of some rows' vectors with a vector, float32 (len(rows),)."""
        large = self.mapped if self.clusters is not None else None
        few = large is not None and len(rows) <= FEW
        vectors = large.rows("vectors", rows) if large and few else self.vectors[rows]
        # Not BLAS: for a few thousand rows its threads wait for each other longer than they work.
        found = np.einsum("rd,d->r", vectors, vector)
        if large and not few:
            large.release("vectors")
        return np.asarray(found, dtype=np.float32)

    @classmethod
    def build(cls, name: str, passages: Iterable[Indexed], vectors: Floats) -> Segment:
        """Index passages.

        Args:
            name: Unique in its index.
            passages: Ascending by id.
            vectors: float32 (n, dimension), in the same order.
        """
        rows = list(passages)
        return cls(
            name=name,
            ids=np.asarray([row.id for row in rows], dtype=np.int64),
            vectors=vectors,
            postings=Postings.build(row.terms for row in rows),
            columns=Columns.of([row.keys for row in rows]),
        )

    def save(self, folder: Path) -> list[Path]:
        """Write its files into a folder; returns them."""
        path = folder / (self.name + SUFFIX)
        # A reader may have a file of this name mapped, of an index that was since begun anew.
        for old in (path, path.with_suffix(CLUSTERS_SUFFIX)):
            old.unlink(missing_ok=True)
        postings, columns = self.postings, self.columns
        write_arrays(
            path,
            {
                "ids": self.ids,
                "vectors": self.vectors,
                "terms": postings.terms.text,
                "term_ends": postings.terms.ends,
                "starts": postings.starts,
                "rows": postings.rows,
                "counts": postings.counts,
                "lengths": postings.lengths,
                **{name: names.codes for name, names in columns.names.items()},
                "day": columns.day,
            },
            {name: json.dumps(names.keys) for name, names in columns.names.items()},
        )
        if self.clusters is None:
            return [path]
        beside = folder / (self.name + CLUSTERS_SUFFIX)
        self.clusters.save(beside)
        return [path, beside]

    @classmethod
    def load(cls, folder: Path, name: str) -> Segment:
        """Map what `save` wrote into memory; the arrays are read when looked at.

        Raises:
            IndexDamagedError: A file is missing, cut short, or not what `save` wrote.
        """
        path = folder / (name + SUFFIX)
        mapped = read_arrays(path)
        arrays, texts = mapped.arrays, mapped.texts
        try:
            segment = cls(
                name=name,
                ids=arrays["ids"],
                vectors=arrays["vectors"],
                postings=Postings(
                    Terms(arrays["terms"], arrays["term_ends"]),
                    *(arrays[key] for key in ("starts", "rows", "counts", "lengths")),
                ),
                columns=Columns(
                    arrays["day"],
                    *(Names(json.loads(texts[name]), arrays[name]) for name in NAMED),
                ),
                clusters=clusters.load(folder / (name + CLUSTERS_SUFFIX)),
                mapped=mapped,
            )
        except (ValueError, KeyError) as error:
            raise IndexDamagedError(
                f"cannot read {path}: {error!r}; run: qa verify --repair"
            ) from error
        columns = segment.columns
        codes = (names.codes for names in columns.names.values())
        of_rows = (segment.vectors, segment.postings.lengths, columns.day, *codes)
        if any(len(array) != len(segment) for array in of_rows):
            raise IndexDamagedError(f"{path}: its arrays differ in length; run: qa verify --repair")
        return segment
