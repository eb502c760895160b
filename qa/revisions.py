"""Revisions: what an article said before its file or page changed, so that old citations resolve.

An article is told by its place: the same file and position. When its text there changes, the text
before is kept under its number, and the article goes on with the next. The last `KEPT` are kept
however often the index is synced or built anew, and go with the article when that goes.
"""

from __future__ import annotations

import difflib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from qa.duplicates.shingles import Shingles, are_copies
from qa.errors import ArticleNotFoundError
from qa.passages import sentences
from qa.records import Article
from qa.rows import FOREVER, digest, name_key, to_article, to_values
from qa.storage.store import Store
from qa.storage.store_writer import StoreWriter

KEPT: Final = 10
"""Earlier revisions of an article that are kept."""

_UNTIL: Final = "replaced_at"
"""When the archive got the text after it: kept beside the values of an earlier revision."""


class Revisions:
    """Keeps what articles said before, while a generation is written.

    Args:
        store: Open for writing, in a transaction.
    """

    def __init__(self, store: StoreWriter) -> None:
        self._store = store

    def numbered(self, article: Article, generation: int) -> Article:
        """An article about to be stored, with its number; what it replaces is kept.

        Another article that has come to stand in the same place goes on counting, so that no
        number ever means two texts, but what stood there before is not kept as its past.
        """
        rows = self._store.rows(
            "SELECT * FROM articles WHERE id = ? AND added < ? AND removed >= ? "
            "ORDER BY row DESC LIMIT 1",
            (article.id, generation, generation),
        )
        if not rows:
            return article
        before = to_article(rows[0])
        if before.text == article.text:
            return replace(article, revision=before.revision)
        if is_revision(before, article):
            self._keep(before, generation)
        else:
            self._store.end_revisions(article.id, 0, generation)
        return replace(article, revision=before.revision + 1)

    def _keep(self, before: Article, generation: int) -> None:
        values = {**to_values(before), _UNTIL: datetime.now(UTC).isoformat()}
        self._store.add_revision(
            before.id, before.revision, json.dumps(values), digest(before), generation
        )
        self._store.end_revisions(before.id, KEPT, generation)


def is_revision(before: Article, after: Article) -> bool:
    """Whether the articles are one: of the same address, title, or mostly the same words."""
    if before.url and before.url == after.url:
        return True
    if name_key(before.title) == name_key(after.title):
        return True
    return are_copies(Shingles.of(before.text), Shingles.of(after.text))


def revisions(store: Store, generation: int, article: Article) -> list[Article]:
    """What an article said, the earliest kept first, as it is now last."""
    return [*map(_earlier, _rows(store, generation, article)), article]


def dated(store: Store, generation: int, article: Article) -> list[tuple[Article, datetime | None]]:
    """As `revisions`, each with the moment from which the article says so, as far as is known.

    It is what the source states where it states one: that the article was updated, or when the
    page was saved with this text. Else it is when the archive got the text. The first one kept is
    taken to be what was published, unless it says that it was updated. None where nobody knows.
    """
    rows = _rows(store, generation, article)
    texts = [*map(_earlier, rows), article]
    began: list[datetime | None] = [texts[0].updated_at or texts[0].published_at]
    for row, before, after in zip(rows, texts, texts[1:], strict=False):
        until = json.loads(row["article"]).get(_UNTIL)
        updated = after.updated_at if after.updated_at != before.updated_at else None
        saved = after.captured_at if after.captured_at != before.captured_at else None
        began.append(updated or saved or (datetime.fromisoformat(until) if until else None))
    return list(zip(texts, began, strict=True))


def _rows(store: Store, generation: int, article: Article) -> list[sqlite3.Row]:
    return store.rows(
        "SELECT number, article FROM revisions WHERE id = ? AND added <= ? AND removed > ? "
        "AND number < ? ORDER BY number",
        (article.id, generation, generation, article.revision),
    )


def revision(store: Store, generation: int, article: Article, number: int) -> Article:
    """An article as its revision of this number.

    Raises:
        ArticleNotFoundError: It is not kept.
    """
    known = {found.revision: found for found in revisions(store, generation, article)}
    if number not in known:
        kept = ", ".join(map(str, known))
        raise ArticleNotFoundError(
            f"article {article.id} has no revision {number}; kept are: {kept}"
        )
    return known[number]


def difference(before: Article, after: Article) -> list[str]:
    """What changed from one revision to another, as a unified diff of their sentences."""
    return list(
        difflib.unified_diff(
            _lines(before),
            _lines(after),
            _name(before, after),
            _name(after, before),
            n=1,
            lineterm="",
        )
    )


def _name(article: Article, other: Article) -> str:
    if article.id == other.id:
        return f"revision {article.revision}"
    moment = article.captured_at or article.updated_at or article.published_at
    return f"#{article.id} {moment.date() if moment else article.source}"


def _lines(article: Article) -> list[str]:
    spans = sentences(article.text, article.language)
    return [article.title, *(article.text[span.start : span.end] for span in spans)]


def wrong_revisions(store: Store, generation: int) -> Iterator[str]:
    """Which kept revisions are not what was stored, a line each."""
    rows = store.rows(
        "SELECT id, number, article, digest FROM revisions WHERE added <= ? AND removed > ?",
        (generation, generation),
    )
    for row in rows:
        if not _is_sound(row):
            yield f"revision {row['number']} of article {row['id']} is not what was stored"


def forget_wrong(store: StoreWriter, generation: int) -> None:
    """Delete kept revisions that are not what was stored: nobody else has their texts."""
    rows = store.rows("SELECT * FROM revisions WHERE removed = ?", (FOREVER,))
    for row in rows:
        if not _is_sound(row):
            store.end_revision(row["id"], row["number"], generation)


def _is_sound(row: sqlite3.Row) -> bool:
    try:
        return bool(digest(_earlier(row)) == row["digest"])
    except (ValueError, LookupError, TypeError):
        return False


def _earlier(row: sqlite3.Row) -> Article:
    values = json.loads(row["article"])
    return to_article({**values, "revision": row["number"]})
