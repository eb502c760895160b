"""What one copy of a text says and another does not: its own figures, a paragraph of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from typing import Final

from qa.duplicates.shingles import Shingles
from qa.records import Article, Passage
from qa.text.analysis import terms
from qa.text.figures import figures

SAME_SENTENCE: Final = 0.6
"""The share of the shorter sentence's shingles from which it repeats the other, as copies of wire
copy do that were lightly edited; unless their figures differ, which is worth showing."""


def says_more(
    passage: Passage, article: Article, other: Article, asked: Set[str], shown: Passage
) -> bool:
    """Whether a passage has a word of the question that the other article has nowhere.

    Args:
        passage: What was found.
        article: Where it stands.
        other: A copy of the article.
        asked: The question's terms.
        shown: The passage of that copy; where it has the words, no more of the copy is read.
    """
    held = asked & set(terms(passage.text, article.language))
    held -= set(terms(shown.text, other.language)) if held else set()
    return bool(held) and not held <= set(terms(f"{other.title}\n{other.text}", other.language))


def says_otherwise(passage: Passage, other: Passage, language: str | None, text: str = "") -> bool:
    """Whether a sentence stands in both passages with other figures: 14 were hurt, or 19.

    A sentence that only leaves a figure out says nothing else, nor does one that the other has too:
    "Nevada reported 19 deaths" beside "Arizona reported 14 deaths" in both.

    Args:
        passage: Of a copy.
        other: Of another.
        language: Theirs.
        text: All of the other's article.
    """
    own_sentences = list(_counted(passage, language, but=text or other.text))
    if not own_sentences:
        return False
    theirs = list(_counted(other, language))
    for own, words in own_sentences:
        alike = [those for those, others in theirs if is_same(words, others)]
        if alike and all(own - those and those - own for those in alike):
            return True
    return False


def _counted(
    passage: Passage, language: str | None, but: str = ""
) -> Iterator[tuple[Set[float], Shingles]]:
    """The figures of each sentence that has any, and its words without them.

    Without the sentences that stand in another text.
    """
    for start, end in passage.sentences:
        sentence = passage.text[start - passage.start : end - passage.start]
        if sentence in but:
            continue
        if found := figures(sentence, language=language):
            yield found.keys(), _without(found.values(), sentence)


def but_for_figures(sentence: str, language: str | None) -> Shingles:
    """The words of a sentence, whatever its figures."""
    return _without(figures(sentence, language=language).values(), sentence)


def _without(written: Iterable[str], sentence: str) -> Shingles:
    if any_of := "|".join(map(re.escape, sorted(written, key=len, reverse=True))):
        sentence = re.sub(rf"(?<!\w)(?:{any_of})(?!\w)", "0", sentence)
    return Shingles.of(sentence)


def is_same(one: Shingles, other: Shingles) -> bool:
    """Whether a sentence is another, edited; of either the words but for the figures."""
    return one.content == other.content or one.contained(other) >= SAME_SENTENCE
