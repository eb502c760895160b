"""What the owner of an archive says of its files: `reading.toml` in the corpus folder.

    ["saved/*.txt"]
    captured = 2025-08-03

    ["wire.csv".columns]
    text = "Artikeltext"

The name of a table is a file of the corpus or a pattern of such; the last that fits wins.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from qa.errors import InputError
from qa.reading.aliases import FIELDS
from qa.reading.content import NOTHING, Stated
from qa.reading.dates import from_day

NAME: Final = "reading.toml"
_WILD: Final = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Statements:
    """What is stated of the files of a corpus.

    Attributes:
        by_pattern: In the order of the file, by the name or the pattern of names.
        wild: The places of those that are patterns: of all others, which may be a fetched page
            each, only the one of the same name is looked at.
    """

    by_pattern: Mapping[str, Stated]
    wild: tuple[tuple[int, str], ...] = ()

    @classmethod
    def load(cls, corpus: Path) -> Statements:
        """Read a corpus's `reading.toml`; none is as good as an empty one.

        Raises:
            InputError: It cannot be read, or says what is not known here.
        """
        path = corpus / NAME
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls({})
        except (OSError, ValueError) as error:
            raise InputError(f"cannot read {path}: {error}; mend it or move it away") from error
        wild = tuple((at, name) for at, name in enumerate(tables) if _WILD.search(name))
        return cls({name: _stated(values, name, path) for name, values in tables.items()}, wild)

    def of(self, name: str) -> Stated:
        """What is stated of a file, by its name in the corpus."""
        last = next((w for w in reversed(self.wild) if fnmatchcase(name, w[1])), None)
        if name not in self.by_pattern:
            return self.by_pattern[last[1]] if last else NOTHING
        if last is None or self._place(name) > last[0]:
            return self.by_pattern[name]
        return self.by_pattern[last[1]]

    def _place(self, name: str) -> int:
        return list(self.by_pattern).index(name)


def record(corpus: Path, name: str, stated: Stated) -> None:
    """Write down what is stated of one file, so that it is read the same way from now on.

    What was written of it before gives way; all else in the file stays as it is.

    Raises:
        InputError: The file says something of it in a way that is not taken apart here.
        OSError: The corpus cannot be written to.
    """
    lines = [f"\n[{json.dumps(name)}]\n"]
    if stated.captured is not None:
        captured = stated.captured
        day = captured.date() if captured == from_day(captured.date()) else captured
        lines.append(f"captured = {day.isoformat()}\n")
    if stated.url is not None:
        lines.append(f"url = {json.dumps(stated.url)}\n")
    columns = ", ".join(f"{field} = {json.dumps(to)}" for field, to in stated.columns.items())
    if columns:
        lines.append(f"columns = {{ {columns} }}\n")
    if len(lines) == 1:
        return
    path = corpus / NAME
    if name not in Statements.load(corpus).by_pattern:
        with path.open("a", encoding="utf-8") as file:
            file.write("".join(lines))
        return
    text = _without(path.read_text(encoding="utf-8"), name) + "".join(lines)
    try:
        tomllib.loads(text)
    except ValueError as error:
        raise InputError(f"{path} says other things of {name}; change them there") from error
    new = path.with_name(f".{NAME}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def _without(text: str, name: str) -> str:
    """A file of statements without the table of a name; comments before the next table stay."""
    rest = r"(?=(?:[ \t]*(?:#.*)?\n)*(?:\[|\Z))"
    table = rf"^\[{re.escape(json.dumps(name))}\].*\n(?:(?!\[).*\n)*?{rest}"
    return re.sub(table, "", text if text.endswith("\n") else text + "\n", flags=re.MULTILINE)


def mark(stated: Stated) -> str:
    """Changes whenever what is stated does; "" for nothing."""
    if stated == NOTHING:
        return ""
    values = [str(stated.captured), stated.url, sorted(stated.columns.items())]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def parse_captured(value: object) -> datetime | None:
    """A day or a time at which something was saved."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return from_day(value) if isinstance(value, date) else None


def check_columns(columns: Mapping[str, Any]) -> dict[str, str]:
    """The names of columns by field.

    Raises:
        InputError: A field is none, or a name no text.
    """
    for field, column in columns.items():
        if field not in FIELDS or not isinstance(column, str) or not column.strip():
            known = ", ".join(FIELDS)
            raise InputError(f"no column for a field {field!r} is known; the fields are {known}")
    return dict(columns)


def _stated(values: object, pattern: str, path: Path) -> Stated:
    if not isinstance(values, dict) or set(values) - {"captured", "url", "columns"}:
        raise InputError(f'{path}: ["{pattern}"] may say captured, url and columns only; mend it')
    stated = replace(
        NOTHING, url=values.get("url"), columns=check_columns(values.get("columns", {}))
    )
    if "captured" in values:
        captured = parse_captured(values["captured"])
        if captured is None:
            raise InputError(f'{path}: captured of ["{pattern}"] is no day such as 2025-08-03')
        stated = replace(stated, captured=captured, captured_by=NAME)
    return stated
