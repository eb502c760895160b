"""What the page says of an archive as a whole: counts, and what to choose and to ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from qa.archive import Archive

SAMPLE_QUESTIONS = {
    "ferry-inquiry-findings.html": "How many people were hurt in the ferry crash?",
    "tram-cost-revised.md": "What will the Northfield tram cost?",
    "europa-clipper-launch.md": "Why was the Europa Clipper launch postponed?",
    "parade-crowd-count.html": "What unusual object did street cleaners pick up after the parade?",
}
"""Source in the sample corpus → a question that it answers. The first two have a second article
with another figure. Shown only while that very file is in the archive."""

EXAMPLES = 4


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One generation as a whole. Its articles stay in the store, which may hold very many.

    Attributes:
        generation: The index generation it was read from.
        articles: How many there are.
        passages: How many passages can be found.
        publishers: Most articles first.
        authors: Most articles first.
        days: Of the oldest and the newest article with a date.
        examples: Questions to begin with, which the archive can answer.
    """

    generation: int
    articles: int
    passages: int
    publishers: tuple[str, ...]
    authors: tuple[str, ...]
    days: tuple[date, date] | None
    examples: list[str]


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
                articles=manifest.articles,
                passages=manifest.passages,
                publishers=tuple(name for name, _ in facets.publishers),
                authors=tuple(name for name, _ in facets.authors),
                days=self._days(),
                examples=self._examples(),
            )
        return self._read

    def _days(self) -> tuple[date, date] | None:
        ends = [
            self._archive.article_page(descending=descending, limit=1)[0]
            for descending in (False, True)
        ]
        days = [a.published_at.date() for found in ends for a in found if a.published_at]
        return (days[0], days[-1]) if days else None

    def _examples(self) -> list[str]:
        # All of the samples or none: a user's file may bear the same name by chance.
        if all(self._has_file(source) for source in SAMPLE_QUESTIONS):
            return list(SAMPLE_QUESTIONS.values())[:EXAMPLES]
        newest, _ = self._archive.article_page(limit=EXAMPLES)
        # Without double quotes, which would ask for passages that hold the title word for word.
        titles = [re.sub('["“”„«»]', "", article.title) for article in newest]
        return [f"What is known about ‘{title}’?" for title in titles]

    def _has_file(self, source: str) -> bool:
        found, _ = self._archive.article_page(source, "source", False, limit=1)
        return bool(found) and found[0].source == source
