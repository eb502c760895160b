"""Approximate nearest neighbours for large segments: FAISS, vectors in clusters, 8 bits a number.

Inverted file: Sivic, Zisserman, "Video Google" (ICCV 2003); Jégou, Douze, Schmid, "Product
Quantization for Nearest Neighbor Search" (TPAMI 2011), here with scalar quantisation. Only the
clusters nearest to the question are looked through. The file is mapped into memory.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import faiss
import numpy as np

from qa.errors import IndexDamagedError
from qa.protocols import Floats, Ids, Mask
from qa.segments.exact import selector

FROM: Final = 30_000
"""Rows from which a segment is clustered: below, comparing all takes under 3 ms on two cores."""

PROBED: Final = 1 / 6
"""Share of the clusters that is looked through at `PROBED_AT` rows: the ten nearest are found for
.985 there on real sentences (`python -m benchmarks.recall`). For .98, .22 were needed at 12,000
rows, .16 at 25,000, .13 at 51,000: the share falls with the root of the size, which is carried on
beyond what was measured."""

PROBED_AT: Final = 50_000

REFINED: Final = 2
"""Times k candidates are taken from the 8-bit vectors and scored again by the exact ones."""

DECODES: Final = 0.95
"""Inner product with its vector that each row's code reaches at least: the worst of 30,000 random
unit vectors, which lie further from their centres than sentences do, has .986."""

_TRAINED_ON: Final = 40
_LEAST_ALLOWED: Final = 8_000


@dataclass(frozen=True, slots=True)
class Clusters:
    """A clustered index of the vectors of one segment. FAISS ids are the segment's rows."""

    index: Any

    def __len__(self) -> int:
        return int(self.index.ntotal)

    def save(self, path: Path) -> None:
        """Write FAISS's own format.

        Raises:
            OSError: The disk refuses; FAISS's own writer does not say why.
        """
        path.write_bytes(faiss.serialize_index(self.index).data)

    def differences(self, vectors: Floats) -> Iterator[str]:
        """What is wrong with the clusters of vectors, a line each: .15 s for 30,000.

        Each row has to be in one cluster, with a code that decodes to about its vector.

        Args:
            vectors: float32 (rows, dimension), those of the segment.
        """
        if len(self) != len(vectors):
            yield f"holds {len(self)} vectors, not {len(vectors)}"
            return
        lists = self.index.invlists
        times = np.zeros(len(vectors), dtype=np.int64)
        for number in range(self.index.nlist):
            size = lists.list_size(number)
            if not size:
                continue
            rows = faiss.rev_swig_ptr(lists.get_ids(number), size)
            codes = faiss.rev_swig_ptr(lists.get_codes(number), size * self.index.code_size)
            if rows.min() < 0 or rows.max() >= len(vectors):
                yield f"cluster {number} has rows that are none"
                return
            np.add.at(times, rows, 1)
            decoded = self.index.sq.decode(codes.reshape(size, -1).copy())
            if self.index.by_residual:
                decoded = decoded + self.index.quantizer.reconstruct(number)
            products = np.einsum("ij,ij->i", decoded, vectors[rows])
            for row in rows[products < DECODES].tolist():
                yield f"the code of row {row} is not that of its vector"
        for row in np.flatnonzero(times != 1).tolist():
            yield f"row {row} is in {times[row]} clusters"

    def candidates(
        self, vector: Floats, k: int, allowed: Mask | None, *, probed: int | None = None
    ) -> Ids:
        """About `REFINED * k` rows that are probably among the nearest, in no order.

        Args:
            vector: float32 (dimension,).
            k: How many are wanted in the end.
            allowed: bool (rows,); None allows all.
            probed: Clusters looked through; None takes what was measured to be enough.
        """
        searched = len(self) if allowed is None else max(int(np.count_nonzero(allowed)), 1)
        if probed is None:
            # Few allowed rows lie as far apart as the rows of a small segment do.
            share = min(PROBED * math.sqrt(PROBED_AT / searched), 1)
            probed = math.ceil(share * self.index.nlist)
        found = self._nearest(vector, k, allowed, probed)
        if len(found) < min(k, searched) and probed < self.index.nlist:
            # What is allowed lies far from the question: all that is in another language, say.
            found = self._nearest(vector, k, allowed, self.index.nlist)
        return found

    def _nearest(self, vector: Floats, k: int, allowed: Mask | None, probed: int) -> Ids:
        chosen = None if allowed is None else selector(allowed)
        parameters = faiss.SearchParametersIVF(sel=chosen, nprobe=probed)  # type: ignore[call-arg]
        _, rows = self.index.search(
            np.ascontiguousarray(vector[None, :]), REFINED * k, params=parameters
        )
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)


def few(allowed: Mask | None) -> bool:
    """Whether so few rows are allowed that comparing each is quicker than looking for them."""
    return allowed is not None and int(np.count_nonzero(allowed)) <= _LEAST_ALLOWED


def build(vectors: Floats) -> Clusters:
    """Cluster vectors; takes about a minute for a million on two cores."""
    count, dimension = vectors.shape
    lists = max(int(4 * math.sqrt(count)), 1)
    coarse = faiss.IndexFlatIP(dimension)
    index: Any = faiss.IndexIVFScalarQuantizer(
        coarse, dimension, lists, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    )
    index.cp.spherical = True
    index.cp.niter = 10
    index.cp.max_points_per_centroid = _TRAINED_ON
    sample = np.random.default_rng(0).choice(count, min(count, _TRAINED_ON * lists), replace=False)
    index.train(np.ascontiguousarray(vectors[np.sort(sample)]))
    for first in range(0, count, 65_536):
        index.add(np.ascontiguousarray(vectors[first : first + 65_536]))
    return Clusters(index)


def load(path: Path) -> Clusters | None:
    """Map what `Clusters.save` wrote; None where there is none.

    Raises:
        IndexDamagedError: It is cut short, or another kind of index.
    """
    if not path.exists():
        return None
    try:
        index: Any = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
        if not isinstance(index, faiss.IndexIVFScalarQuantizer):
            raise RuntimeError(f"it is a {type(index).__name__}")
        # FAISS would start 32 threads at each search to read lists ahead: 3 ms of a search that
        # takes .3 without them (100,000 rows, one list in 34 looked through).
        lists: Any = faiss.downcast_InvertedLists(index.invlists)  # type: ignore[arg-type]
        lists.prefetch_nthread = 0
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1][:200]
        raise IndexDamagedError(f"cannot read {path}: {reason}; run: qa verify --repair") from error
    return Clusters(index)
