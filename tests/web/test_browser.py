"""The page in Chromium: what a reader does, and what a hostile article must not do."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.web import articles_html

from .conftest import HOSTILE, Site, watched_page

pytestmark = pytest.mark.browser

NEWS = """Lighthouse keeper finds message in a bottle
By Ines Calloway
Harbour Courier | 4 August 2025

Lighthouse keeper Bram Ostrander found a bottle with a message from 1931 on the beach of Gull Point.
"""
EVIL_NAME = "<img src=x onerror=window.__pwned=9>.txt"


def ask(page: Any, question: str) -> None:
    box = page.locator("#question input")
    box.fill(question)
    box.press("Enter")
    page.locator(".asked", has_text=question).wait_for()


def in_view(page: Any, selector: str) -> bool:
    return bool(
        page.evaluate(
            """selector => {
                const box = document.querySelector(selector).getBoundingClientRect();
                return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0;
            }""",
            selector,
        )
    )


def open_tab(page: Any, name: str) -> None:
    page.get_by_role("tab", name=name).click()


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


def test_a_hostile_article_is_text_everywhere(page: Any, site: Site) -> None:
    article = next(a for a in site.archive.articles() if a.source == "hostile.jsonl")
    ask(page, "Who solved the zebra heist? <img src=x onerror=window.__pwned=10>")
    page.locator("details.passages").evaluate("d => { d.open = true }")
    shown = page.locator("#result").inner_text()
    assert article.title in shown
    assert str(article.author) in shown
    assert "<img src=x onerror=window.__pwned=10>" in shown

    button = page.locator("#result button.open").first
    button.scroll_into_view_if_needed()
    button.click()
    page.locator("dialog h2").wait_for()
    panel = page.locator("dialog").inner_text()
    assert article.title in panel
    assert "javascript:window.__pwned=8" in panel
    assert "[Inspector Quillon](javascript:" in panel
    assert page.locator("dialog a").count() == 0
    page.locator("dialog .close").click()

    page.locator("#filters > button").click()
    for name in ("publisher", "author"):
        page.locator(f"#{name} input").click()
        option = page.get_by_role("option", name=str(getattr(article, name)))
        option.wait_for()
        option.click()
    unquoted = article.title.replace('"', "")  # in a question they mean an exact phrase
    assert unquoted in "".join(page.locator("#chips button").all_inner_texts())

    open_tab(page, "Articles")
    row = page.locator("tr[data-row]", has_text="Zebra heist")
    row.wait_for()
    assert article.title in row.inner_text()
    assert str(article.publisher) in row.inner_text()
    page.locator("#problems details").wait_for()
    injected = page.locator("gradio-app").evaluate(
        "app => app.querySelectorAll("
        "'img, script, [onerror], [onload], b, a[href^=javascript]').length"
    )
    assert injected == 0
    assert HOSTILE["publisher"] == article.publisher


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
    files = {EVIL_NAME: NEWS, "slides.pdf": "%PDF-1.7", "broken.jsonl": "{broken\n"}
    chosen = []
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        chosen.append(str(tmp_path / name))
    page.locator("#upload input[type=file]").set_input_files(chosen)
    report = page.locator("#report")
    report.locator(".report").wait_for(timeout=20_000)
    told = report.inner_text()
    assert "slides.pdf was not added: unknown kind of file '.pdf'" in told
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_and_can_be_read(browser: Any, site: Site, scheme: str, width: int) -> None:
    options = {
        "viewport": {"width": width, "height": 844},
        "color_scheme": scheme,
        "reduced_motion": "reduce",
    }
    for page in _once(watched_page(browser, site.address, options)):
        ask(page, "How many passengers were injured?")
        page.locator("details.passages").evaluate("d => { d.open = true }")
        page.locator("#filters > button").click()
        page.locator("#before input[type=date]").wait_for()
        _check(page)
        page.locator("#citation-1 button.open").click()
        page.locator("dialog mark").first.wait_for()
        _check(page)
        page.keyboard.press("Escape")
        ask(page, "Who won the chess championship in Reykjavik?")
        _check(page)
        open_tab(page, "Articles")
        page.locator("table.articles").wait_for()
        _check(page)


TARGETS = """() => [...document.querySelectorAll("gradio-app :is(button, a, summary, input)")]
    .filter(e => e.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .map(e => [e, (e.matches("input") ? e.closest(".block") : e).getBoundingClientRect()])
    .filter(([e, box]) => box.width && e.tabIndex >= 0 && (box.height < 32 || box.width < 24))
    .map(([e, box]) => `${box.width} × ${box.height} ${e.outerHTML.slice(0, 80)}`)"""


def test_what_a_finger_must_hit_is_large_enough(browser: Any, site: Site) -> None:
    options = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    for page in _once(watched_page(browser, site.address, options)):
        page.locator("#filters > button").click()
        page.locator("#before input[type=date]").wait_for()
        ask(page, "How many passengers were injured?")
        page.locator("details.passages").evaluate("d => { d.open = true }")
        assert page.evaluate(TARGETS) == []
        open_tab(page, "Articles")
        page.locator("table.articles").wait_for()
        assert page.evaluate(TARGETS) == []


def _once(pages: Iterator[Any]) -> Iterator[Any]:
    yield from pages


def _check(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(CONTRASTS) == []


CONTRASTS = """() => {
    const channels = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= 0.04045 ? c / 12.92
        : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, n) => sum + c * [.2126, .7152, .0722][n], 0);
    const ground = element => {
        for (let at = element; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour.length < 4 || colour[3] > 0.99) return colour;
        }
        return [255, 255, 255];
    };
    const poor = [];
    for (const element of document.querySelectorAll("gradio-app *")) {
        const own = element.matches("input[type=text], input[type=date]")
            || [...element.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        if (!own || !element.checkVisibility({ visibilityProperty: true })) continue;
        const style = getComputedStyle(element);
        const pair = [light(channels(style.color)), light(ground(element))].sort((a, b) => b - a);
        const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
        if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 80)}`);
    }
    return poor;
}"""


def test_the_first_answer_is_there_at_once(page: Any) -> None:
    began = time.perf_counter()
    ask(page, "How many passengers were injured?")
    assert time.perf_counter() - began < 3
