"""The page as a whole in Chromium: it fits, can be read, and a hostile article is text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from qa.serving.accounts import Accounts
from qa.serving.options import Options
from qa.web.server import Running

from .conftest import HOSTILE, Site, free_port, watched_page
from .looking import TARGETS, ask, axe_violations, check_it_fits_and_can_be_read, open_tab

pytestmark = pytest.mark.browser

FILE = {
    "name": "kites.txt",
    "mimeType": "text/plain",
    "buffer": b"Kite festival draws 900\nBy Ada Quill\n\nThe kite festival drew 900 people.\n",
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

    for name in ("publisher", "author"):
        value = page.locator("button.value", has_text=str(getattr(article, name)))
        value.first.click()
        page.locator(f".chip.filter[data-key={name}]").wait_for()
        assert str(getattr(article, name)) in page.locator(".head").inner_text()
    for view in ("timeline", "compare"):
        page.locator(f"[data-view={view}]").click()
        page.locator(f".{view}", has_text=article.title).wait_for()
    page.locator("#question input").fill("")
    page.locator("#ask-now").click()
    page.locator("#recent button", has_text="<img src=x").wait_for()
    unquoted = article.title.replace('"', "")  # in a question they mean an exact phrase
    assert unquoted in "".join(page.locator("#examples button").all_inner_texts())

    open_tab(page, "Articles")
    row = page.locator("tr[data-row]", has_text="Zebra heist")
    row.wait_for()
    assert article.title in row.inner_text()
    assert str(article.publisher) in row.inner_text()
    page.locator("[data-problems] details").wait_for()
    injected = page.locator("gradio-app").evaluate(
        "app => app.querySelectorAll("
        "'img, script, [onerror], [onload], b, a[href^=javascript]').length"
    )
    assert injected == 0
    assert HOSTILE["publisher"] == article.publisher


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_and_can_be_read(browser: Any, site: Site, scheme: str, width: int) -> None:
    options = {
        "viewport": {"width": width, "height": 844},
        "color_scheme": scheme,
        "reduced_motion": "reduce",
    }
    for page in watched_page(browser, site.address, options):
        check_it_fits_and_can_be_read(page)
        ask(page, "How many passengers were injured? publisher:harbour")
        page.locator("#narrow h2", has_text="Matches").wait_for(state="attached")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        check_it_fits_and_can_be_read(page)
        page.locator("#citation-1 button.open").click()
        page.locator("dialog mark").first.wait_for()
        check_it_fits_and_can_be_read(page)
        page.keyboard.press("Escape")
        ask(page, "Who won the chess championship in Reykjavik?")
        check_it_fits_and_can_be_read(page)
        for view in ("timeline", "compare"):
            page.locator(f"[data-view={view}]").click()
            page.locator(f".{view}").wait_for()
            check_it_fits_and_can_be_read(page)
        open_tab(page, "Articles")
        page.locator("table.articles").wait_for()
        page.locator("[data-paste]").click()
        page.locator("[data-delete]").first.click()
        page.locator("[data-files]").set_input_files(FILE)
        page.locator(".preview .seen").wait_for()
        check_it_fits_and_can_be_read(page)
        open_tab(page, "Index")
        page.locator(".facts").wait_for()
        page.locator(".chart summary").first.click()
        check_it_fits_and_can_be_read(page)


def test_what_a_finger_must_hit_is_large_enough(browser: Any, site: Site) -> None:
    options = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    for page in watched_page(browser, site.address, options):
        assert page.evaluate(TARGETS) == []
        ask(page, "How many passengers were injured? publisher:harbour")
        page.locator(".chip").first.wait_for()
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        assert page.evaluate(TARGETS) == []
        open_tab(page, "Articles")
        page.locator("table.articles").wait_for()
        page.locator("[data-paste]").click()
        assert page.evaluate(TARGETS) == []
        open_tab(page, "Index")
        page.locator(".facts").wait_for()
        assert page.evaluate(TARGETS) == []


def test_signing_in(browser: Any, site: Site, tmp_path: Path) -> None:
    password = "correct horse battery"
    Accounts(tmp_path / "users.json").add("ada", password)
    options = Options(auth=tmp_path / "users.json", read_only=True, root_path="/archive")
    with Running(site.archive, site.corpus, "127.0.0.1", free_port(), options) as running:
        context = browser.new_context(viewport={"width": 390, "height": 844})
        page = context.new_page()
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(running.address + "/?q=tram")
        page.locator("input[name=username]").fill("ada")
        page.locator("input[name=password]").fill("wrong horse battery")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("alert").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert axe_violations(page) == []
        page.locator("input[name=username]").fill("ada")
        page.locator("input[name=password]").fill(password)
        page.keyboard.press("Enter")
        page.locator("#question input").wait_for()
        assert page.url.endswith("/archive/?q=tram")
        ask(page, "How did the councillors vote?")
        page.locator(".answer", has_text="27 to 18").wait_for()
        assert page.locator("[data-judge]").count() == 0
        open_tab(page, "Articles")
        page.locator("table.articles").wait_for()
        assert page.locator("[data-adding], [data-delete], [data-update]").count() == 0
        with page.expect_download() as download:
            page.locator("td.file a", has_text="storm.txt").click()
        assert "131 kilometres" in download.value.path().read_text()
        page.get_by_role("button", name="Sign out").click()
        page.locator("input[name=username]").wait_for()
        page.goto(running.address)
        page.locator("input[name=username]").wait_for()
        assert trouble == []
        context.close()
