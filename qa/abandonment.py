"""Questions that nobody waits for any more: they are given up at the next step.

Whoever serves a question says how it can be told that it was given up; the steps of a search look
there. A step that is under way is finished: it takes some milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from qa.errors import AbandonedError

_given_up: ContextVar[tuple[Callable[[], bool], ...]] = ContextVar("given_up", default=())


@contextmanager
def abandonable(given_up: Callable[[], bool]) -> Iterator[None]:
    """Let what is done inside be given up, in this thread and in those that inherit its context.

    Args:
        given_up: Whether nobody waits for it any more; asked often, and from several threads.
    """
    token = _given_up.set((*_given_up.get(), given_up))
    try:
        yield
    finally:
        _given_up.reset(token)


def go_on() -> None:
    """Between two steps: raise AbandonedError if nobody waits for the next."""
    if any(given_up() for given_up in _given_up.get()):
        raise AbandonedError("nobody waits for the answer any more")
