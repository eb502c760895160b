"""A citation as text, Markdown, BibTeX or CSL-JSON, for whoever quotes it elsewhere.

BibTeX as biber and Zotero read it: special characters escaped, titles in double braces so that
their capitals stay. CSL-JSON: citationstyles.org, schema 1.0, type "article-newspaper"; quote and
offsets are in "custom", which the schema leaves to the program.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from qa.agencies import is_like_one
from qa.bylines import SUFFIXES, people
from qa.records import Article, Citation
from qa.rows import name_key
from qa.text.analysis import fold

_LATEX: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        # Not \{ and \}: BibTeX counts braces, escaped or not.
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "$": r"\$",
        "&": r"\&",
        "#": r"\#",
        "%": r"\%",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
    }
)
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")
_LISTED = re.compile(r"^(\d*)((?<=\d)[.)]|(?<!\d)[-+=])")
_PARTICLES: Final = frozenset((
    "van", "von", "vom", "zu", "zum", "zur", "der", "den", "ten", "ter", "te", "de", "di", "da",
    "do", "du", "la", "le", "del", "della", "das", "dos", "af", "av", "bin", "ibn", "ben", "al",
    "el",
))  # fmt: skip
_ORGANISATION = re.compile(
    r"(?i:The )|.* (?:of|for|the|without|and|AND|&) |.*\b(?i:board|bureau|cent(?:er|re)|commission"
    r"|committee|council|department|desk|foundation|institute|ministry|network|office|staff|team"
    r"|union|university)\b"
)
"""What no person is called: "The Editorial Board", "Ministry for Foreign Affairs"."""


def text(citation: Citation) -> str:
    """As one writes it in a note: the quote, who wrote it, where, when."""
    article = citation.article
    known = [article.author, f"“{article.title}”", article.publisher, day(article), url(article)]
    return f"“{_line(citation.quote)}” — " + ", ".join(_line(part) for part in known if part) + "."


def markdown(citation: Citation) -> str:
    """A quotation with its source, linked where the article has a web address."""
    article = citation.article
    title = escaped(article.title)
    address = url(article)
    known = [
        escaped(article.author or ""),
        f"[{title}]({_in_parentheses(address)})" if address else f"*{title}*",
        escaped(article.publisher or ""),
        day(article),
    ]
    # At the head of a line a dash begins a list, and a number with a dot too.
    lines = (_LISTED.sub(r"\1\\\2", escaped(line)) for line in citation.quote.splitlines() or [""])
    quoted = "\n".join(f"> {line}" for line in lines)
    return f"{quoted}\n>\n> — {', '.join(part for part in known if part)}"


def bibtex(citation: Citation) -> str:
    """One entry; its key is the same for every quote of an article."""
    article = citation.article
    moment = article.published_at
    fields = {
        "author": " and ".join(_bibtex_name(name) for name in people(article.author or "")),
        "title": f"{{{_latex(article.title)}}}",
        "journal": _latex(article.publisher or ""),
        "year": str(moment.year) if moment else "",
        "month": f"{moment.month:02}" if moment else "",
        "day": f"{moment.day:02}" if moment else "",
        "url": url(article) or "",
        "language": _latex(article.language or ""),
        "annote": f"{_latex(citation.quote)} [characters {citation.start}--{citation.end}]",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@article{{{key(article)},", *lines, "}"])


def csl_json(citation: Citation) -> dict[str, Any]:
    """One item; its id is the same for every quote of an article."""
    article = citation.article
    item = {
        "id": key(article),
        "type": "article-newspaper",
        "title": article.title,
        "container-title": article.publisher,
        "author": [_csl_name(name) for name in people(article.author or "")],
        "issued": _csl_date(article.published_at),
        "URL": url(article),
        "language": article.language,
        "custom": {"quote": citation.quote, "start": citation.start, "end": citation.end},
    }
    return {name: value for name, value in item.items() if value}


def csl_text(citation: Citation) -> str:
    """The same as text: a list of one, as reference managers import it."""
    return json.dumps([csl_json(citation)], ensure_ascii=False, indent=1)


def key(article: Article) -> str:
    """An article's key in a bibliography: who, when, and the beginning of its id."""
    names = people(article.author or "") or [article.publisher or ""]
    words = re.findall("[a-z]+", fold(_split(_parted(names[0])[0])[1]))
    year = str(article.published_at.year) if article.published_at else "nd"
    return f"{(words or ['article'])[-1]}{year}{re.sub(r'[^0-9a-z]', '', article.id)[:6]}"


def day(article: Article) -> str:
    """As in 2025-01-14; where only an age is known, that, quoted."""
    if article.published_at:
        return article.published_at.date().isoformat()
    return f"“{article.age}”" if article.age else ""


def url(article: Article) -> str | None:
    """The address, if it is one of the web; coded where BibTeX or Markdown would trip over it."""
    address = (article.url or "").strip()
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        return None
    return quote(address, safe="%/:?#[]@!$&'()*+,;=~-._")


def escaped(words: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _MARKDOWN.sub(r"\\\1", _line(words)).replace("&", "&amp;")


def unique(citations: Iterable[Citation], entry: Callable[[Article], str] = key) -> list[Citation]:
    """The first citation of each article, as a bibliography lists it."""
    return list({entry(c.article): c for c in reversed(list(citations))}.values())[::-1]


def _line(words: str) -> str:
    return " ".join(words.split())


def _latex(words: str) -> str:
    return _line(words).translate(_LATEX)


def _in_parentheses(address: str) -> str:
    return address.replace("(", "%28").replace(")", "%29")


def _split(name: str) -> tuple[str, str]:
    """Given names and family name, the latter from its particle on: "van der Berg".

    "Lindqvale, Petra" says itself which is which; "Petra and Oskar Mann" cannot be parted.
    """
    if _ORGANISATION.match(name) or is_like_one(name.title(), name_key(name)):
        return "", name
    first, comma, rest = name.partition(",")
    if comma:
        return rest.strip(), first
    words = name.split()
    at = len(words) - 1
    for place in range(1, len(words) - 1):
        if words[place] in _PARTICLES:
            at = place
            break
    return " ".join(words[:at]), " ".join(words[at:])


def _parted(name: str) -> tuple[str, str]:
    """A name without what stands behind it, and that: "Jr.", "III"; empty where nothing does."""
    bare, _, last = name.rpartition(" ")
    if last.replace(".", "").lower() in SUFFIXES and " " in bare:
        return bare.rstrip(" ,"), last
    return name, ""


def _bibtex_name(name: str) -> str:
    bare, suffix = _parted(name)
    given, family = _split(bare)
    # Alone it may be an agency, which is not to be taken apart.
    parts = (family, suffix, given)
    return ", ".join(_latex(part) for part in parts if part) if given else f"{{{_latex(name)}}}"


def _csl_name(name: str) -> dict[str, str]:
    bare, suffix = _parted(name)
    given, family = _split(bare)
    if not given:
        return {"literal": name}
    return {"family": family, "given": given} | ({"suffix": suffix} if suffix else {})


def _csl_date(moment: datetime | None) -> dict[str, Any] | None:
    return {"date-parts": [[moment.year, moment.month, moment.day]]} if moment else None
