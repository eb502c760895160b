"""Files that databases of newspapers export: many articles in one text, each with its fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from qa.reading import factiva, proquest
from qa.reading.cleaning import Line, join_lines, raw_lines, split_lines
from qa.reading.draft import Draft, Found
from qa.reading.record import Record
from qa.reading.single import fill_body, read_single

Joined = Callable[[list[Line]], list[Line]]
"""How a file's lines become paragraphs."""


def may_be_exported(text: str) -> bool:
    """Whether a text has a mark that all files of a database have, and few others."""
    return bool(factiva.MARK.search(text) or proquest.MARK.search(text))


def may_be_exported_page(markup: str) -> bool:
    """The same of the source of a page."""
    return proquest.MARK_IN_MARKUP in markup or bool(factiva.MARK_IN_MARKUP.search(markup))


def read_export(text: str) -> list[Record]:
    """The articles of a file that a database exported; empty if this is none."""
    return records_in(split_lines(text), raw_lines(text)) if may_be_exported(text) else []


def records_in(lines: list[Line], raws: Sequence[str]) -> list[Record]:
    """The same, of lines.

    Args:
        lines: Those with content.
        raws: All lines as they stand in the file, by their numbers from 1.
    """
    return factiva.records_of(lines, raws) or proquest.records_of(lines)


def drafts_of(records: Iterable[Record], joined: Joined = lambda lines: lines) -> Iterator[Draft]:
    """The articles to be made of records; what a preview tells of is missing from their bodies.

    Args:
        records: Of one file.
        joined: How their lines become paragraphs.
    """
    records = list(records)
    for record in records:
        draft = Draft(dated_by_name=len(records) == 1, visible=partial(join_lines, record.body))
        if record.found is None:
            read_single(joined(record.body), draft, "header")
        else:
            draft.line = record.body[0].number if record.body else None
            draft.take(Found(author=record.found.author), "byline")
            draft.take(record.found, "header")
            fill_body(joined(record.body), draft, "header")
        yield draft
