"""What an evaluation measured: as a record, as JSON, as a table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from qa.evaluation.figures import Ends, Figures, Reliability, RiskCoverage
from qa.evaluation.measures import MEASURES
from qa.text.typography import counted

COMPARED: Final = ("ndcg@10", "recall@100")
"""The measures whose comparisons the table shows; JSON has all."""

WIDTH: Final = 100
"""Columns of the table."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured. Shares from 0 to 1.

    Attributes:
        dataset: Its name.
        split: Which qrels.
        documents: How many are indexed.
        passages: How many they were cut into.
        queries: Answerable questions asked of each arm.
        arms: Figures by arm.
        answers: None where no question comes with answers.
        refusal: None where there is nothing to refuse.
        intervals: 95 % confidence intervals, shaped as the figures they belong to.
        comparisons: Each pair of arms on each measure.
        asked: How many questions stand behind "answers" and "refusal", by kind.
        risk_coverage: None where there is nothing to refuse.
        reliability: Likewise.
        how: How it was measured, in one line.
        warnings: One line each.
    """

    dataset: str
    split: str
    documents: int
    passages: int
    queries: int
    arms: Mapping[str, Figures]
    answers: Figures | None
    refusal: Figures | None
    intervals: Mapping[str, Any]
    comparisons: Sequence[Mapping[str, Any]]
    asked: Mapping[str, int]
    risk_coverage: RiskCoverage | None
    reliability: Reliability | None
    how: str
    warnings: Sequence[str]

    def as_json(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "dataset": self.dataset,
            "documents": self.documents,
            "passages": self.passages,
            "queries": self.queries,
            "arms": dict(self.arms),
            "answers": self.answers,
            "refusal": self.refusal,
            "split": self.split,
            "asked": dict(self.asked),
            "intervals": dict(self.intervals),
            "comparisons": list(self.comparisons),
            "risk_coverage": self.risk_coverage.as_json() if self.risk_coverage else None,
            "reliability": self.reliability.as_json() if self.reliability else None,
            "how": self.how,
            "warnings": list(self.warnings),
        }


def render(report: Report) -> str:
    """A table for the terminal, at most 100 columns wide."""
    lines = [
        f"{report.dataset}, {report.split}: {counted(report.documents, 'document')} in "
        f"{counted(report.passages, 'passage')}, {counted(report.queries, 'question')}",
        "",
        *_arms(report),
        *_comparisons(report),
    ]
    if report.answers is not None:
        ends = report.intervals["answers"]
        asked = counted(report.asked["with_answers"], "question")
        lines += ["", f"answers ({asked}; a refusal is wrong)"]
        lines += _shares(report.answers, ends)
    if report.refusal is not None:
        counts = report.asked
        lines += [
            "",
            f"refusal ({counted(counts['answerable'], 'question')} to answer, "
            f"{counts['unanswerable']:,} to refuse)",
            *_shares(report.refusal, report.intervals["refusal"]),
        ]
    if report.risk_coverage is not None:
        area = f"area under the risk–coverage curve {report.risk_coverage.area:.3f}"
        if report.risk_coverage.chosen:
            coverage, risk = report.risk_coverage.chosen
            area += f"; in use: {coverage:.3f} answered, {risk:.3f} of these wrongly"
        lines.append(f"  {area}")
    if report.reliability is not None:
        lines.append(f"  expected calibration error {report.reliability.error:.3f}")
    how = textwrap.fill(f"Measured: {report.how}.", WIDTH)
    return "\n".join([*lines, "", how])


def _arms(report: Report) -> Iterator[str]:
    """An arm a row, its intervals in the row below."""
    yield f"{'':<8}" + "".join(f"{name:>13}" for name in MEASURES) + f"{'p50/p95 ms':>14}"
    for arm, figures in report.arms.items():
        times = f"{figures['p50_ms']:.0f}/{figures['p95_ms']:.0f}"
        yield f"{arm:<8}" + "".join(f"{figures[m]:>12.3f}" for m in MEASURES) + f"{times:>14}"
        ends: Ends = report.intervals["arms"][arm]
        yield f"{'':<8}" + "".join(f"{_interval(ends[m]):>13}" for m in MEASURES)


def _comparisons(report: Report) -> Iterator[str]:
    rows = [row for row in report.comparisons if row["measure"] in COMPARED]
    if rows:
        yield ""
    for row in rows:
        pair = " − ".join(row["arms"])
        low, high = row["interval"]
        yield (
            f"{pair:<18}{row['measure']:<12}{row['difference']:+.3f} [{low:+.3f}, {high:+.3f}]  "
            f"p {'<' if row['p'] < 0.0005 else '='} {max(row['p'], 0.0005):.4g}"
        )


def _shares(figures: Figures, ends: Ends) -> Iterator[str]:
    for name, value in figures.items():
        yield f"  {name:<24}{value:.3f}" + (f"  {_interval(ends[name])}" if name in ends else "")


def _interval(ends: Sequence[float]) -> str:
    low, high = (f"{end:.3f}".removeprefix("0")[:4] for end in ends)  # ".954", "1.00"
    return f"[{low},{high}]"
