"""Records of what an archive's own records tell of its articles: who wrote them, where, and when.

Nothing of it is generated: values are fields of articles, which are cited, and counts of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from qa.text.typography import counted

Field = Literal["authors", "publishers", "agencies", "dates", "count", "articles"]
"""What is asked of articles: one of their fields, how many there are, or which."""

Order = Literal["", "first", "newest"]
"""Which of them: all, or only those of the first or the newest day."""

MOST_TOLD: Final = 12
"""Values told in words; all are in JSON."""

_ASKED: Final[dict[Field, str]] = {
    "authors": "who wrote {}",
    "publishers": "who published {}",
    "agencies": "which agency sent {}",
    "dates": "when {} came out",
    "count": "how many are {}",
    "articles": "which are {}",
}
_TOLD: Final[dict[Field, str]] = {
    "authors": "Bylines:",
    "publishers": "Published by",
    "agencies": "Sent by",
    "dates": "Published on",
    "articles": "Titles:",
}
_LACKING: Final[dict[Field, str]] = {
    "authors": "without an author",
    "publishers": "without a publisher",
    "agencies": "without an agency",
}


@dataclass(frozen=True, slots=True)
class ArticlesAsked:
    """That a question is about articles, and not what these say.

    Attributes:
        field: What it asks of them.
        order: Which of them.
        certain: Whether it can mean nothing else: "Who wrote about the ferry?" may ask for somebody
            whom an article tells of.
        mention: Whether an article that has the words anywhere counts as any other.
        titled: Whether it is asked of the articles of a title.
        kind: What the article is called where that may be what articles tell of: "review".
    """

    field: Field
    order: Order = ""
    certain: bool = True
    mention: bool = False
    titled: bool = False
    kind: str = ""

    def told(self, topic: str) -> str:
        """In a few words: "asked of articles: who wrote those about “ferry”"."""
        which = f"the {self.order}" if self.order else "those"
        relation = "called" if self.titled else "that mention" if self.mention else "about"
        about = f" {relation} “{topic}”" if topic else ""
        return "asked of articles: " + _ASKED[self.field].format(which + about)


class Fact(NamedTuple):
    """A value of the field that is asked for.

    Attributes:
        value: As the articles have it; a day as 2025-07-31, the one they state.
        articles: How many articles have it.
        citations: The numbers of those of them that are cited.
    """

    value: str
    articles: int
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What the records tell of the articles that a question is about.

    Attributes:
        asked: What the question asks of them.
        topic: What they are about; empty where the question does not say.
        values: Of the field asked for, most articles first, days in order; titles, where articles
            are asked for; empty of a count.
        articles: How many articles there are, before the first or newest of them is chosen.
        mentions: How many others hold the words of the topic, but only below title and lead.
        lacking: How many of them have no such field.
        only_mention: Whether these are articles that have the words anywhere: that is asked, or
            none has them in title and lead.
        complete: Whether all articles were looked at; else there may be more.
    """

    asked: ArticlesAsked
    topic: str
    values: tuple[Fact, ...]
    articles: int
    mentions: int = 0
    lacking: int = 0
    only_mention: bool = False
    complete: bool = True

    @property
    def text(self) -> str:
        """The values, each with the [n] of its articles; then how many articles that are."""
        valued = ""
        if how := self.head:
            named = [self._with_citations(fact) for fact in self.shown]
            more = [f"{self.more:,} more"] if self.more else []
            valued = f"{how} {'; '.join([*named, *more])}. "
        return f"{valued}{self.counted}."

    @property
    def shown(self) -> tuple[Fact, ...]:
        """The values told in words."""
        return self.values[:MOST_TOLD]

    @property
    def more(self) -> int:
        """How many values are not; of all articles by someone, not all are looked up."""
        if self.asked.field == "articles" and not self.asked.order:
            return self.articles - sum(fact.articles for fact in self.shown)
        return len(self.values) - len(self.shown)

    def is_counted(self, fact: Fact) -> bool:
        """Whether it is told how many articles have a value: of a day or a title that one is."""
        return self.asked.field not in ("dates", "articles") or fact.articles > 1

    @property
    def head(self) -> str:
        """What the values are, where they stand in a list of their own; empty without any."""
        return _TOLD.get(self.asked.field, "") if self.values else ""

    @property
    def counted(self) -> str:
        """How many articles there are, and of what kind."""
        least = "" if self.complete else "at least "
        told = f"{least}{counted(self.articles, 'article')}"
        if self.asked.order and self.articles > 1:
            told = f"the {self.asked.order} of {told}"
        if self.topic:
            told += f" {self._relation} “{self.topic}”"
        if self.mentions:
            told += f", {least}{self.mentions:,} more with these words further down"
        if self.lacking and (lacking := self._lacking):
            told += f", {self.lacking:,} {lacking}"
        return told[:1].upper() + told[1:]

    @property
    def _relation(self) -> str:
        one = self.articles == 1
        if self.asked.titled:
            return "called"
        if not self.only_mention:
            return "about"
        return "that mentions" if one else "that mention"

    @property
    def _lacking(self) -> str:
        dated = self.asked.order or self.asked.field == "dates"
        return "without a date" if dated else _LACKING.get(self.asked.field, "")

    def _with_citations(self, fact: Fact) -> str:
        value = f"“{fact.value}”" if self.asked.field == "articles" else fact.value
        many = f" ({counted(fact.articles, 'article')})" if self.is_counted(fact) else ""
        return value + many + "".join(f" [{number}]" for number in fact.citations)
