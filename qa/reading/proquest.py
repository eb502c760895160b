"""Articles in a file from ProQuest: a title, the text behind "Full text:", and fields below it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from qa.reading.authors import agency_in, clean_author
from qa.reading.cleaning import Line
from qa.reading.dates import parse_date
from qa.reading.draft import Found
from qa.reading.record import Record

_RULE: Final = re.compile(r"_{20,}")
_NUMBERED: Final = re.compile(r"Document \d+ of \d+", re.IGNORECASE)
_TEXT: Final = re.compile(r"(?:Full text:|FULL TEXT$)\s*(?P<value>.*)", re.IGNORECASE)
_ABSTRACT: Final = re.compile(
    r"(?:Abstract(?: \([A-Za-z]+\))?:|ABSTRACT(?: \([A-Z]+\))?$)\s*(?P<value>.*)"
)
_NO_TEXT: Final = re.compile(r"(?:full text )?(?:not|none) available\.?", re.IGNORECASE)
_LABELLED: Final = re.compile(r"(?P<label>[A-Za-z][\w /().&-]{1,40}?):(?:\s+(?P<value>.*))?$")
MARK: Final = re.compile(r"^[ \t]*Publication title:", re.MULTILINE)
"""In every file from ProQuest."""

MARK_IN_MARKUP: Final = "Publication title"
"""The same in the source of a page, where a tag may stand before the colon."""

_PAPER: Final = "publication title"
_DETAILS: Final = frozenset(
    ("proquest document id", "document url", "source type", "database", "publication date",
     "language of publication", "document type", "publication year", "country of publication")
)  # fmt: skip
_MIN_DETAILS: Final = 3
"""Of these fields, with the paper's and the text's, for a text to be ProQuest's."""

_ABOVE_PAPER: Final = frozenset(
    ("credit", "illustration", "photograph", "illustration caption", "subject", "subjects",
     "business indexing term", "business indexing terms", "location", "people", "person",
     "company / organization", "company/organization", "company", "organization", "classification",
     "identifier / keyword", "identifiers / keywords", "identifier", "keywords", "ethnicity",
     "naics", "ticker", "duns", "product name", "product", "industry", "title", "alternate title",
     "subtitle", "author", "correspondence author", "word count", "references", "links", "url",
     "literary/cultural work", "mesh", "sic", "geographic area")
)  # fmt: skip
"""What stands between the text and the paper, each at most once."""

_HEADINGS: Final = frozenset(("DETAILS", "Details", "LINKS", "Indexing (details)"))
_RIGHTS: Final = re.compile(
    r"\((?:copyright|\(c\)|©)[^\n]{0,200}\)|\[ ?publication abstract ?\]", re.IGNORECASE
)
_PLACE: Final = re.compile(r"\s*;\s.*")
"""Behind a paper: "Toronto Star; Toronto, Ont."."""

_STOP: Final = re.compile(r"(?<=\w\w)\.$")
_MAX_TITLE_LINES: Final = 4
_MAX_WRAPPED: Final = 4  # lines of a field
_MAX_WRAPPED_CHARS: Final = 120


def records_of(lines: list[Line]) -> list[Record]:
    """The articles of a file from ProQuest; empty if this is none.

    What has a text and none of the fields is among them, and what has no text is not.
    """
    parts = [(part, _record(part)) for part in _parts(lines)]
    if not any(record for _, record in parts):
        return []
    return [
        record or Record(None, part)
        for part, record in parts
        if record or any(_TEXT.match(line.text) for line in part)
    ]


def _parts(lines: list[Line]) -> Iterator[list[Line]]:
    """What stands between rules and numbers of documents, put together where a text has a rule.

    A file may have neither: then "Database:", the last field, ends an article.
    """
    part: list[Line] = []
    has_text = has_paper = False
    for line in lines:
        text = line.text
        numbered = bool(_NUMBERED.fullmatch(text))
        if (numbered or _RULE.fullmatch(text)) and (has_paper or not has_text):
            if part:
                yield part
            part, has_text, has_paper = [], False, False
            continue
        part.append(line)
        has_text = has_text or bool(_TEXT.match(text) or _ABSTRACT.match(text))
        has_paper = has_paper or _label(text) == _PAPER
        if has_text and has_paper and _label(text) == "database":
            yield part
            part, has_text, has_paper = [], False, False
    if part:
        yield part


def _record(lines: list[Line]) -> Record | None:
    papers = [at for at, line in enumerate(lines) if _label(line.text) == _PAPER]
    texts = [at for at, line in enumerate(lines) if _TEXT.match(line.text)]
    abstracts = [at for at, line in enumerate(lines) if _ABSTRACT.match(line.text)]
    if not papers or not (texts or abstracts):
        return None
    paper = papers[-1]
    details = _details_at(lines, paper)
    fields = _fields(_unwrapped(lines[details:]))
    if len(fields.keys() & _DETAILS) < _MIN_DETAILS:
        return None
    above = lines[: min(texts + abstracts)]
    said = _fields(above) | {label: value for label, value in fields.items() if value}
    body = _body(lines, texts, details, _TEXT) or _body(lines, abstracts, details, _ABSTRACT)
    byline = _STOP.sub("", said.get("author", ""))
    return Record(
        Found(
            title=_STOP.sub("", said.get("title", "")) or _title(above),
            publisher=_PLACE.sub("", said.get(_PAPER, "")) or None,
            author=clean_author(byline, one=True) if byline else None,
            agency=agency_in(byline),
            published_at=parse_date(said.get("publication date", "")),
            url=_address(said),
            language=said.get("language of publication", "").partition(",")[0] or None,
        ),
        body,
    )


def _details_at(lines: Sequence[Line], paper: int) -> int:
    """Where the fields begin that the paper is among: right below the text.

    A text may end with lines of the same form, but each field stands once. A field may be wrapped.
    """
    at, seen = paper, set[str]()
    while at:
        above = at - 1
        while above and above > at - _MAX_WRAPPED and _is_wrapped(lines[above]):
            above -= 1
        label = _label(lines[above].text)
        if label not in _ABOVE_PAPER or label in seen:
            break
        seen.add(label)
        at = above
    while at and lines[at - 1].text in _HEADINGS:
        at -= 1
    return at


def _is_wrapped(line: Line) -> bool:
    """Whether a line may go on with the field in the line above it, and is no sentence's end."""
    is_short = len(line.text) <= _MAX_WRAPPED_CHARS and line.text[-1] not in '.!?”"'
    return not line.gap and is_short and _label(line.text) is None


def _body(
    lines: list[Line], begins: Sequence[int], details: int, label: re.Pattern[str]
) -> list[Line]:
    """The lines of a text, up to the next part of the article: where nothing is, none."""
    if not begins:
        return []
    at = begins[0]
    found = label.match(lines[at].text)
    value = found["value"].strip() if found else ""
    end = details if details > at else len(lines)
    if label is _ABSTRACT:
        starts = (n for n in range(at + 1, end) if _ends_abstract(lines[n].text))
        end = next(starts, end)
    body = [lines[at]._replace(text=value, gap=True)] if value else []
    body += lines[at + 1 : end]
    body = [line for line in body if not _RULE.fullmatch(line.text)]
    while body and _RIGHTS.fullmatch(body[0].text):
        body = body[1:]
    return [] if len(body) == 1 and _NO_TEXT.fullmatch(body[0].text) else body


def _ends_abstract(line: str) -> bool:
    return bool(_TEXT.match(line)) or _label(line) in _ABOVE_PAPER or line in _HEADINGS


def _title(above: Sequence[Line]) -> str | None:
    """The title above an article, which its fields lack: what stands first and is no field."""
    titles: list[str] = []
    for line in above[:_MAX_TITLE_LINES]:
        if _label(line.text) in _ABOVE_PAPER or "://" in line.text:
            break
        titles.append(line.text)
    return " ".join(titles) or None


def _fields(lines: Sequence[Line]) -> dict[str, str]:
    """The fields among lines, by their labels in small letters; the first of each."""
    fields: dict[str, str] = {}
    for at, line in enumerate(lines):
        found = _LABELLED.fullmatch(line.text)
        if found is None:
            continue
        value = found["value"] or ""
        following = lines[at + 1].text if at + 1 < len(lines) else ""
        if not value and _label(following) is None:  # a label above what it labels
            value = following
        fields.setdefault(found["label"].casefold(), value.strip())
    return fields


def _unwrapped(lines: Sequence[Line]) -> list[Line]:
    """Fields, each in one line."""
    whole: list[Line] = []
    for line in lines:
        above = _LABELLED.fullmatch(whole[-1].text) if whole else None
        if above and above["value"] and _is_wrapped(line):
            whole[-1] = whole[-1]._replace(text=f"{whole[-1].text} {line.text}")
        else:
            whole.append(line)
    return whole


def _label(line: str) -> str | None:
    found = _LABELLED.fullmatch(line)
    return found["label"].casefold() if found else None


def _address(said: Mapping[str, str]) -> str | None:
    given = (said.get(label, "") for label in ("document url", "proquest document link"))
    return next((url for url in given if re.fullmatch(r"https?://\S+", url)), None)
