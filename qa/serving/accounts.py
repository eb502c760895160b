"""Who may sign in: a file of names with hashed passwords (`qa user add NAME` writes it).

Passwords are hashed by scrypt (Percival, "Stronger key derivation via sequential memory-hard
functions", 2009) with the parameters OWASP's Password Storage Cheat Sheet gives: N = 2^15, r = 8,
p = 3, which take 32 MiB and about a tenth of a second.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from pathlib import Path
from typing import Final

from qa.errors import InputError
from qa.replacing import replacing

N, R, P = 2**15, 8, 3
MAX_MEMORY: Final = 64 * 2**20
MIN_PASSWORD_CHARS: Final = 10
"""NIST SP 800-63B-4 asks for 15 where nothing else stands besides a password, and 8 at least."""

MAX_PASSWORD_CHARS: Final = 1_000
_NAME = re.compile(r"[\w.@+-]{1,80}")
_NEVER: Final = f"scrypt${N}${R}${P}$AAAAAAAAAAAAAAAAAAAAAA==$" + "A" * 43 + "="
"""What an unknown name's password is held against, so that it takes as long as a known one's."""


def check_name(name: str) -> None:
    """Check that a user may be called so.

    Raises:
        InputError: The name will not do.
    """
    if not _NAME.fullmatch(name):
        raise InputError(f"a user's name is letters, digits and . _ @ + -, not {name!r}")


class Accounts:
    """The users of one file. What is changed there counts from the next sign-in on.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        """Who may sign in, sorted.

        Raises:
            InputError: The file is missing or damaged.
        """
        return sorted(self._read())

    def version(self) -> str:
        """Changes whenever the file does."""
        try:
            found = self.path.stat()
        except OSError:
            return ""
        return f"{found.st_ino} {found.st_mtime_ns} {found.st_size}"

    def holds(self, name: str, password: str) -> bool:
        """Whether this is the user's password; takes as long where there is no such user.

        Raises:
            InputError: The file is missing or damaged.
        """
        stored = self._read().get(name, _NEVER)
        # The same is computed whatever the answer: what comes first must not end it.
        fits = _fits(stored, password[:MAX_PASSWORD_CHARS])
        return fits and stored is not _NEVER

    def add(self, name: str, password: str) -> bool:
        """Add a user, or set another password; returns whether the user is new.

        Raises:
            InputError: The name or the password will not do, or the file cannot be written.
        """
        check_name(name)
        if not MIN_PASSWORD_CHARS <= len(password) <= MAX_PASSWORD_CHARS:
            raise InputError(
                f"a password has {MIN_PASSWORD_CHARS} to {MAX_PASSWORD_CHARS} characters, "
                f"not {len(password)}; a few words in a row are easy to keep in mind"
            )
        users = self._read() if self.path.exists() else {}
        is_new = name not in users
        self._write({**users, name: _hashed(password)})
        return is_new

    def remove(self, name: str) -> None:
        """Take a user out.

        Raises:
            InputError: There is no such user, or the file cannot be written.
        """
        users = self._read()
        if name not in users:
            raise InputError(
                f"{self.path} has no user {name!r}; it has: {', '.join(sorted(users))}"
            )
        self._write({other: stored for other, stored in users.items() if other != name})

    def _read(self) -> dict[str, str]:
        try:
            users = json.loads(self.path.read_text(encoding="utf-8"))["users"]
            return {str(name): str(stored) for name, stored in users.items()}
        except FileNotFoundError as error:
            raise InputError(
                f"there is no {self.path}; make it: qa user add NAME --auth {self.path}"
            ) from error
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(
                f"{self.path} is no file of users; move it away and run: "
                f"qa user add NAME --auth {self.path}"
            ) from error

    def _write(self, users: dict[str, str]) -> None:
        text = json.dumps({"users": dict(sorted(users.items()))}, indent=1, ensure_ascii=False)
        try:
            with replacing(self.path, private=True) as file:
                file.write(f"{text}\n".encode())
        except OSError as error:
            raise InputError(f"cannot write {self.path}: {error.strerror}") from error


def _hashed(password: str) -> str:
    salt = secrets.token_bytes(16)
    parts = (base64.b64encode(part).decode() for part in (salt, _scrypt(password, salt, N, R, P)))
    return f"scrypt${N}${R}${P}$" + "$".join(parts)


def _fits(stored: str, password: str) -> bool:
    try:
        kind, n, r, p, salt, expected = stored.split("$")
        if kind != "scrypt":
            return False
        found = _scrypt(password, base64.b64decode(salt), int(n), int(r), int(p))
        return hmac.compare_digest(found, base64.b64decode(expected))
    except ValueError:  # somebody wrote it by hand
        return False


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    data = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=n, r=r, p=p, maxmem=MAX_MEMORY, dklen=32)
