"""A sync on a Dask cluster: a real scheduler and two worker processes, on this machine."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from qa import ServiceError, cli
from qa.errors import InputError
from qa.files.scanning import Source
from qa.passages import PassageSize
from qa.protocols import Progress

pytest.importorskip("distributed", reason="needs Dask: pip install 'article-qa[dask]'")

from qa.cluster import SENT, Dask
from qa.embedding.packaged import FEW

ROOT = Path(__file__).parent.parent
LOOPBACK = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
STARTED_S = 60


@contextmanager
def process(log: Path, *arguments: str, expect: str, path: str = str(ROOT)):
    """Run a Dask command; yields it with what stands where `expect` has its group."""
    with log.open("wb") as out:
        running = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            stdout=out,
            stderr=out,
            env={**os.environ, "PYTHONPATH": path},
        )
    try:
        until = time.monotonic() + STARTED_S
        while (found := re.search(expect, log.read_text())) is None:
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)
        yield running, found.group(1)
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextmanager
def scheduler(folder: Path, port: str = "0", **options):
    arguments = ("scheduler", *LOOPBACK, "--port", port)
    expect = r"(tcp://127\.0\.0\.1:\d+)"
    with process(folder / f"scheduler-{port}.log", *arguments, expect=expect, **options) as each:
        yield each


@contextmanager
def worker(folder: Path, address: str, name: str, **options):
    arguments = ("worker", address, *LOOPBACK, "--no-nanny", "--nthreads", "1", "--name", name)
    place = ("--local-directory", str(folder / name))
    log, expect = folder / f"{name}.log", r"(Registered to:)"
    with process(log, *arguments, *place, expect=expect, **options) as (running, _):
        yield running


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dask")
    with (
        scheduler(folder) as (_, address),
        worker(folder, address, "one"),
        worker(folder, address, "two"),
    ):
        yield address


def many_texts(count: int) -> list[dict[str, object]]:
    return [
        {"title": f"Article {n}", "text": f"The tram number {n} was {n * 7} minutes late."}
        for n in range(count)
    ]


def dump(index: Path):
    """Articles and passages, without the moment; embeddings by key."""
    store = sqlite3.connect(index / "store.sqlite")
    rows = store.execute(
        'SELECT p.id, ordinal, start, "end", sentences, embedding, a.id, a.title, a.text, '
        "a.source, a.position FROM passages p JOIN articles a ON a.row = p.article ORDER BY p.id"
    ).fetchall()
    problems = store.execute("SELECT source, line, reason FROM problems").fetchall()
    embeddings = {
        key: (np.frombuffer(v, "<f4"), np.frombuffer(t, np.int8), o)
        for key, v, t, o in store.execute("SELECT key, vector, tokens, offsets FROM embeddings")
    }
    return rows, problems, embeddings


def assert_same(one: Path, other: Path):
    rows, problems, embeddings = dump(one)
    other_rows, other_problems, other_embeddings = dump(other)
    assert rows == other_rows
    assert problems == other_problems
    assert embeddings.keys() == other_embeddings.keys()
    for key, (vector, tokens, offsets) in embeddings.items():
        other_vector, other_tokens, other_offsets = other_embeddings[key]
        assert vector @ other_vector >= 0.9999
        assert offsets == other_offsets
        assert tokens.shape == other_tokens.shape
        states = tokens.reshape(-1, 96).astype(np.float32)
        others = other_tokens.reshape(-1, 96).astype(np.float32)
        norms = np.linalg.norm(states, axis=1) * np.linalg.norm(others, axis=1)
        assert ((states * others).sum(1) / norms).min(initial=1) >= 0.9999


def make(folder: Path, make_archive, name: str):
    return make_archive(folder / name)


def dask(address: str, archive, **options) -> Dask:
    embedder = archive.retriever.embedder
    return Dask(address, embedder.name, embedder.fingerprint, **options)


def test_it_makes_the_index_that_one_process_makes(cluster, tmp_path, make_archive, write_corpus):
    corpus = write_corpus(
        {
            "many.jsonl": many_texts(FEW + 10),
            "page.md": "---\ntitle: Ferry\n---\nThe ferry hit the pier. Nobody was hurt.",
            "broken.jsonl": '{"title": "x"\n{"title": "Good", "text": "It rained all day long."}\n',
            "latin.txt": "Caf\xe9 closes\n\nThe caf\xe9 closed.".encode("latin-1"),
        }
    )
    (corpus / "gone.txt").symlink_to(tmp_path / "nowhere")
    here, there = make(tmp_path, make_archive, "here"), make(tmp_path, make_archive, "there")
    expected = here.sync(corpus)
    stages: list[Progress] = []
    with dask(cluster, there) as execution:
        report = there.sync(corpus, execution=execution, on_progress=stages.append)
        assert (report.articles, report.passages) == (expected.articles, expected.passages)
        assert report.embedded == expected.embedded > FEW
        assert report.problems == expected.problems
        assert_same(here.index, there.index)
        for stage in ("reading", "embedding"):
            done = [p.done for p in stages if p.stage == stage]
            assert done == sorted(done)
            assert done[-1] == [p.total for p in stages if p.stage == stage][-1]
        # The rate of a cluster says nothing about this machine.
        assert there.info()["embedded_per_second"] is None
        # And what is added later is added the same way.
        write_corpus({"many.jsonl": None, "late.txt": "Late news\n\nThe tram came at last."})
        here.sync(corpus)
        there.sync(corpus, execution=execution)
    assert_same(here.index, there.index)
    assert there.verify().ok


def test_the_work_of_a_lost_worker_is_redone_and_nothing_is_twice(
    cluster, tmp_path, make_archive, write_corpus, monkeypatch
):
    corpus = write_corpus({f"{n:02}.jsonl": many_texts(20) for n in range(12)})
    monkeypatch.setattr("qa.indexing.EMBED_AT_ONCE", 12)
    here, there = make(tmp_path, make_archive, "here"), make(tmp_path, make_archive, "there")
    here.sync(corpus)
    killed = threading.Event()
    with worker(tmp_path, cluster, "doomed") as doomed, dask(cluster, there) as execution:

        def on_progress(progress: Progress) -> None:
            if progress.stage == "embedding" and progress.done and not killed.is_set():
                doomed.send_signal(signal.SIGKILL)
                doomed.wait()
                killed.set()

        report = there.sync(corpus, execution=execution, on_progress=on_progress)
    assert killed.is_set()
    assert report.articles == 240
    assert_same(here.index, there.index)


def test_no_scheduler_no_workers_and_a_scheduler_that_goes(
    tmp_path, make_archive, write_corpus, monkeypatch
):
    corpus = write_corpus({f"{n}.jsonl": many_texts(60) for n in range(2)})
    monkeypatch.setattr("qa.indexing.EMBED_AT_ONCE", 10)
    archive = make(tmp_path, make_archive, "index")
    monkeypatch.setattr("qa.cluster.CONNECT_S", 1.0)
    with pytest.raises(ServiceError, match="no Dask scheduler answers at tcp://127.0.0.1:9;"):
        dask("tcp://127.0.0.1:9", archive)
    with scheduler(tmp_path) as (running, address):
        with pytest.raises(ServiceError, match=f"dask worker {address}"):
            dask(address, archive, patience_s=0.3)
        with (
            worker(tmp_path, address, "one") as only,
            dask(address, archive, patience_s=1) as execution,
        ):

            def on_progress(progress: Progress) -> None:
                if progress.stage == "embedding" and progress.done:
                    only.kill()

            with pytest.raises(ServiceError, match="has had no worker for 1 s"):
                archive.sync(corpus, execution=execution, on_progress=on_progress)
            with worker(tmp_path, address, "two"):

                def stop(progress: Progress) -> None:
                    if progress.stage == "embedding" and progress.done:
                        running.kill()

                with pytest.raises(ServiceError, match="scheduler at .* has gone"):
                    archive.sync(corpus, execution=execution, on_progress=stop)
    # Nothing was published; what was embedded is kept, and the next sync goes on from there.
    report = archive.sync(corpus)
    assert report.articles == 120
    assert 0 < report.embedded < report.passages
    assert archive.verify().ok


def test_another_models_weights_are_refused(cluster, tmp_path, make_archive, write_corpus):
    from qa.errors import ModelError

    archive = make(tmp_path, make_archive, "index")
    corpus = write_corpus({"a.txt": "Ferry\n\nThe ferry hit the pier."})
    with (
        Dask(cluster, archive.retriever.embedder.name, "another") as execution,
        pytest.raises(ModelError, match="here it is 'another'; install the same"),
    ):
        archive.sync(corpus, execution=execution)


def test_a_sync_that_ends_leaves_another_its_model(
    cluster, tmp_path, make_archive, write_corpus, monkeypatch
):
    monkeypatch.setattr("qa.indexing.EMBED_AT_ONCE", 10)
    archive = make(tmp_path, make_archive, "index")
    corpus = write_corpus({"many.jsonl": many_texts(120)})
    others: list[Dask] = []
    with dask(cluster, archive) as execution:

        def on_progress(progress: Progress) -> None:
            if progress.stage == "embedding" and progress.done and not others:
                others.append(dask(cluster, archive))  # another index's, with the same model
                others[0].close()

        report = archive.sync(corpus, execution=execution, on_progress=on_progress)
    assert others
    assert report.articles == 120


def test_a_scheduler_that_was_started_again_before_a_sync(tmp_path, make_archive, write_corpus):
    archive = make(tmp_path, make_archive, "index")
    with scheduler(tmp_path) as (_, address), worker(tmp_path, address, "one"):
        execution = dask(address, archive)
    port = address.rsplit(":", 1)[1]
    with scheduler(tmp_path, port), worker(tmp_path, address, "two"), execution:
        until = time.monotonic() + STARTED_S
        while execution._client.status == "connecting" and time.monotonic() < until:
            time.sleep(0.05)  # it connects again by itself
        corpus = write_corpus({"a.txt": "Ferry\n\nThe ferry hit the pier."})
        assert archive.sync(corpus, execution=execution).articles == 1


@pytest.fixture
def without_us(tmp_path):
    """A PYTHONPATH with which a process lacks article-qa."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.partition('.')[0] == 'qa':\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Missing())\n"
    )
    return str(tmp_path)


def assert_lacking(address: str) -> None:
    for _ in range(2):  # nor is the next one told that all have it
        with (
            pytest.raises(ServiceError, match="lacks article-qa; install the same version"),
            Dask(address, "model", "fingerprint") as execution,
        ):
            list(execution.embed([{"key": "text"}]))


def test_a_scheduler_without_article_qa(tmp_path, without_us):
    with scheduler(tmp_path, path=without_us) as (_, address), worker(tmp_path, address, "one"):
        assert_lacking(address)


def test_a_worker_without_article_qa(cluster, tmp_path, without_us):
    with worker(tmp_path, cluster, "lacking", path=without_us):
        assert_lacking(cluster)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("http://127.0.0.1:8787", "is no address of a Dask scheduler; write: tcp://host:8786"),
        ("127.0.0.1", "is no address of a Dask scheduler"),
        ("", "is no address of a Dask scheduler"),
        ("tcp://host:port", "is no address of a Dask scheduler"),
        ("tls://127.0.0.1:8786", "asks for TLS, which Dask's own configuration does not set up"),
    ],
)
def test_an_address_where_no_scheduler_can_be(wrong, says):
    with pytest.raises(InputError, match=says):
        Dask(wrong, "model", "fingerprint")


def test_a_large_file_is_sent_without_a_warning(cluster, tmp_path, recwarn):
    path = tmp_path / "tram.html"
    picture = f'<img src="data:image/png;base64,{"A" * (SENT - 1_000)}">'
    path.write_text(f"<title>Tram</title><h1>Tram</h1><p>The tram was late.</p>{picture}")
    with Dask(cluster, "model", "fingerprint") as execution:
        source = Source(str(path), path.name, "digest", "status")
        [part] = execution.read([source], PassageSize())
    assert [article.title for article in part.result.articles] == ["Tram"]
    assert [str(w.message) for w in recwarn if "large graph" in str(w.message)] == []


def test_a_result_that_is_long_on_its_way_comes(cluster, monkeypatch):
    monkeypatch.setattr("qa.cluster._POLL_S", 0.001)
    came: list[int] = []
    with Dask(cluster, "model", "fingerprint") as execution:

        def ask() -> None:
            [data] = execution._in_order(iter([lambda: execution._submit(bytes, 30_000_000)]))
            came.append(len(data))

        asking = threading.Thread(target=ask, daemon=True)
        asking.start()
        asking.join(60)
    assert came == [30_000_000]


def test_from_the_command_line(cluster, tmp_path, write_corpus, monkeypatch, capsys):
    corpus = write_corpus({"a.txt": "Ferry\n\nThe ferry hit the pier."})
    monkeypatch.chdir(tmp_path)
    assert cli.main(["index", "--corpus", str(corpus), "--scheduler", cluster, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["articles"] == 1
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "qa.cluster")
    assert cli.main(["index", "--corpus", str(corpus), "--scheduler", cluster]) == 1
    assert "pip install 'article-qa[dask]'" in capsys.readouterr().err
