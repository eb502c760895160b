"""How fast passages and questions are embedded, against plain sentence-transformers.

`python -m benchmarks.embedding` prints a table. The two are run in turn and the medians compared,
so that other work on the machine meets both. The share of the peak is the floating-point (or
8-bit) operations of the forward pass a second, divided by those of the fastest bare matrix
multiplication in the same number type, measured in the same run on all cores.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from benchmarks.question_sets import ROOT, SHARED
from qa.embedding.packaged import PackagedEmbedder, model_folder
from qa.embedding.precision import Precision, supported
from qa.passages import PassageSize, cut, indexed_text
from qa.protocols import Floats
from qa.reading import read_file

PLAIN: Final = "sentence-transformers, float32, batches of 32"
ROUNDS: Final = 3
QUESTION: Final = "How many people were injured when the ferry hit the pier?"
WEIGHTS: Final = 6 * (4 * 384 * 384 + 2 * 384 * 1536)  # of all-MiniLM-L6-v2's linear layers
NDCG_DEPTH: Final = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement beside plain sentence-transformers' own.

    Attributes:
        what: What was measured.
        unit: Of both values.
        value: Ours.
        plain: Of sentence-transformers in float32.
        ratio: How many times better; for nDCG, ours less theirs.
        peak_share: Of the measured matrix peak, 0 to 1; NaN where that says nothing.
    """

    what: str
    unit: str
    value: float
    plain: float
    ratio: float
    peak_share: float


def measure(passages: int = 256, documents: int | None = 0) -> list[Row]:
    """All rows.

    Args:
        passages: How many to embed in each round.
        documents: How many of SciFact's abstracts to search for its nDCG, None for all 5,183
            (minutes); 0 leaves that row out, as does missing data.
    """
    from sentence_transformers import SentenceTransformer

    from qa.embedding.packed import PackedEncoder

    plain: Any = SentenceTransformer(str(model_folder()), device="cpu")
    engines = {kind: PackedEncoder(model_folder(), kind) for kind in supported()}
    rows = [*_speed(plain, engines, _passages(passages)), *_latency(plain)]
    if documents != 0 and (SHARED / "data" / "scifact").is_dir():
        rows += _quality(plain, engines, documents)
    return rows


def _speed(plain: Any, engines: dict[Precision, Any], texts: list[str]) -> Iterator[Row]:  # noqa: ANN401
    works: dict[str, Callable[[], object]] = {
        PLAIN: lambda: plain.encode(texts, batch_size=32, show_progress_bar=False)
    }
    for kind, engine in engines.items():
        works[kind] = lambda engine=engine: engine.embed(texts)  # type: ignore[misc]
    seconds = _medians(works)
    operations = _operations(plain, texts)
    slow = len(texts) / seconds[PLAIN]
    float_peak = _peak("float32")
    yield Row(PLAIN, "passages/s", slow, slow, 1.0, operations / seconds[PLAIN] / float_peak)
    for kind in engines:
        peak = float_peak if kind == "float32" else _peak(kind)
        fast = len(texts) / seconds[kind]
        share = operations / seconds[kind] / peak
        yield Row(f"ours, {kind}", "passages/s", fast, slow, fast / slow, share)


def _latency(plain: Any) -> Iterator[Row]:  # noqa: ANN401
    ours = PackagedEmbedder()
    seconds = _medians(
        {
            PLAIN: lambda: plain.encode([QUESTION], show_progress_bar=False),
            "ours": lambda: ours.embed_query(QUESTION),
        },
        rounds=50,
    )
    fast, slow = seconds["ours"] * 1000, seconds[PLAIN] * 1000
    yield Row("a question", "ms", fast, slow, slow / fast, math.nan)
    few = _passages(8)
    seconds = _medians(
        {
            PLAIN: lambda: plain.encode(few, batch_size=32, show_progress_bar=False),
            "ours": lambda: ours.embed_passages(few),
        },
        rounds=5,
    )
    fast, slow = seconds["ours"] * 1000, seconds[PLAIN] * 1000
    yield Row("8 passages, without PyTorch", "ms", fast, slow, slow / fast, math.nan)


def _quality(plain: Any, engines: dict[Precision, Any], documents: int | None) -> Iterator[Row]:  # noqa: ANN401
    folder = SHARED / "data" / "scifact"
    relevant: dict[str, set[str]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")
        if int(grade) > 0:
            relevant.setdefault(query, set()).add(document)
    judged = set().union(*relevant.values())
    rows = _json_lines(folder / "corpus.jsonl")
    rows.sort(key=lambda row: row["_id"] not in judged)  # a smaller archive keeps what is judged
    rows = rows[:documents]
    ids = [row["_id"] for row in rows]
    texts = [indexed_text(row["title"], row["text"]) for row in rows]
    questions = {row["_id"]: row["text"] for row in _json_lines(folder / "queries.jsonl")}
    ours = PackagedEmbedder()
    asked = np.stack([ours.embed_query(questions[query]).vector for query in relevant])
    exact = plain.encode(texts, batch_size=32, show_progress_bar=False)
    base = ndcg(asked @ exact.T, ids, list(relevant.values()))
    for kind, engine in engines.items():
        vectors = np.stack([e.vector for e in engine.embed(texts)])
        value = ndcg(asked @ vectors.T, ids, list(relevant.values()))
        what = f"SciFact, {len(texts)} abstracts, vectors alone, {kind}"
        yield Row(what, "nDCG@10", value, base, value - base, math.nan)


def ndcg(scores: Floats, ids: Sequence[str], relevant: Sequence[set[str]]) -> float:
    """Mean nDCG@10 with binary grades (Järvelin, Kekäläinen, TOIS 2002).

    Args:
        scores: float32 (questions, documents).
        ids: The documents'.
        relevant: The ids of the documents relevant to each question.
    """
    discounts = 1 / np.log2(np.arange(NDCG_DEPTH) + 2)
    found = []
    for row, wanted in zip(scores, relevant, strict=True):
        best = np.argsort(-row, kind="stable")[:NDCG_DEPTH]
        gains = np.asarray([ids[i] in wanted for i in best], dtype=float)
        found.append(gains @ discounts[: len(gains)] / discounts[: len(wanted)].sum())
    return float(np.mean(found))


def _peak(kind: Precision) -> float:
    """Operations a second of the fastest multiplication tried, on all cores."""
    import torch

    best = 0.0
    with torch.inference_mode():
        for m, n, k in ((1024, 1536, 384), (4096, 1536, 384), (2048, 2048, 2048)):
            multiply = _multiplication(kind, torch.randn(m, k), torch.randn(n, k))
            for _ in range(8):
                began = time.perf_counter()
                multiply()
                best = max(best, 2 * m * n * k / (time.perf_counter() - began))
    return best


def _multiplication(kind: Precision, x: Any, weight: Any) -> Callable[[], object]:  # noqa: ANN401
    import torch

    if kind != "int8":
        dtype = getattr(torch, kind)
        x, weight = x.to(dtype), weight.to(dtype)
        packed = torch.ops.mkldnn._reorder_linear_weight(weight)
        plain = lambda: torch.nn.functional.linear(x, weight)  # noqa: E731
        ours = lambda: torch.ops.mkldnn._linear_pointwise(x, packed, None, "none", [], "")  # noqa: E731
        return min(plain, ours, key=_seconds)
    packed = torch.ops.onednn.qlinear_prepack((weight * 30).clamp(-127, 127).to(torch.int8), None)
    scales = torch.ones(len(weight))
    zeros = torch.zeros(len(weight), dtype=torch.int64)
    whole = (x * 30 + 128).clamp(0, 255).to(torch.uint8)
    return lambda: torch.ops.onednn.qlinear_pointwise(
        *(whole, 1.0, 128, packed, scales, zeros, None, 1.0, 0, torch.bfloat16, "none", [], "")
    )


def _operations(plain: Any, texts: list[str]) -> float:  # noqa: ANN401
    """Of a forward pass without padding: linear layers, and scores and sums of attention."""
    encoded = plain.tokenizer(texts, truncation=True, max_length=plain.max_seq_length)
    lengths = [len(ids) for ids in encoded["input_ids"]]
    return sum(2.0 * WEIGHTS * n + 6 * 4.0 * n * n * 384 for n in lengths)


def _passages(count: int) -> list[str]:
    """Real passages: of SciFact's abstracts where the data is, else of the sample corpus."""
    scifact = SHARED / "data" / "scifact" / "corpus.jsonl"
    if scifact.exists():
        articles = [(row["title"], row["text"]) for row in _json_lines(scifact)[:count]]
    else:
        paths = sorted((ROOT / "corpus").glob("*.*"))
        found = [a for path in paths for a in read_file(path, path.name).articles]
        articles = [(a.title, a.text) for a in found] * count
    texts: list[str] = []
    for title, text in articles:
        texts += [
            indexed_text(title, text[part.start : part.end]) for part in cut(text, PassageSize())
        ]
        if len(texts) >= count:
            break
    return texts[:count]


def _json_lines(path: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def _medians(works: dict[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    for work in works.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            times[name].append(_seconds(work))
    return {name: statistics.median(values) for name, values in times.items()}


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = [
        "| what | ours | plain | | better by | share of the matrix peak |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        share = "" if math.isnan(row.peak_share) else f"{row.peak_share:.0%}"
        digits, by = (4, f"{row.ratio:+.4f}") if row.unit == "nDCG@10" else (1, f"{row.ratio:.2f}×")
        lines.append(
            f"| {row.what} | {row.value:.{digits}f} | {row.plain:.{digits}f} | {row.unit} | {by} "
            f"| {share} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=256, help="embedded in each round")
    parser.add_argument(
        "--documents", type=int, default=0, help="of SciFact for nDCG; -1 for all, 0 for none"
    )
    options = parser.parse_args()
    documents = None if options.documents < 0 else options.documents
    print(table(measure(options.passages, documents)))


if __name__ == "__main__":
    main()
