"""From scored sentences to quotes: the sentence that answers, with a neighbour it needs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from qa.answering.features import Candidate
from qa.duplicates.shingles import Shingles
from qa.passages import sentences as split_sentences
from qa.protocols import Floats
from qa.records import Article, Span

MAX_QUOTES: Final = 3

CLOSE: Final = 4.0
"""A neighbour whose log odds are within this of the sentence's joins the quote. On SQuAD it lifts
the share of first quotes that hold the answer by four points for six more words
(`docs/quality.md`)."""

MAX_WORDS: Final = 90
"""A quote is not extended beyond this."""

MIN_WORDS: Final = 4
"""A shorter sentence ("Now!") never stands alone."""

SAME_WORDS: Final = 0.6
"""The share of the shorter quote's shingles from which it repeats the other, as copies of wire copy
do that were lightly edited; unless their figures differ, which is worth showing."""

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_LEANS_BACK = re.compile(
    r"[\"'“‘(]*(?:He|She|It|They|This|That|These|Those|His|Her|Its|Their|Such|But|And|Yet|So|Then"
    r"|However|Instead|Meanwhile|Still|Nor|Both|Neither|Another|One result)\b"
)


class Quote(NamedTuple):
    """One or two whole sentences of an article.

    Attributes:
        article: Where they stand.
        start: First character in the article's text.
        end: One past the last.
        score: Log odds of the best sentence in it.
    """

    article: Article
    start: int
    end: int
    score: float


def select(candidates: Sequence[Candidate], scores: Floats, count: int = MAX_QUOTES) -> list[Quote]:
    """The best quotes, best first: no two overlap, none repeats another's words.

    Args:
        candidates: Sentences, in any order.
        scores: float32 (len(candidates),), their log odds.
        count: At most this many.
    """
    best_first = sorted(range(len(candidates)), key=lambda i: (-scores[i], i))
    score_of = {_place(candidates[i]): float(scores[i]) for i in reversed(best_first)}
    sentences = _by_article(candidates)
    used: set[tuple[str, Span]] = set()
    seen: list[tuple[Shingles, frozenset[str]]] = []
    quotes: list[Quote] = []
    for i in best_first:
        candidate = candidates[i]
        if len(quotes) == count:
            break
        if _is_used(used, *_place(candidate)):
            continue
        article = candidate.hit.article
        parts = _extend(candidate, sentences[article.id], score_of, used)
        used.update((article.id, part) for part in parts)
        start, end = parts[0].start, parts[-1].end
        words = Shingles.of(article.text[start:end])
        figures = frozenset(_FIGURE.findall(article.text[start:end]))
        if not any(
            words.content == other.content
            or (figures == those and words.contained(other) >= SAME_WORDS)
            for other, those in seen
        ):
            seen.append((words, figures))
            quotes.append(Quote(article, start, end, float(scores[i])))
    return quotes


def _place(candidate: Candidate) -> tuple[str, Span]:
    return candidate.hit.article.id, candidate.sentence


def _by_article(candidates: Sequence[Candidate]) -> dict[str, list[Span]]:
    found: dict[str, set[Span]] = {}
    for candidate in candidates:
        found.setdefault(candidate.hit.article.id, set()).add(candidate.sentence)
    return {article_id: sorted(spans) for article_id, spans in found.items()}


def _extend(
    candidate: Candidate,
    sentences: list[Span],
    score_of: dict[tuple[str, Span], float],
    used: set[tuple[str, Span]],
) -> list[Span]:
    """The sentence, with the neighbour it needs or that scores nearly as well."""
    article, sentence = candidate.hit.article, candidate.sentence
    text = article.text
    own = score_of[article.id, sentence]
    place = sentences.index(sentence)
    leans = _LEANS_BACK.match(text, sentence.start) is not None
    neighbours = []
    for step in (-1, 1):
        if not 0 <= place + step < len(sentences):
            continue
        other = sentences[place + step]
        between = text[min(sentence.end, other.end) : max(sentence.start, other.start)]
        words = len(text[min(sentence.start, other.start) : max(sentence.end, other.end)].split())
        if _is_used(used, article.id, other) or between.strip() or words > MAX_WORDS:
            continue
        needed = (leans and step == -1) or _words(text, sentence) < MIN_WORDS
        score = score_of[article.id, other]
        if needed or own - score < CLOSE:
            neighbours.append((needed, score, other))
    if leans and not any(other < sentence for *_, other in neighbours):
        before = _before(article, sentence.start)
        is_free = before is not None and not _is_used(used, article.id, before)
        if before and is_free and _words(text, Span(before.start, sentence.end)) <= MAX_WORDS:
            return [before, sentence]
    if not neighbours:
        return [sentence]
    return sorted([sentence, max(neighbours)[2]])


def _before(article: Article, start: int) -> Span | None:
    """The sentence before: it may stand in a passage that was not found."""
    text = article.text
    end = len(text[:start].rstrip())
    paragraph = text.rfind("\n", 0, end) + 1
    found = split_sentences(text[paragraph:end], article.language)
    if not found:
        return None
    return Span(paragraph + found[-1].start, paragraph + found[-1].end)


def _is_used(used: set[tuple[str, Span]], article_id: str, span: Span) -> bool:
    """Whether a quote holds some of it already."""
    return any(a == article_id and s.start < span.end and span.start < s.end for a, s in used)


def _words(text: str, span: Span) -> int:
    return len(text[span.start : span.end].split())
