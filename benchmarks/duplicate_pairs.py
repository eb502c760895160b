"""Pairs of articles that are copies, and pairs that only look like it, made from real texts.

Copies are made as newsrooms make them of a wire story: trimmed from the end, given a lead of their
own, edited, put in another order. What is no copy: other texts on the same topic, a follow-up with
some background of the first story, a report filled into the same template on another day.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SENTENCE = re.compile(r"(?<=[.!?])[\"”’]?\s+(?=[A-Z\"“‘])")


class Pair(NamedTuple):
    """Two texts.

    Attributes:
        kind: How the second was made.
        first: Words of an article.
        second: Of another.
        copy: Whether they are one story, told in one text.
    """

    kind: str
    first: str
    second: str
    copy: bool


def articles(shared: Path) -> list[str]:
    """The bodies of real articles, of 80 words and more."""
    rows = json.loads(
        (shared / "data/article_extraction/ground-truth.json").read_text(encoding="utf-8")
    )
    bodies = [row["articleBody"] for row in rows.values()]
    return [body for body in bodies if len(body.split()) >= 80 and len(_sentences(body)) >= 6]


def topics(shared: Path) -> dict[str, list[str]]:
    """Texts of four paragraphs of one encyclopedia article each, by its title."""
    found: dict[str, list[str]] = {}
    with (shared / "data/squad2/corpus.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            found.setdefault(row["title"], []).append(row["text"])
    return {
        title: [" ".join(texts[i : i + 4]) for i in range(0, len(texts) - 3, 4)]
        for title, texts in found.items()
    }


def pairs(
    texts: Sequence[str], donors: Sequence[str], same_topic: dict[str, list[str]], seed: int
) -> Iterator[Pair]:
    """Pairs of each kind from each text.

    Args:
        texts: Of articles, each on something else.
        donors: Of others, from which leads and news of its own are taken.
        same_topic: Texts by topic.
        seed: Of the draw.
    """
    rng = random.Random(seed)  # noqa: S311 - a draw that can be repeated
    for text in texts:
        sentences = _sentences(text)
        others = _sentences(rng.choice(donors))
        for kind, make in COPIES.items():
            yield Pair(kind, text, make(rng, sentences, others), copy=True)
        for kind, make in OTHERS.items():
            yield Pair(kind, text, make(rng, sentences, others), copy=False)
        yield Pair("another article", text, " ".join(others), copy=False)
    for of_topic in same_topic.values():
        for first, second in zip(of_topic[::2], of_topic[1::2], strict=False):
            yield Pair("same topic", first, second, copy=False)
    for kind, template in TEMPLATES.items():
        for _ in range(40):
            yield Pair(kind, fill(rng, template), fill(rng, template), copy=False)


def _sentences(text: str) -> list[str]:
    return [part for line in text.split("\n") for part in SENTENCE.split(line.strip()) if part]


def _trimmed(rng: random.Random, own: list[str], _: list[str]) -> str:
    return " ".join(own[: max(2, round(len(own) * rng.uniform(0.3, 0.7)))])


def _new_lead(rng: random.Random, own: list[str], others: list[str]) -> str:
    kept = own[1 : max(4, round(len(own) * rng.uniform(0.5, 0.9)))]
    return " ".join([*others[: max(1, len(kept) // 5)], *kept])


def _edited(rng: random.Random, own: list[str], _: list[str]) -> str:
    return " ".join(_edit(rng, own, 0.08))


def _reordered(rng: random.Random, own: list[str], _: list[str]) -> str:
    runs = [own[i : i + 3] for i in range(0, len(own), 3)]
    rng.shuffle(runs)
    return " ".join(sentence for run in runs for sentence in run)


def _rewritten(rng: random.Random, own: list[str], others: list[str]) -> str:
    """About a third of the shingles stay."""
    kept = own[1 : max(4, round(len(own) * 0.5))]
    return " ".join([*others[: max(1, len(kept) // 4)], *_edit(rng, kept, 0.15)])


def _extended(rng: random.Random, own: list[str], others: list[str]) -> str:
    return " ".join([*own, *others[: max(2, len(own) // 2)]])


def _follow_up(rng: random.Random, own: list[str], others: list[str]) -> str:
    """News of its own, with one or two sentences of background from the first story."""
    background = rng.sample(own, k=min(2, max(1, len(others) // 6)))
    return " ".join([*others, *background])


def _quoting(rng: random.Random, own: list[str], others: list[str]) -> str:
    quoted = rng.choice(own)
    half = len(others) // 2
    return " ".join([*others[:half], f"As first reported: “{quoted}”", *others[half:]])


def _edit(rng: random.Random, sentences: Sequence[str], share: float) -> list[str]:
    """Leave out, double or exchange some words, and leave out a sentence here and there."""
    known = " ".join(sentences).split()
    edited = []
    for sentence in sentences:
        if rng.random() < share / 2:
            continue
        words = []
        for word in sentence.split():
            draw = rng.random()
            if draw < share / 3 and not any(c.isdigit() for c in word):
                continue
            words.append(
                rng.choice(known) if share / 3 <= draw < share and word.islower() else word
            )
        edited.append(" ".join(words))
    return edited or list(sentences)


Make = Callable[[random.Random, list[str], list[str]], str]
COPIES: dict[str, Make] = {
    "trimmed": _trimmed,
    "new lead": _new_lead,
    "edited": _edited,
    "reordered": _reordered,
    "rewritten": _rewritten,
    "extended": _extended,
}
OTHERS: dict[str, Make] = {"follow-up": _follow_up, "quoting": _quoting}

_SLOTS: dict[str, Callable[[random.Random], str]] = {
    "day": lambda rng: rng.choice(("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")),
    "place": lambda rng: rng.choice(
        ("Harrowmouth", "Northfield", "Skerrin", "Tidewater", "Calder", "Lowmoor", "Ostrand")
    ),
    "firm": lambda rng: rng.choice(
        ("Brightline", "Calder Steel", "Norvane", "Quarrow", "Tessaly", "Umberline", "Wexmark")
    ),
    "person": lambda rng: rng.choice(
        ("Dev Anselm", "Hanne Dubrowick", "Lucien Farrow", "Marit Oselund", "Owen Tarrick")
    ),
    "moved": lambda rng: rng.choice(("rose", "fell", "gained", "lost")),
    "post": lambda rng: rng.choice(("executive", "financial", "operating")),
    "danger": lambda rng: rng.choice(("wind", "rain", "snow", "heat")),
    "figure": lambda rng: str(rng.randint(2, 90)),
    "thousands": lambda rng: f"{rng.randint(1, 24)},{rng.randint(100, 999)}",
    "points": lambda rng: f"{rng.uniform(0.1, 4):.2f}",
}
_SLOT = re.compile(r"\[(\w+)\]")
TEMPLATES = {
    "market report": """
        Stocks [moved] on [day] as investors weighed the latest figures on prices. The Lowland
        50 index [moved] [points] percent to close at [thousands]. The broader All-Lowland index
        [moved] [points] percent. Shares of [firm] [moved] [points] percent and those of [firm]
        [moved] [points] percent, the largest moves among the biggest companies. [firm] closed
        unchanged at [figure] crowns. In the bond market, the yield on the 10-year note [moved]
        to [points] percent. The crown traded at [points] to the dollar. A barrel of benchmark
        crude cost $[figure] in late trading. Analysts said trading volumes were in line with
        the average of the past month. Markets in the region closed mixed.""",
    "weather warning": """
        The weather service has issued a [danger] warning for [place] from [figure] o'clock on
        [day]. Temperatures are expected to reach [figure] degrees in [place] and [figure]
        degrees in [place]. Gusts of up to [figure] kilometres an hour are possible near the
        coast, and between [figure] and [figure] millimetres of rain may fall within a day.
        Drivers are asked to allow more time for their journeys and to check the latest forecast
        before they set out. Ferries may be delayed. The warning remains in force until it is
        lifted, the service said in a statement.""",
    "match report": """
        [place] beat [place] by [figure] points at home on [day]. [person] opened the scoring in
        minute [figure] and [person] added to it before the break. The visitors had [figure]
        shots but could not find a way past the goalkeeper. A crowd of [thousands] watched the
        match. The win takes [place] to [figure] points from [figure] games. “We knew it would
        be a hard game and the players gave everything,” the manager said afterwards. The next
        match is on [day].""",
    "appointment": """
        [firm] has appointed [person] as chief [post] officer, the company said in a statement
        on [day]. [person], who held the post before, will leave the company at the end of the
        month after [figure] years. The new officer joins from [firm], where the executive led a
        team of [figure] people. “I am delighted to join at such an important time and look
        forward to working with everybody,” [person] said. The company, based in [place],
        employs [thousands] people and had sales of [figure] million crowns last year.""",
}
"""Reports as they are filled in day by day, of our own writing."""


def fill(rng: random.Random, template: str) -> str:
    """A report of today."""
    return _SLOT.sub(lambda slot: _SLOTS[slot.group(1)](rng), " ".join(template.split()))
