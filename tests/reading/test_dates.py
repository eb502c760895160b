"""Dates: strict, aware, plausible."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reading.dates import date_in_name, date_in_url, from_timestamp, is_written, parse_date

DAY = datetime(2025, 3, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-14", "2025/03/14", "2025.3.14", "20250314", "14 March 2025", "March 14, 2025",
        "Mar. 14, 2025", "14 Mar 2025", "Friday, March 14th, 2025", "Fri 14 March 2025",
        "14th of March 2025", "14/03/2025", "03/14/2025", "14.03.2025", "03.14.2025", "14-03-2025",
        "14 de marzo de 2025", "14. März 2025", "14 mars 2025", "2025年3月14日", "2025년 3월 14일",
        "Freitag, 14. März 2025", "Fr., 14. Mrz. 2025", "viernes, 14 de marzo del 2025",
        "vendredi 14 mars 2025", "venerdì 14 marzo 2025", "sexta-feira, 14 de março de 2025",
        "vrijdag 14 maart 2025", "2025年3月14日(金)", "2025年3月14日（金曜日）", "2025/3/14（金）",
        "2025年3月14日 星期五", "2025년 3월 14일(금)",
    ],
)  # fmt: skip
def test_days_are_midnight_utc(text):
    assert parse_date(text) == DAY
    assert parse_date(text).tzinfo is not None


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-03-14T10:30:00Z", (10, 30)),
        ("2025-03-14T10:30:00+02:00", (8, 30)),
        ("2025-03-14 10:30", (10, 30)),
        ("2025-03-14 10:30:00 +0100", (9, 30)),
        ("14 March 2025, 10:30 CET", (9, 30)),
        ("March 14, 2025 at 10:30 a.m. EDT", (14, 30)),
        ("March 14, 2025 10:30 PM ET", (2, 30)),
        ("Fri, 14 Mar 2025 10:30:00 GMT", (10, 30)),
        ("10:30 GMT, 14 March 2025", (10, 30)),
        ("14 March 2025 12:05 am", (0, 5)),
        ("14.03.2025, 10:30 Uhr", (10, 30)),
        ("Freitag, den 14. März 2025 um 10.30 Uhr CET", (9, 30)),
        ("14 mars 2025 à 10h30", (10, 30)),
        ("14 mars 2025 à 10 h 30", (10, 30)),
        ("14 mars 2025 à 10h", (10, 0)),
        ("14. März 2025, 10 Uhr", (10, 0)),
        ("14 maart 2025, 10.30 uur", (10, 30)),
        ("2025年3月14日(金) 10:30", (10, 30)),
        ("2025年3月14日 午後2時5分", (14, 5)),
        ("2025年3月14日星期五上午10:30", (10, 30)),
        ("2025년 3월 14일 오후 2시 30분", (14, 30)),
        ("14 de marzo de 2025 a las 10:30", (10, 30)),
        ("2025年3月14日 10時30分", (10, 30)),
        ("14 March 2025 | 3pm", (15, 0)),
        ("Friday, March 14, 2025, 04:05 am PT (07:05 am ET)", (11, 5)),
    ],
)
def test_times_and_zones(text, utc):
    moment = parse_date(text).astimezone(UTC)
    assert (moment.hour, moment.minute) == utc
    assert moment.date() - DAY.date() in (timedelta(0), timedelta(1))


def test_an_unknown_zone_leaves_the_day():
    assert parse_date("14 March 2025, 10:30 XQT") == DAY


@pytest.mark.parametrize(
    "text",
    [
        "", "Monday", "March", "March 2025", "2025", "yesterday", "31 February 2025", "05/07/2025",
        "05-07-2025", "14 March 1492", "14 March 3025", "in 14 March 2025", "14 March 2025 in Rome",
        "14 March 2025 25:00", "2025年3月14日 午後25時", "14 mars 2025 à 25h",
        "2025-13-40", "14 Marchember 2025", "1.2.3", "9" * 70,
    ],
)  # fmt: skip
def test_what_is_no_date(text):
    assert parse_date(text) is None


def test_the_order_of_an_ambiguous_date_must_be_told():
    assert parse_date("05-07-2025", day_first=True) == datetime(2025, 7, 5, tzinfo=UTC)
    assert parse_date("05-07-2025", day_first=False) == datetime(2025, 5, 7, tzinfo=UTC)
    assert parse_date("05/05/2025") == datetime(2025, 5, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2025-03-14-lamp.txt", DAY),
        ("20250314_lamp.md", DAY),
        ("lamp-2025-03-14.html", DAY),
        ("2025-02-31-lamp.txt", None),
        ("000_1924017eeecf70b8.txt", None),
        ("lamp-12025-03-14.txt", None),
        ("20259914.txt", None),
    ],
)
def test_dates_in_file_names(name, expected):
    assert date_in_name(name) == expected


def test_unix_times():
    assert from_timestamp(1741910400) == from_timestamp(1741910400000) == DAY
    assert from_timestamp(float("nan")) is None
    assert from_timestamp(1e300) is None


@given(
    st.text(max_size=90)
    | st.from_regex(r"[0-9]{1,4}[-/. ][0-9A-Za-z]{1,9}[-/. ][0-9: APMZ+]{1,20}")
)
def test_any_text_gives_an_aware_date_or_none(text):
    for day_first in (None, True, False):
        moment = parse_date(text, day_first=day_first)
        assert moment is None or (moment.tzinfo is not None and moment.year >= 1600)


@given(st.datetimes(min_value=datetime(1601, 1, 1), max_value=datetime(2026, 1, 1)))
def test_iso_round_trip(moment):
    aware = moment.replace(tzinfo=UTC)
    assert parse_date(aware.isoformat()) == aware


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2025/03/14/lamp", DAY),
        ("https://a.example/news/2025/mar/14/lamp", DAY),
        ("https://a.example/lamp-is-lit-20250314/", DAY),
        ("https://a.example/2025-03-14", DAY),
        ("https://a.example/2025/red/14/lamp", None),
        ("https://a.example/lamp-20251314", None),
        ("https://a.example/lamp-120250314", None),
        ("https://a.example/25/03/14/lamp", None),
    ],
)
def test_dates_in_addresses(url, day):
    assert date_in_url(url) == day


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2025-03-14T10:00", True), ("20250314", True), ("14/3/2025", True), ("03.14.2025", True),
        ("March 14th, 2025", True), ("14 de março de 2025", True), ("2025年3月14日", True),
        ("14th of March, 2025", True), ("2025-03", False), ("03/2025", False), ("© 2025", False),
        ("14 March", False), ("2025-03-15", False), ("14 May 2025", False), ("120250314", False),
        ("14/03/20251", False), ("March 2025, page 14 of 20", False),
    ],
)  # fmt: skip
def test_a_day_that_is_written(text, written):
    assert is_written(DAY, f"Oldport, {text} and no more") is written


@pytest.mark.parametrize(
    ("text", "hour"),
    [("10:30am on May 3, 2024", 10), ("le 3 mai 2024 à 10h30", 10), ("am 3. Mai 2024", 0)],
)
def test_little_words_before_a_date(text, hour):
    assert parse_date(text) == datetime(2024, 5, 3, hour, 30 if hour else 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("05/03/2024", False),  # or 3 May
        ("5-3-2024", False),
        ("05.03.2024", True),
        ("2024-03-05", True),
        ("2024/3/5", True),
        ("5 March 2024", True),
        ("March 5th, 2024", True),
    ],
)
def test_a_day_whose_order_is_unknown_is_not_written(text, written):
    assert is_written(datetime(2024, 3, 5, tzinfo=UTC), f"Shown on {text} at noon") is written


def test_a_day_of_two_equal_figures_or_above_twelve_is_written_in_any_order():
    assert is_written(datetime(2024, 3, 3, tzinfo=UTC), "03/03/2024")
    assert is_written(datetime(2024, 3, 14, tzinfo=UTC), "03/14/2024")
    assert is_written(datetime(2024, 3, 14, tzinfo=UTC), "14/03/2024")
