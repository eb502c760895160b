"""Printed lines → paragraphs: what a PDF broke is joined again, words and sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

_HYPHENATED: Final = re.compile(r"(\w*[^\W\d_])[-\u2010\u00ad]$")
_WORDS: Final = re.compile(r"[\w-]*[^\W\d_]")
_SHORT: Final = 0.8
"""Share of the width of its neighbours below which a line that ends a sentence ends a paragraph:
ragged lines of prose are rarely shorter than that."""

_ENDS_SENTENCE: Final = re.compile(r"[.!?:…][\"'”’)\]»]*$")
_STARTS_ANEW: Final = re.compile(
    r"[-–—•*▪●]\s|\d{1,2}[.)]\s|[\"“„«(]?[A-ZÀ-ÖØ-ÞĀ-Ž0-9]|[^\x00-\u024f]"
)
_NEIGHBOURS: Final = 8


def joined_words(lines: Iterable[str]) -> Counter[str]:
    """How often each word stands within a line: tells which hyphens are a word's own."""
    return Counter(word.casefold() for line in lines for word in _WORDS.findall(line))


def paragraphs(text: str, words: Counter[str], mark: str) -> str:
    """Join printed lines into paragraphs.

    A word that was broken at the end of a line is joined without its hyphen, unless the text has it
    with one elsewhere and never without.

    Args:
        text: A line for each printed line; blank lines part paragraphs.
        words: As `joined_words` counts them.
        mark: Where it stands at the start of a line, it stays before the same word.

    Returns:
        A line for each paragraph.
    """
    lines = [line.strip() for line in text.split("\n")]
    widths = [len(line) for line in lines]
    done: list[str] = []
    current = ""
    for at, line in enumerate(lines):
        bare = line.lstrip(mark)
        if not bare:
            # An empty page, or a blank line.
            if line:
                current += line
            elif current.strip(mark):
                done.append(current)
                current = ""
            continue
        marks = line[: len(line) - len(bare)]
        if not current.strip(mark):
            current += line
            continue
        if _ends(lines, widths, at):
            done.append(current)
            current = line
        else:
            current = _joined(current, marks, bare, words)
    return "\n".join([*done, current] if current else done)


def _ends(lines: list[str], widths: list[int], at: int) -> bool:
    """Whether a paragraph ends before a line."""
    before = at - 1
    while before > 0 and not lines[before].strip():
        before -= 1
    near = widths[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]
    full = max(near)
    if not _STARTS_ANEW.match(lines[at].lstrip("\U0010fffd")):
        return False
    short = widths[before] < _SHORT * full
    return short and (bool(_ENDS_SENTENCE.search(lines[before])) or widths[before] < 0.5 * full)


def _joined(current: str, marks: str, line: str, words: Counter[str]) -> str:
    broken = _HYPHENATED.search(current)
    following = _WORDS.match(line)
    if broken is None or following is None:
        return f"{current} {marks}{line}"
    head, tail = broken[1], following[0]
    stem = current[:-1]
    with_hyphen = words[f"{head}-{tail}".casefold()]
    without = words[f"{head}{tail}".casefold()]
    soft = current.endswith("\u00ad")
    if not soft and (tail[0].isupper() or with_hyphen > without):
        return f"{stem}-{marks}{line}"
    return f"{stem}{marks}{line}"
