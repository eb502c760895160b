"""One slot per story: near-copies of a passage take one place in the results."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Final, NamedTuple

from qa.duplicates.shingles import Shingles
from qa.duplicates.stories import earliest_first, stories_of
from qa.records import Article
from qa.store import Store

SAME_PASSAGE: Final = 0.5
"""The share of the shorter passage's shingles that the other holds, from which they are one. Copies
are cut into passages at other places once a lead differs; half is what a passage shares at the
least with one of the two that it overlaps."""


class Slot(NamedTuple):
    """A place in the results.

    Attributes:
        best: Place of the best passage in it.
        shown: Place of the passage to show.
        also_in: The articles of the others, by first appearance.
    """

    best: int
    shown: int
    also_in: tuple[Article, ...] = ()


def slots(
    store: Store,
    generation: int,
    ids: Sequence[int],
    *,
    earliest: bool = True,
    outdated: Set[int] = frozenset(),
    apart: Set[int] = frozenset(),
) -> list[Slot]:
    """Give near-copies one place, that of the best; .4 ms where no article has a copy.

    Args:
        store: Of the index.
        generation: The one searched.
        ids: Of passages, best first.
        earliest: Show the one that appeared first; otherwise the best.
        apart: Passages that share no place with others.
        outdated: Rows of articles of which there is a newer version: shown only where no other is.
    """
    article_of = store.article_rows(ids)
    stories = stories_of(store, generation, set(article_of.values()))
    linked = [i for i in ids if article_of[i] in stories]
    if not linked:
        return [Slot(place, place) for place in range(len(ids))]
    passages = store.passages(linked, generation)
    groups: list[list[int]] = []
    open_of: dict[frozenset[int], list[tuple[Shingles, list[int]]]] = {}
    for place, number in enumerate(ids):
        story = None if number in apart else stories.get(article_of[number])
        if story is None:
            groups.append([place])
            continue
        own = Shingles.of(passages[number][0].text)
        alike = open_of.setdefault(story, [])
        group = next(
            (
                places
                for first, places in alike
                if own.contained(first) >= SAME_PASSAGE or own.content == first.content
                if article_of[number] not in {article_of[ids[p]] for p in places}
            ),
            None,
        )
        if group is None:
            group = []
            groups.append(group)
            alike.append((own, group))
        group.append(place)
    return [
        _slot(
            group,
            [passages[ids[p]][1] for p in group],
            [article_of[ids[p]] in outdated for p in group],
            earliest,
        )
        if len(group) > 1
        else Slot(group[0], group[0])
        for group in groups
    ]  # fmt: skip


def _slot(
    places: Sequence[int], articles: Sequence[Article], outdated: Sequence[bool], earliest: bool
) -> Slot:
    order = sorted(range(len(places)), key=lambda i: earliest_first(articles[i]))
    if not earliest:
        order = [0, *(i for i in order if i)]
    order.sort(key=lambda i: outdated[i])
    return Slot(places[0], places[order[0]], tuple(articles[i] for i in order[1:]))
