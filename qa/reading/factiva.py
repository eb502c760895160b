"""Articles in a file from Factiva, with a tag before each field or as they are displayed.

Each article ends with its accession number, which no prose has: eight letters or figures for the
paper, the day, and nine more ("Document HSTAR00020250812el8c00001").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Final

from qa.reading.authors import (
    agency_in,
    are_people,
    clean_author,
    is_called_like_a_paper,
    parse_byline,
    parse_foreign_byline,
)
from qa.reading.cleaning import Line
from qa.reading.dates import parse_date
from qa.reading.draft import Found
from qa.reading.fields import is_agency, is_name_like
from qa.reading.record import Record
from qa.text.languages import tags_by_name

_DOCUMENT: Final = r"(?:Document[oe]?|Dokument|Документ|文書|文件|文档)"
_NUMBER: Final = r"[A-Za-z0-9_]{8}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[a-z0-9]{9}"
_ACCESSION: Final = rf"{_DOCUMENT}[ \t\xa0]+{_NUMBER}"
_END: Final = re.compile(rf"(?:AN(?:[ |:]+))?{_ACCESSION}")
MARK: Final = re.compile(rf"{_ACCESSION}\b")
"""In every file from Factiva, and in the texts that cite one."""

MARK_IN_MARKUP: Final = re.compile(
    rf"{_DOCUMENT}(?:[ \t\xa0]|&(?:nbsp|#160|#xa0);|<[^<>]{{0,99}}>){{1,6}}{_NUMBER}\b"
)
"""The same in the source of a page."""

_HEAD: Final = ("CLM", "SE", "HD", "BY", "CR", "WC", "PD", "ET", "SN", "SC", "ED", "PG", "VOL",
                "LA", "CY", "CX")  # fmt: skip
_BODY: Final = ("LP", "TD")
_FOOT: Final = ("ART", "CT", "RF", "CO", "IN", "NS", "RE", "IPC", "IPD", "PUB", "AN")
_TAGS: Final = "|".join((*_HEAD, *_BODY, *_FOOT))
_TAGGED: Final = re.compile(
    rf"[ \t\xa0]*(?P<tag>{_TAGS})(?:[ \t\xa0]*\||\t|[ \xa0]{{2}}|[ \t\xa0]*$)(?P<value>.*)",
    re.DOTALL,
)
"""A tag in a column of its own: alone in its line, or with a tab, a stroke or blanks behind it."""

_RUN_IN: Final = re.compile(rf"[ \t\xa0]*(?P<tag>{_TAGS})[ \xa0](?P<value>.*)", re.DOTALL)
"""The same where a program made one blank of them. "TD" is a bank too, and "IN" begins sentences:
such tags count only with a value of their kind behind them."""

_INDEXED: Final = re.compile(r"[A-Za-z0-9_-]{1,12} : \S")
"""What indexing says: "usa : United States"."""

_WORDS: Final = re.compile(
    r"\d{1,3}(?:[.,' ]?\d{3}){0,3} ?(?:words?|Wörter|Worte|mots?|palabras?|palavras?|parole|parola"
    r"|woorden|слова?|字|語|단어)",
    re.IGNORECASE,
)
_TIME: Final = re.compile(
    r"\d{1,2}[:.]\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?(?: ?\(?[A-Z]{2,4}\)?)?", re.IGNORECASE
)
_ZONED: Final = re.compile(r"(?![AP]M\b)\b[A-Z]{2,4}\)?$", re.IGNORECASE)
_CODE: Final = re.compile(r"[A-Z0-9_]{1,8}")
_RIGHTS: Final = re.compile(
    r"©|^\(c\)|\(c\) ?\d{4}|rights? reserved|droits r[ée]serv[ée]s|rechte vorbehalten"
    r"|derechos reservados|direitos reservados|diritti riservati",
    re.IGNORECASE,
)
_COPYRIGHT: Final = re.compile(r"\bcopyright\b(?P<holder>.*?)\b(?:19|20)\d\d\b", re.IGNORECASE)
_IN_NAMES: Final = frozenset(
    ("a", "and", "by", "c", "d", "da", "das", "de", "del", "der", "des", "di", "do", "du", "e",
     "for", "la", "of", "the", "van", "von", "y")
)  # fmt: skip
"""Words in small letters between "Copyright" and its year; others make a sentence of it."""

_MORE_RIGHTS: Final = re.compile(
    r"(?:©|\(c\)|all rights reserved\b|alle rechte\b).*", re.IGNORECASE
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
_OF_FACTIVA: Final = re.compile(
    r"(?:page \d+ of \d+\s*)?(?:©|\(c\)) ?\d{4} factiva,? inc\..*|(?:dow jones )?factiva"
    r"|factiva rtf display format",
    re.IGNORECASE,
)
_SUMMARY: Final = re.compile(
    r"(?:search summary|suchübersicht|résumé de la recherche|resumen de búsqueda)", re.IGNORECASE
)
_ENDED: Final = re.compile(r"\(END\) .*")
_CONTENTS: Final = re.compile(r"\.{3} ?\d{1,4}$")
"""At the end of a line of a table of contents."""

_CONTACT: Final = re.compile(r"\w@\w|\bcontacts?\b|\d{3}[-. ]\d{3,4}", re.IGNORECASE)

_MAX_HEAD: Final = (
    8  # lines above the count of words: a section, a title that was wrapped, a byline
)
_FEW: Final = 5
_PAGE_CHARS: Final = 12
_MAX_BELOW: Final = 8  # lines from the paper to the language: code, edition, page, volume
_MAX_FIELD_CHARS: Final = 100
_MAX_RIGHTS_CHARS: Final = 400
_MAX_SECTION_WORDS: Final = 3
_NAME_WORDS: Final = (2, 4)
_MIN_TITLE_WORDS: Final = 4
_ENDED_WITHIN: Final = 4
_MIN_LOST_CHARS: Final = 80
_MIN_WRAPPED_CHARS: Final = 50


def records_of(lines: list[Line], raws: Sequence[str]) -> list[Record]:
    """The articles of a file from Factiva; empty if this is none.

    Args:
        lines: Of the file.
        raws: All lines as they stand in the file.
    """
    lines = [line for line in lines if not _OF_FACTIVA.fullmatch(line.text)]
    ends = [at for at, line in enumerate(lines) if _END.fullmatch(line.text)]
    records: list[Record] = []
    known = 0
    for start, end in zip([0, *(at + 1 for at in ends)], ends, strict=False):
        part = lines[start:end]
        record = _record(part, raws, first=not start)
        known += record is not None
        if record or part:
            records.append(record or Record(None, part))
    if not known:
        return []
    rest = lines[ends[-1] + 1 :]
    rest = rest[
        : next((at for at, each in enumerate(rest) if _SUMMARY.match(each.text)), len(rest))
    ]
    if record := _record(rest, raws, first=False):  # the file was cut off
        records.append(record)
    elif _is_told(rest):
        records.append(Record(None, rest))
    return records


def _is_told(lines: Sequence[Line]) -> bool:
    """Whether lines have a sentence in them, be it wrapped: the foot of a file has none."""
    return any(len(line.text) >= _MIN_LOST_CHARS for line in lines) or any(
        len(line.text) >= _MIN_WRAPPED_CHARS and not below.gap for line, below in pairwise(lines)
    )


def _record(lines: list[Line], raws: Sequence[str], *, first: bool) -> Record | None:
    return _tagged(lines, raws) or _displayed(lines, first=first)


def _tagged(lines: list[Line], raws: Sequence[str]) -> Record | None:
    """An article with a tag before each field."""
    tags = [_TAGGED.match(raws[line.number - 1]) for line in lines]
    title = next((found for found in tags if found and found["tag"] == "HD"), None)
    if title is None:
        tags = [_RUN_IN.match(raws[line.number - 1]) for line in lines]
    lone = title is not None and not title["value"].strip()
    fields: dict[str, list[Line]] = {}
    tag = ""
    for at, (line, found) in enumerate(zip(lines, tags, strict=True)):
        if found and _begins(lines, tags, at, fields, lone=lone):
            tag = found["tag"]
            value = " ".join(line.text.removeprefix(tag).lstrip(" |").split())
            fields[tag] = [line._replace(text=value)] if value else []
        elif tag:
            fields[tag].append(line)
    if "HD" not in fields or not fields.keys() & {"WC", "PD"} or not fields.keys() & {*_BODY}:
        return None
    said = {tag: " ".join(line.text for line in value) for tag, value in fields.items()}
    # A correction ("CX") stands above the text, and is part of it.
    body = [line for tag in (*_BODY, "CX") for line in _parted(fields.get(tag, []))]
    byline = said.get("BY", "")
    credit = said.get("CR", "")
    return Record(
        Found(
            title=said["HD"] or None,
            publisher=said.get("SN") or None,
            author=clean_author(byline) if byline else None,
            agency=agency_in(byline) or (credit if is_agency(credit) else None),
            published_at=_moment(said.get("PD", ""), said.get("ET", "")),
            language=_tag(said.get("LA", "")),
        ),
        _without_end(body),
    )


def _begins(
    lines: list[Line],
    tags: Sequence[re.Match[str] | None],
    at: int,
    fields: Mapping[str, list[Line]],
    *,
    lone: bool,
) -> bool:
    """Whether a line that begins like a tag is one.

    Each stands once, those of a head above the body, and indexing says what only indexing says, as
    no table of states does ("CO  12"). What else stands in a foot has the next tag or the end near
    it, and no line to itself where the title's tag has none (`lone`): "ART" is a heading, too.
    """
    found = tags[at]
    if found is None:
        return False
    run_in = found.re is _RUN_IN
    tag, value = found["tag"], " ".join(found["value"].replace("|", " ", 1).split())
    is_alone = not value
    if tag in fields or (tag in _HEAD and fields.keys() & {*_BODY}):
        return False
    if not fields:
        return tag in _HEAD
    value = value or (lines[at + 1].text if at + 1 < len(lines) else "")
    if tag in ("CO", "IN", "NS", "RE"):
        return _INDEXED.match(value) is not None
    if tag == "WC":
        return _WORDS.fullmatch(value) is not None
    if tag == "PD":
        return bool(_YEAR.search(value)) and parse_date(value) is not None
    if tag == "LA":
        return _tag(value) is not None
    if tag == "CT":
        return _CONTACT.search(value) is not None
    if tag not in _FOOT or at + _FEW >= len(lines):
        return True
    near = tags[at + 1 : at + _FEW]
    is_near = any(each and each["tag"] in _FOOT for each in near)
    return not run_in and is_near and (lone or not is_alone)


def _parted(lines: Sequence[Line]) -> list[Line]:
    """The lines of a field of the body, the first below a blank one, so that it is a paragraph."""
    return [line._replace(gap=True) if not at else line for at, line in enumerate(lines)]


def _displayed(lines: list[Line], *, first: bool) -> Record | None:
    """An article as it is displayed: title, byline, count of words, day, paper, language, body."""
    at = next((at for at in range(1, len(lines) - 2) if _is_counted(lines, at)), None)
    if at is None:
        return None
    day, below = lines[at + 1].text, at + 2
    time = lines[below].text if _TIME.fullmatch(lines[below].text) else ""
    below += bool(time)
    if below >= len(lines):
        return None
    language, body_at = _below_paper(lines, below)
    title, author, agency = _above(_head(lines[:at], first=first))
    return Record(
        Found(
            title=title,
            publisher=lines[below].text,
            author=author,
            agency=agency,
            published_at=_moment(day, time),
            language=language,
        ),
        _without_end(_parted(lines[body_at:])),
    )


def _is_counted(lines: Sequence[Line], at: int) -> bool:
    text = lines[at].text
    return (
        bool(_WORDS.fullmatch(text) and _YEAR.search(lines[at + 1].text))
        and parse_date(lines[at + 1].text) is not None
    )


def _below_paper(lines: Sequence[Line], paper: int) -> tuple[str | None, int]:
    """The language, and where the body begins: below it and the line of copyright."""
    at = paper + 1
    near = lines[at : at + _MAX_BELOW]
    short = next((n for n, each in enumerate(near) if len(each.text) > _MAX_FIELD_CHARS), len(near))
    named = next((n for n, each in enumerate(near[:short]) if _tag(each.text)), None)
    language = None if named is None else _tag(near[named].text)
    if named is not None:
        at += named + 1
    else:
        while at < len(lines) and _CODE.fullmatch(lines[at].text):
            at += 1
    if at < len(lines) and _is_of_rights(lines, at):
        at += 1
        while at < len(lines) and _MORE_RIGHTS.fullmatch(lines[at].text):
            at += 1
    return language, at


def _is_of_rights(lines: Sequence[Line], at: int) -> bool:
    """Whether a line below the language says whose the article is.

    Any words with a year may, where a blank line parts them from the body, and none from the rest.
    """
    text = lines[at].text
    if len(text) > _MAX_RIGHTS_CHARS:
        return False
    if _RIGHTS.search(text):
        return True
    if copyright_ := _COPYRIGHT.search(text):
        holder = re.findall(r"[^\W\d_]+", copyright_["holder"])
        return all(word in _IN_NAMES or not word.islower() for word in holder)
    apart = not lines[at].gap and at + 1 < len(lines) and lines[at + 1].gap
    return apart and len(text) <= 2 * _MAX_FIELD_CHARS and bool(_YEAR.search(text))


def _head(lines: list[Line], *, first: bool) -> list[Line]:
    """The lines above the count of words that are this article's: not the table of contents."""
    contents = [at for at, line in enumerate(lines) if _CONTENTS.search(line.text[-_PAGE_CHARS:])]
    lines = lines[contents[-1] + 1 if contents else 0 :][-_MAX_HEAD:]
    if not first or len(lines) <= _FEW:
        return lines
    at = _group(lines, len(lines))
    if at == len(lines) - 1 and _is_byline(lines[at].text):
        at = _group(lines, at)
    return lines[at:]


def _group(lines: Sequence[Line], end: int) -> int:
    """Where the lines without a blank one between them begin that end here."""
    at = max(end - 1, 0)
    while at and not lines[at].gap:
        at -= 1
    return at


def _above(lines: list[Line]) -> tuple[str | None, str | None, str | None]:
    """Title, author and agency: below the section's name, if that is there."""
    texts = [line.text for line in lines]
    agency = texts.pop() if len(texts) > 1 and is_agency(texts[-1]) else None
    byline = ""
    if len(texts) > 1 and (_is_byline(texts[-1]) or _is_named(texts[-1], below=texts[-2])):
        byline = texts.pop()
    if len(texts) > 1 and _is_section(texts[0], texts[1]):
        texts = texts[1:]
    author = clean_author(byline) if byline else None
    return " ".join(texts) or None, author, agency or agency_in(byline)


def _is_byline(line: str) -> bool:
    return bool(parse_byline(line) or parse_foreign_byline(line)) or are_people(line)


def _is_named(line: str, *, below: str) -> bool:
    """Whether a line can be a name without a "By", and what stands above it a title."""
    words = line.split()
    fewest, most = _NAME_WORDS
    if not fewest <= len(words) <= most or len(below.split()) < _MIN_TITLE_WORDS:
        return False
    named = parse_byline(f"By {line}") is not None  # not "Letters to the Editor"
    return named and is_name_like(line) and not is_called_like_a_paper(line)


def _is_section(line: str, following: str) -> bool:
    words = line.split()
    return len(words) <= _MAX_SECTION_WORDS and len(words) < len(following.split())


def _without_end(lines: list[Line]) -> list[Line]:
    """A body without the wire's own mark of its end, and the moment below that."""
    for at in range(max(0, len(lines) - _ENDED_WITHIN), len(lines)):
        if _ENDED.fullmatch(lines[at].text):
            return lines[:at]
    return lines


def _moment(day: str, time: str) -> datetime | None:
    """The day, with the hour where its zone is stated.

    Factiva shows hours in the zone that its user has set, and seldom says which: such an hour read
    as UTC would be half a day off.
    """
    time = time if _ZONED.search(time) else ""
    return (parse_date(f"{day}, {time}") if time else None) or parse_date(day)


def _tag(name: str) -> str | None:
    """The tag of a language by its name, in any of the languages that Factiva is shown in."""
    name = name.casefold().strip()
    return _languages().get(name) or _languages().get(name.partition(" - ")[0])


@cache
def _languages() -> Mapping[str, str]:
    shown_in = ("en", "de", "fr", "es", "it", "pt", "nl", "ru", "ja", "zh")
    return {
        name.casefold(): tag
        for each in reversed(shown_in)
        for name, tag in tags_by_name(each).items()
        if "-" not in tag
    }
