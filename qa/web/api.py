"""The endpoints for programs: `/ask`, `/search`, `/article`, `/articles`, `/sync`, `/status`.

They give the shapes of `qa … --json`. Gradio reads the parameters' types from the annotations at
run time, so this module does without `from __future__ import annotations`.
"""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from gradio.events import api as add_endpoint

from qa import serialise
from qa.archive import Archive
from qa.errors import QAError

ASKED_AT_ONCE = 8
"""Questions answered at the same time. NumPy frees the interpreter while it multiplies, so that a
second core is used; more would only wait for each other."""

SYNC = "sync"
"""One name for all that writes the index, so that one runs at a time."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def add_endpoints(archive: Archive, corpus: Path) -> None:
    """Add the endpoints to the page being built."""

    def ask(
        question: str,
        k: int = 5,
        publisher: str | None = None,
        author: str | None = None,
        after: str | None = None,
        before: str | None = None,
        as_of: str | None = None,
        literal: bool = False,
    ) -> dict[str, Any]:
        """Answer a question with verbatim quotes, or say that the archive does not hold it."""
        return serialise.answer(
            archive.ask(
                question,
                k,
                publisher=publisher,
                author=author,
                after=after,
                before=before,
                as_of=as_of,
                literal=literal,
            )
        )

    def search(
        question: str,
        k: int = 10,
        publisher: str | None = None,
        author: str | None = None,
        after: str | None = None,
        before: str | None = None,
        as_of: str | None = None,
        literal: bool = False,
    ) -> list[dict[str, Any]]:
        """The passages that best fit a question, best first."""
        hits = archive.search(
            question,
            k,
            publisher=publisher,
            author=author,
            after=after,
            before=before,
            as_of=as_of,
            literal=literal,
        )
        return [serialise.hit(hit) for hit in hits]

    def article(article_id: str) -> dict[str, Any]:
        """One article with its text, by its id or the first digits of it."""
        return serialise.article(archive.article(article_id))

    def articles() -> list[dict[str, Any]]:
        """All articles without their texts, newest first."""
        return [serialise.article_reference(found) for found in archive.articles()]

    def sync() -> dict[str, Any]:
        """Bring the index up to date with the corpus folder."""
        return asdict(archive.sync(corpus))

    def status() -> dict[str, Any]:
        """What the index holds and was built with, and what could not be read."""
        problems = [serialise.problem(problem) for problem in archive.problems()]
        return {**archive.info(), "problems": problems}

    for reads in (ask, search, article, articles, status):
        add_endpoint(
            _told(reads),
            api_name=reads.__name__,
            concurrency_limit=ASKED_AT_ONCE,
            concurrency_id=reads.__name__,
        )
    add_endpoint(_told(sync), api_name="sync", concurrency_limit=1, concurrency_id=SYNC)


def _told(endpoint: Callable[_P, _R]) -> Callable[_P, _R]:
    """Known errors go to the caller as their one line; others stay in the server's log."""

    @wraps(endpoint)
    def told(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            return endpoint(*args, **kwargs)
        except QAError as error:
            raise gr.Error(str(error), print_exception=False) from error

    return told
