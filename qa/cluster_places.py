"""Where a Dask cluster can be, and what is told where it lacks this package."""

from __future__ import annotations

from distributed import Security
from distributed.comm.addressing import get_address_host_port

from qa.errors import InputError


def check_address(address: str) -> None:
    """Raise where no scheduler can be: Dask's client would tell it at length, and end late.

    Raises:
        InputError: It is no scheduler's, has no port, or asks for TLS that is not set up.
    """
    try:
        get_address_host_port(address)
    except ValueError as error:
        raise InputError(
            f"{address!r} is no address of a Dask scheduler; write: tcp://host:8786"
        ) from error
    security = Security().get_connection_args("client")
    if address.startswith(("tls://", "wss://")) and security.get("ssl_context") is None:
        raise InputError(
            f"{address} asks for TLS, which Dask's own configuration does not set up here; see "
            "https://distributed.dask.org/en/stable/tls.html"
        )


def is_lacking(error: BaseException) -> bool:
    """Whether what was sent could not be read elsewhere, for want of this package."""
    told = repr(error)
    return "deserialization of the task graph" in told or "No module named" in told
