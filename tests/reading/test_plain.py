"""Single articles in plain text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.reading import read_bytes
from qa.reading.authors import clean_author, parse_byline
from qa.reading.fields import parse_age, parse_dateline

TITLE = "Old Lighthouse to Shine Again"
BODY = (
    "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday.\n\n"
    "It has been dark since 1974. A local clockmaker repaired the works for nothing."
)


def read_one(text: str, source: str = "old-lighthouse.txt"):
    result = read_bytes(text.encode(), source)
    assert result.problems == ()
    [article] = result.articles
    return article


@pytest.mark.parametrize(
    "head",
    [
        "By Ida Holm\nPublisher: Harbour Star\nPublished: 14 March 2025",
        "Published: March 14, 2025\nAuthor: Ida Holm\nSource: Harbour Star",
        "Harbour Star\n14 March 2025\nBy Ida Holm",
        "By Ida Holm\nHarbour Star | 14 March 2025",
        "By Ida Holm | Harbour Star | 2025-03-14",
        "\nHarbour Star\n\nFriday, 14 March 2025\n\nWritten by Ida Holm",
        "Date: 14/03/2025\nby Ida Holm, harbour correspondent\nHarbour Star",
        "Harbour Star — Friday, 14 March 2025\nBy Ida Holm",
        "By Ida Holm, Harbour Star\nPublisher: Harbour Star\nMar 14th, 2025",
    ],
)
def test_header_lines_in_any_order(head):
    article = read_one(f"{TITLE}\n{head}\n\n{BODY}\n")
    assert (article.title, article.text) == (TITLE, BODY)
    assert (article.author, article.publisher) == ("Ida Holm", "Harbour Star")
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.provenance["author"] == "byline"
    assert article.provenance["published_at"] == article.provenance["publisher"] == "header"


def test_more_header_lines():
    head = "Updated: 15 March 2025, 08:30 CET\nhttps://example.org/lamp\nLanguage: en\n2 days ago"
    article = read_one(f"{TITLE}\n{head}\n\n{BODY}")
    assert article.text == BODY
    assert article.updated_at == datetime(2025, 3, 15, 7, 30, tzinfo=UTC)
    assert (article.url, article.language) == ("https://example.org/lamp", "en")
    assert (article.age, article.published_at) == ("2 days ago", None)


def test_a_standfirst_stays_in_the_body():
    standfirst = "A lamp that three generations knew only dark is to turn again"
    article = read_one(f"{TITLE}\n{standfirst}\nBy Ida Holm\n\n{BODY}")
    assert article.author == "Ida Holm"
    assert article.text == f"{standfirst}\n\n{BODY}"


@pytest.mark.parametrize(
    "first",
    [
        "By 1950 the lamp had been dark for years.",
        "By Monday",
        "By the river the keepers built a second house.",
        "Yesterday the lamp was lit. Nobody came.",
        "Source: the river rises behind the school and is dry by August, as everyone in town knows",
    ],
)
def test_prose_at_the_head_is_no_header(first):
    article = read_one(f"{TITLE}\n\n{first}\n\n{BODY}")
    assert article.text == f"{first}\n\n{BODY}"
    assert (article.author, article.publisher, article.age) == (None, None, None)


@pytest.mark.parametrize(
    ("menu", "publisher"),
    [
        ("Home | News | Sport | Weather", None),
        ("Home\nNews\nSport\nWeather", None),
        ("Harbour Star\nHome\nNews\nSport\nSubscribe\nSign in", "Harbour Star"),
        ("Skip to main content\nMenu\nMy account", None),
    ],
)
def test_a_menu_above_the_title_and_the_foot_of_the_page_are_left_out(menu, publisher):
    head, foot = f"{TITLE}\nBy Ida Holm\n14 March 2025", "About us\nContact | Privacy policy"
    article = read_one(f"{menu}\n\n{head}\n\n{BODY}\n\n{foot}\n")
    assert (article.title, article.text) == (TITLE, BODY)
    assert (article.publisher, article.author) == (publisher, "Ida Holm")
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)


def test_one_item_of_a_menu_may_be_a_title():
    assert read_one(f"Weather\nBy Ida Holm\n\n{BODY}").title == "Weather"


def test_no_headline_gives_a_title_from_the_file_name():
    article = read_one(BODY, "news/2025-03-14_old-lighthouse.txt")
    assert (article.title, article.text) == ("Old lighthouse", BODY)
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.provenance["title"] == article.provenance["published_at"] == "file name"


def test_a_headline_alone_is_no_article():
    result = read_bytes(TITLE.encode(), "a.txt")
    assert result.articles == ()
    assert "no body" in result.problems[0].reason


@pytest.mark.parametrize(
    "title", ["Is the Lamp Safe?", "What comes next for the U.S.", "KEEPER'S SON, 9, FOUND"]
)
def test_headlines(title):
    assert read_one(f"{title}\n\n{BODY}").title == title


def test_hard_wrapped_paragraphs_are_joined_and_lists_are_not():
    wrapped = (
        "The lamp on Gull Point will be lit in June, the harbour\n"
        "office said on Tuesday. It has been dark since 1974, and\n"
        "nobody under fifty has seen it turn. The last keeper had\n"
        "a goat.\n\n"
        "The works need:\n- oil\n- a new rope\n- patience\n"
    )
    article = read_one(f"{TITLE}\n\n{wrapped}")
    assert article.text.split("\n\n") == [
        "The lamp on Gull Point will be lit in June, the harbour office said on Tuesday. It has "
        "been dark since 1974, and nobody under fifty has seen it turn. The last keeper had a "
        "goat.",
        "The works need:\n- oil\n- a new rope\n- patience",
    ]


def test_lines_that_are_no_wrapped_paragraphs_are_not_joined():
    title = "A Title as Long as the Longest Line That This File Has"
    head = f"{title}\nBy Ida Holm\n14 March 2025"
    article = read_one(f"{head}\n\nThe lamp is lit.\nThe keeper is gone and nobody\nmourns.")
    assert (article.title, article.author) == (title, "Ida Holm")
    assert article.text == "The lamp is lit.\nThe keeper is gone and nobody\nmourns."


def test_the_text_is_clean():
    dirty = (
        "The\u00a0\u00a0lamp\u00ad is\u200b  lit.\x07\ufeff  Cafe\u0301 opens.\u2028"
        "Next \u202eline here."
    )
    article = read_one(f"{TITLE}\r\n\r\n{dirty}\r\n\r\n\r\n\r\nLast one.")
    assert article.text == "The lamp is lit. Café opens.\nNext line here.\n\nLast one."


def test_joiners_stay_where_a_script_needs_them():
    article = read_one(f"{TITLE}\n\nمی\u200cخواهم گفت. The la\u200cmp turned.")
    assert article.text == "می\u200cخواهم گفت. The lamp turned."


def test_the_tail_of_a_single_article_leaves_it():
    tail = "Author: Ida Holm\nTags: lamps, harbours\nComments\nNo comments yet\n© 2025 Harbour Star"
    article = read_one(f"{TITLE}\n\n{BODY}\n{tail}")
    assert (article.text, article.author) == (BODY, "Ida Holm")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NEW YORK (AP) — It would", ("NEW YORK (AP)", "AP")),
        ("KYIV, Ukraine (AP) — It", ("KYIV, Ukraine (AP)", "AP")),
        ("LONDON, March 14 (Reuters) - Oil", ("LONDON, March 14 (Reuters)", "Reuters")),
        ("Paris (AFP) – The", ("Paris (AFP)", "AFP")),
        ("BERLIN (dpa) – Der", ("BERLIN (dpa)", "dpa")),
        ("KELL (see map) – The", None),
        ("ST. JOHN'S, N.L. — The", ("ST. JOHN'S, N.L.", None)),
        ("KESTREL BAY — A retired", ("KESTREL BAY", None)),
        ("NATO — the alliance", None),
        ("NASA said (again) — no", None),
        ("The lamp — dark since 1974 — is lit", None),
        ("(Reuters) - The rain", (None, "Reuters")),
        ("(Sic) - The rain", None),
        ("He said (twice) that", None),
    ],
)
def test_datelines(text, expected):
    assert parse_dateline(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Ida Holm", "Ida Holm"),
        ("Ida Holm and Bo Lind", "Ida Holm and Bo Lind"),
        ("Ida Holm, Bo Lind, Staff Writers", "Ida Holm, Bo Lind"),
        ("Ida Holm Staff Reporter", "Ida Holm"),
        ("Ida Holm (Reuters)", "Ida Holm"),
        ("Ida Holm in London", "Ida Holm"),
        ("Ida Holm <ida@example.org>", "Ida Holm"),
        ("Holm, Ida", "Holm, Ida"),
        ("Ida Holm, Jr.", "Ida Holm, Jr."),
        ("https://example.org/ida", None),
        (" , ", None),
    ],
)
def test_authors_are_names_only(text, expected):
    assert clean_author(text) == expected


@pytest.mark.parametrize(
    "line",
    ["By Ida Holm.", "By the way", "By and large", "Standing By", "By 5 p.m. Friday", "By April"],
)
def test_what_is_no_byline(line):
    assert parse_byline(line) is None


@pytest.mark.parametrize(
    "line",
    ["an hour ago", "4 hours ago", "2h ago", "Just now", "Updated 3 weeks ago", "a year ago"],
)
def test_ages(line):
    assert parse_age(line) is not None


@pytest.mark.parametrize("line", ["long ago", "an hour ago he left", "4 hours", "ago", "tomorrow"])
def test_what_is_no_age(line):
    assert parse_age(line) is None
