"""File → Articles: one module a format, and everything that can go wrong becomes a Problem.

Importing this package loads no parser; each format's libraries are loaded when it is first used.
"""

from __future__ import annotations

from qa.reading.content import Stated
from qa.reading.draft import article_id
from qa.reading.files import ReadResult, read_bytes, read_file
from qa.reading.formats import NOTICED, SUFFIXES, suffix_of
from qa.reading.preview import Preview, preview

__all__ = [
    "NOTICED",
    "SUFFIXES",
    "Preview",
    "ReadResult",
    "Stated",
    "article_id",
    "preview",
    "read_bytes",
    "read_file",
    "suffix_of",
]
