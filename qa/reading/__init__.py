"""File → Articles: one module a format, and everything that can go wrong becomes a Problem.

Importing this package loads no parser; each format's libraries are loaded when it is first used.
"""

from __future__ import annotations

from qa.reading.draft import article_id
from qa.reading.files import SUFFIXES, ReadResult, read_bytes, read_file

__all__ = ["SUFFIXES", "ReadResult", "article_id", "read_bytes", "read_file"]
