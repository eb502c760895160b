"""What nobody waits for is given up at the next step."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa import retriever
from qa.abandonment import abandonable, go_on
from qa.archive import Archive
from qa.embedding.remembering import Remembering
from qa.errors import AbandonedError
from qa.serving.metrics import MeasuredArchive, Metrics
from qa.settings import Settings
from qa.web.turns import Turns

QUESTION = "How many barrels did the boat land?"


def test_given_up_from_outside_or_inside() -> None:
    go_on()
    outer, inner = threading.Event(), threading.Event()
    with abandonable(outer.is_set):
        with abandonable(inner.is_set):
            go_on()
            inner.set()
            with pytest.raises(AbandonedError):
                go_on()
        go_on()
        outer.set()
        with abandonable(lambda: False), pytest.raises(AbandonedError):
            go_on()
    go_on()


class Held:
    """Holds every question before it is embedded, and notes what is ranked after."""

    def __init__(self, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at, self.on = threading.Semaphore(0), threading.Event()
        self.ranked: list[object] = []
        plain, rank = archive.retriever.embedder.embed_query, retriever.rank

        def embed(text: str) -> Any:
            self.at.release()
            assert self.on.wait(20)
            return plain(text)

        def ranking(*given: Any) -> Any:
            self.ranked.append(given)
            return rank(*given)

        monkeypatch.setattr(archive.retriever.embedder, "embed_query", embed)
        monkeypatch.setattr(retriever, "rank", ranking)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    (tmp_path / "corpus").mkdir()
    text = "Boat lands\n\nThe boat landed 41 barrels of herring.\n"
    (tmp_path / "corpus" / "a.txt").write_text(text)
    made = Archive.build(tmp_path / "corpus", tmp_path / "index", Settings())
    made.ask(QUESTION)
    yield made
    made.close()


def test_a_pages_second_question_stops_its_first(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held(archive, monkeypatch)
    outcomes: dict[int, Any] = {}

    def ask(sent: Any) -> str:
        try:
            return archive.ask(sent["q"]).text
        except AbandonedError:
            return "given up"

    taken = Turns().taking(ask)

    def turn(number: int, page: str = "a") -> threading.Thread:
        def work() -> None:
            outcomes[number] = taken({"q": QUESTION, "page": page, "turn": number})

        thread = threading.Thread(target=work)
        thread.start()
        assert held.at.acquire(timeout=20)
        return thread

    threads = [turn(1), turn(2), turn(0, page="b")]
    held.on.set()
    for thread in threads:
        thread.join(20)
    assert outcomes[1] == "given up"
    assert "41 barrels" in outcomes[2]
    assert "41 barrels" in outcomes[0], "another page's"
    assert len(held.ranked) == 2
    assert "41 barrels" in taken({"q": QUESTION}), "of no page"


def test_a_client_that_leaves_stops_its_question(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa.web.server import Running

    with Running(archive, tmp_path / "corpus", "127.0.0.1", None) as running:
        held = Held(archive, monkeypatch)
        host, port = running.address.removeprefix("http://").split(":")

        def metrics() -> str:
            asking = http.client.HTTPConnection(host, int(port))
            asking.request("GET", "/metrics")
            return asking.getresponse().read().decode()

        for number, method in enumerate(("POST", "GET"), 1):
            leaving = http.client.HTTPConnection(host, int(port))
            if method == "POST":
                body = json.dumps({"question": QUESTION})
                leaving.request("POST", "/api/v1/ask", body, {"content-type": "application/json"})
            else:
                leaving.request("GET", "/api/v1/ask?question=boats")
            assert held.at.acquire(timeout=20)
            leaving.close()
            metrics()  # the server has seen it leave when it has answered what came later
            held.on.set()
            for _ in range(200):
                if f'{{operation="ask",outcome="abandoned"}} {number}.0' in (told := metrics()):
                    break
            assert f'qa_operations_total{{operation="ask",outcome="abandoned"}} {number}.0' in told
            held.on.clear()
    assert held.ranked == []


def test_a_question_is_embedded_once(archive: Archive) -> None:
    asked: list[str] = []

    class Counting:
        name, fingerprint, dimension = "x", "y", 384

        def embed_passages(self, texts: Any) -> Any:
            return list(texts)

        def embed_query(self, text: str) -> Any:
            asked.append(text)
            return text.upper()

    remembering = Remembering(Counting(), 2)
    assert [remembering.embed_query(text) for text in "abacb"] == ["A", "B", "A", "C", "B"]
    assert "".join(asked) == "abcb", "the least lately asked is forgotten"
    remembering.forget()
    remembering.embed_query("b")
    assert asked[-1] == "b"
    assert remembering.embed_passages(["p"]) == ["p"]
    assert (remembering.name, remembering.fingerprint, remembering.dimension) == ("x", "y", 384)
    measured = MeasuredArchive(archive, Metrics())
    assert isinstance(measured.retriever.embedder, Remembering)
