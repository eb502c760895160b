"""What somebody said: "What did Ada Moss say about the bridge?".

A reader of the size of ours looks for a figure, a name, a reason; of what somebody said it takes
half for no answer. But whether a sentence gives somebody's words is told by its form, and whether
these are about the matter by its words, so that where both are so the archive answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from qa.answering.features import Candidate
from qa.answering.times import untold
from qa.question.query import Question
from qa.records import Article, Span
from qa.text.analysis import term

CERTAIN: Final = 0.9
"""Confidence in what form and words show to be an answer: of 54 questions of ours to 185 real
articles, 22 are answered so that were refused, all but one of these rightly."""

_SAYS: Final = (
    r"(?:say|said|says|tell|told|tells|add(?:ed|s)|ask(?:ed|s)|wrote|writes|tweet(?:ed|s)|recall(?:ed|s)"
    r"|explain(?:ed|s)|replied|replies|warn(?:ed|s)|insist(?:ed|s)|admit(?:ted|s)|jok(?:ed|es)"
    r"|continued|concluded|call(?:ed|s)|argu(?:ed|es)|claim(?:ed|s)|stat(?:ed|es)|not(?:ed|es)"
    r"|denied|denies|confirm(?:ed|s)|suggest(?:ed|s)|describ(?:ed|es)|accus(?:ed|es)|urg(?:ed|es)"
    r"|prais(?:ed|es)|critici[sz](?:ed|es)|acknowledg(?:ed|es)|stress(?:ed|es)|promis(?:ed|es))"
)
_APPOSITION: Final = r",(?:[^.;:!?\"“”]|\.(?! [A-Z])){1,150},"
_ADVERB: Final = r"(?: \w+ly| also| later| has| then)"
_SOME_WORDS: Final = r"(?:[\w.'’-]+ ){0,6}?"
_CAPITAL: Final = r"[A-ZÀ-ÖØ-Þ][\w'’.-]*"
_ASKED = re.compile(
    rf"\W*(?i:what (?:else )?(?:did|does|do|has|have|had)) (?:\S+ ){{0,5}}?(?P<who>{_CAPITAL}"
    rf"(?: {_CAPITAL}){{0,3}}) (?i:(?:also )?(?:say|said|tell|told|claim|claimed|state|stated|tweet"
    r"|tweeted))\b(?P<about>.*)",
    re.DOTALL,
)
_TITLES: Final = frozenset(
    """
    mr mrs ms miss dr sir dame lord lady president governor gov senator sen representative rep
    congressman congresswoman mayor minister secretary chancellor chairman chairwoman chair chief
    executive ceo director professor prof judge justice attorney general coach captain king queen
    prince princess sheriff commissioner ambassador prime premier officer deputy the us uk
    """.split()  # noqa: SIM905 - a list of 50 strings reads worse
)
"""What stands before a name that articles may leave out."""
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


class Saying(NamedTuple):
    """What a question asks for that asks what somebody said.

    Attributes:
        names: The words of the speaker's name, without titles.
        topic: The words of what it was about, by `Word.term`; may be empty.
    """

    names: tuple[str, ...]
    topic: frozenset[str]

    @classmethod
    def of(cls, question: Question) -> Saying | None:
        """What a question asks for; None where it asks for something else."""
        asked = _ASKED.fullmatch(question.text)
        if asked is None:
            return None
        words = (re.sub("['’]s?$", "", word) for word in _WORD.findall(asked["who"]))
        names = tuple(word for word in words if word.lower() not in _TITLES)
        about = asked.start("about")
        topic = frozenset(word.term for word in question.words if word.span.start >= about)
        return cls(names, topic) if names else None

    def is_named(self, article: Article) -> bool:
        """Whether an article names the speaker as the question does."""
        named = r"(?:[ ]+[\w.'’-]+)?[ ]+".join(map(re.escape, self.names))
        return re.search(rf"\b{named}\b", f"{article.title}\n{article.text}") is not None

    def is_in(self, text: str, sentence: Span) -> bool:
        """Whether a sentence of a text gives words of the speaker, and of nobody else of the name.

        A surname alone is whose it was last.
        """
        name = rf"\b{re.escape(self.names[-1])}\b"
        forms = (
            rf"{name}(?: [JS]r\.?)?(?:{_APPOSITION})?{_ADVERB}? {_SAYS}\b",
            rf"[,.?!…][\"'”’]? {_SAYS} {_SOME_WORDS}{name}",
            rf"\b[Aa]ccording to {_SOME_WORDS}{name}",
        )
        for form in map(re.compile, forms):
            for found in form.finditer(text, *sentence):
                at = found.start() + found.group().rindex(self.names[-1])
                first = self._first_name(text, at, name)
                if len(self.names) == 1 or first is None or first in self.names:
                    return True
        return False

    def _first_name(self, text: str, at: int, name: str) -> str | None:
        """The last first name that stands before the speaker's surname, up to a place of it."""
        full = re.finditer(rf"({_CAPITAL}) {name}", text[: at + len(self.names[-1])])
        first = [found[1] for found in full if not _is_no_name(found[1])]
        return first[-1] if first else None


def _is_no_name(word: str) -> bool:
    """Whether a word with a capital is a title, an initial or a common word that begins."""
    return word.endswith(".") or word.lower() in _TITLES or term(word) is None


def said_first(question: Question, ranked: Sequence[Candidate]) -> int | None:
    """The place of the sentence that gives what a question asks somebody to have said.

    Args:
        question: The question, analysed.
        ranked: The candidates, best first.

    Returns:
        None where the question does not ask so, or none of them does.
    """
    saying = Saying.of(question)
    if saying is None:
        return None
    found: list[tuple[int, int]] = []
    named: dict[str, bool] = {}
    for place, candidate in enumerate(ranked):
        article, (start, end) = candidate.hit.article, candidate.sentence
        if not saying.is_in(article.text, candidate.sentence):
            continue
        if article.id not in named:
            named[article.id] = saying.is_named(article)
        near = _with_neighbours(candidate)
        held = candidate.match.held(article.text[near.start : near.end])
        if not named[article.id] or not saying.topic <= held | candidate.match.title_terms:
            continue
        if untold(question.text, article, near.start, near.end):
            continue
        own = candidate.match.held(article.text[start:end])
        found.append((-len(saying.topic & own), place))
    return min(found)[1] if found else None


def _with_neighbours(candidate: Candidate) -> Span:
    """A sentence with those beside it: a quotation goes on before and behind who says it."""
    sentences = candidate.hit.passage.sentences
    at = sentences.index(candidate.sentence)
    return Span(sentences[max(at - 1, 0)].start, sentences[min(at + 1, len(sentences) - 1)].end)
