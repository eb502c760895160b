"""A cross-encoder, which reads a question and a passage together: any of sentence-transformers'.

Nogueira, Cho, "Passage Re-ranking with BERT" (2019). Off without a name in the settings: it costs
a forward pass for each passage, and none ships with the package.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from qa.embedding.loading import load
from qa.errors import ModelError
from qa.protocols import Floats

BATCH: int = 16
"""Passages read together; there are `rerank_depth` of them."""

_SCORING = "ForSequenceClassification"
"""How transformers calls a model whose last layer scores a whole text."""


class CrossEncoderReranker:
    """A model by name (from its hub or cache) or by folder. Implements `Reranker`.

    Args:
        model: As `sentence_transformers.CrossEncoder` takes it.

    Raises:
        ModelError: It cannot be loaded, is none, or gives more than one score a passage.
    """

    def __init__(self, model: str) -> None:
        self.name = model
        self._model: Any = load(_make, model, "reranker")
        if (labels := int(self._model.num_labels)) != 1:
            raise ModelError(f"the reranker {model!r} gives {labels} scores, not 1; name another")
        if _made_up(self._model):
            raise ModelError(
                f"{model!r} is no reranker: it was not trained to score a passage; name a "
                "cross-encoder"
            )

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """See `Reranker.scores`."""
        pairs = [(question, text) for text in texts]
        found = self._model.predict(pairs, batch_size=BATCH, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32).reshape(-1)


def _make(model: str, here: bool) -> Any:  # noqa: ANN401 - as below
    from sentence_transformers import CrossEncoder
    from torch.nn import Identity

    # Not squeezed into 0 to 1, where what a model is sure of is all alike.
    return CrossEncoder(model, activation_fn=Identity(), local_files_only=here)


def _made_up(loaded: Any) -> bool:  # noqa: ANN401 - the library's class is imported lazily
    """Whether the weights that score are not the model's: it gets random ones at each start."""
    stored = loaded.config.architectures or [_SCORING]
    scores = type(loaded.model).__name__.endswith(_SCORING)
    return scores and not any(name.endswith(_SCORING) for name in stored)
