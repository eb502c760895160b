"""What a folder of many files costs: `python -m benchmarks.folder [--files N]`.

Listing, then planning with every file new, with every file known, and with one statement for each
file in `reading.toml`; and adding one file to it. The files are tiny: what is measured is the work
for each file, not for its content.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from qa.files.held import Held
from qa.files.scanning import SETTLED, Changes, scan
from qa.reading.statements import NAME

_A_FOLDER = 1_000
Result = TypeVar("Result")


def write(corpus: Path, count: int) -> None:
    """Write tiny articles, a thousand to a folder."""
    for number in range(count):
        folder = corpus / f"{number // _A_FOLDER:04}"
        if number % _A_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"{number:06}.txt").write_text(f"Lamp {number}\n\nIt was lit.\n")


def timed(what: str, count: int, call: Callable[[], Result]) -> Result:
    """Run twice, once for the time and once for the memory, and print both."""
    began = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - began
    tracemalloc.start()
    call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"| {what} | {seconds:.2f} s | {peak / count / 1000:.1f} kB |")
    return result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory() as made:
        corpus, index = Path(made, "corpus"), Path(made, "index")
        write(corpus, count)
        time.sleep(SETTLED + 0.1)
        print(f"| {count:,} files | time | memory a file |\n|---|---:|---:|")
        known: dict[str, tuple[str, str]] = {}

        def planned() -> Changes:
            return scan(corpus, index, known, lambda _: None)

        new = timed("plan, all new", count, planned)
        known.update({each.name: (each.digest, each.status) for each in new.added})
        timed("plan, none changed", count, planned)
        said = (f'["{each.name}"]\nurl = "https://a.example/{each.name}"\n' for each in new.added)
        (corpus / NAME).write_text("\n".join(said))
        timed("plan, a statement for each", count, planned)
        first = new.added[0].path
        timed("is one there already", count, lambda: Held(corpus).same_content(first))


if __name__ == "__main__":
    main()
