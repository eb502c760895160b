"""Verify an index in a Milvus server: that what is searched there is what the texts say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from qa.errors import IndexDamagedError
from qa.milvus import catalogue
from qa.milvus.address import MilvusAddress
from qa.milvus.catalogue import Current
from qa.milvus.collections import author_words, embedding_of, visible, words_of
from qa.milvus.generation import MilvusGenerations
from qa.milvus.replica import Replica
from qa.milvus.server import Server, quoted
from qa.passages import indexed_text
from qa.protocols import OnProgress, Progress
from qa.records import Verification
from qa.revisions import wrong_revisions
from qa.rows import FilterKeys, digest, to_article
from qa.settings import Settings
from qa.storage.store import Store
from qa.text import analysis

AT_ONCE: Final = 400
"""Passages compared at a time, with their token states: some 8 MB."""

SHOWN: Final = 20
"""Problems that are listed one by one."""

TOLERANCE: Final = 1e-3
"""How far a vector's length may be from 1, see `qa.verification`."""


def verify(
    address: MilvusAddress, settings: Settings, *, on_progress: OnProgress = lambda _: None
) -> Verification:
    """Verify an index in a Milvus server. Changes nothing there.

    Raises:
        IndexMissingError: There is no index.
        IndexMismatchError: It was built with other settings, or by another version.
        ServiceError: The server is away or refuses.
    """
    published = MilvusGenerations(address)
    current = catalogue.existing(published.server)
    current.manifest.check(settings)
    problems: list[str] = []
    articles = passages = vectors = 0
    try:
        Replica(published.server).follow(current)
        store = published.open_store()
        try:
            articles = store.count_articles(current.generation)
            check = _Check(published.server, current, store, on_progress)
            problems = [*check.run(), *wrong_revisions(store, current.generation)]
            passages, vectors = check.stored, check.found
        finally:
            store.close()
    except IndexDamagedError as error:
        problems.append(str(error).partition("; run:")[0])
    published.server.close()
    shown = problems[:SHOWN]
    if len(problems) > SHOWN:
        shown.append(f"and {len(problems) - SHOWN} more of the kind")
    return Verification(
        ok=not problems,
        generation=current.generation,
        articles=articles,
        passages=passages,
        vectors=vectors,
        engines={"lexical": "milvus-bm25", "dense": f"milvus-{current.kind.lower()}"},
        problems=tuple(shown),
        repaired=False,
    )


class _Check:
    def __init__(
        self, server: Server, current: Current, store: Store, on_progress: OnProgress
    ) -> None:
        self._server = server
        self._current = current
        self._store = store
        self._on_progress = on_progress
        self._names = catalogue.names(server, current)
        self.stored = self.found = self._terms = 0

    def run(self) -> Iterator[str]:
        """What is wrong, a line each."""
        number = self._current.generation
        fields = ["words", "vector", *FilterKeys._fields]
        rows = self._server.rows(self._names.passages, visible(number), fields)
        seen: set[int] = set()
        for part in _parts(rows):
            yield from self._compare(part)
            seen.update(int(row["id"]) for row in part)
            self._on_progress(Progress("verifying", len(seen), self._current.manifest.passages))
        if self._terms != self._current.length:
            yield f"its passages have {self._terms} terms, not {self._current.length}"
        self.found = len(seen)
        after = 0
        while ids := self._store.passage_ids(number, after, 10_000):
            after = ids[-1]
            self.stored += len(ids)
            for passage in sorted(set(ids) - seen):
                yield f"passage {passage} has a text but is not in the indexes"
            seen -= set(ids)
        for passage in sorted(seen):
            yield f"passage {passage} is in the indexes but has no text"

    def _compare(self, rows: list[dict[str, Any]]) -> Iterator[str]:
        ids = [int(row["id"]) for row in rows]
        read = self._server.call(
            "query",
            self._names.states,
            filter=f"id in {quoted(ids)}",
            output_fields=["id", "states", "offsets"],
        )
        states = {row["id"]: row for row in read}
        texts = self._texts(ids)
        for row in rows:
            number = int(row["id"])
            vector = np.asarray(row["vector"], dtype=np.float32)
            norm = float(np.linalg.norm(vector))
            if len(vector) != self._current.manifest.dimension or not abs(norm - 1) < TOLERANCE:
                yield f"passage {number}: its vector has length {norm:.3g}"
            if number not in texts:
                self._terms += len(row["words"].split())
                continue  # told as such
            text, title, keys, sound = texts[number]
            if not sound:
                yield f"passage {number}: the text of its article is not what was stored"
            terms = analysis.terms(indexed_text(title, text), keys.language)
            self._terms += len(terms)
            if row["words"] != words_of(terms):
                yield f"passage {number}: its indexed words are not those of its text"
            found = {name: row[name] for name in FilterKeys._fields}
            if found != keys._asdict() | {"author": author_words(keys.author)}:
                yield f"passage {number}: its filters are not those of its article"
            if number not in states:
                yield f"passage {number} has no token states"
                continue
            embedding = embedding_of(states[number], vector)
            if len(embedding.offsets) != len(embedding.tokens) or not len(embedding.offsets):
                yield f"passage {number}: its token states are damaged"

    def _texts(self, ids: list[int]) -> dict[int, tuple[str, str, FilterKeys, bool]]:
        rows = self._store.rows_by_key(
            'SELECT p.id AS passage_id, p.start AS first, p."end" AS last, a.* '
            "FROM passages p JOIN articles a ON a.row = p.article WHERE p.id IN",
            ids,
        )
        found = {}
        for row in rows:
            article = to_article(row)
            text = article.text[row["first"] : row["last"]]
            sound = digest(article) == row["digest"] and bool(text)
            found[row["passage_id"]] = text, article.title, FilterKeys.of(row), sound
        return found


def _parts(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    part: list[dict[str, Any]] = []
    for row in rows:
        part.append(row)
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part
