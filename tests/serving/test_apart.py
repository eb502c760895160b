"""Syncs in a process apart: what it finds, how it is stopped, and what becomes of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.archive import Archive
from qa.errors import InputError, ServiceError, SyncCancelledError
from qa.protocols import Progress
from qa.serving.apart import NICENESS, Apart
from qa.settings import Settings


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[Apart]:
    (tmp_path / "corpus").mkdir()
    made = Apart(tmp_path / "index", Settings())
    yield made
    made.close()


def write(folder: Path, count: int) -> Path:
    for number in range(count):
        text = f"Boat {number} lands\n\nThe boat {number} landed {number + 2} barrels of herring.\n"
        (folder / "corpus" / f"{number:03}.txt").write_text(text)
    return folder / "corpus"


def process_of(apart: Apart) -> Any:
    assert apart._process is not None
    return apart._process.process


def test_what_it_syncs_is_found_and_how_far_it_is_is_told(apart: Apart, tmp_path: Path) -> None:
    seen: list[Progress] = []
    report = apart.sync(write(tmp_path, 2), on_progress=seen.append)
    assert (report.added, report.articles, report.problems) == (("000.txt", "001.txt"), 2, ())
    assert {"reading", "embedding", "indexing"} <= {now.stage for now in seen}
    archive = Archive.open(tmp_path / "index", Settings())
    assert "landed 3 barrels" in archive.ask("How many barrels did boat 1 land?").text
    archive.close()
    first = process_of(apart).pid
    if hasattr(os, "getpriority"):
        assert os.getpriority(os.PRIO_PROCESS, first) >= NICENESS
    (tmp_path / "corpus" / "torn.jsonl").write_text("{torn\n")
    again = apart.sync(tmp_path / "corpus", rebuild=True)
    assert [problem.source for problem in again.problems] == ["torn.jsonl"]
    assert process_of(apart).pid == first
    with pytest.raises(InputError, match="is not a folder"):
        apart.sync(tmp_path / "nowhere")
    process_of(apart).kill()  # as after having been idle
    process_of(apart).join()
    assert apart.sync(tmp_path / "corpus").unchanged == 3
    assert process_of(apart).pid != first


def test_it_is_stopped_and_goes_on(apart: Apart, tmp_path: Path) -> None:
    corpus = write(tmp_path, 40)

    def stop(now: Progress) -> None:
        if now.stage == "reading":
            raise SyncCancelledError("enough")

    with pytest.raises(SyncCancelledError, match="enough"):
        apart.sync(corpus, on_progress=stop)
    assert not (tmp_path / "index" / "CURRENT").exists()
    running = process_of(apart)

    def end(now: Progress) -> None:
        if now.stage == "reading":
            running.kill()

    with pytest.raises(ServiceError, match="sync again to go on"):
        apart.sync(corpus, on_progress=end)
    assert apart.sync(corpus).articles == 40


@pytest.mark.skipif(not hasattr(os, "getpgid"), reason="POSIX has process groups")
def test_it_heeds_no_interruption_and_ends_with_who_started_it(
    apart: Apart, tmp_path: Path
) -> None:
    apart.sync(write(tmp_path, 1))
    running = process_of(apart)
    os.kill(running.pid, signal.SIGINT)
    assert apart.sync(tmp_path / "corpus").unchanged == 1
    assert process_of(apart) is running
    assert apart._process is not None
    apart._process.connection.close()  # as when the server is killed
    running.join(timeout=10)
    assert running.exitcode == 0
