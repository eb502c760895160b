"""What a page says itself of when it was saved dates its "4 hours ago"."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qa import cli, serialise
from qa.reading import Stated, read_bytes
from qa.reading.content import NOTHING

from .test_html import META, page

AGO = "<time>4 hours ago</time>"
SINGLEFILE = (
    "<html><!--\n Page saved with SingleFile \n url: https://star.example/lamp \n saved date: "
    "Sun Aug 03 2025 12:00:00 GMT+0200 (Central European Summer Time)\n--><head>"
)
WAYBACK = (
    "<html><head><script>__wm.init('https://web.archive.org/web');</script><link rel='canonical' "
    "href='https://web.archive.org/web/20250803100000/https://star.example/lamp'>"
)
ARCHIVED = (
    "<html><!-- saved from url=(0070)https://web.archive.org/web/20250803/http://star.example/lamp "
    "--><head>"
)


def read(head: str, stated: Stated = NOTHING):
    data = page("", AGO).replace(b"<html lang='en'><head>", head.encode())
    [article] = read_bytes(data, "page.html", stated).articles
    return article


@pytest.mark.parametrize(
    ("head", "by", "moment", "url"),
    [
        (SINGLEFILE, "SingleFile", "2025-08-03T10:00:00+00:00", "https://star.example/lamp"),
        (WAYBACK, "Wayback Machine", "2025-08-03T10:00:00+00:00", "https://star.example/lamp"),
        (ARCHIVED, "Wayback Machine", "2025-08-03T00:00:00+00:00", "http://star.example/lamp"),
    ],
)
def test_a_page_says_when_it_was_saved(head, by, moment, url):
    article = read(head)
    assert article.captured_at == datetime.fromisoformat(moment)
    assert article.provenance["captured_at"] == by
    assert article.url == url
    assert article.published_at.date().isoformat() == "2025-08-03"
    assert article.provenance["published_at"] == f"4 hours ago on 2025-08-03 ({by})"


def test_where_it_was_saved_from_is_its_address_and_no_day():
    article = read("<html><!-- saved from url=(0025)https://star.example/lamp --><head>")
    assert (article.url, article.captured_at) == ("https://star.example/lamp", None)
    assert article.published_at is None


def test_a_preview_tells_how_far_a_date_can_be_trusted(tmp_path, capsys):
    path = tmp_path / "lamp.html"
    for head, told in (
        (f"<html><head>{META}", "(meta; stated)"),
        (SINGLEFILE, "(4 hours ago on 2025-08-03 (SingleFile); derived)"),
    ):
        path.write_bytes(page("", AGO).replace(b"<html lang='en'><head>", head.encode()))
        assert cli.main(["add", "--preview", str(path)]) == 0
        assert told in capsys.readouterr().out


def test_a_program_gets_at_the_trust_in_a_date():
    article = read(SINGLEFILE)
    assert article.date_confidence == {"published_at": "derived"}
    assert serialise.article_reference(article)["date_confidence"] == {"published_at": "derived"}
    article = read(f"<html><head>{META}")
    assert serialise.article(article)["date_confidence"]["published_at"] == "stated"
    assert read("<html><head>").date_confidence == {}


def test_the_owner_knows_better_and_a_link_says_nothing():
    stated = Stated(captured=datetime(2024, 1, 2, tzinfo=UTC), captured_by="--captured")
    assert read(SINGLEFILE, stated).captured_at == stated.captured
    link = (
        "<html><head><link rel='x' href='https://web.archive.org/web/20200101/https://a.example/'>"
    )
    assert (read(link).captured_at, read(link).url) == (None, None)
