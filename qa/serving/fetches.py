"""Pages fetched for whoever wants to see them first, kept until they are added."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from typing import Final, NamedTuple

from qa.errors import InputError
from qa.reading.content import Stated
from qa.serving.uploads import Sent

KEPT_S: Final = 900.0
"""Seconds for which a page waits to be added: long enough to read what was understood of it."""

MAX_BYTES: Final = 64 * 2**20
"""Of all pages that wait; the oldest makes room."""


class _Waiting(NamedTuple):
    page: Sent
    until: float


class Fetches:
    """Pages by the key that adds them: the very bytes that were seen, never a second fetch."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._lock = threading.Lock()

    def fetch(self, url: str) -> tuple[str, Sent]:
        """Fetch a page; returns its key and the page. Raises as `fetched`."""
        page = fetched(url)
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._waiting[key] = _Waiting(page, time.monotonic() + KEPT_S)
            self._forget()
        return key, page

    def take(self, key: str) -> Sent:
        """A page that was fetched; it waits no longer.

        Raises:
            InputError: It waits no longer, or never did.
        """
        with self._lock:
            self._forget()
            found = self._waiting.pop(key, None)
        if found is None:
            raise InputError("the page that was fetched is no longer kept; fetch it again")
        return found.page

    def _forget(self) -> None:
        now = time.monotonic()
        while self._waiting:
            oldest = next(iter(self._waiting.values()))
            held = sum(len(waiting.page.data) for waiting in self._waiting.values())
            if oldest.until > now and held <= MAX_BYTES:
                return
            self._waiting.popitem(last=False)


def fetched(url: str) -> Sent:
    """A page of the web.

    Raises:
        ReadingError: It is refused or cannot be had.
    """
    from qa.files.fetching import fetch

    page = fetch(url.strip())
    stated = Stated(captured=page.captured, captured_by="fetched", url=page.url)
    return Sent(page.name, page.data, stated)
