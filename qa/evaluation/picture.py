"""The risk–coverage curve and the reliability of the confidence, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from qa.errors import InputError
from qa.evaluation.figures import Reliability, RiskCoverage
from qa.evaluation.report import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SUFFIXES: Final = (".svg", ".png")
BLUE: Final = "#1f5f8b"
RED: Final = "#b5402a"


def check(path: Path) -> None:
    """Fail early, before anything is measured.

    Raises:
        InputError: matplotlib is not installed, the suffix is unknown, or there is no such folder.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(f"--picture must end in {' or '.join(SUFFIXES)}, not {path.name!r}")
    if not path.parent.is_dir():
        raise InputError(f"there is no folder {path.parent} for the picture")
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise InputError(
            "--picture needs matplotlib; run: pip install 'article-qa[eval]'"
        ) from error


def draw(report: Report, path: Path) -> None:
    """Write the picture: risk by coverage, and how far the confidence can be believed.

    Args:
        report: Must have a `risk_coverage` and a `reliability`.
        path: The suffix picks the format.

    Raises:
        InputError: The file cannot be written, or there is no curve.
    """
    if report.risk_coverage is None or report.reliability is None:
        raise InputError("no picture: a risk–coverage curve needs questions to refuse")
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "article-qa", "font.size": 10}):  # the same bytes every time
        figure = Figure(figsize=(11, 4.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        _risk_coverage(report, report.risk_coverage, left)
        _reliability(report.reliability, right)
        figure.suptitle(f"{report.dataset}, {report.split}")
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
        try:
            figure.savefig(path, dpi=150, metadata=metadata)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror}") from error


def _risk_coverage(report: Report, curve: RiskCoverage, axes: Axes) -> None:
    axes.plot(curve.coverage, curve.risk, color=BLUE, linewidth=2)
    if curve.chosen is not None:
        axes.plot(*curve.chosen, "o", color=RED, label="threshold in use")
        axes.legend(loc="lower right", frameon=False)
    kind = "answered wrongly" if report.answers is not None else "answered but unanswerable"
    axes.set(
        xlim=(0, 1),
        ylim=(0, max(0.05, float(curve.risk.max()) * 1.05)),
        xlabel="coverage: share of all questions answered, surest first",
        ylabel=f"risk: share of those {kind}",
        title=f"risk–coverage: area {curve.area:.3f}",
    )
    axes.grid(alpha=0.3)


def _reliability(found: Reliability, axes: Axes) -> None:
    most = max(count for _, _, count in found.bins)
    sizes = [30 + 170 * count / most for _, _, count in found.bins]
    means, shares = [mean for mean, _, _ in found.bins], [share for _, share, _ in found.bins]
    axes.plot([0, 1], [0, 1], color="#888888", linestyle="--", linewidth=1)
    axes.plot(means, shares, color=BLUE, linewidth=1)
    axes.scatter(means, shares, s=sizes, color=BLUE, zorder=3, label="by number of questions")
    axes.legend(loc="upper left", frameon=False)
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel="confidence that the archive holds the answer",
        ylabel="share of those questions that it answers",
        title=f"reliability: expected calibration error {found.error:.3f}",
    )
    axes.grid(alpha=0.3)
