"""What speaks for a sentence as the answer, and for the archive as holding one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from qa.answering.matching import Match, Words
from qa.protocols import Embedding, Floats
from qa.question.query import Question
from qa.records import Hit, Span

SENTENCE_FEATURES: Final = (
    "maxsim",  # mean over the question's tokens of the best cosine in the sentence
    "maxsim_content",  # the same, weighted by rarity: stop words count nothing
    "maxsim_context",  # mean best cosine anywhere in the passage or title
    "pooled",  # cosine of the mean token states of question and sentence
    "coverage",  # share of the question's terms in the sentence, weighted by rarity
    "coverage_before",  # the same with the sentence before and the title
    "coverage_after",  # the same with the sentence after
    "coverage_passage",  # the same over the whole passage and title
    "passage_score",  # the passage's fused score, without late interaction
    "passage_cosine",  # the passage's cosine with the question
    "answer_type",  # offers something of the type asked for
    "log_words",  # longer sentences match by chance
)

QUESTION_FEATURES: Final = (
    "score",  # of the best sentence, by the sentence weights
    "maxsim",  # of the best sentence, as are the next three
    "maxsim_content",
    "answer_type",
    "log_words",
    "names_covered",  # share of the question's names and figures in the best passage and title
    "name_anywhere",  # worst support of a name over the first passages found
    "worst_gap",  # largest rarity left unsupported near the best sentence
    "total_gap",  # sum of rarity left unsupported there
    "question_words",  # distinct; long questions match badly even where they are answered
    "others",  # content words that are no names: what is asked about the names
    "others_best",  # support of the best supported of them near the best sentence
    "others_supported",  # how many of them are supported there
    "others_occurring",  # how many occur there
    "others_unknown",  # how many occur nowhere in the archive
    "asks_date",
    "asks_name",
    "asks_number",
)

READ_FEATURES: Final = (
    "answers",  # the reader's log odds that the sentence answers
    "span",  # its best span's score above that of no span
)

READ_EVIDENCE: Final = (
    "log_odds",  # that the archive answers, without reading
    "answers_best",  # the first of these, of the best sentence
    "span_best",
    "answers_most",  # the highest of the sentences read
    "span_most",
    "untold_time",  # the best sentence's passage does not speak of the time asked about
)

NAMES_LOOKED_FOR_IN: Final = 6
"""Passages in which `name_anywhere` looks."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer.

    Attributes:
        match: The question laid over its passage.
        sentence: Its range in the article's text.
        features: float32 (len(SENTENCE_FEATURES),).
    """

    match: Match
    sentence: Span
    features: Floats

    @property
    def hit(self) -> Hit:
        """The passage it stands in."""
        return self.match.hit


def candidates(
    question: Question,
    query: Embedding,
    hits: Sequence[Hit],
    embeddings: Mapping[int, Embedding],
    words: Words,
) -> list[Candidate]:
    """Every sentence of the passages found, with its features.

    Args:
        question: The question, analysed.
        query: The question, embedded.
        hits: Passages found, best first.
        embeddings: Their embeddings by passage id, made from `indexed_text`.
        words: The question's content words.
    """
    found: list[Candidate] = []
    for hit in hits:
        match = Match(question, query, hit, embeddings[hit.passage.id])
        found.extend(_of_passage(question, words, match))
    return found


def _of_passage(question: Question, words: Words, match: Match) -> list[Candidate]:
    hit, passage = match.hit, match.hit.passage
    if not passage.sentences:
        return []
    texts = [hit.article.text[s.start : s.end] for s in passage.sentences]
    own = [match.held(text) for text in texts]
    title = match.title_terms
    before = [h | earlier | title for h, earlier in zip(own, [set(), *own[:-1]], strict=True)]
    after = [h | later for h, later in zip(own, [*own[1:], set()], strict=True)]
    insides = np.stack([match.inside(sentence) for sentence in passage.sentences])
    best = np.stack([match.best(inside) for inside in insides])
    of_passage = (
        *words.coverage([title.union(*own)]),
        hit.score if hit.arms_score is None else hit.arms_score,
        float(match.query.vector @ match.embedding.vector),
    )
    columns = (
        _means(best),
        best @ words.token_weights,
        _means(match.best()[None, :])[0],
        match.pooled(insides),
        words.coverage(own),
        words.coverage(before),
        words.coverage(after),
        *of_passage,
        [question.answer_type_in(text, hit.article.language) for text in texts],
        [math.log1p(len(text.split())) for text in texts],
    )
    features = np.zeros((len(texts), len(SENTENCE_FEATURES)), dtype=np.float32)
    for place, values in enumerate(columns):
        features[:, place] = values
    return list(map(partial(Candidate, match), passage.sentences, features))


def question_features(
    question: Question,
    words: Words,
    ranked: Sequence[Candidate],
    score: float,
    is_known: Callable[[str], bool],
) -> Floats:
    """What speaks for the archive holding the answer.

    Args:
        question: The question, analysed.
        words: Its content words.
        ranked: The candidates, best first; at least one.
        score: The best one's score.
        is_known: Whether a term occurs in the archive.

    Returns:
        float32 (len(QUESTION_FEATURES),).
    """
    best = ranked[0]
    value = dict(zip(SENTENCE_FEATURES, best.features.tolist(), strict=True))
    near = best.match.support(words, _with_neighbours(best))
    gaps = (1 - near) * words.rarity
    others = near[~words.is_name]
    unknown = (
        not is_known(t) for t, named in zip(words.terms, words.is_name, strict=True) if not named
    )
    return np.asarray(
        (
            score,
            value["maxsim"],
            value["maxsim_content"],
            value["answer_type"],
            value["log_words"],
            _names_covered(question, best.match),
            float(_support_anywhere(words, ranked)[words.is_name].min(initial=1.0)),
            gaps.max(initial=0.0),
            gaps.sum(),
            len(set(question.text.lower().split())),
            len(others),
            others.max(initial=0.0),
            (others > SUPPORTED).sum(),
            (others >= 1).sum(),
            sum(unknown),
            question.answer_type == "date",
            question.answer_type == "name",
            question.answer_type == "number",
        ),
        dtype=np.float32,
    )


SUPPORTED: Final = 0.5
"""A word matched by a cosine below this is hardly matched: between unrelated words of running text
the packaged model's token states lie around .3."""


def _means(rows: Floats) -> Floats:
    """Of each row; 0 where rows are empty."""
    return np.asarray(rows.sum(axis=1) / np.float32(max(rows.shape[1], 1)))


def _with_neighbours(candidate: Candidate) -> Span:
    sentences = candidate.hit.passage.sentences
    place = sentences.index(candidate.sentence)
    last = sentences[min(place + 1, len(sentences) - 1)]
    return Span(sentences[max(place - 1, 0)].start, last.end)


def _names_covered(question: Question, match: Match) -> float:
    if not question.names:
        return 1.0
    present = match.title_terms | match.held(match.hit.passage.text)
    return len(question.names & present) / len(question.names)


def _support_anywhere(words: Words, ranked: Sequence[Candidate]) -> Floats:
    matches = {c.hit.rank: c.match for c in ranked}
    first = [matches[rank] for rank in sorted(matches)[:NAMES_LOOKED_FOR_IN]]
    supports = [m.support(words, Span(m.hit.passage.start, m.hit.passage.end)) for m in first]
    return np.asarray(np.max(supports, axis=0))
