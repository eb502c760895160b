"""Quality floors: `python -m benchmarks.floors [--lower]` measures and rewrites `floors.json`.

A test holds the product to them, so they are measured on what a test has time to embed: SciFact's
300 test questions over 1,000 abstracts and 400 drawn SQuAD questions over 600 paragraphs, in each
all that answer a question and others drawn. That is easier than the whole, and the figures are
higher. A floor is what was measured less a margin, and is only lowered on request.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import dataclass, replace
from math import floor
from pathlib import Path
from typing import Any, Final

from qa.evaluation.dataset import Dataset, load
from qa.evaluation.evaluator import Options, evaluate
from qa.protocols import Embedder
from qa.settings import Settings

SHARED: Final = Path(__file__).parent.parent.parent / "shared"
INDEXES: Final = Path(__file__).parent.parent / "index" / "eval"
FILE: Final = Path(__file__).parent / "floors.json"

MARGINS: Final = {
    "ndcg@10": 0.005,
    "quote@1": 0.01,
    "quote@3_before_refusal": 0.01,
    "passage@3": 0.005,
}
"""For what another CPU's arithmetic changes: passages are embedded in bfloat16 where there is
hardware for it, else in float32. Of 400 questions, .005 are two."""


@dataclass(frozen=True, slots=True)
class Pinned:
    """A dataset and how much of it is measured; None is all."""

    name: str
    documents: int | None
    questions: int | None

    def load(self, data: Path) -> Dataset:
        """The part that is measured: nothing to refuse, since the floors are about answers."""
        dataset = replace(load(data / self.name), unanswerable=())
        if self.questions is not None:
            dataset = dataset.limited(self.questions)
        if self.documents is not None:
            dataset = dataset.with_fewer_documents(self.documents)
        return dataset

    def digests(self, data: Path) -> dict[str, str]:
        """SHA-256 of each file that is read."""
        names = ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv")
        return {n: hashlib.sha256((data / self.name / n).read_bytes()).hexdigest() for n in names}


PINNED: Final = (Pinned("scifact", 1_000, None), Pinned("squad2", 600, 400))


def measure(
    pinned: Pinned, data: Path, folder: Path, embedder: Embedder | None = None
) -> dict[str, float]:
    """The figures that have floors, of the product as it ships.

    Args:
        pinned: What to measure.
        data: The folder of the datasets.
        folder: Takes the index.
        embedder: The packaged model; None loads it.
    """
    options = Options(arms=("hybrid",))
    report = evaluate(pinned.load(data), folder, Settings(), options, embedder=embedder)
    found = {**report.arms["hybrid"], **(report.answers or {})}
    return {name: found[name] for name in MARGINS if name in found}


def floors() -> dict[str, Any]:
    """What `floors.json` holds."""
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def main() -> int:
    """Measure and rewrite; 1 where a floor would sink and that was not asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lower", action="store_true", help="let floors sink")
    lower = parser.parse_args().lower
    old = floors() if FILE.exists() else {}
    new: dict[str, Any] = {}
    sunk = []
    for pinned in PINNED:
        measured = measure(pinned, SHARED / "data", INDEXES / f"floors-{pinned.name}")
        lows = {
            name: floor(1000 * (value - MARGINS[name]) + 1e-6) / 1000
            for name, value in measured.items()
        }
        new[pinned.name] = {
            "sha256": pinned.digests(SHARED / "data"),
            "documents": pinned.documents,
            "questions": pinned.questions,
            "measured": measured,
            "margins": {name: MARGINS[name] for name in measured},
            "floors": lows,
        }
        for name, low in old.get(pinned.name, {}).get("floors", {}).items():
            if lows.get(name, -1.0) < low:
                sunk.append(f"{pinned.name} {name}: {low} → {lows.get(name)}")
    print(json.dumps(new, indent=2))
    if sunk and not lower:
        print("not written, these would sink (--lower):", *sunk, sep="\n  ", file=sys.stderr)
        return 1
    FILE.write_text(json.dumps(new, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
