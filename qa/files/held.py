"""A corpus while files are put into it: what it holds, and what comes to be stated of it."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from qa import reading
from qa.addresses import address_key
from qa.errors import IndexWriteError, InputError
from qa.files.scanning import files, leads_out, source_name
from qa.reading.content import NOTHING, Stated
from qa.reading.statements import NAME, Statements, record


class Held:
    """The files of a corpus and what is stated of them, looked up once however many are added.

    What is stated of those that are added is written down in one go when it is left, also where
    that is by an error or by Ctrl-C, of all that were added until then. Where the process is killed
    before, the files are there without it, and adding them once more states it.

    Args:
        corpus: The folder.

    Raises:
        InputError: It is none.
    """

    def __init__(self, corpus: Path) -> None:
        if not corpus.is_dir():
            # Not made on the way: the next sync would take an empty one for "delete all articles".
            raise InputError(
                f"{corpus} is not a folder; make it, or name the one of your articles: --corpus DIR"
            )
        self.corpus = corpus
        self._by_size: dict[int, list[str]] | None = None
        self._by_digest: dict[int, dict[bytes, str]] = {}  # of sizes that were asked for
        self._known: Statements | None = None
        self._fetched: dict[str, str] | None = None
        self._new: dict[str, Stated] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.write()

    def same_content(self, path: Path) -> str | None:
        """The file that a sync reads with just the content of another, by its name, if any is."""
        if self._by_size is None:
            self._by_size = {}
            for name in sorted(_names(self.corpus)):
                self.add(name)
        size = path.stat().st_size
        alike = self._by_digest.setdefault(size, {})
        for name in self._by_size.pop(size, []):
            with suppress(OSError):  # it has gone since
                alike.setdefault(_digest(self.corpus / name), name)
        found = alike.get(_digest(path)) if alike else None
        if found is None or not (self.corpus / found).is_file():
            return None
        return source_name(found)

    def add(self, name: str) -> None:
        """Note a file that has come to the corpus."""
        if self._by_size is not None:
            with suppress(OSError):
                status = (self.corpus / name).stat()
                if stat.S_ISREG(status.st_mode):  # to read from a pipe would wait for ever
                    self._by_size.setdefault(status.st_size, []).append(name)

    def stated(self, name: str) -> Stated:
        """What is stated of a file, by its name in the corpus."""
        # As it will be read: what is stated of a file by name and not yet written comes last.
        return self._new[name] if name in self._new else self._statements.of(name)

    def fetched_from(self, url: str | None) -> str | None:
        """The file that was last fetched from the same address, by its name in the corpus."""
        if url is None:
            return None
        if self._fetched is None:
            self._fetched = {}
            for name, known in self._statements.by_pattern.items():
                self._note_address(name, known)
        last = self._fetched.get(address_key(url) or url)
        return last if last is not None and (self.corpus / last).is_file() else None

    def state(self, name: str, stated: Stated) -> None:
        """Note what is to be stated of a file."""
        stated = replace(stated, captured_by=NAME if stated.captured else "")
        if stated == NOTHING:
            return
        self._new[name] = stated
        if self._fetched is not None:
            self._note_address(name, stated)

    def write(self) -> None:
        """Write down what is newly stated.

        Raises:
            InputError: As `record`.
            IndexWriteError: The corpus cannot be written to.
        """
        new, self._new, self._known = self._new, {}, None
        try:
            record(self.corpus, new)
        except OSError as error:
            raise IndexWriteError.at(self.corpus / NAME, error) from error

    @property
    def _statements(self) -> Statements:
        if self._known is None:
            self._known = Statements.load(self.corpus)
        return self._known

    def _note_address(self, name: str, stated: Stated) -> None:
        if self._fetched is not None and stated.url is not None:
            self._fetched[address_key(stated.url) or stated.url] = name


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _names(corpus: Path) -> Iterator[str]:
    """The paths of the files that a sync reads, as the system has them."""
    top = corpus.resolve()
    for inner, entry in files(corpus, None, []):
        if reading.suffix_of(entry.name) in reading.SUFFIXES and not leads_out(entry, top):
            yield inner
