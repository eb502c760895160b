"""NumPy's matrix library held to one thread while the work at hand is in threads already.

OpenBLAS's threads wait for each other by spinning. On idle cores a second one saves a question a
few milliseconds; where other work runs beside it (an indexing, say) it costs several times the
whole: 15 ms a question by one thread, 160 by two, with both cores busy.

They go on spinning for some 20 ms after a product, however small. So no product of a question may
be theirs: the reader, which shares a passage between the cores, took nearly twice as long for one
while such a thread was left over from the search before it.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np


class OneThread:
    """A context; any number of threads may be inside, and the last to leave restores.

    Where NumPy was built with another library than OpenBLAS, nothing is changed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = 0

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._before = self._get()
                self._set(1)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._set(self._before)

    def _get(self) -> int:
        return int(self._openblas[0]())

    def _set(self, threads: int) -> None:
        self._openblas[1](threads)

    @cached_property
    def _openblas(self) -> tuple[Callable[[], Any], Callable[[int], Any]]:
        # threadpoolctl lets one thread of a process change this; a server has several.
        try:
            # A symbol is also looked for in the libraries that a module was linked with.
            library = ctypes.CDLL(np._core._multiarray_umath.__file__)  # type: ignore[attr-defined]
        except (AttributeError, OSError):
            return (lambda: 1), (lambda _: None)
        for prefix in ("scipy_openblas", "openblas"):
            for suffix in ("64_", "_64", ""):
                try:
                    return (
                        getattr(library, f"{prefix}_get_num_threads{suffix}"),
                        getattr(library, f"{prefix}_set_num_threads{suffix}"),
                    )
                except AttributeError:
                    continue
        return (lambda: 1), (lambda _: None)


one_thread = OneThread()
