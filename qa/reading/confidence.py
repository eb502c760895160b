"""How far a date can be trusted, by where it came from.

Classes, not probabilities: what a page states to programs, what it shows to readers, what follows
from something else, and what was guessed.
"""

from __future__ import annotations

from typing import Final

STATED: Final = "stated"
SHOWN: Final = "shown"
DERIVED: Final = "derived"
GUESSED: Final = "guessed"

_BY_ORIGIN: Final = {
    "json-ld": STATED, "meta": STATED, "front matter": STATED, "json": STATED, "column": STATED,
    "feed": STATED, "mail header": STATED, "docx": STATED, "epub": STATED,
    "byline": SHOWN, "time element": SHOWN, "header": SHOWN, "page": SHOWN, "body": SHOWN,
    "url": DERIVED, "file name": DERIVED,
    "trafilatura": GUESSED,
}  # fmt: skip


def date_confidence(origin: str) -> str:
    """The class of a date by its origin, as `Article.provenance` has it.

    An age with the day it was captured ("4 hours ago on 2025-08-03 (--captured)") is derived.
    """
    if origin in _BY_ORIGIN:
        return _BY_ORIGIN[origin]
    return DERIVED if " on " in origin else SHOWN
