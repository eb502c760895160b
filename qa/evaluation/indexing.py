"""Make an index of a dataset with the product's own reader, cutter, embedder and sync.

The documents are written as article files into a folder of the cache; the cache is synced like any
corpus, so a build that was interrupted goes on where it stopped, and one that is done is reused.
The cache is a folder, or an index in a server, of which the folder on this machine keeps the rest.
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
from qa.milvus.address import WRITER, Location
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
def cache(place: Location, dataset: Dataset) -> Iterator[Location]:
    """Hold the place in which a dataset's indexes lie.

    Args:
        place: A folder, made where there is none, or the address of an index.
        dataset: Whose it is.

    Raises:
        InputError: It holds something else, such as the user's own index.
        IndexBusyError: Another process on this machine is building in it.
        ServiceError: The server is away or refuses.
    """
    from filelock import FileLock, Timeout

    folder = _folder(place)
    if not (folder / _MARK).is_file() and _is_taken(place):
        named = "folder: --index DIR" if isinstance(place, Path) else "index: --index milvus://…"
        raise InputError(
            f"{place} holds something else, which would be overwritten; name a new {named}"
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
        yield place
    finally:
        lock.release()


@contextmanager
def second_cache(place: Location, name: str, dataset: Dataset) -> Iterator[Location]:
    """Hold a place that belongs to one that is held. Arguments and errors as `cache`."""
    if isinstance(place, Path):
        yield place / name
    else:
        with cache(place.beside(name.replace("-", "_")), dataset) as second:
            yield second


def build(
    place: Location,
    documents: Sequence[Document],
    settings: Settings,
    embedder: Embedder,
    on_progress: OnProgress,
    *,
    like: Location | None = None,
) -> Indexed:
    """Index documents, or reuse the index.

    Args:
        place: Its folder's `corpus` takes the article files, its `index` the index, unless that
            lies in a server.
        documents: What to index, nothing else.
        settings: The product's.
        embedder: The model of `settings.model`.
        on_progress: As in `Archive.sync`.
        like: An index that nobody is writing, with the same documents and more: this one starts
            as its copy, so that nothing is embedded again.
    """
    folder = _folder(place)
    corpus, index = folder / "corpus", folder / "index" if isinstance(place, Path) else place
    corpus.mkdir(parents=True, exist_ok=True)
    ids, names, warnings = _write(corpus, documents)
    for path in corpus.iterdir():
        if path.name not in names:
            path.unlink()
    if like is not None:
        _copy(like, index)
    archive = Archive(index, settings)
    archive.retriever.embedder = embedder
    report = archive.sync(corpus, on_progress=on_progress)
    archive.close()
    return Indexed(index, ids, report.passages, tuple(warnings))


def _folder(place: Location) -> Path:
    return place if isinstance(place, Path) else place.folder


def _is_taken(place: Location) -> bool:
    """Whether a place holds something."""
    folder = _folder(place)
    if folder.exists() and any(folder.iterdir()):
        return True
    if isinstance(place, Path):
        return False
    from qa.milvus import catalogue
    from qa.milvus.server import Server, check_installed

    check_installed()
    server = Server(place)
    try:
        return catalogue.read(server) is not None
    finally:
        server.close()


def _copy(like: Location, index: Location) -> None:
    """Begin an index as a copy of another; of those in a server, what their writers keep here."""
    source = like if isinstance(like, Path) else like.staging
    target = index if isinstance(index, Path) else index.staging
    if not isinstance(index, Path) and target.exists():
        return  # to the server a new copy would be another writer's
    partial = target.with_name(f"{target.name}.partial")
    for stale in (partial, target):
        shutil.rmtree(stale, ignore_errors=True)
    shutil.copytree(source, partial, ignore=shutil.ignore_patterns("*.lock", WRITER))
    partial.rename(target)


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
