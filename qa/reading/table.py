"""Tables: CSV and TSV, one article a row, its fields found by the names of the columns."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from io import StringIO

from qa.errors import ReadingError
from qa.reading.aliases import FIELDS, read_body, read_fields
from qa.reading.content import Content
from qa.reading.decoding import MAX_LINE_BYTES, decode
from qa.reading.draft import Draft, Failure, Part
from qa.reading.markup import without_markup

_DELIMITERS = ",;\t|"


def read(content: Content) -> Iterator[Part]:
    """Read a table whose first row names the columns.

    Yields:
        An article or a failure for each row that is not blank.

    Raises:
        ReadingError: If it is no text, or no column can be the text.
    """
    text = decode(content.data())
    head = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=head.count)
    csv.field_size_limit(MAX_LINE_BYTES)
    rows = csv.reader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] | None = None
    line = 0
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Failure(f"not a row of a table: {error}", line)
            continue
        if not any(cell.strip() for cell in row):
            continue
        if columns is None:
            columns = _columns(row, content)
            continue
        if len(row) > len(columns):
            what = f"{len(row)} columns where the first row has {len(columns)}"
            yield Failure(f"{what}; put cells that hold {delimiter!r} into quotes", line)
            continue
        yield _article(dict(zip(columns, row, strict=False)), line, content)


def _columns(row: list[str], content: Content) -> list[str]:
    stated = content.stated.columns
    if read_body(dict.fromkeys(row, "x"), stated) is None:
        named = ", ".join(cell.strip() for cell in row)[:120]
        raise ReadingError(
            f"no column is the text; the columns are {named}; say which: --column text=NAME "
            f"(also for {', '.join(each for each in FIELDS if each != 'text')})",
            line=1,
        )
    return [cell.strip() for cell in row]


def _article(values: Mapping[object, object], line: int, content: Content) -> Part:
    text = read_body(values, content.stated.columns)
    if text is None:
        return Failure("no text in this row", line)
    found, notes = read_fields(values, content.stated.columns)
    draft = Draft(text=without_markup(text), line=line, dated_by_name=False, notes=notes)
    draft.take(found, "column")
    return draft
