"""On real text the small and the large lexical engine find the same."""

from __future__ import annotations

import json

import numpy as np
import pytest

from qa.lexical.bm25 import BM25Index
from qa.lexical.inverted import InvertedIndex
from qa.passages import indexed_text
from qa.segments import Segment
from qa.segments.segment import Indexed
from qa.text import analysis


def rows(path):
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


@pytest.mark.data
def test_the_ten_best_of_scifact_by_either_engine(shared_dir):
    folder = shared_dir / "data" / "scifact"
    passages = [
        Indexed(n, analysis.terms(indexed_text(row["title"], row["text"])))
        for n, row in enumerate(rows(folder / "corpus.jsonl"), 1)
    ]
    segment = Segment.build("scifact", passages, np.zeros((len(passages), 1), dtype=np.float32))
    small, large = BM25Index([segment]), InvertedIndex([segment])
    shares = []
    for row in list(rows(folder / "queries.jsonl"))[:200]:
        terms = list(dict.fromkeys(analysis.terms(row["text"])))
        expected = {hit.row for hit in small.search(terms, 10)}
        shares.append(len(expected & {hit.row for hit in large.search(terms, 10)}) / 10)
    assert np.mean(shares) >= 0.99
