"""What stands before everything that is served: ASGI middleware against other sites and hosts.

Cookies and the network tell who asks, never on whose behalf: any page that a reader has open could
send requests here. So a request that another site caused is refused, whatever its method; what
this machine's browser asks under another name (DNS rebinding) is refused; and what a proxy says of
the client is believed only from a proxy that was named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.serving.options import LOCAL_NAMES, Options, is_loopback

HEADERS: Final = {
    # Gradio's pages need inline scripts and styles, and compile their templates; but nothing may
    # come from, or go to, another host, even if some HTML should slip through unescaped.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # "no-referrer" has forms send "Origin: null"
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
}

_SAFE: Final = ("GET", "HEAD", "OPTIONS")

_UNUSED: Final = (
    *(
        f"/gradio_api/{name}"
        for name in (
            *("deep_link", "dev/", "monitoring", "process_recording", "profiling", "proxy="),
            *("run-history", "runs", "stream", "token", "undo-vibe", "vibe"),
        )
    ),
    "/monitoring",
    "/svelte/",
    "/pwa_icon",
)
"""Gradio's routes that this page does not use: fetching from other hosts, editing code, spying."""


class SecurityHeaders:
    """Adds the headers above to every response, and lets no other site read one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers added."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                del headers["access-control-allow-origin"]
                del headers["access-control-allow-credentials"]
            await send(message)

        await self._app(scope, receive, send_with_headers)


class Guard:
    """Refuses what another site or another host name causes; sets path and client aright.

    Args:
        app: What comes after.
        options: Proxies, path, host names.
        host: The address that is listened on.
    """

    def __init__(self, app: ASGIApp, options: Options, host: str) -> None:
        self._app = app
        self._options = options
        self._hosts: frozenset[str] | None = None
        if is_loopback(host):
            names = (*LOCAL_NAMES, host, *options.allowed_hosts)
            self._hosts = frozenset(name.lower() for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = self._told_aright(scope)
        if why := self._why_refused(scope):
            await refuse(send, 403, "ForbiddenError", why)
        elif served_path(scope).startswith(_UNUSED):
            await refuse(send, 404, "NotFound", "nothing is served under this path")
        else:
            await self._app(scope, receive, send)

    def _told_aright(self, scope: Scope) -> Scope:
        """The scope with the proxy's path, and the client's address if a trusted proxy tells it."""
        address, port = scope.get("client") or ("", 0)
        told = _headers(scope["headers"])
        is_trusted = self._options.trusts(address)
        client, scheme, host = address, str(scope.get("scheme", "http")), told.get("host", "")
        if is_trusted:
            client = self._client(told.get("x-forwarded-for", ""), address)
            scheme = told.get("x-forwarded-proto", scheme).split(",")[0].strip()
            host = told.get("x-forwarded-host", host).split(",")[0].strip()
        user = (self._options.auth_header or "").lower().encode()
        kept = [(b"host", host.encode("latin-1"))]
        for name, value in scope["headers"]:
            if user and name == user:
                kept += [(name, value)] if is_trusted else []
            elif name not in (b"host", b"forwarded") and not name.startswith(b"x-forwarded-"):
                kept.append((name, value))
        root = self._options.root_path.rstrip("/")
        path = scope["path"]
        if root and not (path == root or path.startswith(f"{root}/")):  # the proxy cut it off
            path = root + path
        return {
            **scope,
            "headers": kept,
            "client": (client, port),
            "scheme": scheme,
            "root_path": root,
            "path": path,
        }

    def _client(self, forwarded: str, address: str) -> str:
        # From the right: what stands left of the first untrusted address anybody may have written.
        for hop in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
            address = _bare(hop)
            if not self._options.trusts(address):
                break
        return address

    def _why_refused(self, scope: Scope) -> str:
        headers = _headers(scope["headers"])
        host = headers.get("host", "")
        if self._hosts is not None and _without_port(host) not in self._hosts:
            return (
                f"this server answers to {', '.join(LOCAL_NAMES)}, not {host!r}; "
                "start it with --allowed-host to add a name"
            )
        origin = headers.get("origin")
        if origin is not None and not _is_site(origin, host):
            return f"requests from another site ({origin}) are refused"
        site = headers.get("sec-fetch-site", "none")
        if scope.get("method") not in _SAFE and site not in ("same-origin", "none"):
            return "requests that another site causes are refused"
        return ""


def served_path(scope: Scope) -> str:
    """The path below `--root-path`."""
    path: str = scope["path"]
    return path[len(scope.get("root_path", "")) :] or "/"


async def refuse(
    send: Send, status: int, kind: str, message: str, headers: Iterable[tuple[bytes, bytes]] = ()
) -> None:
    """Answer with an error in the API's shape."""
    body = json.dumps({"error": {"kind": kind, "message": message}}).encode()
    start = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*start, *headers]})
    await send({"type": "http.response.body", "body": body})


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in raw}


def _bare(hop: str) -> str:
    """An address without the port that some proxies write: 192.0.2.7:4321, [2001:db8::7]:4321."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


def _is_site(origin: str, host: str) -> bool:
    """Whether an origin is a host's, which some proxies name with the port that goes unsaid."""
    try:
        site = urlsplit(origin)
    except ValueError:
        return False
    port = {"http": ":80", "https": ":443"}.get(site.scheme, ":")
    return site.netloc.lower().removesuffix(port) == host.lower().removesuffix(port)


def _without_port(host: str) -> str:
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()
