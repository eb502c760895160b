"""Rank passages for a question: both arms searched, their candidates scored by both, then fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa import fusion
from qa.protocols import Floats, Ids, LexicalIndex, Mask, Scored, VectorIndex
from qa.records import Evidence
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row with its fused score and what each arm says of it."""

    row: int
    score: float
    lexical: Evidence | None
    dense: Evidence | None


def rank(
    terms: Sequence[str],
    vector: Floats,
    lexical: LexicalIndex,
    dense: VectorIndex,
    settings: Settings,
    k: int,
    allowed: Mask | None = None,
) -> list[Ranked]:
    """The k best passages, best first, ties by row.

    Args:
        terms: The question's terms; may be empty, then the dense arm alone decides.
        vector: The question's unit vector, float32 (dimension,).
        lexical: Index of the same passages as `dense`.
        dense: See `lexical`.
        settings: Fusion method, weight and depth.
        k: At most this many.
        allowed: For each row whether it may be returned; None allows all that are not deleted.
    """
    depth = max(settings.depth, k)
    by_words = lexical.search(terms, depth, allowed)
    by_vector = dense.search(vector, depth, allowed)
    lexical_evidence, dense_evidence = _evidence(by_words), _evidence(by_vector)
    rows = np.asarray(sorted(lexical_evidence.keys() | dense_evidence.keys()), dtype=np.int64)
    if len(rows) == 0:
        return []
    if settings.fusion == "rrf":
        fused = fusion.rrf(_ranks(lexical_evidence, rows), _ranks(dense_evidence, rows))
    else:
        # Each arm scores the other's finds too: no passage loses for being missing in one.
        fused = fusion.convex(
            lexical.scores(terms, rows), dense.scores(vector, rows), settings.dense_weight
        )
    best = np.lexsort((rows, -fused))[:k]
    return [
        Ranked(i, float(score), lexical_evidence.get(i), dense_evidence.get(i))
        for i, score in zip(rows[best].tolist(), fused[best], strict=True)
    ]


def _evidence(hits: Sequence[Scored]) -> dict[int, Evidence]:
    return {hit.row: Evidence(rank, hit.score) for rank, hit in enumerate(hits, 1)}


def _ranks(evidence: dict[int, Evidence], rows: Ids) -> Floats:
    ranks = [evidence[i].rank if i in evidence else np.inf for i in rows.tolist()]
    return np.asarray(ranks, dtype=np.float32)
