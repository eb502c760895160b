"""When segments are merged, and how."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from qa.protocols import Mask
from qa.segments import clusters
from qa.segments.columns import Columns
from qa.segments.postings import Postings
from qa.segments.segment import Segment

RATIO: Final = 8
"""A segment is at least this many times as large as all that follow it, or it is merged with them.
A million passages are thus in at most eight segments. A thousand articles of three passages, added
one by one, cost fifteen times the writing of adding them at once (`tests/segments`)."""

DEAD: Final = 0.2
"""A segment is rewritten when this share of it has been deleted."""


def plan(sizes: Sequence[int], alive: Sequence[int]) -> slice | None:
    """Which run of segments to merge next; None if all is well.

    Args:
        sizes: Rows of each segment, in order.
        alive: How many of them are not deleted.
    """
    following = 0
    first = len(sizes)
    for place in reversed(range(len(sizes))):
        if following and alive[place] < RATIO * following:
            first = place
        following += alive[place]
    if first < len(sizes):
        return slice(first, len(sizes))
    for place, (size, left) in enumerate(zip(sizes, alive, strict=True)):
        if size - left > DEAD * size:
            return slice(place, place + 1)
    return None


def merge(name: str, segments: Sequence[Segment], alive: Sequence[Mask]) -> Segment:
    """One segment of the passages of several that are not deleted.

    Args:
        name: Of the new segment.
        segments: Neighbours, in order.
        alive: For each, bool (rows,).
    """
    pairs = list(zip(segments, alive, strict=True))
    merged = Segment(
        name=name,
        ids=np.concatenate([segment.ids[mask] for segment, mask in pairs]),
        vectors=np.concatenate([segment.vectors[mask] for segment, mask in pairs]),
        postings=Postings.merge([segment.postings for segment in segments], alive),
        columns=Columns.merge([segment.columns for segment in segments], alive),
    )
    if len(merged) < clusters.FROM:
        return merged
    return replace(merged, clusters=clusters.build(merged.vectors))
