"""A dataset of our own, small enough to check by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

BODIES = {
    "light": ("Lighthouse gets new paint", "Tova Brandt painted the lighthouse at Kell Point red."),
    "tram": ("Tram line opens", "The first tram left Northfield depot at dawn with forty riders."),
    "bees": ("Hives stolen", "Thieves took eleven beehives from an orchard near Skerrin."),
    "bread": ("Baker wins prize", "Oda Lund's rye loaf won the county prize for the third time."),
    "ferry": (
        "Ferry hits pier",
        "A ferry struck the pier at Harlow and fourteen people were hurt.",
    ),
}

QUERIES = {
    "q1": ("Who painted the lighthouse?", {"answers": [{"text": "Tova Brandt"}]}),
    "q2": ("How many beehives were stolen?", {"answers": ["eleven"]}),
    "q3": ("How many people were hurt on the ferry?", {"answers": [{"text": "Fourteen"}]}),
    "q4": ("What won the county prize?", {"answers": [{"text": "rye loaf"}]}),
    "u1": ("Who is the mayor of Valparaíso?", {"answers": [], "is_impossible": True}),
    "u2": ("When did the glacier retreat?", None),
}

QRELS = [("q1", "light", 1), ("q2", "bees", 1), ("q3", "ferry", 1), ("q4", "bread", 1)]


def write_dataset(folder: Path, documents=None, queries=None, qrels=QRELS, unanswerable=()) -> Path:
    """Write a dataset; rows that are strings are written as they are."""
    documents = documents or [
        {"_id": name, "title": title, "text": text} for name, (title, text) in BODIES.items()
    ]
    queries = queries or [
        {"_id": name, "text": text, **({"metadata": metadata} if metadata is not None else {})}
        for name, (text, metadata) in QUERIES.items()
    ]
    (folder / "qrels").mkdir(parents=True)
    _write_rows(folder / "corpus.jsonl", documents)
    _write_rows(folder / "queries.jsonl", queries)
    _write_qrels(folder / "qrels" / "test.tsv", qrels)
    if unanswerable:
        _write_qrels(folder / "qrels" / "unanswerable.tsv", unanswerable)
    return folder


def _write_rows(path, rows):
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _write_qrels(path, rows):
    lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.fixture
def tiny(tmp_path):
    """The dataset above, with two questions to refuse."""
    rows = [("u1", "light", 1), ("u2", "light", 1)]
    return write_dataset(tmp_path / "tiny", unanswerable=rows)
