"""Milvus beside the embedded engine, and Dask with one and two workers. Not part of `make bench`.

    python -m benchmarks.distributed milvus 5000 50000    # latency and index time, light server
    python -m benchmarks.distributed agreement scifact    # first ten and nDCG@10 on real questions
    python -m benchmarks.distributed dask 2000            # 1 and 2 workers against one process

The light server is one Python process that looks through all rows for a filter: its times say what
the seam costs, not what a Milvus cluster takes.
"""

from __future__ import annotations

import argparse
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import mean

import numpy as np

from benchmarks import generated
from qa.archive import Archive
from qa.embedding import load_embedder
from qa.evaluation import dataset
from qa.evaluation.evaluator import default_folder
from qa.evaluation.indexing import build
from qa.milvus.address import MilvusAddress
from qa.protocols import Embedder
from qa.settings import PACKAGED_MODEL, Settings
from tests.milvus_server import light_server

QUESTIONS = 100
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
    """The first ten of both engines, and nDCG@10 of each, on a dataset of `../shared`.

    Args:
        name: The dataset's folder.
        limit: Only the first questions; None asks all.
    """
    data = dataset.load(SHARED / name, "test")
    embedder = load_embedder(PACKAGED_MODEL)
    cached = default_folder(data) / "agreement"
    indexed = build(cached, data.documents, Settings(), embedder, lambda _: None)
    assert isinstance(indexed.index, Path)
    with _folder() as folder, light_server(folder) as server:
        address = MilvusAddress.parse(f"milvus://{server.address}/agreement")
        shutil.copytree(indexed.index, address.staging)  # so that nothing is embedded again
        here, there = _open(indexed.index, embedder), _open(address, embedder)
        there.sync(cached / "corpus")
        shares, gains = [], ([], [])  # type: tuple[list[float], tuple[list[float], list[float]]]
        for query in data.queries[:limit]:
            found = []
            for archive, own in zip((here, there), gains, strict=True):
                hits = archive.search(query.text, k=10, literal=True)
                places = [(hit.article.source, hit.article.position) for hit in hits]
                own.append(_ndcg([indexed.ids[p] for p in places], data.relevant[query.id]))
                found.append({hit.passage.text for hit in hits})
            shares.append(len(found[0] & found[1]) / max(len(found[0]), 1))
    print(f"{name}: {len(shares)} questions, overlap of the first ten {mean(shares):.3f}, "
          f"nDCG@10 embedded {mean(gains[0]):.4f}, milvus {mean(gains[1]):.4f}")  # fmt: skip


def _ndcg(ranked: list[str], grades: Mapping[str, int]) -> float:
    """Järvelin, Kekäläinen (TOIS 2002), with linear gains; each document counts once."""
    first = list(dict.fromkeys(ranked))[:10]
    gain = sum(grades.get(d, 0) / math.log2(n + 2) for n, d in enumerate(first))
    ideal = sorted(grades.values(), reverse=True)[:10]
    return gain / (sum(g / math.log2(n + 2) for n, g in enumerate(ideal)) or 1.0)


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
