"""`qa eval` as a user runs it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.evaluation.conftest import write_dataset


@pytest.fixture
def run(tmp_path, root):
    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "qa.cli", "eval", *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(root), **environment},
        )

    return run


def test_json_is_one_object_and_the_index_lies_in_its_folder(tiny, run, tmp_path):
    done = run(tiny, "--json", "--arms", "hybrid", "--picture", "curve.svg")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == 1
    document = json.loads(done.stdout)
    assert document["dataset"] == "tiny"
    assert document["arms"]["hybrid"]["hit@1"] == 1
    assert (tmp_path / "curve.svg").stat().st_size > 1000
    [cache] = (tmp_path / "index" / "eval").iterdir()
    assert cache.name.startswith("tiny-")
    again = json.loads(run(tiny, "--json", "--arms", "hybrid").stdout)
    for changing in ("p50_ms", "p95_ms"):
        del document["arms"]["hybrid"][changing], again["arms"]["hybrid"][changing]
    assert again == document


def test_the_table_and_the_warnings(tmp_path, run):
    rows = [("q1", "light", 1), ("q1", "gone", 1)]
    done = run(write_dataset(tmp_path / "d", qrels=rows), "--index", "own/cache")
    assert done.returncode == 0, done.stderr
    assert "ndcg@10" in done.stdout
    assert (
        "qa: warning: documents in qrels/test.tsv but not in corpus.jsonl, never found: 1\n"
        in done.stderr
    )
    assert (tmp_path / "own" / "cache" / "index" / "CURRENT").exists()
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--split", "dev"], "there is no"),
        (["--arms", "bm25"], "arms must be some of"),
        (["--limit", "0"], "limit must be at least 1"),
        (["--leave-out", "3"], "needs 3 questions"),
        (["--picture", "a.jpg"], "must end in"),
        (["--as-of"], "no query has metadata.as_of"),
    ],
)
def test_what_cannot_be_done_is_one_line(tiny, run, arguments, message):
    done = run(tiny, *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("qa: ")
    assert message in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_the_users_own_index_is_never_overwritten(tiny, run, tmp_path):
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "CURRENT").write_text("1")
    done = run(tiny, "--index", "index")
    assert done.returncode == 1
    assert "holds something else" in done.stderr


def test_without_the_extra_one_line_says_what_to_install(tiny, run, tmp_path, root):
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden" / "ir_measures.py").write_text("raise ImportError('not installed')")
    done = run(tiny, PYTHONPATH=f"{tmp_path / 'hidden'}{os.pathsep}{root}")
    assert done.returncode == 1
    assert done.stderr == "qa: qa eval needs ir-measures; run: pip install 'article-qa[eval]'\n"


def test_one_question_is_told_as_one(tiny, run):
    assert ", 1 question\n" in run(tiny, "--limit", "1", "--arms", "lexical").stdout
