"""`make bench`: measure, print, and write `benchmarks/RESULTS.md` with the machine it ran on."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    distributed,
    embedding,
    first_paint,
    load,
    quality,
    scale,
    scale_model,
    speed,
    whole_question,
)
from qa.storage.manifest import package_versions

SIZES = (2_000, 20_000, 100_000)
"""Passages of the generated archives; a million takes half an hour more: `benchmarks.scale`."""


def main() -> None:
    """Run all measurements; takes about twenty minutes."""
    sections = [*_machine(), "", *_speed(speed.measure())]
    sections += ["", "## Embedding", "", embedding.table(embedding.measure(passages=256))]
    scale.run(SIZES)
    sections += ["", *_SCALE, "", scale.tables(), "", "![latency and memory](scale.png)"]
    sections += ["", *_WHOLE, "", whole_question.table(SIZES[-1])]
    sections += ["", *_PAINT, "", first_paint.table()]
    sections += ["", *_LOAD, "", load.table()]
    sections += ["", *_DISTRIBUTED, "", distributed.section()]
    sections += ["", *_quality(quality.measure())]
    text = "\n".join(sections)
    print(text)
    (Path(__file__).parent / "RESULTS.md").write_text(text + "\n", encoding="utf-8")
    scale_model.write()


_SCALE = (
    "## By size",
    "",
    "Generated articles: Zipfian words, vectors in random clusters (`benchmarks/generated.py`); "
    "embedding is left out of every figure. The usual stack: rank-bm25's `get_scores`, all float32 "
    "vectors compared, reciprocal rank fusion. A million: `python -m benchmarks.scale 1000000`.",
)


_WHOLE = (
    "## A question's whole way",
    "",
    "SQuAD's questions on its paragraphs among generated articles: embedded, searched, ranked by "
    "late interaction, the best passages read, quoted or refused "
    "(`benchmarks/whole_question.py`).",
)


_PAINT = (
    "## In the browser",
    "",
    "Chromium on the sample corpus, server and browser on the same machine "
    "(`benchmarks/first_paint.py`).",
)


_LOAD = (
    "## Many at a time",
    "",
    f"One server, its index being built without a pause; {load.PEOPLE} people ask over HTTP and "
    f"read for {load.READS_S:.0f} seconds on average before they ask again "
    "(`python -m benchmarks.load`).",
)


_DISTRIBUTED = (
    "## Beyond one machine",
    "",
    "Of the benchmarks of [distributed work](../docs/distributed.md), what was measured last, on "
    'the machine that is named above; "load" is how many processes were running when it began, on '
    "its two cores: above about one, times are those of a busy machine.",
)


def _machine() -> list[str]:
    versions = ", ".join(f"{name} {version}" for name, version in package_versions().items())
    return [
        "# Results",
        "",
        f"Written by `make bench` on {datetime.now(UTC).date()}: {os.cpu_count()} cores of "
        f"{_cpu()}, Python {platform.python_version()}; {versions}.",
    ]


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "an unknown CPU"


def _speed(rows: list[speed.Row]) -> list[str]:
    return [
        "## Speed",
        "",
        "| what | seconds | held against | seconds | times faster |",
        "|---|---|---|---|---|",
        *(
            f"| {row.what} | {row.seconds:.3f} | {row.against} | {row.other_seconds:.3f} "
            f"| {row.ratio:.1f} |"
            for row in rows
        ),
    ]


def _quality(rows: list[quality.Quality]) -> list[str]:
    return [
        "## Quality",
        "",
        "Shares of questions; none of these took part in fitting.",
        "",
        "| archive | first quote holds the answer | one of three | rightly refused "
        "| falsely refused |",
        "|---|---|---|---|---|",
        *(
            f"| {row.what} ({row.answerable} + {row.unanswerable} questions) | {row.first:.2f} "
            f"| {row.three:.2f} | {row.refused:.2f} | {row.false_refusals:.2f} |"
            for row in rows
        ),
    ]


if __name__ == "__main__":
    main()
