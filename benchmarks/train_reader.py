"""Train `qa/answering/reader.safetensors`: question and passage read together.

    python -m benchmarks.train_reader --minutes 70 --lee lee --keep first.safetensors
    python -m benchmarks.train_reader --minutes 70 --lee lee --start first.safetensors --write

What is trained on: `benchmarks.reader_data`, passages that answer beside those that the linear
model puts first, and questions that none answers. Three losses: whether a sentence answers
(binary cross-entropy), which of a question's sentences does (softmax), and where the answer starts
and ends, or that there is none. What is written is the exponential mean of the weights on the way
(Polyak, Juditsky, "Acceleration of stochastic approximation by averaging", 1992).

A part of the questions is on reports of the Lee corpus, which come inside gensim's wheel; without
`--lee` it trains on the others alone:

    pip download gensim==4.4.0 --no-deps
    unzip -j gensim-4.4.0-*.whl 'gensim/test/test_data/lee*.cor' -d lee

Where the processor is faster at it (those with AMX), products are of bfloat16, weights and sums
float32.

`--share` mixes what comes out with what it started from (Wortsman et al., "Model soups", 2022).
What ships is half of either: of its last run, and of the reader which that started from.

Each of several processes (`--processes`) trains on its own draws, and their weights are averaged
every `MEAN_EVERY` steps (Stich, "Local SGD converges fast and communicates little", 2019).
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import torch
import torch.distributed as others
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.lee_corpus import FILES as LEE_FILES
from benchmarks.memory_archive import EmbeddingCache
from benchmarks.question_sets import ROOT
from benchmarks.reader_data import Example, Pool, draw, to_train_on
from benchmarks.reader_model import Judged, TorchReader
from qa.answering.reader import FILE, Layout, Window
from qa.embedding.packaged import PackagedEmbedder

RATE: Final = 8e-5
HEADS_TIMES: Final = 4
"""The heads start from nothing and learn this many times faster."""

WARM_UP: Final = 60
FALLING_FROM: Final = 0.5
"""From this share of the time on the rate falls, linearly, to `LOWEST` of itself."""
LOWEST: Final = 0.02

MEAN_EVERY: Final = 10
MEAN_KEEPS: Final = 0.98
"""The mean keeps this much of itself each time; less in the first 500 steps."""
REPORT_EVERY: Final = 50
KEEP_EVERY: Final = 200

BATCH_TOKENS: Final = 1800
BUCKET: Final = 400
"""Questions sorted by length at a time, so that attention pads little."""
RIGHT_SHARE: Final = 3.0
FIRST_LOSS: Final = 2.0
OTHER_LOSSES: Final = 0.7
NO_SPAN: Final = (0, 0)


class Group(NamedTuple):
    """One question's sequences.

    Attributes:
        rows: The sequences.
        right: Whether each of their sentences answers, 1 or 0; -1 is not known.
        spans: The answer's first and last token in each sequence; (0, 0) for none, None where one
            is there and not where it is written.
    """

    rows: list[Layout]
    right: list[int]
    spans: list[tuple[int, int] | None]


def main() -> None:
    """Train, and write if told to."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--minutes", type=float, default=70, help="of training; 70")
    options.add_argument("--rate", type=float, default=RATE, help=f"highest; {RATE}")
    options.add_argument("--threads", type=int, default=1, help="PyTorch's, of each process; 1")
    options.add_argument("--processes", type=int, default=1, help="that train together; 1")
    options.add_argument("--lee", type=Path, help="folder with lee_background.cor and lee.cor")
    options.add_argument("--start", type=Path, help="go on from what an earlier run kept or wrote")
    options.add_argument(
        "--share", type=float, default=1, help="of what comes out in the result; 1"
    )
    options.add_argument("--keep", type=Path, help="keep the weights here, in float32")
    options.add_argument("--write", action="store_true", help=f"write {FILE}")
    given = options.parse_args()
    wanted = [given.lee / name for name in LEE_FILES] if given.lee else []
    for file in [*wanted, *([given.start] if given.start else [])]:
        if not file.is_file():
            options.error(f"there is no {file}")
    if given.keep and not given.keep.parent.is_dir():
        options.error(f"there is no folder {given.keep.parent} to keep the weights in")

    torch.set_num_threads(given.threads)
    torch.manual_seed(0)
    reader = TorchReader()
    if given.start is not None:
        reader.start_from(given.start.read_bytes())
    if given.lee is None:
        print("without the questions on the Lee corpus: --lee was not given")
    embedder = PackagedEmbedder()
    pools = list(to_train_on(EmbeddingCache(embedder), given.lee))
    print(f"{len(pools):,} questions", flush=True)
    tokenizer = embedder.encoder.tokenizer
    started = {name: values.clone() for name, values in reader.state_dict().items()}
    how = (given.minutes, given.rate, given.keep)
    together(given.processes, partial(train, reader, pools, tokenizer, *how))
    reader.load_state_dict(between(started, reader.state_dict(), given.share))
    data = reader.file()
    print(f"sha256 {hashlib.sha256(data).hexdigest()}, {len(data):,} bytes")
    if given.write:
        (ROOT / "qa" / "answering" / FILE).write_bytes(data)
        print(f"wrote {FILE}; its sha256 goes into qa/answering/reader.py")


def between(
    started: Mapping[str, Tensor], trained: Mapping[str, Tensor], share: float
) -> dict[str, Tensor]:
    """The mean of two readers' weights, with this share of the second's."""
    return {name: torch.lerp(started[name], values, share) for name, values in trained.items()}


def together(processes: int, run: Callable[[], None]) -> None:
    """Train in several processes, this one among them; their weights meet on the way.

    Raises:
        RuntimeError: Another process ended early.
    """
    if processes == 1:
        run()
        return
    with tempfile.TemporaryDirectory() as folder:
        meeting = f"file://{folder}/meeting"
        context = multiprocessing.get_context("fork")  # they share the questions
        ranks = [(rank, processes, meeting, run) for rank in range(processes)]
        started = [context.Process(target=_as, args=rank, daemon=True) for rank in ranks[1:]]
        for process in started:
            process.start()
        _as(*ranks[0])
        for process in started:
            process.join()


def _as(rank: int, processes: int, meeting: str, run: Callable[[], None]) -> None:
    others.init_process_group("gloo", init_method=meeting, rank=rank, world_size=processes)
    torch.manual_seed(rank)  # what is dropped differs
    run()
    others.destroy_process_group()


def _averaged(values: Tensor) -> Tensor:
    """Over all processes; each must ask for it."""
    if others.is_initialized():
        others.all_reduce(values)
        values /= others.get_world_size()
    return values


def train(
    reader: TorchReader,
    pools: Sequence[Pool],
    tokenizer: Tokenizer,
    minutes: float,
    rate: float = RATE,
    keep: Path | None = None,
) -> None:
    """Train for a time, and leave the mean of the weights in the reader.

    Args:
        reader: What is trained.
        pools: What it is trained on.
        tokenizer: The packaged model's.
        minutes: How long.
        rate: The highest learning rate.
        keep: Where the mean is written to on the way.
    """
    training, began = Training(reader, rate), time.monotonic()
    rank = others.get_rank() if others.is_initialized() else 0
    for batch in passes(pools, tokenizer, random.Random(rank)):  # noqa: S311 - no secret
        seconds = time.monotonic() - began
        done = seconds / (60 * minutes)
        training.step(batch, done)
        if training.steps % MEAN_EVERY:
            continue
        training.meet()
        ends = bool(_averaged(torch.tensor(done)) >= 1)  # all of them at the same step
        if rank == 0 and training.steps % REPORT_EVERY == 0:
            print(f"step {training.steps}, {seconds:.0f} s: {training.report()}", flush=True)
        if rank == 0 and keep is not None and (training.steps % KEEP_EVERY == 0 or ends):
            save_file(training.mean, keep)
        if ends:
            break
    reader.load_state_dict(training.mean)
    reader.eval()


class Training:
    """AdamW with warm-up, and the exponential mean of the weights.

    Args:
        reader: What is trained; it starts with the weights that it has.
        rate: The highest learning rate of its layers.
    """

    def __init__(self, reader: TorchReader, rate: float) -> None:
        self._reader = reader.train()
        own = list(reader.own.parameters())
        known = {id(values) for values in own}
        heads = [values for values in reader.parameters() if id(values) not in known]
        parts = [{"params": own, "lr": rate}, {"params": heads, "lr": HEADS_TIMES * rate}]
        self._optimiser = torch.optim.AdamW(parts, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
        self._rates = [part["lr"] for part in self._optimiser.param_groups]
        self._losses = torch.zeros(3)
        self._in_bfloat16 = is_faster_in_bfloat16()
        self.mean = {name: values.clone() for name, values in reader.state_dict().items()}
        self.steps = 0

    def step(self, batch: Sequence[Group], done: float) -> None:
        """One step, after this share of the time."""
        pace = min(1.0, (self.steps + 1) / WARM_UP)
        pace *= min(1.0, max(LOWEST, (1 - done) / (1 - FALLING_FROM)))
        for part, rate in zip(self._optimiser.param_groups, self._rates, strict=True):
            part["lr"] = rate * pace
        rows = [row for group in batch for row in group.rows]
        with torch.autocast("cpu", torch.bfloat16, enabled=self._in_bfloat16):
            judged = self._reader(rows)
        losses = losses_of(judged, batch)
        loss = FIRST_LOSS * losses[0] + OTHER_LOSSES * (losses[1] + losses[2])
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._reader.parameters(), 1.0)
        self._optimiser.step()
        self.steps += 1
        self._losses += (losses.detach() - self._losses) / min(self.steps, REPORT_EVERY)

    def meet(self) -> None:
        """Average the weights over the processes, and take them into the mean."""
        weights = [values for values in self._reader.parameters() if values.requires_grad]
        nn.utils.vector_to_parameters(
            _averaged(nn.utils.parameters_to_vector(weights).detach()), weights
        )
        new = 1 - min(MEAN_KEEPS, 1 - MEAN_EVERY / max(self.steps, MEAN_EVERY + 1))
        for name, values in self._reader.state_dict().items():
            self.mean[name].lerp_(values, new)

    def report(self) -> str:
        """The losses of late."""
        names = ("answers", "which", "where")
        pairs = zip(names, self._losses.tolist(), strict=True)
        return ", ".join(f"{name} {loss:.3f}" for name, loss in pairs)


def is_faster_in_bfloat16() -> bool:
    """Measured: with AVX-512 BF16 alone PyTorch takes twice as long as in float32."""
    seconds = {}
    for kind in (torch.float32, torch.bfloat16):
        values, weights = (
            torch.ones(BATCH_TOKENS, 384, dtype=kind),
            torch.ones(1536, 384, dtype=kind),
        )
        functional.linear(values, weights)
        began = time.perf_counter()
        for _ in range(3):
            functional.linear(values, weights)
        seconds[kind] = time.perf_counter() - began
    return seconds[torch.bfloat16] < seconds[torch.float32]


def passes(
    pools: Sequence[Pool], tokenizer: Tokenizer, random_: random.Random
) -> Iterator[list[Group]]:
    """Batches of one pass after another, without end."""
    while True:
        groups = [group_of(example, tokenizer) for example in draw(pools, random_)]
        yield from batches(groups, random_)


def batches(groups: list[Group], random_: random.Random) -> list[list[Group]]:
    """Shuffled groups of like length, about `BATCH_TOKENS` tokens together."""
    random_.shuffle(groups)
    found: list[list[Group]] = []
    for start in range(0, len(groups), BUCKET):
        bucket = groups[start : start + BUCKET]
        batch: list[Group] = []
        tokens = 0
        for group in sorted(bucket, key=lambda g: max(row.length for row in g.rows)):
            batch.append(group)
            tokens += sum(row.length for row in group.rows)
            if tokens >= BATCH_TOKENS:
                found.append(batch)
                batch, tokens = [], 0
        if batch:
            found.append(batch)
    random_.shuffle(found)
    return found


def losses_of(judged: Judged, batch: Sequence[Group]) -> Tensor:
    """float32 (3,): whether a sentence answers, which of a question's does, and where."""
    right = torch.tensor([r for group in batch for r in group.right])
    spans = [s for group in batch for s in group.spans]
    known = right >= 0
    answers = functional.binary_cross_entropy_with_logits(
        judged.answers[known], right[known].float(), pos_weight=torch.tensor(RIGHT_SHARE)
    )
    own = [len(group.right) for group in batch]
    lists = [
        torch.logsumexp(scores[labels >= 0], 0) - torch.logsumexp(scores[labels == 1], 0)
        for scores, labels in zip(
            torch.split(judged.answers, own), torch.split(right, own), strict=True
        )
        if (labels == 1).any() and (labels == 0).any()
    ]
    which = torch.stack(lists).mean() if lists else judged.answers.sum() * 0
    return torch.stack([answers, which, _span_loss(judged, right, spans)])


def _span_loss(judged: Judged, right: Tensor, spans: list[tuple[int, int] | None]) -> Tensor:
    """Softmax over a sequence's first token, which stands for no span, and its sentences'.

    What may answer, and is not known to, is no part of it.
    """
    allowed = (judged.sentence >= 0) & (right[judged.sentence.clamp(min=0)] >= 0)
    allowed[judged.first] = True
    scores = judged.spans.masked_fill(~allowed[:, None], -1e4)
    rows = len(judged.first)
    of = judged.sequence[:, None].expand(-1, 2)
    highest = torch.full((rows, 2), -1e9).scatter_reduce(0, of, scores.detach(), "amax")
    total = torch.zeros(rows, 2).index_add(
        0, judged.sequence, torch.exp(scores - highest[judged.sequence])
    )
    whole = total.log() + highest
    ends = torch.tensor([span or (0, 0) for span in spans]) + judged.first[:, None]
    picked = torch.stack([scores[ends[:, 0], 0], scores[ends[:, 1], 1]], dim=1)
    known = torch.tensor([span is not None for span in spans])
    return (whole - picked).mean(dim=1)[known].sum() / known.sum().clamp(min=1)


def group_of(example: Example, tokenizer: Tokenizer) -> Group:
    """An example's sequences."""
    rows: list[Layout] = []
    right: list[int] = []
    spans: list[tuple[int, int] | None] = []
    for window, labels in example.passages:
        row = Layout.of(example.question, window, tokenizer)
        rows.append(row)
        places = zip(labels, row.sentences, strict=True)
        read = [label if start < end else None for label, (start, end) in places]
        right += [-1 if label is None else int(label) for label in read]
        spans.append(_answer_in(window, row, read, example.answers) if True in read else NO_SPAN)
    return Group(rows, right, spans)


def _answer_in(
    window: Window, row: Layout, right: Sequence[bool | None], answers: Sequence[str]
) -> tuple[int, int] | None:
    """The answer's first and last token in the sequence."""
    start, end = window.sentences[right.index(True)]
    offsets = [(a - start, b - start) for a, b in row.offsets]
    span = _span(window.text[start:end], offsets, answers)
    return span and (span[0] + row.start, span[1] + row.start)


def _span(
    text: str, offsets: Sequence[tuple[int, int]], answers: Sequence[str]
) -> tuple[int, int] | None:
    """First and last token of the first answer that stands there as it is written.

    Quotes, commas and stops around an answer may be missing.
    """
    lowered = text.lower()
    for answer in answers:
        for wanted in (answer.lower(), answer.lower().strip(" .,\"'")):
            at = lowered.find(wanted) if wanted else -1
            end = at + len(wanted)
            inside = [i for i, (a, b) in enumerate(offsets) if at >= 0 and b > at and a < end]
            if inside:
                return inside[0], inside[-1]
    return None


if __name__ == "__main__":
    main()
