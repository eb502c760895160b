from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qa.evaluation.figures import RiskCoverage, answer_figures, comparisons, refusal_figures
from qa.evaluation.measures import MEASURES
from qa.evaluation.searching import Judged, holds, normalise


def judged(answered, confidence, quotes=(True,), passages=(True,)):
    return Judged(answered, confidence, quotes, passages)


def test_refusals_by_hand():
    answerable = [judged(True, 0.9), judged(True, 0.8), judged(True, 0.8), judged(False, 0.1)]
    unanswerable = [judged(False, 0.2), judged(True, 0.7)]
    figures, ends = refusal_figures(answerable, unanswerable)
    assert figures == {
        "precision": 0.5, "recall": 0.5, "balanced_accuracy": 0.625, "false_refusals": 0.25,
    }  # fmt: skip
    assert ends["recall"] == [0, 1]


def test_never_refusing_has_no_precision():
    figures, _ = refusal_figures([judged(True, 0.9)], [judged(True, 0.9)])
    assert figures["precision"] == 0
    assert figures["balanced_accuracy"] == 0.5


def test_a_refused_question_is_wrong_but_for_what_was_withheld():
    rows = [
        judged(True, 0.9, (True, False), (False, True, False)),
        judged(True, 0.9, (False, False, True), (False, False, False)),
        judged(False, 0.1, (True,), (True,)),
        judged(False, 0.0, (), ()),
    ]
    figures, _ = answer_figures(rows)
    assert figures == {
        "quote@1": 0.25, "quote@3": 0.5, "passage@1": 0.25, "passage@3": 0.5,
        "quote@1_before_refusal": 0.5, "quote@3_before_refusal": 0.75,
    }  # fmt: skip


def test_risk_and_coverage_by_hand():
    answerable = [judged(True, 0.9), judged(True, 0.6, (False, True)), judged(False, 0.2)]
    unanswerable = [judged(True, 0.7)]
    curve = RiskCoverage.of(answerable, unanswerable, with_answers=True)
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert curve.risk == pytest.approx([0, 1 / 2, 2 / 3, 1 / 2])
    assert curve.chosen == pytest.approx((0.75, 2 / 3))
    assert curve.area == pytest.approx((1 / 2 + 2 / 3 + 1 / 2) / 4)
    unknown = [replace(answerable[0], quotes=(), known=False), *answerable[1:]]
    assert RiskCoverage.of(unknown, unanswerable, with_answers=True).risk[0] == 0
    without = RiskCoverage.of(answerable, unanswerable, with_answers=False)
    assert without.risk == pytest.approx([0, 1 / 2, 1 / 3, 1 / 4])


def test_equally_sure_questions_bring_no_luck():
    curve = RiskCoverage.of([judged(True, 0.5)], [judged(True, 0.5)], with_answers=True)
    assert curve.risk.tolist() == [1, 0.5]


def test_identical_arms_do_not_differ():
    values = np.random.default_rng(0).random((20, len(MEASURES)))
    rows = comparisons({"lexical": values, "hybrid": values.copy()})
    assert [row["measure"] for row in rows] == list(MEASURES)
    assert {row["p"] for row in rows} == {1}
    assert {row["difference"] for row in rows} == {0}


def test_answers_are_compared_as_squad_does():
    assert normalise("The  U.S. “an apple” a day") == "us apple day"
    assert holds("It rose 10% in the United  States.", ["the united states"])
    assert not holds("It rose.", ["fell", "The"])
    assert holds("It cost 1,900 crowns.", ["1900"])
    assert not holds("In 1900 it cost 41,900 crowns.", ["19", "1,90", "9"])
