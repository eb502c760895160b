"""Records that tell of many articles: counts by field, stories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qa.records import Article


class Count(NamedTuple):
    """A value of a field, and how many articles have it."""

    value: str
    articles: int


def merged(spellings: Iterable[Sequence[Count]]) -> tuple[Count, ...]:
    """Each value once, as it is written most often, without a comma if it can be; most first.

    Args:
        spellings: Of each value. "Lindqvale, Petra" is one of "Petra Lindqvale".
    """
    found = [
        Count(min(written, key=_best_written).value, sum(count.articles for count in written))
        for written in spellings
    ]
    return tuple(sorted(found, key=most_first))


def most_first(count: Count) -> tuple[int, str]:
    """What counts are sorted by."""
    return -count.articles, count.value


def _best_written(count: Count) -> tuple[bool, int, str]:
    return ("," in count.value, *most_first(count))


@dataclass(frozen=True, slots=True)
class Facets:
    """What a list of articles can be restricted by, with how many articles each value has.

    Attributes:
        articles: How many articles there are.
        publishers: Most articles first, as are the others but for the years.
        authors: As the bylines have them.
        years: In which they were published (UTC), the latest first.
        languages: Tags without country or script, so that "en" counts "en-GB" too.
        agencies: Named in datelines and bylines.
    """

    articles: int
    publishers: tuple[Count, ...]
    authors: tuple[Count, ...]
    years: tuple[Count, ...]
    languages: tuple[Count, ...]
    agencies: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that are one text: the same wire copy, trimmed, edited, or with another lead.

    Attributes:
        articles: Its members, by first appearance; those without a date last. At least one.
    """

    articles: tuple[Article, ...]

    @property
    def first(self) -> Article:
        """The member that appeared first, as far as dates are known."""
        return self.articles[0]

    @property
    def publishers(self) -> tuple[str, ...]:
        """Who ran it, each once, by first appearance."""
        return tuple(dict.fromkeys(a.publisher for a in self.articles if a.publisher))
