"""The page in Chromium by keyboard, and by the browser's own ways: back, history, titles."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from .conftest import Site, watched_page
from .looking import ask, open_tab

pytestmark = pytest.mark.browser

HOMES = "How many homes were left without electricity?"


def query(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def opened(page: Any, address: str) -> Any:
    """Another page: to leave one that is still loading is told on its console."""
    other = page.context.new_page()
    other.goto(address)
    return other


CLOSED = "!document.querySelector('dialog[open]') && !location.search.includes('article=')"
"""The address follows a moment after the dialog has closed."""


def type_slowly(page: Any, text: str) -> None:
    """Slower than an answer comes."""
    page.keyboard.type(text, delay=150)


def test_a_day_is_typed_and_counts_when_it_is_whole(page: Any) -> None:
    ask(page, HOMES)
    page.locator(".histogram a").first.wait_for()
    page.locator("#after").focus()
    type_slowly(page, "12012024")
    assert "after" not in query(page), "not at every digit"
    page.keyboard.press("Enter")
    page.locator(".chip.filter", has_text="from 2024-12-01 on").wait_for()
    assert query(page)["after"] == ["2024-12-01"]
    page.locator("#as-of").focus()
    type_slowly(page, "12022024")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.locator(".chip.filter", has_text="as of 2024-12-02").wait_for()
    page.locator(".absent", has_text="No article passes the filters").wait_for()
    assert query(page) == {"q": [HOMES], "after": ["2024-12-01"], "as_of": ["2024-12-02"]}


def test_a_keyboard_need_not_pass_the_filters(page: Any) -> None:
    ask(page, HOMES)
    page.locator("#narrow h2", has_text="Matches").wait_for()
    page.locator("#ask-now").focus()
    page.keyboard.press("Tab")
    skip = page.locator("[data-skip]")
    assert skip.evaluate("button => button === document.activeElement")
    assert skip.evaluate("button => getComputedStyle(button).opacity") == "1"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.view") == "answer"
    assert skip.evaluate("button => getComputedStyle(button).opacity") == "0"


def test_a_menu_that_closes_leaves_the_focus_at_its_head(page: Any) -> None:
    ask(page, HOMES)
    head = page.locator("#citation-1 details.menu summary")
    head.focus()
    for key in ("Enter", "Tab", "Enter"):
        page.keyboard.press(key)
    page.locator("#citation-1 details.menu:not([open])").wait_for()
    assert head.evaluate("summary => summary === document.activeElement")
    head = page.locator(".tools details.menu summary")
    head.focus()
    with page.expect_download():
        for key in ("Enter", "Tab", "Enter"):
            page.keyboard.press(key)
    page.locator(".tools details.menu:not([open])").wait_for()
    assert head.evaluate("summary => summary === document.activeElement")


def test_history_names_its_questions_and_does_not_repeat_them(page: Any) -> None:
    assert page.title() == "Ask the archive"
    ask(page, "How did the councillors vote?")
    ask(page, HOMES)
    assert page.title() == f"{HOMES} – Ask the archive"
    length = page.evaluate("history.length")
    page.locator("#question input").press("Enter")
    page.locator("#result:not(.pending) .answer").wait_for()
    assert page.evaluate("history.length") == length
    page.locator("#citation-1 button.open").click()
    page.locator("dialog mark").first.wait_for()
    page.go_back()
    page.locator("dialog").wait_for(state="hidden")
    page.locator(".asked", has_text="councillors").wait_for()
    assert page.title() == "How did the councillors vote? – Ask the archive"
    page.go_back()
    page.locator("#examples").wait_for()
    assert page.title() == "Ask the archive"


def test_a_link_opens_the_article_that_was_open(page: Any, site: Site) -> None:
    ask(page, HOMES)
    length = page.evaluate("history.length")
    page.locator("#citation-1 button.open").click()
    marked = page.locator("dialog mark").inner_text()
    link = page.url
    page.keyboard.press("Escape")
    page.wait_for_function(CLOSED)
    assert query(page) == {"q": [HOMES]}
    assert page.evaluate("history.length") == length
    other = opened(page, link)
    assert other.locator("dialog mark").inner_text() == marked
    other.locator("dialog .close").click()
    other.wait_for_function(CLOSED)
    other.locator("#citation-1").wait_for()
    assert query(other) == {"q": [HOMES]}
    other = opened(page, f"{site.address}/?article=nosuch&start=x")
    other.locator("dialog .notice.error", has_text="nosuch").wait_for()


def test_the_tab_is_in_the_address(page: Any, site: Site) -> None:
    selected = page.locator("#tabs [role=tab][aria-selected=true]")
    ask(page, HOMES)
    open_tab(page, "Articles")
    page.locator("table.articles").wait_for()
    assert query(page) == {"q": [HOMES], "tab": ["articles"]}
    open_tab(page, "Index")
    assert query(page) == {"q": [HOMES], "tab": ["index"]}
    page.go_back()
    page.locator("table.articles").wait_for()
    assert selected.inner_text() == "Articles"
    page.go_back()
    page.locator("#citation-1").wait_for()
    assert query(page) == {"q": [HOMES]}
    assert selected.inner_text() == "Ask"
    other = opened(page, f"{site.address}/?tab=articles")
    other.locator("table.articles").wait_for()
    length = other.evaluate("history.length")
    other.wait_for_function("document.activeElement === document.body")  # no more the hidden box
    other.keyboard.press("/")
    other.wait_for_function("document.activeElement.id === 'question-box'")
    assert query(other) == {}
    assert other.evaluate("history.length") == length + 1
    other = opened(page, f"{site.address}/?tab=articles&q=a%20b")
    other.locator("table.articles").wait_for()
    assert other.evaluate("history.length") == length, "showing it is no step of its own"
    other = opened(page, f"{site.address}/?tab=nosuch")
    other.locator("#examples").wait_for()


def test_the_keyboard_on_a_screen_does_not_stay_over_the_answer(browser: Any, site: Site) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    for page in watched_page(browser, site.address, phone):
        ask(page, HOMES)
        page.locator(".answer").wait_for()
        assert page.evaluate("document.activeElement === document.body")
