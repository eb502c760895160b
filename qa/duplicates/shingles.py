"""Shingles: runs of words by which one text is told to be a copy of another.

Broder, "On the resemblance and containment of documents" (SEQUENCES 1997): the share of the shorter
text's shingles that the longer one holds (its containment). MinHash signatures estimate resemblance
instead, which trimming alone lowers: half an article resembles the whole by one half, but is
contained in it entirely.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from qa.text.analysis import CJK, fold

Hashes = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

WORDS: Final = 3
"""Words to a shingle."""

SAMPLED: Final = 8
"""One shingle in so many is looked up: some 75 of an article of 600 words."""

LEAST_CONTAINED: Final = 0.30
"""From here on a text is a copy. On the real pairs it was chosen on
(`benchmarks/duplicates.py --tune`), copies trimmed by half with a new lead and 15 % of their words
changed have .32 to .74; follow-ups with two sentences of the first story, up to .28."""

LEAST_MARKED: Final = 0.66
"""How well shingles with names and figures must be held among held words, compared with the others.
Reports filled into one template hold the others and not these: .16 to .62 on the same pairs, copies
.68 and more."""

AMONG: Final = 3
"""Shingles before and after a held one that stand among held words. A lead of one's own, which has
names of its own, is no sign of a template; with 5 or 8, copies have .63 and .56."""

FEWEST: Final = 20
"""Shingles below which a text is no copy: a standing notice ("The ferry was late.") is news again
each time."""

FEWEST_MARKED: Final = 10
"""Shingles of either sort from which `LEAST_MARKED` can be told. Where capitals leave too few of
one, as in a bulletin in capitals, in little German and in Chinese, figures alone are marks: held
.13 to .48 times as well in a template, .80 in a copy with a corrected toll."""

_WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+")
"""Words; of scripts without spaces, letters."""

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX: Final = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


@dataclass(frozen=True, slots=True)
class Shingles:
    """The shingles of a text.

    Attributes:
        hashes: The distinct ones, int64 (n,), ascending.
        in_order: Each as it stands in the text, int64 (words - 2,).
        marked: Which of `in_order` hold a figure or a word with a capital, bool (words - 2,).
        figured: Which of them hold a figure, bool (words - 2,).
        words: How many words the text has.
        content: Digest of the words in their order: the same for texts that differ only in case,
            accents, punctuation and spacing.
    """

    hashes: Hashes
    in_order: Hashes
    marked: Mask
    figured: Mask
    words: int
    content: str

    @classmethod
    def of(cls, text: str) -> Shingles:
        """Of any text. 1 ms for 600 words."""
        words = [_word(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text))]
        content = hashlib.sha256(" ".join(word for word, *_ in words).encode()).hexdigest()[:32]
        count = max(len(words) - WORDS + 1, 0)
        codes = np.asarray([code for _, code, _, _ in words], dtype=np.uint64)
        marks = np.asarray([marks for _, _, *marks in words], dtype=np.bool_).reshape(-1, 2)
        mixed, marked = np.zeros(count, dtype=np.uint64), np.zeros((count, 2), dtype=np.bool_)
        with np.errstate(over="ignore"):
            for place in range(WORDS if count else 0):
                mixed = _spread(mixed + codes[place : place + count] + _GOLDEN)
                marked |= marks[place : place + count]
        in_order, (named, figured) = mixed.view(np.int64), marked.T
        return cls(np.unique(in_order), in_order, named, figured, len(words), content)

    @property
    def sample(self) -> Hashes:
        """Those that are looked up, chosen by their own value, so that two texts choose alike.

        Manber, "Finding similar files in a large file system" (USENIX 1994).
        """
        chosen: Hashes = self.hashes[self.hashes % SAMPLED == 0]
        return chosen

    def contained(self, other: Shingles) -> float:
        """The share of the smaller set that the other holds, 0 to 1; 0 where one is empty."""
        smaller = min(len(self.hashes), len(other.hashes))
        shared = np.intersect1d(self.hashes, other.hashes, assume_unique=True)
        return len(shared) / smaller if smaller else 0.0


def are_copies(a: Shingles, b: Shingles) -> bool:
    """Whether two texts are one, trimmed, edited, or with another lead. Either way the same."""
    smaller, larger = (a, b) if len(a.hashes) <= len(b.hashes) else (b, a)
    if len(smaller.hashes) < FEWEST:
        return False
    if a.content == b.content:
        return True
    if smaller.contained(larger) < LEAST_CONTAINED:
        return False
    # Of two of one size either may be the one that was taken from the other.
    alike = len(smaller.hashes) == len(larger.hashes)
    return _is_taken(smaller, larger) or (alike and _is_taken(larger, smaller))


def _is_taken(smaller: Shingles, larger: Shingles) -> bool:
    """Whether names and figures are held as well as the words around them: not a template's."""
    held = np.isin(smaller.in_order, larger.hashes)
    among = np.convolve(held, np.ones(2 * AMONG + 1), mode="same") > 0
    for marks in (smaller.marked, smaller.figured):
        marked, plain = held[among & marks], held[among & ~marks]
        if min(len(marked), len(plain)) >= FEWEST_MARKED:
            return bool(marked.mean() >= LEAST_MARKED * plain.mean())
    return True


@lru_cache(maxsize=200_000)
def _word(written: str) -> tuple[str, int, bool, bool]:
    """A word folded, its hash, whether it is a figure or has a capital, whether it is a figure."""
    folded, is_figure = fold(written), written[0].isnumeric()  # as 三 is
    return folded, zlib.crc32(folded.encode()), is_figure or written[0].isupper(), is_figure


def _spread(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Spread over all bits: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * _MIX[0]
    hashes = (hashes ^ (hashes >> np.uint64(27))) * _MIX[1]
    return hashes ^ (hashes >> np.uint64(31))
