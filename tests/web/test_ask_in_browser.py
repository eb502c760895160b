"""The Ask tab in Chromium: what a reader does."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from .conftest import Site
from .looking import ask, in_view

pytestmark = pytest.mark.browser


def test_an_answer_quotes_and_cites_and_opens_the_article(page: Any, site: Site) -> None:
    ask(page, "How many passengers were injured?")
    quote = page.locator(".answer p").first
    assert "Fourteen passengers were injured" in quote.inner_text()
    card = page.locator("#citation-1")
    assert "Ferry strikes pier at Harrowmouth" in card.inner_text()
    assert "Petra Lindqvale" in card.inner_text()
    marked = card.locator("mark").all_inner_texts()
    assert re.sub(r"\W*\[1\]", "", quote.inner_text()).startswith(marked[0].rstrip("."))

    page.locator("a[data-citation='1']").first.click()
    page.wait_for_function("document.activeElement.id === 'citation-1'")
    page.wait_for_timeout(500)  # the smooth scrolling
    assert in_view(page, "#citation-1 h3")

    opener = card.locator("button.open")
    opener.click()
    page.locator("dialog mark").first.wait_for()
    assert page.locator("dialog mark").all_inner_texts() == marked
    article = next(a for a in site.archive.articles() if a.source == "ferry.txt")
    assert marked[0] in article.text
    assert page.locator("dialog").evaluate("dialog => dialog.scrollTop") > 0
    assert in_view(page, "dialog mark")
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    page.keyboard.press("Escape")
    page.locator("dialog").wait_for(state="hidden")
    assert opener.evaluate("button => button === document.activeElement")


def test_a_second_question_replaces_the_first(page: Any) -> None:
    ask(page, "How did the councillors vote?")
    page.locator(".answer", has_text="27 to 18").wait_for()
    ask(page, "How many homes were left without electricity?")
    page.locator(".answer", has_text="41,000 homes").wait_for()
    assert "27 to 18" not in page.locator(".answer").inner_text()


def test_an_example_asks_itself(page: Any) -> None:
    chip = page.locator("#chips button").first
    question = chip.inner_text()
    assert question.startswith("What is known about ‘")
    chip.click()
    page.locator(".asked").wait_for()
    assert page.locator(".asked").inner_text() == question
    assert page.locator("#question input").input_value() == question


def test_passages_show_scores_and_ranks(page: Any) -> None:
    ask(page, "How many homes were left without electricity?")
    passages = page.locator("details.passages")
    assert passages.get_attribute("open") is None
    passages.locator("summary").click()
    first = passages.locator(".hit").first
    assert re.search(r"score \d\.\d\d · words #1 · meaning #1", first.inner_text())


def test_what_is_not_in_the_archive_looks_different(page: Any) -> None:
    ask(page, "Who won the chess championship in Reykjavik?")
    absent = page.locator(".absent")
    absent.wait_for()
    assert absent.locator("h2").inner_text() == "Not in this archive"
    assert page.locator(".answer").count() == 0
    assert "Nearest passages" in page.locator("details.passages[open] summary").inner_text()
    page.locator("#question input").fill(" ")
    page.locator("#ask-now").click()
    page.locator(".notice", has_text="Type a question first").wait_for()


def test_filters(page: Any) -> None:
    page.locator("#filters > button").click()
    before = page.locator("#before input")
    before.wait_for()
    page.wait_for_function("document.querySelector('#before input').type === 'date'")
    before.fill("2024-06-01")
    page.locator("#filters > button", has_text="1 set").wait_for()
    ask(page, "How many homes were left without electricity?")
    assert "before 1 June 2024" in page.locator(".footnote").inner_text()
    titles = page.locator(".hit h3").all_inner_texts()
    assert [t for t in titles if "tram" not in t] == []
    page.locator("#clear-filters").click()
    page.wait_for_function("document.querySelector('#before input').value === ''")
    publisher = page.locator("#publisher input")
    publisher.click()
    page.get_by_role("option", name="Harbour Courier").click()
    page.locator("#filters > button", has_text="1 set").wait_for()
    ask(page, "How many homes were left without power?")
    assert "only Harbour Courier" in page.locator(".footnote").inner_text()
    assert {t.split(". ", 1)[1] for t in page.locator(".hit h3").all_inner_texts()} == {
        "Ferry strikes pier at Harrowmouth"
    }


def test_the_first_answer_is_there_at_once(page: Any) -> None:
    began = time.perf_counter()
    ask(page, "How many passengers were injured?")
    assert time.perf_counter() - began < 3
