"""An article that a database of newspapers put into a file: its fields, and its body."""

from __future__ import annotations

from dataclasses import dataclass

from qa.reading.cleaning import Line
from qa.reading.draft import Found


@dataclass(frozen=True, slots=True)
class Record:
    """An article of such a file.

    Attributes:
        found: What its fields say; None if it has none that are known, and is read as any text.
        body: Its lines without fields; with its title where nothing is known.
    """

    found: Found | None
    body: list[Line]
