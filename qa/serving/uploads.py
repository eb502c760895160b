"""Uploaded files, handed to `qa.files.adding` under safe names.

A name is never used as a path: what arrives is bytes and a label.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final, NamedTuple

from qa.errors import IndexWriteError
from qa.files.adding import Added as Upload
from qa.files.adding import add, safe_name
from qa.files.held import Held
from qa.reading import Preview
from qa.reading.content import NOTHING, Stated
from qa.reading.workers import ToRead, shared

__all__ = ["MAX_FILES", "MAX_FILE_BYTES", "Sent", "Upload", "look", "store"]

MAX_FILES: Final = 100
"""Files in one upload: a reader's whole download folder, and nobody's disk."""

MAX_FILE_BYTES: Final = 32 * 2**20
"""Of one uploaded file. Larger ones go to the corpus folder by hand, or by `qa add`."""


class Sent(NamedTuple):
    """A file that was sent, or fetched.

    Attributes:
        name: As the user gave it.
        data: What the file holds.
        stated: What is known of it besides.
    """

    name: str
    data: bytes
    stated: Stated = NOTHING


def store(files: Iterable[Sent], corpus: Path) -> list[Upload]:
    """Read uploaded files, and keep those in the corpus that hold an article.

    Args:
        files: What was sent.
        corpus: The folder to keep them in. No file there is ever overwritten.

    Raises:
        InputError: The corpus is not a folder, or cannot be written to.
    """
    with Held(corpus) as held:
        return [_store(sent, held) for sent in files]


def _store(sent: Sent, held: Held) -> Upload:
    with _lying(sent) as path:
        return replace(add(path, path.name, held, sent.stated), name=sent.name)


def look(sent: Sent) -> Preview:
    """What would be understood of an uploaded file; read in a process apart if need be."""
    with _lying(sent) as path:
        return shared().preview(ToRead(path, path.name, sent.stated))


@contextmanager
def _lying(sent: Sent) -> Iterator[Path]:
    with contextlib.ExitStack() as stack:
        try:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="qa-upload-"))
            path = Path(folder, safe_name(sent.name))
            path.write_bytes(sent.data)
        except OSError as error:
            raise IndexWriteError.at(tempfile.gettempdir(), error) from error
        yield path
