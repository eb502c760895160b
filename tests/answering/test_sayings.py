"""What somebody said: told by who is quoted and by the words of the matter."""

from __future__ import annotations

import pytest

from qa.answering.sayings import CERTAIN, Saying
from qa.question.query import Question
from qa.records import Span

ROWS = [
    {
        "title": "Kell votes for the weir",
        "text": "The parish of Kell will build a weir above the mill, its council decided on "
        "Monday. Work begins in June. Councillor Odette Marsh, who keeps bees, spoke for an hour. "
        "“A weir keeps the meadows wet in a dry year, and the mill has waited long enough,” Marsh "
        "said. Her brother Piet Marsh stayed away.",
    },
    {
        "title": "Anglers fear for the trout",
        "text": "Anglers met in the inn at Kell. “Trout do not climb walls,” said Bram Teller, who "
        "leads their club. Teller, a retired U.S. marine, told the meeting that a ladder for fish "
        "would cost less than the wall. According to the parish clerk Ines Orford, no ladder is "
        "planned.",
    },
]


@pytest.fixture(scope="module")
def archive(archive_of):
    return archive_of(ROWS)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("What did Odette Marsh say about the weir?", "“A weir keeps the meadows wet"),
        ("What did Councillor Marsh say about the mill?", "“A weir keeps the meadows wet"),
        ("What did Bram Teller say?", "“Trout do not climb walls,”"),
        ("What did Bram Teller say about the ladder?", "Teller, a retired U.S. marine, told"),
        ("What does Ines Orford say about the ladder?", "According to the parish clerk"),
    ],
)
def test_the_words_of_whoever_is_asked_for_are_quoted(archive, question, quoted):
    answer = archive.ask(question)
    assert answer.answered
    assert quoted in answer.citations[0].quote


@pytest.mark.parametrize(
    "question",
    [
        "What did Odette Marsh say about the harbour?",  # nothing
        "What did Piet Marsh say about the weir?",  # somebody else of the name did
        "What did Lena Marsh say about the weir?",
        "What did Odette Marsh say about the weir in 1987?",
    ],
)
def test_what_nobody_said_is_not_answered_for_sure(archive, question):
    assert archive.ask(question).confidence < CERTAIN


@pytest.mark.parametrize(
    "sentence",
    [
        "“It is late,” Moss said.",
        "“It is late,” said the town clerk Ada Moss.",
        "The bridge will close, said Ada Moss.",
        "Moss, the clerk of the U.S. town, later told reporters that it is late.",
        "Ms. Moss said: “It is late.”",
        "Ada P. Moss Jr. warned of ice.",
    ],
)
def test_how_articles_say_who_said_it(sentence):
    saying = Saying.of(Question.parse("What did Ada Moss say?"))
    assert saying is not None
    assert saying.is_in(sentence, Span(0, len(sentence)))


@pytest.mark.parametrize(
    "sentence",
    [
        "Karl Moss said it was late.",
        "The mayor said Moss was late.",
        "“Moss is late,” the mayor said.",
        "Moss came late.",
    ],
)
def test_what_others_say_is_not_hers(sentence):
    saying = Saying.of(Question.parse("What did Ada Moss say?"))
    assert saying is not None
    assert not saying.is_in(sentence, Span(0, len(sentence)))


@pytest.mark.parametrize(
    "question", ["What did the mayor say?", "What was said?", "When did Ada Moss say it?"]
)
def test_what_asks_for_nobody_by_name(question):
    assert Saying.of(Question.parse(question)) is None
