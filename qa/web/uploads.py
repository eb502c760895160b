"""Uploaded files, checked and stored in the corpus folder under safe names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from qa import reading
from qa.errors import InputError
from qa.records import Problem

MAX_STEM_CHARS = 80
"""Of a stored file's name without its suffix; file systems allow 255 bytes."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows takes for devices."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What became of one uploaded file.

    Attributes:
        name: As the browser gave it; not safe to use as a path, nor unescaped.
        stored_as: The file in the corpus folder, or None where it was refused.
        new: False where the corpus held a file with the same content already (`stored_as`).
        articles: How many articles were read from it.
        problems: What could not be read of it; where refused, why.
    """

    name: str
    stored_as: str | None
    new: bool
    articles: int
    problems: tuple[Problem, ...]


def store(path: Path, corpus: Path) -> Upload:
    """Read an uploaded file, and keep it if it holds an article.

    Args:
        path: Where the web server put it. Its last part is the name the user gave.
        corpus: The folder to keep it in. No file there is ever overwritten.

    Raises:
        InputError: The corpus is not a folder, or cannot be written to.
    """
    if not corpus.is_dir():
        # Not made on the way: the next sync would take an empty corpus for "delete all articles".
        raise InputError(f"{corpus} is not a folder; start again with: qa serve --corpus DIR")
    read = reading.read_file(path, path.name)
    if not read.articles:
        reasons = read.problems or (Problem(path.name, "holds no article"),)
        return Upload(path.name, None, False, 0, reasons)
    data = path.read_bytes()
    try:
        twin = _same_content(data, corpus)
        name = twin or _keep(data, safe_name(path.name), corpus)
    except OSError as error:
        raise InputError(f"cannot write to {corpus}: {error.strerror or error}") from error
    return Upload(path.name, name, twin is None, len(read.articles), read.problems)


def safe_name(name: str) -> str:
    """A file name of letters, digits, dots, hyphens and underscores, made from any text.

    The suffix is kept, in lower case, since it picks the format; leading dots are not, since they
    hide a file; neither is any folder.
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    # Not PurePosixPath.suffix: of 日本.txt, only ".txt" is left here, which it takes for a stem.
    stem, dot, ending = plain.rpartition(".")
    suffix = (dot + ending).lower()
    if suffix not in reading.SUFFIXES:
        stem, suffix = plain, ""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:MAX_STEM_CHARS].rstrip("-._")
    # A README.md at the top of the corpus describes the folder and is not read as an article.
    if not stem or _RESERVED.fullmatch(stem) or stem.lower() == "readme":
        stem = f"article-{stem}".rstrip("-")
    return stem + suffix


def _same_content(data: bytes, corpus: Path) -> str | None:
    """The file of the corpus with just this content, if there is one."""
    for file in sorted(corpus.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(corpus).parts)
        if hidden or file.suffix.lower() not in reading.SUFFIXES or not file.is_file():
            continue
        if file.stat().st_size == len(data) and file.read_bytes() == data:
            return file.relative_to(corpus).as_posix()
    return None


def _keep(data: bytes, name: str, corpus: Path) -> str:
    stem, suffix = PurePosixPath(name).stem, PurePosixPath(name).suffix
    number = 1
    while True:
        target = corpus / (name if number == 1 else f"{stem}-{number}{suffix}")
        try:
            file = target.open("xb")  # exclusive: fails on anything there, even a dangling link
        except FileExistsError:
            number += 1
            continue
        try:
            with file:
                file.write(data)
        except OSError:
            target.unlink(missing_ok=True)  # the disk is full: leave no half article
            raise
        return target.name
