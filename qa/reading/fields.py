"""Bylines, ages, datelines and names of publishers, as whole lines or at the head of a body."""

from __future__ import annotations

import re

from qa.agencies import is_known
from qa.reading import wordings
from qa.rows import name_key


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MAX_BYLINE_CHARS = 120
_MAX_NAME_CHARS = 60
_MAX_NAME_WORDS = 8

SEPARATOR = re.compile(r"\s*[|·•]\s*|\s+[—–-]\s+")
"""What stands between the parts of one header line: "Toronto Star · 4 hours ago"."""

_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|years?|yrs?)"
_COUNT = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|several|\d{1,3})"
_AGE = re.compile(
    rf"(?:(?:about|over|almost)\s+)?{_COUNT}\+?\s+{_UNIT}\s+ago|\d{{1,3}}\s?(?:s|m|h|d|w|mo|y)\s+ago"
    r"|\d{1,2}\s?(?:mins?|hrs?|h|d)|just now|moments ago|yesterday|today|last (?:week|month|year)",
    re.IGNORECASE,
)
_AGE_LABEL = re.compile(
    r"(?:(?:published|posted|updated|added)\s*:?\s+"
    rf"|(?:{wordings.PUBLISHED}|{wordings.UPDATED})\s*[:：]?\s*)(?=\S)",
    re.IGNORECASE,
)

_BY = re.compile(r"(?:written |words |story |report )?by:?\s+(?P<names>\S.*)", re.IGNORECASE)
_AUTHOR_LABEL = re.compile(
    rf"(?:authors?|byline|writer|written by|{wordings.AUTHOR})\s*[:：]\s*(?P<names>\S.*)", re.I
)
_ROLES = _words(
    "writer reporter reporters correspondent editor columnist staff contributor bureau special "
    "press news analyst producer freelance freelancer agency journalist photographer critic "
    "fellow professor director chief host intern team desk"
)
_AGENCY_SITES = frozenset(
    [
        "apnews.com", "reuters.com", "afp.com", "dpa.com", "ptinews.com", "aninews.in", "upi.com",
        "xinhuanet.com", "kyodonews.net", "efe.com", "ansa.it",
    ]
)  # fmt: skip
_TRAILING_ROLE = re.compile(
    r"(?<=\w)\s+(?:(?:staff|senior|chief|special|political|business|sports|science|health|city|"
    r"deputy|associate|contributing|freelance|local|education)\s+)*"
    r"(?:writer|reporter|correspondent|editor|columnist|contributor)s?$",
    re.IGNORECASE,
)
_AFTER_NAME = re.compile(
    r"\s*[|·•].*|\s+[—–-]\s.*|\s*\([^)]*\).*|\s*<[^>]*>.*|\s+\S+@\S+.*"
    r"|\s+(?:for|in|at|of|from|via)\s+(?:the\s+)?[A-Z].*"
)
_PARTICLES = _words(
    "a al ap ben bin da das de del della den der di do dos du e el i ibn la le ten ter van vander "
    "von y zu zum zur"
)
_JOINING = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+(?:and|with|und|et|y|e|en|och)\s+|\s*&\s*")
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "md", "phd"})
_SMALL_WORDS = _words("the of and for in on de la le du des der die das y e &")
# Capitalised in "By Monday" and "By April" too, which open sentences and headlines.
_NOT_NAMES = _words(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december then now contrast law comparison"
)

_CAPITAL = "[A-ZÀ-ÖØ-ÞĀ-Ž]"
_PLACE = rf"{_CAPITAL}(?:{_CAPITAL}|[.'’ -](?=[.'’ -]?{_CAPITAL}|\s*[,(]))*"
_REGION = r"(?:,\s+[A-Z][\w.'’ ]{0,24}?)?"
_DAY = r"(?:,\s+[A-Z][a-z]{2,8}\.?\s+\d{1,2})?"
_AGENCY_DATELINE = re.compile(
    rf"(?P<dateline>(?:{_PLACE}|[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){{0,3}}){_REGION}{_DAY}"
    r"\s+\((?P<agency>(?:[A-Z]|(?=dpa|epd|kna)[a-z])[\w./& ]{1,28})\))\s*[—–-]"
)
_PLACE_DATELINE = re.compile(rf"(?P<dateline>(?P<place>{_PLACE}){_REGION}{_DAY})\s+(?:[—–]|--?\s)")
_NOT_PLACES = _words(
    "BREAKING UPDATE UPDATED EXCLUSIVE OPINION ANALYSIS EXPLAINER WATCH VIDEO LIVE NOTE CORRECTION "
    "REVIEW EDITORIAL INTERVIEW PHOTOS WARNING NATO NASA UNESCO UNICEF OPEC"
)
_MIN_PLACE_LETTERS = 4  # ROME; shorter capitals before a dash are acronyms


def parse_age(line: str) -> str | None:
    """The age, if the line is one: "an hour ago", "Updated 2 days ago", "hace 3 horas"."""
    bare = _AGE_LABEL.sub("", line.strip(" ."), count=1)
    return bare if _AGE.fullmatch(bare) or wordings.is_age(bare) else None


def parse_byline(line: str) -> str | None:
    """The author, if the whole line is a byline: "By X", "Author: X", "Written by X"."""
    if len(line) > _MAX_BYLINE_CHARS:
        return None
    labelled = _AUTHOR_LABEL.fullmatch(line)
    if labelled:
        return clean_author(labelled["names"])
    found = _BY.fullmatch(line)
    if found is None:
        return None
    author = clean_author(found["names"])
    return author if author and _names_people(author) else None


def parse_foreign_byline(line: str) -> str | None:
    """The author, if a line where a byline may stand is one: "Von X", "Por X", "Par X"."""
    found = wordings.BY.fullmatch(line)
    if found is None or len(line) > _MAX_BYLINE_CHARS or not _are_full_names(found["names"]):
        return None
    return clean_author(found["names"])


def clean_author(text: str) -> str | None:
    """The names of a byline, without "By", roles, places and addresses.

    "By A, Staff Writer" and "A | AP" give "A"; "A and B" stays as written. None for a URL.
    """
    text = " ".join(text.split())
    found = _BY.fullmatch(text) or _AUTHOR_LABEL.fullmatch(text)
    if found is None and (foreign := wordings.BY.fullmatch(text)):
        found = foreign if _are_full_names(foreign["names"]) else None
    text = found["names"] if found else text
    if re.match(r"https?://|www\.|/|@", text):
        return None
    text = _TRAILING_ROLE.sub("", _AFTER_NAME.sub("", text, count=1)).strip(" ,;:|-–—")
    segments = [segment for segment in re.split(r"\s*[,;]\s*", text) if segment]
    if not segments:
        return None
    if len(segments) == 2 and " " not in segments[0]:
        return text  # "Smith, John"
    names = segments[:1] + [
        segment for segment in segments[1:] if segment and _is_further_name(segment)
    ]
    author = ", ".join(names)
    return author if any(character.isalpha() for character in author) else None


def is_name_like(line: str) -> bool:
    """Whether a line could be the name of a publisher: short, capitalised, not a sentence."""
    words = line.split()
    if not 1 <= len(words) <= _MAX_NAME_WORDS or len(line) > _MAX_NAME_CHARS:
        return False
    if re.search(r"[.!?:;,…]$|[!?:;]\s", line) or not any(c.isalpha() for c in line):
        return False
    if parse_age(line) or parse_byline(line) or "://" in line:
        return False
    letters = [word for word in words if word[0].isalpha() and word.lower() not in _SMALL_WORDS]
    capital = [word for word in letters if any(c.isupper() or not c.islower() for c in word)]
    return bool(letters) and (2 * len(capital) >= len(letters) or "." in line)


def is_role(text: str) -> bool:
    """Whether a part of a byline is what the author does: "Political Editor"."""
    return _TRAILING_ROLE.search(f"x {text}") is not None


def is_agency(text: str) -> bool:
    """Whether a part of a byline is the agency a story came from, which is not its publisher."""
    return is_known(name_key(text))


def is_site_of_agency(url: str | None) -> bool:
    """Whether an address is an agency's own site, where it is a publisher too."""
    host = re.match(r"https?://(?:[\w.-]*\.)?([\w-]+\.\w+)(?:[:/?#]|$)", url or "")
    return host is not None and host[1].lower() in _AGENCY_SITES


def parse_dateline(text: str) -> tuple[str, str | None] | None:
    """The dateline at the head of a body, and the agency in it.

    "NEW YORK (AP) — It would" gives ("NEW YORK (AP)", "AP"); "LONDON — The" gives ("LONDON", None).
    """
    head = text[:160].split("\n", 1)[0]
    found = _AGENCY_DATELINE.match(head)
    if found:
        return found["dateline"], found["agency"].strip()
    found = _PLACE_DATELINE.match(head)
    if found is None or found["place"].strip(".") in _NOT_PLACES:
        return None
    if sum(character.isalpha() for character in found["place"]) < _MIN_PLACE_LETTERS:
        return None
    return found["dateline"], None


def _are_full_names(text: str) -> bool:
    """Whether a text begins with a first name and has another: "Von Miller" is not by Miller."""
    bare = _AFTER_NAME.sub("", text, count=1)
    return text[0].isupper() and len(bare.split()) > 1 and _names_people(bare)


def _is_further_name(segment: str) -> bool:
    bare = re.sub(r"^and\s+", "", segment)
    if bare.strip(".").lower() in _SUFFIXES:
        return True
    words = re.findall(r"[\w'’.-]+", bare)
    return (
        len(words) > 1
        and not any(word.strip(".").lower() in _ROLES for word in words)
        and _names_people(bare)
    )


def _names_people(text: str) -> bool:
    """Whether every part has the shape of a name."""
    parts = [part for part in _JOINING.split(text) if part]
    return bool(parts) and all(_has_name_shape(part) for part in parts)


def _has_name_shape(part: str) -> bool:
    if part.strip(".").lower() in _SUFFIXES:
        return True
    words = part.split()
    if not 1 <= len(words) <= 5 or re.search(r"[\d!?:\"“”]", part):
        return False
    if part.endswith(".") and not re.search(r"\b(?:\w|[JS]r)\.$", part):
        return False
    if any(word.strip(".,").lower() in _NOT_NAMES for word in words):
        return False
    capital = [word for word in words if word[0].isalpha() and not word[0].islower()]
    return bool(capital) and all(
        word in capital or word.lower() in _PARTICLES or word[:2] in ("d'", "d’", "al", "el")
        for word in words
    )
