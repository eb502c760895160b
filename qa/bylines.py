"""Whom a byline names: the one place where bylines are cut into people.

A cut that is not certain is not made: who is looked for under a name is rather found in a byline of
two that was left whole than not at all. So one word is nobody by himself beside a comma
("Lindqvale, Petra"; "Ann Lee, Jr.") or before an "and" ("Petra and Yusuf Carrow"), and "y" and its
like part only full names ("Santiago Ramón y Cajal" is one).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from qa.agencies import is_known, is_like_one
from qa.text.analysis import CJK, fold

SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv", "md", "phd"})
"""What stands after a comma behind a whole name."""

_AND: Final = "and|with|und|mit|et|avec|met|og|och|ja|con|com|oraz|és|și|ve|ir|eta|и|та|και"
_JOINING: Final = rf" ?,? (?:{_AND}|{_AND.upper()}|&|\+) (?!(?:zu|zum|zur|al)\b)"
_LISTING: Final = " ?[,，、،] ?"
_PARTING: Final = " ?[;；|/•] ?"
_WEAK: Final = " (?:y|e|ed|i|a|en|і) "
_FIRST: Final = "(?=[ ,，、،;；|/•])"  # what all begin with: twice as quick as to try each
_BETWEEN = re.compile(
    f"{_FIRST}(?:(?P<joining>{_JOINING})|(?P<listing>{_LISTING})|(?P<parting>{_PARTING}))"
)
_BETWEEN_FULL_NAMES = re.compile(_WEAK)
_BETWEEN_ANY = re.compile(f"{_FIRST}(?:{_JOINING}|{_WEAK}|{_LISTING}|{_PARTING})")
_FULL_IN_ONE_WORD = re.compile(rf"[{CJK}\uac00-\ud7a3]")


class _Part(NamedTuple):
    """What stands between two separators.

    Attributes:
        start: Its first character.
        end: After its last.
        joined: Whether an "and" stands before it.
        listed: Whether a comma does.
    """

    start: int
    end: int
    joined: bool = False
    listed: bool = False


def people(byline: str) -> list[str]:
    """Those whom a byline names, in its order: "Petra Lindqvale and Yusuf Carrow" are two."""
    text = " ".join(byline.split())
    names = [name for name in _BETWEEN_ANY.split(text) if any(map(str.isalnum, name))]
    return names if all(" " in name for name in names) else _with_care(text)


def _with_care(text: str) -> list[str]:
    """The same where some of what stands between the separators is one word."""
    parts = [part for part in _parts(text) if any(map(str.isalnum, text[part.start : part.end]))]
    found = []
    at = 0
    while at < len(parts):
        first = last = parts[at]
        following = parts[at + 1 :][:1]
        if any(other.listed and _is_one_name(text, first, other) for other in following):
            at += 1
            last = parts[at]
            following = parts[at + 1 :][:1]
        is_open = _is_lone(text, last) and (last is first or not _is_lone(text, first))
        if is_open and any(other.joined for other in following):
            at += 1
            last = parts[at]
        found.append(text[first.start : last.end])
        at += 1
    return found


def _parts(text: str) -> Iterator[_Part]:
    """A byline between its separators, empty parts too."""
    start, joined, listed = 0, False, False
    for match in _BETWEEN.finditer(text):
        yield from _full_names(text, _Part(start, match.start(), joined, listed))
        start, joined, listed = match.end(), bool(match["joining"]), bool(match["listing"])
    yield from _full_names(text, _Part(start, len(text), joined, listed))


def _full_names(text: str, part: _Part) -> Iterator[_Part]:
    """A part cut at each "y" and its like that stands between names of several words."""
    between = list(_BETWEEN_FULL_NAMES.finditer(text, part.start, part.end))
    ends = [*(match.start() for match in between[1:]), part.end]
    for match, end in zip(between, ends[: len(between)], strict=True):
        if " " in text[part.start : match.start()] and " " in text[match.end() : end]:
            yield part._replace(end=match.start())
            part = _Part(match.end(), part.end)
    yield part


def _is_lone(text: str, part: _Part) -> bool:
    """Whether it is one word, which is a part of a name unless it is an agency's."""
    word = text[part.start : part.end]
    return not (" " in word or is_known(fold(word)) or _FULL_IN_ONE_WORD.search(word))


def _is_one_name(text: str, first: _Part, second: _Part) -> bool:
    """Whether a comma parts family and given name, or a suffix from a name, not two people."""
    if _is_lone(text, first):
        return True
    word = text[second.start : second.end]
    agency = not text.isupper() and is_like_one(word, fold(word))
    return " " in text[first.start : first.end] and _is_lone(text, second) and not agency
