from __future__ import annotations

import json

import pytest

from qa.embedding import load_reranker
from qa.embedding.packaged import model_folder
from qa.errors import ModelError
from qa.request import make_request
from qa.settings import Settings

QUESTION = "How many homes lost power in the storm?"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A cross-encoder of two small layers with random weights, saved as any other is."""
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")

    def save(labels: int) -> str:
        folder = tmp_path_factory.mktemp("cross-encoder")
        words = json.loads((model_folder() / "config.json").read_text())["vocab_size"]
        config = transformers.BertConfig(
            vocab_size=words, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
            intermediate_size=64, num_labels=labels,
        )  # fmt: skip
        torch.manual_seed(0)
        transformers.BertForSequenceClassification(config).save_pretrained(folder)
        transformers.AutoTokenizer.from_pretrained(model_folder()).save_pretrained(folder)
        return str(folder)

    return save


def test_the_first_finds_are_ranked_by_a_cross_encoder(archive, make_archive, tiny):
    without = make_archive(archive.index, Settings(late_weight=0.0))
    plain = without.retriever.find(make_request(QUESTION), 20).hits
    without.close()
    other = make_archive(archive.index, Settings(reranker=tiny(1), rerank_depth=6))
    request = make_request(QUESTION, explain=True)
    hits = other.retriever.find(request, 20).hits
    first = hits[:6]
    texts = [f"{hit.article.title}\n{hit.passage.text}" for hit in first]
    scores = other.retriever.reranker.scores(QUESTION, texts)
    assert [hit.explanation.late.score for hit in first] == pytest.approx(scores.tolist(), abs=1e-4)
    assert sorted(hit.explanation.late.rank for hit in first) == [1, 2, 3, 4, 5, 6]
    assert first[0].explanation.late.rank == 1
    assert all(hit.explanation.late is None for hit in hits[6:])
    assert {hit.passage.id for hit in first} == {hit.passage.id for hit in plain[:6]}
    assert [hit.passage.id for hit in hits[6:]] == [hit.passage.id for hit in plain[6:]]
    assert other.ask(QUESTION).passages[0].passage.id == hits[0].passage.id
    other.close()


def test_a_model_that_is_none_is_told_in_one_line(archive, make_archive, tiny, tmp_path):
    for named, told in ((tiny(3), "gives 3 scores, not 1"), (str(tmp_path), "cannot load")):
        other = make_archive(archive.index, Settings(reranker=named))
        with pytest.raises(ModelError, match=told) as caught:
            other.search(QUESTION)
        assert "\n" not in str(caught.value)
        other.close()


def test_none_is_loaded_without_a_name(archive):
    archive.search(QUESTION)
    assert "reranker" not in archive.retriever.__dict__


def test_an_embedding_model_is_no_reranker():
    with pytest.raises(ModelError, match="is no reranker: it was not trained to score") as caught:
        load_reranker(str(model_folder()))
    assert "\n" not in str(caught.value)


def test_what_a_reranker_is_sure_of_is_not_all_alike(tiny, tmp_path):
    transformers = pytest.importorskip("transformers")
    torch = pytest.importorskip("torch")
    model = transformers.BertForSequenceClassification.from_pretrained(tiny(1))
    with torch.no_grad():
        model.classifier.bias.fill_(20)  # logits as of a model that is sure: a sigmoid makes all 1
    model.save_pretrained(tmp_path)
    transformers.AutoTokenizer.from_pretrained(model_folder()).save_pretrained(tmp_path)
    texts = ["41,000 homes lost power.", "Nobody knows.", "The tram costs more."]
    scores = load_reranker(str(tmp_path)).scores(QUESTION, texts)
    assert scores == pytest.approx([20] * 3, abs=1)
    assert len(set(scores.tolist())) == 3


def test_a_reranker_that_is_a_language_model_is_taken(tmp_path):
    transformers = pytest.importorskip("transformers")
    config = transformers.Qwen2Config(
        vocab_size=30522, hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, intermediate_size=64,
    )  # fmt: skip
    transformers.Qwen2ForCausalLM(config).save_pretrained(tmp_path)
    transformers.AutoTokenizer.from_pretrained(model_folder()).save_pretrained(tmp_path)
    assert load_reranker(str(tmp_path)).scores(QUESTION, ["41,000 homes", "None."]).shape == (2,)
