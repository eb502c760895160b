"""What happens on the Ask tab. Handlers return HTML; a known error becomes one line of it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from markupsafe import Markup

from qa import judgements, matches
from qa.archive import Archive
from qa.errors import InputError, QAError
from qa.exports import documents
from qa.overviews import Facets
from qa.records import Answer, Article
from qa.rows import publisher_key
from qa.text.typography import counted
from qa.web import answer_html, ask_html, compare_html, hits_html, html, matches_html
from qa.web.answer_html import Verdicts
from qa.web.asked import Asked
from qa.web.batches import Batches
from qa.web.catalogue import LatestCatalogue

FOUND: Final = 20
"""Passages an answer is chosen from (`qa.archive.ANSWER_DEPTH`), so that each quote's is known."""

LISTED: Final = 8
"""Passages listed below an answer: who reads further asks again."""

DATED: Final = 40
"""Passages that a timeline is made of; it shows the best one of each article."""

MATCHES: Final = 100
"""Passages whose articles are counted: the candidates that each arm has (`Settings.depth`)."""

_SUFFIXES: Final = {
    "markdown": ("md", "text/markdown"),
    "csv": ("csv", "text/csv"),
    "json": ("json", "application/json"),
    "bibtex": ("bib", "application/x-bibtex"),
    "csl-json": ("json", "application/vnd.citationstyles.csl+json"),
}

Sent = Mapping[str, Any]
"""What the browser's script sends, which may be anything."""


class AskHandlers:
    """The events of the Ask tab.

    Args:
        archive: What is asked.
        latest: What it holds.
        read_only: Whether nothing may be written: then nothing can be judged.
    """

    def __init__(
        self, archive: Archive, latest: LatestCatalogue, *, read_only: bool = False
    ) -> None:
        self._archive = archive
        self._latest = latest
        self._read_only = read_only
        self._batches = Batches(archive.ask)
        self._judged: tuple[object, dict[str, dict[tuple[str, int, int], bool]]] = (None, {})

    def home(self, sent: Sent) -> str:
        """What stands where no question is."""
        try:
            return str(self._home())
        except QAError as error:
            return str(html.failure(error))

    def ask(self, sent: Sent) -> str:
        """The answer, or why there is none."""
        asked = Asked.of(sent)
        try:
            if not self._latest.get().passages:
                return str(ask_html.empty_archive())
            answer = self._answer(asked)
            shown = answer.passages[:LISTED]
            verdicts = self._verdicts(answer.question)
            return str(answer_html.render_answer(answer, asked, shown, verdicts))
        except QAError as error:
            return str(answer_html.render_failure(error, asked))

    def narrow(self, sent: Sent) -> str:
        """What the matches can be narrowed by, or the whole archive where nothing is asked."""
        asked = Asked.of(sent)
        try:
            return str(self._narrow(asked))
        except QAError:  # which the answer tells
            nothing = Facets(0, (), (), (), (), ())
            told = "Nothing can be counted: see the message."
            return str(matches_html.narrow(asked, nothing, (), "Matches", told))

    def timeline(self, sent: Sent) -> str:
        """The dated passages in order of time."""
        asked = Asked.of(sent)
        try:
            answer = self._answer(asked, DATED)
            codes = hits_html.codes_of(answer.passages)
            found = (
                hits_html.timeline(matches.matching(answer.passages), codes)
                if answer.passages
                else answer_html.not_in_archive(answer)
            )
            return self._viewed(answer, asked, "timeline", found)
        except QAError as error:
            return str(answer_html.render_failure(error, asked))

    def compare(self, sent: Sent) -> str:
        """What two publishers say."""
        asked = Asked.of(sent)
        try:
            answer = self._answer(asked)
            counts = self._archive.facets().publishers
            wanted = [str(sent.get(side) or "") for side in ("left", "right")]
            known = [value for value, _ in counts]
            as_counted = {publisher_key(value): value for value in known}
            nearest = [
                as_counted.get(publisher_key(article.publisher), article.publisher)
                for article in matches.articles_of(answer.passages)
                if article.publisher
            ]
            spare = [p for p in dict.fromkeys([*nearest, *known]) if p not in wanted]
            sides = [name if name in known else next(iter(spare), "") for name in wanted[:1]]
            spare = [p for p in spare if p not in sides]
            sides += [name if name in known else next(iter(spare), "") for name in wanted[1:]]
            # The question may name one of them, which would leave the other without a word.
            plain = asked.but(without=(*asked.without, "publisher"))
            said = [
                (name, self._answer(plain.but(publisher=name)) if name else None) for name in sides
            ]
            verdicts = self._verdicts(answer.question)
            found = compare_html.comparison(said, counts, verdicts)
            return self._viewed(answer, asked, "compare", found)
        except QAError as error:
            return str(answer_html.render_failure(error, asked))

    def export(self, sent: Sent) -> dict[str, str]:
        """A result as a file: its name, kind and text; or "error"."""
        asked, form = Asked.of(sent), str(sent.get("format") or "")
        try:
            answer = self._archive.ask(asked.question, **asked.options)
            text = documents.render(answer, form)
        except QAError as error:
            return {"error": str(error)}
        if form == "csv":
            text = "\ufeff" + text  # without which Excel takes it for another encoding
        suffix, kind = _SUFFIXES[form]
        return {"name": f"answer.{suffix}", "kind": kind, "text": text}

    def judge(self, sent: Sent) -> str:
        """Keep a verdict: "yes", "no", or "" to take it back; returns what went wrong, or ""."""
        asked = Asked.of(sent)
        try:
            if self._read_only:
                raise InputError("this server is read-only; nothing can be judged")
            relevant = {"yes": True, "no": False}.get(str(sent.get("verdict") or ""))
            start, end = str(sent.get("start")), str(sent.get("end"))
            if not (start.isdecimal() and end.isdecimal()):
                raise InputError("only a place in an article can be judged")
            self._archive.judge(
                asked.question, str(sent.get("article") or "-"), int(start), int(end), relevant,
                filters=asked.filters,
            )  # fmt: skip
        except QAError as error:
            return html.told(error)
        return ""

    def batch_start(self, sent: Sent) -> dict[str, Any]:
        """Begin to ask a list: "key", or "error". The file comes in base64."""
        asked = Asked.of(sent)
        try:
            data = base64.b64decode(str(sent.get("data") or ""), validate=True)
            name = str(sent.get("name") or "questions.csv")[:200]
            return {"key": self._batches.start(name, data, asked.options)}
        except binascii.Error:
            return {"error": "the list did not arrive whole; choose it again"}
        except QAError as error:
            return {"error": str(error)}

    def batch_state(self, sent: Sent) -> dict[str, Any]:
        """How far a list is; with "cancel", ask no more of it."""
        key = str(sent.get("key") or "")
        try:
            if sent.get("cancel"):
                self._batches.cancel(key)
            return self._batches.state(key)
        except QAError as error:
            return {"error": str(error)}

    def batch_pack(self, sent: Sent) -> dict[str, str]:
        """The evidence pack: "name" and "data" in base64, or "error"."""
        try:
            name, data = self._batches.pack(str(sent.get("key") or ""))
        except QAError as error:
            return {"error": str(error)}
        return {"name": name, "data": base64.b64encode(data).decode()}

    def first_page(self) -> str:
        """The tab as it stands before its script has run."""
        return str(ask_html.form(self._home(), self._narrow(Asked(""))))

    def _home(self) -> Markup:
        catalogue = self._latest.get()
        if not catalogue.passages:
            return ask_html.empty_archive()
        return ask_html.home(catalogue.examples, answer_html.WELCOME)

    def _answer(self, asked: Asked, k: int = FOUND) -> Answer:
        return self._archive.ask(asked.question, k, explain=True, **asked.options)

    def _viewed(self, answer: Answer, asked: Asked, view: str, found: Markup) -> str:
        if not answer.question.strip():
            return str(html.notice("Type a question first."))
        head = answer_html.head(answer, asked, view)
        return str(Markup('<div class="result">{}{}</div>').format(head, found))

    def _narrow(self, asked: Asked) -> Markup:
        if not asked.question.strip():
            filters = _archive_filters(asked)
            facets = self._archive.facets(**filters)
            periods = matches.by_month(self._archive.months())
            told = counted(facets.articles, "article")
            hint = f"{told} with these filters." if filters else f"All {told}."
            return matches_html.narrow(asked, facets, periods, "Archive", hint)
        found = self._matches(asked)
        facets = matches.facets_of(found)
        # Each facet counts what its own filter leaves out, too: else there were nothing to choose.
        if asked.publisher:
            others = self._matches(asked.but(publisher=""))
            facets = replace(facets, publishers=matches.facets_of(others).publishers)
        if asked.author:
            others = self._matches(asked.but(author=""))
            facets = replace(facets, authors=matches.facets_of(others).authors)
        if asked.language:
            others = self._matches(asked.but(language=""))
            facets = replace(facets, languages=matches.facets_of(others).languages)
        if asked.agency:
            others = self._matches(asked.but(agency=""))
            facets = replace(facets, agencies=matches.facets_of(others).agencies)
        dated = found
        if asked.after or asked.before:
            dated = self._matches(_undated(asked))
            facets = replace(facets, years=matches.facets_of(dated).years)
        hint = f"{counted(len(found), 'article')} with words of the question, or close in meaning."
        return matches_html.narrow(asked, facets, matches.over_time(dated), "Matches", hint)

    def _matches(self, asked: Asked) -> list[Article]:
        hits = self._archive.search(asked.question, MATCHES, **asked.options)
        return matches.articles_of(matches.matching(hits))

    def _verdicts(self, question: str) -> Verdicts | None:
        """What was judged of a question; read again only when there is more."""
        if self._read_only:
            return None
        try:
            found = (self._archive.folder / judgements.FILE).stat()
        except FileNotFoundError:
            return {}
        stamp = (found.st_mtime_ns, found.st_size)
        if self._judged[0] != stamp:
            by_question: dict[str, dict[tuple[str, int, int], bool]] = {}
            for one in self._archive.judgements().judgements:
                places = by_question.setdefault(one.question, {})
                places[one.article, one.start, one.end] = bool(one.relevant)
            self._judged = stamp, by_question
        return self._judged[1].get(question.strip(), {})


def _undated(asked: Asked) -> Asked:
    return asked.but(after="", before="")


def _archive_filters(asked: Asked) -> dict[str, str]:
    return {name: value for name, value in asked.filters.items() if name != "as_of"}
