"""The rows of the store: its schema, and how rows become records."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, date, datetime, time
from typing import Final

import numpy as np

from qa.analysis import fold
from qa.protocols import Embedding
from qa.records import Article, Filters

FOREVER: Final = 2**62
"""The `removed` of a row that no generation has removed."""

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS sources (
    source TEXT NOT NULL, digest TEXT NOT NULL,
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE TABLE IF NOT EXISTS problems (
    source TEXT NOT NULL, line INTEGER, reason TEXT NOT NULL,
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE TABLE IF NOT EXISTS articles (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, position INTEGER NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, publisher TEXT, author TEXT,
    published_at TEXT, updated_at TEXT, age TEXT, dateline TEXT, agency TEXT, url TEXT,
    language TEXT, provenance TEXT NOT NULL,
    publisher_key TEXT, author_key TEXT, published_utc TEXT,
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE INDEX IF NOT EXISTS articles_by_id ON articles (id);
CREATE INDEX IF NOT EXISTS articles_by_source ON articles (source);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles (row),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    sentences TEXT NOT NULL, embedding TEXT NOT NULL,
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE INDEX IF NOT EXISTS passages_by_article ON passages (article);
CREATE TABLE IF NOT EXISTS embeddings (
    key TEXT PRIMARY KEY, vector BLOB NOT NULL, tokens BLOB NOT NULL, offsets BLOB NOT NULL
) WITHOUT ROWID;
"""

ARTICLE_COLUMNS = (
    "id, source, position, title, text, publisher, author, published_at, updated_at, age, "
    "dateline, agency, url, language, provenance"
)


def name_key(name: str) -> str:
    """How names are compared: words only, without case and accents ("JAPAN Forward")."""
    return " ".join("".join(c if c.isalnum() else " " for c in fold(name)).split())


def where(filters: Filters) -> tuple[str, list[str]]:
    """A condition over the articles table `a`, and the values of its parameters."""
    clauses, values = ["1"], []
    if filters.publisher:
        clauses.append("a.publisher_key = ?")
        values.append(name_key(filters.publisher))
    if filters.author:
        words = name_key(filters.author).split()
        clauses += ["instr(' ' || a.author_key || ' ', ' ' || ? || ' ')"] * len(words) or ["0"]
        values += words
    if filters.after:
        clauses.append("a.published_utc >= ?")
        values.append(_midnight(filters.after))
    if filters.before:
        clauses.append("a.published_utc < ?")
        values.append(_midnight(filters.before))
    return " AND ".join(clauses), values


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), UTC).isoformat()


def to_article(row: sqlite3.Row) -> Article:
    """The article of a row that has `ARTICLE_COLUMNS`."""

    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(row[name]) if row[name] else None

    return Article(
        id=row["id"],
        title=row["title"],
        text=row["text"],
        source=row["source"],
        position=row["position"],
        publisher=row["publisher"],
        author=row["author"],
        published_at=moment("published_at"),
        updated_at=moment("updated_at"),
        age=row["age"],
        dateline=row["dateline"],
        agency=row["agency"],
        url=row["url"],
        language=row["language"],
        provenance=json.loads(row["provenance"]),
    )


def to_embedding(row: sqlite3.Row) -> Embedding:
    """The embedding of a row that has vector, tokens and offsets."""
    offsets = np.frombuffer(row["offsets"], dtype="<i4").reshape(-1, 2)
    tokens = np.frombuffer(row["tokens"], dtype=np.int8)
    return Embedding(
        vector=np.frombuffer(row["vector"], dtype="<f4"),
        tokens=tokens.reshape(len(offsets), -1) if len(offsets) else tokens.reshape(0, 1),
        offsets=offsets,
    )
