"""Many questions at once: a CSV of them in, an evidence pack out.

The pack is a zip with `evidence.csv` (a line a quote), `evidence.md` (to read), `answers.jsonl`
(everything, as `qa ask --json`, and the filters) and `references.bib`.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from qa import serialise
from qa.errors import InputError, QAError, ReadingError
from qa.exports import documents, references
from qa.protocols import OnProgress, Progress
from qa.reading.decoding import decode
from qa.records import Answer

OPTIONS: Final = ("publisher", "author", "after", "before", "language", "agency", "as_of")
"""Columns that restrict their line's question, as in `Archive.ask`."""

QUESTION: Final = ("question", "questions", "query", "q")
"""What the column of the questions may be called; else it is the first."""

COLUMNS: Final = ("line", *documents.COLUMNS, "filters")
"""Of `evidence.csv`."""

MAX_QUESTIONS: Final = 5_000
"""Two minutes of one core at 25 ms a question; a longer list is better asked in parts."""


@dataclass(frozen=True, slots=True)
class Line:
    """One question of the list.

    Attributes:
        number: Of its line in the CSV, from 1, the heading counted.
        question: As written.
        options: Those of `OPTIONS` that it has.
        wrong: Why it cannot be asked; None where it can.
    """

    number: int
    question: str
    options: Mapping[str, str] = field(default_factory=dict)
    wrong: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: an answer, or the one line of an error.

    Attributes:
        line: The question.
        answer: None where it could not be asked.
        error: Why not.
        filters: What it was restricted to, by its line or with all others; a day that it was asked
            as of is told with what was understood.
    """

    line: Line
    answer: Answer | None
    error: str | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


def read_questions(data: bytes) -> list[Line]:
    """The questions of a CSV in any usual encoding and with any usual separator.

    Args:
        data: The file.

    Raises:
        InputError: It holds none, or more than `MAX_QUESTIONS`, or misspells a column.
    """
    try:
        text = re.sub("\r\n?", "\n", decode(data))
    except ReadingError as error:
        raise InputError(f"the list of questions: {error}") from error
    table = [row for row in _table(text) if any(cell.strip() for _, cell in row)]
    if not table:
        raise InputError("the list of questions is empty; it needs a question a line")
    heading = [re.sub(r"\W+", "_", cell.strip().lower()) for _, cell in table[0]]
    named = next((n for n, name in enumerate(heading) if name in QUESTION), None)
    if named is None and len(heading) > 1 and any(name in OPTIONS for name in heading):
        named = next((n for n, name in enumerate(heading) if name not in OPTIONS), 0)
    if named is not None:
        _check_columns(heading)
    body, column = (table, 0) if named is None else (table[1:], named)
    lines = []
    for row in body:
        cells = [cell.strip() for _, cell in row]
        if column >= len(cells) or not cells[column]:
            continue
        found = dict(zip(heading, cells, strict=False)) if named is not None else {}
        options = {name: found[name] for name in OPTIONS if found.get(name)}
        # A question that was cut at its comma is another one, with half of it for a filter.
        is_cut = named is not None and any(cells[len(heading) :])
        lines.append(Line(row[0][0], cells[column], options, _CUT if is_cut else None))
    if not lines:
        raise InputError("the list of questions has a heading and no questions")
    if len(lines) > MAX_QUESTIONS:
        raise InputError(
            f"the list has {len(lines):,} questions; at most {MAX_QUESTIONS:,} are asked at a time"
        )
    return lines


def _check_columns(heading: Sequence[str]) -> None:
    """Refuse a column that is likely meant to restrict the questions, and would restrict none."""
    options = {name.replace("_", ""): name for name in OPTIONS}
    for name in heading:
        meant = get_close_matches(name.replace("_", ""), options, 1, _NEAR)
        if meant and name not in OPTIONS:
            raise InputError(
                f"the list of questions has a column {name!r}, which restricts nothing; call it "
                f"{options[meant[0]]!r}, or something else if that is not meant"
            )


_NEAR: Final = 0.9
"""Of `difflib`'s measure: "publishers" is .95 of "publisher", and "published" .89."""

_CUT: Final = "more cells than the heading has; put cells that hold the separator into quotes"

_SEPARATOR_LINE = re.compile(r"sep=([,;\t])[ \t]*\n")
"""What Excel puts above a table, and reads."""

_QUOTED_ROW = re.compile(r'^"(?:[^"]|"")*"[ \t\r]*$', re.MULTILINE)
"""A cell in quotes and nothing beside it, as spreadsheets write one with a comma."""


def _table(text: str) -> Iterator[list[tuple[int, str]]]:
    """Rows of cells, each with the number of its row's first line."""
    said = _SEPARATOR_LINE.match(text)
    if said:
        text = "\n" + text[said.end() :]
    first = next((line for line in text.split("\n") if line.strip()), "")
    # A comma is part of many a question: it separates only where the heading says so.
    told = (s for s in ("\t", ";", ",") if s in first and _is_heading(first, s))
    separator = said[1] if said else next(told, None)
    if separator is None and not _QUOTED_ROW.search(text):  # else quotes are of exact phrases
        yield from ([(n, line)] for n, line in enumerate(text.splitlines(), 1))
        return
    # Without a separator a row is one cell: a character that no text has parts nothing.
    reader = csv.reader(
        io.StringIO(text),
        delimiter=separator or "\x1f",
        skipinitialspace=True,
        strict=separator is not None,  # else one open quote makes one question of many
    )
    at = 1
    try:
        for row in reader:
            yield [(at, cell) for cell in row]
            at = reader.line_num + 1
    except csv.Error as error:
        raise InputError(
            f"line {at} of the list of questions is no CSV: {error}; a cell with quotes in it "
            'stands in quotes, and has each of them twice: """Kell"" in June"'
        ) from error


def _is_heading(line: str, separator: str) -> bool:
    cells = [re.sub(r"\W+", "_", cell.strip(' "\ufeff').lower()) for cell in line.split(separator)]
    asks = line.rstrip(' "\r').endswith("?")  # "Before, who ran it?" is a question
    return not asks and any(cell in (*QUESTION, *OPTIONS) for cell in cells)


def ask_each(
    ask: Callable[..., Answer],
    lines: Sequence[Line],
    options: Mapping[str, Any],
    *,
    on_progress: OnProgress = lambda _: None,
) -> Iterator[Outcome]:
    """Ask one after the other. A question that fails does not stop the others.

    Args:
        ask: `Archive.ask`.
        lines: What to ask.
        options: How to ask all of them; a line's own options come first.
        on_progress: Called before the first and after each.
    """
    on_progress(Progress("asking", 0, len(lines)))
    for done, line in enumerate(lines, 1):
        how = {**options, **line.options}
        filters = {name: str(how[name]) for name in OPTIONS if how.get(name) and name != "as_of"}
        try:
            if line.wrong:
                raise InputError(line.wrong)
            outcome = Outcome(line, ask(line.question, **how), filters=filters)
        except QAError as error:
            outcome = Outcome(line, None, str(error), filters)
        on_progress(Progress("asking", done, len(lines)))
        yield outcome


def pack(outcomes: Sequence[Outcome]) -> bytes:
    """The evidence pack, a zip file. The same outcomes give the same bytes."""
    answers = [outcome.answer for outcome in outcomes if outcome.answer]
    cited = references.unique(c for answer in answers for c in answer.citations)
    files = {
        "evidence.csv": "\ufeff" + documents.table(_rows(outcomes), COLUMNS),
        "evidence.md": _markdown(outcomes),
        "answers.jsonl": "".join(_json_line(outcome) for outcome in outcomes),
        "references.bib": "\n\n".join(map(references.bibtex, cited)) + "\n",
    }
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode(), zipfile.ZIP_DEFLATED)
    return told.getvalue()


def check_place(path: Path) -> None:
    """See that a pack can be written, before what goes into it is asked.

    Raises:
        InputError: It cannot.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; name a file in it: --out PACK.zip")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent} is no folder; name another place: --out PACK.zip")
    if path.exists() and not path.is_file():  # a pipe, a device, which a file would replace
        raise InputError(f"{path} is no file; name one: --out PACK.zip")
    try:
        with tempfile.TemporaryFile(dir=_part(path).parent):
            pass
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _part(path: Path) -> Path:
    """The file beside it that is to become it; of a link, beside what it leads to."""
    whole = Path(os.path.realpath(path))
    return whole.with_name(f".{whole.name}.part")


def write_pack(path: Path, outcomes: Sequence[Outcome]) -> None:
    """Write the pack: whole or not at all.

    Raises:
        InputError: It cannot be written there.
    """
    part = _part(path)
    try:
        part.write_bytes(pack(outcomes))
        part.replace(os.path.realpath(path))
    except OSError as error:
        part.unlink(missing_ok=True)
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error


def _rows(outcomes: Sequence[Outcome]) -> Iterator[dict[str, Any]]:
    for outcome in outcomes:
        line = {
            "line": outcome.line.number,
            "question": outcome.line.question,
            "filters": _filters(outcome),
        }
        if outcome.answer is None:
            yield {**line, "answered": "error", "reason": outcome.error}
        else:
            yield from ({**row, **line} for row in documents.rows(outcome.answer))


def _filters(outcome: Outcome) -> str:
    return "; ".join(f"{name} {value}" for name, value in outcome.filters.items())


def _markdown(outcomes: Sequence[Outcome]) -> str:
    answered = sum(1 for o in outcomes if o.answer and o.answer.answered)
    parts = [
        "# Evidence",
        f"{answered} of {len(outcomes)} questions answered. Every quote is a verbatim slice of a "
        "stored article; the numbers are its first character and the one after its last.",
    ]
    for outcome in outcomes:
        if outcome.answer:
            parts.append(documents.markdown(outcome.answer, 2, _filters(outcome)))
        else:
            question, reason = outcome.line.question, outcome.error or ""
            parts.append(f"## {references.escaped(question)}")
            parts.append(f"**Not asked:** {references.escaped(reason)}")
    return "\n\n".join(parts) + "\n"


def _json_line(outcome: Outcome) -> str:
    told = (
        serialise.answer(outcome.answer)
        if outcome.answer
        else {"question": outcome.line.question, "error": outcome.error}
    )
    line = {"line": outcome.line.number, **told, "filters": dict(outcome.filters)}
    return json.dumps(line, ensure_ascii=False) + "\n"
