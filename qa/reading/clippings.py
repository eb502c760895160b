"""What services write above a page that they turned into Markdown: Jina's reader, Readwise."""

from __future__ import annotations

import re

_OF_JINA = re.compile(
    r"\ufeff?\s*(?P<values>Title: .*\n[ \t\n]*URL Source: .*\n"
    r"(?:[A-Z][\w ]{0,30}: .*\n|[ \t]*\n)*?)Markdown Content:[ \t]*\n"
)
_VALUE = re.compile(r"^(?:[-*] )?([A-Z][\w ]{0,30}): (\S.*)$", re.MULTILINE)
_OF_READWISE = re.compile(
    r"^#{1,3} Metadata[ \t]*\n+"
    r"(?P<values>(?:[-*] .*\n)*[-*] Full Title: .*\n(?:[-*] .*(?:\n|\Z))*)",
    re.MULTILINE,
)
_ITS_OWN = re.compile(
    r"^#{1,3} Full Document[ \t]*$|[ \t]?\(\[View Highlight\]\([^()\s]*\)\)", re.MULTILINE
)


def is_of_jina(text: str) -> bool:
    """Whether a text is a page that Jina's reader turned into Markdown."""
    return _OF_JINA.match(text) is not None


def split_clipping(text: str) -> tuple[dict[object, object] | None, str]:
    """Part the fields that a service wrote from the page below them.

    Returns:
        The fields by the service's names, None if this is no such text; and what is left.
    """
    if found := _OF_JINA.match(text):
        return _values(found), text[found.end() :]
    if found := _OF_READWISE.search(text):
        return _values(found), _ITS_OWN.sub("", text[: found.start()] + text[found.end() :])
    return None, text


def _values(found: re.Match[str]) -> dict[object, object]:
    return dict(_VALUE.findall(found["values"]))
