"""News agencies by the names they go by: "AP" is what the Associated Press is called in datelines.

Names are compared as `qa.rows.name_key` writes them. The list holds those whose copy many papers
run; others ("Star News Service") are known by the one name that an archive has for them.
"""

from __future__ import annotations

from typing import Final

from qa.text.countries import ALIASES

_NAMES: Final = (
    ("ap", "associated press", "a p"),
    ("afp", "agence france presse"),
    ("reuters", "thomson reuters", "reuters news agency"),
    ("dpa", "deutsche presse agentur"),
    ("epd", "evangelischer pressedienst"),
    ("kna", "katholische nachrichten agentur"),
    ("pti", "press trust of india"),
    ("ani", "asian news international"),
    ("upi", "united press international"),
    ("xinhua", "xinhua news agency"),
    ("kyodo", "kyodo news"),
    ("yonhap", "yonhap news agency"),
    ("efe", "agencia efe"),
    ("ansa", "agenzia ansa"),
    ("cp", "canadian press"),
)
_OF_AGENCIES: Final = frozenset({"agency", "news", "press", "service", "wire"})

FORMS: Final = {name: names for names in _NAMES for name in names}
"""By each name of an agency all of its names, the shortest first."""

SPELT_OUT: Final = [name.replace(" ", "[ -]") for name in FORMS if " " in name and name != "a p"]
"""Names of several words, as patterns."""


def canonical(key: str) -> str:
    """The one key of all names of an agency; that of an unknown one is the key given."""
    bare = key.removeprefix("the ")
    return FORMS.get(bare, (bare,))[0]


def is_known(key: str) -> bool:
    """Whether a name is an agency's, wherever it stands."""
    return key.removeprefix("the ") in FORMS


def is_like_one(name: str, key: str) -> bool:
    """Whether what a dateline has in its parentheses is an agency's name, not a country's.

    Args:
        name: As written: "SWS" of "NORTHFIELD (SWS)", "France" of "LYON (France)".
        key: The same as names are compared.
    """
    capitals = name.isupper() and len(name) >= len("SWS") and name not in ALIASES
    return capitals or is_known(key) or bool(_OF_AGENCIES & set(key.split()))
