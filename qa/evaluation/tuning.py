"""Pick fusion weights and the refusal threshold for an archive, by cross-validation.

Weights are those of the best nDCG@10, the threshold that of the best balanced accuracy. What is
reported of a choice is measured on questions that took no part in it; whether it beats what is set
now, by a paired randomisation test over the questions.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final, TypeVar, cast

import numpy as np

from qa.answering import model
from qa.archive import ANSWER_DEPTH, Archive
from qa.errors import InputError
from qa.evaluation.dataset import SEED, Dataset, Query
from qa.evaluation.indexing import Indexed
from qa.evaluation.measures import MEASURES, per_query
from qa.evaluation.searching import day_of, in_steps
from qa.evaluation.statistics import Values, intervals, paired_p_values
from qa.protocols import Embedder, Ids, LexicalIndex, OnProgress, VectorIndex
from qa.request import make_request
from qa.search.narrowing import narrowed, recency
from qa.search.ranking import rank
from qa.search.rescoring import weighted
from qa.search.retrieval import Retrieval
from qa.settings import Settings
from qa.text.typography import counted

FOLDS: Final = 5
DENSE_WEIGHTS: Final = (0.3, 0.4, 0.5, 0.6, 0.7)
LATE_WEIGHTS: Final = (0.0, 0.2, 0.35, 0.45, 0.6)
WEIGHTS: Final = ("dense_weight", "late_weight")
"""With a reranker only the first: what it counts is fixed, see `qa.search.rescoring`."""

THRESHOLDS: Final = tuple(round(0.02 * step, 2) for step in range(1, 50))
LEVEL: Final = 0.05
"""A difference with a smaller p-value is called significant."""

T = TypeVar("T")
Choice = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Tuned:
    """One choice and what it is worth.

    Attributes:
        measure: "ndcg@10" or "balanced_accuracy".
        questions: How many.
        current: What is set now.
        chosen: What is best on all questions.
        before: The measure as set now.
        after: The measure of choices made on the other folds' questions.
        interval: 95 % confidence interval of the difference.
        p: That a difference as large is chance.
    """

    measure: str
    questions: int
    current: Choice
    chosen: Choice
    before: float
    after: float
    interval: tuple[float, float]
    p: float

    @property
    def significant(self) -> bool:
        """Whether the choice is better than what is set, and not by chance."""
        return self.after > self.before and self.p < LEVEL

    def as_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "measure": self.measure,
            "questions": self.questions,
            "current": dict(self.current),
            "chosen": dict(self.chosen),
            "before": round(self.before, 5),
            "after": round(self.after, 5),
            "interval": [round(end, 5) for end in self.interval],
            "p": round(self.p, 5),
            "significant": self.significant,
        }


def tune(
    dataset: Dataset,
    indexed: Indexed,
    settings: Settings,
    embedder: Embedder,
    *,
    folds: int = FOLDS,
    on_progress: OnProgress = lambda _: None,
) -> list[Tuned]:
    """Choose weights and, where there are questions to refuse, the threshold.

    Args:
        dataset: Its questions.
        indexed: What they are put to.
        settings: What is set now.
        embedder: The model of `settings.model`.
        folds: Into how many parts the questions are divided.
        on_progress: Called with the stage and how far it is.

    Raises:
        InputError: There are fewer questions than folds, or the fusion has no weights.
    """
    if settings.fusion != "convex":
        raise InputError(f'qa tune picks weights of fusion = "convex", not of {settings.fusion!r}')
    if folds < 2 or len(dataset.queries) < folds:
        raise InputError(
            f"{counted(len(dataset.queries), 'question')} cannot be divided into "
            f"{counted(folds, 'fold')}; give another --folds of at least 2, or more questions "
            "(of an index: qa judge)"
        )
    archive = Archive(indexed.index, settings)
    archive.retriever.embedder = embedder
    grid = _grid(settings)
    rankings: dict[Settings, dict[str, list[str]]] = {point: {} for point in grid}
    confidences: list[float] = []
    for _, query in in_steps(dataset.queries, "search", on_progress):
        found = _find(archive, query)
        finding = archive.find(found)
        confidences.append(finding.confidence if finding else 0.0)
        asked = _Remembered(archive, found)
        for point in grid:
            rankings[point][query.id] = asked.documents(point, indexed)
    place = list(MEASURES).index("ndcg@10")
    values = np.stack([per_query(dataset.relevant, rankings[point])[:, place] for point in grid])
    names = WEIGHTS[:1] if settings.reranker else WEIGHTS
    weights = [{name: getattr(point, name) for name in names} for point in grid]
    tuned = [_choose("ndcg@10", weights, grid.index(settings), values, folds)]
    if dataset.unanswerable:
        refused = []
        for _, query in in_steps(dataset.unanswerable, "refusal", on_progress):
            finding = archive.find(_find(archive, query))
            refused.append(finding.confidence if finding else 0.0)
        tuned.append(_threshold(confidences, refused, settings, folds))
    archive.close()
    return tuned


def _grid(settings: Settings) -> list[Settings]:
    late_weights = (settings.late_weight,) if settings.reranker else LATE_WEIGHTS
    points = [
        replace(settings, dense_weight=dense, late_weight=late)
        for dense, late in product(DENSE_WEIGHTS, late_weights)
    ]
    return list(dict.fromkeys([*points, settings]))


def _find(archive: Archive, query: Query) -> Retrieval:
    request = make_request(query.text, as_of=day_of(query, True))
    return archive.retriever.find(request, ANSWER_DEPTH)


class _Once:
    """Does for one question each thing once, whatever the weights."""

    def __init__(self) -> None:
        self._done: dict[Hashable, Any] = {}

    def __call__(self, key: Hashable, work: Callable[[], T]) -> T:
        if key not in self._done:
            self._done[key] = work()
        return cast(T, self._done[key])


class _Remembered:
    """One question whose searches are done once and ranked again and again.

    It stands in the place of both indexes.
    """

    def __init__(self, archive: Archive, found: Retrieval) -> None:
        self._found = found
        self._once = _Once()
        self._store = archive.retriever.store
        self._allowed = None
        if found.query is not None:
            self._allowed = narrowed(
                found.generation,
                self._store,
                found.understood,
                found.filters,
                found.question,
                found.query.vector,
            )
            self._closeness = archive.retriever.late(found.generation, found.question, found.query)

    def documents(self, settings: Settings, indexed: Indexed) -> list[str]:
        """The documents found with some settings, each at its best passage."""
        found = self._found
        if found.query is None:
            return []
        generation, day = found.generation, found.understood.recency
        ranked = rank(
            found.question.terms,
            found.query.vector,
            cast(LexicalIndex, _Arm(generation.lexical, self._once)),
            cast(VectorIndex, _Arm(generation.dense, self._once)),
            weighted(settings),
            settings.depth,
            self._allowed,
            (lambda rows: recency(generation, day, rows)) if day else None,
            self._closeness.scores,
        )
        ids = generation.ids[[each.row for each in ranked]].tolist()
        stored = self._once("passages", dict[int, str])
        missing = [each for each in ids if each not in stored]
        for each, (_, article) in self._store.passages(missing).items():
            stored[each] = indexed.ids.get((article.source, article.position), article.id)
        return list(dict.fromkeys(stored[each] for each in ids))


class _Arm:
    def __init__(self, index: LexicalIndex | VectorIndex, once: _Once) -> None:
        self._index: Any = index
        self._once = once

    def search(self, asked: object, k: int, allowed: object) -> Any:  # noqa: ANN401
        key = ("search", type(self._index), k)
        return self._once(key, lambda: self._index.search(asked, k, allowed))

    def scores(self, asked: object, rows: Ids) -> Any:  # noqa: ANN401
        key = ("scores", type(self._index), rows.tobytes())
        return self._once(key, lambda: self._index.scores(asked, rows))


def _choose(
    measure: str, grid: Sequence[Choice], current: int, values: Values, folds: int
) -> Tuned:
    """The best of a grid.

    Args:
        measure: What `values` are.
        grid: The points.
        current: Which of them is set.
        values: float64 (points, questions).
        folds: See `tune`.
    """
    count = values.shape[1]
    order = random.Random(SEED).sample(range(count), count)  # noqa: S311 - a draw, no secret
    fold_of = np.empty(count, dtype=np.int64)
    fold_of[order] = np.arange(count) % folds
    after = np.empty(count)
    for fold in range(folds):
        test = fold_of == fold
        after[test] = values[_best(values[:, ~test], current)][test]
    before = values[current]
    difference = (after - before)[:, None]
    low, high = intervals(difference)[0]
    return Tuned(
        measure=measure,
        questions=count,
        current=grid[current],
        chosen=grid[_best(values, current)],
        before=float(before.mean()),
        after=float(after.mean()),
        interval=(float(low), float(high)),
        p=float(paired_p_values(after[:, None], before[:, None])[0]),
    )


def _best(values: Values, current: int) -> int:
    """The point of the highest mean; what is set stays unless another is better."""
    means = values.mean(axis=1)
    return current if means[current] >= means.max() - 1e-12 else int(means.argmax())


def _threshold(
    answerable: Sequence[float], unanswerable: Sequence[float], settings: Settings, folds: int
) -> Tuned:
    now = settings.answer_threshold
    now = model.packaged().verdict(reads=settings.reads).threshold if now is None else now
    points = list(dict.fromkeys([*THRESHOLDS, now]))
    confidence = np.asarray([*answerable, *unanswerable])
    answer = np.arange(len(confidence)) < len(answerable)
    # Both kinds weigh the same, so that the mean is the balanced accuracy.
    weight = np.where(answer, 1 / len(answerable), 1 / len(unanswerable)) * len(confidence) / 2
    values = np.stack([((confidence >= point) == answer) * weight for point in points])
    grid = [{"answer_threshold": point} for point in points]
    return _choose("balanced_accuracy", grid, points.index(now), values, folds)
