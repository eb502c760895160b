"""The rows of the store: its schema, and how rows become records."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final, NamedTuple

import numpy as np

from qa.agencies import canonical
from qa.bylines import SUFFIXES, people
from qa.protocols import Embedding
from qa.records import Article
from qa.text.analysis import fold
from qa.text.languages import tag_key

FOREVER: Final = 2**62
"""The `removed` of a row that no generation has removed."""

LAYOUT: Final = 10
"""Version of the tables (SQLite's `user_version`); a store of another version is made anew, but for
its embeddings."""

EMBEDDINGS_SINCE: Final = 2
"""The first layout with today's table of embeddings, which are kept when the rest is made anew."""

TABLES: Final = (
    "embeddings",
    "shingles",
    "copies",
    "versions",
    "revisions",
    "passages",
    "articles",
    "problems",
    "sources",
)

VERSIONED: Final = TABLES[2:]
"""The tables whose rows belong to generations."""

SCHEMA = f"""
CREATE TABLE IF NOT EXISTS sources (
    source TEXT NOT NULL, digest TEXT NOT NULL, status TEXT NOT NULL,
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE INDEX IF NOT EXISTS sources_by_name ON sources (source);
CREATE TABLE IF NOT EXISTS problems (
    source TEXT NOT NULL, line INTEGER, reason TEXT NOT NULL,
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE INDEX IF NOT EXISTS problems_by_source ON problems (source);
CREATE TABLE IF NOT EXISTS articles (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, position INTEGER NOT NULL,
    publisher TEXT, author TEXT, publisher_key TEXT, author_key TEXT, language_key TEXT,
    agency_key TEXT, published_utc TEXT, address TEXT,
    revision INTEGER NOT NULL, digest TEXT NOT NULL, content TEXT NOT NULL, searched TEXT NOT NULL,
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER},
    title TEXT NOT NULL, published_at TEXT, updated_at TEXT, captured_at TEXT, age TEXT,
    dateline TEXT, agency TEXT, url TEXT, language TEXT, place TEXT, pages TEXT NOT NULL,
    provenance TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS articles_by_id ON articles (id);
CREATE INDEX IF NOT EXISTS articles_by_source ON articles (source);
CREATE INDEX IF NOT EXISTS articles_by_language ON articles (language_key, removed, added);
CREATE INDEX IF NOT EXISTS articles_by_facet ON articles (publisher, author, added, removed);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles (row),
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    sentences TEXT NOT NULL, embedding TEXT NOT NULL,
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE INDEX IF NOT EXISTS articles_by_content ON articles (content);
CREATE INDEX IF NOT EXISTS articles_listed ON articles (
    removed, added, published_utc, publisher, publisher_key, author, author_key, language_key,
    agency, agency_key, source, position, searched);
CREATE INDEX IF NOT EXISTS passages_by_article ON passages (article);
CREATE INDEX IF NOT EXISTS passages_by_embedding ON passages (embedding);
CREATE TABLE IF NOT EXISTS embeddings (
    key TEXT PRIMARY KEY, vector BLOB NOT NULL, tokens BLOB NOT NULL, offsets BLOB NOT NULL,
    checksum INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS copies (
    article INTEGER NOT NULL REFERENCES articles (row),
    other INTEGER NOT NULL REFERENCES articles (row),
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE INDEX IF NOT EXISTS copies_by_article ON copies (article);
CREATE INDEX IF NOT EXISTS copies_by_other ON copies (other);
CREATE TABLE IF NOT EXISTS versions (
    article INTEGER NOT NULL REFERENCES articles (row),
    other INTEGER NOT NULL REFERENCES articles (row),
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE INDEX IF NOT EXISTS versions_by_article ON versions (article);
CREATE INDEX IF NOT EXISTS versions_by_other ON versions (other);
CREATE INDEX IF NOT EXISTS articles_by_address ON articles (address) WHERE address IS NOT NULL;
CREATE TABLE IF NOT EXISTS revisions (
    id TEXT NOT NULL, number INTEGER NOT NULL, article TEXT NOT NULL, digest TEXT NOT NULL,
    added INTEGER NOT NULL, removed INTEGER NOT NULL DEFAULT {FOREVER});
CREATE INDEX IF NOT EXISTS revisions_by_id ON revisions (id);
CREATE TABLE IF NOT EXISTS shingles (
    hash INTEGER NOT NULL, article INTEGER NOT NULL REFERENCES articles (row),
    PRIMARY KEY (hash, article)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS shingles_by_article ON shingles (article);
""" + "".join(
    f"CREATE INDEX IF NOT EXISTS {table}_by_added ON {table} (added);"
    f"CREATE INDEX IF NOT EXISTS {table}_by_removed ON {table} (removed) WHERE removed < {FOREVER};"
    for table in VERSIONED
)

NO_DAY: Final = np.iinfo(np.int32).min
"""The day of a passage whose article has no date: no filter by date lets it through."""

ARTICLE_COLUMNS = (
    "id, source, position, title, text, publisher, author, published_at, updated_at, "
    "captured_at, age, "
    "dateline, agency, url, language, place, pages, provenance"
)


BETWEEN_PEOPLE: Final = " | "
"""Parts the people of a byline in its key; no name's key has such a sign."""

MOST_PEOPLE: Final = 32
"""People of a byline that are told apart; those after them share the place of the last. Milvus
compares a filter with one after the other (`qa.milvus.generation`)."""

_KEY_CHARS: Final = 1_000
"""Of a name, by which it is compared: at most 4,000 bytes, and a field of Milvus takes 4,096."""

_KEY_WORDS: Final = 1_000
"""Of a byline, by which it is found: twice as many, and some, fit into a field of Milvus."""


def name_key(name: str) -> str:
    """How names are compared: words only, without case and accents ("JAPAN Forward")."""
    words = "".join(c if c.isalnum() else " " for c in fold(name)).split()
    return " ".join(words)[:_KEY_CHARS].rstrip()


def publisher_key(name: str) -> str:
    """As `name_key`, without "The", and the same for all names of an agency that publishes."""
    return canonical(name_key(name))


def byline_key(byline: str) -> str:
    """The keys of the people whom a byline names, with `BETWEEN_PEOPLE` between them."""
    keys = [key for name in people(byline) if (key := name_key(name))]
    rest = " ".join(keys[MOST_PEOPLE - 1 :])
    keys = [*keys[: MOST_PEOPLE - 1], *([rest] if rest else [])]
    words = BETWEEN_PEOPLE.join(keys).split()[:_KEY_WORDS]
    return " ".join(words).removesuffix(BETWEEN_PEOPLE.rstrip())


def person_key(name: str) -> str:
    """As `name_key`, the same for "Lindqvale, Petra" and "Petra Lindqvale".

    Which of two words is the family name, nobody needs to know for that: "Smith, Jones" has the key
    of Jones Smith, and of nobody else.
    """
    family, comma, given = name.partition(",")
    if not comma or "," in given or name_key(given) in SUFFIXES:
        return name_key(name)
    return name_key(f"{given} {family}")


def people_of(key: str) -> list[list[str]]:
    """The words of each of the people in a byline's key."""
    return [name.split() for name in key.split(BETWEEN_PEOPLE)] if key else []


def agency_key(name: str) -> str:
    """As `name_key`, the same for all names of an agency ("The Associated Press" is "ap")."""
    return canonical(name_key(name))


def days(day: date | None) -> int:
    """Days since 1970-01-01, or `NO_DAY`."""
    return NO_DAY if day is None else (day - date(1970, 1, 1)).days


class FilterKeys(NamedTuple):
    """What a passage can be filtered by, from its article, as it is compared; "" for none.

    Attributes:
        day: When it was published, see `days`.
        publisher: As `publisher_key` writes it.
        author: As `byline_key` writes it.
        language: As `qa.text.languages.tag_key` writes it.
        agency: As `agency_key` writes it.
    """

    day: int = NO_DAY
    publisher: str = ""
    author: str = ""
    language: str = ""
    agency: str = ""

    @classmethod
    def of(cls, row: sqlite3.Row) -> FilterKeys:
        """Those of a row of the articles."""
        published = row["published_utc"]
        names = (row[f"{name}_key"] or "" for name in cls._fields[1:])
        return cls(days(date.fromisoformat(published[:10]) if published else None), *names)


FILTER_COLUMNS: Final = "publisher_key, author_key, language_key, agency_key, published_utc"
"""The columns of the articles that `FilterKeys.of` reads."""


def to_article(row: sqlite3.Row | Mapping[str, Any]) -> Article:
    """The article of a row that has `ARTICLE_COLUMNS` and its revision."""

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
        captured_at=moment("captured_at"),
        age=row["age"],
        dateline=row["dateline"],
        agency=row["agency"],
        url=row["url"],
        language=row["language"],
        place=row["place"],
        pages=tuple(json.loads(row["pages"])),
        provenance=json.loads(row["provenance"]),
        revision=row["revision"],
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


def checksum(vector: bytes, tokens: bytes, offsets: bytes) -> int:
    """CRC-32 of an embedding's three columns."""
    return zlib.crc32(offsets, zlib.crc32(tokens, zlib.crc32(vector)))


def to_keys(article: Article) -> dict[str, str | None]:
    """The values of `FILTER_COLUMNS`, by column."""
    published = article.published_at
    # A name without letters and figures is none: nothing asked for is like it.
    return {
        "publisher_key": publisher_key(article.publisher or "") or None,
        "author_key": byline_key(article.author or "") or None,
        "language_key": tag_key(article.language or "") or None,
        "agency_key": agency_key(article.agency or "") or None,
        "published_utc": published.astimezone(UTC).isoformat() if published else None,
    }


def to_values(article: Article) -> dict[str, str | int | None]:
    """The values of `ARTICLE_COLUMNS`, by column."""

    def text(moment: datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    return {
        **{name: getattr(article, name) for name in ARTICLE_COLUMNS.split(", ")},
        "published_at": text(article.published_at),
        "updated_at": text(article.updated_at),
        "captured_at": text(article.captured_at),
        "pages": json.dumps(article.pages),
        "provenance": json.dumps(dict(article.provenance), sort_keys=True),
    }


def searched_text(article: Article) -> str:
    """What a list of articles looks for words in; begins with the title, so that it sorts by it."""
    published = article.published_at.date().isoformat() if article.published_at else None
    parts = (article.title, article.publisher, article.author, article.source, published)
    return fold("\n".join(part for part in parts if part))


def digest(article: Article) -> str:
    """Changes whenever any field of the article does."""
    return hashlib.sha256(json.dumps(to_values(article)).encode()).hexdigest()[:32]
