"""How much the large engines lose against the exact ones: `python -m benchmarks.recall`.

Real embeddings: every sentence of SciFact's abstracts and SQuAD's paragraphs as a passage of its
own, some 50,000, asked with SciFact's and SQuAD's questions. For each share of the clusters looked
through: the share of the ten nearest that is found, and the time. Then the words: the share of the
ten best of rank-bm25 that the inverted index finds too. Takes about five minutes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.question_sets import ROOT
from qa.embedding import load_embedder
from qa.lexical.bm25 import BM25Index
from qa.lexical.inverted import InvertedIndex
from qa.passages import sentences
from qa.protocols import Floats
from qa.segments import Segment, clusters
from qa.segments.segment import Indexed
from qa.settings import PACKAGED_MODEL
from qa.text import analysis

DATA: Final = ROOT.parent / "shared" / "data"
QUESTIONS: Final = 300
SHARES: Final = (0.04, 0.08, 0.12, 1 / 6, 0.25)


def main() -> None:
    """Print both tables."""
    embedder = load_embedder(PACKAGED_MODEL)
    texts = list(dict.fromkeys(_sentences()))
    vectors = np.stack([e.vector for e in embedder.embed_passages(texts)])
    questions = list(_questions())
    asked = np.stack([embedder.embed_query(question).vector for question in questions])
    print(f"{len(texts)} sentences, {len(questions)} questions\n", flush=True)
    random = np.random.default_rng(0).permutation(len(vectors))
    for size in (12_000, 25_000, len(vectors)):
        _vectors(vectors[random[:size]], asked)
    _words(texts, questions)


def _vectors(vectors: Floats, asked: Floats) -> None:
    began = time.perf_counter()
    built = clusters.build(vectors)
    seconds = time.perf_counter() - began
    print(f"\n{len(vectors)} rows in {built.index.nlist} clusters, built in {seconds:.1f} s\n")
    exact = [set(np.argsort(-(vectors @ query))[:10].tolist()) for query in asked]
    print("| share of the clusters | recall@10 | before scoring again | ms |\n|---|---|---|---|")
    for share in SHARES:
        probed = int(share * built.index.nlist)
        found = raw = 0
        began = time.perf_counter()
        rows = [built.candidates(query, 100, None, probed=probed) for query in asked]
        milliseconds = (time.perf_counter() - began) * 1000 / len(asked)
        for query, some, best in zip(asked, rows, exact, strict=True):
            again = some[np.argsort(-(vectors[some] @ query))[:10]]
            found += len(best & set(again.tolist()))
            raw += len(best & set(some[:10].tolist()))
        total = 10 * len(asked)
        print(f"| {share:.2f} | {found / total:.4f} | {raw / total:.4f} | {milliseconds:.2f} |")


def _words(texts: list[str], questions: list[str]) -> None:
    rows = [Indexed(n, analysis.terms(text)) for n, text in enumerate(texts, 1)]
    segment = Segment.build("recall", rows, np.zeros((len(rows), 1), dtype=np.float32))
    small, large = BM25Index([segment]), InvertedIndex([segment])
    agreed = total = 0
    for question in questions:
        terms = list(dict.fromkeys(analysis.terms(question)))
        expected = {hit.row for hit in small.search(terms, 10)}
        agreed += len(expected & {hit.row for hit in large.search(terms, 10)})
        total += len(expected)
    print(
        f"\nwords: {agreed / total:.4f} of the ten best by rank-bm25 are the inverted index's too"
    )


def _sentences() -> Iterator[str]:
    for name in ("scifact", "squad2"):
        for row in _rows(DATA / name / "corpus.jsonl"):
            text = str(row["text"])
            yield from (text[span.start : span.end] for span in sentences(text))


def _questions() -> Iterator[str]:
    for name in ("scifact", "squad2"):
        rows = list(_rows(DATA / name / "queries.jsonl"))
        chosen = np.random.default_rng(0).choice(len(rows), QUESTIONS, replace=False)
        yield from (str(rows[i]["text"]) for i in chosen.tolist())


def _rows(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
