"""How good the answers are, end to end: an index on disk, `Archive.ask`, the shipped weights.

The seed page alone with our held-out questions, and the sample corpus with its own: neither took
part in fitting. The share of quotes that hold the answer, and of questions rightly refused.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.memory_archive import holds
from benchmarks.question_sets import ROOT, SHARED, load
from qa import Archive


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares from 0 to 1.

    Attributes:
        what: The archive and the questions.
        answerable: How many questions it can answer.
        unanswerable: How many it cannot.
        first: Of the answerable: the first quote holds the answer. A refusal counts as wrong.
        three: Of the answerable: one of the first three quotes holds it.
        refused: Of the unanswerable.
        false_refusals: Of the answerable.
    """

    what: str
    answerable: int
    unanswerable: int
    first: float
    three: float
    refused: float
    false_refusals: float


def measure() -> list[Quality]:
    """Both archives; the seed page only where the evaluation data is."""
    rows = [_over(ROOT / "corpus", "sample corpus", load("sample_corpus.jsonl"))]
    if (SHARED / "seeds").is_dir():
        rows.append(_over(SHARED / "seeds", "seed page, held out", load("seed_heldout.jsonl")))
    return rows


def _over(corpus: Path, what: str, questions: Iterable[dict[str, Any]]) -> Quality:
    folder = Path(tempfile.mkdtemp())
    try:
        return evaluate(Archive.build(corpus, folder), what, questions)
    finally:
        shutil.rmtree(folder)


def evaluate(archive: Archive, what: str, questions: Iterable[dict[str, Any]]) -> Quality:
    """Ask every question.

    Args:
        archive: What to ask.
        what: A name for the row.
        questions: Rows with "question", "answerable" and "answers".
    """
    first, three, refused, false_refusals = [], [], [], []
    for row in questions:
        answer = archive.ask(row["question"])
        if not row["answerable"]:
            refused.append(not answer.answered)
            continue
        right = [holds(citation.quote, row["answers"]) for citation in answer.citations]
        first.append(any(right[:1]))
        three.append(any(right[:3]))
        false_refusals.append(not answer.answered)
    return Quality(
        what=what,
        answerable=len(first),
        unanswerable=len(refused),
        first=_share(first),
        three=_share(three),
        refused=_share(refused),
        false_refusals=_share(false_refusals),
    )


def _share(values: list[bool]) -> float:
    return sum(values) / len(values) if values else 0.0
