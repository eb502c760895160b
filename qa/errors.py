"""The errors article-qa raises on purpose.

    QAError                     anything below; the command line prints it as one line, exit code 1
    ├── InputError              the caller passed something unusable (a bad date or setting)
    ├── ReadingError            one file, or one part of it, cannot be read; never stops the others
    ├── IndexMissingError       there is no index here yet
    ├── IndexMismatchError      the index was built with another model, format or setting
    ├── IndexDamagedError       a file of the index is missing, truncated or inconsistent
    ├── IndexBusyError          another process is writing this index
    ├── IndexWriteError         the disk refuses: full, read-only, failing
    ├── AbandonedError          nobody waits for the answer any more; told to nobody
    ├── SyncCancelledError      somebody stopped the sync; nothing is lost
    ├── ForbiddenError          who asks may not do this, or nobody may here
    ├── ServiceError            a server that was named does not answer, refuses, or goes away
    ├── ModelError              the embedding model cannot be loaded or is not what it claims to be
    ├── ArticleNotFoundError    no article with that id
    └── CitationError           a quote is not a verbatim slice of its article

Each message says what happened, names the value, and gives the next command where there is one.
"""

from __future__ import annotations

from typing import Self


class QAError(Exception):
    """Base of all errors raised on purpose. `str(error)` is one line, fit to show to a user."""


class InputError(QAError):
    """The caller passed something unusable."""


class ReadingError(QAError):
    """A file, or one part of it, cannot be read.

    Args:
        reason: What is wrong, in a few words without the file's name.
        line: 1-based line of the file where it went wrong, where one is known.
    """

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.reason = reason
        self.line = line


class IndexMissingError(QAError):
    """There is no index at the given place."""


class IndexMismatchError(QAError):
    """The index was built with another model, format or setting than is asked for now."""


class IndexDamagedError(QAError):
    """A file of the index is missing, truncated or inconsistent with its manifest."""


class IndexBusyError(QAError):
    """Another process holds the writer's lock of this index."""


class IndexWriteError(QAError):
    """The index cannot be written: the disk is full, read-only, or fails. Nothing is lost."""

    @classmethod
    def at(cls, place: object, error: OSError) -> Self:
        """What the disk said of a place that was to be written to."""
        return cls(f"cannot write to {place}: {error.strerror or error}")


class SyncCancelledError(QAError):
    """Somebody stopped the sync. What it had embedded is kept, and the old index still answers."""


class AbandonedError(QAError):
    """Nobody waits for the answer any more, so it is not looked for."""


class ForbiddenError(QAError):
    """Who asks may not do this, or nobody may on this server."""


class ServiceError(QAError):
    """A server that was named does not answer, refuses, or has gone away. Nothing is lost."""


class ModelError(QAError):
    """The embedding model cannot be loaded or is not what it claims to be."""


class ArticleNotFoundError(QAError):
    """No article with this id is in the index.

    Args:
        message: What is wrong, in one line.
        absent: Whether there is none at all, rather than several, or not the revision asked for.
    """

    def __init__(self, message: str, *, absent: bool = False) -> None:
        super().__init__(message)
        self.absent = absent


class CitationError(QAError):
    """A quote is not a verbatim slice of its article. Never expected; never swallowed."""
