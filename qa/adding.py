"""Put files into a corpus folder under safe names, overwriting none of anyone else's."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from qa import reading
from qa.addresses import address_key
from qa.errors import InputError
from qa.reading.content import NOTHING, Stated
from qa.reading.statements import Statements, record
from qa.reading.workers import ToRead, shared
from qa.records import Article, Problem
from qa.versions import same_article

MAX_STEM_CHARS: Final = 80
"""Of a stored file's name without its suffix; file systems allow 255 bytes."""

_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows takes for devices."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file that was to be added.

    Attributes:
        name: As it was given; not safe to use as a path, nor unescaped.
        stored_as: The file in the corpus folder, or None where it was refused.
        new: False where the corpus held a file with the same content already (`stored_as`), or the
            same texts from the same address.
        articles: How many articles were read from it.
        problems: What could not be read of it; where refused, why.
        changed: Whether it took the place of what was fetched from the same address before.
    """

    name: str
    stored_as: str | None
    new: bool
    articles: int
    problems: tuple[Problem, ...]
    changed: bool = False


class Held:
    """The files that a corpus holds, listed once however many are added to it.

    Args:
        corpus: The folder.
    """

    def __init__(self, corpus: Path) -> None:
        self.corpus = corpus
        self._by_size: dict[int, list[str]] | None = None

    def same_content(self, path: Path) -> str | None:
        """The file with just the content of another, by its name in the corpus, if there is one."""
        if self._by_size is None:
            self._by_size = {}
            for name in sorted(_names(self.corpus)):
                self.add(name)
        for name in self._by_size.get(path.stat().st_size, []):
            with suppress(OSError):  # it has gone since
                if filecmp.cmp(self.corpus / name, path, shallow=False):
                    return name
        return None

    def add(self, name: str) -> None:
        """Note a file that has come to the corpus."""
        if self._by_size is not None:
            with suppress(OSError):
                size = (self.corpus / name).stat().st_size
                self._by_size.setdefault(size, []).append(name)


def _names(corpus: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(corpus):
        folders[:] = [each for each in folders if not each.startswith(".")]
        inner = Path(folder).relative_to(corpus).as_posix()
        for name in names:
            if not name.startswith(".") and reading.suffix_of(name) in reading.SUFFIXES:
                yield name if inner == "." else f"{inner}/{name}"


def add(
    path: Path, name: str, corpus: Path, stated: Stated = NOTHING, held: Held | None = None
) -> Added:
    """Read a file, and keep a copy in the corpus if it holds an article.

    Args:
        path: Where it lies.
        name: The wanted name in the corpus, as `files_of` and `safe_name` make them.
        corpus: The folder to keep it in. No file there is ever overwritten, but for an article that
            was fetched from the same address before and has changed there.
        stated: What is known of it; written down in the corpus's `reading.toml`.
        held: What the corpus holds, where several files are added one after the other.

    Raises:
        InputError: The corpus is not a folder, or cannot be written to.
    """
    if not corpus.is_dir():
        # Not made on the way: the next sync would take an empty corpus for "delete all articles".
        raise InputError(
            f"{corpus} is not a folder; make it, or name the one of your articles: --corpus DIR"
        )
    held = held or Held(corpus)
    told = _text(path.name)
    read = shared().read_one(ToRead(path, told, stated))
    if not read.articles:
        reasons = read.problems or (Problem(told, "holds no article"),)
        return Added(told, None, False, 0, reasons)
    try:
        twin = _inside(path, corpus) or held.same_content(path)
        before = None if twin else _fetched_before(stated.url, corpus)
        changed = False
        if before is not None and _texts(before[1]) == _texts(read.articles):
            twin = before[0]
        elif before is not None and _is_changed(*before, name, read.articles):
            kept, changed = _replace(path, before[0], corpus), True
        if not changed:
            kept = twin or keep(path, name, corpus)
        if twin is None and not changed:
            held.add(kept)
        if not _is_stated(stated, Statements.load(corpus).of(kept), fresh=twin is None or changed):
            record(corpus, kept, stated)
    except OSError as error:
        raise InputError(f"cannot write to {corpus}: {error.strerror or error}") from error
    return Added(told, kept, twin is None, len(read.articles), read.problems, changed)


def _is_stated(stated: Stated, known: Stated, *, fresh: bool) -> bool:
    """Whether a corpus says already what is stated of a file."""
    if not fresh and stated.url is not None and address_key(stated.url) == address_key(known.url):
        return True  # fetched once more, unchanged: "4 hours ago" was said when it was new
    return stated == NOTHING or stated == replace(known, captured_by=stated.captured_by)


def _fetched_before(url: str | None, corpus: Path) -> tuple[str, tuple[Article, ...]] | None:
    """The file that was last fetched from the same address, and its articles."""
    key = address_key(url)
    found = None
    for name, known in Statements.load(corpus).by_pattern.items():
        same = known.url == url or (key is not None and address_key(known.url) == key)
        if url is not None and same and (corpus / name).is_file():
            found = name, known
    if found is None:
        return None
    name, known = found
    return name, shared().read_one(ToRead(corpus / name, name, known)).articles


def _texts(articles: tuple[Article, ...]) -> list[str]:
    """What a page says. Fetched twice, it has other adverts, tokens and times in it."""
    return [article.text for article in articles]


def _is_changed(
    stored: str, before: tuple[Article, ...], name: str, after: tuple[Article, ...]
) -> bool:
    """Whether a page is one article, and the one it was: not a front page with the day's news."""
    if len(before) != 1 or len(after) != 1:
        return False
    same_kind = reading.suffix_of(stored) == reading.suffix_of(name)
    return same_kind and same_article(before[0], after[0])


def _replace(path: Path, stored: str, corpus: Path) -> str:
    """Put a file in the place of another at once; what that said stays in the index."""
    target = corpus / stored
    new = target.with_name(f".{target.name}.new")
    try:
        shutil.copyfile(path, new)
        new.replace(target)
    finally:
        new.unlink(missing_ok=True)
    return stored


def _inside(path: Path, corpus: Path) -> str | None:
    """The name of a file that lies in the corpus already."""
    try:
        return path.resolve().relative_to(corpus.resolve()).as_posix()
    except ValueError:
        return None


def safe_name(name: str) -> str:
    """A file name of letters, digits, dots, hyphens and underscores, made from any text.

    The suffix is kept, in lower case, since it picks the format; leading dots are not, since they
    hide a file; neither is any folder.
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = _ascii(last)
    # Not PurePosixPath.suffix: of 日本.txt, only ".txt" is left here, which it takes for a stem.
    stem, suffix = plain, ""
    for known in sorted(reading.SUFFIXES, key=len, reverse=True):
        if plain.lower().endswith(known):
            stem, suffix = plain[: -len(known)], known
            break
    stem = _safe(stem)
    # A README.md at the top of the corpus describes the folder and is not read as an article.
    if not stem or _RESERVED.fullmatch(stem) or stem.lower() == "readme":
        stem = f"article-{stem}".rstrip("-")
    return stem + suffix


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _safe(stem: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:MAX_STEM_CHARS].rstrip("-._")


def keep(path: Path, name: str, corpus: Path) -> str:
    """Copy a file into the corpus; returns its name there, with forward slashes.

    Args:
        path: What to copy.
        name: Its wanted name, safe, folders before it allowed; a number is added where something
            of that name is there already.
        corpus: The folder.

    Raises:
        OSError: The disk is full or read-only; no half file is left.
    """
    wanted = PurePosixPath(name)
    suffix = reading.suffix_of(wanted.name)
    stem = wanted.name[: len(wanted.name) - len(suffix)]
    folder = corpus.joinpath(*wanted.parts[:-1])
    folder.mkdir(parents=True, exist_ok=True)
    if not folder.resolve().is_relative_to(corpus.resolve()):
        raise InputError(f"{folder} leads out of the corpus folder {corpus}; move it away")
    number = 1
    while True:
        target = folder / (wanted.name if number == 1 else f"{stem}-{number}{suffix}")
        try:
            file = target.open("xb")  # exclusive: fails on anything there, even a dangling link
        except FileExistsError:
            number += 1
            continue
        try:
            with file, path.open("rb") as source:
                shutil.copyfileobj(source, file)
        except OSError:
            target.unlink(missing_ok=True)  # the disk is full: leave no half article
            raise
        return target.relative_to(corpus).as_posix()


def files_of(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """The files to add, each with a safe name for it in the corpus.

    Args:
        paths: Files, and folders of which all files are meant that can be read, in their folders.

    Raises:
        InputError: One of them is not there.
    """
    for path in paths:
        if path.is_dir():
            yield from _files_in(path)
        elif path.exists():
            yield path, safe_name(_text(path.name))
        else:
            raise InputError(f"there is no file or folder {path}; name one that is there")


def _files_in(folder: Path) -> Iterator[tuple[Path, str]]:
    top = _safe(_ascii(_text(folder.resolve().name))) or "added"
    # Links to folders are not followed: they may lead in a circle, or to the whole disk.
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        inner = Path(at).relative_to(folder).parts
        parts = [top, *(_safe(_ascii(_text(part))) or "folder" for part in inner)]
        for name in sorted(names):
            if not name.startswith(".") and reading.suffix_of(name) in reading.SUFFIXES:
                yield Path(at, name), "/".join([*parts, safe_name(_text(name))])


def _text(name: str) -> str:
    """A name as text, whatever its bytes."""
    return os.fsencode(name).decode("utf-8", "replace")
