"""Questions put to archives, from the evaluation data in `../shared` and our own question files."""

from __future__ import annotations

import calendar
import gzip
import json
import random
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from benchmarks.memory_archive import (
    DEFAULT,
    EmbeddingCache,
    MemoryArchive,
    holds,
    indexed_texts,
)
from qa.answering.features import Candidate
from qa.answering.matching import Words
from qa.archive import ANSWER_DEPTH
from qa.question.query import Question
from qa.reading import read_bytes, read_file
from qa.records import Article
from qa.settings import Settings
from qa.text.analysis import term, tokens

ROOT: Final = Path(__file__).parent.parent
SHARED: Final = ROOT.parent / "shared"
QUESTIONS: Final = ROOT / "benchmarks" / "questions"

Array = npt.NDArray[np.float64]


@dataclass
class Asked:
    """A question put to an archive.

    Attributes:
        archive: What was asked.
        question: The question, analysed.
        words: Its content words.
        found: The candidate sentences.
        answers: Acceptable answers; empty where the archive does not hold one.
        kind: "answerable", "off-topic", "same-subject", "left-out", "near-miss", "renamed" or
            "another time".
        group: Questions of one group share articles and are never split by cross-validation.
        source: The article that a question was asked of; None where any that answers will do.
        withheld: Answers that stand only in an article left out.
    """

    archive: MemoryArchive
    question: Question
    words: Words
    found: list[Candidate]
    answers: list[str]
    kind: str
    group: int
    source: str | None = None
    withheld: list[str] = field(default_factory=list)

    def is_source(self, candidate: Candidate) -> bool:
        """Whether a candidate stands in the article asked of, as far as that is known."""
        return self.source in (None, candidate.hit.article.id)

    def without_source(self) -> Asked:
        """The same question where the article that it was asked of is left out."""
        found = [c for c in self.found if not self.is_source(c)]
        return replace(self, found=found, answers=[], withheld=self.answers, kind="left-out")

    @cached_property
    def features(self) -> Array:
        """float64 (candidates, features)."""
        return np.stack([c.features for c in self.found]).astype(np.float64)

    @cached_property
    def holding(self) -> Array:
        """float64 (candidates,): 1 where the sentence holds an answer."""
        texts = (c.hit.article.text[c.sentence.start : c.sentence.end] for c in self.found)
        return np.asarray([float(holds(text, self.answers)) for text in texts])


def ask(
    archive: MemoryArchive,
    cache: EmbeddingCache,
    text: str,
    answers: Sequence[str],
    kind: str,
    group: int,
    source: str | None = None,
) -> Asked:
    """Put one question, whose text the cache holds, to an archive."""
    question = Question.parse(text)
    words = archive.words(question, cache[text])
    found = archive.candidates(question, cache[text], words, ANSWER_DEPTH)
    return Asked(archive, question, words, found, list(answers), kind, group, source)


def ask_rows(
    archive: MemoryArchive, cache: EmbeddingCache, rows: Iterable[dict[str, Any]], group: int
) -> list[Asked]:
    """Put the questions of one of our own files to an archive."""
    rows = list(rows)
    cache.add(row["question"] for row in rows)
    return [
        ask(archive, cache, r["question"], r["answers"], r.get("kind", "answerable"), group)
        for r in rows
    ]


def ask_articles(
    articles: Sequence[Article],
    cache: EmbeddingCache,
    rows: Iterable[dict[str, Any]],
    group: int,
    settings: Settings = DEFAULT,
) -> list[Asked]:
    """Put the questions of one of our own files to an archive of these articles."""
    cache.add(indexed_texts(articles, settings))
    return ask_rows(MemoryArchive(articles, cache, settings), cache, rows, group)


def load(name: str) -> list[dict[str, Any]]:
    """The rows of one of our question files."""
    with (QUESTIONS / name).open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def seed_page(cache: EmbeddingCache, settings: Settings = DEFAULT) -> MemoryArchive:
    """The seed page alone, as the product reads it."""
    [page] = sorted((SHARED / "seeds").glob("*.txt"))
    articles = read_file(page, page.name).articles
    cache.add(indexed_texts(articles, settings))
    return MemoryArchive(articles, cache, settings)


def news(
    cache: EmbeddingCache,
    *names: str,
    settings: Settings = DEFAULT,
    leaving_out: Collection[int] = (),
) -> list[Asked]:
    """Questions on archives of a few real news articles each; group is the archive's number.

    Args:
        cache: Takes articles and questions.
        names: The files of questions.
        settings: How to cut and fuse.
        leaving_out: Numbers of archives that are not asked.
    """
    folder = SHARED / "data" / "article_extraction"
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    pages = json.loads((QUESTIONS / "news_archives.json").read_text(encoding="utf-8"))
    asked = []
    rows = [row for name in names for row in load(name)]
    for number, page in enumerate(pages):
        own = [r for r in rows if r["archive"] == number and number not in leaving_out]
        articles = []
        for article_id in page:
            page_html = gzip.decompress((folder / "html" / f"{article_id}.html.gz").read_bytes())
            found = read_bytes(page_html, f"{article_id}.html").articles
            title = found[0].title if found else ""
            body = truth[article_id]["articleBody"]
            articles.append(Article(id=article_id, title=title, text=body, source=article_id))
        if own:
            asked += ask_articles(articles, cache, own, number, settings)
    return asked


def renamed(
    asked: Sequence[Asked], cache: EmbeddingCache, count: int, to: MemoryArchive | None = None
) -> list[Asked]:
    """Questions that other archives answer, asked about this archive's names: nobody answers them.

    Whoever asks what an archive does not hold names what it does hold, and asks something else of
    it. So each name in a question is exchanged for one that the archive's own questions ask about.

    Args:
        asked: Questions on several archives.
        cache: Takes the new questions.
        count: At most so many for each archive.
        to: Ask this archive alone; else each of them what the others answer.
    """
    draw = random.Random(1)  # noqa: S311 - a sample, no secret
    by_archive: dict[int, list[Asked]] = {}
    for each in asked:
        by_archive.setdefault(id(each.archive), []).append(each)
    found = []
    for key, own in by_archive.items():
        if to is not None and own[0].archive is not to:
            continue
        names = sorted({n for a in own if a.kind == "answerable" for n in _names_in(a.question)})
        others = [
            a.question
            for a in asked
            if id(a.archive) != key and a.answers and 1 <= len(_names_in(a.question)) <= 2
        ]
        draw.shuffle(others)
        for question in others[:count] if names else []:
            text = question.text
            for name in _names_in(question):
                text = text.replace(name, draw.choice(names), 1)
            cache.add([text])
            found.append(ask(own[0].archive, cache, text, [], "renamed", own[0].group))
    return found


_MONTHS: Final = tuple(calendar.month_name[1:])
_A_MONTH: Final = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_A_YEAR: Final = re.compile(r"\b(?:1[6-9]|20)\d\d\b")
_YEARS_OFF: Final = 9


def of_another_time(asked: Sequence[Asked], cache: EmbeddingCache) -> Iterator[Asked | None]:
    """Answerable questions, asked of a month or a year that no article found speaks of.

    Args:
        asked: Questions.
        cache: Takes the new questions.

    Yields:
        For each its other question, which nobody answers; None where it names no time, or may have
        no answer as it is.
    """
    draw = random.Random(3)  # noqa: S311 - a sample, no secret
    for each in asked:
        text = each.question.text
        told = " ".join({c.hit.article.id: c.hit.article.text for c in each.found}.values())
        others: list[str] = []
        if named := _A_MONTH.search(text):
            others = [month for month in _MONTHS if month[:3] not in told]
        elif named := _A_YEAR.search(text):
            off = range(-_YEARS_OFF, _YEARS_OFF + 1)
            others = [year for n in off if (year := str(int(named[0]) + n)) not in told]
        if named is None or not others or not each.answers:
            yield None
            continue
        other = text[: named.start()] + draw.choice(others) + text[named.end() :]
        cache.add([other])
        yield ask(each.archive, cache, other, [], "another time", each.group)


def _names_in(question: Question) -> list[str]:
    """Runs of capitalised names in a question, in order."""
    runs: list[tuple[int, int]] = []
    for token in tokens(question.text):
        if token.group()[0].isupper() and term(token.group()) in question.names:
            joined = runs and question.text[runs[-1][1] : token.start()].strip() in ("", "of")
            start = runs.pop()[0] if joined else token.start()
            runs.append((start, token.end()))
    return [question.text[start:end] for start, end in runs]


class Squad:
    """The SQuAD half, as one archive and as many small ones."""

    def __init__(self, cache: EmbeddingCache, settings: Settings = DEFAULT) -> None:
        folder = SHARED / "data" / "squad2"
        self._cache = cache
        self._settings = settings
        self._articles: dict[str, Article] = {}
        for row in _json_lines(folder / "corpus.jsonl"):
            article = Article(row["_id"], row["title"], row["text"], source=row["_id"])
            self._articles[article.id] = article
        self._titles = sorted({article.title for article in self._articles.values()})
        self._queries = _json_lines(folder / "queries.jsonl")
        random.Random(0).shuffle(self._queries)  # noqa: S311 - a sample, no secret
        cache.add(indexed_texts(self._articles.values(), settings))
        cache.add(query["text"] for query in self._queries)

    def whole(self, count: int) -> list[Asked]:
        """Answerable questions to the archive of all paragraphs; group is the title's number."""
        archive = MemoryArchive(self._articles.values(), self._cache, self._settings)
        queries = [q for q in self._queries if not q["metadata"]["is_impossible"]][:count]
        return [self._ask(archive, q, "answerable", self._title_of(q)) for q in queries]

    def parts(self) -> list[Asked]:
        """Questions of four kinds to archives of twelve paragraphs of each of four titles."""
        asked = []
        for group in range(len(self._titles) // 4):
            inside, outside = self._split(range(4 * group, 4 * group + 4))
            articles = [self._articles[i] for i in sorted(inside)]
            archive = MemoryArchive(articles, self._cache, self._settings)
            wanted = {"answerable": 120, "off-topic": 60, "same-subject": 60, "near-miss": 60}
            for query in self._queries:
                kind = _kind(query["metadata"], inside, outside)
                if kind is not None and wanted[kind]:
                    wanted[kind] -= 1
                    asked.append(self._ask(archive, query, kind, group))
        return asked

    def _split(self, titles: Iterable[int]) -> tuple[set[str], set[str]]:
        inside: set[str] = set()
        outside: set[str] = set()
        for number in titles:
            own = [i for i, a in self._articles.items() if a.title == self._titles[number]]
            random.Random(number).shuffle(own)  # noqa: S311 - a sample, no secret
            inside.update(own[:12])
            outside.update(own[12:])
        return inside, outside

    def _title_of(self, query: dict[str, Any]) -> int:
        return self._titles.index(self._articles[query["metadata"]["paragraph_id"]].title)

    def _ask(self, archive: MemoryArchive, query: dict[str, Any], kind: str, group: int) -> Asked:
        answers = [answer["text"] for answer in query["metadata"]["answers"] or []]
        held = answers if kind == "answerable" else []
        return ask(archive, self._cache, query["text"], held, kind, group)


def _kind(query: dict[str, Any], inside: set[str], outside: set[str]) -> str | None:
    paragraph, impossible = query["paragraph_id"], query["is_impossible"]
    if paragraph in inside:
        return "near-miss" if impossible else "answerable"
    if impossible:
        return None
    return "same-subject" if paragraph in outside else "off-topic"


def _json_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]
