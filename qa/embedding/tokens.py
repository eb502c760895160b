"""Token states for late interaction, compressed to 96 bytes a token.

Late interaction ("MaxSim"): Khattab, Zaharia, "ColBERT" (SIGIR 2020): each token of the question
is matched with its most similar token of the text. The states are those that the model computes
for the passage's vector anyway. all-MiniLM-L6-v2 was not trained for this, yet as a single
signal for which sentence answers it beats the cosine of sentence vectors by 15 points of hit@1
on SQuAD (`docs/quality.md`).

States are projected to 96 dimensions by a fixed random orthonormal matrix (Johnson, Lindenstrauss
1984) and stored as 8-bit integers: 96 random dimensions keep the full 384's quality within the
noise once combined with the other signals, and need no training data.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from qa.embedding.blas import one_thread
from qa.protocols import Codes, Floats

TOKEN_DIMENSION: Final = 96
SCALE: Final = 127.0
VERSION: Final = "qr-96-int8-1"
"""Part of an embedder's fingerprint: raise it whenever `compress` gives other codes."""


@lru_cache(maxsize=4)
def projection(dimension: int) -> Floats:
    """The fixed orthonormal columns, float32 (dimension, TOKEN_DIMENSION)."""
    gaussian = np.random.RandomState(0).standard_normal((dimension, dimension))
    with one_thread:
        orthonormal, upper = np.linalg.qr(gaussian)
    # QR is unique only up to the signs of the columns; fix them, so that every BLAS agrees.
    signed = orthonormal * np.sign(np.diag(upper))
    return np.ascontiguousarray(signed[:, :TOKEN_DIMENSION], dtype=np.float32)


def compress(states: Floats) -> Codes:
    """Project, normalise and quantise token states.

    Args:
        states: float32 (tokens, dimension), the model's last hidden states.

    Returns:
        int8 (tokens, TOKEN_DIMENSION), unit vectors times 127.
    """
    projected = states @ projection(states.shape[1])
    lengths = np.linalg.norm(projected, axis=1, keepdims=True)
    codes: Codes = np.round(projected / np.maximum(lengths, 1e-9) * SCALE).astype(np.int8)
    return codes


def similarities(question: Codes, passage: Codes) -> Floats:
    """Cosines between the tokens of a question and those of a passage.

    Args:
        question: int8 (m, TOKEN_DIMENSION).
        passage: int8 (n, TOKEN_DIMENSION).

    Returns:
        float32 (m, n).
    """
    product = question.astype(np.float32) @ passage.astype(np.float32).T
    return np.asarray(product / SCALE**2, dtype=np.float32)
