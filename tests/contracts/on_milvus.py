"""A Milvus server's engines, asked by passage id, as `by_id` asks those over segments.

All builds share one collection of passages, each as a generation of its own: that none sees, counts
or scores another's rows is tested with everything else.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from qa.milvus.arms import Passages
from qa.milvus.catalogue import Current
from qa.milvus.collections import LAYOUT, NOTHING, Names, make_build, term_code
from qa.milvus.generation import MilvusGeneration
from qa.milvus.server import Server
from qa.protocols import Scored
from qa.storage.manifest import Manifest
from tests.contracts.by_id import array

APART = 100_000
"""Between the rows of two builds; above all ids that the suites use."""

MANIFEST = Manifest(
    1, 1, 1, "", "", "", 0, 90, 0, 0, 0, 0, 0, [], {}, None, {}, ""
)  # fmt: skip


class MilvusBuilds:
    """Makes engines in one server. Only the one made last knows its terms.

    Args:
        server: Where.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self._made: set[str] = set()
        self._builds = 0

    def __call__(self, make, passages, vectors=None):
        """An engine.

        Args:
            make: `MilvusWords` or `MilvusVectors`.
            passages: (id, terms) pairs.
            vectors: One for each passage; None gives them zeros.
        """
        passages = list(passages)
        if vectors is None:
            vectors = np.zeros((len(passages), 4), dtype=np.float32)
        self._builds += 1
        number, dimension = self._builds, vectors.shape[1]
        manifest = replace(MANIFEST, generation=number, dimension=dimension, passages=len(passages))
        length = sum(len(terms) for _, terms in passages)
        build = f"d{dimension}"
        held = Passages(
            self._server, Current(LAYOUT, build, 1, "", "", "FLAT", length, 0, manifest)
        )
        if build not in self._made:
            make_build(self._server, held.names, dimension, "FLAT")
            self._made.add(build)
        self._write(held.names, number, passages, vectors)
        return OnMilvus(make, held, number * APART)

    def _write(self, names: Names, number: int, passages, vectors) -> None:
        self._server.write(
            names.passages,
            [
                {
                    "id": number * APART + passage, "added": number, "removed": number + 1,
                    "day": passage, "publisher": "", "author": [], "language": "", "agency": "",
                    "words": " ".join(map(term_code, terms)), "vector": vector,
                }
                for (passage, terms), vector in zip(passages, vectors, strict=True)
            ],
        )  # fmt: skip
        counts = Counter(term_code(term) for _, terms in passages for term in set(terms))
        self._server.call("delete", names.terms, filter='term != ""')
        self._server.write(
            names.terms,
            [
                {
                    "term": term, "letter": term[0], "length": len(term), "frequency": count,
                    "earlier": 0, "since": 0, "nothing": NOTHING,
                }
                for term, count in counts.items()
            ],
        )  # fmt: skip


class OnMilvus:
    """See `tests.contracts.by_id.ById`."""

    def __init__(self, make, passages: Passages, first: int) -> None:
        self.engine = make(passages)
        self._generation = MilvusGeneration(passages)
        self._first = first

    def __len__(self):
        return len(self.engine)

    def search(self, query, k, allowed=None):
        if allowed is not None:
            allowed = self._generation.only(allowed + self._first)
        found = self.engine.search(query, k, allowed)
        return [Scored(hit.row - self._first, hit.score) for hit in found]

    def scores(self, query, ids):
        return self.engine.scores(query, array(*ids.tolist()) + self._first)

    def document_frequency(self, term):
        return self.engine.document_frequency(term)

    def occurring(self, terms):
        return self.engine.occurring(terms)

    def similar(self, term):
        return self.engine.similar(term)
