"""Web pages: the body, and where each field comes from."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from qa.reading import read_bytes

PARAGRAPHS = [
    "The lamp on Gull Point will be lit again in June, the harbour office said on Tuesday.",
    "It has been dark since 1974, when the last keeper retired and the works were sealed.",
    "A local clockmaker repaired the works over three winters and asked for nothing but tea.",
    "Ships no longer need the light, the office said, but the town has missed it all the same.",
]
NOISE = (
    "<nav><a href='/'>Home</a><a href='/sport'>Sport</a></nav>",
    "<footer><p>© 2025 Harbour Star. All rights reserved.</p></footer>",
    "<section class='comments'><h2>Comments</h2><p>First! What a lamp this is.</p></section>",
)
LD = {
    "@type": "NewsArticle",
    "headline": "Lamp from JSON",
    "author": [{"@type": "Person", "name": "By Ida Json"}, {"name": "Bo Json"}],
    "publisher": {"name": "Json Star"},
    "datePublished": "2025-03-14T10:00:00+02:00",
    "dateModified": "2025-03-15",
    "mainEntityOfPage": {"@id": "https://example.org/json"},
    "inLanguage": "en-GB",
}
META = (
    '<meta property="og:title" content="Lamp from meta | Meta Star">'
    '<meta property="og:site_name" content="Meta Star"><meta name="author" content="By Ida Meta">'
    '<meta property="article:published_time" content="2025-04-01T00:00:00Z">'
    '<link rel="canonical" href="https://example.org/meta">'
)
BYLINE = (
    '<p class="byline">By Ida Byline | Byline Star</p><time datetime="2025-05-01">1 May 2025</time>'
)


def page(head: str = "", top: str = "", paragraphs: list[str] | None = None) -> bytes:
    body = "".join(f"<p>{text}</p>" for text in paragraphs or PARAGRAPHS)
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Lamp | Site</title>"
        f"{head}</head><body>{NOISE[0]}<main><article><h1>Lamp from h1</h1>{top}"
        f"{body}</article></main>"
        f"{NOISE[1]}{NOISE[2]}</body></html>"
    ).encode()


def ld(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def read_one(data: bytes):
    result = read_bytes(data, "page.html")
    assert result.problems == ()
    [article] = result.articles
    return article


def test_the_body_and_nothing_else():
    article = read_one(page(META, BYLINE + "<ul><li>Share</li><li>Email</li></ul>"))
    assert article.text.split("\n") == PARAGRAPHS


def test_json_ld_comes_first():
    article = read_one(page(META + ld(LD), BYLINE))
    assert (article.title, article.author) == ("Lamp from JSON", "Ida Json, Bo Json")
    assert (article.publisher, article.url) == ("Json Star", "https://example.org/json")
    assert article.published_at == datetime(2025, 3, 14, 8, tzinfo=UTC)
    assert article.updated_at == datetime(2025, 3, 15, tzinfo=UTC)
    assert article.language == "en-GB"
    assert set(article.provenance.values()) == {"json-ld"}


def test_then_meta_tags():
    article = read_one(page(META, BYLINE))
    assert (article.title, article.author) == ("Lamp from meta", "Ida Meta")
    assert (article.publisher, article.url) == ("Meta Star", "https://example.org/meta")
    assert article.published_at == datetime(2025, 4, 1, tzinfo=UTC)
    assert set(article.provenance.values()) == {"meta"}


def test_then_the_visible_byline():
    article = read_one(page("", BYLINE))
    assert (article.title, article.author) == ("Lamp from h1", "Ida Byline")
    assert (article.publisher, article.provenance["publisher"]) == ("Byline Star", "byline")
    assert article.published_at == datetime(2025, 5, 1, tzinfo=UTC)
    assert article.provenance["author"] == "byline"
    assert article.provenance["published_at"] == "time element"
    assert article.text.split("\n") == PARAGRAPHS


def test_each_field_has_its_own_source():
    article = read_one(page(META + ld({"@type": "Article", "headline": "Lamp from JSON"}), BYLINE))
    assert (article.title, article.provenance["title"]) == ("Lamp from JSON", "json-ld")
    assert (article.author, article.provenance["author"]) == ("Ida Meta", "meta")


@pytest.mark.parametrize(
    "value",
    [
        {"@graph": [{"@type": "WebSite", "name": "No"}, LD]},
        [{"@type": "BreadcrumbList"}, LD],
        {**LD, "@type": ["Thing", "BlogPosting"]},
        {"@type": "WebPage", "mainEntity": LD},
        "<!-- " + json.dumps(LD) + " -->",
        json.dumps({**LD, "description": "x"}).replace('"x"', '"a\nb"'),
    ],
)
def test_shapes_of_json_ld(value):
    assert read_one(
        page("", BYLINE).replace(b"</head>", (ld(value) + "</head>").encode())
    ).title == ("Lamp from JSON")


def test_json_ld_references_are_followed():
    graph = [
        {**LD, "author": {"@id": "#ida"}, "publisher": {"@id": "#star"}},
        {"@id": "#ida", "@type": "Person", "name": "Ida &amp; Bo"},
        {"@id": "#star", "name": "Star"},
    ]
    article = read_one(page(ld({"@graph": graph})))
    assert (article.author, article.publisher) == ("Ida & Bo", "Star")


def test_several_people_in_one_object_of_json_ld():
    people = {"@type": "Person", "name": ["Ida Holm", "Bo &amp; Co"]}
    for author in (people, [people]):
        assert read_one(page(ld({**LD, "author": author}))).author == "Ida Holm, Bo & Co"


def test_broken_json_ld_is_passed_over():
    assert read_one(page(META + ld('{"@type": "NewsArticle",,}'))).title == "Lamp from meta"


def test_a_paywalled_teaser_gives_way_to_the_whole_body():
    body = "\n".join(PARAGRAPHS * 3)
    article = read_one(page(ld({**LD, "articleBody": body}), "", PARAGRAPHS[:1]))
    assert article.text == body


def test_a_page_without_a_body_is_a_problem():
    for data in (b"<html><body></body></html>", b"<!-- -->", b"<html><head>" + META.encode()):
        result = read_bytes(data, "page.htm")
        assert result.articles == ()
        assert "no article body" in result.problems[0].reason


def test_the_declared_encoding_is_used():
    text = PARAGRAPHS[0].replace("lamp", "lampé")
    data = page("", "", [text, *PARAGRAPHS[1:]]).decode().replace("utf-8", "iso-8859-1")
    assert "lampé" in read_one(data.encode("latin-1")).text


def test_text_is_not_markup_any_more():
    article = read_one(
        page("", "", ["Use &lt;script&gt; with <b>care</b>, said the man.", *PARAGRAPHS])
    )
    assert article.text.startswith("Use <script> with care, said the man.")


def test_the_line_below_a_tables_head_is_no_text():
    rows = "".join(f"<tr><td>{n}</td><td>Runner {n}</td></tr>" for n in range(1, 4))
    table = f"<table><caption>Women</caption><tr><th>Place</th><th>Name</th></tr>{rows}</table>"
    article = read_one(page("", "", [*PARAGRAPHS[:3], f"</p>{table}<p>{PARAGRAPHS[3]}"]))
    assert "---" not in article.text
    assert "Place | Name\n1 | Runner 1\n" in article.text
    assert "Women\n" in article.text


def test_a_page_without_any_heading_begins_with_its_title():
    lines = ["<b>Lamp to be lit again</b>", "By IDA HOLM", "Harbour Star, May 3, 2024", *PARAGRAPHS]
    data = f"<html><body><div>{'<br><br>'.join(lines)}</div></body></html>".encode()
    [article] = read_bytes(data, "p1.html").articles
    assert (article.title, article.author) == ("Lamp to be lit again", "IDA HOLM")
    assert (article.publisher, str(article.published_at)[:10]) == ("Harbour Star", "2024-05-03")
    assert article.text.startswith(PARAGRAPHS[0])
