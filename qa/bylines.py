"""Whom a byline names."""

from __future__ import annotations

import re
from typing import Final

_BETWEEN: Final = re.compile(r"\s*(?:,|;|&|\band\b)\s*")


def people(byline: str) -> list[str]:
    """Those whom a byline names, in its order: "Petra Lindqvale and Yusuf Carrow" are two."""
    return [name for name in map(str.strip, _BETWEEN.split(byline)) if name]


def credited(byline: str) -> list[str]:
    """As `people`, but the byline whole where it may be one name in parts ("Lindqvale, Petra")."""
    named = people(byline)
    return named if all(len(name.split()) > 1 for name in named) else [byline]
