"""What a look at the corpus folder makes of files and folders that cannot be looked at."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from qa.execution import Here, of_file
from qa.files import scanning
from qa.files.held import Held
from qa.reading.files import ReadResult, read_file, unopened

FERRY = "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2. Fourteen were hurt.\n"
TRAM = "Tram approved\n\nThe council approved the tram line by 27 votes to 18.\n"


@pytest.fixture
def mine(tmp_path, make_archive):
    made = make_archive(tmp_path / "index")
    yield made
    made.close()


def denied(monkeypatch, function: str, name: str) -> None:
    """Have the system refuse one name: the tests may run as root, whom no permission stops."""
    real = getattr(os, function)

    def refuse(path, *arguments, **options):
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, function, refuse)


def titles(archive):
    return sorted(article.title for article in archive.articles())


def test_articles_in_a_folder_that_cannot_be_listed_stay_and_it_is_told(
    mine, write_corpus, monkeypatch
):
    corpus = write_corpus({"sub/deep/ferry.txt": FERRY, "subway.txt": TRAM})
    mine.sync(corpus)
    with monkeypatch.context() as patch:
        denied(patch, "scandir", "sub")
        denied(patch, "open", "sub")
        for _ in range(2):
            report = mine.sync(corpus)
            assert (report.deleted, report.articles, report.generation) == ((), 2, 2)
            assert [(p.source, p.reason) for p in report.problems] == [
                ("sub", "cannot be opened: Permission denied")
            ]
        assert mine.plan(corpus).deleted == ()
    report = mine.sync(corpus)
    assert (report.deleted, report.unchanged, report.problems) == (("sub",), 2, ())
    assert titles(mine) == ["Ferry hits pier", "Tram approved"]
    assert report.embedded == 0


def test_a_link_to_itself_and_a_pipe_stop_no_sync(mine, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY})
    (corpus / "loop.txt").symlink_to("loop.txt")
    os.mkfifo(corpus / "pipe.txt")
    report = mine.sync(corpus)
    assert titles(mine) == ["Ferry hits pier"]
    assert sorted(problem.source for problem in report.problems) == ["loop.txt", "pipe.txt"]
    with Held(corpus) as held:
        assert held.same_content(corpus / "ferry.txt") == "ferry.txt"


def test_a_file_that_could_not_be_opened_is_read_again_though_it_did_not_change(
    mine, write_corpus, monkeypatch
):
    monkeypatch.setattr(scanning, "SETTLED", -60.0)
    corpus = write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM})
    with monkeypatch.context() as patch:
        denied(patch, "open", "ferry.txt")
        report = mine.sync(corpus)
        assert [p.reason for p in report.problems] == ["cannot be opened: Permission denied"]
        assert titles(mine) == ["Tram approved"]
    report = mine.sync(corpus)
    assert (report.changed, report.problems) == (("ferry.txt",), ())
    assert titles(mine) == ["Ferry hits pier", "Tram approved"]


def test_articles_of_a_file_that_cannot_be_opened_any_more_stay_and_it_is_told(
    mine, write_corpus, monkeypatch
):
    monkeypatch.setattr(scanning, "SETTLED", -60.0)
    corpus = write_corpus({"ferry.txt": FERRY, "tram.txt": TRAM})
    mine.sync(corpus)
    corpus = write_corpus({"ferry.txt": FERRY.replace("Fourteen", "Nineteen")})
    [ferry] = [article for article in mine.articles() if article.source == "ferry.txt"]
    with monkeypatch.context() as patch:
        denied(patch, "open", "ferry.txt")
        for _ in range(2):
            report = mine.sync(corpus)
            assert [p.reason for p in report.problems] == ["cannot be opened: Permission denied"]
            assert mine.article(ferry.id) == ferry
            assert mine.verify().ok
    mine.sync(corpus)
    assert [each.revision for each in mine.revisions(ferry.id)] == [1, 2]
    write_corpus({"ferry.txt": None})
    mine.sync(corpus)
    assert titles(mine) == ["Tram approved"]


def test_what_a_link_led_to_and_is_gone_does_not_stay(mine, write_corpus):
    corpus = write_corpus({"sub/ferry.txt": FERRY, "tram.txt": TRAM})
    (corpus / "link.txt").symlink_to(Path("sub", "ferry.txt"))
    mine.sync(corpus)
    assert len(mine.articles()) == 3
    write_corpus({"sub/ferry.txt": None})
    report = mine.sync(corpus)
    assert [problem.source for problem in report.problems] == ["link.txt"]
    assert titles(mine) == ["Tram approved"]


def test_what_lay_behind_a_folder_that_is_a_file_now_is_gone(tmp_path):
    (tmp_path / "sub").touch()
    for name, is_gone in (("sub/ferry.txt", True), ("ferry.txt", True), ("sub", False)):
        source = scanning.Source(str(tmp_path / name), name, "", "")
        assert source.is_gone() is is_gone


class CutShort(Here):
    """The disk fails behind the first article of each file."""

    def read(self, sources, size):
        for source in sources:
            whole = read_file(source.path, source.name)
            first = ReadResult(whole.articles[:1], (), more=True)
            failed = unopened(source.name, OSError(5, "Input/output error"))
            yield from of_file(source, iter([first, failed]), size)


def test_a_disk_that_fails_amid_a_file_leaves_its_other_articles_as_they_were(mine, write_corpus):
    rows = [{"title": f"Story {n}", "text": f"Story {n} is told."} for n in range(3)]
    corpus = write_corpus({"feed.jsonl": rows})
    mine.sync(corpus)
    changed = [{**row, "text": f"{row['text']} Once more."} for row in rows]
    write_corpus({"feed.jsonl": changed})
    report = mine.sync(corpus, execution=CutShort(mine.retriever.embedder))
    assert [p.reason for p in report.problems] == ["cannot be opened: Input/output error"]
    assert [a.text for a in sorted(mine.articles(), key=lambda a: a.position)] == [
        changed[0]["text"], rows[1]["text"], rows[2]["text"]
    ]  # fmt: skip
    assert mine.verify().ok
    mine.sync(corpus)
    assert {article.text for article in mine.articles()} == {row["text"] for row in changed}


def test_files_indexed_as_soon_as_written_are_read_once_more_and_then_no_more(
    mine, write_corpus, monkeypatch
):
    corpus = write_corpus({f"{n}.txt": FERRY for n in range(5)})
    mine.sync(corpus)
    monkeypatch.setattr(scanning, "SETTLED", -60.0)  # as if some seconds had gone by
    read = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *a: read.append(1) or digest(*a))
    counts = []
    for _ in range(3):
        assert mine.sync(corpus).unchanged == 5
        counts.append(len(read))
    assert counts == [5, 5, 5]


def test_a_linked_folder_is_told_and_not_followed(mine, write_corpus, tmp_path):
    corpus = write_corpus({"ferry.txt": FERRY, "sub/tram.txt": TRAM})
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "tram.txt").write_text(TRAM)
    (corpus / "linked").symlink_to(tmp_path / "elsewhere")
    (corpus / "here").symlink_to(corpus / "sub")  # read where it lies
    (corpus / ".hidden").symlink_to(tmp_path / "elsewhere")
    for _ in range(2):
        report = mine.sync(corpus)
        [problem] = report.problems
        assert (problem.source, report.articles, report.generation) == ("linked", 2, 1)
        assert "leads out of the corpus folder" in problem.reason
