"""Articles and problems as JSON, between the processes that read and the one that asks.

JSON and not pickle: a reader that a crafted file has taken over must not be believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from qa.reading.content import Stated
from qa.records import Article, Problem

_MOMENTS: Final = ("published_at", "updated_at", "captured_at")
_ARTICLE: Final = tuple(each.name for each in fields(Article) if each.compare)


def to_wire(found: Article | Problem) -> dict[str, Any]:
    """One thing that was found in a file."""
    if isinstance(found, Problem):
        return {"problem": asdict(found)}
    values = {name: getattr(found, name) for name in _ARTICLE}
    for name in _MOMENTS:
        values[name] = values[name] and values[name].isoformat()
    return {"article": {**values, "provenance": dict(found.provenance)}}


def from_wire(message: Mapping[str, Any]) -> Article | Problem:
    """The reverse of `to_wire`."""
    if "problem" in message:
        return Problem(**message["problem"])
    values = dict(message["article"])
    for name in _MOMENTS:
        values[name] = values[name] and datetime.fromisoformat(values[name])
    return Article(**{**values, "pages": tuple(values["pages"])})


def to_request(
    path: str, source: str, stated: Stated, skip: Mapping[str, str], limits: Mapping[str, float]
) -> dict[str, Any]:
    """What a worker is asked: to read a file, but for some of its members, and why not those."""
    said = asdict(stated)
    said["captured"] = stated.captured and stated.captured.isoformat()
    return {"path": path, "source": source, "stated": said, "skip": dict(skip), "limits": limits}


def from_request(request: Mapping[str, Any]) -> tuple[str, str, Stated, Mapping[str, str]]:
    """The reverse of `to_request`, without the limits."""
    said = dict(request["stated"])
    said["captured"] = said["captured"] and datetime.fromisoformat(said["captured"])
    return request["path"], request["source"], Stated(**said), request["skip"]
