"""The risk–coverage curve as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from qa.errors import InputError
from qa.evaluation.report import Report

SUFFIXES: Final = (".svg", ".png")


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


def draw_risk_coverage(report: Report, path: Path) -> None:
    """Write the picture.

    Args:
        report: Must have a `risk_coverage`.
        path: The suffix picks the format.

    Raises:
        InputError: The file cannot be written, or there is no curve.
    """
    curve = report.risk_coverage
    if curve is None:
        raise InputError("no picture: a risk–coverage curve needs questions to refuse")
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "article-qa", "font.size": 10}):  # the same bytes every time
        figure = Figure(figsize=(6.4, 4.2), layout="constrained")
        axes = figure.add_subplot()
        axes.plot(curve.coverage, curve.risk, color="#1f5f8b", linewidth=2)
        if curve.chosen is not None:
            axes.plot(*curve.chosen, "o", color="#b5402a", label="threshold in use")
            axes.legend(loc="lower right", frameon=False)
        kind = "answered wrongly" if report.answers is not None else "answered but unanswerable"
        axes.set(
            xlim=(0, 1),
            ylim=(0, max(0.05, float(curve.risk.max()) * 1.05)),
            xlabel="coverage: share of all questions answered, surest first",
            ylabel=f"risk: share of those {kind}",
            title=f"{report.dataset}, {report.split}: area {curve.area:.3f}",
        )
        axes.grid(alpha=0.3)
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
        try:
            figure.savefig(path, dpi=150, metadata=metadata)
        except OSError as error:
            raise InputError(f"cannot write {path}: {error.strerror}") from error
