"""Milvus beside the embedded engine, and Dask with one and two workers. Not part of `make bench`.

    python -m benchmarks.distributed milvus 5000 50000    # latency and index time, light server
    python -m benchmarks.distributed agreement scifact    # first ten and nDCG@10 on real questions
    python -m benchmarks.distributed dask 2000            # 1 and 2 workers against one process

The light server is one Python process that looks through all rows for a filter: its times say what
the seam costs, not what a Milvus cluster takes.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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
SHARED = Path(__file__).parent.parent.parent / "shared" / "data"


def _open(index: Path | MilvusAddress, embedder: Embedder) -> Archive:
    archive = Archive(index, Settings())
    archive.retriever.embedder = embedder
    return archive


def _spread(work: Callable[[str], object], questions: list[str]) -> str:
    times = []
    for question in questions:
        began = time.perf_counter()
        work(question)
        times.append((time.perf_counter() - began) * 1000)
    return f"p50 {np.percentile(times, 50):.1f} ms, p95 {np.percentile(times, 95):.1f} ms"


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
                began = time.perf_counter()
                report = archive.sync(folder / "corpus")
                seconds = time.perf_counter() - began
                archive.search(asked[0])
                times = _spread(lambda q, a=archive: a.search(q, k=10), asked)  # type: ignore[misc]
                print(f"{report.passages:,} passages, {name}: index {seconds:.0f} s, {times}")
                archive.close()


def agreement(name: str, limit: int | None) -> None:
    """What both engines find and answer on a dataset of `../shared`, as `qa eval` asks it.

    Args:
        name: The dataset's folder.
        limit: Only so many questions, drawn; None asks all.
    """
    data = dataset.load(SHARED / name, "test")
    embedder, settings = load_embedder(PACKAGED_MODEL), Settings()
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
    print(
        f"{name}: {len(asked.queries)} + {len(asked.unanswerable)} questions, overlap of the first "
        f"ten {mean(shares):.4f}, nDCG@10 embedded {gains[0]:.4f}, milvus {gains[1]:.4f}, "
        f"answered or refused alike {mean(alike):.4f}"
    )


def dask(size: int) -> None:
    """Seconds to read, cut and embed with the real model: here, with one and with two workers."""
    from qa.cluster import Dask

    embedder = load_embedder(PACKAGED_MODEL)
    with _folder() as folder:
        generated.write(folder / "corpus", size)
        began = time.perf_counter()
        _open(folder / "here", embedder).sync(folder / "corpus")
        alone = time.perf_counter() - began
        print(f"{size:,} passages, one process on {os.cpu_count()} cores: {alone:.0f} s")
        first = 0.0
        for workers in (1, 2):
            with _cluster(folder, workers) as address:
                archive = _open(folder / f"workers-{workers}", embedder)
                with Dask(address, embedder.name, embedder.fingerprint) as execution:
                    began = time.perf_counter()
                    archive.sync(folder / "corpus", execution=execution)
                    seconds = time.perf_counter() - began
            first = first or seconds
            print(f"{workers} workers of one thread: {seconds:.0f} s, {first / seconds:.2f} times")


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


def main() -> None:
    """Run one of the three."""
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


if __name__ == "__main__":
    main()
