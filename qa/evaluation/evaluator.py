"""Measure the product on a dataset: the arms, the answers, the refusals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from qa.archive import Archive
from qa.embedding import load_embedder
from qa.errors import InputError
from qa.evaluation import own
from qa.evaluation.dataset import UNANSWERABLE, Dataset, Query, draw
from qa.evaluation.figures import (
    Figures,
    Reliability,
    RiskCoverage,
    answer_figures,
    arm_figures,
    comparisons,
    refusal_figures,
)
from qa.evaluation.indexing import Indexed, build, cache, second_cache
from qa.evaluation.measures import check_installed, per_query
from qa.evaluation.report import Report
from qa.evaluation.searching import (
    ARMS,
    Judged,
    Searcher,
    day_of,
    in_steps,
    unaskable,
)
from qa.evaluation.statistics import CONFIDENCE, RESAMPLES
from qa.milvus.address import Location
from qa.protocols import Embedder, OnProgress, Progress
from qa.settings import Settings
from qa.text.typography import counted

DIGEST_CHARS: Final = 12


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure.

    Attributes:
        arms: Some of `ARMS`.
        limit: Ask at most this many answerable and unanswerable questions, drawn.
        leave_out: Draw this many questions and leave all their documents out of a second index,
            which should refuse them, and as many others, which it should answer.
        as_of: Search only what was published by each question's own day.
    """

    arms: tuple[str, ...] = ARMS
    limit: int | None = None
    leave_out: int | None = None
    as_of: bool = False

    def __post_init__(self) -> None:
        """Check every value.

        Raises:
            InputError: An unknown or repeated arm, or a number below 1.
        """
        unknown = [arm for arm in self.arms if arm not in ARMS]
        if unknown or not self.arms or len(set(self.arms)) < len(self.arms):
            raise InputError(f"arms must be some of {', '.join(ARMS)}, not {','.join(self.arms)!r}")
        for name, value in (("limit", self.limit), ("leave-out", self.leave_out)):
            if value is not None and value < 1:
                raise InputError(f"{name} must be at least 1, not {value}")


def default_folder(dataset: Dataset) -> Path:
    """Where a dataset's indexes are kept unless told otherwise."""
    return Path("index") / "eval" / f"{dataset.name}-{dataset.digest[:DIGEST_CHARS]}"


def evaluate(
    dataset: Dataset,
    place: Location,
    settings: Settings,
    options: Options = Options(),
    *,
    embedder: Embedder | None = None,
    on_progress: OnProgress = lambda _: None,
) -> Report:
    """Index a dataset, or reuse its index, and measure.

    Args:
        dataset: See `qa.evaluation.dataset.load`.
        place: Keeps the indexes: a folder, see `default_folder`, or an index in a server.
        settings: The product's.
        options: What to measure.
        embedder: The model of `settings.model`; None loads it.
        on_progress: Called with the stage and how far it is.

    Raises:
        InputError: ir-measures is missing, the place holds something else, or the dataset cannot
            be measured as asked.
        IndexBusyError: Another process builds in the same place.
    """
    check_installed()
    if options.as_of:
        _check_days([*dataset.queries, *dataset.unanswerable])
    left = _LeftOut.drawn(dataset, options.leave_out) if options.leave_out else None
    embedder = embedder or load_embedder(settings.model)
    second: Indexed | None = None
    with cache(place, dataset):
        first = build(place, dataset.documents, settings, embedder, on_progress)
        if left is not None:
            second = left.build(place, dataset, first, settings, embedder, on_progress)
    dataset = dataset.without(unaskable([*dataset.queries, *dataset.unanswerable], first, settings))
    if options.limit is not None:
        dataset = dataset.limited(options.limit)
    if left is not None and second is not None:
        # `publisher:"The Only One"` cannot be asked where its documents are left out.
        reasons = unaskable([*left.left, *left.kept], second, settings)
        left = left.without(reasons)
        told = f"questions of --leave-out that cannot be asked, not counted: {len(reasons)}"
        dataset = replace(dataset, warnings=(*dataset.warnings, *([told] if reasons else [])))
    work = _Evaluation(dataset, first, settings, options, embedder, on_progress)
    return work.run(left, second)


def evaluate_own(
    archive: Archive, options: Options = Options(), *, on_progress: OnProgress = lambda _: None
) -> Report:
    """Measure an index on what its readers judged, see `qa.evaluation.own`.

    Raises:
        InputError: ir-measures is missing, or nothing was judged as answering.
    """
    check_installed()
    if options.leave_out is not None:
        raise InputError("--leave-out is for datasets; what was judged has questions to refuse")
    dataset, indexed = own.collection(archive)
    dataset = dataset.without(
        unaskable([*dataset.queries, *dataset.unanswerable], indexed, archive.settings)
    )
    if options.limit is not None:
        dataset = dataset.limited(options.limit)
    embedder = archive.retriever.embedder
    # A question is asked as of the day it was asked on when it was judged.
    days = [query.as_of for query in [*dataset.queries, *dataset.unanswerable]]
    options = replace(options, as_of=any(days))
    work = _Evaluation(dataset, indexed, archive.settings, options, embedder, on_progress)
    return work.run(None, None)


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """Questions whose documents are left out of the archive, and questions whose documents stay."""

    left: tuple[Query, ...]
    kept: tuple[Query, ...]
    documents: frozenset[str]

    @classmethod
    def drawn(cls, dataset: Dataset, count: int) -> _LeftOut:
        left = draw(dataset.queries, count)
        gone = {d for q in left for d, grade in dataset.relevant[q.id].items() if grade > 0}
        held = {document.id for document in dataset.documents} - gone
        stay = [
            query
            for query in dataset.queries
            if any(g > 0 and d in held for d, g in dataset.relevant[query.id].items())
            and not any(g > 0 and d in gone for d, g in dataset.relevant[query.id].items())
        ]
        kept = draw(stay, count)
        if len(left) < count or len(kept) < count:
            raise InputError(
                f"--leave-out {count} needs {counted(count, 'question')} and as many on other "
                f"documents; there are {len(left)} and {len(kept)}"
            )
        return cls(left, kept, frozenset(gone))

    def without(self, reasons: Mapping[str, str]) -> _LeftOut:
        left, kept = ([q for q in each if q.id not in reasons] for each in (self.left, self.kept))
        if not left or not kept:
            first = next(iter(reasons.values()))
            raise InputError(f"--leave-out: too few questions can be asked; the first: {first}")
        return replace(self, left=tuple(left), kept=tuple(kept))

    def build(
        self,
        place: Location,
        dataset: Dataset,
        whole: Indexed,
        settings: Settings,
        embedder: Embedder,
        on_progress: OnProgress,
    ) -> Indexed:
        def told(progress: Progress) -> None:
            on_progress(replace(progress, stage=f"leaving out: {progress.stage}"))

        with second_cache(place, f"leave-out-{len(self.left)}", dataset) as second:
            return build(
                second,
                [each for each in dataset.documents if each.id not in self.documents],
                settings,
                embedder,
                told,
                like=whole.index,
            )


class _Evaluation:
    """One run over a dataset."""

    def __init__(
        self,
        dataset: Dataset,
        indexed: Indexed,
        settings: Settings,
        options: Options,
        embedder: Embedder,
        on_progress: OnProgress,
    ) -> None:
        self._dataset = dataset
        self._indexed = indexed
        self._settings = settings
        self._options = options
        self._embedder = embedder
        self._on_progress = on_progress
        # The product's answers need no second search where the hybrid arm is asked anyway.
        self._judged: dict[str, Judged] = {}

    def run(self, left: _LeftOut | None, second: Indexed | None) -> Report:
        dataset, options = self._dataset, self._options
        values, arms, ends = {}, {}, {}
        for arm in options.arms:
            rankings, milliseconds = self._ask_arm(arm)
            values[arm] = per_query(dataset.relevant, rankings)
            arms[arm], ends[arm] = arm_figures(values[arm], milliseconds)
        intervals: dict[str, Any] = {"arms": ends}
        asked: dict[str, int] = {}
        answers = self._answers(intervals, asked)
        answerable, unanswerable = self._asked_to_refuse(left, second)
        refusal, curve, reliability = None, None, None
        if unanswerable:
            refusal, intervals["refusal"] = refusal_figures(answerable, unanswerable)
            curve = RiskCoverage.of(answerable, unanswerable, with_answers=answers is not None)
            reliability = Reliability.of(answerable, unanswerable)
            asked |= {"answerable": len(answerable), "unanswerable": len(unanswerable)}
        return Report(
            dataset=dataset.name,
            split=dataset.split,
            documents=len(dataset.documents),
            passages=self._indexed.passages,
            queries=len(dataset.queries),
            arms=arms,
            answers=answers,
            refusal=refusal,
            intervals=intervals,
            comparisons=comparisons(values),
            asked=asked,
            risk_coverage=curve,
            reliability=reliability,
            how=_how(self._settings, options),
            warnings=[*dataset.warnings, *self._indexed.warnings, *self._undated()],
        )

    def _ask_arm(self, arm: str) -> tuple[dict[str, list[str]], list[float]]:
        searcher = self._searcher(self._indexed, arm)
        searcher.search(self._dataset.queries[0])  # loads the index and warms the caches
        rankings, milliseconds = {}, []
        for _, query in in_steps(self._dataset.queries, arm, self._on_progress):
            found, took = searcher.search(query)
            milliseconds.append(took)
            rankings[query.id] = searcher.documents(query)
            if arm == "hybrid":
                self._judged[query.id] = searcher.judge(found, query.answers)
        searcher.close()
        return rankings, milliseconds

    def _answers(self, intervals: dict[str, Any], asked: dict[str, int]) -> Figures | None:
        with_answers = [query for query in self._dataset.queries if query.answers]
        if not with_answers:
            return None
        figures, intervals["answers"] = answer_figures(self._judge(with_answers, "answers"))
        asked["with_answers"] = len(with_answers)
        return figures

    def _asked_to_refuse(
        self, left: _LeftOut | None, second: Indexed | None
    ) -> tuple[list[Judged], list[Judged]]:
        if left is not None and second is not None:
            return (
                self._judge(left.kept, "kept", second),
                self._judge(left.left, "left out", second),
            )
        if not self._dataset.unanswerable:
            return [], []
        return (
            self._judge(self._dataset.queries, "answerable"),
            self._judge(self._dataset.unanswerable, UNANSWERABLE),
        )

    def _judge(
        self, queries: Sequence[Query], stage: str, indexed: Indexed | None = None
    ) -> list[Judged]:
        """What the product makes of each question, of the whole dataset or of another index."""
        known: dict[str, Judged] = {} if indexed else self._judged
        missing = [query for query in queries if query.id not in known]
        if missing:
            searcher = self._searcher(indexed or self._indexed, "hybrid")
            for _, query in in_steps(missing, stage, self._on_progress):
                known[query.id] = searcher.judge(searcher.search(query)[0], query.answers)
            searcher.close()
        return [known[query.id] for query in queries]

    def _searcher(self, indexed: Indexed, arm: str) -> Searcher:
        as_of = self._options.as_of
        return Searcher(indexed, self._settings, self._embedder, arm, as_of=as_of)

    def _undated(self) -> list[str]:
        if not self._options.as_of or all(query.as_of is None for query in self._dataset.queries):
            return []
        count = sum(query.as_of is None for query in self._dataset.queries)
        return [f"queries without as_of, which search all documents: {count}"] if count else []


def _check_days(queries: Sequence[Query]) -> None:
    if all(query.as_of is None for query in queries):
        raise InputError("--as-of: no query has metadata.as_of, a day like 2025-07-31")
    for query in queries:
        day_of(query, True)


def _how(settings: Settings, options: Options) -> str:
    weight = f", {settings.dense_weight:g} dense" if settings.fusion == "convex" else ""
    parts = [
        f"{settings.model}, passages of {settings.passage_words} words, "
        f"{settings.fusion} fusion{weight}",
        "documents ranked by their best passage",
        "times of the whole search with embedding the question, which runs both arms",
        f"{CONFIDENCE:.0%} bootstrap intervals and paired randomisation tests over the questions, "
        f"{RESAMPLES:,} resamples, p not corrected for the number of tests",
    ]
    if options.as_of:
        parts.append("only documents published by each question's day, the latest weighted more")
    if options.leave_out:
        parts.append(
            "refusal on a second index without the documents of "
            f"{counted(options.leave_out, 'question')}"
        )
    return "; ".join(parts)
