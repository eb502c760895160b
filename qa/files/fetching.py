"""Fetch one page of the web, as its server allows it and from public addresses only."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import httpcore
import httpx
from protego import Protego

from qa.errors import ReadingError
from qa.files.adding import safe_name
from qa.files.public_network import Address, PublicNetwork, is_public
from qa.reading.decoding import MAX_FILE_BYTES, decode
from qa.reading.formats import SUFFIXES, sniff, suffix_of
from qa.reading.html import declared_charset

AGENT: Final = "article-qa"
"""What robots.txt files may call us."""

_ROBOTS_BYTES: Final = 500 * 1024  # RFC 9309, 2.5: so much is parsed at least
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_SUFFIX_OF: Final = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/rss+xml": ".rss",
    "application/atom+xml": ".atom",
    "application/rdf+xml": ".rss",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/epub+zip": ".epub",
    "message/rfc822": ".eml",
    "multipart/related": ".mhtml",
    "application/mbox": ".mbox",
    "application/warc": ".warc",
    "application/zip": ".zip",
    "application/gzip": ".gz",
    "application/x-gzip": ".gz",
}
_VAGUE: Final = frozenset({"text/plain", "application/octet-stream", "binary/octet-stream",
                           "application/gzip", "application/x-gzip"})  # fmt: skip
"""Types that servers give what they know no better name for; the address's suffix says more."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much may be fetched.

    Attributes:
        max_bytes: Of the page, unpacked.
        seconds: For all of it: names, robots.txt, redirects and the page.
        redirects: How many are followed.
    """

    max_bytes: int = MAX_FILE_BYTES
    seconds: float = 30.0
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it was fetched.

    Attributes:
        url: Its address, after redirects.
        name: A safe file name made from the address, with the suffix of its type.
        data: Its bytes.
        captured: When.
    """

    url: str
    name: str
    data: bytes
    captured: datetime


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: dict[str, str]
    data: bytes


def fetch(
    url: str, bounds: Bounds = Bounds(), allowed: Callable[[Address], bool] = is_public
) -> Fetched:
    """Fetch a page, if its site's robots.txt lets us.

    Args:
        url: An http or https address.
        bounds: How much of it, and for how long.
        allowed: Which network addresses may be connected to; checked after each name is resolved.

    Raises:
        ReadingError: It is refused, cannot be had, or is of a kind that no reader knows.
    """
    deadline = time.monotonic() + bounds.seconds
    with httpcore.ConnectionPool(network_backend=PublicNetwork(deadline, allowed)) as pool:
        client = _Client(pool, bounds)
        at, answer = client.follow(_parsed(url), bounds.max_bytes, ask_robots=True)
    if answer.status != HTTPStatus.OK:
        raise ReadingError(f"the server answers {_phrase(answer.status)}")
    if not answer.data.strip():
        raise ReadingError("the server sends an empty page")
    kind, _, parameters = answer.headers.get("content-type", "").partition(";")
    suffix = _suffix(kind.strip().lower(), at, answer.data)
    data = _marked(answer.data, suffix, parameters)
    return Fetched(str(at), _name(at, suffix), data, datetime.now(UTC).replace(microsecond=0))


class _Client:
    """Asks servers, and first whether they want to be asked."""

    def __init__(self, pool: httpcore.ConnectionPool, bounds: Bounds) -> None:
        self._pool = pool
        self._bounds = bounds
        self._robots: dict[str, Protego] = {}

    def follow(
        self, url: httpx.URL, max_bytes: int, *, ask_robots: bool, cut: bool = False
    ) -> tuple[httpx.URL, _Answer]:
        """What an address holds in the end, and the address that this is."""
        first = url
        for _ in range(self._bounds.redirects + 1):
            try:
                if ask_robots:
                    self._ask_robots(url)
                answer = self._get(url, max_bytes, cut=cut)
            except ReadingError as error:
                if url == first:
                    raise
                raise ReadingError(f"{error.reason} (redirected there from {first})") from error
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or target is None:
                return url, answer
            url = _parsed(target, url)
        raise ReadingError(f"redirects more than {self._bounds.redirects} times")

    def _ask_robots(self, url: httpx.URL) -> None:
        """Respect robots.txt as RFC 9309 has it: none there allows all, none to be had nothing."""
        origin = f"{url.scheme}://{url.netloc.decode()}"
        if origin not in self._robots:
            robots = httpx.URL(f"{origin}/robots.txt")
            _, answer = self.follow(robots, _ROBOTS_BYTES, ask_robots=False, cut=True)
            if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise ReadingError(
                    f"{origin}/robots.txt answers {_phrase(answer.status)}, which forbids to ask "
                    "for more; try again later"
                )
            rules = answer.data if answer.status == HTTPStatus.OK else b""
            self._robots[origin] = Protego.parse(rules.decode("utf-8", "replace"))
        if not self._robots[origin].can_fetch(str(url), AGENT):
            raise ReadingError(f"{origin}/robots.txt asks programs not to fetch it; save the page")

    def _get(self, url: httpx.URL, max_bytes: int, *, cut: bool) -> _Answer:
        seconds = self._bounds.seconds
        try:
            with self._pool.stream(
                "GET",
                httpcore.URL(
                    scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                ),
                headers={
                    "Host": url.netloc.decode(),
                    "User-Agent": AGENT,
                    "Accept": "text/html, application/xhtml+xml, */*;q=0.8",
                    "Accept-Encoding": "gzip",
                },
                extensions={
                    "timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)
                },
            ) as response:
                headers = {k.decode().lower(): _text(v) for k, v in response.headers}
                data = b""
                if response.status == HTTPStatus.OK:
                    packed = headers.get("content-encoding", "identity").lower()
                    data = _gathered(response.iter_stream(), packed, max_bytes, cut=cut)
                return _Answer(response.status, headers, data)
        except httpcore.TimeoutException as error:
            raise ReadingError(f"took longer than {seconds:g} s to fetch") from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            told = " ".join(str(error).split()) or type(error).__name__
            raise ReadingError(f"cannot be fetched from {_host(url)}: {told}") from error


def _parsed(text: str, base: httpx.URL | None = None) -> httpx.URL:
    """An address, maybe relative to another, that may be fetched at all.

    Raises:
        ReadingError: It may not.
    """
    try:
        url = httpx.URL(text) if base is None else base.join(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise ReadingError(f"{text!r} is no address; write it as https://…") from error
    if url.scheme not in ("http", "https") or not url.raw_host:
        raise ReadingError(f"{text!r} cannot be fetched; only http:// and https:// addresses are")
    if url.userinfo:
        raise ReadingError("the address holds a user name; only public pages are fetched")
    return url.copy_with(fragment=None)


def _host(url: httpx.URL) -> str:
    """The host as people write it; as programs do where the standard has no letters for it."""
    try:
        return url.host
    except ValueError:  # an emoji, as in xn--i-7iq.ws
        return url.raw_host.decode("ascii")


def _text(value: bytes) -> str:
    """A header's value: of an address with letters beyond ASCII that is UTF-8, as in browsers."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _gathered(chunks: Iterator[bytes], packed: str, max_bytes: int, *, cut: bool) -> bytes:
    """A body, unpacked; what is over the limit is cut off or refused.

    Raises:
        ReadingError: It is too large, broken, or packed in a way that was not asked for.
    """
    if packed not in ("identity", "gzip", "x-gzip", ""):
        raise ReadingError(f"the server packs it as {packed}, which was not asked for")
    unpacking = _Gunzip() if "gzip" in packed else None
    body = bytearray()
    for chunk in chunks:
        room = max_bytes + 1 - len(body)
        try:
            body += unpacking.decompress(chunk, room) if unpacking else chunk[:room]
        except zlib.error as error:
            raise ReadingError(f"the server sends broken gzip ({error})") from error
        if len(body) > max_bytes:
            if cut:
                return bytes(body[:max_bytes])
            raise ReadingError(f"is larger than {max_bytes / 1024**2:.3g} MiB, the limit of a file")
    if unpacking and not unpacking.eof and body:
        raise ReadingError("the server sends gzip that ends too early")
    return bytes(body)


class _Gunzip:
    """Unpacks gzip of one member or several (RFC 1952, 2.2), as web archives have them."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._member.eof

    def decompress(self, chunk: bytes, room: int) -> bytes:
        """What a chunk holds, at most so many bytes of it."""
        body = bytearray()
        while chunk and len(body) < room:
            if self._member.eof:
                if not chunk.startswith(b"\x1f"):
                    break  # padding
                self._member = zlib.decompressobj(zlib.MAX_WBITS | 16)
            body += self._member.decompress(chunk, room - len(body))
            chunk = self._member.unused_data
        return bytes(body)


def _suffix(kind: str, url: httpx.URL, data: bytes) -> str:
    """The suffix of the reader for what a server sent.

    Raises:
        ReadingError: There is none.
    """
    named = suffix_of(url.path)
    if kind in _VAGUE and named in SUFFIXES:
        return named
    if kind in _SUFFIX_OF:
        return _SUFFIX_OF[kind]
    if not kind:
        return sniff(data)
    if named in SUFFIXES and kind.startswith(("application/", "text/")):
        return named  # application/x-tar, application/jsonl, application/x-rss+xml
    raise ReadingError(f"the server calls it {kind[:60]!r}, which no reader knows")


def _marked(data: bytes, suffix: str, parameters: str) -> bytes:
    """The page with its encoding in it, where only the server's header names one.

    A file keeps no header, so the text is kept as UTF-8 with a byte order mark instead.
    """
    name, _, charset = parameters.strip().partition("=")
    charset = charset.split(";")[0].strip("\"' ")
    if name.strip().lower() != "charset" or charset.lower() in ("", "utf-8", "utf8"):
        return data
    if suffix not in (".html", ".txt", ".md", ".csv", ".tsv") or declared_charset(data):
        return data
    return b"\xef\xbb\xbf" + decode(data, charset).encode()


def _name(url: httpx.URL, suffix: str) -> str:
    last = url.path.rstrip("/").rsplit("/", 1)[-1]
    known = suffix_of(last)
    stem = last[: -len(known)] if known in SUFFIXES else last
    return safe_name("-".join(filter(None, [_host(url).removeprefix("www."), stem])) + suffix)


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
