"""Signing in: the page, the session's cookie, HTTP Basic for programs, or a proxy's header."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs

import anyio.to_thread
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.serving.accounts import Accounts
from qa.serving.alone import page
from qa.serving.guard import refuse, served_path
from qa.serving.options import Options
from qa.serving.sessions import SESSION_S, Known, Sessions, Tries

COOKIE: Final = "qa_session"
_OPEN: Final = ("/health",)
"""What is answered without signing in: a load balancer has no password."""


class SignIn:
    """ASGI middleware that lets in whoever has signed in.

    Args:
        app: What comes after.
        options: Whom to ask, see `Options.auth` and `Options.auth_header`.
        look: Gives the style sheet of the page, wrapped in a `<style>` element.
    """

    def __init__(self, app: ASGIApp, options: Options, look: Callable[[], str]) -> None:
        self._app = app
        self._header = (options.auth_header or "").lower()
        self._accounts = Accounts(options.auth) if options.auth else None
        self._sessions = Sessions()
        self._tries = Tries()
        self._known = Known()
        self._checks: dict[tuple[str, str, str], asyncio.Future[bool]] = {}
        self._look = look

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or ask who is there."""
        if scope["type"] != "http" or served_path(scope) in _OPEN:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        if self._header:
            await self._by_header(request, send)
            return
        if self._accounts is None:
            await self._app(scope, receive, send)
            return
        path = served_path(scope).rstrip("/")
        if path == "/login":
            response = await self._login(request)
        elif path == "/logout":
            response = self._logout(request)
        elif user := await self._user(request):
            await self._app({**scope, "qa.user": user}, receive, send)
            return
        elif isinstance(waits := self._waits(request), Response):
            response = waits
        elif "text/html" in request.headers.get("accept", "") and request.method == "GET":
            response = self._page(request, next_=_here(request))
        else:
            response = _error(401, "sign in first: POST /login, or send HTTP Basic authorization")
            # A browser would ask for the password itself, and send it for good.
            if not request.headers.get("user-agent", "").startswith("Mozilla/"):
                response.headers["www-authenticate"] = 'Basic realm="archive", charset="UTF-8"'
        await response(scope, receive, send)

    async def _by_header(self, request: Request, send: Send) -> None:
        user = request.headers.get(self._header, "").strip()
        if user:  # the guard has removed it where no trusted proxy sent it
            await self._app({**request.scope, "qa.user": user}, request.receive, send)
            return
        told = "who you are is told by the proxy, which has not told; go through it"
        await refuse(send, 401, "ForbiddenError", told)

    async def _user(self, request: Request) -> str | None:
        token = _cookie(request)
        if token and (user := self._sessions.user(token)):
            return user
        if credentials := _basic(request):
            name, password = credentials
            if self._is_known(name, password) or await self._check(request, name, password):
                return name
        return None

    def _waits(self, request: Request) -> Response | None:
        credentials = _basic(request)
        if credentials and (wait := self._tries.wait_s(_address(request), credentials[0])):
            return _too_often(wait)
        return None

    def _is_known(self, name: str, password: str) -> bool:
        assert self._accounts is not None  # noqa: S101 - asked for only then
        return self._known.holds(name, password, self._accounts.version())

    async def _check(self, request: Request, name: str, password: str) -> bool:
        """Whether name and password are right; one try, however many send them at once."""
        told = (_address(request), name, password)
        check = self._checks.get(told)
        if check is None:
            check = self._checks[told] = asyncio.ensure_future(self._tried(*told))
            check.add_done_callback(lambda _: self._checks.pop(told, None))
        return await asyncio.shield(check)

    async def _tried(self, address: str, name: str, password: str) -> bool:
        """Whether name and password are right, unless it was tried too often."""
        assert self._accounts is not None  # noqa: S101 - asked for only then
        if self._tries.wait_s(address, name):
            return False
        # A failure is counted before it is known, so that many at once are not many tries.
        self._tries.failed(address, name)
        version = self._accounts.version()
        fits = await anyio.to_thread.run_sync(self._accounts.holds, name, password)
        if fits:
            self._tries.forgive(address, name)
            self._known.remember(name, password, version)
        return fits

    async def _login(self, request: Request) -> Response:
        if request.method != "POST":
            return self._page(request)
        form = {name: values[0] for name, values in (await _form(request)).items()}
        name, password = form.get("username", ""), form.get("password", "")
        is_page = "text/html" in request.headers.get("accept", "")
        if wait := self._tries.wait_s(_address(request), name):
            told = f"Too many attempts. Try again in {wait:.0f} seconds."
            refused = self._page(request, told, 429, wait, form.get("next", ""), name)
            return refused if is_page else _too_often(wait)
        if not await self._check(request, name, password):
            told = "That name and password do not go together."
            refused = self._page(request, told, 401, 0, form.get("next", ""), name)
            return refused if is_page else _error(401, told)
        response: Response = JSONResponse({"success": True})
        if is_page:
            target = form.get("next", "")
            root = request.scope.get("root_path", "")
            inside = target.startswith("/") and not target.startswith(("//", "/\\"))
            response = RedirectResponse(target if inside else f"{root}/", status_code=303)
        response.set_cookie(
            COOKIE,
            self._sessions.begin(name),
            max_age=int(SESSION_S),
            path=request.scope.get("root_path") or "/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    def _logout(self, request: Request) -> Response:
        root = request.scope.get("root_path", "")
        response = RedirectResponse(f"{root}/", status_code=303)
        if request.method == "POST":  # a link on another site signs nobody out
            self._sessions.end(_cookie(request))
            response.delete_cookie(COOKIE, path=root or "/")
        return response

    def _page(
        self,
        request: Request,
        told: str = "",
        status: int = 200,
        wait: float = 0.0,
        next_: str | None = None,
        name: str = "",
    ) -> Response:
        target = next_ if next_ is not None else request.query_params.get("next", "")
        form = _FORM.format(
            action=request.scope.get("root_path", "") + "/login",
            target=target,
            name=name,
            at_name="" if name else " autofocus",  # after a wrong password that alone is typed anew
            at_password=" autofocus" if name else "",
            told=Markup('<p class="notice error" role="alert">{}</p>').format(told) if told else "",
        )
        headers = {"cache-control": "no-store", **({"retry-after": f"{wait:.0f}"} if wait else {})}
        # 401 for the page that was asked for without a session; the browser shows it all the same.
        body = page("Sign in", form, self._look())
        return HTMLResponse(body, status if status != 200 or next_ is None else 401, headers)


_FORM: Final = Markup("""<form method="post" action="{action}">{told}
<input type="hidden" name="next" value="{target}">
<label>Name <input name="username" autocomplete="username" autocapitalize="none" required
value="{name}"{at_name}></label>
<label>Password <input type="password" name="password" autocomplete="current-password"
required{at_password}></label><button type="submit">Sign in</button></form>""")


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _here(request: Request) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{request.url.path}{query}"


MAX_FORM_BYTES: Final = 2**16


async def _form(request: Request) -> dict[str, list[str]]:
    """What was sent, if it is no more than a form: anybody may send to this page."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            return {}
    return parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)


def _cookie(request: Request) -> str:
    # Not by SimpleCookie, which stops at the first cookie of another program that it cannot read.
    return request.cookies.get(COOKIE, "")


def _basic(request: Request) -> tuple[str, str] | None:
    kind, _, coded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(coded, validate=True).decode().partition(":")
    except ValueError:  # not base64, or not UTF-8
        return None
    return (name, password) if colon else None


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"error": {"kind": "ForbiddenError", "message": message}}, status)


def _too_often(wait: float) -> JSONResponse:
    response = _error(429, f"too many attempts; try again in {wait:.0f} seconds")
    response.headers["retry-after"] = f"{wait:.0f}"
    return response
