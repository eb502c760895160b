"""Faults of pages as content systems write them, each in small."""

from __future__ import annotations

import json
import time

import pytest

from qa.reading import read_bytes
from qa.reading.body import _HOVER, parse_page, read_body
from qa.reading.epub import _ISSUE
from qa.reading.json_ld import article_in
from qa.reading.sites import leads_elsewhere

from .test_html import PARAGRAPHS, ld, page, read_one

LONG = [f"{text} That was said at the {place}." for text in PARAGRAPHS for place in ("pier", "bar")]
PLAIN = {"@type": "NewsArticle", "headline": "The lamp is lit again at last"}


def document(body: str, head: str = "") -> bytes:
    return f"<html lang='en'><head>{head}</head><body>{body}</body></html>".encode()


def test_a_text_in_several_boxes_is_read_whole():
    boxes = "".join(
        f'<div class="body grid"><div class="article-body__inner"><p>{first}</p><p>{second}</p>'
        '</div></div><div class="ad"><span>Advertisement</span></div>'
        for first, second in zip(LONG[::2], LONG[1::2], strict=True)
    )
    article = read_one(document(f"<article class='story'><h1>Lamp lit again</h1>{boxes}</article>"))
    assert article.text.split("\n") == LONG


def test_a_page_of_many_paragraphs_takes_no_more_time_for_each(monkeypatch):
    seconds = []
    for count in (2_000, 8_000):
        said = [
            f"On day {n} the ferry left pier {n * 7} with {n * 13} people on board, and came to "
            f"the harbour of Ellary {n % 59} minutes late, as the company said."
            for n in range(count)
        ]
        marked = "".join(f"<p>{each}</p>" for each in said)
        text = f"<html><body><article><h1>Ferries</h1>{marked}</article></body></html>"
        other = " ".join(each[::-1] for each in said)[: len(text) // 2]
        monkeypatch.setattr("qa.reading.body.extract_body", lambda *_, other=other: other)
        root, _ = parse_page(text)
        began = time.process_time()
        assert read_body(text, root) == other
        seconds.append(time.process_time() - began)
    assert seconds[1] < 7 * seconds[0], "four times the page takes four times as long"


def test_words_of_a_sentence_stay_however_they_are_marked():
    first = (
        'The office said <span class="link"><a href="/b">it will light the lamp</a></span> in '
        'June, <a class="link" href="/c">as planned</a>.'
    )
    article = read_one(page(paragraphs=[first, *PARAGRAPHS]))
    said = "The office said it will light the lamp in June, as planned."
    assert article.text.split("\n")[0] == said


def test_a_card_beside_a_name_is_no_part_of_the_sentence():
    card = (
        '<span class="rollover-people-block"><a>Ida May Holm</a><a>Holm opens the pier</a></span>'
    )
    first = (
        f"Mayor <span class='rollover-people'><a>Ida Holm</a>{card}</span> lit the lamp in June."
    )
    article = read_one(page(paragraphs=[first, *PARAGRAPHS]))
    assert article.text.startswith("Mayor Ida Holm lit the lamp in June.\n")


def test_a_paper_that_prints_an_agencys_copy_is_its_publisher():
    stated = {**PLAIN, "publisher": {"name": "Associated Press"}, "author": {"name": "ANN LEE"}}
    article = read_one(page(f'{ld(stated)}<meta property="og:site_name" content="Harbour Post">'))
    assert (article.publisher, article.agency) == ("Harbour Post", "Associated Press")
    assert article.author == "ANN LEE"


@pytest.mark.parametrize(
    "script",
    [
        json.dumps({**PLAIN, "datePublished": "2018-04-18"}) + "}",
        '{"@type": "NewsArticle", "keywords": ["lamp", ], "datePublished": "2018-04-18"}',
        '{"@type": "Article", "description": "A "lamp", lit",\n "datePublished": "2018-04-18"}',
        '{"@type": "NewsArticle", "description": \'A lamp\', "datePublished": "2018-04-18"}',
        '{"@graph": [{"@type": "WebSite"}, {"@type": "WebPage", "datePublished": "2018-04-18"}]}',
    ],
    ids=["bracket", "comma", "quotation mark", "apostrophe", "page"],
)
def test_the_day_in_json_ld_that_is_broken_or_of_the_page(script):
    article = read_one(page(ld(script), "<p class='byline'>By Ida Holm - 2019-04-10</p>"))
    assert f"{article.published_at:%Y-%m-%d}" == "2018-04-18"
    assert article.provenance["published_at"] == "json-ld"


def test_the_software_of_a_weblog_is_no_publisher():
    stated = ld({**PLAIN, "publisher": {"name": "Blogger"}})
    site = '<meta property="og:site_name" content="Lamp Diary | Notes from the coast">'
    assert read_one(page(stated + site)).publisher == "Lamp Diary"


@pytest.mark.parametrize(
    ("title", "publisher"),
    [
        ("Opinion | The lamp is lit again - The Harbour Star", "The Harbour Star"),
        ("The lamp is lit again | UK News | Coast News", "Coast News"),
        ("The lamp is lit again - losing ten pounds by the sea", None),
        ("The lamp is lit again", None),
    ],
)
def test_the_site_behind_the_headline_is_the_publisher(title, publisher):
    paragraphs = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    body = f"<main><h1>The lamp is lit again</h1>{paragraphs}</main>"
    head = f'<title>{title}</title><meta name="twitter:site" content="@lamp_star">'
    article = read_one(document(body, head))
    assert article.title == "The lamp is lit again"
    assert publisher in (None, article.publisher)
    assert article.publisher != "losing ten pounds by the sea"


@pytest.mark.parametrize(
    "logo", ["<a href='/'><h1>Lamp Star</h1></a>", "<h1><a href='/'>Lamp</a></h1>"]
)
def test_a_logo_is_no_headline(logo):
    paragraphs = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    body = f"<div id='header'>{logo}</div><div id='content'>{paragraphs}</div>"
    article = read_one(document(body, "<title>Keepers strike at Gull Point - Lamp Star</title>"))
    assert (article.title, article.publisher) == ("Keepers strike at Gull Point", "Lamp Star")


def test_a_teaser_of_another_site_is_no_headline():
    top = (
        "<h1><a href='https://other.example/reindeer'>Why do you not go for the reindeer?</a></h1>"
    )
    head = (
        '<link rel="canonical" href="https://lamp.example/stadium">'
        '<meta property="og:title" content="Reviews of the new stadium are here">'
    )
    paragraphs = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
    article = read_one(document(f"{top}<div class='post'>{paragraphs}</div>", head))
    assert article.title == "Reviews of the new stadium are here"


@pytest.mark.parametrize(
    ("author", "expected"),
    [
        ("Staff Reports", None),
        ("From staff and wire reports", None),
        ("Harbour Star wire services", None),
        ("Lamp Star Bureau", None),
        ("jdadmin", None),
        ("Ann Lee, Lamp Star Business", "Ann Lee"),
        ("Ann Lee, Lamp Star Editor-at-large", "Ann Lee"),
        ("Ann Lee and wire reports", "Ann Lee and wire reports"),
        ("Coast News Service", "Coast News Service"),
    ],
)
def test_desks_and_accounts_are_nobody(author, expected):
    head = (
        f'<meta name="author" content="{author}"><meta property="og:site_name" content="Lamp Star">'
    )
    assert read_one(page(head)).author == expected


@pytest.mark.parametrize(
    "line",
    [
        "Tempo de leitura: 2 minutos",
        "Reading time: 4 min",
        "[Related: Harbour Keynote: Lamps, Keys And Protesters]",
        "Related post: How to keep a lamp",
        "DON'T MISS",
        "Keepers furious at mayor for lamp jibe [INSIGHT]",
        "Like this story? Share it with a friend!",
        "copyright Lamp Magazine 2019 - ISSN: 2283-0000",
        "Get the day’s top headlines delivered to your inbox every morning by joining our list.",
    ],
)
def test_furniture_of_pages(line):
    text = "\n\n".join(["A Headline for the Lamp", PARAGRAPHS[0], line, *PARAGRAPHS[1:]])
    [article] = read_bytes(text.encode(), "a.txt").articles
    assert line not in article.text
    assert article.text.split("\n\n") == PARAGRAPHS


def test_a_button_behind_a_sentence_goes():
    article = read_one(page(paragraphs=[*PARAGRAPHS, "The lamp is a friend.<a>Click To Tweet</a>"]))
    assert article.text.endswith("\nThe lamp is a friend.")


@pytest.mark.parametrize("marks", ["has-tooltip", "tooltip", "popover-trigger", "hovercard"])
def test_words_that_have_a_tooltip_stay(marks):
    first = f'The lamp burns <span class="{marks}" title="CO2">carbon dioxide</span> no longer now.'
    article = read_one(page(paragraphs=[first, *PARAGRAPHS]))
    assert article.text.startswith("The lamp burns carbon dioxide no longer now.\n")


def test_a_heading_with_a_broken_link_loses_no_article():
    heading = '<h1><a href="http://[bad">The lamp is lit again at last</a></h1>'
    body = "".join(f"<p>{each}</p>" for each in LONG)
    article = read_one(document(f"<article>{heading}{body}</article>"))
    assert article.title == "The lamp is lit again at last"


@pytest.mark.parametrize(
    "line",
    [
        "Copyright Office officials said in March 2023 that works of machines have no owner.",
        "Copyright Act of 1976 protects works for seventy years after their author has died.",
    ],
)
def test_sentences_on_copyright_stay(line):
    text = "\n\n".join(["A Headline for the Lamp", PARAGRAPHS[0], line, *PARAGRAPHS[1:]])
    [article] = read_bytes(text.encode(), "a.txt").articles
    assert line in article.text


def test_escapes_in_broken_json_ld_are_read():
    script = (
        '<script type="application/ld+json">{"@type": "NewsArticle", '
        r'"headline": "The caf\u00e9\u2019s lamp is lit \"again\"", '
        '"description": "a "b" c"}</script>'
    )
    assert read_one(page(script)).title == 'The café’s lamp is lit "again"'


def test_hostile_pages_take_no_minutes():
    began = time.process_time()
    article_in(['{"@type":' + "\n" * 300_000], None, [])
    _HOVER.search("rollover-" * 30_000)
    _ISSUE.sub("", "[" + "1" * 300_000)
    root, _ = parse_page("<a href='http://x.example/'>" + "<h1>a b</h1>" * 20_000 + "</a>")
    assert not any(leads_elsewhere(each, None) for each in root.iter("h1"))
    assert time.process_time() - began < 2
