"""Agency and language as filters, from the file to the answer."""

from __future__ import annotations

import json

import pytest

from qa.cli import main
from qa.question.names import Names
from qa.records import Clue
from qa.rows import agency_key
from qa.text.languages import name_of, primary, tag_key, tag_of

ROWS = [
    {"title": "Dam bursts", "publisher": "Vale Observer", "author": "Lotte Venn",
     "text": "KELL (AP) — The dam above Kell burst on Sunday and flooded ninety farms."},
    {"title": "Dam repaired", "publisher": "Tarn Times", "author": "The Associated Press",
     "text": "Workers closed the hole in the dam above Kell, which had flooded farms."},
    {"title": "Farms after the dam", "publisher": "Vale Observer", "language": "en-GB",
     "text": "KELL (Reuters) — Forty farms near the dam were flooded, the council of Kell said."},
    {"title": "Damm gebrochen", "publisher": "Taler Bote", "language": "de-AT",
     "text": "Der Damm oberhalb von Kell ist gebrochen, neunzig Höfe stehen unter Wasser."},
]  # fmt: skip
AP = {"Dam bursts", "Dam repaired"}


@pytest.fixture(scope="module")
def wires(tmp_path_factory, make_archive):
    folder = tmp_path_factory.mktemp("wires")
    (folder / "corpus").mkdir()
    archive = make_archive(folder / "index")
    for number, row in enumerate(ROWS):  # a segment each, and merged
        path = folder / "corpus" / f"{number}.jsonl"
        path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
        archive.sync(folder / "corpus")
    yield archive
    archive.close()


@pytest.mark.parametrize("name", ["CP", "The Canadian Press", "canadian press"])
def test_an_agency_goes_by_each_of_its_names(name):
    assert agency_key(name) == "cp"
    assert Names.agencies(["The Canadian Press"]).called(name) == "The Canadian Press"
    assert Names.agencies(["CP"]).called(name) == "CP"


def titles(hits):
    return {hit.article.title for hit in hits}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"agency": "AP"}, AP),
        ({"agency": "associated press"}, AP),
        ({"agency": "Reuters", "language": "en"}, {"Farms after the dam"}),
        ({"language": "de"}, {"Damm gebrochen"}),
        ({"language": "Austrian German"}, {"Damm gebrochen"}),
        ({"language": "fr"}, set()),
        ({"agency": "AP", "publisher": "Tarn Times"}, {"Dam repaired"}),
    ],
)
def test_they_restrict_searches_and_lists_alike(wires, filters, expected):
    assert titles(wires.search("dam Kell", 9, all_copies=True, **filters)) == expected
    assert {article.title for article in wires.article_page(**filters)[0]} == expected
    assert wires.facets(**filters).articles == len(expected)


@pytest.mark.parametrize(
    ("question", "expected", "told"),
    [
        ("How many farms were flooded, according to AP?", AP, "agency AP"),
        ("What did the Associated Press report about the dam?", AP, "agency AP"),
        ("What did Reuters report about farms?", {"Farms after the dam"}, "agency Reuters"),
        ("dam agency:reuters", {"Farms after the dam"}, "agency Reuters"),
        ("Damm language:de", {"Damm gebrochen"}, "language German"),
        ("dam language:English -hole", {"Dam bursts", "Farms after the dam"}, "language English"),
    ],
)
def test_they_are_understood_of_the_question(wires, question, expected, told):
    answer = wires.ask(question, 9, all_copies=True)
    assert titles(answer.passages) == expected
    key = told.partition(" ")[0]
    assert Clue(key, told) in answer.understood
    aside = wires.ask(question, 9, all_copies=True, without=[key])
    assert titles(aside.passages) != expected
    assert key not in {clue.key for clue in aside.understood}


def test_what_two_agencies_say_is_two_questions(wires):
    answer = wires.ask("What did AP and Reuters say about flooded farms near Kell?")
    assert [part.answered for part in answer.parts] == [True, True]
    assert {(c.key, c.text) for c in answer.understood if c.key == "agency"} == {
        ("agency", "agency AP"),
        ("agency", "agency Reuters"),
    }


def test_what_is_restricted_is_told(wires):
    answer = wires.ask("Who owns the dam?", agency="AFP", language="pt-BR")
    assert "(agency AFP, language Brazilian Portuguese)" in answer.reason
    [hit, *_] = wires.search("dam", language="en", agency="reuters", explain=True)
    assert hit.explanation.filters == ("agency reuters", "language English")
    assert wires.verify().problems == ()


def test_the_command_takes_them(wires, capsys):
    where = ["--index", str(wires.index)]
    assert main(["search", *where, "--agency", "ap", "--language", "en", "--json", "dam"]) == 0
    assert {hit["article"]["title"] for hit in json.loads(capsys.readouterr().out)} == AP
    assert main(["ask", *where, "--language", "??", "dam"]) == 1
    assert "language must be a tag like de" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("de", "German"), ("DE_at", "Austrian German"), ("zh-Hans", "Simplified Chinese"),
        ("pt-BR", "Brazilian Portuguese"), ("en-ZZ", "English (zz)"), ("xx", "xx"), ("", ""),
    ],
)  # fmt: skip
def test_languages_have_names(tag, name):
    assert name_of(tag) == name


def test_languages_are_known_by_tag_and_by_name():
    assert [tag_of(t) for t in ("de", "German", " brazilian  portuguese ", "gsw", "pt_BR")] == [
        "de", "de", "pt-br", "gsw", "pt-br",
    ]  # fmt: skip
    assert (primary("en-GB"), primary("zh_Hans_CN"), tag_key("e'n; --")) == ("en", "zh", "en--")
