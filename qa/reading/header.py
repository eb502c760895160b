"""The lines between a headline and its body: byline, publisher, date, address, in any order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace

from qa.reading import wordings
from qa.reading.authors import (
    agency_in,
    are_people,
    clean_author,
    is_called_like_a_paper,
    is_role,
    paper_in,
    parse_byline,
    parse_foreign_byline,
)
from qa.reading.cleaning import Line
from qa.reading.dates import parse_date
from qa.reading.draft import Draft, Found
from qa.reading.fields import (
    DAY_IN_FIGURES,
    SEPARATOR,
    is_agency,
    is_name_like,
    parse_age,
)
from qa.reading.furniture import is_furniture
from qa.reading.header_lines import MINUTES, same_name, without_reading_time

_MAX_HEADER_LINES = 8
_MAX_HEADER_CHARS = 200
_MAX_PARTS = 4
_MAX_TITLE_CHARS = 250
_MAX_TITLE_WORDS = 40
_MAX_SENTENCE_CHARS = 120
"""Of a title that is a sentence: what is longer is more likely the begin of a body."""

_MIN_PROSE_CHARS = 80

_PUBLISHER = re.compile(
    r"(?:publisher|source|publication|outlet|newspaper|site|published (?:by|in)"
    rf"|{wordings.PUBLISHER})\s*[:：]\s*(\S.*)",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"(?:(?:last\s+)?(?:updated|modified|revised|corrected|amended)(?:\s+(?:on|at))?\s*:?\s+"
    rf"|(?:{wordings.UPDATED})\s*[:：]?\s*)(\S.*)",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"(?:(?:first\s+)?(?:published|posted|date|publication date|pub date|issued|released)"
    rf"(?:\s+(?:on|at))?\s*:?\s+|(?:{wordings.PUBLISHED})\s*[:：]?\s*)(\S.*)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:(?:first |last )?(?:published|posted|updated|date|publisher|source|publication)\b"
    rf"|{wordings.PUBLISHED}|{wordings.UPDATED})(?::|.*\d)",
    re.IGNORECASE,
)
_URL = re.compile(
    r"(?:(?:url|link|web|original|canonical|available at)\s*:?\s+)?(https?://\S+)", re.I
)
_LANGUAGE = re.compile(r"(?:language|lang)\s*:\s*([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)", re.IGNORECASE)
_STAFF = re.compile(r"(?<=\w) staff$", re.IGNORECASE)
_BETWEEN_DATES = re.compile(
    r"\s*;\s*|\s*[()\[\]]\s*"
    r"|[,.]?(?<!\bfirst)(?<!\blast)(?<!\bzuletzt)(?<!\blaatst)\s+(?:(?:and|–|—|-)\s+)?"
    r"(?=(?:(?:first|last|zuletzt)\s+)?(?:published|posted|updated|modified|revised|corrected"
    rf"|amended|{wordings.PUBLISHED}|{wordings.UPDATED})\b)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\d{4}")
_COMMA = re.compile(r",\s+")
_BLANK = re.compile(r"\s+(?:on\s+)?(?=\S)")
_BY = re.compile(r"(?:\w+ )?by\b", re.IGNORECASE)
_NAME_BY = re.compile(r"(?P<name>\S.*?) (?P<by>by .+)")
_IN_FIGURES = re.compile(rf"{DAY_IN_FIGURES}.{{0,16}}")
"""A date that cannot be read, with its time."""

_OF_DATABASES = re.compile(
    r"section\s*:\s*(?-i:[A-Z]).{0,80}|(?:length\s*:\s*)?\d[\d,]* words", re.IGNORECASE
)
"""What databases of newspapers say of an article besides, above it."""

_COUNT = re.compile(r"\d{1,3}")
"""Of comments, right below the day; elsewhere it numbers a part of the body."""

_BODY = "Body"
"""What they write between that and the article."""

_TITLE_LABEL = re.compile(r"(?:title|headline)\s*:\s*(\S.*)", re.IGNORECASE)


def parse_header_line(line: str) -> Found | None:
    """What a line says, if all of it is header: "By A | Toronto Star | 14 March 2025"."""
    if len(line) > _MAX_HEADER_CHARS:
        return None
    line = line.strip(" •·|")
    # A date first: "3 May 2025 - 07:29 GMT" is one, and no date with a publisher.
    if not _YEAR.search(line):  # most lines: the rest is for those with a date
        return _parse_parts(line) or _parse_part(line)
    return (
        _parse_date_line(line)
        or _parse_dates(line)
        or _parse_parts(line)
        or _parse_dated_byline(line)
        or _parse_part(line)
    )


def _parse_dates(line: str) -> Found | None:
    """Several dates, each with its label: "Published: 2 May 2024; updated: 3 May 2024"."""
    found = Found()
    pieces = [piece for piece in _BETWEEN_DATES.split(line) if piece]
    for piece in pieces:
        said = _parse_date_line(piece)
        if said is None:
            return None
        found = merge(found, said)
    return found if len(pieces) > 1 else None


def _parse_dated_byline(line: str) -> Found | None:
    """A byline with a date behind it: "By Ann Lee, 3 May 2024", "By Ann Lee May 3, 2024"."""
    for name, said in _before_date(line):
        author = parse_byline(name) or parse_foreign_byline(name)
        if author is not None:
            return merge(Found(author=author, agency=agency_in(name)), said)
    for name, said in _before_date(line, _BLANK) if _BY.match(line) else ():
        author = parse_byline(name)
        if author is not None and " " in author:  # "By Christmas 2 December 2024" names nobody
            return merge(Found(author=author, agency=agency_in(name)), said)
    return None


def _parse_dated_name(line: str) -> Found | None:
    """A paper or a place with a date behind it: "Harbour Star, 3 May 2024"; "Oslo, 3 May 2024".

    Below a headline only: "Letters, 3 May 2024" can be one.
    """
    for name, said in _before_date(line):
        if is_name_like(name):
            return replace(said, publisher=name) if is_called_like_a_paper(name) else said
    return None


def _before_date(line: str, between: re.Pattern[str] = _COMMA) -> Iterator[tuple[str, Found]]:
    """What stands before each comma (or blank) of a line behind which a date is, and no more."""
    for found in between.finditer(line if _YEAR.search(line) else ""):
        said = _parse_date_line(line[found.end() :]) or _parse_dates(line[found.end() :])
        if said is not None:
            yield line[: found.start()], said


def _parse_parts(line: str) -> Found | None:
    parts = [part for part in SEPARATOR.split(line) if part]
    before, slash, age = line.rpartition(" / ")
    if len(parts) == 1 and slash and parse_age(age):
        parts = [before, age]
    if not 2 <= len(parts) <= _MAX_PARTS:
        return None
    found, unnamed = Found(), []
    for part in without_reading_time(parts):
        said = _parse_part(part)
        if said is None and (author := parse_foreign_byline(part)):
            said = Found(author=author)
        if said is not None:
            found = merge(found, said)
        elif not (
            MINUTES.fullmatch(part)
            or _IN_FIGURES.fullmatch(part)
            or is_role(part)
            or is_agency(part)
        ):
            unnamed.append(part)
    if found == Found() or len(unnamed) > 1 or not all(is_name_like(part) for part in unnamed):
        return None
    # Of a line's parts, one may go unlabelled, and that is the publisher.
    return merge(found, _unlabelled(unnamed[0])) if unnamed else found


def _unlabelled(name: str) -> Found:
    """What a name without a label says: the publisher, unless it is clearly people's."""
    if are_people(name):
        return Found(author=clean_author(name), agency=agency_in(name))
    if found := _NAME_BY.fullmatch(name):  # as feed readers write it
        author = parse_byline(found["by"])
        # Not "Side by Side", "Stand by Me".
        if author is not None and " " in author and is_name_like(found["name"]):
            return Found(author=author, agency=agency_in(found["by"]), publisher=found["name"])
    who, _, _ = name.rpartition(", ")
    if (paper := paper_in(name)) and " " in who and not is_called_like_a_paper(who):
        return Found(author=clean_author(who), publisher=paper)
    if is_role(name):  # of whom the line above names
        return Found()
    return Found(publisher=_STAFF.sub("", name))


def is_published_line(line: str) -> bool:
    """Whether a line says that what follows is the day of publication: "Published 3 May 2025"."""
    found = _PUBLISHED.fullmatch(line)
    return found is not None and parse_date(found[1]) is not None


def take_head(lines: list[Line], draft: Draft, origin: str) -> list[Line]:
    """Read the header lines after a title into a draft; give back the lines of the body.

    A line that is no header may stand among them once: a name without a label is the publisher,
    anything else (the standfirst) stays in the body.
    """
    known: dict[int, Found] = {}
    name_at: int | None = None
    standfirst_at: int | None = None
    follows = False
    for index, line in enumerate(lines[:_MAX_HEADER_LINES]):
        found = _said_at(lines, index)
        counts = _COUNT.fullmatch(line.text) and not line.gap and _is_dated(known.get(index - 1))
        if _OF_DATABASES.fullmatch(line.text) or (known and line.text == _BODY) or counts:
            found = Found()
        if found is not None:
            # Below a standfirst, which may already be the body, a bare date or age could be a
            # heading of the body or a line of it; not so right below a byline.
            sure = follows or _is_unmistakable(found, line.text)
            if standfirst_at is not None and not sure:
                break
            known[index] = found
            follows = True
        elif is_furniture(line.text):
            continue
        elif standfirst_at is not None:
            break
        elif name_at is None and is_name_like(line.text):
            name_at, follows = index, False
        elif len(line.text) <= _MAX_HEADER_CHARS:
            standfirst_at, follows = index, False
        else:
            break
    if name_at == 0 and not known:
        who, _, paper = lines[0].text.rpartition(", ")
        if " " in who and same_name(paper, draft.found.publisher):
            draft.take(Found(author=clean_author(who)), "byline")
            return lines[1:]
    if all(found == Found() for found in known.values()):  # "500 words", and nothing else
        return lines
    merged = Found()
    for found in known.values():
        merged = merge(merged, found)
    dropped = set(known)
    if name_at is not None and _stands_in_header(lines, name_at, known):
        said = _unlabelled(lines[name_at].text)
        if said.publisher is None or merged.publisher is None:
            merged = merge(merged, said)
            dropped.add(name_at)
    draft.take(Found(author=merged.author), "byline")
    draft.take(merged, origin)
    return [line for index, line in enumerate(lines) if index not in dropped]


def _is_dated(found: Found | None) -> bool:
    return found is not None and bool(found.published_at or found.updated_at or found.age)


def _said_at(lines: list[Line], at: int) -> Found | None:
    """What a line below a title says, if all of it is header."""
    text = lines[at].text
    if found := parse_header_line(text):
        return found
    if author := parse_foreign_byline(text) or _above_role(lines, at):
        return Found(author=author)
    if at and (_above_role(lines, at - 1) or _is_role_of_byline(lines, at)):
        return Found()
    return _parse_dated_name(text) if len(text) <= _MAX_HEADER_CHARS else None


def _above_role(lines: list[Line], at: int) -> str | None:
    """The author, where a line is a name above what its bearer does: "Health Correspondent"."""
    role = lines[at + 1].text if at + 1 < len(lines) else ""
    named = role and is_role(role) and is_name_like(role)
    return (
        clean_author(lines[at].text) if named and are_people(f"{lines[at].text}, {role}") else None
    )


def _is_role_of_byline(lines: list[Line], at: int) -> bool:
    """Whether a line is what the author does who is named in the byline above it."""
    text = lines[at].text
    return is_role(text) and is_name_like(text) and parse_byline(lines[at - 1].text) is not None


def _is_unmistakable(found: Found, line: str) -> bool:
    return bool(found.author or found.url or found == Found() or _LABEL.match(line))


def _stands_in_header(lines: list[Line], at: int, known: Mapping[int, Found]) -> bool:
    """Whether a name is a publisher: by the header lines around it.

    After them it could also be a heading of the body, unless a blank line parts it from the body,
    or an age stands before it, as pages have it.
    """
    if at + 1 in known:
        return True
    if at - 1 not in known or lines[at].gap or at + 1 >= len(lines):
        return False
    return lines[at + 1].gap or known[at - 1].age is not None


def is_headline(line: str) -> bool:
    """Whether a line can be a headline: not long, not a sentence, not a header or furniture."""
    if len(line) > _MAX_TITLE_CHARS or len(line.split()) > _MAX_TITLE_WORDS:
        return False
    if not any(character.isalpha() for character in line):
        return False
    # A full stop ends a sentence, unless it belongs to an abbreviation ("the U.S.").
    if re.search(
        r"[,;:]$|(?<!\b[A-Z])(?<!\b(?:Jr|Sr|Co))(?<!\bInc)\.[\"'”’)\]]*$", line
    ) and not re.search(r"(?:\.\.\.|…)$", line):
        return False
    return parse_header_line(line) is None and not is_furniture(line)


def is_sentence_title(lines: Sequence[Line], at: int) -> bool:
    """Whether a line where a title stands can be one though it is a sentence: above a longer."""
    line, following = lines[at].text, lines[at + 1].text if at + 1 < len(lines) else ""
    return could_be_title(line) and len(following) > len(line) and is_prose(following)


def could_be_title(line: str) -> bool:
    """Whether a line is a sentence that is short enough for a title."""
    if len(line) > _MAX_SENTENCE_CHARS or is_headline(line) or not is_prose(line):
        return False
    return parse_header_line(line) is None and not is_furniture(line)


def is_prose(line: str) -> bool:
    """Whether a line reads like part of a body: long, or a finished sentence."""
    return len(line) >= _MIN_PROSE_CHARS or bool(re.search(r"\w{2}[.!?…][\"'”’)\]]*$", line))


def bare_title(line: str) -> str:
    """A title without a label, a bullet or a mark of Markdown before it."""
    labelled = _TITLE_LABEL.fullmatch(line)
    return labelled[1] if labelled else re.sub(r"^(?:#{1,6}|[•*▪●-])\s+", "", line)


def merge(first: Found, second: Found) -> Found:
    """Both; the first wins where both know a field."""
    return Found(
        **{
            each.name: value if (value := getattr(first, each.name)) is not None
            else getattr(second, each.name)
            for each in fields(Found)
        }
    )  # fmt: skip


def _parse_part(part: str) -> Found | None:
    author = parse_byline(part)
    if author is not None:
        return Found(author=author, agency=agency_in(part), publisher=paper_in(part))
    if found := _URL.fullmatch(part):
        return Found(url=found[1])
    if found := _PUBLISHER.fullmatch(part):
        return Found(publisher=found[1]) if len(found[1]) <= _MIN_PROSE_CHARS else None
    if found := _LANGUAGE.fullmatch(part):
        return Found(language=found[1])
    if said := _parse_date_line(part):
        return said
    age = parse_age(part)
    return Found(age=age) if age else None


def _parse_date_line(line: str) -> Found | None:
    found = _UPDATED.fullmatch(line)
    moment = parse_date(found[1]) if found else None
    if moment is not None:
        return Found(updated_at=moment)
    found = _PUBLISHED.fullmatch(line)
    moment = parse_date(found[1] if found else line)
    return Found(published_at=moment) if moment is not None else None
