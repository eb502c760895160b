"""A question asked of another person, place, figure or time than its answer is about."""

from __future__ import annotations

import calendar
import random
import re
from collections.abc import Iterable, Sequence
from typing import Final

from qa.answering.reader import Window

_CALENDAR: Final = (list(calendar.day_name), list(calendar.month_name)[1:])
_KINDS: Final = {
    "year": re.compile(r"\b(?:1[5-9]|20)\d\d\b"),
    "figure": re.compile(r"\b\d+(?:[.,]\d+)*\b"),
    "name": re.compile(r"(?<=[\w,] )[A-Z][\w-]+(?: [A-Z][\w-]+)*"),
}


def exchanged(
    question: str, window: Window, others: Sequence[str], random_: random.Random
) -> str | None:
    """The question with one name, figure or time exchanged, so that the window answers it no more.

    Args:
        question: That the window answers.
        window: What answers it.
        others: Questions whose names and figures may stand in.
        random_: Picks.

    Returns:
        None where the question names nothing that the window does, or nothing can stand in.
    """
    told = " ".join((window.title, window.before, window.text))
    named = [found for found in _named(question) if found[0] in told]
    random_.shuffle(named)
    for text, start, kind in named:
        standing_in = _standing_in(text, kind, others)
        able = sorted({other for other in standing_in if other not in told and other != text})
        if able:
            return question[:start] + random_.choice(able) + question[start + len(text) :]
    return None


def _named(question: str) -> list[tuple[str, int, str]]:
    """What a question names, where it stands, and its kind; each place once."""
    found: list[tuple[str, int, str]] = []
    taken: set[int] = set()
    for kind, pattern in _KINDS.items():
        for match in pattern.finditer(question):
            if match.start() not in taken:
                taken.add(match.start())
                found.append((match.group(), match.start(), kind))
    return found


def _standing_in(text: str, kind: str, others: Sequence[str]) -> Iterable[str]:
    for words in _CALENDAR:
        if text in words:
            return words
    if kind == "year":
        return [str(int(text) + by) for by in (-10, -3, -2, -1, 1, 2, 3, 10)]
    calendar = {word for words in _CALENDAR for word in words}
    near = (found for other in others for found in _named(other))
    return [name for name, _, its in near if its == kind and name not in calendar]
