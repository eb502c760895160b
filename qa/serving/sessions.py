"""Who is signed in, and how often somebody may try."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

SESSION_S: Final = 7 * 24 * 3600.0
"""A page kept open all week needs one sign-in. Sessions end with the server, too."""

MAX_SESSIONS: Final = 10_000
TRIES, WINDOW_S = 5, 60.0
"""Failures of one name from one address within a minute, after which it has to wait."""

ADDRESS_TRIES: Final = 20
"""Those of one address, whatever the name."""

KNOWN_S: Final = 300.0
"""How long a password sent with each request (HTTP Basic) is known without hashing it again."""


class Sessions:
    """The sessions of one server; only digests of their tokens are kept."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._users: dict[str, tuple[str, float]] = {}

    def begin(self, user: str) -> str:
        """Sign a user in; returns the token."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            self._users = {t: kept for t, kept in self._users.items() if kept[1] > now}
            while len(self._users) >= MAX_SESSIONS:
                del self._users[next(iter(self._users))]
            self._users[_digest(token)] = (user, now + SESSION_S)
        return token

    def user(self, token: str) -> str | None:
        """Whose token it is; None if nobody's."""
        user, until = self._users.get(_digest(token), ("", 0.0))
        return user if until > self._clock() else None

    def end(self, token: str) -> None:
        """Sign out."""
        with self._lock:
            self._users.pop(_digest(token), None)


class Tries:
    """Failures to sign in, by address and by name, and how long to wait after too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def wait_s(self, address: str, name: str) -> float:
        """Seconds until this address may try this name again; 0 if it may now."""
        with self._lock:
            return max(self._wait((address, ""), ADDRESS_TRIES), self._wait((address, name), TRIES))

    def failed(self, address: str, name: str) -> None:
        """Count a failure."""
        now = self._clock()
        with self._lock:
            for key in ((address, ""), (address, name)):
                self._failed[key].append(now)
            if len(self._failed) > MAX_SESSIONS:  # somebody tries names without end
                old = [k for k, times in self._failed.items() if times[-1] < now - WINDOW_S]
                for key in old or list(self._failed)[: MAX_SESSIONS // 2]:
                    del self._failed[key]

    def forgive(self, address: str, name: str) -> None:
        """Take back the last failure, which was none, and those of the name before it."""
        with self._lock:
            self._failed.pop((address, name), None)
            if times := self._failed.get((address, "")):
                times.pop()
                if not times:
                    del self._failed[(address, "")]

    def _wait(self, key: tuple[str, str], allowed: int) -> float:
        times = self._failed.get(key)
        if not times:
            return 0.0
        since = self._clock() - WINDOW_S
        while times and times[0] <= since:
            times.popleft()
        return times[-allowed] - since if len(times) >= allowed else 0.0


class Known:
    """Passwords that were right a moment ago, as keyed digests that are of no use elsewhere."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._until: dict[bytes, float] = {}

    def holds(self, name: str, password: str, version: str) -> bool:
        """Whether this pair was right within the last minutes, in this version of the accounts."""
        return self._until.get(self._digest(name, password, version), 0.0) > self._clock()

    def remember(self, name: str, password: str, version: str) -> None:
        """Note that it is right."""
        now = self._clock()
        self._until = {d: until for d, until in self._until.items() if until > now}
        self._until[self._digest(name, password, version)] = now + KNOWN_S

    def _digest(self, name: str, password: str, version: str) -> bytes:
        text = f"{version}\0{name}\0{password}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, key=self._key).digest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
