"""The small linear models behind an answer: which sentence, and whether there is one at all.

Their weights lie in `weights.json`, written by `benchmarks/fit_answering.py` and, where sentences
are read (`qa.answering.reader`), by `benchmarks/fit_reader.py`; these also say what they were
fitted on and what they reach on questions they were not fitted on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from qa.answering.features import (
    QUESTION_FEATURES,
    READ_EVIDENCE,
    READ_FEATURES,
    SENTENCE_FEATURES,
)
from qa.protocols import Floats


@dataclass(frozen=True, slots=True)
class Linear:
    """`intercept + ((features - mean) / scale) @ weights`.

    Attributes:
        mean: float32 (features,).
        scale: float32 (features,), all above 0.
        weights: float32 (features,).
        intercept: Added at the end.
        limit: Standard deviations beyond which a feature counts no more: a question of a hundred
            words is far from any that the weights were fitted on.
    """

    mean: Floats
    scale: Floats
    weights: Floats
    intercept: float = 0.0
    limit: float = np.inf

    def __call__(self, features: Floats) -> Floats:
        """Score rows of features, float32 (n, features) → (n,)."""
        standard = np.clip((features - self.mean) / self.scale, -self.limit, self.limit)
        return np.asarray(standard @ self.weights + self.intercept, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the archive holds the answer.

    Attributes:
        log_odds: Of `QUESTION_FEATURES`, or of `READ_EVIDENCE` where sentences are read.
        threshold: Confidence below which the tool says that the archive does not hold the answer.
    """

    log_odds: Linear
    threshold: float


@dataclass(frozen=True, slots=True)
class AnswerModel:
    """The weights in use.

    Attributes:
        sentence: Scores sentences; differences are log odds of holding the answer.
        unread: The verdict on the best sentence's features alone.
        reading: What a reader's judgements (`READ_FEATURES`) add to a sentence's score.
        read: The verdict where sentences were read.
    """

    sentence: Linear
    unread: Verdict
    reading: Linear
    read: Verdict

    def verdict(self, *, reads: bool) -> Verdict:
        """The one that counts where sentences are read, or are not."""
        return self.read if reads else self.unread


@cache
def packaged() -> AnswerModel:
    """The weights that ship with the package, fitted for the packaged embedding model."""
    file = resources.files("qa.answering") / "weights.json"
    values = json.loads(file.read_text(encoding="utf-8"))
    return AnswerModel(
        sentence=_linear(values["sentence"], SENTENCE_FEATURES),
        unread=_verdict(values, QUESTION_FEATURES),
        reading=_linear(values["read"]["sentence"], READ_FEATURES),
        read=_verdict(values["read"], READ_EVIDENCE),
    )


def _verdict(values: dict[str, Any], names: tuple[str, ...]) -> Verdict:
    return Verdict(replace(_linear(values["question"], names), limit=3.0), values["threshold"])


def _linear(values: dict[str, dict[str, list[float]]], names: tuple[str, ...]) -> Linear:
    rows = np.asarray([values["features"][name] for name in names], dtype=np.float32)
    intercept = values.get("intercept", 0.0)
    return Linear(rows[:, 0], rows[:, 1], rows[:, 2], float(intercept))  # type: ignore[arg-type]
