"""The archive: one index with everything one can do with it. The library's front door."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from qa import judgements
from qa.abandonment import go_on
from qa.answering import Finding, find_answer
from qa.citations import cite
from qa.errors import CitationError, InputError
from qa.execution import Execution
from qa.files import deletions
from qa.files.deletions import Deleted
from qa.files.scanning import check_still_says, corpus_at
from qa.folder_writer import FolderWriter
from qa.holdings import Holdings
from qa.judgements import Judged, Judgement
from qa.milvus.address import Location, to_open
from qa.mirroring import MirrorWriter
from qa.protocols import Embedder, OnProgress
from qa.question.splitting import Parts
from qa.records import Answer, Hit, SyncPlan, SyncReport, Verification
from qa.replies.composing import Found, compose
from qa.replies.telling import tell
from qa.request import Request, check_k, make_filters, make_request
from qa.search.retrieval import Retrieval
from qa.settings import Settings
from qa.storage.searchable import Searchable
from qa.writer import CallingBack, SyncOptions, Writer

if TYPE_CHECKING:
    from qa.answering.reader import Reader

T = TypeVar("T")

ANSWER_DEPTH = 20
"""Passages whose sentences may be quoted. On SQuAD the answer's paragraph is among the first ten
for 98 %; twenty leave room for long articles cut into many passages, at half a millisecond each."""


class Archive(Holdings):
    """Articles that can be asked. Made by `Archive.open` or `Archive.build`.

        >>> archive = Archive.open("index")                                     # doctest: +SKIP
        >>> answer = archive.ask("How many people were hurt on the ferry?")     # doctest: +SKIP
        >>> print(answer.text)                                                  # doctest: +SKIP

    Safe to use from several threads. A generation published by another process is used from the
    next call on.

    Args:
        index: The index folder.
        settings: Model, passage size, fusion.
    """

    def __init__(self, index: Location, settings: Settings) -> None:
        super().__init__(index, settings)
        self._writer = _writer(index, settings, lambda: self.retriever.embedder)

    @classmethod
    def open(cls, index: str | Location | None = None, settings: Settings | None = None) -> Archive:
        """Open an index. Changes nothing on disk.

        Args:
            index: The index folder, or "milvus://host:19530/name"; None is what the settings name.
            settings: None reads `qa.toml` in the working directory, if it exists.

        Raises:
            IndexMissingError: There is no index; `Archive.build` makes one.
            IndexMismatchError: It was built with another model, format or setting.
            IndexDamagedError: One of its files is missing or broken.
        """
        settings = Settings.or_load(settings)
        archive = cls(to_open(index, settings.index), settings)
        archive.retriever.generation()
        return archive

    @classmethod
    def build(
        cls,
        corpus: str | Path = "corpus",
        index: str | Location | None = None,
        settings: Settings | None = None,
    ) -> Archive:
        """Make the index, or bring it up to date, and open it.

        Where the index was built with other settings, everything is done anew. `index` and
        `settings` are as for `open`.

        Raises:
            InputError: The corpus is not a folder.
            IndexBusyError: Another process is writing the index.
        """
        settings = Settings.or_load(settings)
        archive = cls(to_open(index, settings.index), settings)
        archive.sync(corpus)
        return archive

    def sync(
        self,
        corpus: str | Path = "corpus",
        *,
        rebuild: bool = False,
        execution: Execution | None = None,
        allow_empty: bool = False,
        on_progress: OnProgress = lambda _: None,
        on_plan: Callable[[SyncPlan], None] = lambda _: None,
    ) -> SyncReport:
        """Make the index hold exactly what the corpus folder holds. Readers are never disturbed.

        Args:
            corpus: Folder with articles.
            rebuild: Read every file again, whether it changed or not.
            execution: Where files are read and texts embedded, such as `qa.cluster.Dask`; None:
                here.
            allow_empty: Delete all articles if the corpus holds none any more, which else is an
                error: a folder whose disk is not mounted is empty too.
            on_progress: Called with the stage and how far it is.
            on_plan: Called once with what will be done, before it is.

        Raises:
            InputError: The corpus is not a folder.
            IndexBusyError: Another process is writing the index.
            IndexWriteError: The disk is full, read-only, or fails.
        """
        options = SyncOptions(rebuild, execution, allow_empty, on_progress, on_plan)
        report = self._writer.sync(corpus_at(corpus), options)
        self.retriever.renew()
        return report

    def delete(self, article_id: str, corpus: str | Path = "corpus") -> Deleted:
        """Delete an article and bring the index up to date; `restore` undoes it.

        Its file is put away, or if it holds other articles stays as it is, and the article in it
        is left out from now on (`qa.files.deletions`).

        Args:
            article_id: Its id, or a beginning of it that no other shares.
            corpus: Folder with the articles.

        Raises:
            ArticleNotFoundError: There is none, or more than one.
            InputError: The corpus cannot be written to, or the article's file says other things.
            IndexBusyError: Another process is writing the index; its next sync deletes the article.
        """
        done = self.take_out(article_id, corpus)
        self.sync(corpus)
        return done

    def take_out(self, article_id: str, corpus: str | Path) -> Deleted:
        """As `delete`, of the corpus alone: the next sync deletes the article from the index."""
        folder, article = corpus_at(corpus), self.article(article_id)
        alone = self.is_alone(article)
        if not alone:
            check_still_says(folder, article)
        return deletions.delete(folder, article, alone=alone)

    def restore(self, article_id: str, corpus: str | Path = "corpus") -> Deleted:
        """Bring a deleted article back. Arguments and errors as `delete`, of those deleted."""
        done = deletions.restore(corpus_at(corpus), article_id)
        self.sync(corpus)
        return done

    def plan(
        self,
        corpus: str | Path = "corpus",
        *,
        rebuild: bool = False,
        on_progress: OnProgress = lambda _: None,
    ) -> SyncPlan:
        """What `sync` would do. Changes nothing. Arguments and errors as `sync`."""
        options = SyncOptions(rebuild=rebuild, on_progress=on_progress)
        return self._writer.plan(corpus_at(corpus), options)

    def verify(
        self, *, repair: bool = False, on_progress: OnProgress = lambda _: None
    ) -> Verification:
        """Prove that store, words and vectors hold the same passages, and each is what it was.

        Args:
            repair: Mend what is wrong from the store; embeddings that are lost are computed anew.
            on_progress: Called with the stage and how far it is.

        Raises:
            IndexMissingError, IndexMismatchError: As `open`.
            IndexDamagedError: It was to be repaired and the store itself is damaged.
            IndexBusyError, IndexWriteError: It was to be repaired; as `sync`.
        """
        return self._writer.verify(repair=repair, on_progress=on_progress)

    def search(
        self,
        question: str,
        k: int = 10,
        *,
        publisher: str | None = None,
        author: str | None = None,
        after: date | str | None = None,
        before: date | str | None = None,
        language: str | None = None,
        agency: str | None = None,
        as_of: date | str | None = None,
        literal: bool = False,
        without: Iterable[str] = (),
        explain: bool = False,
        all_copies: bool = False,
    ) -> list[Hit]:
        """The passages that best fit a question, best first. See `Retriever.search`."""
        return self.retriever.search(
            question,
            k,
            publisher=publisher,
            author=author,
            after=after,
            before=before,
            language=language,
            agency=agency,
            as_of=as_of,
            literal=literal,
            without=without,
            explain=explain,
            all_copies=all_copies,
        )

    def ask(
        self,
        question: str,
        k: int = 5,
        *,
        publisher: str | None = None,
        author: str | None = None,
        after: date | str | None = None,
        before: date | str | None = None,
        language: str | None = None,
        agency: str | None = None,
        as_of: date | str | None = None,
        literal: bool = False,
        without: Iterable[str] = (),
        explain: bool = False,
        all_copies: bool = False,
    ) -> Answer:
        """Answer a question with verbatim quotes, or say that the archive does not hold it.

        Args:
            question: In plain words, with operators if need be (`qa.question.understanding`).
            k: How many passages to return with the answer.
            publisher: Only this publisher's articles, whatever the case.
            author: Only articles whose author's name holds these words, in any order.
            after: Only articles published on this day or later: a date or "2025-07-31".
            before: Only articles published earlier than this day.
            language: Only articles in this language: a tag such as "de", or "German".
            agency: Only what this news agency sent, by any of its names, whoever published it.
            as_of: The day the question is asked on, see `Retriever.search`.
            literal: Take the question as it stands: no operators, nothing understood.
            without: Keys or kinds of clues (`qa.records.Clue`) that are not to be understood.
            explain: Fill `Hit.explanation` of the passages.
            all_copies: Show near-copies of a passage each in a place of its own.

        Raises:
            InputError: k is below 1, a date or an operator cannot be read, or a text is not valid
                Unicode.
        """
        began = time.perf_counter()
        filters = make_filters(publisher, author, after, before, language, agency)
        request = make_request(
            question,
            filters,
            as_of,
            literal=literal,
            explain=explain,
            without=without,
            all_copies=all_copies,
        )
        depth = max(check_k(k), ANSWER_DEPTH)

        def find(generation: Searchable) -> tuple[Parts, list[Found], dict[str, float]]:
            parts, requests = self.retriever.parts(generation, request)
            timings = {"embed": 0.0, "search": 0.0, "answer": 0.0}

            def look(each: Request) -> Found:
                retrieval = self.retriever.retrieve(generation, each, depth)
                searched = time.perf_counter()
                go_on()
                told = tell(retrieval, self.retriever.store, self.settings.passage_size)
                asks = retrieval.understood.asks is not None
                found = Found(retrieval, None if asks else self.find(retrieval), told)
                took = {**retrieval.timings_ms, "answer": (time.perf_counter() - searched) * 1000}
                timings.update({step: timings[step] + took[step] for step in timings})
                return found

            found: list[Found] = []
            for each in requests:
                first = again = look(each)
                asked: Request | None = each
                while asked and not again.answered:
                    asked = self.retriever.otherwise(generation, asked, again.retrieval)
                    again = look(asked) if asked else again
                found.append(again if again.answered else first)
            return parts, found, timings

        parts, found, timings = self.retriever.steady(find)
        timings["total"] = (time.perf_counter() - began) * 1000
        return compose(question, parts, found, k, timings)

    def find(self, found: Retrieval) -> Finding | None:
        """What `ask` makes of a search: quotes and a confidence; None where nothing was found."""
        if found.query is None or not found.hits:
            return None
        embeddings = self.retriever.embeddings(found)
        lexical = found.generation.lexical
        finding = find_answer(
            found.question,
            found.query,
            found.hits,
            embeddings,
            lexical,
            self.reader,
            recent=found.understood.recency is not None,
        )
        if (threshold := self.settings.answer_threshold) is None:
            return finding
        return replace(finding, answered=bool(finding.quotes) and finding.confidence >= threshold)

    @cached_property
    def reader(self) -> Reader | None:
        """Reads the best passages, with the packaged model and unless it is turned off."""
        if not self.settings.reads:
            return None
        from qa.answering.reader import reader_on
        from qa.embedding import encoder_of

        encoder = encoder_of(self.retriever.embedder)
        return reader_on(encoder) if encoder is not None else None

    def judge(
        self,
        question: str,
        article_id: str,
        start: int,
        end: int,
        relevant: bool | None,
        *,
        filters: Mapping[str, date | str] | None = None,
    ) -> Judgement:
        """Keep a reader's verdict on a quote, beside the index; see `qa.judgements`.

        Args:
            question: As asked.
            article_id: The article quoted.
            start: First character of the quote.
            end: One past the last.
            relevant: Whether it answers the question; None takes an earlier verdict back.
            filters: What the search was restricted to, named as for `ask`.

        Raises:
            ArticleNotFoundError: There is no such article, or more than one.
            InputError: There is no such place in it, the question is empty, or the verdict is none.
            IndexWriteError: The disk refuses.
        """
        article = self.article(article_id)
        make_request(question)  # checks it
        if not isinstance(relevant, bool | None):  # 1, "yes": written down, it could not be read
            raise InputError(f"relevant must be True, False or None, not {relevant!r}")
        if not question.strip():
            raise InputError("only a quote for a question can be judged; the question is empty")
        try:
            quote = cite(1, article, start, end).quote
        except CitationError as error:
            raise InputError(f"no place in an article: {error}") from error
        given = (filters or {}).items()
        kept = {name: f"{it:%Y-%m-%d}" if isinstance(it, date) else it for name, it in given}
        judgement = Judgement(
            question.strip(), article.id, start, end, quote, relevant, filters=kept
        )
        judgements.append(self.folder, [judgement])
        return judgement

    def judgements(self) -> Judged:
        """What readers judged, and what of it cannot be read."""
        return judgements.read(self.folder)


def _writer(index: Location, settings: Settings, embedder: Callable[[], Embedder]) -> Writer:
    if isinstance(index, Path):
        return CallingBack(FolderWriter(index, settings, embedder))
    return CallingBack(MirrorWriter(index, settings, embedder))
