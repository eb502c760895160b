"""What is counted, for Prometheus; and the archive that counts what is asked of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from qa.abandonment import go_on
from qa.archive import Archive
from qa.embedding.remembering import Remembering
from qa.errors import AbandonedError, QAError
from qa.records import Answer, Hit, SyncReport
from qa.serving.apart import Apart

ASKED_AT_ONCE: Final = 8
"""Questions answered at the same time. NumPy frees the interpreter while it multiplies, so that a
second core is used; more would only wait for each other."""

REMEMBERED: Final = 100
"""Questions whose embeddings are kept, 20 kB each: the page searches two to five times for one,
for its answer, its column of counts and its views, and embedding is half of a search."""

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SYNC_SECONDS: Final = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        named: dict[str, Any] = {"registry": self.registry}
        self.seconds = Histogram(
            "qa_seconds",
            "How long a question or a search took, waiting included.",
            ["operation"],
            buckets=_SECONDS,
            **named,
        )
        self.sync_seconds = Histogram(
            "qa_sync_seconds", "How long a sync took.", buckets=_SYNC_SECONDS, **named
        )
        self.done = Counter(
            "qa_operations",
            "What was done, by outcome: ok, not_in_archive, refused, abandoned, failed.",
            ["operation", "outcome"],
            **named,
        )
        self.requests = Counter(
            "qa_http_requests", "HTTP requests, by route and status.", ["route", "status"], **named
        )
        self.request_seconds = Histogram(
            "qa_http_request_seconds",
            "Until an HTTP response began.",
            ["route"],
            buckets=_SECONDS,
            **named,
        )
        self.waiting = Gauge(
            "qa_queue_waiting", "Questions and searches that wait for their turn.", **named
        )
        self.running = Gauge("qa_queue_running", "Those that are being answered.", **named)
        self.generation = Gauge("qa_index_generation", "The index generation in use.", **named)
        self.articles = Gauge("qa_index_articles", "Articles in it.", **named)
        self.passages = Gauge("qa_index_passages", "Passages in it.", **named)
        self.syncing = Gauge("qa_sync_running", "1 while the index is being built.", **named)
        self.up = Gauge("qa_index_up", "1 if the index can be read.", **named)

    @contextmanager
    def measured(self, operation: str) -> Iterator[dict[str, str]]:
        """Count and time what is done inside; it may set "outcome" in what it is given."""
        told = {"outcome": "ok"}
        began = time.perf_counter()
        try:
            yield told
        except AbandonedError:
            told["outcome"] = "abandoned"
            raise
        except QAError:
            told["outcome"] = "refused"
            raise
        except BaseException:
            told["outcome"] = "failed"
            raise
        finally:
            took = time.perf_counter() - began
            histogram = self.sync_seconds if operation == "sync" else self.seconds.labels(operation)
            histogram.observe(took)
            self.done.labels(operation, told["outcome"]).inc()

    def exposition(self, archive: Archive) -> bytes:
        """All figures in Prometheus' text format."""
        try:
            manifest = archive.retriever.generation().manifest
        except QAError:
            self.up.set(0)
        else:
            self.up.set(1)
            self.generation.set(manifest.generation)
            self.articles.set(manifest.articles)
            self.passages.set(manifest.passages)
        return generate_latest(self.registry)


class MeasuredArchive(Archive):
    """An archive that counts and times what is asked of it, and takes a few questions at a time.

    It is synced in a process apart.

    Args:
        archive: What answers.
        metrics: What counts.
        at_once: Questions answered at the same time; others wait.
    """

    def __init__(self, archive: Archive, metrics: Metrics, at_once: int = ASKED_AT_ONCE) -> None:
        super().__init__(archive.index, archive.settings)
        self.retriever = archive.retriever  # with what it has loaded
        self.retriever.embedder = Remembering(archive.retriever.embedder, REMEMBERED)
        self.metrics = metrics
        self._turns = threading.BoundedSemaphore(at_once)
        self.apart = Apart(archive.index, archive.settings)

    @contextmanager
    def _turn(self, operation: str) -> Iterator[dict[str, str]]:
        with self.metrics.measured(operation) as told:
            with self.metrics.waiting.track_inprogress():
                self._turns.acquire()
            try:
                with self.metrics.running.track_inprogress():
                    go_on()
                    yield told
            finally:
                self._turns.release()

    def ask(self, question: str, k: int = 5, **named: Any) -> Answer:  # noqa: ANN401
        """As `Archive.ask`."""
        with self._turn("ask") as told:
            answer = super().ask(question, k, **named)
            told["outcome"] = "ok" if answer.answered else "not_in_archive"
        return answer

    def search(self, question: str, k: int = 10, **named: Any) -> list[Hit]:  # noqa: ANN401
        """As `Archive.search`."""
        with self._turn("search"):
            return super().search(question, k, **named)

    def sync(self, *args: Any, **named: Any) -> SyncReport:  # noqa: ANN401
        """As `Archive.sync`."""
        with self.metrics.measured("sync"), self.metrics.syncing.track_inprogress():
            report = self.apart.sync(*args, **named)
        self.retriever.renew()
        return report
