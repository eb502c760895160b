"""The number type: forced, measured, remembered, and never an error."""

from __future__ import annotations

import json
import logging

import pytest

from qa.embedding import packaged, precision


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("QA_PRECISION", raising=False)
    return tmp_path / "article-qa" / "precision.json"


@pytest.fixture
def timed(monkeypatch):
    """Count the measurements, and let int8 win them."""
    calls = []

    def seconds(kind):
        calls.append(kind)
        return {"float32": 4.0, "bfloat16": 2.0, "int8": 1.0}[kind]

    monkeypatch.setattr(precision, "_seconds", seconds)
    monkeypatch.setattr(precision, "supported", lambda: ("float32", "bfloat16", "int8"))
    return calls


def test_the_fastest_is_chosen_and_remembered(cache, timed):
    assert precision.choose() == "int8"
    assert timed == ["float32", "bfloat16", "int8"]
    assert list(json.loads(cache.read_text()).values()) == ["int8"]
    assert precision.choose() == "int8"
    assert len(timed) == 3
    assert precision.choose(precision.FLOATS) == "bfloat16"  # remembered beside the other
    assert sorted(json.loads(cache.read_text()).values()) == ["bfloat16", "int8"]


@pytest.mark.parametrize("forced", ["float32", "bfloat16", "INT8 "])
def test_the_environment_overrides(cache, timed, monkeypatch, forced):
    monkeypatch.setenv("QA_PRECISION", forced)
    assert precision.choose() == forced.strip().lower()
    assert timed == []
    assert not cache.exists()


@pytest.mark.parametrize("unknown", ["float8", "int8"])
def test_what_cannot_be_used_is_logged(cache, timed, monkeypatch, caplog, unknown):
    monkeypatch.setenv("QA_PRECISION", unknown)
    with caplog.at_level(logging.WARNING):
        assert precision.choose(precision.FLOATS) == "bfloat16"
    assert f"QA_PRECISION={unknown} cannot be used here" in caplog.text


@pytest.mark.parametrize("content", ["", "[1]", '{"other": 1}', "\x00"])
def test_a_damaged_memory_is_measured_anew(cache, timed, content):
    cache.parent.mkdir()
    cache.write_text(content)
    assert precision.choose() == "int8"
    assert "int8" in json.loads(cache.read_text()).values()


def test_a_folder_that_cannot_be_written_is_no_error(cache, timed):
    cache.parent.write_text("a file where the folder should be")
    assert precision.choose() == "int8"
    assert precision.choose() == "int8"
    assert len(timed) == 6


def test_a_small_gain_does_not_pay_for_less_precision():
    assert precision.fastest({"float32": 1.0, "bfloat16": 0.95, "int8": 0.7}) == "float32"
    assert precision.fastest({"float32": 1.0, "bfloat16": 0.8, "int8": 0.6}) == "bfloat16"
    assert precision.fastest({"float32": 1.0, "bfloat16": 1.9, "int8": 0.3}) == "int8"


def test_the_measurement_itself_runs(cache):
    usable = precision.supported()
    assert usable[0] == "float32"
    assert precision.choose() in usable


def test_on_a_gpu_the_library_embeds(monkeypatch):
    import torch

    from qa.embedding import sentence_transformer

    made = []

    class Library:
        def __init__(self, model):
            made.append(model)

        def embed_passages(self, texts):
            return list(texts)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(sentence_transformer, "SentenceTransformerEmbedder", Library)
    embedder = packaged.PackagedEmbedder(few=1)
    assert embedder.embed_passages(["a", "b"]) == ["a", "b"]
    assert made == [str(packaged.model_folder())]
