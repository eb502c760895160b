"""Words and vectors in a server rank and score as the embedded engines do."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from qa.lexical.bm25 import BM25Index
from qa.manifest import Manifest
from qa.milvus.arms import MilvusVectors, MilvusWords, Passages
from qa.milvus.catalogue import Current
from qa.milvus.collections import NOTHING, Names, make_build, term_code
from qa.milvus.generation import MilvusGeneration
from qa.milvus.server import Server
from qa.rows import FOREVER
from tests.contracts.by_id import ById, array
from tests.contracts.test_vector_index import QUERY, VECTORS, exact

VOCABULARY = ["ferri", "tram", "pier", "naïv", "at&t", "横浜", "x0", "52.9", "same"]
IDS = list(range(2, 402, 2))
RANDOM = np.random.default_rng(3)
PASSAGES = [
    (i, ["same"] if i > 380 else RANDOM.choice(VOCABULARY[:-1], RANDOM.integers(0, 9)).tolist())
    for i in IDS
]


@pytest.fixture
def passages(milvus, new_address):
    address = new_address()
    server = Server(address)
    names = Names(address.name, "b1")
    make_build(server, names, VECTORS.shape[1], "FLAT")

    def row(number, terms, vector, added=1, removed=FOREVER):
        return {
            "id": number, "added": added, "removed": removed, "day": number, "publisher": "",
            "author": [], "language": "", "words": " ".join(map(term_code, terms)),
            "vector": vector,
        }  # fmt: skip

    rows = [row(*passage, vector) for passage, vector in zip(PASSAGES, VECTORS, strict=True)]
    # Of a generation to come, and of one that is over: neither is seen, counted or scored.
    rows += [row(1, ["ferri"] * 9, QUERY, added=2), row(3, ["ferri"] * 9, QUERY, removed=1)]
    server.write(names.passages, rows)
    counts = Counter(term for _, terms in PASSAGES for term in set(terms))
    server.write(
        names.terms,
        [
            {
                "term": term_code(term), "letter": term_code(term)[0], "length": len(term),
                "frequency": count, "earlier": 0, "since": 1, "nothing": NOTHING,
            }
            for term, count in counts.items()
        ],
    )  # fmt: skip
    manifest = Manifest(
        1, 1, 1, "", "", "", VECTORS.shape[1], 90, 0, 1, len(IDS), 0, 400, [], {}, None, {}, ""
    )
    length = sum(len(terms) for _, terms in PASSAGES)
    yield Passages(server, Current(1, "b1", 1, "", "", "FLAT", length, 0, manifest))
    for collection in names.all():
        server.call("drop_collection", collection)


def test_words_and_vectors_are_those_of_the_embedded_engines(passages):
    words, vectors = MilvusWords(passages), MilvusVectors(passages)
    reference = ById(BM25Index, PASSAGES)
    generation = MilvusGeneration(passages)
    some = array(*IDS[::3])
    for asked in (["ferri"], ["tram", "ferri", "tram"], ["naïv", "at&t"], ["横浜", "x0", "52.9"],
                  ["same"], ["zeppelin"], []):  # fmt: skip
        for k in (1, 3, 7, 500):
            for allowed in (None, some):
                expected = reference.search(asked, k, allowed)
                found = words.search(asked, k, None if allowed is None else generation.only(some))
                assert [hit.row for hit in found] == [hit.row for hit in expected], (asked, k)
                assert [h.score for h in found] == pytest.approx([h.score for h in expected])
        np.testing.assert_allclose(
            words.scores(asked, some), reference.scores(asked, some), rtol=1e-5
        )
    assert words.document_frequency("ferri") == reference.document_frequency("ferri")
    assert words.document_frequency("zeppelin") == 0
    assert words.similar("ferir") == "ferri"
    for k in (1, 5, 99, 200, 1_000):
        assert [h.row for h in vectors.search(QUERY, k)] == [i for i, _ in exact(QUERY)[:k]]
        found = [h.row for h in vectors.search(QUERY, k, generation.only(some))]
        assert found == [i for i, _ in exact(QUERY, allowed=some.tolist())[:k]]
    assert vectors.scores(QUERY, array(400, 2)) == pytest.approx(VECTORS[[199, 0]] @ QUERY)
    with pytest.raises(ValueError, match=r"vectors of 16, not \(15,\)"):
        vectors.search(QUERY[:-1], 3)


def test_sets_of_rows(passages):
    generation = MilvusGeneration(passages)
    with_ferri = {i for i, terms in PASSAGES if "ferri" in terms}
    with_tram = {i for i, terms in PASSAGES if "tram" in terms}
    rows = generation.rows(generation.holding(None, ["ferri", "tram"]), 999)
    assert set(rows.tolist()) == with_ferri | with_tram
    left = generation.without(generation.holding(None, ["ferri"]), ["ferri", "tram"])
    assert set(generation.rows(left, 999).tolist()) == with_ferri - with_tram
    less = generation.less(left, array(*sorted(with_ferri)))
    assert not generation.any(less)
    assert generation.rows(None, 5) is None
    assert generation.example("ferri") in with_ferri
    assert generation.days(array(6, 4)).tolist() == [6, 4]
    assert not generation.any(generation.only(array()))
