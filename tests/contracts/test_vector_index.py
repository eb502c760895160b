"""What every vector index must do. A new one is added to `ENGINES`; the exact one is the oracle."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.dense.index import SegmentedVectors
from qa.milvus.arms import MilvusVectors
from tests.contracts.by_id import ARRANGEMENTS, ById, array

DIMENSION = 16


def building(name):
    def build(ids, vectors):
        passages = [(int(i), []) for i in ids]
        return ById(SegmentedVectors, passages, vectors, **ARRANGEMENTS[name])

    return build


SERVED = "MilvusVectors"


@pytest.fixture(params=[*ARRANGEMENTS, SERVED])
def build(request):
    if request.param == SERVED:
        return request.getfixturevalue("served")
    return building(request.param)


@pytest.fixture(scope="session")
def served(on_milvus):
    return lambda ids, vectors: on_milvus(MilvusVectors, [(int(i), []) for i in ids], vectors)


def unit(rows: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((rows, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


IDS = array(*range(2, 402, 2))
VECTORS = unit(200)
QUERY = unit(1, seed=1)[0]


@pytest.fixture
def index(build):
    return build(IDS, VECTORS)


def exact(query, ids=IDS, vectors=VECTORS, allowed=None):
    products = {int(i): float(v @ query) for i, v in zip(ids, vectors, strict=True)}
    kept = products if allowed is None else {i: products[i] for i in allowed if i in products}
    return sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.parametrize("k", [1, 5, 99, 100, 101, 200])
def test_the_nearest_best_first_with_their_inner_products(index, k):
    expected = exact(QUERY)[:k]
    hits = index.search(QUERY, k)
    assert [hit.row for hit in hits] == [i for i, _ in expected]
    np.testing.assert_allclose([h.score for h in hits], [s for _, s in expected], atol=1e-6)


def test_a_passages_own_vector_finds_it_with_cosine_one(index):
    for row in (0, 57, 199):
        [hit] = index.search(VECTORS[row], 1)
        assert hit.row == IDS[row]
        assert hit.score == pytest.approx(1, abs=1e-5)


def test_k_larger_than_the_index_returns_all_and_no_padding(index):
    hits = index.search(QUERY, 100_000)
    assert sorted(hit.row for hit in hits) == IDS.tolist()


@pytest.mark.parametrize("k", [1, 3, 150])
def test_only_allowed_passages_come_back(index, k):
    allowed = array(*IDS[::3].tolist())
    hits = index.search(QUERY, k, allowed)
    assert [hit.row for hit in hits] == [i for i, _ in exact(QUERY, allowed=allowed.tolist())[:k]]


def test_the_worst_passage_is_found_where_it_alone_is_allowed(index):
    worst, score = exact(QUERY)[-1]
    [hit] = index.search(QUERY, 1, array(worst))
    assert (hit.row, hit.score) == (worst, pytest.approx(score, abs=1e-6))


def test_no_passage_allowed_finds_nothing(index):
    assert index.search(QUERY, 5, array()) == []
    assert index.search(QUERY, 5, array(1, 999)) == []


@pytest.mark.parametrize("k", [1, 4, 60, 120, 150])
def test_ties_are_ordered_by_id_and_the_lowest_ids_are_kept(build, k):
    vectors = unit(150)
    vectors[20:130] = vectors[3]
    ids = array(*range(1000, 1150))
    expected = sorted([1003, *range(1020, 1130)])
    found = [hit.row for hit in build(ids, vectors).search(vectors[3], k)]
    assert found[: min(k, 111)] == expected[:k]


def test_scores_are_the_inner_products_in_the_order_asked_for(index):
    ids = array(10, 400, 2)
    scores = index.scores(QUERY, ids)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, VECTORS[[4, 199, 0]] @ QUERY, atol=1e-6)
    assert index.scores(QUERY, array()).shape == (0,)


@pytest.mark.parametrize("vector", [QUERY[:-1], np.append(QUERY, np.float32(0)), QUERY[None, :]])
def test_a_vector_of_another_length_is_told_with_both_lengths(index, vector):
    for ask in (lambda: index.search(vector, 3), lambda: index.scores(vector, array(2))):
        with pytest.raises(ValueError, match=r"vectors of 16, not \(") as caught:
            ask()
        assert str(vector.shape) in str(caught.value)


def test_an_empty_index_finds_nothing(build):
    index = build([], np.zeros((0, DIMENSION), dtype=np.float32))
    assert len(index) == 0
    assert index.search(QUERY, 5) == []
    assert index.search(QUERY, 5, array(1)) == []
    assert index.engine.scores(QUERY, array()).shape == (0,)


@settings(max_examples=50)
@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 10_000), st.data())
def test_it_agrees_with_numpy(served, rows, k, seed, data):
    ids = np.sort(np.random.default_rng(seed).choice(1000, rows, replace=False)).astype(np.int64)
    vectors = unit(rows, seed)
    allowed = sorted(data.draw(st.sets(st.sampled_from(ids.tolist()))))
    expected = exact(QUERY, ids, vectors, allowed)[:k]
    for build in (*map(building, ARRANGEMENTS), served):
        hits = build(ids, vectors).search(QUERY, k, array(*allowed))
        np.testing.assert_allclose([h.score for h in hits], [s for _, s in expected], atol=1e-6)
        assert {h.row for h in hits} == {i for i, _ in expected}
