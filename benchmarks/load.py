"""Many people asking while the index is being built: `python -m benchmarks.load`.

A real server on loopback with the real model; each person asks over plain HTTP, reads for a while
(exponentially distributed, `READS_S` on average: a newsroom, not a stress test), and asks again.
Meanwhile generated articles are added without a pause, so that the index is being built all along.
Each phase is measured several times, the one after the other, since a machine may be at its best
now and busy a minute later: times are pooled, and what a phase is of another's is the median over
the rounds. Bounded: every phase ends after `PHASE_S`. Also how long the page takes in Chromium.
"""

from __future__ import annotations

import http.client
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks import generated
from benchmarks.question_sets import ROOT

PEOPLE: Final = 32
READS_S: Final = 20.0
"""An answer of two sentences, its sources, and a look at one of them."""

PHASE_S: Final = 30.0
ROUNDS: Final = 3
BATCH: Final = 40
"""Generated articles added at a time: some seconds of embedding."""

QUESTIONS: Final = (
    "How many people were hurt on the ferry?",
    "What will the Northfield tram cost?",
    "Why was the Europa Clipper launch postponed?",
    "How many homes lost power in the storm?",
    "Who won the chess championship in Reykjavik?",
    "What did the inquiry find?",
    "When does the museum open?",
    "What unusual object did street cleaners pick up?",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One phase, in all its rounds.

    Attributes:
        what: Who asked, and what else went on.
        rounds: Of each, each question's milliseconds, from sending it to the whole answer.
        errors: Questions that got none.
    """

    what: str
    rounds: list[list[float]]
    errors: list[str]

    def at(self, percent: float) -> float:
        """A percentile over all rounds, in milliseconds."""
        return float(np.percentile(np.concatenate(self.rounds), percent))

    def of(self, other: Row, percent: float = 95) -> float:
        """A percentile as a multiple of another phase's in the same round, the median of these."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return float(
            np.median([np.percentile(a, percent) / np.percentile(b, percent) for a, b in pairs])
        )


def measure() -> tuple[list[Row], list[tuple[str, float]]]:
    """All phases, and the page's times in seconds; takes about five minutes."""
    alone = Row("one person", [], [])
    one = Row("one person, index being built", [], [])
    many = Row(f"{PEOPLE} people, index being built", [], [])
    with _served() as port:
        for question in QUESTIONS:
            _ask(port, question)
        page = _page(port)
        for number in range(ROUNDS):
            _phase(alone, port, people=1, reads_s=0.5)
            with _building(port, number):
                _phase(one, port, people=1, reads_s=0.5)
                _phase(many, port, people=PEOPLE)
    return [alone, one, many], page


def table() -> str:
    """What was measured, as Markdown."""
    rows, page = measure()
    lines = [
        "| who asks | questions | errors | median | 95 % within | of one person's |",
        "|---|---|---|---|---|---|",
        *(
            f"| {row.what} | {sum(map(len, row.rounds))} | {len(row.errors)} | {row.at(50):.0f} ms "
            f"| {row.at(95):.0f} ms | {row.of(rows[0]):.1f} × |"
            for row in rows
        ),
    ]
    if page:
        lines += ["", "| the page, in Chromium | seconds |", "|---|---|"]
        lines += [f"| {what} | {seconds:.2f} |" for what, seconds in page]
    return "\n".join(lines)


@contextmanager
def _served() -> Iterator[int]:
    with tempfile.TemporaryDirectory() as folder, socket.socket() as probe:
        corpus = Path(folder) / "corpus"
        shutil.copytree(ROOT / "corpus", corpus)
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        probe.close()
        where = ["--corpus", str(corpus), "--index", str(Path(folder) / "index")]
        process = subprocess.Popen(
            [sys.executable, "-m", "qa.cli", "serve", *where, "--port", str(port)],
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
        )
        try:
            _wait(port, process)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        try:
            if _request(port, "GET", "/health")["ok"]:
                return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.2)
    raise RuntimeError(f"the server did not start on port {port}")


def _request(port: int, method: str, path: str, body: Any = None) -> Any:  # noqa: ANN401
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        data = None if body is None else json.dumps(body)
        connection.request(method, path, data, {"content-type": "application/json"})
        response = connection.getresponse()
        told = json.load(response)
        if response.status != 200:
            raise OSError(f"{path} answered {response.status}: {told}")
        return told
    finally:
        connection.close()


def _ask(port: int, question: str) -> None:
    _request(port, "POST", "/api/v1/ask", {"question": question})


def _phase(row: Row, port: int, *, people: int, reads_s: float = READS_S) -> None:
    """Measure one round."""
    took: list[float] = []
    end = time.perf_counter() + PHASE_S

    def person(number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - the same people each time
        time.sleep(chance.random() * min(reads_s, 5))
        while time.perf_counter() < end:
            began = time.perf_counter()
            try:
                # No two alike: the server keeps the embeddings of the last questions.
                _ask(port, f"{chance.choice(QUESTIONS)} ({chance.randrange(10**6)})")
                took.append((time.perf_counter() - began) * 1000)
            except OSError as error:
                row.errors.append(str(error))
            time.sleep(chance.expovariate(1 / reads_s))

    threads = [threading.Thread(target=person, args=(n,), daemon=True) for n in range(people)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PHASE_S + 90)
    row.rounds.append(took)


@contextmanager
def _building(port: int, number: int) -> Iterator[None]:
    """Keep the index being built, in each round of other articles."""
    stop = threading.Event()
    vocabulary, numbers = generated.Vocabulary(), np.random.default_rng(number)

    def build() -> None:
        first = number * 1_000_000
        while not stop.is_set():
            rows = generated.articles(vocabulary, numbers, first, BATCH)
            text = "".join(json.dumps(row) + "\n" for row in rows)
            _request(port, "POST", "/api/v1/add", {"text": text, "name": f"from{first}.jsonl"})
            first += BATCH

    thread = threading.Thread(target=build, daemon=True)
    thread.start()
    time.sleep(1.0)
    try:
        yield
    finally:
        stop.set()
        thread.join(120)


def _page(port: int) -> list[tuple[str, float]]:
    """Seconds until one can type, and from Enter to the answer; [] without Chromium."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        return []
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        opened: list[float] = []
        for _ in range(3):
            began = time.perf_counter()
            page.goto(f"http://127.0.0.1:{port}")
            page.wait_for_function("document.activeElement?.closest('#question')")
            opened.append(time.perf_counter() - began)
        asked: list[float] = []
        box = page.locator("#question").locator("input, textarea").first
        for question in QUESTIONS[:5]:
            box.fill(question)
            began = time.perf_counter()
            box.press("Enter")
            page.locator(".asked", has_text=question).wait_for()
            asked.append(time.perf_counter() - began)
        browser.close()
    return [
        ("first visit, until a question can be typed", opened[0]),
        ("a later visit", min(opened[1:])),
        ("from Enter to the answer painted (median)", float(np.median(asked))),
    ]


if __name__ == "__main__":
    print(table())
