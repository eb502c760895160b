"""Milvus beside the embedded engine, and Dask with one and two workers. Not part of `make bench`.

    python -m benchmarks.distributed milvus 5000 50000    # latency and index time, light server
    python -m benchmarks.distributed agreement scifact    # first ten and nDCG@10 on real questions
    python -m benchmarks.distributed dask 2000            # 1 and 2 workers against one process

What was measured last is kept in `benchmarks/distributed.json` and written into
`benchmarks/RESULTS.md` and `docs/scale.md`, with what else the machine was doing. The light server
is one Python process that looks through all rows for a filter: its times say what the seam costs,
not what a Milvus cluster takes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

import numpy as np

from benchmarks import generated
from qa.archive import Archive
from qa.embedding import load_embedder
from qa.evaluation import dataset
from qa.evaluation.evaluator import default_folder
from qa.evaluation.indexing import build, cache
from qa.evaluation.measures import MEASURES, per_query
from qa.evaluation.searching import Searcher
from qa.milvus.address import MilvusAddress
from qa.protocols import Embedder
from qa.settings import PACKAGED_MODEL, Settings
from tests.milvus_server import light_server

QUESTIONS = 100
_NDCG = list(MEASURES).index("ndcg@10")
ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "data"
KEPT = ROOT / "benchmarks" / "distributed.json"
PAGES = (ROOT / "benchmarks" / "RESULTS.md", ROOT / "docs" / "scale.md")
BEGIN = "<!-- beyond one machine: python -m benchmarks.distributed -->"
END = "<!-- end of beyond one machine -->"
_ABOUT = {
    "agreement": "The same questions put to an index folder and to the light server, by the means "
    "of `qa eval`.",
    "dask": "Generated articles embedded by the packaged model.",
    "milvus": "A hybrid search on generated articles with generated vectors: the index folder, and "
    "the light server on the same machine, which is one Python process and looks through all rows "
    "for a filter: it says what the seam costs, not what a Milvus cluster takes.",
}


def _open(index: Path | MilvusAddress, embedder: Embedder) -> Archive:
    archive = Archive(index, Settings())
    archive.retriever.embedder = embedder
    return archive


def _spread(work: Callable[[str], object], questions: list[str]) -> tuple[float, float]:
    """Milliseconds: the median and the 95th percentile."""
    times = []
    for question in questions:
        began = time.perf_counter()
        work(question)
        times.append((time.perf_counter() - began) * 1000)
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


def milvus(sizes: list[int]) -> None:
    """Index time, and latency of a hybrid search, at each size."""
    words = generated.Vocabulary().words
    asked = [" ".join(words[200 + 7 * n : 204 + 7 * n]) for n in range(QUESTIONS)]
    embedder = generated.ClusteredEmbedder()
    for size in sizes:
        with _folder() as folder, light_server(folder) as server:
            generated.write(folder / "corpus", size)
            address = MilvusAddress.parse(f"milvus://{server.address}/bench")
            for name, index in (("embedded", folder / "index"), ("milvus-lite", address)):
                archive = _open(index, embedder)
                load, began = os.getloadavg()[0], time.perf_counter()
                report = archive.sync(folder / "corpus")
                seconds = time.perf_counter() - began
                archive.search(asked[0])
                median, slow = _spread(lambda q, a=archive: a.search(q, k=10), asked)  # type: ignore[misc]
                archive.close()
                _keep("milvus", f"{size} {name}", load, {
                    "passages": f"{report.passages:,}", "engine": name,
                    "index": f"{seconds:.0f} s", "search, median": f"{median:.1f} ms",
                    "95 % within": f"{slow:.1f} ms",
                })  # fmt: skip


def agreement(name: str, limit: int | None) -> None:
    """What both engines find and answer on a dataset of `../shared`, as `qa eval` asks it.

    Args:
        name: The dataset's folder.
        limit: Only so many questions, drawn; None asks all.
    """
    data = dataset.load(SHARED / name, "test")
    embedder, settings = load_embedder(PACKAGED_MODEL), Settings()
    load = os.getloadavg()[0]
    with _folder() as folder, light_server(folder) as server:
        address = MilvusAddress.parse(f"milvus://{server.address}/agreement")
        with cache(default_folder(data), data) as place, cache(address, data) as there:
            first = build(place, data.documents, settings, embedder, lambda _: None)
            second = build(
                there, data.documents, settings, embedder, lambda _: None, like=first.index
            )  # so that nothing is embedded again
        arms = [Searcher(indexed, settings, embedder, "hybrid") for indexed in (first, second)]
        asked = data if limit is None else data.limited(limit)
        rankings: tuple[dict[str, list[str]], ...] = ({}, {})
        alike = []
        for query in [*asked.queries, *asked.unanswerable]:
            judged = []
            for arm, ranking in zip(arms, rankings, strict=True):
                judged.append(arm.judge(arm.search(query)[0], query.answers))
                ranking[query.id] = arm.documents(query)
            alike.append(judged[0].answered == judged[1].answered)
        for arm in arms:
            arm.close()
    shares = [
        len(set(one[:10]) & set(rankings[1][query][:10])) / max(len(one[:10]), 1)
        for query, one in rankings[0].items()
    ]
    gains = [mean(per_query(asked.relevant, ranking)[:, _NDCG]) for ranking in rankings]
    _keep("agreement", name, load, {
        "dataset": name, "questions": f"{len(asked.queries)} + {len(asked.unanswerable)} to refuse",
        "overlap of the first ten": f"{mean(shares):.4f}",
        "nDCG@10 embedded": f"{gains[0]:.4f}", "Milvus": f"{gains[1]:.4f}",
        "answered or refused alike": f"{mean(alike):.4f}",
    })  # fmt: skip


def dask(size: int) -> None:
    """Seconds to read, cut and embed with the real model: here, with one and with two workers."""
    from qa.cluster import Dask

    embedder = load_embedder(PACKAGED_MODEL)
    with _folder() as folder:
        generated.write(folder / "corpus", size)
        took: dict[str, float] = {}
        for workers in (0, 1, 2):
            load = os.getloadavg()[0]
            with ExitStack() as stack:
                where = f"one process, {os.cpu_count()} cores"
                execution: Dask | None = None
                if workers:
                    where = f"{workers} Dask worker{'s' if workers > 1 else ''} of one thread"
                    address = stack.enter_context(_cluster(folder, workers))
                    dask_at = Dask(address, embedder.name, embedder.fingerprint)
                    execution = stack.enter_context(dask_at)
                archive = _open(folder / f"workers-{workers}", embedder)
                began = time.perf_counter()
                archive.sync(folder / "corpus", execution=execution)
                took[where] = time.perf_counter() - began
                archive.close()
            one = list(took.values())[1] if workers else None
            _keep("dask", f"{size} {workers}", load, {
                "passages": f"{size:,}", "read, cut and embedded by": where,
                "time": f"{took[where]:.0f} s",
                "of one worker": f"{one / took[where]:.2f} times as fast" if one else "",
            })  # fmt: skip


@contextmanager
def _cluster(folder: Path, workers: int) -> Iterator[str]:
    loopback = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
    with ExitStack() as stack:

        def run(name: str, expect: str, *arguments: str) -> str:
            log = folder / f"{workers}-{name}.log"
            with log.open("wb") as out:
                command = [sys.executable, "-m", "dask", *arguments, *loopback]
                process = subprocess.Popen(command, stdout=out, stderr=out)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            while (found := re.search(expect, log.read_text())) is None:
                assert process.poll() is None, log.read_text()
                time.sleep(0.1)
            return found.group(1)

        address = run("scheduler", r"(tcp://127\.0\.0\.1:\d+)", "scheduler", "--port", "0")
        for number in range(workers):
            place = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder / "dask"))
            run(f"worker-{number}", "(Registered to:)", "worker", address, *place)
        yield address


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as temporary:
        os.environ["QA_MILVUS_FOLDER"] = str(Path(temporary) / "machine")
        yield Path(temporary)


def _keep(kind: str, key: str, load: float, row: dict[str, str]) -> None:
    """Print a row of a table, and remember it in the place of the last of its kind."""
    row["when"] = f"{datetime.now(UTC).date()}, load {load:.1f}"
    print(row, flush=True)
    known = _known()
    known.setdefault(kind, {})[key] = row
    KEPT.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _known() -> dict[str, dict[str, dict[str, str]]]:
    known: dict[str, dict[str, dict[str, str]]] = {}
    return json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else known


def section() -> str:
    """What was measured last, as Markdown between marks, below a heading of its own."""
    lines = [BEGIN]
    for kind, rows in sorted(_known().items()):
        names = list(next(iter(rows.values())))
        lines += ["", _ABOUT[kind], "", f"| {' | '.join(names)} |", "|---" * len(names) + "|"]
        lines += [f"| {' | '.join(row.get(name, '') for name in names)} |" for row in rows.values()]
    return "\n".join([*lines, "", END])


def write() -> None:
    """Put the tables into the pages that have the marks."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        before, rest = text.split(BEGIN)
        page.write_text(f"{before}{section()}{rest.split(END)[1]}", encoding="utf-8")


def main() -> None:
    """Run one of the three, and write what was measured into the pages."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("what", choices=["milvus", "agreement", "dask"])
    parser.add_argument("values", nargs="+")
    parser.add_argument("--limit", type=int, help="ask only the first questions of a dataset")
    options = parser.parse_args()
    if options.what == "milvus":
        milvus([int(value) for value in options.values])
    elif options.what == "agreement":
        for name in options.values:
            agreement(name, options.limit)
    else:
        dask(int(options.values[0]))
    write()


if __name__ == "__main__":
    main()
