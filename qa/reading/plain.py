"""Plain text: a database's or a saved page's articles, or one with a few header lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

from qa.reading.cleaning import Line, split_lines
from qa.reading.clippings import is_of_jina
from qa.reading.content import Content
from qa.reading.databases import drafts_of, read_export
from qa.reading.decoding import decode
from qa.reading.draft import Draft, Part, showing
from qa.reading.furniture import END_OF_DOCUMENT, is_related_heading
from qa.reading.header import parse_header_line
from qa.reading.markdown import read_text as read_markdown
from qa.reading.saved_page import read_saved_page
from qa.reading.single import read_single

_MIN_WRAP_CHARS = 50
_MAX_WRAP_CHARS = 120
_MIN_WRAPPED_LINES = 3
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’)\]]*$")
_MIN_CUT_CHARS = 80
"""Of a line of an article whose end the file lacks."""

_MIN_ENDS = 2
"""Of documents in one file, for there to be several."""


def read(content: Content) -> Iterator[Part]:
    """Read a .txt file.

    Yields:
        The articles of a database or of a saved page, or else one article.

    Raises:
        ReadingError: If it is no text.
    """
    text = decode(content.data())
    if is_of_jina(text):
        yield read_markdown(text)
    else:
        yield from read_text(text)


def read_text(text: str) -> Iterator[Part]:
    """The articles of a database or of a saved page, or else one article."""
    if records := read_export(text):
        yield from drafts_of(records, partial(unwrap, titled=False))
        return
    lines = split_lines(text)
    parts = read_saved_page(lines)
    if parts:
        yield from showing(parts, lambda: text)
        return
    documents = documents_of(lines)
    for document in documents:
        draft = Draft(visible=lambda: text, dated_by_name=len(documents) == 1)
        read_single(unwrap(document), draft, "header")
        yield draft


def documents_of(lines: list[Line]) -> list[list[Line]]:
    """The articles that a database put into one file, each with a line of its own below it.

    One such line may be of any text, and a foot below the last is no further article.
    """
    ends = [at + 1 for at, line in enumerate(lines) if line.text == END_OF_DOCUMENT]
    if len(ends) < _MIN_ENDS:
        return [lines]
    if not any(len(line.text) >= _MIN_CUT_CHARS for line in lines[ends[-1] :]):
        ends.pop()
    return [lines[start:end] for start, end in pairwise([0, *ends, len(lines)])]


def unwrap(lines: list[Line], *, titled: bool = True) -> list[Line]:
    """Join the lines of hard-wrapped paragraphs.

    A line was wrapped if the next one's first word would not have fitted on it. A paragraph is
    joined only if that holds of each of its lines, so lists and verse stay; the title's paragraph
    and header lines are left alone. A file needs several such lines, since its longest line would
    pass the test by chance.
    """
    # An address is never wrapped, and longer than all lines that were.
    width = max((len(line.text) for line in lines if "://" not in line.text), default=0)
    if not _MIN_WRAP_CHARS <= width <= _MAX_WRAP_CHARS:
        return lines
    paragraphs = [part for each in _paragraphs(lines) for part in _below_heading(each, width)]
    wrapped = [
        at
        for at, paragraph in enumerate(paragraphs)
        if (at or not titled) and _is_wrapped(paragraph, width)
    ]
    if sum(len(paragraphs[at]) - 1 for at in wrapped) < _MIN_WRAPPED_LINES:
        return lines
    wrapped_at, joined = set(wrapped), list[Line]()
    for at, paragraph in enumerate(paragraphs):
        if at in wrapped_at:
            text = " ".join(line.text for line in paragraph)
            joined.append(paragraph[0]._replace(text=text))
        else:
            joined.extend(paragraph)
    return joined


def _below_heading(paragraph: list[Line], width: int) -> list[list[Line]]:
    """A paragraph, parted from a heading that stands above it without a blank line."""
    head, rest = paragraph[:1], paragraph[1:]
    if not _is_wrapped(paragraph, width) and len(rest) > 1 and _is_wrapped(rest, width):
        return [head, rest]
    return [paragraph]


def _is_wrapped(paragraph: list[Line], width: int) -> bool:
    return (
        len(paragraph) > 1
        and all(
            len(line.text) + 1 + len(following.text.split(" ", 1)[0]) > width
            for line, following in pairwise(paragraph)
        )
        and not any(parse_header_line(line.text) for line in paragraph)
        and not any(_is_heading_below(above.text, line.text) for above, line in pairwise(paragraph))
    )


def _is_heading_below(above: str, line: str) -> bool:
    """Whether a line below a sentence's end heads related articles, and is not its paragraph's.

    The last words of a wrapped paragraph may well be "more in May than in April."
    """
    ends = _SENTENCE_END.search(above) is not None and _SENTENCE_END.search(line) is None
    return ends and not line[0].islower() and is_related_heading(line)


def _paragraphs(lines: list[Line]) -> Iterator[list[Line]]:
    paragraph: list[Line] = []
    for line in lines:
        if line.gap and paragraph:
            yield paragraph
            paragraph = []
        paragraph.append(line)
    if paragraph:
        yield paragraph
