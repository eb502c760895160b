"""Answers of services, tables, letters and pasted pages as people keep them, each in small."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from qa.reading import read_bytes
from qa.reading.dates import parse_date

from .documents import docx
from .test_html import PARAGRAPHS, page, read_one

MAIN = f"Lamp lit again\nBy Ida Holm\n{PARAGRAPHS[0]}\nComments\nRelated Articles\n"
STRIKE = (
    "The strike ends\n"
    "Drivers went back to work on Monday after nine days, and the first buses left at five."
)
BRIDGE = (
    "Bridge opens at last\n"
    "The bridge over the sound was opened on Friday, four years late and at twice the cost."
)
DAY = datetime(2025, 3, 12, tzinfo=UTC)


def titles_of(text, name="page.txt"):
    result = read_bytes(text.encode() if isinstance(text, str) else text, name)
    return [(a.publisher, a.age, a.title) for a in result.articles], result


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12 марта 2025", DAY), ("среда, 12 марта 2025 года", DAY), ("12 березня 2025 р.", DAY),
        ("12 марта 2025 г., 14:30", DAY.replace(hour=14, minute=30)), ("12 marca 2025", DAY),
        ("środa, 12 marca 2025 r.", DAY), ("12. března 2025", DAY), ("12 Mart 2025", DAY),
        ("12 مارس 2025", DAY), ("الأربعاء، 12 مارس 2025", DAY), ("١٢ مارس ٢٠٢٥", DAY),
        ("12 listopada 2025", DAY.replace(month=11)),
        ("12. listopada 2025", None),  # October, in Croatian
    ],
)  # fmt: skip
def test_days_in_further_languages(text, day):
    assert parse_date(text) == day


FIELDS = {
    "headline": "Lamp lit again", "byline": "Ida Holm", "bodyText": PARAGRAPHS[0],
    "publication": "Harbour Star",
}  # fmt: skip
ARTICLE = {
    "title": "Lamp lit again", "text": PARAGRAPHS[0], "author": "Ida Holm",
    "source": "Harbour Star", "published": "2025-03-12T00:00:00Z",
}  # fmt: skip
THREAD = {"site": "Harbour Star", "title": "Of the thread"}


@pytest.mark.parametrize(
    "answer",
    [
        {"response": {"status": "ok", "results": [
            {"webTitle": "Lamp", "webPublicationDate": "2025-03-12T00:00:00Z", "fields": FIELDS}]}},
        {"took": 3, "hits": {"total": {"value": 1}, "hits": [{"_id": "1", "_source": ARTICLE}]}},
        {"posts": [{**ARTICLE, "source": None, "thread": THREAD}], "totalResults": 1},
        {"data": [{"id": 1, "attributes": ARTICLE}]},
    ],
)  # fmt: skip
@pytest.mark.parametrize("indent", [None, 1])
def test_articles_deep_in_a_services_answer(answer, indent):
    result = read_bytes(json.dumps(answer, indent=indent).encode(), "answer.json")
    [article] = result.articles
    assert result.problems == ()
    assert article.title == "Lamp lit again"
    assert article.author == "Ida Holm"
    assert article.publisher == "Harbour Star"
    assert article.published_at == DAY
    assert article.text == PARAGRAPHS[0]


def test_an_article_within_its_source_has_no_title_for_publisher():
    record = {"_source": {"title": "Lamp lit again", "text": PARAGRAPHS[0]}}
    [article] = read_bytes(json.dumps(record).encode(), "a.jsonl").articles
    assert (article.title, article.publisher) == ("Lamp lit again", None)


def test_comments_below_an_article_without_a_text_are_no_articles():
    comments = [{"title": "So true", "text": PARAGRAPHS[0]}]
    record = {"title": "Lamp lit again", "comments": comments}
    result = read_bytes(json.dumps(record).encode(), "a.jsonl")
    assert result.articles == ()
    assert len(result.problems) == 1


@pytest.mark.parametrize(
    ("other", "day", "problems"),
    [
        ("25/03/2025 09:30", datetime(2025, 3, 5, tzinfo=UTC), 0),
        ("03/25/2025", datetime(2025, 5, 3, tzinfo=UTC), 0),
        ("07/03/2025", None, 2),
    ],
)
def test_the_other_rows_of_a_table_tell_the_order_of_its_days(other, day, problems):
    rows = io.StringIO()
    table = csv.writer(rows)
    table.writerows([["title", "date", "text"], ["Lamp lit", "05/03/2025", PARAGRAPHS[0]]])
    table.writerow(["Ferry aground", other, PARAGRAPHS[1]])
    result = read_bytes(rows.getvalue().encode(), "t.csv")
    assert result.articles[0].published_at == day
    assert len(result.problems) == problems


def test_rows_that_contradict_tell_no_order():
    text = "title,date,text\nA,05/03/2025,Lit\nB,25/03/2025,Lit\nC,03/25/2025,Lit\n"
    assert read_bytes(text.encode(), "t.csv").articles[0].published_at is None


def test_a_text_that_was_encoded_twice():
    text = "Café closes\n\nBy José Pérez\n\n“The lamp,” she said, “is lit” — and it was."
    unused = b"\x81\x8d\x8f\x90\x9d"
    twice = "".join(
        chr(byte) if byte in unused else bytes([byte]).decode("cp1252") for byte in text.encode()
    )
    [article] = read_bytes(twice.encode(), "a.txt").articles
    assert (article.title, article.author) == ("Café closes", "José Pérez")
    assert article.text == "“The lamp,” she said, “is lit” — and it was."
    mixed = f"{twice} A naïve reply."
    assert "JosÃ©" in str(read_bytes(mixed.encode(), "a.txt").articles[0].author)


def test_a_text_about_letters_encoded_twice_stays():
    text = "On letters\n\nWhere a program is mistaken, é becomes Ã©, and ü becomes Ã¼."
    assert (
        read_bytes(text.encode(), "a.txt")
        .articles[0]
        .text.endswith("é becomes Ã©, and ü becomes Ã¼.")
    )


JINA = f"""Title: Lamp lit again

URL Source: https://star.example/lamp

Published Time: 2025-03-12T00:00:00Z

Markdown Content:
Lamp lit again
==============

{PARAGRAPHS[0]}

**{PARAGRAPHS[1]}**
"""
READWISE = f"""# Lamp lit again

![rw-book-cover](https://star.example/lamp.jpg)

## Metadata
- Author: [[Ida Holm]]
- Full Title: Lamp lit again
- Category: #articles
- URL: https://star.example/lamp

## Full Document
{PARAGRAPHS[0]}

## Highlights
- {PARAGRAPHS[1]} ([View Highlight](https://read.example/1))
"""


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_what_jina_writes_above_a_page(name):
    [article] = read_bytes(JINA.encode(), name).articles
    assert (article.title, article.published_at) == ("Lamp lit again", DAY)
    assert article.url == "https://star.example/lamp"
    assert article.text == f"{PARAGRAPHS[0]}\n\n{PARAGRAPHS[1]}"


def test_what_readwise_writes_into_an_article():
    [article] = read_bytes(READWISE.encode(), "a.md").articles
    assert (article.title, article.publisher) == ("Lamp lit again", None)
    assert (article.author, article.url) == ("Ida Holm", "https://star.example/lamp")
    assert article.text == f"{PARAGRAPHS[0]}\n\nHighlights\n\n{PARAGRAPHS[1]}"


def test_the_hidden_preview_of_a_letter_is_left_out():
    letter = (
        "From: Star <a@star.example>\nSubject: Lamp lit\nList-Id: <x>\n"
        "Content-Type: text/html; charset=utf-8\n\n"
        '<div style="display:none;max-height:0px">And what is on tonight</div>'
        '<div style="font-size:1px;opacity:0">Plus the ferry</div>'
        f'<div style="max-height:0.5em;opacity:0.9"><p>{PARAGRAPHS[0]}</p></div>'
    )
    [article] = read_bytes(letter.encode(), "a.eml").articles
    assert article.text == PARAGRAPHS[0]


def test_preformatted_text_loses_its_line_ends_and_a_table_does_not():
    wrapped = (
        "The council voted on Tuesday night to close the old baths, ending a\n"
        "quarrel that has run for more than six years in the whole town, as it\n"
        "said on Monday.\n\n"
        "Swimming clubs will look for lanes in Port Ellary, some twelve miles\n"
        "away, where the pool opens at seven each morning and closes at nine.\n"
    )
    article = read_one(f"<body><h1>Baths close</h1><pre>{wrapped}</pre></body>".encode())
    assert article.text.split("\n") == [
        " ".join(paragraph.split()) for paragraph in wrapped.split("\n\n")
    ]
    table = "Votes of the council\nFor      12\nAgainst   9\nAbsent    2\n" * 9
    article = read_one(page(top=f"<pre>{table}</pre>"))
    assert "For 12\nAgainst 9\nAbsent 2" in article.text


@pytest.mark.parametrize(
    "header", ["{}\n{}\n- {}", "\n{}\n{}\n- {}", "{}\n{}", "\n{}\n{}", "{} • {}"]
)
def test_a_related_header_without_an_article_hands_its_publisher_to_none(header):
    def head(paper, age):
        return header.format(paper, age, paper)

    empty, strike = head("Harbour Star", "4 hours ago"), head("Island Free Press", "2 days ago")
    between, bridge = head("North Post", "2 days ago"), head("South Post", "3 days ago")
    text = f"{MAIN}{empty}\n{strike}\n{STRIKE}\n{between}\n{bridge}\n{BRIDGE}"
    read, result = titles_of(text)
    assert read == [
        (None, None, "Lamp lit again"),
        ("Island Free Press", "2 days ago", "The strike ends"),
        ("South Post", "3 days ago", "Bridge opens at last"),
    ]
    assert [a.text for a in result.articles[1:]] == [STRIKE[16:], BRIDGE[21:]]
    assert [problem.reason for problem in result.problems] == [
        "neither a title nor a text below 'Harbour Star'",
        "neither a title nor a text below 'North Post'",
    ]


@pytest.mark.parametrize(
    "foot", ["Harbour Star", "North Post\n3 days ago\n- North Post", "North Post\n3 days ago"]
)
def test_what_stands_below_the_last_related_article_is_none_of_it(foot):
    text = f"{MAIN}Harbour Star\n4 hours ago\n- Harbour Star\n{STRIKE}\nThe union agreed.\n{foot}"
    read, result = titles_of(text)
    assert read[1:] == [("Harbour Star", "4 hours ago", "The strike ends")]
    assert result.articles[1].text == f"{STRIKE[16:]}\nThe union agreed."


def test_publisher_and_age_may_stand_below_a_related_article():
    text = (
        f"{MAIN}{STRIKE}\nThe union agreed.\nHarbour Star\n4 hours ago\n\n"
        f"{BRIDGE}\nHundreds walked.\nSouth Post\n3 days ago"
    )
    assert titles_of(text)[0][1:] == [
        ("Harbour Star", "4 hours ago", "The strike ends"),
        ("South Post", "3 days ago", "Bridge opens at last"),
    ]


@pytest.mark.parametrize("lines", ["- Harbour Star", "- Harbour Star\nRelated Articles"])
def test_a_header_alone_above_others_breaks_nothing(lines):
    text = f"Harbour Star\n4 hours ago\n{lines}\nSouth Post\n3 days ago\n- South Post\n{BRIDGE}"
    assert titles_of(text)[0][-1] == ("South Post", "3 days ago", "Bridge opens at last")


PASTED = (
    f"{MAIN}Harbour Star\n4 hours ago\n- Harbour Star\n{STRIKE}\n\n"
    f"South Post\n3 days ago\n- South Post\n{BRIDGE}"
)
MARKED = (
    f"# Lamp lit again\n\nBy Ida Holm\n\n{PARAGRAPHS[0]}\n\n## Related Articles\n\n"
    "[Harbour Star](https://star.example)\n4 hours ago\n- Harbour Star\n\n"
    f"### {STRIKE}\n\nSouth Post\n3 days ago\n\n### **{BRIDGE.replace(chr(10), '**' + chr(10))}"
)


@pytest.mark.parametrize("kind", ["plain", "marked", "word"])
def test_a_page_with_related_articles_pasted_into_a_document(kind):
    if kind == "word":
        title, *lines = PASTED.split("\n")
        read, result = titles_of(docx(title, lines), "page.docx")
    else:
        read, result = titles_of({"plain": PASTED, "marked": MARKED}[kind], "page.md")
    assert read == [
        (None, None, "Lamp lit again"),
        ("Harbour Star", "4 hours ago", "The strike ends"),
        ("South Post", "3 days ago", "Bridge opens at last"),
    ]
    assert [a.text for a in result.articles] == [PARAGRAPHS[0], STRIKE[16:], BRIDGE[21:]]
    assert result.problems == ()


def test_links_below_related_articles_in_markdown_leave_it_one_article():
    text = (
        f"# Lamp lit again\n\n{PARAGRAPHS[0]}\n\n## Related\n\n- [The strike](https://a.example)\n"
    )
    assert len(read_bytes(text.encode(), "a.md").articles) == 1
