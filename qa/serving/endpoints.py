"""What programs can ask for, once for all protocols: HTTP, MCP, gradio_client.

The functions give the shapes of `qa … --json`; their docstrings are what API and tools say.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

from qa import serialise, shapes
from qa.archive import Archive
from qa.errors import ForbiddenError, InputError, QAError, ReadingError
from qa.files import deletions
from qa.reading import Preview
from qa.records import Article, Problem
from qa.serving import uploaded
from qa.serving.fetches import Fetches, fetched
from qa.serving.operations import Operation, operation
from qa.serving.options import Options
from qa.serving.syncing import Syncing
from qa.serving.uploads import MAX_FILES, Sent, Upload, look, store

MAX_PAGE = 1_000
"""Articles listed in one answer."""


class Endpoints:
    """The functions.

    Args:
        archive: What is asked.
        corpus: Where articles are added.
        syncing: What brings the index up to date with it.
        options: What is allowed.
    """

    def __init__(self, archive: Archive, corpus: Path, syncing: Syncing, options: Options) -> None:
        self.archive = archive
        self.corpus = corpus
        self.syncing = syncing
        self.options = options
        self._fetches = Fetches()

    def operations(self) -> list[Operation]:
        """All that are allowed here: without those that write, on a read-only server."""
        reads = (self.ask, self.search, self.article, self.articles, self.status)
        return [
            *(operation(function, writes=False) for function in reads),
            *([] if self.options.read_only else self.writing()),
        ]

    def writing(self) -> list[Operation]:
        """Those that change the corpus or the index."""
        fetches = (self.fetch,) if self.options.allow_url else ()
        writes = (self.add, *fetches, self.delete, self.restore, self.sync)
        return [operation(function, writes=True) for function in writes]

    def ask(
        self,
        question: str,
        k: int = 5,
        publisher: str | None = None,
        author: str | None = None,
        after: str | None = None,
        before: str | None = None,
        language: str | None = None,
        agency: str | None = None,
        as_of: str | None = None,
        literal: bool = False,
        without: list[str] | None = None,
    ) -> shapes.Answer:
        """Answer a question with verbatim quotes, or say that the archive does not hold it.

        Every quote is a slice of a stored article, given with the article's title, publisher,
        author and date. "answered" is false where the archive does not hold the answer; then
        "reason" says why, and "passages" are merely the nearest.

        Args:
            question: In plain words; operators such as publisher:AP or after:2025-07 count.
            k: How many passages to return with the answer, best first.
            publisher: Only this publisher's articles, whatever the case.
            author: Only articles whose author's name holds these words.
            after: Only articles published on this day or later, such as 2025-07-31.
            before: Only articles published before this day.
            language: Only articles in this language: a tag such as "de", or "German".
            agency: Only what this news agency sent, such as "AP", whoever published it.
            as_of: The day the question is asked on: nothing later is used.
            literal: Take the question as it stands: no operators, nothing understood.
            without: Keys of what was understood ("key" in "understood") and is to be left aside.
        """
        return serialise.answer(
            self.archive.ask(
                question,
                k,
                publisher=publisher,
                author=author,
                after=after,
                before=before,
                language=language,
                agency=agency,
                as_of=as_of,
                literal=literal,
                without=without or (),
            )
        )

    def search(
        self,
        question: str,
        k: int = 10,
        publisher: str | None = None,
        author: str | None = None,
        after: str | None = None,
        before: str | None = None,
        language: str | None = None,
        agency: str | None = None,
        as_of: str | None = None,
        literal: bool = False,
        explain: bool = False,
        without: list[str] | None = None,
    ) -> list[shapes.Hit]:
        """Find the passages that best fit a question, best first.

        Each is a run of whole sentences with its place in the article, its score and the rank that
        the words and the meaning gave it.

        Args:
            question: In plain words, or search words; operators are understood as in `ask`.
            k: At most this many passages.
            publisher: Only this publisher's articles, whatever the case.
            author: Only articles whose author's name holds these words.
            after: Only articles published on this day or later, such as 2025-07-31.
            before: Only articles published before this day.
            language: Only articles in this language: a tag such as "de", or "German".
            agency: Only what this news agency sent, such as "AP", whoever published it.
            as_of: The day the question is asked on: nothing later is used.
            literal: Take the question as it stands: no operators, nothing understood.
            explain: Say why each passage was found.
            without: Keys of what is not to be understood, such as "publisher" or "dates".
        """
        hits = self.archive.search(
            question,
            k,
            publisher=publisher,
            author=author,
            after=after,
            before=before,
            language=language,
            agency=agency,
            as_of=as_of,
            literal=literal,
            explain=explain,
            without=without or (),
        )
        return [serialise.hit(hit) for hit in hits]

    def article(self, article_id: str) -> shapes.Article:
        """Read one article whole, with its text and where each of its fields came from.

        Args:
            article_id: Its id as answers and lists give it, or the first digits of it.
        """
        return serialise.article(self.archive.article(article_id))

    def articles(
        self,
        query: str = "",
        sort: str = "published_at",
        descending: bool = True,
        offset: int = 0,
        limit: int = 100,
        publisher: str | None = None,
        author: str | None = None,
        after: str | None = None,
        before: str | None = None,
        language: str | None = None,
        agency: str | None = None,
    ) -> shapes.ArticlePage:
        """List the articles without their texts, a page at a time.

        Args:
            query: Only articles with all these words in title, publisher, author, date or file.
            sort: By "published_at", "title", "publisher", "author", "language" or "source".
            descending: Newest, or last in the alphabet, first.
            offset: How many to leave out at the beginning.
            limit: At most this many, up to 1000.
            publisher: Only this publisher's, whatever the case.
            author: Only those whose author's name holds these words.
            after: Only those published on this day or later, such as 2025-07-31.
            before: Only those published before this day.
            language: Only those in this language: a tag such as "de", or "German".
            agency: Only what this news agency sent, such as "AP", whoever published it.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise InputError(f"limit must be from 1 to {MAX_PAGE}, not {limit}")
        found, total = self.archive.article_page(
            query,
            sort,
            descending,
            offset,
            limit,
            publisher=publisher,
            author=author,
            after=after,
            before=before,
            language=language,
            agency=agency,
        )
        return {
            "total": total,
            "offset": offset,
            "articles": [serialise.article_reference(article) for article in found],
        }

    def status(self) -> shapes.Status:
        """Tell what the index holds and was built with, what could not be read, and any sync."""
        problems = [serialise.problem(problem) for problem in self.archive.problems()]
        sync = self.syncing.state
        told: shapes.Sync = {
            "running": sync.running,
            "stage": sync.stage,
            "done": sync.done,
            "total": sync.total,
            "error": sync.error,
        }
        more = {"problems": problems, "read_only": self.options.read_only, "sync": told}
        return cast("shapes.Status", {**self.archive.info(), **more})

    def add(
        self,
        text: str | None = None,
        name: str = "article.txt",
        url: str | None = None,
        key: str | None = None,
        wait: bool = True,
    ) -> shapes.Added:
        """Add an article, or a file of several, to the corpus, and index it: it is found at once.

        Args:
            text: What the file is to hold: plain text (headline, byline, "Publisher | date", then
                the article), Markdown, HTML or JSON Lines.
            name: A name for the file; its suffix tells the format. Nothing is ever overwritten.
            url: In the place of a text, a public page to fetch, if this server is allowed to.
            key: In the place of a text, a page that `fetch` has fetched: just what it showed.
            wait: Until it is indexed; else that goes on by itself, see `status`.
        """
        given = [each is not None for each in (text, url, key)]
        if sum(given) != 1:
            raise InputError("add takes one of text, url and key")
        if text is not None:
            return self.keep([Sent(name, text.encode("utf-8", "surrogatepass"))], wait=wait)
        self.may_fetch()
        if key is not None:
            return self.keep([self._fetches.take(key)], wait=wait)
        try:
            return self.keep([fetched(url or "")], wait=wait)
        except ReadingError as error:
            problem = Problem(url or "", error.reason)
            refused = Upload(problem.source, None, False, 0, (problem,))
            return {"files": [uploaded.upload(refused)], "report": None}

    def fetch(self, url: str) -> shapes.Fetched:
        """Fetch a public page and show what would be understood of it; `add` adds it by its key.

        The page's robots.txt is respected. It is kept for a quarter of an hour.

        Args:
            url: An http or https address.
        """
        self.may_fetch()
        try:
            key, page = self._fetches.fetch(url)
        except ReadingError as error:
            refused = Preview(url, (), (Problem(url, error.reason),), ())
            return {"key": None, "url": url, "files": [self._understood(url, refused)]}
        address = page.stated.url or url
        return {"key": key, "url": address, "files": [self._understood(address, look(page))]}

    def keep(self, files: Sequence[Sent], *, wait: bool = True) -> shapes.Added:
        """Store files in the corpus and index them.

        Args:
            files: What was sent.
            wait: Until they are indexed; else that goes on by itself, see `status`.

        Raises:
            ForbiddenError: On a read-only server.
            InputError: There are too many, or the corpus cannot be written to.
        """
        stored = self.store(files)
        report = None
        # Also what was there already: the sync that followed it may have failed.
        if any(upload.stored_as is not None for upload in stored):
            if wait:
                report = self.syncing.run()
            else:
                self.syncing.start()
        return {
            "files": [uploaded.upload(upload) for upload in stored],
            "report": serialise.sync_report(report) if report else None,
        }

    def store(self, files: Sequence[Sent]) -> list[Upload]:
        """Store files in the corpus.

        Raises:
            ForbiddenError: On a read-only server.
            InputError: There are too many, or the corpus cannot be written to.
        """
        self.may_write()
        check_count(files)
        return store(files, self.corpus)

    def preview(self, files: Sequence[Sent]) -> shapes.Previewed:
        """What would be understood of files; changes nothing. Arguments and errors as `store`."""
        self.may_write()
        check_count(files)
        return {"files": [self._understood(file.name, look(file)) for file in files]}

    def _understood(self, name: str, found: Preview) -> shapes.PreviewedFile:
        return uploaded.understood(name, found, self._copies)

    def _copies(self, article: Article) -> list[Article]:
        try:
            return self.archive.copies(article)
        except QAError:  # an index that cannot be read, which a preview needs not be told
            return []

    def may_write(self) -> None:
        """Raise ForbiddenError on a read-only server."""
        if self.options.read_only:
            raise ForbiddenError("this server is read-only; change the archive where it is kept")

    def may_fetch(self) -> None:
        """Raise ForbiddenError on a server that is not to fetch pages."""
        self.may_write()
        if not self.options.allow_url:
            raise ForbiddenError(
                "this server fetches no pages; start it with: qa serve --allow-url"
            )

    def delete(self, article_id: str) -> shapes.Deleted:
        """Delete an article from the corpus and the index; `restore` brings it back.

        Its file is put away; if the file holds other articles it stays, and this one is left out.

        Args:
            article_id: Its id as answers and lists give it, or the first digits of it.
        """
        self.may_write()
        done = self.archive.take_out(article_id, self.corpus)
        self.syncing.run()
        return serialise.deleted(done)

    def restore(self, article_id: str) -> shapes.Deleted:
        """Bring a deleted article back into the corpus and the index.

        Args:
            article_id: The id it had, or the first digits of it.
        """
        self.may_write()
        done = deletions.restore(self.corpus, article_id)
        self.syncing.run()
        return serialise.deleted(done)

    def sync(self) -> shapes.SyncReport:
        """Bring the index up to date with the corpus folder, and report what changed."""
        self.may_write()
        return serialise.sync_report(self.syncing.run())


def check_count(files: Sequence[Sent]) -> None:
    """Raise InputError if there is no file, or too many."""
    if not 1 <= len(files) <= MAX_FILES:
        raise InputError(f"send 1 to {MAX_FILES} files at a time, not {len(files)}")
