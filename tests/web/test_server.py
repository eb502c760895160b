"""The server: endpoints, headers, start and stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from qa.archive import Archive
from qa.errors import InputError, QAError
from qa.settings import Settings
from qa.web.server import Running, open_archive

from .conftest import Site, free_port, write_corpus

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def client(site: Site) -> Any:
    from gradio_client import Client

    return Client(site.address, verbose=False)


def test_endpoints(client: Any, site: Site) -> None:
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert set(named) == {"/ask", "/search", "/article", "/articles", "/sync", "/status"}
    answer = client.predict("How many homes were left without electricity?", api_name="/ask")
    assert answer["answered"]
    assert "41,000" in answer["answer"]
    hits = client.predict("tram line", 2, api_name="/search")
    assert [hit["rank"] for hit in hits] == [1, 2]
    listed = client.predict(api_name="/articles")
    assert len(listed) == len(site.archive.articles())
    article = client.predict(listed[0]["id"], api_name="/article")
    assert article["text"]
    assert client.predict(api_name="/sync")["unchanged"] == 4
    status = client.predict(api_name="/status")
    assert status["articles"] == len(listed)
    assert status["problems"][0]["source"] == "hostile.jsonl"


def test_known_errors_reach_the_caller_as_one_line(client: Any) -> None:
    with pytest.raises(Exception, match="after must be a day like 2025-07-31"):
        client.predict("tram", after="yesterday", api_name="/ask")
    with pytest.raises(Exception, match="no article"):
        client.predict("ffffffffffff", api_name="/article")


def test_headers_and_no_files_of_the_machine(site: Site) -> None:
    with urllib.request.urlopen(site.address) as response:
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
    for path in (site.corpus / "ferry.txt", Path("/etc/passwd"), ROOT / "pyproject.toml"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{site.address}/gradio_api/file={path}")


def test_a_taken_port_is_one_line(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = Running(site.archive, site.corpus, "127.0.0.1", taken.getsockname()[1])
        with pytest.raises(InputError, match="in use; name another: qa serve"), running:
            pass


@pytest.mark.parametrize(("host", "port"), [("203.0.113.9", None), ("127.0.0.1", 70_000)])
def test_a_wrong_address_is_one_line_at_once(site: Site, host: str, port: int | None) -> None:
    with (
        pytest.raises(InputError, match=f"cannot serve on {host}"),
        Running(site.archive, site.corpus, host, port),
    ):
        pass


def test_a_missing_index_is_built_and_another_models_is_not_touched(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus")
    built = open_archive(tmp_path / "corpus", tmp_path / "index", Settings())
    assert len(built.articles()) == 4
    built.close()
    with pytest.raises(QAError, match="qa index"):
        open_archive(tmp_path / "corpus", tmp_path / "index", Settings(passage_words=50))


def test_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    from qa.web.articles_handlers import ArticlesHandlers
    from qa.web.ask_handlers import AskHandlers
    from qa.web.catalogue import LatestCatalogue

    (tmp_path / "corpus").mkdir()
    archive = Archive.build(tmp_path / "corpus", tmp_path / "index", Settings())
    latest = LatestCatalogue(archive)
    asking = AskHandlers(archive, latest)
    assert "Add articles in the tab" in asking.ask("Anything?", None, None, None, None)
    articles = ArticlesHandlers(archive, tmp_path / "corpus", latest)
    assert "no articles yet" in articles.list_articles("", 100)[0]
    archive.close()


def test_known_errors_on_the_page_are_one_line(site: Site) -> None:
    from qa.web import panel
    from qa.web.articles_handlers import ArticlesHandlers
    from qa.web.ask_handlers import AskHandlers
    from qa.web.catalogue import LatestCatalogue

    latest = LatestCatalogue(site.archive)
    told = AskHandlers(site.archive, latest).ask("tram", "", "", "<b>soon</b>", "")
    assert 'role="alert"' in told
    assert "after must be a day like 2025-07-31, not" in told.lower()
    assert "<b>" not in told
    assert "No article" in panel.opened(site.archive, {"id": "<b>"})
    lost = ArticlesHandlers(site.archive, site.corpus / "nowhere", latest)
    assert "is not a folder" in lost.rebuild()[0]


def test_what_was_understood_is_shown_and_can_be_turned_off(site: Site, client: Any) -> None:
    from qa.web.ask_handlers import AskHandlers
    from qa.web.catalogue import LatestCatalogue

    handlers = AskHandlers(site.archive, LatestCatalogue(site.archive))
    question = "homes publisher:northfield <b>"
    told = handlers.ask(question, "", "", "", "")
    assert "Understood: <bdi>publisher Northfield Gazette</bdi>" in told
    assert "Understood" not in handlers.ask(question, "", "", "", "", True)
    for literal, publishers in ((False, {"Northfield Gazette"}), (True, None)):
        hits = client.predict(question, literal=literal, api_name="/search")
        found = {hit["article"]["publisher"] for hit in hits}
        assert found == publishers if publishers else len(found) > 1
    answer = client.predict("homes", as_of="2024-12-31", api_name="/ask")
    assert answer["understood"][0]["key"] == "as_of"
    assert "has no publisher" in handlers.ask("homes publisher:nobody", "", "", "", "")


def test_it_starts_says_where_and_stops_without_a_traceback(tmp_path: Path) -> None:
    write_corpus(tmp_path / "corpus")
    port = free_port()
    where = ["--corpus", str(tmp_path / "corpus"), "--index", str(tmp_path / "index")]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py"), *where, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout
        said = next(line for line in process.stdout if line.startswith("Serving"))
        assert said == f"Serving 4 articles on http://127.0.0.1:{port} (Ctrl-C stops)\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert "Traceback" not in errors
    assert process.returncode == 0
