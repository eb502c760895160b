"""The page in Chromium when something fails: it says so, and goes on when it can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from qa.web.articles_handlers import ArticlesHandlers

from .conftest import Site
from .looking import CALLS, ask, check_it_fits_and_can_be_read, open_tab

pytestmark = pytest.mark.browser

SILENCE = "The server does not answer"


@pytest.fixture
def plain_page(browser: Any, site: Site) -> Iterator[Any]:
    """A page whose browser may complain, as it does of a server that is gone."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(site.address)
    page.wait_for_function("document.activeElement?.closest('#question')")
    yield page
    context.close()


def test_a_server_that_is_gone_is_told_wherever_it_is_asked(plain_page: Any) -> None:
    page = plain_page
    ask(page, "How did the councillors vote?")
    open_tab(page, "Articles")
    page.locator("table.articles").wait_for()
    open_tab(page, "Index")
    page.locator(".facts").wait_for()
    open_tab(page, "Ask")

    page.route(CALLS, lambda route: route.abort())
    page.locator("#citation-1 [data-judge=yes]").click()
    page.locator("#citation-1 [role=alert]", has_text="the server does not answer").wait_for()
    check_it_fits_and_can_be_read(page)
    page.locator("[data-view=timeline]").click()
    page.locator("#result [role=alert]", has_text=SILENCE).wait_for()
    page.wait_for_timeout(300)  # for the column of filters, which is asked for afterwards
    assert page.locator("#narrow h2").inner_text() == "MATCHES"

    open_tab(page, "Articles")
    page.locator("[data-adding] [data-update]").click()
    report = page.locator("[data-report]")
    report.locator("[role=alert]", has_text=SILENCE).wait_for()
    page.locator("[data-delete]").first.click()
    page.locator("[data-sure]").click()
    page.locator("[data-sure]:enabled").wait_for()
    assert "undefined" not in page.locator("body").inner_text()
    page.locator("[data-find]").fill("tram")
    page.locator("[data-list] [role=alert]", has_text=SILENCE).wait_for()

    open_tab(page, "Index")
    page.locator("[data-verify]").click()
    page.locator("[data-health] [role=alert]", has_text=SILENCE).wait_for()
    assert page.locator("[data-verify]").is_enabled()

    page.unroute(CALLS)
    page.locator("[data-verify]").click()
    page.locator("[data-health] .good").wait_for(timeout=20_000)
    open_tab(page, "Articles")  # which lists them again by itself
    page.locator(".told", has_text="1 of").wait_for(timeout=10_000)


def test_an_upload_that_fails_can_be_tried_again(plain_page: Any, site: Site) -> None:
    page = plain_page
    open_tab(page, "Articles")
    page.locator("table.articles").wait_for()
    copy = {"name": "copy.txt", "mimeType": "text/plain",
            "buffer": (site.corpus / "tram.txt").read_bytes()}  # fmt: skip
    page.locator("[data-files]").set_input_files(copy)
    page.locator("[data-add]").wait_for()
    page.route("**/api/v1/upload*", lambda route: route.abort())
    for _ in range(2):
        page.locator("[data-add]").click()
        page.locator("[data-preview] [role=alert]", has_text=SILENCE).wait_for()
    check_it_fits_and_can_be_read(page)
    page.unroute("**/api/v1/upload*")
    page.locator("[data-add]").click()
    page.locator("[data-report] .uploads", has_text="is in the archive already").wait_for()
    assert page.locator("[data-preview] > *").count() == 0


def test_an_upload_after_the_session_has_ended_leads_to_signing_in(plain_page: Any) -> None:
    page = plain_page
    open_tab(page, "Articles")
    page.locator("table.articles").wait_for()
    told = {"error": {"kind": "ForbiddenError", "message": "sign in first"}}
    page.route("**/api/v1/preview", lambda route: route.fulfill(status=401, json=told))
    with page.expect_navigation():
        page.locator("[data-files]").set_input_files(
            {"name": "a.txt", "mimeType": "text/plain", "buffer": b"A"}
        )


def test_a_pasted_text_outlives_the_end_of_the_session(plain_page: Any) -> None:
    page = plain_page
    open_tab(page, "Articles")
    page.locator("[data-paste]").click()
    page.locator("[data-text]").fill("Lamp lit\n\nThe lamp was lit on Monday.")
    page.route("**/api/v1/preview", lambda route: route.fulfill(status=401, json={}))
    with page.expect_navigation():
        page.locator("[data-paste-form] button").click()
    field = page.locator("[data-text]")
    field.wait_for()
    assert field.input_value() == "Lamp lit\n\nThe lamp was lit on Monday."
    page.reload()
    page.locator("[data-paste]").wait_for()
    assert page.locator("[data-text]").input_value() == "", "once"


def test_a_filter_that_cannot_be_used_can_be_taken_away(plain_page: Any, site: Site) -> None:
    page = plain_page
    page.goto(f"{site.address}/?q=tram&after=2025-13-40&publisher=Northfield+Gazette")
    page.locator("#result [role=alert]", has_text="must be a day").wait_for()
    check_it_fits_and_can_be_read(page)
    page.locator(".chip.filter", has_text="from 2025-13-40 on").click()
    page.locator(".answer").wait_for()
    assert page.locator(".chip.filter bdi").all_inner_texts()[0] == "only Northfield Gazette"
    assert page.locator(".chip.filter").count() == 1
    assert "after" not in page.url


def test_filters_that_leave_nothing_are_told_in_every_view(plain_page: Any, site: Site) -> None:
    page = plain_page
    page.goto(f"{site.address}/?q=storm&publisher=Nobody")
    for view in ("timeline", "answer"):
        page.locator(f"[data-view={view}]").click()
        page.locator(f"[data-view={view}][aria-pressed=true]").wait_for()
        page.locator(".absent", has_text="No article passes the filters").wait_for()
    page.goto(f"{site.address}/?publisher=Northfield+Gazette")
    page.locator("#narrow > .hint", has_text="2 articles with these filters.").wait_for()
    page.goto(f"{site.address}/?as_of=2024-06-01")  # which only questions know
    page.locator("#as-of[value='2024-06-01']").wait_for()
    assert page.locator("#narrow > .hint").inner_text() == "All 5 articles."


GONE = "it may have been deleted, or its file changed or moved away"


def test_what_somebody_else_has_deleted_is_told_at_every_click(
    page: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(page, "How did the councillors vote?")
    page.locator("#citation-1 [data-open]").first.wait_for()
    tram = page.locator("#citation-1 [data-open]").first.get_attribute("data-open")
    site.archive.delete(tram, site.corpus)
    page.locator("#citation-1 [data-open]").first.click()
    page.locator("dialog [role=alert]", has_text=GONE).wait_for()
    page.keyboard.press("Escape")
    page.locator("#citation-1 [data-judge=yes]").click()
    page.locator("#citation-1 [role=alert]", has_text=GONE).wait_for()

    now: dict[str, Any] = {"running": False, "sync": "", "problems": "", "deleted": ""}
    site.archive.restore(tram, site.corpus)
    open_tab(page, "Articles")
    row = page.locator("table.articles tbody tr", has_text="tram line")
    report = page.locator("[data-report]")
    for first, pressed in (("[data-delete]", "[data-sure]"), ("", "td.file a")):
        row.wait_for()
        if first:
            row.locator(first).click()
        now.update(generation=site.generation)
        with monkeypatch.context() as patched:  # the page has not noticed yet
            patched.setattr(ArticlesHandlers, "look", lambda _: now)
            site.archive.delete(tram, site.corpus)
        row.locator(pressed).click()
        report.locator("[role=alert]", has_text=GONE).wait_for()
        row.wait_for(state="detached", timeout=10_000)
        site.archive.restore(tram, site.corpus)


def test_what_somebody_else_has_brought_back_is_told(page: Any, site: Site) -> None:
    tram = next(each.id for each in site.archive.articles() if "tram" in each.title)
    site.archive.delete(tram, site.corpus)
    open_tab(page, "Articles")
    page.locator("[data-deleted] summary").click()
    site.archive.restore(tram, site.corpus)
    page.locator(f"[data-deleted] [data-restore='{tram}']").click()
    told = "It is not among the deleted articles now"
    page.locator("[data-report] [role=alert]", has_text=told).wait_for()
