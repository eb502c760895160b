"""Text → HTML that is safe: what the answers (`answer_html`) and lists (`articles_html`) share.

Articles come from anywhere, so each of their fields is hostile until escaped. Everything is built
from literal `Markup` templates, whose `format` and `join` escape whatever is not `Markup` itself:
a field cannot pass unescaped by being forgotten. Attributes are always quoted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup

from qa.errors import ArticleNotFoundError, QAError
from qa.records import Article, Span
from qa.text.languages import tag_key

EMPTY = Markup("")
DOT = Markup(' <span class="dot" aria-hidden="true">·</span> ')
GONE: Final = "; it may have been deleted, or its file changed or moved away"
_PARAGRAPH = re.compile(r"[^\n]*\S[^\n]*")


def notice(text: str, kind: str = "note") -> Markup:
    """One line to the user; `kind` is "note" or "error"."""
    role = "alert" if kind == "error" else "status"
    return Markup('<p class="notice {}" role="{}">{}</p>').format(kind, role, sentence(text))


def failure(error: QAError) -> Markup:
    """A known error, as one line to the user."""
    return notice(told(error), "error")


def told(error: QAError) -> str:
    """The line of a known error, for whoever looks at a page.

    An article that is clicked and is not there was there when the page was drawn, or the link to it
    was made: somebody deleted it meanwhile, or its file is not what it was.
    """
    is_gone = isinstance(error, ArticleNotFoundError) and error.absent
    return str(error).partition(";")[0] + GONE if is_gone else str(error)


def highlighted(text: str, marks: Iterable[Span], start: int = 0) -> Markup:
    """A text with some of its characters marked.

    Args:
        text: What to show: the characters of an article from `start` on.
        marks: What to mark, in the article's offsets. Overlapping ones become one mark; what lies
            outside `text` is left out.
        start: The offset of `text` in the article.
    """
    parts: list[str] = []
    at = 0
    for begin, end in _merged(marks):
        begin, end = max(begin - start, at), min(end - start, len(text))
        if begin < end:
            parts += [text[at:begin], Markup("<mark>{}</mark>").format(text[begin:end])]
            at = end
    return EMPTY.join([*parts, text[at:]])


def paragraphs(text: str, marks: Iterable[Span], start: int = 0) -> Markup:
    """A text as paragraphs, with some characters marked; arguments as in `highlighted`.

    A mark that runs over the end of a paragraph becomes one in each.
    """
    marks = list(marks)
    return EMPTY.join(
        Markup('<p dir="auto">{}</p>').format(
            highlighted(found.group(), marks, start + found.start())
        )
        for found in _PARAGRAPH.finditer(text)
    )


def annotated(
    text: str,
    quotes: Iterable[Span],
    words: Iterable[Span],
    start: int = 0,
    ends: tuple[Markup, Markup] = (EMPTY, EMPTY),
) -> Markup:
    """A text as paragraphs, quotes marked, and the question's words lightly, in quotes or not.

    Args:
        text: As in `highlighted`.
        quotes: In the article's offsets.
        words: Likewise.
        start: As in `highlighted`.
        ends: What stands in the first paragraph before the text, and in the last one after it.
    """
    inside, lightly = _merged(quotes), _merged(words)
    told = [
        _both(found.group(), inside, lightly, start + found.start())
        for found in _PARAGRAPH.finditer(text)
    ]
    if told:
        told[0] = ends[0] + told[0]
        told[-1] += ends[1]
    return EMPTY.join(Markup('<p dir="auto">{}</p>').format(each) for each in told)


def _both(text: str, quotes: Sequence[Span], words: Sequence[Span], start: int) -> Markup:
    parts: list[Markup] = []
    at, end = start, start + len(text)
    for quote in quotes:
        begin, until = max(quote.start, at), min(quote.end, end)
        if begin < until:
            parts.append(_light(text[at - start : begin - start], words, at))
            quoted = _light(text[begin - start : until - start], words, begin)
            parts.append(Markup("<mark>{}</mark>").format(quoted))
            at = until
    return EMPTY.join([*parts, _light(text[at - start :], words, at)])


def _light(text: str, words: Sequence[Span], start: int) -> Markup:
    parts: list[str] = []
    at = 0
    for word in words:
        begin, end = max(word.start - start, at), min(word.end - start, len(text))
        if begin < end:
            parts += [
                text[at:begin],
                Markup('<span class="word">{}</span>').format(text[begin:end]),
            ]
            at = end
    return EMPTY.join([*parts, text[at:]])


def _merged(marks: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for mark in sorted(marks):
        if merged and mark.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(mark.end, merged[-1].end))
        else:
            merged.append(mark)
    return merged


def link(url: str | None, label: str) -> Markup:
    """A link that opens a tab of its own, or nothing where the URL is not a plain web address."""
    if not url or not _is_web_address(url):
        return EMPTY
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(
        url.strip(), label
    )


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)


def byline(article: Article, *, dated: bool = True) -> Markup:
    """Publisher · author · date, as far as known."""
    known = [field(part) for part in (article.publisher, article.author) if part]
    return DOT.join([*known, *([when(article)] if dated and when(article) else [])])


def field(text: str) -> Markup:
    """A field of an article, kept from turning the direction of the text around it."""
    return Markup("<bdi>{}</bdi>").format(text)


def when(article: Article) -> Markup:
    """The date; where only an age is known, that, marked as no date."""
    if article.published_at:
        return day(article.published_at)
    if article.age:
        return Markup(
            '<span title="The page gives an age and no date">“<bdi>{}</bdi>” '
            '<span class="aside">as written on the page</span></span>'
        ).format(article.age)
    return EMPTY


def day(moment: datetime) -> Markup:
    """As in 14 January 2025; with its day in UTC, which filters go by, where that is another."""
    shown = Markup('<time datetime="{}">{}</time>').format(moment.isoformat(), words(moment))
    utc = moment.astimezone(UTC).date()
    if utc == moment.date():
        return shown
    return shown + Markup(' <span class="aside">({} UTC)</span>').format(words(utc))


def words(moment: date) -> str:
    """As in 14 January 2025, as plain text."""
    return f"{moment.day} {moment:%B %Y}"


def open_button(article: Article, span: Span | None = None, label: str = "Open article") -> Markup:
    """The button that opens an article in the panel, at a spot if one is given.

    A spot is one of its revision: a link to it marks the same words when the article has changed.
    """
    start, end = span or ("", "")
    fixed = span is not None or article.is_earlier
    which = Markup(' data-revision="{}"').format(article.revision) if fixed else EMPTY
    return Markup(
        '<button type="button" class="open" data-open="{}" data-start="{}" data-end="{}"{}>{}'
        '<span class="sr-only">: {}</span></button>'
    ).format(article.id, start, end, which, label, article.title)


def open_title(article: Article) -> Markup:
    """The title as the button that opens the article."""
    return Markup(
        '<button type="button" class="open-title" data-open="{}"><bdi{}>{}</bdi></button>'
    ).format(article.id, lang(article), article.title)


def lang(article: Article) -> Markup:
    """The attribute that tells a screen reader, and whoever picks a font, an article's language."""
    tag = tag_key(article.language or "")
    return Markup(' lang="{}"').format(tag) if tag else EMPTY


RIGHT_TO_LEFT: Final = Markup(' dir="rtl"')


def is_right_to_left(text: str) -> bool:
    """Whether its first letter that has a direction is Hebrew, Arabic or the like.

    `dir="auto"` does not look into a `bdi`, which keeps a text's own marks of direction inside.
    """
    kinds = (unicodedata.bidirectional(letter) for letter in text)
    return next((kind for kind in kinds if kind in ("L", "R", "AL")), "L") != "L"


def article_panel(article: Article, marks: Sequence[Span] = ()) -> Markup:
    """A whole article, for the panel, with a spot marked."""
    return Markup(
        '<article class="full" aria-labelledby="panel-title"><h2 id="panel-title" tabindex="-1"{}>'
        '<bdi>{}</bdi></h2><p class="byline">{}</p>{}<div class="body"{}>{}</div>{}</article>'
    ).format(
        lang(article),
        article.title,
        byline(article),
        _outdated(article),
        lang(article),
        paragraphs(article.text, marks),
        _particulars(article),
    )


def _outdated(article: Article) -> Markup:
    """That the archive has a newer text of an article, and the way there; else nothing."""
    if article.later is None:
        return EMPTY
    return Markup('<p class="later corrected">This is an earlier version. {}</p>').format(
        open_button(article.later, label="Open the newest version")
    )


def _particulars(article: Article) -> Markup:
    shown: list[tuple[str, str, str]] = [
        ("Publisher", "publisher", article.publisher or ""),
        ("Author", "author", article.author or ""),
        ("Published", "published_at", when(article) if article.published_at else ""),
        ("Age as written", "age", article.age or ""),
        ("Updated", "updated_at", day(article.updated_at) if article.updated_at else ""),
        ("Dateline", "dateline", article.dateline or ""),
        ("Address", "url", link(article.url, article.url or "") or article.url or ""),
        ("File", "source", article.source),
        ("Article id", "id", article.id),
    ]
    rows = (
        Markup("<div><dt>{}</dt><dd><bdi>{}</bdi>{}</dd></div>").format(
            label, value, _origin(article, name)
        )
        for label, name, value in shown
        if value
    )
    return Markup('<dl class="particulars">{}</dl>').format(EMPTY.join(rows))


def _origin(article: Article, name: str) -> Markup:
    origin, trust = article.provenance.get(name), article.date_confidence.get(name)
    if origin is None:
        return EMPTY
    told = f"{origin}, {trust}" if trust else origin
    return Markup(' <span class="aside">from {}</span>').format(told)


def sentence(text: str) -> str:
    """With a capital letter at the beginning."""
    return text[:1].upper() + text[1:]
