"""Ages and the day they mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.reading.ages import moment_of_age
from qa.reading.fields import parse_age

DAY = datetime(2025, 8, 3, tzinfo=UTC)
NOON = datetime(2025, 8, 3, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "captured", "moment"),
    [
        ("4 hours ago", DAY, DAY),
        ("an hour ago", NOON, datetime(2025, 8, 3, 11, 30, tzinfo=UTC)),
        ("30 hours ago", DAY, datetime(2025, 8, 2, tzinfo=UTC)),
        ("5 min", NOON, datetime(2025, 8, 3, 12, 25, tzinfo=UTC)),
        ("just now", NOON, DAY),
        ("Yesterday", NOON, datetime(2025, 8, 2, tzinfo=UTC)),
        ("about three days ago", NOON, datetime(2025, 7, 31, tzinfo=UTC)),
        ("2w ago", DAY, datetime(2025, 7, 20, tzinfo=UTC)),
        ("vor 2 Stunden", NOON, datetime(2025, 8, 3, 10, 30, tzinfo=UTC)),
        ("vor einer Stunde", NOON, datetime(2025, 8, 3, 11, 30, tzinfo=UTC)),
        ("vor etwa 3 Tagen", NOON, datetime(2025, 7, 31, tzinfo=UTC)),
        ("Hace 3 horas", NOON, datetime(2025, 8, 3, 9, 30, tzinfo=UTC)),
        ("hace una semana", DAY, datetime(2025, 7, 27, tzinfo=UTC)),
        ("il y a 20 min", NOON, datetime(2025, 8, 3, 12, 10, tzinfo=UTC)),
        ("2 ore fa", NOON, datetime(2025, 8, 3, 10, 30, tzinfo=UTC)),
        ("há 2 dias", DAY, datetime(2025, 8, 1, tzinfo=UTC)),
        ("5 dagen geleden", DAY, datetime(2025, 7, 29, tzinfo=UTC)),
        ("för en timme sedan", NOON, datetime(2025, 8, 3, 11, 30, tzinfo=UTC)),
        ("3時間前", NOON, datetime(2025, 8, 3, 9, 30, tzinfo=UTC)),
        ("2 天前", DAY, datetime(2025, 8, 1, tzinfo=UTC)),
        ("30분 전", NOON, datetime(2025, 8, 3, 12, 0, tzinfo=UTC)),
        ("vorgestern", DAY, datetime(2025, 8, 1, tzinfo=UTC)),
        ("aujourd’hui", DAY, DAY),
        ("昨日", DAY, datetime(2025, 8, 2, tzinfo=UTC)),
        ("vor einem Monat", DAY, None),
        ("hace 2 años", DAY, None),
        ("last month", DAY, None),
        ("a year ago", DAY, None),
        ("several days ago", DAY, None),
        ("999 weeks ago", datetime(1, 2, 3, tzinfo=UTC), None),
    ],
)
def test_the_day_of_an_age(age, captured, moment):
    assert moment_of_age(age, captured) == moment
    assert parse_age(age) == age


@pytest.mark.parametrize(
    "line",
    ["vor 14 Jahren in Bremen", "hier", "hace", "3 horas", "vor Stunden", "日前", "2 fa", "3年",
     "Vor 2 Stunden begann der Prozess"],
)  # fmt: skip
def test_what_is_no_age(line):
    assert parse_age(line) is None


def test_a_label_may_stand_before_an_age():
    assert parse_age("Aktualisiert: vor 2 Stunden") == "vor 2 Stunden"
    assert parse_age("更新：3時間前") == "3時間前"
