"""An index that grows while it is asked, from the command line and from other processes."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from qa.cli import main
from qa.errors import IndexWriteError, QAError, ServiceError
from qa.watching import watch

FERRY = "Ferry hits pier\n\nThe ferry Skerrin Lass hit Pier 2. Fourteen were hurt.\n"
TRAM = "Tram approved\n\nThe council approved the tram line by 27 votes to 18.\n"


def wait_until(true, seconds: float = 20.0) -> float:
    began = time.perf_counter()
    while not true():
        assert time.perf_counter() - began < seconds, "it did not come"
        time.sleep(0.02)
    return time.perf_counter() - began


@pytest.fixture
def run(tmp_path, capsys, monkeypatch):
    """Run `qa` on an index of its own; returns exit code, output, errors."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main([*arguments, "--index", str(tmp_path / "index")])
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


def test_index_says_what_it_will_do_and_did(run, write_corpus, tmp_path):
    corpus = str(write_corpus({"ferry.txt": FERRY, "bad.md": "", "tram.txt": TRAM}))
    code, out, _ = run("index", "--corpus", corpus, "--dry-run")
    assert (code, out) == (
        0, "+ bad.md\n+ ferry.txt\n+ tram.txt\nfiles: 3 added, 0 changed, 0 deleted, 0 unchanged\n",
    )  # fmt: skip
    assert not (tmp_path / "index").exists()
    code, out, _ = run("index", "--corpus", corpus)
    lines = out.splitlines()
    assert lines[:3] == ["+ bad.md", "+ ferry.txt", "+ tram.txt"]
    assert lines[3].startswith("2 articles in 2 passages; files: 3 added, 0 changed, 0 deleted")
    assert lines[4:] == [
        f"1 problem (qa articles --problems --index {tmp_path / 'index'}):",
        "  bad.md: empty",
    ]
    write_corpus({"ferry.txt": FERRY + "More.", "tram.txt": None})
    code, out, _ = run("index", "--corpus", corpus, "--dry-run", "--json")
    plan = json.loads(out)
    assert (plan["changed"], plan["deleted"], plan["unchanged"]) == (["ferry.txt"], ["tram.txt"], 1)
    code, out, _ = run("index", "--corpus", corpus)
    assert out.splitlines()[:2] == ["~ ferry.txt", "- tram.txt"]


def test_index_names_ten_files_of_a_kind_and_counts_the_rest(run, write_corpus):
    corpus = write_corpus({f"{n:02}.txt": FERRY for n in range(13)})
    _, out, _ = run("index", "--corpus", str(corpus), "--dry-run")
    assert out.splitlines()[9:] == [
        "+ 09.txt", "+ … and 3 more", "files: 13 added, 0 changed, 0 deleted, 0 unchanged",
    ]  # fmt: skip


def test_other_settings_are_announced_with_the_time_they_take(run, write_corpus, tmp_path):
    rows = [{"title": f"Story {n}", "text": f"It is story {n}."} for n in range(40)]
    corpus = str(write_corpus({"feed.jsonl": rows}))
    run("index", "--corpus", corpus)
    (tmp_path / "qa.toml").write_text("passage_words = 40\n")
    _, out, _ = run("index", "--corpus", corpus, "--dry-run")
    assert re.fullmatch(
        "everything is read anew: the index was built with passage_words 90, now it is 40; "
        r"embedding it takes about \d+ s here",
        out.splitlines()[0],
    )


def test_verify_and_repair(run, write_corpus, tmp_path):
    run("index", "--corpus", str(write_corpus({"ferry.txt": FERRY})))
    code, out, _ = run("verify")
    counts = "1 article, 1 passage in the store, 1 in the indexes; generation 1"
    assert (code, out) == (0, f"all is well: {counts}\n")
    code, out, _ = run("verify", "--json")
    found = json.loads(out)
    assert set(found) == {
        "ok", "generation", "articles", "passages", "vectors", "engines", "problems", "repaired",
        "sizes",
    }  # fmt: skip
    assert (found["ok"], found["problems"]) == (True, [])
    assert found["sizes"]["total"] > found["sizes"]["store"] > 0
    [segment] = (tmp_path / "index" / "segments").iterdir()
    segment.write_bytes(b"damaged")
    code, out, _ = run("verify")
    assert code == 1
    assert "to mend it, run: qa verify --repair --index " in out.splitlines()[0]
    assert json.loads(run("verify", "--json")[1])["ok"] is False
    code, _, err = run("ask", "How many were hurt?")
    assert (code, err.count("\n")) == (1, 1)
    assert "run: qa verify --repair --index " in err
    code, out, _ = run("verify", "--repair")
    assert (code, out.splitlines()[0].startswith("mended: ")) == (0, True)
    assert run("verify")[0] == run("ask", "How many were hurt on the Skerrin Lass?")[0] == 0


def test_verify_where_there_is_no_index(run):
    code, out, err = run("verify")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "run: qa index" in err


def test_what_does_not_go_together_is_told(run):
    for other in ("--dry-run", "--rebuild", "--allow-empty"):
        code, _, err = run("index", "--watch", other)
        assert (code, err.count("\n")) == (1, 1)
        assert "--watch goes with neither" in err


def test_watching_follows_what_is_written_changed_and_deleted(make_archive, write_corpus, tmp_path):
    corpus = write_corpus({"ferry.txt": FERRY})
    writer, reader = (make_archive(tmp_path / "index") for _ in range(2))
    stop, reports, errors = threading.Event(), [], []
    thread = threading.Thread(
        target=watch, args=(writer, corpus, reports.append, errors.append), kwargs={"stop": stop}
    )
    thread.start()
    try:
        wait_until(lambda: reports)
        assert reports[0].added == ("ferry.txt",)
        time.sleep(0.5)  # the watcher looks at the folder from now on
        write_corpus({"sub/tram.txt": TRAM})
        wait_until(lambda: len(reader.articles()) == 2)
        assert reader.search("tram votes")[0].article.title == "Tram approved"
        write_corpus({"ferry.txt": FERRY.replace("Fourteen", "Nineteen"), "note.bin": b"\0"})
        wait_until(lambda: "Nineteen" in reader.search("How many were hurt?")[0].passage.text)
        write_corpus({"sub/tram.txt": None})
        wait_until(lambda: len(reader.articles()) == 1)
        assert not errors
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def test_watching_goes_on_after_an_error(make_archive, write_corpus, tmp_path, monkeypatch):
    corpus = write_corpus({"ferry.txt": FERRY})
    archive = make_archive(tmp_path / "index")
    stop, reports, errors = threading.Event(), [], []
    thread = threading.Thread(
        target=watch, args=(archive, corpus, reports.append, errors.append), kwargs={"stop": stop}
    )
    thread.start()
    try:
        wait_until(lambda: reports)
        time.sleep(0.5)
        sync = archive.sync

        def fail(*_arguments, **_options):
            monkeypatch.setattr(archive, "sync", sync)
            raise QAError("out of order")

        monkeypatch.setattr(archive, "sync", fail)
        write_corpus({"tram.txt": TRAM})
        wait_until(lambda: errors)
        write_corpus({"storm.txt": "Storm\n\nA storm came.\n"})
        wait_until(lambda: len(reports) == 2)
        assert set(reports[1].added) == {"storm.txt", "tram.txt"}
    finally:
        stop.set()
        thread.join(20)


@pytest.mark.parametrize("refusal", [IndexWriteError("disk full"), ServiceError("server away")])
def test_watching_tries_again_though_nothing_has_changed_since(
    watching, write_corpus, monkeypatch, refusal
):
    monkeypatch.setattr("qa.watching.WRITE_AGAIN", 0.3)
    refusals = [refusal] * 2
    reports = []

    def on_progress(progress):
        if progress.stage == "embedding" and reports and refusals:
            raise refusals.pop()

    seen, errors = watching(write_corpus({"ferry.txt": FERRY}), on_progress=on_progress)
    wait_until(lambda: seen)
    reports.extend(seen)
    time.sleep(0.5)
    write_corpus({"tram.txt": TRAM})
    wait_until(lambda: len(seen) == 2)
    assert (seen[1].added, refusals) == (("tram.txt",), [])
    assert errors == [refusal]  # told once


def test_a_folder_that_may_not_be_listed_does_not_end_the_watching(
    watching, write_corpus, monkeypatch
):
    """Such as lost+found, where a corpus is a whole disk: the system watches none of it then."""

    def refuse(*_arguments, **_options):
        raise PermissionError("Permission denied (os error 13)")
        yield

    monkeypatch.setattr("watchfiles.watch", refuse)
    monkeypatch.setattr("qa.watching.LOOK_AGAIN", 0.1)
    reports, errors = watching(write_corpus({"ferry.txt": FERRY}))
    wait_until(lambda: reports)
    write_corpus({"tram.txt": TRAM})
    wait_until(lambda: len(reports) == 2)
    assert ([report.added for report in reports], errors) == ([("ferry.txt",), ("tram.txt",)], [])


@pytest.fixture
def watching(make_archive, tmp_path):
    """Watch a corpus; returns the lists of reports and errors."""
    stop, threads = threading.Event(), []

    def start(corpus, index=tmp_path / "index", **options):
        reports, errors = [], []
        archive = make_archive(index)
        thread = threading.Thread(
            target=watch,
            args=(archive, corpus, reports.append, errors.append),
            kwargs={"stop": stop, **options},
        )
        thread.start()
        threads.append(thread)
        return reports, errors

    yield start
    stop.set()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_what_is_mended_is_told_though_nothing_else_has_changed(watching, write_corpus):
    corpus = write_corpus({"ferry.txt": FERRY})
    reports, errors = watching(corpus)
    wait_until(lambda: reports)
    time.sleep(0.5)
    write_corpus({"reading.toml": "[[["})
    wait_until(lambda: errors)
    write_corpus({"reading.toml": None})
    wait_until(lambda: len(reports) == 2)
    assert (reports[1].unchanged, reports[1].added) == (1, ())


def test_what_comes_during_the_first_sync_is_not_missed(watching, write_corpus):
    def on_progress(progress):
        if progress.stage == "embedding":
            write_corpus({"tram.txt": TRAM})

    reports, _ = watching(write_corpus({"ferry.txt": FERRY}), on_progress=on_progress)
    wait_until(lambda: len(reports) == 2)
    assert [report.added for report in reports] == [("ferry.txt",), ("tram.txt",)]


@pytest.mark.parametrize("pause", [0, 1])
def test_a_corpus_folder_that_is_replaced_is_followed(watching, write_corpus, tmp_path, pause):
    reports, errors = watching(write_corpus({"ferry.txt": FERRY}))
    wait_until(lambda: reports)
    (tmp_path / "corpus").rename(tmp_path / "away")
    time.sleep(pause)
    write_corpus({"tram.txt": TRAM})
    wait_until(lambda: len(reports) > 1 and reports[-1].articles == 1)
    write_corpus({"storm.txt": "Storm\n\nA storm came.\n"})
    wait_until(lambda: reports[-1].articles == 2)
    assert all("is not a folder" in str(error) for error in errors)


def test_an_index_in_its_corpus_does_not_keep_the_watcher_busy(watching, write_corpus, tmp_path):
    corpus, looks = write_corpus({"ferry.txt": FERRY}), []

    def on_progress(progress):
        if progress.stage == "scanning":
            looks.append(progress.done)

    reports, _ = watching(corpus, corpus / "index", on_progress=on_progress)
    wait_until(lambda: reports)
    write_corpus({"tram.txt": TRAM})
    wait_until(lambda: len(reports) == 2)
    time.sleep(1)
    count = len(looks)
    time.sleep(2)
    assert len(looks) == count


def test_the_command_watches_until_it_is_interrupted(write_corpus, tmp_path, root, make_archive):
    corpus = write_corpus({"ferry.txt": FERRY})
    process = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", "index", "--watch", "--json",
         "--corpus", str(corpus), "--index", str(tmp_path / "index")],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root,
    )  # fmt: skip
    try:
        assert json.loads(process.stdout.readline())["added"] == ["ferry.txt"]
        time.sleep(1)
        write_corpus({"tram.txt": TRAM})
        assert json.loads(process.stdout.readline())["added"] == ["tram.txt"]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err.splitlines()[0].startswith("watching ")
    assert err.splitlines()[-1].startswith("qa: interrupted")
    assert "Traceback" not in err
    archive = make_archive(tmp_path / "index")
    assert len(archive.articles()) == 2
    archive.close()


READER = """
import json, sys, threading
from pathlib import Path
from qa.archive import Archive
from qa.settings import Settings
archive = Archive.open(Path(sys.argv[1]), Settings())
archive.search("warm")
print("ready", flush=True)
questions, last, failed = 0, 0, 0
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.readline(), ended.set()), daemon=True).start()
more = True
while more:
    more = not ended.is_set()
    hits = archive.search("story number", k=1000)
    titles = [hit.article.title for hit in hits]
    texts = [hit.article.text for hit in hits]
    numbers = sorted(int(title.split()[-1]) for title in titles)
    # Generation n holds the stories 0 to n - 1, all in their n-th wording.
    rounds = {text.split()[-1] for text in texts}
    assert numbers == list(range(len(numbers))), numbers
    assert rounds == {f"{len(numbers)}."}, (rounds, len(numbers))
    assert len(numbers) >= last
    last, questions = len(numbers), questions + 1
print(json.dumps([questions, last]))
"""


def test_other_processes_see_each_generation_whole_and_within_a_second(
    make_archive, write_corpus, tmp_path, root
):
    archive = make_archive(tmp_path / "index")

    def stories(count: int) -> Path:
        rows = [
            {"title": f"Story number {n}", "text": f"Told in round {count}."} for n in range(count)
        ]
        return write_corpus({"feed.jsonl": rows})

    archive.sync(stories(1))
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(tmp_path / "index")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=root,
    )  # fmt: skip
    assert reader.stdout.readline() == "ready\n", reader.stderr.read()
    count = 1
    ends = time.time() + 6
    while time.time() < ends:
        count += 1
        archive.sync(stories(count))
    time.sleep(1)
    out, err = reader.communicate("end\n", timeout=60)
    assert reader.returncode == 0, err
    questions, last = json.loads(out)
    assert questions > 5
    assert last == count
    archive.close()


def test_the_disk_does_not_fill_with_what_is_gone(make_archive, write_corpus, tmp_path):
    archive = make_archive(tmp_path / "index")
    rows = [{"title": f"Story {n}", "text": f"It is told as story {n}. " * 9} for n in range(20)]
    archive.sync(write_corpus({"feed.jsonl": rows}))
    sizes = []
    for n in range(30):
        rows[n % 20]["text"] = f"Now it is told otherwise, time {n}. " * 9
        archive.sync(write_corpus({"feed.jsonl": rows}))
        sizes.append(archive.sizes()["total"])
    assert max(sizes[15:]) < 1.3 * max(sizes[:15])
    assert archive.verify().problems == ()
    archive.close()
