"""What pages, letters, documents and exports look like that nobody made for a test."""

from __future__ import annotations

import io
import json
from email.message import EmailMessage

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from qa.reading import read_bytes

SAID = (
    "The harbour board voted on Tuesday to close the fish market after forty years of trading, "
    "the chairman said after the meeting."
)
MORE = (
    "It will be pulled down in the spring and replaced by a car park for 300 cars, which the "
    "traders had opposed for many months."
)
PARAGRAPHS = f"<p>{SAID}</p><p>{MORE}</p><p>{MORE}</p>"
WRAPPED = """The harbour board voted on Tuesday to close the fish market after forty
years of trading, the chairman said. It will be pulled down in the spring
and replaced by a car park for 300 cars.

{link}Traders said they had not been asked. Nobody told us, said Owen Tarrick,
who has sold fish there since 1987. The council answered that letters had
been sent to all of them in March, and that a meeting was held.
"""
LINK = f"Read more: https://click.star.example/?qs={'0123456789' * 12}\n\n"
OG = (
    "<meta property='og:title' content='Fish market to close in the spring'>"
    "<meta property='og:site_name' content='The Cape Breton Post'>"
)


def read(data: str | bytes, name: str):
    return read_bytes(data.encode() if isinstance(data, str) else data, name).articles


def page(body: str, head: str = OG, marks: str = "") -> str:
    return (
        f"<!doctype html><html lang='en'><head><title>Star</title>{head}</head>"
        f"<body class='{marks}'>{body}</body></html>"
    )


def test_cells_of_a_table_are_apart() -> None:
    table = (
        "<table><tr><td>Harbour</td><td>2</td><td>2</td></tr><tr><td>City</td><td>1</td></table>"
    )
    [article] = read(json.dumps({"title": "Cup", "text": f"<p>{SAID}</p>{table}"}), "cup.jsonl")
    assert [line for line in article.text.splitlines() if line][1:] == ["Harbour 2 2", "City 1"]


def test_a_word_document_loses_no_cell_insertion_or_control() -> None:
    document = docx.Document()
    document.add_heading("League round-up", 1)
    document.add_paragraph(SAID)
    cells = document.add_table(rows=1, cols=4).rows[0].cells
    for cell, text in zip(cells, ("Harbour", "2", "2", "Town"), strict=True):
        cell.text = text
    paragraph = document.add_paragraph("The crash hurt ")
    inserted, run, text = (OxmlElement(f"w:{tag}") for tag in ("ins", "r", "t"))
    text.text = "forty-one"
    run.append(text)
    inserted.append(run)
    paragraph._p.append(inserted)
    paragraph.add_run(" people, police said.")
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    content.append(document.add_paragraph("The mayor was not among them.")._p)
    control.append(content)
    document.element.body.insert(len(document.element.body) - 1, control)
    assert document.element.body.find(qn("w:sdt")) is not None
    data = io.BytesIO()
    document.save(data)
    [article] = read(data.getvalue(), "round-up.docx")
    assert "Harbour | 2 | 2 | Town" in article.text
    assert "The crash hurt forty-one people, police said." in article.text
    assert "The mayor was not among them." in article.text


@pytest.mark.parametrize("publisher", ["9News", "7NEWS", "mint", "Yahoo!", "The i", "Inc."])
def test_a_publisher_named_twice_is_one_whatever_its_name(publisher: str) -> None:
    head = f"{publisher}\n3 hours ago\n- {publisher}\n"
    first = f"Harbour Courier\n4 hours ago\n- Harbour Courier\nFirst related headline\n{SAID}\n"
    main = f"Magnet plant opens\nBy Ann Lee\n{SAID}\nHashtags\n#magnets\nRelated Articles\n\n\n"
    found = read(f"{main}{first}\n\n{head}Second related headline\n{MORE}\n", "page.txt")
    assert [a.publisher for a in found] == [None, "Harbour Courier", publisher]
    assert found[1].text == SAID
    assert found[2].title == "Second related headline"


def test_of_a_page_with_other_stories_in_its_json_ld_the_own_one_counts() -> None:
    def node(title: str, day: str, name: str) -> dict[str, str]:
        return {
            "@type": "NewsArticle", "headline": title, "datePublished": day,
            "url": f"https://star.example/{name}",
        }  # fmt: skip

    nodes = [
        node("Other story of long ago", "2020-01-01", "other"),
        node("Fish market to close in the spring", "2024-05-03", "market"),
    ]
    script = f"<script type='application/ld+json'>{json.dumps(nodes)}</script>"
    for head in ("<link rel='canonical' href='https://star.example/market'>", OG):
        [article] = read(page(f"<article>{PARAGRAPHS}</article>", script + head), "market.html")
        assert article.title == "Fish market to close in the spring"
        assert article.url == "https://star.example/market"
        assert article.published_at is not None
        assert article.published_at.year == 2024


def test_commentary_is_no_comment() -> None:
    def post(title: str, by: str) -> str:
        long = PARAGRAPHS * 2
        return (
            f"<article class='post category-commentary'><h2><a href='/{by}'>{title}</a></h2>"
            f"<div class='byline'>By {by} Lee</div>{long}</article>"
        )

    posts = post("The market must stay open", "Ann") + post("The harbour needs a wall", "Bob")
    found = read(page(f"<main>{posts}</main>", "", "archive category-commentary"), "section.html")
    assert [a.author for a in found] == ["Ann Lee", "Bob Lee"]


def test_who_comments_is_no_publisher() -> None:
    main = f"Fish market to close in spring\n\nBy Ann Lee\n\n{SAID}\n\n{MORE}\n\nComments\n\n"
    said = "John Smith\n2 hours ago\nWhat a shame, it was the heart of the town\nReply\n\n"
    found = read(f"{main}{said}{said.replace('John', 'Mary')}", "market.txt")
    assert [a.author for a in found] == ["Ann Lee"]
    below = (
        f"Harbour Courier\n2 hours ago\nWhat a shame for the town\n{SAID} {MORE} {SAID} {MORE}\n"
    )
    other = f"Gull Point Star\n3 hours ago\nTraders go to court\n{MORE} {SAID} {MORE} {SAID}\n"
    found = read(f"{main}{below}\n{other}", "market.txt")
    assert [a.publisher for a in found] == [None, "Harbour Courier", "Gull Point Star"]


def test_the_day_in_a_masthead_is_not_the_articles() -> None:
    top = "<header><time datetime='2025-08-03'>Sunday</time></header>"
    own = "<div class='byline'>By Ann Lee</div><time datetime='2024-05-03'>3 May</time>"
    heading = "<h1>Fish market to close in the spring</h1>"
    [article] = read(page(f"{top}<article>{heading}{own}{PARAGRAPHS}</article>"), "market.html")
    assert str(article.published_at)[:10] == "2024-05-03"
    times = (
        "<p>Updated <time datetime='2024-05-04'>4 May</time></p>"
        "<p>Published <time datetime='2024-05-03'>3 May</time></p>"
    )
    [article] = read(page(f"<article>{heading}{times}{PARAGRAPHS}</article>"), "market.html")
    assert str(article.published_at)[:10] == "2024-05-03"
    assert str(article.updated_at)[:10] == "2024-05-04"


@pytest.mark.parametrize(
    "moment",
    [1712113012345, "1712113012345", 1712113012, "1712113012", {"$date": "2024-04-03T02:56:52Z"},
     {"$date": {"$numberLong": "1712113012345"}}],
)  # fmt: skip
def test_times_as_databases_export_them(moment: object) -> None:
    line = json.dumps({"title": "Market", "text": SAID, "published_at": moment})
    [article] = read(line, "export.jsonl")
    assert str(article.published_at)[:10] == "2024-04-03"


def test_a_feed_dated_by_dublin_core() -> None:
    feed = f"""<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
    xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
    <channel rdf:about="https://star.example/"><title>Harbour Star</title>
    <link>https://star.example/</link><description>News</description></channel>
    <item rdf:about="https://star.example/1"><title>Market to close</title>
    <link>https://star.example/1</link><description>{SAID}</description>
    <dc:date>2024-05-03T10:00:00+09:00</dc:date></item></rdf:RDF>"""
    [article] = read(feed, "feed.rss")
    assert str(article.published_at)[:10] == "2024-05-03"
    assert article.updated_at is None


def letter(name: str, subject: str, text: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"] = f"{name} <someone@star.example>", subject
    made["Date"] = "Mon, 3 Mar 2025 10:00:00 +0000"
    made.set_content(text)
    return made


def test_an_attached_letter_is_its_own_writers() -> None:
    outer = letter("Ann Lee", "Fwd: Market", "See the letter that I have attached to this one.")
    outer.add_attachment(letter("Harbour Star", "Market closes", SAID))
    own, attached = read(outer.as_bytes(), "forwarded.eml")
    assert (own.author, own.text) == (
        "Ann Lee", "See the letter that I have attached to this one.",
    )  # fmt: skip
    assert attached.title == "Market closes"
    assert SAID[:60] in attached.text


def test_what_is_attached_inline_takes_no_letters_place() -> None:
    made = letter("Ann Lee", "Cutting", "Here is the cutting that you asked me for last week.")
    cutting = page(f"<article><h1>Fish market to close</h1>{PARAGRAPHS}</article>")
    made.add_attachment(
        cutting.encode(), maintype="text", subtype="html", filename="c.html", disposition="inline"
    )
    own, cut = read(made.as_bytes(), "inline.eml")
    assert own.text == "Here is the cutting that you asked me for last week."
    assert SAID in cut.text


@pytest.mark.parametrize("link", ["", LINK])
def test_lines_that_a_program_wrapped_are_joined(link: str) -> None:
    whole = "close the fish market after forty years of trading, the chairman said."
    wrapped = WRAPPED.format(link=link)
    [article] = read(letter("Harbour Star", "Market closes", wrapped).as_bytes(), "wrapped.eml")
    assert whole in article.text
    [article] = read(f"Fish market to close\n\n{wrapped}", "wrapped.txt")
    assert whole in article.text


def test_a_heading_that_is_broken_or_the_sites() -> None:
    broken = "<h1>Fish market<br>to close in the spring</h1>"
    [article] = read(page(f"<article>{broken}{PARAGRAPHS}</article>"), "market.html")
    assert article.title == "Fish market to close in the spring"
    assert article.text.startswith(SAID[:40])
    site = "<h1 class='site-title'>The Cape Breton Post</h1>"
    own = f"<article><h2>Fish market to close in the spring</h2>{PARAGRAPHS}</article>"
    [article] = read(page(site + own), "market.html")
    assert article.title == "Fish market to close in the spring"


def test_nothing_as_databases_write_it() -> None:
    table = f"title,author,publisher,text\nMarket,NULL,\\N,{SAID.replace(',', ';')}\n"
    [article] = read(table, "export.csv")
    assert (article.author, article.publisher) == (None, None)


def test_a_letter_that_was_cut_in_two_costs_no_page() -> None:
    text = f"<p>{'漁港の市場は四十年の営業を終える。' * 40}</p>".encode("shift_jis")
    cut = b"<html><head><meta charset='shift_jis'><title>x</title></head><body>" + text
    damaged = cut[:200] + cut[201:]
    assert [a.language for a in read(damaged, "port.html")] == ["ja"]
