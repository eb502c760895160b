from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import zip_longest
from types import SimpleNamespace

import pytest

from qa.answering import Finding
from qa.citations import cite
from qa.cli import main
from qa.question.query import Question
from qa.records import Article, Figures
from qa.replies.differing import figures_of
from qa.replies.refusing import _missing
from qa.text.figures import figures

ROWS = [
    {
        "title": "Ferry hits pier",
        "text": "The ferry Wren hit Pier 2 on Friday. Fourteen passengers were hurt on the ferry.",
        "publisher": "Harbour Post",
        "published": "2025-01-10T09:00:00Z",
    },
    {
        "title": "Ferry inquiry",
        "text": "A stuck valve caused the crash. The inquiry says 19 passengers were hurt on the "
        "ferry.",
        "publisher": "Island Echo",
        "published": "2025-02-01T00:00:00Z",
    },
    {
        "title": "New bridge at Kell",
        "text": "The bridge at Kell was opened by Mayor Odell in 2019. It cost 14 million crowns.",
        "publisher": "Island Echo",
        "published": "2025-02-03T00:00:00Z",
    },
]
HURT = "How many passengers were hurt on the ferry?"


@pytest.fixture(scope="module")
def archive(archive_of):
    return archive_of(ROWS)


def test_each_part_has_its_own_citations_numbered_through(archive):
    question = "Who opened the bridge at Kell, and how many passengers were hurt on the ferry?"
    answer = archive.ask(question)
    assert answer.question == question
    assert [part.question for part in answer.parts] == [
        "Who opened the bridge at Kell?", HURT,
    ]  # fmt: skip
    assert all(part.answered for part in answer.parts)
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    quotes = {c.number: c.quote for c in answer.citations}
    first, second = (quotes[part.citations[0]] for part in answer.parts)
    assert "Odell" in first
    assert "Fourteen" in second or "19" in second
    assert answer.text == " ".join(part.text for part in answer.parts)
    assert {n for part in answer.parts for n in part.citations} == set(quotes)
    assert [hit.rank for hit in answer.passages] == [1, 2, 3]
    assert answer.passages[0].article.title == "New bridge at Kell"
    assert "ferry" in answer.passages[1].passage.text
    assert answer.confidence == min(part.confidence for part in answer.parts)
    assert answer.understood[0].key == "parts"


def test_what_both_parts_quote_differs_once(archive):
    answer = archive.ask(f"{HURT} How many people were hurt on the ferry?")
    assert len(answer.parts) == 2
    assert len(answer.differing) == len(set(answer.differing)) > 1


def test_what_both_parts_quote_is_told_once(archive):
    answer = archive.ask(f"{HURT} How many people were hurt on the ferry?")
    first, second = answer.parts
    assert set(first.citations) & set(second.citations)
    for citation in answer.citations:
        assert answer.text.count(f"[{citation.number}]") <= 1


FARMS = "KELL, {} (AP) - The dike broke. {} farms were flooded at Kell, officials said."


def test_sources_that_are_asked_the_same_are_compared(archive_of):
    """Each part quotes one source: only together they differ."""
    rows = [
        {"title": f"Flood {name}", "text": FARMS.replace("AP", name).format("June 3", farms)}
        for name, farms in (("AP", 180), ("Reuters", 214), ("dpa", 180))
    ]
    answer = archive_of(rows).ask("How many farms do AP, Reuters and dpa say were flooded?")
    assert len(answer.parts) == 3
    assert [found.figures for found in answer.differing] == [("180",), ("214",)]
    numbers = [found.citation for found in answer.differing]
    assert numbers == [part.citations[0] for part in answer.parts[:2]]


def test_what_happened_in_a_month_is_asked_of_articles_of_then(archive):
    """No article says its own month and year."""
    question = "What hit the pier in January 2025?"
    answer = archive.ask(question)
    assert answer.answered
    assert "Wren hit Pier 2" in answer.text
    assert [clue.text for clue in answer.understood] == ["from 2025-01-01 to 2025-02-01"]
    assert not archive.ask(question, without=["dates"]).answered
    assert not archive.ask(question.replace("2025", "2019")).answered
    # Articles of a month may give the figures of the one before.
    assert not archive.ask("How much did the ferry cost in January 2025?").understood


def test_a_part_that_the_archive_does_not_answer_says_so(archive, capsys):
    index = ["--index", str(archive.index.absolute())]
    question = "Who opened the bridge at Kell, and when did Frankenstein visit Peru?"
    answer = archive.ask(question)
    assert answer.answered
    assert answer.reason is None
    assert [part.answered for part in answer.parts] == [True, False]
    assert "Frankenstein" in answer.parts[1].reason
    assert answer.parts[1].citations == ()
    assert main(["ask", question, *index]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Who opened the bridge at Kell? The bridge at Kell was opened by Mayor Odell" in out
    assert "Not in this archive: the archive does not say; no article has: Frankenstein" in out
    assert main(["ask", "--json", question, *index]) == 0
    parts = json.loads(capsys.readouterr().out)["parts"]
    assert set(parts[0]) == {"question", "answered", "reason", "answer", "citations", "facts"}
    assert (parts[0]["answered"], parts[0]["citations"][0], parts[1]["citations"]) == (True, 1, [])
    none = archive.ask("Who wrote Frankenstein and when did Napoleon visit Peru?")
    assert not none.answered
    assert "Frankenstein" in none.reason
    assert "Napoleon" in none.reason


def test_taken_as_one_question(archive):
    question = "Who opened the bridge at Kell, and how many passengers were hurt on the ferry?"
    assert archive.ask(question, literal=True).parts == ()
    assert archive.ask(question, without=["parts"]).parts == ()
    assert archive.ask(HURT).parts == ()


def test_operators_hold_for_each_part(archive):
    question = "Who opened the bridge, and how many were hurt on the ferry? publisher:echo -valve"
    answer = archive.ask(question)
    assert len(answer.parts) == 2
    assert {hit.article.publisher for hit in answer.passages} == {"Island Echo"}
    assert all("valve" not in hit.passage.text for hit in answer.passages)
    assert [clue.key for clue in answer.understood] == ["parts", "excluded:valve", "publisher"]


def test_an_excluded_phrase(archive):
    found = archive.search('ferry -"pier 2"')
    assert [hit.article.title for hit in found if "ferry" in hit.passage.text] == ["Ferry inquiry"]
    both = archive.search('ferry -"stuck valve" -"Pier 2"')
    assert [hit.article.title for hit in both] == ["New bridge at Kell"]
    assert len(archive.search('ferry -"valve stuck"')) == 3
    [clue] = archive.ask('ferry -"pier 2"').understood
    assert clue == ("excluded:pier 2", "without “pier 2”")
    assert archive.ask('ferry -"pier 2"', without=["excluded:pier 2"]).understood == ()


def test_sources_that_differ_are_shown_side_by_side(archive, capsys):
    answer = archive.ask(HURT)
    assert {f.figures for f in answer.differing} == {("Fourteen",), ("19",)}
    for found in answer.differing:
        [citation] = [c for c in answer.citations if c.number == found.citation]
        assert found.figures[0] in citation.quote
        assert found.published_at == citation.article.published_at
        assert f"[{found.citation}]" in answer.text
    main(["ask", HURT, "--index", str(archive.index.absolute())])
    out = " ".join(capsys.readouterr().out.split())
    assert "The sources differ: [1]" in out
    assert "Fourteen (2025-01-10)" in out
    assert "19 (2025-02-01)" in out


def test_a_refusal_does_not_say_that_a_passage_with_all_the_words_has_no_answer(archive):
    """It may have one that was not recognised, and is shown below."""
    [hit] = archive.search("bridge", k=1)
    question = Question.parse("Who opened the bridge?")
    found = SimpleNamespace(question=question)
    told = _missing(found, Finding([], 0.1, answered=False, unknown=[], near=hit))
    assert told == "the nearest passage, in “New bridge at Kell”, has the words but no plain answer"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fourteen of the 1,200 passengers", {14, 1200}),
        ("twenty-one people, some 1.2 million crowns", {21, 1.2e6}),
        ("at 9 a.m. on July 4 in 2019, on Pier 2 and Highway 7", set()),
        ("at 9 o'clock and by ten o’clock", set()),
        ("the 4th of 3 days, 14:30", {3}),
        ("$4m and 5k", {4e6, 5000}),
        ("no figure, anyone, tension, sixty", {60}),
        ("two hundred were there", {200}),
        ("hit on 13 January, from 3-5 May, 8 and 9 Sept. and the 2nd of June", set()),
        ("13 may have died, 14 march on", {13, 14}),
    ],
)
def test_figures(text, found):
    assert set(figures(text)) == found


def test_a_part_and_its_whole_are_of_one_thing():
    assert figures("120 of its 840 beds in two wards", of={"bed"}) == {120: "120", 840: "840"}


def quotes(*texts, titles=()):
    for number, (text, title) in enumerate(zip_longest(texts, titles, fillvalue="T"), 1):
        at = datetime(2025, 1, number, tzinfo=UTC)
        article = Article(f"a{number}", title, text, source="x", published_at=at)
        yield cite(number, article, 0, len(text))


@pytest.mark.parametrize(
    ("texts", "differ"),
    [
        (["14 passengers were hurt on the ferry.", "19 passengers were hurt on a ferry."], [1, 2]),
        (["14 passengers were hurt on the ferry.", "Fourteen passengers hurt on ferry."], []),
        (["14 passengers were hurt, 3 badly.", "14 passengers were hurt, 5 badly."], []),
        (["14 passengers were hurt on the ferry.", "The ferry costs 19 crowns."], []),
        (["Passengers were hurt on the ferry.", "19 passengers were hurt on a ferry."], []),
        (["14 passengers hurt in 3 hours.", "For 3 days 19 passengers were hurt."], [1, 2]),
        (["14 passengers were hurt.", "70 per cent of passengers were hurt."], []),
        (["14 passengers were hurt.", "The hurt passengers were offered $2,500."], []),
        (["14 passengers were hurt on 3 June.", "19 passengers were hurt."], [1, 2]),
        (["14 passengers were hurt.", "No word of it.", "Hurt were 20 passengers."], [1, 3]),
        (["4 passengers were hurt.", "Passenger Anna Smith, 45, was hurt on the ferry."], []),
        (["4 passengers were hurt.", "A 17-year-old boy was hurt among passengers."], []),
        (
            ["In Kell, 41,000 passengers were hurt.", "In Kell, 63,000 passengers were hurt."],
            [1, 2],
        ),
        (["1,200 passengers were hurt.", "1,200kg of hurt passengers."], []),
        (["250 passengers were hurt.", "Two hundred and fifty passengers were hurt."], []),
        (["200,000 passengers were hurt.", "Two hundred thousand passengers were hurt."], []),
        (["12 000 passengers were hurt.", "15 000 passengers were hurt."], [1, 2]),
        (["16.1 million passengers were hurt.", "16,100,000 passengers were hurt."], []),
        (["30 m passengers were hurt.", "30 passengers were hurt."], []),
    ],
)
def test_what_differs(texts, differ):
    found = figures_of(Question.parse(HURT), list(quotes(*texts)))
    assert [figure.citation for figure in found] == differ
    assert all(isinstance(figure, Figures) for figure in found)
    old = Question.parse("How old were the passengers hurt on the ferry?")
    ages = ["The passengers hurt were 45 years old.", "The passengers hurt were 17 years old."]
    assert len(figures_of(old, list(quotes(*ages)))) == 2
    other = Question.parse("Why were passengers hurt on the ferry?")
    assert figures_of(other, list(quotes(*texts))) == ()


def test_a_department_of_corrections_corrects_nothing():
    held = "The Department of Corrections said {} inmates are held in 14 prisons."
    question = Question.parse("How many inmates are held?")
    found = figures_of(question, list(quotes(held.format("1,200"), held.format("1,450"))))
    assert [figure.figures for figure in found] == [("1,200",), ("1,450",)]


def test_an_article_says_it_once():
    first, second, third = quotes(
        "63,000 homes lost power in the storm.",
        "The storm cut power to 41,000 homes.",
        "In the storm, two men lost power off Kell, and 70 teams went to homes.",
    )
    third = cite(3, replace(third.article, id=second.article.id), 0, third.end)
    found = figures_of(
        Question.parse("How many homes lost power in the storm?"), [first, second, third]
    )
    assert [figure.citation for figure in found] == [1, 2]


@pytest.mark.parametrize(
    ("texts", "differ"),
    [
        (["Marks in Alder rose by 2 per cent.", "Marks in Alder rose by 6%."], ["2", "6"]),
        (["Marks in Alder rose by 2 per cent.", "Marks in Alder rose by 6 points."], []),
        (["Marks in Alder rose by 14 million crowns.", "Marks in Alder rose by $15 million."],
         ["14 million", "15 million"]),
    ],
)  # fmt: skip
def test_only_figures_of_a_kind_differ(texts, differ):
    found = figures_of(Question.parse("How much did marks rise in Alder?"), list(quotes(*texts)))
    assert [text for figure in found for text in figure.figures] == differ


@pytest.mark.parametrize(
    ("question", "texts", "differ"),
    [
        ("How many employees does Halden Motors have?",
         ["Halden Motors has 18,000 employees.", "Halden Motors promised 2,400 jobs."], []),
        ("how much was wessmere water fined",
         ["Wessmere Water was fined £3m.", "Wessmere Water spent £45m on tanks."], []),
        ("How many beds will the hospital close?",
         ["The hospital will close 120 of its 840 beds.",
          "The hospital will not close beds, seven weeks after the loss of 120."], []),
        ("How many people were killed?",
         ["31 people were killed.", "A quake of magnitude 6.4 killed 31 people."], []),
        ("How many people were killed?",
         ["31 people were killed.", "A wave 6.4 metres high killed people."], []),
        ("How long is the freeze of rents in Alder?",
         ["Alder agreed on a two-year freeze of rents.",
          "In Alder 2,300 tenants wait for a freeze of rents."], []),
        ("How long is the freeze of rents in Alder?",
         ["Alder agreed on a two-year freeze of rents.",
          "For three years Alder will freeze its 310 rents."], ["two", "three"]),
        ("How long is the freeze of rents in Alder?",
         ["Alder agreed on a freeze of rents for twenty-one years.",
          "The freeze of rents in Alder is for 21 years."], []),
        ("How long is the freeze of rents in Alder?",
         ["Alder agreed on a freeze of rents for two to three years.",
          "The freeze of rents in Alder is for 2 years."], []),
        ("How long is the freeze of rents in Alder?",
         ["Alder agreed on a freeze of rents for 1,200 days, ten days too long.",
          "The freeze of rents in Alder is for 1,300 days."], ["1,200", "ten", "1,300"]),
        ("How long is the Arrow bridge?",
         ["The Arrow bridge is 310 metres long.", "The Arrow bridge is 290 metres long."],
         ["310", "290"]),
        ("How long is the Arrow bridge?",
         ["The Arrow bridge is 310 metres long and took three years.",
          "The Arrow bridge is 290 metres long and took three years."], ["310", "290"]),
        ("How much would the Arrow bridge cost?",
         ["The Arrow bridge would cost £410m.", "The Arrow bridge would cost £560m in two years."],
         ["410m", "560m"]),
    ],
)  # fmt: skip
def test_figures_of_other_things_do_not_differ(question, texts, differ):
    found = figures_of(Question.parse(question), list(quotes(*texts)))
    assert [text for each in found for text in each.figures] == differ


SHUT = "The bakery will shut 40 shops."
CORRECTED = "We said that the bakery would shut 60 shops. The correct figure is 40."


@pytest.mark.parametrize(
    ("texts", "differ"),
    [
        ([SHUT, CORRECTED], []),
        ([SHUT.replace("40", "45"), CORRECTED], ["45", "60", "40"]),
    ],
)
def test_a_correction_says_the_right_figure(texts, differ):
    question = Question.parse("How many shops will the bakery shut?")
    found = figures_of(question, list(quotes(*texts)))
    assert [text for each in found for text in each.figures] == differ


HEAT = "How many people died of the heat?"
REPAIR = "How many crowns does it cost to repair the parliament?"


@pytest.mark.parametrize(
    ("question", "texts", "titles", "differ"),
    [
        (HEAT, ["12 people died of heat.", "Of 61 people with measles nobody died."], [], []),
        (HEAT, ["12 people died of heat.", "By Friday 31 people had died."],
         ["Heat kills", "Heat goes on"], ["12", "31"]),
        (REPAIR, ["Repairs will cost 150 million crowns.", "Repairs cost 22 million crowns."],
         ["Parliament burns", "Town to close its pools"], []),
        (REPAIR, ["Repairs will cost 150 million crowns.", "Repairs cost 190 million crowns."],
         ["Parliament burns", "Fire at parliament"], ["150 million", "190 million"]),
    ],
)  # fmt: skip
def test_figures_differ_only_of_what_the_question_means(question, texts, titles, differ):
    found = figures_of(Question.parse(question), list(quotes(*texts, titles=titles)))
    assert [text for each in found for text in each.figures] == differ


BLAST = "The blast tore through a works at Kell, killing {} workers and injuring {} people."
CLAIMS = (
    "Claims for the week ending {} rose to {} from {} the week before, the office at Kell said."
)


@pytest.mark.parametrize(
    ("question", "texts", "differ"),
    [
        ("How many people were killed in the blast at Kell?",
         [BLAST.format("four", 31), BLAST.format("nine", 52)], ["four", "nine"]),
        ("How many people died in the blast at Kell this week?",
         [BLAST.format("four", 31), f"{BLAST.format('nine', 52)[:-1]}, the worst in 20 years."],
         ["four", "nine"]),
        ("How many people were injured in the blast at Kell?",
         [BLAST.format("four", 31), BLAST.format("nine", 52)], ["31", "52"]),
        ("How many people were hurt in the quake?",
         ["In the quake 14 people, including three children, were killed and 30 hurt.",
          "The quake killed 17 people and hurt 44."], ["30", "44"]),
        ("How many claims were there at Kell last week?",
         [CLAIMS.format("March 7", 240, 230), CLAIMS.format("March 7", 245, 230)], ["240", "245"]),
        ("How many villages were flooded at Kell?",
         ["At Kell 30 villages were flooded.",
          "The plague at Kell spread to 400 people from 30 flooded villages."], []),
        ("How many people were killed at Kell on March 7?",
         ["At Kell 12 people were killed on March 7.",
          "At Kell 15 people were killed, police said on March 8."], ["12", "15"]),
        ("How many people were killed at Kell on March 7?",
         ["At Kell 12 people were killed on March 7.",
          "At Kell 15 people were killed, while in March 12,000 came."], ["12", "15"]),
        ("How many claims did Kell have in the week ending March 7?",
         [CLAIMS.format("March 7", 240, 230), CLAIMS.format("Feb. 28", 230, 225)], []),
    ],
)  # fmt: skip
def test_figures_are_of_those_and_of_the_time_that_the_question_names(question, texts, differ):
    found = figures_of(Question.parse(question), list(quotes(*texts)))
    assert [text for each in found for text in each.figures] == differ


@pytest.mark.parametrize(
    ("question", "texts", "titles", "differ"),
    [
        ("How much would the third Arrow bridge cost?",
         ["The bridge would cost £410m.", "A third Arrow bridge would cost £560m."],
         ["Third bridge over the Arrow"], ["410m", "560m"]),
        ("How many jobs will the plant in Kell create?",
         ["The plant will create 2,400 jobs.", "The plant makes 300,000 batteries."],
         ["Kell gets a plant", "Plant to create jobs in Kell"], []),
    ],
)  # fmt: skip
def test_a_name_may_stand_in_the_title_alone(question, texts, titles, differ):
    found = figures_of(Question.parse(question), list(quotes(*texts, titles=titles)))
    assert [text for each in found for text in each.figures] == differ


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("de", "1.204 Menschen am 14. März 2025 um 9 Uhr, 41,5 Prozent", {1204, 41.5}),
        ("de-AT", "1,25 Millionen, 2 Milliarden, 3 tausend", {1.25e6, 2e9, 3e3}),
        (
            "es",
            "1.204 papeletas el 9 de marzo, 2 mil millones, 87 mil, 1 millón",
            {1204, 2e9, 87e3, 1e6},
        ),
        ("fr", "12\u202f345 votes le 1er mars, 3 millions, 2,5 milliards", {12345, 3e6, 2.5e9}),
        ("fr", "en 2024, 12 000 voix et 1 204 300 francs", {12000, 1204300}),
        ("it", "27 mila, 3 milioni, 1 miliardo", {27e3, 3e6, 1e9}),
        ("pt", "3 milhões, 2,5 mil", {3e6, 2.5e3}),
        ("nl", "3 miljoen, 2 miljard", {3e6, 2e9}),
        ("ru", "1.5 and 1,204", {1.5, 1204}),
    ],
)
def test_figures_as_other_languages_write_them(language, text, found):
    assert set(figures(text, language=language)) == found
