"""Rescore the first passages found by late interaction: a third signal beside words and vectors.

Each token of the question is matched with the most similar token of a passage ("MaxSim": Khattab,
Zaharia, "ColBERT", SIGIR 2020). The token states are stored with the passage
(`qa.embedding.tokens`), so this costs reading them and one matrix product. A passage's score is the
mean of three such matches, which together did better than each alone, on every set measured
(`docs/quality.md`):

- all of the question's tokens, anywhere in the passage or its article's title;
- its content words, weighed by their rarity, in the passage;
- the same within one sentence, the best.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from qa.answering.matching import Words
from qa.embedding.tokens import similarities
from qa.passages import indexed_text
from qa.protocols import Embedding, Floats, Ids, Reranker
from qa.question.query import Question
from qa.records import Passage
from qa.settings import Settings
from qa.storage.searchable import Searchable
from qa.storage.store import Store


class Laid(NamedTuple):
    """A passage as it was embedded.

    Attributes:
        embedding: Of its `indexed_text`.
        starts: The first character of each of its sentences in that text, ascending.
    """

    embedding: Embedding
    starts: Sequence[int]

    @classmethod
    def of(cls, embedding: Embedding, passage: Passage, title: str) -> Laid:
        """From the records."""
        shift = len(indexed_text(title, "")) - passage.start
        return cls(embedding, [sentence.start + shift for sentence in passage.sentences])


def late_interaction(query: Embedding, token_weights: Floats, passages: Sequence[Laid]) -> Floats:
    """How closely a question is matched in each passage.

    Args:
        query: The question, embedded.
        token_weights: What each of its tokens counts, float32 (tokens,), see
            `qa.answering.matching.Words`.
        passages: Which passages.

    Returns:
        float32 (len(passages),), cosines; 0 for a passage of which the model read no token, its
        title being too long.
    """
    found = np.zeros(len(passages), dtype=np.float32)
    firsts: list[int] = []  # of each run of tokens: a title or a sentence
    is_title: list[bool] = []
    groups: list[int] = []  # the first run of each passage
    filled: list[int] = []
    total = 0
    for place, (embedding, starts) in enumerate(passages):
        cuts = np.searchsorted(embedding.offsets[:, 0], starts).tolist()
        ends = [*cuts, len(embedding.tokens)]
        runs = [(a, b) for a, b in zip([0, *cuts], ends, strict=True)]
        own = [(a, a < ends[0]) for a, b in runs if a < b]
        if all(title for _, title in own):
            continue
        filled.append(place)
        groups.append(len(firsts))
        firsts += [total + first for first, _ in own]
        is_title += [title for _, title in own]
        total += len(embedding.tokens)
    if not filled or not len(query.tokens):
        return found
    # One product for all passages: one for each would cost more than its arithmetic.
    tokens = np.concatenate([passages[place].embedding.tokens for place in filled])
    by_run = np.maximum.reduceat(similarities(query.tokens, tokens), firsts, axis=1)
    anywhere = np.maximum.reduceat(by_run, groups, axis=1).mean(axis=0)
    by_run[:, is_title] = -1.0
    in_passage = token_weights @ np.maximum.reduceat(by_run, groups, axis=1)
    in_sentence = np.maximum.reduceat(token_weights @ by_run, groups)
    found[filled] = (anywhere + in_passage + in_sentence) / 3
    return found


class Rescoring(ABC):
    """Scores passages of a generation for one question, each once however often it is asked.

    Args:
        generation: What is searched.
    """

    def __init__(self, generation: Searchable) -> None:
        self._generation = generation
        self._known: dict[int, float] = {}
        self.read: dict[int, Embedding] = {}
        """The embeddings read so far, by passage id: an answer needs them again."""

    def scores(self, rows: Ids) -> Floats:
        """Of each row, float32 (len(rows),); higher is better."""
        ids = self._generation.ids[rows].tolist()
        new = [number for number in ids if number not in self._known]
        if new:
            self._known.update(zip(new, self._score(new).tolist(), strict=True))
        return np.asarray([self._known[number] for number in ids], dtype=np.float32)

    @abstractmethod
    def _score(self, ids: list[int]) -> Floats:
        """Of passages that were not scored yet."""


class LateInteraction(Rescoring):
    """By late interaction.

    Args:
        generation: What is searched.
        store: Its passages and embeddings.
        question: The question, analysed.
        query: The question, embedded.
    """

    def __init__(
        self, generation: Searchable, store: Store, question: Question, query: Embedding
    ) -> None:
        super().__init__(generation)
        self._store = store
        self._question = question
        self._query = query

    def _score(self, ids: list[int]) -> Floats:
        self.read |= self._store.embeddings(ids)
        passages = self._store.passages(ids, self._generation.manifest.generation)
        laid = [
            Laid.of(self.read[found], passages[found][0], passages[found][1].title) for found in ids
        ]
        rarity = self._question.rarity(self._generation.lexical)
        weights = Words.of(self._question, self._query, rarity).token_weights
        return late_interaction(self._query, weights, laid)


RERANKER_WEIGHT: Final = 0.9
"""Share of a cross-encoder in the score of the first passages: it has read both texts together, and
decides. The rest keeps passages that it scores alike in the order they were found in."""


def weighted(settings: Settings) -> Settings:
    """Settings with the weight of what scores the first finds: that of a reranker is fixed."""
    return replace(settings, late_weight=RERANKER_WEIGHT) if settings.reranker else settings


class CrossEncoding(Rescoring):
    """By a cross-encoder, which reads each passage.

    Args:
        generation: What is searched.
        store: Its texts.
        question: As it is searched for.
        reranker: The model.
    """

    def __init__(
        self, generation: Searchable, store: Store, question: str, reranker: Reranker
    ) -> None:
        super().__init__(generation)
        self._store = store
        self._question = question
        self._reranker = reranker

    def _score(self, ids: list[int]) -> Floats:
        texts = self._store.texts(ids, titled=True)
        return self._reranker.scores(self._question, [texts[passage] for passage in ids])
