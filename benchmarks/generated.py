"""A corpus of any size for measuring speed: news-like text and vectors, the same from each seed.

Words follow Zipf's law (Zipf, "Human Behavior and the Principle of Least Effort", 1949) over 60,000
made-up stems. Vectors lie in clusters, as the vectors of real texts do: a fixed random centre for
each of an article's topics, and noise. Nobody should read quality into them.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from qa.protocols import Embedding, Floats

WORDS: Final = 60_000
DIMENSION: Final = 384
TOPICS: Final = 2_000
NOISE: Final = 0.9
PASSAGES_EACH: Final = 4
ARTICLES_A_FILE: Final = 500
_PASSAGE_WORDS: Final = 84
_SYLLABLES: Final = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]


class Vocabulary:
    """Words with their chances."""

    def __init__(self) -> None:
        threes = itertools.product(_SYLLABLES, _SYLLABLES, "bdgklmnprtx")
        self.words = ["".join(parts) for parts in itertools.islice(threes, WORDS)]
        np.random.default_rng(1).shuffle(self.words)
        chances = 1 / (np.arange(1, len(self.words) + 1) + 2.7)  # Mandelbrot's shift
        self._cumulative = np.cumsum(chances / chances.sum())

    def draw(self, random: np.random.Generator, count: int) -> list[str]:
        """Words by chance."""
        places = np.searchsorted(self._cumulative, random.random(count))
        return [self.words[i] for i in np.minimum(places, len(self.words) - 1).tolist()]


def write(corpus: Path, passages: int, seed: int = 0) -> None:
    """Write JSON Lines files that are cut into about this many passages."""
    corpus.mkdir(parents=True, exist_ok=True)
    vocabulary, random = Vocabulary(), np.random.default_rng(seed)
    total = passages // PASSAGES_EACH
    for first in range(0, total, ARTICLES_A_FILE):
        rows = articles(vocabulary, random, first, min(ARTICLES_A_FILE, total - first))
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (corpus / f"{first:08}.jsonl").write_text(text, encoding="utf-8")


def articles(
    vocabulary: Vocabulary, random: np.random.Generator, first: int, count: int
) -> Iterator[dict[str, str]]:
    """Articles as JSON Lines have them, numbered from `first`."""
    for number in range(first, first + count):
        words = vocabulary.draw(random, PASSAGES_EACH * _PASSAGE_WORDS + 8)
        sentences = [words[i : i + 14] for i in range(8, len(words), 14)]
        yield {
            "title": " ".join(words[:8]).capitalize(),
            "text": " ".join(" ".join(s).capitalize() + "." for s in sentences),
            "publisher": f"Publisher {int(random.integers(40))}",
            "author": f"Author {int(random.integers(300))}",
            "published_at": f"20{23 + number % 3}-{1 + number % 12:02}-{1 + number % 28:02}",
        }


class ClusteredEmbedder:
    """Gives each text a vector of its own in one of the topics' clusters, at no cost."""

    name = "generated"
    fingerprint = "generated-1"
    dimension = DIMENSION

    def __init__(self) -> None:
        self._centres = _unit(np.random.default_rng(2).standard_normal((TOPICS, DIMENSION)))

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Without token states: these are for searching, not for answering."""
        tokens = np.zeros((0, 96), dtype=np.int8)
        offsets = np.zeros((0, 2), dtype=np.int32)
        return [Embedding(self._vector(text), tokens, offsets) for text in texts]

    def embed_query(self, text: str) -> Embedding:
        """As a passage."""
        return self.embed_passages([text])[0]

    def _vector(self, text: str) -> Floats:
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")
        random = np.random.default_rng(seed)
        noise = random.standard_normal(DIMENSION) * (NOISE / np.sqrt(DIMENSION))
        return _unit(self._centres[random.integers(TOPICS)] + noise)


def _unit(vectors: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Floats:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / lengths, dtype=np.float32)
