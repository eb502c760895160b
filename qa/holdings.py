"""What an archive holds: its articles, what they can be filtered by, what it was built with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from glob import glob
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from qa import listing, revisions, versions
from qa.duplicates import stories
from qa.duplicates.linking import held_copies
from qa.milvus.address import Location
from qa.overviews import Count, Facets, Story
from qa.records import Article, Problem
from qa.request import make_filters
from qa.retriever import Retriever
from qa.settings import Settings
from qa.storage.store import Store

T = TypeVar("T")

_PARTS: Final = {
    "store": "store.sqlite*",
    "segments": "segments/*",
    "generations": "generations/*/*",
}
_KEPT: Final = {"replica": "replica.sqlite*", "staging": "staging/**"}
"""What this machine keeps of an index in a server."""


class Holdings:
    """The part of `qa.Archive` that reads what was stored; it asks nothing and changes nothing.

    Args:
        index: The index folder, or the address of a server.
        settings: Those the index was built with.
    """

    def __init__(self, index: Location, settings: Settings) -> None:
        self.index = index
        self.settings = settings
        self.retriever = Retriever(index, settings)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.index)!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def folder(self) -> Path:
        """Where this machine keeps the index, or what it keeps of one in a server."""
        return self.index if isinstance(self.index, Path) else self.index.folder

    def articles(self) -> list[Article]:
        """All articles, newest first, those without a date last."""
        return self._read(lambda store, number: store.articles(number))

    def article(self, article_id: str, revision: int | None = None) -> Article:
        """One article by its id, or by a beginning of it that no other shares.

        Args:
            article_id: The id.
            revision: Its number, as a citation's article has it; None is as the article is now.

        Raises:
            ArticleNotFoundError: There is none, more than one, or no such revision is kept.
        """

        def read(store: Store, number: int) -> Article:
            article = versions.marked(store, number, store.article(article_id, number))
            if revision is None:
                return article
            then = revisions.revision(store, number, article, revision)
            is_now = then.revision == article.revision
            return article if is_now else replace(then, later=article.later or article)

        return self._read(read)

    def revisions(self, article_id: str) -> list[Article]:
        """What an article said, the earliest kept first, as it is now last.

        Raises:
            ArticleNotFoundError: As `article`.
        """
        return self._read(
            lambda store, number: revisions.revisions(
                store, number, store.article(article_id, number)
            )
        )

    def versions(self, article_id: str) -> list[Article]:
        """An article as it was saved in several files, the newest last, see `qa.versions`.

        Raises:
            ArticleNotFoundError: As `article`.
        """
        return self._read(
            lambda store, number: versions.versions_of(
                store, number, store.article(article_id, number)
            )
        )

    def is_alone(self, article: Article) -> bool:
        """Whether an article is the only one of its file."""
        return self._read(lambda store, number: store.count_of_source(article.source, number)) <= 1

    def copies(self, article: Article) -> list[Article]:
        """The articles that have a text already, in the same or nearly the same words.

        Args:
            article: Any that is not of this archive.
        """
        return self._read(lambda store, number: held_copies(store, number, article))

    def story(self, article_id: str) -> Story:
        """The articles that are one text with an article, itself among them.

        Raises:
            ArticleNotFoundError: As `article`.
        """
        return self._read(
            lambda store, number: stories.story(store, number, store.article(article_id, number))
        )

    def stories(self) -> list[Story]:
        """All stories of several articles, the largest first."""
        return self._read(lambda store, number: stories.stories(store, number))

    def problems(self) -> list[Problem]:
        """Everything in the corpus that could not be read, with the reason."""
        return self._read(lambda store, number: store.problems(number))

    def article_page(
        self,
        query: str = "",
        sort: str = "published_at",
        descending: bool = True,
        offset: int = 0,
        limit: int = 50,
        *,
        publisher: str | None = None,
        author: str | None = None,
        after: date | str | None = None,
        before: date | str | None = None,
        language: str | None = None,
        agency: str | None = None,
    ) -> tuple[list[Article], int]:
        """Some of the articles that match, and how many do.

        Args:
            query: Each of its words occurs in the title, publisher, author, file or date.
            sort: "published_at", "title", "publisher", "author", "language" or "source"; articles
                without that field come last either way.
            descending: Largest first: the newest, or from Z to A.
            offset: How many to leave out.
            limit: At most this many.
            publisher: As in `search`, as are the next five.
            author: See there.
            after: See there.
            before: See there.
            language: See there.
            agency: See there.

        Raises:
            InputError: An argument has no meaning.
        """
        filters = make_filters(publisher, author, after, before, language, agency)
        return self._read(
            lambda store, number: listing.article_page(
                store, number, query, filters,
                sort=sort, descending=descending, offset=offset, limit=limit,
            )
        )  # fmt: skip

    def facets(
        self,
        query: str = "",
        *,
        publisher: str | None = None,
        author: str | None = None,
        after: date | str | None = None,
        before: date | str | None = None,
        language: str | None = None,
        agency: str | None = None,
    ) -> Facets:
        """How many articles each publisher, author, year, language and agency has.

        Arguments and errors as in `article_page`: only the articles it would list are counted.
        """
        filters = make_filters(publisher, author, after, before, language, agency)
        return self._read(lambda store, number: listing.facets(store, number, query, filters))

    def months(self) -> list[Count]:
        """How many articles were published in each month that has any, such as "2025-07"."""
        return self._read(listing.months)

    def passage_lengths(self) -> list[tuple[int, int]]:
        """How many passages have from n to n + `qa.listing.LENGTH_STEP` characters, by n."""
        return self._read(listing.passage_lengths)

    def info(self) -> dict[str, Any]:
        """What the index holds and was built with, ready for JSON; "ok" says that it opens."""
        generation = self.retriever.generation()
        manifest = asdict(generation.manifest)
        del manifest["files"]
        return {
            "ok": True,
            "index": str(self.index),
            **manifest,
            "problems": len(self.problems()),
            "sizes": self.sizes(),
            "engines": {"lexical": generation.lexical.engine, "dense": generation.dense.engine},
            "settings": asdict(self.settings),
        }

    def sizes(self) -> dict[str, int]:
        """Bytes on this machine's disk: of the store, of the segments, of the whole index."""
        patterns = _PARTS if isinstance(self.index, Path) else _KEPT
        parts = {name: _sizes(self.folder, pattern) for name, pattern in patterns.items()}
        return {**parts, "total": sum(parts.values())}

    def close(self) -> None:
        """Close the files this archive has open, in any thread; to ask again opens them again."""
        self.retriever.close()

    def _read(self, work: Callable[[Store, int], T]) -> T:
        """Read rows of the published generation; its store and number are handed to `work`."""
        store = self.retriever.store
        return self.retriever.steady(lambda g: work(store, g.manifest.generation))


def _sizes(folder: Path, pattern: str) -> int:
    # `Path.glob` fails where a writer deletes a folder meanwhile.
    found = glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207
    return sum(_size(folder / path) for path in found)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # a writer is at work
        return 0
