"""The lexical index for small archives: rank-bm25, with its idf mended.

BM25: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
`BM25Okapi`'s own idf is zero or negative for terms in half of the passages or more (two passages:
every score 0), so Lucene's is put in its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from rank_bm25 import BM25Okapi

from qa.analysis import idf
from qa.errors import IndexDamagedError
from qa.protocols import Floats, Ids, Scored


class _Okapi(BM25Okapi):  # type: ignore[misc]  # rank-bm25 is untyped
    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.document_frequencies = nd
        self.idf = {term: idf(self.corpus_size, df) for term, df in nd.items()}


class BM25Index:
    """BM25 (k1 1.5, b .75) over the terms of all passages, held in memory.

    A query costs time in proportion to the passages: 56 ms at 20,000.

    Args:
        ids: int64 (n,), ascending passage ids.
        terms: The terms of each passage, in the same order.
    """

    def __init__(self, ids: Ids, terms: Sequence[Sequence[str]]) -> None:
        self._ids = ids
        self._terms = terms
        # rank-bm25 divides by the number of documents, and by their mean length.
        self._okapi = _Okapi(terms) if any(terms) else None

    def __len__(self) -> int:
        return len(self._ids)

    def search(self, terms: Sequence[str], k: int, allowed: Ids | None = None) -> list[Scored]:
        """See `LexicalIndex.search`."""
        ids = self._ids if allowed is None else np.intersect1d(self._ids, allowed)
        scores = self.scores(terms, ids)
        # Every term has a positive idf here, so a score above 0 is exactly "shares a term".
        found = np.flatnonzero(scores > 0)
        best = found[np.lexsort((ids[found], -scores[found]))][:k]
        return [Scored(int(ids[i]), float(scores[i])) for i in best]

    def scores(self, terms: Sequence[str], ids: Ids) -> Floats:
        """See `LexicalIndex.scores`."""
        known = [t for t in terms if self._okapi is not None and t in self._okapi.idf]
        if self._okapi is None or not known or len(ids) == 0:
            return np.zeros(len(ids), dtype=np.float32)
        if np.array_equal(ids, self._ids):
            return np.asarray(self._okapi.get_scores(known), dtype=np.float32)
        rows = np.searchsorted(self._ids, ids).tolist()
        return np.asarray(self._okapi.get_batch_scores(known, rows), dtype=np.float32)

    def document_frequency(self, term: str) -> int:
        """See `LexicalIndex.document_frequency`."""
        return 0 if self._okapi is None else self._okapi.document_frequencies.get(term, 0)

    def save(self, path: Path) -> None:
        """Write ids and terms as JSON: rank-bm25 itself offers pickle only."""
        document = {"ids": self._ids.tolist(), "terms": [" ".join(t) for t in self._terms]}
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> BM25Index:
        """Read what `save` wrote.

        Raises:
            IndexDamagedError: The file is missing or not what was written.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            ids = np.asarray(document["ids"], dtype=np.int64)
            terms = [t.split(" ") if t else [] for t in document["terms"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexDamagedError(
                f"cannot read {path}: {error}; run: qa index --rebuild"
            ) from error
        if len(ids) != len(terms):
            raise IndexDamagedError(
                f"{path}: {len(ids)} ids, {len(terms)} passages; run: qa index --rebuild"
            )
        return cls(ids, terms)

    @classmethod
    def build(cls, passages: Iterable[tuple[int, Sequence[str]]]) -> BM25Index:
        """Build from (passage id, terms) pairs in any order."""
        pairs = sorted(passages, key=lambda pair: pair[0])
        return cls(np.asarray([i for i, _ in pairs], dtype=np.int64), [t for _, t in pairs])
