from __future__ import annotations

import json

import pytest

from qa.question.splitting import split

PUBLISHERS = {
    "the toronto star", "the globe and mail", "globe and mail", "ap", "reuters", "dpa",
}  # fmt: skip


def is_name(name: str) -> bool:
    return name.lower() in PUBLISHERS


@pytest.fixture(scope="module")
def questions(root):
    path = root / "benchmarks" / "questions" / "splitting" / "two_part.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_questions_of_our_own(questions):
    """Half of them traps; a third of either kind was written after the rules."""
    two = [row for row in questions if row["parts"]]
    traps = [row for row in questions if not row["parts"]]
    assert len(two) >= 40
    assert len(traps) >= 40
    wrong = [row["question"] for row in traps if split(row["question"], is_name)]
    assert len(wrong) <= 0.05 * len(traps), wrong
    right = [[p.text for p in split(row["question"], is_name)] == row["parts"] for row in two]
    assert sum(right) >= 0.9 * len(two)


def test_what_a_part_only_points_at_is_searched_for():
    first, second = split("When did the Wren hit the pier and how many were on it?")
    assert first.searched == first.text
    assert second.text == "How many were on it?"
    assert second.searched == "How many were on it? the Wren hit the pier"
    _, second = split("Where is Kell and who is the mayor of Brannok?")
    assert second.about == ""


@pytest.mark.parametrize(
    "question", ["", " ", "?", "??", "and", "and and and", "What?", "? ?", "while", "compare with"]
)
def test_anything_may_be_asked(question):
    assert split(question) == ()


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("How many farms do AP and Reuters say were flooded?",
         ["How many farms does AP say were flooded?",
          "How many farms does Reuters say were flooded?"]),
        ("What did AP and Reuters each report about the flood?",
         ["What did AP report about the flood?", "What did Reuters report about the flood?"]),
        ("According to AP and Reuters how many were hurt?",
         ["According to AP, how many were hurt?", "According to Reuters, how many were hurt?"]),
        ("According to AP and Reuters reporters, how many were hurt?", []),
        ("How many farms do AP, Reuters and dpa say were flooded?",
         ["How many farms does AP say were flooded?",
          "How many farms does Reuters say were flooded?",
          "How many farms does dpa say were flooded?"]),
        ("What did the Globe and Mail, AP, and Reuters all report about Kell?",
         ["What did the Globe and Mail report about Kell?", "What did AP report about Kell?",
          "What did Reuters report about Kell?"]),
        ("What does AP or Reuters say about Kell?",
         ["What does AP say about Kell?", "What does Reuters say about Kell?"]),
        ("How many were hurt, according to AP, Reuters or the Globe and Mail?",
         ["According to AP, how many were hurt?", "According to Reuters, how many were hurt?",
          "According to the Globe and Mail, how many were hurt?"]),
        ("What do AP, Reuters and Eve say about Kell?", []),
        ("What does Ada or Eve say about Kell?", []),
        ("How many were hurt, according to AP, Reuters or Eve?", []),
        ("How many farms do Ada and Eve say were flooded?", []),
        ("How many farms do AP and Eve say were flooded?", []),
        ("What do Ada and Eve say they think of it?", []),
    ],
)  # fmt: skip
def test_any_question_may_be_of_two_sources(question, parts):
    assert [part.text for part in split(question, is_name)] == parts


def test_names_of_the_archive_are_never_parted():
    asked = "What do Ada and Eve say about the sea?"
    assert len(split(asked)) == 2
    assert split(asked, lambda name: name == "Ada and Eve") == ()


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("When does the freeze take effect and who proposed it?",
         ["When does the freeze take effect?", "Who proposed it?"]),
        ("Compare the Toronto Star's coverage of Kell with the Globe and Mail's",
         ["The Toronto Star's coverage of Kell?", "The Globe and Mail's coverage of Kell?"]),
        ("What are the differences between AP's report and Reuters' report on the storm?",
         ["AP's report on the storm?", "Reuters' report on the storm?"]),
        ("What is the difference between Ada's and Eve's plans?", ["Ada's plans?", "Eve's plans?"]),
        ("According to AP and the Globe and Mail, how many fled?",
         ["According to AP, how many fled?", "According to the Globe and Mail, how many fled?"]),
        ("How many fled, according to AP and Reuters?",
         ["According to AP, how many fled?", "According to Reuters, how many fled?"]),
        ("How many fled, according to Ada and Eve?", []),
        ("Compare Kell and Brannok's budget with Ottawa's", []),
        ("Who was hired and dismissed by those who proposed it?", []),
        ("Do we know who resigned and who proposed it?", []),
    ],
)  # fmt: skip
def test_what_both_sides_share_and_names_with_and(question, parts):
    assert [part.text for part in split(question, is_name)] == parts


@pytest.mark.parametrize(
    ("question", "about"),
    [
        ("How does the cost of the tram in 2024 compare with its cost in 2025?",
         "the cost of the tram in 2024"),
        ("Compare the budget of Kell with that of Ottawa", "the budget of Kell"),
        ("Did exports rise while their prices fell?", "exports rise"),
        ("How did the first test compare with the second test?", ""),
        ("When did the ferry sink, and how many were hurt?", "the ferry sink"),
    ],
)  # fmt: skip
def test_what_the_second_side_of_a_comparison_points_at(question, about):
    assert split(question)[1].about == about


@pytest.mark.parametrize(
    "question",
    [
        "What was reported between April and May 2026 about the quake?",
        "how many people died between april and may in kell province",
        "How did Anna Berg and Will Smith of the council vote?",
        "Who are Erdem Gul and Can Dundar of the paper?",
    ],
)
def test_months_and_names_that_look_like_verbs_begin_no_question(question):
    assert split(question) == ()


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor of Kell, and how do vaccines work?",
        "How do heat pumps work, and who is the mayor of Kell?",
        "Who is the mayor of Kell and what does inflation mean?",
        "Who wrote about sheep and who wrote about measles?",
        "Who wrote about the ferry? And who reported on rain?",
    ],
)
def test_what_is_asked_in_general_is_about_nothing_else(question):
    assert [part.about for part in split(question)] == ["", ""]


def test_bare_questions_are_about_what_the_other_names():
    for question in (
        "When did the ferry sink and how long did repairs take?",
        "Who approved the tram line, and why do residents object?",
        "When did the ferry sink and what was reported about casualties?",
    ):
        assert split(question)[1].about


def test_a_second_question_may_begin_with_and():
    first, second = split("How many died in Kell? And how many were injured?")
    assert (first.text, second.text) == ("How many died in Kell?", "How many were injured?")
    assert second.about == "Kell"


def test_the_new_one_is_about_the_other():
    assert split("How does the old bridge compare with the new one?")[1].about == "old bridge"


def test_a_side_that_names_nothing_is_about_the_other():
    first, second = split("How many were killed and how many were injured in the ferry crash?")
    assert (first.text, first.about) == (
        "How many were killed?",
        "the ferry crash",
    )
    assert second.about == ""
    assert split("How does Canada compare with Sweden on defence spending?") == ()
