"""Lists of questions asked in the background: progress, cancel, and the evidence pack."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from qa.errors import InputError
from qa.exports import batch
from qa.records import Answer

_LOG = logging.getLogger(__name__)

KEPT: Final = 8
"""Lists whose packs are kept in memory, some megabytes each; the oldest makes room."""

MAX_BYTES: Final = 4 * 2**20
"""Of a list: 5,000 questions of 800 characters."""

TOLD: Final = 20
"""Questions that failed whose errors are told; the pack has all."""

_LOOKS: Final = 0.2
"""Seconds after which a list that waits for its turn sees whether it was cancelled."""


@dataclass
class _Job:
    lines: list[batch.Line]
    name: str
    done: int = 0
    answered: int = 0
    failed: list[str] = field(default_factory=list)
    cancelled: bool = False
    running: bool = True
    pack: bytes = b""
    error: str = ""

    def count(self, outcome: batch.Outcome) -> None:
        """Count an outcome; what it holds, articles with their texts, is not kept."""
        if outcome.answer and outcome.answer.answered:
            self.answered += 1
        if outcome.error and len(self.failed) < TOLD:
            self.failed.append(f"Line {outcome.line.number}: {outcome.error}")
        self.done += 1


class Batches:
    """Those of one server. One is asked at a time, so that readers' own questions stay quick.

    Args:
        ask: `Archive.ask`.
    """

    def __init__(self, ask: Callable[..., Answer]) -> None:
        self._ask = ask
        self._jobs: OrderedDict[str, _Job] = OrderedDict()
        self._lock = threading.Lock()
        self._turn = threading.Lock()

    def start(self, name: str, data: bytes, options: Mapping[str, Any]) -> str:
        """Begin to ask a list; returns the key to it, which nobody can guess.

        Args:
            name: Of the file.
            data: Its content.
            options: How to ask, where a line does not say.

        Raises:
            InputError: It is too large or no list of questions, or too many are being asked.
        """
        if len(data) > MAX_BYTES:
            raise InputError(f"the list has {len(data):,} bytes; at most {MAX_BYTES:,} are taken")
        job = _Job(batch.read_questions(data), name)
        key = secrets.token_urlsafe(16)
        with self._lock:
            if len(self._jobs) >= KEPT:
                done = next((k for k, other in self._jobs.items() if not other.running), None)
                if done is None:
                    raise InputError("too many lists are being asked; try again in a minute")
                del self._jobs[done]
            self._jobs[key] = job
        threading.Thread(target=self._run, args=(job, dict(options)), daemon=True).start()
        return key

    def state(self, key: str) -> dict[str, Any]:
        """How far a list is.

        Raises:
            InputError: There is none, or it has made room for others.
        """
        job = self._job(key)
        return {
            "done": job.done,
            "total": len(job.lines),
            "answered": job.answered,
            "failed": list(job.failed),
            "running": job.running,
            "cancelled": job.cancelled,
            "error": job.error,
        }

    def cancel(self, key: str) -> None:
        """Ask no more of it; what is answered can be downloaded. Raises as `state`."""
        self._job(key).cancelled = True

    def pack(self, key: str) -> tuple[str, bytes]:
        """A name for the pack, and its bytes. Raises as `state`."""
        job = self._job(key)
        if job.running:
            raise InputError("the list is still being asked")
        if job.error:
            raise InputError(job.error)
        return f"{job.name.rsplit('.', 1)[0] or 'evidence'}.zip", job.pack

    def _job(self, key: str) -> _Job:
        with self._lock:
            if key not in self._jobs:
                raise InputError("this list is not here any more; upload it again")
            return self._jobs[key]

    def _run(self, job: _Job, options: dict[str, Any]) -> None:
        try:
            while not self._turn.acquire(timeout=_LOOKS):
                if job.cancelled:
                    job.pack = batch.pack([])
                    return
            try:
                job.pack = batch.pack(list(self._outcomes(job, options)))
            finally:
                self._turn.release()
        except Exception:
            job.error = "the list could not be asked: an error in the program; see the server's log"
            _LOG.exception("a list of questions failed")
        finally:
            job.running = False

    def _outcomes(self, job: _Job, options: dict[str, Any]) -> Iterator[batch.Outcome]:
        for outcome in batch.ask_each(self._ask, job.lines, options):
            job.count(outcome)
            yield outcome
            if job.cancelled:
                return
