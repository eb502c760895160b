"""A sync that dies before one of its writes to the server: nothing half done, and it resumes."""

from __future__ import annotations

import itertools

import pytest

from qa.milvus import catalogue
from qa.milvus.mirror import Mirror
from qa.milvus.server import Server

WRITES = {
    "create_collection", "create_index", "load_collection", "drop_collection",
    "upsert", "delete", "flush",
}  # fmt: skip
OLD = {"ferry.txt": "Ferry\n\nThe ferry hit Pier 2.", "tram.txt": "Tram\n\nThe tram was late."}
NEW = {"ferry.txt": "Ferry\n\nThe ferry hit a lock.", "storm.txt": "Storm\n\nA storm came."}
CORPORA = [{**dict.fromkeys(NEW), **OLD}, {**dict.fromkeys(OLD), **NEW}]
STATES = [{"Ferry 2", "Tram"}, {"Ferry lock", "Storm"}]


class StopError(Exception):
    pass


class Writes:
    """Counts the writes of a process, and dies before one of them."""

    def __init__(self, monkeypatch):
        self._plain = Server.call
        self.steps: list[str] = []
        self._at = 0
        monkeypatch.setattr(Server, "call", lambda *given, **options: self._call(*given, **options))

    def die_at(self, step: int) -> None:
        """Die before the step, from 1; 0: only count."""
        self.steps, self._at = [], step

    def _call(self, server, method, *arguments, **options):
        if method in WRITES:
            self.steps.append(f"{method} {str(arguments[0]).removeprefix(server.address.name)}")
            if len(self.steps) == self._at:
                raise StopError(self.steps[-1])
        return self._plain(server, method, *arguments, **options)


@pytest.fixture
def writes(monkeypatch):
    monkeypatch.setattr("qa.milvus.passage_rows.AT_ONCE", 2)  # so that there are several batches
    return Writes(monkeypatch)


@pytest.fixture
def pair(machine, open_archive, write_corpus):
    """An archive as its writer and as another machine have it: sync and see."""

    class Pair:
        def __init__(self, address):
            machine("reader")
            self.reader = open_archive(address)
            machine("writer")
            self.writer = open_archive(address)
            self.address = address

        def sync(self, state, **options):
            files = {name: text for name, text in CORPORA[state].items() if text is not None}
            folder = write_corpus({"more.txt": "More\n\nMore of it.", **files})
            for name in CORPORA[state].keys() - files.keys():
                (folder / name).unlink(missing_ok=True)
            return self.writer.sync(folder, **options)

        def seen(self, step):
            """Which of the two states a reader sees, in texts, words and vectors alike; or None."""
            self.reader.retriever.renew()
            if self.reader.retriever._generations.stamp() is None:
                return None
            articles = [a for a in self.reader.articles() if a.title != "More"]
            hits = self.reader.search("ferry tram storm", 9)
            assert {h.article.id for h in hits if h.article.title != "More"} == {
                a.id for a in articles
            }, step
            assert self.reader.verify().problems == (), step
            titles = {
                f"Ferry {'lock' if 'lock' in a.text else 2}" if a.title == "Ferry" else a.title
                for a in articles
            }
            assert titles in STATES, step
            return STATES.index(titles)

        def collections(self):
            found = Server(self.address).call("list_collections")
            return [name for name in found if name.startswith(f"{self.address.name}_")]

    return Pair


def test_the_first_sync(pair, writes, new_address):
    for step in itertools.count(1):
        archive = pair(new_address())
        writes.die_at(step)
        try:
            archive.sync(0)
        except StopError:
            assert archive.seen(writes.steps) in (None, 0)
            writes.die_at(0)
            assert archive.sync(0).embedded == 0, writes.steps
        else:
            break
        assert archive.seen(writes.steps) == 0
    assert step > 30
    assert len(archive.collections()) == 4


@pytest.mark.parametrize("rebuild", [False, True], ids=["changes", "rebuild"])
def test_a_later_sync(pair, writes, new_address, rebuild):
    archive = pair(new_address())
    archive.sync(0)
    archive.sync(1)  # so that all texts are embedded
    seen = set()
    for step in itertools.count(1):
        before, after = step % 2, (step + 1) % 2
        writes.die_at(step)
        try:
            archive.sync(after, rebuild=rebuild)
        except StopError:
            state = archive.seen(writes.steps)
            assert state is not None
            seen.add(state == after)
            writes.die_at(0)
            archive.sync(after, rebuild=rebuild and step % 3 == 0)  # resumed, or begun anew
        else:
            break
        assert archive.seen(writes.steps) == after
    assert step > 15
    assert seen == {True, False}
    assert archive.seen(writes.steps) == after != before
    assert len(archive.collections()) == 4


def test_a_repair_after_a_sync_that_died_once_it_had_published(
    machine, new_address, open_archive, write_corpus, monkeypatch
):
    address = new_address()
    archive = open_archive(address)

    def die(*_):
        raise StopError

    with monkeypatch.context() as patch, pytest.raises(StopError):
        patch.setattr(Mirror, "_sweep", die)
        archive.sync(write_corpus(OLD))
    server = Server(address)
    names = catalogue.names(server, catalogue.existing(server))
    server.call("delete", names.passages, filter="id == 1")
    archive.retriever.renew()
    assert archive.verify(repair=True).repaired
    assert archive.verify().ok
