"""The passages of the writer's store, as rows for the server."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from qa.milvus.collections import author_words, words_of
from qa.passages import indexed_text
from qa.rows import FILTER_COLUMNS, FOREVER, FilterKeys, to_embedding
from qa.storage.store import Store
from qa.text import analysis

AT_ONCE: Final = 400
"""Passages written together: some 8 MB with their token states, of the 64 that Milvus takes."""


class PassageRow(NamedTuple):
    """A passage of the store, as it is written."""

    id: int
    added: int
    title: str
    text: str
    keys: FilterKeys
    embedding: Any

    @property
    def terms(self) -> list[str]:
        """Its terms."""
        return analysis.terms(indexed_text(self.title, self.text), self.keys.language)


def to_passage(row: PassageRow, removed: int = FOREVER) -> dict[str, Any]:
    """A passage's row, with its words and vector."""
    return {
        "id": row.id,
        "added": row.added,
        "removed": removed,
        **row.keys._asdict(),
        "author": author_words(row.keys.author),
        "words": words_of(row.terms),
        "vector": row.embedding.vector,
    }


def seen(store: Store, generation: int, after: int) -> list[PassageRow]:
    """What a generation sees, ascending, some of those above an id."""
    return _read(store, "p.added <= ? AND p.removed > ?", (generation, generation), after, AT_ONCE)


def added(store: Store, before: int, generation: int, after: int) -> list[PassageRow]:
    """Of what a generation sees, what an earlier one does not; as `seen`."""
    return _read(
        store,
        "p.added > ? AND p.added <= ? AND p.removed > ?",
        (before, generation, generation),
        after,
        AT_ONCE,
    )


def removed(store: Store, before: int, generation: int, after: int) -> list[PassageRow]:
    """What was removed between two generations; as `seen`."""
    return _read(store, "p.removed > ? AND p.removed <= ?", (before, generation), after, AT_ONCE)


def _read(
    store: Store, where: str, values: tuple[int, ...], after: int, limit: int
) -> list[PassageRow]:
    rows = store.rows(
        "SELECT p.id, p.added, a.title, "  # noqa: S608
        'substr(a.text, p.start + 1, p."end" - p.start) AS text, '
        f"{FILTER_COLUMNS}, "
        "e.vector, e.tokens, e.offsets FROM passages p JOIN articles a ON a.row = p.article "
        f"JOIN embeddings e ON e.key = p.embedding WHERE p.id > ? AND {where} "
        "ORDER BY p.id LIMIT ?",
        (after, *values, limit),
    )
    return [
        PassageRow(
            row["id"], row["added"], row["title"], row["text"], FilterKeys.of(row),
            to_embedding(row),
        )
        for row in rows
    ]  # fmt: skip
