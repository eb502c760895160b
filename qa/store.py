"""The store: one SQLite file with every article, passage and embedding, of every generation.

Rows carry the generation that added them and the one that removed them; a reader of generation g
sees the rows with `added <= g < removed`. Rows are written before the generation they belong to
is published, so no reader sees them early, and a writer that died leaves only rows that the next
one rolls back. Readers and the writer do not block each other (write-ahead log).
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import Any, Final

import numpy as np

from qa.errors import ArticleNotFoundError, IndexDamagedError
from qa.protocols import Embedding, Floats, Ids
from qa.records import Article, Filters, Passage, Problem, Span
from qa.rows import ARTICLE_COLUMNS, FOREVER, SCHEMA, name_key, to_article, to_embedding, where

_KEYS_AT_ONCE: Final = 10_000
"""SQLite takes at most 32,766 parameters in one statement."""
_VERSIONED = ("sources", "problems", "articles", "passages")


class _Held:
    """A thread's connection. Only the thread holds this, so that its end closes the connection.

    (A bare connection would wait for the garbage collector: it and its cache refer to each other.)
    """

    def __init__(self, connection: sqlite3.Connection, frozen: tuple[int, ...] | None) -> None:
        self.connection = connection
        self.frozen = frozen

    def __del__(self) -> None:
        self.connection.close()


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
        self._local = threading.local()
        self._open: weakref.WeakSet[_Held] = weakref.WeakSet()
        if write:
            self._rows("PRAGMA journal_mode = WAL")
            self._connection.executescript(SCHEMA)
            self._connection.commit()

    @property
    def _connection(self) -> sqlite3.Connection:
        held: _Held | None = getattr(self._local, "held", None)
        if held is None or (held.frozen and held.frozen != self._frozen()):
            held = self._local.held = self._open_one()
            self._open.add(held)
        return held.connection

    def _open_one(self) -> _Held:
        frozen = None if self._write else self._frozen()
        # Readers too open for writing, where they can: the last one to close the file takes the
        # files of its log with it. They can write no row.
        options = "mode=rwc" if self._write else "mode=ro&immutable=1" if frozen else "mode=rw"
        try:
            connection = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?{options}",
                uri=True,
                timeout=30,
                check_same_thread=False,  # closed by whoever closes the store
            )
            if not self._write:
                connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise IndexDamagedError(f"cannot open {self._path}: {error}") from error
        connection.row_factory = sqlite3.Row
        return _Held(connection, frozen)

    def _frozen(self) -> tuple[int, ...] | None:
        """What tells this state of the file from others, if nobody here can write; else None.

        On a read-only mount SQLite cannot make the files that readers and writers share, but can
        be told to do without them. Not while the log (`-wal`) holds something: that is needed.
        """
        log = self._path.with_name(f"{self._path.name}-wal")
        if os.access(self._path.parent, os.W_OK) or not self._path.exists():
            return None
        if log.exists() and log.stat().st_size:
            return None
        stat = self._path.stat()
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def close(self) -> None:
        """Close the connections of all threads."""
        for held in list(self._open):
            held.connection.close()
        self._open.clear()
        self._local = threading.local()

    def _rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[sqlite3.Row]:
        try:
            return self._connection.execute(sql, parameters).fetchall()
        except sqlite3.DatabaseError as error:
            raise IndexDamagedError(
                f"cannot read {self._path}: {error}; move the index away and run: qa index"
            ) from error

    def _rows_by_key(self, sql: str, keys: Sequence[int] | Sequence[str]) -> Iterator[sqlite3.Row]:
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            part = keys[start : start + _KEYS_AT_ONCE]
            yield from self._rows(f"{sql} ({', '.join('?' * len(part))})", part)

    # ---- what a reader asks -------------------------------------------------------------------

    def article(self, article_id: str, generation: int) -> Article:
        """The article with this id, or with the only id that begins so.

        Raises:
            ArticleNotFoundError: None, or more than one.
        """
        rows: list[sqlite3.Row] = []
        if article_id.isalnum():  # as every id is; GLOB reads "*", "?" and "[" its own way
            rows = self._rows(
                f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE id GLOB ? || '*' "  # noqa: S608
                "AND added <= ? AND removed > ? ORDER BY id LIMIT 2",
                (article_id, generation, generation),
            )
        if len(rows) == 1 or (rows and rows[0]["id"] == article_id):
            return to_article(rows[0])
        problem = "more than one article's id begins with" if rows else "no article has the id"
        raise ArticleNotFoundError(f"{problem} {article_id!r}; `qa articles` lists them")

    def articles(self, generation: int) -> list[Article]:
        """All articles, newest first, those without a date last."""
        rows = self._rows(
            f"SELECT {ARTICLE_COLUMNS} FROM articles WHERE added <= ? AND removed > ? "  # noqa: S608
            "ORDER BY published_utc IS NULL, published_utc DESC, source, position",
            (generation, generation),
        )
        return [to_article(row) for row in rows]

    def count_articles(self, generation: int) -> int:
        """How many articles a generation holds."""
        [row] = self._rows(
            "SELECT count(*) AS n FROM articles WHERE added <= ? AND removed > ?",
            (generation, generation),
        )
        return int(row["n"])

    def problems(self, generation: int) -> list[Problem]:
        """Everything in the corpus that could not be read, by file and line."""
        rows = self._rows(
            "SELECT source, reason, line FROM problems WHERE added <= ? AND removed > ? "
            "ORDER BY source, line",
            (generation, generation),
        )
        return [Problem(row["source"], row["reason"], row["line"]) for row in rows]

    def passages(self, ids: Sequence[int]) -> dict[int, tuple[Passage, Article]]:
        """The passages with these ids, each with its article.

        Raises:
            IndexDamagedError: The store does not hold all of them.
        """
        rows = self._rows_by_key(
            'SELECT p.id AS passage_id, ordinal, start, "end", sentences, a.* '
            "FROM passages p JOIN articles a ON a.row = p.article WHERE p.id IN",
            ids,
        )
        articles: dict[int, Article] = {}
        found: dict[int, tuple[Passage, Article]] = {}
        for row in rows:
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

    def embeddings(self, passage_ids: Sequence[int]) -> dict[int, Embedding]:
        """The embeddings of the passages with these ids. Raises as `passages`."""
        rows = self._rows_by_key(
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
                f"{self._path} lacks passage {missing[0]} of the index; run: qa index --rebuild"
            )

    def allowed(self, filters: Filters, generation: int) -> Ids:
        """Ids of the passages whose articles pass the filters, int64 (n,), ascending."""
        clauses, values = where(filters)
        rows = self._rows(
            "SELECT p.id FROM passages p JOIN articles a ON a.row = p.article "  # noqa: S608
            f"WHERE p.added <= ? AND p.removed > ? AND {clauses} ORDER BY p.id",
            (generation, generation, *values),
        )
        return np.asarray([row["id"] for row in rows], dtype=np.int64)

    def field_values(self, field: str, generation: int) -> list[str]:
        """The distinct publishers or authors, most articles first. `field` is a column's name."""
        if field not in ("publisher", "author"):
            raise ValueError(field)
        rows = self._rows(
            f"SELECT {field} AS value, count(*) AS n FROM articles WHERE {field} IS NOT NULL "  # noqa: S608
            f"AND added <= ? AND removed > ? GROUP BY {field} ORDER BY n DESC, {field}",
            (generation, generation),
        )
        return [row["value"] for row in rows]

    # ---- what the writer does -----------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commit at the end, roll back on any exception."""
        with self._connection:
            yield

    def roll_back_to(self, generation: int) -> None:
        """Undo whatever a writer that died wrote for a generation it never published."""
        with self.transaction():
            for table in reversed(_VERSIONED):
                self._connection.execute(f"DELETE FROM {table} WHERE added > ?", (generation,))  # noqa: S608
                self._connection.execute(
                    f"UPDATE {table} SET removed = ? WHERE removed > ? AND removed < ?",  # noqa: S608
                    (FOREVER, generation, FOREVER),
                )

    def forget_before(self, generation: int) -> None:
        """Delete rows that no generation from this one on can see, and unused embeddings."""
        with self.transaction():
            for table in reversed(_VERSIONED):
                self._connection.execute(f"DELETE FROM {table} WHERE removed <= ?", (generation,))  # noqa: S608
            self._connection.execute(
                "DELETE FROM embeddings WHERE key NOT IN (SELECT embedding FROM passages)"
            )

    def sources(self, generation: int) -> dict[str, str]:
        """Digest of each source that the generation was built from."""
        rows = self._rows(
            "SELECT source, digest FROM sources WHERE added <= ? AND removed > ?",
            (generation, generation),
        )
        return {row["source"]: row["digest"] for row in rows}

    def remove_source(self, source: str, generation: int) -> None:
        """End the life of a source and all that came from it, from `generation` on."""
        ended = (generation, source, FOREVER)
        self._connection.execute(
            "UPDATE passages SET removed = ? WHERE article IN "
            "(SELECT row FROM articles WHERE source = ?) AND removed = ?",
            ended,
        )
        for table in ("articles", "problems", "sources"):
            self._connection.execute(
                f"UPDATE {table} SET removed = ? WHERE source = ? AND removed = ?",  # noqa: S608
                ended,
            )

    def add_source(
        self, source: str, digest: str, problems: Iterable[Problem], generation: int
    ) -> None:
        """Record a source and what could not be read of it."""
        self._connection.execute(
            "INSERT INTO sources (source, digest, added) VALUES (?, ?, ?)",
            (source, digest, generation),
        )
        self._connection.executemany(
            "INSERT INTO problems (source, line, reason, added) VALUES (?, ?, ?, ?)",
            [(p.source, p.line, p.reason, generation) for p in problems],
        )

    def add_article(self, article: Article, generation: int) -> int:
        """Store an article; returns its row."""
        published = article.published_at
        values = {
            **{name: getattr(article, name) for name in ARTICLE_COLUMNS.split(", ")},
            "published_at": published and published.isoformat(),
            "updated_at": article.updated_at and article.updated_at.isoformat(),
            "provenance": json.dumps(dict(article.provenance), sort_keys=True),
            "publisher_key": article.publisher and name_key(article.publisher),
            "author_key": article.author and name_key(article.author),
            "published_utc": published and published.astimezone(UTC).isoformat(),
            "added": generation,
        }
        marks = ", ".join(f":{name}" for name in values)
        cursor = self._connection.execute(
            f"INSERT INTO articles ({', '.join(values)}) VALUES ({marks})",  # noqa: S608
            values,
        )
        assert cursor.lastrowid is not None  # noqa: S101 - an INSERT always has one
        return cursor.lastrowid

    def add_passage(
        self, article_row: int, ordinal: int, sentences: Sequence[Span], key: str, generation: int
    ) -> int:
        """Store a passage of an article; returns its id."""
        cursor = self._connection.execute(
            'INSERT INTO passages (article, ordinal, start, "end", sentences, embedding, added) '
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (article_row, ordinal, sentences[0].start, sentences[-1].end,
             json.dumps(sentences), key, generation),
        )  # fmt: skip
        assert cursor.lastrowid is not None  # noqa: S101 - an INSERT always has one
        return cursor.lastrowid

    def live_passages(self, generation: int) -> list[tuple[int, str, str, str]]:
        """(id, embedding key, title, passage text) of every passage of a generation, by id."""
        rows = self._rows(
            "SELECT p.id, p.embedding, a.title, "
            'substr(a.text, p.start + 1, p."end" - p.start) AS text '
            "FROM passages p JOIN articles a ON a.row = p.article "
            "WHERE p.added <= ? AND p.removed > ? ORDER BY p.id",
            (generation, generation),
        )
        return [tuple(row) for row in rows]

    def missing_embeddings(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that have no embedding yet."""
        wanted = set(keys)
        known = {row["key"] for row in self._rows("SELECT key FROM embeddings")}
        return wanted - known

    def add_embeddings(self, embeddings: Mapping[str, Embedding]) -> None:
        """Store embeddings by key, at once and for good: an interrupted sync resumes from them."""
        with self.transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?)",
                [
                    (key, e.vector.astype("<f4").tobytes(), e.tokens.tobytes(),
                     e.offsets.astype("<i4").tobytes())
                    for key, e in embeddings.items()
                ],
            )  # fmt: skip

    def vectors(self, keys: Sequence[str]) -> dict[str, Floats]:
        """The vectors with these keys, each float32 (dimension,)."""
        rows = self._rows_by_key("SELECT key, vector FROM embeddings WHERE key IN", keys)
        return {row["key"]: np.frombuffer(row["vector"], dtype="<f4") for row in rows}
