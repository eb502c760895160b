from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from qa.evaluation.statistics import intervals, paired_p_values


def test_identical_arms_have_p_1():
    values = np.random.default_rng(1).random((50, 3))
    assert paired_p_values(values, values).tolist() == [1, 1, 1]


def test_p_is_that_of_all_permutations():
    first = np.asarray([[0.9], [0.8], [0.4], [0.7], [0.6], [0.9], [0.2], [0.8]])
    second = np.asarray([[0.5], [0.7], [0.5], [0.1], [0.4], [0.6], [0.1], [0.9]])
    differences = (first - second).ravel()
    tossed = [abs(np.dot(s, differences)) for s in product((-1, 1), repeat=len(differences))]
    exact = np.mean(np.asarray(tossed) >= abs(differences.sum()) - 1e-12)
    assert paired_p_values(first, second) == pytest.approx([exact], abs=0.01)
    assert paired_p_values(second, first) == pytest.approx([exact], abs=0.01)


def test_a_clear_difference_is_significant_and_noise_is_not():
    rng = np.random.default_rng(2)
    base = rng.random(200)
    first = np.stack([base + 0.1, base], axis=1)
    second = np.stack([base, base + rng.normal(0, 0.1, 200)], axis=1)
    clear, noise = paired_p_values(first, second)
    assert clear < 0.001
    assert noise > 0.05


def test_intervals_are_those_of_the_binomial():
    values = np.asarray([[1.0], [0.0]] * 200)
    [[low, high]] = intervals(values)
    half = 1.96 * (0.25 / 400) ** 0.5
    assert low == pytest.approx(0.5 - half, abs=0.005)
    assert high == pytest.approx(0.5 + half, abs=0.005)


def test_one_question_has_no_width():
    assert intervals(np.asarray([[0.3]])) == pytest.approx(np.asarray([[0.3, 0.3]]))
