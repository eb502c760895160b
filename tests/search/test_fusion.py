"""All expected numbers are worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.search.fusion import convex, min_max, rrf


def floats(*values: float) -> np.ndarray:
    return np.asarray(values, dtype=np.float32)


def test_min_max():
    np.testing.assert_allclose(min_max(floats(2, 4, 3)), [0, 1, 0.5])
    np.testing.assert_allclose(min_max(floats(-1, 1)), [0, 1])
    assert min_max(floats()).shape == (0,)


def test_equal_scores_say_nothing_and_all_become_one():
    np.testing.assert_array_equal(min_max(floats(7, 7, 7)), [1, 1, 1])
    np.testing.assert_array_equal(min_max(floats(0.3)), [1])


def test_convex():
    # lexical (10, 0, 5) → (1, 0, .5); dense (.2, .6, .4) → (0, 1, .5); weight .25 on dense
    fused = convex(floats(10, 0, 5), floats(0.2, 0.6, 0.4), 0.25)
    np.testing.assert_allclose(fused, [0.75, 0.25, 0.5], atol=1e-6)


@pytest.mark.parametrize(("weight", "expected"), [(0.0, [1, 0]), (1.0, [0, 1])])
def test_at_the_ends_one_arm_decides(weight, expected):
    np.testing.assert_allclose(convex(floats(3, 1), floats(0.1, 0.9), weight), expected)


def test_where_no_term_is_shared_the_dense_arm_decides_with_all_its_weight():
    np.testing.assert_allclose(convex(floats(0, 0, 0), floats(0.1, 0.3, 0.2), 0.5), [0, 1, 0.5])


def test_rrf():
    infinite = float("inf")
    fused = rrf(floats(1, 2, infinite), floats(3, infinite, 1))
    np.testing.assert_allclose(fused, [1 / 61 + 1 / 63, 1 / 62, 1 / 61], rtol=1e-6)


SCORES = st.lists(
    st.tuples(st.floats(0, 50, width=32), st.floats(-1, 1, width=32)), min_size=1, max_size=30
)


@given(SCORES, st.floats(0, 1))
def test_convex_stays_between_zero_and_one_and_respects_agreement(pairs, weight):
    lexical, dense = floats(*(a for a, _ in pairs)), floats(*(b for _, b in pairs))
    fused = convex(lexical, dense, weight)
    assert fused.dtype == np.float32
    assert fused.shape == lexical.shape
    assert (fused >= 0).all()
    assert (fused <= 1 + 1e-6).all()
    for i in range(len(pairs)):
        for j in range(len(pairs)):
            if lexical[i] >= lexical[j] and dense[i] >= dense[j]:
                assert fused[i] >= fused[j] - 1e-6
