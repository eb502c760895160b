from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.bylines import people
from qa.rows import BETWEEN_PEOPLE, MOST_PEOPLE, byline_key, people_of


@pytest.mark.parametrize(
    ("byline", "named"),
    [
        ("Petra Lindqvist and Oskar Mann", ["Petra Lindqvist", "Oskar Mann"]),
        ("PETRA LINDQVIST AND OSKAR MANN", ["PETRA LINDQVIST", "OSKAR MANN"]),
        ("Petra Lindqvist,Oskar Mann , Jo Bell", ["Petra Lindqvist", "Oskar Mann", "Jo Bell"]),
        ("Ann Lee, Bo Tan, and Jo Bell", ["Ann Lee", "Bo Tan", "Jo Bell"]),
        ("Ann Lee & Bo Tan with Jo Bell", ["Ann Lee", "Bo Tan", "Jo Bell"]),
        ("Ann Lee / Bo Tan | Jo Bell • Al Moe", ["Ann Lee", "Bo Tan", "Jo Bell", "Al Moe"]),
        ("Maria von Trapp und Jan de Wit", ["Maria von Trapp", "Jan de Wit"]),
        ("Karl von und zu Guttenberg", ["Karl von und zu Guttenberg"]),
        ("Jean Foix, Ana de la Cruz et Luc Morel", ["Jean Foix", "Ana de la Cruz", "Luc Morel"]),
        ("Ana García y Luis Pérez", ["Ana García", "Luis Pérez"]),
        ("Santiago Ramón y Cajal", ["Santiago Ramón y Cajal"]),
        ("José Ortega y Gasset y Ana García", ["José Ortega y Gasset", "Ana García"]),
        ("Maria Rossi e Luca Bianchi", ["Maria Rossi", "Luca Bianchi"]),
        ("Jan Kowalski i Anna Nowak, Ewa Lis", ["Jan Kowalski", "Anna Nowak", "Ewa Lis"]),
        ("Иван Петров и Анна Сидорова", ["Иван Петров", "Анна Сидорова"]),
        ("张伟、李娜", ["张伟", "李娜"]),
        ("김철수, 이영희", ["김철수", "이영희"]),
        ("Lindqvist, Petra", ["Lindqvist, Petra"]),
        ("von Trapp, Maria", ["von Trapp, Maria"]),
        ("Lindqvist, Petra and Oskar Mann", ["Lindqvist, Petra", "Oskar Mann"]),
        ("Lindqvist, Petra; Mann, Oskar", ["Lindqvist, Petra", "Mann, Oskar"]),
        ("Lindqvist, Petra, Mann, Oskar", ["Lindqvist, Petra", "Mann, Oskar"]),
        ("Petra and Oskar Mann", ["Petra and Oskar Mann"]),
        ("Ann Lee, Jr.", ["Ann Lee, Jr."]),
        ("Ann Lee et al.", ["Ann Lee et al."]),
        ("Ann Lee, dpa", ["Ann Lee", "dpa"]),
        ("Ann Lee, Bo Tan and SWS", ["Ann Lee", "Bo Tan", "SWS"]),
        ("Reuters and Ann Lee", ["Reuters", "Ann Lee"]),
        ("Staff and agencies", ["Staff and agencies"]),
        ("— ; , —", []),
    ],
)
def test_whom_a_byline_names(byline, named):
    assert people(byline) == named


NAMES = st.text("ab .,;&|/ y", max_size=9) | st.sampled_from(
    [
        "and",
        "und zu",
        "Ann Lee",
        "AP",
        "李娜",
        "ﷺ",
        "\x00",
        ' "',
        "\\",
        BETWEEN_PEOPLE,
        "x" * 1_500,
    ],
)

WORD = re.compile(r"\w+")
JOINING = {"and", "y", "a"}  # of the alphabet above


@given(st.lists(NAMES, max_size=70).map(" ".join))
def test_nothing_of_a_byline_is_lost_or_doubled(byline):
    whole, named = Counter(WORD.findall(byline)), Counter(WORD.findall(" ".join(people(byline))))
    assert not named - whole
    assert set(whole - named) <= JOINING
    key = byline_key(byline)
    assert len(people_of(key)) <= MOST_PEOPLE
    assert BETWEEN_PEOPLE.join(map(" ".join, people_of(key))) == key
    assert len(key.split()) <= 1_000
    assert all(name and all(len(word) <= 1_000 for word in name) for name in people_of(key))


def test_of_very_many_people_the_last_share_a_place():
    many = [f"Ann{number} Lee{number}" for number in range(MOST_PEOPLE + 3)]
    named = people_of(byline_key(", ".join(many)))
    assert named[:-1] == [name.lower().split() for name in many[: MOST_PEOPLE - 1]]
    assert named[-1] == " ".join(many[MOST_PEOPLE - 1 :]).lower().split()
