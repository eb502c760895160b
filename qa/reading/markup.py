"""Fragments of HTML inside other formats → text."""

from __future__ import annotations

_BLOCK_NAMES = (
    "p div br li ul ol tr table blockquote pre section article h1 h2 h3 h4 h5 h6 figure figcaption "
    "hr dd dt header"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_UNSEEN = frozenset(["script", "style", "template", "noscript", "svg", "iframe", "head"])


def text_of_markup(fragment: str) -> str:
    """The text of a piece of HTML, a line for each block; scripts and comments are left out."""
    from lxml import etree, html  # type: ignore[import-untyped]

    if not fragment.strip():
        return ""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(fragment.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return ""  # nothing but comments
    pieces: list[str] = []
    # Events instead of recursion: markup may be nested deeper than Python's stack.
    unseen = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            unseen += name in _UNSEEN
            if name in _BLOCKS:
                pieces.append("\n")
            if not unseen:
                pieces.append(" ".join((element.text or "").split("\n")))
        else:
            unseen -= name in _UNSEEN
            if name in _BLOCKS and name != "br":
                pieces.append("\n")
            if not unseen:
                pieces.append(" ".join((element.tail or "").split("\n")))
    return "".join(pieces)
