"""A BERT encoder's forward pass in NumPy: questions without loading PyTorch.

Importing sentence-transformers takes six seconds on a small machine; reading the same weights
with safetensors and multiplying them with NumPy takes a fifth of one, and gives the same vectors
(cosine ≥ .99999, `tests/contracts/test_embedder.py`). Architecture: Devlin et al., "BERT" (NAACL
2019), with mean pooling and normalisation as in Reimers, Gurevych, "Sentence-BERT" (EMNLP 2019).

States are (dimension, tokens) here: weights then stand on the left of each product, which BLAS
multiplies up to a third faster for a question's dozen tokens, and heads need no transposing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Encoding, Tokenizer

from qa.embedding.batches import by_tokens
from qa.embedding.blas import one_thread
from qa.embedding.tokens import compress
from qa.protocols import Embedding, Floats, Ids, Offsets

BATCH_TOKENS: Final = 256
"""Small, so that few passages make enough batches for all cores."""

BLOCK: Final = 16
"""BLAS multiplies 16 columns in less time than 12 (OpenBLAS, AVX-512)."""


Pair = tuple[list[int], list[int]]
"""Two texts' token ids, with the special tokens."""


def gelu(x: Floats) -> Floats:
    """GELU(x) = x · Φ(x) = max(x, 0) - |x| · erfc(|x| / √2) / 2.

    erfc by Abramowitz, Stegun (1964), 7.1.26: absolute error below 1.5e-7, float32's precision.
    """
    size = np.abs(x)
    z = size * np.float32(np.sqrt(0.5))
    t = np.reciprocal(np.float32(0.3275911) * z + 1)
    series = t * np.float32(1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series += np.float32(coefficient)
        series *= t
    np.multiply(z, z, out=z)
    np.negative(z, out=z)
    series *= np.exp(z, out=z)
    series *= size
    series *= np.float32(0.5)
    return np.asarray(np.maximum(x, 0) - series)


def quick_gelu(x: Floats) -> Floats:
    """GELU by tanh (Hendrycks, Gimpel 2016): within .0005, in a third of the time."""
    z = np.square(x)
    z *= np.float32(0.044715 * 0.7978845608)
    z += np.float32(0.7978845608)
    z *= x
    np.tanh(z, out=z)
    z += 1
    z *= x
    z *= np.float32(0.5)
    return z


@dataclass(frozen=True, slots=True)
class BertConfig:
    """A model's measures."""

    heads: int
    layers: int
    dimension: int
    epsilon: float

    @property
    def head_size(self) -> int:
        """Channels of one attention head."""
        return self.dimension // self.heads

    @classmethod
    def load(cls, folder: Path) -> BertConfig:
        """From `config.json`."""
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return cls(
            heads=config["num_attention_heads"],
            layers=config["num_hidden_layers"],
            dimension=config["hidden_size"],
            epsilon=config["layer_norm_eps"],
        )


def load_tokenizer(folder: Path) -> Tokenizer:
    """The folder's tokenizer: truncates to the model's length, does not pad."""
    lengths = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
    tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(lengths["max_seq_length"])
    return tokenizer


def words_of(encoding: Encoding) -> tuple[npt.NDArray[np.bool_], Offsets]:
    """Which tokens are the text's own, bool (tokens,), and their characters, int32 (words, 2)."""
    words = np.asarray(encoding.special_tokens_mask) == 0
    offsets = np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2)
    return words, offsets[words]


class BertEncoder:
    """Embeds texts with the weights of a sentence-transformers folder.

    Args:
        folder: Holds `config.json`, `sentence_bert_config.json`, `tokenizer.json` and
            `model.safetensors` of a BERT model with mean pooling.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = BertConfig.load(folder)
        self.dimension: int = self.config.dimension
        self.tokenizer: Tokenizer = load_tokenizer(folder)
        self._unknown = self.tokenizer.token_to_id("[UNK]")
        weights: dict[str, Floats] = load_file(folder / "model.safetensors")
        self._words = weights["embeddings.word_embeddings.weight"]
        self._positions = (
            weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0]
        ).T
        kinds = weights["embeddings.token_type_embeddings.weight"]
        self._second = (kinds[1] - kinds[0])[:, None]
        self._norm = Norm(weights, "embeddings.LayerNorm", self.config.epsilon)
        self._layers = [
            Layer(weights, f"encoder.layer.{i}", self.config) for i in range(self.config.layers)
        ]

    def together(self, pairs: Sequence[Pair]) -> tuple[Floats, list[slice]]:
        """What goes into the first layer for pairs of texts, the two of a pair as one sequence.

        Args:
            pairs: What to read; at most 512 tokens each.

        Returns:
            float32 (dimension, tokens, rounded up to whole blocks), and each pair's tokens.
        """
        parts, x = self._laid([len(first) + len(second) for first, second in pairs])
        for part, (first, second) in zip(parts, pairs, strict=True):
            self._place(x, part, [*first, *second])
            x[:, part.start + len(first) : part.stop] += self._second
        return self._norm(x), parts

    def _laid(self, lengths: Sequence[int]) -> tuple[list[slice], Floats]:
        parts = laid(lengths)
        return parts, np.zeros((self.dimension, whole_blocks(parts[-1].stop)), dtype=np.float32)

    def _place(self, x: Floats, part: slice, ids: Sequence[int]) -> None:
        x[:, part] = self._words[list(ids)].T
        x[:, part] += self._positions[:, : len(ids)]

    def embed(self, text: str) -> Embedding:
        """The text's vector and token states. An empty text has a vector but no tokens."""
        return self._embed([self.tokenizer.encode(text)])[0]

    def embed_question(self, text: str) -> Embedding:
        """As `embed`, without the states of tokens that the model has no piece of a word for.

        It takes them all for one: an unknown name, or a word of a hundred letters, would be matched
        by any text in a script it does not know.
        """
        encoding = self.tokenizer.encode(text)
        embedding = self._embed([encoding])[0]
        words, _ = words_of(encoding)
        known = (np.asarray(encoding.ids) != self._unknown)[words]
        return replace(embedding, tokens=embedding.tokens[known], offsets=embedding.offsets[known])

    def embed_many(self, texts: Sequence[str]) -> list[Embedding]:
        """The same for several texts."""
        encodings = self.tokenizer.encode_batch(list(texts))
        batches = by_tokens([len(e) for e in encodings], BATCH_TOKENS)
        made: dict[int, Embedding] = {}
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            work = pool.map(self._embed, ([encodings[i] for i in batch] for batch in batches))
            for batch, rows in zip(batches, work, strict=True):
                made.update(zip(batch, rows, strict=True))
        return [made[i] for i in range(len(texts))]

    def _embed(self, encodings: list[Encoding]) -> list[Embedding]:
        with one_thread:
            return self._forward(encodings)

    def _forward(self, encodings: list[Encoding]) -> list[Embedding]:
        parts, x = self._laid([len(e) for e in encodings])
        for part, encoding in zip(parts, encodings, strict=True):
            self._place(x, part, encoding.ids)
        x = self._norm(x)
        for layer in self._layers:
            x = layer(x, parts)
        rows = []
        for part, encoding in zip(parts, encodings, strict=True):
            words, offsets = words_of(encoding)
            states = np.ascontiguousarray(x[:, part].T)
            mean = states.mean(axis=0)
            vector = np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)
            rows.append(Embedding(vector=vector, tokens=compress(states[words]), offsets=offsets))
        return rows


def laid(lengths: Sequence[int]) -> list[slice]:
    """Where sequences of these lengths stand one after another."""
    ends = np.cumsum(lengths).tolist()
    return [slice(end - length, end) for end, length in zip(ends, lengths, strict=True)]


def whole_blocks(tokens: int) -> int:
    """As many tokens, rounded up to whole blocks of `BLOCK`."""
    return -(-tokens // BLOCK) * BLOCK


class Layer:
    """One encoder layer.

    Args:
        weights: By their names in `model.safetensors`.
        prefix: Of its own names there.
        config: The model's measures.
    """

    def __init__(self, weights: dict[str, Floats], prefix: str, config: BertConfig) -> None:
        own = f"{prefix}.attention.self"
        scale = np.float32(config.head_size**-0.5)
        kinds = ("weight", "bias")
        query, key, value = (
            [weights[f"{own}.{part}.{kind}"] for kind in kinds]
            for part in ("query", "key", "value")
        )
        self._heads = config.heads
        self._mix_weight = np.concatenate([query[0] * scale, key[0], value[0]])
        self._mix_bias = np.concatenate([query[1] * scale, key[1], value[1]])[:, None]
        self._join = Linear(weights, f"{prefix}.attention.output.dense")
        self._widen = Linear(weights, f"{prefix}.intermediate.dense")
        self._narrow = Linear(weights, f"{prefix}.output.dense")
        epsilon = config.epsilon
        self._after_attention = Norm(weights, f"{prefix}.attention.output.LayerNorm", epsilon)
        self._after_feed = Norm(weights, f"{prefix}.output.LayerNorm", epsilon)

    def __call__(self, x: Floats, parts: list[slice]) -> Floats:
        """States after it, (dimension, tokens).

        Args:
            x: States before it.
            parts: Tokens of one sequence each, which attends to itself alone.
        """
        mixed = np.empty((len(self._mix_bias), x.shape[1]), dtype=np.float32)
        self.mix(x, mixed)
        return self.feed(self.join(mixed, x, parts, np.arange(x.shape[1])), gelu)

    def mix(self, x: Floats, mixed: Floats) -> None:
        """Queries, keys and values, into `mixed`, (3 · dimension, tokens)."""
        np.matmul(self._mix_weight, x, out=mixed)
        mixed += self._mix_bias

    def join(self, mixed: Floats, x: Floats, parts: Sequence[slice], tokens: Ids) -> Floats:
        """Some tokens' states after attention, (dimension, those tokens).

        Args:
            mixed: Of all tokens.
            x: States before the layer, of all tokens.
            parts: Tokens of one sequence each, which attends to itself alone.
            tokens: Whose states are wanted, in order.
        """
        attended = np.zeros((len(x), len(tokens)), dtype=np.float32)
        for part in parts:
            own = slice(*np.searchsorted(tokens, (part.start, part.stop)).tolist())
            if own.start < own.stop:
                attended[:, own] = self._attend(mixed[: len(x), tokens[own]], mixed[len(x) :, part])
        joined = self._join(attended)
        joined += x[:, tokens]
        return self._after_attention(joined)

    def feed(self, x: Floats, activation: Callable[[Floats], Floats]) -> Floats:
        """States after the feed-forward network, with this activation."""
        fed = self._narrow(activation(self._widen(x)))
        fed += x
        return self._after_feed(fed)

    def _attend(self, queries: Floats, rest: Floats) -> Floats:
        """Softmax over axis 1, in place, and divided last: both twice as fast as over axis 2."""
        query = queries.reshape(self._heads, -1, queries.shape[1])
        key, value = rest.reshape(2, self._heads, -1, rest.shape[1])
        scores = key.transpose(0, 2, 1) @ query
        scores -= scores.max(axis=1, keepdims=True)
        np.exp(scores, out=scores)
        seen: Floats = value @ scores
        seen /= scores.sum(axis=1, keepdims=True)
        return seen.reshape(-1, queries.shape[1])


class Linear:
    """`weight @ x + bias`, both found under a name."""

    def __init__(self, weights: dict[str, Floats], name: str) -> None:
        self._weight = weights[f"{name}.weight"]
        self._bias = weights[f"{name}.bias"][:, None]

    def __call__(self, x: Floats) -> Floats:
        """(inputs, tokens) → (outputs, tokens)."""
        y: Floats = self._weight @ x
        y += self._bias
        return y


class Norm:
    """Layer normalisation over axis 0, in place."""

    def __init__(self, weights: dict[str, Floats], name: str, epsilon: float) -> None:
        self._weight = weights[f"{name}.weight"][:, None]
        self._bias = weights[f"{name}.bias"][:, None]
        self._epsilon = np.float32(epsilon)

    def __call__(self, x: Floats) -> Floats:
        """`x` itself, normalised."""
        x -= x.mean(axis=0)
        x /= np.sqrt(np.square(x).mean(axis=0) + self._epsilon)
        x *= self._weight
        x += self._bias
        return x
