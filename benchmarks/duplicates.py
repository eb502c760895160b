"""Precision and recall of the links between copies: `python -m benchmarks.duplicates`.

A third of the articles in `../shared/data` and half of the topics were used to choose the
thresholds of `qa.duplicates.shingles` (`--tune` shows them); what is printed is of another third
and half. Leads and news of one's own come from the last third. The first texts of all pairs are an
archive; the second of each pair is added to it, as a sync does, and what it is linked with is
looked up. A link with any text but its own counts as false.
"""

from __future__ import annotations

import argparse
import itertools
import random
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.duplicate_pairs import Pair, articles, pairs, topics
from qa.duplicates.linking import Linker
from qa.duplicates.shingles import Shingles
from qa.records import Article
from qa.storage.store_writer import StoreWriter

SHARED = Path(__file__).resolve().parents[2] / "shared"


class Row(NamedTuple):
    """One kind of pair.

    Attributes:
        kind: How the second texts were made.
        copy: Whether they are copies.
        pairs: How many.
        right: How many were linked with their original, or, where they are none, with nothing.
        false: How many links there were with other texts than the original.
        shared: Median share of the shorter text's shingles that the other holds.
    """

    kind: str
    copy: bool
    pairs: int
    right: int
    false: int
    shared: float


def measure(made: Sequence[Pair]) -> list[Row]:
    """Add the second text of each pair to an archive of the first ones."""
    with tempfile.TemporaryDirectory() as folder:
        store = StoreWriter(Path(folder) / "store.sqlite")
        linker = Linker(store)
        with store.transaction():
            firsts = dict.fromkeys(pair.first for pair in made)
            rows = {text: linker.add(_article(f"a{n}", text), 1) for n, text in enumerate(firsts)}
        found = []
        for number, pair in enumerate(made):
            with store.transaction():
                row = linker.add(_article(f"b{number}", pair.second), 2)
            linked = store.rows("SELECT other FROM copies WHERE article = ?", (row,))
            found.append((pair, {link["other"] for link in linked}, rows[pair.first]))
            store.roll_back_to(1)
        store.close()
    table = []
    found.sort(key=lambda result: _kind(result[0]))
    for (not_copy, kind), group in itertools.groupby(found, key=lambda result: _kind(result[0])):
        copy = not not_copy
        of_kind = list(group)
        shares = [Shingles.of(p.first).contained(Shingles.of(p.second)) for p, _, _ in of_kind]
        right = sum((own in linked) if copy else not linked for _, linked, own in of_kind)
        false = sum(len(linked - ({own} if copy else set())) for _, linked, own in of_kind)
        table.append(Row(kind, copy, len(of_kind), right, false, float(np.median(shares))))
    return table


def _kind(pair: Pair) -> tuple[bool, str]:
    return not pair.copy, pair.kind


def table(rows: Iterable[Row]) -> str:
    """The rows and their sum as a Markdown table."""
    lines = ["| second text | copy | pairs | right | false links | shingles shared, median |"]
    lines.append("|---|---|---:|---:|---:|---:|")
    rows = list(rows)
    for row in rows:
        told = "yes" if row.copy else "no"
        lines.append(
            f"| {row.kind} | {told} | {row.pairs} | {row.right / row.pairs:.1%} | {row.false} | "
            f"{row.shared:.2f} |"
        )
    true = sum(row.right for row in rows if row.copy)
    false = sum(row.false for row in rows)
    copies = sum(row.pairs for row in rows if row.copy)
    lines += ["", f"precision {true / (true + false):.3f}, recall {true / copies:.3f}"]
    return "\n".join(lines)


def adding(size: int) -> str:
    """What it takes to add an article to as many, and the memory this process came to hold."""
    import resource

    rng = random.Random(1)  # noqa: S311 - a draw that can be repeated
    vocabulary = [f"{rng.choice('BCDFGbcdfghklmnprst')}{n:x}" for n in range(30_000)]
    weights = list(itertools.accumulate(1 / (n + 10) for n in range(len(vocabulary))))

    def text() -> str:
        return " ".join(rng.choices(vocabulary, cum_weights=weights, k=600))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        store = StoreWriter(path)
        linker = Linker(store)
        began = time.perf_counter()
        with store.transaction():
            for number in range(size):
                linker.add(_article(f"a{number}", text()), 1)
        built = time.perf_counter() - began
        times = []
        for number in range(50):
            article = _article(f"b{number}", text())
            began = time.perf_counter()
            with store.transaction():
                linker.add(article, 2)
            times.append(time.perf_counter() - began)
        store.close()
        megabytes = path.stat().st_size / 2**20
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return (
        f"{size:,} articles of 600 words: {built / size * 1000:.2f} ms each to store and link, "
        f"then {np.median(times) * 1000:.1f} ms to add one (slowest {max(times) * 1000:.1f}); "
        f"{megabytes:,.0f} MiB on disk, {held:,.0f} MiB in memory at most"
    )


def _article(name: str, text: str) -> Article:
    return Article(id=name, title=name, text=text, source=f"{name}.txt")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tune", action="store_true", help="the half the thresholds are from")
    parser.add_argument("--adding", type=int, metavar="N", help="time adding to N articles")
    options = parser.parse_args()
    if options.adding:
        print(adding(options.adding))
        return
    part = 0 if options.tune else 1
    texts, by_topic = articles(SHARED), list(topics(SHARED).items())
    made = list(pairs(texts[part::3], texts[2::3], dict(by_topic[part::2]), seed=1 + part))
    print(table(measure(made)))


if __name__ == "__main__":
    main()
