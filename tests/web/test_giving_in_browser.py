"""The page in Chromium when it is given more, or elsewhere, than it asks for."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.archive import Archive
from qa.serving.options import Options
from qa.web.batches import MAX_BYTES
from qa.web.server import Running

from .conftest import Site, free_port, watched_page
from .looking import ask, open_tab

pytestmark = pytest.mark.browser

HOMES = "How many homes were left without electricity?"
LONG = "Which of the harbours of this coast was closed, and for how long was it? " * 12
DROPPED = """selector => {
    const dropped = new DataTransfer();
    dropped.items.add(new File(["Eider ducks counted\\n\\nThere were 71 eiders."], "eider.txt"));
    return ["dragenter", "dragover", "drop"].map(type => {
        const options = { bubbles: true, cancelable: true, dataTransfer: dropped };
        const event = new DragEvent(type, options);
        document.querySelector(selector).dispatchEvent(event);
        return event.defaultPrevented;
    });
}"""


def test_a_question_that_is_too_long_is_refused_and_not_cut(page: Any, site: Site) -> None:
    ask(page, HOMES)
    page.locator(".answer").wait_for()
    before = page.url
    page.locator("#question-box").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(LONG)
    page.keyboard.press("Enter")
    told = page.locator("#result [role=alert]")
    told.filter(has_text=f"has {len(LONG.strip())} characters; 500 at most").wait_for()
    assert page.locator("#question-box").input_value() == LONG, "it can be shortened"
    assert page.url == before
    ask(page, HOMES)
    page.locator(".answer").wait_for()
    page.goto(f"{site.address}/?q={LONG.replace(' ', '+')}")
    told.wait_for()
    assert page.locator(".result").count() == 0


def test_a_list_that_is_too_large_is_told_before_it_is_sent(page: Any, tmp_path: Path) -> None:
    questions = tmp_path / "all.csv"
    questions.write_bytes(b"Who?\n" * (MAX_BYTES // 5 + 1))
    page.locator("#batch > summary").click()
    page.locator("#batch-file").set_input_files(str(questions))
    page.locator("#batch-state [role=alert]", has_text="all.csv is over 4 MiB").wait_for()


def test_a_list_is_followed_again_when_the_page_is_loaded_anew(
    page: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    plain = Archive.ask

    def slow(self: Archive, *args: Any, **named: Any) -> Any:
        time.sleep(0.2)
        return plain(self, *args, **named)

    monkeypatch.setattr(Archive, "ask", slow)
    questions = tmp_path / "harbour.csv"
    questions.write_text("Who?\n" * 20, encoding="utf-8")
    page.locator("#batch > summary").click()
    page.locator("#batch-file").set_input_files(str(questions))
    state = page.locator("#batch-state")
    state.filter(has_text=re.compile(r"harbour\.csv: [1-9]\d* of 20 asked")).wait_for()
    page.goto(page.url)
    state.filter(has_text=re.compile(r"harbour\.csv: \d+ of 20 asked")).wait_for()
    state.locator("button", has_text="Download").wait_for()
    assert "harbour.csv: 20 of 20 asked" in state.inner_text()


def test_files_may_be_dropped_anywhere(page: Any) -> None:
    ask(page, HOMES)
    page.locator("#citation-1 button.open").click()
    page.locator("dialog mark").first.wait_for()
    assert page.evaluate(DROPPED, "dialog .content") == [True, True, True]
    page.locator("section.preview", has_text="Eider ducks counted").wait_for()
    assert page.locator("dialog").is_hidden()
    page.locator("[data-discard]").click()
    page.wait_for_function("document.activeElement.matches('[data-files]')")
    open_tab(page, "Ask")
    assert page.evaluate(DROPPED, "#batch-file") == [False, False, False], "it takes its own"


def test_files_that_are_dropped_where_nothing_can_be_added_are_told(
    browser: Any, site: Site
) -> None:
    options = Options(read_only=True)
    with Running(site.archive, site.corpus, "127.0.0.1", free_port(), options) as running:
        for page in watched_page(browser, running.address, {}):
            assert page.evaluate(DROPPED, "#result") == [True, True, True]
            page.locator("#browser [role=alert]", has_text="This server is read-only").wait_for()


def test_a_text_that_was_added_is_gone_from_its_field(page: Any, site: Site) -> None:
    open_tab(page, "Articles")
    page.locator("[data-paste]").click()
    field = page.locator("[data-text]")
    field.fill("Eider ducks counted\n\nThere were 71 eiders off Gull Point.\n")
    page.locator("#paste-form [type=submit]").click()
    page.locator("[data-add]").click()
    page.locator(".uploads", has_text="was added").wait_for()
    assert field.input_value() == ""
    page.locator("[data-report] .report", has_text="1 file added").wait_for(timeout=20_000)
    (site.corpus / "pasted.txt").unlink()
    site.archive.sync(site.corpus)


@pytest.fixture
def linked(browser: Any, site: Site) -> Iterator[Any]:
    """A page that is opened by the link: to leave another while it loads is told on the console."""
    query = "/?q=tram&after=2024-03&before=soon"
    yield from watched_page(browser, site.address, {}, query)


def test_a_link_may_say_a_month_or_no_day_at_all(linked: Any) -> None:
    linked.locator("#result [role=alert]", has_text="before must be a day").wait_for()
    linked.locator(".chip", has_text="before soon").click()
    linked.locator(".answer").wait_for()
    both = (linked.locator(day).input_value() for day in ("#before", "#after"))
    assert list(both) == ["", ""]
