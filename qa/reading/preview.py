"""What would be understood of a file, before it is added: its articles, and what is left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from qa.reading.cleaning import split_lines
from qa.reading.content import NOTHING, Stated
from qa.reading.draft import Draft
from qa.reading.files import ReadResult, Watch, in_parts, joined, stream, stream_file
from qa.reading.header import parse_header_line
from qa.records import Article, Problem

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_HEADER_FIELDS = ("title", "publisher", "author", "age", "url")


@dataclass(frozen=True, slots=True)
class Preview:
    """What was understood of a file.

    Attributes:
        source: The file's name.
        articles: As they would be stored, each with the origin of its fields.
        problems: What could not be read.
        dropped: Lines of the file that are in no article, neither as text nor as a field:
            navigation, share buttons, adverts.
        opened: Whether the system let it be opened.
    """

    source: str
    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]
    dropped: tuple[str, ...]
    opened: bool = True

    def as_json(self) -> list[dict[str, Any]]:
        """An object for each article; one with empty fields where there is none, for the problems.

        "part" is the article's 0-based position in its file. The problems of the file stand with
        its first article.
        """
        problems = [
            each.reason if each.line is None else f"line {each.line}: {each.reason}"
            for each in self.problems
        ]
        if not self.articles:
            return [_as_json(self.source, None, problems)]
        return [
            _as_json(self.source, article, problems if at == 0 else [])
            for at, article in enumerate(self.articles)
        ]


def preview(file: Path | bytes, source: str, stated: Stated = NOTHING) -> Preview:
    """Read a file without adding it, in this process: `Workers.preview` bounds time and memory.

    Args:
        file: Where it lies, or its content.
        source: Its name; the suffix picks the format.
        stated: What is known of it from elsewhere, such as when it was saved.

    Returns:
        Its articles, its problems, and what would be dropped. Bad content never raises.
    """
    seen: dict[int, Callable[[], str]] = {}

    def watch(draft: Draft, _: Article | None) -> None:
        seen.setdefault(id(draft.visible), draft.visible)

    read = _read(file, source, stated, watch)
    texts = [visible() for visible in seen.values()]
    return Preview(
        source, read.articles, read.problems, _dropped(texts, read.articles), read.opened
    )


def _read(file: Path | bytes, source: str, stated: Stated, watch: Watch) -> ReadResult:
    if isinstance(file, bytes):
        found = stream(BytesIO(file), source, stated, watch=watch)
    else:
        found = stream_file(file, source, stated, watch=watch)
    return joined(in_parts(source, found))


def _dropped(texts: list[str], articles: tuple[Article, ...]) -> tuple[str, ...]:
    kept = " ".join(
        _words(part)
        for article in articles
        for part in (article.text, *(getattr(article, name) or "" for name in _HEADER_FIELDS))
    )
    kept = f" {kept} "
    lines = dict.fromkeys(line.text for text in texts for line in split_lines(text))
    pieces = (
        piece
        for line in lines
        if parse_header_line(line) is None  # a byline, a date: they are fields now
        for piece in ([line] if _in(line, kept) else _SENTENCE.split(line))
    )
    return tuple(piece for piece in pieces if not _in(piece, kept))


def _in(line: str, kept: str) -> bool:
    return f" {_words(line)} " in kept or not _words(line)


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _as_json(source: str, article: Article | None, problems: list[str]) -> dict[str, Any]:
    published = article.published_at if article else None
    return {
        "source": source,
        "part": article.position if article else None,
        "title": article.title if article else None,
        "publisher": article.publisher if article else None,
        "author": article.author if article else None,
        "published_at": published.isoformat() if published else None,
        "url": article.url if article else None,
        "language": article.language if article else None,
        "text": article.text if article else None,
        "provenance": dict(article.provenance) if article else {},
        "problems": problems,
    }
