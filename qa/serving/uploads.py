"""Uploaded files, handed to `qa.adding` under safe names.

A name is never used as a path: what arrives is bytes and a label.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Final

from qa.adding import Added as Upload
from qa.adding import add, safe_name

__all__ = ["MAX_FILES", "MAX_FILE_BYTES", "Upload", "store"]

MAX_FILES: Final = 100
"""Files in one upload: a reader's whole download folder, and nobody's disk."""

MAX_FILE_BYTES: Final = 32 * 2**20
"""Of one uploaded file. Larger ones go to the corpus folder by hand, or by `qa add`."""


def store(name: str, data: bytes, corpus: Path) -> Upload:
    """Read an uploaded file, and keep it in the corpus if it holds an article.

    Args:
        name: As the user gave it.
        data: What the file holds.
        corpus: The folder to keep it in. No file there is ever overwritten.

    Raises:
        InputError: The corpus is not a folder, or cannot be written to.
    """
    with tempfile.TemporaryDirectory(prefix="qa-upload-") as folder:
        path = Path(folder, safe_name(name))
        path.write_bytes(data)
        return replace(add(path, path.name, corpus), name=name)
