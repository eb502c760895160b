"""The Ask tab in Chromium: what a reader does."""

from __future__ import annotations

import csv
import io
import json
import re
import time
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from qa.archive import Archive
from qa.serving.options import Options
from qa.settings import Settings
from qa.web.server import Running

from .conftest import Site, free_port, watched_page
from .looking import CALLS, ask, check_it_fits_and_can_be_read, in_view

pytestmark = pytest.mark.browser

HOMES = "How many homes were left without electricity?"
GAZETTE = "Northfield Gazette"


def downloaded(page: Any, click: Any) -> bytes:
    with page.expect_download() as waiting:
        click()
    return Path(waiting.value.path()).read_bytes()


def query(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_an_answer_quotes_and_cites_and_opens_the_article(page: Any, site: Site) -> None:
    ask(page, "How many passengers were injured?")
    quote = page.locator(".answer p").first
    assert "Fourteen passengers were injured" in quote.inner_text()
    card = page.locator("#citation-1")
    assert "Ferry strikes pier at Harrowmouth" in card.inner_text()
    assert "Petra Lindqvale" in card.inner_text()
    marked = card.locator("mark").all_inner_texts()
    assert re.sub(r"\W*\[1\]", "", quote.inner_text()).startswith(marked[0].rstrip("."))
    assert "passengers" in card.locator("mark .word").all_inner_texts(), "the question's words"

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

    card.locator("details.why summary").click()
    why = card.locator("details.why").inner_text()
    assert re.search(r"words\s+#1\s+[\d.]+\s+\d+%", why)
    assert re.search(r"rare ones count more\): \w+ \d+%", why)
    page.locator("details.passages > summary").click()
    assert page.locator("details.passages .hit .why").count() >= 1


def test_the_second_of_two_questions_is_answered(page: Any, monkeypatch: Any) -> None:
    plain = Archive.ask

    def slow(self: Archive, question: str, *args: Any, **named: Any) -> Any:
        answer = plain(self, question, *args, **named)
        if "councillors" in question:
            time.sleep(1.2)
        return answer

    monkeypatch.setattr(Archive, "ask", slow)
    box = page.locator("#question input")
    box.fill("How did the councillors vote?")
    box.press("Enter")
    page.wait_for_function(
        "getComputedStyle(document.querySelector('#result'), '::before').visibility === 'visible'"
    )  # the skeleton
    box.fill(HOMES)
    box.press("Enter")
    page.locator(".answer", has_text="41,000 homes").wait_for()
    page.wait_for_timeout(1500)  # the first answer arrives, and is dropped
    assert "27 to 18" not in page.locator("#result").inner_text()
    assert page.locator("#result").get_attribute("aria-busy") is None


def test_keys_examples_recent_questions_and_back(page: Any) -> None:
    example = page.locator("#examples button").first
    question = example.inner_text()
    assert question.startswith("What is known about ‘")
    example.click()
    page.locator(".asked", has_text=question).wait_for()
    assert page.locator("#question input").input_value() == question
    page.locator(".asked").click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "question-box"
    ask(page, HOMES)
    page.go_back()
    page.locator(".asked", has_text=question).wait_for()
    page.go_back()
    recent = page.locator("#recent button[data-ask]")
    recent.first.wait_for()
    assert recent.all_inner_texts() == [question, HOMES]
    page.reload()
    recent.first.wait_for()
    recent.nth(1).focus()
    page.keyboard.press("Enter")
    page.locator(".asked", has_text=HOMES).wait_for()
    page.go_back()
    page.locator("[data-forget]").click()
    assert page.locator("#recent").is_hidden()
    page.reload()
    page.locator("#examples button").first.wait_for()
    assert page.locator("#recent").is_hidden()


def test_a_recent_question_keeps_the_focus_when_the_first_page_comes(page: Any) -> None:
    ask(page, HOMES)
    held: list[Any] = []
    page.route(CALLS, lambda route: hold_home(route, held))
    page.goto(page.url.split("?")[0])
    recent = page.locator("#recent button[data-ask]", has_text=HOMES)
    recent.focus()
    recent.evaluate("button => { button.first = true; }")
    while not held:
        page.wait_for_timeout(20)
    held.pop().continue_()
    page.wait_for_function("!document.querySelector('#recent button').first")
    assert recent.evaluate("button => button === document.activeElement")


def hold_home(route: Any, held: list[Any]) -> None:
    if '"home"' in (route.request.post_data or ""):
        held.append(route)
    else:
        route.continue_()


def test_what_is_not_in_the_archive_looks_different(page: Any) -> None:
    ask(page, "Who won the chess championship in Reykjavik?")
    absent = page.locator(".absent")
    absent.wait_for()
    assert absent.locator("h2").inner_text() == "Not in this archive"
    assert "no article has: won, chess" in absent.inner_text()
    assert page.locator(".answer").count() == 0
    assert "Nearest passages" in page.locator("details.passages[open] summary").first.inner_text()
    assert page.locator("#told").inner_text() == "Not in this archive"
    page.locator("#question input").fill(" ")
    page.locator("#ask-now").click()
    page.locator("#examples").wait_for()


def test_a_link_opens_the_same_question(browser: Any, site: Site) -> None:
    options = {"permissions": ["clipboard-read", "clipboard-write"]}
    for page in watched_page(browser, site.address, options, "/?list-query=tram"):
        ask(page, f"{HOMES} publisher:northfield")
        clue = page.locator(".chip.clue", has_text=f"publisher {GAZETTE}")
        clue.click()
        aside = page.locator(".chip.aside", has_text="publisher")
        aside.wait_for()
        page.locator("[data-copy-link]").click()
        page.locator("[data-copy-link]", has_text="Copied").wait_for()
        link = page.evaluate("navigator.clipboard.readText()")
        assert link == page.url.replace("list-query=tram&", ""), "the question's alone"
        assert query(page)["without"] == ["publisher"]
        page.goto(link)
        aside.wait_for()
        assert page.locator("#question input").input_value().startswith(HOMES)
        aside.click()
        clue.wait_for()
        assert "without" not in query(page)

        menu = page.locator("#citation-1 details.menu")
        copied = {}
        for name in ("Text", "Markdown", "BibTeX", "CSL-JSON"):
            menu.locator("summary").click()
            menu.get_by_role("button", name=name, exact=True).click()
            menu.locator("button", has_text="Copied").wait_for()
            copied[name] = page.evaluate("navigator.clipboard.readText()")
            page.wait_for_function("!document.querySelector('details.menu[open]')")
        assert "41,000 homes" in copied["Text"]
        assert copied["Markdown"].startswith("> ")
        assert copied["BibTeX"].startswith("@article{carrow2024")
        assert json.loads(copied["CSL-JSON"])[0]["container-title"] == GAZETTE


def test_filters(page: Any) -> None:
    ask(page, HOMES)
    page.locator(".histogram a").first.wait_for()
    page.locator("#before").fill("2024-06-01")
    page.locator(".chip.filter", has_text="before 2024-06-01").wait_for()
    page.locator("details.passages").evaluate("d => { d.open = true }")
    titles = page.locator(".hit h3").all_inner_texts()
    assert titles
    assert [t for t in titles if "tram" not in t] == []
    page.locator(".chip.filter").click()
    page.locator(".chip.filter").wait_for(state="detached")

    facet = page.locator("button.value[data-set-publisher='Harbour Courier']")
    facet.click()
    page.locator("button.value[aria-pressed=true]", has_text="Harbour Courier").wait_for()
    assert query(page)["publisher"] == ["Harbour Courier"]
    assert facet.evaluate("button => button === document.activeElement"), "the focus stays"
    assert page.locator("button.value", has_text=GAZETTE).is_visible(), "can be chosen instead"
    page.locator("details.passages").evaluate("d => { d.open = true }")
    assert {t.split(". ", 1)[1] for t in page.locator(".hit h3").all_inner_texts()} == {
        "Ferry strikes pier at Harrowmouth"
    }
    facet.click()
    page.locator(".chip.filter").wait_for(state="detached")

    bar = page.locator(".histogram a[aria-label='December 2024: 1 article']")
    bar.focus()
    page.keyboard.press("Enter")
    page.locator(".histogram a.chosen").wait_for()
    assert query(page)["after"] == ["2024-12-01"]
    assert query(page)["before"] == ["2025-01-01"]
    assert page.locator(".chip.filter").count() == 2
    page.locator("#author").fill("carrow")
    page.locator("#author").press("Enter")
    page.locator(".chip.filter", has_text="only by carrow").wait_for()
    page.locator("#literal").check()
    page.locator(".chip.filter", has_text="taken literally").wait_for()


def test_language_and_agency(page: Any) -> None:
    """By facets, by operators and in words; languages go by their names."""
    ask(page, "Harrowmouth")
    language = page.locator("button.value[data-set-language=de]")
    assert language.inner_text().split() == ["German", "1", "article"]
    assert page.locator("button.value[data-set-language=en]").is_visible()
    language.click()
    page.locator(".chip.filter", has_text="only in German").wait_for()
    assert query(page)["language"] == ["de"]
    assert page.locator("button.value[data-set-language=en]").is_visible(), "instead"
    page.locator("details.passages").evaluate("d => { d.open = true }")
    assert page.locator(".hit h3").all_inner_texts() == ["1. Springflut in Harrowmouth"]
    page.locator(".chip.filter").click()
    page.locator(".chip.filter").wait_for(state="detached")
    page.locator("button.value[data-set-agency=dpa]").click()
    page.locator(".chip.filter", has_text="only sent by dpa").wait_for()
    page.locator(".chip.filter").click()
    page.locator(".chip.filter").wait_for(state="detached")

    ask(page, "What does dpa report about Harrowmouth? language:German")
    page.locator(".chip.clue", has_text="language German").click()
    page.locator(".chip.aside", has_text="language").wait_for()
    page.locator(".chip.clue", has_text="agency dpa").click()
    page.locator(".chip.aside", has_text="agency").wait_for()
    page.locator("details.passages").evaluate("d => { d.open = true }")
    assert page.locator(".hit h3").count() > 1


def test_timeline_and_two_publishers(page: Any) -> None:
    ask(page, "What happened in the storm and on the ferry?")
    page.locator("[data-view=timeline]").click()
    page.locator(".timeline li").first.wait_for()
    days = page.locator(".timeline time").evaluate_all("all => all.map(t => t.dateTime)")
    assert days == sorted(days)
    assert len(days) >= 2
    page.locator("[data-view=compare]").click()
    page.locator(".side").first.wait_for()
    page.locator("[data-side=left]").select_option(GAZETTE)
    page.wait_for_function("new URLSearchParams(location.search).get('left')")
    page.locator("#result:not(.pending) .side").first.wait_for()
    page.locator("[data-side=right]").select_option("Harbour Courier")
    page.wait_for_function("new URLSearchParams(location.search).get('right')")
    page.locator("#result:not(.pending) .side").first.wait_for()
    right = page.locator(".side").nth(1)
    right.locator(".card", has_text="Ferry").first.wait_for()
    left = page.locator(".side").first.inner_text()
    assert "Storm Brannoc" in left
    assert "Ferry strikes" not in left
    page.reload()
    right.locator(".card", has_text="Ferry").first.wait_for()


def test_judgements_are_kept_and_taken_back(page: Any, site: Site) -> None:
    ask(page, "How did the councillors vote?")
    yes = page.locator("#citation-1 [data-judge=yes]")
    yes.click()
    page.locator("#citation-1 [data-judge=yes][aria-pressed=true]").wait_for()
    kept = site.archive.judgements().judgements[-1]
    assert kept.relevant is True
    assert kept.quote in page.locator("#citation-1").inner_text()
    page.reload()
    page.locator("#citation-1 [data-judge=yes][aria-pressed=true]").wait_for()
    page.locator("#citation-1 [data-judge=no]").click()
    page.locator("#citation-1 [data-judge=no][aria-pressed=true]").wait_for()
    assert site.archive.judgements().judgements[-1].relevant is False
    page.locator("#citation-1 [data-judge=no]").click()
    page.locator("#told", has_text="taken back").wait_for(state="attached")
    assert site.archive.judgements().judgements == ()


def test_exports(page: Any) -> None:
    ask(page, HOMES)
    menu = page.locator(".tools details.menu")
    files = {}
    for form in ("markdown", "csv", "json"):
        menu.locator("summary").click()
        button = menu.locator(f"[data-export={form}]")
        files[form] = downloaded(page, button.click).decode()
    assert files["markdown"].startswith(f"# {HOMES}")
    table = files["csv"].removeprefix("\ufeff")
    assert table != files["csv"], "without the mark Excel takes it for another encoding"
    assert next(csv.DictReader(io.StringIO(table)))["title"] == "Storm Brannoc cuts power"
    assert json.loads(files["json"])["answered"] is True


def test_a_list_of_questions(page: Any, tmp_path: Path, monkeypatch: Any) -> None:
    questions = tmp_path / "list.csv"
    questions.write_text(f"question,after\n{HOMES},\n<b>What</b>?,soon\n", encoding="utf-8")
    page.locator("#batch > summary").click()
    page.locator("#batch-file").set_input_files(str(questions))
    get = page.locator("#batch-state button", has_text="Download")
    get.wait_for()
    told = page.locator("#batch-state").inner_text()
    assert "2 of 2 asked, 1 answered" in told
    assert "Line 3: after must be a day" in told
    with zipfile.ZipFile(io.BytesIO(downloaded(page, get.click))) as pack:
        assert "41,000 homes" in pack.read("evidence.md").decode()

    plain = Archive.ask

    def slow(self: Archive, *args: Any, **named: Any) -> Any:
        time.sleep(0.1)
        return plain(self, *args, **named)

    monkeypatch.setattr(Archive, "ask", slow)
    questions.write_text("Who?\n" * 600, encoding="utf-8")
    page.locator("#batch-file").set_input_files(str(questions))
    page.locator("#batch-state", has_text=re.compile(r"[1-9]\d* of 600 asked")).wait_for()
    page.locator("#batch-state button", has_text="Cancel").click()
    page.locator("#batch-state", has_text="cancelled").wait_for()
    questions.write_bytes(b"%PDF-1.7")
    page.locator("#batch-file").set_input_files(str(questions))
    page.locator("#batch-state [role=alert]", has_text="looks binary").wait_for()


def test_the_first_answer_is_there_at_once(page: Any) -> None:
    began = time.perf_counter()
    ask(page, "How many passengers were injured?")
    assert time.perf_counter() - began < 3


FERRY = (
    "---\ntitle: Ferry hits pier\nurl: https://harbour.example/ferry\npublished: 2025-03-12\n{}---"
    "\nThe pier was built in 1931 and carries the trains to the mainland. The ferry hit Pier 2 on "
    "Wednesday. {} people were hurt, the harbour office said.\n"
)


def test_what_was_later_corrected_says_so_and_leads_to_both_texts(
    browser: Any, tmp_path: Path
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "ferry.md").write_text(FERRY.format("", "Fourteen"))
    archive = Archive.build(corpus, tmp_path / "index", Settings())
    (corpus / "ferry.md").write_text(FERRY.format("updated: 2025-03-16\n", "Nineteen"))
    archive.sync(corpus)
    with Running(archive, corpus, "127.0.0.1", free_port(), Options()) as running:
        phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
        query = "?q=How+many+people+were+hurt%3F&as_of=2025-03-14"
        watched = watched_page(browser, running.address, phone, query)
        page = next(watched)
        card = page.locator("#citation-1")
        told = card.locator(".later.corrected")
        told.wait_for()
        assert "Later corrected: the newest version of 16 March 2025" in told.inner_text()
        above = card.locator("blockquote").bounding_box()
        assert told.bounding_box()["y"] - above["y"] - above["height"] > 4
        check_it_fits_and_can_be_read(page)
        card.locator(".actions .open").click()
        page.locator("dialog mark", has_text="Fourteen people were hurt").wait_for()
        assert "This is an earlier version" in page.locator("dialog").inner_text()
        check_it_fits_and_can_be_read(page)
        page.locator("dialog .later button").click()
        page.locator("dialog .body", has_text="Nineteen people were hurt").wait_for()
        assert page.locator("dialog .later").count() == 0
        page.keyboard.press("Escape")
        page.wait_for_function("document.activeElement.matches('#citation-1 .actions .open')")
        assert list(watched) == []
    archive.close()
