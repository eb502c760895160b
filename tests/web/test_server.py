"""The server: endpoints, headers, start and stop."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from qa.archive import Archive
from qa.cli import main
from qa.errors import IndexBusyError, InputError, QAError
from qa.serving.accounts import Accounts
from qa.serving.endpoints import Endpoints
from qa.serving.http_api import NAMES
from qa.serving.options import Options
from qa.serving.syncing import Syncing
from qa.serving.uploads import Sent
from qa.settings import Settings
from qa.web.articles_handlers import ArticlesHandlers
from qa.web.server import Running, open_archive

from .conftest import Site, free_port, write_corpus

READS = {"/ask", "/search", "/article", "/articles", "/status"}
OPERATIONS = READS | {"/add", "/fetch", "/delete", "/restore", "/sync"}
PASSWORD = "correct horse battery"
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def client(site: Site) -> Any:
    from gradio_client import Client

    return Client(site.address, verbose=False)


def test_endpoints(client: Any, site: Site) -> None:
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert set(named) == OPERATIONS
    told = named["/ask"]["parameters"]
    assert [p["python_type"]["type"] for p in told[:2]] == ["str", "int"]
    answer = client.predict("How many homes were left without electricity?", api_name="/ask")
    assert answer["answered"]
    assert "41,000" in answer["answer"]
    hits = client.predict("tram line", 2, api_name="/search")
    assert [hit["rank"] for hit in hits] == [1, 2]
    listed = client.predict(limit=2, api_name="/articles")
    assert (len(listed["articles"]), listed["total"]) == (2, len(site.archive.articles()))
    article = client.predict(listed["articles"][0]["id"], api_name="/article")
    assert article["text"]
    assert client.predict(api_name="/sync")["unchanged"] == 5
    status = client.predict(api_name="/status")
    assert status["articles"] == listed["total"]
    assert status["problems"][0]["source"] == "hostile.jsonl"


def test_known_errors_reach_the_caller_as_one_line(client: Any) -> None:
    with pytest.raises(Exception, match="after must be a day like 2025-07-31"):
        client.predict("tram", after="yesterday", api_name="/ask")
    with pytest.raises(Exception, match="no article"):
        client.predict("ffffffffffff", api_name="/article")


def http(site: Site, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    if data is not None:
        headers["content-type"] = "application/json"
    request = urllib.request.Request(site.address + path, data, headers)
    try:
        with urllib.request.urlopen(request) as response:
            text = response.read()
            is_json = response.headers["content-type"].startswith("application/json")
            return response.status, json.loads(text) if is_json else text.decode()
    except urllib.error.HTTPError as error:
        told = json.loads(error.read())
        return error.code, told["error"]["message"] if "error" in told else told


def test_plain_http(site: Site) -> None:
    question = "How many homes were left without electricity?"
    status, answer = http(site, "/api/v1/ask", {"question": question, "k": 2})
    assert (status, len(answer["passages"])) == (200, 2)
    assert "41,000" in answer["answer"]
    _, got = http(site, "/api/v1/ask?k=2&question=" + quote(question))
    assert got["citations"] == answer["citations"]
    _, listed = http(site, "/api/v1/articles?query=gazette+tram&sort=title&descending=false")
    assert [found["source"] for found in listed["articles"]] == ["tram.txt"]
    _, article = http(site, f"/api/v1/article?article_id={listed['articles'][0]['id']}")
    assert "$212 million" in article["text"]
    _, original = http(site, f"/api/v1/original?article_id={article['id']}")
    assert original == (site.corpus / "tram.txt").read_text()
    assert http(site, "/health") == (200, {"ok": True, "generation": site.generation})
    _, told = http(site, "/api/openapi.json")
    routes = {path.split("/")[3] for path in told["paths"] if path.startswith("/api/v1/")}
    assert {f"/{route}" for route in routes} > OPERATIONS
    assert routes == NAMES, "each has figures of its own"
    page = http(site, "/api")[1]
    assert "swagger" in page
    assert "http" not in page.replace(site.address, ""), "nothing is fetched from elsewhere"

    for path, body, code, message in (
        ("/api/v1/ask", {"question": "x", "after": "soon"}, 400, "after must be a day"),
        ("/api/v1/ask", {"question": "x", "k": "many"}, 400, "k: Input should be a valid integer"),
        ("/api/v1/ask", {}, 400, "question: Field required"),
        ("/api/v1/ask", {"question": "x", "publsher": "AP"}, 400,
         "ask has no argument 'publsher'; its arguments: question, k, publisher, author"),
        ("/api/v1/ask?k=2", {"question": "x"}, 400, "send 'k' in the JSON object"),
        ("/api/v1/ask?question=x&as-of=2025-01-01", None, 400, "ask has no argument 'as-of'"),
        ("/api/v1/status?k=1", None, 400, "status has no argument 'k'; its arguments: none"),
        ("/api/v1/article?article_id=ffffffffffff", None, 404, "no article"),
        ("/api/v1/articles?sort=colour", None, 400, "colour"),
        ("/api/v1/articles?limit=5000", None, 400, "1 to 1000"),
        ("/api/v1/article?article_id=..%2F..%2Fetc%2Fpasswd", None, 404, "no article"),
        ("/gradio_api/proxy=http://127.0.0.1/", None, 404, "nothing is served"),
    ):  # fmt: skip
        found = http(site, path, body)
        assert found[0] == code
        assert message in found[1]
    evil = {"origin": "https://evil.example"}
    for path in ("/api/v1/sync", "/gradio_api/queue/join", "/gradio_api/upload", "/mcp"):
        assert http(site, path, {}, **evil)[0] == 403


def raw(site: Site, path: str, method: str, body: bytes | None = None, kind: str = "") -> Any:
    request = urllib.request.Request(site.address + path, body, method=method)
    if kind:
        request.add_header("content-type", kind)
    try:
        return urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        return error


def test_head_is_answered_wherever_get_is(site: Site) -> None:
    article = site.archive.articles()[0].id
    for path in ("/", "/health", "/metrics", "/api", "/api/v1/status",
                 f"/api/v1/original?article_id={article}"):  # fmt: skip
        with raw(site, path, "HEAD") as head, raw(site, path, "GET") as whole:
            assert (head.status, head.read()) == (200, b"")
            if path != "/metrics":  # which counts what is asked
                assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize(
    ("method", "path", "kind", "body", "status", "told"),
    [
        ("GET", "/api/v1/nowhere", "", None, 404, "there is no GET /api/v1/nowhere"),
        ("PUT", "/api/v1/ask", "", b"{}", 404, "there is no PUT /api/v1/ask"),
        ("POST", "/api/v1/ask", "application/x-www-form-urlencoded", b'{"question": "x"}', 400,
         "Content-Type: application/json"),
        ("POST", "/api/v1/ask", "application/json", b'{"question": ', 400, "the body is no JSON"),
        ("POST", "/api/v1/ask", "application/json", b'["x"]', 400, "one JSON object"),
        ("POST", "/api/v1/ask", "application/json", b'{"question": "\xff"}', 400, "the body"),
        ("POST", "/api/v1/preview", "multipart/form-data", b"x", 400, "boundary"),
    ],
)  # fmt: skip
def test_every_error_is_of_one_shape(
    site: Site, method: str, path: str, kind: str, body: bytes | None, status: int, told: str
) -> None:
    with raw(site, path, method, body, kind) as answer:
        error = json.loads(answer.read())["error"]
    assert answer.status == status
    assert told in error["message"]


def test_a_fault_in_the_program_is_one_line_and_in_the_log(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr(Archive, "problems", broken)
    status, told = http(site, "/api/v1/status")
    assert (status, told) == (500, "something failed; the server's log says what")
    until = time.monotonic() + 5
    while "ZeroDivisionError" not in caplog.text:  # written when the answer has gone
        assert time.monotonic() < until
        time.sleep(0.02)


def test_an_original_is_asked_for_again_once_it_may_have_changed(site: Site) -> None:
    # Else a browser shows what it has for a tenth of the file's age, also to who has signed out.
    article = site.archive.articles()[0].id
    with raw(site, f"/api/v1/original?article_id={article}", "GET") as answer:
        assert answer.headers["cache-control"] == "private, no-cache"


def test_adding_deleting_and_restoring(site: Site) -> None:
    article = (
        "Kite festival draws 900\nBy Ada Quill\n\nThe kite festival of Oldport drew 900 people."
    )
    _, added = http(site, "/api/v1/add", {"text": article, "name": "../kite <b>.txt"})
    assert (added["files"][0]["stored_as"], added["report"]["added"]) == (
        "kite-b.txt", ["kite-b.txt"],
    )  # fmt: skip
    _, answer = http(site, "/api/v1/ask", {"question": "How many came to the kite festival?"})
    found = answer["citations"][0]["article"]["id"]
    assert http(site, "/api/v1/delete", {"article_id": found})[1]["title"].startswith("Kite")
    assert http(site, f"/api/v1/article?article_id={found}")[0] == 404
    assert http(site, "/api/v1/restore", {"article_id": found})[0] == 200
    assert http(site, f"/api/v1/article?article_id={found}")[0] == 200
    (site.corpus / "kite-b.txt").unlink()
    assert http(site, "/api/v1/sync", {})[1]["deleted"] == ["kite-b.txt"]

    body = (
        b'--m\r\nContent-Disposition: form-data; name="files"; filename="a.pdf.exe"\r\n\r\nMZ\r\n'
        b"--m--\r\n"
    )
    request = urllib.request.Request(
        site.address + "/api/v1/upload", body, {"content-type": "multipart/form-data; boundary=m"}
    )
    with urllib.request.urlopen(request) as response:
        [refused] = json.load(response)["files"]
    assert refused["stored_as"] is None
    assert "unknown kind of file" in refused["problems"][0]["reason"]


def test_metrics(site: Site) -> None:
    http(site, "/api/v1/ask", {"question": "Who won the chess championship in Reykjavik?"})
    http(site, "/nowhere/at/all")
    text = http(site, "/metrics")[1]
    for line in (
        r'qa_operations_total{operation="ask",outcome="not_in_archive"} [1-9]',
        r'qa_seconds_bucket{le="0.5",operation="ask"} [1-9]',
        r"qa_index_generation [1-9]",
        r"qa_queue_waiting 0",
        r'qa_http_requests_total{route="/api/v1/ask",status="200"} [1-9]',
        r'qa_http_requests_total{route="unknown",status="404"} [1-9]',
    ):
        assert re.search("^" + line, text, re.MULTILINE), line
    assert "nowhere" not in text


def test_tools_for_language_models(site: Site, tmp_path: Path) -> None:
    import mcp

    async def drive(server: Any) -> None:
        async with mcp.Client(server) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            assert {f"/{name}" for name in tools} | {"/fetch"} == OPERATIONS
            assert "verbatim quotes" in str(tools["ask"].description)
            assert "2025-07-31" in str(tools["ask"].input_schema["properties"]["after"])
            assert tools["ask"].annotations
            assert tools["ask"].annotations.read_only_hint
            answer = await client.call_tool("ask", {"question": "How did the councillors vote?"})
            assert "27 to 18" in str(answer.content)
            wrong = await client.call_tool("article", {"article_id": "ffffffffffff"})
            assert wrong.is_error
            assert "no article" in str(wrong.content)
            for arguments, told in (
                ({"question": "tram", "pubisher": "Nobody"}, "ask has no argument 'pubisher'; its"),
                ({"question": 5}, "question: Input should be a valid string"),
                ({}, "question: Field required"),
            ):
                wrong = await client.call_tool("ask", arguments)
                assert wrong.is_error
                assert wrong.content[0].text.startswith(told)
                assert "\n" not in wrong.content[0].text

    def run(server: Any) -> None:  # in a thread: the browser's tests have a loop in this one
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(drive(server))).result()

    run(site.address + "/mcp")
    command = ["mcp", "--corpus", str(site.corpus), "--index", str(site.archive.index)]
    stdio = mcp.StdioServerParameters(
        command=sys.executable, args=["-m", "qa.cli", *command], cwd=str(ROOT)
    )
    run(stdio)


@pytest.mark.parametrize("ends", ["its client", "Ctrl-C"])
def test_tools_on_standard_input_end_without_a_traceback(site: Site, ends: str) -> None:
    command = [sys.executable, "-m", "qa.cli", "mcp", "--index", str(site.archive.index)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=ROOT) as process:
        assert process.stdin
        assert process.stdout
        ping = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}\n'
        process.stdin.write(ping)
        process.stdin.flush()
        assert process.stdout.readline()
        if ends == "Ctrl-C":
            process.send_signal(signal.SIGINT)
        else:
            process.stdout.close()
            process.stdin.write(ping)
            process.stdin.close()
        assert process.wait(30) == (-signal.SIGINT if ends == "Ctrl-C" else 0)
        assert process.stderr
        assert process.stderr.read() == b""


def test_without_the_package_tools_say_how_to_get_it(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    with pytest.raises(InputError, match=re.escape("pip install 'article-qa[mcp]'")):
        Running(site.archive, site.corpus, "127.0.0.1", None, Options(mcp=True))


@pytest.fixture(scope="module")
def closed(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The same archive for readers who sign in, below a path."""
    users = tmp_path_factory.mktemp("users") / "users.json"
    Accounts(users).add("ada", PASSWORD)
    options = Options(auth=users, read_only=True, root_path="/archive/", mcp=True)
    with Running(site.archive, site.corpus, "127.0.0.1", free_port(), options) as running:
        yield Site(running.address, site.corpus, site.archive)


def test_a_closed_server(closed: Site) -> None:
    from gradio_client import Client

    coded = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    basic = {"authorization": f"Basic {coded}"}
    for path in ("/", "/api/v1/status", "/config", "/gradio_api/info", "/metrics", "/api", "/mcp"):
        assert http(closed, path)[0] == 401
    assert http(closed, "/health")[0] == 200
    assert http(closed, "/api/v1/ask", {"question": "tram"}, **basic)[0] == 200
    for operation in ("add", "delete", "restore", "sync", "upload"):
        code, told = http(closed, f"/api/v1/{operation}", {"text": "x"}, **basic)
        assert code == 403
        assert "read-only" in told
    _, described = http(closed, "/api/openapi.json", **basic)
    assert "/api/v1/ask" in described["paths"]
    assert "/api/v1/add" not in described["paths"]

    client = Client(closed.address, auth=("ada", PASSWORD), verbose=False)
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == READS
    assert client.predict("tram line", 1, api_name="/search")[0]["rank"] == 1


def test_headers_and_no_files_of_the_machine(site: Site) -> None:
    with urllib.request.urlopen(site.address) as response:
        assert "default-src 'self'" in response.headers["content-security-policy"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "same-origin"
    for path in (site.corpus / "ferry.txt", Path("/etc/passwd"), ROOT / "pyproject.toml"):
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"{site.address}/gradio_api/file={path}")


def test_an_address_under_which_nothing_is_leads_home(site: Site, closed: Site) -> None:
    coded = base64.b64encode(f"ada:{PASSWORD}".encode()).decode()
    visit = {"accept": "text/html,*/*;q=0.8", "authorization": f"Basic {coded}"}
    for served, path, home in (
        (site, "/nosuch", "/"),
        (site, "/a/b.html", "/"),
        (site, "/apiary", "/"),
        (closed, "/nosuch", "/archive/"),
    ):
        with pytest.raises(urllib.error.HTTPError) as missing:
            urllib.request.urlopen(urllib.request.Request(served.address + path, headers=visit))
        page = missing.value.read().decode()
        assert (missing.value.code, missing.value.headers.get_content_type()) == (404, "text/html")
        assert "There is no page under this address." in page
        assert f'<a href="{home}">' in page
    assert http(site, "/nosuch") == (404, {"detail": "Not Found"})
    for path in ("/api/v1/nosuch", "/gradio_api/nosuch"):
        assert http(site, path, **visit)[0] == 404, "in JSON"


def test_a_taken_port_is_one_line(site: Site) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        running = Running(site.archive, site.corpus, "127.0.0.1", taken.getsockname()[1])
        with pytest.raises(InputError, match="in use; name another: qa serve"), running:
            pass


@pytest.mark.parametrize("host", ["::1", "[::1]", "::"])
def test_the_address_it_says_is_one_that_answers(site: Site, host: str) -> None:
    options = Options(allow_public=True)
    with Running(site.archive, site.corpus, host, free_port(), options) as running:
        assert running.address.startswith("http://[::1]:")
        with urllib.request.urlopen(running.address + "/health") as answer:
            assert answer.status == 200


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
    assert len(built.articles()) == 5
    built.close()
    with pytest.raises(QAError, match="qa index"):
        open_archive(tmp_path / "corpus", tmp_path / "index", Settings(passage_words=50))


def test_a_read_only_server_builds_no_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_corpus(tmp_path / "corpus")
    where = ["--corpus", str(tmp_path / "corpus"), "--index", str(tmp_path / "index")]
    assert main(["serve", "--read-only", *where]) == 1
    assert "qa index" in capsys.readouterr().err
    assert not (tmp_path / "index").exists()


def handlers(archive: Archive, corpus: Path) -> ArticlesHandlers:
    endpoints = Endpoints(archive, corpus, Syncing(archive, corpus), Options())
    return ArticlesHandlers(endpoints)


def test_an_empty_archive_says_what_to_do(tmp_path: Path) -> None:
    from qa.web.ask_handlers import AskHandlers
    from qa.web.catalogue import LatestCatalogue

    (tmp_path / "corpus").mkdir()
    archive = Archive.build(tmp_path / "corpus", tmp_path / "index", Settings())
    latest = LatestCatalogue(archive)
    asking = AskHandlers(archive, latest)
    assert "Add articles in the tab" in asking.ask({"q": "Anything?"})
    articles = handlers(archive, tmp_path / "corpus")
    assert "no articles yet" in articles.list_articles({})["html"]
    archive.close()


def test_known_errors_on_the_page_are_one_line(site: Site) -> None:
    from qa.web import panel
    from qa.web.ask_handlers import AskHandlers
    from qa.web.catalogue import LatestCatalogue

    latest = LatestCatalogue(site.archive)
    told = AskHandlers(site.archive, latest).ask({"q": "tram", "after": "<b>soon</b>"})
    assert 'role="alert"' in told
    assert "after must be a day like 2025-07-31 or a month like 2025-07, not" in told.lower()
    assert "<b>" not in told
    assert "No article" in panel.opened(site.archive, {"id": "<b>"})
    lost = {function.__name__: function for function in
            handlers(site.archive, site.corpus / "nowhere").functions()}  # fmt: skip
    found = site.archive.articles()[0]
    assert "is not a folder" in lost["delete"]({"id": found.id})
    assert "No article" in lost["delete"]({"id": "<b>"})
    lost["sync"]({})
    while (seen := lost["look"]({}))["running"]:
        time.sleep(0.02)
    assert "is not a folder" in seen["sync"]


def test_an_upload_whose_sync_failed_is_indexed_when_it_is_sent_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "first.txt").write_text("First\n\nThe council met in the hall on Monday.\n")
    archive = Archive.build(corpus, tmp_path / "index", Settings())
    endpoints = Endpoints(archive, corpus, Syncing(archive, corpus), Options())
    sent = [Sent("second.txt", b"Second\n\nThe ferry was late again on Tuesday.\n")]
    with monkeypatch.context() as patch:
        patch.setattr(endpoints.syncing, "run", raises(IndexBusyError("another sync is at work")))
        with pytest.raises(IndexBusyError):
            endpoints.keep(sent)
    assert len(archive.articles()) == 1
    told = endpoints.keep(sent)
    assert told["files"][0]["new"] is False
    assert told["report"] is not None
    assert [article.title for article in archive.articles()] == ["First", "Second"]
    archive.close()


def raises(error: Exception) -> Callable[[], None]:
    def function() -> None:
        raise error

    return function


def test_what_was_understood_is_shown_and_can_be_turned_off(site: Site, client: Any) -> None:
    from qa.web.ask_handlers import AskHandlers
    from qa.web.catalogue import LatestCatalogue

    handlers = AskHandlers(site.archive, LatestCatalogue(site.archive))
    question = "homes publisher:northfield <b>"
    chip = 'data-chip="clue" data-key="publisher"'
    assert chip in handlers.ask({"q": question})
    assert chip not in handlers.ask({"q": question, "literal": True})
    aside = handlers.ask({"q": question, "without": ["publisher"]})
    assert chip not in aside
    assert 'data-chip="aside" data-key="publisher"' in aside
    for literal, publishers in ((False, {"Northfield Gazette"}), (True, None)):
        hits = client.predict(question, literal=literal, api_name="/search")
        found = {hit["article"]["publisher"] for hit in hits}
        assert found == publishers if publishers else len(found) > 1
    hits = client.predict(question, without=["publisher"], api_name="/search")
    assert len({hit["article"]["publisher"] for hit in hits}) > 1
    answer = client.predict("homes", as_of="2024-12-31", api_name="/ask")
    assert answer["understood"][0]["key"] == "as_of"
    assert "has no publisher" in handlers.ask({"q": "homes publisher:nobody"})


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
        assert said == f"Serving 5 articles on http://127.0.0.1:{port} (Ctrl-C stops)\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert "Traceback" not in errors
    assert process.returncode == 0
