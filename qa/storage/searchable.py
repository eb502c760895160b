"""What a question is put to: a published generation, wherever it lies.

`Generation` is one of segments in an index folder; `qa.milvus.generation` one in a Milvus server.
What is asked of them besides the two indexes are sets of rows: which may be ranked at all. A set is
made by a generation, understood by its own indexes, and opaque to all others: here a mask over all
rows, there an expression that the server evaluates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from qa.protocols import Allowed, Ids, LexicalIndex, Mask, VectorIndex
from qa.records import Filters
from qa.rows import NO_DAY
from qa.segments import Segment
from qa.settings import Settings
from qa.storage.manifest import Manifest
from qa.storage.store import Store


class RowIds(Protocol):
    """The passage id of each row."""

    def __getitem__(self, rows: Ids | list[int]) -> Ids:
        """Those of some rows, int64 (len(rows),)."""


class Searchable(Protocol):
    """A published generation, loaded."""

    @property
    def manifest(self) -> Manifest:
        """What it was built from."""

    @property
    def ids(self) -> RowIds:
        """Ids of passages by row."""

    @property
    def lexical(self) -> LexicalIndex:
        """Its words."""

    @property
    def dense(self) -> VectorIndex:
        """Its vectors."""

    def passing(self, filters: Filters) -> Allowed | None:
        """Which rows pass the filters and are not deleted; None where all are."""

    def any(self, allowed: Allowed | None) -> bool:
        """Whether a set has a row; None is all of them."""

    def without(
        self, allowed: Allowed | None, terms: Sequence[str], language: str | None = None
    ) -> Allowed:
        """A set less the rows that hold all of the terms, in the passage or its article's title.

        Args:
            allowed: The set.
            terms: At least one.
            language: Only rows analysed as it (`qa.text.stemming.analysed_as`) are left out:
                another language's word may have the same stem. None leaves all out.
        """

    def holding(self, allowed: Allowed | None, terms: Sequence[str]) -> Allowed:
        """Of a set the rows that hold at least one of the terms, likewise."""

    def rows(self, allowed: Allowed | None, at_most: int) -> Ids | None:
        """The rows of a set, ascending; None where they are more than `at_most`."""

    def only(self, rows: Ids) -> Allowed:
        """The set of these rows."""

    def less(self, allowed: Allowed | None, rows: Ids) -> Allowed:
        """A set less these rows."""

    def example(self, term: str) -> int:
        """A row that holds a term which some hold."""

    def days(self, rows: Ids) -> npt.NDArray[np.int32]:
        """The day of each row's article, see `qa.segments.columns.Columns`, int32 (len(rows),)."""

    def newest(self) -> int:
        """The newest of the days; `NO_DAY` where none is known."""


class Stamp(NamedTuple):
    """What tells a published generation from those before and after it.

    Attributes:
        inode: Of the pointer.
        modified: When the pointer was written, in nanoseconds.
        number: What the pointer says.
        store: Tells the store's file from that of another index in the same folder.
    """

    inode: int
    modified: int
    number: bytes
    store: tuple[int, int] | None


class Published(Protocol):
    """Where generations are published. Reading changes nothing there."""

    def stamp(self) -> Stamp | None:
        """Changes whenever another generation is published; None where there is none. Cheap."""

    def renew(self) -> None:
        """See at once what this process has published; others may see it a second later."""

    def current(self) -> int:
        """The number of the published generation.

        Raises:
            IndexMissingError: There is none.
        """

    def load(self, settings: Settings, before: Searchable | None = None) -> Searchable:
        """Load the published generation.

        Args:
            settings: Must be those it was built with.
            before: The generation loaded last, of which parts may be used again.

        Raises:
            IndexMissingError: There is none.
            IndexMismatchError: It was built with other settings.
            IndexDamagedError: Something of it is missing or not what was written.
        """

    def open_store(self) -> Store:
        """The texts of the generation loaded last, and of the one before."""

    def verify_files(self, manifest: Manifest) -> list[str]:
        """What is wrong with the files of a generation, if it has any."""


@dataclass(frozen=True, slots=True)
class Generation:
    """A published generation of an index folder, loaded. Rows are places in `ids`.

    Attributes:
        manifest: What it was built from.
        segments: In order of their rows.
        ids: int64 (rows,), passage ids, ascending, with those deleted since.
        alive: For each row whether it is not deleted; None if none is.
        lexical: The words of all segments.
        dense: The vectors of all segments.
    """

    manifest: Manifest
    segments: Sequence[Segment]
    ids: Ids
    alive: Mask | None
    lexical: LexicalIndex
    dense: VectorIndex

    def passing(self, filters: Filters) -> Mask | None:
        """See `Searchable.passing`."""
        if not filters:
            return self.alive
        parts = [segment.columns.passing(filters) for segment in self.segments]
        mask = np.concatenate(parts) if parts else np.zeros(0, dtype=np.bool_)
        return mask if self.alive is None else mask & self.alive

    def any(self, allowed: Allowed | None) -> bool:
        """See `Searchable.any`."""
        return allowed is None or bool(allowed.any())

    def without(
        self, allowed: Allowed | None, terms: Sequence[str], language: str | None = None
    ) -> Mask:
        """See `Searchable.without`."""
        holding = np.logical_and.reduce([self._holding(term) for term in terms])
        if language is not None and self.segments:
            columns = [segment.columns.language for segment in self.segments]
            holding &= np.concatenate([column.analysed_as(language) for column in columns])
        return np.asarray(self._mask(allowed) & ~holding)

    def holding(self, allowed: Allowed | None, terms: Sequence[str]) -> Mask:
        """See `Searchable.holding`."""
        found = np.logical_or.reduce([self._holding(term) for term in terms])
        return np.asarray(self._mask(allowed) & found)

    def rows(self, allowed: Allowed | None, at_most: int) -> Ids | None:
        """See `Searchable.rows`."""
        rows = np.flatnonzero(self._mask(allowed)).astype(np.int64)
        return rows if len(rows) <= at_most else None

    def only(self, rows: Ids) -> Mask:
        """See `Searchable.only`."""
        mask = np.zeros(len(self.ids), dtype=np.bool_)
        mask[rows] = True
        return mask

    def less(self, allowed: Allowed | None, rows: Ids) -> Mask:
        """See `Searchable.less`."""
        mask = self._mask(allowed).copy()
        mask[rows] = False
        return mask

    def example(self, term: str) -> int:
        """See `Searchable.example`."""
        return int(np.argmax(self._holding(term) & self._mask(self.alive)))

    def days(self, rows: Ids) -> npt.NDArray[np.int32]:
        """See `Searchable.days`."""
        return self._days()[rows]

    def newest(self) -> int:
        """See `Searchable.newest`."""
        return int(self._days()[self._mask(self.alive)].max(initial=NO_DAY))

    def _mask(self, allowed: Allowed | None) -> Mask:
        return np.ones(len(self.ids), dtype=np.bool_) if allowed is None else np.asarray(allowed)

    def _holding(self, term: str) -> Mask:
        """Which rows hold a term; deleted ones too."""
        mask = np.zeros(len(self.ids), dtype=np.bool_)
        first = 0
        for segment in self.segments:
            mask[segment.postings.of(term)[0] + first] = True
            first += len(segment)
        return mask

    def _days(self) -> npt.NDArray[np.int32]:
        parts = [segment.columns.day for segment in self.segments]
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)
