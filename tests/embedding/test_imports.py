"""What is loaded for what: a question, and a small update, never wait for PyTorch."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ("torch", "transformers", "sentence_transformers", "scipy", "sklearn")

LOADED = f"import sys, json; print(json.dumps([m for m in {HEAVY} if m in sys.modules]))"


def loaded(code: str) -> list[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{LOADED}"], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1])


def test_questions_and_few_passages_load_no_torch():
    code = """
from qa.embedding import load_embedder
embedder = load_embedder("all-MiniLM-L6-v2")
embedder.embed_query("Who led the inquiry?")
embedder.embed_passages(["One text.", "Another."] * 8)
"""
    assert loaded(code) == []


def test_many_passages_load_torch_alone():
    code = """
from qa.embedding.packaged import PackagedEmbedder
PackagedEmbedder(few=1).embed_passages(["One text.", "Another."])
"""
    assert loaded(code) == ["torch"]


def test_the_command_line_loads_nothing_heavy_for_help():
    code = """
import qa, qa.cli
try:
    qa.cli.main(["--help"])
except SystemExit:
    pass
"""
    assert loaded(code) == []
