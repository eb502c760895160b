"""Read the best sentences together with the question, and order them anew."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from qa.answering.features import Candidate
from qa.answering.model import Linear
from qa.languages import primary
from qa.protocols import Floats

if TYPE_CHECKING:
    from qa.answering.reader import Reader, Window

AT_ONCE: Final = 2
DEPTH: Final = 12
"""Sentences read: two at a time until one of them answers, at most twelve. Of six, one in ten
answers was not among them; twelve quote and refuse better (`docs/quality.md`)."""

SURELY: Final = 6
"""Where one of so many is in another language, none is read."""

READS: Final = "en"
"""The language that the reader was trained on."""


class Reading(NamedTuple):
    """The candidates after reading.

    Attributes:
        ranked: Best first.
        scores: Theirs, float32 (candidates,).
        evidence: Both judgements of the best, then the highest of each, float32 (4,): what reading
            says of the archive's holding an answer.
    """

    ranked: list[Candidate]
    scores: Floats
    evidence: Floats


def is_readable(ranked: Sequence[Candidate]) -> bool:
    """Whether none of the first sentences is known to be in another language than `READS`."""
    return all(_is_known_to_it(candidate) for candidate in ranked[:SURELY])


def _is_known_to_it(candidate: Candidate) -> bool:
    return primary(candidate.hit.article.language or READS) == READS


def read(
    question: str, ranked: Sequence[Candidate], scores: Floats, reader: Reader, weights: Linear
) -> Reading:
    """Read the best candidates with the question.

    Args:
        question: As asked.
        ranked: The candidates, best first; at least one.
        scores: Their scores without a reader, float32 (candidates,).
        reader: What reads.
        weights: What its judgements add to a score.
    """
    return reordered(ranked, scores, judge(question, ranked, reader), weights)


def judge(question: str, ranked: Sequence[Candidate], reader: Reader) -> Floats:
    """The reader's judgements of the candidates it reads, float32 (read, 2); at least of one.

    It reads no further than to the first that is in another language.
    """
    windows = [window(candidate) for candidate in takewhile(_is_known_to_it, ranked[:DEPTH])]
    judged: list[Floats] = []
    for start in range(0, len(windows), AT_ONCE):
        judged.append(reader.read(question, windows[start : start + AT_ONCE]))
        if judged[-1][:, 0].max() > 0:
            break
    return np.concatenate(judged)


def reordered(
    ranked: Sequence[Candidate], scores: Floats, judged: Floats, weights: Linear
) -> Reading:
    """The candidates by what was judged of the first of them, float32 (read, 2).

    Those not read get what the worst of those read does, so that reading moves no sentence behind
    one that was not read.
    """
    gains = weights(judged)
    added = np.full(len(ranked), gains.min(), dtype=np.float32)
    added[: len(gains)] = gains
    total = np.asarray(scores + added, dtype=np.float32)
    order = np.argsort(-total, kind="stable")
    evidence = np.concatenate([judged[order[0]], judged.max(axis=0)])
    return Reading([ranked[i] for i in order], total[order], evidence)


def window(candidate: Candidate) -> Window:
    """What is read of a candidate: the sentence, after the one before it in its passage."""
    from qa.answering.reader import Window

    article, sentences = candidate.hit.article, candidate.hit.passage.sentences
    start, end = candidate.sentence.start, candidate.sentence.end
    place = sentences.index(candidate.sentence)
    earlier = sentences[place - 1] if place else None
    before = article.text[earlier.start : earlier.end] if earlier else ""
    return Window(article.title, before, article.text[start:end])
