"""Archives, web archives, letters, feeds, tables: many articles in one file."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, datetime

import pytest

from qa.reading import article_id, read_bytes
from qa.reading.formats import sniff

from .documents import docx, epub, gzipped, mhtml, pdf, tarred, warc, zipped
from .test_html import PARAGRAPHS, page

BODY = "The lamp on Gull Point will be lit in June. It has been dark since 1974."
TEXT = f"Lamp lit\n\n{BODY}".encode()
PAGE = page("", "<time>4 hours ago</time>")


def titles(result) -> list[str]:
    return [article.title for article in result.articles]


def reasons(result) -> str:
    return " | ".join(problem.reason for problem in result.problems)


def test_a_zip_is_read_in_place_and_what_is_unsafe_is_left_out():
    nest = zipped(
        {"d.txt": TEXT, "e.zip": zipped({"f.zip": zipped({"g.txt": TEXT}), "h.txt": TEXT})}
    )
    data = zipped(
        {
            "a/b.html": PAGE, "../x.txt": TEXT, "/etc/y.txt": TEXT, "C:\\z.txt": TEXT,
            "c.txt": TEXT, "in.zip": nest, "picture.png": b"x", "__MACOSX/c.txt": TEXT,
            ".hidden/c.txt": TEXT, "empty.txt": b"", "fake.pdf": TEXT,
        }
    )  # fmt: skip
    result = read_bytes(data, "bundle.zip")
    places = ["a/b.html", "c.txt", "in.zip/d.txt", "in.zip/e.zip/h.txt"]
    assert [article.place for article in result.articles] == places
    assert {article.source for article in result.articles} == {"bundle.zip"}
    assert result.articles[1].id == article_id("bundle.zip/c.txt", 0)
    told = reasons(result)
    for words in ("'../x.txt' leads out", "'/etc/y.txt' leads out", "'C:\\\\z.txt' leads out",
                  "in empty.txt: empty", "in fake.pdf: not a PDF",
                  "in in.zip/e.zip/f.zip: an archive within archives"):  # fmt: skip
        assert words in told
    assert len(result.problems) == 6
    # A member keeps its id, whatever else comes into the archive.
    [alone] = read_bytes(zipped({"c.txt": TEXT}), "bundle.zip").articles
    assert alone.id == result.articles[1].id


def test_tar_and_links():
    data = tarred({"a/b.txt": TEXT, "../c.txt": TEXT}, {"l.txt": "/etc/passwd"})
    for name in ("a.tar.gz", "a.tgz", "A.TAR.GZ"):
        result = read_bytes(data, name)
        assert titles(result) == ["Lamp lit"]
        assert "'l.txt' is a link or a device" in reasons(result)
        assert "'../c.txt' leads out" in reasons(result)
    assert "Lamp lit" in titles(read_bytes(gzip.decompress(data), "a.tar"))
    cut = read_bytes(gzipped(gzip.decompress(data)[:550]), "a.tar.gz")
    assert cut.articles == ()
    assert "damaged" in reasons(cut)
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo("l.txt")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("c.txt", TEXT)
    result = read_bytes(link.getvalue(), "a.zip")
    assert (titles(result), reasons(result)) == (["Lamp lit"], "'l.txt' is a link; left out")


def test_gz():
    [article] = read_bytes(gzipped(PAGE), "lamp.html.gz").articles
    assert (article.place, article.text.split("\n")) == ("lamp.html", PARAGRAPHS)
    assert "cut off" in reasons(read_bytes(gzipped(PAGE)[:-40], "lamp.html.gz"))
    assert "no reader knows" in reasons(read_bytes(gzipped(PAGE), "lamp.gz"))


def test_bombs_are_stopped():
    zeros = b"\0" * 30_000_000
    bomb = zipped({f"{n}.txt": zeros for n in range(4)} | {"z.txt": TEXT})
    result = read_bytes(bomb, "a.zip")
    assert "unpacks to more than 64 MiB" in reasons(result)
    assert "over the limit" in reasons(read_bytes(gzipped(b"\0" * 60_000_000), "a.txt.gz"))


def test_damaged_archives():
    data = zipped({"a.txt": TEXT, "b.txt": TEXT})
    assert "cut off" in reasons(read_bytes(data[:-30], "a.zip"))
    assert "not a tar archive" in reasons(read_bytes(TEXT, "a.tar"))
    assert "no file that can be read" in reasons(read_bytes(zipped({"a.png": b"x"}), "a.zip"))
    hurt = bytearray(data)
    at = data.index(b"a.txt") + 8
    hurt[at : at + 10] = b"\xff" * 10
    result = read_bytes(bytes(hurt), "a.zip")
    assert titles(result) == ["Lamp lit"]
    assert "'a.txt' is damaged" in reasons(result)


@pytest.mark.parametrize("end", [600, 1_100, 1_536 + 200])
def test_a_tar_that_is_cut_off_is_told(end):
    whole = gzip.decompress(tarred({"a.txt": TEXT, "b.txt": TEXT}))
    assert not read_bytes(whole, "a.tar").problems
    cut = read_bytes(whole[:end], "a.tar")
    assert "cut off" in reasons(cut) or "unexpected end" in reasons(cut)


def test_a_web_archive_knows_addresses_and_days():
    result = read_bytes(
        warc(
            [
                ("https://star.example/lamp", PAGE, "text/html; charset=utf-8"),
                ("https://star.example/lamp.png", b"x", "image/png"),
                ("https://star.example/lamp", page("", "", PARAGRAPHS[:3]), "text/html"),
                ("https://star.example/x.pdf", pdf([[(BODY[:43], 11.0)]]), "application/pdf"),
            ]
        ),
        "crawl.warc.gz",
    )
    first, again, document = result.articles
    assert (first.url, first.place) == ("https://star.example/lamp",) * 2
    assert again.place == "https://star.example/lamp (capture 2)"
    assert first.published_at == datetime(2025, 8, 3, 6, tzinfo=UTC)
    assert first.provenance["published_at"] == "4 hours ago on 2025-08-03 (WARC record)"
    assert document.pages == ()
    assert not result.problems
    assert "no page" in reasons(read_bytes(warc([("https://a.example/", PAGE, "text/html")],
                                                status="404"), "a.warc"))  # fmt: skip
    assert "not a WARC" in reasons(read_bytes(TEXT, "a.warc"))
    cut = read_bytes(warc([("https://a.example/", PAGE, "text/html")] * 2)[:-100], "a.warc.gz")
    assert len(cut.articles) >= 1
    whole = gzip.decompress(warc([("https://a.example/", PAGE, "text/html")]))
    assert not read_bytes(whole, "a.warc").problems
    cut = read_bytes(whole[: whole.index(b"</article>")], "a.warc")
    assert len(cut.articles) == 1
    assert reasons(cut) == "in https://a.example/: cut off; what stands before was read"


LETTER = (
    b"From: Morning Lamp <a@star.example>\r\nTo: x@y.example\r\n"
    b"Subject: =?utf-8?q?Lamp_caf=C3=A9?=\r\nDate: Fri, 14 Mar 2025 10:00:00 +0100\r\n"
    b"%bContent-Type: text/plain; charset=iso-8859-1\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\n\r\nThe lamp at the caf=E9 was lit.\r\n\r\n"
    b"%bFrom here on it shines.\r\n"
)


def test_letters():
    [article] = read_bytes(LETTER % (b"List-Unsubscribe: <x>\r\n", b""), "lamp.eml").articles
    assert (article.title, article.publisher, article.author) == ("Lamp café", "Morning Lamp", None)
    assert article.published_at.isoformat() == "2025-03-14T10:00:00+01:00"
    assert article.text == "The lamp at the café was lit.\n\nFrom here on it shines."
    [article] = read_bytes(LETTER % (b"", b""), "lamp.eml").articles
    assert (article.publisher, article.author) == (None, "Morning Lamp")
    assert "no letter" in reasons(read_bytes(TEXT, "a.eml"))
    signed = LETTER % (b"", b"") + b"-- \r\nMorning Lamp, 1 Quay\r\nTo unsubscribe, write back\r\n"
    assert read_bytes(signed, "lamp.eml").articles[0].text == article.text


WRAPPED = """From: {sender} <a@post.example>
Subject: Tuesday
Date: Tue, 12 May 2026 06:30:00 +0100

WATER
A burst main left 14,000 homes in Dunmouth without water on Monday. Wessmere
Water expects to restore supplies by Wednesday evening. Schools in the north
of the city stay closed until then, said the council.

WOLVES
Two wolves were filmed near Aldergate on Sunday, the first seen in the county
since 1743. Farmers want permission to shoot them.
"""


def test_a_heading_above_a_wrapped_paragraph():
    [article] = read_bytes(WRAPPED.format(sender="Ann Lee").encode(), "a.eml").articles
    assert [line[:8] for line in article.text.splitlines() if line] == [
        "WATER", "A burst ", "WOLVES", "Two wolv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sender", "publisher", "author"),
    [
        ("The Morning Brief", "The Morning Brief", None),
        ("Lantern Post", "Lantern Post", None),
        ("Ann Lee", None, "Ann Lee"),
    ],
)
def test_a_sender_called_like_a_paper_is_one(sender, publisher, author):
    [article] = read_bytes(WRAPPED.format(sender=sender).encode(), "a.eml").articles
    assert (article.publisher, article.author) == (publisher, author)


def test_a_letter_in_parts_with_attachments():
    html = b"<html><body>%b</body></html>" % b"".join(b"<p>%b</p>" % p.encode() for p in PARAGRAPHS)
    parts = (
        b"Content-Type: text/plain\n\nSee it in your browser.\n",
        b"Content-Type: text/html; charset=no-such\n\n" + html + b"\n",
        b'Content-Type: application/x; name="l.txt"\nContent-Disposition: attachment; '
        b'filename="../l.txt"\n\n' + TEXT + b"\n",
        b'Content-Type: image/png\nContent-Disposition: attachment; filename="l.png"\n\nx\n',
    )
    data = (
        b"Subject: Lamp\nFrom: ida@x.example\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="=="\n\n--==\n'
        + b"\n--==\n".join(parts) + b"\n--==--\n"
    )  # fmt: skip
    first, attached = read_bytes(data, "lamp.eml").articles
    assert first.text.split("\n\n") == PARAGRAPHS
    assert (attached.title, attached.place) == ("Lamp lit", "4/../l.txt")


def test_a_mailbox():
    letters = [(LETTER % (b"", b">")).replace(b"\r\n", b"\n")] * 2
    data = b"\n".join(b"From a@b.example Fri Mar 14 10:00:00 2025\n" + each for each in letters)
    first, second = read_bytes(data, "inbox.mbox").articles
    assert first.text == second.text == "The lamp at the café was lit.\n\nFrom here on it shines."
    assert [first.place, second.place] == ["letter 1", "letter 2"]
    assert "no mailbox" in reasons(read_bytes(TEXT, "inbox.mbox"))
    assert len(read_bytes(data, "News.mbox/mbox").articles) == 2  # as Apple Mail exports one


def test_a_page_saved_by_a_browser_as_mhtml():
    data = mhtml(PAGE, "https://star.example/lamp", "Sun, 3 Aug 2025 10:00:00 -0000")
    [article] = read_bytes(data, "lamp.mhtml").articles
    assert article.url == "https://star.example/lamp"
    assert article.published_at == datetime(2025, 8, 3, 6, tzinfo=UTC)


RSS = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:c="http://purl.org/rss/1.0/modules/content/">'
    "<channel><title>Harbour Star</title><language>en</language><item><title>Lamp &amp;amp; tea"
    "</title><link>https://star.example/1</link><pubDate>Fri, 14 Mar 2025 10:00:00 +0100</pubDate>"
    "<description>Lit.</description><c:encoded>&lt;p&gt;Lit &amp;amp; well.&lt;/p&gt;&lt;p&gt;"
    "Dark.&lt;/p&gt;</c:encoded><author>ida@harbour.example (Ida Holm)</author></item>"
    "<item><title>Bare</title></item></channel></rss>"
)
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom"><title>Star</title><entry><title>Lamp</title>'
    "<updated>2025-03-15T00:00:00Z</updated><author><name>By Ida Holm</name></author>"
    '<link href="https://star.example/2"/><summary>Lit.</summary></entry></feed>'
)


def test_feeds():
    result = read_bytes(RSS.encode(), "star.rss")
    [article] = result.articles
    assert (article.title, article.text) == ("Lamp & tea", "Lit & well.\n\nDark.")
    assert (article.publisher, article.author) == ("Harbour Star", "Ida Holm")
    assert article.published_at.isoformat() == "2025-03-14T10:00:00+01:00"
    assert (article.url, article.language) == ("https://star.example/1", "en")
    assert reasons(result) == "no text in the entry 'Bare'"
    result = read_bytes(ATOM.encode(), "star.xml")
    [article] = result.articles
    assert (article.author, article.published_at) == ("Ida Holm", None)
    assert article.updated_at == datetime(2025, 3, 15, tzinfo=UTC)
    cut = read_bytes(RSS[:-40].encode(), "star.rss")
    assert titles(cut) == ["Lamp & tea"]
    assert "a broken feed" in reasons(cut)
    assert "no RSS or Atom feed" in reasons(read_bytes(b"<a>b</a>", "a.xml"))


def test_a_feed_is_called_by_its_paper_and_its_entries_end_with_their_text():
    for title in (
        "Star - Latest news",
        "Star | RSS Feed",
        "World news » Star",
        "Star: Sport",
    ):
        page = RSS.replace("Harbour Star", title)
        assert read_bytes(page.encode(), "a.rss").articles[0].publisher == "Star"
    for title in ("Latest news", "Star - Harbour"):
        page = RSS.replace("Harbour Star", title)
        assert read_bytes(page.encode(), "a.rss").articles[0].publisher == title
    added = "Dark.&lt;/p&gt;&lt;p&gt;The post Lamp appeared first on Harbour Star.&lt;/p&gt;"
    page = RSS.replace("Dark.&lt;/p&gt;", added).replace("Fri, 14 Mar 2025", "some day in March")
    result = read_bytes(page.encode(), "a.rss")
    [article] = result.articles
    assert (article.text, article.published_at) == ("Lit & well.\n\nDark.", None)
    assert "date not understood: 'some day in March" in reasons(result)


def test_of_an_export_of_a_weblog_what_was_published_is_an_article():
    item = (
        "<item><title>{0}</title><c:encoded>[caption id=&quot;a&quot;]Lit at {0}.[/caption]"
        "</c:encoded><wp:post_type>{1}</wp:post_type><wp:status>{2}</wp:status></item>"
    )
    kinds = [
        ("One", "post", "publish"), ("Two", "post", "draft"), ("Three", "attachment", "inherit"),
        ("Four", "page", "private"), ("Five", "news", "publish"),
    ]  # fmt: skip
    items = "".join(item.format(*kind) for kind in kinds)
    page = RSS[: RSS.index("<item>")] + items + "</channel></rss>"
    page = page.replace("<rss ", '<rss xmlns:wp="http://wordpress.org/export/1.2/" ')
    result = read_bytes(page.encode(), "export.xml")
    assert [(each.title, each.text) for each in result.articles] == [
        ("One", "Lit at One."), ("Five", "Lit at Five."),
    ]  # fmt: skip
    assert reasons(result) == (
        "the entry 'Two' was not published (draft); left out | "
        "the entry 'Four' was not published (private); left out"
    )
    kind = '<category term="http://schemas.google.com/blogger/2008/kind#{}"/></entry>'
    for name, count in (("post", 1), ("comment", 0), ("settings", 0)):
        page = ATOM.replace("</entry>", kind.format(name))
        assert len(read_bytes(page.encode(), "blog.xml").articles) == count
    draft = '<app:control xmlns:app="http://purl.org/atom/app#"><app:draft>yes</app:draft>'
    page = ATOM.replace("</entry>", f"{draft}</app:control></entry>")
    assert reasons(read_bytes(page.encode(), "a.xml")).endswith("(draft); left out")


def test_a_damaged_row_costs_no_other():
    good = 'Lamp {},"Lit\nat noon, again"\n'
    bad = ['"A","never closed\n', 'B,"a "bad" quote\nof several lines"\n']
    rows = ["title,text\n", bad[0], good.format(1), bad[1], good.format(2)]
    result = read_bytes("".join(rows).encode(), "a.csv")
    assert titles(result) == ["Lamp 1", "Lamp 2"]
    assert [problem.line for problem in result.problems] == [2, 5, 6]
    many = "title,text\n" + 'A,"x\n' * 50_000
    assert read_bytes(many.encode(), "a.csv").problems


def test_the_line_that_excel_puts_above_a_table():
    data = "\ufeffsep=;\r\ntitle;text\r\nLamp, lit;Lit, at, noon\r\n"
    result = read_bytes(data.encode(), "a.csv")
    assert titles(result) == ["Lamp, lit"]


def test_tables():
    data = (
        'Headline;Body;Date;by\nLamp;"Lit; at\nnoon";2025-03-14;By Ida Holm\nx;y;z;q;r\n;;;\nA;;;\n'
    )
    result = read_bytes(data.encode(), "a.csv")
    [article] = result.articles
    assert (article.title, article.text, article.author) == ("Lamp", "Lit; at\nnoon", "Ida Holm")
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.provenance["title"] == "column"
    assert [problem.line for problem in result.problems] == [4, 6]
    assert "5 columns where the first row has 4" in reasons(result)
    assert "--column text=NAME" in reasons(read_bytes(b"a\tb\n1\t2\n", "a.tsv"))
    open_quote = read_bytes(b'text,title\n"never closed,x\n', "a.csv")
    assert "not a row of a table" in reasons(open_quote)


@pytest.mark.parametrize(
    ("data", "suffix"),
    [
        (pdf([]), ".pdf"), (zipped({}), ".zip"), (gzipped(b"x"), ".gz"), (PAGE, ".html"),
        (b"<!-- saved -->\n<html>", ".html"), (RSS.encode(), ".rss"), (ATOM.encode(), ".rss"),
        (b'{"text": "x"}', ".jsonl"), (b"---\ntitle: x\n---\n", ".md"), (TEXT, ".txt"),
        (LETTER % (b"", b""), ".eml"), (docx("A", ["b"]), ".docx"),
        (epub([("A", ["b"])], {}), ".epub"),
        (b"From a@b Fri Mar 14\n", ".mbox"), (b"WARC/1.0\r\n", ".warc"),
        (b"From 17@xxx Fri Mar 14 10:00:00 +0000 2025\n", ".mbox"),
        (b'[\n  {"text": "x"}]', ".jsonl"), (b"[Exclusive] Lamp lit\n\nIt is.", ".txt"),
        (b"From lamp to lamp\n\nIt is lit.", ".txt"), (b"PKN Orlen lights lamp\n", ".txt"),
        (b"Title: Lamp\nPublisher: Star\nDate: 14 March 2025\n\nIt is lit.", ".txt"),
        (b"Received: x\n" + b"X-Seal: abc\n\tdef\n" * 999 + LETTER % (b"", b""), ".eml"),
    ],
)  # fmt: skip
def test_what_came_without_a_name_is_told_by_its_beginning(data, suffix):
    assert sniff(data) == suffix
