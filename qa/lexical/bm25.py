"""The lexical index for small archives: rank-bm25, with its idf mended.

BM25: Robertson, Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009).
`BM25Okapi`'s own idf is zero or negative for terms in half of the passages or more (two passages:
every score 0), so Lucene's is put in its place.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rank_bm25 import BM25Okapi

from qa.lexical.spelling import closest
from qa.protocols import Floats, Ids, Mask, Scored
from qa.segments.segment import Segment
from qa.text.analysis import idf


class _Okapi(BM25Okapi):  # type: ignore[misc]  # rank-bm25 is untyped
    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.document_frequencies = nd
        self.idf = {term: idf(self.corpus_size, df) for term, df in nd.items()}


class BM25Index:
    """BM25 (k1 1.5, b .75) over the words of all passages, held in memory.

    A query costs time in proportion to the passages: 56 ms at 20,000. Larger archives use
    `qa.lexical.inverted`, which gives the same scores.

    Args:
        segments: In order of their rows.
        alive: For each row whether it is not deleted, bool (rows,); None if none is.
    """

    def __init__(self, segments: Sequence[Segment], alive: Mask | None = None) -> None:
        self._vocabularies = [segment.postings.terms for segment in segments]
        documents = [words for segment in segments for words in segment.postings.documents()]
        everything = np.arange(len(documents), dtype=np.int64)
        self._rows = everything if alive is None else np.flatnonzero(alive)
        terms = [documents[row] for row in self._rows.tolist()]
        # rank-bm25 divides by the number of documents, and by their mean length.
        self._okapi = _Okapi(terms) if any(terms) else None

    @property
    def engine(self) -> str:
        """See `LexicalIndex.engine`."""
        return "rank-bm25"

    def __len__(self) -> int:
        return len(self._rows)

    def search(self, terms: Sequence[str], k: int, allowed: Mask | None = None) -> list[Scored]:
        """See `LexicalIndex.search`."""
        rows = self._rows if allowed is None else self._rows[allowed[self._rows]]
        scores = self.scores(terms, rows)
        # Every term has a positive idf here, so a score above 0 is exactly "shares a term".
        found = np.flatnonzero(scores > 0)
        best = found[np.lexsort((rows[found], -scores[found]))][:k]
        return [Scored(int(rows[i]), float(scores[i])) for i in best]

    def scores(self, terms: Sequence[str], rows: Ids) -> Floats:
        """See `LexicalIndex.scores`."""
        known = [t for t in terms if self._okapi is not None and t in self._okapi.idf]
        if self._okapi is None or not known or len(rows) == 0:
            return np.zeros(len(rows), dtype=np.float32)
        if np.array_equal(rows, self._rows):
            return np.asarray(self._okapi.get_scores(known), dtype=np.float32)
        places = np.searchsorted(self._rows, rows).tolist()
        return np.asarray(self._okapi.get_batch_scores(known, places), dtype=np.float32)

    def document_frequency(self, term: str) -> int:
        """See `LexicalIndex.document_frequency`."""
        return 0 if self._okapi is None else self._okapi.document_frequencies.get(term, 0)

    def occurring(self, terms: Sequence[str]) -> set[str]:
        """See `LexicalIndex.occurring`."""
        return {term for term in terms if self.document_frequency(term)}

    def similar(self, term: str) -> str | None:
        """See `LexicalIndex.similar`."""
        return closest(term, self._vocabularies, self.document_frequency)
