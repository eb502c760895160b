"""What every vector index must do. A new one is added to `ENGINES`; the exact one is the oracle."""

from __future__ import annotations

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.dense.flat import FlatIndex
from qa.errors import IndexDamagedError

ENGINES = [FlatIndex]
DIMENSION = 16


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.__name__)
def engine(request):
    return request.param


def unit(rows: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((rows, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def array(*ids: int) -> np.ndarray:
    return np.asarray(ids, dtype=np.int64)


IDS = array(*range(2, 402, 2))
VECTORS = unit(200)
QUERY = unit(1, seed=1)[0]


@pytest.fixture
def index(engine):
    return engine(IDS, VECTORS)


def exact(query, ids=IDS, vectors=VECTORS, allowed=None):
    products = {int(i): float(v @ query) for i, v in zip(ids, vectors, strict=True)}
    kept = products if allowed is None else {i: products[i] for i in allowed if i in products}
    return sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))


@pytest.mark.parametrize("k", [1, 5, 99, 100, 101, 200])
def test_the_nearest_best_first_with_their_inner_products(index, k):
    expected = exact(QUERY)[:k]
    hits = index.search(QUERY, k)
    assert [hit.id for hit in hits] == [i for i, _ in expected]
    np.testing.assert_allclose([h.score for h in hits], [s for _, s in expected], atol=1e-6)


def test_a_passages_own_vector_finds_it_with_cosine_one(index):
    for row in (0, 57, 199):
        [hit] = index.search(VECTORS[row], 1)
        assert hit.id == IDS[row]
        assert hit.score == pytest.approx(1, abs=1e-5)


def test_k_larger_than_the_index_returns_all_and_no_padding(index):
    hits = index.search(QUERY, 100_000)
    assert sorted(hit.id for hit in hits) == IDS.tolist()


@pytest.mark.parametrize("k", [1, 3, 150])
def test_only_allowed_passages_come_back(index, k):
    allowed = array(*IDS[::3].tolist())
    hits = index.search(QUERY, k, allowed)
    assert [hit.id for hit in hits] == [i for i, _ in exact(QUERY, allowed=allowed.tolist())[:k]]


def test_the_worst_passage_is_found_where_it_alone_is_allowed(index):
    worst, score = exact(QUERY)[-1]
    [hit] = index.search(QUERY, 1, array(worst))
    assert (hit.id, hit.score) == (worst, pytest.approx(score, abs=1e-6))


def test_no_passage_allowed_finds_nothing(index):
    assert index.search(QUERY, 5, array()) == []
    assert index.search(QUERY, 5, array(1, 999)) == []


@pytest.mark.parametrize("k", [1, 4, 60, 120, 150])
def test_ties_are_ordered_by_id_and_the_lowest_ids_are_kept(engine, k):
    vectors = unit(150)
    vectors[20:130] = vectors[3]
    ids = array(*range(1000, 1150))
    expected = sorted([1003, *range(1020, 1130)])
    found = [hit.id for hit in engine(ids, vectors).search(vectors[3], k)]
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


def test_ids_are_unique_and_as_many_as_vectors(engine):
    with pytest.raises(ValueError, match="unique"):
        engine(array(1, 1), unit(2))
    with pytest.raises(ValueError, match="2 ids need as many vectors"):
        engine(array(1, 2), unit(3))


def test_an_empty_index_finds_nothing_saved_or_not(engine, tmp_path):
    index = engine(array(), np.zeros((0, DIMENSION), dtype=np.float32))
    index.save(tmp_path / "saved")
    for one in (index, engine.load(tmp_path / "saved")):
        assert len(one) == 0
        assert one.search(QUERY, 5) == []
        assert one.search(QUERY, 5, array(1)) == []


def test_saved_and_loaded_it_is_the_same(engine, index, tmp_path):
    index.save(tmp_path / "saved")
    loaded = engine.load(tmp_path / "saved")
    assert (len(loaded), loaded.dimension) == (200, DIMENSION)
    assert loaded.search(QUERY, 20) == index.search(QUERY, 20)
    assert loaded.search(QUERY, 20, IDS[:9]) == index.search(QUERY, 20, IDS[:9])
    np.testing.assert_array_equal(loaded.scores(QUERY, IDS), index.scores(QUERY, IDS))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:20],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-4],
        lambda data: b"garbage" * 100,
        lambda data: data[:8] + b"\xff" * 8 + data[16:],
    ],
)
def test_a_damaged_file_is_told_with_what_mends_it(engine, index, tmp_path, damage):
    path = tmp_path / "saved"
    index.save(path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(IndexDamagedError, match=r"saved.*run: qa index --rebuild") as caught:
        engine.load(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_or_another_kind_of_index_is_damage(engine, tmp_path):
    with pytest.raises(IndexDamagedError, match="absent"):
        engine.load(tmp_path / "absent")
    faiss.write_index(faiss.IndexFlatIP(DIMENSION), str(tmp_path / "other"))
    with pytest.raises(IndexDamagedError, match="other"):
        engine.load(tmp_path / "other")


@settings(max_examples=50)
@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 10_000), st.data())
def test_it_agrees_with_numpy(rows, k, seed, data):
    ids = np.sort(np.random.default_rng(seed).choice(1000, rows, replace=False)).astype(np.int64)
    vectors = unit(rows, seed)
    allowed = sorted(data.draw(st.sets(st.sampled_from(ids.tolist()))))
    expected = exact(QUERY, ids, vectors, allowed)[:k]
    for engine in ENGINES:
        hits = engine(ids, vectors).search(QUERY, k, array(*allowed))
        np.testing.assert_allclose([h.score for h in hits], [s for _, s in expected], atol=1e-6)
        assert {h.id for h in hits} == {i for i, _ in expected}
