"""Whether a passage speaks of the month and year that a question asks about."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.answering.times import untold
from qa.records import Article


def of(question, text, published=None, title=""):
    article = Article(id="a", title=title, text=text, source="a", published_at=published)
    return untold(question, article, 0, len(text))


@pytest.mark.parametrize(
    ("question", "text", "missing"),
    [
        ("How much was shipped in January?", "In April 3,000 tons were shipped.", ("January",)),
        ("How much was shipped in January 2025?", "In Jan. 2025 it was 9 tons.", ()),
        ("How much was shipped in january 2024?", "By April 2025 none was.", ("january", "2024")),
        ("What did the 2018 paper admit?", "A paper of 2012 admitted it.", ("2018",)),
        ("How many died on September 15?", "Ten died on 2024-09-15.", ()),
        ("What fell in April and May?", "Exports fell in May.", ()),
        ("Who ran the 2025 fair?", "Ida Holm ran it.", ("2025",)),
    ],
)
def test_what_a_passage_does_not_speak_of(question, text, missing):
    assert of(question, text) == missing


@pytest.mark.parametrize(
    "question",
    [
        "What did May say?",
        "Who may march there?",
        "What happened since March 2024?",
        "Who won between 2010 and 2015?",
        "Who ruled from 1890 to 1910?",
        "Who was born in the 1950's?",
        "Did 2,019 people come?",
        "",
    ],
)
def test_no_time_of_its_own_is_asked_about(question):
    assert of(question, "In June 1999 it rained.") == ()


def test_thousands_are_no_other_number_than_the_one_asked_about():
    assert of("What happened to the 2000 people?", "All 2,000 people left.") == ()


def test_the_title_and_the_day_of_publication_tell_a_time_too():
    question = "How many were hurt in June 2025?"
    assert of(question, "Nine were hurt.") == ("June", "2025")
    assert of(question, "Nine were hurt.", title="Toll of June 2025") == ()
    assert of(question, "Nine were hurt.", datetime(2025, 6, 30, tzinfo=UTC)) == ()
    assert of(question, "Nine were hurt.", datetime(2025, 7, 1, tzinfo=UTC)) == ()
    assert of(question, "Nine were hurt.", datetime(2025, 8, 1, tzinfo=UTC)) == ("June",)
    assert of("In December?", "So it was.", datetime(2025, 1, 9, tzinfo=UTC)) == ()
