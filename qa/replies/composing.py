"""From what was found for each part of a question to one answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest
from typing import Final

from qa.answering import Finding
from qa.citations import cite
from qa.facts import ArticleFacts
from qa.question.query import Question
from qa.question.splitting import Parts
from qa.records import Answer, AnswerPart, Article, Citation, Clue, Figures, Hit, Span
from qa.replies.differing import figures_of
from qa.replies.refusing import reason
from qa.replies.telling import Told
from qa.search.retrieval import Retrieval

SECOND: Final = 2.5
"""Another article's quote joins the answer's text if its log odds are within this of the first's:
this is how two sources with differing figures come to stand side by side."""

TOLD: Final = 3
"""Quotes that make the text of an answer from records: a glance at the articles it is told of."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one question.

    Attributes:
        retrieval: The search.
        finding: What its passages say; None where there are none, or that is not asked.
        told: What the records tell of the articles, where that is asked.
    """

    retrieval: Retrieval
    finding: Finding | None
    told: Told | None = None

    @property
    def answered(self) -> bool:
        """Whether they answer."""
        if self.told is not None:
            return bool(self.told.quotes)
        return self.finding is not None and self.finding.answered

    @property
    def hits(self) -> Sequence[Hit]:
        """The passages found; of articles that were asked for by their fields alone, theirs."""
        return self.retrieval.hits or (self.told.hits if self.told is not None else ())

    @property
    def places(self) -> list[tuple[Article, Span]]:
        """What is quoted, best first; nothing where they do not answer."""
        if not self.answered:
            return []
        if self.told is not None:
            return [*self.told.quotes]
        quotes = self.finding.quotes if self.finding is not None else []
        return [(quote.article, Span(quote.start, quote.end)) for quote in quotes]


def compose(
    question: str, parts: Parts, found: Sequence[Found], k: int, timings_ms: Mapping[str, float]
) -> Answer:
    """One answer, its citations numbered through.

    Args:
        question: As asked.
        parts: The questions in it; empty where it is one.
        found: What was found for each of them, or for the one.
        k: Passages to return.
        timings_ms: For `Answer.timings_ms`.
    """
    numbered: dict[tuple[str, int, int], Citation] = {}
    made = [_part(each, numbered) for each in found]
    answers = [part for part, _ in made]
    if parts:
        pairs = zip(answers, parts, strict=True)
        answers = [replace(each, question=part.text) for each, part in pairs]
    answered = [each for each in answers if each.answered]
    reasons = dict.fromkeys(each.reason for each in answers if each.reason)
    return Answer(
        question=question,
        answered=bool(answered),
        reason=None if answered else "; ".join(reasons),
        text=_said(chain.from_iterable(shown for _, shown in made)),
        citations=tuple(numbered.values()),
        passages=_passages([each.hits for each in found], k),
        confidence=min(each.confidence for each in answers),
        generation=found[0].retrieval.generation.manifest.generation,
        timings_ms=timings_ms,
        understood=_clues(parts, found),
        parts=tuple(answers) if parts else (),
        differing=_differing(found, answers, {c.number: c for c in numbered.values()}),
        facts=answers[0].facts if not parts and answered else None,
    )


def _part(
    found: Found, numbered: dict[tuple[str, int, int], Citation]
) -> tuple[AnswerPart, list[Citation]]:
    """The answer to one question, and what of its citations makes its text.

    The citations join those that are numbered already.
    """
    finding = found.finding
    citations: list[Citation] = []
    for article, (start, end) in found.places:
        place = article.id, start, end
        if place not in numbered:
            numbered[place] = cite(len(numbered) + 1, article, start, end)
        citations.append(numbered[place])
    shown = _shown(found.retrieval, citations, finding)
    confidence = finding.confidence if finding is not None else 0.0
    if found.told is not None:  # records are no estimate
        shown, confidence = citations[:TOLD], float(bool(citations))
    facts = _facts(found, citations)
    part = AnswerPart(
        question=found.retrieval.question.text,
        answered=bool(citations),
        reason=None if citations else reason(found.retrieval, finding, facts),
        text=_said(shown),
        citations=tuple(citation.number for citation in citations),
        confidence=confidence,
        facts=facts,
    )
    return part, shown


def _facts(found: Found, citations: Sequence[Citation]) -> ArticleFacts | None:
    """What the records tell, its citations numbered as those of the whole answer are."""
    if found.told is None:
        return None
    facts = found.told.facts
    values = (
        fact._replace(citations=tuple(citations[n - 1].number for n in fact.citations))
        for fact in facts.values
    )
    return replace(facts, values=tuple(values))


def _differing(
    found: Sequence[Found], parts: Sequence[AnswerPart], citations: Mapping[int, Citation]
) -> tuple[Figures, ...]:
    """The figures that do not agree; those of parts that ask the same of several sources too."""
    asked: dict[str, tuple[Question, dict[int, Citation]]] = {}
    for each, part in zip(found, parts, strict=True):
        if each.told is not None:
            continue
        question = each.retrieval.question
        _, quoted = asked.setdefault(question.text, (question, {}))
        quoted.update((number, citations[number]) for number in part.citations)
    differing = (figures_of(question, [*quoted.values()]) for question, quoted in asked.values())
    return tuple(dict.fromkeys(chain.from_iterable(differing)))


def _said(citations: Iterable[Citation]) -> str:
    """Some quotes, each with its [n] and once, also where two parts quote it."""
    return " ".join(dict.fromkeys(f"{each.quote} [{each.number}]" for each in citations))


def _shown(
    found: Retrieval, citations: Sequence[Citation], finding: Finding | None
) -> list[Citation]:
    """The first quote, and one of another article where it is nearly as good.

    A quote that gives another figure than the first joins it, however good.
    """
    if finding is None or not citations:
        return []
    first, lead = citations[0], finding.quotes[0].score
    differing = {figures.citation for figures in figures_of(found.question, citations)}
    others = (
        citation
        for citation, quote in zip(citations, finding.quotes, strict=True)
        if citation.article.id != first.article.id
        and (lead - quote.score < SECOND or {first.number, citation.number} <= differing)
    )
    return [first, *islice(others, 1)]


def _passages(hits: Sequence[Sequence[Hit]], k: int) -> tuple[Hit, ...]:
    """The first k passages: of each part in turn, each once, ranked anew."""
    if len(hits) == 1:
        return tuple(hits[0][:k])
    in_turn: dict[int, Hit] = {}
    for hit in chain.from_iterable(zip_longest(*hits)):
        if hit is not None:
            in_turn.setdefault(hit.passage.id, hit)
    first = list(in_turn.values())[:k]
    return tuple(
        replace(hit, rank=rank, citation=replace(hit.citation, number=rank))
        for rank, hit in enumerate(first, 1)
    )


def _clues(parts: Parts, found: Sequence[Found]) -> tuple[Clue, ...]:
    clues = dict.fromkeys(clue for each in found for clue in each.retrieval.understood.clues())
    if not parts:
        return tuple(clues)
    told = " and ".join(f"“{part.text}”" for part in parts)
    return Clue("parts", f"as {len(parts)} questions: {told}"), *clues
