"""One layer's work on few sequences shared among the cores.

A passage alone would keep one core busy and the others waiting. Its tokens are cut into runs, one
for each core: they meet where attention needs the keys and values of all of them, twice a layer.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import numpy as np

from qa.embedding.bert import BLOCK, Layer
from qa.embedding.blas import one_thread
from qa.protocols import Floats, Ids

MOST: Final = 4
"""Cores: runs of a passage's 250 tokens would be so short that the weights take the time."""


@contextmanager
def cores() -> Iterator[SharedWork]:
    """Shares work among all cores, at most `MOST`, while inside."""
    count = min(os.cpu_count() or 1, MOST)
    with one_thread, ThreadPoolExecutor(count) as pool:
        yield SharedWork(pool, count)


class SharedWork:
    """Applies layers, a run of tokens in each thread, the caller's among them.

    Args:
        pool: The other threads.
        count: How many runs there are at most.
    """

    def __init__(self, pool: Executor, count: int) -> None:
        self._pool = pool
        self._count = count

    def __call__(
        self,
        layer: Layer,
        x: Floats,
        parts: Sequence[slice],
        activation: Callable[[Floats], Floats],
        wanted: Ids | None = None,
    ) -> Floats:
        """States after a layer, (dimension, tokens).

        Args:
            layer: What is applied.
            x: States before it.
            parts: Tokens of one sequence each, which attends to itself alone.
            activation: Of the feed-forward network.
            wanted: The tokens whose states are wanted, in order; None is all.
        """
        tokens = np.arange(x.shape[1]) if wanted is None else wanted
        mixed = np.empty((3 * len(x), x.shape[1]), dtype=np.float32)
        after = np.empty((len(x), len(tokens)), dtype=np.float32)

        def mix(run: slice) -> None:
            layer.mix(x[:, run], mixed[:, run])

        def finish(run: slice) -> None:
            joined = layer.join(mixed, x, parts, tokens[run])
            after[:, run] = layer.feed(joined, activation)

        self._each(mix, x.shape[1])
        self._each(finish, len(tokens))
        return after

    def _each(self, work: Callable[[slice], None], tokens: int) -> None:
        """For runs of about as many tokens each, of whole blocks."""
        size = -(-tokens // (self._count * BLOCK)) * BLOCK
        runs = [slice(start, start + size) for start in range(0, tokens, size)]
        others = [self._pool.submit(work, run) for run in runs[1:]]
        work(runs[0])
        for other in others:
            other.result()
