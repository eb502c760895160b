"""PDF: the text layer, page by page, its broken lines and words mended."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from qa.errors import ReadingError
from qa.reading.authors import clean_author
from qa.reading.cleaning import Line, clean_line, split_lines
from qa.reading.content import Content
from qa.reading.databases import drafts_of, may_be_exported, records_in
from qa.reading.dates import parse_date
from qa.reading.draft import PAGE, Draft, Found, Part
from qa.reading.header import is_headline, parse_header_line, take_head
from qa.reading.lines import joined_words, paragraphs
from qa.reading.single import fill_body
from qa.reading.sites import site_in_title

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfTextPage

_MAX_PAGES: Final = 5000
_EDGE_LINES: Final = 2  # of a page's top and bottom, where its running head and number stand
_REPEATED: Final = 3  # pages on which a line at the edge must stand to be a running head
_REPEATED_OF_TWO: Final = 2  # of a file of only two
_TITLE_RATIO: Final = 1.15  # of the title's size to the body's
_MAX_TITLE_LINES: Final = 4
_FIRST_LINES: Final = 40  # in which the title is looked for
_PAGE_NUMBER: Final = re.compile(
    r"[-–—\s]*(?:page|seite|p\.)?\s*\d{1,4}(?:\s*(?:of|/|von)\s*\d{1,4})?[-–—\s]*", re.I
)
_PRINTED_FOOT: Final = re.compile(
    r"(?P<url>https?://\S+)\s+(?:page )?\d{1,4}(?:/| of )\d{1,4}", re.I
)
_PRINTED_HEAD: Final = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4},? \d{1,2}[:.]\d{2}\b.*")
"""What browsers print below and above a page: its address, and the time with its title."""

_BROWSERS: Final = re.compile(r"\b(?:mozilla|firefox|chrome|safari|skia)\b", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W\d_]")
_DROPPED_CAPITAL: Final = re.compile(r"[\"“„«‘]?[^\W\d_]")
_DROPPED_RATIO: Final = 1.5  # of its size to that of the line it begins
_WORDS: Final = ("A", "I")  # of one letter
_MAX_HEADER_ROWS: Final = 6  # below the title
_MADE_BY: Final = re.compile(
    r"^microsoft word - |\.(?:docx?|pdf|indd|qxd|html?|rtf|odt|pages)$|^untitled|^https?:", re.I
)
_DATE: Final = re.compile(
    r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(?:([+-])(\d\d)'?(\d\d)?|Z)?"
)
_BREAK: Final = re.compile("\r?\n|\ufffe")
"""Ends a printed line; U+FFFE is how PDFium writes a hyphen and the line break after it."""


class _Row(NamedTuple):
    """A line as printed: its text, and the size of its type in points."""

    text: str
    size: float


def read(content: Content) -> Iterator[Part]:
    """Read a PDF as one article that knows its pages.

    Yields:
        The article.

    Raises:
        ReadingError: If it is encrypted, damaged, or has no text.
    """
    import pypdfium2

    data = content.data()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise ReadingError("encrypted; save a copy of it without a password") from error
        raise ReadingError(f"not a PDF, or cut off ({clean_line(str(error))})") from error
    try:
        pages = [_rows(document, number) for number in range(min(len(document), _MAX_PAGES))]
        about = document.get_metadata_dict()
    finally:
        document.close()
    empty = [number for number, rows in enumerate(pages, 1) if not rows]
    if len(empty) == len(pages):
        many = "its one page has" if len(pages) == 1 else f"its {len(pages)} pages have"
        raise ReadingError(
            f"{many} no text, as if scanned; run text recognition on it first, as with: "
            "ocrmypdf IN.pdf OUT.pdf"
        )
    rows_of = _without_running_heads(pages)
    if exported := list(_exported(rows_of)):
        yield from exported
        return
    printed = [foot for rows in pages for row in rows[-1:] if (foot := _printed_foot(row))]
    draft = _article(rows_of, about, empty, content)
    draft.take(Found(url=next(iter(printed), None)), "printed page")
    # Elsewhere "Annual Report - Final" says what the file is.
    if draft.found.title and (printed or _BROWSERS.search(_maker(about))):
        named = site_in_title(about.get("Title", ""), [draft.found.title])
        draft.take(Found(publisher=named), "pdf")
    yield draft


def _exported(pages: list[list[_Row]]) -> Iterator[Draft]:
    """The articles of a database's file, each knowing its pages; none if this is no such file."""
    rows = [(row, number) for number, rows in enumerate(pages) for row in rows]
    raws = [row.text for row, _ in rows]
    if not may_be_exported("\n".join(raws)):
        return
    words = joined_words(raws)

    def joined(body: list[Line]) -> list[Line]:
        pieces: list[str] = []
        page, size = 0, 0.0
        for line in body:
            row, number = rows[line.number - 1]
            pieces += [""] * bool(pieces and row.size != size)
            pieces.append(PAGE * (number - page) + line.text)
            page, size = number, row.size
        return split_lines(paragraphs("\n".join(pieces), words, mark=PAGE))

    texts = map(clean_line, raws)
    lines = [Line(text, gap=False, number=at) for at, text in enumerate(texts, 1) if text]
    for draft in drafts_of(records_in(lines, raws), joined):
        draft.paged = True
        yield draft


def _maker(about: dict[str, str]) -> str:
    return f"{about.get('Creator', '')} {about.get('Producer', '')}"


def _rows(document: PdfDocument, number: int) -> list[_Row]:
    try:
        page = document[number]
        text = page.get_textpage()
    except Exception:  # a damaged page is told with those that have no text
        return []
    try:
        return list(_lines(text))
    finally:
        text.close()
        page.close()


def _lines(page: PdfTextPage) -> Iterator[_Row]:
    from pypdfium2 import raw

    whole = page.get_text_range(errors="replace").replace(PAGE, "")
    at = 0
    for end in [*_BREAK.finditer(whole), None]:
        line = whole[at : end.start() if end else None]
        first = at + len(line) - len(line.lstrip())
        at = end.end() if end else at
        if line.strip():
            hyphen = "-" if end and end[0] == "\ufffe" else ""
            size = float(raw.FPDFText_GetFontSize(page.raw, first))
            yield _Row(clean_line(line) + hyphen, size)


def _with_capitals(rows: list[_Row], words: Counter[str]) -> Iterator[_Row]:
    """Join a large capital that begins a text to the line it belongs to.

    Args:
        rows: Of a page.
        words: How often each word stands elsewhere, by which "A dispute" is told from "After".
    """
    capital = ""
    for at, row in enumerate(rows):
        following = rows[min(at + 1, len(rows) - 1)]
        is_large = row.size >= _DROPPED_RATIO * following.size > 0
        begins = not capital and is_large and _DROPPED_CAPITAL.fullmatch(row.text)
        if begins and (row.text[-1:] in _WORDS or not _has_capital(following.text)):
            capital = row.text
            continue
        first = row.text.split(" ", 1)[0].casefold()
        is_word = capital[-1:] in _WORDS and (
            _has_capital(row.text) or words[first] > max(words[f"{capital}{first}".casefold()], 1)
        )
        yield row._replace(text=f"{capital}{' ' if is_word else ''}{row.text}")
        capital = ""


def _has_capital(text: str) -> bool:
    """Whether a line has a large letter of its own, as below the "B" of an index."""
    return text[:1].isupper() and text[1:2].islower()


def _printed_foot(row: _Row) -> str | None:
    found = _PRINTED_FOOT.fullmatch(row.text)
    return found["url"] if found else None


def _is_printed(row: _Row, rows: Sequence[_Row], at: int) -> bool:
    """Whether a browser printed a line around a page."""
    if _printed_foot(rows[-1]) is None:
        return False
    return at == len(rows) - 1 or (at == 0 and bool(_PRINTED_HEAD.fullmatch(row.text)))


def _without_running_heads(pages: list[list[_Row]]) -> list[list[_Row]]:
    """Drop what stands at the edge of many pages, and page numbers."""
    counts: dict[str, int] = {}
    are_two = len(pages) == _REPEATED_OF_TWO
    often = _REPEATED_OF_TWO if are_two else _REPEATED
    # Of two pages the first may have the title that runs above the second.
    most = _body_size(pages) if are_two else float("inf")
    for rows in pages:
        for key in {_unnumbered(row.text) for row in _edges(rows) if row.size <= most}:
            counts[key] = counts.get(key, 0) + (not are_two or bool(_LETTER.search(key)))
    return [
        [
            row
            for at, row in enumerate(rows)
            if not (
                (at < _EDGE_LINES or at >= len(rows) - _EDGE_LINES)
                and (
                    counts.get(_unnumbered(row.text), 0) >= often
                    or _is_number(row, rows, at)
                    or _is_printed(row, rows, at)
                )
            )
        ]
        for rows in pages
    ]


def _edges(rows: Sequence[_Row]) -> Sequence[_Row]:
    return rows if len(rows) <= 2 * _EDGE_LINES else [*rows[:_EDGE_LINES], *rows[-_EDGE_LINES:]]


def _is_number(row: _Row, rows: Sequence[_Row], at: int) -> bool:
    return at in (0, len(rows) - 1) and bool(_PAGE_NUMBER.fullmatch(row.text))


def _unnumbered(text: str) -> str:
    return re.sub(r"\d+", "#", clean_line(text))


def _article(
    pages: list[list[_Row]], about: dict[str, str], empty: list[int], content: Content
) -> Draft:
    words = joined_words(row.text for rows in pages for row in rows)
    pages = [list(_with_capitals(rows, words)) for rows in pages]
    title = _title(pages, about)
    pieces: list[str] = []
    size = 0.0
    for number, rows in enumerate(pages):
        kept = _without_title(rows, title) if number == 0 and title else rows
        lines_of_page: list[str] = []
        after_header = False
        for at, row in enumerate(kept):
            is_header = number == 0 and at < _MAX_HEADER_ROWS and parse_header_line(row.text)
            # Another size of type is another paragraph: a byline, a heading, a caption.
            apart = is_header or after_header or (row.size != size and size)
            lines_of_page += ["", row.text] if apart else [row.text]
            size, after_header = row.size, bool(is_header)
        head = PAGE if number else ""
        if lines_of_page and not lines_of_page[0]:
            head, lines_of_page = "\n" + head, lines_of_page[1:]
        pieces.append(head + "\n".join(lines_of_page))
    text = paragraphs("\n".join(pieces), words, mark=PAGE)
    draft = Draft(paged=True, visible=lambda: text.replace(PAGE, ""))
    made = _moment(about.get("CreationDate", ""))
    if content.stated.captured is None and made is not None:
        draft.stated = replace(content.stated, captured=made, captured_by="when the PDF was made")
    lines = split_lines(text)
    if title:
        draft.take(Found(title=title), "type size" if title != about.get("Title") else "pdf")
    elif lines and PAGE not in lines[0].text and is_headline(lines[0].text):
        draft.take(Found(title=lines[0].text), "first line")
        lines = lines[1:]
    fill_body(take_head(lines, draft, "page"), draft, "page")
    author = about.get("Author", "").strip()
    draft.take(Found(author=clean_author(author) if " " in author else None), "pdf")
    if empty:
        shown = ", ".join(map(str, empty[:10])) + (" …" if len(empty) > 10 else "")
        draft.notes.append(f"no text, as if scanned: page {shown} of {len(pages)}")
    return draft


def _title(pages: list[list[_Row]], about: dict[str, str]) -> str | None:
    """The largest type among the first lines of the first page; else what the PDF itself says."""
    first = next((rows for rows in pages if rows), [])[:_FIRST_LINES]
    body = _body_size(pages)
    largest = max((row.size for row in first if re.search(r"\w{2}", row.text)), default=0.0)
    if largest >= _TITLE_RATIO * body > 0:
        start = next(at for at, row in enumerate(first) if row.size == largest)
        rows = []
        for row in first[start : start + _MAX_TITLE_LINES]:
            if row.size < largest * 0.95:
                break
            rows.append(row.text)
        title = paragraphs("\n".join(rows), Counter(), mark=PAGE)
        if is_headline(title):
            return title
    stated = clean_line(about.get("Title", ""))
    if stated and not _MADE_BY.search(stated) and is_headline(stated):
        return stated
    return None


def _body_size(pages: list[list[_Row]]) -> float:
    sizes = sorted(row.size for rows in pages for row in rows for _ in row.text)
    return sizes[len(sizes) // 2] if sizes else 0.0


def _without_title(rows: list[_Row], title: str) -> list[_Row]:
    for start in range(min(len(rows), _FIRST_LINES)):
        for end in range(start + 1, start + _MAX_TITLE_LINES + 1):
            if _squeezed("".join(row.text for row in rows[start:end])) == _squeezed(title):
                return rows[:start] + rows[end:]
    return rows


def _squeezed(text: str) -> str:
    return re.sub(r"\W", "", text).casefold()


def _moment(text: str) -> datetime | None:
    found = _DATE.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    zone = f"{sign}{hours}:{minutes or '00'}" if sign else "+00:00"
    clock = f"T{hour}:{minute}:{second or '00'}{zone}" if hour else ""
    return parse_date(f"{year}-{month}-{day}{clock}")
