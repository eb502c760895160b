"""Exact nearest neighbours: FAISS, every vector compared. The oracle of the clustered search.

FAISS: Douze et al., "The Faiss library" (2024).
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import faiss
import numpy as np

from qa.protocols import Floats, Ids, Mask


class Exact:
    """All vectors of one segment.

    Args:
        vectors: float32 (n, dimension), unit length; mapped from a file as a rule.
    """

    def __init__(self, vectors: Floats) -> None:
        self._vectors = vectors

    @cached_property
    def _index(self) -> Any:  # noqa: ANN401 - FAISS is untyped
        index: Any = faiss.IndexFlatIP(self._vectors.shape[1])
        index.add(np.ascontiguousarray(self._vectors))
        return index

    def candidates(self, vector: Floats, k: int, allowed: Mask | None) -> Ids:
        """The k nearest rows, in no order. See `Clusters.candidates`."""
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(sel=selector(allowed))  # type: ignore[call-arg]
        query = np.ascontiguousarray(vector[None, :])
        _, rows = self._index.search(query, min(k, len(self._vectors)), params=parameters)
        # FAISS pads with id -1 where it finds fewer than asked for.
        return np.asarray(rows[0][rows[0] >= 0], dtype=np.int64)


def selector(allowed: Mask) -> Any:  # noqa: ANN401 - FAISS is untyped
    """FAISS's form of a mask over rows."""
    return faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))  # type: ignore
