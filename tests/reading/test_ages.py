"""Ages and the day they mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.reading.ages import moment_of_age

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
        ("last month", DAY, None),
        ("a year ago", DAY, None),
        ("several days ago", DAY, None),
        ("999 weeks ago", datetime(1, 2, 3, tzinfo=UTC), None),
    ],
)
def test_the_day_of_an_age(age, captured, moment):
    assert moment_of_age(age, captured) == moment
