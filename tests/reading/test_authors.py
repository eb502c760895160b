from __future__ import annotations

import json

import pytest

from qa.reading import read_bytes
from qa.reading.authors import agency_in, are_people, clean_author

BODY = (
    "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. It has been "
    "dark since 1974, and a local clockmaker has repaired the works for nothing.\n\n"
) * 2


@pytest.mark.parametrize(
    ("text", "author"),
    [
        # As written where the order is not certain.
        ("Holm, Ida", "Holm, Ida"),
        ("Smith, Jones", "Smith, Jones"),
        ("Smith, Jones, Miller", "Smith, Jones, Miller"),
        ("Ida Holm, Bo Lind", "Ida Holm, Bo Lind"),
        ("Ó Briain, Seán", "Ó Briain, Seán"),
        ("Holm, Ida, Lind, Bo", "Holm, Ida, Lind, Bo"),
        ("Bo Lind and Holm, Ida", "Bo Lind and Holm, Ida"),
        ("Ida Holm, Jr.", "Ida Holm, Jr."),
        ("Ida Holm, MS, RDN", "Ida Holm"),
        # Without what the last of them does, and without an agency.
        ("By Ida Holm, Home Affairs Correspondent", "Ida Holm"),
        ("Ida Holm, Arts and Culture Editor", "Ida Holm"),
        ("Ida Holm, Bo Lind Staff Writer", "Ida Holm, Bo Lind"),
        ("Par Ida Holm avec AFP", "Ida Holm"),
        ("Von Ida Holm mit dpa", "Ida Holm"),
        ("Автор: Ида Хольм", "Ида Хольм"),
        # Turned round where it is.
        ("Holm, I.", "I. Holm"),
        ("Holm, Ida M.", "Ida M. Holm"),
        ("Holm, I. & Lind, B.", "I. Holm, B. Lind"),
        ("von Trapp, Maria", "Maria von Trapp"),
        ("Holm, Ida; Lind, Bo", "Ida Holm, Bo Lind"),
        ("Holm, Ida; Bo Lind, Reuters", "Ida Holm, Bo Lind"),
    ],
)
def test_inverted_names(text, author):
    assert clean_author(text) == author


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("Holm, Ida", "Ida Holm"),
        ("Ó Briain, Seán Liam", "Seán Liam Ó Briain"),
        ("Ida Holm", "Ida Holm"),
        ("Ida Holm, Bo Lind", "Ida Holm, Bo Lind"),
        ("Holm, Jr.", "Holm, Jr."),
        ("Holm, Reporter", "Holm, Reporter"),
        ("Reuters, Paris", "Reuters, Paris"),
    ],
)
def test_of_one_person_a_comma_parts_the_names(text, author):
    assert clean_author(text, one=True) == author


@pytest.mark.parametrize(
    "text",
    ["Staff", "staff writer", "Staff Writers", "Guest Contributor", "admin", "Unknown", "N/A",
     "null", "desk@star.example", "@ida", "-"],
)  # fmt: skip
def test_what_names_nobody(text):
    assert clean_author(text) is None
    article = read_bytes(f"Lamp lit\nBy {text}\n\n{BODY}".encode(), "a.txt").articles[0]
    assert article.author is None
    assert article.publisher is None


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("By Ida Holm in London and Bo Lind in Oslo", "Ida Holm and Bo Lind"),
        ("Ida Holm in Oslo, Bo Lind in London and Al Moe in Rome", "Ida Holm, Bo Lind and Al Moe"),
        ("Ida Holm in Berlin, Germany", "Ida Holm"),
        ("Ida Holm (Reuters) and Bo Lind (AP)", "Ida Holm and Bo Lind"),
        ("Ida Holm <ida@star.example>, Bo Lind <bo@star.example>", "Ida Holm, Bo Lind"),
        ("Reported by Ida Holm; edited by Bo Lind", "Ida Holm"),
        ("Ida Holm Special to the Star", "Ida Holm"),
        ("Ida Holm/Reuters", "Ida Holm"),
        ("Reuters Staff", "Reuters"),
        ("記者 山田太郎", "山田太郎"),
        ("本报记者 张伟", "张伟"),
        ("김철수 기자", "김철수"),
        ("記者 王小明／台北報導", "王小明"),
    ],
)
def test_names_alone_are_left(text, author):
    assert clean_author(text) == author


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("By Ida Holm and Bo Lind for Reuters", "Reuters"),
        ("Ida Holm, The Associated Press", "The Associated Press"),
        ("Ida Holm (AP)", "AP"),
        ("Reuters Staff", "Reuters"),
        ("Ida Holm, Harbour Star", None),
    ],
)
def test_the_agency_of_a_byline(text, agency):
    assert agency_in(text) == agency
    line = json.dumps({"title": "Lamp lit", "text": BODY, "author": text, "publisher": "Star"})
    [article] = read_bytes(line.encode(), "a.jsonl").articles
    assert (article.publisher, article.agency) == ("Star", agency)
    assert article.provenance.get("agency") == (agency and "json")


@pytest.mark.parametrize(
    "line", ["Ida Holm and Bo Lind", "Ida Holm, Bo Lind", "Ida Holm, Chief Reporter",
             "Ida Holm (AP)", "Ida Holm <ida@star.example>", "Staff Writer"],
)  # fmt: skip
def test_a_line_of_people_is_no_publisher(line):
    assert are_people(line)
    article = read_bytes(f"Lamp lit\n{line}\n3 May 2024\n\n{BODY}".encode(), "a.txt").articles[0]
    assert article.publisher is None
    assert article.text.startswith("The lamp")


@pytest.mark.parametrize(
    "line", ["Ida Holm", "Harbour Star", "The Harbour Star, Oslo", "News and Star",
             "Berkeley Times and Marin Post", "Holm and Lind", "Arts and Letters Daily"],
)  # fmt: skip
def test_what_may_be_a_publisher_is_one(line):
    assert not are_people(line)
    article = read_bytes(f"Lamp lit\n{line}\n3 May 2024\n\n{BODY}".encode(), "a.txt").articles[0]
    assert article.publisher == line


def test_the_papers_own_name_is_no_author():
    lines = [
        {"title": "A", "text": BODY, "publisher": "Harbour Star", "author": author}
        for author in ("Harbour Star", "The Harbour Star", "Harbour Star Staff", "Ida Holm, Star")
    ]
    data = "\n".join(map(json.dumps, lines)).encode()
    articles = read_bytes(data, "a.jsonl").articles
    assert [article.author for article in articles] == [None, None, None, "Ida Holm"]
    assert "author" not in articles[0].provenance


@pytest.mark.parametrize(
    ("stated", "publisher"),
    [
        ("https://www.star.example/news", "star.example"),
        ("N/A", None),
        ("unknown", None),
        ("Press Agency News", "Press Agency News"),
        ("News Desk", "News Desk"),
        ("The Unknown Star", "The Unknown Star"),
    ],
)
def test_what_is_no_name_of_a_publisher(stated, publisher):
    line = json.dumps({"title": "Lamp lit", "text": BODY, "publisher": stated})
    [article] = read_bytes(line.encode(), "a.jsonl").articles
    assert article.publisher == publisher
    assert ("publisher" in article.provenance) is (publisher is not None)


@pytest.mark.parametrize(
    ("authors", "author", "agency"),
    [
        (["Holm, Ida", "Lind, Bo"], "Ida Holm, Bo Lind", None),
        ({"name": "Holm, Ida"}, "Ida Holm", None),
        (["Holm, Ida"], "Holm, Ida", None),
        (["Ida Holm", "Reuters"], "Ida Holm", "Reuters"),
        ({"givenName": "Ida", "family_name": "Holm"}, "Ida Holm", None),
        ([{"first": "Ida", "last": "Holm"}, {"name": "admin"}], "Ida Holm", None),
    ],
)
def test_lists_and_objects_of_authors(authors, author, agency):
    line = json.dumps({"title": "Lamp lit", "text": BODY, "author": authors})
    [article] = read_bytes(line.encode(), "a.jsonl").articles
    assert (article.author, article.agency) == (author, agency)
    page = (
        "<html><head><title>Lamp lit</title><script type='application/ld+json'>"
        + json.dumps({"@type": "NewsArticle", "headline": "Lamp lit", "author": authors})
        + f"</script></head><body><article><h1>Lamp lit</h1><p>{BODY}</p></article></body></html>"
    )
    [article] = read_bytes(page.encode(), "a.html").articles
    assert (article.author, article.agency) == (author, agency)


@pytest.mark.parametrize("tag", ["citation_author", "DC.creator"])
def test_tags_of_libraries_have_a_person_each(tag):
    page = (
        f"<html><head><title>Lamp lit</title><meta name='{tag}' content='Holm, Ida'>"
        f"<meta name='{tag}' content='Ó Briain, Seán'></head><body><article><h1>Lamp lit</h1>"
        f"<p>{BODY}</p></article></body></html>"
    )
    assert read_bytes(page.encode(), "a.html").articles[0].author == "Ida Holm, Seán Ó Briain"


@pytest.mark.parametrize(
    ("byline", "author", "publisher"),
    [
        ("By Ida Holm, Harbour Star", "Ida Holm", "Harbour Star"),
        ("By Ida Holm and Bo Lind, The Harbour Times", "Ida Holm and Bo Lind", "The Harbour Times"),
        ("By Ida Holm, News Editor", "Ida Holm", None),
        ("By Ida Holm, The Associated Press", "Ida Holm", None),
        ("By Ida Holm, University of Oslo", "Ida Holm", None),
    ],
)
def test_the_paper_behind_a_byline(byline, author, publisher):
    [article] = read_bytes(f"Lamp lit\n{byline}\n\n{BODY}".encode(), "a.txt").articles
    assert (article.author, article.publisher) == (author, publisher)
