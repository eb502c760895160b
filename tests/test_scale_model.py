"""The plan for other sizes: the page says what the model says, and the model what was measured."""

from __future__ import annotations

import sqlite3
from itertools import pairwise

import pytest

from benchmarks.scale_model import (
    BEGIN,
    DOCUMENT,
    KINDS,
    PASSAGE,
    SIZES,
    Measured,
    plan,
    written,
)
from qa.passages import indexed_text
from qa.text import analysis


def test_the_page_holds_the_figures_of_the_model():
    document = DOCUMENT.read_text(encoding="utf-8")
    assert BEGIN in document
    assert document == written(document), "run: python -m benchmarks.scale_model --write"


def test_a_passage_takes_what_a_real_index_says(archive):
    [(vector, states, offsets)] = sqlite3.connect(archive.index / "store.sqlite").execute(
        "SELECT avg(length(vector)), avg(length(tokens)), avg(length(offsets)) FROM embeddings"
    )
    assert vector == PASSAGE.vector
    # The sample corpus has some very short articles, and so shorter passages than an archive's.
    assert states == pytest.approx(PASSAGE.states, rel=0.1)
    assert offsets == pytest.approx(PASSAGE.offsets, rel=0.1)
    store = archive.retriever.store
    ids = archive.retriever.generation().ids.tolist()
    found = list(store.passages(ids).values())
    assert sum(len(p.text.encode()) for p, _ in found) / len(found) == pytest.approx(
        PASSAGE.text, rel=0.1
    )
    terms = [set(analysis.terms(indexed_text(a.title, p.text))) for p, a in found]
    assert sum(map(len, terms)) / len(terms) == pytest.approx(PASSAGE.terms, rel=0.05)


def test_what_was_measured_is_reproduced_and_more_passages_need_more():
    measured = Measured.load()
    for size, milliseconds in sorted(measured.search_ms.items())[-2:]:
        assert measured.search(size) == pytest.approx(milliseconds)
        assert measured.resident(size) == pytest.approx(measured.resident_mib[size])
    plans = [plan(size, measured) for size in SIZES]
    for less, more in pairwise(plans):
        assert less.memory < more.memory
        assert less.disk < more.disk
        assert less.cpu_hours * 100 == pytest.approx(more.cpu_hours)
        assert less.nodes <= more.nodes
    assert all(p.gpu_hours[0] < p.gpu_hours[1] < p.cpu_hours for p in plans)
    assert KINDS[0].memory > KINDS[1].memory > KINDS[2].memory
