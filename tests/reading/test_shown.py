"""What a page shows rather than states: its headline among headings, its date among lines."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from qa.reading import Stated, read_bytes
from qa.reading.content import NOTHING

from .test_html import PARAGRAPHS

BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
HEADLINE = "The lamp on Gull Point is lit"
STORY = f"<h1>{HEADLINE}</h1>"


def read(head: str, body: str, stated: Stated = NOTHING):
    text = f"<html lang='en'><head>{head}</head><body>{body}</body></html>"
    [article] = read_bytes(text.encode(), "page.html", stated).articles
    return article


@pytest.mark.parametrize(
    ("above", "below", "published", "updated"),
    [
        ("", "<div><span>Published March 14th, 2025 - 07:29 GMT</span></div>", "14 07:29", ""),
        ("", "<p>By Ida Holm<br><i>Friday, March 14, 2025, 04:05 pm PT (07:05 pm ET)</i></p>",
         "14 23:05", ""),
        ("", "<div>14 March 2025</div><div>Updated: 15 March 2025</div>", "14 00:00", "15 00:00"),
        ("<span>publiziert am 14. März 2025</span>", "", "14 00:00", ""),
        # Above the headline stands the day on which a page is looked at.
        ("<div>Saturday, 15 March 2025</div>", "", "", ""),
        ("", "<aside><p>14 March 2025</p></aside>", "", ""),
        ("", "<p>In 1974 the lamp went dark, on 14 March 1974.</p>", "", ""),
        ("", f"{BODY}<div>14 March 2025</div>", "", ""),
    ],
)  # fmt: skip
def test_dates_are_lines_of_their_own_at_the_headline(above, below, published, updated):
    article = read("", f"{above}{STORY}{below}{BODY}")
    shown = [
        f"{date.astimezone(UTC):%d %H:%M}"
        if date and article.provenance[name] in ("byline", "page")
        else ""
        for name, date in (
            ("published_at", article.published_at),
            ("updated_at", article.updated_at),
        )
    ]
    assert shown == [published, updated]


@pytest.mark.parametrize(
    ("head", "body", "title", "origin"),
    [
        ("", STORY, HEADLINE, "heading"),
        ("", f"<h1>Harbour Star</h1>{STORY}<h1>Guides</h1>", HEADLINE, "heading"),
        (f"<meta property='og:title' content='Opinion | {HEADLINE} - Star'>",
         f"<h1>The Harbour Star Opinion</h1>{STORY}", HEADLINE, "heading"),
        ("<meta property='og:title' content='A lamp, lit at last'>",
         f"<h1>Today in the Harbour Star</h1>{STORY}", "A lamp, lit at last", "meta"),
    ],
)  # fmt: skip
def test_the_headline_among_headings(head, body, title, origin):
    article = read(head, f"{body}{BODY}")
    assert (article.title, article.provenance["title"]) == (title, origin)


def test_one_tag_may_bear_two_names():
    tag = "<meta property='article:x' itemprop='datePublished' content='2025-03-14'>"
    article = read(tag, STORY + BODY)
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.date_confidence == {"published_at": "stated"}


def test_microdata_dates_a_page():
    shown = (
        "<span itemprop='datePublished' content='2025-03-14T10:00Z'>last week</span>"
        "<div itemprop='dateModified'>15 March 2025</div>"
    )
    article = read("", STORY + shown + BODY)
    assert article.provenance["published_at"] == article.provenance["updated_at"] == "time element"
    assert (article.published_at.day, article.updated_at.day) == (14, 15)


def test_the_name_of_the_site_goes_however_it_is_spelt():
    head = (
        '<meta property="og:site_name" content="TheStar"><script type="application/ld+json">'
        '{"@type": "NewsArticle", "headline": "Lamp lit at last | TheStar", '
        '"publisher": {"name": "The Star"}}</script>'
    )
    article = read(head, STORY + BODY)
    assert (article.title, article.publisher) == ("Lamp lit at last", "The Star")


DATED = "<div class='date'>Oldport 14/03/2025</div>"
NAMED = "<meta name='author' content='Ida Holm'><meta property='og:site_name' content='Star'>"


@pytest.mark.parametrize("head", ["", NAMED])
def test_htmldate_is_asked_last_and_believed_least(head):
    article = read(head, STORY + DATED + BODY)
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.provenance["published_at"] == "htmldate"
    assert article.date_confidence == {"published_at": "guessed"}
    for month in ("<div class='date'>03/2025</div>", "<time datetime='2025-03'>March</time>"):
        assert read(head, STORY + month + BODY).published_at is None  # it makes a day of these
    # No day after the one on which the page was saved.
    for day, found in ((13, None), (14, article.published_at)):
        saved = Stated(captured=datetime(2025, 3, day, 8, tzinfo=UTC), captured_by="--captured")
        assert read(head, STORY + DATED + BODY, saved).published_at == found
    # An address that names the day is no guess.
    link = "<link rel='canonical' href='https://star.example/2025/03/12/lamp'>"
    article = read(head + link, STORY + DATED + BODY)
    assert (article.published_at.day, article.provenance["published_at"]) == (12, "url")


def test_what_a_text_speaks_of_is_no_date_of_the_page():
    paragraph = "<p>On 14 March 2025 the keeper of Gull Point came back to a lamp that was lit.</p>"
    article = read(NAMED, STORY + paragraph + BODY + "<footer>© 2025 Star</footer>")
    assert (article.published_at, article.updated_at) == (None, None)


SHOWN = [
    ("Published: 2 May 2024; Updated: 3 May 2024", 2, 3),
    ("2 May 2024 (updated 3 May 2024)", 2, 3),
    ("First published 2 May 2024. Last updated on 3 May 2024", 2, 3),
    ("Corrected on 4 May 2024", None, 4),
    ("Last modified on Sat 4 May 2024 11.00 BST", None, 4),
    ("Posted at 10:30am on May 3, 2024", 3, None),
    ("05/03/2024", None, None),
]


@pytest.mark.parametrize(("line", "published", "updated"), SHOWN)
@pytest.mark.parametrize("name", ["a.txt", "a.html"])
def test_the_day_of_a_change_is_not_the_day_of_publication(line, published, updated, name):
    body = "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. " * 3
    text = f"Lamp to be lit again\nBy Ida Holm\n{line}\n\n{body}"
    if name == "a.html":
        text = (
            "<html><head><title>Lamp</title></head><body><article><h1>Lamp to be lit again</h1>"
            f"<p class='byline'>By Ida Holm</p><p>{line}</p><p>{body}</p></article></body></html>"
        )
    [article] = read_bytes(text.encode(), name).articles
    days = [moment and moment.day for moment in (article.published_at, article.updated_at)]
    assert days == [published, updated]
    assert article.publisher is None


@pytest.mark.parametrize(
    ("line", "author", "publisher"),
    [
        ("By Ida Holm, 3 May 2024", "Ida Holm", None),
        ("Von Ida Holm, 3. Mai 2024, 10:30 Uhr", "Ida Holm", None),
        ("By Ida Holm and Bo Lind, Published 3 May 2024", "Ida Holm and Bo Lind", None),
        ("Harbour Star, 3 May 2024", None, "Harbour Star"),
        ("Oslo, 3 May 2024", None, None),
    ],
)
def test_a_date_behind_a_name(line, author, publisher):
    body = "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. " * 3
    [article] = read_bytes(f"Lamp to be lit\n{line}\n\n{body}".encode(), "a.txt").articles
    assert article.published_at is not None
    assert article.published_at.date() == date(2024, 5, 3)
    assert (article.author, article.publisher) == (author, publisher)
    assert article.text.startswith("The lamp")


def test_a_headline_may_end_with_a_date():
    body = "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. " * 3
    [article] = read_bytes(f"Letters, 3 May 2024\n\n{body}".encode(), "a.txt").articles
    assert article.title == "Letters, 3 May 2024"


@pytest.mark.parametrize("line", ["3 May", "May 2024", "Spring issue, May 2024"])
def test_a_part_of_a_date_is_no_publisher(line):
    body = "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. " * 3
    text = f"Lamp to be lit\nBy Ida Holm\n{line}\n\n{body}"
    [article] = read_bytes(text.encode(), "a.txt").articles
    assert (article.publisher, article.published_at) == (None, None)


@pytest.mark.parametrize(
    "note",
    [
        "This article was amended on 6 May 2024 to correct the cost.",
        "• This story was last updated on May 6, 2024.",
        "Correction, 6 May 2024: the lamp is green.",
        "Clarification (6 May 2024): the lamp is green.",
    ],
)
def test_a_note_of_a_correction_dates_the_change(note):
    body = "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. " * 3
    text = f"Lamp to be lit\nBy Ida Holm\n3 May 2024\n\n{body}\n\n{note}\n"
    [article] = read_bytes(text.encode(), "a.txt").articles
    assert article.updated_at == datetime(2024, 5, 6, tzinfo=UTC)
    assert article.date_confidence == {"published_at": "shown", "updated_at": "shown"}
    assert note in article.text
    [stated] = read_bytes(f"---\nupdated: 2024-05-09\n---\n{text}".encode(), "a.md").articles
    assert stated.updated_at == datetime(2024, 5, 9, tzinfo=UTC)
    early = text.replace("3 May 2024", "7 May 2024")
    assert read_bytes(early.encode(), "a.txt").articles[0].updated_at is None


def test_what_only_speaks_of_a_correction_dates_nothing():
    body = "Correction of the market followed. This article was changed by hand, they say. " * 3
    [article] = read_bytes(f"Lamp to be lit\n\n{body}".encode(), "a.txt").articles
    assert article.updated_at is None


@pytest.mark.parametrize(("language", "day"), [("pt-BR", 5), ("en", None), ("", None)])
def test_a_guess_at_a_day_in_figures_needs_a_language_that_puts_the_day_first(language, day):
    body = "O farol de Gull Point volta a brilhar em junho, disse a capitania na terça-feira. " * 3
    page = (
        f"<html lang='{language}'><head><title>Farol</title></head><body><article>"
        f"<h1>O farol volta a brilhar</h1><p class='date'>05/03/2024</p><p>{body}</p>"
        "</article></body></html>"
    )
    [article] = read_bytes(page.encode(), "a.html").articles
    assert (article.published_at and article.published_at.day) == day


@pytest.mark.parametrize("also", ["", "<p class='date'>First published on 20 November 2019</p>"])
def test_a_day_of_a_change_may_be_said_to_be_that_of_publication_too(also):
    body = "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. " * 3
    page = (
        "<html><head><title>Lamp</title><meta name='last-modified' content='2019-11-20'></head>"
        f"<body><article><h1>Lamp to be lit again</h1><p>{body}</p><p class='date'>Last modified "
        f"on 20 November 2019</p></article>{also}</body></html>"
    )
    [article] = read_bytes(page.encode(), "a.html").articles
    assert article.updated_at == datetime(2019, 11, 20, tzinfo=UTC)
    assert (article.published_at is not None) is bool(also)


def test_a_byline_with_a_day_leaves_the_hour_to_the_time_element():
    body = "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. " * 3
    page = (
        "<html><head><title>Lamp</title></head><body><article><h1>Lamp to be lit again</h1>"
        "<p class='byline'>By <a rel='author'>Ida Holm</a>, <time datetime='2024-05-03T08:20:00Z'>"
        f"3 May 2024</time></p><p>{body}</p></article></body></html>"
    )
    [article] = read_bytes(page.encode(), "a.html").articles
    assert (article.author, article.published_at) == (
        "Ida Holm", datetime(2024, 5, 3, 8, 20, tzinfo=UTC),
    )  # fmt: skip
    assert article.provenance["published_at"] == "time element"


def test_an_agency_in_a_linked_byline_is_kept():
    body = "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. " * 3
    page = (
        "<html><head><title>Lamp</title></head><body><article><h1>Lamp to be lit again</h1>"
        f"<a rel='author'>Associated Press</a><p>{body}</p></article></body></html>"
    )
    [article] = read_bytes(page.encode(), "a.html").articles
    assert (article.author, article.agency) == ("Associated Press", "Associated Press")
