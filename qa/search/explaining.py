"""Why a passage was found: which of the question's words it holds, and how much each counts."""

from __future__ import annotations

from collections.abc import Callable

from qa.question.query import Question
from qa.records import Article, Passage


def matched_words(
    question: Question, passage: Passage, article: Article, idf: Callable[[str], float]
) -> tuple[tuple[str, float], ...]:
    """The question's words that the passage or its title holds, the rarest first.

    Args:
        question: What was searched for.
        passage: What was found.
        article: Where it stands.
        idf: Rarity of a word in the archive, by `Word.term`.

    Returns:
        Each word as asked, with its share of the rarity of all the question's words, 0 to 1.
    """
    words = {word.term: word.text for word in reversed(question.words)}
    weights = {code: idf(code) for code in words}
    total = sum(weights.values())
    held = question.held(f"{article.title}\n{passage.text}", article.language)
    shares = [(words[code], weight / total) for code, weight in weights.items() if code in held]
    return tuple(sorted(shares, key=lambda pair: (-pair[1], pair[0])))
