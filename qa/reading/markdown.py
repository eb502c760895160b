"""Markdown with or without front matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from qa.errors import ReadingError
from qa.reading.aliases import read_fields
from qa.reading.cleaning import clean_line, split_lines
from qa.reading.clippings import is_of_jina, split_clipping
from qa.reading.content import Content
from qa.reading.databases import drafts_of, read_export
from qa.reading.decoding import decode
from qa.reading.draft import Draft, Found, Part, showing
from qa.reading.furniture import is_related_heading
from qa.reading.header import take_head
from qa.reading.markup import text_of_markup
from qa.reading.pasted import read_pasted_page
from qa.reading.single import fill_body

if TYPE_CHECKING:
    import yaml
    from markdown_it.token import Token

_UNCLOSED = re.compile(r"\s*---\s*\n\s*[\w-]+\s*:")
_COLON = "mapping values are not allowed here"
"""How YAML says that there is a colon too many in a line."""

_FENCE_LINES = 1  # the "---" above the front matter
_TOML = re.compile(r"\ufeff?\s*\+\+\+[ \t]*\n(?P<values>(?:.*\n)*?)\+\+\+[ \t]*(?:\n|\Z)")
"""Front matter as Hugo writes it."""

_HIDDEN = re.compile(
    r"^%%[ \t]*\n.{0,4096}?\n%%[ \t]*$|(?<!\S)%%[^%\n]{0,999}%%(?!\S)", re.DOTALL | re.MULTILINE
)
_LINK = re.compile(
    r"(?P<shown>!?)\[\[(?P<to>[^\[\]|\n]{1,255})(?:\|(?P<label>[^\[\]\n]{1,255}))?\]\](?!\()"
)
_MARKED = re.compile(r"==(?=\S)([^=\n]{1,999})(?<=\S)==")
_CALLOUT = re.compile(r"^((?:[ \t]{0,3}>){1,9}[ \t]{0,3})\[!\w{1,40}\][+-]?[ \t]*", re.MULTILINE)
_CODE = re.compile(r"^(```|~~~)[^\n]*\n.*?^\1|`[^`\n]{1,999}`", re.DOTALL | re.MULTILINE)
"""What Obsidian writes besides Markdown: comments, [[links]], ==marks== and callouts."""

_NOTE = re.compile(
    r"(?<=\S)\[\^[^\[\]\s]{1,40}\](?!:)|^(\[\^[^\[\]\s]{1,40}\]:[ \t]*)", re.MULTILINE
)
"""The mark of a note, and the one above the note itself."""

_BLOCK_ID = re.compile(r"(?<![ \t])[ \t]+\^(?!\d{1,3}[ \t]*$)[\w-]{1,40}[ \t]*$", re.MULTILINE)
"""By which Obsidian links to a paragraph; not the power in "10 ^6"."""

_PROPERTY = re.compile(r"\w[\w ]{0,30}: \S.*")
"""A line as Notion writes them below a title, each a field: "Author: Ida Holm"."""

_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read(content: Content) -> Iterator[Part]:
    """Read a Markdown file.

    Yields:
        Its one article; or those of a database, or of a page that was pasted whole.

    Raises:
        ReadingError: If its front matter is broken, or it is no text.
    """
    text = decode(content.data())
    parts: list[Part] = [*drafts_of(read_export(text))] if not _has_front_matter(text) else []
    if parts:
        yield from parts
        return
    parts = _pasted_page(text)
    yield from showing(parts, lambda: text)
    if not parts:
        yield read_text(text)


def read_text(text: str) -> Draft:
    """The article that a text in Markdown is.

    Raises:
        ReadingError: If its front matter is broken.
    """
    values, body = _split_front_matter(text)
    if values is None:
        values, body = split_clipping(text)
    draft = Draft(visible=lambda: "\n\n".join(blocks))
    if values:
        found, draft.notes = read_fields({key: _unlinked(each) for key, each in values.items()})
        draft.take(found, "front matter")
    blocks, heading = _blocks(_plainer(body), wants_title=draft.found.title is None)
    draft.take(Found(title=heading), "heading")
    lines = take_head(split_lines("\n\n".join(blocks)), draft, "header")
    fill_body(lines, draft, "header")
    return draft


def _has_front_matter(text: str) -> bool:
    return text.lstrip().startswith(("---", "+++"))


def _pasted_page(text: str) -> list[Part]:
    """The articles of a page with related ones; as Markdown its lines would run together."""
    from markdown_it import MarkdownIt

    lines = split_lines(text)
    if _has_front_matter(text) or is_of_jina(text):
        return []  # its fields stand above it
    if not any(is_related_heading(_without_hashes(line.text)) for line in lines):
        return []
    marks = MarkdownIt("commonmark")
    texts = (marks.parseInline(_without_hashes(line.text))[0].children or [] for line in lines)
    plain = [
        line._replace(text=clean_line(_inline_text(tokens, soft=" ")))
        for line, tokens in zip(lines, texts, strict=True)
    ]
    return read_pasted_page([line for line in plain if line.text])


def _without_hashes(line: str) -> str:
    return re.sub(r"^#{1,6}\s+", "", line)


def _unlinked(value: object) -> object:
    """A value of the front matter without links: of "[[Ida Holm]]" the name."""
    if isinstance(value, list):
        return [_unlinked(each) for each in value]
    return _LINK.sub(_label, value) if isinstance(value, str) else value


def _plainer(body: str) -> str:
    """A body without what Obsidian writes besides Markdown, but for what stands in code."""
    pieces, at = [], 0
    for code in [*_CODE.finditer(body), None]:
        piece = _BLOCK_ID.sub(
            "", _NOTE.sub("", _HIDDEN.sub("", body[at : code.start() if code else None]))
        )
        piece = _CALLOUT.sub(r"\1", _MARKED.sub(r"\1", piece))
        pieces += [_LINK.sub(_label, piece), code[0] if code else ""]
        at = code.end() if code else at
    return "".join(pieces)


def _label(link: re.Match[str]) -> str:
    return "" if link["shown"] else link["label"] or link["to"]


def _split_front_matter(text: str) -> tuple[Mapping[object, object] | None, str]:
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    if toml := _TOML.match(text):
        return _toml(toml["values"]), text[toml.end() :]
    handler = YAMLHandler()
    if not handler.detect(text):
        return None, text
    try:
        raw, content = handler.split(text)
    except ValueError as error:
        if _UNCLOSED.match(text):
            raise ReadingError("front matter is not closed; end it with a line ---") from error
        return None, text
    before = text[: text.find("---")].count("\n") + _FENCE_LINES
    raw_starts = len(raw) - len(raw.lstrip("\n"))
    try:
        values = yaml.load(raw, _loader())  # noqa: S506 - a safe one
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = before + (mark.line + 1 if mark else 1) - min(raw_starts, 1)
        reason = clean_line(error.problem or "not valid YAML")
        if reason == _COLON:
            reason = 'a value that holds ": " must stand in quotation marks'
        raise ReadingError(f"front matter: {reason}", line=line) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ReadingError(f"front matter: {clean_line(str(error))[:120]}") from error
    # Two rules around prose are not front matter.
    return (values, content) if isinstance(values, Mapping) else (None, text)


@cache
def _loader() -> type[yaml.SafeLoader]:
    """YAML's safe loader, for which a day that no calendar has is text, to be told as no date."""
    import yaml

    class Loader(yaml.SafeLoader):
        def moment(self, node: yaml.ScalarNode) -> object:
            try:
                return self.construct_yaml_timestamp(node)
            except (ValueError, OverflowError):
                return self.construct_scalar(node)

    Loader.add_constructor("tag:yaml.org,2002:timestamp", Loader.moment)
    return Loader


def _toml(values: str) -> Mapping[object, object]:
    import tomllib

    try:
        found: dict[object, object] = {}
        found.update(tomllib.loads(values))
        return found
    except (ValueError, RecursionError) as error:
        raise ReadingError(f"front matter: {clean_line(str(error))[:120]}") from error


def _blocks(content: str, *, wants_title: bool) -> tuple[list[str], str | None]:
    """The body's blocks as text, and the first top heading if a title is wanted."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(content)
    blocks: list[str] = []
    title: str | None = None
    items: list[str] = []  # the marks of the list items we are in, "" once used
    row: list[str] | None = None
    depth = 0
    for index, token in enumerate(tokens):
        if token.type in ("bullet_list_open", "ordered_list_open", "table_open"):
            depth += 1
            if depth == 1:
                blocks.append("")
        elif token.type in ("bullet_list_close", "ordered_list_close", "table_close"):
            depth -= 1
        elif token.type == "list_item_open":
            items.append(f"{token.info}{token.markup} " if token.info else "")
        elif token.type == "list_item_close":
            items.pop()
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            blocks[-1] += "\n" + " | ".join(row)
            row = None
        else:
            piece = _piece(token)
            if piece is None:
                continue
            if row is not None:
                row.append(piece)
                continue
            if _is_top_heading(tokens, index) and wants_title and title is None and piece.strip():
                title = clean_line(piece)
                continue
            if depth:
                mark, items[-1:] = (items[-1] if items else ""), [""] * bool(items)
                blocks[-1] += "\n" + mark + piece
            else:
                blocks.append(piece)
    return [block for block in blocks if block.strip()], title


def _is_top_heading(tokens: Sequence[Token], index: int) -> bool:
    opening = tokens[index - 1] if index else None
    return opening is not None and opening.type == "heading_open" and opening.tag == "h1"


def _piece(token: Token) -> str | None:
    """A block's text; None for the tokens that have none."""
    if token.type == "inline":
        whole = token.content.split("\n")
        properties = len(whole) > 1 and all(map(_PROPERTY.fullmatch, whole))
        return _inline_text(token.children or [], soft="\n" if properties else " ")
    if token.type in ("fence", "code_block"):
        return token.content.rstrip("\n")
    if token.type == "html_block":
        return text_of_markup(token.content)
    return None


def _inline_text(tokens: Sequence[Token], *, soft: str) -> str:
    pieces: list[str] = []
    for token in tokens:
        if token.type in ("text", "code_inline", "text_special"):
            pieces.append(token.content)
        elif token.type == "softbreak":
            pieces.append(soft)
        elif token.type == "hardbreak" or (
            token.type == "html_inline" and _LINE_BREAK.fullmatch(token.content)
        ):
            pieces.append("\n")
    return "".join(pieces)
