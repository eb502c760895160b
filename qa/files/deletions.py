"""What was deleted from a corpus, so that it can be brought back, and stays away until then.

A file that held one article is moved to `.qa-deleted` in the corpus folder. A file that holds
others too is left as it is, and the article in it is noted there: every sync leaves it out, also
into an index made anew. It is told by its title and text, so that it stays away wherever in the
file it comes to stand, and an article put in its place does not. Where the file is renamed or
moved, the note goes along with the article (`qa.files.moves`).

The folder lies in the corpus, not in the index: an index may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from qa.errors import ArticleNotFoundError, IndexWriteError, InputError
from qa.records import Article
from qa.replacing import replacing

FOLDER: Final = ".qa-deleted"
DIGITS: Final = 64
"""Of a SHA-256."""

_LIST, _LOCK, _FILES = "deleted.jsonl", "lock", "files"


@dataclass(frozen=True, slots=True)
class Deleted:
    """An article that was deleted.

    Attributes:
        id: Of the article.
        title: Its headline.
        source: The file it was in.
        content: Tells its title and text, see `content_key`.
        kept_as: Where in `.qa-deleted` its file lies; None where the file holds others and stays.
        deleted_at: When, ISO 8601.
        file: SHA-256 of the file that holds others, by which it is known under another name.
    """

    id: str
    title: str
    source: str
    content: str
    kept_as: str | None
    deleted_at: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Deletions:
    """The articles to leave out of each file that stays: content keys by source."""

    by_source: Mapping[str, frozenset[str]]

    @classmethod
    def load(cls, corpus: Path) -> Deletions:
        """Read a corpus's list.

        Raises:
            InputError: It cannot be read.
        """
        found: dict[str, frozenset[str]] = {}
        for entry in deleted(corpus):
            if entry.kept_as is None:
                found[entry.source] = found.get(entry.source, frozenset()) | {entry.content}
        return cls(found)

    def of(self, source: str) -> frozenset[str]:
        """The content keys of the articles to leave out of a file."""
        return self.by_source.get(source, frozenset())


def mark(keys: frozenset[str]) -> str:
    """Changes whenever the articles to leave out do; "" for none."""
    if not keys:
        return ""
    return "-" + hashlib.sha256("".join(sorted(keys)).encode()).hexdigest()[:16]


def content_key(article: Article) -> str:
    """Tells an article by its title and text."""
    text = f"{article.title}\0{article.text}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def deleted(corpus: Path) -> list[Deleted]:
    """What was deleted and not brought back, oldest first.

    Raises:
        InputError: The list cannot be read.
    """
    path = corpus / FOLDER / _LIST
    try:
        lines = path.read_text(encoding="utf-8").split("\n")  # a name may hold other line ends
        return [Deleted(**json.loads(line)) for line in lines if line.strip()]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"cannot read {path}: {error}; mend it or move it away") from error


def delete(corpus: Path, article: Article, *, alone: bool) -> Deleted:
    """Take an article out of the corpus; the next sync takes it out of the index.

    Args:
        corpus: The folder.
        article: As the index has it.
        alone: Whether its file holds no other article.

    Raises:
        InputError: Its file is not there, or the corpus cannot be written to.
    """
    kept: str | None = None
    try:
        with _changing(corpus) as entries:
            content = content_key(article)
            is_there = _is_there(corpus, article.source)
            for each in entries:  # noted already, and no sync has followed yet
                is_like = (each.source, each.content) == (article.source, content)
                if is_like and (each.kept_as is None) == is_there:
                    return each
            if not is_there:  # this is not the corpus of the index
                raise InputError(
                    f"{corpus} holds no {article.source}; name the folder of the articles: "
                    "--corpus DIR, or bring the index up to date: qa index"
                )
            kept = _put_away(corpus, article.source) if alone else None
            entry = Deleted(
                id=article.id,
                title=article.title,
                source=article.source,
                content=content,
                kept_as=kept,
                deleted_at=datetime.now(UTC).isoformat(timespec="seconds"),
                file="" if kept else _digest(corpus / article.source),
            )
            entries.append(entry)
    except BaseException:  # the disk is full, or somebody has pressed Ctrl-C: it is not noted
        if kept and all(each.kept_as != kept for each in deleted(corpus)):
            _put_back(corpus, article.source, kept)
        raise
    return entry


def move(corpus: Path, moved: Mapping[Deleted, tuple[str, str]]) -> None:
    """Note deletions with the files that say their articles now; those brought back stay so.

    Args:
        corpus: The folder.
        moved: The name of the file, and its SHA-256.

    Raises:
        IndexWriteError: The corpus cannot be written to.
    """
    with _changing(corpus) as entries:
        for at, entry in enumerate(entries):
            if entry in moved:
                source, file = moved[entry]
                entries[at] = replace(entry, source=source, file=file)


def put_away(corpus: Path, noted: Iterable[Deleted]) -> dict[str, set[str]]:
    """SHA-256 of the files put away after other articles of them, by the names they had."""
    noted = list(noted)
    others = {each.source for each in noted if each.kept_as is None}
    found: dict[str, set[str]] = {}
    for each in noted:
        if each.kept_as is not None and each.source in others:
            digest = _digest(corpus / FOLDER / each.kept_as)
            found.setdefault(each.source, set()).update([digest] if digest else [])
    return found


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:  # its name is not one the disk knows
        return ""


def _is_there(corpus: Path, source: str) -> bool:
    # A name that is not UTF-8 is written with "\x", and not to be looked for.
    return "\\x" in source or (corpus / source).is_file()


def restore(corpus: Path, article_id: str) -> Deleted:
    """Bring an article back into the corpus; the next sync brings it back into the index.

    Args:
        corpus: The folder.
        article_id: The id it had, or the first digits of it.

    Raises:
        ArticleNotFoundError: No such article was deleted, or more than one.
        InputError: Its place is taken by another file, the file that it was left out of is gone, or
            the corpus cannot be written to.
    """
    with _changing(corpus) as entries:
        found = [entry for entry in entries if article_id and entry.id.startswith(article_id)]
        if len({entry.id for entry in found}) != 1:
            problem = "more than one deleted article's id begins with" if found else "no deleted"
            raise ArticleNotFoundError(
                f"{problem} {'' if found else 'article has the id '}{article_id!r}; "
                "`qa restore` lists them"
            )
        entry = found[-1]  # the last deleted, where several stood in the same place
        away = next((e for e in reversed(entries) if e.source == entry.source and e.kept_as), None)
        if entry.kept_as is not None:
            _put_back(corpus, entry.source, entry.kept_as)
        elif away is not None and away.kept_as and not (corpus / entry.source).exists():
            # The article that the file still held was deleted after it: now only that one is away.
            _put_back(corpus, away.source, away.kept_as)
            file = _digest(corpus / away.source)
            at, noted = entries.index(away), replace(away, kept_as=None, file=file)
            entries[at : at + 1] = [] if away.content == entry.content else [noted]
        elif away is None and not _is_there(corpus, entry.source):
            raise InputError(
                f"{corpus} holds no {entry.source} any more, which the article is in; put that "
                "back first, or name the folder of the articles: --corpus DIR"
            )
        entries.remove(entry)
    return entry


def _put_away(corpus: Path, source: str) -> str | None:
    path = corpus / source
    if not (path.is_file() and path.parent.resolve().is_relative_to(corpus.resolve())):
        return None  # it is gone, or its name is not one the disk knows: noted as in other files
    kept = f"{_FILES}/{secrets.token_hex(8)}/{path.name}"
    target = corpus / FOLDER / kept
    target.parent.mkdir(parents=True)
    shutil.move(path, target)  # which also moves to another disk
    return kept


def _put_back(corpus: Path, source: str, kept_as: str) -> None:
    kept, path = corpus / FOLDER / kept_as, corpus / source
    if path.exists() or path.is_symlink():
        raise InputError(f"{path} is another file now; move it away, or take {kept} as it lies")
    if not (kept.exists() or kept.is_symlink()):  # where it lies, a link may lead nowhere
        raise InputError(f"{kept} is gone for good: {FOLDER}/{_FILES} was emptied")
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(kept, path)
    kept.parent.rmdir()


@contextmanager
def _changing(corpus: Path) -> Iterator[list[Deleted]]:
    """The list, to be changed by one at a time; written when that has gone well."""
    from filelock import FileLock

    if not corpus.is_dir():
        raise InputError(f"{corpus} is not a folder; name the one of your articles: --corpus DIR")
    folder = corpus / FOLDER
    try:
        folder.mkdir(exist_ok=True)
        with FileLock(folder / _LOCK, timeout=30):
            entries = deleted(corpus)
            yield entries
            lines = (json.dumps(asdict(entry), ensure_ascii=False) + "\n" for entry in entries)
            with replacing(folder / _LIST) as file:
                file.write("".join(lines).encode())
    except OSError as error:
        raise IndexWriteError.at(folder, error) from error
