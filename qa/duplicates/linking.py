"""Link each new article with those it is a copy of, as it is stored.

Links belong to generations as rows do: one lives from when the later of its articles came until
either is gone. They are written in the transaction that writes the articles, so that no generation
has one without the other, and a sync that fails takes both back.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from qa.duplicates.shingles import FEWEST, Shingles, are_copies
from qa.records import Article
from qa.rows import FOREVER, to_article
from qa.storage.store import Store
from qa.storage.store_writer import StoreWriter

WINDOW: Final = timedelta(days=30)
"""Days within which a near-copy must appear: what is run again later with other words is another
story. An article without a date may be of any day, and the same words are always a copy."""

LOOKED_AT: Final = 64
"""Articles looked at for each sampled shingle, the last stored first: in a phrase that thousands
share there is nothing to be learnt."""

COMPARED: Final = 24
"""Articles compared in full, those that share most: a millisecond each."""

LEAST_SHARED: Final = 2
"""Sampled shingles that an article must share to be compared."""


class Linker:
    """Finds copies among the articles of one store. Adding to 100,000 takes milliseconds.

    Args:
        store: Open for writing, in a transaction.
    """

    def __init__(self, store: StoreWriter) -> None:
        self._store = store

    def add(self, article: Article, generation: int) -> int:
        """Store an article, link it with its copies, let later ones find it; returns its row."""
        own = Shingles.of(article.text)
        row = self._store.add_article(article, generation, own.content)
        self._store.add_links("copies", row, copies_of(self._store, article, own, row), generation)
        self._store.add_shingles(row, own.sample.tolist())
        return row

    def relink(self, generation: int) -> None:
        """Link all articles anew, in a transaction; the links before end with `generation`."""
        self._store.end_links("copies", generation)
        self._store.forget_shingles()
        for row in self._store.rows("SELECT row FROM articles WHERE removed = ?", (FOREVER,)):
            [stored] = self._store.rows("SELECT * FROM articles WHERE row = ?", (row["row"],))
            article, own = to_article(stored), Shingles.of(stored["text"])
            self._store.set_content(row["row"], own.content)
            self._store.add_links(
                "copies", row["row"], copies_of(self._store, article, own, row["row"]), generation
            )
            self._store.add_shingles(row["row"], own.sample.tolist())


def copies_of(store: Store, article: Article, own: Shingles, row: int | None = None) -> list[int]:
    """The rows of the articles that one is a copy of.

    Args:
        store: Of the index.
        article: Any; by its id it is known not to be a copy of itself.
        own: Its shingles.
        row: Where it is stored: of what has just its words, what was stored before counts, unless
            they are few. None for one that is not stored: whatever has its words counts.
    """
    same = {
        found["row"]
        for found in store.rows(
            "SELECT row FROM articles WHERE content = ? AND row < ? AND id != ? "
            "AND removed = ? ORDER BY row DESC LIMIT ?",
            (own.content, FOREVER if row is None else row, article.id, FOREVER, LOOKED_AT),
        )
        if row is None or len(own.hashes) >= FEWEST
    }
    shared: Counter[int] = Counter()
    for code in own.sample.tolist():
        shared.update(
            found["article"]
            for found in store.rows(
                "SELECT article FROM shingles WHERE hash = ? ORDER BY article DESC LIMIT ?",
                (code, LOOKED_AT),
            )
        )
    likely = [r for r, n in shared.items() if n >= LEAST_SHARED and r not in same]
    candidates = [
        found
        for found in store.rows_by_key(
            f"SELECT row, id, published_utc FROM articles WHERE removed = {FOREVER} "  # noqa: S608
            "AND row IN",
            likely,
        )
        if found["id"] != article.id and _near(article.published_at, found["published_utc"])
    ]
    candidates.sort(key=lambda found: (-shared[found["row"]], found["row"]))
    chosen = [found["row"] for found in candidates[:COMPARED]]
    texts = store.rows_by_key("SELECT row, text FROM articles WHERE row IN", chosen)
    near = {text["row"] for text in texts if are_copies(own, Shingles.of(text["text"]))}
    return sorted(same | near)


def held_copies(store: Store, generation: int, article: Article) -> list[Article]:
    """The articles that one is a copy of which is not stored, and has no id yet that counts."""
    rows = copies_of(store, replace(article, id=""), Shingles.of(article.text))
    found = store.rows_by_key(
        f"SELECT * FROM articles WHERE added <= {int(generation)} AND row IN",  # noqa: S608
        rows,
    )
    return [to_article(row) for row in found]


def _near(published: datetime | None, other_utc: str | None) -> bool:
    if published is None or other_utc is None:
        return True
    return abs(published - datetime.fromisoformat(other_utc)) <= WINDOW
