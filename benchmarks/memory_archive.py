"""A small archive in memory, cut, indexed and ranked by the product's own code: for fitting."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence

import numpy as np

from qa.answering.features import Candidate, candidates
from qa.answering.matching import Words
from qa.citations import cite
from qa.dense.index import SegmentedVectors
from qa.lexical.inverted import InvertedIndex
from qa.passages import cut, indexed_text
from qa.protocols import Embedder, Embedding, Floats, Ids
from qa.question.query import Question
from qa.records import Article, Hit, Passage
from qa.search.ranking import rank
from qa.search.rescoring import Laid, late_interaction
from qa.segments import Segment
from qa.segments.segment import Indexed
from qa.settings import Settings
from qa.text import analysis

DEFAULT = Settings()


class EmbeddingCache:
    """Embeds each text once."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Embedding] = {}

    def add(self, texts: Iterable[str]) -> None:
        """Embed the texts that are new."""
        new = sorted(set(texts) - self._known.keys())
        self._known.update(zip(new, self._embedder.embed_passages(new), strict=True))

    def __getitem__(self, text: str) -> Embedding:
        return self._known[text]


class MemoryArchive:
    """Articles that can be searched, without a disk.

    Args:
        articles: What to index.
        cache: Must hold `indexed_texts(articles, settings)`.
        settings: How to cut and fuse.
    """

    def __init__(
        self, articles: Iterable[Article], cache: EmbeddingCache, settings: Settings = DEFAULT
    ) -> None:
        self._settings = settings
        self._found: dict[int, tuple[Passage, Article]] = {}
        self._embeddings: dict[int, Embedding] = {}
        rows: list[Indexed] = []
        for article in articles:
            for ordinal, part in enumerate(
                cut(article.text, settings.passage_size, article.language)
            ):
                number = len(self._found) + 1
                text = article.text[part.start : part.end]
                passage = Passage(
                    number, article.id, ordinal, part.start, part.end, text, part.sentences
                )
                indexed = indexed_text(article.title, text)
                self._found[number] = passage, article
                self._embeddings[number] = cache[indexed]
                rows.append(Indexed(number, analysis.terms(indexed, article.language)))
        vectors = np.stack([self._embeddings[row.id].vector for row in rows])
        segment = Segment.build("memory", rows, vectors)
        self.lexical = InvertedIndex([segment])
        self.dense = SegmentedVectors([segment])

    def idf(self, term: str) -> float:
        """As the product computes it."""
        return analysis.idf(len(self.lexical), self.lexical.document_frequency(term))

    def is_known(self, term: str) -> bool:
        """Whether the term occurs at all."""
        return self.lexical.document_frequency(term) > 0

    def hits(self, question: Question, query: Embedding, k: int) -> list[Hit]:
        """The k best passages."""
        weights = self.words(question, query).token_weights

        def late(rows: Ids) -> Floats:
            laid = []
            for number in (rows + 1).tolist():
                passage, article = self._found[number]
                laid.append(Laid.of(self._embeddings[number], passage, article.title))
            return late_interaction(query, weights, laid)

        ranked = rank(
            question.terms,
            query.vector,
            self.lexical,
            self.dense,
            self._settings,
            k,
            late=late,
        )
        hits = []
        for number, found in enumerate(ranked, 1):
            passage, article = self._found[found.row + 1]
            citation = cite(number, article, passage.start, passage.end)
            arms = found.lexical, found.dense
            hits.append(
                Hit(passage, article, found.score, number, *arms, citation,
                    arms_score=found.arms_score)
            )  # fmt: skip
        return hits

    def words(self, question: Question, query: Embedding) -> Words:
        """The question's content words, weighed by this archive."""
        return Words.of(question, query, self.idf)

    def candidates(
        self, question: Question, query: Embedding, words: Words, k: int
    ) -> list[Candidate]:
        """The sentences of the k best passages, with their features."""
        hits = self.hits(question, query, k)
        return candidates(question, query, hits, self._embeddings, words)


def indexed_texts(articles: Iterable[Article], settings: Settings = DEFAULT) -> list[str]:
    """Every text that an index of these articles embeds."""
    return [
        indexed_text(article.title, article.text[part.start : part.end])
        for article in articles
        for part in cut(article.text, settings.passage_size, article.language)
    ]


def normalise(text: str) -> str:
    """As SQuAD's evaluation does: no case, punctuation, articles, extra spaces."""
    bare = "".join(c for c in text.lower() if c not in string.punctuation + "“”‘’—–")
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", bare).split())


def holds(text: str, answers: Sequence[str]) -> bool:
    """Whether a text contains one of the answers, both normalised."""
    normal = normalise(text)
    return any(answer and answer in normal for answer in map(normalise, answers))
