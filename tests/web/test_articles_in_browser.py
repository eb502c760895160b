"""The Articles and Index tabs in Chromium: what an archivist does."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from qa.archive import Archive
from qa.errors import SyncCancelledError
from qa.serving.uploads import MAX_FILES
from qa.settings import Settings
from qa.web.articles_handlers import ArticlesHandlers
from qa.web.server import Running

from .conftest import PWN, Site, free_port, watched_page
from .looking import ask, axe_violations, check_it_fits_and_can_be_read, in_view, open_tab

pytestmark = pytest.mark.browser

NEWS = """Lighthouse keeper finds message in a bottle
By Ines Calloway
Harbour Courier | 4 August 2025

Lighthouse keeper Bram Ostrander found a bottle with a message from 1931 on the beach of Gull Point.
"""
EVIL_NAME = f"<img src=x onerror={PWN}=9>.txt"
DROP = """text => {
    const dropped = new DataTransfer();
    dropped.items.add(new File([text + "\\nShare this article\\n"], "dropped.txt"));
    const at = document.querySelector("[data-adding] h2");
    for (const type of ["dragenter", "dragover", "drop"]) {
        const options = { bubbles: true, cancelable: true, dataTransfer: dropped };
        at.dispatchEvent(new DragEvent(type, options));
    }
}"""
ROWS = "table.articles tbody tr"


def titles(page: Any) -> list[str]:
    return list(page.locator(f"{ROWS} .title").all_inner_texts())


def row(page: Any, title: str) -> Any:
    return page.locator(ROWS, has_text=title)


def test_articles_are_found_sorted_paged_and_opened(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_tab(page, "Articles")
    page.locator("table.articles").wait_for()
    assert "Zebra heist" in titles(page)[0], "newest first"
    page.locator("[data-sort=title]").click()
    page.locator("th[aria-sort=ascending] [data-sort=title]").wait_for()
    assert "Zebra heist" in titles(page)[0], "a title that begins with <"
    assert page.evaluate("document.activeElement.dataset.sort") == "title"
    page.locator("[data-sorting]").select_option("source desc")
    row(page, "council approves").first.wait_for()
    page.wait_for_function(f"document.querySelector('{ROWS}').innerText.includes('tram.txt')")

    page.locator("[data-find]").fill("gazette brannoc")
    page.locator(".told", has_text="1 of").wait_for()
    with page.expect_download() as download:
        row(page, "Brannoc").locator("td.file a").click()
    assert "131 kilometres" in download.value.path().read_text()
    page.locator(f"{ROWS} td.date").click()
    page.locator("dialog h2", has_text="Storm Brannoc").wait_for()
    page.keyboard.press("Escape")
    page.locator("[data-find]").fill("no such article")
    page.locator(".notice", has_text="No article matches").wait_for()

    page.locator("[data-find]").fill("")
    publisher = page.locator("[data-narrow] [data-field=publisher]")
    publisher.locator("option", has_text="Northfield Gazette (2)").wait_for(state="attached")
    publisher.focus()
    publisher.select_option("Northfield Gazette")
    page.locator(".told", has_text="2 of").wait_for()
    # Each choice counts the others' choices, and its own field's other values.
    year = page.locator("[data-narrow] [data-field=year]")
    page.wait_for_function("document.querySelector('[data-field=year]').length === 2")
    assert year.locator("option").all_text_contents() == ["Any", "2024 (2)"]
    assert publisher.locator("option", has_text="Küstenblatt (1)").count() == 1
    assert page.evaluate("document.activeElement.dataset.field") == "publisher"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert axe_violations(page) == []

    monkeypatch.setattr("qa.web.articles_html.PAGE", 3)
    publisher.select_option("")
    page.locator(".pager", has_text="Page 1 of 2").wait_for()
    assert page.locator(".pager button", has_text="Previous").is_disabled()
    first = titles(page)
    page.locator(".pager button", has_text="Next").click()
    page.locator(".pager", has_text="Page 2 of 2").wait_for()
    assert not set(first) & set(titles(page))


def test_back_leads_to_the_list_before(
    page: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.web.articles_html.PAGE", 2)
    told, find = page.locator(".told"), page.locator("[data-find]")
    publisher = page.locator("[data-field=publisher]")
    open_tab(page, "Articles")
    told.filter(has_text="5 articles, 1 to 2").wait_for()
    page.locator("[data-sort=title]").click()
    page.locator("th[aria-sort=ascending] [data-sort=title]").wait_for()
    page.locator(".pager button", has_text="Next").click()
    told.filter(has_text="3 to 4 shown").wait_for()
    listed = titles(page)
    find.press_sequentially("gaz")
    told.filter(has_text="2 of 5").wait_for()
    find.press_sequentially("ette")
    page.wait_for_url("**/*list-query=gazette*")
    publisher.locator("option", has_text="Northfield Gazette (2)").wait_for(state="attached")
    publisher.select_option("Northfield Gazette")
    page.wait_for_url("**/*list-publisher=*")

    page.go_back()  # to what was typed, and from there at once to before it was
    page.wait_for_function("document.querySelector('[data-field=publisher]')?.value === ''")
    assert find.input_value() == "gazette"
    page.go_back()
    told.filter(has_text="3 to 4 shown").wait_for()
    assert (titles(page), find.input_value()) == (listed, "")
    page.go_back()
    told.filter(has_text="1 to 2 shown").wait_for()
    page.go_back()
    page.locator("th[aria-sort=descending] [data-sort=published_at]").wait_for()
    assert page.locator("[data-sorting]").input_value() == "published_at desc"
    page.go_back()
    page.locator("#question").wait_for()
    assert "list-" not in page.url

    page.goto(f"{site.address}/?tab=articles&list-order=none&list-offset=-3")
    told.filter(has_text="5 articles, 1 to 2").wait_for()
    assert "list-" not in page.url, "what it had to no avail is gone"


def test_what_is_typed_counts_for_what_is_pressed_at_once(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.web.articles_html.PAGE", 3)
    open_tab(page, "Articles")
    page.locator(".pager", has_text="Page 1 of 2").wait_for()
    asked: list[tuple[str, int]] = []
    listed = ArticlesHandlers.list_articles

    def noting(self: ArticlesHandlers, wanted: Any) -> Any:
        asked.append((wanted["query"], wanted["offset"]))
        return listed(self, wanted)

    monkeypatch.setattr(ArticlesHandlers, "list_articles", noting)
    page.evaluate(
        """() => {
            const find = document.querySelector("[data-find]");
            find.value = "gazette brannoc";
            find.dispatchEvent(new Event("input", { bubbles: true }));
            document.querySelector('.pager button[data-offset="3"]').click(); // "Next"
        }"""
    )
    page.locator(".told", has_text="1 of").wait_for()
    page.wait_for_timeout(500)  # for what the typing would have asked for
    assert asked == [("gazette brannoc", 0)]


def test_the_list_is_in_the_address(page: Any) -> None:
    open_tab(page, "Articles")
    row(page, "Zebra heist").wait_for()
    page.locator("[data-find]").fill("northfield")
    page.locator(".told", has_text="2 of").wait_for()
    publisher = page.locator("[data-narrow] [data-field=publisher]")
    publisher.locator("option", has_text="Northfield Gazette (2)").wait_for(state="attached")
    publisher.select_option("Northfield Gazette")
    page.locator("[data-sorting]").select_option("title asc")
    page.wait_for_url("**/*list-order=title+asc*")
    page.locator("table.articles [aria-sort=ascending] [data-sort=title]").wait_for()

    linked = page.context.new_page()
    linked.goto(page.url)
    linked.locator(".told", has_text="2 of").wait_for()
    assert titles(linked) == titles(page)
    assert linked.locator("[data-find]").input_value() == "northfield"
    assert linked.locator("[data-sorting]").input_value() == "title asc"
    chosen = linked.locator("[data-field=publisher] option:checked", has_text="Northfield Gazette")
    chosen.wait_for(state="attached")
    linked.close()

    open_tab(page, "Ask")
    open_tab(page, "Articles")
    assert page.locator("[data-find]").input_value() == "northfield"
    page.locator("[data-sorting]").select_option("published_at desc")
    publisher.select_option("")
    page.locator("[data-find]").fill("")
    row(page, "Zebra heist").wait_for()
    page.wait_for_url(lambda url: "list-" not in url)

    page.go_back()  # to the Ask tab, and on to the list as it was left
    page.go_back()
    page.locator(".told", has_text="2 of").wait_for()
    assert page.locator("[data-find]").input_value() == "northfield"


def test_a_link_to_a_list_that_there_is_not_shows_what_there_is(page: Any, site: Site) -> None:
    linked = page.context.new_page()
    linked.goto(f"{site.address}?tab=articles&list-order=colour&list-offset=9999&list-year=x")
    row(linked, "Zebra heist").wait_for()
    assert linked.locator("[data-sorting]").input_value() == "published_at desc"
    linked.close()


def test_a_list_that_comes_late_leaves_what_was_found(
    page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = ArticlesHandlers.list_articles
    ended = threading.Event()

    def slow(self: ArticlesHandlers, wanted: Any) -> Any:
        found = listed(self, wanted)
        if not wanted["query"]:
            time.sleep(1)
            ended.set()
        return found

    monkeypatch.setattr(ArticlesHandlers, "list_articles", slow)
    open_tab(page, "Articles")
    page.locator("[data-find]").fill("gazette brannoc")
    page.locator(".told", has_text="1 of").wait_for()
    assert ended.wait(30)
    page.wait_for_timeout(500)  # for its answer to arrive
    assert page.locator(".told", has_text="1 of").is_visible()


def test_an_article_is_previewed_added_deleted_and_brought_back(
    page: Any, site: Site, tmp_path: Path
) -> None:
    question = "What was in the bottle that the keeper found?"
    ask(page, question)
    page.locator(".absent").wait_for()
    open_tab(page, "Articles")
    chosen = []
    files = {EVIL_NAME: NEWS + "\nShare this article\n", "a.exe": "MZ", "broken.jsonl": "{broken\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        chosen.append(str(tmp_path / name))
    before = {file.name for file in site.corpus.iterdir()}
    page.locator("[data-files]").set_input_files(chosen)
    preview = page.locator("section.preview")
    preview.locator(".seen h4", has_text="Lighthouse keeper").wait_for()
    seen = preview.inner_text()
    assert EVIL_NAME in seen
    assert re.search(r"Harbour Courier\s+from", seen)
    assert re.search(r"Date\s+4 August 2025 from", seen)
    assert "unknown kind of file '.exe'" in seen
    assert {file.name for file in site.corpus.iterdir()} == before, "nothing is added by looking"

    page.locator("[data-add]").click()
    report = page.locator("[data-report]")
    report.locator(".report", has_text="1 file added").wait_for(timeout=20_000)
    told = report.inner_text()
    assert "a.exe was not added: unknown kind of file '.exe'" in told
    assert "broken.jsonl was not added" in told
    [stored] = {file.name for file in site.corpus.iterdir()} - before
    assert re.fullmatch(r"[A-Za-z0-9._-]+\.txt", stored)
    row(page, "Lighthouse keeper").wait_for()
    page.locator(".holdings", has_text="6 articles").wait_for()
    open_tab(page, "Ask")
    ask(page, question.rstrip("?"))
    page.locator(".answer", has_text="found a bottle").wait_for()

    open_tab(page, "Articles")
    page.evaluate(DROP, NEWS)
    page.locator("[data-add]").click()
    report.locator(".uploads", has_text="is in the archive already").wait_for()

    delete = row(page, "Lighthouse keeper").locator("[data-delete]")
    delete.click()
    page.keyboard.press("Escape")  # which keeps it
    page.wait_for_function("document.activeElement.matches('[data-delete]')")
    delete.click()
    row(page, "Lighthouse keeper").locator("[data-sure]").click()
    report.locator(".undo", has_text="Deleted “Lighthouse keeper").wait_for(timeout=20_000)
    row(page, "Lighthouse keeper").wait_for(state="detached")
    assert not (site.corpus / stored).exists()
    report.locator("[data-restore]").click()
    report.locator(".notice", has_text="is back").wait_for(timeout=20_000)
    row(page, "Lighthouse keeper").wait_for()

    (site.corpus / stored).unlink()
    page.locator("[data-adding] [data-update]").click()
    report.locator(".report", has_text="1 file deleted").wait_for(timeout=20_000)
    row(page, "Lighthouse keeper").wait_for(state="detached")

    page.locator("[data-paste]").click()
    page.locator("[data-text]").fill(NEWS)
    page.locator("#paste-form button").click()
    preview.locator(".seen dd", has_text="Ines Calloway").wait_for()
    page.locator("[data-discard]").click()
    many = [{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": b"x"} for n in range(150)]
    page.locator("[data-files]").set_input_files(many)
    page.locator("[data-preview] .notice.error", has_text=f"at most {MAX_FILES} files").wait_for()


def test_what_came_of_an_upload_is_in_view(page: Any, site: Site) -> None:
    open_tab(page, "Articles")
    page.locator("table.articles").wait_for()
    held = (site.corpus / "tram.txt").read_bytes()
    copies = [{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": held} for n in range(20)]
    page.locator("[data-files]").set_input_files(copies)
    page.locator("[data-add]").click()  # below twenty previews
    page.locator("[data-report] .uploads li", has_text="19.txt is in the archive").wait_for()
    assert in_view(page, "[data-report] .uploads li")
    assert page.evaluate("document.activeElement.matches('[data-report]')"), "to be read on"


def test_a_preview_says_what_the_archive_has_already(page: Any, site: Site) -> None:
    open_tab(page, "Articles")
    page.locator("table.articles").wait_for()
    held = (site.corpus / "tram.txt").read_text().replace("Northfield Gazette", "Vale Star")
    files = {"held.txt": held, "new.txt": NEWS}
    page.locator("[data-files]").set_input_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
            for name, text in files.items()
        ]
    )
    page.locator(".seen h4", has_text="Lighthouse keeper").wait_for()
    told = page.locator(".seen .held")
    assert told.all_inner_texts() == [
        "In the archive already, in the same or nearly the same words: "
        "Northfield council approves tram line · Northfield Gazette, 21 March 2024"
    ]
    check_it_fits_and_can_be_read(page)
    told.locator("button").click()
    page.locator("dialog h2", has_text="council approves").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.matches('.held button')")
    page.locator("[data-discard]").click()


def test_what_is_looked_at_while_files_are_sent_stays(page: Any, site: Site) -> None:
    open_tab(page, "Articles")
    page.locator("table.articles").wait_for()
    sent: list[Any] = []
    page.route("**/api/v1/upload*", lambda route: sent.append(route))
    held = (site.corpus / "tram.txt").read_bytes()
    copy = {"name": "copy.txt", "mimeType": "text/plain", "buffer": held}
    page.locator("[data-files]").set_input_files(copy)
    with page.expect_request("**/api/v1/upload*"):
        page.locator("[data-add]").click()
    page.locator("[data-files]").set_input_files({**copy, "name": "next.txt"})
    seen = page.locator("section.preview h3", has_text="next.txt")
    seen.wait_for()
    sent[0].continue_()
    page.locator("[data-report] .uploads", has_text="copy.txt is in the archive").wait_for()
    assert seen.is_visible()
    page.unroute("**/api/v1/upload*")
    page.locator("[data-add]").click()
    page.locator("[data-report] .uploads", has_text="next.txt is in the archive").wait_for()
    assert page.locator("section.preview").count() == 0


def test_a_list_drawn_anew_takes_nothing_from_whoever_is_at_it(page: Any, site: Site) -> None:
    focus = "document.activeElement"
    open_tab(page, "Articles")
    row(page, "council approves").locator("[data-open]").focus()
    added = site.corpus / "lighthouse.txt"
    added.write_text(NEWS, encoding="utf-8")
    site.archive.sync(site.corpus)
    row(page, "Lighthouse keeper").wait_for(timeout=10_000)
    assert "council approves" in page.evaluate(f"{focus}.innerText")

    page.keyboard.press("Enter")
    page.locator("dialog h2", has_text="council approves").wait_for()
    added.unlink()
    site.archive.sync(site.corpus)
    row(page, "Lighthouse keeper").wait_for(state="detached", timeout=10_000)
    page.keyboard.press("Escape")
    page.wait_for_function(f"{focus}.matches('[data-open]')")
    assert "council approves" in page.evaluate(f"{focus}.innerText")

    row(page, "council approves").locator("[data-delete]").click()
    added.write_text(NEWS, encoding="utf-8")
    site.archive.sync(site.corpus)
    page.wait_for_timeout(6_000)  # in which it looks for what is new
    assert page.evaluate(f"{focus}.matches('[data-keep]')")
    page.keyboard.press("Enter")
    row(page, "Lighthouse keeper").wait_for(timeout=10_000)
    added.unlink()
    site.archive.sync(site.corpus)
    row(page, "Lighthouse keeper").wait_for(state="detached", timeout=10_000)


def test_a_folder_that_is_dropped_says_so_and_words_go_where_they_are_dropped(
    page: Any, tmp_path: Path
) -> None:
    open_tab(page, "Articles")
    place = page.locator("#adding-title").bounding_box()
    (tmp_path / "letters").mkdir()
    dragged = {"items": [], "files": [str(tmp_path / "letters")], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        at = {"type": kind, "x": place["x"] + 5, "y": place["y"] + 5, "data": dragged}
        session.send("Input.dispatchDragEvent", at)
    told = page.locator("[data-preview] [role=alert]")
    told.filter(has_text="letters cannot be read: it is a folder").wait_for()

    page.locator("[data-paste]").click()
    place = page.locator("[data-text]").bounding_box()
    words = {"items": [{"mimeType": "text/plain", "data": NEWS}], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        at = {"type": kind, "x": place["x"] + 9, "y": place["y"] + 9, "data": words}
        session.send("Input.dispatchDragEvent", at)
    page.wait_for_function("document.querySelector('[data-text]').value.includes('1931')")


def test_an_archive_that_was_empty_can_be_asked_once_it_is_not(
    browser: Any, tmp_path: Path
) -> None:
    (tmp_path / "corpus").mkdir()
    archive = Archive.build(tmp_path / "corpus", tmp_path / "index", Settings())
    with Running(archive, tmp_path / "corpus", "127.0.0.1", free_port()) as running:
        for page in watched_page(browser, running.address, {}):
            page.locator("#result h2", has_text="The archive is empty").wait_for()
            page.locator("#question input").fill("What was in")
            open_tab(page, "Articles")
            news = {"name": "news.txt", "mimeType": "text/plain", "buffer": NEWS.encode()}
            page.locator("[data-files]").set_input_files(news)
            page.locator("[data-add]").click()
            page.locator(".report", has_text="1 file added").wait_for(timeout=20_000)
            open_tab(page, "Ask")
            page.locator("#examples", has_text="Lighthouse keeper").wait_for()
            page.locator("#narrow .hint", has_text="All 1 article").wait_for()
            assert page.locator("#question input").input_value() == "What was in"
    archive.close()


def test_a_sync_shows_how_far_it_is_and_can_be_stopped(
    page: Any, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    from qa.protocols import Progress
    from qa.serving.metrics import MeasuredArchive

    def endless(self: Any, corpus: Path, *, on_progress: Any, **_: Any) -> Any:
        for done in range(10_000):
            on_progress(Progress("embedding", done, 10_000))
            time.sleep(0.01)
        raise AssertionError("it was not stopped")

    monkeypatch.setattr(MeasuredArchive, "sync", endless)
    open_tab(page, "Articles")
    page.locator("[data-adding] [data-update]").click()
    page.locator(
        ".syncing",
        has_text=re.compile(r"Preparing passages for search: \d+ of 10,000 · \d+ a second"),
    ).wait_for()
    open_tab(page, "Ask")
    ask(page, "How did the councillors vote?")
    page.locator(".answer", has_text="27 to 18").wait_for()
    open_tab(page, "Articles")
    page.locator("[data-cancel]").click()
    page.locator("[data-report] .notice", has_text="The update was stopped").wait_for()
    monkeypatch.undo()
    page.locator("[data-report] [data-update]", has_text="Go on").click()
    page.locator(".report", has_text="Nothing to do").wait_for(timeout=20_000)
    assert issubclass(SyncCancelledError, Exception)


def test_the_index_is_told_in_words_and_pictures(page: Any, site: Site) -> None:
    open_tab(page, "Index")
    page.locator(".facts").wait_for()
    facts = page.locator(".facts").inner_text()
    assert f"Generation\n{site.generation}" in facts
    assert "all-MiniLM-L6-v2" in facts
    assert page.locator("svg[role=img]").count() == 2
    assert "2025-02" in page.locator(".chart", has_text="by month").locator("svg").text_content()
    publishers = page.locator(".chart", has_text="by publisher").inner_text()
    assert f"<b onmouseover='{PWN}=7'>" in publishers
    page.locator("[data-verify]").click()
    page.locator("[data-health] .good", has_text="All is well").wait_for(timeout=20_000)
    assert "passage_words" in page.locator(".settings").inner_text()
