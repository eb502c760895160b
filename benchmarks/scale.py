"""Speed by size: `python -m benchmarks.scale 100000 [1000000 …] [--folder DIR]`.

A corpus of generated articles (`benchmarks.generated`) goes through the product's own sync; then
questions are searched, one article is added, and the index is opened in a fresh process. In the
same process the usual stack answers the same questions: rank-bm25's `get_scores`, all float32
vectors compared, reciprocal rank fusion. Embedding is left out of all figures. What was measured
last for each size is kept in `benchmarks/scale.json` and drawn in `benchmarks/scale.png`.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks import generated
from benchmarks.question_sets import ROOT
from qa.archive import Archive
from qa.passages import indexed_text
from qa.question.query import Question
from qa.records import Filters
from qa.request import make_filters
from qa.search.ranking import rank
from qa.settings import Settings
from qa.storage.searchable import Generation
from qa.storage.store import ToIndex
from qa.text import analysis

RESULTS: Final = ROOT / "benchmarks" / "scale.json"
PICTURE: Final = ROOT / "benchmarks" / "scale.png"
QUESTIONS: Final = 300
PEER_QUESTIONS: Final = 20
ADDED: Final = 1_000
ADDED_TO: Final = 2_000
K: Final = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, and the limit or peer it is held against."""

    what: str
    value: str
    against: str


@dataclass(frozen=True, slots=True)
class Measured:
    """One size.

    Attributes:
        rows: The table.
        median_ms: Of a search, unfiltered.
        p99_ms: Likewise.
        resident_mib: Of a process after 200 searches, less what it held before it opened the index.
    """

    rows: list[Row]
    median_ms: float
    p99_ms: float
    resident_mib: float


def measure(passages: int, folder: Path) -> Measured:
    """Measure one size; builds the index in the folder unless it is there already."""
    corpus, index = folder / "corpus", folder / "index"
    archive = Archive(index, Settings())
    archive.retriever.embedder = generated.ClusteredEmbedder()
    rows = []
    if not (index / "CURRENT").exists():
        generated.write(corpus, passages)
        began = time.perf_counter()
        report = archive.sync(corpus)
        seconds = time.perf_counter() - began
        rate = f"{report.passages / seconds:.0f} passages/s"
        rows.append(Row("read, cut, store, index, merge", f"{seconds:.0f} s, {rate}", ""))
    opening, resident = _opening(index)
    rows += opening
    generation = _generation(archive)
    asked = _questions(archive, generation)
    plain = _times(lambda a: _search(archive, a, Filters()), asked)
    rows += _searching(archive, asked, plain)
    rows.append(_recall(archive, asked))
    rows += _peers(archive, asked) if passages <= 200_000 else []
    rows += _adding(archive, corpus)
    rows += _growing(archive, corpus) if passages <= ADDED_TO else []
    archive.close()
    middle, late = np.percentile(plain, [50, 99]) * 1000
    return Measured(rows, float(middle), float(late), resident)


@dataclass(frozen=True, slots=True)
class _Asked:
    question: Question
    vector: np.ndarray[Any, np.dtype[np.float32]]


def _questions(archive: Archive, generation: Generation) -> list[_Asked]:
    """Five words of a passage each, of which none is among the commonest; its vector, moved."""
    random = np.random.default_rng(3)
    common = set(generated.Vocabulary().words[:150])
    rows = random.choice(len(generation.ids), QUESTIONS, replace=False)
    segment = generation.segments[0]
    asked = []
    for row in np.sort(rows % len(segment)).tolist():
        [(passage, _)] = archive.retriever.store.passages([int(segment.ids[row])]).values()
        words = [w for w in passage.text.lower().rstrip(".").split() if w.strip(".") not in common]
        chosen = random.choice(words, min(5, len(words)), replace=False)
        moved = segment.vectors[row] + random.standard_normal(384) * 0.02
        vector = np.asarray(moved / np.linalg.norm(moved), dtype=np.float32)
        asked.append(_Asked(Question.parse(" ".join(chosen)), vector))
    return asked


def _searching(archive: Archive, asked: Sequence[_Asked], plain: list[float]) -> list[Row]:
    one_publisher = make_filters("Publisher 7")
    one_author = make_filters(author="Author 7")
    half = make_filters(after="2024-07-01")
    rows = [Row("search: both arms, fused, texts fetched", _spread(plain), "")]
    for what, filters in (
        ("one publisher of 40", one_publisher),
        ("one author of 300", one_author),
        ("half of the dates", half),
    ):
        times = _times(lambda a, f=filters: _search(archive, a, f), asked)  # type: ignore[misc]
        slower = f"{np.median(times) / np.median(plain):.1f} times the time without"
        rows.append(Row(f"the same, filtered: {what}", _spread(times), slower))
    return rows


def _search(archive: Archive, asked: _Asked, filters: Filters) -> object:
    generation = _generation(archive)
    ranked = rank(
        asked.question.terms,
        asked.vector,
        generation.lexical,
        generation.dense,
        archive.settings,
        K,
        generation.passing(filters),
    )
    ids = generation.ids[[found.row for found in ranked]].tolist()
    return archive.retriever.store.passages(ids)


def _generation(archive: Archive) -> Generation:
    generation = archive.retriever.generation()
    assert isinstance(generation, Generation)
    return generation


def _recall(archive: Archive, asked: Sequence[_Asked]) -> Row:
    generation = _generation(archive)
    vectors = np.concatenate([segment.vectors for segment in generation.segments[:1]])
    found = 0
    for one in asked[:100]:
        best = np.argsort(-(vectors @ one.vector))[:10]
        hits = {hit.row for hit in generation.dense.search(one.vector, 10)}
        found += len(hits & set(best.tolist()))
    return Row("recall@10 of the vectors against exact", f"{found / 1000:.3f}", "generated vectors")


def _peers(archive: Archive, asked: Sequence[_Asked]) -> list[Row]:
    from rank_bm25 import BM25Okapi

    ours = _times(lambda a: _search(archive, a, Filters()), asked[:PEER_QUESTIONS])
    generation = _generation(archive)
    number, rows = generation.manifest.generation, list[ToIndex]()
    while part := archive.retriever.store.to_index(
        number, after=rows[-1].id if rows else 0, limit=20_000
    ):
        rows += part
    documents = [analysis.terms(indexed_text(row.title, row.text)) for row in rows]
    okapi = BM25Okapi(documents)
    vectors = np.concatenate([segment.vectors for segment in generation.segments])

    def usual(one: _Asked) -> object:
        by_words = np.argsort(-okapi.get_scores(list(one.question.terms)))[:100]
        by_vector = np.argsort(-(vectors @ one.vector))[:100]
        scores: dict[int, float] = {}
        for ranked in (by_words, by_vector):
            for place, row in enumerate(ranked.tolist(), 1):
                scores[row] = scores.get(row, 0) + 1 / (60 + place)
        return [rows[row] for row in sorted(scores, key=scores.__getitem__)[-K:]]

    times = _times(usual, asked[:PEER_QUESTIONS])
    peers = [Row("the usual stack on the same questions", _spread(times), _ratio(times, ours))]
    return [*peers, _tantivy(generation, documents, asked)]


def _tantivy(
    generation: Generation, documents: Sequence[Sequence[str]], asked: Sequence[_Asked]
) -> Row:
    """The words alone: tantivy, on the same terms, against this project's engine."""
    import tantivy

    ours = _times(lambda a: generation.lexical.search(a.question.terms, 100), asked)
    schema = tantivy.SchemaBuilder()
    schema.add_text_field("body", tokenizer_name="whitespace")
    schema.add_integer_field("row", stored=True, fast=True)
    index = tantivy.Index(schema.build())
    writer = index.writer(200_000_000, 1)
    for row, terms in enumerate(documents):
        writer.add_document(tantivy.Document(body=" ".join(terms), row=row))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(one: _Asked) -> object:
        query = index.parse_query(" ".join(one.question.terms), ["body"])
        hits = searcher.search(query, 100).hits
        return [searcher.doc(address)["row"][0] for _, address in hits]

    times = _times(search, asked)
    return Row(
        "words alone, 100 best: inverted index",
        _spread(ours),
        f"tantivy, with ids: {_spread(times)}",
    )


def _adding(archive: Archive, corpus: Path) -> list[Row]:
    reader = Archive(archive.index, archive.settings)
    reader.retriever.embedder = archive.retriever.embedder
    reader.retriever.generation()
    seconds = []
    for number in range(5):
        word = f"zzquagga{number}{time.time_ns()}"
        row = {"title": f"Added {word}", "text": f"The {word} was seen. " * 4}
        (corpus / f"added{number}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
        began = time.perf_counter()
        archive.sync(corpus)
        hits = reader.search(word, k=5)
        seconds.append(time.perf_counter() - began)
        assert any(word in hit.article.title for hit in hits)
    for number in range(5):
        (corpus / f"added{number}.jsonl").unlink()
    began = time.perf_counter()
    archive.sync(corpus)
    gone = time.perf_counter() - began
    reader.close()
    return [
        Row("add one article, until another reader finds it", _spread(seconds), "limit 1 s"),
        Row("delete five articles", f"{gone * 1000:.0f} ms", ""),
    ]


def _growing(archive: Archive, corpus: Path) -> list[Row]:
    """Many articles, each with a sync of its own: the disk used, against one sync of all."""
    most = 0
    began = time.perf_counter()
    for number in range(ADDED):
        row = {"title": f"Story {number}", "text": f"What happened on day {number} was told. " * 40}
        (corpus / f"grown{number}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
        archive.sync(corpus)
        most = max(most, _disk(archive.folder))
    seconds = time.perf_counter() - began
    with tempfile.TemporaryDirectory() as temporary:
        afresh = Archive(Path(temporary), archive.settings)
        afresh.retriever.embedder = archive.retriever.embedder
        afresh.sync(corpus)
        at_once = _disk(afresh.folder)
        afresh.close()
    for number in range(ADDED):
        (corpus / f"grown{number}.jsonl").unlink()
    archive.sync(corpus)
    return [
        Row(f"{ADDED:,} articles added, a sync each", f"{seconds / ADDED * 1000:.0f} ms each", ""),
        Row(
            "most disk used meanwhile",
            f"{most / 2**20:.0f} MiB",
            f"{most / at_once:.2f} times that of one sync of all",
        ),
    ]


def _disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


_OPEN = """
import json, resource, sys, time
from benchmarks import generated
from benchmarks.scale import _resident
from qa.archive import Archive
from qa.settings import Settings
import numpy as np
embedder = generated.ClusteredEmbedder()
import qa.storage.generation
before = _resident()
began = time.perf_counter()
archive = Archive(__import__("pathlib").Path(sys.argv[1]), Settings())
archive.retriever.embedder = embedder
archive.retriever.generation()
opened = time.perf_counter() - began
found = archive.search("a question of words", k=5)
first = time.perf_counter() - began
words = generated.Vocabulary().words
for n in range(200):
    archive.search(" ".join(words[200 + 7 * n : 204 + 7 * n]), k=20)
print(json.dumps([opened, first, before, _resident()]))
"""


def _opening(index: Path) -> tuple[list[Row], float]:
    run = subprocess.run(
        [sys.executable, "-c", _OPEN, str(index)], check=True, capture_output=True, text=True
    )
    opened, first, before, after = json.loads(run.stdout)
    resident = (after - before) / 2**20
    rows = [
        Row("open in a fresh process", f"{opened * 1000:.0f} ms", "limit 2 s at a million"),
        Row("… and answer the first search", f"{first * 1000:.0f} ms", ""),
        Row(
            "resident memory after 200 searches",
            f"{after / 2**20:.0f} MiB, {resident:.0f} of it the index",
            "limit 1 GiB at a million",
        ),
    ]
    return rows, resident


def _resident() -> int:
    """Bytes of memory this process holds now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _times(work: Callable[[_Asked], object], asked: Sequence[_Asked]) -> list[float]:
    work(asked[0])
    times = []
    for one in asked:
        began = time.perf_counter()
        work(one)
        times.append(time.perf_counter() - began)
    return times


def _spread(times: Sequence[float]) -> str:
    middle, late = np.percentile(times, [50, 99]) * 1000
    return f"median {middle:.1f} ms, p99 {late:.1f} ms"


def _ratio(slower: Sequence[float], faster: Sequence[float]) -> str:
    return f"{np.median(slower) / np.median(faster):.1f} times the time of ours"


def run(sizes: Sequence[int], folder: Path | None = None) -> None:
    """Measure sizes, print their tables, remember and draw them."""
    for size in sizes:
        with tempfile.TemporaryDirectory() as temporary:
            measured = measure(size, folder or Path(temporary))
        known = _known()
        known[str(size)] = {"date": str(datetime.now(UTC).date()), **asdict(measured)}
        text = json.dumps(dict(sorted(known.items(), key=lambda item: int(item[0]))), indent=1)
        RESULTS.write_text(text + "\n", encoding="utf-8")
        print(table(size, known[str(size)]), flush=True)
    _draw(_known())


def tables() -> str:
    """The tables of all sizes measured so far."""
    return "\n\n".join(table(int(size), measured) for size, measured in _known().items())


def table(size: int, measured: dict[str, Any]) -> str:
    """One size as Markdown."""
    lines = [
        f"| {size:,} passages ({measured['date']}) | measured | held against |",
        "|---|---|---|",
    ]
    cells = ("what", "value", "against")
    lines += [f"| {' | '.join(row[cell] for cell in cells)} |" for row in measured["rows"]]
    return "\n".join(lines)


def _known() -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = {}
    if RESULTS.exists():
        known = json.loads(RESULTS.read_text(encoding="utf-8"))
    return known


def _draw(known: dict[str, dict[str, Any]]) -> None:
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    sizes = [int(size) for size in known]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
    left.plot(sizes, [m["median_ms"] for m in known.values()], "o-", label="median")
    left.plot(sizes, [m["p99_ms"] for m in known.values()], "o--", label="99th percentile")
    left.set(xscale="log", yscale="log", xlabel="passages", ylabel="ms a search", ylim=(0.5, 200))
    left.legend()
    right.plot(sizes, [m["resident_mib"] for m in known.values()], "o-", color="tab:green")
    right.set(xscale="log", xlabel="passages", ylabel="MiB resident after 200 searches", ylim=0)
    for axes in (left, right):
        axes.grid(alpha=0.3)
    figure.savefig(PICTURE, dpi=110)
    plt.close(figure)


def main() -> None:
    """Measure the sizes named."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("sizes", type=int, nargs="*", default=[100_000], metavar="PASSAGES")
    options.add_argument("--folder", type=Path, help="keep corpus and index there, for one size")
    given = options.parse_args()
    run(given.sizes, given.folder)


if __name__ == "__main__":
    main()
