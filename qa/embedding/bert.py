"""A BERT encoder's forward pass in NumPy: questions without loading PyTorch.

Importing sentence-transformers takes six seconds on a small machine; reading the same weights
with safetensors and multiplying them with NumPy takes a fifth of one, and gives the same vectors
(cosine ≥ .99999, `tests/embedding`). Architecture: Devlin et al., "BERT" (NAACL 2019), with mean
pooling and normalisation as in Reimers, Gurevych, "Sentence-BERT" (EMNLP 2019).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from qa.embedding.tokens import compress
from qa.protocols import Embedding, Floats


class BertEncoder:
    """Embeds one text at a time with the weights of a sentence-transformers folder.

    Args:
        folder: Holds `config.json`, `sentence_bert_config.json`, `tokenizer.json` and
            `model.safetensors` of a BERT model with mean pooling.
    """

    def __init__(self, folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        lengths = json.loads((folder / "sentence_bert_config.json").read_text(encoding="utf-8"))
        self._heads: int = config["num_attention_heads"]
        self._layers: int = config["num_hidden_layers"]
        self._epsilon: float = config["layer_norm_eps"]
        self.dimension: int = config["hidden_size"]
        self.tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(lengths["max_seq_length"])
        self._weights: dict[str, Floats] = load_file(folder / "model.safetensors")

    def embed(self, text: str) -> Embedding:
        """The text's vector and token states. An empty text has a vector but no tokens."""
        encoding = self.tokenizer.encode(text)
        states = self._forward(np.asarray(encoding.ids))
        mean = states.mean(axis=0)
        words = np.asarray(encoding.special_tokens_mask) == 0
        offsets = np.asarray(encoding.offsets, dtype=np.int32).reshape(-1, 2)
        return Embedding(
            vector=np.asarray(mean / np.linalg.norm(mean), dtype=np.float32),
            tokens=compress(states[words]),
            offsets=offsets[words],
        )

    def _forward(self, ids: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Floats:
        """Last hidden states, float32 (tokens, dimension)."""
        weights = self._weights
        x = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: len(ids)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        x = self._normalise(x, "embeddings.LayerNorm")
        for layer in range(self._layers):
            prefix = f"encoder.layer.{layer}"
            attended = self._attend(x, f"{prefix}.attention.self")
            projected = self._linear(attended, f"{prefix}.attention.output.dense")
            x = self._normalise(x + projected, f"{prefix}.attention.output.LayerNorm")
            widened = _gelu(self._linear(x, f"{prefix}.intermediate.dense"))
            narrowed = self._linear(widened, f"{prefix}.output.dense")
            x = self._normalise(x + narrowed, f"{prefix}.output.LayerNorm")
        return x

    def _attend(self, x: Floats, name: str) -> Floats:
        tokens = len(x)
        query, key, value = (
            self._linear(x, f"{name}.{part}").reshape(tokens, self._heads, -1).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(query.shape[-1]))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = scores / scores.sum(axis=-1, keepdims=True) @ value
        return np.asarray(mixed.transpose(1, 0, 2).reshape(tokens, -1))

    def _linear(self, x: Floats, name: str) -> Floats:
        return np.asarray(x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"])

    def _normalise(self, x: Floats, name: str) -> Floats:
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(self._epsilon))
        return np.asarray(
            centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        )


def _gelu(x: Floats) -> Floats:
    return np.asarray(x * np.float32(0.5) * (1 + _erf(x * np.float32(np.sqrt(0.5)))))


def _erf(x: Floats) -> Floats:
    # Abramowitz, Stegun (1964), 7.1.26: absolute error below 1.5e-7, the precision of float32.
    sign, x = np.sign(x), np.abs(x)
    t = 1 / (1 + np.float32(0.3275911) * x)
    series: Floats = np.full_like(x, 1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series = np.asarray(series * t + np.float32(coefficient))
    return np.asarray(sign * (1 - series * t * np.exp(-x * x)))
