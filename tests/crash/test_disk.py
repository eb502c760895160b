"""A disk that is full or read-only: one line that says so, and the old index answers on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qa.errors import IndexBusyError, IndexWriteError

pytestmark = pytest.mark.crash

FERRY = "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2. Fourteen were hurt.\n"


@pytest.fixture
def mount(tmp_path):
    """Mount a small disk of its own; returns a function that sets its options."""
    place = tmp_path / "disk"
    place.mkdir()

    def options(text: str) -> Path:
        subprocess.run(["mount", "-o", f"remount,{text}", str(place)], check=True)
        return place

    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(place)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode != 0:
        pytest.skip(f"mounting is not permitted here: {made.stderr.strip()}")
    yield options
    subprocess.run(["umount", "-l", str(place)], check=True)


def error_of(work) -> str | None:
    """What a work says of the disk; None if it is done."""
    try:
        work()
    except IndexWriteError as error:
        return str(error)
    return None


def feed(count: int):
    return [
        {"title": f"Story {n}", "text": f"The story with number {n} is told here. " * 12}
        for n in range(count)
    ]


def test_a_full_disk_is_told_at_whatever_moment_it_fills_and_nothing_is_lost(
    mount, make_archive, write_corpus, tmp_path
):
    corpus = write_corpus({"ferry.txt": FERRY})
    archive = make_archive(mount("size=8m") / "index")
    archive.sync(corpus)
    corpus = write_corpus({"feed.jsonl": feed(12)})
    filler = tmp_path / "disk" / "filler"
    failed = 0
    for spare in (0, 40, 100, 160, 220, 280, 340, 400, 460, 520, 1000):
        filler.unlink(missing_ok=True)
        usage = os.statvfs(tmp_path / "disk")
        filler.write_bytes(b"\0" * max(usage.f_bavail * usage.f_frsize - spare * 1024, 0))
        told = error_of(lambda: archive.sync(corpus))
        if told is not None:
            failed += 1
            assert "the disk is full; free some space" in told, spare
            assert archive.ask("How many were hurt on the Skerrin Lass?").answered, spare
            assert len(archive.articles()) == 1
            fresh = make_archive(archive.index)
            assert fresh.search("ferry")[0].article.title == "Ferry hits pier"
            fresh.close()
        else:
            break
    assert failed >= 3
    filler.unlink()
    assert archive.sync(corpus).articles == 13
    assert archive.verify().problems == ()
    assert len(archive.search("story", k=99)) == 13
    archive.close()


def test_a_read_only_folder_is_told_and_answers(mount, make_archive, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY})
    archive = make_archive(mount("size=8m") / "index")
    archive.sync(corpus)
    archive.close()
    write_corpus({"feed.jsonl": feed(2)})
    mount("ro")
    fresh = make_archive(archive.index)
    try:
        assert fresh.ask("How many were hurt on the Skerrin Lass?").answered
        assert fresh.verify().ok
        for work in (lambda: fresh.sync(corpus), lambda: fresh.verify(repair=True)):
            with pytest.raises(IndexWriteError, match="the folder is read-only; make it writable"):
                work()
        assert fresh.plan(corpus).added == ("feed.jsonl",)
    finally:
        fresh.close()
        mount("rw")
    assert fresh.sync(corpus).articles == 3
    fresh.close()


WRITER = """
import sys, time
from pathlib import Path
from qa.archive import Archive
from qa.errors import IndexBusyError
from qa.settings import Settings
archive = Archive(Path(sys.argv[1]), Settings())
archive.retriever.embedder
print("ready", flush=True)
sys.stdin.readline()
busy = 0
for _ in range(int(sys.argv[3])):
    try:
        archive.sync(sys.argv[2])
    except IndexBusyError:
        busy += 1
        time.sleep(0.01)
print(busy)
"""


def test_writers_at_once_take_turns_or_are_told(make_archive, write_corpus, tmp_path, root):
    corpus = write_corpus({"ferry.txt": FERRY, "feed.jsonl": feed(5)})
    index = tmp_path / "index"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(index), str(corpus), "40"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root,
        )
        for _ in range(3)
    ]  # fmt: skip
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for n in range(6):
        time.sleep(0.1)
        row = {"title": f"More {n}", "text": "More of it."}
        write_corpus({f"more{n}.jsonl": json.dumps(row) + "\n"})
    busy = [int(writer.communicate(timeout=120)[0]) for writer in writers]
    assert all(writer.returncode == 0 for writer in writers)
    assert sum(busy) > 0
    archive = make_archive(index)
    while True:
        try:
            report = archive.sync(corpus)
            break
        except IndexBusyError:
            time.sleep(0.1)
    assert report.articles == 12
    assert archive.verify().problems == ()
    archive.close()


def test_a_clock_that_steps_back_hides_no_generation(make_archive, write_corpus, tmp_path):
    reader, writer = (make_archive(tmp_path / "index") for _ in range(2))
    writer.sync(write_corpus({"ferry.txt": FERRY}))
    assert len(reader.articles()) == 1
    pointer = tmp_path / "index" / "CURRENT"
    before = pointer.stat()
    for n in range(5):
        corpus = write_corpus({f"more{n}.txt": f"More {n}\n\nMore of story {n}.\n"})
        os.utime(corpus / f"more{n}.txt", (2**32 + n, 2**32 + n))  # the future, as it looks now
        writer.sync(corpus)
        os.utime(pointer, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert len(reader.articles()) == n + 2
        assert len(reader.search("story", k=99)) == n + 2
    reader.close()
    writer.close()
