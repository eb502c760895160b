"""The articles, problems, uploads and deletions → HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from qa.files.deletions import Deleted
from qa.records import Article, Problem
from qa.serving.uploads import MAX_FILE_BYTES, MAX_FILES
from qa.text.typography import counted
from qa.web.html import DOT, EMPTY, field, notice, open_title, when, words

PAGE: Final = 50
"""Articles on a page: two screens, and drawn at once on a phone."""

FEW: Final = 5
"""Problems that are shown unasked."""

SHOWN: Final = 200
"""Problems, or deleted articles, listed one by one."""

_DAY = Markup('<span class="day">{}</span>')


def masthead(
    articles: int,
    publishers: int,
    first: date | None,
    last: date | None,
    sign_out: str | None = None,
) -> Markup:
    """The page's name and what is being asked.

    Args:
        articles: How many there are.
        publishers: Likewise.
        first: The day of the oldest.
        last: The day of the newest.
        sign_out: The address that signs out; None where nobody signs in.
    """
    parts = [counted(articles, "article")]
    if publishers:
        parts.append(counted(publishers, "publisher"))
    if first and last:
        days = [first] if first == last else [first, last]
        parts.append(Markup(" – ").join(_DAY.format(words(day)) for day in days))
    return Markup(
        '<header class="masthead"><h1>Ask the archive</h1><p class="holdings">{}</p>{}</header>'
    ).format(DOT.join(parts), _sign_out(sign_out))


def _sign_out(address: str | None) -> Markup:
    if address is None:
        return EMPTY
    return Markup(
        '<form method="post" action="{}"><button type="submit">Sign out</button></form>'
    ).format(address)


_COLUMNS: Final = (
    ("title", "Title"),
    ("publisher", "Publisher"),
    ("author", "Author"),
    ("published_at", "Date"),
    ("source", "File"),
)
"""What the table shows and sorts by, with its name in `Archive.article_page`."""


_ORDERS: Final = {
    "date": (("desc", "newest first"), ("asc", "oldest first")),
    "text": (("asc", "A to Z"), ("desc", "Z to A")),
}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the table.

    Attributes:
        articles: Those to show.
        matching: How many there are that match what was searched for.
        total: How many there are in all.
        offset: How many matching ones stand before these.
        sort: What they are sorted by.
        descending: Whether the largest come first.
        root: The path before all others.
        deletes: Whether articles can be deleted.
    """

    articles: Sequence[Article]
    matching: int
    total: int
    offset: int = 0
    sort: str = "published_at"
    descending: bool = True
    root: str = ""
    deletes: bool = True


def skeleton(suffixes: Sequence[str], *, writes: bool, fetches: bool = False) -> Markup:
    """The tab before its script has filled it.

    Args:
        suffixes: Of files that can be read.
        writes: Whether articles can be added.
        fetches: Whether by their address too.
    """
    sorts = EMPTY.join(
        Markup('<option value="{} {}">{}, {}</option>').format(name, order, label, told)
        for name, label in sorted(_COLUMNS, key=lambda column: column[0] != "published_at")
        for order, told in _ORDERS["date" if name == "published_at" else "text"]
    )
    return Markup(
        '{}<div data-problems></div><section aria-labelledby="browsing-title">'
        '<h2 id="browsing-title" class="sr-only">Articles</h2><div class="browse-bar">'
        '<label class="find">Find an article<input type="search" data-find autocomplete="off" '
        'placeholder="Title, publisher, author, date or file" maxlength="200"></label>'
        '<label class="sorting">Sorted by<select data-sorting>{}</select></label></div>'
        '<div class="narrow-bar" role="group" aria-label="Narrow the list" data-narrow></div>'
        '<div data-list aria-busy="true"><p class="loading" role="status">Reading the list …</p>'
        "</div><div data-deleted></div></section>"
    ).format(_adding(suffixes, fetches=fetches) if writes else EMPTY, sorts)


_ADDRESS_BUTTON = Markup(
    '<button type="button" data-address aria-expanded="false" aria-controls="address-form">'
    "Fetch an address</button>"
)
_ADDRESS_FORM = Markup(
    '<form id="address-form" data-address-form hidden><label>The page’s address'
    '<input type="url" data-url required maxlength="2000" placeholder="https://…" '
    'autocomplete="off" spellcheck="false"></label>'
    '<button type="submit" class="main">See what is understood</button>'
    '<p class="hint">The server fetches the page, if it is public and its robots.txt allows.</p>'
    "</form>"
)


def _adding(suffixes: Sequence[str], *, fetches: bool) -> Markup:
    kinds = (
        (".txt", "plain text, headline first"), (".md", "Markdown"), (".html", "HTML"),
        (".jsonl", "JSON Lines"),
    )  # fmt: skip
    return Markup(
        '<section class="adding" aria-labelledby="adding-title" data-adding '
        'data-max-files="{}" data-max-bytes="{}">'
        '<h2 id="adding-title">Add articles</h2>'
        '<p class="ways"><label class="button main"><input type="file" multiple accept="{}" '
        'data-files>Choose files</label><button type="button" data-paste aria-expanded="false" '
        'aria-controls="paste-form">Paste a text</button>{}<button type="button" data-update>'
        'Update from the folder</button></p><p class="hint" title="{}">Or drop files here: text, '
        'Markdown, HTML, PDF, Word, EPUB, CSV, JSON, mail, feeds, web archives, ZIP. You see '
        'what was understood before anything is added.</p>'
        '<form id="paste-form" data-paste-form hidden>'
        '<label>The text<textarea rows="8" data-text required></textarea></label>'
        '<label>It is<select data-kind>{}</select></label>'
        '<button type="submit" class="main">See what is understood</button></form>{}'
        '<div data-preview></div><div data-progress></div><div data-report></div></section>'
    ).format(
        MAX_FILES,
        MAX_FILE_BYTES,
        ",".join(suffixes),
        _ADDRESS_BUTTON if fetches else EMPTY,
        ", ".join(suffixes),
        EMPTY.join(Markup('<option value="{}">{}</option>').format(*kind) for kind in kinds),
        _ADDRESS_FORM if fetches else EMPTY,
    )  # fmt: skip


def article_table(page: Page) -> Markup:
    """One page of the articles, with its head and the way to the next."""
    if not page.total:
        told = "There are no articles yet."
        if page.deletes:
            told += (
                " Add some above, or put files into the corpus folder and press “Update from the "
                "folder”."
            )
        return notice(told)
    if not page.matching:
        return notice("No article matches. Title, publisher, author, date and file are searched, "
                      "in what is chosen above.")  # fmt: skip
    first, last = page.offset + 1, page.offset + len(page.articles)
    told = counted(page.matching, "article")
    if page.matching != page.total:
        told = f"{page.matching:,} of {page.total:,} articles"
    if last - first + 1 < page.matching:
        told += f", {first:,} to {last:,} shown"
    return Markup(
        '<p class="told" role="status">{}</p><table class="articles"><thead><tr>{}{}</tr></thead>'
        "<tbody>{}</tbody></table>{}"
    ).format(
        told,
        EMPTY.join(_head(name, label, page) for name, label in _COLUMNS),
        Markup('<th scope="col"><span class="sr-only">Delete</span></th>')
        if page.deletes
        else EMPTY,
        EMPTY.join(_row(article, page) for article in page.articles),
        _pager(page),
    )


def _head(name: str, label: str, page: Page) -> Markup:
    sorted_by = name == page.sort
    order = ("descending" if page.descending else "ascending") if sorted_by else "none"
    arrow = ("↓" if page.descending else "↑") if sorted_by else ""
    return Markup(
        '<th scope="col" aria-sort="{}"><button type="button" data-sort="{}">{}'
        '<span class="arrow" aria-hidden="true">{}</span></button></th>'
    ).format(order, name, label, arrow)


def _row(article: Article, page: Page) -> Markup:
    delete = Markup(
        '<td class="acts"><button type="button" data-delete="{}">Delete'
        '<span class="sr-only">: {}</span></button></td>'
    )
    return Markup(
        '<tr data-row><td class="title">{}</td><td data-label="Publisher">{}</td>'
        '<td data-label="Author">{}</td><td data-label="Date" class="date">{}</td>'
        '<td data-label="File" class="file"><a href="{}/api/v1/original?article_id={}" download '
        'title="Download {}"><bdi>{}</bdi></a></td>{}</tr>'
    ).format(
        open_title(article),
        _or_dash(article.publisher),
        _or_dash(article.author),
        when(article) or _or_dash(None),
        page.root,
        article.id,
        article.source,
        article.source,
        delete.format(article.id, article.title) if page.deletes else EMPTY,
    )


def _pager(page: Page) -> Markup:
    size = max(len(page.articles), 1)
    if page.offset == 0 and page.matching <= size:
        return EMPTY
    step = PAGE if page.offset or page.matching > size else size
    last = (page.matching - 1) // step * step
    numbers = f"Page {page.offset // step + 1:,} of {last // step + 1:,}"
    places = (
        ("First", 0, page.offset > 0),
        ("Previous", max(page.offset - step, 0), page.offset > 0),
        ("Next", page.offset + step, page.offset < last),
        ("Last", last, page.offset < last),
    )
    buttons = [
        Markup('<button type="button" data-offset="{}"{}>{}</button>').format(
            offset, EMPTY if leads else Markup(" disabled"), label
        )
        for label, offset, leads in places
    ]
    return Markup(
        '<nav class="pager" aria-label="Pages of the list">{}{}<span>{}</span>{}{}</nav>'
    ).format(*buttons[:2], numbers, *buttons[2:])


def _or_dash(text: str | None) -> Markup:
    if text:
        return field(text)
    return Markup('<span aria-hidden="true">–</span><span class="sr-only">unknown</span>')


def problem_list(problems: Sequence[Problem], *, retries: bool = False) -> Markup:
    """What could not be read, and why; nothing where there are no problems."""
    if not problems:
        return EMPTY
    again = Markup(
        '<p class="ways"><button type="button" data-update>Try again</button><span class="hint">'
        "when the files in the folder are mended</span></p>"
    )
    shown = problems[:SHOWN]
    rest = len(problems) - len(shown)
    return Markup(
        '<details class="problems"{}><summary>{} with the files</summary>{}{}{}</details>'
    ).format(
        Markup(" open") if len(problems) <= FEW else EMPTY,
        counted(len(problems), "problem"),
        problem_items(shown),
        Markup(
            '<p class="hint">and {} more, which the command <code>qa articles --problems</code> '
            "lists</p>"
        ).format(f"{rest:,}")
        if rest
        else EMPTY,
        again if retries else EMPTY,
    )


def problem_items(problems: Sequence[Problem]) -> Markup:
    """File, line and reason, one a line."""
    items = (
        Markup('<li><bdi class="file">{}</bdi>{}: {}</li>').format(
            problem.source,
            f", line {problem.line}" if problem.line is not None else "",
            problem.reason,
        )
        for problem in problems
    )
    return Markup('<ul class="plain">{}</ul>').format(EMPTY.join(items))


def deletion(article_id: str, title: str) -> Markup:
    """That an article was deleted, and the way back."""
    return Markup(
        '<p class="notice note undo" role="status"><span>Deleted “<bdi>{}</bdi>”.</span>'
        '<button type="button" data-restore="{}">Undo</button></p>'
    ).format(title, article_id)


def restoration(title: str) -> Markup:
    """That an article is back."""
    return Markup('<p class="notice note" role="status">“<bdi>{}</bdi>” is back.</p>').format(title)


def deleted_list(gone: Sequence[Deleted]) -> Markup:
    """What was deleted, latest first, each with the way back."""
    if not gone:
        return EMPTY
    items = (
        Markup(
            '<li><bdi>{}</bdi> <span class="hint"><bdi class="file">{}</bdi></span> '
            '<button type="button" data-restore="{}">Restore<span class="sr-only">: {}</span>'
            "</button></li>"
        ).format(each.title, each.source, each.id, each.title)
        for each in list(reversed(gone))[:SHOWN]
    )
    return Markup(
        '<details class="deleted"><summary>{}</summary><ul class="plain">{}</ul></details>'
    ).format(f"{counted(len(gone), 'article')} deleted", EMPTY.join(items))
