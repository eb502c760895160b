"""A small reader: question and sentence read together, to tell an answer from a mention.

The packaged model reads question and passages apart; it sees the right words and not whether they
answer. The reader is that model's layers, trained further to read both as one sequence
(`benchmarks/train_reader.py`), in the manner of a cross-encoder (Nogueira, Cho, "Passage Re-ranking
with BERT", 2019). It says two things of a sentence: whether it answers, and how well its best span
does, against none (Devlin et al., "BERT", NAACL 2019, as for SQuAD 2.0).

The file holds the layers as 8-bit differences from the packaged model's.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load

from qa.embedding.batches import by_tokens
from qa.embedding.bert import (
    BertEncoder,
    Layer,
    Linear,
    Pair,
    gelu,
    laid,
    quick_gelu,
    whole_blocks,
)
from qa.embedding.blas import one_thread
from qa.errors import ModelError
from qa.protocols import Floats

FILE: Final = "reader.safetensors"
SHA256: Final = "fff344598d3fd9f09aacee97e23fb70cb5c30a688c77de5b5ec701aa47e35b6b"
"""Of `FILE`, as `benchmarks/train_reader.py` wrote it."""

QUESTION_TOKENS: Final = 40
TITLE_TOKENS: Final = 12
BEFORE_TOKENS: Final = 20
SENTENCE_TOKENS: Final = 72
"""At most this many of each are read, the last ones of the sentence before."""

SPAN_TOKENS: Final = 20
"""Longest span looked for."""


class Window(NamedTuple):
    """What is read with the question.

    Attributes:
        title: The article's.
        before: The sentence before it; may be empty.
        sentence: The sentence itself.
    """

    title: str
    before: str
    sentence: str


class Reader:
    """Reads sentences with a question. Safe to use from several threads.

    Args:
        encoder: The packaged model, in NumPy.
        data: A file as `benchmarks/train_reader.py` writes it; None takes the one that ships.

    Raises:
        ModelError: The file that ships is missing or is not the one that was written.
    """

    def __init__(self, encoder: BertEncoder, data: bytes | None = None) -> None:
        weights = load(shipped() if data is None else data)
        config = encoder.config
        self._encoder = encoder
        prefixes = [f"encoder.layer.{i}" for i in range(config.layers)]
        with safe_open(encoder.folder / "model.safetensors", framework="np") as base:
            self._layers = [Layer(merged(base, weights, p), p, config) for p in prefixes]
        heads = {
            name: np.asarray(values, dtype=np.float32)
            for name, values in weights.items()
            if name.startswith("head.")
        }
        self._pool, self._answers = Linear(heads, "head.pool"), Linear(heads, "head.answers")
        self._span = Linear(heads, "head.span")
        self._cls: int
        self._sep: int
        self._cls, self._sep = encoder.tokenizer.encode("").ids

    def read(self, question: str, windows: Sequence[Window]) -> Floats:
        """Judge sentences.

        Returns:
            float32 (windows, 2): log odds that the sentence answers, and its best span's score
            above that of no span.
        """
        asked = [self._cls, *self._ids(question)[:QUESTION_TOKENS], self._sep]
        seconds, places = zip(*map(self._laid, windows), strict=True)
        pairs: list[Pair] = [(asked, second) for second in seconds]
        workers = min(os.cpu_count() or 1, len(pairs))
        lengths = [len(first) + len(second) for first, second in pairs]
        batches = by_tokens(lengths, -(-sum(lengths) // workers))
        judged = np.zeros((len(pairs), 2), dtype=np.float32)

        def work(batch: list[int]) -> None:
            own = [places[i] + len(asked) for i in batch]
            judged[batch] = self._judge([pairs[i] for i in batch], own)

        with one_thread, ThreadPoolExecutor(workers) as pool:
            list(pool.map(work, batches))
        return judged

    def _ids(self, text: str) -> list[int]:
        return list(self._encoder.tokenizer.encode(text, add_special_tokens=False).ids)

    def _laid(self, window: Window) -> tuple[list[int], int]:
        """A window's tokens, and where its sentence starts among them."""
        before = self._ids(window.before)[-BEFORE_TOKENS:]
        context = [*self._ids(window.title)[:TITLE_TOKENS], self._sep]
        context += [*before, self._sep] if before else []
        return [*context, *self._ids(window.sentence)[:SENTENCE_TOKENS], self._sep], len(context)

    def _judge(self, pairs: list[Pair], starts: list[int]) -> Floats:
        x, parts = self._encoder.together(pairs)
        for layer in self._layers[:-1]:
            x = layer(x, parts, quick_gelu)
        # What is judged is each pair's first token and its sentence: the last layer needs no other.
        places = zip(parts, starts, strict=True)
        judged = [np.r_[part.start, part.start + start : part.stop - 1] for part, start in places]
        own = laid([len(tokens) for tokens in judged])
        wanted = np.zeros(whole_blocks(own[-1].stop), dtype=np.int64)
        wanted[: own[-1].stop] = np.concatenate(judged)
        x = self._layers[-1](x, parts, quick_gelu, wanted)
        return np.asarray([self._said(x[:, part]) for part in own], dtype=np.float32)

    def _said(self, states: Floats) -> tuple[float, float]:
        """Of the first token's states and its sentence's."""
        first, sentence = states[:, :1], states[:, 1:]
        mean = sentence.mean(axis=1, keepdims=True) if sentence.size else np.zeros_like(first)
        pooled = self._pool(np.concatenate([first, mean]))
        answers = float(self._answers(gelu(pooled))[0, 0])
        return answers, float(_best_span(self._span(sentence)) - self._span(first).sum())


@lru_cache(maxsize=1)
def reader_on(encoder: BertEncoder) -> Reader:
    """The reader that ships, one for all archives that share a model.

    Raises:
        ModelError: See `Reader`.
    """
    return Reader(encoder)


NO_SPAN: Final = -20.0
"""The score of a sentence without tokens."""


def _best_span(scores: Floats) -> float:
    """The best sum of a start's and an end's score, float32 (2, tokens)."""
    starts, ends = scores
    tokens = len(starts)
    lengths = range(min(SPAN_TOKENS, tokens))
    return max((float((starts[: tokens - n] + ends[n:]).max()) for n in lengths), default=NO_SPAN)


def merged(base: Any, weights: Mapping[str, Any], prefix: str) -> dict[str, Floats]:  # noqa: ANN401
    """A layer's weights: the packaged model's, an open file, and the reader's differences."""
    return {
        name: base.get_tensor(name) + weights[name].astype(np.float32) * weights[f"{name}.scale"]
        for name in base.keys()  # noqa: SIM118 - a file, not a mapping
        if name.startswith(f"{prefix}.")
    }


def shipped() -> bytes:
    """The file that ships, checked.

    Raises:
        ModelError: It is missing or is not the one that was written.
    """
    file = resources.files("qa.answering") / FILE
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {file}: {error}; reinstall article-qa") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != SHA256:
        raise ModelError(
            f"{file} has sha256 {digest[:12]}…, expected {SHA256[:12]}…; reinstall article-qa"
        )
    return data
