"""Damaged documents of every binary kind: always an article or a problem, never anything else."""

from __future__ import annotations

import random

import pytest

from qa.reading.workers import Limits, ToRead, Workers

from .documents import docx, epub, pdf, tarred, warc, zipped
from .test_containers import LETTER, PAGE, RSS, TEXT
from .test_files import EXAMPLES

LETTERS = (LETTER % (b"", b"")).replace(b"\r\n", b"\n")
SAMPLES = {
    "a.pdf": pdf([[("Lamp", 20.0), ("It was lit at noon.", 11.0)], [("It is dark.", 11.0)]]),
    "a.docx": docx("Lamp", ["By Ida Holm", "It was lit at noon."], [["a", "b"]]),
    "a.epub": epub([("Lamp", ["It was lit at noon. " * 15])], {"creator": "Ida Holm"}),
    "a.zip": zipped({"a.txt": TEXT, "b.html": PAGE}),
    "a.tar.gz": tarred({"a.txt": TEXT, "b.html": PAGE}),
    "a.warc.gz": warc([("https://star.example/lamp", PAGE, "text/html")]),
    "a.eml": LETTERS,
    "a.mbox": b"From a@b.example Fri Mar 14 10:00:00 2025\n" + LETTERS,
    "a.rss": RSS.encode(),
    "a.csv": b'title,text\nLamp,"Lit, at\nnoon."\nLamp,Dark.\n',
}


@pytest.fixture(scope="module")
def worker():
    workers = Workers(1, Limits(seconds=10.0, memory_bytes=1024**3))
    yield workers
    workers.close()


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_damaged_documents_never_raise(name, tmp_path, worker):
    drawn = random.Random(name)
    for number in range(max(5, EXAMPLES // 5)):
        data = bytearray(SAMPLES[name])
        for _ in range(drawn.randint(1, 6)):
            at, length = drawn.randint(0, len(data)), drawn.randint(0, 40)
            data[at : at + length] = drawn.randbytes(drawn.randint(0, 20))
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(data)
        # In a process of its own: a library in C that a file brings down must not end the tests.
        result = worker.read_one(ToRead(path, name))
        assert result.articles or result.problems
        for problem in result.problems:
            assert problem.reason
            assert "\n" not in problem.reason
        for article in result.articles:
            assert article.text
            article.text.encode("utf-8")
            assert all(0 <= start <= len(article.text) for start in article.pages)
