"""Sync an index with a corpus folder: corpus → store → generation, published in one step.

New, changed and deleted files are told by their content; in a changed file only the articles that
changed are touched. Only new text is embedded; embeddings are stored as they are made, so a sync
that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from qa import versions
from qa.duplicates.linking import Linker
from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError, InputError
from qa.execution import Here, ReadFile
from qa.files.moves import Moves
from qa.files.scanning import Changes, Source, check_corpus, check_emptied, scan
from qa.passages import Cut, indexed_text
from qa.protocols import Embedder, Progress
from qa.records import Article, Problem, SyncPlan, SyncReport
from qa.revisions import Revisions
from qa.rows import digest as article_digest
from qa.settings import Settings
from qa.storage.generation import Generations
from qa.storage.manifest import FORMAT, READING, Manifest, package_versions
from qa.storage.publishing import Publisher
from qa.storage.store import Store
from qa.storage.store_writer import StoreWriter
from qa.storage.writing import writing
from qa.text import analysis
from qa.writer import SyncOptions

EMBED_AT_ONCE = 256
"""Texts between two commits and progress reports: some seconds of work, which is the most that an
interrupted sync loses."""

READ_AT_ONCE = 20_000
"""Passages whose texts are held in memory while embedding."""

SAMPLE = 16
"""Passages embedded to tell how long a model takes that has not been used here."""

MEASURED = 32
"""Passages embedded in one run from which its rate is worth remembering."""


def sync(
    corpus: Path,
    index: Path,
    settings: Settings,
    embedder: Embedder,
    options: SyncOptions,
) -> SyncReport:
    """Make the index hold exactly what the corpus holds.

    Args:
        corpus: Folder with articles, searched with its sub-folders.
        index: Folder of the index; made where there is none.
        settings: How to cut and embed. Where they differ from the index's, all is done anew.
        embedder: The model of `settings.model`.
        options: What else there is to say.

    Returns:
        What was done.

    Raises:
        InputError, IndexBusyError, IndexWriteError, IndexDamagedError: As `Writer.sync`.
    """
    began = time.perf_counter()
    check_corpus(corpus, index)
    try:
        index.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"cannot make the folder {index}: {error.strerror}; name another: --index DIR"
        ) from error
    with writing(index):
        store = StoreWriter(Generations(index).store_path)
        try:
            work = _Sync(store, index, settings, embedder, options)
            return work.run(corpus, began)
        finally:
            store.close()


def plan(
    corpus: Path,
    index: Path,
    settings: Settings,
    embedder: Embedder,
    options: SyncOptions,
) -> SyncPlan:
    """What `sync` would do. Changes nothing. Arguments and errors as `sync`."""
    check_corpus(corpus, index)
    generations = Generations(index)
    published = _published(generations, rebuild=options.rebuild)
    if published is None:
        return _plan(scan(corpus, index, {}, options.on_progress), None, None)
    store = Store(generations.store_path)
    try:
        why = "asked for" if options.rebuild else _differs(published, settings, embedder)
        changes = scan(corpus, index, store.sources(published.generation), options.on_progress)
        seconds = _estimate(store, published, settings, embedder) if why else None
    finally:
        store.close()
    return _plan(changes, why, seconds)


def _plan(changes: Changes, why: str | None, seconds: float | None) -> SyncPlan:
    return SyncPlan(
        added=_names(changes.added),
        changed=_names(changes.changed),
        deleted=changes.deleted,
        unchanged=len(changes.unchanged),
        anew=why,
        seconds=seconds,
    )


def _estimate(
    store: Store, published: Manifest, settings: Settings, embedder: Embedder
) -> float | None:
    """Seconds to embed everything again on this machine; None where the embeddings are at hand."""
    same_model = published.fingerprint == embedder.fingerprint
    cut_alike = (published.passage_words, published.overlap_sentences) == (
        settings.passage_words,
        settings.overlap_sentences,
    )
    if (same_model and cut_alike) or not published.passages:
        return None
    rate = published.embedded_per_second if same_model else None
    if rate is None and published.passages < MEASURED:
        return None  # done before it is measured
    if rate is None:
        rows = store.to_index(published.generation, limit=SAMPLE)
        began = time.perf_counter()
        embedder.embed_passages([indexed_text(row.title, row.text) for row in rows])
        rate = len(rows) / (time.perf_counter() - began)
    return published.passages / rate


def _published(generations: Generations, *, rebuild: bool) -> Manifest | None:
    try:
        return generations.manifest(generations.current())
    except IndexMissingError:
        return None
    except IndexMismatchError:  # another version's layout: nothing of it can be used
        return None
    except IndexDamagedError:
        if rebuild:  # start over; embeddings are kept by content, so it is soon done
            return None
        raise


def _differs(manifest: Manifest, settings: Settings, embedder: Embedder) -> str | None:
    if difference := manifest.mismatch(settings):
        return difference
    if manifest.fingerprint != embedder.fingerprint:
        return f"the weights of {manifest.model} are not those the index was built with"
    return None


def _names(sources: Iterable[Source]) -> tuple[str, ...]:
    return tuple(source.name for source in sources)


@dataclass(frozen=True, slots=True)
class _Embedded:
    """How many passages were embedded, and how fast; None if too few to tell."""

    count: int
    per_second: float | None


class _Sync:
    """One run. Everything it writes belongs to generation `self._next`, seen by nobody yet."""

    def __init__(
        self,
        store: StoreWriter,
        index: Path,
        settings: Settings,
        embedder: Embedder,
        options: SyncOptions,
    ) -> None:
        self._store = store
        self._index = index
        generations = Generations(index)
        self._settings = settings
        self._embedder = embedder
        self._options = options
        self._execution = options.execution or Here(embedder)
        self._on_progress = options.on_progress
        self._linker = Linker(store)
        self._revisions = Revisions(store)
        self._publisher = Publisher(store, generations, options.on_progress)
        self._before = _published(generations, rebuild=options.rebuild)
        self._current = self._before.generation if self._before else 0
        self._next = self._current + 1
        self._why_anew = None
        if self._before is not None:
            differs = _differs(self._before, settings, embedder)
            self._why_anew = "asked for" if options.rebuild else differs
        self._anew = self._before is None or self._why_anew is not None
        self._present = self._total = 0

    def run(self, corpus: Path, began: float) -> SyncReport:
        interrupted = self._store.roll_back_to(self._current)
        self._check_store()
        known = self._store.sources(self._current)
        changes = scan(corpus, self._index, known, self._on_progress)
        check_emptied(changes, corpus, self._options.allow_empty)
        self._store.remember(
            {s.name: s.status for s in changes.unchanged if s.status != known[s.name][1]}
        )
        self._options.on_plan(_plan(changes, self._why_anew, self._seconds()))
        published, embedded = self._before, _Embedded(0, None)
        if self._anew or changes.added or changes.changed or changes.deleted:
            self._write(changes, Moves(corpus, changes, known))
            embedded = self._embed()
            published = self._publish(embedded)
            self._store.forget_before(self._current)
            self._store.give_back_space()
        if interrupted or self._store.made_anew:
            # What an earlier run embedded is in use by now, or not wanted any more.
            self._store.forget_unused_embeddings()
        assert published is not None  # noqa: S101 - published above, or before
        published = self._publisher.compact(published)
        return SyncReport(
            generation=published.generation,
            added=_names(changes.added),
            changed=_names(changes.changed),
            deleted=changes.deleted,
            unchanged=len(changes.unchanged),
            problems=tuple(self._store.problems(published.generation)),
            articles=published.articles,
            passages=published.passages,
            embedded=embedded.count,
            seconds=time.perf_counter() - began,
        )

    def _seconds(self) -> float | None:
        if self._before is None or self._why_anew is None:
            return None
        return _estimate(self._store, self._before, self._settings, self._embedder)

    def _check_store(self) -> None:
        """Raise if the store is not the one that the published generation was built from.

        Raises:
            IndexDamagedError: Adding to such a store would make new passages of old ids.
        """
        if self._anew or self._before is None:
            return
        newest = self._store.newest_passage()
        if newest < self._before.newest:
            raise IndexDamagedError(
                f"the store has had {newest} passages, the index is of {self._before.newest}; "
                "run: qa index --rebuild"
            )

    def _write(self, changes: Changes, moves: Moves) -> None:
        reread = changes.unchanged if self._anew else ()
        sources = [*changes.added, *changes.changed, *reread]
        with self._store.transaction():
            if self._anew:
                self._store.remove_everything(self._next)
            for name in changes.deleted:
                self._store.remove_source(name, self._next)
                self._remove(row for row, _ in self._store.articles_of(name).values())
            ordered = sorted(sources, key=lambda s: s.name)
            files = iter(self._execution.read(ordered, self._settings.passage_size))
            for done, source in enumerate(ordered, 1):
                self._write_source(source, files, moves)
                self._on_progress(Progress("reading", done, len(sources)))
            moves.note(self._store)
            self._store.end_lone_revisions(self._next)

    def _write_source(self, source: Source, files: Iterator[ReadFile], moves: Moves) -> None:
        """Store what a file holds, part by part as it is read.

        What the system does not let be read stays as it was known: nobody knows that it is gone.
        """
        known = self._store.articles_of(source.name)
        self._store.remove_source(source.name, self._next)
        problems: list[Problem] = []
        gone: list[int] = []
        seen = source.unread
        leaving = moves.of(source)
        only: tuple[Article, Sequence[Cut]] | None = None
        for part in files:
            problems.extend(part.result.problems)
            for number, article in enumerate(part.result.articles):
                row, digest = known.pop(article.id, (None, ""))
                deleted = leaving.leaves_out(article)
                if deleted and leaving.articles == 1:
                    only = article, part.passages(number)
                if not deleted and digest == article_digest(article):
                    continue  # it stays as it is
                if not deleted:
                    self._write_article(article, part.passages(number))
                gone += [] if row is None else [row]
            if not part.result.more:
                if part.result.opened or source.is_gone():
                    gone += [row for row, _ in known.values()]
                if part.result.opened and source.is_as_listed():
                    seen = source
                break
        if leaving.takes_back() and only:
            self._write_article(*only)
        moves.went(source, leaving)
        self._store.add_source(source.name, seen.digest, seen.status, problems, self._next)
        self._remove(gone)

    def _remove(self, rows: Iterable[int]) -> None:
        for row in rows:
            self._store.remove_article(row, self._next)

    def _write_article(self, article: Article, passages: Sequence[Cut]) -> None:
        numbered = self._revisions.numbered(article, self._next)
        row = self._linker.add(numbered, self._next)
        versions.link(self._store, row, numbered, self._next)
        for ordinal, part in enumerate(passages):
            key = self._key(indexed_text(article.title, article.text[part.start : part.end]))
            self._store.add_passage(row, ordinal, part.sentences, key, self._next)

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self._embedder.fingerprint}\0{text}".encode()).hexdigest()

    def _embed(self) -> _Embedded:
        count, seconds = 0, 0.0
        embedded = iter(self._execution.embed(self._missing()))
        while True:
            began = time.perf_counter()
            part = next(embedded, None)
            seconds += time.perf_counter() - began
            if part is None:
                break
            self._store.add_embeddings(part)
            count += len(part)
            self._on_progress(Progress("embedding", self._present + count, self._total))
        self._on_progress(Progress("embedding", self._total, self._total))
        measured = count >= MEASURED and self._execution.lasting_rate
        return _Embedded(count, count / seconds if measured else None)

    def _missing(self) -> Iterator[dict[str, str]]:
        """Texts that have no embedding yet, by key, in batches."""
        after, self._present, self._total = 0, 0, self._store.count_added(self._next)
        while rows := self._store.to_index(
            self._next, after=after, limit=READ_AT_ONCE, added_in=self._next
        ):
            after = rows[-1].id
            texts = {row.embedding: indexed_text(row.title, row.text) for row in rows}
            missing = sorted(self._store.missing_embeddings(texts))
            self._present += len(rows) - len(missing)
            self._on_progress(Progress("embedding", self._present, self._total))
            for start in range(0, len(missing), EMBED_AT_ONCE):
                yield {key: texts[key] for key in missing[start : start + EMBED_AT_ONCE]}

    def _publish(self, embedded: _Embedded) -> Manifest:
        before = self._before if self._before and not self._anew else None
        change = self._store.counts(self._next)
        earlier = before.articles - change.articles_removed if before else 0
        rate = embedded.per_second
        if rate is None and self._before and self._before.fingerprint == self._embedder.fingerprint:
            rate = self._before.embedded_per_second
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
            articles=earlier + change.articles_added,
            passages=0,
            deleted=0,
            newest=0,
            segments=[],
            files=dict(before.files) if before else {},
            embedded_per_second=rate and round(rate, 1),
            packages=package_versions(),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        return self._publisher.publish(manifest, before)
