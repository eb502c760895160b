"""Serve the page: open or build the archive, load the model, answer on a port until interrupted."""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
from pathlib import Path

from qa import terminal
from qa.archive import Archive
from qa.errors import IndexMissingError, InputError
from qa.milvus.address import Location
from qa.serving.options import Options
from qa.settings import Settings

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

FIRST_PORT, PORTS = 7860, 100
"""Gradio's own: the ports tried where none is asked for."""

_NAME_ANOTHER = "qa serve --host ADDRESS --port N"


def serve(
    *,
    corpus: Path,
    index: Location,
    settings: Settings,
    host: str,
    port: int | None,
    options: Options,
) -> None:
    """Serve until interrupted.

    Args:
        corpus: The folder of the articles; where uploads are kept.
        index: The index folder, or the address of one in a server; built first where there is none.
        settings: What the index was, or is to be, built with.
        host: The address to listen on.
        port: None takes 7860 or the next free one.
        options: To whom, and what they may do.

    Raises:
        QAError: The index does not fit the settings, the model cannot be loaded, the port is
            taken, or the options would let anybody in.
    """
    options.check(host)
    if options.read_only:
        archive = Archive.open(index, settings)  # and builds none
    else:
        archive = open_archive(corpus, index, settings)
    archive.search("warm up", 1)  # loads the model now, so that the first question does not wait
    articles = len(archive.articles())
    noun = "article" if articles == 1 else "articles"
    try:
        with Running(archive, corpus, host, port, options) as running:
            print(f"Serving {articles} {noun} on {running.address} (Ctrl-C stops)", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
    finally:
        archive.close()


def open_archive(corpus: Path, index: Location, settings: Settings) -> Archive:
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
    """The page, the API and the tools, served in the background while the context lasts.

    Args:
        archive: What is asked.
        corpus: Where uploads are kept.
        host: The address to listen on.
        port: None takes the first free one.
        options: To whom, and what they may do.
    """

    def __init__(
        self,
        archive: Archive,
        corpus: Path,
        host: str,
        port: int | None,
        options: Options | None = None,
    ) -> None:
        from qa.web.application import make_application

        self._options = options or Options()
        self._application = make_application(archive, corpus, host, self._options)
        self._host = host
        self._port = port
        self.address = ""

    def __enter__(self) -> Running:
        """Start.

        Raises:
            InputError: The port is taken, or the address is not one of this machine's.
        """
        import uvicorn

        port = free_port(self._host, self._port)
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._application,
                host=self._host.strip("[]"),
                port=port,
                log_level="critical",  # what fails is logged by `Measured`; the rest is noise
                access_log=False,
                server_header=False,
                proxy_headers=False,  # `qa.serving.guard` believes the proxies that were named
                timeout_graceful_shutdown=2,
            )
        )
        self._thread = threading.Thread(target=self._server.run, name="qa-serve", daemon=True)
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.01)
        if not self._server.started:
            raise InputError(
                f"cannot serve on {self._host}, port {port}; name another: {_NAME_ANOTHER}"
            )
        # On "::" nobody is heard who calls 127.0.0.1: asyncio takes it for IPv6 alone.
        shown = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self._host.strip("[]"), self._host)  # noqa: S104
        if ":" in shown and not shown.startswith("["):
            shown = f"[{shown}]"
        self.address = f"http://{shown}:{port}{self._options.root_path.rstrip('/')}"
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.should_exit = True
        self._thread.join(timeout=10)
