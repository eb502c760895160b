"""Stories: articles that are copies or versions of each other, directly or by way of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from qa.overviews import Story
from qa.records import Article
from qa.rows import to_article
from qa.storage.store import Store

_LINKS: Final = "(SELECT * FROM copies UNION ALL SELECT * FROM versions)"

MOST: Final = 1_000
"""Members up to which a story is followed from link to link."""


def stories_of(store: Store, generation: int, rows: Iterable[int]) -> dict[int, frozenset[int]]:
    """The rows of the members of each article's story, itself among them, by its row.

    Only articles that have a copy are in the result.

    Args:
        store: Of the index.
        generation: Only what it sees.
        rows: Of articles.
    """
    links: dict[int, set[int]] = {}
    asked = wanted = set(rows)
    while wanted and len(links) < MOST:
        found = store.rows_by_key(
            f"SELECT article, other FROM {_LINKS} WHERE added <= {int(generation)} "  # noqa: S608
            f"AND removed > {int(generation)} AND article IN",
            sorted(wanted),
        )
        fresh: dict[int, set[int]] = {}
        for row in found:
            fresh.setdefault(row["article"], set()).add(row["other"])
        links.update(fresh)
        wanted = {other for others in fresh.values() for other in others} - links.keys()
    members: dict[int, frozenset[int]] = {}
    for start in asked & links.keys():
        if start not in members:
            joined = frozenset(_reachable(start, links))
            members.update(dict.fromkeys(joined, joined))
    return {row: members[row] for row in asked & members.keys()}


def story(store: Store, generation: int, article: Article) -> Story:
    """The story of an article: alone in it where it has no copy."""
    [row] = store.rows(
        "SELECT row FROM articles WHERE id = ? AND added <= ? AND removed > ?",
        (article.id, generation, generation),
    )
    found = stories_of(store, generation, [row["row"]])
    return _story(store, found.get(row["row"], frozenset({row["row"]})))


def stories(store: Store, generation: int) -> list[Story]:
    """All stories of several articles, the largest first, then by first appearance."""
    linked = store.rows(
        f"SELECT DISTINCT article FROM {_LINKS} WHERE added <= ? AND removed > ?",  # noqa: S608
        (generation, generation),
    )
    groups = set(stories_of(store, generation, (row["article"] for row in linked)).values())
    found = [_story(store, members) for members in groups]
    return sorted(found, key=lambda s: (-len(s.articles), earliest_first(s.articles[0])))


def _story(store: Store, members: Iterable[int]) -> Story:
    rows = store.rows_by_key("SELECT * FROM articles WHERE row IN", sorted(members))
    return Story(tuple(sorted(map(to_article, rows), key=earliest_first)))


def earliest_first(article: Article) -> tuple[bool, float, str, int]:
    """Sorts articles by their first appearance, those without a date last."""
    published = article.published_at
    moment = published.timestamp() if published else 0.0
    return published is None, moment, article.source, article.position


def _reachable(start: int, links: dict[int, set[int]]) -> set[int]:
    seen, waiting = {start}, [start]
    while waiting:
        fresh = links.get(waiting.pop(), set()) - seen
        seen |= fresh
        waiting += fresh
    return seen
