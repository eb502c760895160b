"""Read the passages of the best sentences with the question, and order the sentences anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from qa.answering.features import Candidate
from qa.answering.model import Linear
from qa.answering.times import untold
from qa.protocols import Floats
from qa.records import Span
from qa.text.languages import primary

if TYPE_CHECKING:
    from qa.answering.reader import Reader, Window

ROUNDS: Final = (1, 1, 2, 2)
"""Passages read at a time, until a sentence in one of them answers; after the first it has to do so
surely. Of SQuAD's answerable questions seven in ten need no more, which halves the median of the
time and costs a hundredth of the second and third quotes (`docs/quality.md`)."""

SURE: Final = 1.0
"""Log odds."""

BEFORE: Final = 160
"""Characters before a passage that are read with it; its first words may need them."""
LONGEST: Final = 700
"""Characters to the end of the sentence up to which a passage is read from its beginning: few texts
have more of them in `qa.answering.reader.TEXT_TOKENS`."""

UNREAD: Final = -5.0
"""What not being read adds to a score at the least. Where the worst of those read said it, the
second and third quotes came from the first passage: one of three held the answer for .887 on news
instead of .914, on the Lee corpus for .916 instead of .931; flat from -6 to -2."""

BEHIND: Final = 1e-3
"""How far behind the best of those read the others stay."""

NO_WORDS: Final = -20.0
"""Both judgements of a sentence without a token."""

SURELY: Final = 6
"""Where one of so many is in another language, none is read."""

READS: Final = "en"
"""The language that the reader was trained on."""


class Reading(NamedTuple):
    """The candidates after reading.

    Attributes:
        ranked: Best first.
        scores: Theirs, float32 (candidates,).
        evidence: Both judgements of the best, then the highest of each, and whether its passage
            does not speak of the time asked about; float32 (5,): what reading says of the archive's
            holding an answer.
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
    return reordered(question, ranked, scores, judge(question, ranked, reader), weights)


def judge(question: str, ranked: Sequence[Candidate], reader: Reader) -> Floats:
    """The reader's judgements of the candidates, float32 (candidates, 2); NaN of those not read.

    Passages are read in the order of their best sentences, whole, and no further than to the first
    candidate that is in another language.
    """
    best = iter(firsts(takewhile(_is_known_to_it, ranked)))
    judged: dict[tuple[int, int], Floats] = {}
    highest, enough = -np.inf, SURE
    for some in filter(None, (list(islice(best, count)) for count in ROUNDS)):
        windows, sentences = [window(c) for c in some], [sentences_read(c) for c in some]
        found = reader.read(question, windows)
        for candidate, own, said in zip(some, sentences, found, strict=True):
            passage = candidate.hit.passage.id
            judged.update(((passage, s.start), row) for s, row in zip(own, said, strict=True))
        highest = max(highest, *(np.fmax.reduce(said[:, 0], initial=-np.inf) for said in found))
        if highest > enough:
            break
        enough = 0.0
    nothing = np.full(2, np.nan, dtype=np.float32)
    said = np.stack([judged.get((c.hit.passage.id, c.sentence.start), nothing) for c in ranked])
    if np.isnan(said[0, 0]):  # all of it signs that the model knows nothing of
        said[0] = NO_WORDS
    return said


def firsts(ranked: Iterable[Candidate]) -> list[Candidate]:
    """The first candidate of each passage."""
    found: dict[int, Candidate] = {}
    for candidate in ranked:
        found.setdefault(candidate.hit.passage.id, candidate)
    return list(found.values())


def reordered(
    question: str,
    ranked: Sequence[Candidate],
    scores: Floats,
    judged: Floats,
    weights: Linear,
) -> Reading:
    """The candidates by what was judged of them, float32 (candidates, 2); NaN of those not read.

    Those not read lose about as much as most do that are, and none of them comes first.
    """
    was_read = read_of(judged)
    gains = weights(judged[was_read])
    added = np.full(len(ranked), max(UNREAD, gains.min()), dtype=np.float32)
    added[was_read] = gains
    total = np.asarray(scores + added, dtype=np.float32)
    total[~was_read] = np.minimum(total[~was_read], total[was_read].max() - BEHIND)
    order = np.argsort(-total, kind="stable")
    best = ranked[order[0]].hit
    start, end = max(0, best.passage.start - BEFORE), best.passage.end
    elsewhen = float(bool(untold(question, best.article, start, end)))
    evidence = np.asarray([*judged[order[0]], *judged[was_read].max(axis=0), elsewhen], np.float32)
    return Reading([ranked[i] for i in order], total[order], evidence)


def read_of(judged: Floats) -> npt.NDArray[np.bool_]:
    """Which candidates were read, of their judgements."""
    return np.asarray(~np.isnan(judged[:, 0]))


def window(candidate: Candidate) -> Window:
    """What is read of a candidate: its passage, after what stands before that."""
    from qa.answering.reader import Window

    article, sentences = candidate.hit.article, sentences_read(candidate)
    start, end = sentences[0].start, sentences[-1].end
    before = article.text[max(0, start - BEFORE) : start]
    places = [(s.start - start, s.end - start) for s in sentences]
    return Window(article.title, before, article.text[start:end], places)


def sentences_read(candidate: Candidate) -> Sequence[Span]:
    """What is read with a candidate: its passage's sentences, of a long one from it on."""
    passage = candidate.hit.passage
    if candidate.sentence.end - passage.start <= LONGEST:
        return passage.sentences
    return passage.sentences[passage.sentences.index(candidate.sentence) :]
