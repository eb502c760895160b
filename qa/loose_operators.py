"""Operators with a blank behind the colon, as people type them: `publisher: Toronto Star`."""

from __future__ import annotations

import re

from qa.analysis import terms
from qa.languages import is_within, tag_of
from qa.names import Known
from qa.periods import period

_SPACED = re.compile(
    r"(?<!\S)(?P<field>publisher|agency|author|language|after|since|before|until): "
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
    if field in ("after", "since", "before", "until"):
        return period(value) is not None
    if field == "language":
        tag = tag_of(value)
        return tag is not None and any(is_within(each, tag) for each in known.languages())
    names = {"publisher": known.publishers, "agency": known.agencies, "author": known.authors}
    if names[field]().called(value):
        return True
    if " " in value or not terms(value):
        return False
    holding = names[field]().holding(value)
    return len(holding) == 1 or (field == "author" and bool(holding))
