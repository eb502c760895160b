"""Articles that are hard to lay out, in Chromium: words without end, lines from right to left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.archive import Archive
from qa.serving.options import Options
from qa.settings import Settings
from qa.web.server import Running

from .conftest import free_port, watched_page
from .looking import ask, check_it_fits_and_can_be_read, open_tab

pytestmark = pytest.mark.browser

ARTICLES = (
    {
        "title": "Gargoyles" + "x" * 180,
        "publisher": "W" * 120,
        "author": "V" * 120,
        "text": "The census counted 77 gargoyles. " + "y" * 400 + " end of the line.",
        "published_at": "2025-03-05",
    },
    {
        "title": "مهرجان الطائرات الورقية",
        "publisher": "صحيفة الميناء",
        "text": "حضر المهرجان تسعمئة شخص يوم الجمعة. قال العمدة إن الطائرات كانت رائعة.",
        "published_at": "2025-05-05",
    },
)
STICK_OUT = """() => [...document.querySelectorAll("gradio-app *")]
    .filter(e => e.checkVisibility({ opacityProperty: true }) && !e.closest("svg, .sr-only"))
    .filter(e => !e.querySelector(":scope > .sr-only"))
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 80))"""
"""What the page cuts off at its right, though it does not scroll there."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("odd")
    (folder / "corpus").mkdir()
    lines = "\n".join(json.dumps(article) for article in ARTICLES)
    (folder / "corpus" / "odd.jsonl").write_text(lines + "\n", encoding="utf-8")
    archive = Archive.build(folder / "corpus", folder / "index", Settings())
    with Running(archive, folder / "corpus", "127.0.0.1", free_port(), Options()) as running:
        yield running.address
    archive.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_words_without_end_stay_in_their_boxes(browser: Any, address: str, width: int) -> None:
    options = {"viewport": {"width": width, "height": 844}}
    for page in watched_page(browser, address, options):
        ask(page, "How many gargoyles were counted in the census?")
        page.locator("#citation-1").wait_for()
        assert page.evaluate(STICK_OUT) == []
        check_it_fits_and_can_be_read(page)
        page.locator("#citation-1 button.open").click()
        page.locator("dialog mark").first.wait_for()
        assert page.evaluate(STICK_OUT) == []
        page.keyboard.press("Escape")
        open_tab(page, "Articles")
        page.locator("table.articles").wait_for()
        assert page.evaluate(STICK_OUT) == []


def test_lines_run_as_their_script_does(browser: Any, address: str) -> None:
    direction = "all => all.map(p => getComputedStyle(p).direction)"
    for page in watched_page(browser, address, {}):
        ask(page, "كم شخص حضر المهرجان؟")
        page.locator("#citation-1", has_text="تسعمئة").wait_for()
        assert set(page.locator("#citation-1 .context p").evaluate_all(direction)) == {"rtl"}
        page.locator("details.passages > summary").click()
        hit = page.locator(".hit", has_text="تسعمئة").first
        assert set(hit.locator(".text p").evaluate_all(direction)) == {"rtl"}
        page.locator("#citation-1 button.open").click()
        page.locator("dialog mark").first.wait_for()
        assert set(page.locator("dialog .body p").evaluate_all(direction)) == {"rtl"}
