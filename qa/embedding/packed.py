"""BERT for many passages: a lean forward pass in PyTorch over packed tokens, without padding.

The tokens of a batch lie one after another; all linear layers see them as one matrix, and
attention runs text by text, within the processor's cache. One worker thread a core, each with
its own batch, so nothing waits at a barrier. Of the libraries only `torch` is imported:
transformers and sentence-transformers would take three seconds more. The vectors are theirs
(cosine ≥ .9999 in float32, `tests/contracts/test_embedder.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Encoding
from torch import Tensor
from torch.nn.functional import layer_norm, normalize

from qa.embedding import tokens
from qa.embedding.batches import by_tokens
from qa.embedding.bert import BertConfig, load_tokenizer, words_of
from qa.embedding.layers import FloatLayer, Int8Layer, Layer, LayerWeights, ObservedLayer
from qa.embedding.precision import Precision, one_torch_thread
from qa.protocols import Embedding

BATCH_TOKENS: Final = 1024
"""Speed is flat from 512 to 2048 tokens; above, activations leave the cache."""

WINDOW: Final = 1024
"""Texts tokenised and sorted at a time: some 15 MB of token lists."""

MOST_WORKERS: Final = 16
"""Beyond, each worker uses several cores: the interpreter's lock would hold up more threads."""

_LARGEST_SCORE: Final = 80.0  # exp(80) · 512 tokens is still finite in float32

_CALIBRATION_TEXTS: Final = (
    "Ferry strikes pier\nFourteen people were injured when the Skerrin Lass hit Pier 2 on Friday "
    "at 6.40 a.m., the coastguard said; 3 of them were still in hospital on Monday. “We felt one "
    "blow, then everything slid,” said Ana Petrov, 41, a nurse from Holm.",
    "Council votes for the tram\nThe council approved the line by 27 votes to 18 after a debate "
    "that lasted until midnight. Building is to begin in March 2026 and to cost £112m, a third "
    "more than was estimated four years ago, because of the bridge over the Tarn.",
    "Mutations in the promoter of the TERT gene increase telomerase activity in melanoma cells "
    "(p < 0.001, n = 42), whereas CD4+ T-cell counts did not differ between the two groups.",
    "The U.S. said “no”: it's 3.5% — naïve cafés, £12bn & 1,238 tonnes… (more)",
    "東京都は新しい橋の建設を決定した。 Вчера в городе прошли выборы. العربية עברית 🎉 e\u0301",
    "Die Stadträte stimmten am Dienstag über den Haushalt ab; l'accord fut signé à Genève.",
    "def mean(values): return sum(values) / len(values)  # see https://example.org/stats?q=1",
    "Who was the first woman to row across the Atlantic?",
    "!!! ??? ... --- ((())) 1 2 3",
    "Ferry",
    "",
)
"""Our own, of many kinds: the ranges of 8-bit numbers are taken from them."""


class PackedEncoder:
    """Embeds many texts with the weights of a sentence-transformers folder, on the CPU.

    Args:
        folder: As for `qa.embedding.bert.BertEncoder`.
        precision: The number type of the multiplications.
    """

    def __init__(self, folder: Path, precision: Precision) -> None:
        self.precision = precision
        self._config = BertConfig.load(folder)
        self._tokenizer = load_tokenizer(folder)
        self._projection = torch.from_numpy(tokens.projection(self._config.dimension))
        weights = load_file(folder / "model.safetensors")
        positions = weights["embeddings.position_embeddings.weight"]
        self._words = weights["embeddings.word_embeddings.weight"]
        self._positions = positions + weights["embeddings.token_type_embeddings.weight"][0]
        self._norm = _pair(weights, "embeddings.LayerNorm")
        prefixes = [f"encoder.layer.{i}" for i in range(self._config.layers)]
        self._norms = [
            (
                _pair(weights, f"{p}.attention.output.LayerNorm"),
                _pair(weights, f"{p}.output.LayerNorm"),
            )
            for p in prefixes
        ]
        with torch.inference_mode(), one_torch_thread():  # too little work for more
            parts = [_layer_weights(weights, p, self._config.head_size) for p in prefixes]
            self._layers = self._make_layers(parts)

    def _make_layers(self, parts: list[LayerWeights]) -> list[Layer]:
        if self.precision != "int8":
            dtype = torch.bfloat16 if self.precision == "bfloat16" else torch.float32
            return [FloatLayer(part, dtype) for part in parts]
        observed = [ObservedLayer(part) for part in parts]
        self._layers = list(observed)
        self._forward(self._tokenizer.encode_batch(list(_CALIBRATION_TEXTS)))
        return [Int8Layer(part, o.ranges) for part, o in zip(parts, observed, strict=True)]

    def embed(self, texts: Sequence[str]) -> list[Embedding]:
        """Vectors and token states. A text's do not depend on the others or on their order."""
        threads = torch.get_num_threads()
        workers = min(threads, MOST_WORKERS)
        found: list[Embedding] = []
        pool = ThreadPoolExecutor(workers, initializer=_use_threads, initargs=(threads // workers,))
        try:
            with pool:
                for start in range(0, len(texts), WINDOW):
                    found += self._embed_window(list(texts[start : start + WINDOW]), pool)
        finally:
            # The workers' number is also what PyTorch gives to threads that start later.
            torch.set_num_threads(threads)
        return found

    def _embed_window(self, texts: list[str], pool: ThreadPoolExecutor) -> list[Embedding]:
        encodings = self._tokenizer.encode_batch(texts)
        batches = by_tokens([len(e) for e in encodings], BATCH_TOKENS)
        made: dict[int, Embedding] = {}
        work = pool.map(self._embed_batch, ([encodings[i] for i in batch] for batch in batches))
        for batch, rows in zip(batches, work, strict=True):
            made.update(zip(batch, rows, strict=True))
        return [made[i] for i in range(len(texts))]

    def _embed_batch(self, encodings: list[Encoding]) -> list[Embedding]:
        lengths = [len(e) for e in encodings]
        with torch.inference_mode():
            states = self._forward(encodings)
            means = torch.stack([part.mean(0) for part in torch.split(states, lengths)])
            vectors = normalize(means, dim=1).numpy()
            projected = normalize(states @ self._projection, dim=1, eps=1e-9)
            codes = projected.mul_(tokens.SCALE).round_().to(torch.int8)
        rows = []
        for vector, own, encoding in zip(
            vectors, torch.split(codes, lengths), encodings, strict=True
        ):
            words, offsets = words_of(encoding)
            rows.append(Embedding(vector=vector, tokens=own.numpy()[words], offsets=offsets))
        return rows

    def _forward(self, encodings: list[Encoding]) -> Tensor:
        """Last hidden states of all tokens, float32 (tokens, dimension)."""
        lengths = [len(e) for e in encodings]
        ids = torch.from_numpy(np.concatenate([np.asarray(e.ids, np.int64) for e in encodings]))
        x = self._words[ids]
        for part in torch.split(x, lengths):
            part.add_(self._positions[: len(part)])
        x = self._normalise(x, self._norm)
        attended = torch.empty_like(x)
        for layer, (after_attention, after_feed) in zip(self._layers, self._norms, strict=True):
            self._attend(layer.mix(x), lengths, attended)
            x = self._normalise(layer.join(attended, x), after_attention)
            x = self._normalise(layer.feed(x), after_feed)
        return x

    def _normalise(self, x: Tensor, pair: tuple[Tensor, Tensor]) -> Tensor:
        return layer_norm(x, (self._config.dimension,), *pair, self._config.epsilon)

    def _attend(self, mixed: Tensor, lengths: list[int], out: Tensor) -> None:
        # Softmax without its usual subtraction of the maximum, which only guards against
        # overflow: cutting scores off at 80 does too, and takes half the time. Scores of this
        # model stay below 30.
        heads, size = self._config.heads, self._config.head_size
        longest = max(lengths)
        all_scores = torch.empty(heads * longest * longest)
        all_sums = torch.empty(heads * longest * size)
        start = 0
        for n in lengths:
            query, key, value = (
                mixed[start : start + n].view(n, 3, heads, size).permute(1, 2, 0, 3).unbind()
            )
            scores = all_scores[: heads * n * n].view(heads, n, n)
            sums = all_sums[: heads * n * size].view(heads, n, size)
            torch.bmm(query, key.transpose(1, 2), out=scores)
            scores.clamp_(-_LARGEST_SCORE, _LARGEST_SCORE).exp_()
            torch.bmm(scores, value, out=sums)
            total = scores.sum(-1, keepdim=True).transpose(0, 1)
            torch.div(sums.transpose(0, 1), total, out=out[start : start + n].view(n, heads, size))
            start += n


def _use_threads(count: int) -> None:
    torch.set_num_threads(count)


def _pair(weights: dict[str, Tensor], name: str) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _layer_weights(weights: dict[str, Tensor], prefix: str, head_size: int) -> LayerWeights:
    query, key, value = (
        _pair(weights, f"{prefix}.attention.self.{part}") for part in ("query", "key", "value")
    )
    scale = head_size**-0.5
    mix = (
        torch.cat([query[0] * scale, key[0], value[0]]),
        torch.cat([query[1] * scale, key[1], value[1]]),
    )
    return LayerWeights(
        mix=mix,
        join=_pair(weights, f"{prefix}.attention.output.dense"),
        widen=_pair(weights, f"{prefix}.intermediate.dense"),
        narrow=_pair(weights, f"{prefix}.output.dense"),
    )
