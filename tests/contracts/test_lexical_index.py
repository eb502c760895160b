"""What every lexical index must do. A new one is added to `ENGINES`."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.lexical.bm25 import BM25Index
from qa.lexical.inverted import InvertedIndex
from qa.lexical.spelling import closest, is_near
from qa.milvus.arms import MilvusWords
from qa.segments.postings import Terms
from tests.contracts.by_id import ARRANGEMENTS, ById, array

ENGINES = {
    f"{engine.__name__}, {name}": (engine, arrangement)
    for engine in (BM25Index, InvertedIndex)
    for name, arrangement in ARRANGEMENTS.items()
}
SERVED = "MilvusWords"

PASSAGES = [
    (3, ["ferri", "hit", "pier"]),
    (5, ["ferri", "ferri", "late"]),
    (8, ["tram", "cost", "rise", "tram", "vote", "tram"]),
    (9, ["ferri", "tram"]),
    (12, []),
]


def building(name):
    make, arrangement = ENGINES[name]
    return lambda passages: ById(make, passages, **arrangement)


@pytest.fixture(params=[*ENGINES, SERVED])
def build(request):
    if request.param == SERVED:
        return request.getfixturevalue("served")
    return building(request.param)


@pytest.fixture(scope="session")
def served(on_milvus):
    return functools.partial(on_milvus, MilvusWords)


@pytest.fixture
def index(build):
    return build(PASSAGES)


def ids_of(hits):
    return [hit.row for hit in hits]


def bm25(passages, terms, k1=1.5, b=0.75):
    """Robertson and Zaragoza's formula with Lucene's idf, written down once more."""
    mean = sum(len(words) for _, words in passages) / len(passages)
    scores = {}
    for number, words in passages:
        total = 0.0
        for term in terms:
            df = sum(term in other for _, other in passages)
            tf = words.count(term)
            idf = math.log(1 + (len(passages) - df + 0.5) / (df + 0.5))
            total += idf * tf * (k1 + 1) / (tf + k1 * (1 - b + b * len(words) / mean))
        scores[number] = total
    return scores


def test_it_knows_how_many_it_holds(index, build):
    assert len(index) == 5
    assert len(build([])) == 0


def test_best_first_and_only_what_shares_a_term(index):
    hits = index.search(["tram"], 10)
    assert ids_of(hits) == [8, 9]
    assert hits[0].score > hits[1].score > 0


def test_scores_are_bm25(index):
    terms = ["ferri", "tram", "unknown"]
    expected = bm25(PASSAGES, terms)
    for number, score in index.search(terms, 10):
        assert score == pytest.approx(expected[number], rel=1e-5)
    found = index.scores(terms, array(3, 5, 8, 9, 12))
    np.testing.assert_allclose(found, [expected[i] for i in (3, 5, 8, 9, 12)], rtol=1e-5)


def test_scores_are_those_of_search_in_the_order_asked_for(index):
    terms = ["ferri", "pier"]
    searched = {hit.row: hit.score for hit in index.search(terms, 10)}
    for ids in ([3], [9, 3], [12, 9, 8, 5, 3], [3, 5, 8, 9, 12], []):
        scores = index.scores(terms, array(*ids))
        assert scores.dtype == np.float32
        np.testing.assert_allclose(scores, [searched.get(i, 0.0) for i in ids], rtol=1e-6)


def test_at_most_k(index):
    assert len(index.search(["ferri"], 2)) == 2
    assert ids_of(index.search(["ferri"], 2)) == ids_of(index.search(["ferri"], 3))[:2]
    assert len(index.search(["ferri"], 1000)) == 3


def test_only_allowed_passages_come_back_with_unchanged_scores(index):
    free = {hit.row: hit.score for hit in index.search(["ferri", "tram"], 10)}
    hits = index.search(["ferri", "tram"], 1, array(3, 12))
    assert ids_of(hits) == [3]
    assert hits[0].score == pytest.approx(free[3])
    assert index.search(["ferri"], 5, array(8, 12)) == []
    assert index.search(["ferri"], 5, array()) == []
    assert ids_of(index.search(["ferri"], 5, array(1, 3, 99))) == [3]


def test_ties_are_ordered_by_id(build):
    index = build((i, ["same", "words"]) for i in (40, 7, 23, 11))
    assert ids_of(index.search(["same"], 10)) == [7, 11, 23, 40]
    assert ids_of(index.search(["same"], 2)) == [7, 11]
    assert ids_of(index.search(["same"], 2, array(11, 23, 40))) == [11, 23]


def test_unknown_and_no_terms_find_nothing(index):
    assert index.search(["zeppelin"], 5) == []
    assert index.search([], 5) == []
    np.testing.assert_array_equal(index.scores(["zeppelin"], array(3, 8)), [0, 0])
    assert ids_of(index.search(["zeppelin", "late"], 5)) == [5]


def test_two_passages_score_above_zero(build):
    index = build([(1, ["ferri"]), (2, ["tram"])])
    [hit] = index.search(["ferri"], 5)
    assert hit.row == 1
    assert hit.score > 0


def test_a_term_in_every_passage_still_finds_them_all(build):
    index = build([(i, ["said"] * i) for i in range(1, 6)])
    hits = index.search(["said"], 10)
    assert sorted(ids_of(hits)) == [1, 2, 3, 4, 5]
    assert all(hit.score > 0 for hit in hits)


def test_document_frequency(index, build):
    frequencies = {t: index.document_frequency(t) for t in ("ferri", "tram", "cost", "zeppelin")}
    assert frequencies == {"ferri": 3, "tram": 2, "cost": 1, "zeppelin": 0}
    assert index.occurring(["zeppelin", "tram", "ferri", "tram"]) == {"ferri", "tram"}
    assert build([]).document_frequency("ferri") == 0
    assert build([]).occurring(["ferri"]) == set()


VOCABULARY = [
    (1, ["brannoc", "tram", "harrowmouth", "harrowmouths"]),
    (2, ["torrisen", "lighten", "lighter", "brannocks", "h5n1", "málaga", "tramp"]),
]


@pytest.mark.parametrize(
    ("term", "similar"),
    [
        ("brannok", "brannoc"),  # one letter changed; "brannocks" is two away
        ("branoc", "brannoc"),
        ("brannocc", "brannoc"),
        ("brannco", "brannoc"),  # neighbours exchanged
        ("brnanok", None),  # two letters, and too short for that
        ("torriseen", "torrisen"),
        ("toriseen", "torrisen"),
        ("torizeen", None),  # three away
        ("lighted", None),  # two are as near
        ("harowmoutth", "harrowmouth"),
        ("trom", None),  # too short
        ("crannoc", None),  # another first letter
        ("h5n11", None),
        ("málagaa", None),
        ("zeppelin", None),
        ("", None),
    ],
)
def test_the_one_similar_term(build, term, similar):
    assert build(VOCABULARY).similar(term) == similar
    assert build([]).similar(term) is None


def distance(a, b):
    """Optimal string alignment, by its recursive definition."""

    @functools.cache
    def of(i, j):
        if not (i and j):
            return i + j
        best = min(of(i - 1, j), of(i, j - 1), of(i - 1, j - 1) - (a[i - 1] == b[j - 1])) + 1
        if i > 1 and j > 1 and a[i - 2 : i] == b[j - 2 : j][::-1]:
            best = min(best, of(i - 2, j - 2) + 1)
        return best

    return of(len(a), len(b))


@given(
    st.lists(st.text("abc", min_size=3, max_size=11), unique=True, max_size=40),
    st.text("abc", min_size=4, max_size=10),
)
def test_similar_terms_are_those_near_by_definition(served, vocabulary, term):
    limit = 2 if len(term) >= 8 else 1
    near = {
        other: distance(term, other)
        for other in vocabulary
        if other[0] == term[0] and other != term and distance(term, other) <= limit
    }
    nearest = [other for other, found in near.items() if found == min(near.values())]
    expected = nearest[0] if len(nearest) == 1 and len(term) >= 5 else None
    for build in (*map(building, ENGINES), served):
        index = build([(1, vocabulary[::2]), (2, vocabulary[1::2])])
        assert index.similar(term) == expected, build


@pytest.mark.parametrize("passages", [[], [(1, [])], [(1, []), (2, [])]])
def test_nothing_to_search(build, passages):
    index = build(passages)
    assert index.search(["ferri"], 5) == []
    ids = array(*(i for i, _ in passages))
    np.testing.assert_array_equal(index.scores(["ferri"], ids), np.zeros(len(passages)))


WORDS = st.lists(st.sampled_from("abcde"), max_size=8)


@given(st.lists(WORDS, max_size=12), WORDS, st.integers(1, 15), st.data())
def test_it_agrees_with_the_formula_and_with_itself(served, words, terms, k, data):
    passages = list(enumerate(words, 10))
    numbers = [number for number, _ in passages]
    allowed = data.draw(st.lists(st.sampled_from(numbers), unique=True)) if numbers else []
    for build in (*map(building, ENGINES), served):
        index = build(passages)
        hits = index.search(terms, k, array(*sorted(allowed)))
        expected = bm25(passages, terms) if any(words) else {}
        sharing = {n for n, own in passages if set(own) & set(terms)}
        assert len(hits) == min(k, len(sharing & set(allowed)))
        assert set(ids_of(hits)) <= sharing & set(allowed)
        assert hits == sorted(hits, key=lambda hit: (-hit.score, hit.row))
        for hit in hits:
            assert hit.score == pytest.approx(expected[hit.row], rel=1e-4)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("k", [1, 10, 100])
def test_a_large_index_agrees_with_the_small_one_though_it_looks_at_less(arrangement, k):
    draw = np.random.default_rng(k)
    vocabulary = [f"w{n}" for n in range(300)]
    chances = 1 / np.arange(1, 301)
    chances /= chances.sum()  # Zipf's law: some words in nearly all passages, many in a few
    lengths = draw.integers(5, 60, 3_000)
    passages = [
        (number, draw.choice(vocabulary, length, p=chances).tolist())
        for number, length in enumerate(lengths.tolist(), 1)
    ]
    large = building(f"InvertedIndex, {arrangement}")(passages)
    small = building(f"BM25Index, {arrangement}")(passages)
    for _ in range(15):
        terms = draw.choice(vocabulary, 6, replace=False).tolist()
        allowed = np.sort(draw.choice(np.arange(1, 3_001), 700, replace=False))
        for some in (None, allowed):
            expected = {hit.row: hit.score for hit in small.search(terms, 3_000, some)}
            hits = large.search(terms, k, some)
            best = sorted(expected.values(), reverse=True)[:k]
            assert [hit.score for hit in hits] == pytest.approx(best, rel=1e-5)
            for hit in hits:
                assert hit.score == pytest.approx(expected[hit.row], rel=1e-5)


def test_words_without_end_have_no_similar_ones():
    endless = b"a" * 200
    assert closest("a" * 199 + "b", [Terms.of([endless])], lambda _: 1) is None
    assert not is_near("a" * 199 + "b", "a" * 200)
