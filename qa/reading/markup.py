"""Fragments of HTML inside other formats → text."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from qa.reading.cleaning import clean_line

if TYPE_CHECKING:
    from lxml.etree import _Element

_BLOCK_NAMES = (
    "p div br li ul ol tr table blockquote pre section article h1 h2 h3 h4 h5 h6 figure figcaption "
    "hr dd dt header"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_MARKUP = re.compile(
    r"</(?:p|div|h[1-6]|li|a|b|i|em|strong|span)>|<(?:br|p|img)\b[^>]*>", re.IGNORECASE
)
_PARAGRAPHS = re.compile(r"<(?:p|br)\b", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_ENTITY = re.compile(r"&(?:#\d{2,5}|#x[0-9a-fA-F]{2,5}|amp|quot|lt|gt|nbsp|[rl][sd]quo|[mn]dash);")
_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_RAISED = re.compile(r"[+−-]?\d{1,3}")
_MARK = re.compile(r"[\[(]?(?:\d{1,3}|[*†‡])[\])]?")
_TO_NOTE = re.compile(r"#[^#]*(?:note|fn|cite|ref)|#$|#\d", re.IGNORECASE)
"""What a link to a note leads to."""

_BARE = re.compile(r"\d+")
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:max-height|opacity)\s*:\s*0(?:px)?(?![\w.])",
    re.IGNORECASE,
)
"""The style of what is there for the list of letters, and shown in none: the preview."""

_DROPPED, _KEPT = "note-mark", "raised-figure"
_UNSEEN = frozenset(["script", "style", "template", "noscript", "svg", "iframe", "head"])


def raised(text: str) -> str:
    """A text that is printed above the line: of a figure its raised form, "³" and not "3".

    "10" with a "6" above it is no 106.
    """
    return text.translate(_SUPERSCRIPTS) if _RAISED.fullmatch(text) else text


def raise_figures(root: _Element) -> None:
    """Drop the marks that lead to notes below an element, and raise its other superscripts.

    "in 2024" with the mark of a third note behind it is no year 20243.
    """
    from lxml import etree

    for element in list(root.iter("{*}sup", "{*}a")):
        text = "".join(element.itertext()).strip()
        if not _MARK.fullmatch(text):
            continue
        is_link = _name(element) == "a"
        if is_link and _BARE.fullmatch(text) and not _is_above_line(element):
            continue  # "There were 120 deaths", with a link to the table
        if _leads_to_note(element) or not (is_link or _RAISED.fullmatch(text)):
            element.tag = _DROPPED
        elif not is_link:
            element.clear(keep_tail=True)
            element.tag, element.text = _KEPT, raised(text)
    etree.strip_elements(root, _DROPPED, with_tail=False)
    etree.strip_tags(root, _KEPT)


def _is_above_line(link: _Element) -> bool:
    """Whether a link of a figure stands at a word, as marks of notes do, or is printed raised."""
    if link.find(".//{*}sup") is not None or next(link.iterancestors("{*}sup"), None) is not None:
        return True
    previous, parent = link.getprevious(), link.getparent()
    if previous is not None:
        before = previous.tail or "".join(previous.itertext())
    else:
        before = (parent.text or "") if parent is not None else ""
    return before[-1:].strip().strip("[(") != ""


def _leads_to_note(element: _Element) -> bool:
    return any(_TO_NOTE.search(link.get("href") or "") for link in element.iter("{*}a"))


def text_of_markup(fragment: str, *, shown: bool = False) -> str:
    """The text of a piece of HTML, a line for each block; scripts and comments are left out.

    Args:
        fragment: The HTML.
        shown: Whether what its own style hides is left out, too: on pages it may be the half of an
            article that a click unfolds, in letters nothing unfolds.
    """
    from lxml import etree
    from lxml import html as lxml_html

    if not fragment.strip():
        return ""
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(fragment.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        return ""  # nothing but comments
    for element in list(root.iter("*")) if shown else ():
        if _HIDDEN.search(element.get("style") or "") and element.getparent() is not None:
            element.drop_tree()
    return text_of_element(root)


def heading_text(element: _Element) -> str:
    """A heading as one line: a break in it is a space."""
    return clean_line(text_of_element(element))


def without_markup(text: str) -> str:
    """A text that may be HTML or not."""
    if _MARKUP.search(text):
        if not _PARAGRAPHS.search(text):  # as editors keep it: blank lines part the paragraphs
            text = _BLANK_LINE.sub("\n<br>\n", text)
        return text_of_markup(text)
    return html.unescape(text) if _ENTITY.search(text) else text


def text_of_element(root: _Element) -> str:
    """The text below an element, a line for each block; its marks of notes are taken out."""
    from lxml import etree

    raise_figures(root)
    pieces: list[str] = []
    # Events instead of recursion: markup may be nested deeper than Python's stack.
    unseen = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = _name(element)
        if event == "start":
            unseen += name in _UNSEEN
            if name in _BLOCKS:
                pieces.append("\n")
            elif name in ("td", "th"):
                pieces.append(" ")
            if not unseen:
                pieces.append(" ".join((element.text or "").split("\n")))
        else:
            unseen -= name in _UNSEEN
            if name in _BLOCKS and name != "br":
                pieces.append("\n")
            if not unseen and element is not root:
                pieces.append(" ".join((element.tail or "").split("\n")))
    return "".join(pieces)


def _name(element: _Element) -> str:
    """An element's name without its namespace; "" of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
