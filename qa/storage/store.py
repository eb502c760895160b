"""The store: one SQLite file with every article, passage and embedding, of every generation.

Rows carry the generation that added them and the one that removed them; a reader of generation g
sees the rows with `added <= g < removed`. Rows are written before the generation they belong to
is published, so no reader sees them early, and a writer that died leaves only rows that the next
one rolls back. Readers and the writer do not block each other (write-ahead log).
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from qa.errors import ArticleNotFoundError, IndexDamagedError
from qa.protocols import Embedding, Floats
from qa.records import Article, Passage, Problem, Span
from qa.rows import (
    ARTICLE_COLUMNS,
    FILTER_COLUMNS,
    FilterKeys,
    checksum,
    digest,
    to_article,
    to_embedding,
)
from qa.storage.connections import Connections

_KEYS_AT_ONCE: Final = 10_000
"""SQLite takes at most 32,766 parameters in one statement."""


class ToIndex(NamedTuple):
    """A passage with what is indexed of it."""

    id: int
    embedding: str
    title: str
    text: str
    keys: FilterKeys


class Stored(NamedTuple):
    """A passage as the store holds it.

    Attributes:
        id: Its id.
        embedding: The key of its embedding.
        title: Of its article.
        text: The slice of its article's text.
        article_changed: Whether the article differs from what was stored.
        slices_back: Whether its offsets lie in the article's text.
        keys: What it can be filtered by.
        vector: float32 (dimension,); None where it is missing or differs from what was stored.
    """

    id: int
    embedding: str
    title: str
    text: str
    article_changed: bool
    slices_back: bool
    keys: FilterKeys
    vector: Floats | None


class Store:
    """One index's SQLite file.

    Connections are per thread; SQLite's own locking keeps processes apart.

    Args:
        path: The file.
        write: Open for writing, creating file and tables. Otherwise nothing is ever changed.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self._path = path
        self._write = write
        self._connections = Connections(path, write=write)

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._connections.current

    def close(self) -> None:
        """Close the connections of all threads."""
        self._connections.close()

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query.

        Raises:
            IndexDamagedError: The file cannot be read.
            sqlite3.OperationalError: It is open for writing, and the disk refuses.
        """
        try:
            return self._connections.rows(sql, parameters)
        except sqlite3.DatabaseError as error:
            if self._write and isinstance(error, sqlite3.OperationalError):
                raise  # what the disk refuses is no damage: `qa.storage.writing` tells it
            raise self._damaged(error) from error

    def _damaged(self, error: sqlite3.DatabaseError) -> IndexDamagedError:
        return IndexDamagedError(
            f"cannot read {self._path}: {error}; move the index away and run: qa index"
        )

    def rows_by_key(self, sql: str, keys: Sequence[int] | Sequence[str]) -> Iterator[sqlite3.Row]:
        """The rows of a query that ends in "… IN", for any number of keys. Raises as `rows`."""
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            part = keys[start : start + _KEYS_AT_ONCE]
            yield from self.rows(f"{sql} ({', '.join('?' * len(part))})", part)

    def article(self, article_id: str, generation: int) -> Article:
        """The article with this id, or with the only id that begins so.

        Raises:
            ArticleNotFoundError: None, or more than one.
        """
        rows: list[sqlite3.Row] = []
        if article_id.isalnum():  # as every id is; GLOB reads "*", "?" and "[" its own way
            rows = self.rows(
                f"SELECT revision, {ARTICLE_COLUMNS} FROM articles WHERE id GLOB ? || '*' "  # noqa: S608
                "AND added <= ? AND removed > ? ORDER BY id LIMIT 2",
                (article_id, generation, generation),
            )
        if len(rows) == 1 or (rows and rows[0]["id"] == article_id):
            return to_article(rows[0])
        problem = "more than one article's id begins with" if rows else "no article has the id"
        told = f"{problem} {article_id!r}; `qa articles` lists them"
        raise ArticleNotFoundError(told, absent=not rows)

    def articles(self, generation: int) -> list[Article]:
        """All articles, newest first, those without a date last."""
        rows = self.rows(
            f"SELECT revision, {ARTICLE_COLUMNS} FROM articles WHERE added <= ? AND removed > ? "  # noqa: S608
            "ORDER BY published_utc IS NULL, published_utc DESC, source, position",
            (generation, generation),
        )
        return [to_article(row) for row in rows]

    def sources(self, generation: int) -> dict[str, tuple[str, str]]:
        """Digest and file status of each source that the generation was built from."""
        rows = self.rows(
            "SELECT source, digest, status FROM sources WHERE added <= ? AND removed > ?",
            (generation, generation),
        )
        return {row["source"]: (row["digest"], row["status"]) for row in rows}

    def count_articles(self, generation: int) -> int:
        """How many articles a generation holds."""
        [row] = self.rows(
            "SELECT count(*) AS n FROM articles WHERE added <= ? AND removed > ?",
            (generation, generation),
        )
        return int(row["n"])

    def count_of_source(self, source: str, generation: int) -> int:
        """How many articles a generation holds of one file."""
        [row] = self.rows(
            "SELECT count(*) AS n FROM articles WHERE source = ? AND added <= ? AND removed > ?",
            (source, generation, generation),
        )
        return int(row["n"])

    def problems(self, generation: int) -> list[Problem]:
        """Everything in the corpus that could not be read, by file and line."""
        rows = self.rows(
            "SELECT source, reason, line FROM problems WHERE added <= ? AND removed > ? "
            "ORDER BY source, line",
            (generation, generation),
        )
        return [Problem(row["source"], row["reason"], row["line"]) for row in rows]

    def passages(
        self, ids: Sequence[int], generation: int | None = None
    ) -> dict[int, tuple[Passage, Article]]:
        """The passages with these ids, each with its article.

        Args:
            ids: Of the passages.
            generation: The one they must belong to; None takes them from any.

        Raises:
            IndexDamagedError: The store does not hold all of them.
        """
        rows = self.rows_by_key(
            'SELECT p.id AS passage_id, ordinal, start, "end", sentences, '
            "p.added AS since, p.removed AS until, a.* "
            "FROM passages p JOIN articles a ON a.row = p.article WHERE p.id IN",
            ids,
        )
        articles: dict[int, Article] = {}
        found: dict[int, tuple[Passage, Article]] = {}
        for row in rows:
            # Else a store that is being made anew would pass for the one that was indexed.
            if generation is not None and not row["since"] <= generation < row["until"]:
                continue
            if row["row"] not in articles:
                articles[row["row"]] = to_article(row)
            article = articles[row["row"]]
            passage = Passage(
                id=row["passage_id"],
                article_id=article.id,
                ordinal=row["ordinal"],
                start=row["start"],
                end=row["end"],
                text=article.text[row["start"] : row["end"]],
                sentences=tuple(Span(*pair) for pair in json.loads(row["sentences"])),
            )
            found[passage.id] = (passage, article)
        self._check_all_found(ids, found)
        return found

    def article_rows(self, ids: Sequence[int]) -> dict[int, int]:
        """The row of each passage's article, by the passage's id."""
        rows = self.rows_by_key("SELECT id, article FROM passages WHERE id IN", ids)
        found = {row["id"]: int(row["article"]) for row in rows}
        self._check_all_found(ids, found)
        return found

    def texts(self, ids: Sequence[int], *, titled: bool = False) -> dict[int, str]:
        """The texts of the passages with these ids, with their articles' titles in front or not.

        Raises as `passages`.
        """
        title = "a.title || char(10) || " if titled else ""
        rows = self.rows_by_key(
            f'SELECT p.id, {title}substr(a.text, p.start + 1, p."end" - p.start) AS text '  # noqa: S608
            "FROM passages p JOIN articles a ON a.row = p.article WHERE p.id IN",
            ids,
        )
        found = {row["id"]: row["text"] for row in rows}
        self._check_all_found(ids, found)
        return found

    def to_index(
        self, generation: int, *, after: int = 0, limit: int, added_in: int | None = None
    ) -> list[ToIndex]:
        """Passages of a generation in ascending order of their ids, with what is indexed of them.

        Args:
            generation: Only what it sees.
            after: Only ids above this one.
            limit: At most this many.
            added_in: Only what this generation added.
        """
        when = "<=" if added_in is None else "="
        rows = self.rows(
            f"SELECT p.id, p.embedding, a.title, {FILTER_COLUMNS}, "  # noqa: S608
            'substr(a.text, p.start + 1, p."end" - p.start) AS text '
            "FROM passages p JOIN articles a ON a.row = p.article "
            f"WHERE p.id > ? AND p.removed > ? AND p.added {when} ? "
            "ORDER BY p.id LIMIT ?",
            (after, generation, generation if added_in is None else added_in, limit),
        )
        return [
            ToIndex(row["id"], row["embedding"], row["title"], row["text"], FilterKeys.of(row))
            for row in rows
        ]

    def passage_ids(self, generation: int, after: int, limit: int) -> list[int]:
        """Ids of the passages of a generation above `after`, ascending, at most `limit`."""
        rows = self.rows(
            "SELECT id FROM passages WHERE id > ? AND added <= ? AND removed > ? "
            "ORDER BY id LIMIT ?",
            (after, generation, generation, limit),
        )
        return [row["id"] for row in rows]

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with its own file."""
        rows = self.rows("PRAGMA integrity_check(5)")
        return [f"{self._path}: {row[0]}" for row in rows if row[0] != "ok"]

    def to_verify(self, ids: Sequence[int]) -> list[Stored]:
        """What is stored of passages, with what can be told of its soundness, in no order."""
        rows = self.rows_by_key(
            'SELECT p.id AS passage_id, start, "end", embedding, '
            "vector, tokens, offsets, checksum, a.* "
            "FROM passages p JOIN articles a ON a.row = p.article "
            "LEFT JOIN embeddings e ON e.key = p.embedding WHERE p.id IN",
            ids,
        )
        changed: dict[int, bool] = {}
        found = []
        for row in rows:
            article = to_article(row)
            if row["row"] not in changed:
                changed[row["row"]] = digest(article) != row["digest"]
            start, end = row["start"], row["end"]
            found.append(
                Stored(
                    id=row["passage_id"],
                    embedding=row["embedding"],
                    title=article.title,
                    text=article.text[start:end],
                    article_changed=changed[row["row"]],
                    slices_back=0 <= start < end <= len(article.text),
                    keys=FilterKeys.of(row),
                    vector=_sound_vector(row),
                )
            )
        return found

    def embeddings(self, passage_ids: Sequence[int]) -> dict[int, Embedding]:
        """The embeddings of the passages with these ids. Raises as `passages`."""
        rows = self.rows_by_key(
            "SELECT p.id, vector, tokens, offsets FROM passages p "
            "JOIN embeddings e ON e.key = p.embedding WHERE p.id IN",
            passage_ids,
        )
        found = {row["id"]: to_embedding(row) for row in rows}
        self._check_all_found(passage_ids, found)
        return found

    def _check_all_found(self, ids: Sequence[int], found: Mapping[int, object]) -> None:
        if missing := [i for i in ids if i not in found]:
            raise IndexDamagedError(
                f"{self._path} lacks passage {missing[0]} of the index; run: qa verify --repair"
            )

    def field_values(self, field: str, generation: int) -> list[str]:
        """The distinct values of a field, most articles first. `field` is a column's name."""
        if field not in ("publisher", "author", "language_key", "agency"):
            raise ValueError(field)
        rows = self.rows(
            f"SELECT {field} AS value, count(*) AS n FROM articles WHERE {field} IS NOT NULL "  # noqa: S608
            f"AND added <= ? AND removed > ? GROUP BY {field} ORDER BY n DESC, {field}",
            (generation, generation),
        )
        return [row["value"] for row in rows]

    def languages(self, generation: int) -> list[str | None]:
        """The languages of its articles as `tag_key` writes them; None where one is unknown."""
        # From one to the next by the index: a million articles have a dozen.
        rows = self.rows(
            "WITH RECURSIVE tags (tag) AS (SELECT min(language_key) FROM articles UNION ALL "
            "SELECT (SELECT min(language_key) FROM articles WHERE language_key > tag) FROM tags "
            "WHERE tag IS NOT NULL) "
            "SELECT tag FROM tags WHERE EXISTS (SELECT 1 FROM articles "
            "WHERE language_key IS tag AND added <= ? AND removed > ?)",
            (generation, generation),
        )
        return list(dict.fromkeys(row["tag"] for row in rows))


def _sound_vector(row: sqlite3.Row) -> Floats | None:
    blobs = (row["vector"], row["tokens"], row["offsets"])
    if any(blob is None for blob in blobs) or checksum(*blobs) != row["checksum"]:
        return None
    return np.frombuffer(row["vector"], dtype="<f4")
