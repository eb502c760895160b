"""How sure a mean is, and whether two arms differ: resampling over the questions.

Intervals: percentile bootstrap (Efron, "Bootstrap Methods: Another Look at the Jackknife", Annals
of Statistics 1979). Tests: the paired randomisation test, which of those compared by Smucker,
Allan, Carterette ("A Comparison of Statistical Significance Tests for Information Retrieval
Evaluation", CIKM 2007) assumes least.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

SEED: Final = 0
RESAMPLES: Final = 10_000
"""Of the questions, for intervals and tests; the smallest p-value is one in as many."""

CONFIDENCE: Final = 0.95

_AT_ONCE: Final = 500
"""Resamples drawn together: 500 of 10,000 questions are 40 MB."""

Values = npt.NDArray[np.float64]


def intervals(values: Values) -> Values:
    """Confidence intervals of means over questions.

    Args:
        values: float64 (questions, figures), at least one question; the figures of one question
            are resampled together.

    Returns:
        float64 (figures, 2): lower and upper end.
    """
    rng = np.random.default_rng(SEED)
    count = len(values)
    even = np.full(count, 1 / count)
    means = [rng.multinomial(count, even, size=n) @ values / count for n in _chunks()]
    tail = (1 - CONFIDENCE) / 2
    return np.quantile(np.concatenate(means), [tail, 1 - tail], axis=0).T


def paired_p_values(first: Values, second: Values) -> Values:
    """Two-sided paired randomisation test of each figure's difference of means.

    If two arms do not differ, whose figure is whose in a question is a coin's toss.

    Args:
        first: float64 (questions, figures).
        second: The other arm's, for the same questions in the same order.

    Returns:
        float64 (figures,): 1 where the arms agree on every question.
    """
    rng = np.random.default_rng(SEED)
    differences = first - second
    observed = np.abs(differences.mean(axis=0))
    as_large = np.ones(observed.shape)
    for n in _chunks():
        signs = rng.integers(0, 2, size=(n, len(differences)), dtype=np.int8) * 2.0 - 1.0
        tossed = np.abs(signs @ differences / len(differences))
        as_large += (tossed >= observed - 1e-12).sum(axis=0)
    return np.asarray(as_large / (RESAMPLES + 1))


def _chunks() -> Iterator[int]:
    for start in range(0, RESAMPLES, _AT_ONCE):
        yield min(_AT_ONCE, RESAMPLES - start)
