"""What a reader is given: bytes with a name, and what is known of them from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from typing import BinaryIO

from qa.reading.decoding import MAX_FILE_BYTES, check_size


@dataclass(frozen=True, slots=True)
class Stated:
    """What someone else says of a file's articles; the files themselves come first.

    Attributes:
        captured: When the file was saved, which gives ages ("4 hours ago") a day.
        captured_by: Who says so, such as "--captured" or "WARC record".
        url: The address it was saved from.
        encoding: The encoding that the server named.
        columns: For tables and JSON, the name of the column of a field, where it is none of the
            usual ones: {"text": "Artikeltext"}.
    """

    captured: datetime | None = None
    captured_by: str = ""
    url: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


NOTHING = Stated()


class Content:
    """The content of a file, or of a member of an archive.

    Args:
        file: Open for reading, at its start; containers read it piece by piece.
        name: Its name; the suffix picks the reader.
        stated: What is known of it.
    """

    def __init__(self, file: BinaryIO, name: str, stated: Stated = NOTHING) -> None:
        self.file = file
        self.name = name
        self.stated = stated

    @classmethod
    def of(cls, data: bytes, name: str, stated: Stated = NOTHING) -> Content:
        """The content of a file that is in memory."""
        return cls(BytesIO(data), name, stated)

    def data(self) -> bytes:
        """All of it.

        Raises:
            ReadingError: If it is larger than one article's file may be.
        """
        data = self.file.read(MAX_FILE_BYTES + 1)
        check_size(len(data))
        return data

    def stating(self, **values: object) -> Content:
        """The same, with more known of it."""
        return Content(self.file, self.name, replace(self.stated, **values))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Member:
    """One of the things a container holds, to be read as a file of its own.

    Attributes:
        place: Where in the container, unique in it: a path, a record's number.
        content: What it holds.
    """

    place: str
    content: Content
