"""From ranked rows to the results of a search: near-copies in one place, the newest shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from qa import versions
from qa.citations import cite
from qa.duplicates.slots import slots
from qa.records import Article, Hit
from qa.search.as_of import end_of, read_otherwise
from qa.search.ranking import Ranked
from qa.search.retrieval import Retrieval, explained
from qa.settings import Settings
from qa.storage.store import Store
from qa.text.analysis import terms

Best = Callable[[int], list[Ranked]]
"""The best rows, at most so many, best first."""

SPARE: Final = 30
"""Passages ranked beyond those asked for, so that others can follow where near-copies share a
place; no more than are ranked anyway."""


@dataclass(frozen=True, slots=True)
class Results:
    """The places in which passages are shown.

    Attributes:
        found: The search.
        store: Of the index.
        settings: See there.
        explain: Whether to fill `Hit.explanation`.
    """

    found: Retrieval
    store: Store
    settings: Settings
    explain: bool

    def each(self, best: Best, k: int) -> list[Hit]:
        """The first k places, near-copies each in one of its own."""
        return self._hits(self._by_then(best(k))[0])

    def per_story(self, best: Best, k: int) -> list[Hit]:
        """The first k places, near-copies in one; looks further down where copies fill them."""
        found, generation = self.found, self.found.generation
        depth = max(k, min(k + SPARE, self.settings.depth))
        while True:
            all_ranked = best(depth)
            ranked, later = self._by_then(all_ranked)
            ids = generation.ids[[row.row for row in ranked]].tolist()
            # Whoever asks for the latest wants it, not the first.
            earliest = found.understood.recency is None
            number = generation.manifest.generation
            otherwise, unkept = self._changed_since(ids)
            places = slots(
                self.store,
                number,
                ids,
                earliest=earliest,
                outdated=later,
                apart=self._only_earlier(ids, later) | otherwise,
                unsure=dict.fromkeys(unkept, found.understood.as_of),
                asked=set(found.question.terms),
            )
            if len(places) >= k or len(all_ranked) < depth or len(places) == len(all_ranked):
                break
            depth *= 4
        places = places[:k]
        # The place is that of the best copy, and so is its score.
        shown = [replace(ranked[p.shown], score=ranked[p.best].score) for p in places]
        hits = self._hits(shown)
        return [
            replace(hit, also_in=place.also_in) for hit, place in zip(hits, places, strict=True)
        ]

    def _by_then(self, ranked: list[Ranked]) -> tuple[list[Ranked], Mapping[int, Article]]:
        """Without the versions that came after the day asked as of, where an earlier one is there.

        Returns:
            Those left; and by its row the newest version (of that day) of each article among them
            that is not it.
        """
        found = self.found
        ids = found.generation.ids[[row.row for row in ranked]].tolist()
        number, rows = found.generation.manifest.generation, self.store.article_rows(ids)
        if (day := found.understood.as_of) is None:
            return ranked, versions.later(self.store, number, rows.values())
        late, newest = versions.premature(self.store, number, rows.values(), end_of(day))
        pairs = zip(ids, ranked, strict=True)
        return [row for passage_id, row in pairs if rows[passage_id] not in late], newest

    def _changed_since(self, ids: Sequence[int]) -> tuple[set[int], set[int]]:
        """The passages of articles that read otherwise on the day asked as of, if any is named.

        What they said then may be nothing of the kind, while a copy of them said it.

        Returns:
            Those of articles whose text of then is kept, and those of the others.
        """
        if (day := self.found.understood.as_of) is None:
            return set(), set()
        number = self.found.generation.manifest.generation
        passages = self.store.passages(ids, number).items()
        articles = {article.id: article for _, (_, article) in passages}.values()
        otherwise, unkept = (
            {passage_id for passage_id, (_, article) in passages if article.id in changed}
            for changed in read_otherwise(self.store, number, articles, end_of(day))
        )
        return otherwise, unkept

    def _only_earlier(self, ids: Sequence[int], later: Mapping[int, Article]) -> set[int]:
        """The passages of earlier versions with a word of the question that the newest has not.

        They are shown beside it, as corrected: who asks for just that word asks for them.
        """
        if not later:
            return set()
        asked = set(self.found.question.terms)
        of = self.store.article_rows(ids)
        earlier = [number for number in ids if of[number] in later]
        return {
            number
            for number, text in self.store.texts(earlier).items()
            if (newest := later[of[number]])
            and asked & set(terms(text, newest.language)) - set(terms(newest.text, newest.language))
        }

    def _hits(self, ranked: list[Ranked]) -> list[Hit]:
        generation = self.found.generation
        ids = generation.ids[[row.row for row in ranked]].tolist()
        number = generation.manifest.generation
        passages = self.store.passages(ids, number)
        rows = self.store.article_rows(ids)
        later = versions.later(self.store, number, rows.values())
        hits = []
        for place, (passage_id, row) in enumerate(zip(ids, ranked, strict=True), 1):
            passage, article = passages[passage_id]
            if rows[passage_id] in later:
                article = replace(article, later=later[rows[passage_id]])
            hits.append(
                Hit(
                    passage=passage,
                    article=article,
                    score=row.score,
                    rank=place,
                    lexical=row.lexical,
                    dense=row.dense,
                    citation=cite(place, article, passage.start, passage.end, passage.text),
                    arms_score=row.arms_score,
                )
            )
        if not self.explain:
            return hits
        pairs = zip(hits, ranked, strict=True)
        return [replace(hit, explanation=explained(self.found, hit, row)) for hit, row in pairs]
