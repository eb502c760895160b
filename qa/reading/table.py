"""Tables: CSV and TSV, one article a row, its fields found by the names of the columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO

from qa.errors import ReadingError
from qa.reading.aliases import FIELDS, read_body, read_fields, shown_orders, without_cut
from qa.reading.content import Content
from qa.reading.decoding import MAX_LINE_BYTES, decode
from qa.reading.draft import Draft, Failure, Part
from qa.reading.markup import without_markup

_NULLS = frozenset(("\\N", "NULL", "NaN", "nan", "None", "<NA>"))
"""How databases and pandas write that there is nothing."""

_DELIMITERS = ",;\t|"
_DELIMITER_LINE = re.compile(r"sep=(.)\s*$")
"""What Excel puts above a table, and reads."""


def read(content: Content) -> Iterator[Part]:
    """Read a table whose first row names the columns.

    Yields:
        An article or a failure for each row that is not blank.

    Raises:
        ReadingError: If it is no text, or no column can be the text.
    """
    text = decode(content.data())
    columns: list[str] | None = None
    damaged = False
    lines = list(StringIO(text, newline=""))
    day_first = _day_first(lines, content)
    for row, line in _rows(lines):
        if isinstance(row, csv.Error):
            yield Failure(f"not a row of a table: {row}", line)
            damaged = True
            continue
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = _columns(row, content)
            continue
        if damaged and len(row) < len(columns):
            yield Failure("the rest of a row that cannot be read", line)
            continue
        if len(row) > len(columns):
            what = f"{len(row)} columns where the first row has {len(columns)}"
            yield Failure(f"{what}; put cells that hold the delimiter into quotes", line)
            continue
        damaged = False
        cells = ("" if cell.strip() in _NULLS else cell for cell in row)
        yield _article(dict(zip(columns, cells, strict=False)), line, content, day_first)


def _rows(lines: list[str]) -> Iterator[tuple[list[str] | csv.Error, int]]:
    """The rows of a table, or what is wrong with one, each with the 1-based line it begins on.

    After one that is wrong it goes on with the line below its first: a quote that is not closed
    costs one row, and not also the next one, into which it reaches.
    """
    at = 0
    stated = _DELIMITER_LINE.match(lines[0].lstrip("\ufeff")) if lines else None
    if stated:
        at, delimiter = 1, stated[1]
    else:
        delimiter = max(_DELIMITERS, key=lines[0].count)
    csv.field_size_limit(MAX_LINE_BYTES)
    while True:
        first = at
        left = (lines[n] for n in range(first, len(lines)))
        rows = csv.reader(left, delimiter=delimiter, strict=True)
        try:
            while True:
                at = first + rows.line_num
                yield next(rows), at + 1
        except StopIteration:
            return
        except csv.Error as error:
            yield error, at + 1
            at += 1


def _day_first(lines: list[str], content: Content) -> bool | None:
    """How a table writes 05/07/2025, where a row shows it and none contradicts."""
    columns: list[str] | None = None
    orders: set[bool] = set()
    for row, _ in _rows(lines):
        if isinstance(row, csv.Error) or not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = [cell.strip() for cell in row]
        orders |= shown_orders(dict(zip(columns, row, strict=False)), content.stated.columns)
    return orders.pop() if len(orders) == 1 else None


def _columns(row: list[str], content: Content) -> list[str]:
    stated = content.stated.columns
    if read_body(dict.fromkeys(row, "x"), stated) is None:
        named = ", ".join(cell.strip() for cell in row)[:120]
        raise ReadingError(
            f"no column is the text; the columns are {named}; head the "
            "text's “text”, or say which it is: qa add --column text=NAME "
            f"(also for {', '.join(each for each in FIELDS if each != 'text')})",
            line=1,
        )
    return [cell.strip() for cell in row]


def _article(
    values: Mapping[object, object], line: int, content: Content, day_first: bool | None
) -> Part:
    text = read_body(values, content.stated.columns)
    if text is None:
        return Failure("no text in this row", line)
    text, cut = without_cut(without_markup(text))
    found, notes = read_fields(values, content.stated.columns, day_first=day_first)
    draft = Draft(text=text, line=line, dated_by_name=False, notes=[*notes, *cut])
    draft.take(found, "column")
    return draft
