"""The seams: what an embedder, a lexical index and a vector index must do.

Each has one contract-test suite (`tests/contracts/`) which every implementation passes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Offsets = npt.NDArray[np.int32]
Allowed = Any
"""Which rows may be returned, as the index of the same generation understands it: a mask over all
rows, bool (rows,), or another kind of set, see `qa.storage.searchable`."""


@dataclass(frozen=True, slots=True)
class Embedding:
    """A text's vector, and the compressed states of its tokens for late interaction.

    Attributes:
        vector: float32 (dimension,), unit length.
        tokens: int8 (tokens, TOKEN_DIMENSION): each row a unit vector times 127, see
            `qa.embedding.tokens`. Special tokens and any prompt are left out.
        offsets: int32 (tokens, 2): the characters of the text that each token covers, [start, end).
    """

    vector: Floats
    tokens: Codes
    offsets: Offsets


class Embedder(Protocol):
    """Turns texts into unit vectors. Cosine is the inner product."""

    @property
    def name(self) -> str:
        """The model as the user named it."""

    @property
    def fingerprint(self) -> str:
        """Changes whenever the same text would give other vectors: a digest of the weights."""

    @property
    def dimension(self) -> int:
        """Length of `Embedding.vector`."""

    def embed_passages(self, texts: Sequence[str]) -> list[Embedding]:
        """Embed texts to be found, in any number and length (the model truncates)."""

    def embed_query(self, text: str) -> Embedding:
        """Embed one question."""


class Reranker(Protocol):
    """Reads a question and a passage together."""

    @property
    def name(self) -> str:
        """The model as the user named it."""

    def scores(self, question: str, texts: Sequence[str]) -> Floats:
        """How well each text answers, float32 (len(texts),), on any scale; higher is better."""


class Scored(NamedTuple):
    """A row with one arm's score. Higher is better."""

    row: int
    score: float


class LexicalIndex(Protocol):
    """Ranks passages by the terms they share with a question (BM25).

    Rows are places in the generation's ascending passage ids, from 0, see `qa.storage.generation`.
    """

    @property
    def engine(self) -> str:
        """What searches: a short name for reports."""

    def __len__(self) -> int:
        """How many passages can be found: deleted ones do not count."""

    def search(self, terms: Sequence[str], k: int, allowed: Allowed | None = None) -> list[Scored]:
        """The k best passages that hold at least one of the terms, best first, ties by row.

        Args:
            terms: The question's terms, as `qa.text.analysis.terms` gives them.
            k: At most this many.
            allowed: Which rows may be returned; None allows all that are not deleted.
        """

    def scores(self, terms: Sequence[str], rows: Ids) -> Floats:
        """BM25 of the given rows, float32 (len(rows),); 0 where no term is shared."""

    def document_frequency(self, term: str) -> int:
        """How many passages hold the term, deleted ones left out; 0 if none does."""

    def occurring(self, terms: Sequence[str]) -> set[str]:
        """Those of the terms that a passage holds, deleted ones left out."""

    def similar(self, term: str) -> str | None:
        """The one term that a misspelt one may stand for, see `qa.lexical.spelling`."""


class VectorIndex(Protocol):
    """Ranks passages by the inner product of their vectors with a question's."""

    @property
    def engine(self) -> str:
        """As `LexicalIndex`."""

    def __len__(self) -> int:
        """As `LexicalIndex`."""

    def search(self, vector: Floats, k: int, allowed: Allowed | None = None) -> list[Scored]:
        """The k nearest passages, best first, ties by row. Arguments as in `LexicalIndex`."""

    def scores(self, vector: Floats, rows: Ids) -> Floats:
        """Inner products of the given rows, float32 (len(rows),)."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long piece of work has come: `done` of `total` units of a stage."""

    stage: str
    done: int
    total: int


OnProgress = Callable[[Progress], None]
