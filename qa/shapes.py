"""The shapes of JSON that `--json`, the web API and its description have in common.

`qa.serialise` makes them of the records in `qa.records`, where the fields are explained.
"""

from __future__ import annotations

from typing import (
    Any,
    NotRequired,  # what pydantic reads below Python 3.12
)

from typing_extensions import TypedDict


class LaterVersion(TypedDict):
    """What an article says now: its newest version, in another file, or its newest revision."""

    id: str
    revision: int
    title: str
    updated_at: str | None
    url: str | None
    source: str


class ArticleReference(TypedDict):
    """What identifies an article in a citation; no text.

    `date_confidence` tells how far its dates can be trusted, by field: `stated` to programs,
    `shown` to readers, `derived` (from an age, an address, a file's name) or `guessed`.
    """

    id: str
    revision: int
    title: str
    publisher: str | None
    author: str | None
    published_at: str | None
    date_confidence: dict[str, str]
    url: str | None
    source: str
    later: LaterVersion | None
    later_than: str | None


class Article(ArticleReference):
    """A whole article; `provenance` tells where each field came from."""

    position: int
    place: str | None
    updated_at: str | None
    captured_at: str | None
    age: str | None
    dateline: str | None
    agency: str | None
    language: str | None
    pages: list[int]
    provenance: dict[str, str]
    text: str


class ArticlePage(TypedDict):
    """Some of the articles that match, and how many do."""

    total: int
    offset: int
    articles: list[ArticleReference]


class Citation(TypedDict):
    """A verbatim quote: characters `start` to `end` of the article's text."""

    n: int
    quote: str
    start: int
    end: int
    page: int | None
    corrected: bool
    article: ArticleReference


class Explanation(TypedDict):
    """Why a passage was found."""

    words: dict[str, float]
    lexical_score: float | None
    dense_score: float | None
    late_score: float | None
    late_rank: int | None
    lexical_share: float
    dense_share: float
    late_share: float
    recency: float
    filters: list[str]


class Hit(TypedDict):
    """A passage found; an arm that did not return it has rank null."""

    rank: int
    text: str
    start: int
    end: int
    score: float
    lexical_rank: int | None
    dense_rank: int | None
    article: ArticleReference
    also_in: list[ArticleReference]
    explanation: NotRequired[Explanation]


class Clue(TypedDict):
    """One thing understood of a question besides what it asks."""

    key: str
    text: str


class Fact(TypedDict):
    """A value of the field asked for, how many articles have it, and which citations of them."""

    value: str
    articles: int
    citations: list[int]


class ArticleFacts(TypedDict):
    """What the records tell of the articles asked for; `text` says it in a sentence.

    `asked` is one of authors, publishers, agencies, dates, count and articles. `articles` are about
    the topic; `mentions` hold its words only below title and lead, as do all where `only_mention`.
    """

    asked: str
    order: str
    topic: str
    text: str
    values: list[Fact]
    articles: int
    mentions: int
    lacking: int
    only_mention: bool
    complete: bool


class AnswerPart(TypedDict):
    """The answer to one of several questions; its citations are named by number."""

    question: str
    answered: bool
    reason: str | None
    answer: str
    citations: list[int]
    facts: ArticleFacts | None


class Figures(TypedDict):
    """One of several figures that do not agree; `n` is its citation."""

    n: int
    figures: list[str]
    published_at: str | None


class Answer(TypedDict):
    """What the archive says to a question."""

    question: str
    understood: list[Clue]
    answered: bool
    reason: str | None
    answer: str
    confidence: float
    citations: list[Citation]
    parts: list[AnswerPart]
    differing: list[Figures]
    facts: ArticleFacts | None
    passages: list[Hit]
    generation: int
    timings_ms: dict[str, float]


class Problem(TypedDict):
    """Something that could not be read."""

    source: str
    line: int | None
    reason: str


class SyncReport(TypedDict):
    """What a sync did; files are named as in the corpus folder."""

    generation: int
    added: list[str]
    changed: list[str]
    deleted: list[str]
    unchanged: int
    problems: list[Problem]
    articles: int
    passages: int
    embedded: int
    seconds: float


class Deleted(TypedDict):
    """An article that was deleted, or is back."""

    id: str
    title: str
    source: str
    content: str
    kept_as: str | None
    deleted_at: str


class Upload(TypedDict):
    """What became of a file that was sent; `stored_as` is null where it was refused."""

    name: str
    stored_as: str | None
    new: bool
    articles: int
    problems: list[Problem]


class Added(TypedDict):
    """What became of files; `report` is null where nothing was new, or was not waited for."""

    files: list[Upload]
    report: SyncReport | None


class PreviewedArticle(ArticleReference):
    """An article as it would be understood, with the beginning of its text.

    `copies` are the articles that the archive has with this text, or nearly this.
    """

    age: str | None
    agency: str | None
    language: str | None
    provenance: dict[str, str]
    words: int
    text: str
    copies: list[ArticleReference]


class PreviewedFile(TypedDict):
    """What would be understood of a file; of many articles the first ones."""

    name: str
    articles: list[PreviewedArticle]
    count: int
    problems: list[Problem]
    left_out: list[str]
    left_out_count: int


class Previewed(TypedDict):
    """What would be understood of files."""

    files: list[PreviewedFile]


class Fetched(Previewed):
    """What would be understood of a page; `key` adds it, and is null where it cannot be had."""

    key: str | None
    url: str


class Sync(TypedDict):
    """A sync at work, or why the last one failed."""

    running: bool
    stage: str
    done: int
    total: int
    error: str


class Status(TypedDict):
    """What the index holds and was built with."""

    ok: bool
    index: str
    generation: int
    format: int
    reading: int
    analysis: str
    model: str
    fingerprint: str
    dimension: int
    passage_words: int
    overlap_sentences: int
    articles: int
    passages: int
    deleted: int
    newest: int
    segments: list[str]
    embedded_per_second: float | None
    packages: dict[str, str]
    built_at: str
    problems: list[Problem]
    sizes: dict[str, int]
    engines: dict[str, str]
    settings: dict[str, Any]
    read_only: bool
    sync: Sync


class Health(TypedDict):
    """Whether questions can be answered; `generation` if they can, `error` if not."""

    ok: bool
    generation: NotRequired[int]
    error: NotRequired[str]


class Error(TypedDict):
    """What went wrong: one line, with the next step where there is one."""

    kind: str
    message: str


class Refusal(TypedDict):
    """What every status but 200 comes with."""

    error: Error
