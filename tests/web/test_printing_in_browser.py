"""What comes out of the printer: the answer, or the whole of the article that is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from .conftest import Site, watched_page
from .looking import ask

pytestmark = pytest.mark.browser


def printed(page: Any, path: Path) -> list[str]:
    """The text of each page."""
    page.pdf(path=path, format="A4")
    with pypdfium2.PdfDocument(path) as document:
        return [sheet.get_textpage().get_text_range() for sheet in document]


def test_an_open_article_is_printed_whole_and_once(page: Any, tmp_path: Path) -> None:
    ask(page, "How many passengers were injured when the ferry struck the pier?")
    page.locator(".card .open").first.click()
    page.locator("dialog .full").wait_for()
    sheets = printed(page, tmp_path / "article.pdf")
    text = "".join(sheets)
    said = ("The ferry Skerrin Lass", "Fourteen passengers", "Paragraph 1:", "Article id")
    assert [text.count(part) for part in said] == [1, 1, 2, 1]
    assert "Paragraph 14:" in sheets[-1]
    assert "Close" not in text
    assert "Sources" not in text


def test_an_answer_is_printed_without_what_is_there_to_be_pressed(
    page: Any, tmp_path: Path
) -> None:
    ask(page, "What will the tram line cost?")
    page.locator(".citations .card").first.wait_for()
    text = "".join(printed(page, tmp_path / "answer.pdf"))
    assert "$212 million" in text
    assert "Northfield Gazette" in text
    for control in ("Copy link", "Open article", "Filters", "Ask a list"):
        assert control not in text


def test_dark_pages_are_printed_light_and_quotes_marked(browser: Any, site: Site) -> None:
    for page in watched_page(browser, site.address, {"color_scheme": "dark"}):
        ask(page, "What will the tram line cost?")
        page.locator(".citations .card mark").first.wait_for()
        page.emulate_media(media="print")
        seen = page.evaluate(
            """() => {
                const style = selector => getComputedStyle(document.querySelector(selector));
                return [style("h1").color, style("gradio-app").backgroundColor,
                        style("mark").printColorAdjust];
            }"""
        )
        assert seen == ["rgb(30, 28, 25)", "rgba(0, 0, 0, 0)", "exact"]
