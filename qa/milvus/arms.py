"""Words and vectors in a Milvus server. A row is a passage's id, a set of rows an expression.

The server proposes and we score: its full-text search and its vector index give candidates under a
filter that it evaluates, and their scores are computed here, from their terms and their vectors, by
the formulas of the embedded engines. So scores, and with them fusion and refusals, mean the same on
either, whatever the server's own statistics are while rows are being written.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from qa.errors import IndexDamagedError
from qa.lexical.inverted import K1, B
from qa.lexical.spelling import closest
from qa.milvus import catalogue
from qa.milvus.catalogue import Current
from qa.milvus.collections import Names, term_code, visible
from qa.milvus.server import MissingError, Server, quoted
from qa.protocols import Floats, Ids, Scored
from qa.segments.postings import Terms
from qa.text.analysis import idf

REMEMBERED: Final = 4_000
"""Passages whose terms and vectors are kept: a question's candidates are scored by both arms."""

MOST: Final = 16_384
"""Rows that Milvus gives at most in one answer."""

_NEAR: Final = 2
"""Letters by which a misspelt term may be longer or shorter, see `qa.lexical.spelling`."""


class Candidate(NamedTuple):
    """What of a passage its scores are computed from."""

    terms: Counter[str]
    length: int
    vector: Floats
    day: int


class Passages:
    """The passages of one generation, and what was read of them.

    Args:
        server: Where they are.
        current: The generation.
    """

    FIELDS: Final = ("id", "words", "vector", "day")

    def __init__(self, server: Server, current: Current) -> None:
        self.server = server
        self.current = current
        self.names: Names = catalogue.names(server, current)
        self.dimension = current.manifest.dimension
        self._seen = visible(current.generation)
        self._known: dict[int, Candidate] = {}
        self._lock = threading.Lock()

    def where(self, allowed: str | None) -> str:
        """The expression of what a set lets through of what the generation sees."""
        return self._seen if not allowed else f"{self._seen} and {allowed}"

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401
        """As `Server.call`.

        Raises:
            IndexDamagedError: A collection has gone, as when a new build was published.
        """
        try:
            return self.server.call(method, *arguments, **options)
        except MissingError as error:
            self.server.failures += 1
            raise IndexDamagedError(
                f"a collection of {self.server.address} has gone; run: qa verify --repair "
                f"--index {self.server.address}"
            ) from error

    def search(self, field: str, asked: object, k: int, allowed: str | None) -> list[int]:
        """Ids of the k passages that the server finds best, in no order; more where they tie."""
        # More than asked for: the server's own scores order them a little differently.
        limit = min(k + k // 2 + 10, MOST)
        while True:
            [found] = self.call(
                "search",
                self.names.passages,
                [asked],
                anns_field=field,
                limit=limit,
                filter=self.where(allowed),
                output_fields=list(self.FIELDS),
                search_params={"params": {"ef": max(64, 2 * limit)}},
            )
            scores = [hit["distance"] for hit in found]
            # The lowest ids win a tie, which the server does not promise: look past it.
            tied = len(found) == limit and abs(scores[-1] - scores[min(k, limit) - 1]) < 1e-6
            if not tied or limit == MOST:
                break
            limit = min(2 * limit, MOST)
        self._remember(hit["entity"] for hit in found)
        return [int(hit["id"]) for hit in found]

    def candidates(self, rows: Ids | Sequence[int]) -> list[Candidate]:
        """What is known of passages, in the order asked for.

        Raises:
            IndexDamagedError: One is not there.
        """
        wanted = [int(row) for row in rows]
        with self._lock:
            found = {row: self._known[row] for row in wanted if row in self._known}
        if missing := [row for row in wanted if row not in found]:
            for start in range(0, len(missing), 1_000):
                where = f"id in {quoted(missing[start : start + 1_000])}"
                read = self.call(
                    "query", self.names.passages, filter=where, output_fields=list(self.FIELDS)
                )
                found |= self._remember(read)
        if lost := [row for row in wanted if row not in found]:
            raise IndexDamagedError(
                f"{self.server.address} lacks passage {lost[0]}; run: qa verify --repair --index "
                f"{self.server.address}"
            )
        return [found[row] for row in wanted]

    def _remember(self, rows: Iterable[Any]) -> dict[int, Candidate]:
        found = {}
        for row in rows:
            terms = row["words"].split()
            vector = np.asarray(row["vector"], dtype=np.float32)
            found[int(row["id"])] = Candidate(Counter(terms), len(terms), vector, int(row["day"]))
        with self._lock:
            if len(self._known) + len(found) > REMEMBERED:
                self._known.clear()
            self._known |= found
        return found


class MilvusWords:
    """Implements `LexicalIndex` over a Milvus server.

    Args:
        passages: Those of the generation.
    """

    engine = "milvus-bm25"

    def __init__(self, passages: Passages) -> None:
        self._passages = passages
        self._frequencies: dict[str, int] = {}
        count = passages.current.manifest.passages
        self._mean_length = passages.current.length / max(count, 1)

    def __len__(self) -> int:
        return self._passages.current.manifest.passages

    def search(self, terms: Sequence[str], k: int, allowed: str | None = None) -> list[Scored]:
        """See `LexicalIndex.search`."""
        known = self._known(terms)
        if not known or k < 1:
            return []
        asked = " ".join(term_code(term) for term in terms if term in known)
        ids = np.asarray(sorted(self._passages.search("sparse", asked, k, allowed)), dtype=np.int64)
        return _best(ids, self.scores(terms, ids), k, above=0.0)

    def scores(self, terms: Sequence[str], rows: Ids) -> Floats:
        """See `LexicalIndex.scores`."""
        weights = [
            (term_code(term), idf(len(self), frequency) * list(terms).count(term))
            for term, frequency in self._known(terms).items()
        ]
        found = np.zeros(len(rows), dtype=np.float64)
        if not weights or not len(rows):
            return found.astype(np.float32)
        for place, candidate in enumerate(self._passages.candidates(rows)):
            relative = candidate.length / self._mean_length
            for code, weight in weights:
                if count := candidate.terms[code]:
                    found[place] += weight * (
                        count * (K1 + 1) / (count + K1 * (1 - B + B * relative))
                    )
        return found.astype(np.float32)

    def document_frequency(self, term: str) -> int:
        """See `LexicalIndex.document_frequency`."""
        return self._read([term])[term]

    def occurring(self, terms: Sequence[str]) -> set[str]:
        """See `LexicalIndex.occurring`."""
        # Not remembered: most of what is asked for is no word at all.
        return {term for term, count in self._fetched(terms).items() if count}

    def similar(self, term: str) -> str | None:
        """See `LexicalIndex.similar`."""
        if not (term.isascii() and term.isalpha()):
            return None
        low, high = len(term) - _NEAR, len(term) + _NEAR
        where = f"letter == {quoted(term[0])} and length >= {low} and length <= {high}"
        try:
            rows = list(self._passages.server.rows(self._passages.names.terms, where, [], "term"))
        except MissingError:
            return None
        vocabulary = Terms.of(sorted(row["term"].encode() for row in rows))
        return closest(term, [vocabulary], self.document_frequency)

    def _known(self, terms: Sequence[str]) -> dict[str, int]:
        return {term: count for term, count in self._read(list(terms)).items() if count}

    def _read(self, terms: list[str]) -> dict[str, int]:
        if missing := [term for term in dict.fromkeys(terms) if term not in self._frequencies]:
            self._frequencies |= self._fetched(missing)
        return {term: self._frequencies[term] for term in terms}

    def _fetched(self, terms: Sequence[str]) -> dict[str, int]:
        codes = {term_code(term): term for term in terms}
        rows = self._passages.call(
            "query",
            self._passages.names.terms,
            filter=f"term in {quoted(list(codes))}",
            output_fields=["term", "frequency", "earlier", "since"],
        )
        generation = self._passages.current.generation
        found = dict.fromkeys(terms, 0)
        for row in rows:
            now = row["since"] <= generation
            found[codes[row["term"]]] = int(row["frequency" if now else "earlier"])
        return found


class MilvusVectors:
    """Implements `VectorIndex` over a Milvus server.

    Args:
        passages: Those of the generation.
    """

    def __init__(self, passages: Passages) -> None:
        self._passages = passages

    @property
    def engine(self) -> str:
        """See `VectorIndex.engine`."""
        return f"milvus-{self._passages.current.kind.lower()}"

    def __len__(self) -> int:
        return self._passages.current.manifest.passages

    def search(self, vector: Floats, k: int, allowed: str | None = None) -> list[Scored]:
        """See `VectorIndex.search`."""
        self._check(vector)
        if k < 1 or not len(self):
            return []
        found = self._passages.search("vector", vector.astype(np.float32), k, allowed)
        ids = np.asarray(sorted(found), dtype=np.int64)
        return _best(ids, self.scores(vector, ids), k)

    def scores(self, vector: Floats, rows: Ids) -> Floats:
        """See `VectorIndex.scores`."""
        self._check(vector)
        if not len(rows):
            return np.zeros(0, dtype=np.float32)
        vectors = np.stack([candidate.vector for candidate in self._passages.candidates(rows)])
        # A product of matrices rounds its last rows differently: equal vectors must tie.
        return np.asarray(np.einsum("ij,j->i", vectors, vector), dtype=np.float32)

    def _check(self, vector: Floats) -> None:
        if vector.shape != (self._passages.dimension,):
            raise ValueError(
                f"the index holds vectors of {self._passages.dimension}, not {vector.shape}"
            )


def _best(ids: Ids, scores: Floats, k: int, above: float | None = None) -> list[Scored]:
    if above is not None:
        ids, scores = ids[scores > above], scores[scores > above]
    best = np.lexsort((ids, -scores))[:k]
    return [Scored(int(ids[i]), float(scores[i])) for i in best]
