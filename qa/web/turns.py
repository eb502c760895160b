"""Which question of a page is its last: an earlier one is given up, for nobody sees its answer."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, TypeVar

from qa.abandonment import abandonable

T = TypeVar("T")
MOST_PAGES: Final = 1_000
"""Open pages that are followed; of one that was forgotten, questions are answered to the end."""


class Turns:
    """The last turn of each open page, as its script counts them."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, int] = OrderedDict()
        self._lock = threading.Lock()

    def taking(self, handler: Callable[[Mapping[str, Any]], T]) -> Callable[[Mapping[str, Any]], T]:
        """A handler that gives up as soon as the page that called it has gone on.

        The page says who it is in "page", and its turn in "turn".
        """

        @wraps(handler)
        def taken(sent: Mapping[str, Any]) -> T:
            page, turn = str(sent.get("page") or "")[:64], sent.get("turn")
            if not page or not isinstance(turn, int):
                return handler(sent)
            self._enter(page, turn)
            with abandonable(lambda: self._last.get(page, turn) > turn):
                return handler(sent)

        return taken

    def _enter(self, page: str, turn: int) -> None:
        with self._lock:
            self._last[page] = max(turn, self._last.get(page, turn))
            self._last.move_to_end(page)
            while len(self._last) > MOST_PAGES:
                self._last.popitem(last=False)
