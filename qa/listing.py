"""What an archive holds, as one browses it: a page of articles, and counts to filter by.

Both are answered from one covering index of the store, so that the texts are never read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, Final

from qa.bylines import people
from qa.errors import InputError
from qa.overviews import Count, Facets, merged
from qa.records import Article, Filters
from qa.rows import (
    ARTICLE_COLUMNS,
    BETWEEN_PEOPLE,
    agency_key,
    name_key,
    person_key,
    publisher_key,
    to_article,
)
from qa.storage.store import Store
from qa.text.analysis import fold
from qa.text.languages import tag_key
from qa.text.periods import DAY, MONTH_YEAR, period

SORTS: Final = {
    "published_at": "published_utc",
    "title": "searched",  # begins with the title, folded
    "publisher": "publisher_key",
    "author": "author_key",
    "language": "language_key",
    "source": "source",
}
"""What articles can be sorted by, each with its column."""

LENGTH_STEP: Final = 100
"""Characters to a bar: a passage has about 550."""

MOST_WORDS: Final = 100
"""Words that a list is searched for: SQLite takes conditions that are nested 1,000 deep."""

_IN_WORDS: Final = re.compile(rf"(?<!\w)(?:{DAY}|{MONTH_YEAR})")
"""A day or month as it may be written, folded; the store has it as 2026-05-12."""

_PRIMARY: Final = "substr(language_key, 1, instr(language_key || '-', '-') - 1)"
"""As `qa.text.languages.primary`: an archive's "en", "en-US" and "en-GB" are one choice."""

_PEOPLE: Final = f"""'["' || replace(author_key, '{BETWEEN_PEOPLE}', '","') || '"]'"""
"""The people of a byline's key, as JSON; the keys hold nothing that JSON would write otherwise."""

_FACETS: Final = {
    "publishers": ("publisher_key", "publisher"),
    "authors": ("author_key", "author"),
    "years": ("substr(published_utc, 1, 4)", "substr(published_utc, 1, 4)"),
    "languages": (_PRIMARY, _PRIMARY),
    "agencies": ("agency_key", "agency"),
}
"""Of each facet what tells one value from another, and how it is written."""


def article_page(
    store: Store,
    generation: int,
    query: str,
    filters: Filters,
    *,
    sort: str,
    descending: bool,
    offset: int,
    limit: int,
    but: Collection[int] = (),
) -> tuple[list[Article], int]:
    """Some of the articles that match, and how many do. 40 ms at 100,000 articles.

    Args:
        store: Of the index.
        generation: Only what it sees.
        query: Each of its words occurs in the title, publisher, author, file or date, in part or
            whole, whatever its case and accents; a date may be written "12 May 2026".
        filters: What else restricts them.
        sort: One of `SORTS`; articles without that field come last either way.
        descending: Largest first: the newest, or from Z to A.
        offset: How many to leave out.
        limit: At most this many.
        but: Rows of articles that are left out.

    Raises:
        InputError: `sort` is none of `SORTS`, `offset` is below 0, `limit` below 1, or `query`
            has more than `MOST_WORDS` words.
    """
    if sort not in SORTS:
        raise InputError(f"cannot sort by {sort!r}; sort by one of: {', '.join(SORTS)}")
    for name, number, least in (("offset", offset, 0), ("limit", limit, 1)):
        if not least <= number < 2**63:
            raise InputError(f"{name} must be at least {least} and below 2^63, not {number}")
    where, values = _where(query, filters, generation, but)
    column, direction = SORTS[sort], "DESC" if descending else "ASC"
    [counted] = store.rows(f"SELECT count(*) AS n FROM articles WHERE {where}", values)  # noqa: S608
    rows = store.rows(
        f"SELECT row FROM articles WHERE {where} ORDER BY {column} IS NULL, {column} {direction}, "  # noqa: S608
        "source, position LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    numbers = [row["row"] for row in rows]
    sql = f"SELECT row, revision, {ARTICLE_COLUMNS} FROM articles WHERE row IN"  # noqa: S608
    found = {row["row"]: to_article(row) for row in store.rows_by_key(sql, numbers)}
    return [found[number] for number in numbers], int(counted["n"])


def facets(
    store: Store, generation: int, query: str, filters: Filters, but: Collection[int] = ()
) -> Facets:
    """How many articles each publisher, author, year, language and agency has.

    An article by two authors counts for either. Arguments as in `article_page`. 200 ms at 100,000
    articles, less where they are restricted.
    """
    where, values = _where(query, filters, generation, but)
    parts = [
        f"SELECT '{name}' AS facet, {key} AS key, {column} AS value, count(*) AS n FROM articles "  # noqa: S608
        f"WHERE {where} GROUP BY key, value"
        for name, (key, column) in _FACETS.items()
    ]
    rows = store.rows(" UNION ALL ".join(parts), values * len(parts))
    spellings: dict[str, dict[str, list[Count]]] = {name: {} for name in _FACETS}
    for row in rows:
        if row["key"] is None:
            continue
        by_key = {row["key"]: row["value"]}
        if row["facet"] == "authors":
            by_key = {person_key(author): author for author in people(row["value"])}
        for key, value in by_key.items():
            spellings[row["facet"]].setdefault(key, []).append(Count(value, row["n"]))
    counts = {name: merged(found.values()) for name, found in spellings.items()}
    counts["years"] = tuple(sorted(counts["years"], reverse=True))
    total = sum(row["n"] for row in rows if row["facet"] == "languages")
    return Facets(articles=total, **counts)


def months(store: Store, generation: int) -> list[Count]:
    """How many articles were published in each month that has any (UTC, "2025-07"), in order."""
    rows = store.rows(
        "SELECT substr(published_utc, 1, 7) AS month, count(*) AS n FROM articles "
        "WHERE added <= ? AND removed > ? AND published_utc IS NOT NULL "
        "GROUP BY month ORDER BY month",
        (generation, generation),
    )
    return [Count(row["month"], row["n"]) for row in rows]


def passage_lengths(
    store: Store, generation: int, step: int = LENGTH_STEP
) -> list[tuple[int, int]]:
    """How many passages have from n to n + step characters, for each n that has any, in order."""
    rows = store.rows(
        'SELECT ("end" - start) / ?1 * ?1 AS least, count(*) AS n FROM passages '
        "WHERE added <= ?2 AND removed > ?2 GROUP BY least ORDER BY least",
        (step, generation),
    )
    return [(row["least"], row["n"]) for row in rows]


def _as_stored(written: str) -> str:
    """A day or month in words as the store has it: "12 May 2026" is 2026-05-12."""
    found = period(written)
    if found is None:  # 31 June
        return written
    is_day = (found.end - found.first).days == 1
    return found.first.isoformat()[: None if is_day else len("2026-05")]


def _where(
    query: str, filters: Filters, generation: int, but: Collection[int]
) -> tuple[str, list[Any]]:
    parts = ["added <= ?", "removed > ?"]
    values: list[Any] = [generation, generation]
    if but:
        parts.append("row NOT IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(but)))
    text = " ".join(fold(query.encode("utf-8", "replace").decode()).split())
    looked_for = dict.fromkeys(text.split())
    if len(looked_for) > MOST_WORDS:
        raise InputError(
            f"a list is searched for at most {MOST_WORDS} words, not {len(looked_for):,}; "
            "ask for what articles say instead: qa search"
        )
    for written in dict.fromkeys(_IN_WORDS.findall(text)):
        words = written.split()
        literally = " AND ".join(["instr(searched, ?) > 0"] * len(words))
        parts.append(f"(instr(searched, ?) > 0 OR {literally})")
        values += [_as_stored(written), *words]
    for word in dict.fromkeys(_IN_WORDS.sub(" ", text).split()):
        parts.append("instr(searched, ?) > 0")
        values.append(word)
    if filters.publisher:
        parts.append("publisher_key = ?")
        values.append(publisher_key(filters.publisher))
    if filters.author:
        words = [f" {word} " for word in dict.fromkeys(name_key(filters.author).split())]
        holds = ["instr(' ' || author_key || ' ', ?) > 0"] * len(words)
        parts += holds or ["0"]
        values += words
        if len(words) > 1:
            of_one = " AND ".join(["instr(' ' || json_each.value || ' ', ?) > 0"] * len(words))
            parts.append(f"EXISTS (SELECT 1 FROM json_each({_PEOPLE}) WHERE {of_one})")  # noqa: S608
            values += words
    if filters.language:
        tag = tag_key(filters.language)
        parts.append("(language_key = ? OR substr(language_key, 1, ?) = ?)")
        values += [tag, len(tag) + 1, f"{tag}-"]
    if filters.agency:
        parts.append("agency_key = ?")
        values.append(agency_key(filters.agency))
    days = ((filters.after, "published_utc >= ?"), (filters.before, "published_utc < ?"))
    for day, condition in days:
        if day:
            parts.append(condition)
            values.append(day.isoformat())
    return " AND ".join(parts), values
