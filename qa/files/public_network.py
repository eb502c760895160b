"""Connections to public addresses only, and within a deadline, wherever a name or redirect leads.

A name is resolved here, each address it has is checked, and the connection is made to a checked
address itself: a name that resolves to something else a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable

import httpcore

from qa.errors import ReadingError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
SocketOption = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)


def is_public(address: Address) -> bool:
    """Whether an address is a machine on the public internet, and no way round to a private one."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        # Tunnels carry an IPv4 address that nobody checked.
        return not (address.is_site_local or address.sixtofour or address.teredo)
    return True


class PublicNetwork(httpcore.NetworkBackend):
    """Opens connections for httpcore.

    Args:
        deadline: On the clock of `time.monotonic`, when all of it must be done.
        allowed: Which addresses may be connected to.
    """

    def __init__(self, deadline: float, allowed: Callable[[Address], bool] = is_public) -> None:
        self._deadline = deadline
        self._allowed = allowed
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers.

        Raises:
            ReadingError: The host has no address, or one that may not be connected to.
            httpcore.ConnectError: None of them answers.
        """
        failure: Exception | None = None
        for address in self._addresses(host, port):
            left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
            try:
                stream = self._network.connect_tcp(
                    str(address), port, left, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _Timed(stream, self._deadline)
        raise failure or httpcore.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ReadingError(f"no address is known for {host}; check its name") from error
        addresses = list(dict.fromkeys(ipaddress.ip_address(each[4][0]) for each in found))
        for address in addresses:
            if not self._allowed(address):
                where = host if host == str(address) else f"{host} is at {address}, which"
                raise ReadingError(f"{where} is no public address; save the page as a file")
        return addresses


class _Timed(httpcore.NetworkStream):
    """A connection that no trickle of bytes keeps open beyond a deadline."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(self._deadline, timeout, httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _Timed(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None, late: type[Exception]) -> float:
    """Seconds to wait at most.

    Raises:
        Exception: Of the kind `late`, where the deadline has passed.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise late("the deadline has passed")
    return left if timeout is None else min(left, timeout)
