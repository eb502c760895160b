"""Fuse the lexical and the dense ranking into one.

Convex combination of min-max normalised scores: Bruch, Gai, Ingber, "An Analysis of Fusion
Functions for Hybrid Retrieval" (ACM TOIS 2023). Reciprocal rank fusion: Cormack, Clarke, Büttcher
(SIGIR 2009). Convex wins on every set measured here (`docs/quality.md`).
"""

from __future__ import annotations

import numpy as np

from qa.protocols import Floats

RRF_K = 60
"""The constant of the original paper."""


def min_max(scores: Floats) -> Floats:
    """Scale scores to [0, 1]. Equal scores say nothing about the order and all become 1.

    Args:
        scores: float32 (n,); n may be 0.

    Returns:
        float32 (n,).
    """
    if scores.size == 0:
        return scores
    low, high = scores.min(), scores.max()
    if high - low < 1e-9:
        return np.ones_like(scores)
    return np.asarray((scores - low) / (high - low), dtype=np.float32)


def convex(lexical: Floats, dense: Floats, dense_weight: float) -> Floats:
    """`(1 - w) * lexical + w * dense` over min-max normalised scores.

    Both arms' scores must be those of the same passages in the same order: a passage that one
    arm did not return still has a score there, so nothing is dragged down for being missing. An
    arm that has nothing to say (all lexical scores 0: no term is shared) leaves it to the other.

    Args:
        lexical: float32 (n,), BM25 scores.
        dense: float32 (n,), inner products.
        dense_weight: w, from 0 to 1.

    Returns:
        float32 (n,) in [0, 1].
    """
    if not lexical.any():
        return min_max(dense)
    mixed = (1 - dense_weight) * min_max(lexical) + dense_weight * min_max(dense)
    return np.asarray(mixed, dtype=np.float32)


def rrf(lexical_ranks: Floats, dense_ranks: Floats) -> Floats:
    """Sum of `1 / (60 + rank)` over the arms that returned the passage.

    Args:
        lexical_ranks: float32 (n,), ranks from 1; infinity where the arm did not return it.
        dense_ranks: float32 (n,), likewise.

    Returns:
        float32 (n,).
    """
    summed = 1 / (RRF_K + lexical_ranks) + 1 / (RRF_K + dense_ranks)
    return np.asarray(summed, dtype=np.float32)
