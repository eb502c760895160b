"""Load a model of sentence-transformers: from a folder, its hub, or what was fetched from there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from qa.errors import ModelError

T = TypeVar("T")

PATIENCE: Final = 5.0
"""Seconds for the hub to answer. The library itself asks six times for each of a model's files."""

_FOLDER: Final = re.compile(r"[./~\\]|[a-zA-Z]:|.*/.*/")
"""How a name begins that no model of the hub has."""


def load(make: Callable[[str, bool], T], name: str, what: str) -> T:
    """Load a model by name or by folder.

    Args:
        make: Loads it, given the name and whether from this machine alone.
        name: As the settings have it.
        what: What it is there: "model" or "reranker".

    Raises:
        ModelError: It cannot be loaded; the message is one line.
    """
    here = Path(name).exists()
    if not here and _FOLDER.match(name):
        raise ModelError(f"there is no folder {name}; mend {what!r} in qa.toml")
    away = not here and not _is_reachable()
    try:
        return make(name, away)
    except Exception as error:  # the library raises what its dependencies raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        if away:
            reason = (
                "it is no folder, was not fetched before, and its hub cannot be reached; "
                f"mend {what!r} in qa.toml, or try again with a network"
            )
        raise ModelError(f"cannot load the {what} {name!r}: {reason[:200]}") from error


def _is_reachable() -> bool:
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=PATIENCE)
    except Exception:  # no network, a name that is not known there, HF_HUB_OFFLINE
        return False
    return True
