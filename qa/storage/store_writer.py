"""What the writer of an index does with its store. There is one at a time: `qa.storage.writing`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from qa.addresses import address_key
from qa.protocols import Embedding, Floats, Ids
from qa.records import Article, Problem, Span
from qa.rows import (
    EMBEDDINGS_SINCE,
    FOREVER,
    LAYOUT,
    SCHEMA,
    TABLES,
    VERSIONED,
    checksum,
    digest,
    searched_text,
    to_keys,
    to_values,
)
from qa.storage.store import Store

FREE_SHARE: Final = 0.2
"""Share of a store's pages that may be free: the next articles will fill them."""

RECLAIMED: Final = 4_000
"""Pages given back in one sync at most: 16 MB, in some 50 ms."""

_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
"""What SQLite says, by its primary code, of a file that is not what it wrote."""


class Change(NamedTuple):
    """What a generation adds and removes: counts of articles, ids of passages (ascending)."""

    articles_added: int
    articles_removed: int
    passages_removed: Ids


class StoreWriter(Store):
    """A store opened for writing; file and tables are created.

    Args:
        path: The file.

    Attributes:
        made_anew: Whether its tables were another version's, or none.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, write=True)
        self.made_anew = False
        if self.rows("PRAGMA page_count")[0][0] == 0:  # of effect in a new file only
            self.rows("PRAGMA auto_vacuum = INCREMENTAL")
        self.rows("PRAGMA journal_mode = WAL")
        self._make_tables()

    def _make_tables(self) -> None:
        [version] = self.rows("PRAGMA user_version")
        if version[0] == LAYOUT:
            return
        self.made_anew = True
        kept = EMBEDDINGS_SINCE <= version[0] < LAYOUT
        with self.transaction():
            self._connection.execute("BEGIN IMMEDIATE")
            # Another version's, whose manifest asks for a new index anyway.
            for table in TABLES[kept:]:
                self._connection.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in SCHEMA.split(";"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {LAYOUT}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: commit at the end, roll back on any exception.

        Raises:
            IndexDamagedError: The file is not what SQLite wrote.
        """
        try:
            with self._connection:
                yield
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _DAMAGED:
                raise
            raise self._damaged(error) from error

    def rows_many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Run a statement once for each list of values, in the transaction that is open."""
        self._connection.executemany(sql, values)

    def roll_back_to(self, generation: int) -> bool:
        """Undo what a writer that died wrote for a generation never published; whether it had."""
        [row] = self.rows(
            "SELECT EXISTS (SELECT 1 FROM passages WHERE added > ?) AS found", (generation,)
        )
        with self.transaction():
            self._forget_shingles("added > ?", generation)
            for table in VERSIONED:
                self._connection.execute(f"DELETE FROM {table} WHERE added > ?", (generation,))  # noqa: S608
                self._connection.execute(
                    f"UPDATE {table} SET removed = {FOREVER} "  # noqa: S608
                    f"WHERE removed > ? AND removed < {FOREVER}",
                    (generation,),
                )
        return bool(row["found"])

    def forget_before(self, generation: int) -> None:
        """Delete rows that no generation from this one on can see, and their embeddings."""
        gone = f"removed <= ? AND removed < {FOREVER}"  # as the partial index has it
        with self.transaction():
            keys = self.rows(f"SELECT embedding FROM passages WHERE {gone}", (generation,))  # noqa: S608
            self._forget_shingles(gone, generation)
            for table in VERSIONED:
                self._connection.execute(f"DELETE FROM {table} WHERE {gone}", (generation,))  # noqa: S608
            self._connection.executemany(
                "DELETE FROM embeddings WHERE key = ?1 "
                "AND NOT EXISTS (SELECT 1 FROM passages WHERE embedding = ?1)",
                {(row["embedding"],) for row in keys},
            )

    def give_back_space(self) -> None:
        """Hand pages that hold nothing any more back to the file system, some at a time.

        They lie in the log until its next checkpoint. An index begun by an earlier version, whose
        file cannot shrink, keeps its size.
        """
        [[free]], [[pages]] = self.rows("PRAGMA freelist_count"), self.rows("PRAGMA page_count")
        if free > pages * FREE_SHARE:
            # `execute` would step through it once, which is one page.
            self._connection.executescript(f"PRAGMA incremental_vacuum({RECLAIMED})")

    def _forget_shingles(self, of_articles: str, generation: int) -> None:
        self._connection.execute(
            f"DELETE FROM shingles WHERE article IN (SELECT row FROM articles WHERE {of_articles})",  # noqa: S608
            (generation,),
        )

    def forget_unused_embeddings(self) -> None:
        """Delete embeddings of no passage, such as an interrupted sync leaves. Reads all keys."""
        with self.transaction():
            self._connection.execute(
                "DELETE FROM embeddings WHERE NOT EXISTS "
                "(SELECT 1 FROM passages WHERE embedding = embeddings.key)"
            )

    def articles_of(self, source: str) -> dict[str, tuple[int, str]]:
        """Row and digest of each article of a source that is not removed, by the article's id."""
        rows = self.rows(
            "SELECT row, id, digest FROM articles WHERE source = ? AND removed = ?",
            (source, FOREVER),
        )
        return {row["id"]: (row["row"], row["digest"]) for row in rows}

    def newest_passage(self) -> int:
        """The highest id any passage ever had; 0 where there was none."""
        rows = self.rows("SELECT seq FROM sqlite_sequence WHERE name = 'passages'")
        return int(rows[0]["seq"]) if rows else 0

    def remove_everything(self, generation: int) -> None:
        """End the life of all rows, from `generation` on: also of what a damaged store mixed up.

        Revisions stay: `end_lone_revisions` ends those whose article does not come back.
        """
        for table in VERSIONED:
            if table == "revisions":
                continue
            self._connection.execute(
                f"UPDATE {table} SET removed = ? WHERE removed = ?",  # noqa: S608
                (generation, FOREVER),
            )

    def remove_article(self, row: int, generation: int) -> None:
        """End the life of an article, its passages and its links, from `generation` on."""
        for table, column in (
            ("copies", "article"),
            ("copies", "other"),
            ("versions", "article"),
            ("versions", "other"),
            ("passages", "article"),
            ("articles", "row"),
        ):
            self._connection.execute(
                f"UPDATE {table} SET removed = ? WHERE {column} = ? AND removed = ?",  # noqa: S608
                (generation, row, FOREVER),
            )

    def remove_source(self, source: str, generation: int) -> None:
        """End the life of a source and its problems, not of its articles."""
        for table in ("problems", "sources"):
            self._connection.execute(
                f"UPDATE {table} SET removed = ? WHERE source = ? AND removed = ?",  # noqa: S608
                (generation, source, FOREVER),
            )

    def add_source(
        self, source: str, digest: str, status: str, problems: Iterable[Problem], generation: int
    ) -> None:
        """Record a source and what could not be read of it."""
        self._connection.execute(
            "INSERT INTO sources (source, digest, status, added) VALUES (?, ?, ?, ?)",
            (source, digest, status, generation),
        )
        self._connection.executemany(
            "INSERT INTO problems (source, line, reason, added) VALUES (?, ?, ?, ?)",
            [(p.source, p.line, p.reason, generation) for p in problems],
        )

    def remark(self, source: str, before: str, digest: str, status: str) -> None:
        """Correct the marks of a source, where it was recorded as `before`."""
        self._connection.execute(
            "UPDATE sources SET digest = ?, status = ? "
            "WHERE source = ? AND digest = ? AND removed = ?",
            (digest, status, source, before, FOREVER),
        )

    def remember(self, statuses: Mapping[str, str]) -> None:
        """Record how the files of unchanged sources look now, so that they are not read again."""
        if not statuses:
            return
        with self.transaction():
            self._connection.executemany(
                "UPDATE sources SET status = ? WHERE source = ? AND removed = ?",
                [(status, source, FOREVER) for source, status in statuses.items()],
            )

    def add_article(self, article: Article, generation: int, content: str = "") -> int:
        """Store an article; returns its row.

        Args:
            article: What to store.
            generation: The one that is being written.
            content: See `qa.duplicates.shingles.Shingles`.
        """
        values = {
            **to_values(article),
            **to_keys(article),
            "address": address_key(article.url),
            "revision": article.revision,
            "digest": digest(article),
            "content": content,
            "searched": searched_text(article),
            "added": generation,
        }
        marks = ", ".join(f":{name}" for name in values)
        return self._insert(
            f"INSERT INTO articles ({', '.join(values)}) VALUES ({marks})",  # noqa: S608
            values,
        )

    def add_passage(
        self, article_row: int, ordinal: int, sentences: Sequence[Span], key: str, generation: int
    ) -> int:
        """Store a passage of an article; returns its id."""
        return self._insert(
            'INSERT INTO passages (article, ordinal, start, "end", sentences, embedding, added) '
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (article_row, ordinal, sentences[0].start, sentences[-1].end,
             json.dumps(sentences), key, generation),
        )  # fmt: skip

    def add_links(self, table: str, row: int, others: Iterable[int], generation: int) -> None:
        """Link an article with others, both ways.

        Args:
            table: "copies" or "versions".
            row: Of the article.
            others: Rows of the others.
            generation: The one that is being written.
        """
        self._connection.executemany(
            f"INSERT INTO {table} (article, other, added) VALUES (?, ?, ?)",  # noqa: S608
            [pair for r in others for pair in ((row, r, generation), (r, row, generation))],
        )

    def add_revision(
        self, article_id: str, number: int, article: str, checked: str, generation: int
    ) -> None:
        """Keep what an article was: its values as JSON, and their digest."""
        self._connection.execute(
            "INSERT INTO revisions (id, number, article, digest, added) VALUES (?, ?, ?, ?, ?)",
            (article_id, number, article, checked, generation),
        )

    def end_revisions(self, article_id: str, kept: int, generation: int) -> None:
        """End the life of an article's revisions but the last few, from `generation` on."""
        self._connection.execute(
            "UPDATE revisions SET removed = ?1 WHERE removed = ?2 AND id = ?3 AND number NOT IN "
            "(SELECT number FROM revisions WHERE removed = ?2 AND id = ?3 "
            "ORDER BY number DESC LIMIT ?4)",
            (generation, FOREVER, article_id, kept),
        )

    def end_revision(self, article_id: str, number: int, generation: int) -> None:
        """End the life of one revision, from `generation` on."""
        self._connection.execute(
            "UPDATE revisions SET removed = ? WHERE removed = ? AND id = ? AND number = ?",
            (generation, FOREVER, article_id, number),
        )

    def end_lone_revisions(self, generation: int) -> None:
        """End the life of revisions of articles that are no more."""
        self._connection.execute(
            "UPDATE revisions SET removed = ?1 WHERE removed = ?2 AND NOT EXISTS (SELECT 1 FROM "
            "articles WHERE articles.id = revisions.id AND articles.removed = ?2)",
            (generation, FOREVER),
        )

    def end_links(self, table: str, generation: int) -> None:
        """End the life of all links of a table, see `add_links`, from `generation` on."""
        self._connection.execute(
            f"UPDATE {table} SET removed = ? WHERE removed = ?",  # noqa: S608
            (generation, FOREVER),
        )

    def forget_shingles(self) -> None:
        """Delete what articles are found by as copies."""
        self._connection.execute("DELETE FROM shingles")

    def set_content(self, row: int, content: str) -> None:
        """Correct what an article's exact copies are found by."""
        self._connection.execute("UPDATE articles SET content = ? WHERE row = ?", (content, row))

    def add_shingles(self, row: int, hashes: Iterable[int]) -> None:
        """Let an article be found by its sampled shingles."""
        # SQLite uses the number of a row again that a damaged store has lost.
        self._connection.execute("DELETE FROM shingles WHERE article = ?", (row,))
        self._connection.executemany(
            "INSERT INTO shingles VALUES (?, ?)", [(code, row) for code in hashes]
        )

    def _insert(self, sql: str, values: Mapping[str, Any] | Sequence[Any]) -> int:
        cursor = self._connection.execute(sql, values)
        assert cursor.lastrowid is not None  # noqa: S101 - an INSERT always has one
        return cursor.lastrowid

    def count_added(self, generation: int) -> int:
        """How many passages a generation that is being written adds."""
        [row] = self.rows("SELECT count(*) AS n FROM passages WHERE added = ?", (generation,))
        return int(row["n"])

    def counts(self, generation: int) -> Change:
        """What a generation that is being written adds and removes."""
        [row] = self.rows(
            "SELECT (SELECT count(*) FROM articles WHERE added = ?1) AS articles_added, "  # noqa: S608
            "(SELECT count(*) FROM articles "
            f"WHERE removed = ?1 AND removed < {FOREVER}) AS articles_removed",
            (generation,),
        )
        return Change(row["articles_added"], row["articles_removed"], self._removed_ids(generation))

    def _removed_ids(self, generation: int) -> Ids:
        # The second condition is the partial index's own: SQLite wants to see it.
        rows = self.rows(
            f"SELECT id FROM passages WHERE removed = ? AND removed < {FOREVER} ORDER BY id",  # noqa: S608
            (generation,),
        )
        return np.asarray([row["id"] for row in rows], dtype=np.int64)

    def missing_embeddings(self, keys: Collection[str]) -> set[str]:
        """Those of the keys that have no embedding yet."""
        found = self.rows_by_key("SELECT key FROM embeddings WHERE key IN", list(keys))
        return set(keys) - {row["key"] for row in found}

    def add_embeddings(self, embeddings: Mapping[str, Embedding]) -> None:
        """Store embeddings by key, at once and for good: an interrupted sync resumes from them."""
        columns = {
            key: (e.vector.astype("<f4").tobytes(), e.tokens.tobytes(),
                  e.offsets.astype("<i4").tobytes())
            for key, e in embeddings.items()
        }  # fmt: skip
        with self.transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO embeddings VALUES (?, ?, ?, ?, ?)",
                [(key, *blobs, checksum(*blobs)) for key, blobs in columns.items()],
            )

    def vectors(self, keys: Sequence[str]) -> dict[str, Floats]:
        """The vectors with these keys, each float32 (dimension,)."""
        rows = self.rows_by_key("SELECT key, vector FROM embeddings WHERE key IN", keys)
        return {row["key"]: np.frombuffer(row["vector"], dtype="<f4") for row in rows}
