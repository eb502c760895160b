"""Who wrote an article: bylines as whole lines, and the names in fields, cleaned.

A name is turned round ("Lindqvale, Petra" becomes "Petra Lindqvale") only where it is certain that
the comma parts one person's names: an initial stands after it ("Lindqvale, P."), a small particle
before it ("von Trapp, Maria"), semicolons part the people, or the file gives one person a field.
"Smith, Jones" may be two people, and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from qa.agencies import SPELT_OUT, is_known
from qa.bylines import SUFFIXES
from qa.reading import wordings
from qa.reading.nobody import NOBODY, OF_THE_PRESS, ROLES, names_nobody
from qa.reading.wordings import word_set
from qa.text.analysis import fold

_MAX_BYLINE_CHARS = 120
_MAX_NAMES_CHARS = 20_000
"""Of a field of names; in one of 300,000 its brackets alone took ten seconds."""


_BY = re.compile(
    r"(?:(?:written|words|story|report|reported|reporting|opinion|analysis|commentary|perspective"
    r"|review|essay|interview) )?by:?\s+(?P<names>\S.*)",
    re.IGNORECASE,
)
_AUTHOR_LABEL = re.compile(
    rf"(?:authors?|byline|writer|written by|{wordings.AUTHOR})\s*[:：]\s*(?P<names>\S.*)", re.I
)
_REPORTER: Final = "(?:本[报報]|特派|特约|特約)?(?:记者|記者)"
_ASIAN_BYLINE = re.compile(
    rf"{_REPORTER}\s*[:：/]?\s*(?P<after>[^\s:：/／]+(?: [^\s/／]+)?)"
    r"(?:\s*[/／]\s*\S+(?:報導|报道|報道))?"
    rf"|(?P<before>\S+(?: \S+)?)\s+(?:{_REPORTER}|기자|특파원)"
)
"""A whole line or field, as Chinese, Japanese and Korean papers write one: "記者 山田太郎"."""

_OF_PAPERS = OF_THE_PRESS | word_set(
    "the media record world report monitor network group sons co company partners foundation "
    "university institute ministry council society union association department office bank city "
    "state states county"
)
"""Words of names that are no people's."""

_MODIFIERS = (
    r"(?:staff|senior|chief|special|political|business|sports|science|health|city|deputy|associate"
    r"|contributing|freelance|local|education|guest)"
)
_TRAILING_ROLE = re.compile(
    rf"(?<=\w)\s+(?:{_MODIFIERS}\s+)*"
    r"(?:writer|reporter|correspondent|editor|columnist|contributor)s?$",
    re.IGNORECASE,
)
_LAST_ROLE = re.compile(
    rf"(?<=\w),\s+(?![^,;]*\b{_MODIFIERS}\s+\S+$)"
    r"(?![^,;\s]+\s[^,;]*\s(?:and|with|&)\s)[^,;]+"
    r"\s(?:writer|reporter|correspondent|editor|columnist|contributor)$",
    re.IGNORECASE,
)
"""All behind the last comma: "Home Affairs Correspondent". In "Bob Roe Staff Writer" is a name, and
names stand in "Bob Roe and Cam Poe Home Affairs Correspondent"."""

_AND: Final = r"\s+(?:and|with|und|et|y|e|&)\s+"
_AND_AT_ONCE: Final = rf"(?:(?!{_AND}|\s*[,;/]).)*"
_AND_ELSEWHERE: Final = (
    rf"(?:(?!{_AND}|\s*[,;]\s*(?:and\s+)?[A-Z][^,;]*\s(?:in|at|and|und|for)\s+[A-Z]).)*"
)
_AFTER_NAME = re.compile(
    rf"\s*[|·•].*|\s+[—–-]\s.*|\s*\([^)]*\){_AND_AT_ONCE}|\s*<[^>]*>{_AND_AT_ONCE}"
    rf"|\s+\S+@\S+{_AND_AT_ONCE}|\s+[Ss]pecial to (?:the\s+)?[A-Z].*"
    r"|\s+(?:and|with|&)\s+(?:news )?(?:[Aa]gencies|[Ww]ires?)$"
    rf"|\s+(?:for|in|at|of|from|via)\s+(?:the\s+)?[A-Z]{_AND_ELSEWHERE}"
    r"|\s+(?:avec|mit|con|com|met|med)\s+(?-i:[A-Z]{2,5}|Reuters|dpa|epd|kna)(?:\s(?:et|und|y|e)\s.*)?$"
)
"""What stands behind a name: "Ann Lee in Berlin and Bob Roe in Paris" are two people."""

_PARTICLES = word_set(
    "a al ap ben bin da das de del della den der di do dos du e el i ibn la le ten ter van vander "
    "von y zu zum zur"
)
_FAMILY_PARTICLES = (_PARTICLES - word_set("a e el i la le y")) | word_set(
    "ó o' ní ni mac mc st san"
)
_JOINING = re.compile(r"\s*[,;]\s*(?:and\s+)?|\s+(?:and|with|und|et|y|e|en|och)\s+|\s*&\s*")
_JOINED = re.compile(_AND)
_INITIAL = re.compile(r"[^\W\d_](?:\.-?[^\W\d_])*\.?")
# Capitalised in "By Monday" and "By April" too, which open sentences and headlines.
_NOT_NAMES = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june "
    "july august september october november december then now contrast law comparison"
)
_GIVEN_TOO = word_set("april june august")
_AGENCY_ENDS = re.compile(
    r"[,;/|·•()\[\]+&]|\s[—–-]\s|\b(?:for|of|with|via|from|and|und|et|avec|mit|con|com)\b"
)
_RUN_ON_AGENCY = re.compile(
    r"(?P<names>(?:\S+ \S.*?(?:\w|\b\w\.)(?<!\band)(?<!\bwith)(?<!\bthe),? )?)"
    rf"(?P<agency>(?:the )?(?:{'|'.join(SPELT_OUT)})|(?-i:AP|AFP|Reuters))"
    r"(?: (?:\w+ ){0,2}(?:writer|reporter|correspondent|editor)s?)?",
    re.IGNORECASE,
)
"""An agency right behind a name: "RUTH ROE AP Sports Writer", "RUTH ROE Associated Press"."""


def parse_byline(line: str) -> str | None:
    """The author, if the whole line is a byline: "By X", "Author: X", "Written by X"."""
    if len(line) > _MAX_BYLINE_CHARS:
        return None
    labelled = _AUTHOR_LABEL.fullmatch(line)
    if labelled:
        return _cleaned(labelled["names"])
    if _ASIAN_BYLINE.fullmatch(line):
        return _cleaned(line)
    found = _BY.fullmatch(line)
    if found is None:
        return None
    if names_nobody(found["names"]):  # "Our Correspondent"; not "Our", a name's shape
        return found["names"]
    author = _cleaned(found["names"])
    return author if author and _names_people(author) else None


def parse_foreign_byline(line: str) -> str | None:
    """The author, if a line where a byline may stand is one: "Von X", "Por X", "Par X"."""
    names = _foreign(line) if len(line) <= _MAX_BYLINE_CHARS else None
    return _cleaned(names) if names else None


def are_people(line: str) -> bool:
    """Whether a line without a "By" can only be those who wrote, and no publisher.

    "Ann Lee and Bob Roe"; "Ann Lee, Political Editor"; "Ann Lee (AP)"; "Ann Lee Associated Press";
    what names nobody. Not "Ann Lee": as many papers are called so.
    """
    if len(line) > _MAX_BYLINE_CHARS:
        return False
    run_on = _RUN_ON_AGENCY.fullmatch(line)
    if names_nobody(line) or re.search(r"\w@\w", line) or (run_on and run_on["names"]):
        return True
    names = [name for name in re.split(rf"{_AND}|\s*[,;/(]\s*", line.strip(" )")) if name]
    words = [[word.casefold() for word in name.split()] for name in names]
    agencies = [is_known(fold(name)) for name in names]  # "The Canadian Press" is no paper
    others = {each for name, of in zip(words, agencies, strict=True) if not of for each in name}
    if not words or len(words[0]) < 2 or _OF_PAPERS & others:
        return False
    if any(not _has_name_shape(name) for name in names):
        return False
    whole = [len(name) > 1 for name in words]
    known = [is_role(name) or of for name, of in zip(names[1:], agencies[1:], strict=True)]
    return len(names) > 1 and all(a or b for a, b in zip(whole[1:], known, strict=True))


def clean_author(text: str, *, one: bool = False) -> str | None:
    """The names of a byline, without "By", roles, places and addresses.

    "By A, Staff Writer" and "A | AP" give "A"; "A and B" stays as written. None for an address, and
    for what names nobody: "admin", "Staff Writer".

    Args:
        text: As a file has it.
        one: Whether it can only be one person, so that a comma parts family and given name.
    """
    if len(text) > _MAX_NAMES_CHARS:
        return None
    author = _cleaned(text, one=one)
    nobody = author is None or names_nobody(author) or names_nobody(_without_by(text))
    return None if nobody else author


def agency_in(text: str) -> str | None:
    """The news agency that a byline names: "Reuters" of "By A and B for Reuters"."""
    for part in _AGENCY_ENDS.split(text):
        bare = re.sub(r"^\s*by\s+|\s+staff\s*$", "", part, flags=re.IGNORECASE).strip(" .")
        if bare and is_known(" ".join(re.findall(r"\w+", fold(bare)))):
            return bare
        if run_on := _RUN_ON_AGENCY.fullmatch(bare):
            return run_on["agency"]
    return None


def is_called_like_a_paper(name: str) -> bool:
    """Whether a name has a word in it that names of papers have, and names of people do not."""
    return not (OF_THE_PRESS.isdisjoint(name.casefold().split()) or is_role(name))


def paper_in(byline: str) -> str | None:
    """The paper that a byline names last: "Harbour Star" of "By Ann Lee, Harbour Star"."""
    _, comma, last = byline.rpartition(", ")
    is_paper = comma and is_called_like_a_paper(last) and _has_name_shape(last)
    return last if is_paper and not agency_in(last) else None


def is_role(text: str) -> bool:
    """Whether a part of a byline is what the author does: "Political Editor"."""
    return _TRAILING_ROLE.search(f"x {text}") is not None


def _cleaned(text: str, *, one: bool = False) -> str | None:
    """As `clean_author`, of a byline that names nobody too."""
    text = _without_by(" ".join(text.split()))
    if re.match(r"https?://|www\.|/|@|\S+@\S+$", text):
        return None
    text = re.sub(r"(?<=\w)\s+staff$", "", text, flags=re.IGNORECASE) if agency_in(text) else text
    text = _AFTER_NAME.sub("", re.sub(r"(?<=\w)\s*/\s*([^/,;]+)$", _without_agency, text))
    if (run_on := _RUN_ON_AGENCY.fullmatch(text)) and run_on["names"]:
        text = run_on["names"]
    text = _TRAILING_ROLE.sub("", _LAST_ROLE.sub("", text)).strip(" ,;:|-–—")
    parts = [segments for part in text.split(";") if (segments := _segments(part))]
    if not parts:
        return None
    one = one or len(parts) > 1
    names = [name for number, part in enumerate(parts) for name in _named(part, one, number)]
    author = ", ".join(names)
    return author if any(character.isalpha() for character in author) else None


def _without_by(text: str) -> str:
    asian = _ASIAN_BYLINE.fullmatch(text)
    if asian:
        return asian["after"] or asian["before"]
    found = _BY.fullmatch(text) or _AUTHOR_LABEL.fullmatch(text)
    if found:
        return found["names"]
    foreign = _foreign(text)
    return foreign if foreign else text


def _foreign(text: str) -> str | None:
    """The names behind "Von", "Por", "Par", where full names follow; not those of a von Trapp."""
    found = wordings.BY.fullmatch(text)
    if found is None or not _are_full_names(found["names"]):
        return None
    family, _, given = text.partition(",")
    is_particle = text[0].islower() and _is_family(family) and _is_given(given.strip())
    return None if is_particle else found["names"]  # "von Trapp, Maria"


def _without_agency(found: re.Match[str]) -> str:
    return "" if agency_in(found[1]) else found[0]


def _segments(text: str) -> list[str]:
    return [segment for segment in re.split(r"\s*,\s*", text.strip()) if segment]


def _named(segments: list[str], one: bool, number: int) -> Iterator[str]:
    """The names between the commas of a byline, or of a part of one between semicolons.

    Args:
        segments: What the commas part.
        one: Whether it is certain that a comma parts one person's names.
        number: Of the part.
    """
    lone = [" " not in segment and not _is_no_name(segment) for segment in segments]
    initials = any(_INITIAL.fullmatch(segment) for segment in segments)
    if not one and len(segments) > 2 and all(lone) and not initials:
        yield ", ".join(segments)  # "Smith, Jones, Miller": who of them is who, nobody knows
        return
    at = 0
    while at < len(segments):
        segment = segments[at]
        following = segments[at + 1] if at + 1 < len(segments) else ""
        is_name = following and not (at and _is_degree(segment, segments[0]))
        whole = _one_person(segment, following, one) if is_name else None
        if whole is not None:
            others = _JOINED.search(following) if at + 2 < len(segments) else None
            if others:  # "Lindqvale, P. and Mann, O.": the second family name is yet to be read
                whole = _one_person(segment, following[: others.start()], one) or whole
                segments = [*segments[: at + 1], following[others.end() :], *segments[at + 2 :]]
            else:
                at += 1
            yield whole
        elif at == number == 0 and len(segments) == 2 and " " not in segment:
            yield f"{segment}, {following}"
            at += 1
        elif at == number == 0 or _is_further_name(segment):
            yield segment
        at += 1


def _one_person(before: str, after: str, one: bool) -> str | None:
    """What a comma parts, if they are one person's names, in their usual order where it is clear.

    Others may stand before and after them: "Bob Roe and Lindqvale, P. and Cy Dent".
    """
    begins = [found.end() for found in _JOINED.finditer(before)]
    ends = _JOINED.search(after)
    head, family = before[: max(begins, default=0)], before[max(begins, default=0) :]
    given, tail = (after[: ends.start()], after[ends.start() :]) if ends else (after, "")
    if not (_is_family(family) and _is_given(given, full=one)):
        return None
    if one or family[0].islower() or any(_INITIAL.fullmatch(word) for word in given.split()):
        return f"{head}{given} {family}{tail}"
    return f"{head}{family}, {given}{tail}"


def _is_degree(text: str, name: str) -> bool:
    """Whether a few capitals behind a full name are a degree: "Ann Lee, MS, RDN"."""
    return text.isupper() and len(text) <= 5 and " " in name and not name.isupper()


def _is_family(text: str) -> bool:
    """Whether a text can be a family name by itself: one word, or particles and one."""
    *particles, name = text.split() or [""]
    if any(word.casefold() not in _FAMILY_PARTICLES for word in particles):
        return False
    return bool(name) and name[0].isalpha() and not name[0].islower() and not _is_no_name(text)


def _is_given(text: str, *, full: bool = False) -> bool:
    """Whether a text can be given names by themselves: one word and initials, or several words."""
    words = text.split()
    if not 1 <= len(words) <= 3 or any(_is_no_name(each) for each in (text, *words)):
        return False
    further = all(_INITIAL.fullmatch(word) for word in words[1:])
    return (full or further) and all(word[0].isalpha() and not word[0].islower() for word in words)


def _is_no_name(text: str) -> bool:
    """Whether a part of a byline is a suffix, a role, a figure, an agency."""
    word = text.strip(".").casefold()
    if word in SUFFIXES or word in ROLES or word in NOBODY or re.search(r"[\d@/:]", text):
        return True
    return is_known(fold(word)) or word in _NOT_NAMES


def _are_full_names(text: str) -> bool:
    """Whether a text begins with a first name and has another: "Von Miller" is not by Miller."""
    bare = _AFTER_NAME.sub("", text, count=1)
    return text[0].isupper() and len(bare.split()) > 1 and _names_people(bare)


def _is_further_name(segment: str) -> bool:
    bare = re.sub(r"^and\s+", "", segment)
    if bare.strip(".").lower() in SUFFIXES:
        return True
    words = re.findall(r"[\w'’.-]+", bare)
    return (
        len(words) > 1
        and not is_called_like_a_paper(bare)
        and not any(word.strip(".").lower() in ROLES for word in words)
        and _names_people(bare)
    )


def _names_people(text: str) -> bool:
    """Whether every part has the shape of a name."""
    parts = [part for part in _JOINING.split(text) if part]
    return bool(parts) and all(_has_name_shape(part) for part in parts)


def _has_name_shape(part: str) -> bool:
    if part.strip(".").lower() in SUFFIXES:
        return True
    words = part.split()
    if not 1 <= len(words) <= 5 or re.search(r"[\d!?:\"“”]", part):
        return False
    if part.endswith(".") and not re.search(r"\b(?:\w|[JS]r)\.$", part):
        return False
    no_names = [word.strip(".,").lower() in _NOT_NAMES for word in words]
    # June Kelly and Jude Law are people; "By Late June" and "By June Trams Must Stop" name nobody.
    is_june_kelly = no_names == [True, False] and words[0].lower() in _GIVEN_TOO
    is_jude_law = no_names == [False, True] and words[1].lower() == "law"
    if any(no_names) and not (is_june_kelly or is_jude_law):
        return False
    capital = [word for word in words if word[0].isalpha() and not word[0].islower()]
    return bool(capital) and all(
        word in capital or word.lower() in _PARTICLES or word[:2] in ("d'", "d’", "al", "el")
        for word in words
    )
