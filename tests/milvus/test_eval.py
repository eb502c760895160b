"""`qa eval` measures in a server what it measures in a folder."""

from __future__ import annotations

import json

import pytest

from qa import cli
from qa.errors import InputError
from qa.evaluation.dataset import load
from qa.evaluation.evaluator import Options, evaluate
from qa.settings import Settings
from tests.evaluation.conftest import write_dataset


def without_times(report):
    document = json.loads(json.dumps(report))
    for figures in document["arms"].values():
        del figures["p50_ms"], figures["p95_ms"]
    return document


def test_the_figures_are_those_of_a_folder_and_nothing_is_embedded_twice(
    tmp_path, machine, new_address, embedder, monkeypatch, capsys
):
    folder = write_dataset(tmp_path / "tiny")
    data, address = load(folder, "test"), new_address()
    for options in (Options(), Options(limit=2, leave_out=2, arms=("hybrid",))):
        expected = evaluate(data, tmp_path / "cache", Settings(), options, embedder=embedder)
        found = evaluate(data, address, Settings(), options, embedder=embedder)
        assert without_times(found.as_json()) == without_times(expected.as_json())
    monkeypatch.setattr("qa.evaluation.evaluator.load_embedder", lambda _: embedder)
    monkeypatch.setattr(embedder, "embed_passages", None)
    monkeypatch.chdir(tmp_path)
    asked = ["eval", str(folder), "--limit", "2", "--leave-out", "2", "--arms", "hybrid", "--json"]
    assert cli.main([*asked, "--index", str(address)]) == 0
    again = json.loads(capsys.readouterr().out)
    assert without_times(again) == without_times(found.as_json())
    assert not (tmp_path / "index").exists()


def test_an_index_that_no_measuring_made_is_never_overwritten(
    tmp_path, machine, new_address, open_archive, write_corpus, embedder
):
    address = new_address()
    data = load(write_dataset(tmp_path / "tiny"), "test")
    open_archive(address).sync(write_corpus({"a.txt": "Tram\n\nThe tram was late."}))
    for name in ("writer", "another"):
        machine(name)
        with pytest.raises(
            InputError, match=f"{address} holds something else, .* name a new index"
        ):
            evaluate(data, address, Settings(), embedder=embedder)
    assert [article.title for article in open_archive(address).articles()] == ["Tram"]
    user = address.beside("free_leave_out_2")
    machine("writer")
    open_archive(user).sync(write_corpus({}))
    with pytest.raises(InputError, match="holds something else"):
        evaluate(data, address.beside("free"), Settings(), Options(leave_out=2), embedder=embedder)
    assert [article.title for article in open_archive(user).articles()] == ["Tram"]
