"""One Milvus server: calls that are tried again while it is away, and errors said in one line."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from qa.errors import IndexDamagedError, InputError, ServiceError
from qa.milvus.address import MilvusAddress

TOKEN: Final = "QA_MILVUS_TOKEN"  # noqa: S105 - the name of a variable
CERTIFICATE: Final = "QA_MILVUS_CA"
TIMEOUT: Final = "QA_MILVUS_TIMEOUT_S"
"""Environment: the token or "user:password"; a file with the authority's certificate; seconds."""

ANSWER_S: Final = 10.0
"""Seconds to wait for one answer, unless `QA_MILVUS_TIMEOUT_S` says another."""

AWAY_S: Final = 5.0
"""Seconds for which a call is tried again while no server answers."""

PATIENCE: Final = 6
"""Times as long a writer waits, for an answer and for a server that is away: the light server takes
over 10 s to write 400 passages beside 50,000."""

FIRST_WAIT_S: Final = 0.1
"""Before the first other try; each further wait is twice as long."""

PAGE: Final = 2_000
"""Rows asked for at a time; Milvus gives at most 16,384, and 64 MB."""

_MISSING = ("can't find collection", "does not exist", "collection not found", "not exist")
_REFUSED = ("unauthenticated", "auth check", "permission deny", "permissiondenied", "privilege")
_AWAY = ("fail connecting", "unavailable", "server unavailable", "connection refused", "closed")
_RELEASED = ("not loaded", "'released'", "call load()")
_SLOW = ("deadline", "timeout", "timed out", "retry run out")


class MissingError(IndexDamagedError):
    """A collection is not there: it never was, or another build was published meanwhile."""


class Server:
    """Calls to a Milvus server. Safe to use from several threads.

    Args:
        address: Where it is.
        writes: Whether a writer calls, which waits longer than a question may.

    Attributes:
        failures: How many calls have failed; who keeps something read earlier looks at it.
    """

    def __init__(self, address: MilvusAddress, *, writes: bool = False) -> None:
        self.address = address
        self.failures = 0
        patience = PATIENCE if writes else 1
        self._patience_s = AWAY_S * patience
        self._lock = threading.Lock()
        self._connected: Any = None
        self._answer_s = _seconds() * patience
        # What fails is told in one line here, so gRPC need not tell it, too.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - pymilvus's
        """Call a method of `pymilvus.MilvusClient`.

        Raises:
            ServiceError: The server is away, too slow, or refuses the token.
            IndexDamagedError: It fails otherwise.
            MissingError: There is no such collection.
        """
        import grpc
        from pymilvus.exceptions import MilvusException

        until, wait = time.monotonic() + self._patience_s, FIRST_WAIT_S
        loaded = False
        while True:
            client = None
            try:
                client = self._client()
                return getattr(client, method)(*arguments, timeout=self._answer_s, **options)
            except (MilvusException, grpc.RpcError, ConnectionError) as error:
                told = _chain(error)
                refused = any(sign in told for sign in _REFUSED)
                away = not refused and any(sign in told for sign in _AWAY)
                if not loaded and client and any(sign in told for sign in _RELEASED):
                    loaded = True  # a server that was started again may not have loaded it
                    self.call("load_collection", arguments[0])
                    continue
                if away:
                    self._drop(client)
                if not away or time.monotonic() + wait > until:
                    self.failures += 1
                    raise self._said(error, told) from error
            time.sleep(wait)
            wait *= 2

    def rows(
        self,
        collection: str,
        where: str,
        fields: Sequence[str],
        key: str = "id",
        page_size: int = PAGE,
    ) -> Iterator[dict[str, Any]]:
        """All rows that an expression lets through, ascending by their key, a page at a time."""
        last: int | str | None = None
        while True:
            after = "" if last is None else f"{key} > {quoted(last)}"
            both = " and ".join(f"({part})" for part in (where, after) if part)
            page = self.call(
                "query", collection, filter=both, output_fields=[key, *fields], limit=page_size
            )
            found = sorted((dict(row) for row in page), key=lambda row: row[key])
            yield from found
            if len(found) < page_size:
                return
            last = found[-1][key]

    def count(self, collection: str, where: str) -> int:
        """How many rows an expression lets through."""
        [row] = self.call("query", collection, filter=where, output_fields=["count(*)"])
        return int(row["count(*)"])

    def write(self, collection: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write rows, in the place of those with the same key."""
        if rows:
            self.call("upsert", collection, list(rows))

    def close(self) -> None:
        """Disconnect."""
        self._drop(self._connected)

    def _client(self) -> Any:  # noqa: ANN401 - pymilvus's
        with self._lock:
            if self._connected is None:
                from pymilvus import MilvusClient

                # It logs each failed call with its traceback; what fails is told in one line here.
                logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
                # Servers part with who pings them while nothing is asked, as pymilvus would.
                quiet = {"grpc.keepalive_permit_without_calls": False}
                options: dict[str, Any] = {"grpc_options": quiet}
                if certificate := os.environ.get(CERTIFICATE):
                    options["server_pem_path"] = certificate
                self._connected = MilvusClient(
                    uri=self.address.server,
                    token=os.environ.get(TOKEN, ""),
                    timeout=min(self._answer_s, 5.0),
                    **options,
                )
            return self._connected

    def _drop(self, client: Any) -> None:  # noqa: ANN401 - pymilvus's
        with self._lock:
            if client is not None and client is self._connected:
                self._connected = None
                with suppress(Exception):  # it is broken, which is why it is dropped
                    client.close()

    def _said(self, error: Exception, told: str) -> Exception:
        server = self.address.server
        if any(sign in told for sign in _MISSING):
            return MissingError(
                f"a collection of {self.address} has gone; another machine may be writing it, too: "
                f"try again, and if it stays so run: qa verify --repair --index {self.address}"
            )
        if any(sign in told for sign in _REFUSED):
            return ServiceError(
                f"the Milvus server at {server} refuses the token; set {TOKEN} to one that may "
                "use this index"
            )
        if any(sign in told for sign in _AWAY):
            return ServiceError(
                f"no Milvus server answers at {server}; tried for {self._patience_s:g} s: start "
                "it, then run the same command again"
            )
        if any(sign in told for sign in _SLOW):
            return ServiceError(
                f"the Milvus server at {server} did not answer within {self._answer_s:g} s; try "
                f"again, or set {TIMEOUT} to more"
            )
        message = " ".join(str(getattr(error, "message", error)).split())[:200]
        return IndexDamagedError(
            f"the Milvus server at {server} failed: {message}; run: qa verify --index "
            f"{self.address}"
        )


def _chain(error: BaseException | None) -> str:
    """What an error and those behind it say: pymilvus calls a refusal a failure to connect."""
    parts: list[str] = []
    while error is not None and len(parts) < 8:
        parts.append(str(error).lower())
        error = error.__cause__ or error.__context__
    return " ".join(parts)


def check_installed() -> None:
    """Raise if pymilvus is not there.

    Raises:
        InputError: With the command that installs it.
    """
    try:
        import pymilvus  # noqa: F401
    except ImportError as error:
        raise InputError(
            "an index in Milvus needs pymilvus; run: pip install 'article-qa[milvus]'"
        ) from error


def quoted(value: object) -> str:
    """A value as expressions have it; texts with all that could end them escaped."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(quoted, value))}]"
    return str(value)


def _seconds() -> float:
    text = os.environ.get(TIMEOUT, "")
    try:
        seconds = float(text) if text else ANSWER_S
    except ValueError:
        seconds = 0.0
    if seconds <= 0:
        raise InputError(f"{TIMEOUT} must be a number of seconds, not {text!r}")
    return seconds
