"""What the owner of an archive says of its files: `reading.toml` in the corpus folder.

    ["saved/*.txt"]
    captured = 2025-08-03

    ["wire.csv".columns]
    text = "Artikeltext"

The name of a table is a file of the corpus or a pattern of such; the last that fits wins.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final
from unicodedata import normalize

from qa.errors import InputError
from qa.reading.aliases import FIELDS
from qa.reading.content import NOTHING, Stated
from qa.reading.dates import from_day
from qa.replacing import replacing

NAME: Final = "reading.toml"
_LOCK: Final = f".{NAME}.lock"
_WILD: Final = re.compile(r"[*?\[]")
_TABLE: Final = re.compile(
    r"""^\[(?P<name>"(?:[^"\\\n]|\\.)*"|'[^'\n]*')\].*\n"""
    r"(?:(?!\[).*\n)*?(?=(?:[ \t]*(?:#.*)?\n)*(?:\[|\Z))",
    re.MULTILINE,
)
"""A table of one file; a run of comments before the next table is no part of it."""


@dataclass(frozen=True, slots=True)
class Statements:
    """What is stated of the files of a corpus.

    Attributes:
        by_pattern: In the order of the file, by the name or the pattern of names.
        wild: The places of those that are patterns: of all others, which may be a fetched page
            each, only the one of the same name is looked at.
        composed: The names beyond ASCII, each by itself with every accent in its letter: in the
            names of files made on a Mac they stand apart, and look the same.
    """

    by_pattern: Mapping[str, Stated]
    wild: tuple[tuple[int, str], ...] = ()
    composed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, corpus: Path) -> Statements:
        """Read a corpus's `reading.toml`; none is as good as an empty one.

        Raises:
            InputError: It cannot be read, or says what is not known here.
        """
        path = corpus / NAME
        try:
            tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return cls({})
        except (OSError, ValueError) as error:
            raise InputError(f"cannot read {path}: {error}; mend it or move it away") from error
        wild = tuple((at, name) for at, name in enumerate(tables) if _WILD.search(name))
        composed = {normalize("NFC", name): name for name in tables if not name.isascii()}
        stated = {name: _stated(values, name, path) for name, values in tables.items()}
        return cls(stated, wild, composed)

    def of(self, name: str) -> Stated:
        """What is stated of a file, by its name in the corpus."""
        plain = normalize("NFC", name)
        fits = (w for w in reversed(self.wild) if fnmatchcase(plain, normalize("NFC", w[1])))
        last = next(fits, None)
        if name not in self.by_pattern:
            name = self.composed.get(plain, name)
        if name not in self.by_pattern:
            return self.by_pattern[last[1]] if last else NOTHING
        if last is None or self._place(name) > last[0]:
            return self.by_pattern[name]
        return self.by_pattern[last[1]]

    def _place(self, name: str) -> int:
        return list(self.by_pattern).index(name)


def record(corpus: Path, stated: Mapping[str, Stated]) -> None:
    """Write down what is stated of files, so that they are read the same way from now on.

    One write, of however many, and one writer at a time: what is new is put at the end of the file
    at once; where some of them were spoken of before, that gives way, and the file is replaced. All
    else in it stays as it is.

    Args:
        corpus: The folder.
        stated: By the names of its files.

    Raises:
        InputError: The file speaks of some in a way that is not taken apart here; what is stated of
            all others has been written.
        OSError: The corpus cannot be written to.
    """
    from filelock import FileLock

    tables = {name: table for name, each in stated.items() if (table := _table(name, each))}
    if not tables:
        return
    with FileLock(corpus / _LOCK, timeout=30):
        _record(corpus, tables)


def _record(corpus: Path, tables: Mapping[str, str]) -> None:
    path = corpus / NAME
    if tables.keys().isdisjoint(Statements.load(corpus).by_pattern):
        _append(path, "".join(tables.values()))
        return
    text = path.read_text(encoding="utf-8-sig")
    left = tables.keys() & tomllib.loads(_without(text, tables.keys())).keys()
    tables = {name: table for name, table in tables.items() if name not in left}
    with replacing(path.resolve()) as file:  # of a link, what it leads to
        file.write((_without(text, tables.keys()) + "".join(tables.values())).encode())
    if left:
        names = ", ".join(sorted(left))
        raise InputError(f"{path} says other things of {names}; change them there")


def _table(name: str, stated: Stated) -> str:
    """What is stated of a file as the file of statements has it; "" for nothing."""
    lines = []
    if stated.captured is not None:
        captured = stated.captured
        day = captured.date() if captured == from_day(captured.date()) else captured
        lines.append(f"captured = {day.isoformat()}\n")
    if stated.url is not None:
        lines.append(f"url = {_quoted(stated.url)}\n")
    columns = ", ".join(f"{field} = {_quoted(to)}" for field, to in stated.columns.items())
    if columns:
        lines.append(f"columns = {{ {columns} }}\n")
    return "".join([f"\n[{_quoted(name)}]\n", *lines]) if lines else ""


def _quoted(text: str) -> str:
    """A text as a basic string of TOML, which knows no surrogates, and no bare DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _append(path: Path, text: str) -> None:
    """Put a text at the end of a file, all of it or nothing."""
    data = text.encode("utf-8")
    with path.open("ab", buffering=0) as file:
        before = file.tell()
        if file.write(data) != len(data):  # the disk is full: half a table could not be read
            file.truncate(before)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _without(text: str, names: Collection[str]) -> str:
    """A file of statements without the tables of names; comments before the next table stay."""

    def kept(table: re.Match[str]) -> str:
        name = next(iter(tomllib.loads(f"{table['name']} = 0")))
        return "" if name in names else table[0]

    return _TABLE.sub(kept, text if text.endswith("\n") else text + "\n")


def mark(stated: Stated) -> str:
    """Changes whenever what is stated does; "" for nothing."""
    if stated == NOTHING:
        return ""
    values = [str(stated.captured), stated.url, sorted(stated.columns.items())]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


def check_captured(value: object, told: str) -> datetime:
    """The day or the time at which something was saved.

    Args:
        value: A date or a time.
        told: What says it, and how.

    Raises:
        InputError: It is something else, or nothing can have been saved then.
    """
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    if isinstance(value, datetime):
        captured = value if value.tzinfo else value.replace(tzinfo=UTC)
        if captured > datetime.now(UTC) + timedelta(days=1):  # it is tomorrow already somewhere
            raise InputError(f"{told} lies in the future; write the day the page was saved")
        if from_day(captured) is not None:
            return captured
    raise InputError(f"{told} is no day such as 2025-08-03")


def check_columns(columns: Mapping[str, Any]) -> dict[str, str]:
    """The names of columns by field.

    Raises:
        InputError: A field is none, or a name no text.
    """
    for name, column in columns.items():
        if name not in FIELDS or not isinstance(column, str) or not column.strip():
            known = ", ".join(FIELDS)
            raise InputError(f"no column for a field {name!r} is known; the fields are {known}")
    return dict(columns)


def _stated(values: object, pattern: str, path: Path) -> Stated:
    if not isinstance(values, dict) or set(values) - {"captured", "url", "columns"}:
        raise InputError(f'{path}: ["{pattern}"] may say captured, url and columns only; mend it')
    if not isinstance(values.get("columns", {}), dict):
        raise InputError(
            f'{path}: columns of ["{pattern}"] are no table such as {{ text = "Body" }}'
        )
    if not isinstance(values.get("url", ""), str):
        raise InputError(f'{path}: url of ["{pattern}"] is no text')
    stated = replace(
        NOTHING, url=values.get("url"), columns=check_columns(values.get("columns", {}))
    )
    if "captured" in values:
        captured = check_captured(values["captured"], f'{path}: captured of ["{pattern}"]')
        stated = replace(stated, captured=captured, captured_by=NAME)
    return stated
