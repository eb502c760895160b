from __future__ import annotations

import sys
from math import log2

import pytest

from qa.errors import InputError
from qa.evaluation.measures import MEASURES, check_installed, per_query


def test_measures_by_hand():
    relevant = {"a": {"x": 2, "y": 1}, "b": {"x": 1}, "c": {"z": 1, "gone": 1}}
    rankings = {
        "a": ["x", "n", "y"],  # gains 2 at 1 and 1 at 3
        "b": [*(f"n{i}" for i in range(4)), "x"],  # found fifth
        # "c" found nothing
    }
    rows = per_query(relevant, rankings)
    assert list(MEASURES) == ["ndcg@10", "recall@100", "mrr@10", "hit@1", "hit@3", "hit@10"]
    assert rows[0] == pytest.approx([(2 + 1 / 2) / (2 + 1 / log2(3)), 1, 1, 1, 1, 1])
    assert rows[1] == pytest.approx([1 / log2(6), 1, 1 / 5, 0, 0, 1])
    assert rows[2] == pytest.approx([0, 0, 0, 0, 0, 0])


def test_only_the_first_hundred_documents_count():
    ranking = [*(f"n{i}" for i in range(99)), "at 100", "at 101"]
    rows = per_query({"q": {"at 100": 1, "at 101": 1}}, {"q": ranking})
    assert rows[0].tolist() == [0, 0.5, 0, 0, 0, 0]


def test_ids_may_hold_anything():
    relevant = {"a\0b": {"d\0e": 1}, "a\0c": {"d\0f": 1, "a b\tc": 1}}
    rows = per_query(relevant, {"a\0b": ["d\0e"], "a\0c": ["d\0e"]})
    assert rows[:, 0].tolist() == [1, 0]


def test_nothing_found_at_all():
    assert per_query({"q": {"d": 1}}, {}).tolist() == [[0] * 6]


def test_a_missing_library_is_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    with pytest.raises(InputError, match=r"pip install 'article-qa\[eval\]'"):
        check_installed()
