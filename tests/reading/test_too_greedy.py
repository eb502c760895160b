"""Ordinary files that rules made for others must leave as they are, and hostile ones."""

from __future__ import annotations

import json

import pytest

from qa.reading import read_bytes

from .documents import pdf
from .test_html import PARAGRAPHS, page, read_one

FIRST, SECOND = PARAGRAPHS[:2]
TITLE = "The baths on Canal Street close for good"
WRAPPED = [
    "The council voted on Tuesday night to close the old baths, ending",
    "a quarrel that has run for more than six years in the whole town.",
    "Swimming clubs will look for lanes in Port Ellary, some way off.",
]


def read(text: str, name: str = "saved.txt"):
    result = read_bytes(text.encode(), name)
    assert result.problems == ()
    return result.articles


@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.xml"])
def test_many_comments_above_a_page_cost_no_time(name):
    data = b"<!-- c -->\n" * 300 + page()
    assert read_bytes(data, name).articles[0].text.split("\n") == PARAGRAPHS
    read_bytes(b"<!-- c -->" * 300 + b"<p>Lamp", name)


def test_many_blanks_in_a_text_cost_no_time():
    blanks = f"{FIRST}{' ' * 30_000}{SECOND}"
    for name, text in (("a.json", json.dumps({"text": blanks})), ("a.md", f"# Lamp\n\n{blanks}")):
        assert read(text, name)[0].text == f"{FIRST} {SECOND}"


def test_many_headings_of_related_articles_cost_no_time():
    read(f"{TITLE}\n" + f"Read more\n\nThe lamp is lit again\n{FIRST}\n\n" * 300)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('were <a href="/table#reference">120</a> of them', "were 120 of them"),
        ('were <a href="#">12</a> of them', "were 12 of them"),
        ('was so [<a href="#ref12">12</a>] here', "was so [12] here"),
        ('in 2024<a href="#fn3">3</a> once', "in 2024 once"),
        ('in 2024 <sup><a href="#fn3">3</a></sup> once', "in 2024 once"),
        (f'in 5<a href="{"#" * 30_000}">3</a> towns', "in 5 towns"),
    ],
)
def test_figures_with_a_link_are_no_marks_of_notes(markup, text):
    article = read_one(page(paragraphs=[f"There {markup}, says the town.", *PARAGRAPHS]))
    assert article.text.split("\n")[0] == f"There {text}, says the town."


@pytest.mark.parametrize(
    ("table", "text"),
    [
        (
            f"<tr><th>Year</th><th>What</th></tr><tr><td>1999</td><td>{' '.join(PARAGRAPHS * 3)}"
            "</td></tr><tr><td>2005</td><td>The roof fell in.</td></tr>",
            ["Year | What", f"1999 | {' '.join(PARAGRAPHS * 3)}", "2005 | The roof fell in."],
        ),
        (
            f"<tr><td>1999</td><td>{'<br>'.join(PARAGRAPHS * 3)}</td></tr>"
            "<tr><td>2005</td><td>The roof fell in.</td></tr>",
            ["1999", *PARAGRAPHS * 3, "2005", "The roof fell in."],
        ),
    ],
)
def test_a_table_with_long_cells_keeps_its_text(table, text):
    lines = read_one(page(top=f"<table>{table}</table>")).text.split("\n")
    assert lines == [*text, *PARAGRAPHS]


@pytest.mark.parametrize(
    "lines",
    [
        "Ann Lee\nWe shall swim in the sea.\n- Ann Lee",
        "Total\n12\n- Total",
        "Row on\nmy heart is light\n- Row on",
        "\nMen\n50 m\nAnna Berg wins by a hand\n" + FIRST + "\n\nWomen\n50 m\nHer sister wins too",
        "\nRoads\n5m\nRepairs to the street\n" + FIRST + "\n\nBaths\n3m\nA new roof for the hall",
        "Read more\nLamp lit again\n2 hours ago\nIt burns.\nFerry aground\n3 hours ago\nAll well.",
    ],
)
def test_lines_like_those_of_headers_part_no_article(lines):
    [article] = read(f"{TITLE}\n{FIRST}\n{lines}\n{SECOND}\n{FIRST}\n")
    assert (article.title, article.publisher) == (TITLE, None)
    assert article.text.count(FIRST) == 2 + lines.count(FIRST)
    assert SECOND in article.text


@pytest.mark.parametrize(
    "top",
    [
        "Home\nNews\nSport\nBaths close\nThe council ends a long quarrel\nBy Ida Holm",
        "Baths close\nShare\nFacebook\nX\nThe baths on Canal Street in May\nBy Ida Holm",
    ],
)
def test_a_short_headline_stays_the_title(top):
    [article] = read(f"{top}\n\n{FIRST}\n{SECOND}\n")
    assert (article.title, article.author) == ("Baths close", "Ida Holm")


@pytest.mark.parametrize("line", ["☰", "1.", "Dear readers,"])
def test_what_is_no_sentence_is_no_title(line):
    [article] = read(f"{line}\n12 March 2025\n{FIRST}\n")
    assert article.title != line


def test_end_of_document_once_parts_no_text():
    [article] = read(f"{TITLE}\n{FIRST}\nEnd of Document\n{SECOND}\n")
    assert article.text == f"{FIRST}\n{SECOND}"
    one = f"{FIRST}\nEnd of Document\n"
    parts = read(f"{TITLE}\n{one}The lamp is lit again\n{one}Page 3 of 3\nPrinted for Ida Holm\n")
    assert [part.title for part in parts] == [TITLE, "The lamp is lit again"]


def test_a_text_that_begins_with_a_brace_is_no_json():
    for line in ('{"Quote" of the day} it is called.', "[{note: this is ours}]"):
        [article] = read(f"{line}\n{FIRST}\n")
        assert FIRST in article.text


def test_fields_above_a_page_make_no_letter_of_it():
    data = b"Title: Lamp\nFrom: Harbour\nDate: 12 March 2025\n\n" + page()
    assert read_bytes(data, "a.html").articles[0].text.split("\n") == PARAGRAPHS


def test_what_a_text_says_of_its_length_stays_where_nothing_else_is_said():
    [article] = read(f"Write about your holidays\n500 words\n\n{FIRST}\n")
    assert article.text.startswith("500 words")


def test_a_power_at_the_end_of_a_line_is_no_id():
    [article] = read(f"# Lamp\n\nThe tank holds 10 ^6\nlitres of water.\n\n{FIRST}\n", "a.md")
    assert article.text.startswith("The tank holds 10 ^6 litres")


def test_flowed_lines_end_at_a_quote_and_at_the_signature():
    head = "From: ida@star.example\nSubject: Lamp\nContent-Type: text/plain; format=flowed\n\n"
    [article] = read(f"{head}> Is it lit? \nIt is, says she.\n\nYours, \n-- \nIda Holm\n", "a.eml")
    assert article.text == "> Is it lit?\nIt is, says she.\n\nYours,"


def test_names_among_roles_stay():
    author = "Ann Lee, Bo Lind and Cam Poe Home Affairs Correspondent"
    [article] = read(json.dumps({"text": FIRST, "author": author}), "a.json")
    assert (article.author or "").startswith("Ann Lee, Bo Lind and Cam Poe")


def test_a_title_above_both_of_two_pages_is_the_title():
    rows = [(row, 11.0) for row in WRAPPED]
    first, second = (
        [("Lamp to be lit", 20.0), *rows],
        [("Lamp to be lit", 9.0), ("And so on.", 11.0)],
    )
    [article] = read_bytes(pdf([first, second]), "a.pdf").articles
    assert article.title == "Lamp to be lit"
    figures = [*rows, ("12 14", 11.0)]
    [article] = read_bytes(
        pdf([[("Lamp", 20.0), *figures], [*rows[::-1], ("13 15", 11.0)]]), "a.pdf"
    ).articles
    assert "12 14" in article.text


@pytest.mark.parametrize(
    ("letter", "line", "text"),
    [
        ("B", "Berg, Anna, who swims", "B\nBerg"),
        ("Q", "What of the baths?", "Q\nWhat"),
        ("A", "Dutch court says so", "A Dutch"),
        ("T", "he court says so", "The court"),
    ],
)
def test_a_large_letter_above_a_word_of_its_own(letter, line, text):
    rows = [(row, 11.0) for row in WRAPPED]
    data = pdf([[("Who is who in the harbour", 40.0), *rows, (letter, 24.0), (line, 11.0)]])
    [article] = read_bytes(data, "a.pdf").articles
    assert text in article.text


@pytest.mark.parametrize(
    ("about", "publisher"), [({}, None), ({"Producer": "Skia/PDF m120"}, "Harbour Star")]
)
def test_only_what_a_browser_made_names_its_site_in_the_title(about, publisher):
    rows = [("Lamp to be lit again", 20.0), *((row, 11.0) for row in WRAPPED)]
    about = {"Title": "Lamp to be lit again - Harbour Star", **about}
    [article] = read_bytes(pdf([rows], about), "a.pdf").articles
    assert article.publisher == publisher
    stated = [rows[0], ("Source: Ellary Post", 11.0), *rows[1:]]
    assert read_bytes(pdf([stated], about), "a.pdf").articles[0].publisher == "Ellary Post"
