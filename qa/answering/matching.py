"""How well a question's words are matched in a stretch of text: by term, or by token states.

Late interaction: see `qa.embedding.tokens`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.embedding.tokens import similarities
from qa.passages import indexed_text
from qa.protocols import Embedding, Floats
from qa.question.query import Question
from qa.records import Hit, Span

Idf = Callable[[str], float]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Words:
    """The content words of a question, those that are no stop words.

    Attributes:
        terms: What they are known by (`qa.question.query.Word.term`), with repeats.
        rarity: float32 (words,), their idf in the archive.
        is_name: bool (words,), names and figures.
        token_rows: Which of the question's tokens make up each word, bool (words, tokens).
        token_weights: float32 (tokens,), each token's word's rarity, scaled to sum to 1.
    """

    terms: list[str]
    rarity: Floats
    is_name: Mask
    token_rows: Mask
    token_weights: Floats

    @classmethod
    def of(cls, question: Question, query: Embedding, idf: Idf) -> Words:
        """Line the question's words up with its tokens."""
        content = question.words
        rarity = np.asarray([idf(word.term) for word in content], dtype=np.float32)
        rows = np.zeros((len(content), len(query.tokens)), dtype=bool)
        for row, word in enumerate(content):
            rows[row] = covered(query, word.span)
        weights = (rarity[:, None] * rows).max(axis=0, initial=0.0)
        total = weights.sum()
        return cls(
            terms=[word.term for word in content],
            rarity=rarity,
            is_name=np.asarray([word.term in question.names for word in content], dtype=bool),
            token_rows=rows,
            token_weights=weights / total if total else weights,
        )

    def coverage(self, present: Iterable[set[str]]) -> list[float]:
        """Share of the distinct terms in each of some sets, weighted by rarity, 0 to 1."""
        weights = dict(zip(self.terms, self.rarity.tolist(), strict=True))
        total = sum(weights.values()) or 1.0
        return [sum(weights[t] for t in held if t in weights) / total for held in present]


class Match:
    """A question laid over one passage and its title.

    Args:
        question: The question, analysed.
        query: The question, embedded.
        hit: The passage.
        embedding: The passage's embedding, made from `indexed_text`.
    """

    def __init__(
        self, question: Question, query: Embedding, hit: Hit, embedding: Embedding
    ) -> None:
        self.question = question
        self.query = query
        self.hit = hit
        self.embedding = embedding
        self._title_end = len(indexed_text(hit.article.title, ""))
        self.title_terms = self.held(hit.article.title)
        self.cosines = _cosines(query, embedding)

    def held(self, text: str) -> set[str]:
        """Which of the question's words a text of the article holds."""
        return self.question.held(text, self.hit.article.language)

    def inside(self, span: Span) -> Mask:
        """Which of the passage's tokens lie in a range of the article's text."""
        shift = self._title_end - self.hit.passage.start
        return covered(self.embedding, Span(span.start + shift, span.end + shift))

    def best(self, inside: Mask | None = None) -> Floats:
        """Each question token's best cosine there, float32 (tokens,); 0 where there is none."""
        cosines = self.cosines if inside is None else self.cosines[:, inside]
        if cosines.shape[1] == 0:
            return np.zeros(len(cosines), dtype=np.float32)
        return np.asarray(cosines.max(axis=1))

    def pooled(self, insides: Mask) -> Floats:
        """Cosine of the mean token states of the question and of some tokens of the passage.

        Args:
            insides: Which tokens, bool (stretches, tokens).

        Returns:
            float32 (stretches,); 0 where there are none.
        """
        asked = self.query.tokens.sum(axis=0, dtype=np.float32)
        told = insides.astype(np.float32) @ self.embedding.tokens.astype(np.float32)
        lengths = np.linalg.norm(told, axis=1) * np.linalg.norm(asked)
        return np.asarray(told @ asked / np.maximum(lengths, 1e-9), dtype=np.float32)

    def support(self, words: Words, span: Span) -> Floats:
        """How well each word is matched in a range of the article or in its title.

        Returns:
            float32 (words,): 1 where the word's term occurs, else the mean best cosine of its
            tokens.
        """
        title = self.embedding.offsets[:, 1] < self._title_end
        best = self.best(self.inside(span) | title)
        counts = np.maximum(words.token_rows.sum(axis=1), 1)
        # No matrix product: of so small ones BLAS now and then warns of invalid values for nothing.
        soft = np.where(words.token_rows, best, np.float32(0)).sum(axis=1) / counts
        present = self.title_terms | self.held(self.hit.article.text[span.start : span.end])
        exact = np.asarray([t in present for t in words.terms], dtype=bool)
        return np.where(exact, np.float32(1), soft).astype(np.float32)


def covered(embedding: Embedding, span: Span) -> Mask:
    """Which of a text's tokens lie within a range of that text, bool (tokens,)."""
    return (embedding.offsets[:, 0] >= span.start) & (embedding.offsets[:, 1] <= span.end)


def _cosines(query: Embedding, embedding: Embedding) -> Floats:
    if not len(query.tokens) or not len(embedding.tokens):
        return np.zeros((len(query.tokens), len(embedding.tokens)), dtype=np.float32)
    return similarities(query.tokens, embedding.tokens)
