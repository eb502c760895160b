"""Verify that each article is found by its own words, and that links join what are copies."""

from __future__ import annotations

from collections.abc import Iterator
from sqlite3 import Row
from typing import Final

from qa.duplicates.shingles import Shingles, are_copies
from qa.storage.store import Store

AT_ONCE: Final = 500
"""Articles held in memory at a time."""


def wrong_links(store: Store, generation: int) -> Iterator[str]:
    """What is wrong with shingles and links of a generation, a line each. A millisecond an article.

    Args:
        store: Of the index.
        generation: What it sees is checked.
    """
    after = 0
    while articles := store.rows(
        "SELECT row, id, text, content FROM articles WHERE row > ? AND added <= ? AND removed > ? "
        "ORDER BY row LIMIT ?",
        (after, generation, generation, AT_ONCE),
    ):
        after = articles[-1]["row"]
        stored: dict[int, list[int]] = {row["row"]: [] for row in articles}
        for row in store.rows_by_key(
            "SELECT hash, article FROM shingles WHERE article IN", list(stored)
        ):
            stored[row["article"]].append(row["hash"])
        for article in articles:
            own = Shingles.of(article["text"])
            as_stored = (article["content"], sorted(stored[article["row"]]))
            if as_stored != (own.content, own.sample.tolist()):
                yield f"article {article['id']} is not found by the words that its copies share"
    yield from _wrong_pairs(store, generation)


def _wrong_pairs(store: Store, generation: int) -> Iterator[str]:
    ways: dict[tuple[str, str], int] = {}
    for pair in _pairs(store, generation):
        if pair["text"] is None or pair["other_text"] is None:
            yield "a link between copies leads to an article that is gone"
            continue
        one, other = sorted((pair["one"], pair["other"]))
        ways[one, other] = ways.get((one, other), 0) + (1 if pair["forth"] else -1)
        if pair["forth"] and not are_copies(
            Shingles.of(pair["text"]), Shingles.of(pair["other_text"])
        ):
            yield f"articles {one} and {other} are linked and no copies"
    for (one, other), both in ways.items():
        if both:
            yield f"articles {one} and {other} are linked one way only"


def _pairs(store: Store, generation: int) -> Iterator[Row]:
    after = 0
    while rows := store.rows(
        "SELECT c.rowid AS link, a.id AS one, b.id AS other, a.text AS text, "
        "b.text AS other_text, c.article < c.other AS forth FROM copies c "
        "LEFT JOIN articles a ON a.row = c.article AND a.added <= ?1 AND a.removed > ?1 "
        "LEFT JOIN articles b ON b.row = c.other AND b.added <= ?1 AND b.removed > ?1 "
        "WHERE c.rowid > ?2 AND +c.added <= ?1 AND c.removed > ?1 ORDER BY c.rowid LIMIT ?3",
        (generation, after, AT_ONCE),
    ):
        after = rows[-1]["link"]
        yield from rows
