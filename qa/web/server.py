"""Serve the page: open or build the archive, load the model, answer on a port until interrupted."""

from __future__ import annotations

import errno
import os
import socket
import threading
from pathlib import Path

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa import terminal
from qa.archive import Archive
from qa.errors import IndexMissingError, InputError
from qa.reading.decoding import MAX_FILE_BYTES
from qa.settings import Settings

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

FIRST_PORT, PORTS = 7860, 100
"""Gradio's own: the ports tried where none is asked for."""

_NAME_ANOTHER = "qa serve --host ADDRESS --port N"

_HEADERS = {
    # Gradio's pages need inline scripts and styles, and compile their templates; but nothing may
    # come from, or go to, another host, even if some HTML should slip through unescaped.
    "content-security-policy": (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
        "form-action 'self'; frame-ancestors 'self'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class SecurityHeaders:
    """ASGI middleware that adds the headers above to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with the headers added."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *self._headers]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def serve(*, corpus: Path, index: Path, settings: Settings, host: str, port: int | None) -> None:
    """Serve until interrupted.

    Args:
        corpus: The folder of the articles; where uploads are kept.
        index: The index folder; built first where there is none.
        settings: What the index was, or is to be, built with.
        host: The address to listen on.
        port: None takes 7860 or the next free one.

    Raises:
        QAError: The index does not fit the settings, the model cannot be loaded, or the port is
            taken.
    """
    archive = open_archive(corpus, index, settings)
    archive.search("warm up", 1)  # loads the model now, so that the first question does not wait
    articles = len(archive.articles())
    noun = "article" if articles == 1 else "articles"
    try:
        with Running(archive, corpus, host, port) as running:
            print(f"Serving {articles} {noun} on {running.address} (Ctrl-C stops)", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
    finally:
        archive.close()


def open_archive(corpus: Path, index: Path, settings: Settings) -> Archive:
    """The archive; built from the corpus where there is no index yet.

    Raises:
        QAError: The index is damaged or does not fit the settings, or there is no corpus.
    """
    try:
        return Archive.open(index, settings)
    except IndexMissingError:
        archive = Archive(index, settings)
        with terminal.progress_bar() as on_progress:
            report = archive.sync(corpus, on_progress=on_progress)
        print(terminal.render_report(report), flush=True)
        return archive


def free_port(host: str, wanted: int | None) -> int:
    """The port asked for, or else the first free one.

    Gradio would try a hundred ports, for five seconds each, where the address is the fault.

    Raises:
        InputError: The port is taken or not allowed, or the address is not one of this machine's.
    """
    for port in [wanted] if wanted is not None else range(FIRST_PORT, FIRST_PORT + PORTS):
        try:
            family, *_ = socket.getaddrinfo(host.strip("[]"), port)[0]
            with socket.socket(family) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host.strip("[]"), port))
            return port
        except (OSError, OverflowError) as error:
            if wanted is not None or getattr(error, "errno", None) != errno.EADDRINUSE:
                reason = getattr(error, "strerror", None) or error
                raise InputError(
                    f"cannot serve on {host}, port {port}: {reason}; name another: {_NAME_ANOTHER}"
                ) from error
    raise InputError(
        f"none of the ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} is free; "
        f"name another: {_NAME_ANOTHER}"
    )


class Running:
    """The page, served in the background while the context lasts.

    Args:
        archive: What is asked.
        corpus: Where uploads are kept.
        host: The address to listen on.
        port: None takes the first free one.
    """

    def __init__(self, archive: Archive, corpus: Path, host: str, port: int | None) -> None:
        from qa.web.page import build

        self._blocks = build(archive, corpus)
        self._host = host
        self._port = port
        self.address = ""

    def __enter__(self) -> Running:
        """Start.

        Raises:
            InputError: The port is taken, or the address is not one of this machine's.
        """
        from gradio.exceptions import ServerFailedToStartError

        from qa.web import theme

        port = free_port(self._host, self._port)
        try:
            _, address, _ = self._blocks.launch(
                server_name=self._host,
                server_port=port,
                prevent_thread_lock=True,
                quiet=True,
                share=False,
                show_error=False,
                footer_links=[],
                run_history=False,
                enable_monitoring=False,
                allowed_paths=[],
                max_file_size=MAX_FILE_BYTES,
                ssr_mode=False,
                pwa=False,
                mcp_server=False,
                theme=theme.theme(),
                head=theme.head(),
                app_kwargs={"middleware": [Middleware(SecurityHeaders)]},
            )
        except (OSError, ServerFailedToStartError) as error:
            raise InputError(
                f"cannot serve on {self._host}, port {port}: {error}; name another: {_NAME_ANOTHER}"
            ) from error
        self.address = address.rstrip("/")
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._blocks.close(verbose=False)
