"""Word documents (.docx)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from qa.errors import ReadingError
from qa.reading.authors import clean_author
from qa.reading.cleaning import Line, clean_line, split_lines
from qa.reading.content import Content
from qa.reading.databases import drafts_of, read_export
from qa.reading.draft import Draft, Found, Part, showing
from qa.reading.furniture import END_OF_DOCUMENT
from qa.reading.header import take_head
from qa.reading.markup import raised
from qa.reading.packages import open_package
from qa.reading.pasted import read_pasted_page
from qa.reading.plain import documents_of
from qa.reading.single import fill_body, read_single

_TITLES = ("title", "heading 1", "headline")


def read(content: Content) -> Iterator[Part]:
    """Read a Word document as one article, or as those of a database or of a page in it.

    Yields:
        The article or articles.

    Raises:
        ReadingError: If it is none, or damaged.
    """
    import docx
    from docx.opc.exceptions import PackageNotFoundError
    from docx.table import Table

    data = content.data()
    open_package(data, "a Word document").close()
    try:
        document = docx.Document(BytesIO(data))
    except (KeyError, ValueError, AttributeError, PackageNotFoundError) as error:
        raise ReadingError(f"not a Word document ({clean_line(str(error))[:80]})") from error
    _open(document.element.body)
    _raise_figures(document.element.body)
    title: str | None = None
    title_at = 0
    blocks: list[str] = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            rows = (
                " | ".join({cell._tc: cell.text.strip() for cell in row.cells}.values())
                for row in block.rows
            )
            blocks.append("\n".join(rows))
            continue
        style = (block.style.name or "").lower() if block.style is not None else ""
        if title is None and style in _TITLES and block.text.strip():
            title, title_at = clean_line(block.text), len(blocks)
        else:
            blocks.append(block.text)
    text = "\n".join(blocks)
    whole = "\n".join([*blocks[:title_at], *([title] if title else []), *blocks[title_at:]])
    if records := read_export(whole):
        yield from drafts_of(records)
        return
    titled = split_lines("\n".join([title or "", *blocks[title_at:]]))
    if blocks.count(END_OF_DOCUMENT) > 1:
        yield from showing(_several(titled), lambda: text)
        return
    if parts := read_pasted_page(titled):
        yield from showing(parts, lambda: text)
        return
    about = document.core_properties
    draft = Draft(visible=lambda: text)
    lines = split_lines(text)
    if title is None and _is_said_of(about.title, blocks):
        title = clean_line(about.title)
    if title:
        draft.take(Found(title=title), "heading")
        fill_body(take_head(lines, draft, "header"), draft, "header")
    else:
        read_single(lines, draft, "header")
    draft.take(
        Found(
            author=clean_author(about.author, one=True) if " " in about.author else None,
            language=about.language or None,
        ),
        "document properties",
    )
    yield draft


def _several(lines: list[Line]) -> Iterator[Draft]:
    """The articles of a file from a database, each with its title first."""
    for document in documents_of(lines):
        draft = Draft(dated_by_name=False)
        read_single(document, draft, "header")
        yield draft


def _open(body: Any) -> None:  # noqa: ANN401 - an element of python-docx
    """Put what stands in tracked insertions and content controls in their place.

    python-docx passes over it.
    """
    from docx.oxml.ns import qn

    for each in list(body.iter(*map(qn, ("w:ins", "w:moveTo", "w:smartTag", "w:sdtContent")))):
        holder = each.getparent() if each.tag == qn("w:sdtContent") else each
        if holder.find(f"{qn('w:sdtPr')}/{qn('w:showingPlcHdr')}") is not None or any(
            gallery.get(qn("w:val")) == "Table of Contents"
            for gallery in holder.iterfind(f"{qn('w:sdtPr')}/*/{qn('w:docPartGallery')}")
        ):
            continue  # "Click or tap here to enter text."
        for child in list(each):
            holder.addprevious(child)
        holder.getparent().remove(holder)


def _raise_figures(body: Any) -> None:  # noqa: ANN401 - an element of python-docx
    """Write superscripts so that they are no further figures of the number before them."""
    from docx.oxml.ns import qn

    for position in body.iter(qn("w:vertAlign")):
        run = position.getparent().getparent()
        if position.get(qn("w:val")) == "superscript" and run.tag == qn("w:r"):
            for text in run.iter(qn("w:t")):
                text.text = raised(text.text or "")


def _is_said_of(title: str, blocks: list[str]) -> bool:
    """Whether a title in the properties is this text's, and not its template's."""
    return bool(title.strip()) and any(clean_line(title) == clean_line(b) for b in blocks[:4])
