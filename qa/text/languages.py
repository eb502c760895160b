"""Languages by their tags (BCP 47) and by their English names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

_OTHER = re.compile(r"[^a-z0-9-]+")

_TAG_CHARS: Final = 100
"""By which tags are compared. RFC 5646, 4.4.1: the longest that is of use has 35."""


def tag_key(tag: str) -> str:
    """How tags are compared: in small letters, with hyphens ("pt_BR" is "pt-br")."""
    return _OTHER.sub("", tag.strip().lower().replace("_", "-"))[:_TAG_CHARS]


def primary(tag: str) -> str:
    """The language of a tag without its country or script: "pt" of "pt-BR"."""
    return tag_key(tag).partition("-")[0]


def is_within(tag: str, wanted: str) -> bool:
    """Whether a tag is the one wanted, or a kind of it: "pt-br" is within "pt".

    Both as `tag_key` writes them. Basic filtering of RFC 4647, 3.3.1.
    """
    return tag == wanted or tag.startswith(f"{wanted}-")


def tag_of(name: str) -> str:
    """The tag of a language by its English name; what is no such name is taken for a tag."""
    if not name.isascii() or len(name.strip()) > len("deu"):
        found = tags_by_name("en").get(" ".join(name.lower().split()))
        if found:
            return found
    return tag_key(name)


def name_of(tag: str) -> str:
    """The English name of a tag's language: "German", "Brazilian Portuguese"; else the tag."""
    parts = tag_key(tag).split("-")
    known = _names("en")
    for length in range(len(parts), 0, -1):
        shown = "_".join([parts[0], *(_cased(part) for part in parts[1:length])])
        if name := known.get(shown):
            rest = "-".join(parts[length:])
            return f"{name} ({rest})" if rest else name
    return tag


def _cased(part: str) -> str:
    """A subtag as Unicode's data has it: "Hans", "BR"."""
    return part.title() if len(part) == len("Hans") else part.upper()


@cache
def _names(language: str) -> Mapping[str, str]:
    from babel import Locale

    names: Mapping[str, str] = Locale.parse(language).languages
    return names


@cache
def tags_by_name(language: str) -> Mapping[str, str]:
    """The tag of each language by what another one calls it, in small letters."""
    names = reversed([*_names(language).items()])
    return {name.lower(): tag_key(tag) for tag, name in names if name}
