"""Verifying the index in the background, one at a time."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

from qa.archive import Archive
from qa.errors import QAError
from qa.protocols import Progress
from qa.records import Verification


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of the index's health.

    Attributes:
        running: Whether it is being verified.
        done: Passages that are verified.
        total: All of them; 0 before that is known.
        found: What the last verification found; None before there was one.
        seconds: How long it took.
        error: Why there is none; "" if there is, or was none.
    """

    running: bool = False
    done: int = 0
    total: int = 0
    found: Verification | None = None
    seconds: float = 0.0
    error: str = ""


class Verifying:
    """The verifications of one server.

    Args:
        archive: What is verified.
    """

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._lock = threading.Lock()
        self.health = Health()

    def start(self) -> None:
        """Verify in the background, unless that is being done."""
        with self._lock:
            if self.health.running:
                return
            self.health = Health(running=True)
        threading.Thread(target=self._verify, name="qa-verify", daemon=True).start()

    def _verify(self) -> None:
        began = time.perf_counter()

        def on_progress(now: Progress) -> None:
            self.health = replace(self.health, done=now.done, total=now.total)

        try:
            found = self._archive.verify(on_progress=on_progress)
            self.health = Health(found=found, seconds=time.perf_counter() - began)
        except QAError as error:
            self.health = Health(error=str(error))
        except BaseException:
            self.health = Health(error="it could not be verified; the server's log says why")
            raise
