"""Make an index of a dataset with the product's own reader, cutter, embedder and sync.

The documents are written as article files into a folder of the cache; the cache is synced like any
corpus, so a build that was interrupted goes on where it stopped, and one that is done is reused.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from qa.archive import Archive
from qa.errors import IndexBusyError, InputError
from qa.evaluation.dataset import Dataset, Document
from qa.milvus.address import Location
from qa.protocols import Embedder, OnProgress
from qa.reading import read_bytes
from qa.reading.cleaning import clean_text
from qa.settings import Settings

FILE_DOCUMENTS: Final = 500
FILE_BYTES: Final = 8 * 1024 * 1024
"""A file of articles is closed at either; the reader takes files up to 32 MiB."""

NO_TITLE: Final = "–"
"""For a document without a title, or without a text, whose title then is its text. It has no terms.
Without it the reader would make a title of the file's name, and drop a text that is the title."""

_MARK: Final = "dataset.json"

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Indexed:
    """An index of some of a dataset's documents.

    Attributes:
        index: Where it lies.
        ids: The documents' ids by their articles' file and position.
        passages: How many they were cut into.
        warnings: What did not arrive as it was, counted.
    """

    index: Location
    ids: Mapping[Place, str]
    passages: int
    warnings: tuple[str, ...]


@contextmanager
def cache_folder(folder: Path, dataset: Dataset) -> Iterator[Path]:
    """Hold the folder in which a dataset's indexes lie.

    Args:
        folder: Made where there is none.
        dataset: Whose it is.

    Raises:
        InputError: The folder holds something else, such as the user's own index.
        IndexBusyError: Another process is building in it.
    """
    from filelock import FileLock, Timeout

    if folder.exists() and not (folder / _MARK).is_file() and any(folder.iterdir()):
        raise InputError(
            f"{folder} holds something else, which would be overwritten; name a new folder: "
            "--index DIR"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        mark = {"dataset": dataset.name, "corpus_sha256": dataset.digest}
        (folder / _MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror}") from error
    lock = FileLock(folder / "building.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise IndexBusyError(f"another process is building in {folder}; wait for it") from error
    try:
        yield folder
    finally:
        lock.release()


def build(
    folder: Path,
    documents: Sequence[Document],
    settings: Settings,
    embedder: Embedder,
    on_progress: OnProgress,
    *,
    like: Location | None = None,
) -> Indexed:
    """Index documents, or reuse the index.

    Args:
        folder: Its `corpus` takes the article files, its `index` the index.
        documents: What to index, nothing else.
        settings: The product's.
        embedder: The model of `settings.model`.
        on_progress: As in `Archive.sync`.
        like: An index that nobody is writing, with the same documents and more: this one starts
            as its copy, so that nothing is embedded again.
    """
    corpus, index = folder / "corpus", folder / "index"
    corpus.mkdir(parents=True, exist_ok=True)
    ids, names, warnings = _write(corpus, documents)
    for path in corpus.iterdir():
        if path.name not in names:
            path.unlink()
    if isinstance(like, Path):
        partial = folder / "index.partial"
        for stale in (partial, index):
            shutil.rmtree(stale, ignore_errors=True)
        shutil.copytree(like, partial, ignore=shutil.ignore_patterns("*.lock"))
        partial.rename(index)
    archive = Archive(index, settings)
    archive.retriever.embedder = embedder
    report = archive.sync(corpus, on_progress=on_progress)
    archive.close()
    return Indexed(index, ids, report.passages, tuple(warnings))


def _write(
    corpus: Path, documents: Sequence[Document]
) -> tuple[dict[Place, str], set[str], list[str]]:
    ids: dict[Place, str] = {}
    names: set[str] = set()
    lost = altered = undated = 0
    for number, piece in enumerate(_pieces(documents), 1):
        name = f"documents-{number:05}.jsonl"
        names.add(name)
        data = b"".join(line for _, line in piece)
        path = corpus / name
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
        ids.update({(name, place): document.id for place, (document, _) in enumerate(piece)})
        # What the sync will make of it, to tell what does not arrive as it was.
        result = read_bytes(data, name)
        arrived = {article.position: article.text for article in result.articles}
        for place, (document, _) in enumerate(piece):
            lost += place not in arrived
            altered += place in arrived and arrived[place] != clean_text(_text(document))
        undated += sum("date not understood" in problem.reason for problem in result.problems)
    found = (
        (lost, "documents without a text that can be read, never found"),
        (altered, "documents that lost markup or a title repeated at their head"),
        (undated, "documents with a date that cannot be read"),
    )
    return ids, names, [f"{what}: {count}" for count, what in found if count]


def _pieces(documents: Sequence[Document]) -> Iterator[list[tuple[Document, bytes]]]:
    piece: list[tuple[Document, bytes]] = []
    size = 0
    for document in documents:
        line = json.dumps(_fields(document), separators=(",", ":")).encode() + b"\n"
        if piece and (len(piece) == FILE_DOCUMENTS or size + len(line) > FILE_BYTES):
            yield piece
            piece, size = [], 0
        piece.append((document, line))
        size += len(line)
    if piece:
        yield piece


def _fields(document: Document) -> dict[str, Any]:
    """A document as the reader of JSON Lines takes it."""
    given = document.metadata
    has_text = bool(document.text.strip())
    fields = {
        "title": document.title.strip() if has_text else NO_TITLE,
        "text": _text(document),
        "publisher": given.get("publisher") or given.get("source"),
        "author": given.get("author"),
        "published_at": given.get("published_at"),
        "url": given.get("url"),
    }
    return {**{k: v for k, v in fields.items() if v}, "title": fields["title"] or NO_TITLE}


def _text(document: Document) -> str:
    return document.text if document.text.strip() else document.title
