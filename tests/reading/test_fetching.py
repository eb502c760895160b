"""Fetching pages: from a server on loopback, which only these tests let themselves connect to."""

from __future__ import annotations

import gzip
import ipaddress
import json
import socket
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from qa import Archive, cli
from qa.errors import ReadingError
from qa.files import fetching
from qa.files.fetching import Bounds, fetch
from qa.files.public_network import is_public
from qa.reading.statements import Statements

from .test_html import PARAGRAPHS, page

HOME = ipaddress.ip_address("127.0.0.1")
ROBOTS = "User-agent: *\nAllow: /\nDisallow: /private\nDisallow: /*.pdf$\n"
BOUNDS = Bounds(max_bytes=100_000, seconds=10.0, redirects=3)


class Site(BaseHTTPRequestHandler):
    """Answers by path: (status, headers, body), or a function of the handler."""

    answers: ClassVar[dict] = {}
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self):
        self.asked.append((self.path, self.headers["Host"]))
        answer = self.answers.get(self.path, (404, {}, b"none"))
        if callable(answer):
            answer(self)
            return
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    serving.daemon_threads = True
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{serving.server_port}"
    serving.shutdown()
    serving.server_close()


@pytest.fixture
def site(server):
    Site.answers = {"/robots.txt": (200, {"Content-Type": "text/plain"}, ROBOTS.encode())}
    Site.asked = []
    return server


def html(body: bytes, kind: str = "text/html; charset=utf-8", **headers: str):
    return 200, {"Content-Type": kind, **headers}, body


def moved(target: str):
    return 302, {"Location": target}, b""


at_home = partial(fetch, bounds=BOUNDS, allowed=lambda address: address == HOME)


def refusal(url: str, **options) -> str:
    with pytest.raises(ReadingError) as caught:
        at_home(url, **options)
    assert "\n" not in caught.value.reason
    return caught.value.reason


def test_a_page_is_fetched_through_redirects(site):
    Site.answers |= {"/old": moved("/2025/lamp-lit.html#top"), "/2025/lamp-lit.html": html(page())}
    got = at_home(f"{site}/old")
    assert (got.url, got.name) == (f"{site}/2025/lamp-lit.html", "127.0.0.1-lamp-lit.html")
    assert got.data == page()
    assert [path for path, _ in Site.asked] == ["/robots.txt", "/old", "/2025/lamp-lit.html"]


def test_a_redirect_to_letters_beyond_ascii_is_followed(site):
    def to_street(handler):
        handler.send_response(302)
        handler._headers_buffer.append("Location: /straße\r\n".encode())
        handler.end_headers()

    Site.answers |= {"/old": to_street, "/stra%C3%9Fe": html(page())}
    assert at_home(f"{site}/old").url == f"{site}/stra%C3%9Fe"


def test_names_of_hosts_with_signs_that_no_standard_knows_are_no_fault(site):
    Site.answers["/to"] = moved("http://xn--i-7iq.invalid/")
    for url in ("http://xn--i-7iq.invalid/", f"{site}/to"):
        assert "no address is known for xn--i-7iq.invalid" in refusal(url)


def test_gzip_of_several_members_is_unpacked_whole(site):
    whole = gzip.compress(page()[:200]) + gzip.compress(page()[200:])
    packed = {"Content-Encoding": "gzip"}
    Site.answers |= {"/a": html(whole, **packed), "/b": html(whole + b"\0" * 9, **packed),
                     "/c": html(whole[:-9], **packed)}  # fmt: skip
    assert at_home(f"{site}/a").data == at_home(f"{site}/b").data == page()
    assert "ends too early" in refusal(f"{site}/c")
    bounds = Bounds(max_bytes=len(page()) - 1, seconds=10.0)
    assert "is larger than" in refusal(f"{site}/a", bounds=bounds)


def test_robots_are_respected_at_each_step(site):
    Site.answers |= {"/private/a": html(page()), "/to": moved("/private/a"), "/a.pdf": html(b"x")}
    for path in ("/private/a", "/to", "/a.pdf"):
        assert "robots.txt asks programs not to fetch it" in refusal(site + path)
    assert not {"/private/a", "/a.pdf"} & {path for path, _ in Site.asked}
    Site.answers["/robots.txt"] = (503, {}, b"")
    assert "robots.txt answers 503 Service Unavailable" in refusal(f"{site}/private/a")
    Site.answers["/robots.txt"] = (404, {}, b"")
    assert at_home(f"{site}/private/a").data == page()


def test_private_addresses_are_refused_after_resolution_and_at_each_redirect(site):
    for url in (site, site.replace("127.0.0.1", "localhost"), "http://2130706433/", "http://[::1]/",
                "http://0x7f.1/", "http://169.254.169.254/latest/meta-data/"):  # fmt: skip
        with pytest.raises(ReadingError, match="is no public address"):
            fetch(url, BOUNDS)
    assert Site.asked == []
    for target in ("http://10.0.0.1/", "//[::1]:80/", "http://127.0.0.2/", "http://[fe80::1]/"):
        Site.answers["/to"] = moved(target)
        assert (
            f"is no public address; save the page as a file (redirected there from {site}/to)"
            in (refusal(f"{site}/to"))
        )
    Site.answers["/robots.txt"] = moved("http://10.0.0.1/robots.txt")
    assert "10.0.0.1 is no public address" in refusal(f"{site}/lamp")


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True), ("2606:4700::1111", True), ("10.1.2.3", False), ("172.16.0.1", False),
        ("192.168.1.1", False), ("100.64.0.1", False), ("169.254.169.254", False),
        ("0.0.0.0", False), ("224.0.0.1", False), ("240.0.0.1", False), ("::1", False),
        ("fe80::1", False), ("fc00::1", False), ("fec0::1", False), ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("ff02::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address, public):
    assert is_public(ipaddress.ip_address(address)) is public


def test_the_address_that_was_checked_is_the_one_connected_to(site, monkeypatch):
    port = int(site.rsplit(":", 1)[1])
    real, resolved = socket.getaddrinfo, []

    def rebinding(host, *arguments, **options):
        if host != "news.example":
            return real(host, *arguments, **options)
        resolved.append(host)
        address = "127.0.0.1" if len(resolved) == 1 else "10.0.0.1"
        return real(address, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    # The robots answer closes the connection, so that the page needs the name a second time.
    Site.answers["/lamp"] = html(page())
    assert "news.example is at 10.0.0.1" in refusal(f"http://news.example:{port}/lamp")
    assert resolved == ["news.example"] * 2
    assert Site.asked == [("/robots.txt", f"news.example:{port}")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **o: [
        *real("127.0.0.1", *a, **o), *real("10.0.0.1", *a, **o),
    ])  # fmt: skip
    assert "is no public address" in refusal(f"http://news.example:{port}/lamp")


def trickle(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/html")
    handler.end_headers()
    for _ in range(200):
        try:
            handler.wfile.write(b"<p>")
        except OSError:
            return
        time.sleep(0.05)


def drip_headers(handler):
    for _ in range(200):
        try:
            handler.wfile.write(b"H")
        except OSError:
            return
        time.sleep(0.05)


def test_what_is_too_much_is_refused(site):
    large = b"x" * 100_001
    Site.answers |= {
        "/loop": moved("/loop"), "/large": html(large), "/trickle": trickle, "/drip": drip_headers,
        "/bomb": html(gzip.compress(b"x" * 50_000_000), **{"Content-Encoding": "gzip"}),
        "/cut": html(gzip.compress(page())[:-9], **{"Content-Encoding": "gzip"}),
        "/br": html(b"x", **{"Content-Encoding": "br"}),
    }  # fmt: skip
    assert refusal(f"{site}/loop") == "redirects more than 3 times"
    assert "larger than 0.0954 MiB" in refusal(f"{site}/large")
    assert "larger than 0.0954 MiB" in refusal(f"{site}/bomb")
    assert "ends too early" in refusal(f"{site}/cut")
    assert "packs it as br" in refusal(f"{site}/br")
    for path in ("/trickle", "/drip"):
        slow = Bounds(seconds=0.5)
        assert refusal(site + path, bounds=slow) == "took longer than 0.5 s to fetch"
    Site.answers |= {"/robots.txt": html(ROBOTS.encode() + b"#" * 10_000_000), "/a": html(b"ok")}
    assert at_home(f"{site}/a").data == b"ok"


def test_what_is_no_page_is_refused(site):
    Site.answers |= {
        "/image": html(b"\x89PNG", "image/png"), "/empty": html(b" \n"), "/gone": (410, {}, b""),
        "/ftp": moved("ftp://127.0.0.1/a"), "/who": moved("http://ida:secret@127.0.0.1/a"),
        "/broken": lambda handler: handler.wfile.write(b"SSH-2.0\r\n\r\n"),
    }  # fmt: skip
    for path, told in {
        "/none": "answers 404 Not Found", "/gone": "answers 410 Gone", "/empty": "an empty page",
        "/image": "'image/png', which no reader knows", "/ftp": "only http:// and https://",
        "/who": "holds a user name", "/broken": "cannot be fetched from 127.0.0.1",
    }.items():  # fmt: skip
        assert told in refusal(site + path)
    for url in ("file:///etc/passwd", "https://", "http://a:b:c/", "gopher://a.example/"):
        assert refusal(url)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert "cannot be fetched" in refusal(f"http://127.0.0.1:{unused.getsockname()[1]}/")
    assert "no address is known for" in refusal("http://nowhere.invalid/")


@pytest.mark.parametrize(
    ("path", "kind", "suffix"),
    [
        ("/", "text/html", ".html"), ("/a.htm", "application/xhtml+xml", ".html"),
        ("/a.md", "text/plain", ".md"), ("/a", "text/plain", ".txt"), ("/feed", "text/xml", ".xml"),
        ("/a.warc.gz", "application/gzip", ".warc.gz"), ("/a.pdf?x=1", "application/pdf", ".pdf"),
        ("/a.jsonl", "application/octet-stream", ".jsonl"), ("/a", "", ".html"),
        ("/a.tar", "application/x-tar", ".tar"), ("/a.rss", "application/x-rss+xml", ".rss"),
        ("/a.jsonl", "application/jsonl", ".jsonl"),
    ],
)  # fmt: skip
def test_the_type_decides_the_suffix(site, path, kind, suffix):
    Site.answers |= {"/robots.txt": (404, {}, b""), path: html(b"<html>x", kind)}
    last = {"/": "", "/feed": "-feed"}.get(path, "-a")
    assert at_home(site + path).name == f"127.0.0.1{last}{suffix}"


def test_an_encoding_that_only_the_header_names_is_kept(site):
    text = "<html><body><p>Смотритель маяка</p></body></html>"
    Site.answers["/a"] = html(text.encode("koi8-r"), "text/html; charset=koi8-r")
    assert at_home(f"{site}/a").data.decode("utf-8-sig") == text


def run(capsys, *arguments: str | Path) -> tuple[int, str]:
    code = cli.main([str(each) for each in arguments])
    return code, capsys.readouterr().out


def test_the_command(site, tmp_path, capsys, monkeypatch):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    rest = ("--corpus", corpus, "--index", tmp_path / "index")
    url = f"{site}/lamp"
    Site.answers["/lamp"] = html(page("", "<time>4 hours ago</time>"))
    code, out = run(capsys, "add", url, *rest)  # as it is: no option turns the guard off
    assert (code, list(corpus.iterdir())) == (1, [])
    assert "127.0.0.1 is no public address" in out

    monkeypatch.setattr(fetching, "fetch", at_home)
    code, out = run(capsys, "add", "--preview", "--json", url, *rest)
    line = json.loads(out)
    assert (code, line["source"], line["url"]) == (0, url, url)
    assert line["text"].split("\n") == PARAGRAPHS
    assert line["published_at"] is not None  # hours before it was fetched
    code, out = run(capsys, "add", "--preview", f"{site}/none", *rest)
    assert (code, list(corpus.iterdir())) == (1, [])
    assert "answers 404 Not Found" in out

    good = tmp_path / "other.txt"
    good.write_text("Lamp out\n\nThe lamp on Gull Point went out in 1974.")
    code, out = run(capsys, "add", url, f"{site}/none", good, *rest)
    assert code == 0
    assert f"{url}: 1 article, added as 127.0.0.1-lamp.html" in out
    assert f"{site}/none: not added" in out
    assert "2 articles in" in out
    stated = Statements.load(corpus).of("127.0.0.1-lamp.html")
    assert stated.url == url
    assert abs(time.time() - stated.captured.timestamp()) < 3600
    said = (corpus / "reading.toml").read_text()

    for token in ("", "<script>token = 7</script>"):  # the same page once more
        Site.answers["/lamp"] = html(page(token, "<time>4 hours ago</time>"))
        code, out = run(capsys, "add", url, *rest)
        assert (code, "is there already: 127.0.0.1-lamp.html" in out) == (0, True)
    assert (corpus / "reading.toml").read_text() == said
    Site.answers["/lamp"] = html(page("", "", PARAGRAPHS[:3]))  # it says less now
    code, out = run(capsys, "add", url, *rest)
    assert "has changed, put in the place of 127.0.0.1-lamp.html" in out
    archive = Archive.open(tmp_path / "index")
    [lamp] = [each for each in archive.articles() if each.url == url]
    assert [each.text.count("\n") for each in archive.revisions(lamp.id)] == [3, 2]
    archive.close()
    # Other news under the same address, as on a front page, is no change of it.
    Site.answers["/lamp"] = html(page("", "", [f"In {y} a tram came late." for y in range(20)]))
    code, out = run(capsys, "add", url, *rest)
    assert "added as 127.0.0.1-lamp-2.html" in out
