from __future__ import annotations

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.text.analysis import STOP_WORDS, fold, idf, term, terms, tokens
from qa.text.stemming import STEMMED, analysed_as, languages_of, stop_words


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


CONTRACTIONS = """
didn't doesn't don't isn't aren't wasn't weren't haven't hadn't couldn't wouldn't shouldn't
can't cannot won't shan't ain't what's it's that's there's who's let's I'm you're they've
we'll he'd shouldn't've DIDN'T
"""


@pytest.mark.parametrize("word", CONTRACTIONS.split())
def test_a_contraction_is_a_stop_word_as_its_words_are(word):
    for spelling in (word, word.replace("'", "’"), word.replace("'", "ʼ")):
        assert terms(f"Who {spelling} sailing?") == ["sail"], spelling


def test_a_contraction_after_another_word_is_that_word():
    assert terms("Toronto's Toronto’s Toronto'll Toronto'd") == ["toronto"] * 4
    assert terms("it mustn't") == terms("it must")
    assert terms("Hawai'i L'Oréal o'clock") == ["hawaii", "loreal", "oclock"]


@pytest.mark.parametrize(
    ("spellings", "expected"),
    [
        (["H5N1", "h5n1", "H5N1's"], ["h5n1"]),
        (["YR4", "yr4", "YR-4"], ["yr4"]),
        (["F-16", "F16", "f-16", "F-16s", "F‑16"], ["f16"]),
        (["G7", "G-7", "g7"], ["g7"]),
        (["5G", "5g"], ["5g"]),
        (["3D", "3-D"], ["3d"]),
        (["H-1B", "H1B"], ["h1b"]),
        (["GPT-4o", "GPT4o"], ["gpt4o"]),
        (["CO2", "CO₂"], ["co2"]),
        (["COVID-19", "Covid19", "COVID 19"], ["covid", "19"]),
        (["MH370", "MH-370", "MH 370"], ["mh", "370"]),
        (["B.C.", "BC", "b.c."], ["bc"]),
        (["J. D. Vance", "J.D. Vance", "JD Vance"], ["jd", "vanc"]),
        (["U.S.", "U.S", "u.s.", "US"], ["u.s."]),
        (["AT&T", "at&t"], ["at&t"]),
        (["4th", "4"], ["4"]),
        (["1990s", "1990"], ["1990"]),
    ],
)
def test_spellings_of_one_thing_give_one_term(spellings, expected):
    for spelling in spellings:
        assert terms(spelling) == terms(f"({spelling}),") == expected, spelling


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("£4m, 30kg and 7.5km", ["4", "m", "30", "kg", "7.5", "km"]),
        ("a 16-year-old's 5-a-side", ["16", "year", "old", "5", "side"]),
        ("odds of 10-to-1", ["odd", "10", "1"]),
        ("the mid-1990s", ["mid", "1990"]),
        ("the top-5", ["top", "5"]),
        ("PM2.5 and M7.5", ["pm", "2.5", "m7.5"]),
        ("vitamin C. A man", ["vitamin", "c", "man"]),
        ("an A320neo", ["a320", "neo"]),
        ("2024-25", ["2024", "25"]),
    ],
)
def test_what_only_looks_like_a_code_stays_words_and_numbers(text, expected):
    assert terms(text) == expected


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


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("de-AT", "Häuser Haus Hauses HÄUSERN Haeuser"),
        ("de", "Straßenbahn Strassenbahnen"),
        ("es", "elección elecciones ELECCION"),
        ("fr", "l'élection d’élections Élection"),
        ("it", "sindaco dell'sindaci"),
        ("pt_BR", "eleição eleições eleicoes"),
        ("nl", "huis huizen"),
        ("ru", "город города городе"),
        ("sv", "husen husets hus"),
        ("nb", "biler bilene bil"),
    ],
)
def test_the_forms_of_a_word_are_one_term_in_its_language(language, forms):
    found = {tuple(terms(form, language)) for form in forms.split()}
    assert len(found) == 1
    assert len(found.pop()) == 1


def test_stop_words_are_those_of_the_language():
    assert terms("Wann wurde die Brücke gebaut?", "de") == ["bruck", "gebaut"]
    assert terms("¿Cuándo y dónde se construyó el puente?", "es") == ["constru", "puent"]
    assert terms("Quand et où a-t-on construit le pont ?", "fr") == ["construit", "pont"]
    assert terms("a war", "de") == ["a"]
    assert terms("Uber über", "de") == ["uber"]
    for language in STEMMED - {"en"}:
        assert all(word == word.lower() for word in stop_words(language))
        assert all(term(word, language) is None for word in stop_words(language)), language


def test_other_languages_write_numbers_with_a_comma():
    assert terms("1.238,50 und 41.000 und 3,5", "de") == ["1238.50", "41000", "3.5"]
    assert terms("12.5.2024, 7.5", "de") == ["12.5.2024", "7.5"]
    assert terms("41,000 3.5", "de") == terms("41,000 3.5") == ["41000", "3.5"]


def test_names_of_countries_are_one_term_in_all_languages():
    assert terms("US-Präsident Trump's", "de") == ["u.s.", "prasident", "trump"]
    assert terms("AT&T", "fr") == terms("AT&T")


@pytest.mark.parametrize("language", [None, "en-GB", "zh", "ja", "hi", "xx", "", "-", "und"])
def test_without_a_stemmer_a_text_is_analysed_as_english(language):
    text = "The ferries collided with 第二桟橋"
    assert terms(text, language) == terms(text)


@given(st.text(), st.sampled_from(sorted(STEMMED)))
def test_a_token_gives_at_most_one_term_in_any_language(text, language):
    for token in tokens(text):
        found = term(token.group(), language)
        assert found is None or (found == fold(found) and not any(c.isspace() for c in found))
    found = [term(token.group(), language) for token in tokens(text)]
    assert terms(text, language) == [each for each in found if each]


def test_idf_is_lucenes_and_positive_even_for_a_term_in_every_passage():
    assert idf(10, 3) == pytest.approx(math.log(1 + 7.5 / 3.5))
    assert idf(2, 1) == pytest.approx(math.log(2))
    assert idf(1_000_000, 1_000_000) > 0
    assert idf(10, 0) > idf(10, 1) > idf(10, 10)


def test_the_languages_of_an_archive_are_told_from_its_tags():
    assert analysed_as("no") == analysed_as("nb-NO") == analysed_as("nn") == "no"
    assert languages_of([]) == ("en",)
    assert languages_of(["de", "de_AT", None, "ja", "ca"]) == ("en", "ca", "de")
    assert languages_of(["es-MX"]) == ("es",)


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


@pytest.mark.parametrize(
    ("written", "typed", "language"),
    [
        ("Wałęsa", "Walesa", "en"),
        ("Łódź", "LODZ", "pl"),
        ("Tromsø", "Tromso", "en"),
        ("København", "Kobenhavn", "da"),
        ("Đà Nẵng", "Da Nang", "en"),
        ("Yıldız", "Yildiz", "tr"),
        ("saldırı", "SALDIRI", "tr"),
        ("Ankara'nın", "Ankara", "tr"),
        ("TÜRKİYE’DE", "Türkiye", "tr"),
        ("٣٥ مليون، ٣٫٥، ١٬٢٣٨", "35 مليون، 3.5, 1238", "ar"),
        ("३५ करोड़", "35 करोड़", "hi"),
        ("۱۴۰۳", "1403", "fa"),
        ("cœur", "coeur", "fr"),
        ("Þórður", "Thordur", "en"),
        ("Oʻahu", "Oahu", "en"),
        ("Hawai‘i", "Hawai'i", "en"),
    ],
)
def test_letters_that_keyboards_lack_are_found_as_they_are_typed(written, typed, language):
    assert terms(written, language) == terms(typed, language)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("मुंबई में बारिश", "hi", ["मुंबई", "में", "बारिश"]),
        ("அரசு", "ta", ["அரசு"]),
        ("محمّد محمد", "ar", ["محمد"] * 2),
        ("שָׁלוֹם שלום", "he", ["שלום"] * 2),
        ("bẹ̀rẹ̀", "yo", ["bere"]),
    ],
)
def test_vowel_signs_belong_to_their_word(text, language, expected):
    assert terms(text, language) == expected
