"""One slot per story: near-copies of a passage take one place in the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from qa.duplicates.saying import says_more, says_otherwise
from qa.duplicates.shingles import Shingles
from qa.duplicates.stories import earliest_first, stories_of
from qa.records import Article, Passage
from qa.storage.store import Store

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
    outdated: Mapping[int, Article] | None = None,
    apart: Set[int] = frozenset(),
    unsure: Mapping[int, date | None] | None = None,
    asked: Set[str] = frozenset(),
) -> list[Slot]:
    """Give near-copies one place, that of the best; .4 ms where no article has a copy.

    A copy that says what the one shown does not (other figures, or alone a word of the question)
    has a place of its own.

    Args:
        store: Of the index.
        generation: The one searched.
        ids: Of passages, best first.
        earliest: Show the one that appeared first; otherwise the best.
        outdated: By its row the newest version of each article that is not it: such are shown only
            where no other is.
        apart: Passages that share no place with others.
        unsure: Passages of which nobody knows whether they stood there on a day, which is the
            value: such are shown only where no other is.
        asked: The question's terms.
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
    found: list[Slot] = []
    for group in groups:
        if len(group) == 1:
            found.append(Slot(group[0], group[0]))
            continue
        copies = []
        for place in group:
            passage, article = passages[ids[place]]
            newest = (outdated or {}).get(article_of[ids[place]])
            day = (unsure or {}).get(ids[place])
            copies.append(_Copy(place, passage, replace(article, later=newest, later_than=day)))
        found += _parted(copies, earliest, asked)
    return sorted(found, key=lambda slot: slot.best)


class _Copy(NamedTuple):
    """A passage in its place, and its article, which knows its newest version."""

    place: int
    passage: Passage
    article: Article

    @property
    def is_doubtful(self) -> bool:
        """Whether it was replaced, or may not have said so on the day asked as of."""
        return self.article.later is not None or self.article.later_than is not None


def _parted(copies: Sequence[_Copy], earliest: bool, asked: Set[str]) -> list[Slot]:
    """The place of some copies, and those of such as say what the one shown there does not."""
    found = []
    while copies:
        order = sorted(copies, key=lambda copy: earliest_first(copy.article))
        if not earliest:
            order = [copies[0], *(copy for copy in order if copy is not copies[0])]
        shown, *others = sorted(order, key=lambda copy: copy.is_doubtful)
        rest = {copy.place for copy in others if _is_news(copy, shown, asked)}
        also = tuple(copy.article for copy in others if copy.place not in rest)
        best = min(copy.place for copy in copies if copy.place not in rest)
        found.append(Slot(best, shown.place, also))
        copies = [copy for copy in copies if copy.place in rest]
    return found


def _is_news(copy: _Copy, shown: _Copy, asked: Set[str]) -> bool:
    if copy.article.later is not None:  # what it says was replaced
        return False
    if says_more(copy.passage, copy.article, shown.article, asked, shown.passage):
        return True
    return says_otherwise(copy.passage, shown.passage, copy.article.language, shown.article.text)
