from __future__ import annotations

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.analysis import STOP_WORDS, fold, idf, term, terms, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("What is it that they do?", []),
        ("The ferries collided", ["ferri", "collid"]),
        ("Málaga MALAGA malaga", ["malaga"] * 3),
        ("Straße STRASSE", ["strass"] * 2),
        ("O'Brien's O’Brien’s", ["obrien"] * 2),
        ("the mayor's the mayors’", ["mayor"] * 2),
        ("1,238 and 1238", ["1238"] * 2),
        ("52.9 percent", ["52.9", "percent"]),
        ("a 27-18 vote", ["27", "18", "vote"]),
        ("😀 – … \u200b", []),
    ],
)
def test_terms(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize("text", ["U.S.", "US", "USA", "America", "American", "United States",
                                  "United\n  States", "America's", "Americans’"])  # fmt: skip
def test_a_country_is_one_term_whatever_its_form(text):
    assert terms(text) == ["u.s."]


def test_only_capitalised_words_name_countries():
    assert terms("Polish it") == ["poland"]
    assert terms("polish it") == ["polish"]
    assert terms("tell us") == ["tell"]
    assert terms("the US said") == ["u.s.", "said"]


def test_numbers_are_not_run_together_with_the_end_of_a_sentence():
    assert terms("It cost 52. Then 9,") == ["cost", "52", "9"]


@given(st.text())
def test_every_token_is_where_it_says_and_gives_at_most_one_term(text):
    for token in tokens(text):
        assert text[token.start() : token.end()] == token.group() != ""
        found = term(token.group())
        assert found is None or (found and not any(c.isspace() for c in found))
    assert len(terms(text)) <= len(tokens(text))


@given(st.text())
def test_fold_is_idempotent_and_knows_no_case(text):
    assert fold(fold(text)) == fold(text)
    assert fold(text.casefold()) == fold(text)


def test_stop_words_are_listed_as_they_are_compared():
    assert all(word == fold(word) for word in STOP_WORDS)
    assert all(term(word) is None for word in STOP_WORDS)


def test_idf_is_lucenes_and_positive_even_for_a_term_in_every_passage():
    assert idf(10, 3) == pytest.approx(math.log(1 + 7.5 / 3.5))
    assert idf(2, 1) == pytest.approx(math.log(2))
    assert idf(1_000_000, 1_000_000) > 0
    assert idf(10, 0) > idf(10, 1) > idf(10, 10)


def test_threads_do_not_share_a_stemmer():
    text = " ".join(f"nationalisation{n} running relational hopefulness" for n in range(300))
    alone = terms(text)
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(terms(text))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 4
