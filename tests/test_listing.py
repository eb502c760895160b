from __future__ import annotations

import json

import pytest

from qa.cli import main
from qa.errors import InputError
from qa.overviews import Count

ROWS = [
    {"title": "Élan vital", "text": "One.", "publisher": "The Star", "author": "Ana Silva",
     "published_at": "2024-02-01", "language": "en-GB"},
    {"title": "alpha falls", "text": "PARIS (AFP) \u2014 Two.", "publisher": "Le Monde",
     "author": "Bo Silva", "published_at": "2025-01-01T01:00:00+02:00", "language": "fr"},
    {"title": "Zebra crossing", "text": "Three.", "publisher": "THE STAR", "language": "en"},
    {"title": "100% sure_thing", "text": "Four.", "published_at": "2023-05-05",
     "author": "Agence France-Presse"},
]  # fmt: skip


@pytest.fixture(scope="module")
def listed(tmp_path_factory, make_archive):
    folder = tmp_path_factory.mktemp("listed")
    archive = make_archive(folder / "index")
    (folder / "corpus").mkdir()
    lines = "".join(json.dumps(row) + "\n" for row in ROWS)
    (folder / "corpus" / "rows.jsonl").write_text(lines, encoding="utf-8")
    archive.sync(folder / "corpus")
    yield archive
    archive.close()


def titles(listed, *arguments, **options):
    rows, total = listed.article_page(*arguments, **options)
    return [article.title for article in rows], total


def test_pages_follow_each_other_and_tell_the_total(listed):
    newest = ["alpha falls", "Élan vital", "100% sure_thing", "Zebra crossing"]
    assert titles(listed) == (newest, 4)
    assert titles(listed, limit=1, offset=1) == (newest[1:2], 4)
    assert titles(listed, limit=3, offset=3) == (newest[3:], 4)
    assert titles(listed, offset=9) == ([], 4)
    assert listed.article_page(limit=4)[0] == listed.articles()


def test_what_has_no_value_comes_last_in_both_directions(listed):
    oldest = ["100% sure_thing", "Élan vital", "alpha falls", "Zebra crossing"]
    assert titles(listed, "", "published_at", False)[0] == oldest
    by_title = ["100% sure_thing", "alpha falls", "Élan vital", "Zebra crossing"]
    assert titles(listed, sort="title", descending=False)[0] == by_title
    assert titles(listed, sort="title")[0] == by_title[::-1]
    assert titles(listed, sort="author")[0][:2] == ["alpha falls", "Élan vital"]
    assert titles(listed, sort="publisher", descending=False)[0][0] == "alpha falls"


def test_every_word_must_occur_and_none_is_a_pattern(listed):
    assert titles(listed, "ELAN star") == (["Élan vital"], 1)
    assert titles(listed, "rows.jsonl 2025-01-01") == (["alpha falls"], 1)
    for shown in ("1 January 2025", "January 2025 falls", "Jan. 1, 2025"):
        assert titles(listed, shown) == (["alpha falls"], 1), shown
    assert titles(listed, "31 June 2025") == titles(listed, "2 January 2025") == ([], 0)
    assert titles(listed, "silva")[1] == 2
    assert titles(listed, "0% sure_t")[1] == 1
    assert titles(listed, "e%l")[1] == titles(listed, "s_re")[1] == 0
    assert titles(listed, "'; DROP TABLE articles")[1] == 0


def test_filters_restrict_pages_and_counts_alike(listed):
    assert titles(listed, publisher="the star")[1] == 2
    assert titles(listed, author="silva ANA")[0] == ["Élan vital"]
    assert titles(listed, after="2024-01-01", before="2024-12-31")[0] == ["Élan vital"]
    for english in ("en", "EN", "English"):
        found = titles(listed, language=english, sort="title")
        assert found[0] == ["Zebra crossing", "Élan vital"]
    assert titles(listed, language="en-gb")[0] == ["Élan vital"]
    assert titles(listed, agency="AFP")[0] == ["alpha falls", "100% sure_thing"]
    assert titles(listed, agency="Agence France Presse", language="fr")[0] == ["alpha falls"]
    assert titles(listed, agency="Reuters")[1] == titles(listed, language="e")[1] == 0
    facets = listed.facets(publisher="the star")
    assert facets.articles == 2
    assert facets.publishers == (Count("THE STAR", 2),)  # one name, two spellings
    assert facets.years == (Count("2024", 1),)
    assert listed.facets("silva").languages == (Count("en", 1), Count("fr", 1))
    assert listed.facets().agencies == (Count("AFP", 2),)  # one agency, two of its names
    assert listed.facets("nothing").articles == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"sort": "text"},
        {"offset": -1},
        {"limit": 0},
        {"offset": 10**20},
        {"after": "soon"},
        {"language": "??"},
    ],
)
def test_what_has_no_meaning_is_told(listed, wrong):
    with pytest.raises(InputError):
        listed.article_page(**wrong)


def test_what_is_no_unicode_occurs_nowhere(listed):
    assert listed.article_page("\ud800 caf\udce9") == ([], 0)
    assert listed.facets("\ud800").articles == 0


def test_the_command_lists_filters_and_counts(listed, capsys):
    def run(*arguments):
        code = main(["articles", "--index", str(listed.index), *arguments])
        return code, capsys.readouterr().out.splitlines()

    code, lines = run("--sort", "title", "--limit", "1", "--author", "silva")
    assert (code, len(lines)) == (0, 2)
    assert "alpha falls" in lines[0]
    assert lines[1] == "1 of 2 articles"
    assert run("nothing", "here") == (0, ["no article matches"])
    code, lines = run("--counts", "--language", "en")
    assert lines[:3] == ["2 articles", "publishers:", "       2  THE STAR"]
    code, lines = run("--counts", "--json", "élan")
    assert json.loads(lines[0])["years"] == [{"value": "2024", "articles": 1}]
    assert main(["articles", "--index", str(listed.index), "--sort", "length"]) == 1


def test_a_publisher_is_one_with_and_without_its_article(tmp_path, make_archive, write_corpus):
    names = ["The Harbour Star", "HARBOUR STAR", "The Harbour Star", "Harbour Star Weekly", "The"]
    rows = [{"title": str(at), "text": "One.", "publisher": n} for at, n in enumerate(names)]
    archive = make_archive(tmp_path / "index")
    archive.sync(write_corpus({"rows.jsonl": rows}))
    counted = {count.value: count.articles for count in archive.facets().publishers}
    assert counted == {"The Harbour Star": 3, "Harbour Star Weekly": 1, "The": 1}
    for name in ("harbour star", "The Harbour Star"):
        assert titles(archive, "", publisher=name)[1] == 3
        assert {hit.article.publisher for hit in archive.search("one", publisher=name)} == {
            "The Harbour Star", "HARBOUR STAR",
        }  # fmt: skip
    archive.close()


def test_an_article_by_two_counts_for_either(tmp_path, make_archive, write_corpus):
    rows = [
        {"title": "a", "text": "One.", "author": "Ana Silva and Bo Lind"},
        {"title": "b", "text": "Two.", "author": "BO LIND"},
        {"title": "c", "text": "Three.", "author": "Silva, Ana"},
    ]
    archive = make_archive(tmp_path / "index")
    archive.sync(write_corpus({"rows.jsonl": rows}))
    assert archive.facets().authors == (Count("Ana Silva", 2), Count("BO LIND", 2))
    for name in ("Ana Silva", "Silva, Ana"):
        assert titles(archive, "", author=name)[1] == 2
    archive.close()


def test_a_pasted_page_is_no_damaged_index(listed):
    page = " ".join(f"word{n}" for n in range(1_100))
    for ask in (listed.article_page, listed.facets):
        with pytest.raises(InputError, match="at most 100 words, not 1,100"):
            ask(page)
    assert titles(listed, "zebra " * 1_100) == (["Zebra crossing"], 1)
    assert listed.article_page(author="a " * 500) == ([], 0)
