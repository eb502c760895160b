"""Text as it is stored: what a citation will quote, so nothing invisible may stay in it."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

_NEWLINES = re.compile("\r\n|[\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Control characters; soft hyphen; the joiner that newsletters fill their previews with; zero-width
# space, word joiner, byte order mark; direction marks (which can make a quote display other than it
# reads); noncharacters.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff]"
)
# Joiners shape Persian, Indic and emoji, and mean nothing elsewhere.
_JOINERS = re.compile(
    "(?<![\u0590-\u1fff\u2190-\U0010ffff])[\u200c\u200d]+|[\u200c\u200d]+(?![\u0590-\u1fff\u2190-\U0010ffff])"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_LIGATURES = re.compile("[\ufb00-\ufb06]")  # ﬁ and its like, as PDFs have them
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")


class Line(NamedTuple):
    """One line that has content.

    Attributes:
        text: The line, clean.
        gap: Whether a blank line stands before it (true of the first).
        number: 1-based line of the file.
    """

    text: str
    gap: bool
    number: int


def clean_text(text: str) -> str:
    """Normalise to NFC, drop what cannot be seen, trim lines, keep at most one blank line."""
    text = _NEWLINES.sub("\n", text)
    # A lone surrogate (JSON can spell one) cannot be stored as UTF-8.
    text = _SURROGATES.sub("\ufffd", text)
    text = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)
    text = unicodedata.normalize("NFC", _JOINERS.sub("", _INVISIBLE.sub("", text)))
    lines = (line.strip() for line in _SPACES.sub(" ", text).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def clean_line(text: str) -> str:
    """The same for a field that is one line."""
    if text.isascii() and text.isprintable():  # most lines of most pages: nothing to normalise
        return " ".join(text.split())
    return " ".join(clean_text(text).split())


def raw_lines(text: str) -> list[str]:
    """All lines as they stand in the file; line 1 of `Line.number` is the first."""
    return _NEWLINES.sub("\n", text).split("\n")


def split_lines(text: str) -> list[Line]:
    """The lines with content, cleaned, knowing where they stood."""
    lines: list[Line] = []
    gap = True
    for number, raw in enumerate(raw_lines(text), 1):
        line = clean_line(raw)
        if line:
            lines.append(Line(line, gap, number))
        gap = not line
    return lines


def join_lines(lines: list[Line]) -> str:
    """Back to text: a blank line where there was one."""
    return "".join(("\n\n" if line.gap else "\n") + line.text for line in lines).strip()
