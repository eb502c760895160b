"""Engines speak of rows; the contract suites speak of passage ids, however segments lie."""

from __future__ import annotations

import numpy as np

from qa.protocols import Scored
from qa.segments import Segment, merge
from qa.segments.segment import Indexed


def array(*ids):
    return np.asarray(ids, dtype=np.int64)


class ById:
    """An engine over segments, asked by passage id.

    Args:
        make: From segments and the mask of what is alive to an engine.
        passages: (id, terms) pairs.
        vectors: One for each passage; None gives them zeros.
        pieces: Over how many segments they are spread.
        deleted: Whether a deleted passage stands before and after each of them.
        merged: Whether the segments are then merged into one.
    """

    def __init__(self, make, passages, vectors=None, *, pieces=1, deleted=False, merged=False):
        passages = sorted(passages, key=lambda pair: pair[0])
        if vectors is None:
            vectors = np.zeros((len(passages), 4), dtype=np.float32)
        rows = [(number, list(words), vector, True) for (number, words), vector in
                zip(passages, vectors, strict=True)]  # fmt: skip
        if deleted:
            junk = ["ferri", "tram", "same", "a", "b", "said"]
            rows = [
                row
                for real in rows
                for row in ((-1, junk, real[2], False), real, (-1, junk, -real[2], False))
            ]
        size = max(-(-len(rows) // pieces), 1)
        segments = [
            Segment.build(
                f"s{first}",
                [Indexed(first + n + 1, row[1]) for n, row in enumerate(part)],
                np.stack([row[2] for row in part]),
            )
            for first in range(0, len(rows), size)
            for part in [rows[first : first + size]]
        ]
        self._ids = array(*(row[0] for row in rows))
        alive = np.asarray([row[3] for row in rows], dtype=np.bool_)
        if merged and segments:
            bases = np.cumsum([len(segment) for segment in segments])[:-1]
            segments = [merge("merged", segments, np.split(alive, bases))]
            self._ids, alive = self._ids[alive], alive[alive]
        self._rows = {int(i): row for row, i in enumerate(self._ids) if i >= 0}
        self.engine = make(segments, None if alive.all() else alive)

    def __len__(self):
        return len(self.engine)

    def search(self, query, k, allowed=None):
        mask = None
        if allowed is not None:
            mask = np.isin(self._ids, [i for i in allowed.tolist() if i >= 0])
        found = self.engine.search(query, k, mask)
        return [Scored(int(self._ids[hit.row]), hit.score) for hit in found]

    def scores(self, query, ids):
        return self.engine.scores(query, array(*(self._rows[i] for i in ids.tolist())))

    def document_frequency(self, term):
        return self.engine.document_frequency(term)

    def occurring(self, terms):
        return self.engine.occurring(terms)

    def similar(self, term):
        return self.engine.similar(term)


ARRANGEMENTS = {
    "one segment": {},
    "three segments": {"pieces": 3},
    "three with deleted passages": {"pieces": 3, "deleted": True},
    "merged": {"pieces": 3, "deleted": True, "merged": True},
}
