from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.query import Question

TYPES = {
    "date": [
        "When did the last tram run?",
        "In what year was the lifeboat built?",
        "How recently was it sold?",
        "Since when has it been closed?",
        "What day is it open?",
        "Which decade saw most of them?",
    ],
    "number": [
        "How many people were hurt?",
        "How fast was the ferry going?",
        "By how much did it fall?",
        "What percentage of adults approve?",
        "What share of the oil goes to China?",
        "How long had the club waited?",
        "The number of homes cut off?",
    ],
    "reason": [
        "Why was the launch postponed?",
        "What caused the crash?",
        "How come it sank?",
        "For what reason did he resign?",
    ],
    "name": [
        "Who scored the goal?",
        "Where is the deposit?",
        "Which theatre was flooded?",
        "To whom was it sold?",
        "What company bought it?",
    ],
    "other": [
        "",
        "What did the minister say?",
        "How did the council vote?",
        "How do I reset it?",
        "Is it open?",
        "What was he wearing when he arrived?",
        "Tell me about the ferry",
    ],
}


@pytest.mark.parametrize(
    ("text", "expected"), [(text, kind) for kind, texts in TYPES.items() for text in texts]
)
def test_answer_types(text, expected):
    assert Question.parse(text).answer_type == expected
    assert Question.parse(text.upper()).answer_type == expected


def test_terms_are_in_order_and_each_once():
    question = Question.parse("Did the ferries of Harrowmouth hit the ferry pier?")
    assert question.terms == ("ferri", "harrowmouth", "hit", "pier")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Who was hurt when the Skerrin Lass hit Pier 2?", {"skerrin", "lass", "pier", "2"}),
        ("Ferries hit what?", set()),  # a capital at the beginning says nothing
        ("2024 was what?", {"2024"}),
        ("what did china sell", set()),
        ("What did the Chinese sell to America?", {"china", "u.s."}),
        ("Who is The Man?", {"man"}),
        ("where was h5n1 found in the 4th week", {"h5n1", "4"}),
        ("", set()),
    ],
)
def test_names(text, names):
    assert Question.parse(text).names == names


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How many were hurt?", "The master said 14 were hurt.", 1.0),
        ("How many were hurt?", "Fourteen million dozen.", 1.0),
        ("How many were hurt?", "Some were hurt.", 0.0),
        ("How many of the 14 were hurt?", "Of the 14, some were hurt.", 0.0),
        ("When did it open?", "It opened on Monday.", 1.0),
        ("When did it open?", "It opened.", 0.0),
        ("Who opened it?", "It was Tamsin Oyelara.", 1.0),
        ("Who is Tamsin?", "It was Tamsin.", 0.0),
        ("Who had COVID-19?", "It was COVID-19.", 0.0),
        ("How many by the 14th?", "The 14th.", 0.0),
        ("Why was it shut?", "It was shut because of rain.", 1.0),
        ("Why was it shut?", "It was shut.", 0.0),
        ("Is it shut?", "It was shut on Monday because of 14 rains.", 0.5),
    ],
)
def test_what_a_sentence_offers(question, sentence, expected):
    assert Question.parse(question).answer_type_in(sentence) == expected


@given(st.text(), st.text())
def test_any_text_can_be_a_question(text, sentence):
    question = Question.parse(text)
    assert question.text == text
    assert question.names <= set(question.terms)
    assert len(set(question.terms)) == len(question.terms)
    assert question.answer_type_in(sentence) in (0.0, 0.5, 1.0)


def test_where_there_are_several_languages_a_word_has_a_form_in_each():
    languages = ("en", "de", "es")
    keywords = Question.parse("Häuser Überlingen", languages)
    assert [word.forms for word in keywords.words] == [
        ("hauser", "haus"),
        ("uberlingen", "uberling"),
    ]
    assert keywords.held("Das Haus", "de") == {"hauser"}
    assert keywords.held("houses", "en") == set()
    asked = Question.parse("Wann wurden die Häuser in Überlingen gebaut?", languages)
    assert [word.forms for word in asked.words] == [
        ("haus", "hauser"),
        ("uberling", "uberlingen"),
        ("gebaut",),
    ]
    assert asked.names == {"haus", "uberling"}
    assert set(asked.terms) == {"haus", "hauser", "uberling", "uberlingen", "gebaut"}


def test_a_stop_word_of_the_questions_language_is_none_of_its_words():
    asked = Question.parse("How many people did die in the war?", ("en", "de"))
    assert asked.terms == ("peopl", "die", "war")
    assert Question.parse("war crimes", ("en", "de")).terms == ("war", "crime", "crim")
    assert Question.parse("Wo liegt Bremen?", ("en", "de")).terms == ("liegt", "brem", "bremen")
    assert Question.parse("Wie lange war der Stadtrat dort?", ("en", "de")).terms == (
        "lang",
        "stadtrat",
    )


@given(st.text(), st.sampled_from([("en",), ("de",), ("en", "de", "es", "fr", "ru")]))
def test_a_question_holds_its_own_words_in_each_language(text, languages):
    asked = Question.parse(text, languages)
    assert {form for word in asked.words for form in word.forms} == set(asked.terms)
    for word in asked.words:
        assert text[word.span.start : word.span.end] == word.text
    held = set().union(*(asked.held(text, language) for language in languages))
    assert held == {word.term for word in asked.words}
