"""The records that flow through article-qa, in order: Article → Passage → Hit → Citation → Answer.

All are immutable and may be kept in sets. Offsets are in characters (Unicode code points) of
`Article.text`, start inclusive, end exclusive. Scores are higher-is-better; ranks count from 1.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from qa.confidence import date_confidence
from qa.facts import ArticleFacts
from qa.text.typography import holds


class Span(NamedTuple):
    """A half-open range of characters, [start, end)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """One article, as stored.

    Attributes:
        id: Stable for its place: the same file and position give the same id, whatever the text.
        title: The headline; never part of `text`.
        text: The body. Every citation is a slice of exactly this string.
        publisher: Who published it, as written.
        author: The people of the byline, without "By", roles and places.
        published_at: Timezone-aware, or None where the source does not say.
        updated_at: Timezone-aware, or None.
        captured_at: When the page was saved, as it or its owner says; timezone-aware, or None.
        age: The age as the source words it ("an hour ago"); not a date, since its day is unknown.
        dateline: The agency dateline at the head of the body ("NEW YORK (AP)"), which `text` keeps.
        agency: The agency named in the dateline ("AP"), the byline, or as its publisher.
        url: As the source gives it; not checked, not safe to use unescaped.
        language: A BCP 47 tag, where the source states one.
        source: The file, relative to the corpus folder, with forward slashes.
        position: 0-based place among the articles of its file.
        place: Where in its archive, mailbox or the like it stands: a path, a message's number.
        pages: At which character each page starts, where the file has pages; else empty.
        provenance: Where each field that is known came from: "json-ld", "byline", "file name".
        revision: How many texts have stood in its place, this one among them, see `qa.revisions`.
        later: What it says now, where this is not it: its newest version or revision.
        later_than: The day asked as of, where what it said then is not kept; see `qa.search.as_of`.
    """

    id: str
    title: str
    text: str = field(repr=False)
    source: str
    position: int = 0
    publisher: str | None = None
    author: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    captured_at: datetime | None = None
    age: str | None = None
    dateline: str | None = None
    agency: str | None = None
    url: str | None = None
    language: str | None = None
    place: str | None = None
    pages: tuple[int, ...] = field(default=(), repr=False)
    provenance: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    revision: int = 1
    later: Article | None = field(default=None, compare=False, repr=False)
    later_than: date | None = field(default=None, compare=False, repr=False)

    @property
    def is_earlier(self) -> bool:
        """Whether it is an earlier revision of what the archive has under its id."""
        return self.later is not None and self.later.id == self.id

    @property
    def date_confidence(self) -> dict[str, str]:
        """How far each of its dates can be trusted, by field, as `qa.confidence` has it."""
        return date_confidence(self.provenance)

    def page(self, at: int) -> int | None:
        """The 1-based page on which a character of the text stands; None where there are none."""
        return bisect_right(self.pages, at) or None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the corpus that could not be read.

    Attributes:
        source: The file, relative to the corpus folder.
        reason: One line, with the next step where there is one.
        line: 1-based, where one is known.
    """

    source: str
    reason: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one article: `article.text[start:end] == text`, always.

    Attributes:
        id: Never used again in its index; negative in an earlier revision, which is not indexed.
        article_id: The article it was cut from.
        ordinal: 0-based place among the passages of its article.
        start: First character in the article's text.
        end: One past the last character.
        text: The slice itself.
        sentences: The sentences in it, as offsets in the article's text.
    """

    id: int
    article_id: str
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one arm (lexical or dense) says of a passage: its rank from 1, and its raw score."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and where it stands. Made only by `qa.citations.cite`, which checks it.

    Attributes:
        number: The [n] of the answer, from 1.
        quote: `article.text[start:end]`.
        start: First character in the article's text.
        end: One past the last character.
        article: The article quoted.
    """

    number: int
    quote: str
    start: int
    end: int
    article: Article

    @property
    def page(self) -> int | None:
        """The page of the file on which the quote starts, from 1; None where it has no pages."""
        return self.article.page(self.start)

    @property
    def corrected(self) -> bool:
        """Whether the newest version of the article does not have these words any more."""
        return (later := self.article.later) is not None and not holds(later.text, self.quote)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a passage stands where it does, besides the ranks and scores of its `Hit`.

    Attributes:
        words: The question's words that the passage or its title holds, as asked, each with its
            share of the rarity (idf) of all the question's words, 0 to 1.
        lexical_share: The lexical arm's share of the fused score, 0 to 1.
        dense_share: The dense arm's.
        late_share: Late interaction's, so that the three make 1.
        late: Late interaction's score and its rank among the passages it was asked of, or the
            reranker's where one is set; None where the passage was too far down.
        recency: What the fused score was multiplied by for the article's age; else 1.
        filters: What the search was restricted to, in words.
    """

    words: tuple[tuple[str, float], ...]
    lexical_share: float
    dense_share: float
    late_share: float
    late: Evidence | None
    recency: float
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question.

    Attributes:
        passage: What was found.
        article: Where it stands.
        score: The fused score.
        rank: From 1.
        lexical: The lexical arm's evidence; None where that arm did not return the passage.
        dense: The dense arm's evidence, likewise.
        citation: The passage as a citation, numbered by its rank.
        explanation: Why it stands here, where that was asked for.
        also_in: Articles found too, with a near-copy of it, `article` the first; see `Story`.
        arms_score: The fused score without late interaction or a reranker, which the judgement of
            an answer was fitted on; None where it is `score`.
    """

    passage: Passage
    article: Article
    score: float
    rank: int
    lexical: Evidence | None
    dense: Evidence | None
    citation: Citation = field(repr=False)
    explanation: Explanation | None = None
    also_in: tuple[Article, ...] = ()
    arms_score: float | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles may be searched. Applied before ranking, in both arms.

    Attributes:
        publisher: Equal to the article's publisher, ignoring case and spacing.
        author: Whole words of one person's name, in any order: "Smith, J" finds "J B Smith".
        after: Published on this day (UTC) or later. Articles without a date are left out.
        before: Published earlier than this day (UTC). Articles without a date are left out.
        language: The article's tag, or what it begins with: "pt" finds "pt-BR".
        agency: Of the dateline or byline, by any of its names: "AP" finds "Associated Press".
    """

    publisher: str | None = None
    author: str | None = None
    after: date | None = None
    before: date | None = None
    language: str | None = None
    agency: str | None = None

    def __bool__(self) -> bool:
        return self != Filters()


class Clue(NamedTuple):
    """One thing understood of a question besides what it asks.

    Attributes:
        key: What it is called where it is to be left aside (`Archive.ask(…, without=[key])`):
            "publisher", "agency", "author", "language", "dates", "as_of", "recency", "parts",
            "articles"; or with its value "phrase:Lowland Grid", "excluded:railway".
        text: In a few words: "publisher Toronto Star", "from 2025-07-01 to 2025-07-31".
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """The answer to one of the questions in a question.

    Attributes:
        question: That question.
        answered: Whether there is a quote for it.
        reason: Why there is none; None where there is.
        text: As `Answer.text`.
        citations: The numbers of its citations, best first.
        confidence, facts: As in `Answer`.
    """

    question: str
    answered: bool
    reason: str | None
    text: str
    citations: tuple[int, ...]
    confidence: float
    facts: ArticleFacts | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What one of several quotes that do not agree gives as the figure.

    Attributes:
        citation: The number of its citation.
        figures: As the quote writes them.
        published_at: When its article was published; None where that is not known.
    """

    citation: int
    figures: tuple[str, ...]
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the archive says to a question.

    Attributes:
        question: As asked.
        answered: True only if there is at least one citation.
        reason: Why there is no answer; None where there is one.
        text: The quoted sentences, each followed by its [n]; empty where not answered.
        citations: The quotes, best first, numbered from 1. Empty where not answered.
        passages: The passages found, best first; where not answered, only the nearest ones.
        confidence: The estimated probability that the archive answers the question, 0 to 1.
        generation: The index generation that answered.
        timings_ms: Milliseconds by step: "embed", "search", "answer", "total".
        understood: What was understood of the question besides what it asks.
        parts: The answers to the questions in the question, where it is several; else empty.
        differing: Where the quotes give different figures for the same thing: each one's.
        facts: What the records tell, where that is asked: who wrote the articles quoted, and when.
    """

    question: str
    answered: bool
    reason: str | None
    text: str
    citations: tuple[Citation, ...]
    passages: tuple[Hit, ...] = field(repr=False)
    confidence: float
    generation: int
    timings_ms: Mapping[str, float] = field(hash=False, repr=False)
    understood: tuple[Clue, ...] = ()
    parts: tuple[AnswerPart, ...] = ()
    differing: tuple[Figures, ...] = ()
    facts: ArticleFacts | None = None


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What a sync would do.

    Attributes:
        added: Sources that are new.
        changed: Sources whose content changed.
        deleted: Sources that are gone.
        unchanged: How many sources would be left alone.
        anew: Why everything would be read and embedded anew; None if it would not.
        seconds: How long that would take here at the rate measured last; None if not known.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: int
    anew: str | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did; `added` to `unchanged` are as in `SyncPlan`.

    Attributes:
        generation: The generation now published.
        problems: Everything in the corpus that cannot be read, old and new.
        articles: Articles now in the index.
        passages: Passages now in the index.
        embedded: Passages whose vectors had to be computed in this run.
        seconds: Wall-clock time.
    """

    generation: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    deleted: tuple[str, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    articles: int
    passages: int
    embedded: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying an index found.

    Attributes:
        ok: Nothing is wrong (any more).
        generation: The generation verified; None where none can be read.
        articles: How many articles the store holds in it.
        passages: Likewise.
        vectors: How many passages the segments hold, deleted ones left out.
        engines: What searches words and vectors.
        problems: What is wrong, a line each; after a repair, what was wrong.
        repaired: Whether they were mended.
    """

    ok: bool
    generation: int | None
    articles: int
    passages: int
    vectors: int
    engines: Mapping[str, str] = field(hash=False)
    problems: tuple[str, ...]
    repaired: bool
