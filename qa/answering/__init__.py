"""Answer a question from the passages found: quote the sentences that answer it, or decline."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from qa.answering import model
from qa.answering.features import SUPPORTED, candidates, question_features
from qa.answering.matching import Match, Words
from qa.answering.quotes import CLOSE, Quote, newest_first, select
from qa.answering.rereading import is_readable, read
from qa.answering.sayings import CERTAIN, said_first
from qa.answering.times import untold
from qa.protocols import Embedding, LexicalIndex
from qa.question.query import Question
from qa.records import Article, Hit, Span

if TYPE_CHECKING:
    from qa.answering.reader import Reader


@dataclass(frozen=True, slots=True)
class Finding:
    """What the passages say to a question.

    Attributes:
        quotes: The best quotes, best first, also where the answer is declined.
        confidence: Estimated probability that the archive holds the answer, 0 to 1.
        answered: Whether the confidence reaches the threshold.
        unknown: Words of the question that occur nowhere in the archive, as the user wrote them.
        near: The first passage found, which is shown first where the answer is declined; None
            where there is none.
        unspoken: Words of the question that neither that passage nor its title speaks of, though
            the archive does elsewhere; months and years first, then the rarest.
    """

    quotes: list[Quote]
    confidence: float
    answered: bool
    unknown: list[str]
    near: Hit | None = None
    unspoken: tuple[str, ...] = ()


def find_answer(
    question: Question,
    query: Embedding,
    hits: Sequence[Hit],
    embeddings: Mapping[int, Embedding],
    lexical: LexicalIndex,
    reader: Reader | None = None,
    *,
    recent: bool = False,
) -> Finding:
    """Choose the sentences to quote, and judge whether they answer.

    Args:
        question: The question, analysed.
        query: The question, embedded.
        hits: The passages found, best first.
        embeddings: Their embeddings by passage id.
        lexical: The archive's lexical index: it knows how rare a term is.
        reader: Reads their passages again; None does without.
        recent: Of sentences that say the same in other figures, quote the newest first.
    """
    weights = model.packaged()

    frequency = question.frequencies(lexical)

    def is_known(term: str) -> bool:
        return frequency(term) > 0

    unknown = _unknown_words(question, is_known)
    words = Words.of(question, query, question.rarity(lexical))
    found = candidates(question, query, hits, embeddings, words)
    if not found:
        return Finding(quotes=[], confidence=0.0, answered=False, unknown=unknown)
    scores = weights.sentence(np.stack([candidate.features for candidate in found]))
    nearest = found[0].match
    order = np.argsort(-scores, kind="stable")
    ranked, ranked_scores = [found[i] for i in order], scores[order]
    evidence = question_features(question, words, ranked, float(ranked_scores[0]), is_known)
    log_odds = float(weights.unread.log_odds(evidence[None, :])[0])
    # A question in words that occur nowhere is none that reading could make sense of.
    is_strange = len(unknown) == len({word.text for word in question.words})
    if is_strange or log_odds <= HOPELESS or not is_readable(ranked):
        reader = None
    if reader is not None:
        reading = read(question.text, ranked, ranked_scores, reader, weights.reading)
        ranked, ranked_scores = reading.ranked, reading.scores
        evidence = np.asarray([log_odds, *reading.evidence], dtype=np.float32)
        log_odds = float(weights.read.log_odds(evidence[None, :])[0])
    threshold = weights.verdict(reads=reader is not None).threshold
    # "Who is it?" asks nothing that a passage could answer, however near it may lie.
    confidence = 1 / (1 + math.exp(-max(-50.0, log_odds))) if question.terms else 0.0
    if confidence < threshold and (said := said_first(question, ranked)) is not None:
        confidence = CERTAIN
        ranked_scores[said] = ranked_scores.max() + np.float32(CLOSE)
    if recent:
        ranked_scores = newest_first(ranked, ranked_scores)
    return Finding(
        quotes=select(ranked, ranked_scores, names_in=partial(_names_in, question)),
        confidence=confidence,
        answered=confidence >= threshold,
        unknown=unknown,
        near=nearest.hit,
        unspoken=_unspoken(question, words, nearest),
    )


HOPELESS: Final = -4.5
"""Log odds by the linear models at which nothing is read: about one in a hundred. One of 2,600
answerable questions that the reader was not trained on is below; whatever it makes of such a
passage is chance ("Who wrote the novel Middlemarch?" of an archive without novels)."""

UNSPOKEN: Final = 2
"""Words named at most: a refusal is read at a glance."""


def _names_in(question: Question, article: Article) -> set[str]:
    """The question's names, no figures, that an article has anywhere."""
    names = {word.term for word in question.words if word.is_name and word.text[0].isalpha()}
    if not names:
        return set()
    return names & question.held(f"{article.title}\n{article.text}", article.language)


def _unspoken(question: Question, words: Words, match: Match) -> tuple[str, ...]:
    passage = match.hit.passage
    missing = untold(question.text, match.hit.article, passage.start, passage.end)
    support = match.support(words, Span(passage.start, passage.end))
    written = {word.term: word.text for word in reversed(question.words)}
    gaps = {
        name: float(rarity)
        for name, rarity, held in zip(words.terms, words.rarity, support, strict=True)
        if held < SUPPORTED
    }
    rarest = sorted(gaps, key=lambda name: (-gaps[name], name))
    return tuple(dict.fromkeys([*missing, *(written[name] for name in rarest)]))[:UNSPOKEN]


def _unknown_words(question: Question, is_known: Callable[[str], bool]) -> list[str]:
    return list(dict.fromkeys(w.text for w in question.words if not is_known(w.term)))
