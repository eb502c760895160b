"""The vector index of a generation: segments searched one by one, their finds scored exactly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qa.protocols import Floats, Ids, Mask, Scored
from qa.segments import clusters
from qa.segments.layout import Layout
from qa.segments.segment import Segment


class SegmentedVectors:
    """Implements `VectorIndex` over segments.

    Args:
        segments: In order of their rows.
        alive: For each row whether it is not deleted, bool (rows,); None if none is.
        exact: Compare all vectors, whatever the size of a segment.
    """

    def __init__(
        self, segments: Sequence[Segment], alive: Mask | None = None, *, exact: bool = False
    ) -> None:
        self._layout = Layout(segments)
        self._alive = alive
        self._clustered = not exact and any(segment.clusters for segment in segments)
        self._dimension = segments[0].vectors.shape[1] if segments else 0

    @property
    def engine(self) -> str:
        """See `LexicalIndex.engine`."""
        return "faiss-ivf-sq8" if self._clustered else "faiss-flat"

    def __len__(self) -> int:
        return self._layout.count(self._alive)

    def search(self, vector: Floats, k: int, allowed: Mask | None = None) -> list[Scored]:
        """See `VectorIndex.search`."""
        self._check(vector)
        if k < 1:
            return []
        mask = self._alive if allowed is None else allowed
        parts = [
            base + self._candidates(segment, vector, k, part)
            for segment, base, part in self._layout.parts(mask)
        ]
        rows = np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)
        scores = self.scores(vector, rows)
        best = np.lexsort((rows, -scores))[:k]
        return [Scored(int(rows[i]), float(scores[i])) for i in best]

    def scores(self, vector: Floats, rows: Ids) -> Floats:
        """See `VectorIndex.scores`."""
        self._check(vector)
        found = np.zeros(len(rows), dtype=np.float32)
        for segment, places, local in self._layout.split(rows):
            found[places] = segment.scores(vector, local)
        return found

    def _candidates(self, segment: Segment, vector: Floats, k: int, mask: Mask | None) -> Ids:
        if clusters.few(mask):
            assert mask is not None  # noqa: S101 - for the type checker
            return np.flatnonzero(mask)
        if self._clustered and segment.clusters is not None:
            return segment.clusters.candidates(vector, k, mask)
        return segment.exact.candidates(vector, k, mask)

    def _check(self, vector: Floats) -> None:
        # FAISS's own error is an assertion without text.
        if self._dimension and vector.shape != (self._dimension,):
            raise ValueError(f"the index holds vectors of {self._dimension}, not {vector.shape}")
