"""Embedders: from text to unit vectors and token states.

`load_embedder` picks: the packaged model runs without PyTorch for questions and small updates, and
in a lean forward pass in PyTorch for large ones; any other model runs through
sentence-transformers. `QA_PRECISION` forces a number type, see `qa.embedding.precision`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.protocols import Embedder, Reranker
from qa.settings import PACKAGED_MODEL

if TYPE_CHECKING:
    from qa.embedding.bert import BertEncoder


def load_embedder(model: str, *, few: int | None = None) -> Embedder:
    """Load a model by the name in the settings.

    Args:
        model: See `Settings.model`.
        few: Up to this many texts the packaged model does without PyTorch; None: its own choice.

    Raises:
        ModelError: It cannot be loaded, or its weights are not the expected ones.
    """
    if model == PACKAGED_MODEL:
        from qa.embedding.packaged import FEW, PackagedEmbedder

        return PackagedEmbedder(FEW if few is None else few)
    from qa.embedding.sentence_transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(model)


def encoder_of(embedder: Embedder) -> BertEncoder | None:
    """The packaged model without PyTorch, where it is what embeds; None with any other."""
    from qa.embedding.packaged import PackagedEmbedder
    from qa.embedding.remembering import Remembering

    while isinstance(embedder, Remembering):
        embedder = embedder.embedder
    return embedder.encoder if isinstance(embedder, PackagedEmbedder) else None


def load_reranker(model: str) -> Reranker:
    """Load a cross-encoder by the name in the settings.

    Raises:
        ModelError: It cannot be loaded.
    """
    from qa.embedding.cross_encoder import CrossEncoderReranker

    return CrossEncoderReranker(model)
