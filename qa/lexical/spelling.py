"""The term that a misspelt one may stand for.

Distance: Damerau, "A technique for computer detection and correction of spelling errors" (CACM
1964): letters inserted, left out, changed, or two neighbours exchanged; the restricted form, by
dynamic programming over all candidates at once. The first letter is taken to be right.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from qa.segments.postings import Terms
from qa.text.analysis import fold

ONE_FROM: Final = 5
"""Letters from which a term may differ in one: shorter words have neighbours by chance."""

TWO_FROM: Final = 8
"""Letters from which it may differ in two."""

LONGEST: Final = 100
"""Letters up to which one is looked for: distances are counted in 8 bits."""


def closest(
    term: str, vocabularies: Sequence[Terms], document_frequency: Callable[[str], int]
) -> str | None:
    """The one term in use that is nearest to a term, if it is near and no other is as near.

    Half a million terms take 1 to 20 ms, by how many begin with the same letter.

    Args:
        term: One that occurs nowhere. Only words of unaccented letters are looked for.
        vocabularies: The sorted terms of each segment.
        document_frequency: How many passages hold a term; 0 for one whose passages are deleted.
    """
    limit = _limit(term)
    if limit == 0:
        return None
    found: dict[bytes, int] = {}
    for vocabulary in vocabularies:
        found.update(_near(term.encode(), vocabulary, limit))
    used = {
        other: distance
        for code, distance in found.items()
        if (other := code.decode()) != term and other.isalpha() and document_frequency(other)
    }
    nearest = [other for other, distance in used.items() if distance == min(used.values())]
    return nearest[0] if len(nearest) == 1 else None


def is_near(word: str, other: str) -> bool:
    """Whether two words, as written, are as near to each other as `closest` asks of terms."""
    word, other = fold(word), fold(other)
    limit = _limit(word)
    if limit == 0 or not other.isascii() or abs(len(word) - len(other)) > limit:
        return False
    letters = np.frombuffer(other.encode(), dtype=np.uint8)[:, None]
    return int(_distances(word.encode(), letters, np.asarray([len(other)]))[0]) <= limit


def _limit(word: str) -> int:
    if not (word.isascii() and word.isalpha()) or len(word) > LONGEST:
        return 0
    return 2 if len(word) >= TWO_FROM else int(len(word) >= ONE_FROM)


def _near(term: bytes, vocabulary: Terms, limit: int) -> dict[bytes, int]:
    """The terms within a distance that begin with the same letter, each with its distance."""
    first = bisect_left(vocabulary, term[:1])
    last = bisect_left(vocabulary, bytes([term[0] + 1]))
    ends = np.asarray(vocabulary.ends[first:last], dtype=np.int64)
    if len(ends) == 0:
        return {}
    starts = np.concatenate(([vocabulary.ends[first - 1] if first else 0], ends[:-1]))
    lengths = ends - starts
    places = np.flatnonzero(np.abs(lengths - len(term)) <= limit)
    if len(places) == 0:
        return {}
    letters = _padded(vocabulary.text, starts[places], lengths[places], len(term) + limit)
    distances = _distances(term, letters, lengths[places])
    near = np.flatnonzero(distances <= limit)
    return {vocabulary[first + int(places[i])]: int(distances[i]) for i in near}


def _padded(
    text: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    lengths: npt.NDArray[np.int64],
    width: int,
) -> npt.NDArray[np.uint8]:
    """Each term's letters in a column, 0 below its end, uint8 (width, terms)."""
    offsets = np.arange(width)[:, None]
    inside = offsets < lengths[None, :]
    at = np.where(inside, starts[None, :] + offsets, 0)
    return np.where(inside, text[at], np.uint8(0))


def _distances(
    term: bytes, letters: npt.NDArray[np.uint8], lengths: npt.NDArray[np.int64]
) -> npt.NDArray[np.int8]:
    """The distance of a term to each column's, int8 (terms,)."""
    width, count = letters.shape
    rows = np.arange(width + 1, dtype=np.int8)
    current = np.repeat(rows[:, None], count, axis=1)  # [j]: distance of nothing to j letters
    previous = current
    for i, letter in enumerate(term, 1):
        before_previous, previous = previous, current
        current = np.empty_like(previous)
        current[0] = i
        same = letters == letter
        for j in range(1, width + 1):
            best = np.minimum(previous[j], current[j - 1]) + np.int8(1)
            best = np.minimum(best, previous[j - 1] + np.int8(1) - same[j - 1])
            if i > 1 and j > 1:
                swapped = same[j - 2] & (letters[j - 1] == term[i - 2])
                best = np.where(swapped, np.minimum(best, before_previous[j - 2] + 1), best)
            current[j] = best
    return np.asarray(current[lengths, np.arange(count)], dtype=np.int8)
