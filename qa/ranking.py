"""Rank passages for a question: both arms searched, their candidates scored by both, then fused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from qa import fusion
from qa.protocols import Floats, Ids, LexicalIndex, Scored, VectorIndex
from qa.records import Evidence
from qa.settings import Settings


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage id with its fused score and what each arm says of it."""

    id: int
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
    allowed: Ids | None = None,
) -> list[Ranked]:
    """The k best passages, best first, ties by id.

    Args:
        terms: The question's terms; may be empty, then the dense arm alone decides.
        vector: The question's unit vector, float32 (dimension,).
        lexical: Index of the same passages as `dense`.
        dense: See `lexical`.
        settings: Fusion method, weight and depth.
        k: At most this many.
        allowed: Ids that may be returned, ascending; None allows all.
    """
    depth = max(settings.depth, k)
    by_words = lexical.search(terms, depth, allowed)
    by_vector = dense.search(vector, depth, allowed)
    lexical_evidence, dense_evidence = _evidence(by_words), _evidence(by_vector)
    ids = np.asarray(sorted(lexical_evidence.keys() | dense_evidence.keys()), dtype=np.int64)
    if len(ids) == 0:
        return []
    if settings.fusion == "rrf":
        fused = fusion.rrf(_ranks(lexical_evidence, ids), _ranks(dense_evidence, ids))
    else:
        # Each arm scores the other's finds too: no passage loses for being missing in one.
        fused = fusion.convex(
            lexical.scores(terms, ids), dense.scores(vector, ids), settings.dense_weight
        )
    best = np.lexsort((ids, -fused))[:k]
    return [
        Ranked(i, float(score), lexical_evidence.get(i), dense_evidence.get(i))
        for i, score in zip(ids[best].tolist(), fused[best], strict=True)
    ]


def _evidence(hits: Sequence[Scored]) -> dict[int, Evidence]:
    return {hit.id: Evidence(rank, hit.score) for rank, hit in enumerate(hits, 1)}


def _ranks(evidence: dict[int, Evidence], ids: Ids) -> Floats:
    ranks = [evidence[i].rank if i in evidence else np.inf for i in ids.tolist()]
    return np.asarray(ranks, dtype=np.float32)
