"""Web archives (WARC): each page that was fetched, with its address and the day of its capture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from qa.errors import ReadingError
from qa.reading.archive import Budget, packed_bytes
from qa.reading.content import Content, Member, Stated
from qa.reading.dates import parse_date
from qa.reading.draft import Failure, Part

_SUFFIX_BY_TYPE: Final = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt",
    "application/pdf": ".pdf", "application/rss+xml": ".rss", "application/atom+xml": ".atom",
}  # fmt: skip
_FETCHED: Final = ("response", "resource", "conversion")


def read(content: Content) -> Iterator[Part | Member]:
    """Read a .warc or .warc.gz file.

    Yields:
        Each page that was fetched well; what is no page (images, scripts) is passed over.

    Raises:
        ReadingError: If it is no WARC file, or holds no page.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    budget = Budget(packed_bytes(content.file))
    seen: dict[str, int] = {}
    records = 0
    try:
        for record in ArchiveIterator(content.file):
            records += 1
            budget.count()
            if record.rec_type not in _FETCHED:
                continue
            url = record.rec_headers.get_header("WARC-Target-URI") or f"record {records}"
            kind, encoding = _kind(record)
            if kind not in _SUFFIX_BY_TYPE or not _is_ok(record):
                continue
            seen[url] = seen.get(url, 0) + 1
            place = url if seen[url] == 1 else f"{url} (capture {seen[url]})"
            stated = Stated(
                captured=parse_date(record.rec_headers.get_header("WARC-Date") or ""),
                captured_by="WARC record",
                url=url if url.startswith(("http://", "https://")) else None,
                encoding=encoding,
            )
            try:
                data = budget.read(record.content_stream())
            except ReadingError as error:
                yield Failure(f"{place}: {error.reason}")
                continue
            yield Member(place, Content.of(data, f"page{_SUFFIX_BY_TYPE[kind]}", stated))
            if _is_cut_off(record):
                yield Failure(f"in {place}: cut off; what stands before was read")
    except (ArchiveLoadFailed, OSError, EOFError) as error:
        if not records:
            raise ReadingError(f"not a WARC file ({' '.join(str(error).split())[:120]})") from error
        yield Failure(f"damaged after {records} records; what stands before was read")
    if not seen:
        raise ReadingError("holds no page that was fetched")


def _kind(record: object) -> tuple[str, str | None]:
    """The media type of what was fetched, and its encoding where the server told."""
    headers = getattr(record, "http_headers", None) or record.rec_headers  # type: ignore[attr-defined]
    value = headers.get_header("Content-Type") or ""
    kind, *parameters = (part.strip() for part in value.split(";"))
    encodings = (p[8:].strip("\"' ") for p in parameters if p.lower().startswith("charset="))
    return kind.lower(), next(encodings, None)


def _is_cut_off(record: object) -> bool:
    """Whether the file ends within a record whose content has been read."""
    stream = getattr(record, "raw_stream", None)
    missing = getattr(stream, "limit", 0)
    return stream is not None and missing > 0 and not stream.read(1)


def _is_ok(record: object) -> bool:
    headers = getattr(record, "http_headers", None)
    return headers is None or headers.get_statuscode() == "200"
