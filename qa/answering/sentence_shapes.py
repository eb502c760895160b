"""What a sentence says without its neighbours: of whom it is, whether it leans or leads on."""

from __future__ import annotations

import re
from typing import Final

from qa.passages import count_words
from qa.records import Span

_LEANS_BACK = re.compile(
    r"[\"'“‘(]*(?:He|She|It|They|This|That|These|Those|His|Her|Its|Their|Such|But|And|Yet|So|Then"
    r"|However|Instead|Meanwhile|Still|Nor|Both|Neither|Another|One result)\b"
)
_SAYS = (
    r"(?:said|says|told|tells|added|adds|asked|wrote|writes|recalled|explained|replied|warned"
    r"|insisted|admitted|joked|continued|concluded)"
)
_SOMEBODY_SAYS = re.compile(
    rf"[,.?!…][\"'”’]\s+(?:(?:he|she|they)\s+(?:\w+\s)?{_SAYS}|{_SAYS}\s+(?:he|she|they))\b"
)
""""I will not be rushed," she said: who that is stands before."""
_IN_SPEECH = re.compile(
    r"[\"'“‘](?:It|This|That|These|Those|Such|But|And|Yet|So|Then|However|Instead|Still)\b"
)
_NAMED_SAYS = re.compile(
    rf"[,.?!…][\"'”’]\s+(?:{_SAYS}\s+(?!(?:he|she|they|it)\b)"
    rf"|(?!(?:he|she|they|it)\b)(?:[\w.'’-]+\s){{1,5}}{_SAYS}\b)"
)
""""This was no ordinary storm," said Karl Udo: what he points at is what he talks of."""
_NOBODY_SAYS = re.compile(
    r"(?:\"[^\"]*\"?|“[^“”]*”?|‘[^‘]*’|„[^„“”]*[“”]?|«[^«»]*»?|»[^«»]*«?|「[^「」]*」?)\W*"
)
"""A sentence that is all of it spoken goes on with what somebody said before."""
_COMPLETE = re.compile(r"[.!?…:;,。！？।؟۔]\s?[\"'”’»“‘«」』)）\]】]*$")
_ASKED: Final = "?？؟"
_ITEM = re.compile(r"(?:[•·*–—-]|\d{1,3}[.)])\s|.*\s\|\s")
_ENTRY = re.compile(rf"{_ITEM.pattern}|\d{{1,2}}[:.]\d\d\b|[QA]:\s")
"""What stands by itself: an item of a list, a row of a table, an entry of a live report by its
time, a question or an answer of an interview."""
_ANSWER = re.compile(r"A:\s")
ROW = re.compile(r".*\s\|\s.*")
_CREDITS = re.compile(
    r"\(?(?:(?:Additional |Further )?[Rr]eporting|Writing|Editing|Compiled|Translated|Photographs)"
    r" by [A-ZÀ-ÖØ-Þ][^\n]*"
)
"""Who wrote and edited it is no statement of the article: "(Reporting by A; Editing by B)"."""
_OF_CREDITS: Final = re.compile(
    r"additional|al|and|at|bin|by|d[aei]|de[lnr]|du|editing|el|for|from|graphics|in|la|of"
    r"|photographs|production|reporting|the|v[ao]n|with|writing"
)
"""Small words of credits, which have no verb: "Reporting by the Star led to the inquiry" is none,
nor is "Photographs by Ada Moss sold well"."""
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SHORT_OF_NAMES: Final = 6
"""A sentence of no more words and without a name says of nobody: "The cause was pneumonia."."""
_OF_NO_NAME = re.compile(r"(?:The|An?|There|Some|Many|Most|No) [^A-Z]+")
_PERSON = re.compile(r"[\"'“‘(]*(?:He|She|His|Her)\b")
_NEXT_LINE = re.compile(r"\n+([^\n]+)")
_MAX_HEADING_WORDS = 15


def lacks_its_subject(text: str, first: Span, sentence: Span) -> bool:
    """Whether the first of the sentences that lead up to one does not say of whom or what."""
    if leans(text, first):
        return True
    if first == sentence or not _PERSON.match(text, sentence.start):
        return False
    says_of_nobody = _OF_NO_NAME.fullmatch(text, first.start, first.end) is not None
    return says_of_nobody and count_words(text, first.start, first.end) <= _SHORT_OF_NAMES


def leans(text: str, sentence: Span) -> bool:
    """Whether a sentence does not say of whom or what it is, or who speaks."""
    said = text[sentence.start : sentence.end]
    if _IN_SPEECH.match(said) and _NAMED_SAYS.search(said):
        return False
    if _LEANS_BACK.match(said) or _ANSWER.match(said):
        return True
    return _SOMEBODY_SAYS.search(said) is not None or _NOBODY_SAYS.fullmatch(said) is not None


def leads(text: str, sentence: Span) -> bool:
    """Whether a sentence says nothing without the next: a question, a heading."""
    return text[sentence.end - 1] in _ASKED or is_heading(text, sentence)


def is_heading(text: str, sentence: Span) -> bool:
    """Whether a sentence is a line without an end above one that has an end."""
    said = text[sentence.start : sentence.end]
    before = text[max(sentence.start - 1, 0) : sentence.start]
    below = _NEXT_LINE.match(text, sentence.end)
    if before not in ("", "\n") or below is None or count_words(said) > _MAX_HEADING_WORDS:
        return False
    if not _COMPLETE.search(below[1]):
        return False
    return not (_COMPLETE.search(said) or _ITEM.match(said))


def is_entry(text: str, before: Span, after: Span) -> bool:
    """Whether the second of two sentences begins what stands by itself."""
    if "\n" not in text[before.end : after.start] or text[before.end - 1] == ":":
        return False
    return _ENTRY.match(text, after.start) is not None


def is_credits(text: str, sentence: Span) -> bool:
    """Whether it says only who wrote, edited or photographed it."""
    if _CREDITS.fullmatch(text, sentence.start, sentence.end) is None:
        return False
    said = text[sentence.start : sentence.end]
    small = (word for word in _WORD.findall(said) if word[0].islower())
    return said.startswith("(") or all(map(_OF_CREDITS.fullmatch, small))
