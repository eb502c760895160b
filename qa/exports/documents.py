"""A whole answer as Markdown, CSV, JSON, BibTeX or CSL-JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from qa import serialise
from qa.citations import correction
from qa.errors import InputError
from qa.exports import references
from qa.records import Answer, Citation

COLUMNS: Final = (
    "question", "answered", "reason", "confidence", "n", "quote", "title", "publisher", "author",
    "published", "url", "article", "file", "start", "end", "facts",
)  # fmt: skip
"""Of a CSV: a line a quote; one line without a quote where there is no answer. `facts` is what the
records tell, where articles are asked for and not what they say."""


def render(answer: Answer, form: str) -> str:
    """An answer in one of `FORMATS`, ending with a line break.

    Raises:
        InputError: There is no such format.
    """
    if form not in FORMATS:
        raise InputError(f"format must be one of {', '.join(FORMATS)}, not {form!r}")
    return FORMATS[form](answer).rstrip("\n") + "\n"


def markdown(answer: Answer, level: int = 1, filters: str = "") -> str:
    """Question, quotes, sources with offsets; the nearest passages where there is no answer.

    Args:
        answer: What the archive said.
        level: Of the heading.
        filters: What the question was restricted to, to be told below it.
    """
    parts = [f"{'#' * level} {references.escaped(answer.question)}"]
    if filters:
        parts.append(f"*Looked only where: {references.escaped(filters)}*")
    if answer.understood:
        parts.append("*Understood: " + "; ".join(_told(answer)) + "*")
    parts += [
        f"**{references.escaped(part.question)}** Not in this archive: "
        f"{references.escaped(part.reason or '')}."
        for part in answer.parts
        if not part.answered
    ]
    parts += [
        f"**{references.escaped(facts.text)}**"
        for facts in (answer.facts, *(part.facts for part in answer.parts if part.answered))
        if facts
    ]
    if answer.differing:
        figures = "; ".join(f"{', '.join(f.figures)} [{f.citation}]" for f in answer.differing)
        parts.append(f"*The sources differ: {references.escaped(figures)}*")
    if answer.answered:
        parts += [_markdown_citation(citation) for citation in answer.citations]
    else:
        parts.append(f"**Not in this archive:** {references.escaped(answer.reason or '')}.")
        if answer.passages:
            parts.append("Nearest passages, none of which answers the question:")
            parts += [_markdown_citation(hit.citation) for hit in answer.passages]
    footer = (
        f"Confidence that the archive has the answer: {answer.confidence:.0%} · "
        f"index generation {answer.generation}"
    )
    return "\n\n".join([*parts, footer])


def rows(answer: Answer) -> list[dict[str, Any]]:
    """The lines of a CSV, by column."""
    common = {
        "question": answer.question,
        "answered": "yes" if answer.answered else "no",
        "reason": answer.reason or "",
        "confidence": f"{answer.confidence:.3f}",
    }
    return [
        {**common, **_cells(citation), "facts": _facts(answer, citation)}
        for citation in answer.citations
    ] or [common]


def _facts(answer: Answer, citation: Citation) -> str:
    """What the records tell of the articles that a quote is of, or one of them."""
    parts = (part for part in answer.parts if part.answered and citation.number in part.citations)
    told = (answer.facts, *(part.facts for part in parts))
    return " ".join(facts.text for facts in told if facts)


def table(lines: Iterable[Mapping[str, Any]], columns: Iterable[str] = COLUMNS) -> str:
    """CSV (RFC 4180) with a heading. A cell that a spreadsheet would run gets a `'` in front."""
    told = io.StringIO()
    writer = csv.DictWriter(told, list(columns), restval="", lineterminator="\r\n")
    writer.writeheader()
    for line in lines:
        writer.writerow({name: _harmless(value) for name, value in line.items()})
    return told.getvalue()


def _harmless(value: object) -> object:
    # As OWASP has it under "CSV Injection"; the other formats hold the text as it is.
    risky = isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{value}" if risky else value


def _cells(citation: Citation) -> dict[str, Any]:
    article = citation.article
    return {
        "n": citation.number,
        "quote": citation.quote,
        "title": article.title,
        "publisher": article.publisher or "",
        "author": article.author or "",
        "published": references.day(article),
        "url": references.url(article) or "",
        "article": article.id,
        "file": article.source,
        "start": citation.start,
        "end": citation.end,
    }


def _told(answer: Answer) -> list[str]:
    return [references.escaped(clue.text) for clue in answer.understood]


def _markdown_citation(citation: Citation) -> str:
    place = f"`{citation.article.id}` characters {citation.start}–{citation.end}"
    told = correction(citation)
    later = f" *{references.escaped(told)}*" if told else ""
    return f"{references.markdown(citation)}, {place} [{citation.number}]{later}"


def _bibliography(answer: Answer) -> str:
    return "\n\n".join(references.bibtex(c) for c in references.unique(answer.citations))


def _csl(answer: Answer) -> str:
    items = [references.csl_json(c) for c in references.unique(answer.citations)]
    return json.dumps(items, ensure_ascii=False, indent=1)


FORMATS: Final[Mapping[str, Callable[[Answer], str]]] = {
    "markdown": markdown,
    "csv": lambda answer: table(rows(answer)),
    "json": lambda answer: json.dumps(serialise.answer(answer), ensure_ascii=False, indent=1),
    "bibtex": _bibliography,
    "csl-json": _csl,
}
