"""From the rows of a generation to its segments, published; and merging segments afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np

from qa.errors import IndexDamagedError
from qa.passages import indexed_text
from qa.protocols import Ids, Mask, OnProgress, Progress
from qa.segments import Segment, merge
from qa.segments.merging import plan
from qa.segments.segment import Indexed
from qa.storage.generation import Generations
from qa.storage.manifest import Manifest
from qa.storage.store import ToIndex
from qa.storage.store_writer import StoreWriter
from qa.text import analysis

PIECE: Final = 20_000
"""Passages to a new segment at most: what is held in memory at once, some 200 MB."""

AT_ONCE: Final = 5_000
"""Merges that write up to this many passages are done before publishing, in some 50 ms; larger ones
afterwards, while readers already find what is new."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment, and which of its rows are not deleted."""

    segment: Segment
    alive: Mask
    written: bool = True

    def __len__(self) -> int:
        return int(np.count_nonzero(self.alive))


class Publisher:
    """Publishes generations of one index. Its caller holds the writer's lock.

    Args:
        store: Open for writing.
        generations: Of the same index.
        on_progress: Called with the stages "indexing" and "merging".
    """

    def __init__(
        self, store: StoreWriter, generations: Generations, on_progress: OnProgress
    ) -> None:
        self._store = store
        self._generations = generations
        self._on_progress = on_progress
        self._names = 0

    def publish(
        self, manifest: Manifest, before: Manifest | None, *, sees: int | None = None
    ) -> Manifest:
        """Publish the generation whose rows and embeddings are in the store.

        Args:
            manifest: What the new generation is built from; counts and files are filled in.
            before: The published manifest whose segments stay in use; None builds all anew.
            sees: The generation whose rows it holds, if they are not its own.
        """
        removed = self._store.counts(manifest.generation).passages_removed if before else None
        parts = list(self._earlier(before, removed))
        number = manifest.generation if sees is None else sees
        parts += self._fresh(manifest, number, parts, anew=before is None)
        parts = self._merged(manifest, parts)
        return self._write(manifest, [part for part in parts if len(part)])

    def compact(self, manifest: Manifest) -> Manifest:
        """Merge segments of the published generation until none needs it.

        Each merge is published as a generation of its own, with the same passages; it may be
        interrupted at any moment and loses nothing but its own work.
        """
        while True:
            parts = list(self._earlier(manifest, np.zeros(0, dtype=np.int64)))
            chosen = plan([len(part.segment) for part in parts], [len(part) for part in parts])
            if chosen is None:
                return manifest
            following = replace(manifest, generation=manifest.generation + 1, built_at=_now())
            self._on_progress(Progress("merging", 0, 1))
            parts[chosen] = [self._merge(following, parts[chosen])]
            manifest = self._write(following, [part for part in parts if len(part)])
            self._on_progress(Progress("merging", 1, 1))

    def _earlier(self, before: Manifest | None, removed: Ids | None) -> Iterator[_Part]:
        if before is None or removed is None:
            return
        segments, deleted = self._generations.read(before)
        gone = np.union1d(deleted, removed)
        for segment in segments:
            yield _Part(segment, ~np.isin(segment.ids, gone, assume_unique=True))

    def _fresh(
        self, manifest: Manifest, number: int, parts: list[_Part], *, anew: bool
    ) -> Iterator[_Part]:
        """New segments of what the generation adds, in pieces, each written at once."""
        after = max((int(part.segment.ids[-1]) for part in parts), default=0)
        done = 0
        total = self._store.count_added(number) or manifest.passages
        while rows := self._store.to_index(
            number, after=after, limit=PIECE, added_in=None if anew else number
        ):
            segment = Segment.build(
                self._name(manifest.generation), map(_indexed, rows), self._vectors(rows)
            )
            after, done = rows[-1].id, done + len(rows)
            self._on_progress(Progress("indexing", done, max(total, done)))
            alive = np.ones(len(segment), dtype=np.bool_)
            if len(rows) < PIECE:
                yield _Part(segment, alive, written=False)
                return
            yield _Part(self._generations.write_segment(segment), alive)

    def _vectors(
        self, rows: Sequence[ToIndex]
    ) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        known = self._store.vectors(list({row.embedding for row in rows}))
        if lost := [row for row in rows if row.embedding not in known]:
            raise IndexDamagedError(
                f"the store lacks the embedding of passage {lost[0].id}; run: qa verify --repair"
            )
        return np.stack([known[row.embedding] for row in rows])

    def _merged(self, manifest: Manifest, parts: list[_Part]) -> list[_Part]:
        """The parts, after the merges that are done at once."""
        while chosen := plan([len(part.segment) for part in parts], [len(part) for part in parts]):
            if sum(map(len, parts[chosen])) > AT_ONCE:
                break
            parts[chosen] = [self._merge(manifest, parts[chosen])]
        return parts

    def _merge(self, manifest: Manifest, parts: Sequence[_Part]) -> _Part:
        segments, masks = [part.segment for part in parts], [part.alive for part in parts]
        for segment in segments:  # else damage would be copied, under a checksum that fits it
            self._generations.check_segment(segment.name, manifest)
        merged = merge(self._name(manifest.generation), segments, masks)
        return _Part(merged, np.ones(len(merged), dtype=np.bool_), written=False)

    def _write(self, manifest: Manifest, parts: Sequence[_Part]) -> Manifest:
        dead = [part.segment.ids[~part.alive] for part in parts]
        deleted = np.concatenate(dead) if dead else np.zeros(0, dtype=np.int64)
        return self._generations.publish(
            replace(
                manifest,
                segments=[part.segment.name for part in parts],
                passages=sum(map(len, parts)),
                deleted=len(deleted),
                newest=max((int(part.segment.ids[-1]) for part in parts), default=0),
            ),
            [part.segment for part in parts if not part.written],
            deleted,
        )

    def _name(self, generation: int) -> str:
        self._names += 1
        return f"{generation:06d}-{self._names}"


def _indexed(row: ToIndex) -> Indexed:
    terms = analysis.terms(indexed_text(row.title, row.text), row.keys.language)
    return Indexed(row.id, terms, row.keys)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
