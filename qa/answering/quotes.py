"""From scored sentences to quotes: the sentence that answers, with a neighbour it needs."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence, Set
from typing import Final, NamedTuple

from qa.answering.features import Candidate
from qa.answering.sentence_shapes import (
    ROW,
    is_credits,
    is_entry,
    is_heading,
    lacks_its_subject,
    leads,
    leans,
)
from qa.duplicates.saying import SAME_SENTENCE, but_for_figures, is_same
from qa.duplicates.shingles import Shingles
from qa.passages import count_words
from qa.passages import sentences as split_sentences
from qa.protocols import Floats
from qa.records import Article, Span
from qa.text.figures import figures as numbers_of

MAX_QUOTES: Final = 3

CLOSE: Final = 4.0
"""A neighbour whose log odds are within this of the sentence's joins the quote. On SQuAD it lifts
the share of first quotes that hold the answer by four points for six more words
(`docs/quality.md`)."""

JOINS: Final = 8.0
"""What leans on a quote joins it if its log odds are within this of the quote's, else it is none:
“It was the worst in years,” she said, is read behind what she said first, and nowhere else. Where
the reader was not trained, one of three quotes holds the answer as often as without this joining:
SQuAD .95, news .92, the seed page .92, Lee .93; those that join lengthen a first quote by 2 %."""

MAX_WORDS: Final = 90
"""A quote is not extended beyond this."""

MAX_SENTENCES: Final = 3

MIN_WORDS: Final = 4
"""A shorter sentence ("Now!") never stands alone."""

LOOKED_AT: Final = 30
"""Sentences, the best, that are compared to put the newest first."""

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_CORRECTIONS = re.compile(r"\b(?:corrections?|clarifications?|errat(?:um|a))\b", re.IGNORECASE)
"""In the title of a column whose paragraphs say first what was wrong, then what is right."""


class Quote(NamedTuple):
    """Whole sentences of an article, seldom more than two.

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


class _Said(NamedTuple):
    """What a quote says: its words, its figures as they are written, and what they come to."""

    words: Shingles
    figures: frozenset[str]
    numbers: frozenset[float]

    @classmethod
    def of(cls, quote: str, language: str | None) -> _Said:
        numbers = numbers_of(quote, language=language)
        return cls(Shingles.of(quote), frozenset(_FIGURE.findall(quote)), frozenset(numbers))

    def repeats(self, other: _Said) -> bool:
        """Whether nothing new is said: "seven were hurt" after "nine were hurt" is new."""
        if self.words.content == other.words.content:
            return True
        if self.numbers - other.numbers and other.numbers - self.numbers:
            return False
        return self.figures == other.figures and self.words.contained(other.words) >= SAME_SENTENCE


def select(
    candidates: Sequence[Candidate],
    scores: Floats,
    count: int = MAX_QUOTES,
    names_in: Callable[[Article], Set[str]] = lambda _: frozenset(),
) -> list[Quote]:
    """The best quotes, best first: no two overlap, none repeats another's words.

    What leans on one that was chosen joins it, follows it where both would be too long, or is left
    out; credits are never quoted. Nor is an article that has few of those names asked for that the
    first quote's has: it tells of something else.

    Args:
        candidates: Sentences, in any order.
        scores: float32 (len(candidates),), their log odds.
        count: At most this many.
        names_in: Which of the question's names an article has.
    """
    best_first = sorted(range(len(candidates)), key=lambda i: (-scores[i], i))
    score_of = {_place(candidates[i]): float(scores[i]) for i in reversed(best_first)}
    sentences = _by_article(candidates)
    used: set[tuple[str, Span]] = set()
    seen: list[_Said] = []
    quotes: list[Quote] = []
    names: dict[str, Set[str]] = {}

    def named(article: Article) -> Set[str]:
        if article.id not in names:
            names[article.id] = names_in(article)
        return names[article.id]

    for i in best_first:
        candidate = candidates[i]
        if len(quotes) >= count:
            break
        article = candidate.hit.article
        if _is_used(used, *_place(candidate)) or is_credits(article.text, candidate.sentence):
            continue
        if quotes and not _is_related(named(quotes[0].article), named(article)):
            continue
        parts = _extend(candidate, sentences[article.id], score_of, used)
        if quotes and len(parts) == 1 and _is_incomplete(article.text, parts[0]):
            continue
        if (host := _leaned_on(quotes, article, parts[0])) is not None:
            taken = Span(parts[0].start, candidate.sentence.end)
            parts = _beside(quotes, host, candidate, parts, float(scores[i]))
            if not parts:
                used.add((article.id, taken))
                continue
        start, end = parts[0].start, parts[-1].end
        used.update((article.id, part) for part in parts)
        said = _Said.of(article.text[start:end], article.language)
        if not any(map(said.repeats, seen)):
            seen.append(said)
            quotes.append(Quote(article, start, end, float(scores[i])))
    return quotes


def _is_related(first: Set[str], other: Set[str]) -> bool:
    """Whether an article has more than half of the names that the first one has."""
    return not first or len(first & other) > len(first) / 2


def _beside(
    quotes: list[Quote], host: int, candidate: Candidate, parts: list[Span], score: float
) -> list[Span]:
    """What stays a quote of its own of one that leans on another: nothing where it joins that."""
    quote, text, sentence = quotes[host], candidate.hit.article.text, candidate.sentence
    if quote.score - score >= JOINS:
        only_neighbour_leans = len(parts) > 1 and not leans(text, sentence)
        return [sentence] if only_neighbour_leans else []
    if _words(text, Span(quote.start, sentence.end)) > MAX_WORDS:
        return parts
    quotes[host] = quote._replace(end=sentence.end)
    return []


def _leaned_on(quotes: Sequence[Quote], article: Article, sentence: Span) -> int | None:
    """Which of the quotes ends where a sentence or a row begins that says nothing without it."""
    if not (leans(article.text, sentence) or ROW.fullmatch(article.text, *sentence)):
        return None
    for place, quote in enumerate(quotes):
        between = article.text[quote.end : sentence.start]
        if quote.article.id == article.id and quote.end <= sentence.start and not between.strip():
            return place
    return None


def newest_first(candidates: Sequence[Candidate], scores: Floats) -> Floats:
    """Scores by which the newest comes first of sentences that say the same in other figures.

    Whoever asks for the latest count has the same sentence from each report, and the scores know
    nothing of days. Only among sentences that hold the same words of the question.

    Args:
        candidates: Sentences, in any order.
        scores: float32 (len(candidates),), their log odds.
    """
    best_first = sorted(range(len(candidates)), key=lambda i: (-scores[i], i))[:LOOKED_AT]
    groups: list[tuple[Shingles, set[str], list[int]]] = []
    for i in best_first:
        article, sentence = candidates[i].hit.article, candidates[i].sentence
        said = article.text[sentence.start : sentence.end]
        words = but_for_figures(said, article.language)
        held = candidates[i].match.held(said) | candidates[i].match.title_terms
        for first, asked, members in groups:
            if asked <= held and is_same(words, first):
                members.append(i)
                break
        else:
            groups.append((words, held, [i]))
    again = scores.copy()
    for _, _, members in groups:
        newest = sorted(members, key=lambda i: -_moment(candidates[i].hit.article))
        again[newest] = scores[members]
    return again


def _moment(article: Article) -> float:
    if article.later_than is not None:
        return -math.inf  # nobody knows what it said on the day asked as of
    moment = article.updated_at or article.published_at
    return moment.timestamp() if moment else -math.inf


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
    """The sentence, with what it needs beside it, or a neighbour that scores nearly as well."""
    article, sentence = candidate.hit.article, candidate.sentence
    text = article.text
    if (paragraph := _correction(article, sentence)) and not _is_used(used, article.id, paragraph):
        return [paragraph]
    if (rows := _rows(article, sentence)) and not _is_used(used, article.id, rows):
        return [rows]
    own = score_of[article.id, sentence]
    place = sentences.index(sentence)
    behind, ahead = leans(text, sentence), leads(text, sentence)
    short = _words(text, sentence) < MIN_WORDS and not behind and not ahead
    neighbours = []
    for step in (-1, 1):
        if not 0 <= place + step < len(sentences):
            continue
        other = sentences[place + step]
        between = text[min(sentence.end, other.end) : max(sentence.start, other.start)]
        words = count_words(text, min(sentence.start, other.start), max(sentence.end, other.end))
        if _is_used(used, article.id, other) or between.strip() or words > MAX_WORDS:
            continue
        needed = short or (behind if step == -1 else ahead)
        # A heading belongs to what follows it, and what stands by itself to nothing.
        apart = is_credits(text, other) or (step == 1 and is_heading(text, other))
        apart = apart or is_entry(text, *sorted((sentence, other)))
        score = score_of[article.id, other]
        if needed or (own - score < CLOSE and not apart):
            neighbours.append((needed, score, other))
    parts = sorted([sentence, max(neighbours)[2]]) if neighbours else [sentence]
    return _led_up_to(article, parts, sentence, used)


def _led_up_to(
    article: Article, parts: list[Span], chosen: Span, used: set[tuple[str, Span]]
) -> list[Span]:
    """Some sentences, after those before them that say of whom or what the chosen one is."""
    text, earlier, first = article.text, list[Span](), parts[0]
    while lacks_its_subject(text, first, chosen) and len(parts) + len(earlier) < MAX_SENTENCES:
        before = _before(article, first.start)
        if before is None or _is_used(used, article.id, before):
            break
        if _words(text, Span(before.start, parts[-1].end)) > MAX_WORDS:
            break
        earlier, first = [before, *earlier], before
    if earlier and lacks_its_subject(text, first, parts[0]):
        # Nobody is named there either: one for the context.
        earlier = earlier[-1:] if len(parts) == 1 else []
    return [*earlier, *parts]


def _rows(article: Article, sentence: Span) -> Span | None:
    """A row of a table from the table's head on, which says what stands in it; if not long."""
    text, first = article.text, sentence.start
    if not ROW.fullmatch(text, first, sentence.end):
        return None
    while first:
        line = text.rfind("\n", 0, first - 1) + 1
        if not ROW.fullmatch(text, line, first - 1):
            break
        first = line
    rows = Span(first, sentence.end)
    return rows if first < sentence.start and _words(text, rows) <= MAX_WORDS else None


def _is_incomplete(text: str, sentence: Span) -> bool:
    return _words(text, sentence) < MIN_WORDS or leads(text, sentence)


def _correction(article: Article, sentence: Span) -> Span | None:
    """The paragraph of a sentence in a column of corrections, if it is not long."""
    if not _CORRECTIONS.search(article.title):
        return None
    start = article.text.rfind("\n", 0, sentence.start) + 1
    end = article.text.find("\n", sentence.end)
    paragraph = Span(start, end if end >= 0 else len(article.text))
    return paragraph if _words(article.text, paragraph) <= MAX_WORDS else None


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
    return count_words(text, span.start, span.end)
