"""What is current in a Milvus server: one row, replaced by one write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Final

from qa.errors import IndexDamagedError, IndexMismatchError, IndexMissingError
from qa.milvus.collections import LAYOUT, NOTHING, Names, is_catalogue
from qa.milvus.server import Server, quoted
from qa.storage.manifest import Manifest, check_format

_KEY: Final = "current"


@dataclass(frozen=True, slots=True)
class Current:
    """A published generation, as the catalogue has it.

    Attributes:
        layout: `LAYOUT` of the code that wrote it.
        build: Which collections hold it.
        base: The generation from which on a new copy of the texts is read.
        writer: Tells the store it was mirrored from.
        host: Where that store lies.
        kind: The vector index.
        length: Terms of all its passages together.
        newest_day: See `Searchable.newest`.
        manifest: As in an index folder, without files.
    """

    layout: int
    build: str
    base: int
    writer: str
    host: str
    kind: str
    length: int
    newest_day: int
    manifest: Manifest

    @property
    def generation(self) -> int:
        """Its number."""
        return self.manifest.generation


def read(server: Server) -> Current | None:
    """What is current; None where nothing is published.

    Raises:
        ServiceError: The server is away or refuses.
        InputError: The collection is somebody else's.
        IndexMismatchError: Another version of this program wrote it.
        IndexDamagedError: It cannot be read.
    """
    try:
        values = _values(server)
        if values is None:
            return None
        if values["layout"] != LAYOUT:
            raise IndexMismatchError(
                f"{server.address} was written with layout {values['layout']}, now it is "
                f"{LAYOUT}; to write it anew, run: qa index --index {server.address}"
            )
        manifest = _manifest(values["manifest"])
        return Current(**{f.name: values[f.name] for f in fields(Current)} | {"manifest": manifest})
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(
            f"cannot read what is current in {server.address}: {error!r}; to write it anew, run: "
            f"qa index --index {server.address}"
        ) from error


def owner(server: Server) -> tuple[str, str] | None:
    """`Current.writer` and `Current.host` of what is current, whichever version wrote it.

    Raises:
        ServiceError, InputError: As `read`.
    """
    try:
        values = _values(server)
        return None if values is None else (str(values["writer"]), str(values["host"]))
    except (ValueError, KeyError, TypeError):
        return None


def _values(server: Server) -> dict[str, Any] | None:
    if not is_catalogue(server):
        return None
    rows = server.call(
        "query", server.address.name, filter=f"key == {quoted(_KEY)}", output_fields=["value"]
    )
    values: dict[str, Any] | None = json.loads(rows[0]["value"]) if rows else None
    return values


def _manifest(values: Mapping[str, Any]) -> Manifest:
    check_format(values)
    return Manifest(**{f.name: values[f.name] for f in fields(Manifest)})


def existing(server: Server) -> Current:
    """As `read`.

    Raises:
        IndexMissingError: Nothing is published.
    """
    current = read(server)
    if current is None:
        raise IndexMissingError(
            f"there is no index at {server.address}; run: qa index --index {server.address}"
        )
    return current


def publish(server: Server, current: Current) -> None:
    """Make a generation the current one, in one write."""
    bare = replace(current.manifest, files={}, segments=[])
    value = json.dumps(asdict(replace(current, manifest=bare)))
    server.write(server.address.name, [{"key": _KEY, "value": value, "nothing": NOTHING}])


def names(server: Server, current: Current) -> Names:
    """The collections of what is current."""
    return Names(server.address.name, current.build)
