"""Rank passages for a question.

Both arms are searched, their candidates scored by both and fused; the first of these are scored by
late interaction besides, and what that says is mixed in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from qa.protocols import Allowed, Floats, Ids, LexicalIndex, Scored, VectorIndex
from qa.records import Evidence
from qa.search import fusion
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Ranked:
    """A row with its fused score and what each arm says of it.

    Attributes:
        row: Which passage.
        score: The fused score.
        arms_score: What it is without late interaction.
        lexical: The lexical arm's rank and score, if it returned the row.
        dense: The dense arm's.
        late: Late interaction's, where the row was among the first; its ranks are among these.
        lexical_share: The lexical arm's share of the fused score, 0 to 1.
        late_share: Late interaction's share, likewise; the rest is the dense arm's.
        factor: What the fused score was multiplied by, see `rank`.
    """

    row: int
    score: float
    arms_score: float
    lexical: Evidence | None
    dense: Evidence | None
    late: Evidence | None
    lexical_share: float
    late_share: float
    factor: float


def rank(
    terms: Sequence[str],
    vector: Floats,
    lexical: LexicalIndex,
    dense: VectorIndex,
    settings: Settings,
    k: int,
    allowed: Allowed | None = None,
    factors: Callable[[Ids], Floats] | None = None,
    late: Callable[[Ids], Floats] | None = None,
) -> list[Ranked]:
    """The k best passages, best first, ties by row.

    Args:
        terms: The question's terms; may be empty, then the dense arm alone decides.
        vector: The question's unit vector, float32 (dimension,).
        lexical: Index of the same passages as `dense`.
        dense: See `lexical`.
        settings: Fusion method, weights and depths.
        k: At most this many.
        allowed: Which rows may be returned; None allows all that are not deleted.
        factors: What the fused scores of rows are multiplied by, above 0 and up to 1.
        late: Scores rows by late interaction (`qa.search.rescoring`); None leaves it
            out. It is not asked where no passage shares a word: tokens match anything a little.
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
    factor = np.ones_like(fused) if factors is None else factors(rows)
    arms = fused
    late_evidence: dict[int, Evidence] = {}
    near = np.zeros_like(fused)
    if late is not None and by_words and settings.late_weight > 0:
        head = np.lexsort((rows, -(fused * factor)))[: settings.rerank_depth]
        closeness = late(rows[head])
        weight, top = settings.late_weight, max(float(fused.max()), 1e-9)
        # Those below the head get nothing, so none of them can pass one of the head.
        near[head] = weight * fusion.min_max(closeness)
        # Reciprocal ranks are hundredths, convex fusion's scores are on this scale already.
        scale = (1 - weight) / (top if settings.fusion == "rrf" else 1.0)
        fused, by_lexical = fused * scale + near, by_lexical * scale
        order = np.lexsort((rows[head], -closeness))
        late_evidence = {
            int(rows[head[place]]): Evidence(number, float(closeness[place]))
            for number, place in enumerate(order.tolist(), 1)
        }
    lexical_share, late_share = _share(by_lexical, fused), _share(near, fused)
    if factors is not None:
        fused, arms = _aged(fused, factor), _aged(arms, factor)
    best = np.lexsort((rows, -fused))[:k]
    return [
        Ranked(
            row=int(rows[place]),
            score=float(fused[place]),
            arms_score=float(arms[place]),
            lexical=lexical_evidence.get(int(rows[place])),
            dense=dense_evidence.get(int(rows[place])),
            late=late_evidence.get(int(rows[place])),
            lexical_share=float(lexical_share[place]),
            late_share=float(late_share[place]),
            factor=float(factor[place]),
        )
        for place in best.tolist()
    ]


def _aged(scores: Floats, factor: Floats) -> Floats:
    """Scores times factors, on the scale of before: the judgement of an answer was fitted on it."""
    aged = scores * factor
    return np.asarray(aged * (scores.max() / max(aged.max(), 1e-9)), dtype=np.float32)


def _share(part: Floats, whole: Floats) -> Floats:
    share = np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
    return np.minimum(share, np.float32(1))


def _evidence(hits: Sequence[Scored]) -> dict[int, Evidence]:
    return {hit.row: Evidence(rank, hit.score) for rank, hit in enumerate(hits, 1)}


def _ranks(evidence: dict[int, Evidence], rows: Ids) -> Floats:
    ranks = [evidence[i].rank if i in evidence else np.inf for i in rows.tolist()]
    return np.asarray(ranks, dtype=np.float32)
