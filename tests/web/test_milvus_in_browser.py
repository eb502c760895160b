"""The page on an archive in a Milvus server, in Chromium: ask, open, add, find."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qa.archive import Archive
from qa.serving.options import Options

from .conftest import Site, free_port, watched_page, write_corpus
from .looking import ask, open_tab

pytestmark = pytest.mark.browser

NEWS = """Lighthouse keeper finds message in a bottle
By Ines Calloway
Harbour Courier | 4 August 2025

Lighthouse keeper Bram Ostrander found a bottle with a message from 1931 on the beach of Gull Point.
"""


@pytest.fixture
def served(machine: Any, new_address: Any, make_archive: Any, tmp_path: Path) -> Iterator[Site]:
    from qa.web.server import Running

    write_corpus(tmp_path / "corpus")
    archive = make_archive(new_address())
    archive.sync(tmp_path / "corpus")
    port = free_port()
    with Running(archive, tmp_path / "corpus", "127.0.0.1", port, Options()) as running:
        yield Site(running.address, tmp_path / "corpus", archive)
    archive.close()


@pytest.fixture
def page(browser: Any, served: Site) -> Iterator[Any]:
    yield from watched_page(browser, served.address, {})


def test_ask_open_add_and_find(
    page: Any, served: Site, machine: Any, make_archive: Any, tmp_path: Path
) -> None:
    ask(page, "How many passengers were injured?")
    assert "Fourteen passengers were injured" in page.locator(".answer p").first.inner_text()
    page.locator("#citation-1 button.open").click()
    page.locator("dialog mark").first.wait_for()
    assert "harbour master said" in page.locator("dialog").inner_text()
    page.keyboard.press("Escape")

    open_tab(page, "Articles")
    page.locator("table.articles tbody tr").first.wait_for()
    file = tmp_path / "keeper.txt"
    file.write_text(NEWS)
    page.locator("[data-files]").set_input_files([str(file)])
    page.locator("section.preview .seen h4", has_text="Lighthouse keeper").wait_for()
    page.locator("[data-add]").click()
    page.locator("[data-report] .report", has_text="1 file added").wait_for(timeout=20_000)
    added = page.locator("table.articles tbody tr", has_text="Lighthouse keeper")
    added.wait_for()
    open_tab(page, "Ask")
    ask(page, "What did the lighthouse keeper find on the beach")
    page.locator(".answer", has_text="found a bottle").wait_for()

    address = served.archive.index
    machine("another")  # with the address alone
    reader: Archive = make_archive(address)
    assert "found a bottle" in reader.ask("What did the lighthouse keeper find?").text
    machine("writer")

    open_tab(page, "Index")
    page.locator("text=milvus-bm25").first.wait_for()
