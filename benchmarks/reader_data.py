"""What the reader is trained on, and what is kept from it.

Never trained on: every third of SQuAD's titles that have questions, news archives and archives of
the Lee corpus and of our own writing by number, the seed page and the sample corpus.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from benchmarks.exchanging import exchanged
from benchmarks.lee_corpus import archives, lee
from benchmarks.memory_archive import DEFAULT, EmbeddingCache, MemoryArchive, holds
from benchmarks.question_sets import Asked, Squad, ask, load, news
from benchmarks.written_archives import written
from qa.answering import model
from qa.answering.features import Candidate
from qa.answering.reader import Window
from qa.answering.rereading import firsts, sentences_read, window
from qa.records import Span

PASSAGES: Final = 5
"""Best passages by the linear model's best sentence in each; those that are read are drawn from
them."""

SENTENCES: Final = 40
"""A sentence that answers is looked for among so many, the best by the linear model."""

FALLING: Final = 0.6
"""Each further passage is drawn this many times less often: the best mislead most."""

SQUAD_HELD_OUT: Final = slice(2, None, 3)
"""Of the titles that have questions, in order."""

NEWS: Final = tuple(f"news_{letter}.jsonl" for letter in "abdefg")

NEWS_HELD_OUT: Final = frozenset((2, 5, 8, 11, *range(12, 20)))
"""Archives whose questions are never trained on.

The articles of the first four stand in later archives too, which are trained on with other
questions; only those from 12 on, of `news_c.jsonl`, are wholly unseen.
"""

LEE_HELD_OUT: Final = frozenset(range(0, len(archives()), 3))

WRITTEN_HELD_OUT: Final = frozenset(first + n for first in range(157, 193, 9) for n in (3, 7))
"""Two of each of the last four writers' nine archives."""

EXCHANGED: Final = 0.3
"""Of this share of the answerable questions another is asked, where they name something."""
NEARBY: Final = 40

JUDGED: Final = {"answerable": 400, "near-miss": 300}
"""Questions on SQuAD's held-out titles that the reader is judged by."""


class Drawing(NamedTuple):
    """How questions of one kind take part in a pass.

    Attributes:
        share: How many of them.
        among: Passages that do not answer are drawn from this many, the best by the linear model.
        wrong: How many are drawn.
    """

    share: float
    among: int
    wrong: int


SQUAD: Final = {
    "answerable": Drawing(0.5, 4, 1),
    "near-miss": Drawing(0.25, 2, 1),
    "left-out": Drawing(0.25, 3, 1),
}
"""SQuAD's questions borrow the words of what they ask about; they count for less than our own."""

OWN: Final = {
    "answerable": Drawing(1, 4, 1),
    "near-miss": Drawing(1, 4, 2),
    "same-subject": Drawing(1, 4, 1),
    "off-topic": Drawing(1, 4, 1),
    "left-out": Drawing(0.5, 4, 1),
}

WRITTEN: Final = {
    kind: drawing._replace(share=0.6 * drawing.share) for kind, drawing in OWN.items()
}
"""Invented articles count for less than real ones."""


class Labelled(NamedTuple):
    """A passage, and what is known of its sentences.

    Attributes:
        window: What is read.
        right: Whether each sentence answers; None where it holds the answer's words, and may.
    """

    window: Window
    right: tuple[bool | None, ...]


class Pool(NamedTuple):
    """A question with the passages that may be read with it.

    Attributes:
        question: As asked.
        answers: Acceptable answers; empty where no sentence is right.
        right: The passage with the best sentence that answers.
        wrong: Best ones besides, best first.
        drawing: How they are drawn.
    """

    question: str
    answers: list[str]
    right: Labelled | None
    wrong: list[Labelled]
    drawing: Drawing


class Example(NamedTuple):
    """Passages to be read with one question.

    Attributes:
        question: As asked.
        answers: Acceptable answers; empty where none is right.
        passages: At least one.
    """

    question: str
    answers: list[str]
    passages: list[Labelled]


class WholeSquad(Squad):
    """SQuAD's questions, and our own on its paragraphs, to one archive of all paragraphs."""

    @cached_property
    def titles_asked(self) -> list[int]:
        """Numbers of the titles that have questions."""
        return sorted({self._title_of(query) for query in self._queries})

    @property
    def held_out(self) -> list[int]:
        """Numbers of the titles that are never trained on."""
        return self.titles_asked[SQUAD_HELD_OUT]

    def asked(self, titles: Collection[int], kind: str, count: int | None = None) -> list[Asked]:
        """Questions on some titles, at most `count`, "answerable" or "near-miss"."""
        impossible = kind == "near-miss"
        wanted = [
            query
            for query in self._queries
            if query["metadata"]["is_impossible"] is impossible and self._title_of(query) in titles
        ]
        found = []
        for query in wanted[:count]:
            asked = self._ask(self._all, query, kind, self._title_of(query))
            asked.source = query["metadata"]["paragraph_id"]
            found.append(asked)
        return found

    def own(self, leaving_out: Collection[int]) -> list[Asked]:
        """Our own questions, but those on some titles."""
        rows = load("squad_own.jsonl")
        self._cache.add(row["question"] for row in rows)
        found = []
        for row in rows:
            source = row["article"]
            title = self._titles.index(self._articles[source].title)
            if title not in leaving_out:
                kind = row.get("kind", "answerable")
                to = (self._all, self._cache, row["question"], row["answers"])
                found.append(ask(*to, kind, title, source))
        return found

    @cached_property
    def _all(self) -> MemoryArchive:
        return MemoryArchive(self._articles.values(), self._cache, self._settings)


def to_train_on(cache: EmbeddingCache, lee_folder: Path | None) -> Iterator[Pool]:
    """All that the reader is trained on.

    Args:
        cache: Where embeddings are kept.
        lee_folder: With the Lee corpus's files; None leaves it out.

    Raises:
        OSError: A file of the Lee corpus cannot be read.
    """
    if lee_folder is not None:
        yield from _pools(lee(cache, lee_folder, leaving_out=LEE_HELD_OUT), OWN)
    squad = WholeSquad(cache, DEFAULT)
    titles = set(squad.titles_asked) - set(squad.held_out)
    for kind in ("answerable", "near-miss"):
        yield from _pools(squad.asked(titles, kind), SQUAD)
    yield from _pools(squad.own(leaving_out=squad.held_out), OWN)
    yield from _pools(news(cache, *NEWS, leaving_out=NEWS_HELD_OUT), OWN)
    yield from _pools(written(cache, leaving_out=WRITTEN_HELD_OUT), WRITTEN)


def held_out_sets(cache: EmbeddingCache) -> tuple[list[Asked], list[Asked]]:
    """Questions on SQuAD's held-out titles, and on news archives that are wholly unseen.

    SQuAD's answerable ones are there a second time, without the paragraph that they are asked of.
    """
    squad = WholeSquad(cache, DEFAULT)
    asked = [a for kind, n in JUDGED.items() for a in squad.asked(squad.held_out, kind, n)]
    return [*asked, *_left_out(asked)], news(cache, "news_c.jsonl")


def _left_out(asked: Iterable[Asked]) -> Iterator[Asked]:
    without = (each.without_source() for each in asked if each.answers)
    return (each for each in without if each.found)


def _pools(asked: list[Asked], drawings: dict[str, Drawing]) -> Iterator[Pool]:
    for each in asked:
        yield from _pool(each, drawings)
        if each.answers and each.source is not None:
            for without in _left_out([each]):
                yield from _pool(without, drawings)


def _pool(asked: Asked, drawings: dict[str, Drawing]) -> Iterator[Pool]:
    """One, or none where no sentence that answers is among the best."""
    if not asked.found:
        return
    scores = model.packaged().sentence(asked.features.astype(np.float32))
    ranked = [asked.found[place] for place in np.argsort(-scores, kind="stable").tolist()]
    right = next((c for c in ranked[:SENTENCES] if asked.answers and _answers(asked, c)), None)
    if right is None and asked.answers:
        return
    best = firsts(ranked)[:PASSAGES]
    passages = [_labelled(asked, c, right) for c in best if not _in_one(c, right)]
    answering = None if right is None else _labelled(asked, right, right)
    drawing = drawings[asked.kind]
    if answering or passages:
        yield Pool(asked.question.text, asked.answers, answering, passages, drawing)


def _answers(asked: Asked, candidate: Candidate) -> bool:
    return asked.is_source(candidate) and holds(_text(candidate, candidate.sentence), asked.answers)


def _in_one(candidate: Candidate, other: Candidate | None) -> bool:
    return other is not None and candidate.hit.passage.id == other.hit.passage.id


def _labelled(asked: Asked, candidate: Candidate, right: Candidate | None) -> Labelled:
    """A candidate's passage: one sentence is right, others that hold an answer may be."""
    answering = right.sentence if right is not None and _in_one(candidate, right) else None
    wanted = asked.answers or asked.withheld
    labels = []
    for sentence in sentences_read(candidate):
        may = holds(_text(candidate, sentence), wanted)
        labels.append(True if sentence == answering else None if may else False)
    return Labelled(window(candidate), tuple(labels))


def _text(candidate: Candidate, sentence: Span) -> str:
    return candidate.hit.article.text[sentence.start : sentence.end]


def draw(pools: Sequence[Pool], random_: random.Random) -> Iterator[Example]:
    """One pass: a passage that answers with others, or others alone; some asked of another.

    A question that is asked of another person, place, figure or time than its answer is about is
    answered by it no longer. The other one comes from a question nearby, on the same archive.
    """
    for place, pool in enumerate(pools):
        right = [] if pool.right is None else [pool.right]
        if random_.random() < pool.drawing.share:
            drawn = _pick(pool.wrong[: pool.drawing.among], pool.drawing.wrong, random_)
            yield Example(pool.question, pool.answers, [*right, *drawn])
        if right and random_.random() < EXCHANGED * pool.drawing.share:
            near = [other.question for other in pools[max(place - NEARBY, 0) : place + NEARBY]]
            question = exchanged(pool.question, right[0].window, near, random_)
            if question is not None:
                nothing = tuple(False for _ in right[0].right)
                yield Example(question, [], [right[0]._replace(right=nothing)])


def _pick(passages: list[Labelled], count: int, random_: random.Random) -> list[Labelled]:
    left = list(passages)
    weights = [FALLING**place for place in range(len(left))]
    picked: list[Labelled] = []
    while left and len(picked) < count:
        place = random_.choices(range(len(left)), weights)[0]
        picked.append(left.pop(place))
        weights.pop(place)
    return picked
