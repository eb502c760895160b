"""The articles, problems, uploads and sync reports → HTML."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup

from qa.records import Article, Problem, SyncReport
from qa.serving.uploads import Upload
from qa.web.html import DOT, EMPTY, count, field, notice, sentence, when, words

_DAY = Markup('<span class="day">{}</span>')


def masthead(articles: int, publishers: int, first: date | None, last: date | None) -> Markup:
    """The page's name and what is being asked."""
    parts = [count(articles, "article")]
    if publishers:
        parts.append(count(publishers, "publisher"))
    if first and last:
        days = [first] if first == last else [first, last]
        parts.append(Markup(" – ").join(_DAY.format(words(day)) for day in days))
    return Markup(
        '<header class="masthead"><h1>Ask the archive</h1><p class="holdings">{}</p></header>'
    ).format(DOT.join(parts))


def article_table(articles: Sequence[Article], matching: int, total: int) -> Markup:
    """The articles, newest first.

    Args:
        articles: Those to show.
        matching: How many there are that match what was searched for.
        total: How many there are in all.
    """
    if not total:
        return notice("There are no articles yet. Add some above, or put files into the corpus "
                      "folder and press “Rebuild index”.")  # fmt: skip
    if not matching:
        return notice("No article matches. Title, publisher, author and file are searched.")
    rows = (
        Markup(
            '<tr data-row><td class="title">{}</td><td data-label="Publisher">{}</td>'
            '<td data-label="Author">{}</td><td data-label="Date" class="date">{}</td>'
            '<td data-label="File" class="file"><bdi>{}</bdi></td></tr>'
        ).format(
            open_title(article),
            _or_dash(article.publisher),
            _or_dash(article.author),
            when(article) or _or_dash(None),
            article.source,
        )
        for article in articles
    )
    shown = len(articles)
    told = (
        count(matching, "article") if matching == total else f"{matching:,} of {total:,} articles"
    )
    if shown < matching:
        told += f", the newest {shown:,} shown"
    return Markup(
        '<p class="told" role="status">{}</p><table class="articles"><thead><tr>'
        '<th scope="col">Title</th><th scope="col">Publisher</th><th scope="col">Author</th>'
        '<th scope="col">Date</th><th scope="col">File</th></tr></thead><tbody>{}</tbody></table>'
    ).format(told, EMPTY.join(rows))


def open_title(article: Article) -> Markup:
    """The title as the button that opens the article."""
    return Markup('<button type="button" class="open-title" data-open="{}"><bdi>{}</bdi></button>')\
        .format(article.id, article.title)  # fmt: skip


def _or_dash(text: str | None) -> Markup:
    if text:
        return field(text)
    return Markup('<span aria-hidden="true">–</span><span class="sr-only">unknown</span>')


def problem_list(problems: Sequence[Problem]) -> Markup:
    """What could not be read, and why; nothing where there are no problems."""
    if not problems:
        return EMPTY
    return Markup(
        '<details class="problems" open><summary>{} in the corpus</summary>{}</details>'
    ).format(count(len(problems), "problem"), problem_items(problems))


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


def report(done: SyncReport) -> Markup:
    """What a sync did, in words."""
    sources = (("added", done.added), ("changed", done.changed), ("deleted", done.deleted))
    told = [f"{count(len(names), 'file')} {verb}" for verb, names in sources if names]
    if done.unchanged:
        told.append(f"{count(done.unchanged, 'file')} unchanged")
    if not any(names for _, names in sources):
        told = ["nothing to do, " + (told[0] if told else "the corpus folder is empty")]
    names = [name for _, changed in sources for name in changed]
    listed = Markup('<p class="files">{}</p>').format(
        Markup(", ").join(field(name) for name in names[:8])
        + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    )
    return Markup(
        '<div class="report" role="status"><p><strong>Index up to date.</strong> {}. It now holds '
        "{} in {}; this took {} s.</p>{}</div>"
    ).format(
        sentence(", ".join(told)),
        count(done.articles, "article"),
        count(done.passages, "passage"),
        f"{done.seconds:.1f}",
        listed if names else EMPTY,
    )


def upload_list(stored: Sequence[Upload]) -> Markup:
    """What became of each uploaded file."""
    items = (
        Markup('<li class="{}"><bdi class="file">{}</bdi> {}{}</li>').format(
            "stored" if upload.stored_as else "refused",
            upload.name,
            _outcome(upload),
            problem_items(upload.problems) if upload.problems and upload.stored_as else EMPTY,
        )
        for upload in stored
    )
    return Markup('<ul class="plain uploads" role="status">{}</ul>').format(EMPTY.join(items))


def _outcome(upload: Upload) -> Markup:
    if upload.stored_as is None:
        reasons = Markup("; ").join(_reason(problem) for problem in upload.problems)
        return Markup("was <strong>not added</strong>: {}").format(reasons)
    if not upload.new:
        return Markup("is in the archive already, with the same content, as <bdi>{}</bdi>").format(
            upload.stored_as
        )
    kept = (
        Markup(" as <bdi>{}</bdi>").format(upload.stored_as)
        if upload.stored_as != upload.name
        else EMPTY
    )
    return Markup("was added{}: {}").format(kept, count(upload.articles, "article"))


def _reason(problem: Problem) -> str:
    return problem.reason if problem.line is None else f"line {problem.line}: {problem.reason}"
