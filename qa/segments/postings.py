"""Postings: for each term the rows that hold it, and how often.

An inverted index in compressed-row form: `rows[starts[t]:starts[t + 1]]` are the rows of term t,
ascending. Terms are sorted, so that one is found by bisection in the mapped file and none has to be
loaded. Zobel, Moffat, "Inverted Files for Text Search Engines" (ACM Computing Surveys 2006).
"""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from qa.protocols import Ids, Mask

Counts = npt.NDArray[np.uint16]
Rows = npt.NDArray[np.int32]

MOST: Final = np.iinfo(np.uint16).max
"""The largest count of a term that is kept; BM25 has long been saturated by then."""


REMEMBERED: Final = 10_000
"""Terms whose places are kept in memory, a megabyte of them."""


class Terms(Sequence[bytes]):
    """Sorted terms as UTF-8, end to end in one array.

    Args:
        text: uint8 (bytes,).
        ends: int64 (terms,), where each term ends in `text`.
    """

    def __init__(self, text: npt.NDArray[np.uint8], ends: Ids) -> None:
        self.text = text
        self.ends = ends
        self._places: dict[bytes, int | None] = {}

    @classmethod
    def of(cls, terms: Sequence[bytes]) -> Terms:
        """From sorted terms."""
        text = np.frombuffer(b"".join(terms), dtype=np.uint8)
        return cls(text, np.cumsum([len(term) for term in terms], dtype=np.int64))

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, place: Any) -> Any:  # noqa: ANN401 - Sequence asks for slices too
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        start = self.ends[place - 1] if place else 0
        return self.text[start : self.ends[place]].tobytes()

    def find(self, term: bytes) -> int | None:
        """The place of a term, or None. A question looks for each of its terms several times."""
        try:
            return self._places[term]  # in one step: another thread may clear them at any moment
        except KeyError:
            place = bisect_left(self, term)
        found = place if place < len(self) and self[place] == term else None
        if len(self._places) >= REMEMBERED:
            self._places.clear()
        self._places[term] = found
        return found


@dataclass(frozen=True, slots=True)
class Postings:
    """The words of n passages.

    Attributes:
        terms: Every term that occurs, sorted.
        starts: int64 (terms + 1,).
        rows: int32 (starts[-1],).
        counts: uint16, as `rows`: how often the row holds the term.
        lengths: int32 (n,), how many terms each passage has.
    """

    terms: Terms
    starts: Ids
    rows: Rows
    counts: Counts
    lengths: Rows

    @classmethod
    def build(cls, passages: Iterable[Sequence[str]]) -> Postings:
        """From the terms of each passage, in order."""
        codes: dict[str, int] = {}
        term_codes, rows, counts, lengths = array("i"), array("i"), array("H"), array("i")
        for row, terms in enumerate(passages):
            lengths.append(len(terms))
            for term, count in Counter(terms).items():
                term_codes.append(codes.setdefault(term, len(codes)))
                rows.append(row)
                counts.append(min(count, MOST))
        encoded = sorted((term.encode(), code) for term, code in codes.items())
        places = np.empty(len(codes), dtype=np.int64)
        places[[code for _, code in encoded]] = np.arange(len(codes))
        place = places[np.asarray(term_codes, dtype=np.int64)]
        order = np.argsort(place, kind="stable")  # rows are ascending already
        return cls(
            terms=Terms.of([term for term, _ in encoded]),
            starts=_starts(np.bincount(place, minlength=len(codes))),
            rows=np.asarray(rows, dtype=np.int32)[order],
            counts=np.asarray(counts, dtype=np.uint16)[order],
            lengths=np.asarray(lengths, dtype=np.int32),
        )

    @classmethod
    def merge(cls, parts: Sequence[Postings], kept: Sequence[Mask]) -> Postings:
        """Join parts, their rows one after the other, leaving out rows that are not kept.

        Args:
            parts: In the order of their rows.
            kept: For each part, for each of its rows, whether it stays.
        """
        vocabulary = sorted(set().union(*(part.terms for part in parts)))
        codes = {term: code for code, term in enumerate(vocabulary)}
        moved = [part._moved(codes, mask) for part, mask in zip(parts, kept, strict=True)]
        frequencies = sum((m.frequencies for m in moved), np.zeros(len(vocabulary), np.int64))
        starts = _starts(frequencies)
        rows = np.empty(starts[-1], dtype=np.int32)
        counts = np.empty(starts[-1], dtype=np.uint16)
        first, filled = 0, starts[:-1].copy()
        for m in moved:
            # Of each term, this part's postings follow those of the parts before.
            shift = filled - _starts(m.frequencies)[:-1]
            target = np.repeat(shift, m.frequencies) + np.arange(len(m.rows))
            rows[target] = m.rows + first
            counts[target] = m.counts
            filled += m.frequencies
            first += m.size
        lengths = [part.lengths[mask] for part, mask in zip(parts, kept, strict=True)]
        used = np.flatnonzero(frequencies)  # the last passage with a term may be gone
        return cls(
            terms=Terms.of([vocabulary[i] for i in used.tolist()]),
            starts=_starts(frequencies[used]),
            rows=rows,
            counts=counts,
            lengths=np.concatenate(lengths).astype(np.int32),
        )

    def _moved(self, codes: Mapping[bytes, int], kept: Mask) -> _Moved:
        alive = kept[self.rows]
        lost = np.concatenate(([0], np.cumsum(~alive)))
        own = np.diff(self.starts) - (lost[self.starts[1:]] - lost[self.starts[:-1]])
        frequencies = np.zeros(len(codes), dtype=np.int64)
        frequencies[[codes[term] for term in self.terms]] = own
        row_of = np.cumsum(kept) - 1
        return _Moved(
            frequencies, row_of[self.rows[alive]], self.counts[alive], int(np.count_nonzero(kept))
        )

    def of(self, term: str) -> tuple[Rows, Counts]:
        """The rows that hold a term, ascending, and how often each does."""
        place = self.terms.find(term.encode())
        if place is None:
            return np.empty(0, np.int32), np.empty(0, np.uint16)
        return self._at(place)

    def _at(self, place: int) -> tuple[Rows, Counts]:
        span = slice(int(self.starts[place]), int(self.starts[place + 1]))
        return self.rows[span], self.counts[span]

    def signatures(self) -> npt.NDArray[np.uint64]:
        """A sum for each passage over its terms, see `signature`, uint64 (n,)."""
        codes = np.asarray([zlib.crc32(term) for term in self.terms], dtype=np.uint64)
        found = np.zeros(len(self.lengths), dtype=np.uint64)
        of_each = np.repeat(codes, np.diff(self.starts))
        np.add.at(found, self.rows, of_each * self.counts)
        return found

    def documents(self) -> list[list[str]]:
        """The terms of each passage, each as often as it occurs; their order is lost."""
        terms: list[list[str]] = [[] for _ in range(len(self.lengths))]
        for place, term in enumerate(self.terms):
            word = term.decode()
            span = slice(int(self.starts[place]), int(self.starts[place + 1]))
            for row, count in zip(
                self.rows[span].tolist(), self.counts[span].tolist(), strict=True
            ):
                terms[row] += [word] * count
        return terms


def signature(terms: Iterable[str]) -> int:
    """Tells one passage's terms from another's, whatever their order: the sum of their CRC-32."""
    return sum(min(n, MOST) * zlib.crc32(t.encode()) for t, n in Counter(terms).items()) % 2**64


@dataclass(frozen=True, slots=True)
class _Moved:
    """A part's postings, in the terms and rows of the merged index."""

    frequencies: Ids
    rows: npt.NDArray[np.integer[Any]]
    counts: Counts
    size: int


def _starts(frequencies: npt.NDArray[np.integer[Any]]) -> Ids:
    return np.concatenate(([0], np.cumsum(frequencies))).astype(np.int64)
