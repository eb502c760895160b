"""The layers in ONNX Runtime: the graph that ships is the one that is written, without weights."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto

from benchmarks.layers_graph import FILE, graph
from qa.embedding.bert import BertConfig
from qa.embedding.packaged import model_folder


def test_the_graph_that_ships_is_the_one_that_is_written():
    shipped = ModelProto.FromString(FILE.read_bytes())
    assert shipped == graph(BertConfig.load(model_folder()))
    weights = [t for t in shipped.graph.initializer if t.data_type == TensorProto.FLOAT]
    assert len(weights) == 6 * 16
    assert all(t.data_location == TensorProto.EXTERNAL and not t.raw_data for t in weights)


def test_wanted_tokens_have_the_states_that_they_have_among_all(embedder):
    encoder = embedder.encoder
    states = encoder.states(encoder.tokenizer.encode("Who led the council?").ids)
    whole, some = encoder.layers(states), encoder.layers(states, np.asarray([3, 0]))
    np.testing.assert_allclose(some, whole[[3, 0]], atol=1e-5)


def test_two_texts_are_told_apart_as_first_and_second(embedder):
    encoder = embedder.encoder
    one, two = (encoder.tokenizer.encode(text).ids for text in ("Ferry", "Pier"))
    alone = encoder.states([*one, *two])
    together = encoder.states(one, two)
    np.testing.assert_array_equal(alone[: len(one)], together[: len(one)])
    assert (np.abs(alone[len(one) :] - together[len(one) :]).max(axis=1) > 0.01).all()
