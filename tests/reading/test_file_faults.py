"""Faults of files as databases, browsers and note takers write them, each in small."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import docx as library
import pytest
from lxml import etree

from qa.reading import read_bytes
from qa.reading.markup import text_of_element, text_of_markup
from qa.reading.workers import ToRead, _is_guarded

from .documents import docx, pdf
from .test_html import PARAGRAPHS, page, read_one

WRAPPED = [
    "The council voted on Tuesday night to close the old baths, ending",
    "a quarrel that has run for more than six years in the whole town.",
    "Swimming clubs will look for lanes in Port Ellary, some way off.",
]
DATABASE = """{title}

{paper}
{day}

Copyright 2025 Harbour Media Ltd All Rights Reserved

Section: NEWS; Pg. 4
Length: 1,412 words
Byline: {author}

Body

{text}

Load-Date: March 15, 2025

End of Document

"""
FIRST = {
    "title": "Lamp lit again", "paper": "The Harbour Star", "day": "March 12, 2025 Wednesday",
    "author": "Ida Holm", "text": PARAGRAPHS[0],
}  # fmt: skip
SECOND = {
    "title": "Ferry runs aground", "paper": "Ellary Post (UK)", "day": "March 14, 2025 Friday",
    "author": "Bo Lind", "text": PARAGRAPHS[1],
}  # fmt: skip


def fields(article):
    return article.title, article.publisher, article.author, article.published_at, article.text


def expected(said: dict[str, str], day: int):
    moment = datetime(2025, 3, day, tzinfo=UTC)
    return said["title"], said["paper"], said["author"], moment, said["text"]


def test_articles_of_a_database_have_their_fields_and_are_as_many_as_there_are():
    text = DATABASE.format(**FIRST)
    [article] = read_bytes(text.encode(), "baths.txt").articles
    assert fields(article) == expected(FIRST, 12)
    both = read_bytes((text + DATABASE.format(**SECOND)).encode(), "2024-01-01.txt").articles
    assert [fields(each) for each in both] == [expected(FIRST, 12), expected(SECOND, 14)]


def test_articles_of_a_database_in_one_word_document():
    document = library.Document()
    document.add_paragraph("Documents (2)")
    for said in (FIRST, SECOND):
        document.add_heading(said["title"], 1)
        for line in DATABASE.format(**said).split("\n")[1:]:
            document.add_paragraph(line)
    saved = io.BytesIO()
    document.save(saved)
    both = read_bytes(saved.getvalue(), "files.docx").articles
    assert [fields(each) for each in both] == [expected(FIRST, 12), expected(SECOND, 14)]


RAISED = (
    "It cost 1.9 million in 2024<sup><a href='#fn3'>3</a></sup> and holds 10<sup>6</sup> litres in "
    "412 m<sup>2</sup>, as was measured<sup>[4]</sup> on the 11<sup>th</sup>."
)
PLAIN = "It cost 1.9 million in 2024 and holds 10⁶ litres in 412 m², as was measured on the 11th."


def test_marks_of_notes_are_no_figures_of_the_number_before_them():
    assert PLAIN in read_one(page(paragraphs=[*PARAGRAPHS, RAISED])).text.split("\n")
    assert text_of_markup(f"<p>{RAISED}</p>").strip() == PLAIN
    anchor = "in 1974<a class='footnote-anchor' href='#footnote-1'>1</a>, <a href='/b'>12</a> said"
    assert text_of_markup(anchor) == "in 1974, 12 said"
    chapter = etree.fromstring(f"<p xmlns='http://www.w3.org/1999/xhtml'>{RAISED}</p>")
    assert text_of_element(chapter).strip() == PLAIN


def test_superscripts_of_word_are_no_further_figures():
    document = library.Document()
    document.add_heading("Lamp", 0)
    paragraph = document.add_paragraph("It holds 10")
    paragraph.add_run("6").font.superscript = True
    paragraph.add_run(" litres since the 11")
    paragraph.add_run("th").font.superscript = True
    saved = io.BytesIO()
    document.save(saved)
    [article] = read_bytes(saved.getvalue(), "a.docx").articles
    assert article.text == "It holds 10⁶ litres since the 11th"


def test_marks_of_notes_in_markdown():
    text = f"# Lamp\n\n{PARAGRAPHS[0]}[^1] It is lit. ^a1b2\n\n`x[^1]`\n\n[^1]: In June.\n"
    [article] = read_bytes(text.encode(), "a.md").articles
    assert article.text == f"{PARAGRAPHS[0]} It is lit.\n\nx[^1]\n\nIn June."


@pytest.mark.parametrize("name", ["a.txt", "a.pdf", "a.xml", "a.html"])
def test_a_page_under_another_suffix_is_a_page(name):
    [article] = read_bytes(page(), name).articles
    assert (article.title, article.text.split("\n")) == ("Lamp from h1", PARAGRAPHS)


def test_other_kinds_under_another_suffix():
    data = json.dumps({"title": "Lamp", "text": PARAGRAPHS[0]}).encode()
    assert read_bytes(data, "a.txt").articles[0].text == PARAGRAPHS[0]
    feed = f"<rss><channel><item><title>Lamp</title><description>{PARAGRAPHS[0]}</description>"
    assert (
        read_bytes(f"{feed}</item></channel></rss>".encode(), "a.txt").articles[0].title == "Lamp"
    )
    saved = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://star.example/a\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" + page()
    )
    assert read_bytes(saved, "a.html").articles[0].url == "https://star.example/a"


def test_a_page_under_another_suffix_is_read_by_a_worker(tmp_path: Path):
    for name, data in (("page.txt", page()), ("text.txt", PARAGRAPHS[0].encode())):
        (tmp_path / name).write_bytes(data)
    assert _is_guarded(ToRead(tmp_path / "page.txt", "page.txt"))
    assert not _is_guarded(ToRead(tmp_path / "text.txt", "text.txt"))


def browser(number: int, rows: list[tuple[str, float]], of: int = 2) -> list[tuple[str, float]]:
    head = "12/03/2025, 09:31 Lamp to be lit again - Harbour Star"
    foot = f"https://star.example/lamp-lit {number}/{of}"
    return [(head, 7.0), *rows, (foot, 7.0)]


@pytest.mark.parametrize("pages", [1, 2])
def test_what_a_browser_prints_around_a_page_is_no_text(pages):
    head = [("Lamp to be lit again", 20.0), ("By Ida Holm | 11 March 2025", 11.0)]
    body = [(row, 11.0) for row in WRAPPED]
    more = [("Nobody has said when that will be.", 11.0)]
    rows = [browser(1, [*head, *body], pages), browser(2, more, pages)][:pages]
    [article] = read_bytes(
        pdf(rows, {"Title": "Lamp to be lit again - Harbour Star"}), "a.pdf"
    ).articles
    assert article.text.replace("\n", " ") == " ".join([*WRAPPED, *[more[0][0]] * (pages - 1)])
    assert (article.title, article.author) == ("Lamp to be lit again", "Ida Holm")
    assert article.publisher == "Harbour Star"
    assert article.published_at == datetime(2025, 3, 11, tzinfo=UTC)
    assert article.url == "https://star.example/lamp-lit"


def test_a_byline_in_the_type_of_the_text_is_none_of_it():
    head = [("Lamp to be lit again", 20.0), ("By Ida Holm | Harbour Star | 11 March 2025", 11.0)]
    [article] = read_bytes(pdf([[*head, *[(row, 11.0) for row in WRAPPED]]]), "a.pdf").articles
    assert (article.author, article.publisher) == ("Ida Holm", "Harbour Star")
    assert article.text == " ".join(WRAPPED)


@pytest.mark.parametrize(
    ("capital", "first", "text"),
    [("T", "he council voted", "The council voted"), ("“W", "e lost it", "“We lost it"),
     ("A", "fter it", "After it"), ("A", "council voted", "A council voted")],
)  # fmt: skip
def test_a_large_capital_begins_its_line(capital, first, text):
    rows = [(first, 11.0), ("The council is a council.", 11.0), ("A council again.", 11.0)]
    [article] = read_bytes(
        pdf([[("Lamp to be lit again", 20.0), (capital, 36.0), *rows]]), "a.pdf"
    ).articles
    assert (article.title, article.text.split("\n")[0][: len(text)]) == (
        "Lamp to be lit again",
        text,
    )


def test_speeches_that_begin_with_a_dash_keep_it():
    speech = "– Nie mamy już pieniędzy – powiedziała Orla Venn, która kieruje komisją finansów."
    assert speech in read_one(page(paragraphs=[*PARAGRAPHS, speech])).text.split("\n")
    listed = read_one(page(paragraphs=[*PARAGRAPHS, "Of these:</p><ul><li>One lamp.</li></ul><p>"]))
    assert "One lamp." in listed.text.split("\n")


def test_a_table_that_lays_out_a_page_is_none_of_figures():
    cells = (
        f"<td><a href='/'>Home</a></td><td><h1>Lamp lit again</h1>{'<p>'.join(['', *PARAGRAPHS])}"
    )
    data = f"<html lang='en'><body><table><tr>{cells}</td></tr></table></body></html>".encode()
    assert read_one(data).text.split("\n") == PARAGRAPHS


def test_a_headline_that_no_heading_marks_is_no_publisher():
    text = "<br><br>".join(PARAGRAPHS)
    byline = "<font size='-1'>by Ida Holm, 12 March 1997</font>"
    head = f"<font size='+2'><b>Gull Point Lamp lit</b></font><br>{byline}<br><br>"
    data = f"<html><head><title>Gull Point Lamp lit</title></head><body>{head}{text}</body></html>"
    article = read_one(data.encode())
    assert (article.title, article.publisher, article.author) == (
        "Gull Point Lamp lit",
        None,
        "Ida Holm",
    )


@pytest.mark.parametrize(
    "columns",
    [
        ("Title", "pubtitle", "Authors", "pubdate", "DocumentURL", "FullText"),
        ("Titel", "Quelle", "Autor", "Datum", "URL", "Inhalt"),
        ("título", "fuente", "autor", "fecha", "url", "texto"),
        ("Titre", "publication_name", "Auteur", "published_time", "page_url", "Texte"),
    ],
)
def test_names_of_columns_of_databases_and_in_other_languages(columns):
    row = ("Lamp", "Star", "Ida Holm", "2025-03-14", "https://star.example/a", PARAGRAPHS[0])
    saved = io.StringIO()
    csv.writer(saved).writerows([columns, row])
    [article] = read_bytes(saved.getvalue().encode(), "a.csv").articles
    moment = datetime(2025, 3, 14, tzinfo=UTC)
    assert fields(article) == ("Lamp", "Star", "Ida Holm", moment, PARAGRAPHS[0])
    assert article.url == "https://star.example/a"


@pytest.mark.parametrize(
    ("domain", "publisher"), [("star.example", "star.example"), ("sport", None)]
)
def test_a_domain_is_a_publisher_where_it_is_a_site(domain, publisher):
    saved = io.StringIO()
    csv.writer(saved).writerows([["title", "text", "domain"], ["Lamp", PARAGRAPHS[0], domain]])
    [article] = read_bytes(saved.getvalue().encode(), "a.csv").articles
    assert article.publisher == publisher


def test_a_json_feed_names_the_paper_of_its_items():
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": "Harbour Star - Latest news",
        "authors": [{"name": "Ida Holm"}],
        "items": [{"title": "Lamp", "content_html": f"<p>{PARAGRAPHS[0]}</p>"},
                  {"title": "Ferry", "content_text": PARAGRAPHS[1], "author": {"name": "Bo Lind"}}],
    }  # fmt: skip
    first, second = read_bytes(json.dumps(feed).encode(), "feed.json").articles
    assert (first.publisher, first.author, first.text) == (
        "Harbour Star",
        "Ida Holm",
        PARAGRAPHS[0],
    )
    assert (second.publisher, second.author) == ("Harbour Star", "Bo Lind")


def test_a_text_that_a_service_cut_off_is_told():
    answer = {"articles": [{"title": "Lamp", "content": f"{PARAGRAPHS[0]} It… [+2210 chars]"}]}
    result = read_bytes(json.dumps(answer).encode(), "a.json")
    assert result.articles[0].text == f"{PARAGRAPHS[0]} It…"
    assert result.problems[0].reason == "cut off by its service: 2,210 characters are missing"


def test_fields_below_a_title_as_notion_exports_them():
    head = "Author: Ida Holm\nPublished: March 14, 2025\nPublisher: Harbour Star\nTags: a, b"
    text = f"# Lamp lit again\n\n{head}\n\n{PARAGRAPHS[0]}\n{PARAGRAPHS[1]}\n"
    [article] = read_bytes(text.encode(), "a.md").articles
    assert fields(article) == (
        "Lamp lit again", "Harbour Star", "Ida Holm", datetime(2025, 3, 14, tzinfo=UTC),
        " ".join(PARAGRAPHS[:2]),
    )  # fmt: skip


def test_a_colon_in_front_matter_is_told_in_plain_words():
    [problem] = read_bytes(b"---\nlayout: post\ntitle: Lamp: lit\n---\nLit.\n", "a.md").problems
    assert problem.reason == 'front matter: a value that holds ": " must stand in quotation marks'
    assert problem.line == 3


@pytest.mark.parametrize(("delsp", "between"), [("", " "), ("; delsp=yes", "")])
def test_flowed_lines_of_a_letter_are_joined(delsp, between):
    data = (
        "From: Ida Holm <ida@star.example>\nSubject: Lamp\n"
        f"Content-Type: text/plain; format=flowed{delsp}\n\n"
        "The lamp is lit, \nshe said.\n\nA list:\none\ntwo\n\nSee: \n> a quote\n\n-- \nIda Holm\n"
    )
    [article] = read_bytes(data.encode(), "a.eml").articles
    first, *_ = article.text.split("\n")
    assert first == f"The lamp is lit,{between}she said."
    assert article.text.endswith("A list:\none\ntwo\n\nSee:\n> a quote")


def test_a_document_without_several_articles_stays_one():
    [article] = read_bytes(docx("Lamp", [*PARAGRAPHS, "End of Document"]), "a.docx").articles
    assert article.text.split("\n") == PARAGRAPHS
