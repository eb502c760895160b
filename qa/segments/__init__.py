"""Segments: immutable files that hold everything about some passages that a search looks at.

A generation is a list of segments and the ids of the passages deleted since. Adding articles writes
one small segment; small segments are merged into larger ones now and then. A segment holds words,
vectors and filter columns of the same passages in one file, so none of them can drift from the
others. The design is Lucene's; the merging policy is the logarithmic method of Bentley, Saxe
("Decomposable Searching Problems", 1980).
"""

from __future__ import annotations

from qa.segments.merging import merge
from qa.segments.segment import Segment

__all__ = ["Segment", "merge"]
