"""Reading in processes of their own: nothing that a file does there reaches us or other files."""

from __future__ import annotations

import dataclasses
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qa.reading import Stated, preview, read_file
from qa.reading.wire import from_request, from_wire, to_request, to_wire
from qa.reading.workers import Limits, ToRead, Workers
from qa.records import Article, Problem

from .documents import zipped
from .test_html import LD, META, PARAGRAPHS, ld, page

UNRULY = [sys.executable, str(Path(__file__).with_name("unruly_worker.py"))]
LIMITS = Limits(seconds=4.0, memory_bytes=768 * 1024**2)


@pytest.fixture(scope="module")
def unruly():
    workers = Workers(2, LIMITS, UNRULY)
    yield workers
    workers.close()


def saying(word: str) -> bytes:
    return page("", "", [*PARAGRAPHS, f"{word} it said."])


def test_one_unruly_file_never_costs_another(tmp_path, unruly):
    words = ["a", "b", "EAT", "c", "DIE", "d", "LEAVE", "PRINT", "HANG", "SPIN", "e"]
    files = []
    for number, word in enumerate(words):
        path = tmp_path / f"{number:02}-{word}.html"
        path.write_bytes(saying(word))
        files.append(ToRead(path, path.name))
    files.insert(3, ToRead(tmp_path / "none.html", "none.html"))
    files.append(ToRead(tmp_path / "page.txt", "page.txt"))
    results = dict(zip([each.source for each in files], unruly.read(files), strict=True))
    assert list(results) == [each.source for each in files]
    for word in "abcde":
        [result] = [each for name, each in results.items() if name.endswith(f"-{word}.html")]
        assert result.articles[0].text.endswith(f"{word} it said.")
    assert len(results["07-PRINT.html"].articles) == 1
    told = {name: r.problems[0].reason for name, r in results.items() if r.problems}
    assert told == {
        "08-HANG.html": "took longer than 4 s to read; left out",
        "02-EAT.html": "needs more memory to read than is allowed; split it",
        "04-DIE.html": "its reader died (signal 11); left out",
        "06-LEAVE.html": "its reader died (code 3); left out",
        "09-SPIN.html": "took longer than 4 s to read; left out",
        "none.html": "cannot be opened: No such file or directory",
        "page.txt": "cannot be opened: No such file or directory",
    }
    assert not results["none.html"].opened


def test_one_unruly_member_never_costs_another(tmp_path, unruly):
    path = tmp_path / "bundle.zip"
    members = {"a.html": saying("a"), "b.html": saying("DIE"), "c.html": saying("c")}
    path.write_bytes(zipped(members))
    result = unruly.read_one(ToRead(path, path.name))
    assert [article.place for article in result.articles] == ["a.html", "c.html"]
    assert result.problems[0].reason == "in b.html: its reader died (signal 11); left out"


def test_a_worker_ends_when_idle_and_another_starts(tmp_path, unruly):
    path = tmp_path / "lamp.html"
    path.write_bytes(page())
    assert unruly.read_one(ToRead(path, path.name)).articles
    time.sleep(1.0)
    assert unruly.read_one(ToRead(path, path.name)).articles


def test_the_memory_of_a_worker_counts_while_it_works(tmp_path):
    path = tmp_path / "hang.html"
    path.write_bytes(saying("HANG"))
    workers = Workers(1, Limits(seconds=2.0), UNRULY)
    assert workers.memory_bytes() == 0  # none is started before it is needed
    reading = threading.Thread(target=workers.read_one, args=[ToRead(path, path.name)])
    reading.start()
    held = 0
    while reading.is_alive() and held <= 1024**2:  # a process that just starts holds little
        held = workers.memory_bytes()
        time.sleep(0.01)
    assert reading.is_alive()
    assert held > 1024**2
    reading.join()
    assert workers.memory_bytes() == 0  # it was killed


def test_the_same_is_read_there_as_here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # which is not where the package lies
    workers = Workers(1)
    path = tmp_path / "lamp.html"
    path.write_bytes(page(META + ld(LD), "<time>4 hours ago</time>"))
    stated = Stated(captured=datetime(2025, 8, 3, tzinfo=UTC), captured_by="--captured")
    try:
        assert workers.read_one(ToRead(path, "a/lamp.html", stated)) == read_file(
            path, "a/lamp.html", stated
        )
        seen = workers.preview(ToRead(path, "a/lamp.html", stated))
        assert seen == preview(path, "a/lamp.html", stated)
        assert seen.dropped
    finally:
        workers.close()


def test_what_goes_over_the_wire_comes_back():
    moment = datetime(2025, 8, 3, 10, tzinfo=UTC)
    article = Article(
        "i", "t", "Text \ud7ff", "s", 3, "p", "a", moment, moment, moment, "1 h", "d", "g", "u",
        "en", "place", (0, 4), {"title": "meta"},
    )  # fmt: skip
    assert all(getattr(article, f.name) for f in dataclasses.fields(article) if f.compare)
    for found in (article, Problem("s", "r", 4)):
        assert from_wire(to_wire(found)) == found
    stated = Stated(moment, "x", "u", "latin-1", {"text": "y"})
    sent = to_request("p\udcff", "s", stated, {"a": "b"}, {})
    assert from_request(sent) == ("p\udcff", "s", stated, {"a": "b"})
