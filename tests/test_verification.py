"""Verifying: what is wrong is found, and mended where the store still has it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import numpy as np
import pytest

from qa.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMismatchError,
    IndexMissingError,
    IndexWriteError,
)
from qa.segments import Segment
from qa.segments.columns import Names
from qa.segments.postings import Postings
from qa.settings import Settings
from qa.storage.generation import Generations

FILES = {
    "ferry.txt": "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2. Fourteen were hurt.\n",
    "tram.txt": "Tram approved\n\nThe council approved the tram line by 27 votes to 18.\n",
    "storm.txt": "Storm cuts power\n\nStorm Brannoc cut the power of 41,000 homes.\n",
}
SEGMENT = "segments/000001-1.safetensors"


@pytest.fixture
def mine(tmp_path, make_archive, write_corpus):
    made = make_archive(tmp_path / "index")
    made.sync(write_corpus(FILES))
    yield made
    made.close()


def execute(archive, sql, *values):
    """Change the store behind the program's back."""
    archive.close()
    connection = sqlite3.connect(archive.index / "store.sqlite")
    with connection:
        connection.execute(sql, values)
    connection.close()


def answers(archive):
    hits = archive.search("How many were hurt on the Skerrin Lass?")
    return [(hit.article.title, hit.passage.text, round(hit.score, 5)) for hit in hits]


def test_a_sound_index_is_sound_and_nothing_changes(mine, tmp_path):
    before = {p: p.read_bytes() for p in mine.index.rglob("*") if p.is_file()}
    for found in (mine.verify(), mine.verify(repair=True)):
        assert (found.ok, found.problems, found.repaired) == (True, (), False)
        assert (found.articles, found.passages, found.vectors, found.generation) == (3, 3, 3, 1)
        assert found.engines == {"lexical": "rank-bm25", "dense": "faiss-flat"}
    after = {p: p.read_bytes() for p in mine.index.rglob("*") if p.is_file()}
    assert {p: data for p, data in after.items() if "store" not in p.name} == {
        p: data for p, data in before.items() if "store" not in p.name
    }


def test_after_growing_and_shrinking_it_is_sound(mine, write_corpus):
    for n in range(6):
        corpus = write_corpus({f"more{n}.txt": f"Number {n}\n\nStory number {n} is told here.\n"})
        mine.sync(corpus)
    mine.sync(write_corpus({"ferry.txt": None, "more3.txt": None}))
    found = mine.verify()
    assert (found.ok, found.problems) == (True, ())
    assert (found.articles, found.passages, found.vectors) == (7, 7, 7)


def damaged_segment(change):
    """Write a segment that its manifest believes in, and that says something else."""

    def damage(archive):
        loaded = Segment.load(archive.index / "segments", "000001-1")
        change(loaded).save(archive.index / "segments")
        generations = archive.retriever._generations
        manifest = generations.manifest(1)
        for name in manifest.files:
            manifest.files[name][:] = _measured(archive.index / name)
        manifest.write(archive.index / "generations" / "000001")

    return damage


def _measured(path):
    from qa.storage.generation import _measure

    return _measure(path)


def other_words(segment):
    terms = segment.postings.documents()
    terms[1] = ["quite", "other", "words"]
    return rebuilt(segment, postings=Postings.build(terms))


def other_vectors(segment):
    return rebuilt(segment, vectors=segment.vectors[[1, 0, 2]])


def other_ids(segment):
    return rebuilt(segment, ids=segment.ids + np.asarray([0, 0, 5]))


def other_lengths(segment):
    postings = replace(segment.postings, lengths=segment.postings.lengths + np.int32(1))
    return rebuilt(segment, postings=postings)


def other_days(segment):
    return rebuilt(segment, columns=replace(segment.columns, day=segment.columns.day + np.int32(1)))


def other_publisher(segment):
    publisher = Names.of(["", "other", ""])
    return rebuilt(segment, columns=replace(segment.columns, publisher=publisher))


def rebuilt(segment, **changes):
    parts = ("ids", "vectors", "postings", "columns")
    return Segment(
        name=segment.name, **({name: getattr(segment, name) for name in parts} | changes)
    )


def flip(name, place):
    def damage(archive):
        archive.close()
        data = bytearray((archive.index / name).read_bytes())
        data[int(len(data) * place)] ^= 64
        (archive.index / name).write_bytes(data)

    return damage


def write(name, content):
    return lambda archive: (archive.index / name).write_bytes(content)


GONE = "DELETE FROM embeddings WHERE key = (SELECT min(key) FROM embeddings)"
VECTOR = "UPDATE embeddings SET vector = ? WHERE key = (SELECT min(key) FROM embeddings)"

MENDABLE = {
    "a segment gone": (lambda a: (a.index / SEGMENT).unlink(), "No such file"),
    "a segment cut": (write(SEGMENT, b"short"), "has 5 bytes"),
    "a bit of the words flipped": (flip(SEGMENT, 0.5), "CRC-32"),
    "a bit of the vectors flipped": (flip(SEGMENT, 0.95), "CRC-32"),
    "deleted ids garbage": (flip("generations/000001/deleted.npy", 0.1), "CRC-32"),
    "pointer garbage": (write("CURRENT", b"\xff"), "cannot read"),
    "pointer to nowhere": (write("CURRENT", b"77\n"), "cannot read"),
    "other words indexed": (damaged_segment(other_words), "indexed words are not those"),
    "other lengths indexed": (damaged_segment(other_lengths), "indexed words are not those"),
    "other days indexed": (damaged_segment(other_days), "filters are not those of its article"),
    "other publishers": (damaged_segment(other_publisher), "filters are not those of its article"),
    "other vectors indexed": (damaged_segment(other_vectors), "indexed vector is not the stored"),
    "other passages indexed": (damaged_segment(other_ids), "in the indexes but not in the store"),
    "an embedding gone": (lambda a: execute(a, GONE), "has no embedding"),
    "a vector of noughts": (lambda a: execute(a, VECTOR, bytes(384 * 4)), "has no embedding"),
    "a vector cut": (lambda a: execute(a, VECTOR, b"\0" * 8), "has no embedding"),
    "not a number": (
        lambda a: execute(a, VECTOR, np.full(384, np.nan, "<f4").tobytes()),
        "has no embedding",
    ),
    "token states changed": (
        lambda a: execute(a, "UPDATE embeddings SET tokens = zeroblob(length(tokens))"),
        "has no embedding",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "told"), MENDABLE.values(), ids=MENDABLE)
def test_damage_is_found_and_mended(mine, make_archive, damage, told):
    expected = answers(mine)
    damage(mine)
    fresh = make_archive(mine.index)
    found = fresh.verify()
    assert not found.ok
    assert any(told in problem for problem in found.problems), found.problems
    assert not any("\n" in problem for problem in found.problems)
    mended = fresh.verify(repair=True)
    assert (mended.ok, mended.repaired, mended.problems) == (True, True, found.problems)
    for one in (fresh, mine):
        assert answers(one) == expected
    assert fresh.verify().ok
    fresh.close()


def test_a_folder_in_the_place_of_the_pointer_is_to_be_moved_away(mine, make_archive, write_corpus):
    expected = answers(mine)
    pointer = mine.index / "CURRENT"
    pointer.unlink()
    pointer.mkdir()
    fresh = make_archive(mine.index)
    with pytest.raises(IndexWriteError, match="is a folder and should be a file; move it away"):
        fresh.verify(repair=True)
    pointer.rmdir()
    fresh.sync(write_corpus(FILES))
    assert answers(fresh) == expected
    fresh.close()


@pytest.mark.parametrize("kind", ["segments", "generations"])
def test_damage_is_not_copied_into_the_next_generation(mine, make_archive, write_corpus, kind):
    more = {f"more{n}.txt": f"Number {n}\n\nStory number {n} is told here.\n" for n in range(9)}
    mine.sync(write_corpus(more))
    manifest = mine.retriever._generations.manifest(
        mine.sync(write_corpus({"tram.txt": None})).generation
    )
    assert manifest.deleted == 1
    expected = answers(mine)
    [damaged] = [name for name in manifest.files if name.startswith(kind)]
    flip(damaged, 0.99)(mine)
    fresh = make_archive(mine.index)
    corpus = write_corpus(
        {f"yet{n}.txt": f"Number 1{n}\n\nStory 1{n} is told.\n" for n in range(4)}
    )
    with pytest.raises(IndexDamagedError, match="run: qa verify --repair"):
        fresh.sync(corpus)
    assert fresh.verify(repair=True).repaired
    assert answers(fresh) == expected
    assert fresh.sync(corpus).articles == 15
    assert fresh.verify().problems == ()
    fresh.close()


def test_what_a_writer_replaces_meanwhile_is_not_taken_for_damage(
    mine, make_archive, write_corpus, monkeypatch
):
    verify_files = Generations.verify_files
    rounds, most = [], [3]

    def overtaken(generations, *arguments):
        if len(rounds) < most[0]:
            rounds.append(1)
            writer = make_archive(mine.index)
            for _ in range(2):
                writer.sync(write_corpus({"ferry.txt": FILES["ferry.txt"] + str(len(rounds))}))
                writer.sync(write_corpus({"ferry.txt": FILES["ferry.txt"]}))
            writer.close()
        return verify_files(generations, *arguments)

    monkeypatch.setattr(Generations, "verify_files", overtaken)
    found = mine.verify()
    assert (found.ok, found.problems, len(rounds)) == (True, (), 3)
    most[0] = 99
    with pytest.raises(IndexBusyError, match="being written all the time"):
        mine.verify()


LOST = {
    "a text changed": "UPDATE articles SET text = text || ' More.' WHERE source = 'tram.txt'",
    "a title changed": "UPDATE articles SET title = 'Other' WHERE source = 'tram.txt'",
    "a passage beyond its text": 'UPDATE passages SET "end" = 9999 WHERE id = 2',
    "an article gone": "DELETE FROM articles WHERE source = 'tram.txt'",
}


@pytest.mark.parametrize("sql", LOST.values(), ids=LOST)
def test_what_only_the_corpus_has_is_asked_of_the_corpus(mine, make_archive, sql, tmp_path):
    expected = answers(mine)
    execute(mine, sql)
    fresh = make_archive(mine.index)
    assert not fresh.verify().ok
    with pytest.raises(IndexDamagedError, match="run: qa index --rebuild"):
        fresh.verify(repair=True)
    fresh.sync(tmp_path / "corpus", rebuild=True)
    assert fresh.verify().ok
    assert answers(fresh) == expected
    fresh.close()


def test_a_store_that_is_gone_is_never_taken_for_an_empty_one(mine, make_archive, tmp_path):
    mine.close()
    for path in mine.index.glob("store.sqlite*"):
        path.unlink()
    fresh = make_archive(mine.index)
    assert not fresh.verify().ok
    for work in (lambda: fresh.verify(repair=True), lambda: fresh.sync(tmp_path / "corpus")):
        with pytest.raises(IndexDamagedError, match="run: qa index --rebuild"):
            work()
    assert fresh.sync(tmp_path / "corpus", rebuild=True).articles == 3
    assert fresh.verify().ok
    fresh.close()


def test_garbage_in_the_place_of_the_store_is_told(mine, make_archive):
    mine.close()
    for path in mine.index.glob("store.sqlite-*"):
        path.unlink()
    (mine.index / "store.sqlite").write_bytes(b"garbage" * 999)
    fresh = make_archive(mine.index)
    assert "not a database" in " ".join(fresh.verify().problems)
    with pytest.raises(IndexDamagedError, match="not a database"):
        fresh.verify(repair=True)
    fresh.close()


@pytest.mark.parametrize("table", ["passages", "copies_by_removed", "passages_by_article"])
def test_a_damaged_page_that_is_only_written_to_is_told(mine, make_archive, tmp_path, table):
    mine.close()
    path = mine.index / "store.sqlite"
    connection = sqlite3.connect(path)
    [(page,)] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,))
    [(size,)] = connection.execute("PRAGMA page_size")
    connection.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(data)
    fresh = make_archive(mine.index)
    (tmp_path / "corpus" / "ferry.txt").write_text("Ferry\n\nThe ferry was sold to the island.\n")
    for rebuild in (False, True):
        with pytest.raises(IndexDamagedError, match="move the index away and run: qa index"):
            fresh.sync(tmp_path / "corpus", rebuild=rebuild)
    fresh.close()


def test_nothing_to_verify_other_settings_and_a_writer_at_work(mine, make_archive, tmp_path):
    with pytest.raises(IndexMissingError):
        make_archive(tmp_path / "nowhere").verify()
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(IndexMismatchError):
        make_archive(mine.index, Settings(passage_words=40)).verify()

    def meanwhile(_progress):
        with pytest.raises(IndexBusyError, match=r"process \d+ on .* has been writing"):
            mine.verify(repair=True)
        assert mine.verify().ok

    mine.sync(tmp_path / "corpus", on_progress=meanwhile)
