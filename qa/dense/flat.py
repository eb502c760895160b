"""The exact vector index: FAISS, every vector compared.

FAISS: Douze et al., "The Faiss library" (2024). Exact search is the oracle of faster indexes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np

from qa.errors import IndexDamagedError
from qa.protocols import Floats, Ids, Scored


class FlatIndex:
    """Exact inner products over float32 vectors, held in memory.

    Args:
        ids: int64 (n,), ascending passage ids.
        vectors: float32 (n, dimension), unit length.
    """

    def __init__(self, ids: Ids, vectors: Floats) -> None:
        self._ids = np.ascontiguousarray(ids, dtype=np.int64)
        if len(np.unique(self._ids)) != len(self._ids):  # IndexIDMap would take them silently
            raise ValueError("passage ids must be unique")
        if vectors.ndim != 2 or len(vectors) != len(ids):
            raise ValueError(f"{len(ids)} ids need as many vectors, not {vectors.shape}")
        self._index: Any = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
        self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def search(self, vector: Floats, k: int, allowed: Ids | None = None) -> list[Scored]:
        """See `VectorIndex.search`."""
        count = len(self._ids) if allowed is None else len(allowed)
        if min(k, count) < 1:
            return []
        parameters = None
        if allowed is not None:
            selector = faiss.IDSelectorBatch(allowed)
            parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        query = self._row(vector)
        scores, ids = self._index.search(query, min(k, count), params=parameters)
        # FAISS pads with id -1 where it finds fewer than asked for.
        found = [Scored(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]
        return sorted(found, key=lambda hit: (-hit.score, hit.id))

    def scores(self, vector: Floats, ids: Ids) -> Floats:
        """See `VectorIndex.scores`."""
        if len(ids) == 0:
            return np.zeros(0, dtype=np.float32)
        rows = np.searchsorted(self._ids, ids)
        vectors = self._index.index.reconstruct_batch(rows)
        return np.asarray(vectors @ self._row(vector)[0], dtype=np.float32)

    def save(self, path: Path) -> None:
        """Write FAISS's own format."""
        faiss.write_index(self._index, str(path))

    @classmethod
    def load(cls, path: Path) -> FlatIndex:
        """Read what `save` wrote.

        Raises:
            IndexDamagedError: The file is missing, truncated, or another kind of index.
        """
        try:
            index: Any = faiss.read_index(str(path))
            ids = faiss.vector_to_array(index.id_map)
            loaded = cls.__new__(cls)
            loaded._index, loaded._ids = index, np.asarray(ids, dtype=np.int64)
        except (RuntimeError, AttributeError) as error:
            reason = str(error).strip().splitlines()[-1][:200]
            raise IndexDamagedError(
                f"cannot read {path}: {reason}; run: qa index --rebuild"
            ) from error
        return loaded

    def _row(self, vector: Floats) -> Floats:
        if vector.shape != (self.dimension,):  # FAISS's own error is an assertion without text
            raise ValueError(f"the index holds vectors of {self.dimension}, not {vector.shape}")
        return np.ascontiguousarray(vector[None, :], dtype=np.float32)
