"""Batches of like length, by their number of tokens: little padding, and work of even size."""

from __future__ import annotations

from collections.abc import Sequence


def by_tokens(lengths: Sequence[int], budget: int, *, padded: bool = False) -> list[list[int]]:
    """Group texts so that each batch holds about the same number of tokens.

    Args:
        lengths: Tokens of each text.
        budget: At most this many tokens a batch; a longer text is a batch of its own.
        padded: Count each text as long as the longest of its batch.

    Returns:
        Positions in `lengths`, longest first. Every position occurs once.
    """
    order = sorted(range(len(lengths)), key=lambda i: (-lengths[i], i))
    batches: list[list[int]] = []
    batch: list[int] = []
    tokens = 0
    for i in order:
        cost = lengths[batch[0]] if padded and batch else lengths[i]
        if batch and tokens + cost > budget:
            batches.append(batch)
            batch, tokens, cost = [], 0, lengths[i]
        batch.append(i)
        tokens += cost
    return [*batches, batch] if batch else batches
