"""Syncing: what is done, what is not done twice, and what is left when a run dies."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import os
import re
import sqlite3
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from qa.archive import Archive
from qa.errors import (
    ArticleNotFoundError,
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    InputError,
)
from qa.protocols import Progress
from qa.records import Problem
from qa.settings import Settings
from qa.storage import manifest as manifest_module
from qa.storage.generation import Generations
from tests.conftest import PLACES

FERRY = "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2 on Friday. Fourteen were hurt.\n"
FERRY_LATER = "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2. Nineteen were hurt.\n"
TRAM = "Tram approved\n\nThe council approved the tram line by 27 votes to 18 on Tuesday.\n"
STORM = "Storm cuts power\n\nStorm Brannoc cut the power of 41,000 homes in the valley.\n"


class Counting:
    """The real embedder, with a count of what it was given to embed."""

    def __init__(self, embedder):
        self._embedder = embedder
        self.texts: list[str] = []
        self.fail_after: int | None = None

    name = property(lambda self: self._embedder.name)
    fingerprint = property(lambda self: self._embedder.fingerprint)
    dimension = property(lambda self: self._embedder.dimension)

    def embed_query(self, text):
        return self._embedder.embed_query(text)

    def embed_passages(self, texts):
        if self.fail_after is not None and len(self.texts) >= self.fail_after:
            raise MemoryError("the machine is full")
        self.texts += texts
        return self._embedder.embed_passages(texts)


@pytest.fixture
def counting(embedder):
    return Counting(embedder)


@pytest.fixture
def index(request, tmp_path):
    if getattr(request, "param", "folder") == "server":
        return request.getfixturevalue("new_address")()
    return tmp_path / "index"


EVERYWHERE = pytest.mark.parametrize("index", PLACES, indirect=True)


@pytest.fixture
def mine(index, counting):
    """An archive on an index that is not there yet."""
    made = Archive(index, Settings())
    made.retriever.embedder = counting
    yield made
    made.close()


def titles(archive):
    return sorted(article.title for article in archive.articles())


def passage_for_ferry(archive):
    return archive.ask("How many were hurt on the Skerrin Lass?").passages[0].passage.text


def found_by_words(archive, word):
    return sorted({hit.article.title for hit in archive.search(word) if hit.lexical})


def tree(folder: Path) -> dict[str, str]:
    """Every file's digest, less the two that SQLite keeps beside a database while it is open."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


# ---- what changed ---------------------------------------------------------------------------


@EVERYWHERE
def test_the_first_sync_adds_everything(mine, counting, write_corpus):
    report = mine.sync(write_corpus({"ferry.txt": FERRY, "sub/tram.txt": TRAM}))
    assert report.added == ("ferry.txt", "sub/tram.txt")
    assert (report.changed, report.deleted, report.unchanged) == ((), (), 0)
    assert (report.articles, report.passages, report.embedded) == (2, 2, 2)
    assert (report.generation, report.problems) == (1, ())
    assert titles(mine) == ["Ferry hits pier", "Tram approved"]
    assert sorted(text.split("\n")[0] for text in counting.texts) == titles(mine)


def test_a_second_sync_does_nothing(mine, counting, index, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM})
    mine.sync(corpus)
    counting.texts.clear()
    os.utime(corpus / "tram.txt", (1, 1))  # only the content counts
    before = tree(index)
    report = mine.sync(corpus)
    assert (report.added, report.changed, report.deleted, report.unchanged) == ((), (), (), 2)
    assert (report.generation, report.articles, report.passages, report.embedded) == (1, 2, 2, 0)
    assert counting.texts == []
    assert tree(index) == before


@EVERYWHERE
def test_only_what_changed_is_read_and_embedded(mine, counting, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM})
    mine.sync(corpus)
    tram = mine.search("tram")[0]
    counting.texts.clear()
    write_corpus({"ferry.txt": FERRY_LATER, "storm.txt": STORM})
    report = mine.sync(corpus)
    assert (report.added, report.changed, report.deleted) == (("storm.txt",), ("ferry.txt",), ())
    assert (report.unchanged, report.generation, report.embedded) == (1, 2, 2)
    assert all("tram" not in text for text in counting.texts)
    again = mine.search("tram")[0]
    assert (again.passage, again.article) == (tram.passage, tram.article)
    assert found_by_words(mine, "nineteen") == ["Ferry hits pier"]
    assert found_by_words(mine, "fourteen") == []
    assert passage_for_ferry(mine) == "The ferry Skerrin Lass hit Pier 2. Nineteen were hurt."


@EVERYWHERE
def test_a_deleted_article_is_found_no_more_by_words_nor_by_meaning(mine, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM})
    mine.sync(corpus)
    deleted = mine.search("ferry accident")[0]
    assert deleted.article.title == "Ferry hits pier"
    write_corpus({"ferry.txt": None})
    report = mine.sync(corpus)
    assert (report.deleted, report.articles, report.passages) == (("ferry.txt",), 1, 1)
    hits = mine.search("ferry accident", k=100)
    assert [hit.article.title for hit in hits] == ["Tram approved"]
    assert found_by_words(mine, "Skerrin Lass") == []
    loaded = mine.retriever.generation()
    query = mine.retriever.embedder.embed_query("ferry accident")
    rows = [hit.row for hit in loaded.dense.search(query.vector, 100)]
    assert deleted.passage.id not in loaded.ids[rows]
    assert loaded.lexical.search(["skerrin"], 100) == []
    with pytest.raises(ArticleNotFoundError):
        mine.article(deleted.article.id)


@EVERYWHERE
def test_a_renamed_file_is_another_source_but_is_not_embedded_again(mine, counting, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY})
    mine.sync(corpus)
    [before] = mine.articles()
    counting.texts.clear()
    write_corpus({"ferry.txt": None, "2025/boat.txt": FERRY})
    report = mine.sync(corpus)
    assert (report.added, report.deleted) == (("2025/boat.txt",), ("ferry.txt",))
    assert (report.embedded, counting.texts) == (0, [])
    [after] = mine.articles()
    assert (after.source, after.text, after.title) == ("2025/boat.txt", before.text, before.title)
    assert after.id != before.id


@EVERYWHERE
def test_the_same_text_in_two_files_is_embedded_once_and_found_twice(mine, counting, write_corpus):
    mine.sync(write_corpus({"a.txt": FERRY, "b.txt": FERRY}))
    assert len(counting.texts) == 1
    hits = mine.search("Who hit the pier?")
    assert sorted(hit.article.source for hit in hits) == ["a.txt", "b.txt"]
    assert hits[0].passage.id != hits[1].passage.id


@EVERYWHERE
def test_what_comes_back_after_two_syncs_is_the_same_as_built_at_once(
    mine, make_archive, tmp_path, write_corpus
):
    corpus = write_corpus({"ferry.txt": FERRY, "storm.txt": STORM})
    mine.sync(corpus)
    write_corpus({"ferry.txt": FERRY_LATER, "storm.txt": None, "tram.txt": TRAM})
    mine.sync(corpus)
    fresh = make_archive(tmp_path / "fresh")
    fresh.sync(corpus)
    # Only how often it changed is history.
    assert [dataclasses.replace(a, revision=1) for a in mine.articles()] == fresh.articles()
    for question in ("How many were hurt?", "tram votes", "storm"):
        ours, theirs = mine.search(question), fresh.search(question)
        assert [(h.article.id, h.passage.text, h.score) for h in ours] == [
            (h.article.id, h.passage.text, h.score) for h in theirs
        ]
    fresh.close()


def test_many_syncs_leave_two_generations_and_no_rows_of_the_past(mine, index, write_corpus):
    for n in range(5):
        mine.sync(write_corpus({"a.txt": f"Title {n}\n\nThis is text number {n} of a series.\n"}))
    assert sorted(p.name for p in (index / "generations").iterdir()) == ["000004", "000005"]
    rows = mine.retriever.store.rows("SELECT text FROM articles")
    assert len(rows) <= 2
    assert len(mine.retriever.store.rows("SELECT key FROM embeddings")) <= 2


# ---- what is read ---------------------------------------------------------------------------


@EVERYWHERE
def test_a_bad_file_is_a_problem_and_the_rest_is_indexed(mine, write_corpus):
    corpus = write_corpus(
        {
            "ferry.txt": FERRY,
            "binary.txt": b"\x89PNG\r\n\0\0\0",
            "empty.md": "",
            "feed.jsonl": '{"title": "Good", "text": "This line is good."}\n{broken\n',
        }
    )
    report = mine.sync(corpus)
    assert titles(mine) == ["Ferry hits pier", "Good"]
    places = [(problem.source, problem.line) for problem in report.problems]
    assert places == [("binary.txt", None), ("empty.md", None), ("feed.jsonl", 2)]
    assert tuple(mine.problems()) == report.problems
    assert mine.sync(corpus).problems == report.problems  # still told, though not read again
    write_corpus({"binary.txt": STORM})
    assert [p.source for p in mine.sync(corpus).problems] == ["empty.md", "feed.jsonl"]


def test_hidden_files_notes_and_unknown_kinds_are_not_read(mine, write_corpus):
    corpus = write_corpus(
        {
            "README.md": "# About this folder\n\nThese are notes on it.\n",
            "sub/README.md": "# A true article\n\nIt stands in a sub-folder and is read.\n",
            ".hidden.txt": TRAM,
            ".git/x.txt": TRAM,
            "~$ferry.docx": b"\x05Ada",  # Word has it open
            "photo.png": b"PNG",
            "FERRY.TXT": FERRY,
        }
    )
    report = mine.sync(corpus)
    assert (report.added, report.problems) == (("FERRY.TXT", "sub/README.md"), ())
    assert titles(mine) == ["A true article", "Ferry hits pier"]


def test_odd_file_names(mine, write_corpus):
    corpus = write_corpus({"ünï çödé “x” 🎉.txt": FERRY, "a'b; DROP TABLE articles.txt": TRAM})
    with open(os.fsencode(corpus) + b"/caf\xe9.txt", "wb") as file:  # noqa: PTH123 - not a str
        file.write(STORM.encode())
    report = mine.sync(corpus)
    assert set(report.added) == {
        "ünï çödé “x” 🎉.txt", "a'b; DROP TABLE articles.txt", "caf\\xe9.txt",
    }  # fmt: skip
    assert report.articles == 3
    assert mine.sync(corpus).unchanged == 3


@EVERYWHERE
def test_an_empty_corpus_makes_an_empty_archive(mine, tmp_path, write_corpus):
    (tmp_path / "corpus").mkdir()
    report = mine.sync(tmp_path / "corpus")
    assert (report.generation, report.articles, report.passages) == (1, 0, 0)
    assert mine.search("anything") == []
    write_corpus({"ferry.txt": FERRY})
    assert mine.sync(tmp_path / "corpus").articles == 1
    write_corpus({"ferry.txt": None})
    assert mine.sync(tmp_path / "corpus", allow_empty=True).articles == 0
    assert mine.search("ferry") == []


def test_a_corpus_that_is_no_folder_is_told_and_makes_no_index(mine, index, tmp_path):
    for corpus in (tmp_path / "absent", Path(__file__)):
        with pytest.raises(InputError, match=r"is not a folder; .*--corpus DIR"):
            mine.sync(corpus)
    assert not index.exists()


def test_a_corpus_in_the_index_is_told_and_an_index_in_the_corpus_is_left_out(
    make_archive, write_corpus
):
    corpus = write_corpus({"ferry.txt": FERRY, "index/eval/tram.txt": TRAM})
    for index in (corpus, corpus.parent):
        with pytest.raises(InputError, match=r"lies in the index folder .*--corpus DIR"):
            make_archive(index).sync(corpus)
    inside = make_archive(corpus / "index")
    assert inside.sync(corpus).added == ("ferry.txt",)
    assert inside.sync(corpus).unchanged == 1
    inside.close()


def test_an_index_folder_that_cannot_be_made_is_told(make_archive, write_corpus, tmp_path):
    corpus = write_corpus({"ferry.txt": FERRY})
    (tmp_path / "file").write_text("in the way")
    for place in (tmp_path / "file", tmp_path / "file" / "index"):
        with pytest.raises(InputError, match="cannot make the folder .*--index DIR"):
            make_archive(place).sync(corpus)


def test_progress_goes_up_and_reaches_its_totals(mine, write_corpus):
    seen: list[Progress] = []
    mine.sync(
        write_corpus({"a.txt": FERRY, "b.txt": TRAM, "c.txt": STORM}), on_progress=seen.append
    )
    stages = [stage for stage, _ in itertools.groupby(p.stage for p in seen)]
    assert stages == ["scanning", "reading", "embedding", "indexing"]
    for stage in stages:
        own = [p for p in seen if p.stage == stage]
        assert [p.done for p in own] == sorted(p.done for p in own)
        assert {p.total for p in own} == {3}
        assert own[-1].done == 3


# ---- a run that dies ------------------------------------------------------------------------


def check_old_serves(archive, make_archive):
    """Both a reader that was open and a new one answer from generation 1."""
    fresh = make_archive(archive.index)
    for one in (archive, fresh):
        assert titles(one) == ["Ferry hits pier"]
        answer = one.ask("How many were hurt on the Skerrin Lass?")
        assert answer.generation == 1
        assert "Fourteen were hurt." in answer.passages[0].passage.text
        assert [hit.article.title for hit in one.search("tram votes", k=9)] == ["Ferry hits pier"]
    fresh.close()


@pytest.fixture
def three_changes(mine, write_corpus):
    """Generation 1 holds the ferry; the corpus now holds a later ferry, a tram and a storm."""
    corpus = write_corpus({"ferry.txt": FERRY})
    mine.sync(corpus)
    return write_corpus({"ferry.txt": FERRY_LATER, "tram.txt": TRAM, "storm.txt": STORM})


def check_next_run_ends_it(archive, corpus):
    report = archive.sync(corpus)
    assert (report.generation, report.articles, report.passages) == (2, 3, 3)
    assert titles(archive) == ["Ferry hits pier", "Storm cuts power", "Tram approved"]
    assert found_by_words(archive, "nineteen") == ["Ferry hits pier"]
    assert found_by_words(archive, "fourteen") == []
    return report


@pytest.mark.parametrize("stage", ["scanning", "reading", "embedding", "indexing"])
@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_interrupted_at_any_stage_the_old_serves_and_the_next_run_ends_it(
    mine, make_archive, three_changes, stage, error
):
    def stop(progress):
        if progress.stage == stage:
            raise error

    with pytest.raises(error):
        mine.sync(three_changes, on_progress=stop)
    check_old_serves(mine, make_archive)
    check_next_run_ends_it(mine, three_changes)


def test_a_failing_embedder_costs_only_what_it_had_not_done(
    mine, make_archive, counting, three_changes, monkeypatch
):
    monkeypatch.setattr("qa.indexing.EMBED_AT_ONCE", 1)
    counting.texts.clear()
    counting.fail_after = 2
    with pytest.raises(MemoryError):
        mine.sync(three_changes)
    check_old_serves(mine, make_archive)
    assert len(counting.texts) == 2
    done = list(counting.texts)
    counting.texts.clear()
    counting.fail_after = None
    assert check_next_run_ends_it(mine, three_changes).embedded == 1
    assert len(counting.texts) == 1
    assert not set(counting.texts) & set(done)


@pytest.mark.parametrize("point", ["save the vectors", "write the manifest", "replace the pointer"])
def test_a_run_that_dies_while_publishing_leaves_the_old_and_nothing_is_embedded_again(
    mine, make_archive, counting, three_changes, index, monkeypatch, point
):
    def die(*_args, **_kwargs):
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        if point == "save the vectors":
            patch.setattr("qa.segments.Segment.save", die)
        elif point == "write the manifest":
            patch.setattr(manifest_module, "asdict", die)
        else:
            patch.setattr(Path, "replace", die)
        with pytest.raises(OSError, match="no space"):
            mine.sync(three_changes)
    assert (index / "generations" / "000002").is_dir()  # it had begun
    check_old_serves(mine, make_archive)
    counting.texts.clear()
    assert check_next_run_ends_it(mine, three_changes).embedded == 0
    assert counting.texts == []


def test_a_run_that_dies_after_publishing_has_published(
    mine, make_archive, three_changes, monkeypatch
):
    def die(*_args):
        raise OSError("pulled the plug")

    with monkeypatch.context() as patch:
        patch.setattr("qa.storage.store_writer.StoreWriter.forget_before", die)
        with pytest.raises(OSError, match="plug"):
            mine.sync(three_changes)
    fresh = make_archive(mine.index)
    for one in (mine, fresh):
        assert titles(one) == ["Ferry hits pier", "Storm cuts power", "Tram approved"]
    fresh.close()
    assert mine.sync(three_changes).unchanged == 3


def test_killed_at_once_it_goes_on(mine, make_archive, three_changes, root):
    """A process that is killed between two batches, not merely interrupted."""
    code = (
        "import os, sys; from pathlib import Path; from qa.archive import Archive;"
        "from qa.settings import Settings\n"
        "def die(p):\n    if p.stage == 'embedding' and p.done == p.total: os._exit(9)\n"
        "Archive(Path(sys.argv[1]), Settings()).sync(sys.argv[2], on_progress=die)"
    )
    arguments = [sys.executable, "-c", code, str(mine.index), str(three_changes)]
    run = subprocess.run(arguments, cwd=root, capture_output=True, text=True, check=False)
    assert run.returncode == 9, run.stderr
    check_old_serves(mine, make_archive)
    assert check_next_run_ends_it(mine, three_changes).embedded == 0


HOLD = """
import sys
from filelock import FileLock
with FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_while_another_process_writes_nobody_else_does_and_all_may_read(
    mine, make_archive, three_changes, index
):
    before = tree(index)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(index / "writer.lock")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(IndexBusyError, match=r"another process is writing .*run again"):
            mine.sync(three_changes)
        check_old_serves(mine, make_archive)
        assert tree(index) == before
        holder.kill()  # the lock goes with its holder
        holder.wait()
        check_next_run_ends_it(mine, three_changes)
    finally:
        holder.kill()
        holder.communicate()


def test_a_sync_within_a_sync_is_refused_and_the_lock_is_freed(mine, three_changes):
    def again(_progress):
        with pytest.raises(IndexBusyError):
            mine.sync(three_changes)

    mine.sync(three_changes, on_progress=again)
    check_next_run_ends_it(mine, three_changes)


# ---- opening --------------------------------------------------------------------------------


def test_opening_searching_and_asking_change_nothing_on_disk(mine, make_archive, write_corpus):
    mine.sync(write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM}))
    mine.close()
    before = tree(mine.index)
    reader = make_archive(mine.index)
    reader.ask("How many were hurt?", publisher="nobody")
    reader.ask("How many were hurt?")
    reader.info()
    reader.facets()
    reader.close()
    assert tree(mine.index) == before
    beside = {p.name for p in mine.index.iterdir()} - {"store.sqlite-shm", "store.sqlite-wal"}
    assert beside == {"CURRENT", "generations", "segments", "store.sqlite", "writer.lock"}


def test_opening_where_nothing_is_makes_nothing(tmp_path):
    with pytest.raises(IndexMissingError, match=r"there is no index in .*nowhere; run: qa index"):
        Archive.open(tmp_path / "nowhere", Settings())
    assert not (tmp_path / "nowhere").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(IndexMissingError):
        Archive.open(tmp_path / "empty", Settings())


@EVERYWHERE
@pytest.mark.parametrize(
    ("setting", "other"),
    [("passage_words", 40), ("overlap_sentences", 1), ("model", "some/other-model")],
)
def test_other_settings_are_told_with_both_values_and_sync_mends_it(
    mine, make_archive, counting, write_corpus, setting, other
):
    corpus = write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM})
    mine.sync(corpus)
    settings = dataclasses.replace(Settings(), **{setting: other})
    with pytest.raises(IndexMismatchError) as caught:
        Archive.open(mine.index, settings)
    built = repr(getattr(Settings(), setting))
    for part in (f"built with {setting} {built}", f"now it is {other!r}", "run: qa index"):
        assert part in str(caught.value)
    changed = Archive(mine.index, settings)
    changed.retriever.embedder = counting
    report = changed.sync(corpus)
    assert (report.generation, report.articles, report.unchanged) == (2, 2, 2)
    assert "Fourteen were hurt." in passage_for_ferry(changed)
    with pytest.raises(IndexMismatchError):  # and now the old settings are the wrong ones
        mine.search("ferry")
    changed.close()


@pytest.mark.parametrize(
    "setting", [{"fusion": "rrf"}, {"dense_weight": 0.9}, {"depth": 7}], ids=str
)
def test_settings_of_the_search_alone_need_no_rebuild(mine, make_archive, write_corpus, setting):
    corpus = write_corpus({"ferry.txt": FERRY})
    mine.sync(corpus)
    other = make_archive(mine.index, dataclasses.replace(Settings(), **setting))
    assert other.search("ferry")[0].article.title == "Ferry hits pier"
    assert other.sync(corpus).generation == 1
    other.close()


@EVERYWHERE
@pytest.mark.parametrize(
    ("name", "value"), [("FORMAT", 99), ("READING", 99)], ids=["format", "reading"]
)
def test_other_code_is_told_and_sync_mends_it(
    mine, make_archive, counting, write_corpus, monkeypatch, name, value
):
    corpus = write_corpus({"ferry.txt": FERRY})
    mine.sync(corpus)
    counting.texts.clear()
    built = getattr(manifest_module, name)
    monkeypatch.setattr(manifest_module, name, value)
    monkeypatch.setattr("qa.indexing." + name, value)
    with pytest.raises(IndexMismatchError, match=rf"with {name.lower()} {built}, now it is 99"):
        make_archive(mine.index).articles()
    assert mine.sync(corpus).articles == 1
    assert counting.texts == []  # the text is the same, so its vectors are
    assert titles(mine) == ["Ferry hits pier"]


def test_a_store_of_an_earlier_layout_is_made_anew_with_its_embeddings(
    mine, make_archive, counting, write_corpus, monkeypatch
):
    corpus = write_corpus({"ferry.txt": FERRY})
    with monkeypatch.context() as earlier:
        for module in ("qa.storage.manifest", "qa.indexing"):
            earlier.setattr(f"{module}.FORMAT", 1)
        mine.sync(write_corpus({"tram.txt": TRAM}))
        write_corpus({"tram.txt": None})
        store = sqlite3.connect(mine.index / "store.sqlite")
        store.execute("PRAGMA user_version = 2")
        store.execute("DROP TABLE problems")
        store.commit()
        store.close()
    counting.texts.clear()
    with pytest.raises(IndexMismatchError, match=r"format 1, now .*; .*run: qa index$"):
        make_archive(mine.index).articles()
    assert mine.sync(corpus).embedded == len(counting.texts) == 0
    assert titles(mine) == ["Ferry hits pier"]
    store = sqlite3.connect(mine.index / "store.sqlite")
    [[unused]] = store.execute(
        "SELECT count(*) FROM embeddings WHERE key NOT IN (SELECT embedding FROM passages)"
    )
    store.close()
    assert unused == 0


@EVERYWHERE
def test_other_weights_under_the_same_name_are_told_and_sync_mends_it(
    mine, counting, write_corpus, monkeypatch
):
    corpus = write_corpus({"ferry.txt": FERRY})
    mine.sync(corpus)
    counting.texts.clear()
    built = counting.fingerprint
    monkeypatch.setattr(Counting, "fingerprint", "0123456789abcdef")
    for use in (lambda: mine.ask("Who hit the pier?"), lambda: mine.search("pier")):
        with pytest.raises(IndexMismatchError) as caught:
            use()
        assert built in str(caught.value)
        assert "0123456789abcdef" in str(caught.value)
        assert "run: qa index" in str(caught.value)
    report = mine.sync(corpus)
    assert (report.generation, report.embedded) == (2, 1)
    assert len(counting.texts) == 1
    assert mine.search("pier")


# ---- damage ---------------------------------------------------------------------------------


def edit(**changes):
    def damage(folder):
        path = folder / "manifest.json"
        values = json.loads(path.read_text()) | changes
        path.write_text(json.dumps(values))

    return damage


def drop(key):
    def damage(folder):
        path = folder / "manifest.json"
        values = json.loads(path.read_text())
        del values[key]
        path.write_text(json.dumps(values))

    return damage


@pytest.mark.parametrize(
    ("damage", "told"),
    [(edit(generation="x"), "generation is 'x'; run"), (drop("files"), "it has no 'files'; run")],
)
def test_what_is_wrong_with_a_manifest_is_told_in_words(damage, told, mine, write_corpus):
    mine.sync(write_corpus({"ferry.txt": FERRY}))
    damage(next((mine.index / "generations").iterdir()))
    with pytest.raises(IndexDamagedError, match=told):
        Archive.open(mine.index).ask("Who hit the pier?")


def truncate(name):
    def damage(folder):
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])

    return damage


def same_size_garbage(name):
    def damage(folder):
        (folder / name).write_bytes(b"\xee" * (folder / name).stat().st_size)

    return damage


def flip(name, place):
    """Change one bit, `place` of the way through the file."""

    def damage(folder):
        data = bytearray((folder / name).read_bytes())
        data[int(len(data) * place)] ^= 4
        (folder / name).write_bytes(data)

    return damage


def remove(name):
    return lambda folder: (folder / name).unlink()


def pointer(content):
    return lambda folder: (folder.parent.parent / "CURRENT").write_bytes(content)


SEGMENT = "../../segments/000001-1.safetensors"

DAMAGE = {
    "passages edited": edit(passages=7),
    "generation edited": edit(generation=4),
    "files edited": edit(files={"segments/000001-1.safetensors": [3, 3]}),
    "a file that is not there": edit(files={"segments/absent.safetensors": [3, 3]}),
    "files no mapping": edit(files=[1]),
    "files no pairs": edit(files={"segments/000001-1.safetensors": 3}),
    "segments edited": edit(segments=["000001-2"]),
    "segments no names": edit(segments="000001-1"),
    "dimension no number": edit(dimension="384"),
    "key gone": drop("analysis"),
    "manifest empty": lambda folder: (folder / "manifest.json").write_text(""),
    "manifest a list": lambda folder: (folder / "manifest.json").write_text("[]"),
    "manifest cut": truncate("manifest.json"),
    "manifest gone": remove("manifest.json"),
    "segment cut": truncate(SEGMENT),
    "segment gone": remove(SEGMENT),
    "segment garbage": same_size_garbage(SEGMENT),
    "a bit of the words flipped": flip(SEGMENT, 0.5),
    "a bit of the vectors flipped": flip(SEGMENT, 0.9),
    "deleted cut": truncate("deleted.npy"),
    "deleted gone": remove("deleted.npy"),
    "deleted garbage": same_size_garbage("deleted.npy"),
    "pointer garbage": pointer(b"\xff\xfe"),
    "pointer no number": pointer(b"seven"),
    "pointer empty": pointer(b""),
    "pointer to nowhere": pointer(b"12\n"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damage_is_told_and_a_rebuild_mends_it_without_embedding(
    mine, make_archive, counting, write_corpus, damage
):
    corpus = write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM})
    mine.sync(corpus)
    counting.texts.clear()
    damage(mine.index / "generations" / "000001")
    with pytest.raises(IndexDamagedError, match="run: qa verify --repair") as caught:
        Archive.open(mine.index, Settings())
    assert "\n" not in str(caught.value)
    report = mine.sync(corpus, rebuild=True)
    assert (report.articles, report.passages) == (2, 2)
    assert counting.texts == []
    fresh = make_archive(mine.index)
    for one in (mine, fresh):
        assert titles(one) == ["Ferry hits pier", "Tram approved"]
        assert "Fourteen were hurt." in passage_for_ferry(one)
        assert len(one.search("pier", k=50)) == 2  # nothing is there twice
    fresh.close()


def test_a_damaged_store_is_told_with_what_mends_it(mine, make_archive, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY})
    mine.sync(corpus)
    mine.close()
    for path in mine.index.glob("store.sqlite-*"):
        path.unlink()
    (mine.index / "store.sqlite").write_bytes(b"garbage" * 999)
    fresh = make_archive(mine.index)
    for use in (
        fresh.articles,
        lambda: fresh.ask("Who hit the pier?"),
        lambda: fresh.sync(corpus, rebuild=True),
    ):
        with pytest.raises(IndexDamagedError, match=r"move the index away and run: qa index"):
            use()


@EVERYWHERE
def test_a_rebuild_reads_everything_and_embeds_nothing(mine, counting, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY, "bad.txt": b"\0"})
    mine.sync(corpus)
    counting.texts.clear()
    seen: list[Progress] = []
    report = mine.sync(corpus, rebuild=True, on_progress=seen.append)
    assert Progress("reading", 2, 2) in seen
    assert (report.generation, report.embedded, counting.texts) == (2, 0, [])
    assert (report.added, report.changed, report.unchanged) == ((), (), 2)
    assert [p.source for p in report.problems] == ["bad.txt"]
    assert len(mine.articles()) == 1


def test_a_pointer_that_was_deleted_is_as_no_index_and_sync_makes_one(mine, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY})
    mine.sync(corpus)
    (mine.index / "CURRENT").unlink()
    with pytest.raises(IndexMissingError):
        mine.search("ferry")
    assert mine.sync(corpus).articles == 1
    assert len(mine.search("ferry")) == 1


def test_what_cannot_be_swept_away_stops_no_sync(mine, write_corpus):
    """A network disk keeps a file that a reader has open; a NAS puts folders of its own there."""
    mine.sync(write_corpus({"ferry.txt": FERRY}))
    (mine.index / "segments" / "@eaDir").mkdir()
    assert mine.sync(write_corpus({"tram.txt": TRAM})).articles == 2
    assert mine.verify().ok


def test_the_manifest_says_what_it_was_built_with(mine, embedder, write_corpus):
    mine.sync(write_corpus({"ferry.txt": FERRY}))
    generations = Generations(mine.index)
    manifest = generations.manifest(generations.current())
    assert (manifest.model, manifest.fingerprint) == ("all-MiniLM-L6-v2", embedder.fingerprint)
    assert (manifest.dimension, manifest.articles, manifest.passages) == (384, 1, 1)
    assert set(manifest.packages) == {"sentence-transformers", "faiss-cpu", "rank-bm25", "numpy"}
    assert set(manifest.files) == {
        "generations/000001/deleted.npy", "segments/000001-1.safetensors",
    }  # fmt: skip
    for name, (size, checksum) in manifest.files.items():
        data = (mine.index / name).read_bytes()
        assert (size, checksum) == (len(data), zlib.crc32(data))


def test_problems_are_records(mine, write_corpus):
    mine.sync(write_corpus({"empty.txt": ""}))
    [problem] = mine.problems()
    assert isinstance(problem, Problem)
    assert problem.reason


# ---- growing --------------------------------------------------------------------------------


def rows_of(mine, table):
    return {tuple(row) for row in mine.retriever.store.rows(f"SELECT * FROM {table}")}


def test_in_a_changed_file_only_the_article_that_changed_is_touched(mine, counting, write_corpus):
    feed = [{"title": f"Title {n}", "text": f"The text of story {n} is here."} for n in range(5)]
    corpus = write_corpus({"feed.jsonl": feed})
    mine.sync(corpus)
    counting.texts.clear()
    kept = {row for row in rows_of(mine, "passages") if row[0] != 3}
    feed[2]["text"] = "Now another text stands there."
    feed.append({"title": "Title 5", "text": "The text of story 5 is here."})
    report = mine.sync(write_corpus({"feed.jsonl": feed}))
    assert (report.changed, report.articles, report.embedded) == (("feed.jsonl",), 6, 2)
    assert sorted(text.split("\n")[0] for text in counting.texts) == ["Title 2", "Title 5"]
    assert kept <= rows_of(mine, "passages")
    assert found_by_words(mine, "another") == ["Title 2"]
    del feed[4:]
    assert mine.sync(write_corpus({"feed.jsonl": feed})).articles == 4
    assert titles(mine) == [f"Title {n}" for n in range(4)]
    assert mine.verify().ok


@EVERYWHERE
def test_a_field_that_changed_is_a_change_though_the_text_is_the_same(mine, counting, write_corpus):
    row = {"title": "Tram", "text": "The council approved it.", "publisher": "Valley Post"}
    mine.sync(write_corpus({"feed.jsonl": [row]}))
    counting.texts.clear()
    mine.sync(write_corpus({"feed.jsonl": [row | {"publisher": "Hill Courier"}]}))
    assert counting.texts == []
    assert len(mine.search("tram", publisher="Hill Courier")) == 1
    assert mine.search("tram", publisher="Valley Post") == []


def test_a_file_left_alone_is_not_read_again(mine, write_corpus, monkeypatch):
    corpus = write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM})
    long_ago = 1_000_000_000
    monkeypatch.setattr("qa.files.scanning.SETTLED", -1.0)  # files of this very moment are trusted
    mine.sync(corpus)
    opened = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda f, n: opened.append(f.name) or digest(f, n))
    assert mine.sync(corpus).unchanged == 2
    assert opened == []
    same_size = TRAM.replace("27", "28")
    (corpus / "tram.txt").write_text(same_size)
    os.utime(corpus / "tram.txt", (long_ago, long_ago))  # a clock that was set back
    assert mine.sync(corpus).changed == ("tram.txt",)
    assert opened == [str(corpus / "tram.txt")]
    assert found_by_words(mine, "28") == ["Tram approved"]


def test_a_file_written_a_moment_ago_is_read_again_whatever_its_times_say(mine, write_corpus):
    corpus = write_corpus({"tram.txt": TRAM})
    mine.sync(corpus)
    status = (corpus / "tram.txt").stat()
    assert mine.retriever.store.sources(1)["tram.txt"][1] == ""
    (corpus / "tram.txt").write_text(TRAM.replace("27", "28"))
    os.utime(corpus / "tram.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert mine.sync(corpus).changed == ("tram.txt",)


def test_many_additions_and_deletions_leave_few_files_and_an_index_as_built_at_once(
    mine, make_archive, tmp_path, write_corpus
):
    for n in range(40):
        corpus = write_corpus({f"{n:03}.txt": f"Title {n}\n\nStory {n} of tram line {n % 7}.\n"})
        if n % 3 == 2:
            write_corpus({f"{n - 2:03}.txt": None})
        mine.sync(corpus)
    assert len(list((mine.index / "segments").iterdir())) <= 6
    assert len(list((mine.index / "generations").iterdir())) == 2
    assert mine.verify().ok
    fresh = make_archive(tmp_path / "fresh")
    fresh.sync(corpus)
    for question in ("story of tram line 3", "title", "27"):
        ours, theirs = mine.search(question, k=99), fresh.search(question, k=99)
        assert [h.article.title for h in ours] == [h.article.title for h in theirs]
        assert [h.score for h in ours] == pytest.approx([h.score for h in theirs], abs=1e-5)
    fresh.close()


@pytest.fixture
def clustered(mine, write_corpus, monkeypatch):
    """An index whose merged segment is large enough to be clustered, and its corpus."""
    monkeypatch.setattr("qa.segments.clusters.FROM", 100)
    monkeypatch.setattr("qa.segments.clusters._LEAST_ALLOWED", 10)
    monkeypatch.setattr("qa.storage.publishing.AT_ONCE", 50)
    monkeypatch.setattr("qa.storage.publishing.PIECE", 60)
    words = ["tram", "ferry", "storm", "council", "harbour", "vote", "pier", "power"]
    rows = [
        {
            "title": f"Story {n}",
            "text": f"The {words[n % 8]} and the {words[n // 8 % 8]}, part {n}.",
            "publisher": "Even" if n % 2 == 0 else "Odd",
        }
        for n in range(150)
    ]
    corpus = write_corpus({"feed.jsonl": rows})
    mine.sync(corpus)
    return corpus


def test_what_is_large_is_published_first_and_merged_and_clustered_then(
    mine, clustered, make_archive, monkeypatch
):
    info = mine.info()
    assert info["engines"]["dense"] == "faiss-ivf-sq8"
    assert (info["generation"], len(info["segments"])) == (2, 1)  # 1 had the pieces
    assert mine.verify().ok
    exact = make_archive(mine.index, Settings(vector_engine="exact", lexical_engine="inverted"))
    assert exact.info()["engines"] == {"lexical": "inverted", "dense": "faiss-flat"}
    agreed = 0
    for question in ("tram and harbour", "the vote of the council", "storm, power", "part 77"):
        ours, theirs = mine.search(question), exact.search(question)
        agreed += len({h.passage.id for h in ours} & {h.passage.id for h in theirs})
        odd = mine.search(question, k=20, publisher="Odd")
        assert len(odd) == 20
        assert {hit.article.publisher for hit in odd} == {"Odd"}
    assert agreed >= 38
    exact.close()
    monkeypatch.setattr("qa.segments.clusters.DECODES", 2.0)  # which no code reaches
    assert re.match(r"clusters of segment \S+: the code of row \d", mine.verify().problems[0])


def test_a_merge_that_is_interrupted_loses_nothing_and_is_made_up_for(
    mine, clustered, write_corpus, make_archive, monkeypatch
):
    from qa.storage import publishing

    more = [{"title": f"New {n}", "text": f"Wholly new story number {n}."} for n in range(60)]
    corpus = write_corpus({"more.jsonl": more})
    with monkeypatch.context() as patch:
        patch.setattr(publishing, "merge", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            mine.sync(corpus)
    fresh = make_archive(mine.index)
    for one in (mine, fresh):
        assert one.info()["articles"] == 210
        assert one.search("wholly new story number 33")[0].article.title == "New 33"
        assert one.verify().ok
    fresh.close()
    report = mine.sync(corpus)
    assert (report.unchanged, report.generation) == (2, 4)
    assert len(mine.info()["segments"]) == 1
    assert mine.verify().ok


# ---- planning -------------------------------------------------------------------------------


def test_a_plan_says_what_a_sync_then_does_and_changes_nothing(mine, index, write_corpus):
    plans = []
    corpus = write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM})
    first = mine.plan(corpus)
    assert not index.exists()
    assert (first.added, first.anew, first.seconds) == (("ferry.txt", "tram.txt"), None, None)
    mine.sync(corpus, on_plan=plans.append)
    assert plans == [first]
    write_corpus({"ferry.txt": FERRY_LATER, "tram.txt": None, "storm.txt": STORM})
    before = tree(index)
    plan = mine.plan(corpus)
    assert tree(index) == before
    assert (plan.added, plan.changed, plan.deleted) == (
        ("storm.txt",), ("ferry.txt",), ("tram.txt",),
    )  # fmt: skip
    report = mine.sync(corpus, on_plan=plans.append)
    assert plans[1] == plan
    assert (report.added, report.changed, report.deleted) == (
        plan.added, plan.changed, plan.deleted,
    )  # fmt: skip


def test_a_plan_says_why_all_is_done_anew_and_how_long_that_takes(
    mine, counting, write_corpus, monkeypatch
):
    rows = [{"title": f"Story {n}", "text": f"It is story {n}."} for n in range(40)]
    corpus = write_corpus({"feed.jsonl": rows})
    mine.sync(corpus)
    asked = mine.plan(corpus, rebuild=True)
    assert (asked.anew, asked.seconds) == ("asked for", None)  # embeddings are at hand
    counting.texts.clear()
    other = Archive(mine.index, dataclasses.replace(Settings(), passage_words=40))
    other.retriever.embedder = counting
    plan = other.plan(corpus)
    assert plan.anew == "the index was built with passage_words 90, now it is 40"
    assert 0 < plan.seconds < 60
    assert counting.texts == []  # the rate was measured when it was built
    monkeypatch.setattr(Counting, "fingerprint", "0123456789abcdef")
    plan = mine.plan(corpus)
    assert plan.anew == ("the weights of all-MiniLM-L6-v2 are not those the index was built with")
    assert 0 < plan.seconds < 60
    assert len(counting.texts) == 16  # another model's rate is measured now
    other.close()


def test_what_an_interrupted_sync_embedded_in_vain_is_not_kept(mine, index, write_corpus):
    def stories(words):
        return [{"title": f"Story {n}", "text": f"{words} story {n}."} for n in range(5)]

    mine.sync(write_corpus({"feed.jsonl": stories("This is")}))

    def interrupt(progress):
        if progress.stage == "embedding" and progress.done == progress.total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        mine.sync(write_corpus({"feed.jsonl": stories("That was")}), on_progress=interrupt)
    assert count_embeddings(index) == 10
    mine.sync(write_corpus({"feed.jsonl": stories("This is")}))
    assert count_embeddings(index) == 5


def count_embeddings(index: Path) -> int:
    connection = sqlite3.connect(index / "store.sqlite")
    [[count]] = connection.execute("SELECT count(*) FROM embeddings").fetchall()
    connection.close()
    return count


@pytest.mark.parametrize(
    "error",
    [
        PermissionError(13, "my own log"),
        OSError(28, "my own disk"),
        sqlite3.OperationalError("my own database"),
        StopIteration("my own iterator"),
        InputError("my own input"),
    ],
)
def test_what_a_caller_raises_comes_through_as_it_is(mine, three_changes, error):
    def fail(_: object) -> None:
        raise error

    for work in (
        lambda: mine.sync(three_changes, on_progress=fail),
        lambda: mine.sync(three_changes, on_plan=fail),
        lambda: mine.plan(three_changes, on_progress=fail),
        lambda: mine.verify(on_progress=fail),
    ):
        with pytest.raises(type(error)) as raised:
            work()
        assert raised.value is error
        assert error.__context__ is None
    check_next_run_ends_it(mine, three_changes)
