"""Files that cost more than they should: each is told, and harms no other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import pytest

from qa.files.scanning import scan
from qa.reading import read_bytes, read_file, statements
from qa.reading.files import in_parts
from qa.reading.process import COMMAND
from qa.reading.workers import Limits, ToRead, Workers
from qa.records import Article, Problem

from .documents import compressed_pdf
from .test_html import PARAGRAPHS, page
from .test_workers import UNRULY

DEEP = 100_000


def reason(data: bytes) -> str:
    result = read_bytes(data, "page.html")
    assert not result.articles
    return result.problems[0].reason


def test_html_nested_100_000_deep():
    deep = b"<div>" * DEEP
    result = read_bytes(page().replace(b"</article>", deep + b"deep</article>"), "page.html")
    [article] = result.articles
    assert article.text.split("\n") == PARAGRAPHS
    assert result.problems[0].reason.startswith("nested deeper than 256 elements")
    told = reason(page().replace(b"<body>", b"<body>" + deep))
    assert told.startswith("no article body found in the page; it is nested deeper")


def test_html_with_floods_of_attributes():
    flood = " ".join(f'a{n}="x > y"' for n in range(DEEP)).encode()
    result = read_bytes(page().replace(b"<article>", b"\n<article %b>" % flood), "page.html")
    assert "more than 2,000 attributes" in result.problems[0].reason
    assert result.problems[0].line == 2
    # What is long for its values, or has dozens of them, is read.
    state = json.dumps({f"key {n}": "a = b" for n in range(5_000)}).replace('"', "&quot;")
    dozens = " ".join(f"data-{n}='x'" for n in range(60))
    fine = page().replace(b"<article>", f'<article {dozens} data-state="{state}">'.encode())
    assert len(read_bytes(fine, "page.html").articles) == 1


def test_html_of_50_mb(tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes(page())
    os.truncate(path, 50_000_000)
    result = read_file(path, "page.html")
    assert result.problems[0].reason == "is 47.7 MiB, over the limit of 32.0 MiB a file; split it"


def test_a_page_with_a_picture_of_8_mb_in_it():
    picture = b"<img src='data:image/png;base64,%b'>" % (b"iVBORw0KGgo" * 750_000)
    result = read_bytes(page().replace(b"</article>", picture + b"</article>"), "page.html")
    assert [article.text.split("\n") for article in result.articles] == [PARAGRAPHS]
    assert not result.problems


def test_a_pdf_that_unpacks_to_gigabytes(tmp_path):
    packer = zlib.compressobj(9)
    stream = packer.compress(b"BT /F 12 Tf 60 700 Td (Lamp lit) Tj ET\n")
    stream += b"".join(packer.compress(b" " * 2**20) for _ in range(200)) + packer.flush()
    bomb = tmp_path / "bomb.pdf"
    bomb.write_bytes(compressed_pdf(stream))
    assert bomb.stat().st_size < 1_000_000
    good = tmp_path / "good.html"
    good.write_bytes(page())
    workers = Workers(1, Limits(seconds=20, memory_bytes=300 * 1024**2), COMMAND)
    try:
        [of_bomb, of_good] = workers.read([ToRead(bomb, "bomb.pdf"), ToRead(good, "good.html")])
    finally:
        workers.close()
    assert not of_bomb.articles
    assert "memory" in of_bomb.problems[0].reason
    assert len(of_good.articles) == 1


_SCAN_AGAIN = """
import sys, tracemalloc
from pathlib import Path
from qa.files.scanning import scan
corpus, index = map(Path, sys.argv[1:])
first = scan(corpus, index, {}, lambda _: None)
known = {each.name: (each.digest, "") for each in first.added}
tracemalloc.start()
again = scan(corpus, index, known, lambda _: None)
print(len(again.unchanged), tracemalloc.get_traced_memory()[1])
"""


def test_a_folder_of_many_files(tmp_path, monkeypatch):
    corpus = tmp_path / "corpus"
    count = 1_500  # `python -m benchmarks.folder` measures 100,000
    for number in range(count):
        if number % 500 == 0:
            (corpus / f"{number}").mkdir(parents=True)
        (corpus / f"{number - number % 500}" / f"{number}.txt").touch()
    names = [f'["{n - n % 500}/{n}.txt"]\nurl = "https://a.example/{n}"\n' for n in range(count)]
    (corpus / statements.NAME).write_text('["*.md"]\nurl = "u"\n' + "".join(names))
    compared = []
    monkeypatch.setattr(statements, "fnmatchcase", lambda *pair: compared.append(pair) and False)
    told = []
    first = scan(corpus, tmp_path / "index", {}, told.append)
    assert len(first.added) == len(told) == count
    assert first.added[1].name == "0/1.txt"
    assert first.added[1].stated.url == "https://a.example/1"
    assert len(compared) == count  # with the one pattern, not with each other's names
    # In a process of its own: what another test's threads allocate meanwhile would count.
    command = [sys.executable, "-c", _SCAN_AGAIN, str(corpus), str(tmp_path / "index")]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    unchanged, peak = map(int, run.stdout.split())
    assert unchanged == count
    assert peak / count < 4_000  # bytes a file: 400 MB for 100,000


def test_files_that_change_or_go_while_they_are_read(make_archive, write_corpus, tmp_path):
    names = ("gone.txt", "late.txt", "cut.jsonl", "left.txt")
    text = "Lamp lit\n\nThe lamp on Gull Point was lit in June.\n"
    files = {name: text.replace("Lamp", name) for name in names}
    files["cut.jsonl"] = "".join(json.dumps({"title": n, "text": text}) + "\n" for n in "ab")
    corpus = write_corpus(files)
    archive = make_archive(tmp_path / "index")

    def meddle(_: object) -> None:  # listed, and not read yet
        (corpus / "gone.txt").unlink()
        (corpus / "late.txt").write_text(text.replace("June", "July"))
        os.truncate(corpus / "cut.jsonl", len(files["cut.jsonl"]) - 9)

    try:
        report = archive.sync(corpus, on_plan=meddle)
        told = {problem.source: problem.reason for problem in report.problems}
        assert told["gone.txt"] == "cannot be opened: No such file or directory"
        assert told["cut.jsonl"].startswith("not valid JSON")
        assert sorted({a.source for a in archive.articles()}) == sorted(names[1:])
        # The next sync knows that what it had was of another moment.
        write_corpus({"cut.jsonl": files["cut.jsonl"]})
        report = archive.sync(corpus)
        assert (report.deleted, report.problems) == (("gone.txt",), ())
        assert set(report.changed) >= {"late.txt"}
        assert "July" in archive.search("When was the lamp of late lit?")[0].article.text
        assert report.articles == 4
    finally:
        archive.close()


def test_a_large_json_lines_file_is_never_whole_in_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("qa.reading.files._PART_CHARS", 150_000)
    path = tmp_path / "wire.jsonl"
    with path.open("w") as file:
        for number in range(60):
            text = f"Paragraph {number}. " * 5_000
            file.write(json.dumps({"title": f"Part {number}", "text": text}) + "\n")
    size = path.stat().st_size
    assert size > 4_000_000
    workers = Workers(2)
    tracemalloc.start()
    titles, parts = [], 0
    try:
        for part in workers.read([ToRead(path, "wire.jsonl")]):
            parts += 1
            titles += [article.title for article in part.articles]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        workers.close()
    assert titles == [f"Part {number}" for number in range(60)]
    assert parts > 10
    assert peak < size / 2


def test_parts_are_made_as_they_are_taken():
    taken = []

    def found():
        for number in range(10):
            taken.append(number)
            yield Article(f"{number}", "t", "x" * 400_000, "s")
            yield Problem("s", f"{number}")

    parts = in_parts("s", found())
    first = next(parts)
    assert (len(first.articles), len(first.problems), first.more) == (3, 2, True)
    assert taken == [0, 1, 2]
    rest = list(parts)
    assert [part.more for part in rest] == [True, True, False]
    assert sum(len(part.articles) for part in rest) == 7
    assert [part.problems[0].reason for part in in_parts("s", iter(()))] == ["holds no article"]


def test_a_cluster_reads_with_the_same_limits(tmp_path, monkeypatch):
    pytest.importorskip("distributed", reason="needs Dask: pip install 'article-qa[dask]'")
    from qa import cluster
    from qa.files.scanning import Source
    from qa.passages import PassageSize

    workers = Workers(1, Limits(seconds=3), UNRULY)
    monkeypatch.setattr(cluster, "shared", lambda: workers)
    words = ("a", "HANG", "DIE", "b")
    files = [
        (Source("", f"{word}.html", "", ""), page("", "", [*PARAGRAPHS, f"{word} it said."]))
        for word in words
    ]
    try:
        read = cluster._read(cluster._facts("f"), files, PassageSize(90, 1))
    finally:
        workers.close()
    assert [len(each.result.articles) for each in read] == [1, 0, 0, 1]
    assert "took longer than 3 s" in read[1].result.problems[0].reason
    assert "its reader died" in read[2].result.problems[0].reason


def test_a_worker_that_holds_much_gives_it_back(tmp_path):
    script = tmp_path / "small.py"
    script.write_text("from qa.reading import worker\nworker.HELD_BYTES = 1\nworker.main()\n")
    path = tmp_path / "lamp.html"
    path.write_bytes(page())
    workers = Workers(1, command=(sys.executable, str(script)))
    for _ in range(2):
        assert workers.read_one(ToRead(path, "lamp.html")).articles
        assert workers.memory_bytes() == 0
    assert Path(path).exists()
