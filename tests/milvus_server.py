"""A real Milvus server for tests: the light one, or the cluster that `QA_MILVUS_URI` names."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

URI = "QA_MILVUS_URI"
STARTED_S = 60


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class LightServer:
    """`milvus-lite server` on loopback, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        command = Path(sys.executable).with_name("milvus-lite")
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [command, "server", "--data-dir", self.folder / "data",
                 "--host", "127.0.0.1", "--port", str(self.port)],
                stdout=log, stderr=log,
            )  # fmt: skip
        until = time.monotonic() + STARTED_S
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert self._process.poll() is None, (self.folder / "server.log").read_text()
            assert time.monotonic() < until
            time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(20)
            self._process = None


class Gate:
    """Passes connections on to a server, unless it is held: then answers wait."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._open = threading.Event()
        self._open.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def hold(self) -> None:
        self._open.clear()

    def release(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.set()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                try:
                    there = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    here.close()
                    continue
                for source, target in ((here, there), (there, here)):
                    threading.Thread(target=self._copy, args=(source, target), daemon=True).start()

    def _copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                self._open.wait()
                target.sendall(data)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def light_server(folder: Path) -> Iterator[LightServer]:
    server = LightServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def any_server(folder: Path) -> Iterator[str]:
    """host:port of the cluster that is named, or of a light server."""
    named = os.environ.get(URI)
    if named:
        yield named.split("://")[-1]
        return
    with light_server(folder) as server:
        yield server.address
