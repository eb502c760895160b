"""Uploaded files, checked and stored in the corpus folder under safe names."""

from __future__ import annotations

from pathlib import Path

from qa.adding import Added as Upload
from qa.adding import add, safe_name

__all__ = ["Upload", "safe_name", "store"]


def store(path: Path, corpus: Path) -> Upload:
    """Read an uploaded file, and keep it if it holds an article.

    Args:
        path: Where the web server put it. Its last part is the name the user gave.
        corpus: The folder to keep it in. No file there is ever overwritten.

    Raises:
        InputError: The corpus is not a folder, or cannot be written to.
    """
    return add(path, safe_name(path.name), corpus)
