"""Bounds on what is sent: size, count, time. What is not sent whole goes no further.

And on what is done for it: a client that leaves has its question given up.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.abandonment import abandonable
from qa.errors import IndexWriteError
from qa.serving.guard import refuse, served_path
from qa.serving.uploads import MAX_FILE_BYTES, MAX_FILES

MAX_UPLOAD_BYTES: Final = 4 * MAX_FILE_BYTES
"""Of all files of one upload together."""

MAX_BODY_BYTES: Final = MAX_FILE_BYTES + 2**20
"""Of any other request: an article sent as JSON."""

IN_MEMORY_BYTES: Final = 2**20
UPLOAD_S: Final = 300.0
"""A whole upload's time; 128 MiB at 450 kB/s. A connection must not be held open for ever."""

CHUNK_BYTES: Final = 2**18

_UPLOADS: Final = ("/gradio_api/upload", "/api/v1/upload", "/api/v1/preview")


class TooMuchError(Exception):
    """A body is over its limit, too slow, or was broken off; holds the status and what to say."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Bodies:
    """ASGI middleware that takes a body whole before anything else sees it.

    It lies in memory, or in a file without a name if it is large, which is gone with the request:
    an upload that is dropped, slow or too large has left nothing anywhere. From then on the client
    is listened to, and when it leaves, what is done for it is given up (`qa.abandonment`).

    Args:
        app: What comes after.
        max_seconds: For the whole body.
    """

    def __init__(self, app: ASGIApp, max_seconds: float = UPLOAD_S) -> None:
        self._app = app
        self._max_seconds = max_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on with the whole body, or answer why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = MAX_UPLOAD_BYTES if served_path(scope).startswith(_UPLOADS) else MAX_BODY_BYTES
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as body:
            try:
                async with asyncio.timeout(self._max_seconds):
                    await _take(scope, receive, body.write, limit)
            except TimeoutError:
                message = f"the request was not sent within {self._max_seconds:.0f} seconds"
                await refuse(send, 408, "InputError", message, [(b"connection", b"close")])
                return
            except OSError as error:
                told = str(IndexWriteError.at(tempfile.gettempdir(), error))
                close = [(b"connection", b"close")]
                await refuse(send, 507, "IndexWriteError", told, close)
                return
            except TooMuchError as error:
                if error.status:
                    close = [(b"connection", b"close")]
                    await refuse(send, error.status, "InputError", error.message, close)
                return
            size = body.tell()
            body.seek(0)
            sent = 0
            left = asyncio.Event()

            async def receive_again() -> Message:
                nonlocal sent
                if sent > size:
                    await left.wait()
                    return {"type": "http.disconnect"}
                chunk = body.read(CHUNK_BYTES)
                sent += len(chunk)
                more = sent < size
                if not more:
                    sent = size + 1
                return {"type": "http.request", "body": chunk, "more_body": more}

            listening = asyncio.create_task(_leaving(receive, left))
            try:
                with abandonable(left.is_set):
                    await self._app(scope, receive_again, send)
            finally:
                listening.cancel()


async def _leaving(receive: Receive, left: asyncio.Event) -> None:
    """Wait for the client to leave."""
    while (await receive())["type"] != "http.disconnect":
        pass
    left.set()


async def _take(scope: Scope, receive: Receive, write: Callable[[bytes], int], limit: int) -> None:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > limit:
        raise TooMuchError(
            413, f"the request has {int(length):,} bytes; at most {limit:,} are taken"
        )
    _, _, boundary = headers.get(b"content-type", b"").partition(b"boundary=")
    mark = b"--" + boundary.split(b";")[0].strip(b'" ')
    parts, taken, tail = 0, 0, b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise TooMuchError(0, "the client left")
        chunk: bytes = message.get("body", b"")
        taken += len(chunk)
        if taken > limit:
            raise TooMuchError(413, f"the request is over {limit:,} bytes, which is what is taken")
        if boundary:
            seen = tail + chunk
            parts += seen.count(mark)
            tail = seen[-(len(mark) - 1) :]
            if parts > MAX_FILES + 20:  # besides the files, some fields and the end
                raise TooMuchError(413, f"more than {MAX_FILES} files; send fewer at a time")
        write(chunk)
        if not message.get("more_body"):
            return
