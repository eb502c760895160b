from __future__ import annotations

import json

import pytest

from qa.splitting import split

PUBLISHERS = {"the toronto star", "the globe and mail", "globe and mail", "ap", "reuters"}


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


def test_names_of_the_archive_are_never_parted():
    asked = "What do Ada and Eve say about the sea?"
    assert len(split(asked)) == 2
    assert split(asked, lambda name: name == "Ada and Eve") == ()
