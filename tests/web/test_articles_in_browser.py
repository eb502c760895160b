"""The Articles tab in Chromium: what an archivist does."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from qa.web import articles_html

from .conftest import Site
from .looking import ask, open_tab

pytestmark = pytest.mark.browser

NEWS = """Lighthouse keeper finds message in a bottle
By Ines Calloway
Harbour Courier | 4 August 2025

Lighthouse keeper Bram Ostrander found a bottle with a message from 1931 on the beach of Gull Point.
"""
EVIL_NAME = "<img src=x onerror=window.__pwned=9>.txt"


def test_articles_are_found_and_opened(page: Any) -> None:
    open_tab(page, "Articles")
    page.locator("table.articles").wait_for()
    titles = page.locator("tr[data-row] .title").all_inner_texts()
    assert "Zebra heist" in titles[0], "newest first"
    page.locator("#find input").fill("gazette brannoc")
    page.locator(".told", has_text="1 of").wait_for()
    page.locator("tr[data-row] td.date").click()
    page.locator("dialog h2", has_text="Storm Brannoc").wait_for()
    page.keyboard.press("Escape")
    page.locator("#find input").fill("no such article")
    page.locator(".notice", has_text="No article matches").wait_for()


def test_a_refresh_that_ends_late_leaves_what_was_found(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()
    problem_list = articles_html.problem_list

    def slow_problem_list(problems: Any) -> Any:
        time.sleep(1.5)
        ended.set()
        return problem_list(problems)

    monkeypatch.setattr(articles_html, "problem_list", slow_problem_list)
    open_tab(page, "Articles")
    page.locator("#find input").fill("gazette brannoc")
    page.locator(".told", has_text="1 of").wait_for()
    assert ended.wait(30), "opening the tab refreshes what it shows"
    page.wait_for_timeout(1500)  # for its answer to arrive
    assert page.locator(".told", has_text="1 of").is_visible()


def test_an_uploaded_article_is_found_without_a_restart(
    page: Any, site: Site, tmp_path: Path
) -> None:
    ask(page, "What did the lighthouse keeper find on the beach?")
    page.locator(".absent").wait_for()
    open_tab(page, "Articles")
    files = {EVIL_NAME: NEWS, "slides.key": "%KEY-1.7", "broken.jsonl": "{broken\n"}
    chosen = []
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        chosen.append(str(tmp_path / name))
    page.locator("#upload input[type=file]").set_input_files(chosen)
    report = page.locator("#report")
    report.locator(".report").wait_for(timeout=20_000)
    told = report.inner_text()
    assert "slides.key was not added: unknown kind of file '.key'" in told
    assert "broken.jsonl was not added" in told
    assert "1 file added" in told
    stored = [file.name for file in site.corpus.iterdir() if "img" in file.name]
    assert len(stored) == 1
    assert re.fullmatch(r"[A-Za-z0-9._-]+\.txt", stored[0])
    page.locator("tr[data-row]", has_text="Lighthouse keeper").wait_for()
    open_tab(page, "Ask")
    ask(page, "What did the lighthouse keeper find on the beach")
    page.locator(".answer", has_text="found a bottle").wait_for()

    open_tab(page, "Articles")
    page.locator("#upload input[type=file]").set_input_files(chosen[:1])
    report.locator(".uploads", has_text="is in the archive already").wait_for()

    (site.corpus / stored[0]).unlink()
    page.locator("#rebuild").click()
    report.locator(".report", has_text="1 file deleted").wait_for(timeout=20_000)
    page.locator("tr[data-row]", has_text="Lighthouse keeper").wait_for(state="detached")
