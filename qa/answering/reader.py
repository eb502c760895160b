"""A small reader: question and passage read together, to tell an answer from a mention.

The packaged model reads question and passages apart; it sees the right words and not whether they
answer. The reader is that model's layers, trained further to read both as one sequence
(`benchmarks/train_reader.py`), in the manner of a cross-encoder (Nogueira, Cho, "Passage Re-ranking
with BERT", 2019). It says two things of each sentence of a passage: whether it answers, and how
well its best span does, against none (Devlin et al., "BERT", NAACL 2019, as for SQuAD 2.0).

The file holds the layers as 8-bit differences from the packaged model's.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any, Final, NamedTuple

import numpy as np
from safetensors import safe_open
from safetensors.numpy import load
from tokenizers import Tokenizer

from qa.embedding.bert import BertEncoder
from qa.embedding.onnx_layers import OnnxLayers
from qa.errors import ModelError
from qa.protocols import Floats

FILE: Final = "reader.safetensors"
SHA256: Final = "7888f76782d0529430173fa7cbcfb3da18cee6cac8c31232bd456ed0a476e9f2"
"""Of `FILE`, as `benchmarks/train_reader.py` wrote it."""

QUESTION_TOKENS: Final = 40
TITLE_TOKENS: Final = 16
BEFORE_TOKENS: Final = 24
TEXT_TOKENS: Final = 208
"""At most this many of each are read, the last ones of what stands before."""

SPAN_TOKENS: Final = 20
"""Longest span looked for."""


class Window(NamedTuple):
    """What is read with the question.

    Attributes:
        title: The article's.
        before: What stands before the text in the article; may be empty.
        text: A run of sentences.
        sentences: Where they start and end in it, in order.
    """

    title: str
    before: str
    text: str
    sentences: Sequence[tuple[int, int]]


class Layout(NamedTuple):
    """A question and a window as one sequence of tokens.

    Attributes:
        asked: The question's, with the special ones.
        read: The window's, with the special ones.
        start: Where the window's text starts in the whole sequence.
        sentences: Where each sentence's tokens start and end there; nothing where they are too far
            back to be read.
        offsets: Where in the text its tokens start and end.
    """

    asked: list[int]
    read: list[int]
    start: int
    sentences: list[tuple[int, int]]
    offsets: list[tuple[int, int]]

    @property
    def length(self) -> int:
        """Tokens of the whole sequence."""
        return len(self.asked) + len(self.read)

    @classmethod
    def of(cls, question: str, window: Window, tokenizer: Tokenizer) -> Layout:
        """As the reader is trained on it and reads it."""

        def ids(text: str) -> list[int]:
            return list(tokenizer.encode(text, add_special_tokens=False).ids)

        cls_token, sep = tokenizer.encode("").ids
        asked = [cls_token, *ids(question)[:QUESTION_TOKENS], sep]
        before = ids(window.before)[-BEFORE_TOKENS:]
        context = [*ids(window.title)[:TITLE_TOKENS], sep, *before, *([sep] if before else [])]
        text = tokenizer.encode(window.text, add_special_tokens=False)
        offsets: list[tuple[int, int]] = text.offsets[:TEXT_TOKENS]
        start = len(asked) + len(context)
        starts, ends = [a for a, _ in offsets], [b for _, b in offsets]
        sentences = [
            (start + bisect_right(ends, a), start + bisect_left(starts, b))
            for a, b in window.sentences
        ]
        read = [*context, *text.ids[:TEXT_TOKENS], sep]
        return cls(asked, read, start, sentences, offsets)


class Reader:
    """Reads passages with a question. Safe to use from several threads.

    Args:
        encoder: The packaged model, without PyTorch.
        data: A file as `benchmarks/train_reader.py` writes it; None takes the one that ships.

    Raises:
        ModelError: The file that ships is missing or is not the one that was written.
    """

    def __init__(self, encoder: BertEncoder, data: bytes | None = None) -> None:
        weights = load(shipped() if data is None else data)
        self._encoder = encoder
        with safe_open(encoder.folder / "model.safetensors", framework="np") as base:
            self._layers = OnnxLayers(merged(base, weights))
        heads = {
            name: np.asarray(values, dtype=np.float32)
            for name, values in weights.items()
            if name.startswith("head.")
        }
        self._pool, self._answers = Linear(heads, "head.pool"), Linear(heads, "head.answers")
        self._span = Linear(heads, "head.span")

    def read(self, question: str, windows: Sequence[Window]) -> list[Floats]:
        """Judge the sentences of windows.

        Returns:
            For each window float32 (sentences, 2): log odds that the sentence answers, and its best
            span's score above that of no span; NaN for sentences too far back to be read.
        """
        return [self._judge(Layout.of(question, w, self._encoder.tokenizer)) for w in windows]

    def _judge(self, layout: Layout) -> Floats:
        """Of the last layer only what is judged is computed: the first token and the text's."""
        states = self._encoder.states(layout.asked, layout.read)
        judged = np.r_[0, layout.start : layout.length - 1]
        after = self._layers(states, judged)
        first, text = after[:1], after[1:]
        starts, ends = self._span(text).T
        none = float(self._span(first).sum())
        said = np.full((len(layout.sentences), 2), np.nan, dtype=np.float32)
        places = [(a - layout.start, b - layout.start) for a, b in layout.sentences]
        within = [number for number, (a, b) in enumerate(places) if a < b]
        if not within:
            return said
        means = np.stack([text[slice(*places[n])].mean(axis=0) for n in within])
        pooled = self._pool(np.concatenate([np.repeat(first, len(within), axis=0), means], axis=1))
        said[within, 0] = self._answers(gelu(pooled))[:, 0]
        for number in within:
            part = slice(*places[number])
            said[number, 1] = _best_span(starts[part], ends[part]) - none
        return said


class Linear:
    """`x @ weight.T + bias`, both found under a name."""

    def __init__(self, weights: Mapping[str, Floats], name: str) -> None:
        self._weight = weights[f"{name}.weight"].T
        self._bias = weights[f"{name}.bias"]

    def __call__(self, x: Floats) -> Floats:
        """(rows, inputs) → (rows, outputs)."""
        y: Floats = x @ self._weight
        y += self._bias
        return y


def gelu(x: Floats) -> Floats:
    """GELU by tanh (Hendrycks, Gimpel 2016): within .0005."""
    inner = np.float32(0.7978845608) * (x + np.float32(0.044715) * x**3)
    return np.asarray(np.float32(0.5) * x * (1 + np.tanh(inner)))


@lru_cache(maxsize=1)
def reader_on(encoder: BertEncoder) -> Reader:
    """The reader that ships, one for all archives that share a model.

    Raises:
        ModelError: See `Reader`.
    """
    return Reader(encoder)


def _best_span(starts: Floats, ends: Floats) -> float:
    """The best sum of a start's and an end's score, float32 (tokens,) each; at least one token."""
    tokens = len(starts)
    lengths = range(min(SPAN_TOKENS, tokens))
    return max(float((starts[: tokens - n] + ends[n:]).max()) for n in lengths)


def merged(base: Any, weights: Mapping[str, Any]) -> dict[str, Floats]:  # noqa: ANN401
    """The layers' weights: the packaged model's, an open file, and the reader's differences."""
    return {
        name: base.get_tensor(name) + weights[name].astype(np.float32) * weights[f"{name}.scale"]
        for name in base.keys()  # noqa: SIM118 - a file, not a mapping
        if name.startswith("encoder.layer.")
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
