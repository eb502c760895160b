"""The address of an index in a Milvus server, and the folder this machine keeps for it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from qa.errors import InputError

SCHEMES = ("milvus", "milvus+tls", "http", "https")
PORT = 19530
WRITER = "writer.id"
"""File in a writer's folder that tells its store from others."""


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Where an index lies.

    Attributes:
        server: As pymilvus takes it: "http://host:19530", "https://" with TLS.
        name: The index's name, which its collections begin with.
    """

    server: str
    name: str

    @classmethod
    def is_one(cls, text: str) -> bool:
        """Whether a text names a server rather than a folder."""
        return text.split("://", 1)[0].lower() in SCHEMES if "://" in text else False

    @classmethod
    def parse(cls, text: str) -> MilvusAddress:
        """Read "milvus://host:19530/name"; "milvus+tls://" and "https://" ask for TLS.

        Raises:
            InputError: It has no host or no name, or holds a password.
        """
        scheme, _, rest = text.partition("://")
        if "@" in rest:  # first: no message may hold it, and a "/" in it ends what is the host
            raise InputError(f"leave the token out of {scheme}://…; set QA_MILVUS_TOKEN instead")
        try:
            parts = urlsplit(text)
            port = parts.port or PORT
        except ValueError as error:
            raise InputError(f"{text}: {error}; write: milvus://host:19530/name") from error
        name = parts.path.strip("/")
        if not parts.hostname or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", name):
            raise InputError(
                f"{text!r} names no index; write: milvus://host:19530/name, the name of letters, "
                "digits and underscores"
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        tls = parts.scheme in ("milvus+tls", "https")
        return cls(f"{'https' if tls else 'http'}://{host}:{port}", name)

    def __str__(self) -> str:
        scheme, rest = self.server.split("://")
        return f"milvus{'+tls' if scheme == 'https' else ''}://{rest}/{self.name}"

    def beside(self, suffix: str) -> MilvusAddress:
        """Another index in the same server, named after this one."""
        return replace(self, name=f"{self.name}_{suffix}")

    @property
    def folder(self) -> Path:
        """What this machine keeps of it, under `QA_MILVUS_FOLDER` or the user's cache."""
        base = os.environ.get("QA_MILVUS_FOLDER")
        if not base:
            cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
            base = str(Path(cache) / "article-qa" / "milvus")
        place = re.sub(r"[^A-Za-z0-9.]+", "-", self.server.split("://")[1])
        return Path(base) / place / self.name

    @property
    def staging(self) -> Path:
        """The writer's own index, which is mirrored."""
        return self.folder / "staging"

    @property
    def replica(self) -> Path:
        """The reader's copy of texts and fields."""
        return self.folder / "replica.sqlite"


Location = Path | MilvusAddress
"""Where an index lies: a folder, or a server."""


def location(text: str | Path | MilvusAddress) -> Location:
    """A folder, or the address of a server, from what a user names.

    Raises:
        InputError: It is empty, or begins as an address and is none.
    """
    if isinstance(text, str) and not text.strip():  # Path("") is the working directory
        raise InputError("the name of the index is empty; name a folder, or milvus://host:19530/x")
    if isinstance(text, str) and MilvusAddress.is_one(text):
        return MilvusAddress.parse(text)
    if isinstance(text, str) and "://" in text:
        raise InputError(
            f"an index cannot lie at {text.split('://')[0]}://…; name a folder, or "
            "milvus://host:19530/name"
        )
    # The shell reads "~" in `--index ~/idx`, but neither in `--index=~/idx` nor in the settings.
    return Path(os.path.expanduser(text)) if isinstance(text, str) else text  # noqa: PTH111


def to_open(named: str | Location | None, default: str) -> Location:
    """Where the index lies that a program opens; it stays that one when the program changes folder.

    Args:
        named: What the program names; None where it names none.
        default: What the settings name.

    Raises:
        InputError: It is empty, or begins as an address and is none.
    """
    place = location(default if named is None else named)
    return place.absolute() if isinstance(place, Path) else place
