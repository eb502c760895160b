"""How the archive is served: where, to whom, and what they may do."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qa.errors import InputError
from qa.serving.accounts import Accounts

LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
"""How a browser on this machine calls it: the `Host` headers that are answered on loopback."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve. The defaults are safe on a machine of one's own.

    Attributes:
        auth: File of users with hashed passwords, see `qa.serving.accounts`; None asks nobody.
        auth_header: The header in which a reverse proxy names the user it has let in.
        trusted_proxies: Addresses or networks whose `X-Forwarded-*` and `auth_header` are believed.
        read_only: Refuse whatever would change the corpus or the index.
        root_path: The path under which a reverse proxy serves this, such as "/archive".
        allow_public: Serve other machines without asking who is there.
        allowed_hosts: More `Host` headers to answer on loopback, such as a proxy passes on.
        mcp: Serve the tools for language models at `/mcp`.
        allow_url: Add pages by their address, which the server then fetches.
    """

    auth: Path | None = None
    auth_header: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    read_only: bool = False
    root_path: str = ""
    allow_public: bool = False
    allowed_hosts: tuple[str, ...] = ()
    mcp: bool = False
    allow_url: bool = False

    def check(self, host: str) -> None:
        """Refuse to serve on an address in a way that nobody can have meant.

        Raises:
            InputError: Another machine could reach it and nobody is asked who they are; nobody
                could sign in; or the options contradict each other.
        """
        if self.auth and not Accounts(self.auth).names():
            raise InputError(f"{self.auth} has no users; run: qa user add NAME --auth {self.auth}")
        if self.auth and self.auth_header:
            raise InputError("--auth and --auth-header are two ways of signing in; leave one out")
        if self.read_only and self.allow_url:
            raise InputError("--allow-url adds articles, which --read-only refuses; leave one out")
        if self.auth_header and not self.trusted_proxies:
            raise InputError(
                f"--auth-header {self.auth_header} is believed from a proxy only; name its "
                "address: --trusted-proxy 127.0.0.1"
            )
        for proxy in self.trusted_proxies:
            _network(proxy)
        if self.root_path and (not self.root_path.startswith("/") or "//" in self.root_path):
            raise InputError(f"--root-path must be like /archive, not {self.root_path!r}")
        if not (is_loopback(host) or self.auth or self.auth_header or self.allow_public):
            raise InputError(
                f"anyone who reaches {host} could read and change the archive; add users "
                "(qa user add NAME, then --auth FILE), or say --allow-public"
            )

    def trusts(self, address: str) -> bool:
        """Whether a client's address is that of a trusted proxy."""
        try:
            client = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(client in _network(proxy) for proxy in self.trusted_proxies)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches an address."""
    if host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise InputError(
            f"--trusted-proxy must be an address or a network like 10.0.0.0/8, not {text!r}"
        ) from error
