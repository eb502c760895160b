"""What a reader sees when its index is replaced, swept or damaged under its hands."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading

import pytest

from qa.errors import IndexDamagedError, IndexMissingError
from qa.segments.postings import Terms
from qa.settings import Settings
from qa.storage import generation

FERRY = "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2. Fourteen were hurt.\n"
TRAM = "Tram approved\n\nThe council approved the tram line by 27 votes to 18.\n"


@pytest.fixture
def pair(make_archive, tmp_path):
    """A writer and a reader of the same index."""
    made = [make_archive(tmp_path / "index") for _ in range(2)]
    yield made
    for one in made:
        one.close()


def titles(archive, question="What happened?"):
    return [hit.article.title for hit in archive.search(question)]


def test_an_index_made_anew_in_the_same_place_is_the_one_that_is_read(pair, write_corpus):
    writer, reader = pair
    writer.sync(write_corpus({"a.txt": FERRY}))
    assert titles(reader) == ["Ferry hits pier"]
    writer.close()
    shutil.rmtree(writer.index)
    with pytest.raises(IndexMissingError, match="run: qa index"):
        reader.search("ferry")
    writer.sync(write_corpus({"a.txt": TRAM}))
    assert titles(reader) == ["Tram approved"]
    assert [article.title for article in reader.articles()] == ["Tram approved"]
    assert reader.ask("How many votes did the tram line get?").answered


def test_a_search_overtaken_by_an_index_made_anew_is_done_again(pair, write_corpus):
    writer, reader = pair
    writer.sync(write_corpus({"a.txt": FERRY}))
    assert titles(reader) == ["Ferry hits pier"]
    found = []

    def work(loaded):
        if not found:
            writer.close()
            shutil.rmtree(writer.index)
            writer.sync(write_corpus({"a.txt": TRAM}))
        [article] = reader.retriever.store.articles(loaded.manifest.generation)
        found.append(article.title)
        return article.title, loaded.lexical.document_frequency("tram")

    assert reader.retriever.steady(work) == ("Tram approved", 1)
    assert found == ["Tram approved"] * 2


def test_rows_that_go_between_two_statements_make_it_read_again(pair, write_corpus):
    writer, reader = pair
    writer.sync(write_corpus({"a.txt": FERRY}))
    tried = []

    def work(loaded):
        tried.append(loaded.manifest.generation)
        if len(tried) == 1:
            writer.sync(write_corpus({"a.txt": TRAM}))
            raise KeyError("a row that the sync has deleted")
        return "done"

    assert reader.retriever.steady(work) == "done"
    assert tried == [1, 2]


def test_rows_of_a_store_that_is_being_made_anew_are_not_taken_for_those_indexed(
    pair, write_corpus
):
    writer, reader = pair
    writer.sync(write_corpus({"a.txt": FERRY}))
    assert titles(reader) == ["Ferry hits pier"]
    writer.close()
    for path in writer.index.glob("store.sqlite*"):
        path.unlink()
    seen = []

    def ask(_progress):
        try:
            seen.extend(titles(reader))
        except IndexDamagedError as error:
            seen.append(str(error).partition(" lacks")[2])

    writer.sync(write_corpus({"a.txt": TRAM}), rebuild=True, on_progress=ask)
    assert set(seen) <= {" passage 1 of the index; run: qa verify --repair"}
    assert len(seen) > 2
    assert titles(reader) == ["Tram approved"]


def test_sizes_are_told_while_files_come_and_go(pair, write_corpus):
    writer, _ = pair
    writer.sync(write_corpus({"a.txt": FERRY}))
    ended = threading.Event()
    folder = writer.index / "segments"

    def come_and_go():
        while not ended.is_set():
            for n in range(20):
                (folder / f"{n}.new").write_bytes(b"x")
            for n in range(20):
                (folder / f"{n}.new").unlink()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        for _ in range(300):
            assert writer.sizes()["store"] > 0
    finally:
        ended.set()
        thread.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_process_that_is_forked_from_a_reader_reads_on_without_it(pair, write_corpus):
    writer, reader = pair
    writer.sync(write_corpus({"a.txt": FERRY}))
    writer.close()
    assert titles(reader) == ["Ferry hits pier"]
    (wait, go), (found, tell) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        os.read(wait, 1)
        try:
            told = str([article.title for article in reader.articles()])
            reader.close()
        except BaseException as error:
            told = repr(error)
        os.write(tell, told.encode())
        os._exit(0)
    reader.close()
    writer.sync(write_corpus({"b.txt": TRAM}))
    writer.close()  # nobody else has the file open, so its log is deleted
    writer.sync(write_corpus({"a.txt": None}))
    os.write(go, b"!")
    os.close(tell)
    told = os.read(found, 1000).decode()
    os.waitpid(child, 0)
    for descriptor in (wait, go, found):
        os.close(descriptor)
    assert told == "['Tram approved']"


class Cleared(dict):
    """Another thread makes room just after this one has found that a term is remembered."""

    def __contains__(self, key):
        found = super().__contains__(key)
        self.clear()
        return found


def test_threads_look_for_terms_while_others_make_room_for_theirs():
    terms = Terms.of([b"ferry", b"tram"])
    terms._places = Cleared()
    for term, place in ((b"ferry", 0), (b"tram", 1), (b"x", None)):
        assert [terms.find(term) for _ in range(3)] == [place] * 3


def test_damage_in_a_file_too_large_to_check_when_loaded_is_told_when_met(
    make_archive, write_corpus, tmp_path, monkeypatch
):
    settings = Settings(lexical_engine="inverted")
    archive = make_archive(tmp_path / "index", settings)
    rows = [{"title": f"Story {n}", "text": f"It is told as story {n}."} for n in range(9)]
    archive.sync(write_corpus({"feed.jsonl": rows}))
    archive.close()
    monkeypatch.setattr(generation, "CHECKED", 0)
    [path] = (tmp_path / "index" / "segments").iterdir()
    data = bytearray(path.read_bytes())
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    first, last = (8 + length + offset for offset in header["rows"]["data_offsets"])
    data[first:last] = b"\x7f" * (last - first)
    path.write_bytes(data)
    fresh = make_archive(tmp_path / "index", settings)
    with pytest.raises(IndexDamagedError, match=r"CRC-32.*run: qa verify --repair"):
        fresh.search("story")
    assert fresh.verify(repair=True).repaired
    assert len(fresh.search("story")) == 9
    fresh.close()
