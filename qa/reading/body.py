"""A page's tree, and the body in it that trafilatura finds, whole and without hover cards."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from qa.errors import ReadingError
from qa.reading.cleaning import clean_line, split_lines
from qa.reading.markup import raise_figures
from qa.reading.meta import is_elsewhere
from qa.reading.plain import unwrap

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SHORT_CHARS: Final = 400  # a teaser before a paywall; then a longer body in the JSON-LD is better
_MIN_PARAGRAPH_CHARS: Final = 80
_MIN_LOST_CHARS: Final = 600
_KNOWN_BY_CHARS: Final = 40
"""Of a paragraph's begin or end: where neither is in the body, the paragraph is not."""

_MIN_LAYOUT_CHARS: Final = 600
"""Of a table's cell: none of a table of figures says so much."""

_BOXES: Final = (
    "p", "div", "table", "ul", "ol", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote",
    "section", "article", "form",
)  # fmt: skip

_HOVER: Final = re.compile(
    r"(?<![a-z])(?:rollover-\S{0,40}block"
    r"|(?:hover-?card|tooltip|popover)[-_]{0,2}(?:text|content|body|box|inner|bubble))"
)
"""Marks of what a page shows when the pointer rests on a word; "has-tooltip" marks the word."""

_BESIDE_TEXT: Final = re.compile("caption|credit|image|photo|source|teaser|share", re.IGNORECASE)


def parse_page(text: str) -> tuple[HtmlElement, bool]:
    """A page's tree, and whether it is all of it: the parser stops where nesting is too deep.

    Raises:
        ReadingError: There are no elements.
    """
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError as error:
        raise ReadingError("no article body found in the page; it holds no elements") from error
    cut = any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log)
    return root, not cut


def article_of(root: HtmlElement) -> HtmlElement:
    """The element around the page's only first-level heading that is marked as its article."""
    headings = list(root.iter("h1"))
    return next(headings[0].iterancestors("article", "main"), root) if len(headings) == 1 else root


def read_body(text: str, root: HtmlElement) -> str:
    """The body of a page that is one article, a line for each block.

    Where the element that is marked as the article holds more running text outside the body than
    the body has, the body is only a part of it: some systems (that of WIRED and its sisters) put a
    text into several boxes of one class with advertisements between them, and the first is taken.

    Args:
        text: The page.
        root: Its tree, which is taken apart.
    """
    inner = article_of(root)
    paragraphs = _paragraphs(inner) if inner.tag == "article" else []
    body = extract_body(text, root) or ""
    held = _letters(body)
    fewest = max(_MIN_LOST_CHARS, len(held))
    if sum(map(len, paragraphs)) < fewest or _lost(paragraphs, held) < fewest:
        return body
    return _unboxed(article_of(parse_page(text)[0])) or body


def extract_body(text: str, root: HtmlElement | None = None) -> str | None:
    """The article's body, a line for each block.

    Options swept on 181 news pages (article-extraction-benchmark, F1 of 4-token shingles): with
    comments .953, without .960, favouring precision .964, favouring recall .959, without tables
    .957, deduplicating .943. The fallback extractors, asked always .968 with furniture lines
    removed afterwards and 37 ms of CPU a page, never .952; only where the body has fewer than 400
    characters .970 and 28 ms, with 1,000 or 2,000 .968. With words kept together and boxes joined
    .980 instead of .970. All chosen on these same pages.

    Args:
        text: The page.
        root: Its tree, where that may be taken apart: it need not be parsed again.
    """
    from trafilatura import extract

    def tree() -> HtmlElement:  # it is taken apart, each time
        return _with_words(parse_page(text)[0])

    page = tree() if root is None else _with_words(root)
    body = extract(page, include_comments=False, favor_precision=True, fast=True)
    if not body or len(body) < _SHORT_CHARS:
        body = extract(tree(), include_comments=False, favor_precision=True)
    return body or extract(tree(), include_comments=False)


def is_short(body: str) -> bool:
    """Whether a body is no longer than a teaser before a paywall."""
    return len(body) < _SHORT_CHARS


def _with_words(root: HtmlElement) -> HtmlElement:
    """Keep the words of paragraphs together, and others out of them.

    A class of a few words within a paragraph says how they look; trafilatura drops `class="link"`
    out of sentences. A card that a site shows beside a name stands within the paragraph, too, as do
    marks of notes.
    """
    raise_figures(root)
    _unfold_layout(root)
    _unwrap_preformatted(root)
    for paragraph in root.iter("p"):
        for element in list(paragraph.iter("span", "a", "em", "strong", "b", "i")):
            marks = element.get("class")
            if marks is None:
                continue
            if _HOVER.search(marks) and element.getparent() is not None:
                element.drop_tree()
            elif not _BESIDE_TEXT.search(marks):
                del element.attrib["class"]
    return root


def _unwrap_preformatted(root: HtmlElement) -> None:
    """Make paragraphs of text whose lines were broken by hand, as pages of the 1990s have it."""
    from lxml import etree

    for box in list(root.iter("pre")):
        lines = split_lines(box.text_content())
        joined = unwrap(lines, titled=False)
        if joined == lines:  # a table, verse, a program
            continue
        box.clear(keep_tail=True)
        box.tag = "div"
        for line in joined:
            etree.SubElement(box, "p").text = line.text


def _unfold_layout(root: HtmlElement) -> None:
    """Make boxes of tables that only lay a page out, as those of the 1990s do.

    Trafilatura writes a cell on one line, so that all paragraphs of an article became one.
    """
    layout = {table for table in root.iter("table") if _lays_out(table)}
    for part in root.iter("td", "th"):  # text beside others' paragraphs would be lost
        if next(part.iterancestors("table"), None) in layout and _is_paragraph(part):
            part.tag = "p"
    boxes = [*layout]
    for part in root.iter("tbody", "tr", "td", "th"):
        boxes += [part] if next(part.iterancestors("table"), None) in layout else []
    for box in boxes:
        box.tag = "div"


def _lays_out(table: HtmlElement) -> bool:
    """Whether a table holds another, a headline, or more paragraphs in one cell than figures need.

    One whose columns are named does not.
    """
    if any(next(head.iterancestors("table"), None) is table for head in table.iter("th")):
        return False
    if table.find(".//table") is not None or table.find(".//td//h1") is not None:
        return True
    cells = (_letters(cell.text_content()) for cell in table.iter("td") if _has_paragraphs(cell))
    return any(len(letters) >= _MIN_LAYOUT_CHARS for letters in cells)


def _has_paragraphs(cell: HtmlElement) -> bool:
    return len(list(islice(cell.iter("p", "br", "div"), 2))) > 1


def _is_paragraph(cell: HtmlElement) -> bool:
    """Whether a cell is text and no box of others, nor a menu."""
    if next(cell.iter(*_BOXES), None) is not None:
        return False
    linked = sum(len(_letters(link.text_content())) for link in cell.iter("a"))
    return len(_letters(cell.text_content())) > 2 * linked


def _paragraphs(article: HtmlElement) -> list[str]:
    """The letters of each paragraph of running text: not a list of links, a margin or a comment."""
    found = []
    for paragraph in article.iter("p"):
        letters = _letters(paragraph.text_content())
        linked = sum(len(_letters(link.text_content())) for link in paragraph.iter("a"))
        if len(letters) >= _MIN_PARAGRAPH_CHARS and 2 * linked < len(letters):
            found += [] if is_elsewhere(paragraph) else [letters]
    return found


def _lost(paragraphs: list[str], held: str) -> int:
    """How many letters the paragraphs have that are not in a body.

    The body is gone through once, not once for each paragraph: a page may have megabytes of them.
    """
    known_by = {each: {each[:_KNOWN_BY_CHARS], each[-_KNOWN_BY_CHARS:]} for each in paragraphs}
    wanted = set().union(*known_by.values())
    starts = range(len(held) - _KNOWN_BY_CHARS + 1)
    pieces = (held[at : at + _KNOWN_BY_CHARS] for at in starts)
    found = {piece for piece in pieces if piece in wanted}
    return sum(len(each) for each in paragraphs if found.isdisjoint(known_by[each]))


def _unboxed(article: HtmlElement) -> str | None:
    """The body of an article whose text stands in several boxes."""
    from lxml import html

    for box in article.iter("div", "section"):
        if next(box.iter("p"), None) is not None:
            box.attrib.clear()
    article.attrib.clear()
    article.set("class", "article-body")
    return extract_body(html.tostring(article, encoding="unicode", with_tail=False))


def _letters(text: str) -> str:
    return re.sub(r"\W", "", clean_line(text))
