"""Who is let through: hosts, sites, proxies, passwords; and how much may be sent."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from qa.cli import main
from qa.errors import InputError
from qa.serving import accounts as accounts_module
from qa.serving import bodies
from qa.serving.accounts import Accounts
from qa.serving.bodies import Bodies
from qa.serving.guard import HEADERS, Guard, SecurityHeaders
from qa.serving.options import Options
from qa.serving.sessions import SESSION_S, Sessions, Tries
from qa.serving.sign_in import SignIn

PASSWORD = "correct horse battery"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Says what arrived."""
    request = Request(scope, receive)
    body = await request.body()
    told = {
        "path": scope["path"],
        "root": scope.get("root_path"),
        "client": scope["client"][0],
        "scheme": scope["scheme"],
        "user": scope.get("qa.user"),
        "headers": dict(request.headers),
        "bytes": len(body),
    }
    await JSONResponse(told)(scope, receive, send)


def client(app: Any, address: str = "127.0.0.1", base: str = "http://localhost:7860") -> Any:
    transport = httpx.ASGITransport(app=app, client=(address, 4321))
    return httpx.AsyncClient(transport=transport, base_url=base)


def send(
    options: Options, *, host: str = "127.0.0.1", address: str = "127.0.0.1", **request: Any
) -> httpx.Response:
    async def run() -> httpx.Response:
        app = SecurityHeaders(
            Guard(SignIn(echo, options, lambda: "<style></style>"), options, host)
        )
        async with client(app, address) as asking:
            return await asking.request(**{"method": "GET", "url": "/", **request})

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("GET", {}, 200),
        ("POST", {}, 200),  # a program
        ("POST", {"origin": "http://localhost:7860", "sec-fetch-site": "same-origin"}, 200),
        ("POST", {"origin": "http://localhost:9999"}, 403),
        ("POST", {"origin": "https://evil.example"}, 403),
        ("POST", {"origin": "null"}, 403),
        ("POST", {"sec-fetch-site": "cross-site"}, 403),
        ("POST", {"sec-fetch-site": "same-site"}, 403),
        ("DELETE", {"sec-fetch-site": "cross-site"}, 403),
        ("GET", {"sec-fetch-site": "cross-site"}, 200),  # a link, which reads nothing for the site
        ("GET", {"origin": "https://evil.example"}, 403),  # a script that reads
        ("GET", {"host": "evil.example"}, 403),
        ("GET", {"host": "evil.example:7860"}, 403),
        ("GET", {"host": "127.0.0.1:7860"}, 200),
        ("GET", {"host": "[::1]:7860"}, 200),
        ("GET", {"host": "wiki.example"}, 200),
        ("POST", {"host": "wiki.example:443", "origin": "https://wiki.example"}, 200),
        ("POST", {"host": "wiki.example:80", "origin": "http://wiki.example"}, 200),
        ("POST", {"host": "wiki.example:80", "origin": "https://wiki.example"}, 403),
        ("POST", {"origin": "http://[evil"}, 403),
    ],
)
def test_other_sites_and_hosts_are_refused(method: str, headers: Any, status: int) -> None:
    options = Options(allowed_hosts=("wiki.example",))
    answer = send(options, method=method, headers=headers)
    assert answer.status_code == status
    assert {answer.headers[name] for name in HEADERS} == set(HEADERS.values())
    if status == 403:
        assert answer.json()["error"]["kind"] == "ForbiddenError"


@pytest.mark.parametrize(
    "path",
    ["/gradio_api/proxy=http://10.0.0.1/", "/gradio_api/vibe-edit/", "/monitoring",
     "/gradio_api/run-history/connect", "/gradio_api/dev/reload"],
)  # fmt: skip
def test_what_the_page_does_not_use_is_not_there(path: str) -> None:
    assert send(Options(), url=path).status_code == 404
    assert send(Options(root_path="/a"), url=f"/a{path}").status_code == 404


def test_only_a_named_proxy_is_believed() -> None:
    options = Options(trusted_proxies=("10.0.0.0/8",), auth_header="X-Forwarded-User")
    headers = {
        "x-forwarded-for": "6.6.6.6, 192.0.2.7, 10.0.0.2",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "news.example",
        "x-forwarded-user": "ada",
    }
    told = send(options, host="0.0.0.0", address="10.0.0.1", headers=headers).json()
    assert (told["client"], told["scheme"], told["user"]) == ("192.0.2.7", "https", "ada")
    assert told["headers"]["host"] == "news.example"
    for name in headers.keys() - {"x-forwarded-user"}:
        assert name not in told["headers"]
    other = send(options, host="0.0.0.0", address="192.0.2.7", headers=headers)
    assert other.status_code == 401
    assert "proxy" in other.json()["error"]["message"]


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("192.0.2.7:40211", "192.0.2.7"), ("[2001:db8::7]:40211", "2001:db8::7"),
        ("2001:db8::7", "2001:db8::7"), ("192.0.2.7:40211, 10.0.0.2:80", "192.0.2.7"),
    ],
)  # fmt: skip
def test_a_client_is_its_address_whatever_its_port(forwarded: str, client: str) -> None:
    options = Options(trusted_proxies=("10.0.0.0/8",))
    headers = {"x-forwarded-for": forwarded}
    told = send(options, host="0.0.0.0", address="10.0.0.1", headers=headers).json()
    assert told["client"] == client


def test_a_path_before_all_others() -> None:
    options = Options(root_path="/archive")
    for url in ("/archive/api/v1/ask", "/api/v1/ask"):  # passed on whole, or cut off by the proxy
        told = send(options, url=url).json()
        assert (told["path"], told["root"]) == ("/archive/api/v1/ask", "/archive")


@pytest.mark.parametrize(
    ("options", "host", "told"),
    [
        (Options(), "0.0.0.0", "--allow-public"),
        (Options(), "192.168.1.4", "qa user add"),
        (Options(auth=Path("nowhere.json")), "127.0.0.1", "qa user add NAME --auth nowhere.json"),
        (Options(auth_header="X-User"), "127.0.0.1", "--trusted-proxy 127.0.0.1"),
        (Options(trusted_proxies=("proxy",)), "127.0.0.1", "10.0.0.0/8"),
        (Options(root_path="archive"), "127.0.0.1", "/archive"),
    ],
)
def test_what_nobody_can_have_meant(options: Options, host: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        options.check(host)


def test_what_is_meant(users: Path) -> None:
    for options, host in (
        (Options(), "127.0.0.1"),
        (Options(), "::1"),
        (Options(), "localhost"),
        (Options(allow_public=True), "0.0.0.0"),
        (Options(auth=users), "0.0.0.0"),
    ):
        options.check(host)


def test_two_ways_of_signing_in_or_nobody_to_do_so(users: Path) -> None:
    with pytest.raises(InputError, match="leave one out"):
        Options(auth=users, auth_header="X").check("127.0.0.1")
    Accounts(users).remove("ada")
    with pytest.raises(InputError, match="has no users"):
        Options(auth=users).check("127.0.0.1")


def test_users_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--auth", str(tmp_path / "users.json")]
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\nshort\n"))
    assert main(["user", "add", "ada", *where]) == 0
    assert main(["user", "add", "bo", *where]) == 1
    assert main(["user", "list", *where]) == 0
    assert main(["user", "add", *where]) == 1
    told = capsys.readouterr()
    assert told.out.splitlines()[1:] == ["ada"]
    assert "10 to 1000 characters" in told.err
    assert "name the user" in told.err
    assert Accounts(tmp_path / "users.json").holds("ada", PASSWORD)
    assert main(["user", "remove", "ada", *where]) == 0
    assert main(["serve", *where, "--index", str(tmp_path / "index")]) == 1
    assert "has no users" in capsys.readouterr().err


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(accounts_module, "N", 2**4)  # what it costs is not what is tested
    path = tmp_path / "users.json"
    assert Accounts(path).add("ada", PASSWORD)
    return path


def test_accounts(users: Path) -> None:
    accounts = Accounts(users)
    assert not accounts.add("ada", PASSWORD + "!")
    assert accounts.add("bo@news.example", PASSWORD)
    assert accounts.names() == ["ada", "bo@news.example"]
    assert accounts.holds("ada", PASSWORD + "!")
    assert not accounts.holds("ada", PASSWORD)
    assert not accounts.holds("nobody", PASSWORD)
    assert not accounts.holds("nobody", "")
    assert PASSWORD not in users.read_text()
    assert users.stat().st_mode & 0o077 == 0
    accounts.remove("ada")
    assert accounts.names() == ["bo@news.example"]
    for name, password, told in (
        ("a b", PASSWORD, "letters"), ("ada", "short", "10 to 1000"), ("", PASSWORD, "letters"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=told):
            accounts.add(name, password)
    with pytest.raises(InputError, match="no user 'ada'"):
        accounts.remove("ada")
    users.write_text("[]")
    with pytest.raises(InputError, match="no file of users"):
        accounts.names()
    with pytest.raises(InputError, match="qa user add NAME"):
        Accounts(users.with_name("none.json")).names()


def test_signing_in_and_out(users: Path) -> None:
    async def run() -> None:
        options = Options(auth=users, root_path="/a")
        app = Guard(SignIn(echo, options, lambda: "<style></style>"), options, "127.0.0.1")
        async with client(app) as asking:
            page = await asking.get("/a/?q=x", headers={"accept": "text/html"})
            assert page.status_code == 401
            assert 'value="/a/?q=x"' in page.text
            refused = await asking.post("/a/api/v1/ask", json={})
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"].startswith("Basic ")
            browser = {"user-agent": "Mozilla/5.0", "accept": "*/*"}
            refused = await asking.post("/a/api/v1/ask", json={}, headers=browser)
            assert refused.status_code == 401
            assert "www-authenticate" not in refused.headers, "it would ask by itself"
            assert (await asking.get("/a/health")).status_code == 200

            form = {"username": "ada", "password": PASSWORD, "next": "/a/?q=x"}
            html = {"accept": "text/html"}
            wrong = await asking.post("/a/login", data={**form, "password": "no"}, headers=html)
            assert wrong.status_code == 401
            assert "do not go together" in wrong.text
            assert 'value="ada"' in wrong.text, "only the password is typed anew"
            assert PASSWORD not in wrong.text
            right = await asking.post("/a/login", data=form, headers=html)
            assert (right.status_code, right.headers["location"]) == (303, "/a/?q=x")
            cookie = right.headers["set-cookie"].lower()
            assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/a"))
            assert (await asking.get("/a/x")).json()["user"] == "ada"
            elsewhere = await asking.post(
                "/a/login", data={**form, "next": "//evil.example"}, headers=html
            )
            assert elsewhere.headers["location"] == "/a/"
            await asking.get("/a/logout")
            assert (await asking.get("/a/x")).status_code == 200
            token = asking.cookies["qa_session"]
            await asking.post("/a/logout")
            old = {"cookie": f"qa_session={token}"}
            assert (await asking.get("/a/x", headers=old)).status_code == 401
            assert asking.cookies.get("qa_session") is None

            basic = await asking.get("/a/x", auth=("ada", PASSWORD))
            assert basic.json()["user"] == "ada"
            assert (await asking.get("/a/x", auth=("ada", "no"))).status_code == 401
            assert (
                await asking.get("/a/x", headers={"authorization": b"Basic \xff=="})
            ).status_code == 401

    asyncio.run(run())


def test_cookies_of_other_programs_sign_nobody_out(users: Path) -> None:
    async def run() -> None:
        app = SignIn(echo, Options(auth=users), lambda: "")
        async with client(app) as asking:
            await asking.post("/login", data={"username": "ada", "password": PASSWORD})
            ours = f"qa_session={asking.cookies.pop('qa_session')}"
            for other in ('look={"dark":true}', "a[b]=1", "flag", "name=Ada Quill"):
                told = await asking.get("/", headers={"cookie": f"{other}; {ours}; {other}"})
                assert told.status_code == 200, other

    asyncio.run(run())


def test_a_program_may_send_its_first_requests_together(users: Path) -> None:
    async def run() -> None:
        app = SignIn(echo, Options(auth=users), lambda: "")
        async with client(app) as asking:
            for password, status in ((PASSWORD, 200), ("wrong wrong wrong", 401)):
                asked = [asking.get("/", auth=("ada", password)) for _ in range(10)]
                told = await asyncio.gather(*asked)
                assert {answer.status_code for answer in told} == {status}
            others = [asking.get("/", auth=("ada", f"wrong {n}")) for n in range(10)]
            told = await asyncio.gather(*others)
            assert 429 in {answer.status_code for answer in told}

    asyncio.run(run())


def test_who_is_taken_out_or_has_another_password_is_refused_at_once(users: Path) -> None:
    async def run() -> None:
        accounts = Accounts(users)
        app = SignIn(echo, Options(auth=users), lambda: "")
        async with client(app) as asking:
            assert (await asking.get("/", auth=("ada", PASSWORD))).status_code == 200
            accounts.add("ada", PASSWORD[::-1])
            assert (await asking.get("/", auth=("ada", PASSWORD))).status_code == 401
            assert (await asking.get("/", auth=("ada", PASSWORD[::-1]))).status_code == 200
            accounts.remove("ada")
            assert (await asking.get("/", auth=("ada", PASSWORD[::-1]))).status_code == 401

    asyncio.run(run())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone may")
def test_the_users_stay_the_servers_where_root_changes_them(users: Path) -> None:
    os.chown(users, 1234, 1234)
    Accounts(users).add("bob", PASSWORD)
    assert (users.stat().st_uid, users.stat().st_mode & 0o777) == (1234, 0o600)


def test_who_has_not_signed_in_sends_a_form_and_no_more(users: Path) -> None:
    taken = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal taken
        yield b"username=ada&password="
        for _ in range(1000):
            taken += 1
            yield b"x" * 2**16

    async def run() -> None:
        app = SignIn(echo, Options(auth=users), lambda: "")
        async with client(app) as asking:
            for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                headers = {"content-type": kind}
                sent = await asking.post("/login", content=pieces(), headers=headers)
                assert sent.status_code == 401

    asyncio.run(run())
    assert taken <= 4


def test_nobody_may_try_without_end(users: Path) -> None:
    async def run() -> None:
        app = SignIn(echo, Options(auth=users), lambda: "")
        async with client(app, "192.0.2.1") as asking:
            wrong = {"username": "ada", "password": "wrong wrong wrong"}
            tried = [await asking.post("/login", data=wrong) for _ in range(7)]
            assert [answer.status_code for answer in tried] == [401] * 5 + [429] * 2
            assert int(tried[-1].headers["retry-after"]) > 50
            right = {"username": "ada", "password": PASSWORD}
            assert (await asking.post("/login", data=right)).status_code == 429
            assert (await asking.get("/", auth=("ada", PASSWORD))).status_code == 429
        async with client(app, "192.0.2.2") as asking:
            assert (await asking.post("/login", data=right)).json() == {"success": True}

    asyncio.run(run())


def test_sessions_and_failures_end() -> None:
    now = [0.0]
    sessions, tries = Sessions(lambda: now[0]), Tries(lambda: now[0])
    token = sessions.begin("ada")
    assert sessions.user(token) == "ada"
    assert sessions.user(token + "x") is None
    for _ in range(5):
        tries.failed("1.2.3.4", "ada")
    assert tries.wait_s("1.2.3.4", "ada") == 60
    assert tries.wait_s("1.2.3.4", "bo") == 0
    now[0] = 61
    assert tries.wait_s("1.2.3.4", "ada") == 0
    now[0] = SESSION_S + 1
    assert sessions.user(token) is None


def deliver(
    messages: list[dict[str, Any]], headers: dict[str, str], path: str = "/api/v1/ask"
) -> tuple[list[Any], list[int]]:
    """What comes back, and what the application saw, for a request in these pieces."""
    sent: list[Any] = []
    seen: list[int] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(len(await Request(scope, receive).body()))
        await JSONResponse({})(scope, receive, send)

    async def run() -> None:
        async def receive() -> Any:
            if messages:
                return messages.pop(0)
            await asyncio.sleep(5)
            return {"type": "http.disconnect"}

        async def collect(message: Any) -> None:
            sent.append(message)

        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": path, "headers": raw}
        await Bodies(application, max_seconds=0.05)(scope, receive, collect)

    asyncio.run(run())
    return sent, seen


def piece(data: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": data, "more_body": more}


def test_bodies_come_whole_or_not_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MAX_BODY_BYTES", 3_000_000)
    large = b"x" * 1_400_000
    sent, seen = deliver([piece(large, more=True), piece(large, more=False)], {})
    assert (sent[0]["status"], seen) == (200, [2_800_000])
    assert deliver([piece(b"", more=False)], {})[1] == [0]
    cases: list[tuple[list[dict[str, Any]], dict[str, str], int]] = [
        ([piece(large, more=True)] * 3, {}, 413),
        ([], {"content-length": "3000001"}, 413),
        ([piece(b"slow", more=True)], {}, 408),
    ]
    for pieces, headers, status in cases:
        sent, seen = deliver(list(pieces), headers)
        assert (sent[0]["status"], seen) == (status, [])
        assert json.loads(sent[1]["body"])["error"]["message"]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(tempfile.SpooledTemporaryFile, "write", full)
        sent, seen = deliver([piece(large, more=False)], {})
    assert (sent[0]["status"], seen) == (507, [])
    dropped = [piece(b"half", more=True), {"type": "http.disconnect"}]
    assert deliver(dropped, {}) == ([], [])


def test_files_are_counted() -> None:
    part = b'--mark\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\nx\r\n'
    headers = {"content-type": "multipart/form-data; boundary=mark"}

    def of(count: int) -> Callable[[], list[dict[str, Any]]]:
        data = part * count + b"--mark--"
        cut = [data[at : at + 77] for at in range(0, len(data), 77)]
        return lambda: [piece(c, more=True) for c in cut] + [piece(b"", more=False)]

    assert deliver(of(100)(), headers, "/api/v1/upload")[0][0]["status"] == 200
    sent, seen = deliver(of(130)(), headers, "/api/v1/upload")
    assert (sent[0]["status"], seen) == (413, [])
