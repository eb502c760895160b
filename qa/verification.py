"""Verify an index: that store, words and vectors hold the same passages, and each is what it was.

Nothing is trusted: files are compared with their checksums, every passage is cut from its article
again, every vector is measured. What is wrong can be mended from the store, and what the store has
lost of embeddings is computed anew; texts are only in the store, so their loss needs the corpus.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from qa.duplicates.checking import wrong_links
from qa.duplicates.linking import Linker
from qa.errors import IndexBusyError, IndexDamagedError, IndexMismatchError
from qa.passages import indexed_text
from qa.protocols import Embedder, OnProgress, Progress
from qa.records import Verification
from qa.revisions import forget_wrong, wrong_revisions
from qa.segments import Segment
from qa.segments.postings import signature
from qa.settings import Settings
from qa.storage.generation import Generations
from qa.storage.manifest import Manifest
from qa.storage.publishing import Publisher
from qa.storage.searchable import Generation
from qa.storage.store import Store
from qa.storage.store_writer import StoreWriter
from qa.storage.writing import writing
from qa.text import analysis
from qa.versions import relink, wrong_versions

AT_ONCE: Final = 2_000
"""Passages held in memory at a time."""

TOLERANCE: Final = 1e-3
"""How far a vector's length may be from 1: float32 and bfloat16 models stay within 1e-4."""

TRIES: Final = 5
"""Times an index is verified while another process writes it, before giving up."""

SHOWN: Final = 20
"""Problems of one kind that are listed one by one."""


def verify(
    index: Path, settings: Settings, *, on_progress: OnProgress = lambda _: None
) -> Verification:
    """Verify an index. Changes nothing.

    Args:
        index: The index folder.
        settings: Must be those it was built with.
        on_progress: Called with the stage "verifying".

    Raises:
        IndexMissingError: There is no index.
        IndexMismatchError: It was built with other settings, or by another version.
        IndexBusyError: It changes faster than it can be verified.
    """
    generations = Generations(index)
    for _ in range(TRIES):
        stamp = generations.stamp()
        found = _Check(generations, settings, on_progress).run()
        # What a writer replaced meanwhile is missing, but not damaged.
        if found.ok or stamp == generations.stamp():
            return found
    raise IndexBusyError(f"{index} is being written all the time; verify it when that is done")


def repair(
    index: Path,
    settings: Settings,
    embedder: Callable[[], Embedder],
    *,
    on_progress: OnProgress = lambda _: None,
) -> Verification:
    """Verify an index and mend what is wrong from its store; then verify it again.

    Args:
        index: The index folder.
        settings: Must be those it was built with.
        embedder: Loads the model; called only if embeddings are lost.
        on_progress: As in `verify`, and with the stages of a sync.

    Raises:
        IndexMissingError, IndexMismatchError: As `verify`.
        IndexBusyError, IndexWriteError: As `qa.indexing.sync`.
        IndexDamagedError: The store itself is damaged; the message says what brings it back.
    """
    with writing(index):
        found = _Check(Generations(index), settings, on_progress).run()
        if found.ok:
            return found
        _Repair(index, settings, embedder, on_progress).run()
        after = _Check(Generations(index), settings, on_progress).run()
    if not after.ok:
        raise IndexDamagedError(
            f"{index} cannot be mended from its store: {after.problems[0]}; run: qa index --rebuild"
        )
    return replace(after, problems=found.problems, repaired=True)


class _Check:
    def __init__(
        self, generations: Generations, settings: Settings, on_progress: OnProgress
    ) -> None:
        self._generations = generations
        self._settings = settings
        self._on_progress = on_progress
        self._problems: list[str] = []
        self._known_signatures: dict[str, Any] = {}

    def run(self) -> Verification:
        store = Store(self._generations.store_path)
        try:
            return self._verify(store)
        finally:
            store.close()

    def _verify(self, store: Store) -> Verification:
        manifest = self._tried(lambda: self._generations.manifest(self._generations.current()))
        if manifest is None:
            return self._report(None, None, 0, 0)
        manifest.check(self._settings)
        self._problems += self._generations.verify_files(manifest)
        generation = None
        if not self._problems:  # whoever looks into a damaged file finds anything there
            generation = self._tried(lambda: self._generations.load(self._settings))
        counts = self._tried(lambda: self._check_store(store, manifest, generation)) or (0, 0)
        return self._report(manifest, generation, *counts)

    def _tried(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever `work` returns
        try:
            return work()
        except IndexDamagedError as error:
            told = str(error).partition("; run:")[0]
            if told not in self._problems:
                self._problems.append(told)
            return None

    def _report(
        self, manifest: Manifest | None, generation: Generation | None, articles: int, passages: int
    ) -> Verification:
        engines = {}
        if generation is not None:
            engines = {"lexical": generation.lexical.engine, "dense": generation.dense.engine}
        return Verification(
            ok=not self._problems,
            generation=manifest.generation if manifest else None,
            articles=articles,
            passages=passages,
            vectors=len(generation.dense) if generation else 0,
            engines=engines,
            problems=tuple(self._problems),
            repaired=False,
        )

    def _check_store(
        self, store: Store, manifest: Manifest, generation: Generation | None
    ) -> tuple[int, int]:
        self._problems += store.integrity()
        articles, passages = store.count_articles(manifest.generation), 0
        if articles != manifest.articles:
            self._problems.append(
                f"the store holds {articles} articles, the manifest says {manifest.articles}"
            )
        wrong: list[str] = []
        ids: list[int] = []
        for part in _batches(store, manifest.generation):
            ids += part
            wrong += self._check_passages(store, part, generation, manifest)
            passages += len(part)
            self._on_progress(Progress("verifying", passages, max(manifest.passages, passages)))
        for check in (wrong_links, wrong_versions, wrong_revisions):
            wrong += self._tried(lambda: list(check(store, manifest.generation))) or []  # noqa: B023
        if generation is not None:
            wrong += self._tried(lambda: list(_wrong_clusters(generation))) or []
            alive = generation.ids if generation.alive is None else generation.ids[generation.alive]
            wrong += self._differences(set(ids), set(alive.tolist()))
        self._problems += wrong[:SHOWN]
        if len(wrong) > SHOWN:
            self._problems.append(f"and {len(wrong) - SHOWN} more of the kind")
        return articles, passages

    def _signatures(self, segment: Segment) -> Any:  # noqa: ANN401 - uint64 (n,)
        if segment.name not in self._known_signatures:
            self._known_signatures[segment.name] = segment.postings.signatures()
        return self._known_signatures[segment.name]

    def _differences(self, stored: set[int], indexed: set[int]) -> Iterator[str]:
        for passage in sorted(stored - indexed):
            yield f"passage {passage} is in the store but not in the indexes"
        for passage in sorted(indexed - stored):
            yield f"passage {passage} is in the indexes but not in the store"

    def _check_passages(
        self, store: Store, ids: list[int], generation: Generation | None, manifest: Manifest
    ) -> Iterator[str]:
        facts = store.to_verify(ids)
        rows = _rows(generation, ids)
        for fact in facts:
            number = fact.id
            if fact.article_changed:
                yield f"passage {number}: the text of its article is not what was stored"
            if not fact.slices_back:
                yield f"passage {number} does not lie in its article"
            if fact.vector is None:
                yield f"passage {number} has no embedding, or not the one that was stored"
                continue
            length = float(np.linalg.norm(fact.vector))
            if fact.vector.shape != (manifest.dimension,) or not abs(length - 1) < TOLERANCE:
                yield f"passage {number}: its vector has {fact.vector.shape}, length {length:.3g}"
            elif generation is not None and number in rows:
                segment, row = rows[number]
                if not np.array_equal(segment.vectors[row], fact.vector):
                    yield f"passage {number}: its indexed vector is not the stored one"
                terms = analysis.terms(indexed_text(fact.title, fact.text), fact.keys.language)
                postings = segment.postings
                same = self._signatures(segment)[row] == signature(terms)
                if not same or postings.lengths[row] != len(terms):
                    yield f"passage {number}: its indexed words are not those of its text"
                if segment.columns.row(row) != fact.keys:
                    yield f"passage {number}: its filters are not those of its article"


def _wrong_clusters(generation: Generation) -> Iterator[str]:
    for segment in generation.segments:
        if segment.clusters is not None:
            for told in segment.clusters.differences(segment.vectors):
                yield f"clusters of segment {segment.name}: {told}"


def _rows(generation: Generation | None, ids: list[int]) -> dict[int, tuple[Segment, int]]:
    found: dict[int, tuple[Segment, int]] = {}
    for segment in generation.segments if generation is not None else ():
        rows = np.searchsorted(segment.ids, ids)
        for number, row in zip(ids, rows.tolist(), strict=True):
            if row < len(segment) and segment.ids[row] == number:
                found[number] = segment, row
    return found


def _batches(store: Store, generation: int) -> Iterator[list[int]]:
    after = 0
    while ids := store.passage_ids(generation, after, AT_ONCE):
        yield ids
        after = ids[-1]


class _Repair:
    """Publishes a generation with the same rows, all of its segments built anew."""

    def __init__(
        self,
        index: Path,
        settings: Settings,
        embedder: Callable[[], Embedder],
        on_progress: OnProgress,
    ) -> None:
        self._generations = Generations(index)
        self._settings = settings
        self._embedder = embedder
        self._on_progress = on_progress

    def run(self) -> None:
        before = self._last()
        self._check_texts(before)
        store = StoreWriter(self._generations.store_path)
        try:
            self._mend(store, before)
        finally:
            store.close()

    def _check_texts(self, before: Manifest) -> None:
        """Raise if the store has lost texts, before anything is written: only the corpus has them.

        Raises:
            IndexDamagedError: With the command that reads them again.
        """
        store = Store(self._generations.store_path)
        try:
            lost = store.integrity()
            if store.count_articles(before.generation) != before.articles:
                lost.append("articles are missing from the store")
            for ids in _batches(store, before.generation):
                facts = store.to_verify(ids)
                lost += [
                    f"the text of passage {fact.id} is not what was stored"
                    for fact in facts
                    if fact.article_changed or not fact.slices_back
                ]
        finally:
            store.close()
        if lost:
            raise IndexDamagedError(f"{lost[0]}; to read the corpus anew, run: qa index --rebuild")

    def _mend(self, store: StoreWriter, before: Manifest) -> None:
        store.roll_back_to(before.generation)
        self._embed_lost(store, before)
        if any(wrong_links(store, before.generation)):
            with store.transaction():
                Linker(store).relink(before.generation + 1)
        if any(wrong_versions(store, before.generation)):
            with store.transaction():
                relink(store, before.generation + 1)
        with store.transaction():
            forget_wrong(store, before.generation + 1)
        manifest = replace(
            before,
            generation=before.generation + 1,
            articles=store.count_articles(before.generation),
            files={},
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        publisher = Publisher(store, self._generations, self._on_progress)
        publisher.compact(publisher.publish(manifest, None, sees=before.generation))

    def _last(self) -> Manifest:
        """The published manifest, or the newest that can be read where the pointer is lost.

        A generation that has a manifest has all its rows and embeddings in the store.
        """
        numbers = reversed(self._generations.complete())
        try:
            current = self._generations.current()
            numbers = iter([current, *(n for n in numbers if n < current)])
        except IndexDamagedError:
            pass
        for number in islice(numbers, 3):
            try:
                manifest = self._generations.manifest(number)
            except (IndexDamagedError, IndexMismatchError):
                continue
            manifest.check(self._settings)
            return manifest
        raise IndexDamagedError(
            "no generation's manifest can be read; to read the corpus anew, run: qa index --rebuild"
        )

    def _embed_lost(self, store: StoreWriter, before: Manifest) -> None:
        lost: dict[str, str] = {}
        for ids in _batches(store, before.generation):
            lost |= {
                fact.embedding: indexed_text(fact.title, fact.text)
                for fact in store.to_verify(ids)
                if fact.vector is None or not _is_unit(fact.vector, before.dimension)
            }
        if not lost:
            return
        embedder = self._embedder()
        before.check_model(embedder.fingerprint)
        keys = sorted(lost)
        for start in range(0, len(keys), AT_ONCE):
            part = keys[start : start + AT_ONCE]
            self._on_progress(Progress("embedding", start, len(keys)))
            vectors = embedder.embed_passages([lost[key] for key in part])
            store.add_embeddings(dict(zip(part, vectors, strict=True)))


def _is_unit(vector: np.ndarray[Any, Any], dimension: int) -> bool:
    return vector.shape == (dimension,) and abs(float(np.linalg.norm(vector)) - 1) < TOLERANCE
