"""Adding a page by its address: on loopback, which only these tests let the server connect to."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from qa.errors import ForbiddenError, InputError
from qa.files import fetching
from qa.files.fetching import fetch
from qa.reading.statements import Statements
from qa.serving import fetches
from qa.serving.endpoints import Endpoints
from qa.serving.options import Options
from qa.serving.syncing import Syncing

from .conftest import Site
from .looking import check_it_fits_and_can_be_read, open_tab
from .test_server import http

STORY = """<html><head><title>Heron returns to Oldport</title>
<meta property="og:site_name" content="Oldport Times">
<meta name="author" content="Ines Calloway"></head><body><article><h1>Heron returns to Oldport</h1>
<time>4 hours ago</time>
<p>A grey heron was seen in the harbour of Oldport for the first time in {years} years, and stood
on the old crane until the evening, when it flew away over the salt marsh.</p>
<p>The harbour master said that it had eaten the eels which were meant for the aquarium.</p>
</article></body></html>"""


class News(BaseHTTPRequestHandler):
    """Says another number at every visit."""

    visits: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.visits.append(self.path)
        found = self.path == "/heron"
        body = STORY.format(years=40 + self.visits.count("/heron")) if found else "none"
        self.send_response(200 if found else 404)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    News.visits.clear()
    serving = ThreadingHTTPServer(("127.0.0.1", 0), News)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    home = ipaddress.ip_address("127.0.0.1")
    monkeypatch.setattr(fetching, "fetch", partial(fetch, allowed=lambda at: at == home))
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    serving.server_close()


def stored(site: Site) -> dict[str, str]:
    return {path.name: path.read_text() for path in site.corpus.glob("*heron*")}


@pytest.fixture
def cleared(site: Site) -> Iterator[None]:
    yield
    for path in site.corpus.glob("*heron*"):
        path.unlink()
    http(site, "/api/v1/sync", {})


@pytest.mark.browser
@pytest.mark.usefixtures("cleared")
def test_a_page_is_seen_and_then_added_as_it_was_seen(page: Any, site: Site, news: str) -> None:
    open_tab(page, "Articles")
    page.locator("[data-address]").click()
    page.wait_for_function("document.activeElement.matches('[data-url]')")
    check_it_fits_and_can_be_read(page)
    page.keyboard.type(f"{news}/nothing")
    page.keyboard.press("Enter")
    page.locator("[data-preview] .wrong", has_text="the server answers 404").wait_for()
    page.locator("[data-url]").fill(f"{news}/heron")
    page.locator("#address-form button").click()
    preview = page.locator("section.preview")
    preview.locator("dd", has_text="Ines Calloway").wait_for()
    assert "41 years" in preview.inner_text()
    assert "from 4 hours ago on" in preview.inner_text()
    assert "(fetched), derived" in preview.inner_text()
    assert preview.locator("h3").inner_text() == f"{news}/heron: 1 article"
    assert stored(site) == {}
    page.locator("[data-add]").click()
    page.locator("[data-report] .report", has_text="1 file added").wait_for(timeout=20_000)
    [(name, text)] = stored(site).items()
    assert News.visits.count("/heron") == 1
    assert "41 years" in text
    known = Statements.load(site.corpus).of(name)
    assert (known.url, known.captured is not None) == (f"{news}/heron", True)
    page.locator("tr[data-row]", has_text="Heron returns").wait_for()


@pytest.mark.usefixtures("cleared")
def test_the_same_over_http(site: Site, news: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _, seen = http(site, "/api/v1/fetch", {"url": f" {news}/heron "})
    assert (seen["files"][0]["count"], seen["url"]) == (1, f"{news}/heron")
    assert http(site, f"/api/v1/fetch?url={news}/heron")[0] == 404, "a link fetches nothing"
    assert seen["files"][0]["name"] == f"{news}/heron"
    [article] = seen["files"][0]["articles"]
    assert article["provenance"]["url"] == "fetched"
    assert article["provenance"]["published_at"].endswith("(fetched)")
    assert article["date_confidence"] == {"published_at": "derived"}
    [nothing] = http(site, "/api/v1/fetch", {"url": f"{news}/none"})[1]["files"]
    assert "the server answers 404" in nothing["problems"][0]["reason"]
    _, added = http(site, "/api/v1/add", {"key": seen["key"]})
    assert added["report"]["added"] == [added["files"][0]["stored_as"]]
    for body, message in (
        ({"key": seen["key"]}, "no longer kept; fetch it again"),
        ({"url": news, "text": "x"}, "one of text, url and key"),
        ({}, "one of text, url and key"),
    ):
        code, told = http(site, "/api/v1/add", body)
        assert code == 400
        assert message in told
    for url, message in ((f"{news}/none", "answers 404"), ("file:///etc/passwd", "only http")):
        [refused] = http(site, "/api/v1/add", {"url": url})[1]["files"]
        assert (refused["stored_as"], refused["name"]) == (None, url)
        assert message in refused["problems"][0]["reason"]
    [name] = stored(site)
    (site.corpus / name).unlink()
    _, again = http(site, "/api/v1/add", {"url": f"{news}/heron"})
    assert again["report"]["changed"] == [name]
    assert "42 years" in next(iter(stored(site).values()))
    monkeypatch.undo()
    [refused] = http(site, "/api/v1/add", {"url": f"{news}/heron"})[1]["files"]
    assert "public" in refused["problems"][0]["reason"]


def test_it_is_refused_unless_switched_on(site: Site, tmp_path: Path) -> None:
    endpoints = Endpoints(site.archive, tmp_path, Syncing(site.archive, tmp_path), Options())
    assert "fetch" not in {found.name for found in endpoints.operations()}
    for call in (endpoints.fetch, lambda url: endpoints.add(url=url)):
        with pytest.raises(ForbiddenError, match="qa serve --allow-url"):
            call("https://example.org")
    with pytest.raises(InputError, match="--allow-url adds articles"):
        Options(read_only=True, allow_url=True).check("127.0.0.1")


def test_pages_wait_for_a_while_and_not_without_end(
    news: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = fetches.Fetches()
    first, page = waiting.fetch(f"{news}/heron")
    monkeypatch.setattr(fetches, "MAX_BYTES", 2 * len(page.data))
    second, _ = (waiting.fetch(f"{news}/heron")[0] for _ in range(2))
    with pytest.raises(InputError, match="fetch it again"):
        waiting.take(first)
    assert "42 years" in waiting.take(second).data.decode()
    monkeypatch.setattr(fetches, "KEPT_S", 0.0)
    waiting = fetches.Fetches()
    late, _ = waiting.fetch(f"{news}/heron")
    with pytest.raises(InputError, match="fetch it again"):
        waiting.take(late)
