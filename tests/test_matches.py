"""What articles are counted by: publisher, author, year, language, and time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import matches
from qa.records import Article


def article(number, published=None, **named):
    return Article(f"{number}", "t", "text", "s", published_at=published, **named)


def test_facets_count_articles_most_first_and_then_by_name():
    found = [
        article(1, datetime(2024, 1, 1, tzinfo=UTC), publisher="B", author="x", language="en"),
        article(2, datetime(2025, 1, 1, tzinfo=UTC), publisher="A", language="en"),
        article(3, datetime(2025, 5, 1, tzinfo=UTC), publisher="C", language="de"),
        article(4, publisher="C", agency="AP", language="de-AT"),
        article(5, agency="AP"),
        article(6, agency="The Associated Press"),
        article(7, agency="AFP"),
    ]
    facets = matches.facets_of(found)
    assert facets.articles == 7
    assert [tuple(count) for count in facets.publishers] == [("C", 2), ("A", 1), ("B", 1)]
    assert [tuple(count) for count in facets.years] == [("2025", 2), ("2024", 1)]
    assert [tuple(count) for count in facets.languages] == [("de", 2), ("en", 2)]
    assert [tuple(count) for count in facets.agencies] == [("AP", 3), ("AFP", 1)]


def test_names_are_counted_however_they_are_written_and_authors_one_by_one():
    found = [
        article(1, publisher="JAPAN Forward", author="Ana Silva and Bo Lind"),
        article(2, publisher="Japan Forward", author="Bo Lind"),
        article(3, publisher="Japan Forward", author="BO LIND"),
        article(4, author="Lindqvale, Petra"),
    ]
    facets = matches.facets_of(found)
    assert [tuple(count) for count in facets.publishers] == [("Japan Forward", 3)]
    expected = [("Bo Lind", 3), ("Ana Silva", 1), ("Lindqvale, Petra", 1)]
    assert [tuple(count) for count in facets.authors] == expected


def test_publishers_are_counted_without_their_article_and_agencies_by_any_name():
    names = ["The Star", "Star", "The Star", "AP", "The Associated Press", "AP"]
    facets = matches.facets_of([article(at, publisher=name) for at, name in enumerate(names)])
    assert [tuple(count) for count in facets.publishers] == [("AP", 3), ("The Star", 3)]


def test_a_name_with_the_family_name_first_is_the_same_person():
    names = ["Lindqvale, Petra", "Petra Lindqvale", "LINDQVALE, PETRA", "Lee, Jr.", "Smith, Jones"]
    facets = matches.facets_of([article(at, author=name) for at, name in enumerate(names)])
    expected = [("Petra Lindqvale", 3), ("Lee, Jr.", 1), ("Smith, Jones", 1)]
    assert [tuple(count) for count in facets.authors] == expected


@pytest.mark.parametrize(
    ("days", "bars", "first_end"),
    [
        ([date(2025, 1, 30), date(2025, 2, 2)], 4, date(2025, 1, 31)),
        ([date(2024, 11, 30), date(2025, 2, 2)], 4, date(2024, 12, 1)),
        ([date(1990, 5, 5), date(2025, 2, 2)], 36, date(1991, 1, 1)),
        ([date(1500, 5, 5), date(2025, 2, 2)], 6, date(1600, 1, 1)),
        ([date(2025, 1, 30)], 1, date(2025, 1, 31)),
        ([], 0, None),
    ],
)
def test_a_bar_is_a_day_a_month_or_a_year(days, bars, first_end):
    found = [article(n, datetime(d.year, d.month, d.day, tzinfo=UTC)) for n, d in enumerate(days)]
    periods = matches.over_time([*found, article(99)])
    assert len(periods) == bars
    assert (periods[0].end if periods else None) == first_end
    assert sum(period.articles for period in periods) == len(days)


@given(st.lists(st.datetimes(datetime(2, 1, 2), datetime(9998, 1, 1)), max_size=20))
def test_every_dated_article_is_in_one_bar(moments):
    zone = timezone(timedelta(hours=9))
    found = [article(n, moment.replace(tzinfo=zone)) for n, moment in enumerate(moments)]
    periods = matches.over_time(found)
    assert sum(period.articles for period in periods) == len(moments)
    assert len(periods) <= matches.MOST_BARS
    assert all(a.end == b.first for a, b in pairwise(periods))


def test_by_month():
    periods = matches.by_month([("2024-12", 2), ("2025-02", 1)])
    assert [(p.first, p.articles) for p in periods] == [
        (date(2024, 12, 1), 2), (date(2025, 1, 1), 0), (date(2025, 2, 1), 1),
    ]  # fmt: skip
    assert matches.by_month([]) == ()
