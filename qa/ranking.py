"""Rank passages for a question: both arms searched, their candidates scored by both, then fused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qa import fusion
from qa.protocols import Floats, Ids, LexicalIndex, Mask, Scored, VectorIndex
from qa.records import Evidence
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row with its fused score and what each arm says of it.

    Attributes:
        row: Which passage.
        score: The fused score.
        lexical: The lexical arm's rank and score, if it returned the row.
        dense: The dense arm's.
        lexical_share: The lexical arm's share of the fused score, 0 to 1.
        factor: What the fused score was multiplied by, see `rank`.
    """

    row: int
    score: float
    lexical: Evidence | None
    dense: Evidence | None
    lexical_share: float
    factor: float


def rank(
    terms: Sequence[str],
    vector: Floats,
    lexical: LexicalIndex,
    dense: VectorIndex,
    settings: Settings,
    k: int,
    allowed: Mask | None = None,
    factors: Callable[[Ids], Floats] | None = None,
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
        factors: What the fused scores of rows are multiplied by, above 0 and up to 1.
    """
    depth = max(settings.depth, k)
    by_words = lexical.search(terms, depth, allowed)
    by_vector = dense.search(vector, depth, allowed)
    lexical_evidence, dense_evidence = _evidence(by_words), _evidence(by_vector)
    rows = np.asarray(sorted(lexical_evidence.keys() | dense_evidence.keys()), dtype=np.int64)
    if len(rows) == 0:
        return []
    if settings.fusion == "rrf":
        ranks = _ranks(lexical_evidence, rows), _ranks(dense_evidence, rows)
        fused = fusion.rrf(*ranks)
        by_lexical = fusion.rrf(ranks[0], np.full_like(ranks[1], np.inf))
    else:
        # Each arm scores the other's finds too: no passage loses for being missing in one.
        scores, weight = lexical.scores(terms, rows), settings.dense_weight
        fused = fusion.convex(scores, dense.scores(vector, rows), weight)
        by_lexical = (1 - weight) * fusion.min_max(scores) * scores.any()
    share = np.divide(by_lexical, fused, out=np.zeros_like(fused), where=fused > 0)
    factor = np.ones_like(fused)
    if factors is not None:
        factor = factors(rows)
        best_before = fused.max()
        fused = fused * factor
        # Back to the scale of before, which the judgement of an answer was fitted on.
        fused *= best_before / max(fused.max(), 1e-9)
    best = np.lexsort((rows, -fused))[:k]
    return [
        Ranked(
            row=int(rows[place]),
            score=float(fused[place]),
            lexical=lexical_evidence.get(int(rows[place])),
            dense=dense_evidence.get(int(rows[place])),
            lexical_share=min(float(share[place]), 1.0),
            factor=float(factor[place]),
        )
        for place in best.tolist()
    ]


def _evidence(hits: Sequence[Scored]) -> dict[int, Evidence]:
    return {hit.row: Evidence(rank, hit.score) for rank, hit in enumerate(hits, 1)}


def _ranks(evidence: dict[int, Evidence], rows: Ids) -> Floats:
    ranks = [evidence[i].rank if i in evidence else np.inf for i in rows.tolist()]
    return np.asarray(ranks, dtype=np.float32)
