"""Put files into a corpus folder under safe names, overwriting none of anyone else's."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from qa import reading
from qa.addresses import address_key
from qa.errors import IndexWriteError, InputError
from qa.files.held import Held
from qa.files.scanning import is_hidden, is_passed_over, source_name
from qa.reading.content import NOTHING, Stated
from qa.reading.files import ReadResult
from qa.reading.workers import ToRead, shared
from qa.records import Article, Problem
from qa.replacing import replacing
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


def add(path: Path, name: str, held: Held, stated: Stated = NOTHING) -> Added:
    """Read a file, and keep a copy in the corpus if it holds an article.

    Args:
        path: Where it lies.
        name: The wanted name in the corpus, as `files_of` and `safe_name` make them.
        held: The corpus. No file there is ever overwritten, but for an article that was fetched
            from the same address before and has changed there.
        stated: What is known of it; written down in the corpus's `reading.toml` when `held` is
            left.

    Raises:
        IndexWriteError: The corpus cannot be written to.
    """
    told = _text(path.name)
    read = shared().read_one(ToRead(path, told, stated))
    if not read.articles:
        reasons = read.problems or (Problem(told, "holds no article"),)
        return Added(told, None, False, 0, reasons)
    try:
        return _put(path, name, stated, held, read)
    except OSError as error:
        raise IndexWriteError.at(held.corpus, error) from error


def _put(path: Path, name: str, stated: Stated, held: Held, read: ReadResult) -> Added:
    """Keep a file that holds articles, unless the corpus has it; arguments as `add`."""
    corpus = held.corpus
    twin = _inside(path, corpus) or held.same_content(path)
    before = None if twin else _fetched_before(stated.url, held)
    changed = False
    if before is not None and _texts(before[1]) == _texts(read.articles):
        twin = before[0]
    elif before is not None and _is_changed(*before, name, read.articles):
        kept, changed = _replace(path, before[0], corpus), True
    if not changed:
        kept = twin or keep(path, name, corpus)
    if twin is None and not changed:
        held.add(kept)
    if not _is_stated(stated, held.stated(kept), fresh=twin is None or changed):
        held.state(kept, stated)
    return Added(_text(path.name), kept, twin is None, len(read.articles), read.problems, changed)


def _is_stated(stated: Stated, known: Stated, *, fresh: bool) -> bool:
    """Whether a corpus says already what is stated of a file."""
    if not fresh and stated.url is not None and address_key(stated.url) == address_key(known.url):
        return True  # fetched once more, unchanged: "4 hours ago" was said when it was new
    return stated == NOTHING or stated == replace(known, captured_by=stated.captured_by)


def _fetched_before(url: str | None, held: Held) -> tuple[str, tuple[Article, ...]] | None:
    """The file that was last fetched from the same address, and its articles."""
    name = held.fetched_from(url)
    if name is None:
        return None
    return name, shared().read_one(ToRead(held.corpus / name, name, held.stated(name))).articles


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
    with path.open("rb") as file, replacing(corpus / stored) as new:
        shutil.copyfileobj(file, new)
    return stored


def _inside(path: Path, corpus: Path) -> str | None:
    """The name of a file that lies in the corpus already, where a sync reads it."""
    try:
        inner = path.resolve().relative_to(corpus.resolve()).as_posix()
    except ValueError:
        return None
    return None if is_passed_over(inner) else source_name(inner)


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
    staged = folder / f".{secrets.token_hex(8)}.new"  # hidden: killed on the way, no sync reads it
    try:
        shutil.copyfile(path, staged)
        target = _named(staged, folder, stem, suffix)
    finally:
        staged.unlink(missing_ok=True)
    return target.relative_to(corpus).as_posix()


def _named(staged: Path, folder: Path, stem: str, suffix: str) -> Path:
    """Give a file the first name of its kind that nothing else has."""
    number = 1
    while True:
        target = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        try:
            _rename(staged, target)
        except FileExistsError:
            number += 1
        else:
            return target


def _rename(staged: Path, target: Path) -> None:
    """Give a file a name if nothing has it; the old name may stay.

    Raises:
        FileExistsError: Something has it, be it a dangling link.
    """
    try:
        target.hardlink_to(staged)  # at once: killed here, no empty file bears the name
    except FileExistsError:
        raise
    except OSError:  # this disk has no links
        target.open("xb").close()  # exclusive
        try:
            staged.replace(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise


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


def leads_out(file: Path, folder: Path) -> bool:
    """Whether a file of a folder is a link to one that lies elsewhere, which nobody meant to add.

    Args:
        file: One of `files_of` the folder.
        folder: What was named; of a file that was named itself the answer is no.
    """
    try:
        within = file.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a link to itself: told when it is opened
        return False
    return file != folder and file.is_symlink() and not within


def describes(file: Path, corpus: Path) -> bool:
    """Whether a file is the README.md of the corpus, which is about the folder and no article."""
    return file.name == "README.md" and file.parent.resolve() == corpus.resolve()


def _files_in(folder: Path) -> Iterator[tuple[Path, str]]:
    top = _safe(_ascii(_text(folder.resolve().name))) or "added"
    # Links to folders are not followed: they may lead in a circle, or to the whole disk.
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if not is_hidden(each))
        inner = Path(at).relative_to(folder).parts
        parts = [top, *(_safe(_ascii(_text(part))) or "folder" for part in inner)]
        for name in sorted(names):
            if not is_hidden(name) and reading.suffix_of(name) in reading.NOTICED:
                yield Path(at, name), "/".join([*parts, safe_name(_text(name))])


def _text(name: str) -> str:
    """A name as text, whatever its bytes."""
    return os.fsencode(name).decode("utf-8", "replace")
