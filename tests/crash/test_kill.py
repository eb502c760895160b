"""Killed before each of its write steps, a sync loses nothing: the old answers, or the new."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import signal
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from qa.archive import Archive
from qa.settings import Settings
from tests.crash import child

pytestmark = pytest.mark.crash

BEFORE = {
    "ferry.txt": "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2. Fourteen were hurt.\n",
    "tram.txt": "Tram approved\n\nThe council approved the tram line by 27 votes to 18.\n",
    "feed.jsonl": [{"title": f"Story {n}", "text": f"Story {n} is told."} for n in range(12)],
}
AFTER = {
    "ferry.txt": "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2. Nineteen were hurt.\n",
    "storm.txt": "Storm cuts power\n\nStorm Brannoc cut the power of 41,000 homes.\n",
    "feed.jsonl": [{"title": f"Story {n}", "text": f"Story {n} is told."} for n in range(1, 14)],
}


@dataclass(frozen=True)
class Case:
    """What is killed: a task, on an index that is there or not, with constants made small."""

    task: str
    indexed: bool = True
    power_loss: bool = False
    damaged: bool = False
    overrides: dict[str, int] = field(default_factory=dict)


PIECES = {
    "qa.storage.publishing.PIECE": 5,
    "qa.storage.publishing.AT_ONCE": 1,
    "qa.indexing.EMBED_AT_ONCE": 2,
}
CASES = {
    "the first sync": Case("sync", indexed=False),
    "a sync": Case("sync"),
    "a sync, power lost": Case("sync", power_loss=True),
    "a sync in pieces, merged afterwards": Case("sync", overrides=PIECES),
    "a rebuild": Case("rebuild"),
    "a repair": Case("repair", damaged=True),
}


@pytest.fixture(scope="module")
def spawn():
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crash.child"])

    def run(*arguments) -> int:
        process = context.Process(target=child.work, args=arguments)
        process.start()
        process.join(60)
        assert process.exitcode is not None, "it hangs"
        return process.exitcode

    return run


def write(folder: Path, files) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, content in files.items():
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        (folder / name).write_text(content)
    return folder


def opened(index: Path) -> Archive:
    archive = Archive(index, Settings())
    archive.retriever.embedder = child.EMBEDDER
    return archive


def texts(archive: Archive) -> list[tuple[str, str]]:
    return sorted((article.title, article.text) for article in archive.articles())


def found(archive: Archive) -> list[tuple[str, str]]:
    """The same by search: what words and vectors hold together with the store."""
    hits = archive.search("story", k=1000)
    return sorted((hit.article.title, hit.article.text) for hit in hits)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_killed_before_each_write_step(case, spawn, tmp_path):
    old_corpus, new_corpus = write(tmp_path / "old", BEFORE), write(tmp_path / "new", AFTER)
    template, index, log = tmp_path / "template", tmp_path / "index", tmp_path / "log"
    old = new = []
    if case.indexed:
        archive = opened(template)
        archive.sync(old_corpus)
        old = texts(archive)
        archive.close()
    if case.damaged:
        [segment] = (template / "segments").iterdir()
        segment.write_bytes(b"damaged")
    corpus = old_corpus if case.task == "repair" else new_corpus

    def run(die_at: int) -> int:
        shutil.rmtree(index, ignore_errors=True)
        if case.indexed:
            shutil.copytree(template, index)
        return spawn(case.task, corpus, index, die_at, case.power_loss, case.overrides, log)

    assert run(0) == 0
    steps = log.read_text().splitlines()
    archive = opened(index)
    new = texts(archive)
    archive.close()
    assert len(new) == 15 if case.task != "repair" else 14
    assert len(steps) > 15
    assert {"commit", "flush", "os.rename CURRENT.new"} <= set(steps)
    seen = set()
    for number, step in enumerate(steps, 1):
        assert run(number) == -signal.SIGKILL, f"step {number}: {step}"
        archive = opened(index)
        published = (index / "CURRENT").exists()
        if published and not case.damaged:
            state = texts(archive)
            assert state in (old, new), f"half done at step {number}: {step}"
            assert found(archive) == state, f"step {number}: {step}"
            assert archive.verify().problems == (), f"step {number}: {step}"
            seen.add("new" if state == new else "old")
        if case.task == "repair":
            archive.verify(repair=True)
        else:
            archive.sync(corpus)
        assert texts(archive) == found(archive) == new, f"step {number}: {step}"
        assert archive.verify().problems == (), f"step {number}: {step}"
        archive.close()
    if case.indexed and not case.damaged:
        assert seen == {"old", "new"}
