"""Lists of questions in the background: bounded, cancelled, kept for a while."""

from __future__ import annotations

import gc
import io
import threading
import time
import weakref
import zipfile
from typing import Any

import pytest

from qa.errors import InputError
from qa.records import Answer
from qa.web import batches
from qa.web.batches import Batches


def refused(question: str, **_: Any) -> Answer:
    return Answer(question, False, "the archive does not say", "", (), (), 0.0, 1, {})


def finished(found: Batches, key: str) -> dict[str, Any]:
    for _ in range(500):
        if not (state := found.state(key))["running"]:
            return state
        time.sleep(0.01)
    raise AssertionError("the list is never done")


def slowly() -> tuple[Batches, threading.Event, threading.Event]:
    """A server's lists; whether a question was begun, and what lets it be answered."""
    begun, go = threading.Event(), threading.Event()

    def slow(question: str, **named: Any) -> Answer:
        begun.set()
        assert go.wait(10)
        return refused(question, **named)

    return Batches(slow), begun, go


def test_a_list_is_asked_and_packed() -> None:
    found = Batches(refused)
    key = found.start("wahl.csv", b"question\nWer?\nWann?\n", {})
    state = finished(found, key)
    assert (state["done"], state["total"], state["answered"]) == (2, 2, 0)
    name, pack = found.pack(key)
    assert name == "wahl.zip"
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        assert "Wer?" in archive.read("evidence.csv").decode()


def test_what_is_asked_can_be_cancelled_and_others_wait() -> None:
    found, begun, go = slowly()
    first = found.start("a.csv", b"One?\nTwo?\nThree?\n", {})
    second = found.start("b.csv", b"Four?\n", {})
    assert begun.wait(10)
    with pytest.raises(InputError, match="still being asked"):
        found.pack(first)
    found.cancel(first)
    go.set()
    assert finished(found, first)["done"] == 1
    assert finished(found, second)["done"] == 1


def test_a_list_that_waits_can_be_cancelled_at_once() -> None:
    found, begun, go = slowly()
    first = found.start("a.csv", b"One?\n", {})
    assert begun.wait(10)
    second = found.start("b.csv", b"Two?\n", {})
    found.cancel(second)
    state = finished(found, second)
    assert (state["done"], state["cancelled"]) == (0, True)
    assert found.state(first)["running"]
    assert zipfile.is_zipfile(io.BytesIO(found.pack(second)[1]))
    go.set()
    assert finished(found, first)["done"] == 1


def test_a_list_that_is_done_holds_its_pack_and_no_answers() -> None:
    class Reason(str):
        """One that can be followed."""

    followed: list[weakref.ref[Reason]] = []

    def ask(question: str, **_: Any) -> Answer:
        reason = Reason("the archive does not say")
        followed.append(weakref.ref(reason))
        return Answer(question, False, reason, "", (), (), 0.0, 1, {})

    found = Batches(ask)
    key = found.start("a.csv", b"Who?\nWhy?\n", {})
    finished(found, key)
    for _ in range(100):  # until its thread has ended
        gc.collect()
        if not any(each() for each in followed):
            break
        time.sleep(0.01)
    assert [each() for each in followed] == [None, None]
    assert found.state(key)["done"] == 2


def test_lists_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Batches(refused)
    monkeypatch.setattr(batches, "MAX_BYTES", 100)
    with pytest.raises(InputError, match="at most 100"):
        found.start("a.csv", b"?" * 101, {})
    keys = [found.start("a.csv", b"Who?\n", {}) for _ in range(batches.KEPT)]
    for key in keys:
        finished(found, key)
    assert len(set(keys)) == batches.KEPT
    newest = found.start("a.csv", b"Who?\n", {})
    finished(found, newest)
    with pytest.raises(InputError, match="not here any more"):
        found.state(keys[0])


def test_a_fault_in_the_program_is_told_and_ends_the_list() -> None:
    def broken(question: str, **_: Any) -> Answer:
        raise RuntimeError(question)

    found = Batches(broken)
    key = found.start("a.csv", b"Who?\n", {})
    state = finished(found, key)
    assert state["error"]
    with pytest.raises(InputError, match="could not be asked"):
        found.pack(key)
