"""From what was found and judged to figures: shares with their intervals, and the paired tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np

from qa.evaluation.measures import MEASURES
from qa.evaluation.searching import Judged
from qa.evaluation.statistics import Values, intervals, paired_p_values

BINS: Final = 10
"""Of the confidence, in the reliability picture."""

Figures = dict[str, float]
Ends = dict[str, list[float]]

ANSWERS: Final = (
    "quote@1",
    "quote@3",
    "passage@1",
    "passage@3",
    "quote@1_before_refusal",
    "quote@3_before_refusal",
)


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """What share of the answers is wrong if only the surest questions are answered.

    El-Yaniv, Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR 2010).

    Attributes:
        coverage: float64 (questions,): 1/n, 2/n, …, 1.
        risk: float64 (questions,): share of the questions answered so far that should have been
            refused or, where the answers are known, whose first quote holds none.
        chosen: Coverage and risk at the threshold in use; None where nothing is answered.
        area: The mean risk, "AURC": 0 is best.
    """

    coverage: Values
    risk: Values
    chosen: tuple[float, float] | None
    area: float

    @classmethod
    def of(
        cls, answerable: Sequence[Judged], unanswerable: Sequence[Judged], *, with_answers: bool
    ) -> RiskCoverage:
        """From both kinds of questions; `with_answers` counts wrong quotes too."""
        rows = [(j, with_answers and j.known and not any(j.quotes[:1])) for j in answerable]
        rows += [(j, True) for j in unanswerable]
        # Among equally sure questions the wrong ones first: no luck in the order.
        rows.sort(key=lambda row: (not row[0].answered, -row[0].confidence, not row[1]))
        wrong = np.asarray([row[1] for row in rows], dtype=np.float64)
        place = np.arange(1, len(rows) + 1)
        coverage, risk = place / len(rows), np.cumsum(wrong) / place
        answered = sum(judged.answered for judged, _ in rows)
        chosen = (float(coverage[answered - 1]), float(risk[answered - 1])) if answered else None
        return cls(coverage, risk, chosen, float(risk.mean()))

    def as_json(self) -> dict[str, Any]:
        """The area, the point in use, and the curve at each twentieth of the questions."""
        at = np.unique(np.ceil(np.linspace(0.05, 1, 20) * len(self.risk)).astype(int) - 1)
        points = zip(self.coverage[at].tolist(), self.risk[at].tolist(), strict=True)
        return {
            "area": _round(self.area),
            "chosen": [_round(value) for value in self.chosen] if self.chosen else None,
            "points": [[_round(coverage), _round(risk)] for coverage, risk in points],
        }


@dataclass(frozen=True, slots=True)
class Reliability:
    """Whether the confidence means what it says: of the questions given .7, are .7 answerable?

    Depends on how many questions there are of each kind. Expected calibration error: Naeini,
    Cooper, Hauskrecht, "Obtaining Well Calibrated Probabilities Using Bayesian Binning" (AAAI
    2015).

    Attributes:
        bins: Of each tenth of the confidence that has a question: mean confidence, share of
            answerable questions, how many questions.
        error: Mean distance of confidence and share over the questions.
    """

    bins: tuple[tuple[float, float, int], ...]
    error: float

    @classmethod
    def of(cls, answerable: Sequence[Judged], unanswerable: Sequence[Judged]) -> Reliability:
        """From both kinds of questions."""
        confidence = np.asarray([j.confidence for j in [*answerable, *unanswerable]])
        right = np.arange(len(confidence)) < len(answerable)
        place = np.minimum((confidence * BINS).astype(int), BINS - 1)
        chosen = (place == number for number in range(BINS))
        bins = tuple(
            (float(confidence[mask].mean()), float(right[mask].mean()), int(mask.sum()))
            for mask in chosen
            if mask.any()
        )
        error = sum(abs(mean - share) * count for mean, share, count in bins) / len(confidence)
        return cls(bins, error)

    def as_json(self) -> dict[str, Any]:
        """The error and the bins."""
        return {
            "expected_calibration_error": _round(self.error),
            "bins": [[_round(mean), _round(share), count] for mean, share, count in self.bins],
        }


def arm_figures(values: Values, milliseconds: Sequence[float]) -> tuple[Figures, Ends]:
    """An arm's means and times, and the means' intervals.

    Args:
        values: float64 (questions, len(MEASURES)).
        milliseconds: Of each search.
    """
    means = dict(zip(MEASURES, map(_round, values.mean(axis=0)), strict=True))
    median, tail = np.percentile(milliseconds, [50, 95])
    times = {"p50_ms": round(float(median), 2), "p95_ms": round(float(tail), 2)}
    return {**means, **times}, _ends(tuple(MEASURES), values)


def comparisons(values: Mapping[str, Values]) -> list[dict[str, Any]]:
    """Every pair of arms on every measure: the difference, its interval, the p-value."""
    rows = []
    for first, second in combinations(reversed(list(values)), 2):
        differences = values[first] - values[second]
        ends, p_values = intervals(differences), paired_p_values(values[first], values[second])
        for place, measure in enumerate(MEASURES):
            rows.append(
                {
                    "arms": [first, second],
                    "measure": measure,
                    "difference": _round(differences[:, place].mean()),
                    "interval": [_round(end) for end in ends[place]],
                    "p": _round(p_values[place]),
                }
            )
    return rows


def answer_figures(judged: Sequence[Judged]) -> tuple[Figures, Ends]:
    """Shares of answerable questions with known answers. A refusal is wrong for `quote@k`."""
    values = np.asarray(
        [
            (
                j.answered and any(j.quotes[:1]),
                j.answered and any(j.quotes[:3]),
                any(j.passages[:1]),
                any(j.passages[:3]),
                any(j.quotes[:1]),
                any(j.quotes[:3]),
            )
            for j in judged
        ],
        dtype=np.float64,
    )
    return dict(zip(ANSWERS, map(_round, values.mean(axis=0)), strict=True)), _ends(ANSWERS, values)


def refusal_figures(
    answerable: Sequence[Judged], unanswerable: Sequence[Judged]
) -> tuple[Figures, Ends]:
    """How well refusals tell the two kinds apart; "positive" is a refusal.

    Precision depends on how many questions there are of each kind, the others do not. Without
    any refusal the precision is 0.
    """
    right = np.asarray([[not j.answered] for j in unanswerable], dtype=np.float64)
    false = np.asarray([[not j.answered] for j in answerable], dtype=np.float64)
    refusals = right.sum() + false.sum()
    recall, false_refusals = right.mean(), false.mean()
    figures = {
        "precision": _round(right.sum() / refusals if refusals else 0.0),
        "recall": _round(recall),
        "balanced_accuracy": _round((recall + 1 - false_refusals) / 2),
        "false_refusals": _round(false_refusals),
    }
    return figures, {**_ends(("recall",), right), **_ends(("false_refusals",), false)}


def _ends(names: Sequence[str], values: Values) -> Ends:
    pairs = intervals(values)
    return {name: [_round(end) for end in pair] for name, pair in zip(names, pairs, strict=True)}


def _round(value: float) -> float:
    return round(float(value), 5)
