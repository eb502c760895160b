"""PDF, Word, EPUB: the text as it would be quoted, the fields, and what may be wrong."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest

from qa.citations import cite
from qa.reading import read_bytes

from .documents import docx, epub, pdf, zipped

FIRST = (
    "The lamp on Gull Point will be lit again in June, the harbour office said on Tues-",
    "day. It has been dark since 1974, when the last keeper retired and the well-",
    "known works were sealed.",
    "A local clockmaker repaired the works over three winters and asked for nothing",
    "but tea. Ships no longer need the light, the office said, but the town has mis-",
)
SECOND = ("sed it all the same. The well-known lamp was the town’s.", "The end came “soon”.")
MENDED = (
    "The lamp on Gull Point will be lit again in June, the harbour office said on Tuesday. It has "
    "been dark since 1974, when the last keeper retired and the well-known works were sealed.\n"
    "A local clockmaker repaired the works over three winters and asked for nothing but tea. Ships "
    "no longer need the light, the office said, but the town has missed it all the same. The "
    "well-known lamp was the town’s.\nThe end came “soon”."
)
ABOUT = {"CreationDate": "D:20250803120000+02'00'", "Author": "Bo Lind", "Title": "lamp.indd"}


def lamp(byline: str = "By Ida Holm | 14 March 2025", info: dict[str, str] | None = None) -> bytes:
    head = [("Lamp to be", 20.0), ("lit again", 20.0), (byline, 10.0)]
    return pdf(
        [
            [("Harbour Star 1", 8.0), *head, *[(row, 11.0) for row in FIRST], ("1", 8.0)],
            [("Harbour Star 2", 8.0), *[(row, 11.0) for row in SECOND], ("2", 8.0)],
            [("Harbour Star 3", 8.0), ("More on the next page of this.", 11.0), ("3", 8.0)],
        ],
        ABOUT if info is None else info,
    )


def only_problem(data: bytes, source: str) -> str:
    result = read_bytes(data, source)
    assert result.articles == ()
    [problem] = result.problems
    return problem.reason


def test_a_pdf_is_mended_and_knows_its_pages():
    [article] = read_bytes(lamp(), "lamp.pdf").articles
    assert (article.title, article.author) == ("Lamp to be lit again", "Ida Holm")
    assert article.provenance["title"] == "type size"
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.text == f"{MENDED}\nMore on the next page of this."
    assert [article.text[at:][:6] for at in article.pages] == ["The la", "sed it", "More o"]
    at = article.text.index("The end")
    assert cite(1, article, at, at + 7).page == 2
    assert [article.page(0), article.page(len(article.text) - 1)] == [1, 3]


def test_a_pdf_made_on_a_day_gives_its_ages_a_date():
    [article] = read_bytes(lamp("Harbour Star · 4 hours ago"), "lamp.pdf").articles
    assert (article.publisher, article.author) == ("Harbour Star", "Bo Lind")
    assert article.published_at.isoformat() == "2025-08-03T08:00:00+02:00"
    assert article.provenance["published_at"] == (
        "4 hours ago on 2025-08-03 (when the PDF was made)"
    )


def test_pages_without_text_are_told():
    scanned = (
        "no text, as if scanned; run text recognition on it first, as with: ocrmypdf IN.pdf OUT.pdf"
    )
    assert only_problem(pdf([[], []]), "a.pdf") == f"its 2 pages have {scanned}"
    result = read_bytes(pdf([[("The lamp was lit at noon.", 11.0)], []]), "2025-03-14-lamp.pdf")
    assert result.articles[0].pages == (0, 25)
    assert result.problems[0].reason == "no text, as if scanned: page 2 of 2"


def test_broken_pdfs():
    assert "not a PDF, or cut off" in only_problem(lamp()[:300], "a.pdf")
    assert "not a PDF" in only_problem(b"Lamp\n\nThe lamp.", "a.pdf")
    locked = pdf([[("x", 11.0)]], trailer=b"/Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 "
                 b"/P -44 /O <" + b"00" * 32 + b"> /U <" + b"00" * 32 + b"> >> "
                 b"/ID [<00> <00>]")  # fmt: skip
    assert only_problem(locked, "a.pdf") == "encrypted; save a copy of it without a password"


def test_a_word_document():
    data = docx(
        "Lamp to be lit", ["By Ida Holm", "14 March 2025", *MENDED.split("\n")], [["a", "b"]]
    )
    [article] = read_bytes(data, "lamp.docx").articles
    assert (article.title, article.author) == ("Lamp to be lit", "Ida Holm")
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.text == f"{MENDED}\na | b"
    assert article.provenance["title"] == "heading"


def test_an_epub_has_an_article_a_chapter():
    about = {"publisher": "Harbour Star", "creator": "Ida Holm", "date": "2025-03-14"}
    chapters = [("Lamp lit", [MENDED]), ("Cover", ["x"]), ("Lamp out", [MENDED, "Dark."])]
    first, second = read_bytes(epub(chapters, {**about, "language": "en"}), "mag.epub").articles
    assert [first.title, second.title] == ["Lamp lit", "Lamp out"]
    assert (first.publisher, first.author, first.language) == ("Harbour Star", "Ida Holm", "en")
    assert first.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert (first.place, second.place) == ("OEBPS/text/c1.xhtml", "OEBPS/text/c3.xhtml")
    assert second.text.endswith("\nDark.")


def test_entities_of_html_in_an_epub_are_letters():
    chapter = ("Lamp&nbsp;lit &mdash; the caf&eacute;", [f"20&nbsp;km, &ldquo;so&rdquo;. {MENDED}"])
    [article] = read_bytes(epub([chapter], {}), "mag.epub").articles
    assert article.title == "Lamp lit — the café"
    assert article.text.startswith("20 km, “so”. The lamp")
    kept = ("Lamp", [f"a &lt; b &amp; c &amp;nbsp; &nosuch; {MENDED}"])
    [article] = read_bytes(epub([kept], {}), "mag.epub").articles
    assert article.text.startswith("a < b & c &nbsp; ")


def test_a_magazine_that_calibre_made_is_its_paper_s():
    bar = '<div class="calibre_navbar{}">{}</div>'
    above = bar.format("", '| <a href="../index.html">Main Menu</a> |')
    below = bar.format("1", 'By calibre from <a href="https://star.example/lamp">x</a>')
    body = MENDED.replace("\n", " ")
    about = {"publisher": "calibre", "creator": "calibre", "title": "Star [Fri, 14 Mar 2025]"}
    [article] = read_bytes(epub([("Lamp lit", [above, body, below])], about), "a.epub").articles
    assert (article.publisher, article.author, article.text) == ("Star", None, body)
    assert article.url == "https://star.example/lamp"


@pytest.mark.parametrize("suffix", [".docx", ".epub"])
def test_broken_packages(suffix):
    assert "cut off" in only_problem(docx("Lamp", ["Lit."])[:-200], "a" + suffix)
    assert only_problem(zipped({"a.txt": b"x"}), "a" + suffix).startswith("not a")
    assert "encrypted, or older" in only_problem(b"\xd0\xcf\x11\xe0" + b"x" * 600, "a" + suffix)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 40_000_000)
    assert "made to do harm" in only_problem(bomb.getvalue(), "a" + suffix)
    hollow = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<a/>"})
    assert only_problem(hollow, "a" + suffix).startswith("not a")


def test_ligatures_and_soft_hyphens_are_mended_in_any_text():
    [article] = read_bytes(
        "Oﬃce\n\nThe ofﬁce\u00ad of the la\u00admp ﬂew.".encode(), "a.txt"
    ).articles
    assert (article.title, article.text) == ("Office", "The office of the lamp flew.")
