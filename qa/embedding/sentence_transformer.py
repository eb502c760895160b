"""Any sentence-transformers model, on the device and number type that suit the machine."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.embedding import tokens
from qa.embedding.batches import by_tokens
from qa.embedding.loading import load
from qa.embedding.precision import FLOATS, choose, wanted
from qa.errors import ModelError
from qa.protocols import Embedding, Offsets

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

BATCH_TOKENS = {"cpu": 4096, "cuda": 65_536}
"""Tokens of a padded batch, by device."""

WINDOW = 1024
"""Texts tokenised and sorted at a time."""

VERSION = "words-1"
"""Part of the fingerprint: raise it whenever the same weights give other embeddings here."""

logger = logging.getLogger(__name__)


class SentenceTransformerEmbedder:
    """A model by name (from its hub or cache) or by folder.

    Args:
        model: As `sentence_transformers.SentenceTransformer` takes it.

    Raises:
        ModelError: It cannot be loaded, or gives no states of tokens that lie in the text.
    """

    def __init__(self, model: str) -> None:
        loaded = load(_make, model, "model")
        import torch

        self.name = model
        self._torch = torch
        digest = _weights_digest(loaded)
        # On GPUs, and on CPUs where it was measured to be faster; at cosine ≥ .996.
        on_gpu = loaded.device.type == "cuda" and torch.cuda.is_bf16_supported()
        on_gpu = on_gpu and wanted() != "float32"
        if on_gpu or (loaded.device.type == "cpu" and choose(FLOATS) == "bfloat16"):
            loaded = loaded.to(torch.bfloat16)
        self._model: Any = loaded.eval()
        try:
            self._embed(["Ferry"], 0)
        except (AttributeError, KeyError, TypeError, NotImplementedError) as error:
            raise ModelError(
                f"the model {model!r} gives no states of single words with their places in the "
                "text, which quotes are chosen by; name another"
            ) from error
        self.fingerprint = f"{digest}+{tokens.VERSION}+{VERSION}+{self.dimension}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """See `Embedder.embed_passages`. Batches hold texts of like length, to pad little."""
        found: list[Embedding] = []
        for start in range(0, len(texts), WINDOW):
            found += self._embed_window(texts[start : start + WINDOW])
        return found

    def _embed_window(self, texts: Sequence[str]) -> list[Embedding]:
        prompt = self._prompt("document", "passage")
        prompted = [prompt + text for text in texts]
        # Counted beforehand: characters tell the number of tokens only within one script. Padded as
        # in `_embed`: whether it pads is a state of the tokenizer that all threads share.
        counted = self._model.tokenizer(
            prompted,
            padding=True,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_attention_mask=True,
        )
        lengths = [sum(mask) for mask in counted["attention_mask"]]
        budget = BATCH_TOKENS.get(self._model.device.type, BATCH_TOKENS["cpu"])
        embedded: dict[int, Embedding] = {}
        for batch in by_tokens(lengths, budget, padded=True):
            rows = self._embed([prompted[i] for i in batch], len(prompt))
            embedded.update(zip(batch, rows, strict=True))
        return [embedded[i] for i in range(len(texts))]

    def embed_query(self, text: str) -> Embedding:
        """See `Embedder.embed_query`."""
        prompt = self._prompt("query")
        return self._embed([prompt + text], len(prompt), known_only=True)[0]

    def _prompt(self, *names: str) -> str:
        prompts: dict[str, str] = self._model.prompts or {}
        return next((prompts[name] for name in names if prompts.get(name)), "")

    def _embed(
        self, texts: list[str], prompt_length: int, *, known_only: bool = False
    ) -> list[Embedding]:
        encoded = self._model.tokenizer(
            texts,
            padding=True,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_tensors="pt",
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        offsets = _without_blanks(texts, encoded.pop("offset_mapping").numpy().astype(np.int32))
        special = encoded.pop("special_tokens_mask").numpy().astype(bool)
        with self._torch.inference_mode():
            output = self._model({name: t.to(self._model.device) for name, t in encoded.items()})
        vectors = output["sentence_embedding"].float().cpu().numpy()[:, : self.dimension]
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        states = output["token_embeddings"].float().cpu().numpy()
        words = ~special & (offsets[:, :, 1] > np.maximum(offsets[:, :, 0], prompt_length))
        unknown = self._model.tokenizer.unk_token_id
        if known_only and unknown is not None:  # see `BertEncoder.embed_question`
            words &= (encoded["input_ids"] != unknown).numpy()
        return [
            Embedding(
                vector=vectors[row],
                tokens=tokens.compress(states[row][words[row]]),
                offsets=np.maximum(offsets[row][words[row]] - prompt_length, 0),
            )
            for row in range(len(texts))
        ]


def _make(model: str, here: bool) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(model, local_files_only=here)


def _without_blanks(texts: Sequence[str], offsets: Offsets) -> Offsets:
    """Offsets, int32 (texts, tokens, 2), from each token's first letter on.

    Tokens of many models begin with the blank in front of a word (" storm"), which is neither in
    the word nor in the sentence that begins with it. A token of blanks alone becomes empty.
    """
    for text, own in zip(texts, offsets, strict=True):
        blank = np.fromiter((letter.isspace() for letter in text), bool, len(text))
        letters = np.where(blank, len(text), np.arange(len(text)))
        first = np.minimum.accumulate(np.append(letters, len(text))[::-1])[::-1]
        own[:, 0] = np.minimum(first[own[:, 0]], own[:, 1])
    return offsets


def _weights_digest(model: Any) -> str:  # noqa: ANN401 - the library's class is imported lazily
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().float().numpy().tobytes())
    return digest.hexdigest()[:16]
