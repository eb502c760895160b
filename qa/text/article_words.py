"""Wordings that speak of articles, and of who says or writes them, as patterns."""

from __future__ import annotations

import re
from typing import Final

_SAYS: Final = (
    r"(?:say|said|report|reported|write|written|wrote|publish|published|print|printed|cover"
    r"|covered|describe|described|note|noted|mention|mentioned)"
)
_WRITES: Final = r"(?:report|reported|write|written|wrote|publish|published|cover|covered)"
_ARTICLES: Final = r"(?:articles?|headlines|news stories|news|coverage|reporting|reports|stories)"
AMBIGUOUS: Final = frozenset({"coverage", "reporting", "reports", "stories"})
"""Those that mean other things too ("health coverage in 2019"): a date beside them counts only
where `OF_NEWS` stands before them."""

AUXILIARY: Final = re.compile(r"\b(did|do|does|have|has|had) (?=\S)", re.IGNORECASE)
VERB: Final = re.compile(rf"\s+(?:(?:also|ever|first) )?{_SAYS}\b", re.IGNORECASE)
AUTHORS_VERB: Final = re.compile(rf"\s+(?:(?:also|ever|first) )?{_WRITES}\b", re.IGNORECASE)
ACCORDING: Final = re.compile(
    r"\b(?:according to|as reported by|laut|gemäß|selon|d['’]après|según|secondo|volgens) (?=\S)",
    re.IGNORECASE,
)
"""In English, German, French, Spanish, Italian and Dutch."""
ARTICLE: Final = re.compile(r"(?:de[mnr]?|het|les?|las?|los|el|il) |l['’]", re.IGNORECASE)
"""What may stand before a name in the others; `Names` knows "the"."""
AND: Final = re.compile(r"(?:,? (?:and|or)|,) (?=\S)")
GOES_ON: Final = re.compile(r"['’]s? \w| (?=[A-ZÀ-ÖØ-Þ])")
OF_PEOPLE: Final = re.compile(
    r" (?:analyst|boss|chair|chief|columnist|correspondent|critic(?!al|is)|director|economist"
    r"|editor(?!ial)|executive|insider|journalist|owner|presenter|president|producer"
    r"|reporter|source|spokes|staff(?! (?:articles?|reports?)\b)|writer)",
    re.IGNORECASE,
)
NOUN: Final = re.compile(
    rf"\b({_ARTICLES})\b(?: (?:(?:that |which )?(?:was|were|(?:has|have) been) )?"
    r"(?:published|written|printed)\b)?",
    re.IGNORECASE,
)
OF_NEWS: Final = re.compile(
    r"(?:^|\b(?:news|press|media|newspapers?|find|show|list|summari[sz]e|me|any|all|do|does|did) )"
    r"(?:the )?$",
    re.IGNORECASE,
)
OF_ARTICLES: Final = re.compile(
    r"(?:\bthe )?(?:\b(?:news|press|media|newspaper) )?$", re.IGNORECASE
)
OWN: Final = re.compile(
    r"(?:['’]s? (coverage|reporting|articles?|reports?|stor(?:y|ies)|headlines?)"
    r"|(?<=\w) (?:articles?(?! \d)|headlines?))\b",
    re.IGNORECASE,
)
_JOINED: Final = re.compile(r"(?:\b(?:and|or)|,) (?:the )?$", re.IGNORECASE)
_LONGER: Final = re.compile(
    r"\b(?!(?:Are|Did|Do|Does|Have|How|In|Is|Of|The|These|Those|Were|What|Which|Whose|Why)\b)"
    r"[A-ZÀ-ÖØ-Þ][\w'’&.-]* $"
)
"""What "Times articles" is no name behind: "New York Times articles"."""
SITE: Final = re.compile(r" (?:[|·–—-]|::) (?=\S+(?: \S+){0,7}$)")
"""What parts a pasted headline from the name of its site."""
QUOTED: Final = frozenset({"report", "reports", "story", "stories"})
"""What people have who are no authors: an article may speak of "Jennifer Zeng's report"."""
REPORTS: Final = re.compile(
    r"(?:['’]s?)? (?:own )?(?:coverage|reporting|articles?|reports?|stor(?:y|ies))\b", re.IGNORECASE
)
PASSIVE: Final = re.compile(
    r"^what (?:has|have|had|was|were|is|are) (?:been )?(?P<verb>reported|written)\b", re.IGNORECASE
)
BY: Final = re.compile(r",? ?\b(in|from|by|for) (?=\S)", re.IGNORECASE)
ABOUT: Final = re.compile(r" (?:about|on) ", re.IGNORECASE)
ENDS: Final = re.compile(r"\W*$|,? (?:in|on|from|between|during|since|before|after|until) ")
LATEST: Final = re.compile(
    r"(?:\bthe )?\b(?:latest|newest|most recent) "
    r"(?:articles?|headlines?|news stor(?:y|ies)|news"
    r"|(coverage|reporting|reports?|stor(?:y|ies)))\b",
    re.IGNORECASE,
)


def is_whole(text: str, start: int) -> bool:
    """Whether a name, from a place to the end of a text, is all that articles are said to be of."""
    before = text[:start]
    if _JOINED.search(before):
        return False  # "AP and Star articles" are of both
    if OF_NEWS.fullmatch(f"{text[start:].lower()} "):
        return False  # "News articles about the flood" are anybody's
    return not _LONGER.search(before) or OF_NEWS.search(before) is not None  # "Show Star articles"
