from __future__ import annotations

import dataclasses
import os
from datetime import date

import faiss
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.dense.index import SegmentedVectors
from qa.errors import IndexDamagedError
from qa.records import Filters
from qa.rows import FilterKeys, days
from qa.segments import Segment, clusters, merge
from qa.segments.merging import DEAD, RATIO, plan
from qa.segments.postings import Postings
from qa.segments.segment import Indexed

ODD = ["“quoted”", 'back\\slash"', "東京", "naïve", "u.s.", "\u2028", "🎉"]
ROWS = [
    Indexed(
        3,
        ["ferri", "hit", "ferri"],
        FilterKeys(days(date(2025, 7, 31)), "japan forward", "jennifer zeng", "en-gb", "ap"),
    ),
    Indexed(
        5,
        [],
        FilterKeys(days(date(2025, 7, 30)), "toronto star", "ashlee li bjork and q o brien", "en"),
    ),
    Indexed(9, ODD),
]


def unit(rows, dimension=8, seed=0):
    vectors = np.random.default_rng(seed).standard_normal((rows, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@pytest.fixture
def segment():
    return Segment.build("000001-1", ROWS, unit(3))


def words(postings):
    return [sorted(terms) for terms in postings.documents()]


def check_same(one: Segment, other: Segment):
    np.testing.assert_array_equal(one.ids, other.ids)
    np.testing.assert_array_equal(one.vectors, other.vectors)
    assert words(one.postings) == words(other.postings)
    assert list(one.postings.terms) == list(other.postings.terms)
    np.testing.assert_array_equal(one.postings.lengths, other.postings.lengths)
    for name, ours in one.columns.names.items():
        theirs = other.columns.names[name]
        assert [ours.keys[c] for c in ours.codes] == [theirs.keys[c] for c in theirs.codes]
    np.testing.assert_array_equal(one.columns.day, other.columns.day)


def test_written_and_mapped_it_is_the_same(segment, tmp_path):
    assert segment.save(tmp_path) == [tmp_path / "000001-1.safetensors"]
    loaded = Segment.load(tmp_path, "000001-1")
    check_same(loaded, segment)
    assert (len(loaded), loaded.name, loaded.clusters) == (3, "000001-1", None)
    for term in ("ferri", *ODD):
        ours, theirs = loaded.postings.of(term), segment.postings.of(term)
        np.testing.assert_array_equal(ours[0], theirs[0])
        np.testing.assert_array_equal(ours[1], theirs[1])
    assert len(loaded.postings.of("zeppelin")[0]) == len(loaded.postings.of("")[0]) == 0


def test_rows_read_one_by_one_are_the_mapped_ones_and_outlive_the_file(segment, tmp_path):
    [path] = segment.save(tmp_path)
    mapped = Segment.load(tmp_path, segment.name).mapped
    path.unlink()
    rows = np.asarray([2, 0, 2], dtype=np.int64)
    np.testing.assert_array_equal(mapped.rows("vectors", rows), segment.vectors[rows])
    assert mapped.rows("vectors", rows[:0]).shape == (0, 8)
    mapped.release("vectors")
    np.testing.assert_array_equal(mapped.arrays["vectors"], segment.vectors)


def test_a_file_cut_short_while_it_is_read_is_damage(segment, tmp_path):
    [path] = segment.save(tmp_path)
    mapped = Segment.load(tmp_path, segment.name).mapped
    os.truncate(path, 100)
    with pytest.raises(IndexDamagedError, match="is cut short; run: qa verify --repair"):
        mapped.rows("vectors", np.asarray([2], dtype=np.int64))


def test_its_file_is_one_that_safetensors_reads(segment, tmp_path):
    from safetensors.numpy import load_file

    arrays = load_file(segment.save(tmp_path)[0])
    np.testing.assert_array_equal(arrays["vectors"], segment.vectors)
    np.testing.assert_array_equal(arrays["ids"], segment.ids)
    np.testing.assert_array_equal(arrays["counts"], segment.postings.counts)


def test_a_segment_that_is_mapped_outlives_another_of_its_name(segment, tmp_path):
    segment.save(tmp_path)
    loaded = Segment.load(tmp_path, segment.name)
    Segment.build(segment.name, ROWS[:1], unit(1, seed=5)).save(tmp_path)
    check_same(loaded, segment)
    assert len(Segment.load(tmp_path, segment.name)) == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:6],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-3],
        lambda data: b"garbage" * 99,
        lambda data: b"\xff" * 8 + data[8:],
        lambda data: data[:8] + b"[]" + data[10:],
        lambda data: data.replace(b'"ids"', b'"idz"'),
        lambda data: data.replace(b'"agency"', b'"agencz"'),
        lambda data: data.replace(b'"I64"', b'"X64"'),
    ],
)
def test_a_damaged_file_is_told_with_what_mends_it(segment, tmp_path, damage):
    [path] = segment.save(tmp_path)
    damaged = damage(path.read_bytes())
    path.unlink()
    path.write_bytes(damaged)
    with pytest.raises(IndexDamagedError, match=r"000001-1.*; run: qa verify --repair") as caught:
        Segment.load(tmp_path, segment.name)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_damage(tmp_path):
    with pytest.raises(IndexDamagedError, match="absent"):
        Segment.load(tmp_path, "absent")


def test_a_segment_whose_clusters_are_cut_or_others_is_damaged(segment, tmp_path):
    segment.save(tmp_path)
    beside = tmp_path / "000001-1.ivf"
    faiss.write_index(faiss.IndexFlatIP(8), str(beside))
    for content in (beside.read_bytes(), beside.read_bytes()[:10], b""):
        beside.write_bytes(content)
        with pytest.raises(IndexDamagedError, match=r"000001-1\.ivf.*; run: qa verify --repair"):
            Segment.load(tmp_path, segment.name)


def test_clusters_that_are_not_of_these_vectors_are_told(tmp_path):
    draw = np.random.default_rng(0)
    vectors = draw.standard_normal((300, 24)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    built = clusters.build(vectors)
    built.save(tmp_path / "x.ivf")
    assert list(clusters.load(tmp_path / "x.ivf").differences(vectors)) == []
    other = vectors.copy()
    other[[3, 77]] = other[[77, 3]]
    told = sorted(built.differences(other))
    assert told == [f"the code of row {row} is not that of its vector" for row in (3, 77)]
    assert list(built.differences(vectors[:-1])) == ["holds 300 vectors, not 299"]
    lists = built.index.invlists
    first = next(n for n in range(built.index.nlist) if lists.list_size(n) > 1)
    rows = faiss.rev_swig_ptr(lists.get_ids(first), lists.list_size(first))
    lost = int(rows[0])
    rows[0] = rows[1]
    told = list(built.differences(vectors))
    assert f"row {lost} is in 0 clusters" in told
    assert f"row {rows[1]} is in 2 clusters" in told
    rows[0] = 300
    assert list(built.differences(vectors)) == [f"cluster {first} has rows that are none"]


WORDS = st.lists(st.lists(st.sampled_from(["a", "b", "cc", "東京", "é"]), max_size=6), max_size=9)


@given(WORDS)
def test_postings_hold_each_passages_words(passages):
    built = Postings.build(passages)
    assert words(built) == [sorted(terms) for terms in passages]
    assert built.lengths.tolist() == [len(terms) for terms in passages]
    for term in {term for terms in passages for term in terms}:
        rows, counts = built.of(term)
        expected = [(n, terms.count(term)) for n, terms in enumerate(passages) if term in terms]
        assert list(zip(rows.tolist(), counts.tolist(), strict=True)) == expected


def test_a_word_without_end_is_counted_as_far_as_it_matters():
    _, counts = Postings.build([["ha"] * 70_000]).of("ha")
    assert counts.tolist() == [65_535]


@given(st.lists(WORDS.filter(bool), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_merged_is_as_built_at_once_from_what_is_left(parts, random):
    number, segments, masks, left = 0, [], [], []
    for place, part in enumerate(parts):
        rows = [
            Indexed(
                number + n,
                terms,
                FilterKeys(n, f"p{n % 2}", f"a{n % 3}", ("en", "de-at")[n % 2], f"g{n % 4}"),
            )
            for n, terms in enumerate(part, 1)
        ]
        number += len(rows)
        vectors = unit(len(rows), seed=place)
        mask = np.asarray([random.random() < 0.6 for _ in rows])
        segments.append(Segment.build(f"s{place}", rows, vectors))
        masks.append(mask)
        left += [(row, v) for row, v, kept in zip(rows, vectors, mask, strict=True) if kept]
    vectors = np.stack([v for _, v in left]) if left else np.zeros((0, 8), dtype=np.float32)
    check_same(
        merge("merged", segments, masks), Segment.build("once", [row for row, _ in left], vectors)
    )


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, [3, 5, 9]),
        ({"publisher": "JAPAN Forward"}, [3]),
        ({"publisher": " Jápan-FORWARD "}, [3]),
        *(({"publisher": name}, []) for name in ("Japan", "Japan Forward Daily", "%", "_", "---")),
        *(({"author": name}, [3]) for name in ("zeng", "JENNIFER", "Zeng, Jennifer")),
        *(({"author": name}, [5]) for name in ("Li-Björk", "O'Brien", "q", "Brien Ashlee")),
        *(({"author": name}, []) for name in ("lee", "Jenn", "%", "zen_", "Zeng Ashlee", "!")),
        ({"after": date(2025, 7, 31)}, [3]),
        ({"after": date(2025, 7, 30)}, [3, 5]),
        ({"before": date(2025, 7, 31)}, [5]),
        ({"before": date(2025, 7, 30)}, []),
        ({"after": date(2025, 7, 31), "before": date(2025, 8, 1)}, [3]),
        ({"after": date(2025, 7, 31), "author": "ashlee"}, []),
        *(({"language": tag}, [3, 5]) for tag in ("en", "EN")),
        *(({"language": tag}, [3]) for tag in ("en-GB", "en_gb")),
        *(({"language": tag}, []) for tag in ("e", "en-", "en-G", "en-GB-x", "fr", "%")),
        *(({"agency": name}, [3]) for name in ("AP", "The Associated Press", "associated  press")),
        *(({"agency": name}, []) for name in ("Press", "A", "Reuters", "!")),
        ({"agency": "AP", "language": "en", "publisher": "toronto star"}, []),
    ],
)
def test_filters(segment, filters, expected):
    assert segment.ids[segment.columns.passing(Filters(**filters))].tolist() == expected


def test_small_segments_are_merged_and_large_ones_left_alone():
    assert plan([], []) is None
    assert plan([5], [5]) is None
    assert plan([RATIO * 10, 10], [RATIO * 10, 10]) is None
    assert plan([RATIO * 10 - 1, 10], [RATIO * 10 - 1, 10]) == slice(0, 2)
    assert plan([100_000, 50, 10], [100_000, 50, 10]) == slice(1, 3)
    assert plan([100_000, 9_000, 900, 200], [100_000, 9_000, 900, 200]) == slice(2, 4)
    assert plan([70_000, 9_000, 1_200], [70_000, 9_000, 1_200]) == slice(0, 3)


def test_a_segment_with_many_deleted_passages_is_rewritten():
    size = 1_000
    assert plan([size, 10], [int(size * (1 - DEAD)), 10]) is None
    assert plan([size, 10], [int(size * (1 - DEAD)) - 1, 10]) == slice(0, 1)
    assert plan([size, 10], [size, 0]) == slice(1, 2)


def test_a_thousand_additions_leave_few_segments_and_write_each_passage_a_few_times():
    sizes, written = [50_000], 0
    for _ in range(1_000):
        sizes.append(3)
        while chosen := plan(sizes, sizes):
            written += sum(sizes[chosen])
            sizes[chosen] = [sum(sizes[chosen])]
    assert sum(sizes) == 53_000
    assert len(sizes) <= 5
    assert written / 3_000 < 16


@pytest.mark.parametrize("k", [10, 600])
def test_what_is_allowed_is_found_however_far_it_lies_from_the_question(monkeypatch, k):
    monkeypatch.setattr(clusters, "_LEAST_ALLOWED", 0)
    monkeypatch.setattr(clusters, "PROBED", 1 / 60)
    draw = np.random.default_rng(0)
    vectors = draw.standard_normal((2_000, 16)).astype(np.float32) * 0.12
    vectors[:, 0] += np.where(np.arange(2_000) < 1_500, 1, -1)  # two languages, say
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    segment = Segment.build("s", [Indexed(n + 1, ()) for n in range(2_000)], vectors)
    grouped = dataclasses.replace(segment, clusters=clusters.build(vectors))
    allowed = np.arange(2_000) >= 1_500
    query = np.eye(16, dtype=np.float32)[0]
    found = SegmentedVectors([grouped]).search(query, k, allowed)
    assert len(found) == min(k, 500)
    assert len(SegmentedVectors([grouped]).search(query, 1_900)) == 1_900
