"""Figures are told as differing where they are of one thing, and only those that count it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.citations import cite
from qa.question.query import Question
from qa.records import Article
from qa.replies.differing import figures_of

KILN = (
    "A boiler burst at the Marden brickworks in Tolling on Monday. {} A wall fell into Weir Lane."
)
LATER = "The owner of the Marden brickworks in Tolling, where a boiler burst, has apologised. {}"
BARGE = "The barge Ottilie ran onto a sandbank off Cape Dunmore on Monday. {} It was towed away."


def differing(question, *told, titles=("One", "Two")):
    """The figures told as differing of pairs of a quote and the article around it."""
    citations = []
    for number, ((quote, around), title) in enumerate(zip(told, titles, strict=True), 1):
        text = around.format(quote)
        at = datetime(2026, 3, number, tzinfo=UTC)
        article = Article(f"a{number}", title, text, source="x", published_at=at)
        start = text.index(quote)
        citations.append(cite(number, article, start, start + len(quote)))
    found = figures_of(Question.parse(question), citations)
    return [figure for each in found for figure in each.figures]


@pytest.mark.parametrize("question", ["How many were hurt?", "How many people were injured?"])
def test_who_is_hurt_is_injured_in_the_same_event(question):
    first = ("The burst left 14 workers hurt.", KILN)
    later = "Two more men came forward, which brought the number of injured to 19."
    assert differing(question, first, (later, LATER)) == ["14", "19"]
    assert differing(question, first, (later, BARGE)) == []


def test_a_fire_in_the_same_town_is_another_event():
    fire = "A fire in a tannery on Quay Street in Tolling spread to a mill on Friday. {}"
    told = ("Police said 14 were hurt.", KILN), ("Police said 19 were hurt.", fire)
    assert differing("How many were hurt?", *told) == []


def test_whoever_asks_for_the_dead_is_told_of_no_other_count():
    wrong = (
        "Correction: We said that 60 firefighters came to the Marden brickworks, where a boiler "
        "burst. There were 48."
    )
    killed = ("The boiler that burst at the Marden brickworks killed two workers.", KILN)
    question = "How many people died when the boiler burst at the Marden brickworks?"
    assert differing(question, killed, (wrong, "{}")) == []
    question = "How many firefighters came to the Marden brickworks?"
    came = "About 70 firefighters came to the Marden brickworks."
    assert differing(question, (came, KILN), (wrong, "{}")) == ["70", "60", "48"]


@pytest.mark.parametrize(
    ("question", "texts", "found"),
    [
        ("How many houses did the quake damage?",
         ["The quake damaged 240 houses.", "The quake hurt seven people and damaged 130 houses."],
         ["240", "130"]),
        ("How many jobs will Alder Motors cut?",
         ["Alder Motors will cut 850 jobs.", "Alder Motors will cut 1,200 of its 9,000 jobs."],
         ["850", "1,200"]),
        ("How many jobs does Alder Motors have?",
         ["Alder Motors has 8,000 jobs.", "Alder Motors may cut 1,200 of its 9,000 jobs."],
         ["8,000", "1,200", "9,000"]),
        ("How many farms were flooded at Kell?",
         ["At Kell 30 farms were flooded.", "Another 12 farms were flooded at Kell, 42 in all."],
         ["30", "42"]),
        ("How many more farms were flooded at Kell?",
         ["At Kell 12 more farms were flooded.", "Another 15 farms were flooded at Kell."],
         ["12", "15"]),
        ("How many sheep did wolves kill?",
         ["The wolves killed 23 sheep since November.", "Last year wolves killed 412 sheep."], []),
        ("How many sheep did wolves kill?",
         ["Last year, wolves killed 398 sheep.", "In 2025 wolves killed 412 sheep."],
         ["398", "412"]),
        ("How many sheep did wolves kill?",
         ["Wolves killed 398 sheep.", "In 2025 wolves killed 412 sheep."], ["398", "412"]),
    ],
)  # fmt: skip
def test_of_a_quote_only_what_counts_the_thing_is_told(question, texts, found):
    assert differing(question, *((text, "{}") for text in texts)) == found


@pytest.mark.parametrize(
    "told",
    [
        "The Kell fire claimed 14 lives.",
        "In the Kell fire 14 people perished.",
        "The toll of the Kell fire rose to 14.",
        "After the Kell fire, 14 bodies were found.",
    ],
)
def test_the_dead_are_told_of_in_many_words(told):
    question = "How many people died in the Kell fire?"
    assert differing(question, (told, "{}"), ("The Kell fire killed 19.", "{}")) == ["14", "19"]


@pytest.mark.parametrize(
    "told",
    [
        "One of the 14 people killed in the Kell fire was a nurse.",
        "Two of the 14 who died in the Kell fire were children.",
    ],
)
def test_a_part_of_those_who_are_counted_is_no_other_count(told):
    question = "How many people died in the Kell fire?"
    assert differing(question, ("The Kell fire killed 14.", "{}"), (told, "{}")) == []


def test_a_year_that_nothing_is_counted_in_is_no_time_of_a_count():
    first = "The Kell fire, the worst since 1998, killed 14 people."
    for told in (
        "The mayor, elected in 2019, said the Kell fire killed 19 people.",
        "The Kell fire killed 19 people in the deadliest blaze since 2004.",
    ):
        question = "How many people died in the Kell fire?"
        assert differing(question, (first, "{}"), (told, "{}")) == ["14", "19"]


@pytest.mark.parametrize(
    ("question", "first", "second", "told"),
    [
        # What a figure stands before is what it counts.
        ("How many moons does Ordun have?", "Ordun has 79 moons.",
         "The probe passes the moons of Ordun 49 times.", []),
        ("How many moons does Ordun have?", "Ordun has 79 moons.",
         "The number of moons of Ordun rose to 82 on Monday.", ["79", "82"]),
        ("How many tons of rare clay did Orm export?", "Orm exported 3,000 tons of rare clay.",
         "Orm stopped the export of seven rare kinds of clay.", []),
        ("How much water leaks from the Orm dam?", "The Orm dam leaks 500 litres of water an hour.",
         "In 17 tests water leaks from the Orm dam were seen in one.", []),
        ("How much water leaks from the Orm dam?", "The Orm dam leaks 500 litres of water an hour.",
         "Water leaks from the Orm dam at 900 litres an hour.", ["500", "900"]),
        ("How much did Orm spend on the dam campaign?", "Orm will spend $40,000 on the campaign.",
         "One campaign at Orm reached 9,000 people age 12 and older, and it did spend.", []),
        ("How much did Orm spend on the dam campaign?", "Orm will spend $40,000 on the campaign.",
         "Orm did spend 60,000 on the campaign.", ["40,000", "60,000"]),
        ("What share of Orm employees must go?", "A third of the 12,000 Orm employees must go.",
         "Of two Orm employees one must go.", []),
    ],
)  # fmt: skip
def test_figures_of_other_things_in_sentences_with_the_same_words(question, first, second, told):
    assert differing(question, (first, "{}"), (second, "{}")) == told
