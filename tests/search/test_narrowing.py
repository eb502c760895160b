"""What is understood of a question, applied: to the sample corpus, and to one made for it."""

from __future__ import annotations

import json
import re
import unicodedata
from datetime import date

import numpy as np
import pytest

from qa.cli import main
from qa.errors import InputError
from qa.question.exact_words import comparable
from qa.records import Clue
from qa.request import make_request
from qa.search import narrowing
from qa.settings import Settings
from qa.storage.store import Store
from qa.text.analysis import terms

COURIER, GAZETTE = "Harbour Courier (sample)", "Northfield Gazette (sample)"


def indexed(hit):
    return f"{hit.article.title} {hit.passage.text}"


def found(archive, question, k=99, **named):
    return archive.search(question, k, all_copies=True, **named)


@pytest.mark.parametrize("phrase", ["Storm Brannoc", "41,000 homes", "the ferry", "of the", "a"])
def test_a_phrase_stands_in_every_passage_and_none_is_missed(archive, phrase):
    everything = found(archive, "anything")
    assert len(everything) == archive.info()["passages"]
    wanted = {h.passage.id for h in everything
              if f" {phrase.lower()} " in f" {comparable(indexed(h))} "}  # fmt: skip
    hits = found(archive, f'what of "{phrase.upper()}"')
    assert wanted
    assert {hit.passage.id for hit in hits} >= wanted
    assert all(phrase.lower() in comparable(indexed(hit)) for hit in hits)


def test_an_excluded_word_stands_in_no_passage(archive):
    hits = found(archive, "homes without power -railways")
    assert hits
    assert not any("railway" in f"{h.article.title} {h.passage.text}".lower() for h in hits)
    assert len(found(archive, "homes -storm -zeppelin")) == len(found(archive, "homes -storm"))


def test_no_more_texts_are_read_for_a_name_in_capitals(archive, monkeypatch):
    monkeypatch.setattr(narrowing, "CHECKED", 5)
    read = []
    texts = Store.texts

    def counted(self, ids, **how):
        read.append(len(ids))
        return texts(self, ids, **how)

    monkeypatch.setattr(Store, "texts", counted)
    hits = found(archive, "ferry -WHO")
    assert 0 < len(hits) <= 5
    assert all("ferri" in terms(f"{h.article.title} {h.passage.text}") for h in hits)
    assert read[0] <= 5


def test_many_candidates_are_checked_best_first(archive, monkeypatch):
    everything = [hit.passage.id for hit in found(archive, '"the" ferry')]
    monkeypatch.setattr(narrowing, "CHECKED", 5)
    hits = found(archive, '"the" ferry')
    assert 0 < len(hits) <= 5
    assert {hit.passage.id for hit in hits} < set(everything)
    assert all("ferri" in terms(f"{h.article.title} {h.passage.text}") for h in hits)
    assert 0 < len(found(archive, '"the"')) <= 5  # only common words: the nearest by vector


@pytest.mark.parametrize("engine", ["rank-bm25", "inverted"])
def test_engines_narrow_alike(tmp_path, make_archive, root, engine):
    archive = make_archive(tmp_path / "index", Settings(lexical_engine=engine))
    archive.sync(root / "corpus")
    hits = found(archive, '"storm brannoc" -railway publisher:northfield')
    assert {hit.article.publisher for hit in hits} == {GAZETTE}
    assert archive.ask("How many homes lost power in Storm Brannok?").understood == (
        Clue("spelling:Brannok", "Brannok read as Brannoc"),
    )
    archive.close()


def test_a_publisher_in_words_restricts_and_is_said(archive):
    answer = archive.ask("How many homes lost power according to the Northfield Gazette?")
    assert answer.understood == (Clue("publisher", f"publisher {GAZETTE}"),)
    assert "63,000" in answer.citations[0].quote
    assert {hit.article.publisher for hit in answer.passages} == {GAZETTE}
    literal = archive.ask(answer.question, k=20, literal=True)
    assert literal.understood == ()
    assert {hit.article.publisher for hit in literal.passages} > {GAZETTE}
    given = archive.ask(answer.question, publisher=COURIER)
    assert given.understood == ()
    assert {hit.article.publisher for hit in given.passages} == {COURIER}


def test_a_date_in_words_restricts_only_where_there_are_such_articles(archive):
    hits = found(archive, "What do articles from 2025 say about the tram?")
    assert {hit.article.published_at.year for hit in hits} == {2025}
    nothing = archive.ask("What do articles from 2019 say about the tram?")
    assert nothing.understood == ()
    assert nothing.passages


def test_as_of_uses_nothing_later_and_nothing_without_a_date(archive):
    day = date(2024, 12, 31)
    hits = found(archive, "What will the tram cost?", as_of=day)
    assert hits
    assert all(h.article.published_at and h.article.published_at.date() <= day for h in hits)
    assert "$212 million" in archive.ask("What will the tram cost?", as_of="2024-12-31").text
    assert found(archive, "tram", as_of="2024-12-31", literal=True)
    with pytest.raises(InputError, match="as_of must be a day"):
        found(archive, "tram", as_of="last week")


@pytest.fixture(scope="module")
def weekly(archive_of):
    """The same article on five days, and once without a date."""
    days = ["2025-01-01", "2025-03-01", "2025-03-15", "2025-03-29", "2025-04-12", None]
    rows = [
        {"title": "Ferry", "text": "The ferry Skerrin Lass was late.", "published_at": day}
        for day in days
    ]
    return archive_of(rows)


def days_of(hits):
    return [h.article.published_at and h.article.published_at.date().isoformat() for h in hits]


def test_recent_articles_come_first_with_a_half_life_of_two_weeks(weekly):
    hits = found(weekly, "Which ferry was late?", as_of="2025-03-29", explain=True)
    assert days_of(hits) == ["2025-03-29", "2025-03-15", "2025-03-01", "2025-01-01"]
    weight = narrowing.OLD_WEIGHT
    factors = [weight + (1 - weight) * part for part in (1, 0.5, 0.25, 0.5 ** (87 / 14))]
    assert [hit.explanation.recency for hit in hits] == pytest.approx(factors, abs=1e-6)
    assert [h.score / hits[0].score for h in hits] == pytest.approx(factors, abs=1e-6)
    plain = found(weekly, "Which ferry was late?")
    assert hits[0].score == pytest.approx(plain[0].score)  # the scale is kept


def test_without_a_day_recency_counts_back_from_the_newest_article(weekly):
    newest = found(weekly, "Which ferry was late this week?")
    assert days_of(newest)[0] == "2025-04-12"
    assert len(newest) == 6  # what has no date is not left out
    understood = weekly.ask("Which ferry was the latest?").understood
    assert understood == (Clue("recency", "recent first, back from 2025-04-12"),)
    order = days_of(found(weekly, "Which ferry was late?"))
    assert order == days_of(found(weekly, "Which ferry was the latest?", literal=True))


def test_the_latest_count_is_quoted_first_and_nothing_is_refused_for_its_word(archive_of):
    text = (
        "Skerrin Rovers {} on Saturday in front of a crowd of {} at Quay Park. "
        "Rovers have {} points and are {} in the table."
    )
    weeks = [
        ("drew", "9,870", 30, "fifth"),
        ("won", "8,411", 33, "third"),
        ("lost", 950, 33, "sixth"),
    ]
    rows = [
        {"title": f"Rovers {week[0]}", "text": text.format(*week), "published_at": f"2025-0{n}-07"}
        for n, week in enumerate(weeks, 1)
    ]
    mine = archive_of([rows[2], rows[0], rows[1]])
    for question in ("Where are Rovers in the table now?", "What is the latest crowd of Rovers?"):
        answer = mine.ask(question)
        assert answer.answered, answer.reason
        assert answer.citations[0].article.title == "Rovers lost"
    then = mine.ask("Where are Rovers in the table?", as_of="2025-02-20")
    assert then.citations[0].article.title == "Rovers won"
    refused = mine.ask("What is the latest price of saffron in Peru?")
    assert "latest" not in refused.reason


def test_a_misspelt_name_is_read_as_the_archives_own(archive):
    for question in ("How many homes lost power in Storm Brannok?", "homes in storm brannock"):
        answer = archive.ask(question)
        assert answer.understood[0].text.endswith("read as Brannoc")
        assert "Brannoc" in answer.passages[0].passage.text
        assert answer.question == question
        assert archive.ask(question, literal=True).understood == ()


def test_a_misspelt_name_is_read_as_the_text_writes_it_not_the_dateline(tmp_path, make_archive):
    (tmp_path / "corpus").mkdir()
    text = "BRANNOK (AP) — The mill of Brannok burned down on Friday, its owner said."
    (tmp_path / "corpus/a.txt").write_text(f"Mill burns down\n\n{text}\n", encoding="utf-8")
    with_dateline = make_archive(tmp_path / "index")
    with_dateline.sync(tmp_path / "corpus")
    [clue] = with_dateline.ask("When did the mill of Branok burn?").understood
    assert clue.text == "Branok read as Brannok"
    with_dateline.close()


def test_a_month_is_no_misspelt_name(archive_of):
    marsh = archive_of([
        {"title": "Marsh leaves", "text": "On Friday Tom Marsh left the mill at Kell for good.",
         "published_at": "2025-05-02"},
    ])  # fmt: skip
    for question in ("What did Kell see between March and 5 pm?", "Who left Kell in March?"):
        assert all(clue.key != "spelling:March" for clue in marsh.ask(question).understood)
    [clue] = marsh.ask("Who left Kell with Tom Marshh?").understood
    assert clue.text == "Marshh read as Marsh"


@pytest.mark.parametrize(
    "question",
    [
        "Welche Häuser werden in Gellmund abgerissen?",
        'Gellmund "drei Häuser"',
        "Gellmund -Häuser",
        "What did Zoë Kestermann report about the museum?",
    ],
)
def test_accents_may_be_typed_apart_and_what_is_invisible_means_nothing(archive, question):
    apart = unicodedata.normalize("NFD", question).replace("ll", "l\u00adl\u200b")
    assert apart != question
    expected, answer = archive.ask(question), archive.ask(apart)
    assert answer.understood == expected.understood
    assert answer.citations == expected.citations
    assert answer.passages == expected.passages
    assert answer.question == apart


def test_each_thing_understood_can_be_left_aside(archive, capsys):
    question = f"What did the {GAZETTE} say of homes without power?"
    assert {hit.article.publisher for hit in archive.search(question)} == {GAZETTE}
    assert {h.article.publisher for h in archive.search(question, without=["publisher"])} > {
        GAZETTE
    }
    misspelt = archive.ask("Which homes lost power in Storm Brannok?")
    key = misspelt.understood[0].key
    assert archive.ask(misspelt.question, without=[key]).understood == ()
    assert archive.ask(misspelt.question, without={"spelling"}).understood == ()
    index = ["--index", str(archive.index.absolute())]
    assert main(["ask", question, "--json", "--without", "publisher", *index]) in (0, 3)
    assert json.loads(capsys.readouterr().out)["understood"] == []
    assert main(["ask", question, "--without", "weather", *index]) == 1
    assert "without must name some of publisher, agency, author" in capsys.readouterr().err


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Peru?",
        "Who wrote Frankenstein?",
        "What about lightining and ferryes and homeds?",
        "Brannok Brannak Brannek Brannik Brannuk Brannyk",  # no misspelling, another language
    ],
)
def test_other_unknown_words_are_left_alone(archive, question):
    assert archive.ask(question).understood == ()


def test_a_question_of_operators_alone_asks_nothing(archive):
    answer = archive.ask("publisher:northfield")
    assert (
        answer.reason
        == f"the question only says where to look (publisher {GAZETTE}); add what you want to know"
    )
    answer = archive.ask('homes "no such words here"')
    assert "no article passes the filters (with “no such words here”)" in answer.reason


def test_explanations(archive):
    hits = found(archive, "storm homes xylophone publisher:northfield", k=3, explain=True)
    for hit in hits:
        why = hit.explanation
        assert 0 <= why.lexical_share <= 1
        assert why.lexical_share + why.dense_share + why.late_share == pytest.approx(1)
        assert min(why.lexical_share, why.dense_share, why.late_share) >= -1e-6
        assert -1 <= why.late.score <= 1
        assert why.filters == (f"publisher {GAZETTE}",)
        assert why.recency == 1
    words = dict(hits[0].explanation.words)
    assert set(words) == {"storm", "homes"}
    assert sum(words.values()) < 1  # the rest is the xylophone's
    assert all(hit.explanation is None for hit in found(archive, "storm"))


@pytest.mark.parametrize("fusion", ["convex", "rrf"])
def test_shares_add_up_to_the_score(archive, make_archive, fusion):
    settings = Settings(fusion=fusion, dense_weight=0.25, late_weight=0.0)
    other = make_archive(archive.index, settings)
    hits = found(other, "storm homes power", k=10, explain=True)
    assert any(0 < hit.explanation.lexical_share < 1 for hit in hits)
    if fusion == "rrf":
        for hit in (h for h in hits if h.lexical):
            share = 1 / (60 + hit.lexical.rank) / hit.score
            assert hit.explanation.lexical_share == pytest.approx(share, rel=1e-4)
    else:
        best = max((h for h in hits if h.lexical), key=lambda h: h.lexical.score)
        assert best.explanation.lexical_share * best.score == pytest.approx(0.75, rel=1e-4)
    other.close()


def test_filters_are_combined_over_segments_and_deleted_passages(tmp_path, make_archive,
                                                                write_corpus):  # fmt: skip
    archive = make_archive(tmp_path / "index")
    body = "The old ferry {} hit a pier at {} on Monday evening."
    names = ["Lass", "Wren", "Tern", "Gull"]
    for name in names:
        corpus = write_corpus({f"{name}.txt": f"News of {name}\n\n{body.format(name, 'Kell')}\n"})
        archive.sync(corpus)
    archive.sync(write_corpus({"Wren.txt": None}))
    hits = found(archive, '"ferry" pier -tern')
    assert sorted(hit.article.title[8:] for hit in hits) == ["Gull", "Lass"]
    request = make_request('"old ferry" -gull')
    retrieval = archive.retriever.find(request, 9)
    mask = retrieval.generation.holding(None, ["gull"])
    assert mask.dtype == np.bool_
    assert mask.sum() == 1
    assert sorted(h.article.title[8:] for h in retrieval.hits) == ["Lass", "Tern"]
    archive.close()


def test_the_command_line_says_what_it_understood(archive, capsys):
    index = ["--index", str(archive.index.absolute())]
    assert main(["search", "storm publisher:northfield", "-k", "1", "--explain", *index]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert out.startswith(f"Understood: publisher {GAZETTE} 1. ")
    assert "why: words held: storm 100%; BM25" in out
    assert re.search(r"closeness 0\.\d\d \(rank \d\); .* by meaning, \d+% word by word", out)
    assert f"filters: publisher {GAZETTE}" in out
    assert main(["ask", "--json", "--as-of", "2024-12-31", "tram cost", "--explain", *index]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["understood"] == [
        {"key": "as_of", "text": "as of 2024-12-31"},
        {"key": "recency", "text": "recent first, back from 2024-12-31"},
    ]
    assert set(answer["passages"][0]["explanation"]) == {
        "words", "lexical_score", "dense_score", "late_score", "late_rank", "lexical_share",
        "dense_share", "late_share", "recency", "filters",
    }  # fmt: skip
    assert main(["ask", "tram publisher:nobody", *index]) == 1
    assert "has no publisher 'nobody'" in capsys.readouterr().err
    assert main(["search", "tram publisher:nobody", "--literal", *index]) == 0
    assert "Understood" not in capsys.readouterr().out


@pytest.fixture(scope="module")
def in_two_languages(archive_of):
    rows = [
        {"title": "Harbour works", "language": "en",
         "text": "Mary Holm said the works would cost nine million pounds. British crews came."},
        {"title": "Obras del puerto", "language": "es",
         "text": "La alcaldesa María García inauguró ayer las obras del puerto de la ciudad."},
    ]  # fmt: skip
    return archive_of(rows)


@pytest.mark.parametrize(
    ("operators", "titles"),
    [
        ("-Maria", {"Harbour works"}),  # its stem in Spanish is that of "Mary" in English
        ("-Costa", {"Harbour works", "Obras del puerto"}),
        ("-Garcia", {"Harbour works"}),
        ("-García", {"Harbour works"}),
        ('-"maria garcia"', {"Harbour works"}),
        ('"Maria Garcia"', {"Obras del puerto"}),
        ("-british", {"Obras del puerto"}),
        ("-BRITISH", {"Obras del puerto"}),
    ],
)
def test_words_are_kept_out_in_their_own_language_whatever_case_and_accents(
    in_two_languages, operators, titles
):
    hits = in_two_languages.search(f"works puerto {operators}")
    assert {hit.article.title for hit in hits} == titles


@pytest.fixture(scope="module")
def of_names_in_capitals(archive_of):
    said = "Doctors who treat marsh fever said that {} will help them, and it is known to us."
    rows = [
        {"title": "Fever I", "text": said.format("WHO"), "published_at": "2025-01-05"},
        {"title": "Fever II", "text": said.format("IT"), "published_at": "2025-01-05"},
        {"title": "Fever III", "text": said.format("Kell"), "published_at": "2025-01-05"},
    ]
    return archive_of(rows)


@pytest.mark.parametrize("as_of", [None, "2025-02-01"])
@pytest.mark.parametrize(
    ("operators", "kept"),
    [
        ("-WHO", {"Fever II", "Fever III"}),
        ("-IT -WHO", {"Fever III"}),
        ("-who", {"Fever I", "Fever II", "Fever III"}),
    ],
)
def test_a_name_that_only_its_capitals_tell_from_a_common_word_is_kept_out(
    of_names_in_capitals, operators, kept, as_of
):
    hits = found(of_names_in_capitals, f"marsh fever {operators}", as_of=as_of)
    assert {hit.article.title for hit in hits} == kept


def test_a_misspelt_name_may_have_its_possessive(archive):
    answer = archive.ask("How many homes lost power in Brannok's wake?")
    assert answer.understood == (Clue("spelling:Brannok", "Brannok read as Brannoc"),)
