"""The lexical index for large archives: BM25 over the postings of memory-mapped segments.

Scores are those of the small index (`qa.lexical.bm25`) to the last digits of a float32, whatever
the segments: passages, lengths and document frequencies are counted over all that is not deleted.
Frequent terms of a question are looked up only in passages that can still be among the k best:
MaxScore, Turtle, Flood, "Query Evaluation: Strategies and Optimizations" (IPM 1995), term by term.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qa.lexical.spelling import closest
from qa.protocols import Floats, Ids, Mask, Scored
from qa.segments.layout import Layout
from qa.segments.postings import Counts, Rows
from qa.segments.segment import Segment
from qa.text.analysis import idf

K1: Final = 1.5
B: Final = 0.75
"""Those of rank-bm25."""

Doubles = npt.NDArray[np.float64]
Places = npt.NDArray[np.integer[Any]]


class InvertedIndex:
    """Implements `LexicalIndex` over segments.

    Args:
        segments: In order of their rows.
        alive: For each row whether it is not deleted, bool (rows,); None if none is.
    """

    def __init__(self, segments: Sequence[Segment], alive: Mask | None = None) -> None:
        self._layout = Layout(segments)
        self._alive = alive

    @property
    def engine(self) -> str:
        """See `LexicalIndex.engine`."""
        return "inverted"

    def __len__(self) -> int:
        return self._layout.count(self._alive)

    @cached_property
    def _mean_length(self) -> float:
        total = sum(
            int(segment.postings.lengths[... if mask is None else mask].sum(dtype=np.int64))
            for segment, _, mask in self._layout.parts(self._alive)
        )
        return total / max(len(self), 1)

    def document_frequency(self, term: str) -> int:
        """See `LexicalIndex.document_frequency`."""
        found = 0
        for segment, _, mask in self._layout.parts(self._alive):
            rows, _ = segment.postings.of(term)
            found += len(rows) if mask is None else int(np.count_nonzero(mask[rows]))
        return found

    def occurring(self, terms: Sequence[str]) -> set[str]:
        """See `LexicalIndex.occurring`."""
        return {term for term in terms if self.document_frequency(term)}

    def similar(self, term: str) -> str | None:
        """See `LexicalIndex.similar`."""
        vocabularies = [segment.postings.terms for segment, _, _ in self._layout.parts(self._alive)]
        return closest(term, vocabularies, self.document_frequency)

    def search(self, terms: Sequence[str], k: int, allowed: Mask | None = None) -> list[Scored]:
        """See `LexicalIndex.search`."""
        weights = self._weights(terms)
        if not weights or k < 1:
            return []
        mask = self._alive if allowed is None else allowed
        parts = [
            (base + rows, scores)
            for segment, base, part in self._layout.parts(mask)
            for rows, scores in [self._best(segment, weights, k, part)]
        ]
        if not parts:
            return []
        rows = np.concatenate([rows for rows, _ in parts])
        scores = np.concatenate([scores for _, scores in parts]).astype(np.float32)
        best = np.lexsort((rows, -scores))[:k]
        return [Scored(int(rows[i]), float(scores[i])) for i in best]

    def scores(self, terms: Sequence[str], rows: Ids) -> Floats:
        """See `LexicalIndex.scores`."""
        weights = self._weights(terms)
        found = np.zeros(len(rows), dtype=np.float64)
        for segment, places, local in self._layout.split(rows):
            for term, weight in weights:
                found[places] += self._looked_up(segment, term, weight, local)
        return found.astype(np.float32)

    def _weights(self, terms: Sequence[str]) -> list[tuple[str, float]]:
        """The terms that occur, each with its idf for every time it is asked, rarest first."""
        frequencies = {term: self.document_frequency(term) for term in terms}
        known = [
            (term, idf(len(self), frequency) * terms.count(term))
            for term, frequency in frequencies.items()
            if frequency
        ]
        return sorted(known, key=lambda pair: -pair[1])

    def _best(
        self, segment: Segment, weights: list[tuple[str, float]], k: int, mask: Mask | None
    ) -> tuple[Places, Doubles]:
        """At least the k best rows of a segment, each with its score."""
        scores = np.zeros(len(segment), dtype=np.float64)  # pages untouched cost nothing
        touched: list[Places] = []
        bounds = [weight * (K1 + 1) for _, weight in weights]  # BM25's limit as the count grows
        for place, (term, weight) in enumerate(weights):
            rows, counts = segment.postings.of(term)
            if mask is not None:
                kept = mask[rows]
                rows, counts = rows[kept], counts[kept]
            touched.append(rows[scores[rows] == 0])
            scores[rows] += self._gains(segment, rows, counts, weight)
            rest = sum(bounds[place + 1 :])
            found = np.concatenate(touched)
            if len(found) <= k or place + 1 == len(weights):
                continue
            reached = scores[found]
            threshold = np.partition(reached, -k)[-k]
            if threshold > rest:  # no other row can come among the k best any more
                rows = np.sort(found[reached >= threshold - rest])
                totals = scores[rows]
                for other, other_weight in weights[place + 1 :]:
                    totals += self._looked_up(segment, other, other_weight, rows)
                return _best_of(rows, totals, k)
        found = np.concatenate(touched)
        return _best_of(found, scores[found], k)

    def _looked_up(self, segment: Segment, term: str, weight: float, rows: Places) -> Doubles:
        """What a term adds to the score of each of the rows."""
        holders, counts = segment.postings.of(term)
        gains = np.zeros(len(rows), dtype=np.float64)
        if len(holders) == 0:
            return gains
        places = np.minimum(np.searchsorted(holders, rows), len(holders) - 1)
        held = holders[places] == rows
        chosen = places[held]
        gains[held] = self._gains(segment, holders[chosen], counts[chosen], weight)
        return gains

    def _gains(self, segment: Segment, rows: Rows, counts: Counts, weight: float) -> Doubles:
        relative = segment.postings.lengths[rows] / self._mean_length
        frequency = counts.astype(np.float64)
        return np.asarray(
            weight * (frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * relative)))
        )


def _best_of(rows: Places, scores: Doubles, k: int) -> tuple[Places, Doubles]:
    """The k best, with all that tie with the last of them."""
    if len(rows) <= k:
        return rows, scores
    best = scores >= np.partition(scores, -k)[-k]
    return rows[best], scores[best]
