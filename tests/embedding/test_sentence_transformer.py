"""Other models than the packaged one: what their tokens, their settings and several threads do."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa.answering.matching import Words
from qa.embedding import load_embedder, sentence_transformer
from qa.errors import ModelError
from qa.question.query import Question
from qa.verification import _is_unit

QUESTION = "who was hurt in the storm"


def tokenizer():
    """One that puts the blank in front of a word into the word's token, as ModernBERT's does."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=1,
    )
    made.train_from_iterator([QUESTION] * 3, trainer)
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A model of one small layer with random weights, saved as any other is."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    place = tmp_path_factory.mktemp("model")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=400, hidden_size=128, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=64,
    )  # fmt: skip
    BertModel(config).save_pretrained(place / "bare")
    names = {f"{name.lower()}_token": f"[{name}]" for name in ("UNK", "CLS", "SEP", "PAD", "MASK")}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer(), model_max_length=128, **names)
    fast.save_pretrained(place / "bare")
    modules = [Transformer(str(place / "bare")), Pooling(128)]
    SentenceTransformer(modules=modules, device="cpu").save(str(place / "whole"))
    return place / "whole"


@pytest.fixture
def with_config(folder, tmp_path):
    """A copy of the model with other values in its `config_sentence_transformers.json`."""

    def make(**values: object) -> str:
        copy = Path(shutil.copytree(folder, tmp_path / "copy"))
        file = copy / "config_sentence_transformers.json"
        file.write_text(json.dumps({**json.loads(file.read_text()), **values}))
        return str(copy)

    return make


@pytest.fixture(scope="module")
def small(folder):
    return load_embedder(str(folder))


def words(embedding, text):
    return [text[start:end] for start, end in embedding.offsets]


def test_a_token_begins_with_the_word_not_with_the_blank_before_it(small):
    asked = small.embed_query(QUESTION)
    assert words(asked, QUESTION) == QUESTION.split()
    known = Words.of(Question.parse(QUESTION), asked, lambda _: 1.0)
    assert known.token_rows.sum(axis=1).tolist() == [1, 1]  # hurt, storm
    assert known.token_weights.sum() == pytest.approx(1)
    text = "who \n  was hurt"
    [passage] = small.embed_passages([text])
    assert [each for each in words(passage, text) if each != each.strip() or not each] == []
    assert words(passage, text)[-1] == "hurt"


def test_a_prompt_is_left_out_of_offsets(with_config):
    prompted = load_embedder(with_config(prompts={"query": "in the storm: "}))
    assert words(prompted.embed_query(QUESTION), QUESTION)[-1] == "storm"
    assert words(prompted.embed_query(QUESTION), QUESTION)[0].startswith("w")
    assert words(prompted.embed_passages([QUESTION])[0], QUESTION) == QUESTION.split()


def test_vectors_are_as_long_as_the_model_says(with_config, small):
    shorter = load_embedder(with_config(truncate_dim=32))
    [passage] = shorter.embed_passages([QUESTION])
    for found in (passage, shorter.embed_query(QUESTION)):
        assert _is_unit(found.vector, shorter.dimension)
    assert shorter.dimension == 32
    assert small.dimension == 128
    assert shorter.fingerprint != small.fingerprint


def test_several_threads_embed_passages_at_once(small):
    texts = [QUESTION * length for length in (1, 3, 9, 2, 10, 4)] * 2
    expected = [len(each.tokens) for each in small.embed_passages(texts)]
    with ThreadPoolExecutor(6) as pool:
        for found in pool.map(small.embed_passages, [texts] * 150):
            assert [len(each.tokens) for each in found] == expected


def test_a_model_without_states_of_words_is_refused(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding

    static = StaticEmbedding(tokenizer(), embedding_dim=128)
    SentenceTransformer(modules=[static], device="cpu").save(str(tmp_path / "static"))
    with pytest.raises(ModelError, match="gives no states of single words"):
        load_embedder(str(tmp_path / "static"))


@pytest.mark.parametrize(("named", "halved"), [("", True), ("float32", False)])
def test_float32_is_kept_on_a_gpu_where_it_is_asked_for(folder, monkeypatch, named, halved):
    import sentence_transformers
    import torch

    loaded = sentence_transformers.SentenceTransformer(str(folder), device="cpu")
    halves = []
    monkeypatch.setattr(type(loaded), "device", torch.device("cuda"))
    monkeypatch.setattr(type(loaded), "to", lambda model, kind: halves.append(kind) or model)
    monkeypatch.setattr(sentence_transformers, "SentenceTransformer", lambda _, **__: loaded)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    embedder = sentence_transformer.SentenceTransformerEmbedder
    monkeypatch.setattr(embedder, "_embed", lambda *_: [])
    monkeypatch.setenv("QA_PRECISION", named)
    embedder(str(folder))
    assert halves == ([torch.bfloat16] if halved else [])
