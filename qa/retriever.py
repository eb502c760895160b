"""The retriever: from a question to ranked, cited passages of the published generation."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from qa.abandonment import go_on
from qa.embedding import load_embedder, load_reranker
from qa.embedding.blas import one_thread
from qa.errors import IndexDamagedError, QAError
from qa.milvus.address import Location, to_open
from qa.passages import indexed_text
from qa.protocols import Embedder, Embedding, Floats, Ids, Reranker
from qa.question.compounds import with_compounds
from qa.question.loose_operators import closed_up
from qa.question.names import Known
from qa.question.query import Question
from qa.question.splitting import Parts, split
from qa.question.understanding import Understood, understand, without_operators
from qa.records import Hit
from qa.request import Request, check_k, make_filters, make_request
from qa.search.as_of import as_it_read
from qa.search.narrowing import known_of, narrowed, read_names, recency
from qa.search.ranking import Ranked, rank
from qa.search.rescoring import CrossEncoding, LateInteraction, Rescoring, weighted
from qa.search.results import Results
from qa.search.retrieval import Retrieval
from qa.settings import Settings
from qa.storage.generation import KEPT, Generations
from qa.storage.searchable import Published, Searchable, Stamp
from qa.storage.store import Store

T = TypeVar("T")


class Retriever:
    """Searches one index. Safe to use from several threads; follows new generations by itself.

    Args:
        index: The index folder, or the address of a server.
        settings: Must be those the index was built with.
    """

    def __init__(self, index: Location, settings: Settings) -> None:
        self._generations = _published(index)
        self._settings = settings
        self._lock = threading.Lock()
        self._loaded: tuple[Stamp | None, Searchable] | None = None
        self._known: tuple[Searchable, Known] | None = None

    @classmethod
    def open(
        cls, index: str | Location | None = None, settings: Settings | None = None
    ) -> Retriever:
        """Open an index for searching. Changes nothing on disk.

        Args:
            index: The index folder, or "milvus://host:19530/name"; None is what the settings name.
            settings: None reads `qa.toml` in the working directory, if it exists.

        Raises:
            IndexMissingError: There is no index.
            IndexMismatchError: It was built with another model, format or setting.
            IndexDamagedError: One of its files is missing or broken.
        """
        settings = settings or Settings.load()
        retriever = cls(to_open(index, settings.index), settings)
        retriever.generation()
        return retriever

    @cached_property
    def embedder(self) -> Embedder:
        """The model, loaded when first needed."""
        return load_embedder(self._settings.model)

    @cached_property
    def reranker(self) -> Reranker:
        """The cross-encoder that the settings name, loaded when first needed."""
        return load_reranker(self._settings.reranker)

    @cached_property
    def store(self) -> Store:
        """The articles."""
        return self._generations.open_store()

    def generation(self) -> Searchable:
        """The published generation; loaded anew when another one has been published.

        Raises:
            IndexMissingError, IndexMismatchError, IndexDamagedError: As `open`.
        """
        stamp = self._generations.stamp()
        loaded = self._loaded
        if loaded is None or loaded[0] != stamp:
            with self._lock:
                loaded = self._loaded
                if loaded is None or loaded[0] != stamp:
                    before = loaded[1] if loaded else None
                    loaded = self._loaded = stamp, self._generations.load(self._settings, before)
        return loaded[1]

    def renew(self) -> None:
        """See at once what this process has published."""
        self._generations.renew()

    def steady(self, work: Callable[[Searchable], T]) -> T:
        """Do some reading of one generation; do it again if that was deleted meanwhile.

        A generation outlives its successor's arrival, so this takes two syncs during one search.

        Raises:
            QAError: As `work` does, though nothing new was published.
            IndexDamagedError: `work` fails because a file is not what was written.
        """
        while True:
            stamp = self._generations.stamp()
            generation = None
            try:
                generation = self.generation()
                with one_thread:
                    result = work(generation)
            except QAError:
                if stamp == self._generations.stamp():
                    raise
                continue
            except (LookupError, ValueError, ArithmeticError) as error:
                if stamp != self._generations.stamp():
                    continue  # rows were deleted between two statements
                self._explain(error, generation)
                raise
            now = self._generations.stamp()
            if stamp == now:
                return result
            # Rows that only an earlier generation sees may have been deleted while it was read.
            same_store = stamp is not None and now is not None and stamp.store == now.store
            behind = self._generations.current() - generation.manifest.generation
            if same_store and 0 <= behind < KEPT:
                return result

    def _explain(self, error: Exception, generation: Searchable | None) -> None:
        """Raise what is wrong with the files, if anything: large ones are not checked at loading.

        Raises:
            IndexDamagedError: A file is not what was written.
        """
        if generation is None:
            return
        if damaged := self._generations.verify_files(generation.manifest):
            raise IndexDamagedError(f"{damaged[0]}; run: qa verify --repair") from error

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
        """The passages that best fit a question, best first.

        Args:
            question: In plain words, with operators if need be (`qa.question.understanding`). An
                empty question finds nothing.
            k: At most this many.
            publisher: Only this publisher's articles, whatever the case.
            author: Only articles whose author's name holds these words, in any order.
            after: Only articles published on this day or later: a date or "2025-07-31".
            before: Only articles published earlier than this day.
            language: Only articles in this language: a tag such as "de", or "German". "pt" finds
                "pt-BR" too.
            agency: Only what this news agency sent, by any of its names, whoever published it.
            as_of: The day the question is asked on. Nothing published later is used, and nothing
                without a date; the articles of the days before come first; "last week" has a
                meaning.
            literal: Search for the question as it stands: no operators, nothing understood.
            without: Keys or kinds of clues (`qa.records.Clue`) that are not to be understood.
            explain: Fill `Hit.explanation`.
            all_copies: Show near-copies each in a place of its own, instead of in `Hit.also_in`.

        Raises:
            InputError: k is below 1, a date or an operator cannot be read, or a text is not valid
                Unicode.
        """
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
        return self.find(request, k).hits

    def find(self, request: Request, k: int) -> Retrieval:
        """As `search`, with what was understood of the question."""
        return self.steady(lambda generation: self.retrieve(generation, request, k))

    def retrieve(self, generation: Searchable, request: Request, k: int) -> Retrieval:
        """As `find`, in a generation that `steady` hands out."""
        k = check_k(k)
        began = time.perf_counter()
        known = self._known_of(generation)
        understood = self._understand(generation, request)
        filters = understood.filters(request.filters)
        asked = self._analysed(generation, understood.text)
        if not asked.text or not len(generation.dense):
            nothing = {"embed": 0.0, "search": 0.0}
            return Retrieval(asked, understood, filters, None, [], generation, known, nothing)
        generation.manifest.check_model(self.embedder.fingerprint)
        go_on()
        query = self.embedder.embed_query(asked.text)
        embedded = time.perf_counter()
        go_on()
        late, settings = self.late(generation, asked, query), weighted(self._settings)
        allowed = narrowed(generation, self.store, understood, filters, asked, query.vector)
        factors = _factors(generation, understood.recency)

        def best(depth: int) -> list[Ranked]:
            go_on()
            return rank(
                asked.terms,
                query.vector,
                generation.lexical,
                generation.dense,
                settings,
                min(depth, len(generation.dense)),
                allowed,
                factors,
                late.scores,
            )

        found = Retrieval(
            asked, understood, filters, query, [], generation, known, {}, embeddings=late.read
        )
        results = Results(found, self.store, self._settings, explain=request.explain)
        hits = results.each(best, k) if request.all_copies else results.per_story(best, k)
        hits = as_it_read(found, hits, self.store, self._settings.passage_size)
        timings = {
            "embed": (embedded - began) * 1000,
            "search": (time.perf_counter() - embedded) * 1000,
        }
        return replace(found, hits=hits, timings_ms=timings)

    def late(self, generation: Searchable, asked: Question, query: Embedding) -> Rescoring:
        """What scores the first finds: late interaction, or the reranker of the settings."""
        if not self._settings.reranker:
            return LateInteraction(generation, self.store, asked, query)
        return CrossEncoding(generation, self.store, asked.text, self.reranker)

    def parts(self, generation: Searchable, request: Request) -> tuple[Parts, list[Request]]:
        """The questions in a question, see `qa.question.splitting`, and what to ask for each.

        Returns:
            No parts and the request itself, where it is one question or to be taken as one.
        """
        if request.literal or "parts" in request.without:
            return (), [request]
        known = self._known_of(generation)
        text, operators = without_operators(closed_up(request.question, known))

        def is_name(name: str) -> bool:
            return any(names().called(name) for names in known.by_filter().values())

        parts = split(text, is_name)
        if not parts:
            return (), [request]
        return parts, [
            replace(request, question=f"{part.searched} {operators}".strip()) for part in parts
        ]

    def otherwise(
        self, generation: Searchable, request: Request, found: Retrieval
    ) -> Request | None:
        """What to ask instead where nothing answers; None where there is nothing.

        What may but need not be about articles is asked of what they say. Where a day or month is
        named, the articles of then are asked, which seldom say their own month and year: "What
        happened in Kell in May 2026?". Figures are left out, as an article of May may give those
        of April.
        """
        asks = found.understood.asks
        if asks is not None:
            aside = request.without | {"articles"}
            return None if asks.certain else replace(request, without=aside)
        if request.literal or request.events:
            return None
        if found.question.answer_type == "number" or found.understood.after:
            return None
        of_then = replace(request, events=True)
        return of_then if self._understand(generation, of_then).after else None

    def _analysed(self, generation: Searchable, text: str) -> Question:
        asked = Question.parse(text, self._known_of(generation).analysed())
        return with_compounds(asked, generation.lexical)

    def _known_of(self, generation: Searchable) -> Known:
        known = self._known  # another thread may be at another generation
        if known is None or known[0] is not generation:
            known = self._known = generation, known_of(generation, self.store)
        return known[1]

    def _understand(self, generation: Searchable, request: Request) -> Understood:
        understood = understand(
            request.question,
            self._known_of(generation),
            request.filters,
            request.as_of,
            literal=request.literal,
            events=request.events,
            without=request.without,
        )
        if request.literal or "spelling" in request.without:
            return understood
        asked = self._analysed(generation, understood.text)
        text, readings = read_names(asked, generation, self.store, request.without)
        return replace(understood, text=text, readings=readings)

    def embeddings(self, found: Retrieval) -> Mapping[int, Embedding]:
        """The embeddings of the passages found; those of earlier revisions are made."""
        unread = [hit for hit in found.hits if hit.passage.id not in found.embeddings]
        stored = self.store.embeddings([hit.passage.id for hit in unread if hit.passage.id > 0])
        before = [hit for hit in unread if hit.passage.id < 0]
        texts = [indexed_text(hit.article.title, hit.passage.text) for hit in before]
        made = self.embedder.embed_passages(texts) if texts else []
        pairs = zip(before, made, strict=True)
        return {**found.embeddings, **stored, **{hit.passage.id: each for hit, each in pairs}}

    def close(self) -> None:
        """Let go of all files; a search at work keeps its own, and the next opens them again."""
        self._loaded = self._known = None
        if "store" in self.__dict__:
            self.store.close()


def _published(index: Location) -> Published:
    if isinstance(index, Path):
        return Generations(index)
    from qa.milvus.generation import MilvusGenerations

    return MilvusGenerations(index)


def _factors(generation: Searchable, day: date | None) -> Callable[[Ids], Floats] | None:
    return None if day is None else lambda rows: recency(generation, day, rows)
