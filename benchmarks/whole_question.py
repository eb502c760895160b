"""A question's whole way at some size: `python -m benchmarks.whole_question [PASSAGES]`.

SQuAD's paragraphs, embedded by the packaged model, among generated articles that fill the archive
up to its size; their vectors and token states are drawn, as many for each passage as real text
has. SQuAD's questions are asked as `qa ask` asks them: embedded, searched, ranked by late
interaction, the best passages read, quoted or refused. Held against the limit of 60 ms.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks import generated
from benchmarks.question_sets import SHARED
from qa.archive import Archive
from qa.embedding.packaged import PackagedEmbedder
from qa.embedding.tokens import SCALE, TOKEN_DIMENSION
from qa.protocols import Embedding
from qa.settings import Settings

LIMIT_MS: Final = 60
QUESTIONS: Final = 300
WARMING: Final = 10
_STATES: Final = 50_000


class Padded(PackagedEmbedder):
    """The packaged model, and what stands for it while generated articles are indexed."""

    def __init__(self) -> None:
        super().__init__()
        self.generating = False
        self._vectors = generated.ClusteredEmbedder()
        drawn = np.random.default_rng(5).standard_normal((_STATES, TOKEN_DIMENSION))
        unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        self._states = np.round(unit * SCALE).astype(np.int8)

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """By the model, or drawn."""
        if not self.generating:
            return super().embed_passages(texts)
        found = self._vectors.embed_passages(texts)
        return [self._with_states(text, each) for text, each in zip(texts, found, strict=True)]

    def _with_states(self, text: str, drawn: Embedding) -> Embedding:
        """Four tokens for three words, which is what real text takes."""
        starts = np.linspace(0, len(text), num=max(2, text.count(" ") * 4 // 3), dtype=np.int32)
        offsets = np.stack([starts[:-1], starts[1:]], axis=1)
        first = sum(text[:20].encode()) * 97 % (_STATES - len(offsets))
        return Embedding(drawn.vector, self._states[first : first + len(offsets)], offsets)


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of each question, by step."""

    passages: int
    steps: dict[str, list[float]]

    def table(self) -> str:
        """As Markdown."""
        lines = [f"| {self.passages:,} passages | median | 95 % within |", "|---|---|---|"]
        for step, times in self.steps.items():
            middle, late = np.percentile(times, [50, 95])
            lines.append(f"| {step} | {middle:.1f} ms | {late:.1f} ms |")
        share = float(np.median(self.steps["total"])) / LIMIT_MS
        return "\n".join([*lines, f"| of the limit of {LIMIT_MS} ms | {share:.2f} times | |"])


def measure(passages: int, folder: Path) -> Measured:
    """Fill an archive up to so many passages and ask it."""
    embedder = Padded()
    corpus = folder / "corpus"
    corpus.mkdir()
    paragraphs = (SHARED / "data" / "squad2" / "corpus.jsonl").read_text(encoding="utf-8")
    (corpus / "squad.jsonl").write_text(paragraphs, encoding="utf-8")
    archive = Archive(folder / "index", Settings())
    archive.retriever.embedder = embedder
    real = archive.sync(corpus).passages
    embedder.generating = True
    generated.write(corpus, passages - real)
    archive.sync(corpus)
    steps: dict[str, list[float]] = {}
    for number, question in enumerate(_questions()):
        timings = archive.ask(question).timings_ms
        for step, taken in timings.items() if number >= WARMING else ():
            steps.setdefault(step, []).append(taken)
    total = int(archive.info()["passages"])
    archive.close()
    return Measured(total, steps)


def _questions() -> list[str]:
    with (SHARED / "data" / "squad2" / "queries.jsonl").open(encoding="utf-8") as file:
        rows = [json.loads(line)["text"] for line in file]
    drawn = np.random.default_rng(6).choice(len(rows), QUESTIONS + WARMING, replace=False)
    return [rows[number] for number in drawn]


def table(passages: int) -> str:
    """Measure one size, in a folder that is removed."""
    with tempfile.TemporaryDirectory() as folder:
        return measure(passages, Path(folder)).table()


def main() -> None:
    """Measure the size that is named."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("passages", type=int, nargs="?", default=100_000)
    print(table(options.parse_args().passages))


if __name__ == "__main__":
    main()
