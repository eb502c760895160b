"""What stands where the name of an author belongs and names nobody: roles, desks, accounts."""

from __future__ import annotations

import re
from typing import Final

from qa.reading.wordings import word_set

ROLES: Final = word_set(
    "writer reporter reporters correspondent editor columnist staff contributor bureau special "
    "press news analyst producer freelance freelancer agency journalist photographer critic "
    "fellow professor director chief host intern team desk"
)
_OF_PEOPLE: Final = word_set(
    "writer reporter correspondent editor columnist staff contributor desk team"
)
NOBODY: Final = word_set(
    "admin administrator anonymous anonym null none nil undefined nan unknown unbekannt webmaster "
    "n/a na tba tbd guest - ?"
)
"""What systems write for an author where they know of none."""

OF_THE_PRESS: Final = word_set(
    "times post news herald tribune journal gazette chronicle courier telegraph guardian mail "
    "express star sun globe daily weekly today tonight radio tv television magazine review "
    "observer standard independent echo bulletin register wire online zeitung anzeiger "
    "nachrichten rundschau tagblatt kurier bote blatt diario periódico jornal gazeta giornale"
)
"""In names of papers, and not in those of people."""

_DESKS: Final = OF_THE_PRESS | word_set(
    "staff bureau desk newsroom team editorial web digital news sport sports business politics "
    "reporter reporters correspondent correspondents editor editors writer writers service"
)
_WIRES: Final = re.compile(
    r"(?:from |our )?(?:(?!and |with )[\w.'’&-]+ ){0,3}?"
    r"(?:(?:staff|wires?|news|agency)(?:,? (?:and|&) |/))*"
    r"(?:(?:staff|wire|news|agency) reports?|(?:wire|news) services|wires)(?: published)?\.?",
    re.IGNORECASE,
)
"""What papers put where no one is named: "Staff Reports", "From staff and wire reports"."""

_ACCOUNT: Final = re.compile(r"\w*admin\d*", re.IGNORECASE)
_GUESTS: Final = word_set("guest our the a by senior")


def names_nobody(author: str) -> bool:
    """Whether a byline is only a role ("Staff"), or what a system writes without an author."""
    words = author.casefold().strip(" .").split()
    if stands_for_none(author) or _WIRES.fullmatch(author) or _ACCOUNT.fullmatch(author):
        return True
    return any(word.removesuffix("s") in _OF_PEOPLE for word in words) and all(
        word in ROLES or word.removesuffix("s") in ROLES or word in _GUESTS for word in words
    )


def is_part_of_paper(name: str, paper: str) -> bool:
    """Whether a name is a paper's, or one of its desks: "Harbour Star Bureau", "Star Sport".

    Args:
        name: Of who wrote.
        paper: Of the publisher; both in small letters.
    """
    behind = name.removeprefix(f"{paper} ")
    return name == paper or (behind != name and not set(behind.split()) - _DESKS)


def stands_for_none(name: str) -> bool:
    """Whether a name is what a system writes where it knows of none: "N/A", "unknown"."""
    return " ".join(name.casefold().strip(" .").split()) in NOBODY
