"""Rows of a generation: those of its segments, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from qa.protocols import Ids, Mask
from qa.segments.segment import Segment


class Layout:
    """Where each segment's rows begin among all.

    Args:
        segments: In order of their rows.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._bases = np.cumsum([0, *(len(segment) for segment in segments)])

    def __len__(self) -> int:
        return int(self._bases[-1])

    def count(self, mask: Mask | None) -> int:
        """How many rows a mask lets through; None is all."""
        return len(self) if mask is None else int(np.count_nonzero(mask))

    def parts(self, mask: Mask | None) -> Iterator[tuple[Segment, int, Mask | None]]:
        """Each segment that has any allowed row, its first row, and its part of the mask."""
        for segment, base in zip(self._segments, self._bases[:-1].tolist(), strict=True):
            part = None if mask is None else mask[base : base + len(segment)]
            if len(segment) and (part is None or part.any()):
                yield segment, base, part

    def split(self, rows: Ids) -> Iterator[tuple[Segment, Ids, Ids]]:
        """Each segment that holds any of the rows: their places in `rows`, and their local rows."""
        owners = np.searchsorted(self._bases, rows, side="right") - 1
        for number, segment in enumerate(self._segments):
            places = np.flatnonzero(owners == number)
            if len(places):
                yield segment, places, rows[places] - self._bases[number]
