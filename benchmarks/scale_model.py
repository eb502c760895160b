"""The arithmetic behind `docs/scale.md`: what an archive of any size needs, from measured figures.

    python -m benchmarks.scale_model            # print the tables
    python -m benchmarks.scale_model --write    # put them into docs/scale.md

Every input is measured by this project (`scale.json`, `RESULTS.md`, and `PASSAGE`, which
`tests/test_scale_model.py` holds against a real index) or published, with its source.
A size that nobody here has run is extrapolated, and says so by standing in this file.
"""

from __future__ import annotations

import argparse
import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
DOCUMENT: Final = HERE.parent / "docs" / "scale.md"
SIZES: Final = (1_000_000, 100_000_000, 10_000_000_000)
BEGIN, END = "<!-- tables: python -m benchmarks.scale_model --write -->", "<!-- end of tables -->"

GIB: Final = 2**30
HOUR: Final = 3600


@dataclass(frozen=True, slots=True)
class PassageBytes:
    """Bytes of one passage of about 90 words, measured on the sample corpus.

    Attributes:
        vector: 384 numbers of 4 bytes.
        states: Token states, 96 bytes a token.
        offsets: Which characters each token covers, 8 bytes a token.
        text: Its share of the article's text.
        terms: Distinct terms; a posting of a sparse index takes 8 bytes a term.
    """

    vector: int = 1536
    states: int = 11_750
    offsets: int = 980
    text: int = 500
    terms: int = 50

    @property
    def postings(self) -> int:
        """Bytes of its postings: a row and a count for each term."""
        return 8 * self.terms

    @property
    def stored(self) -> int:
        """Bytes on disk, whatever the vector index adds."""
        return self.vector + self.states + self.offsets + self.text + self.postings


PASSAGE: Final = PassageBytes()

GPU_LOW: Final = 543.0
"""Texts a second on one NVIDIA L4 at $.80 an hour: gte-modernbert-base (149 million parameters, six
times ours) served by Infinity; Derek Thomas, "1 Billion Classifications", Hugging Face, February
2025, huggingface.co/blog/billion-classifications, and its data set embedding-ie-optimization."""

GPU_HIGH: Final = 14_200.0
"""Sentences a second of all-MiniLM-L6-v2 on one V100: the table of models in sentence-transformers'
documentation (sbert.net, "Pretrained Models"). Sentences are shorter than passages: a bound from
above. What our code reaches on a GPU has not been measured."""

GPU_DOLLARS: Final = 0.80
"""An hour of the L4 above, from the same source."""

DISKANN_RAM: Final = 64 * GIB / 1e9
"""Bytes of memory a point: a billion points on a machine of 64 GB, over 95 % recall, under 3 ms in
the mean; Jayaram Subramanya et al., "DiskANN" (NeurIPS 2019)."""

DISKANN_MS: Final = 3.0
"""See `DISKANN_RAM`: its bound on the mean, for 1-recall@1 on 128 bytes a point."""

HNSW_LINKS: Final = 2 * 16 * 4
"""Bytes of links a point at M = 16: 2 M neighbours in the lowest layer, where nearly all lie."""

DISKANN_NEIGHBOURS: Final = 64
"""Neighbours kept on disk beside each vector; 4 bytes each."""

NODE_RAM: Final = 64 * GIB
USABLE: Final = 0.7
"""Of a node's memory for the index: the rest is for growing segments, merging and the system."""

NETWORK_MS: Final = 1.0
"""One round trip in a data centre with encoding and decoding. A budget, not a measurement."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What this project measured.

    Attributes:
        embedded: Passages a second on two cores (RESULTS.md, "ours, int8").
        question_ms: Embedding one question.
        search_ms: Median search of the embedded engine, by number of passages.
        resident_mib: Its resident memory, likewise.
    """

    embedded: float
    question_ms: float
    search_ms: dict[int, float]
    resident_mib: dict[int, float]

    @classmethod
    def load(cls) -> Measured:
        """Read the recorded results."""
        sizes = json.loads((HERE / "scale.json").read_text(encoding="utf-8"))
        return cls(
            embedded=_result("ours, int8"),
            question_ms=_result("a question"),
            search_ms={int(size): facts["median_ms"] for size, facts in sizes.items()},
            resident_mib={int(size): facts["resident_mib"] for size, facts in sizes.items()},
        )

    def search(self, passages: int) -> float:
        """Milliseconds of a search on one machine: the line through the two largest sizes."""
        return _line(self.search_ms, passages)

    def resident(self, passages: int) -> float:
        """MiB of memory on one machine, likewise."""
        return _line(self.resident_mib, passages)


def _result(what: str) -> float:
    text = (HERE / "RESULTS.md").read_text(encoding="utf-8")
    found = re.search(rf"^\| {re.escape(what)} \| ([\d.]+) \|", text, re.MULTILINE)
    if found is None:
        raise ValueError(f"RESULTS.md has no row {what!r}; run: make bench")
    return float(found.group(1))


def _line(measured: dict[int, float], size: int) -> float:
    low, high = sorted(measured)[-2:]
    slope = (measured[high] - measured[low]) / (high - low)
    return measured[high] + slope * (size - high)


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """A kind of vector index: bytes a passage in memory and on disk."""

    name: str
    memory: float
    disk: float


KINDS: Final = (
    VectorIndex("HNSW", PASSAGE.vector + HNSW_LINKS, PASSAGE.vector + HNSW_LINKS),
    VectorIndex("IVF_SQ8", PASSAGE.vector / 4 + 8, PASSAGE.vector / 4 + 8),
    VectorIndex("DISKANN", DISKANN_RAM, PASSAGE.vector + 4 * DISKANN_NEIGHBOURS),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one size needs.

    Attributes:
        passages: How many.
        kind: The vector index proposed.
        memory: Bytes in memory over all query nodes: vectors and postings.
        disk: Bytes on disk, one copy.
        states: Of them, token states and their offsets.
        nodes: Query nodes of 64 GiB.
        cpu_hours: Hours of embedding on two cores.
        gpu_hours: Hours on one GPU, at the higher and at the lower published rate.
        dollars: What those cost.
        one_machine_ms: Search on one machine by the embedded engine, extrapolated.
        one_machine_gib: Its memory, extrapolated.
        budget_ms: Embedding the question, searching, fetching and answering over a network.
        slow: The chance that a question meets at least one node at its slowest hundredth.
    """

    passages: int
    kind: VectorIndex
    memory: float
    disk: float
    states: float
    nodes: int
    cpu_hours: float
    gpu_hours: tuple[float, float]
    dollars: tuple[float, float]
    one_machine_ms: float
    one_machine_gib: float
    budget_ms: float
    slow: float


def plan(passages: int, measured: Measured) -> Plan:
    """What an archive of this many passages needs."""
    kind = KINDS[0] if passages <= 20_000_000 else KINDS[1]
    if passages > 1_000_000_000:
        kind = KINDS[2]
    memory = passages * (kind.memory + PASSAGE.postings)
    nodes = math.ceil(memory / (NODE_RAM * USABLE))
    hours = passages / GPU_HIGH / HOUR, passages / GPU_LOW / HOUR
    # Both arms at once, then the candidates' texts and vectors, then the states of the best twenty.
    budget = measured.question_ms + DISKANN_MS + 3 * NETWORK_MS + measured.search(100_000)
    return Plan(
        passages=passages,
        kind=kind,
        memory=memory,
        disk=passages * (PASSAGE.stored - PASSAGE.vector + kind.disk),
        states=passages * (PASSAGE.states + PASSAGE.offsets),
        nodes=nodes,
        cpu_hours=passages / measured.embedded / HOUR,
        gpu_hours=hours,
        dollars=(hours[0] * GPU_DOLLARS, hours[1] * GPU_DOLLARS),
        one_machine_ms=measured.search(passages),
        one_machine_gib=measured.resident(passages) / 1024,
        budget_ms=budget,
        slow=1 - 0.99**nodes,
    )


def _bytes(count: float) -> str:
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} PB"


def _hours(hours: float) -> str:
    if hours < 1:
        return f"{hours * 60:.2g} min"
    return f"{hours:.3g} h" if hours < 72 else f"{hours / 24:,.0f} days"


def _milliseconds(value: float) -> str:
    return f"{value:.0f} ms" if value < 1000 else f"{value / 1000:,.1f} s"


def tables() -> str:
    """The tables of `docs/scale.md`, as Markdown."""
    measured = Measured.load()
    plans = [plan(size, measured) for size in SIZES]
    rows: list[tuple[str, list[str]]] = [
        ("vector index", [p.kind.name for p in plans]),
        ("memory, vectors and postings", [_bytes(p.memory) for p in plans]),
        ("query nodes of 64 GiB, one copy", [f"{p.nodes:,}" for p in plans]),
        ("disk, one copy", [_bytes(p.disk) for p in plans]),
        ("… of it token states", [_bytes(p.states) for p in plans]),
        ("embedding on two cores", [_hours(p.cpu_hours) for p in plans]),
        ("… on one GPU, published rates", [" – ".join(map(_hours, p.gpu_hours)) for p in plans]),
        ("… in dollars", [f"{p.dollars[0]:,.2f} – {p.dollars[1]:,.2f}" for p in plans]),
        ("search, embedded engine alone", [_milliseconds(p.one_machine_ms) for p in plans]),
        ("… and its memory", [f"{p.one_machine_gib:,.1f} GiB" for p in plans]),
        ("budget of a question, cluster", [_milliseconds(p.budget_ms) for p in plans]),
        ("… and questions that meet a slow node", [f"{p.slow:.0%}" for p in plans]),
    ]
    head = ["", *(f"{size:,} passages" for size in SIZES)]
    lines = [head, ["---"] * len(head), *([name, *cells] for name, cells in rows)]
    needs = [
        ["index", *(f"memory at {size:,}" for size in SIZES)],
        ["---"] * 4,
        *([kind.name, *(_bytes(size * kind.memory) for size in SIZES)] for kind in KINDS),
    ]
    return "\n\n".join(
        "\n".join(f"| {' | '.join(cells)} |" for cells in table) for table in (lines, needs)
    )


def written(document: str) -> str:
    """A document with its tables replaced by those of now."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def write() -> None:
    """Put the tables of now into `docs/scale.md`."""
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


def main() -> None:
    """Print the tables, or write them."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/scale.md")
    if parser.parse_args().write:
        write()
    else:
        print(tables())


if __name__ == "__main__":
    main()
