"""Bylines, ages, datelines and names of publishers, as whole lines or at the head of a body."""

from __future__ import annotations

import re
from datetime import datetime

from qa.agencies import is_known
from qa.reading import wordings
from qa.reading.ages import ABOUT
from qa.reading.authors import parse_byline
from qa.reading.dates import parse_date
from qa.reading.wordings import word_set
from qa.rows import name_key
from qa.text.calendar_names import month_numbers

_MAX_NAME_CHARS = 60
_MAX_NAME_WORDS = 8

SEPARATOR = re.compile(r"\s*[|·•]\s*|\s+[—–-]\s+")
"""What stands between the parts of one header line: "Toronto Star · 4 hours ago"."""

_UNIT = (
    r"(?:seconds?|secs?\.?|minutes?|mins?\.?|hours?|hrs?\.?|days?|weeks?|wks?\.?|months?|mths?\.?|mos?\.?"
    r"|years?|yrs?\.?)"
)
_COUNT = r"(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|a few|several|\d{1,3})"
_AGE = re.compile(
    rf"(?:{ABOUT}\s+)?{_COUNT}\+?\s+{_UNIT}\s+ago|\d{{1,3}}\s?(?:s|m|h|d|w|mo|y)\s+ago"
    r"|\d{1,2}\s?(?:(?<=\d)m|mins?|hrs?|h|d|wks?|w|mo|mths?|y|yrs?)|just now|moments ago"
    r"|last (?:week|month|year)"
    r"|(?:yesterday|today)(?:,?\s+(?:at\s+)?\d{1,2}[:.]\d{2}(?:\s*[ap]\.?m\.?)?)?",
    re.IGNORECASE,
)
_AGE_LABEL = re.compile(
    r"(?:(?:(?:first|last)\s+)?(?:published|posted|updated|added)\s*:?\s+"
    rf"|(?:{wordings.PUBLISHED}|{wordings.UPDATED})\s*[:：]?\s*)(?=\S)",
    re.IGNORECASE,
)

_CHANGED = re.compile(
    r"[*(\[•–— ]*(?:this (?:article|story|report|piece|page) (?:was|has been) (?:last )?"
    r"(?:updated|amended|corrected|modified|revised)(?: on| at)?"
    r"|correction|corrections|clarification|update)[\s,:(–—-]+(?:on )?"
    r"(?P<day>[^:.)\n]{6,30}?)(?=\s*(?:[:.);]|$|[—–]|\b(?:to|because|with|after|since)\b))",
    re.IGNORECASE,
)
_MONTHS = "|".join(sorted(map(re.escape, month_numbers()), key=len, reverse=True))
_MONTH = rf"(?<!\w)(?:{_MONTHS})(?!\w)"
DAY_IN_FIGURES = r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?!\d)"
"""As a pattern: a date whose order or century is unknown."""

_UNREAD_DATE = re.compile(
    rf"{_MONTH}.*\d|\d.*{_MONTH}|(?<!\d){DAY_IN_FIGURES}|\b\d{{1,2}}:\d{{2}}\b", re.IGNORECASE
)
"""In no publisher's name, but in dates that are not read: "3 May", "05/07/25", "6:00 AM ET"."""

_AGENCY_SITES = frozenset(
    [
        "apnews.com", "reuters.com", "afp.com", "dpa.com", "ptinews.com", "aninews.in", "upi.com",
        "xinhuanet.com", "kyodonews.net", "efe.com", "ansa.it",
    ]
)  # fmt: skip
_FIGURED = re.compile(r"\d{1,2}(?!\d)(?=\w*[^\W\d_]{2})(?=\w*[A-Z])(?![AP]M\b)")
"""The begin of names with their channel or their hour in front: "9News", "3AW"; not "10AM"."""

_SMALL_WORDS = word_set("the of and for in on de la le du des der die das y e &")
_CAPITAL = "[A-ZÀ-ÖØ-ÞĀ-Ž]"
_PLACE = rf"{_CAPITAL}(?:{_CAPITAL}|[.'’ -](?=[.'’ -]?{_CAPITAL}|\s*[,(]))*"
_REGION = r"(?:,\s+[A-Z][\w.'’ ]{0,24}?)?"
_DATE = (
    r"(?:[A-Z][a-z]{2,8}\.?\s+\d{1,2}(?:,\s+\d{4})?|\d{1,2}\.?\s+[A-Z][a-zä]{2,8}\.?(?:\s+\d{4})?)"
)
_DAY = rf"(?:,\s+{_DATE})?"
_AGENCY_DATELINE = re.compile(
    rf"(?P<dateline>(?:{_PLACE}(?:/{_PLACE})*|[A-Z][\w.'’/-]*(?: [A-Z][\w.'’/-]*){{0,3}})"
    rf"{_REGION}{_DAY}"
    r"\s+\((?P<agency>(?:[A-Z]|(?=dpa|epd|kna)[a-z])[\w./& ]{1,28})\))\s*[—–-]"
)
_AGENCY_ALONE = re.compile(rf"(?:{_DATE}\s+)?\((?P<agency>[\w./& ]{{2,28}})\)\s*[—–-]\s")
_PLACE_DATELINE = re.compile(rf"(?P<dateline>(?P<place>{_PLACE}){_REGION}{_DAY})\s+(?:[—–]|--?\s)")
_NOT_PLACES = word_set(
    "BREAKING UPDATE UPDATED EXCLUSIVE OPINION ANALYSIS EXPLAINER WATCH VIDEO LIVE NOTE CORRECTION "
    "REVIEW EDITORIAL INTERVIEW PHOTOS WARNING NATO NASA UNESCO UNICEF OPEC"
)
_MIN_PLACE_LETTERS = 4  # ROME; shorter capitals before a dash are acronyms


def parse_age(line: str) -> str | None:
    """The age, if the line is one: "an hour ago", "Updated 2 days ago", "hace 3 horas"."""
    bare = _AGE_LABEL.sub("", line.strip(" ."), count=1)
    return bare if _AGE.fullmatch(bare) or wordings.is_age(bare) else None


def is_name_like(line: str) -> bool:
    """Whether a line could be the name of a publisher: short, capitalised, not a sentence."""
    words = line.split()
    if not 1 <= len(words) <= _MAX_NAME_WORDS or len(line) > _MAX_NAME_CHARS:
        return False
    if re.search(r"[.!?:;,…]$|[!?:;]\s", line) or not any(c.isalpha() for c in line):
        return False
    if parse_age(line) or parse_byline(line) or "://" in line or _UNREAD_DATE.search(line):
        return False
    letters = [
        word
        for word in words
        if (word[0].isalpha() or _FIGURED.match(word)) and word.lower() not in _SMALL_WORDS
    ]
    capital = [word for word in letters if any(c.isupper() or not c.islower() for c in word)]
    return bool(letters) and (2 * len(capital) >= len(letters) or "." in line)


def without_site(title: str, *names: str | None) -> str:
    """A title without the site's name behind it, by any of its names: "The Hill", "TheHill"."""
    for name in filter(None, names):
        bare = re.sub(rf"\s*[|·•—–-]\s*{re.escape(name)}\s*$", "", title, flags=re.IGNORECASE)
        title = bare.strip() or title
    return title


def is_agency(text: str) -> bool:
    """Whether a part of a byline is the agency a story came from, which is not its publisher."""
    return is_known(name_key(text))


def is_site_of_agency(url: str | None) -> bool:
    """Whether an address is an agency's own site, where it is a publisher too."""
    host = re.match(r"https?://(?:[\w.-]*\.)?([\w-]+\.\w+)(?:[:/?#]|$)", url or "")
    return host is not None and host[1].lower() in _AGENCY_SITES


def day_of_change(text: str) -> datetime | None:
    """The last day on which an article was changed, as notes in its text say.

    "This article was amended on 6 May 2024 to correct the cost."; "Correction, 5 May 2024: …".
    """
    notes = map(_CHANGED.match, text.split("\n"))
    days = (parse_date(found["day"]) for found in notes if found)
    return max(filter(None, days), default=None)


def parse_dateline(text: str) -> tuple[str | None, str | None] | None:
    """The dateline at the head of a body, and the agency in it.

    "NEW YORK (AP) — It would" gives ("NEW YORK (AP)", "AP"); "LONDON — The" gives ("LONDON", None);
    "(Reuters) - The" and "July 24 (Reuters) - The" name an agency alone.
    """
    head = text[:160].split("\n", 1)[0]
    found = _AGENCY_DATELINE.match(head)
    if found:
        return found["dateline"], found["agency"].strip()
    alone = _AGENCY_ALONE.match(head)
    if alone and is_agency(alone["agency"]):
        return None, alone["agency"]
    found = _PLACE_DATELINE.match(head)
    if found is None or found["place"].strip(".") in _NOT_PLACES:
        return None
    if sum(character.isalpha() for character in found["place"]) < _MIN_PLACE_LETTERS:
        return None
    return found["dateline"], None
