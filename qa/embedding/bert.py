"""A BERT encoder without PyTorch: questions, and few passages.

Importing sentence-transformers takes six seconds on a small machine; reading the same weights with
safetensors and running them in ONNX Runtime takes a third of one, and gives the same vectors
(cosine ≥ .99999, `tests/contracts/test_embedder.py`). Architecture: Devlin et al., "BERT" (NAACL
2019), with mean pooling and normalisation as in Reimers, Gurevych, "Sentence-BERT" (EMNLP 2019).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file
from tokenizers import Encoding, Tokenizer

from qa.embedding.blas import one_thread
from qa.embedding.onnx_layers import OnnxLayers
from qa.embedding.tokens import compress
from qa.protocols import Embedding, Floats, Offsets


@dataclass(frozen=True, slots=True)
class BertConfig:
    """A model's measures."""

    heads: int
    layers: int
    dimension: int
    intermediate: int
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
            intermediate=config["intermediate_size"],
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
            `model.safetensors` of a BERT model with mean pooling, of the packaged one's measures.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = BertConfig.load(folder)
        self.dimension: int = self.config.dimension
        self.tokenizer: Tokenizer = load_tokenizer(folder)
        self._unknown = self.tokenizer.token_to_id("[UNK]")
        weights: dict[str, Floats] = load_file(folder / "model.safetensors")
        self._words = weights["embeddings.word_embeddings.weight"]
        kinds = weights["embeddings.token_type_embeddings.weight"]
        self._positions = weights["embeddings.position_embeddings.weight"] + kinds[0]
        self._second = kinds[1] - kinds[0]
        self._norm_weight = weights["embeddings.LayerNorm.weight"]
        self._norm_bias = weights["embeddings.LayerNorm.bias"]
        self.layers = OnnxLayers(weights)

    def states(self, first: Sequence[int], second: Sequence[int] = ()) -> Floats:
        """What goes into the first layer, float32 (tokens, dimension).

        Args:
            first: A text's token ids, with the special tokens.
            second: Of another, read with it as one sequence; at most 512 tokens with the first.
        """
        ids = [*first, *second]
        x: Floats = self._words[ids] + self._positions[: len(ids)]
        x[len(first) :] += self._second
        x -= x.mean(axis=1, keepdims=True)
        x /= np.sqrt(np.square(x).mean(axis=1, keepdims=True) + np.float32(self.config.epsilon))
        x *= self._norm_weight
        x += self._norm_bias
        return x

    def embed(self, text: str) -> Embedding:
        """The text's vector and token states. An empty text has a vector but no tokens."""
        return self._embed(self.tokenizer.encode(text))

    def embed_question(self, text: str) -> Embedding:
        """As `embed`, without the states of tokens that the model has no piece of a word for.

        It takes them all for one: an unknown name, or a word of a hundred letters, would be matched
        by any text in a script it does not know.
        """
        encoding = self.tokenizer.encode(text)
        embedding = self._embed(encoding)
        words, _ = words_of(encoding)
        known = (np.asarray(encoding.ids) != self._unknown)[words]
        return replace(embedding, tokens=embedding.tokens[known], offsets=embedding.offsets[known])

    def embed_many(self, texts: Sequence[str]) -> list[Embedding]:
        """The same for several texts, one after the other: each is shared among the cores."""
        return [self._embed(encoding) for encoding in self.tokenizer.encode_batch(list(texts))]

    def _embed(self, encoding: Encoding) -> Embedding:
        words, offsets = words_of(encoding)
        states = self.layers(self.states(encoding.ids))
        mean = states.mean(axis=0)
        vector = np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)
        with one_thread:
            return Embedding(vector=vector, tokens=compress(states[words]), offsets=offsets)
