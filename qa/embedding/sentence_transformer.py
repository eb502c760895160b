"""Any sentence-transformers model, on the device and number type that suit the machine."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from qa.embedding import tokens
from qa.embedding.batches import by_tokens
from qa.embedding.precision import FLOATS, choose
from qa.errors import ModelError
from qa.protocols import Embedding

BATCH_TOKENS = {"cpu": 4096, "cuda": 65_536}
"""Tokens of a padded batch, by device."""

WINDOW = 1024
"""Texts tokenised and sorted at a time."""

logger = logging.getLogger(__name__)


class SentenceTransformerEmbedder:
    """A model by name (from its hub or cache) or by folder.

    Args:
        model: As `sentence_transformers.SentenceTransformer` takes it.

    Raises:
        ModelError: It cannot be loaded.
    """

    def __init__(self, model: str) -> None:
        import torch
        from sentence_transformers import SentenceTransformer

        self.name = model
        self._torch = torch
        try:
            loaded = SentenceTransformer(model)
        except Exception as error:  # the library raises what its dependencies raise
            reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            raise ModelError(f"cannot load the model {model!r}: {reason[:200]}") from error
        self.fingerprint = f"{_weights_digest(loaded)}+{tokens.VERSION}"
        # On GPUs, and on CPUs where it was measured to be faster; at cosine ≥ .996.
        on_gpu = loaded.device.type == "cuda" and torch.cuda.is_bf16_supported()
        if on_gpu or (loaded.device.type == "cpu" and choose(FLOATS) == "bfloat16"):
            loaded = loaded.to(torch.bfloat16)
        self._model: Any = loaded.eval()

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
        # Counted beforehand: characters tell the number of tokens only within one script.
        counted = self._model.tokenizer(
            prompted, truncation=True, max_length=self._model.max_seq_length
        )
        lengths = [len(ids) for ids in counted["input_ids"]]
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
        offsets = encoded.pop("offset_mapping").numpy().astype(np.int32)
        special = encoded.pop("special_tokens_mask").numpy().astype(bool)
        with self._torch.inference_mode():
            output = self._model({name: t.to(self._model.device) for name, t in encoded.items()})
        vectors = output["sentence_embedding"].float().cpu().numpy()
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
        states = output["token_embeddings"].float().cpu().numpy()
        words = ~special & (offsets[:, :, 1] > prompt_length)
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


def _weights_digest(model: Any) -> str:  # noqa: ANN401 - the library's class is imported lazily
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().float().numpy().tobytes())
    return digest.hexdigest()[:16]
