"""What the articles found for a question are: by publisher, author, language, and over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, timedelta
from typing import Final

from qa.bylines import people
from qa.overviews import Count, Facets, merged, most_first
from qa.records import Article, Hit
from qa.rows import agency_key, person_key, publisher_key
from qa.text.languages import primary

MOST_BARS: Final = 40
"""Of a histogram: as many as a column of 17rem shows with bars a finger wide can be told apart."""


NEAREST: Final = 5
"""Passages that match by their meaning alone: as many as an answer shows by default."""


@dataclass(frozen=True, slots=True)
class Period:
    """A bar of the histogram: the articles of [first, end)."""

    first: date
    end: date
    articles: int


def matching(hits: Iterable[Hit]) -> list[Hit]:
    """The hits that hold one of the question's words, or are among the first `NEAREST`.

    In a small archive a search ranks every passage there is; most of them match nothing.
    """
    return [hit for hit in hits if hit.lexical is not None or hit.rank <= NEAREST]


def articles_of(hits: Iterable[Hit]) -> list[Article]:
    """Each article found, once, best first, those with a copy of a passage besides."""
    found = (article for hit in hits for article in (hit.article, *hit.also_in))
    return list({article.id: article for article in found}.values())


def facets_of(articles: Sequence[Article]) -> Facets:
    """How many of these articles each publisher, author, year, language and agency has.

    An article by two authors counts for either.
    """
    return Facets(
        articles=len(articles),
        publishers=_merged((article.publisher for article in articles), publisher_key),
        authors=_merged((n for a in articles if a.author for n in people(a.author)), person_key),
        years=tuple(sorted(_counted(map(_year, articles)), reverse=True)),
        languages=_counted(a.language and primary(a.language) for a in articles),
        agencies=_merged((article.agency for article in articles), agency_key),
    )


def over_time(articles: Sequence[Article]) -> tuple[Period, ...]:
    """The articles with a date (UTC), by the shortest of day, month and year that fits.

    Periods without an article are there too, between the first and the last with one.
    """
    moments = (a.published_at for a in articles if a.published_at)
    # The last year there is has no end, and only ever stands for "never".
    days = [m.astimezone(UTC).date() for m in moments if MINYEAR < m.year < MAXYEAR]
    return _periods(Counter(days), _unit(min(days), max(days))) if days else ()


def by_month(months: Iterable[Count]) -> tuple[Period, ...]:
    """As `over_time`, from how many articles each month has, such as "2025-07"."""
    given = {date.fromisoformat(f"{month}-01"): number for month, number in months}
    counts = {day: number for day, number in given.items() if day.year < MAXYEAR}
    if not counts:
        return ()
    unit = _unit(min(counts), max(counts))
    return _periods(counts, "month" if unit == "day" else unit)


def _unit(first: date, last: date) -> str | int:
    """A day, a month or a number of years, so that there are at most `MOST_BARS`."""
    if (last - first).days < MOST_BARS:
        return "day"
    if (last.year - first.year) * 12 + last.month - first.month < MOST_BARS:
        return "month"
    years = 1
    while last.year // years - first.year // years >= MOST_BARS:
        years *= 10
    return years


def _periods(counts: Mapping[date, int], unit: str | int) -> tuple[Period, ...]:
    if not counts:
        return ()
    first, last = min(counts), max(counts)
    periods: list[Period] = []
    begin = _floor(first, unit)
    while begin <= last:
        end = _next(begin, unit)
        found = sum(n for day, n in counts.items() if begin <= day < end)
        periods.append(Period(begin, end, found))
        begin = end
    return tuple(periods)


def _counted(values: Iterable[str | None]) -> tuple[Count, ...]:
    counts = Counter(value for value in values if value)
    return tuple(sorted((Count(*pair) for pair in counts.items()), key=most_first))


def _merged(names: Iterable[str | None], key: Callable[[str], str]) -> tuple[Count, ...]:
    """Each name once, however it is written."""
    spellings: dict[str, list[Count]] = {}
    for count in _counted(names):
        spellings.setdefault(key(count.value), []).append(count)
    return merged(spellings.values())


def _year(article: Article) -> str | None:
    return str(article.published_at.astimezone(UTC).year) if article.published_at else None


def _floor(day: date, unit: str | int) -> date:
    if isinstance(unit, int):
        return date(max(day.year // unit * unit, 1), 1, 1)
    return day if unit == "day" else day.replace(day=1)


def _next(day: date, unit: str | int) -> date:
    if unit == "day":
        return day + timedelta(days=1)
    if isinstance(unit, int):
        return date(min((day.year // unit + 1) * unit, date.max.year), 1, 1)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
