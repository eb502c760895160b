"""What lies in the corpus folder, and what of it has changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from qa import deletions, reading
from qa.errors import InputError
from qa.protocols import OnProgress, Progress
from qa.reading.content import NOTHING, Stated
from qa.reading.statements import Statements, mark

SETTLED: Final = 2.0
"""Seconds for which a file must have been left alone before its status is trusted: file systems
count time in steps of up to two seconds, so a file written twice within one step looks the same."""


UNREADABLE: Final = "unreadable"
"""Begins what stands in the place of a digest for what could not be opened."""


REFUSED_LINK: Final = "a link that leads out of the corpus folder; copy the file here instead"
"""Told of links: what they lead to may be anything, and may change without a trace here."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the corpus.

    Attributes:
        path: Where it lies.
        name: Its path in the corpus, with forward slashes, always valid Unicode.
        digest: SHA-256 of its content, and marks of what is stated of it and deleted.
        status: Size, times and inode, which change when the content does; "" if not to be trusted.
        stated: What the corpus's `reading.toml` says of it.
        without: Content keys of the articles in it that were deleted, see `qa.deletions`.
        refused: Why it is not to be read, though it could be; "" for all others.
    """

    path: Path
    name: str
    digest: str
    status: str
    stated: Stated = NOTHING
    without: frozenset[str] = frozenset()
    refused: str = ""

    @property
    def unread(self) -> Source:
        """The same as recorded where it could not be opened: the next sync reads it again."""
        if self.digest.startswith(UNREADABLE):
            return self
        return replace(self, digest=UNREADABLE, status="")


@dataclass(frozen=True, slots=True)
class Changes:
    """How a corpus differs from what an index was built from. All sorted by name."""

    added: tuple[Source, ...]
    changed: tuple[Source, ...]
    unchanged: tuple[Source, ...]
    deleted: tuple[str, ...]


def scan(
    corpus: Path, index: Path, known: Mapping[str, tuple[str, str]], on_progress: OnProgress
) -> Changes:
    """Compare a corpus folder with what is known of it.

    A file whose status is as it was is taken for unchanged; of any other the content is read. A
    folder that cannot be listed is a source of its own, to be told as a problem; what is known of
    its files stays as it is: nobody knows that they are gone.

    Args:
        corpus: Searched with its sub-folders.
        index: The index folder, left out where it lies in the corpus.
        known: Digest and status of each source, by name.
        on_progress: Called with the stage "scanning".
    """
    statements = Statements.load(corpus)
    deleted = deletions.Deletions.load(corpus)
    unlisted: list[OSError] = []
    paths = sorted(_files(corpus, index.resolve(), unlisted))
    found: dict[str, Source] = {}
    for error in unlisted:
        folder = Path(error.filename)
        name = _name(folder, corpus)
        found[name] = Source(folder, name, f"{UNREADABLE}: {error.strerror}", "")
        for inside in known:
            if inside.startswith(f"{name}/") or folder == corpus:
                found[inside] = Source(corpus / inside, inside, *known[inside])
    top = corpus.resolve()
    for done, path in enumerate(paths, 1):
        name = _name(path, corpus)
        if name in found:  # b"caf\xe9.txt" beside a file that is really called "caf\\xe9.txt"
            digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:8]
            name = f"{name.removesuffix(path.suffix)}~{digest}{path.suffix}"
        if path.is_symlink() and not path.resolve().is_relative_to(top):
            digest = hashlib.sha256(REFUSED_LINK.encode()).hexdigest()
            found[name] = Source(path, name, digest, "", refused=REFUSED_LINK)
            continue
        found[name] = _source(path, name, statements.of(name), deleted.of(name), known.get(name))
        on_progress(Progress("scanning", done, len(paths)))
    both = sorted(found.keys() & known.keys())
    stale = [name for name in both if found[name].digest != known[name][0]]
    return Changes(
        added=tuple(found[name] for name in sorted(found.keys() - known.keys())),
        changed=tuple(found[name] for name in stale),
        unchanged=tuple(found[name] for name in sorted(set(both) - set(stale))),
        deleted=tuple(sorted(known.keys() - found.keys())),
    )


def check_emptied(changes: Changes, corpus: Path, allowed: bool) -> None:
    """Raise if a sync would delete every article, and not because each was deleted by command.

    Raises:
        InputError: With what it may mean and how to go on.
    """
    left = changes.added or changes.changed or changes.unchanged
    if allowed:
        return
    if changes.deleted and not left and not (corpus / deletions.FOLDER).exists():
        raise InputError(
            f"{corpus} holds no file to read any more, and all {len(changes.deleted)} sources of "
            "the index would be deleted; if its disk is not mounted, mount it; if it is to be "
            "empty, run: qa index --allow-empty"
        )


def _name(path: Path, corpus: Path) -> str:
    # No database stores a name that is not UTF-8: b"caf\xe9.txt" becomes "caf\\xe9.txt".
    return os.fsencode(path.relative_to(corpus).as_posix()).decode("utf-8", "backslashreplace")


def _files(corpus: Path, index: Path, unlisted: list[OSError]) -> Iterator[Path]:
    def on_error(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # it has gone since it was seen
            unlisted.append(error)

    for folder, folders, names in os.walk(corpus, onerror=on_error):
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and Path(folder, name).resolve() != index
        ]
        for name in names:
            path = Path(folder, name)
            notes = path == corpus / "README.md"  # describes the folder; is not an article
            known = reading.suffix_of(name) in reading.SUFFIXES
            if not name.startswith(".") and known and not notes:
                yield path


def _source(
    path: Path,
    name: str,
    stated: Stated,
    without: frozenset[str],
    known: tuple[str, str] | None,
) -> Source:
    began = time.time()
    marks = mark(stated) + deletions.mark(without)
    try:
        status = path.stat()
        times = f"{status.st_mtime_ns} {status.st_ctime_ns}"
        now = f"{status.st_size} {times} {status.st_ino} {marks}".rstrip()
        if known is not None and known[1] == now:
            return Source(path, name, *known, stated, without)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest() + marks
    except OSError as error:  # reading will report it; retried at each sync, being no file's status
        return Source(path, name, f"{UNREADABLE}: {error.strerror}", "")
    # A clock that was set back makes files of the future: never trusted, so only slower.
    settled = began - max(status.st_mtime, status.st_ctime) > SETTLED
    return Source(path, name, digest, now if settled else "", stated, without)
