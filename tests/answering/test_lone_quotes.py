"""What a reader sees of a quote alone: who speaks, which column and question; no desk notes."""

from __future__ import annotations

import pytest

from tests.answering.test_quotes import FILLER, SPEAKER, quotes_of, quotes_scored

ASKED, ANSWERED = "Q: What does the pier cost?", "A: 310 million crowns."


def test_an_answer_brings_its_question():
    text = f"{FILLER}\n\n{ASKED}\n\n{ANSWERED}\n\nQ: And then?\n\nA: We wait."
    assert quotes_of(text, ANSWERED)[0] == f"{ASKED}\n\n{ANSWERED}"


def test_a_row_brings_its_table_from_the_head_on():
    table = "Town | Votes | Turnout\nAlder | 410 | 71%\nKell | 395 | 66%"
    text = f"{FILLER}\n\n{table}\nMoss | 120 | 58%\n\n{SPEAKER}"
    assert quotes_of(text, "Kell | 395 | 66%")[0] == table
    assert quotes_of(text, "Town | Votes | Turnout")[0].startswith("Town | Votes | Turnout")
    next_row = {"Kell | 395 | 66%": 10.0, "Moss | 120 | 58%": 1.0}
    assert not any(quote.startswith("Moss") for quote in quotes_scored(text, next_row, others=-9.0))
    long = "\n".join(f"Ward {n} | {n}10 | {n}1%" for n in range(10, 40))
    assert quotes_of(f"{long}\n\n{SPEAKER}", "Ward 39 | 3910 | 391%")[0] == "Ward 39 | 3910 | 391%"


@pytest.mark.parametrize(
    ("entry", "next_entry"),
    [
        ("18:45 Power is out in 22,000 homes.", "17:30 The harbour at Moss is closed."),
        ("1. Rents may rise by 3 percent a year.", "2. New houses are left out."),
        ("6.05 The bridge is open again, says the mayor.", "5.50 Two lorries have overturned."),
    ],
)
def test_entries_of_a_list_stand_by_themselves(entry, next_entry):
    text = f"{FILLER}\n\n{entry}\n{next_entry}\n\n{SPEAKER}"
    scores = {entry: 10.0, next_entry: 9.0}
    assert quotes_scored(text, scores, others=-9.0)[:2] == [entry, next_entry]
    led = f"{FILLER}\n\nHere is what we know:\n{entry}\n{next_entry}"
    quote = quotes_scored(led, {entry: 10.0, "Here is what we know:": 9.0}, others=-9.0)[0]
    assert quote == f"Here is what we know:\n{entry}"


@pytest.mark.parametrize(
    "spoken",
    [
        '"This was no common flood," said Karl Munro, who runs the pumps.',
        "“That is all we know,” a spokesman for the port said.",
        "‘But we will try,’ Ms. Lund told the council.",
    ],
)
def test_what_a_named_speaker_points_at_is_what_he_talks_of(spoken):
    assert quotes_of(f"{FILLER} Repairs take a week. {spoken} {FILLER}", spoken)[0] == spoken


def test_whose_it_is_may_stand_before_a_sentence_that_names_nobody():
    told = "The painter Ada Moss died at Kell. The cause was a fall."
    text = f"{FILLER}\n\n{told}\n\nHer pictures hang in nine towns. {FILLER}"
    quote = quotes_of(text, "Her pictures hang in nine towns.")[0]
    assert quote == f"{told}\n\nHer pictures hang in nine towns."


def test_what_leans_on_a_quote_joins_it_or_is_none():
    spoken, more = '"We heard the bell," said Ida Moss, a nurse.', '"It rang for an hour."'
    text = f"{FILLER}\n\n{spoken} {more}\n\n{SPEAKER}"
    near = quotes_scored(text, {spoken: 10.0, more: 4.0, SPEAKER: 3.0}, others=-9.0)
    assert near[:2] == [f"{spoken} {more}", SPEAKER]
    far = quotes_scored(text, {spoken: 10.0, more: 1.0, SPEAKER: 0.0}, others=-9.0)
    assert far[:2] == [spoken, SPEAKER]
    assert not any(more in quote for quote in far)


def test_who_wrote_and_edited_it_is_never_quoted():
    credit = "(Reporting by A. Moss in Kell; Editing by P. Crane)"
    text = f"{FILLER} The dike at Kell will be raised.\n\n{credit}"
    scores = {credit: 10.0, "The dike at Kell will be raised.": 9.0}
    chosen = quotes_scored(text, scores, others=-9.0)
    assert chosen[0] == "The dike at Kell will be raised."
    assert not any(credit in quote for quote in chosen)
    note = "(Adds the mayor's comments)"
    text = f"{note}\n\n{SPEAKER} {FILLER}"
    assert not any(note in quote for quote in quotes_of(text, SPEAKER))


def test_what_leans_on_a_long_quote_is_a_quote_of_its_own():
    long = f"Ida Moss, a nurse, spoke of {'the tram and the harbour and ' * 15}the bell on Monday."
    more = "She wants the tram to be built as far as the old quay at Orm by the end of next June."
    chosen = quotes_scored(f"{long} {more} {FILLER}", {long: 10.0, more: 9.5}, others=-9.0)
    assert chosen[:2] == [long, more]


def test_a_sentence_whose_neighbour_leans_is_not_left_out_with_it():
    first, next_one = "Ida Moss leads the council of Kell.", "She wants a tram."
    cost = "The line will cost 310 million crowns, says the council."
    text = f"{first} {next_one} {cost} {FILLER}"
    chosen = quotes_scored(text, {first: 20.0, cost: 11.0, next_one: 9.0}, others=-9.0)
    assert chosen[:2] == [first, cost]


@pytest.mark.parametrize(
    "said",
    [
        "Reporting by The Echo found that 14 officers had lied.",
        "Photographs by Ada Moss sold for 2 million crowns.",
        "Compiled by Statistics Kell, the figures show a fall.",
    ],
)
def test_what_only_begins_as_credits_is_quoted(said):
    assert quotes_of(f"{FILLER}\n\n{said}\n\n{SPEAKER}", said)[0] == said


@pytest.mark.parametrize(
    "credit",
    [
        "Additional reporting by Élan Ray in Orm and Jan van Moor",
        "Writing by A. Moss; editing by B. Ek",
    ],
)
def test_credits_without_brackets_are_never_quoted(credit):
    text = f"{FILLER} {SPEAKER}\n\n{credit}"
    assert not any(credit in quote for quote in quotes_of(text, credit))
