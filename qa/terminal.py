"""How records look in the terminal. Plain text; bold and dim where standard output is one."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from qa.citations import correction, standing
from qa.overviews import Facets, Story
from qa.protocols import OnProgress, Progress
from qa.records import (
    Answer,
    Article,
    Citation,
    Explanation,
    Hit,
    Problem,
    SyncPlan,
    SyncReport,
    Verification,
)
from qa.text.typography import counted

MAX_WIDTH = 100
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]"
)

_ROW_BREAK = re.compile(r"\n+(?=[^\n]* \| )")
"""Before the row of a table."""

MAX_NAMES = 10
"""Files of a kind named one by one in the plan of a sync."""


@contextmanager
def progress_bar() -> Iterator[OnProgress]:
    """A bar on standard error for each stage, with rate and time left; none if not a terminal."""
    from tqdm import tqdm

    bars: dict[str, Any] = {}

    def on_progress(progress: Progress) -> None:
        if progress.total == 0:
            return
        if progress.stage not in bars:
            for bar in bars.values():
                bar.close()
            bars[progress.stage] = tqdm(
                total=progress.total, desc=progress.stage, unit="", disable=None, leave=False
            )
        bar = bars[progress.stage]
        bar.update(progress.done - bar.n)

    try:
        yield on_progress
    finally:
        for bar in bars.values():
            bar.close()


def render_answer(answer: Answer, options: str = "") -> str:
    """The answer first, then who says so, then the passages.

    Args:
        answer: What to print.
        options: Those by which a command that is named is about the same archive.
    """
    parts = [told] if (told := render_understood([clue.text for clue in answer.understood])) else []
    if answer.answered:
        parts += [*_answered(answer), ""]
        for citation in answer.citations:
            head = f"[{citation.number}] "
            page = f"  p. {citation.page}" if citation.page else ""
            parts.append(_wrap(head + byline(citation.article) + page, indent=" " * len(head)))
            parts.append(_wrap_lines(f"“{citation.quote}”", "    "))
            parts += _corrected(citation, options)
    else:
        parts.append(_wrap(f"Not in this archive: {answer.reason}.", bold=True))
    if answer.passages:
        heading = "Passages:" if answer.answered else "Nearest passages, none of which answers:"
        parts += ["", heading]
        parts.append(render_hits(answer.passages, options))
    return "\n".join(parts)


def _answered(answer: Answer) -> Iterator[str]:
    """The answer's text, part by part where it has several; then where its sources differ."""
    if not answer.parts:
        yield _wrap_rows(answer.facts.text if answer.facts else answer.text)
    for part in answer.parts:
        yield _wrap(part.question, dim=True)
        told = part.facts.text if part.facts else part.text
        yield _wrap_rows(told if part.answered else f"Not in this archive: {part.reason}.")
    if answer.differing:
        told = "; ".join(
            f"[{found.citation}] {', '.join(found.figures)}"
            f" ({found.published_at.date() if found.published_at else 'no date'})"
            for found in answer.differing
        )
        yield _wrap(f"The sources differ: {told}")


def render_understood(told: Sequence[str]) -> str:
    """What was understood of the question besides what it asks; empty where that is nothing."""
    return _wrap(f"Understood: {'; '.join(told)}", dim=True) if told else ""


def render_hits(hits: Sequence[Hit], options: str = "") -> str:
    """One paragraph a passage, with both arms' ranks; `options` as in `render_answer`."""
    parts = []
    for hit in hits:
        arms = (("words", hit.lexical), ("meaning", hit.dense))
        ranks = ", ".join(f"{arm} {evidence.rank}" for arm, evidence in arms if evidence)
        found = f" ({hit.score:.2f}: {ranks})" if ranks else ""  # else by their fields alone
        head = f"{byline(hit.article)}{found}"
        parts.append(_wrap(head, first=f"{hit.rank:>3}. ", indent="     "))
        parts.append(_wrap_lines(hit.passage.text, "     "))
        parts += _corrected(hit.citation, options)
        if hit.also_in:
            parts.append(_wrap(_also_in(hit.also_in), first="     ", indent="       "))
        if hit.explanation:
            parts.append(_wrap(_explained(hit, hit.explanation), first="     ", indent="       "))
    return "\n".join(parts)


def _corrected(citation: Citation, options: str) -> Iterator[str]:
    """That the article was saved again, if so, and the command that shows how it differs."""
    if told := correction(citation):
        told += f" See: qa show {citation.article.id} --diff{options}"
        yield _wrap(told, first="     ", indent="       ")


def _also_in(others: Sequence[Article]) -> str:
    named = ", ".join(
        f"{other.publisher or other.title} #{other.id}{standing(other)}" for other in others
    )
    return f"also in {counted(len(others), 'other')}: {named}"


def render_story(story: Story) -> str:
    """Its first article, and under it those that ran it too."""
    first, *others = story.articles
    return "\n".join([byline(first), *(f"    also: {byline(other)}" for other in others)])


def _explained(hit: Hit, why: Explanation) -> str:
    words = ", ".join(f"{word} {share:.0%}" for word, share in why.words) or "none"
    arms = (
        f"{arm} {evidence.score:.2f} (rank {evidence.rank})" if evidence else f"{arm} none"
        for arm, evidence in (("BM25", hit.lexical), ("cosine", hit.dense), ("closeness", why.late))
    )
    parts = [
        f"words held: {words}",
        ", ".join(arms),
        f"score {why.lexical_share:.0%} by words, {why.dense_share:.0%} by meaning, "
        f"{why.late_share:.0%} word by word",
        *([f"age × {why.recency:.2f}"] if why.recency < 1 else []),
        *([f"filters: {', '.join(why.filters)}"] if why.filters else []),
    ]
    return "why: " + "; ".join(parts)


def byline(article: Article) -> str:
    """Title, publisher, author, date and id on one line, as far as known."""
    when = article.published_at.date().isoformat() if article.published_at else article.age
    known = [article.title, article.publisher, article.author, when]
    return visible(" · ".join(part for part in known if part) + f"  #{article.id}")


def render_articles(articles: Sequence[Article]) -> str:
    """One line an article."""
    return "\n".join(f"{byline(article)}  {visible(article.source)}" for article in articles)


def render_facets(facets: Facets) -> str:
    """How many articles each value of each field has."""
    lines = [counted(facets.articles, "article")]
    for name in ("publishers", "authors", "years", "languages", "agencies"):
        if counts := getattr(facets, name):
            lines.append(f"{name}:")
            lines += [f"{number:>8}  {visible(value)}" for value, number in counts]
    return "\n".join(lines)


def render_article(article: Article) -> str:
    """The whole article under its fields."""
    shown = (
        "publisher",
        "author",
        "published_at",
        "updated_at",
        "captured_at",
        "age",
        "dateline",
        "agency",
        "language",
        "url",
        "source",
        "place",
        "id",
        "revision",
    )
    lines = [_bold(visible(article.title))]
    for name in shown:
        if value := getattr(article, name):
            origin = article.provenance.get(name)
            if name in article.date_confidence:
                origin = f"{origin}; {article.date_confidence[name]}"
            text = value.isoformat() if isinstance(value, datetime) else value
            told = visible(f"{text}  ({origin})" if origin else str(text))
            lines.append(f"{name + ':':<14}{told}")
    paragraphs = (_wrap(paragraph) for paragraph in article.text.split("\n") if paragraph.strip())
    return "\n".join(lines) + "\n\n" + "\n\n".join(paragraphs)


def render_problem(problem: Problem) -> str:
    """`file:line: reason`."""
    place = problem.source if problem.line is None else f"{problem.source}:{problem.line}"
    return visible(f"{place}: {problem.reason}")


def render_plan(plan: SyncPlan) -> str:
    """What a sync will do; empty where it is nothing."""
    lines = []
    if plan.anew is not None:
        told = f"everything is read anew: {plan.anew}"
        if plan.seconds is not None:
            told += f"; embedding it takes about {_duration(plan.seconds)} here"
        lines.append(visible(told))
    named = (("+", plan.added), ("~", plan.changed), ("-", plan.deleted))
    for sign, names in named:
        lines += [f"{sign} {visible(name)}" for name in names[:MAX_NAMES]]
        if len(names) > MAX_NAMES:
            lines.append(f"{sign} … and {len(names) - MAX_NAMES} more")
    return "\n".join(lines)


def render_plan_counts(plan: SyncPlan) -> str:
    """The files of a plan, counted."""
    return f"files: {_files(plan)}"


def render_report(report: SyncReport) -> str:
    """What a sync did."""
    lines = [
        f"{counted(report.articles, 'article')} in {counted(report.passages, 'passage')}; "
        f"files: {_files(report)}; {counted(report.embedded, 'passage')} embedded in "
        f"{report.seconds:.1f} s; generation {report.generation}"
    ]
    if report.problems:
        lines.append(f"{counted(len(report.problems), 'problem')} (qa articles --problems):")
        lines += [f"  {render_problem(problem)}" for problem in report.problems]
    return "\n".join(lines)


def render_verification(found: Verification) -> str:
    """What is wrong, if anything, and what to do."""
    counts = (
        f"{counted(found.articles, 'article')}, {counted(found.passages, 'passage')} in the store, "
        f"{found.vectors} in the indexes; generation {found.generation}"
        if found.generation is not None
        else "which articles it holds cannot be told"
    )
    if found.repaired:
        head = f"mended: {counts}; what was wrong:"
    elif found.ok:
        head = f"all is well: {counts}"
    else:
        head = f"damaged: {counts}; to mend it, run: qa verify --repair"
    return "\n".join([head, *(f"  {visible(problem)}" for problem in found.problems)])


def _files(change: SyncPlan | SyncReport) -> str:
    return (
        f"{len(change.added)} added, {len(change.changed)} changed, {len(change.deleted)} deleted, "
        f"{change.unchanged} unchanged"
    )


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def render_info(info: dict[str, Any]) -> str:
    """Name and value, one a line."""
    width = max(map(len, info)) + 2
    return "\n".join(
        f"{name:<{width}}{visible(_value(name, value))}" for name, value in info.items()
    )


def _value(name: str, value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{each} {_value(each, held)}" for each, held in value.items())
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if value in (None, ""):
        unset = {"answer_threshold": "as fitted", "embedded_per_second": "not measured yet"}
        return unset.get(name, "none")
    return str(value)


def _wrap_lines(text: str, indent: str) -> str:
    """What an article says, in its own lines; indented, so that none looks like one of ours."""
    lines = (line for line in text.split("\n") if line.strip())
    return "\n".join(_wrap(line, first=indent, indent=indent, dim=True) for line in lines)


def _wrap_rows(text: str) -> str:
    """An answer in one block, but for the rows of tables, each in a line of its own."""
    return "\n".join(
        _wrap(block, first="  " if number else "", indent="  " if number else "", bold=True)
        for number, block in enumerate(_ROW_BREAK.split(text))
    )


def _wrap(
    text: str, first: str = "", indent: str = "", *, bold: bool = False, dim: bool = False
) -> str:
    width = min(MAX_WIDTH, shutil.get_terminal_size().columns)
    filled = textwrap.fill(
        visible(" ".join(text.split())),
        width,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
    )
    return _bold(filled) if bold else _style("2", filled) if dim else filled


def visible(text: str) -> str:
    """One line that cannot drive the terminal, whoever wrote it.

    Each control character (they colour, move and answer), each mark that turns the direction of
    what follows (Unicode Standard Annex 9, section 2) and each lone surrogate becomes U+FFFD.
    """
    return _UNSAFE.sub("\ufffd", text)


def visible_lines(text: str) -> str:
    """Several lines, each as `visible` has it; tabs stay."""
    parts = re.split("([\n\t])", text.replace("\r\n", "\n"))
    return "".join(part if part in "\n\t" else visible(part) for part in parts)


def visible_json(document: str) -> str:
    """The same JSON, with those characters as escapes: its reader gets them, the terminal not.

    Args:
        document: JSON without line breaks.
    """
    return _UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", document)


def _bold(text: str) -> str:
    return _style("1", text)


def _style(code: str, text: str) -> str:
    plain = not sys.stdout.isatty() or "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return text if plain else f"\033[{code}m{text}\033[0m"
