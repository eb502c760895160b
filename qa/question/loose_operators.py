"""Operators with a blank behind the colon, as people type them: `publisher: Toronto Star`."""

from __future__ import annotations

import re
from typing import Final

from qa.question.names import Known
from qa.text.analysis import terms
from qa.text.languages import is_within, tag_of
from qa.text.periods import period

DATES: Final = ("after", "since", "before", "until")
OPERATORS: Final = "|".join(("publisher", "agency", "author", "language", *DATES))
"""Those that name a field, as alternatives of a regular expression."""

_SPACED = re.compile(
    rf"(?<!\S)(?P<field>{OPERATORS}): "
    r"(?=(?P<words>\S+(?: \S+){0,7}))",
    re.IGNORECASE,
)


def closed_up(text: str, known: Known) -> str:
    """A question whose operators have no blank behind the colon: `publisher: Toronto Star` has.

    Only before what the archive has, or a date: "the publisher: who is it" is no operator.
    """
    parts: list[str] = []
    at = 0
    for found in _SPACED.finditer(text):
        field, words = found["field"].lower(), found["words"].split(" ")
        for count in range(len(words), 0, -1):
            value = " ".join(words[:count])
            bare = value.strip('"“”„«»').rstrip("?!.,;")
            if found.start() >= at and _is_usable(field, bare, known):
                parts += [text[at : found.start()], f'{field}:"{bare}"']
                at = found.end() + len(value)
    return "".join([*parts, text[at:]])


def _is_usable(field: str, value: str, known: Known) -> bool:
    if field in DATES:
        return period(value) is not None
    if field == "language":
        tag = tag_of(value)
        return tag is not None and any(is_within(each, tag) for each in known.languages())
    names = known.by_filter()[field]()
    if names.called(value):
        return True
    if " " in value or not terms(value):
        return False
    holding = names.holding(value)
    return len(holding) == 1 or (field == "author" and bool(holding))
