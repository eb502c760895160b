"""Files that databases of newspapers export as text: Factiva in both layouts, ProQuest."""

from __future__ import annotations

import io
import re
import textwrap
import time
from datetime import UTC, datetime

import docx as library
import pytest

from qa.reading import read_bytes
from qa.reading.databases import read_export
from qa.reading.preview import preview

from .documents import pdf
from .test_html import PARAGRAPHS

TEXTS = (PARAGRAPHS[:2], PARAGRAPHS[1::-1])
"""Of the two articles in each file."""

DAY = datetime(2025, 8, 12, tzinfo=UTC)
TABLE = "CO\t12\nIN\t30\nNS\t4\nCT\t5"
"""Of states, in a body."""

TAGGED = """SE\tNews
HD\t{title}
BY\tBy Ida Holm in Ellary
CR\tReuters
WC\t412 words
PD\t12 August 2025
ET\t02:05 PM
SN\tThe Harbour Star
SC\tHSTAR
ED\tFirst
PG\tA4
LA\tEnglish
CY\t(c) 2025 Harbour Media Ltd
LP\t{first}
TD\t
{second}

TD Bank raised its rates, and HD screens were shown.

CT\tIda Holm, +44 20 555 0199
CO\thbmd : Harbour Media Ltd
NS\tgcns : Council News | gcat : Political News
RE\tuk : United Kingdom
IPD\tWire
PUB\tHarbour Media
AN\tDocument HSTAR00020250812el8c0000{number}

"""
DISPLAYED = """{above}
1,412 words
12 August 2025
14:05
The Harbour Star
HSTAR
Late Edition
A4
English
(c) 2025 Harbour Media Ltd. All rights reserved.

{first}

{second}

Document HSTAR00020250812el8c0000{number}

"""
RULE = "_" * 60
PROQUEST = """
{rule}

Document {number} of 2

{title}

Author: {author}

Publication info: Harbour Star ; Ellary [Ellary]12 Aug 2025: A.4.

Abstract: It is told in short.

Full text: {first}

{second}

Location: Ellary Hall, seven in the evening

Subject: Baths; Councils

Location: Ellary

Title: {title}

Publication title: Harbour Star; Ellary

Pages: A.4

Publication year: 2025

Publication date: Aug 12, 2025

Publisher: Harbour Media Ltd.

Source type: Newspapers

Language of publication: English

ProQuest document ID: 12345{number}

Document URL: https://www.proquest.example/docview/12345{number}

Copyright: Copyright Harbour Media 2025

Last updated: 2025-08-13

Database: Global Newsstream
"""
TITLES = ("Council votes to close old baths", "Ferry: it runs aground")
FIELD = re.compile(
    r"^(?:(?:SE|HD|BY|CR|WC|PD|ET|SN|SC|ED|PG|LA|CY|LP|CO|NS|RE|IPD|PUB|AN)(?:\s|$)|CT\t|English$"
    r"|.*\bDocument |.*(?:words|rights reserved\.)$|HSTAR|Subject:|Abstract:|.*Publication)",
    re.MULTILINE,
)


def exported(layout: str, **said: str) -> str:
    return "".join(
        layout.format(title=title, first=first, second=second, number=number, **said)
        for number, (title, (first, second)) in enumerate(zip(TITLES, TEXTS, strict=True), 1)
    )


def articles(text: str | bytes, name: str = "2024-01-01 export.txt"):
    data = text if isinstance(text, bytes) else text.encode()
    read = read_bytes(data, name)
    assert not read.problems
    for article in read.articles:
        assert not FIELD.search(article.text), article.text
    return read.articles


def word(paragraphs) -> bytes:
    document, saved = library.Document(), io.BytesIO()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    document.save(saved)
    return saved.getvalue()


def in_columns(text: str) -> str:
    return text


def alone(text: str) -> str:
    return re.sub(r"^([A-Z]{2,3})\t", r"\1\n", text, flags=re.MULTILINE)


def with_one_blank(text: str) -> str:
    return re.sub(r"^([A-Z]{2,3})\t\n?", r"\1 ", text, flags=re.MULTILINE)


@pytest.mark.parametrize("written", [in_columns, alone, with_one_blank])
def test_each_article_of_a_file_with_tags_has_its_fields(written):
    both = articles(written(exported(TAGGED)))
    assert [each.title for each in both] == [*TITLES]
    for each, (first, second) in zip(both, TEXTS, strict=True):
        assert (each.publisher, each.author, each.agency) == (
            "The Harbour Star", "Ida Holm", "Reuters",
        )  # fmt: skip
        assert (each.published_at, each.language) == (DAY, "en")
        assert each.text.split("\n\n") == [
            first, second, "TD Bank raised its rates, and HD screens were shown.",
        ]  # fmt: skip
        assert each.provenance["published_at"] == each.provenance["title"] == "header"
        assert each.provenance["author"] == "byline"


def test_tags_in_a_table_of_word_and_of_a_page():
    fields = re.findall(
        r"^([A-Z]{2,3})\t((?:.*\n)+?)(?=[A-Z]{2,3}\t|\n+(?:CT|SE)\t|\n*\Z)", exported(TAGGED), re.M
    )
    document, saved = library.Document(), io.BytesIO()
    table = document.add_table(0, 2)
    for tag, value in fields:
        row = table.add_row().cells
        row[0].text, row[1].text = tag, value.strip()
    document.save(saved)
    rows = "".join(
        f"<tr><td><b>{tag}</b>&nbsp;</td><td><p>{value}</p></td></tr>" for tag, value in fields
    )
    page = f"<html><body><table>{rows}</table></body></html>".encode()
    for data, name in ((saved.getvalue(), "a.docx"), (page, "a.html")):
        both = articles(data, name)
        assert [each.title for each in both] == [*TITLES]
        assert [each.published_at for each in both] == [DAY] * 2
        assert all(PARAGRAPHS[0] in each.text and PARAGRAPHS[1] in each.text for each in both)


def test_a_body_keeps_what_only_looks_like_tags():
    text = exported(TAGGED.replace("TD Bank", f"{TABLE}\nTD Bank"))
    for each in read_bytes(text.encode(), "a.txt").articles:
        assert TABLE.replace("\t", " ") in each.text
        assert "0199" not in each.text


@pytest.mark.parametrize("written", [in_columns, alone])
@pytest.mark.parametrize(
    "said",
    [
        "ART\nA show opens at the hall on Friday.\nIt is large.\n\nFILM\nA film is shown there.",
        "PUB\nThe old one opens on Friday.\nIt is red.\nIt is large.\nIt is loud.",
        "CT\tConnecticut\nCO\tColorado\nIN\tIndiana",
    ],
)
def test_headings_and_states_that_are_called_like_tags_lose_no_line(written, said):
    text = written(exported(TAGGED)).replace("TD Bank", f"{said}\n\nTD Bank")
    for each in read_bytes(text.encode(), "a.txt").articles:
        assert all(line.replace("\t", " ") in each.text for line in said.split("\n") if line)
        assert each.text.endswith("TD Bank raised its rates, and HD screens were shown.")


@pytest.mark.parametrize(
    ("rights", "are_rights"),
    [
        ("Copyright of the Harbour Star and Ida Holm, 2025", True),
        ("COPYRIGHT 2025. Harbour Media. Used by permission.", True),
        ("The Harbour Star Copyright (c) 2025", True),
        ("Harbour Media. All rights reserved.", True),
        ("Copyright law was changed in 2024, and it hurts.", False),
        ("A copyright claim that the town made in 2024 was thrown out.", False),
    ],
)
def test_a_first_sentence_about_copyright_is_of_the_text(rights, are_rights):
    text = DISPLAYED.replace("(c) 2025 Harbour Media Ltd. All rights reserved.\n", f"{rights}\n")
    text = text if are_rights else text.replace(rights, f"\n{rights}\n")
    for each in read_bytes(exported(text, above="Bath is shut").encode(), "a.txt").articles:
        assert (rights in each.text) is not are_rights


def test_a_correction_is_kept_with_the_text_it_corrects():
    text = exported(TAGGED.replace("LP\t", "CX\tThe lamp is white, not red.\nLP\t"))
    for each in articles(text):
        assert each.text.endswith("\n\nThe lamp is white, not red.")


@pytest.mark.parametrize(
    ("above", "title", "author", "agency"),
    [
        ("{title}", "", None, None),
        ("News\n{title}\nBy Ida Holm, Staff Writer", "", "Ida Holm", None),
        ("{title}\nIda Holm", "", "Ida Holm", None),
        ("{title}\nIda Holm and Bo Lind\nReuters", "", "Ida Holm and Bo Lind", "Reuters"),
        (
            "Baths Close at Last\nLetters to the Editor",
            "Baths Close at Last Letters to the Editor",
            None,
            None,
        ),
        ("Business\nStorm Hits Harbour Town", "Storm Hits Harbour Town", None, None),
    ],
)
def test_each_article_as_it_is_displayed_has_its_fields(above, title, author, agency):
    both = articles(exported(DISPLAYED.replace("{above}", above)))
    assert [each.title for each in both] == ([title] * 2 if title else [*TITLES])
    for each, (first, second) in zip(both, TEXTS, strict=True):
        assert (each.author, each.agency, each.publisher) == (author, agency, "The Harbour Star")
        assert (each.published_at, each.language) == (DAY, "en")
        assert each.text == f"{first}\n\n{second}"


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("14:05", "2025-08-12T00:00:00+00:00"),
        ("02:05 PM", "2025-08-12T00:00:00+00:00"),
        ("2:05 p.m.", "2025-08-12T00:00:00+00:00"),
        ("14:05 GMT", "2025-08-12T14:05:00+00:00"),
        ("02:05 PM (EST)", "2025-08-12T14:05:00-05:00"),
    ],
)
def test_an_hour_counts_where_its_zone_is_stated(time, shown):
    assert "02:05 PM" in TAGGED
    assert "14:05" in DISPLAYED
    tagged = exported(TAGGED.replace("02:05 PM", time))
    displayed = exported(DISPLAYED.replace("14:05", time), above="{title}")
    for each in (*articles(tagged), *articles(displayed)):
        assert each.published_at.isoformat() == shown


def test_fields_that_are_missing_or_in_another_language():
    text = DISPLAYED.replace("14:05\n", "").replace("Late Edition\nA4\nEnglish\n", "")
    both = articles(exported(text, above="{title}"))
    assert [each.text.split("\n\n") for each in both] == [*TEXTS]
    assert both[0].published_at == DAY
    german = DISPLAYED
    for english, other in (
        ("1,412 words", "1.412 Wörter"), ("August", "März"), ("English", "Deutsch"),
        ("(c) 2025 Harbour Media Ltd. All rights reserved.", "2025, Hafen Medien GmbH"),
        ("Document", "Dokument"),
    ):  # fmt: skip
        german = german.replace(english, other)
    [first, _] = read_bytes(exported(german, above="Bad wird zu").encode(), "a.txt").articles
    assert (first.title, first.text.split("\n\n")) == ("Bad wird zu", PARAGRAPHS[:2])
    assert first.published_at == datetime(2025, 3, 12, tzinfo=UTC)


def test_what_stands_around_the_articles_is_in_none():
    contents = "".join(f"{title} ........ {page}\n" for page, title in enumerate(TITLES, 2))
    query = "Text\t(baths or ferry) and " + "(closed or aground) and " * 9
    text = exported(DISPLAYED, above="{title}").replace("{title}", TITLES[0])
    around = f"Factiva\n{contents}{text}Search Summary\n{query}\n© 2025 Factiva, Inc. All Rights"
    assert [(each.title, each.text) for each in articles(around)] == [
        (TITLES[0], "\n\n".join(paragraphs)) for paragraphs in TEXTS
    ]
    cut = text[: text.rindex("Document")]
    assert [each.text for each in articles(cut)] == [each.text for each in articles(text)]
    unknown = f"{text}{PARAGRAPHS[2]}\nDocument HSTAR00020250812el8c00003\n"
    assert PARAGRAPHS[2] in read_bytes(unknown.encode(), "a.txt").articles[2].text
    notes = f"{text}What I think\n\n{textwrap.fill(PARAGRAPHS[2], 60)}\n"
    assert PARAGRAPHS[2] in read_bytes(notes.encode(), "a.txt").articles[2].text.replace("\n", " ")


def test_one_article_alone_and_what_a_preview_leaves_out():
    one = exported(DISPLAYED, above="{title}").split("Document")[0].replace("{title}", TITLES[0])
    text = f"{one}Share this article\n\nDocument HSTAR00020250812el8c00001"
    [article] = articles(text)
    assert article.title == TITLES[0]
    assert preview(text.encode(), "a.txt").dropped == ("Share this article",)


def test_articles_of_word_documents_pages_and_pdfs():
    text = exported(DISPLAYED, above="{title}\nBy Ida Holm").replace("{title}", TITLES[0])
    lines = [line for line in text.split("\n") if line]
    page = "".join(f"<div>{line}</div>" for line in lines)
    foot = "Page {} of 3 © 2025 Factiva, Inc. All rights reserved."
    rows = [(row, 11.0) for line in lines for row in textwrap.wrap(line, 70)]
    cut = [rows[:12], rows[12:20], rows[20:]]
    printed = pdf([[*part, (foot.format(at), 8.0)] for at, part in enumerate(cut, 1)])
    for data, name in (
        (word(text.split("\n")), "a.docx"), (page.encode(), "a.html"), (printed, "a.pdf"),
        (text.encode(), "a.md"),
    ):  # fmt: skip
        both = articles(data, name)
        assert [(each.title, each.author, each.publisher) for each in both] == [
            (TITLES[0], "Ida Holm", "The Harbour Star")
        ] * 2
        assert [each.text.split() for each in both] == [" ".join(two).split() for two in TEXTS]
    first, second = articles(printed, "a.pdf")
    assert first.pages[0] == 0 < first.pages[1]  # from the first page on to the second
    assert second.pages == (0, 0, 0)  # on the third
    assert first.text[first.pages[1] :].startswith(rows[12][0])


@pytest.mark.parametrize(
    ("given", "author"),
    [
        ("Holm, Ida. ", "Ida Holm"),
        ("Holm, Ida; Lind, Bo", "Ida Holm, Bo Lind"),
        ("Anonymous", None),
    ],
)
def test_articles_of_proquest(given, author):
    head = f"{RULE}\n\nReport Information from ProQuest\n12 August 2025 10:22\n{RULE}\n\n1. Baths\n"
    foot = f"{RULE}\n\nContact ProQuest\n\nCopyright © 2025 ProQuest LLC. All rights reserved.\n"
    text = f"{head}{exported(PROQUEST, rule=RULE, author=given)}{foot}"
    for data, name in ((text.encode(), "a.txt"), (word(text.split("\n")), "a.docx")):
        both = articles(data, name)
        assert [each.title for each in both] == [*TITLES]
        for number, each in enumerate(both, 1):
            assert (each.publisher, each.author) == ("Harbour Star", author)
            assert (each.published_at, each.language) == (DAY, "en")
            assert each.url == f"https://www.proquest.example/docview/12345{number}"
            *paragraphs, last = each.text.split("\n\n")
            assert paragraphs == TEXTS[number - 1]
            assert last == "Location: Ellary Hall, seven in the evening"


def test_proquest_without_rules_with_a_rule_in_a_text_and_with_an_abstract_alone():
    bare = exported(PROQUEST, rule="", author="Holm, Ida")
    bare = re.sub(r"Document \d of 2\n", "", bare)
    assert [each.title for each in articles(bare)] == [*TITLES]
    ruled = exported(PROQUEST.replace("{second}", f"{RULE}\n\n{{second}}"), rule=RULE, author="N/A")
    assert [each.text for each in articles(ruled)] == [each.text for each in articles(bare)]
    short = re.sub(r"(?s)Full text: .*?(?=Subject:)", "Full text: Not available.\n\n", bare)
    assert [each.text for each in articles(short)] == ["It is told in short."] * 2


def test_fields_of_proquest_that_are_wrapped_empty_or_few():
    text = exported(PROQUEST, rule=RULE, author="Holm, Ida")
    wrapped = text.replace("Subject: Baths; Councils", "Subject: Baths;\nCouncils; Swimming\npools")
    wrapped = wrapped.replace("Title: Council votes to close", "Title: Council votes to\nclose")
    assert articles(wrapped) == articles(text)
    nameless = text.replace("Publication title: Harbour Star; Ellary", "Publication title:")
    assert [(each.title, each.publisher) for each in articles(nameless)] == [
        (title, None) for title in TITLES
    ]
    poor = f"{text}{RULE}\n\nA third\n\nFull text: {PARAGRAPHS[2]}\n\n{RULE}\n\nContact\n"
    read = read_bytes(poor.encode(), "a.txt")
    assert len(read.articles) == 3
    assert PARAGRAPHS[2] in read.articles[2].text


def test_pages_of_databases_with_marked_fields_and_blanks_that_do_not_break():
    fields = re.sub(
        r"^(.{5,30}?:)", r"<strong>\1</strong>", exported(PROQUEST, rule=RULE, author="Holm, Ida"),
        flags=re.MULTILINE,
    )  # fmt: skip
    shown = exported(DISPLAYED, above="{title}").replace("{title}", TITLES[0])
    for text in (fields, shown.replace("Document ", "<b>Document</b>&nbsp;")):
        lines = "".join(f"<p>{line}</p>" for line in text.split("\n") if line)
        both = articles(f"<html><body>{lines}</body></html>", "a.html")
        assert [each.publisher.removeprefix("The ") for each in both] == ["Harbour Star"] * 2
        assert all(PARAGRAPHS[1] in each.text for each in both)


@pytest.mark.parametrize(
    "said",
    [
        "HD\nHigh definition is dear.\nWC\nThe toilets are shut.\nTD\nIt is a bank.",
        "Document 1 of 3\n\nDocument 2 of 3\n\nDocument 3 of 3",
        "Document HSTAR00020250812el8c00001",
        "412 words\n12 August 2025\nThe Harbour Star\nEnglish",
        "Full text: as it was read out.\nPublication title: Harbour Star\nDatabase: ours",
        f"{RULE}\nFull text: as it was read out.\n{RULE}\nPublication date: 12 August 2025",
    ],
)
def test_a_text_that_only_names_such_fields_stays_one(said):
    text = f"Council votes to close old baths\n\n{PARAGRAPHS[0]}\n\n{said}\n\n{PARAGRAPHS[1]}\n"
    assert read_export(text) == []
    [article] = read_bytes(text.encode(), "a.txt").articles
    assert article.title == "Council votes to close old baths"
    assert PARAGRAPHS[0] in article.text
    assert PARAGRAPHS[1] in article.text


@pytest.mark.parametrize(
    "hostile",
    [
        "." * 500_000 + "\n412 words\n12 August 2025\nStar\n",
        "HD" + " " * 500_000 + "x\n",
        "Copyright " * 50_000,
        "Publication title: " + "a" * 500_000 + ":\n",
        "Document " + "\t" * 500_000,
        "a: " * 150_000,
        TAGGED.format(title="x", first="x", second="x", number=1).replace(
            "By Ida Holm", "(copyright " * 50_000
        ),
    ],
)
def test_long_lines_take_no_time(hostile):
    text = f"Title\n{hostile}\nPublication title: x\nDocument HSTAR00020250812el8c00001\n"
    began = time.process_time()
    read_export(text)
    assert time.process_time() - began < 3
