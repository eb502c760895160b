"""What lies in the corpus folder, and what of it has changed."""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from qa import reading
from qa.errors import InputError
from qa.files import deletions
from qa.protocols import OnProgress, Progress
from qa.reading.content import NOTHING, Stated
from qa.reading.statements import Statements, mark
from qa.reading.workers import ToRead, shared
from qa.records import Article

SETTLED: Final = 2.0
"""Seconds for which a file must have been left alone before its status is trusted: file systems
count time in steps of up to two seconds, so a file written twice within one step looks the same."""


UNREADABLE: Final = "unreadable"
"""Begins what stands in the place of a digest for what could not be opened."""


_HIDDEN: Final = re.compile(r"(?:^|/)(?:\.|~\$)")


REFUSED_LINK: Final = "a link that leads out of the corpus folder; copy what it means here instead"
"""Told of links: what they lead to may be anything, and may change without a trace here."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the corpus.

    Attributes:
        at: Where it lies.
        name: Its path in the corpus, with forward slashes, always valid Unicode.
        digest: SHA-256 of its content, and marks of what is stated of it and deleted.
        status: Size, times and inode, which change when the content does; "" if not to be trusted.
        stated: What the corpus's `reading.toml` says of it.
        without: Content keys of the articles in it that were deleted, see `qa.files.deletions`.
        looked: Its status when it was listed, trusted or not; "" where there is none.
        refused: Why it is not to be read, though it could be; "" for all others.
    """

    at: str
    name: str
    digest: str
    status: str
    stated: Stated = NOTHING
    without: frozenset[str] = frozenset()
    refused: str = ""
    looked: str = ""

    @property
    def path(self) -> Path:
        """Where it lies. Made when it is asked for: most files of most scans never are."""
        return Path(self.at)

    def is_as_listed(self) -> bool:
        """Whether the file is still as it was when its digest was taken.

        What was read of a file that was written to meanwhile may be neither its old text nor its
        new one, and must not be remembered as what the digest stands for.
        """
        if not self.looked:
            return True
        try:
            return _looked(self.path.stat()) == self.looked
        except OSError:
            return False

    def is_gone(self) -> bool:
        """Whether nothing lies there any more; no where the system does not tell."""
        try:
            self.path.stat()
        except OSError as error:
            return isinstance(error, FileNotFoundError | NotADirectoryError)
        return False

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
    listed = sorted(files(corpus, index.resolve(), unlisted), key=lambda each: each[0])
    found: dict[str, Source] = {}
    for error in unlisted:
        folder = Path(error.filename)
        name = source_name(folder.relative_to(corpus).as_posix())
        found[name] = Source(str(folder), name, f"{UNREADABLE}: {error.strerror}", "")
        for inside in known:
            if inside.startswith(f"{name}/") or folder == corpus:
                found[inside] = Source(str(corpus / inside), inside, *known[inside])
    top = corpus.resolve()
    for done, (inner, entry) in enumerate(listed, 1):
        name = source_name(inner)
        if name in found:  # b"caf\xe9.txt" beside a file that is really called "caf\\xe9.txt"
            digest = hashlib.sha256(os.fsencode(entry.path)).hexdigest()[:8]
            suffix = Path(entry.path).suffix
            name = f"{name.removesuffix(suffix)}~{digest}{suffix}"
        if leads_out(entry, top):
            digest = hashlib.sha256(REFUSED_LINK.encode()).hexdigest()
            found[name] = Source(entry.path, name, digest, "", refused=REFUSED_LINK)
            continue
        found[name] = _source(entry, name, statements.of(name), deleted.of(name), known.get(name))
        on_progress(Progress("scanning", done, len(listed)))
    both = sorted(found.keys() & known.keys())
    stale = [name for name in both if found[name].digest != known[name][0]]
    return Changes(
        added=tuple(found[name] for name in sorted(found.keys() - known.keys())),
        changed=tuple(found[name] for name in stale),
        unchanged=tuple(found[name] for name in sorted(set(both) - set(stale))),
        deleted=tuple(sorted(known.keys() - found.keys())),
    )


def corpus_at(corpus: str | Path) -> Path:
    """The corpus that a program names.

    Raises:
        InputError: The name is empty.
    """
    if isinstance(corpus, str) and not corpus.strip():
        # As a variable that is not set gives it; Path("") is the working directory, whose files
        # would take the place of all articles.
        raise InputError("the name of the corpus is empty; name the folder of your articles")
    return Path(corpus)


def check_corpus(corpus: Path, index: Path) -> None:
    """Raise if a folder can be no corpus.

    Raises:
        InputError: It is no folder, or lies in the index.
    """
    if not corpus.is_dir():
        raise InputError(
            f"{corpus} is not a folder; name the folder of your articles: --corpus DIR"
        )
    if corpus.resolve().is_relative_to(index.resolve()):
        raise InputError(
            f"{corpus} lies in the index folder {index}; name the folder of your articles: "
            "--corpus DIR"
        )


def check_emptied(changes: Changes, corpus: Path, allowed: bool) -> None:
    """Raise if a sync would delete every article, and not because each was deleted by command.

    Raises:
        InputError: With what it may mean and how to go on.
    """
    left = changes.added or changes.changed or changes.unchanged
    if allowed or left:
        return
    put_away = {each.source for each in deletions.deleted(corpus) if each.kept_as is not None}
    if not put_away.issuperset(changes.deleted):
        raise InputError(
            f"{corpus} holds no file to read any more, and all {len(changes.deleted)} sources of "
            "the index would be deleted; if its disk is not mounted, mount it; if it is to be "
            "empty, run: qa index --allow-empty"
        )


def check_still_says(corpus: Path, article: Article) -> None:
    """Raise if a file holds an article no more as it is known, so that to leave it out is no use.

    Raises:
        InputError: With the command that reads the file.
    """
    path, key = corpus / article.source, deletions.content_key(article)
    if not path.is_file():
        return  # told where it is to be deleted
    wanted = ToRead(path, article.source, Statements.load(corpus).of(article.source))
    parts = shared().read_parts(wanted)
    if not any(deletions.content_key(each) == key for part in parts for each in part.articles):
        raise InputError(
            f"{path} has changed since it was indexed and no longer says what {article.id} does; "
            "bring the index up to date first: qa index"
        )


def source_name(inner: str) -> str:
    """What a file is called, by its path in the corpus."""
    # No database stores a name that is not UTF-8: b"caf\xe9.txt" becomes "caf\\xe9.txt".
    return inner if inner.isascii() else os.fsencode(inner).decode("utf-8", "backslashreplace")


def is_passed_over(inner: str) -> bool:
    """Whether no sync looks at a path in the corpus: what is hidden, and the folder's README.md.

    That describes the folder, and is not an article.
    """
    return inner == "README.md" or is_hidden(inner)


def is_hidden(inner: str) -> bool:
    """Whether a path, or a folder in it, is not for readers: ".draft.txt", and "~$story.docx".

    That is what Word lays beside a document as long as it is open; others hide such files.
    """
    return _HIDDEN.search(inner) is not None


def leads_out(entry: os.DirEntry[str] | Path, top: Path) -> bool:
    """Whether something is a link to what lies elsewhere than in a folder, which is resolved."""
    # `realpath`, since `resolve` raises on a link to itself.
    return entry.is_symlink() and not Path(os.path.realpath(entry)).is_relative_to(top)


def files(
    corpus: Path, index: Path | None, unlisted: list[OSError]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """The files that can be read, each with its path in the corpus; and links to other folders.

    Entries as the system lists them, and no `Path` before it is needed: of 100,000 files that
    nobody changed, paths would take most of the time.

    Args:
        corpus: The folder.
        index: The index folder, resolved, which is left out where it lies in the corpus.
        unlisted: What folders could not be listed for is put here.
    """
    left_out, top = str(index or ""), corpus.resolve()
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(corpus / folder) as listed:
                entries = list(listed)
        except FileNotFoundError:  # it has gone since it was seen
            continue
        except OSError as error:
            unlisted.append(error)
            continue
        for entry in entries:
            inner = f"{folder}/{entry.name}" if folder else entry.name
            if is_passed_over(inner):
                continue
            if _is_folder(entry):
                if leads_out(entry, top):
                    yield inner, entry  # to be told: it is not followed
                elif not entry.is_symlink() and f"{top}/{inner}" != left_out:
                    waiting.append(inner)
            elif reading.suffix_of(entry.name) in reading.NOTICED:
                yield inner, entry


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # told when it is read
        return False


def _source(
    entry: os.DirEntry[str],
    name: str,
    stated: Stated,
    without: frozenset[str],
    known: tuple[str, str] | None,
) -> Source:
    began = time.time()
    marks = mark(stated) + deletions.mark(without)
    try:
        status = entry.stat()
        if not stat.S_ISREG(status.st_mode):  # to read from a pipe would wait for ever
            return Source(entry.path, name, "not a file", "")
        looked = _looked(status)
        now = f"{looked} {marks}".rstrip()
        if known is not None and known[1] == now:
            return Source(entry.path, name, *known, stated, without)
        with Path(entry.path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest() + marks
    except OSError as error:  # reading will report it; retried at each sync, being no file's status
        return Source(entry.path, name, f"{UNREADABLE}: {error.strerror}", "")
    # A clock that was set back makes files of the future: never trusted, so only slower.
    settled = began - max(status.st_mtime, status.st_ctime) > SETTLED
    trusted = now if settled else ""
    return Source(entry.path, name, digest, trusted, stated, without, looked=looked)


def remarked(source: Source, without: frozenset[str]) -> Source:
    """The same as the next scan finds it, when other articles are to be left out of it."""
    digest = source.digest.removesuffix(deletions.mark(source.without)) + deletions.mark(without)
    looked = source.status.removesuffix(source.digest[deletions.DIGITS :]).rstrip()
    status = f"{looked} {digest[deletions.DIGITS :]}".rstrip() if looked else ""
    return replace(source, digest=digest, status=status, without=without)


def _looked(status: os.stat_result) -> str:
    times = f"{status.st_mtime_ns} {status.st_ctime_ns}"
    return f"{status.st_size} {times} {status.st_ino}"
