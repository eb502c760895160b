from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from qa.embedding.tokens import compress
from qa.passages import indexed_text
from qa.protocols import Embedding
from qa.records import Passage, Span
from qa.request import make_request
from qa.search.fusion import min_max
from qa.search.rescoring import Laid, late_interaction
from qa.settings import Settings

QUESTION = "How many homes lost power in the storm?"
NO_TOKENS = Embedding(
    np.ones(4, dtype=np.float32) / 2, np.zeros((0, 1), np.int8), np.zeros((0, 2), np.int32)
)


def laid(embedder, title: str, *sentences: str) -> Laid:
    text, spans = "", []
    for sentence in sentences:
        start = len(text) + bool(text)
        text = f"{text} {sentence}" if text else sentence
        spans.append(Span(start + 500, len(text) + 500))
    passage = Passage(1, "a", 0, 500, 500 + len(text), text, tuple(spans))
    [embedding] = embedder.embed_passages([indexed_text(title, text)])
    return Laid.of(embedding, passage, title)


def by_hand(query, weights, passage):
    """The three matches, one sentence at a time."""
    cosines = query.tokens.astype(float) @ passage.embedding.tokens.astype(float).T / 127**2
    begins = passage.embedding.offsets[:, 0]
    bounds = [*passage.starts, 10**9]
    sentences = [cosines[:, (begins >= low) & (begins < high)] for low, high in pairwise(bounds)]
    anywhere = cosines.max(axis=1).mean()
    body = weights @ cosines[:, begins >= passage.starts[0]].max(axis=1)
    return (anywhere + body + max(weights @ s.max(axis=1) for s in sentences)) / 3


def test_it_is_the_mean_of_three_matches(embedder):
    query = embedder.embed_query(QUESTION)
    weights = np.linspace(0, 1, len(query.tokens), dtype=np.float32)
    weights /= weights.sum()
    passages = [
        laid(embedder, "Storm", "Forty thousand homes lost power.", "The storm came at night."),
        laid(embedder, "", "A recipe for plum jam."),
        laid(embedder, "Power", "Prices rise.", "Homes pay more.", "The regulator is asked."),
    ]
    expected = [by_hand(query, weights, passage) for passage in passages]
    found = late_interaction(query, weights, passages)
    assert found == pytest.approx(expected, abs=1e-6)
    assert found.argmax() == 0
    assert found.argmin() == 1
    # One at a time or together, the same.
    alone = [late_interaction(query, weights, [passage])[0] for passage in passages]
    assert alone == pytest.approx(found.tolist(), abs=1e-6)


def test_a_passage_that_the_model_did_not_read_scores_nothing(embedder):
    query = embedder.embed_query(QUESTION)
    weights = np.full(len(query.tokens), 1 / len(query.tokens), dtype=np.float32)
    unread = laid(embedder, "storm " * 400, "Forty thousand homes lost power.")
    read = laid(embedder, "Storm", "Forty thousand homes lost power.")
    empty = Laid(NO_TOKENS, [1])
    found = late_interaction(query, weights, [empty, unread, read])
    assert found[:2].tolist() == [0, 0]
    assert found[2] > 0.3
    assert late_interaction(query, weights, []).shape == (0,)
    assert late_interaction(query, weights, [empty]).tolist() == [0]


def test_a_question_without_tokens_scores_nothing(embedder):
    query = replace(embedder.embed_query("x"), tokens=compress(np.zeros((0, 384), np.float32)))
    passage = laid(embedder, "Storm", "Forty thousand homes lost power.")
    assert late_interaction(query, np.zeros(0, np.float32), [passage]).tolist() == [0]


def search(make_archive, archive, question=QUESTION, **settings):
    other = make_archive(archive.index, Settings(**settings))
    found = other.retriever.find(make_request(question, explain=True), 100)
    other.close()
    return found


@pytest.mark.parametrize("fusion", ["convex", "rrf"])
def test_the_first_finds_are_mixed_and_none_below_passes_them(archive, make_archive, fusion):
    plain = search(make_archive, archive, fusion=fusion, late_weight=0.0).hits
    mixed = search(make_archive, archive, fusion=fusion, late_weight=0.4, rerank_depth=5).hits
    assert {hit.passage.id for hit in mixed[:5]} == {hit.passage.id for hit in plain[:5]}
    assert [hit.passage.id for hit in mixed[5:]] == [hit.passage.id for hit in plain[5:]]
    assert len(plain) > 6
    assert all(hit.explanation.late is None for hit in [*plain, *mixed[5:]])
    assert all(hit.explanation.late_share == 0 for hit in [*plain, *mixed[5:]])
    assert sorted(hit.explanation.late.rank for hit in mixed[:5]) == [1, 2, 3, 4, 5]
    before = {hit.passage.id: hit.score for hit in plain}
    scale = 0.6 / (max(before.values()) if fusion == "rrf" else 1)
    late = min_max(np.asarray([hit.explanation.late.score for hit in mixed[:5]], np.float32))
    for hit, closeness in zip(mixed[:5], late.tolist(), strict=True):
        expected = before[hit.passage.id] * scale + 0.4 * closeness
        assert hit.score == pytest.approx(expected, abs=1e-5)
        assert hit.explanation.late_share == pytest.approx(0.4 * closeness / expected, abs=1e-5)


def test_all_weight_on_late_interaction_ranks_by_it_alone(archive, make_archive):
    hits = search(make_archive, archive, late_weight=1.0, rerank_depth=8).hits
    assert [hit.explanation.late.rank for hit in hits[:7]] == list(range(1, 8))


def test_what_was_read_for_the_ranking_is_handed_on(archive, make_archive, monkeypatch):
    found = search(make_archive, archive, rerank_depth=7)
    assert len(found.embeddings) == 7
    assert set(found.embeddings) == {hit.passage.id for hit in found.hits[:7]}
    assert search(make_archive, archive, late_weight=0.0).embeddings == {}
    read = []
    whole = archive.retriever.store.embeddings
    monkeypatch.setattr(
        archive.retriever.store, "embeddings", lambda ids: read.extend(ids) or whole(ids)
    )
    answer = archive.ask(QUESTION)
    assert answer.answered
    assert len(read) == len(set(read))  # none twice


def test_a_question_of_common_words_is_left_to_the_vectors(archive, make_archive):
    hits = search(make_archive, archive, "who is it").hits
    assert [hit.dense.rank for hit in hits[:5]] == [1, 2, 3, 4, 5]
    assert all(hit.explanation.late is None for hit in hits)
