"""A published generation in a Milvus server, as it is searched. A row is a passage's id."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from qa.errors import IndexDamagedError, QAError
from qa.milvus import catalogue
from qa.milvus.address import MilvusAddress
from qa.milvus.arms import MOST, MilvusVectors, MilvusWords, Passages
from qa.milvus.catalogue import Current
from qa.milvus.collections import by_author, term_code
from qa.milvus.replica import Replica, ReplicaStore
from qa.milvus.server import Server, check_installed, quoted
from qa.protocols import Ids
from qa.records import Filters
from qa.rows import NO_DAY, agency_key, days, name_key, publisher_key
from qa.settings import Settings
from qa.storage.manifest import Manifest
from qa.storage.searchable import RowIds, Searchable, Stamp
from qa.storage.store import Store
from qa.text.languages import tag_key
from qa.text.stemming import ENGLISH, STEMMED, tags_of

FRESH_S: Final = 1.0
"""Seconds for which what is current is not asked for again."""


class _Same:
    """The passage id of a row is the row."""

    def __getitem__(self, rows: Ids | list[int]) -> Ids:
        return np.asarray(rows, dtype=np.int64)


class MilvusGeneration:
    """Implements `Searchable` over a Milvus server. A set of rows is an expression.

    Args:
        passages: Those of the generation.
    """

    def __init__(self, passages: Passages) -> None:
        self._passages = passages
        self.manifest: Manifest = passages.current.manifest
        self.ids: RowIds = _Same()
        self.lexical = MilvusWords(passages)
        self.dense = MilvusVectors(passages)

    def passing(self, filters: Filters) -> str | None:
        """See `Searchable.passing`."""
        parts = []
        if filters.publisher:
            parts.append(_equal("publisher", publisher_key(filters.publisher)))
        if filters.author:
            words = sorted(set(name_key(filters.author).split()))
            parts.append(by_author(words) if words else "id < 0")
        if filters.language:
            tag = tag_key(filters.language)
            within = f"language like {quoted(f'{tag}-%')}"
            parts.append(f"({_equal('language', tag)} or {within})")
        if filters.agency:
            parts.append(_equal("agency", agency_key(filters.agency)))
        if filters.after or filters.before:
            parts.append(f"day > {NO_DAY}")
        if filters.after:
            parts.append(f"day >= {days(filters.after)}")
        if filters.before:
            parts.append(f"day < {days(filters.before)}")
        return " and ".join(parts) or None

    def any(self, allowed: str | None) -> bool:
        """See `Searchable.any`."""
        return bool(self._ids(allowed, 1))

    def without(
        self, allowed: str | None, terms: Sequence[str], language: str | None = None
    ) -> str:
        """See `Searchable.without`."""
        holding = " and ".join(self._holds(term) for term in terms)
        if language is not None:
            holding = f"{holding} and {_analysed_as(language)}"
        return self._both(allowed, f"not ({holding})")

    def holding(self, allowed: str | None, terms: Sequence[str]) -> str:
        """See `Searchable.holding`."""
        return self._both(allowed, f"({' or '.join(self._holds(term) for term in terms)})")

    def rows(self, allowed: str | None, at_most: int) -> Ids | None:
        """See `Searchable.rows`."""
        found = self._ids(allowed, at_most + 1)
        return None if len(found) > at_most else np.asarray(sorted(found), dtype=np.int64)

    def only(self, rows: Ids) -> str:
        """See `Searchable.only`."""
        return f"id in {quoted(rows.tolist())}" if len(rows) else "id < 0"

    def less(self, allowed: str | None, rows: Ids) -> str | None:
        """See `Searchable.less`."""
        return self._both(allowed, f"id not in {quoted(rows.tolist())}") if len(rows) else allowed

    def example(self, term: str) -> int:
        """See `Searchable.example`."""
        found = self._ids(self._holds(term), 1)
        if not found:
            raise IndexDamagedError(
                f"{self._passages.server.address} counts passages with a term that none holds; "
                f"run: qa verify --repair --index {self._passages.server.address}"
            )
        return found[0]

    def days(self, rows: Ids) -> npt.NDArray[np.int32]:
        """See `Searchable.days`."""
        return np.asarray([c.day for c in self._passages.candidates(rows)], dtype=np.int32)

    def newest(self) -> int:
        """See `Searchable.newest`."""
        return self._passages.current.newest_day

    def _ids(self, allowed: str | None, limit: int) -> list[int]:
        if limit > MOST:
            names, where = self._passages.names, self._passages.where(allowed)
            all_rows = self._passages.server.rows(names.passages, where, [])
            return [int(row["id"]) for row in islice(all_rows, limit)]
        rows = self._passages.call(
            "query",
            self._passages.names.passages,
            filter=self._passages.where(allowed),
            output_fields=["id"],
            limit=limit,
        )
        return [int(row["id"]) for row in rows]

    def _holds(self, term: str) -> str:
        return f"text_match(words, {quoted(term_code(term))})"

    def _both(self, allowed: str | None, part: str) -> str:
        return part if not allowed else f"{allowed} and {part}"


def _analysed_as(language: str) -> str:
    if language == ENGLISH:  # and all that has no rules of its own
        others = [tag for other in sorted(STEMMED - {ENGLISH}) for tag in tags_of(other)]
        return f"not ({_within(others)})"
    return f"({_within(tags_of(language))})"


def _within(tags: Sequence[str]) -> str:
    return " or ".join(
        f"{_equal('language', tag)} or language like {quoted(f'{tag}-%')}" for tag in tags
    )


def _equal(field: str, key: str) -> str:
    return f"{field} == {quoted(key)}" if key else "id < 0"


class MilvusGenerations:
    """Implements `Published` over a Milvus server.

    Args:
        address: The index's.
    """

    def __init__(self, address: MilvusAddress) -> None:
        check_installed()
        self.server = Server(address)
        self.replica = Replica(self.server)
        self._read: tuple[float, int, Current | None] | None = None
        self._failed: tuple[float, QAError] | None = None
        self._lock = threading.Lock()

    def stamp(self) -> Stamp | None:
        """See `Published.stamp`."""
        current = self._current()
        if current is None:
            return None
        number = f"{current.writer} {current.build} {current.generation}".encode()
        return Stamp(0, 0, number, None)

    def renew(self) -> None:
        """Have what is current asked for again."""
        self._read = None

    def current(self) -> int:
        """See `Published.current`."""
        return self._existing().generation

    def load(self, settings: Settings, before: Searchable | None = None) -> MilvusGeneration:
        """See `Published.load`."""
        current = self._existing()
        current.manifest.check(settings)
        self.replica.follow(current)
        return MilvusGeneration(Passages(self.server, current))

    def open_store(self) -> Store:
        """See `Published.open_store`."""
        self._existing()
        return ReplicaStore(self.replica, lambda: catalogue.names(self.server, self._existing()))

    def verify_files(self, manifest: Manifest) -> list[str]:
        """See `Published.verify_files`."""
        return []

    def _existing(self) -> Current:
        return self._current() or catalogue.existing(self.server)

    def _current(self) -> Current | None:
        asked = time.monotonic()
        with self._lock:
            now, read = time.monotonic(), self._read
            if read is None or now - read[0] > FRESH_S or read[1] != self.server.failures:
                # What failed while others waited here fails for them, too, not one after the other.
                if self._failed is not None and self._failed[0] >= asked:
                    raise self._failed[1]
                try:
                    current = catalogue.read(self.server)
                except QAError as error:
                    self._failed = time.monotonic(), error
                    raise
                read = self._read = (now, self.server.failures, current)
            return read[2]
