"""What the Articles tab asks of the server. Each function takes and gives what JSON can hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from markupsafe import Markup

from qa.errors import ArticleNotFoundError, QAError
from qa.files.deletions import Deleted, deleted
from qa.serving.endpoints import Endpoints
from qa.serving.http_api import original_file
from qa.web import articles_html, articles_narrow, html, syncs_html

SORTS: Final = ("published_at", "title", "publisher", "author", "source")

NOT_DELETED: Final = "it is not among the deleted articles now: somebody has brought it back"


class ArticlesHandlers:
    """The tab's calls.

    Args:
        endpoints: What does the work.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._archive = endpoints.archive

    def functions(self) -> list[Callable[..., Any]]:
        """What the browser may call; without what writes, on a read-only server."""

        # Gradio marks the functions, which a method forbids.
        def list_articles(wanted: dict[str, Any]) -> dict[str, Any]:
            return self.list_articles(wanted)

        def narrow(wanted: dict[str, Any]) -> str:
            return self.narrow(wanted)

        def look(_: dict[str, Any]) -> dict[str, Any]:
            return self.look()

        def missing(wanted: dict[str, Any]) -> str:
            return self.missing(str(wanted.get("id")))

        def delete(wanted: dict[str, Any]) -> str:
            return self._told(lambda: self._delete(str(wanted.get("id"))))

        def restore(wanted: dict[str, Any]) -> str:
            return self._told(lambda: self._restore(str(wanted.get("id"))))

        def sync(_: dict[str, Any]) -> str:
            return self._told(self._sync)

        def cancel(_: dict[str, Any]) -> str:
            self._endpoints.syncing.cancel()
            return ""

        reads = [list_articles, narrow, look, missing]
        return (
            reads if self._endpoints.options.read_only else [*reads, delete, restore, sync, cancel]
        )

    def list_articles(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """One page of the table: its HTML, and the generation it was read from.

        Args:
            wanted: "query", "sort", "descending", "offset", and what is chosen of each of
                `articles_narrow.FIELDS`.
        """
        sort = str(wanted.get("sort"))
        sort = sort if sort in SORTS else SORTS[0]
        descending, offset = bool(wanted.get("descending")), max(int(wanted.get("offset") or 0), 0)
        query, filters = _query(wanted), articles_narrow.filters(articles_narrow.chosen(wanted))
        try:
            generation = self._archive.retriever.generation().manifest.generation
            found, matching = self._archive.article_page(
                query, sort, descending, offset, articles_html.PAGE, **filters
            )
            if not found and matching:  # the last page has gone
                offset = (matching - 1) // articles_html.PAGE * articles_html.PAGE
                found, _ = self._archive.article_page(
                    query, sort, descending, offset, articles_html.PAGE, **filters
                )
            page = articles_html.Page(
                articles=found,
                matching=matching,
                total=self._archive.retriever.generation().manifest.articles,
                offset=offset,
                sort=sort,
                descending=descending,
                root=self._endpoints.options.root_path.rstrip("/"),
                deletes=not self._endpoints.options.read_only,
            )
            return {"html": str(articles_html.article_table(page)), "generation": generation}
        except QAError as error:
            return {"html": str(html.failure(error)), "generation": None}

    def narrow(self, wanted: dict[str, Any]) -> str:
        """What the list can be narrowed by: HTML; nothing where the list tells what is wrong."""
        values = articles_narrow.chosen(wanted)
        try:
            facets = articles_narrow.facets_of(self._archive, _query(wanted), values)
        except QAError:
            return ""
        return str(articles_narrow.narrow(facets, values))

    def missing(self, article_id: str) -> str:
        """Why the file of an article cannot be downloaded: HTML; "" where it can."""
        try:
            original_file(self._endpoints, article_id)
        except QAError as error:
            return str(html.failure(error))
        return ""

    def look(self) -> dict[str, Any]:
        """What may have changed since: generation, sync, problems, what was deleted."""
        state = self._endpoints.syncing.state
        try:
            generation = self._archive.retriever.generation().manifest.generation
            problems = articles_html.problem_list(
                self._archive.problems(), retries=not self._endpoints.options.read_only
            )
            gone = articles_html.deleted_list(self._deleted())
        except QAError as error:
            return {"generation": None, "problems": str(html.failure(error)), "deleted": "",
                    "running": state.running, "sync": ""}  # fmt: skip
        return {
            "generation": generation,
            "running": state.running,
            "sync": str(syncs_html.sync_state(state)),
            "problems": str(problems),
            "deleted": str(gone),
        }

    def _deleted(self) -> list[Deleted]:
        if self._endpoints.options.read_only:
            return []
        return deleted(self._endpoints.corpus)

    def _delete(self, article_id: str) -> Markup:
        done = self._endpoints.delete(article_id)
        return articles_html.deletion(str(done["id"]), str(done["title"]))

    def _restore(self, article_id: str) -> Markup:
        try:
            done = self._endpoints.restore(article_id)
        except ArticleNotFoundError:  # when the page was drawn it was among the deleted
            return html.notice(NOT_DELETED, "error")
        return articles_html.restoration(str(done["title"]))

    def _sync(self) -> Markup:
        self._endpoints.may_write()
        self._endpoints.syncing.start()
        return Markup("")

    def _told(self, work: Callable[[], Markup]) -> str:
        try:
            return str(work())
        except QAError as error:
            return str(html.failure(error))


def _query(wanted: dict[str, Any]) -> str:
    return str(wanted.get("query") or "")[:500]
