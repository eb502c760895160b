"""What one copy says and another does not."""

from __future__ import annotations

import pytest

from qa.duplicates.saying import says_otherwise
from qa.passages import sentences
from qa.records import Passage

ARIZONA = "Officials in Arizona reported 14 new deaths from the heat on Monday."
NEVADA = "Officials in Nevada reported 19 new deaths from the heat on Monday."


def passage(text):
    return Passage(1, "a", 0, 0, len(text), text, tuple(sentences(text)))


@pytest.mark.parametrize(
    ("own", "other", "text", "otherwise"),
    [
        (f"{ARIZONA} {NEVADA}", f"{ARIZONA} {NEVADA}", "", False),
        (f"{ARIZONA} {NEVADA}", f"{ARIZONA} {NEVADA}".replace("14", "fourteen"), "", False),
        (NEVADA, ARIZONA, f"{ARIZONA} {NEVADA}", False),
        (f"{ARIZONA} {NEVADA.replace('19', '21')}", f"{ARIZONA} {NEVADA}", "", True),
        (ARIZONA.replace("14", "15"), ARIZONA, "", True),
        (ARIZONA.replace("14 ", ""), ARIZONA, "", False),
    ],
)
def test_a_sentence_that_both_have_says_nothing_else(own, other, text, otherwise):
    assert says_otherwise(passage(own), passage(other), "en", text) is otherwise
