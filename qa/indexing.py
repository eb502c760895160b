"""Sync an index with a corpus folder: corpus → store → generation, published in one step.

New, changed and deleted files are told by the digest of their content. Only new text is embedded;
embeddings are stored as they are made, so a sync that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from qa import analysis, reading
from qa.errors import IndexBusyError, IndexDamagedError, IndexMissingError, InputError
from qa.generation import FORMAT, READING, Generations, Manifest, package_versions
from qa.lexical.bm25 import BM25Index
from qa.passages import cut, indexed_text
from qa.protocols import Embedder, OnProgress, Progress
from qa.records import Article, SyncReport
from qa.settings import Settings
from qa.store import Store

EMBED_AT_ONCE = 256
"""Texts between two commits and progress reports: some seconds of work, which is the most that an
interrupted sync loses."""


@dataclass(frozen=True, slots=True)
class _Source:
    path: Path
    name: str
    digest: str


def sync(
    corpus: Path,
    index: Path,
    settings: Settings,
    embedder: Embedder,
    *,
    rebuild: bool = False,
    on_progress: OnProgress = lambda _: None,
) -> SyncReport:
    """Make the index hold exactly what the corpus holds.

    Args:
        corpus: Folder with articles, searched with its sub-folders.
        index: Folder of the index; made where there is none.
        settings: How to cut and embed. Where they differ from the index's, all is done anew.
        embedder: The model of `settings.model`.
        rebuild: Read and cut every file again, whether it changed or not.
        on_progress: Called now and then with the stage and how far it is.

    Returns:
        What was done.

    Raises:
        InputError: The corpus is not a folder, or the index folder cannot be made.
        IndexBusyError: Another process is writing this index.
        IndexDamagedError: A file of the index cannot be read; the message says what mends it.
    """
    if not corpus.is_dir():
        raise InputError(
            f"{corpus} is not a folder; name the folder of your articles: --corpus DIR"
        )
    began = time.perf_counter()
    try:
        index.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the folder {index}: {error.strerror}; name another: --index DIR"
        ) from error
    with _writer_lock(index):
        generations = Generations(index)
        store = Store(generations.store_path, write=True)
        try:
            work = _Sync(store, generations, settings, embedder, on_progress, rebuild)
            return work.run(corpus, began)
        finally:
            store.close()


@contextmanager
def _writer_lock(index: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    # The system frees this lock when its holder dies, however it dies.
    lock = FileLock(index / "writer.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise IndexBusyError(
            f"another process is writing {index}; wait for it, then run again"
        ) from error
    try:
        yield
    finally:
        lock.release()


class _Sync:
    """One run. Everything it writes belongs to generation `self._next`, seen by nobody yet."""

    def __init__(
        self,
        store: Store,
        generations: Generations,
        settings: Settings,
        embedder: Embedder,
        on_progress: OnProgress,
        rebuild: bool,
    ) -> None:
        self._store = store
        self._generations = generations
        self._settings = settings
        self._embedder = embedder
        self._on_progress = on_progress
        self._published = self._published_manifest(rebuild)
        self._current = self._published.generation if self._published else 0
        self._next = self._current + 1
        self._anew = rebuild or self._published is None or self._differs(self._published)

    def run(self, corpus: Path, began: float) -> SyncReport:
        self._store.roll_back_to(self._current)
        known = self._store.sources(self._current)
        found = {source.name: source for source in self._scan(corpus)}
        added = sorted(found.keys() - known.keys())
        deleted = sorted(known.keys() - found.keys())
        stale = {n for n in found.keys() & known.keys() if found[n].digest != known[n]}
        reread = sorted((found.keys() & known.keys()) if self._anew else stale)
        embedded = 0
        if self._anew or added or deleted or reread:
            self._write(deleted + reread, [found[name] for name in sorted([*added, *reread])])
            embedded = self._embed()
            self._published = self._publish()
            self._store.forget_before(self._current)
        assert self._published is not None  # noqa: S101 - published above, or before
        return SyncReport(
            generation=self._published.generation,
            added=tuple(added),
            changed=tuple(sorted(stale)),
            deleted=tuple(deleted),
            unchanged=len(found) - len(added) - len(stale),
            problems=tuple(self._store.problems(self._published.generation)),
            articles=self._published.articles,
            passages=self._published.passages,
            embedded=embedded,
            seconds=time.perf_counter() - began,
        )

    def _published_manifest(self, rebuild: bool) -> Manifest | None:
        try:
            return self._generations.manifest(self._generations.current())
        except IndexMissingError:
            return None
        except IndexDamagedError:
            if rebuild:  # start over; embeddings are kept by content, so it is soon done
                return None
            raise

    def _differs(self, manifest: Manifest) -> bool:
        return (
            manifest.mismatch(self._settings) is not None
            or manifest.fingerprint != self._embedder.fingerprint
        )

    def _scan(self, corpus: Path) -> list[_Source]:
        paths = sorted(path for path in corpus.rglob("*") if _is_article_file(path, corpus))
        sources = []
        for done, path in enumerate(paths, 1):
            # No database stores a name that is not UTF-8: b"caf\xe9.txt" becomes "caf\\xe9.txt".
            relative = os.fsencode(path.relative_to(corpus).as_posix())
            name = relative.decode("utf-8", "backslashreplace")
            sources.append(_Source(path, name, _digest(path)))
            self._on_progress(Progress("scanning", done, len(paths)))
        return sources

    def _write(self, removed: list[str], sources: list[_Source]) -> None:
        with self._store.transaction():
            for name in removed:
                self._store.remove_source(name, self._next)
            for done, source in enumerate(sources, 1):
                result = reading.read_file(source.path, source.name)
                self._store.add_source(source.name, source.digest, result.problems, self._next)
                for article in result.articles:
                    self._write_article(article)
                self._on_progress(Progress("reading", done, len(sources)))

    def _write_article(self, article: Article) -> None:
        row = self._store.add_article(article, self._next)
        for ordinal, part in enumerate(cut(article.text, self._settings.passage_size)):
            key = self._key(indexed_text(article.title, article.text[part.start : part.end]))
            self._store.add_passage(row, ordinal, part.sentences, key, self._next)

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._embedder.fingerprint}\0{text}".encode()).hexdigest()

    def _embed(self) -> int:
        live = self._store.live_passages(self._next)
        texts = {key: indexed_text(title, text) for _, key, title, text in live}
        missing = sorted(self._store.missing_embeddings(texts))
        for start in range(0, len(missing), EMBED_AT_ONCE):
            self._on_progress(Progress("embedding", start, len(missing)))
            keys = missing[start : start + EMBED_AT_ONCE]
            vectors = self._embedder.embed_passages([texts[key] for key in keys])
            self._store.add_embeddings(dict(zip(keys, vectors, strict=True)))
        self._on_progress(Progress("embedding", len(missing), len(missing)))
        return len(missing)

    def _publish(self) -> Manifest:
        from qa.dense.flat import FlatIndex

        live = self._store.live_passages(self._next)
        by_key = self._store.vectors([key for _, key, _, _ in live])
        matrix = np.zeros((len(live), self._embedder.dimension), dtype=np.float32)
        for row, (_, key, _, _) in enumerate(live):
            matrix[row] = by_key[key]
        lexical = BM25Index.build(
            (passage, analysis.terms(indexed_text(title, text))) for passage, _, title, text in live
        )
        dense = FlatIndex(np.asarray([passage for passage, *_ in live], dtype=np.int64), matrix)
        manifest = Manifest(
            generation=self._next,
            format=FORMAT,
            reading=READING,
            analysis=analysis.VERSION,
            model=self._settings.model,
            fingerprint=self._embedder.fingerprint,
            dimension=self._embedder.dimension,
            passage_words=self._settings.passage_words,
            overlap_sentences=self._settings.overlap_sentences,
            articles=self._store.count_articles(self._next),
            passages=len(live),
            sizes={},
            packages=package_versions(),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        return self._generations.publish(manifest, lexical, dense)


def _is_article_file(path: Path, corpus: Path) -> bool:
    relative = path.relative_to(corpus)
    hidden = any(part.startswith(".") for part in relative.parts)
    notes = relative == Path("README.md")  # describes the folder; is not an article
    return path.suffix.lower() in reading.SUFFIXES and path.is_file() and not hidden and not notes


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:  # reading will report it; retry whenever the error changes
        return f"unreadable: {error.strerror}"
