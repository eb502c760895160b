"""What the archive holds, as the page shows it: read once a generation, searched as one types."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from qa.analysis import fold
from qa.archive import Archive
from qa.records import Article, Problem

SAMPLE_QUESTIONS = {
    "ferry-inquiry-findings.html": "How many people were hurt in the ferry crash?",
    "tram-cost-revised.md": "What will the Northfield tram cost?",
    "europa-clipper-launch.md": "Why was the Europa Clipper launch postponed?",
    "parade-crowd-count.html": "What unusual object did street cleaners pick up after the parade?",
}
"""Source in the sample corpus → a question that it answers. The first two have a second article
with another figure. Shown only while that very file is in the archive."""

EXAMPLES = 4


@dataclass(frozen=True)
class Catalogue:
    """One generation's articles without their texts, problems, publishers and authors.

    Attributes:
        generation: The index generation it was read from.
        articles: Newest first, those without a date last; each with an empty text.
        problems: What could not be read.
        publishers: Most articles first.
        authors: Most articles first.
        passages: How many passages can be found.
    """

    generation: int
    articles: tuple[Article, ...]
    problems: tuple[Problem, ...]
    publishers: tuple[str, ...]
    authors: tuple[str, ...]
    passages: int

    def matching(self, words: str) -> list[Article]:
        """The articles with all these words in title, publisher, author, file or date."""
        wanted = fold(words).split()
        return [
            article
            for article, text in zip(self.articles, self._searched, strict=True)
            if all(word in text for word in wanted)
        ]

    @cached_property
    def _searched(self) -> list[str]:
        return [
            fold(
                " ".join(
                    part
                    for part in (
                        article.title,
                        article.publisher,
                        article.author,
                        article.source,
                        article.published_at and article.published_at.date().isoformat(),
                    )
                    if part
                )
            )
            for article in self.articles
        ]

    @property
    def days(self) -> tuple[date, date] | None:
        """The days of the oldest and the newest article with a date."""
        days = [a.published_at.date() for a in self.articles if a.published_at]
        return (min(days), max(days)) if days else None

    @property
    def examples(self) -> list[str]:
        """Questions to begin with, which the archive can answer.

        Prepared ones for the sample corpus, else ones about the newest articles.
        """
        sources = {article.source for article in self.articles}
        # All of the samples or none: a user's file may bear the same name by chance.
        if SAMPLE_QUESTIONS.keys() <= sources:
            return list(SAMPLE_QUESTIONS.values())[:EXAMPLES]
        # Without double quotes, which would ask for passages that hold the title word for word.
        titles = [re.sub('["“”„«»]', "", a.title) for a in self.articles[:EXAMPLES]]
        return [f"What is known about ‘{title}’?" for title in titles]


class LatestCatalogue:
    """The catalogue of the generation now published; read anew when there is another."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._read: Catalogue | None = None

    def get(self) -> Catalogue:
        """The catalogue now.

        Raises:
            QAError: The index has gone, is damaged, or was rebuilt with other settings.
        """
        manifest = self._archive.retriever.generation().manifest
        if self._read is None or self._read.generation != manifest.generation:
            facets = self._archive.facets()
            self._read = Catalogue(
                generation=manifest.generation,
                articles=tuple(replace(a, text="") for a in self._archive.articles()),
                problems=tuple(self._archive.problems()),
                publishers=tuple(name for name, _ in facets.publishers),
                authors=tuple(name for name, _ in facets.authors),
                passages=manifest.passages,
            )
        return self._read
