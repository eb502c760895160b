"""How far a date can be trusted, by where it came from.

Classes, not probabilities: what a page states to programs, what it shows to readers, what follows
from something else, and what was guessed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STATED: Final = "stated"
SHOWN: Final = "shown"
DERIVED: Final = "derived"
GUESSED: Final = "guessed"

_DATES: Final = ("published_at", "updated_at")

_BY_ORIGIN: Final = {
    "json-ld": STATED, "meta": STATED, "front matter": STATED, "json": STATED, "column": STATED,
    "feed": STATED, "mail header": STATED, "docx": STATED, "epub": STATED,
    "byline": SHOWN, "time element": SHOWN, "header": SHOWN, "page": SHOWN, "body": SHOWN,
    "url": DERIVED, "file name": DERIVED,
    "htmldate": GUESSED, "trafilatura": GUESSED,
}  # fmt: skip


def date_confidence(provenance: Mapping[str, str]) -> dict[str, str]:
    """The class of each date of an article: "stated", "shown", "derived" or "guessed".

    Args:
        provenance: As `Article.provenance`: the origin of each field that is known.

    Returns:
        By field, `published_at` and `updated_at`, where it is known.
    """
    return {field: _class(provenance[field]) for field in _DATES if field in provenance}


def _class(origin: str) -> str:
    """An age with the day it was captured ("4 hours ago on 2025-08-03 (reading.toml)") is derived.

    A saved page's own wordings ("page") and all that is not known here are as readers saw them.
    """
    return _BY_ORIGIN.get(origin, DERIVED if " on " in origin else SHOWN)
