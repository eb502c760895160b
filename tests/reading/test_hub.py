"""Pages that hold several articles in full, and those that only look like it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa.reading import Stated, preview, read_bytes

from .test_html import LD, NOISE, PARAGRAPHS, ld

FERRY = [
    "The ferry to Skerrin Island will sail twice a day from Monday, the operator said.",
    "It had lain in dock since the storm of December, which bent its shaft and two doors.",
    "Islanders have gone by fishing boat meanwhile, at their own cost and in all weathers.",
    "The operator will pay back half of what they spent, and has asked them for the receipts.",
    "A second ferry is being built in the north and is to take over in the autumn of next year.",
    "Nobody on the island believes that, its mayor said, but everyone would be glad of it.",
]
TRAM = [
    "The tram line to the new hospital will cost a third more than planned, the council said.",
    "Steel became dearer while the council argued over the route, which it changed three times.",
    "Work starts in March at the harbour and will close two streets for most of the summer.",
    "Shopkeepers there want to be paid for what they lose, and have hired a lawyer to say so.",
    "The council has put aside two millions for that and calls the sum more than enough.",
    "The line is to open four years from now, half a year before the hospital does itself.",
]
LAMP = [
    *PARAGRAPHS,
    *(f"The keeper of {year} wrote of {year % 90} ships." for year in (1901, 1930)),
]
LAMP += ["His books lie in the museum, and those who can read his hand are welcome to do so daily."]


def article(title: str, paragraphs: list[str], top: str = "", level: int = 2) -> str:
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    return f"<article><h{level}>{title}</h{level}>{top}{body}</article>"


def hub(*articles: str, head: str = "", top: str = "<h1>News</h1>") -> bytes:
    return (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>News | Star</title>"
        f"<meta property='og:site_name' content='Star'>{head}</head><body>{NOISE[0]}"
        f"<main>{top}{''.join(articles)}</main>{NOISE[1]}</body></html>"
    ).encode()


def test_each_article_has_its_own_text_and_fields():
    data = hub(
        article("<a href='/2025/ferry'>Ferry sails again</a>", FERRY,
                "<p class='byline'>By Ida Holm</p><time datetime='2025-03-14'>14 March</time>"),
        article("Tram costs more", TRAM, "<p class='byline'>By Bo Lind</p><time>2h ago</time>"),
        article("Short one", TRAM[:1]),
        head="<link rel='canonical' href='https://star.example/news'>",
    )  # fmt: skip
    stated = Stated(captured=datetime(2025, 8, 3, 12, tzinfo=UTC), captured_by="--captured")
    result = read_bytes(data, "2020-01-01-news.html", stated)
    assert result.problems == ()
    ferry, tram = result.articles
    assert [each.text.split("\n") for each in (ferry, tram)] == [FERRY, TRAM]
    assert [each.title for each in (ferry, tram)] == ["Ferry sails again", "Tram costs more"]
    assert (ferry.author, tram.author) == ("Ida Holm", "Bo Lind")
    assert (ferry.publisher, ferry.language, tram.publisher) == ("Star", "en", "Star")
    assert (ferry.url, tram.url) == ("https://star.example/2025/ferry", None)
    assert ferry.published_at.date().isoformat() == "2025-03-14"
    assert tram.published_at.date().isoformat() == "2025-08-03"
    assert (ferry.position, tram.position) == (0, 1)
    assert ferry.id != tram.id
    assert TRAM[0] not in preview(data, "news.html").dropped


def test_what_the_page_says_of_one_is_said_of_that_one():
    data = hub(
        article(LD["headline"], LAMP, level=1), article("Ferry sails again", FERRY),
        head=ld(LD), top="",
    )  # fmt: skip
    lamp, ferry = read_bytes(data, "page.html").articles
    assert (lamp.author, lamp.publisher) == ("Ida Json, Bo Json", "Json Star")
    assert (ferry.author, ferry.publisher, ferry.published_at) == (None, "Star", None)


TEASERS = "".join(article(f"Teaser {n}", TRAM[n : n + 1], level=3) for n in range(6))


@pytest.mark.parametrize(
    "data",
    [
        hub(article("Ferry sails again", FERRY, level=1), TEASERS, top=""),
        # Teasers within an article of theirs, together long, under a heading of its own.
        hub(article("Ferry sails again", FERRY, level=1),
            f"<article><h3>You may like</h3>{TEASERS}</article>", top=""),
        # Teasers within the article.
        hub(f"<article><h1>Ferry sails again</h1>{''.join(f'<p>{p}</p>' for p in FERRY)}"
            f"{article('Tram', TRAM)}</article>", top=""),
        # Linked text, the margin, comments: each long enough and with a heading.
        hub(article("Ferry sails again", FERRY, level=1),
            article("Tram", [f"<a href='/'>{p}</a>" for p in TRAM]), top=""),
        hub(article("Ferry sails again", FERRY, level=1), f"<aside>{article('T', TRAM)}</aside>",
            f"<div class='comments'>{article('C', TRAM)}</div>", top=""),
        # Neither without a heading nor with that of another.
        hub(article("Ferry sails again", FERRY, level=1), f"<article><p>{' '.join(TRAM)}</article>",
            top=""),
        hub(article("Ferry sails again", FERRY), article("Ferry sails again", TRAM)),
        # A live report, which says that it is one.
        hub(article("08:00", FERRY), article("09:00", TRAM), top="<h1>Lamp from JSON</h1>",
            head=ld(LD)),
    ],
)  # fmt: skip
def test_what_is_one_article_stays_one(data):
    result = read_bytes(data, "page.html")
    assert len(result.articles) == 1
    assert FERRY[0] in result.articles[0].text
