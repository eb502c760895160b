"""Which reader a file gets: by its suffix, or by how its content begins."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final, cast

from qa.errors import ReadingError
from qa.reading.content import Content, Member
from qa.reading.draft import Part

Reader = Callable[[Content], Iterable[Part | Member]]


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file.

    Attributes:
        suffixes: In lower case, the usual one first.
        reads: The function in `qa.reading` that reads it, by module; not loaded before.
        streamed: Whether it is read piece by piece, so that no limit on a file's size is needed.
        guarded: Whether its libraries could hang or need much memory on hostile input, so that it
            is read in a process of its own.
    """

    suffixes: tuple[str, ...]
    reads: str
    streamed: bool = False
    guarded: bool = True

    def reader(self) -> Reader:
        """Load the reader.

        Raises:
            ReadingError: If the library it needs is not installed.
        """
        module, _, function = self.reads.partition(":")
        try:
            return cast(Reader, getattr(import_module(f"qa.reading.{module}"), function))
        except ModuleNotFoundError as error:
            raise ReadingError(
                f"{self.suffixes[0]} files need {error.name}; run: pip install article-qa"
            ) from error


FORMATS: Final = (
    Format((".txt",), "plain:read", guarded=False),
    Format((".md", ".markdown"), "markdown:read", guarded=False),
    Format((".html", ".htm", ".xhtml"), "html:read"),
    Format((".jsonl", ".ndjson", ".json"), "jsonl:read", streamed=True, guarded=False),
    Format((".csv", ".tsv"), "table:read", guarded=False),
    Format((".rss", ".atom", ".xml"), "feed:read"),
    Format((".pdf",), "pdf:read"),
    Format((".docx",), "docx:read"),
    Format((".epub",), "epub:read"),
    Format((".eml", ".mhtml", ".mht"), "mail:read"),
    Format((".mbox",), "mail:read_mailbox", streamed=True),
    Format((".warc", ".warc.gz"), "warc:read", streamed=True),
    Format(
        (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".gz"),
        "archive:read",
        streamed=True,
    ),
)

_SNIFFED: Final = 4096
_MAGIC: Final = (
    (b"%PDF-", ".pdf"),
    (b"WARC/", ".warc"),
    (b"PK\x03\x04", ".zip"),
    (b"PK\x05\x06", ".zip"),
    (b"\x1f\x8b", ".gz"),
)
_FIELD: Final = r"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)"
_BEGINNINGS: Final = tuple(
    (re.compile(pattern, re.DOTALL), suffix)
    for pattern, suffix in (
        (rb"(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*)*<(?:rss|feed|rdf:rdf)\b", ".rss"),
        (rb"(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*)*<(?:!doctype html|html|head|body)\b",
         ".html"),
        # Not "[Exclusive] Lamp lit", nor a text that begins with "From".
        (rb"\{\s*(?:\"[^\"\n]*\"\s*:|\})|\[\s*\{\s*[\"}]", ".jsonl"),
        (rb"---\s*\n[\w-]+\s*:", ".md"),
        (rb"from (?:\S+ +){0,2}(?:mon|tue|wed|thu|fri|sat|sun) +[a-z]{3} +\d", ".mbox"),
        # Not "Title: Lamp lit", "Date: …", as texts begin too.
        (rf"(?={_FIELD}*?(?:from|received|return-path):){_FIELD}{{3,}}(?:\r?\n|[^\n]*\Z)".encode(),
         ".eml"),
    )
)  # fmt: skip
_BY_SUFFIX: Final = {suffix: each for each in FORMATS for suffix in each.suffixes}

_MISNAMED: Final[Mapping[str, tuple[str, ...]]] = {
    ".txt": (".html", ".rss", ".jsonl"),
    ".html": (".rss", ".eml"),
    ".pdf": (".html",),
    ".rss": (".html",),
}
"""What files may be that are called as if they were of a kind: pages are saved as .txt."""

_OF_LETTERS: Final = re.compile(rb"^mime-version:", re.IGNORECASE | re.MULTILINE)
"""In each page that a browser saved as a letter, and in no page that begins "Title: …"."""

SUFFIXES: Final = frozenset(_BY_SUFFIX)
"""The suffixes, in lower case, of the files that can be read."""


ADVICE: Final[Mapping[str, str]] = {
    **dict.fromkeys((".doc", ".dot", ".rtf", ".odt", ".wpd", ".pages"), "save it as .docx"),
    **dict.fromkeys((".xls", ".xlsx", ".ods", ".numbers"), "save it as .csv"),
    **dict.fromkeys((".ppt", ".pptx", ".odp", ".ps", ".djvu"), "save it as .pdf"),
    **dict.fromkeys((".mobi", ".azw3", ".fb2"), "convert it to .epub"),
    ".msg": "save the letter as .eml",
    **dict.fromkeys((".rar", ".7z", ".tar.zst"), "unpack it, or make a .zip of it"),
    ".webarchive": "save the page as .html",
}
"""What to do with files that hold articles and that no reader knows, by suffix: they are told,
while pictures, scripts and the like are passed over."""

NOTICED: Final = SUFFIXES | ADVICE.keys()
"""The suffixes of the files of a folder that are read, or told."""


def suffix_of(name: str) -> str:
    """The suffix that picks a file's reader, of two parts for ".tar.gz"; else its last one."""
    last = name.rpartition("/")[2].lstrip(".").lower()
    if last == "mbox":  # as Apple Mail calls each mailbox that it exports, in a folder of its own
        return ".mbox"
    parts = [] if last.endswith(".") else last.split(".")[1:]
    double = "".join(f".{part}" for part in parts[-2:])
    return double if double in NOTICED else "".join(f".{part}" for part in parts[-1:])


def format_of(name: str) -> Format:
    """The format of a file by its name.

    Raises:
        ReadingError: If no reader knows it.
    """
    suffix = suffix_of(name)
    if suffix in ADVICE:
        raise ReadingError(f"{suffix} files are not read; {ADVICE[suffix]}")
    if suffix not in _BY_SUFFIX:
        known = ", ".join(sorted(SUFFIXES))
        raise ReadingError(f"unknown kind of file {suffix or name!r}; known are {known}")
    return _BY_SUFFIX[suffix]


def format_within(name: str, head: bytes) -> Format:
    """The format of a file by its name, but where it plainly begins as one of another kind.

    Raises:
        ReadingError: If no reader knows it.
    """
    kind = format_of(name)
    begins = _MISNAMED.get(kind.suffixes[0])
    if not begins or (found := sniff(head)) not in begins:
        return kind
    return _BY_SUFFIX[found] if found != ".eml" or _OF_LETTERS.search(head) else kind


def sniff(data: bytes) -> str:
    """The suffix of a file that came without a name, by how it begins; ".txt" for what is left."""
    head = data[:_SNIFFED]
    if head.startswith(b"PK") and b"word/document.xml" in data:
        return ".docx"
    if head.startswith(b"PK") and b"application/epub+zip" in head:
        return ".epub"
    for magic, suffix in _MAGIC:
        if head.startswith(magic):
            return suffix
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for pattern, suffix in _BEGINNINGS:
        if pattern.match(text):
            return suffix
    return ".txt"
