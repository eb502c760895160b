"""Versions: the same article saved again, in another file, when its page said something else.

Articles of one address in different files are versions of each other if their texts are one text,
changed; so neither a section page, whose address stands over other articles each time, nor several
articles of one file. Each stays an article of its own, so that what was cited of it resolves; all
but the newest know which one is (`Article.later`), and results prefer that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from qa.duplicates.shingles import Shingles
from qa.records import Article
from qa.rows import FOREVER, name_key, to_article
from qa.storage.store import Store
from qa.storage.store_writer import StoreWriter

LEAST_CONTAINED: Final = 0.10
"""Share of the shorter text's shingles that the other must hold. Texts on one topic by different
people share .01 at the median, a follow-up .07, a copy cut by half, with another lead and 15 % of
its words changed, .56 (docs/duplicates.md); that the address is the same speaks for one article."""

MOST: Final = 200
"""Versions of one address that are looked at, the last stored first."""


def same_article(before: Article, after: Article) -> bool:
    """Whether two texts from one address are one article's: most of the time, they are."""
    one, other = Shingles.of(before.text), Shingles.of(after.text)
    if one.contained(other) >= LEAST_CONTAINED or one.content == other.content:
        return True
    wordless = not (len(one.hashes) and len(other.hashes))
    return wordless and name_key(before.title) == name_key(after.title)


def link(store: StoreWriter, row: int, article: Article, generation: int) -> None:
    """Link an article that was just stored with its other versions.

    Args:
        store: Open for writing, in a transaction.
        row: Of the article.
        article: The article.
        generation: The one that is being written.
    """
    others = store.rows(
        "SELECT * FROM articles WHERE address = (SELECT address FROM articles WHERE row = ?1) "
        "AND source != ?2 AND row != ?1 AND removed = ?3 ORDER BY row DESC LIMIT ?4",
        (row, article.source, FOREVER, MOST),
    )
    same = [other["row"] for other in others if same_article(to_article(other), article)]
    store.add_links("versions", row, same, generation)


def relink(store: StoreWriter, generation: int) -> None:
    """Link all articles anew, in a transaction; the links before end with `generation`."""
    store.end_links("versions", generation)
    rows = store.rows(
        "SELECT * FROM articles WHERE removed = ? AND address IN (SELECT address FROM articles "
        "WHERE removed = ? GROUP BY address HAVING count(*) > 1) ORDER BY row",
        (FOREVER, FOREVER),
    )
    for at, row in enumerate(rows):
        article = to_article(row)
        same = [
            other["row"]
            for other in rows[:at]
            if other["address"] == row["address"] and other["source"] != article.source
            if same_article(to_article(other), article)
        ]
        store.add_links("versions", row["row"], same, generation)


def wrong_versions(store: Store, generation: int) -> Iterable[str]:
    """Which links between versions are none, a line each."""
    pairs = store.rows(
        "SELECT a.id AS one, b.id AS other, a.address AS address, b.address AS other_address "
        "FROM versions v "
        "LEFT JOIN articles a ON a.row = v.article AND a.added <= ?1 AND a.removed > ?1 "
        "LEFT JOIN articles b ON b.row = v.other AND b.added <= ?1 AND b.removed > ?1 "
        "WHERE v.added <= ?1 AND v.removed > ?1",
        (generation,),
    )
    for pair in pairs:
        if pair["one"] is None or pair["other"] is None:
            yield "a link between versions leads to an article that is gone"
        elif pair["address"] != pair["other_address"]:
            yield f"articles {pair['one']} and {pair['other']} are linked as versions and are none"


def versions_of(store: Store, generation: int, article: Article) -> list[Article]:
    """All versions of an article, itself among them, the newest last; alone where it has none."""
    [row] = store.rows(
        "SELECT row FROM articles WHERE id = ? AND added <= ? AND removed > ?",
        (article.id, generation, generation),
    )
    return _groups(store, generation, [row["row"]]).get(row["row"], [article])


def premature(
    store: Store, generation: int, rows: Iterable[int], end: datetime
) -> tuple[set[int], dict[int, Article]]:
    """Versions that came to say what they say only later, though an earlier one is there.

    Args:
        store: Of the index.
        generation: Only what it sees.
        rows: Of articles.
        end: Where the time ends that is asked about.

    Returns:
        Their rows; and by the row of each of the others that was not the newest then, the one that
        was.
    """
    groups = _groups(store, generation, rows)
    too_late: set[int] = set()
    newest: dict[int, Article] = {}
    ids = _ids(store, groups)
    for row, members in groups.items():
        then = [m for n, m in enumerate(members) if _began(m, first=n == 0) < end.timestamp()]
        if not then:
            continue
        if ids[row] not in {member.id for member in then}:
            too_late.add(row)
        elif ids[row] != then[-1].id:
            newest[row] = then[-1]
    return too_late, newest


def _began(version: Article, *, first: bool) -> float:
    """When an article came to say what this version has, as its page states it."""
    saved = None if first else version.captured_at
    return _moment(version.updated_at or saved or version.published_at)


def later(store: Store, generation: int, rows: Iterable[int]) -> dict[int, Article]:
    """The newest version of each article that is not the newest itself, by its row.

    One look at an index where no article has another version, which is most of the time.

    Args:
        store: Of the index.
        generation: Only what it sees.
        rows: Of articles.
    """
    groups = _groups(store, generation, rows)
    ids = _ids(store, groups)
    newest = {row: members[-1] for row, members in groups.items()}
    return {row: each for row, each in newest.items() if each.id != ids[row]}


def linked(store: Store, generation: int) -> list[int]:
    """The rows of all articles that have another version."""
    found = store.rows(
        "SELECT DISTINCT article FROM versions WHERE added <= ? AND removed > ?",
        (generation, generation),
    )
    return [row["article"] for row in found]


def _ids(store: Store, rows: Iterable[int]) -> dict[int, str]:
    """The id of each article, by its row."""
    found = store.rows_by_key("SELECT row, id FROM articles WHERE row IN", [*rows])
    return {row["row"]: row["id"] for row in found}


def marked(store: Store, generation: int, article: Article) -> Article:
    """An article that knows its newest version, where this is not it."""
    newest = versions_of(store, generation, article)[-1]
    return article if newest.id == article.id else replace(article, later=newest)


def _groups(store: Store, generation: int, rows: Iterable[int]) -> Mapping[int, list[Article]]:
    """The versions of each article that has several, the newest last, by its row."""
    asked = wanted = set(rows)
    links: dict[int, set[int]] = {}
    while wanted:
        found = store.rows_by_key(
            f"SELECT article, other FROM versions WHERE added <= {int(generation)} "  # noqa: S608
            f"AND removed > {int(generation)} AND article IN",
            sorted(wanted),
        )
        for each in found:
            links.setdefault(each["article"], set()).add(each["other"])
        wanted = {other for row in links for other in links[row]} - links.keys()
    articles = {
        found["row"]: to_article(found)
        for found in store.rows_by_key("SELECT * FROM articles WHERE row IN", sorted(links))
    }
    return {
        row: _ordered({member: articles[member] for member in _joined(row, links, articles)})
        for row in asked & links.keys()
    }


def _joined(
    row: int, links: Mapping[int, set[int]], articles: Mapping[int, Article]
) -> Iterable[int]:
    """An article's versions, also by way of others: a live page keeps little of its first text.

    One of a file at the most by way of others, which may have been torn out of a page of several.
    """
    members = dict.fromkeys([row, *sorted(links[row])])
    files = {articles[member].source for member in members}
    waiting = list(members)
    for member in waiting:
        for other in sorted(links[member] - members.keys()):
            if articles[other].source not in files:
                files.add(articles[other].source)
                members[other] = None
                waiting.append(other)
    return members


def _ordered(members: Mapping[int, Article]) -> list[Article]:
    """Versions by when they were saved, where that is known of all, else by the moments they name.

    Where that is the same, as they came.
    """
    known = all(article.captured_at for article in members.values())

    def order(row: int) -> tuple[float, float, int]:
        article = members[row]
        named = _moment(article.updated_at or article.published_at)
        return _moment(article.captured_at) if known else 0.0, named, row

    return [members[row] for row in sorted(members, key=order)]


def _moment(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
