"""The language a text is written in.

Most texts of most archives are English, which a few common words tell at once, and Chinese and
Japanese are told by their letters. For the others the n-gram model of Lui, Baldwin, "langid.py"
(ACL 2012) is loaded, in the package py3langid.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from qa.text.analysis import CJK
from qa.text.languages import tag_of

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LOOKED_AT: Final = 1_000
"""Characters that are looked at: more changed the language of no text measured."""

FEWEST_LETTERS: Final = 40
"""Shorter texts stay unknown."""

SURE: Final = 0.9
"""Probability below which a text stays unknown. Of 1,381 news pages, paragraphs and abstracts none
was given a wrong language at this, and 4 stayed unknown; with 150 characters of each, 59 did."""

SURER: Final = 0.99
"""Probability above which the text is believed rather than what its source states."""

ENGLISH_SHARE: Final = 0.12
"""Share of the words below from which a text is English, without asking the model: 95 % of 2,376
English texts have .137 or more, none of 21 in other languages more than .078."""

_ENGLISH: Final = frozenset(
    ("the", "of", "and", "to", "that", "with", "for", "his", "its", "are", "by", "from", "which")
)
FEWEST_CHINESE: Final = 20
"""Chinese and Japanese letters that tell a text's language, where they are a third of all of it:
each says as much as two others or more."""

KANA: Final = 0.05
"""Share of kana among these letters from which they are Japanese: a sentence has a third, a row of
names in headlines little. The model is unsure of Chinese: of 1,491 texts of `fortunes-zh` it tells
312, by their letters 1,447 are told, and the rest are mostly commands and listings."""

_WORD = re.compile(r"[^\W\d_]+")
_TAG = re.compile(r"[A-Za-z]{1,3}(?:[-_][A-Za-z0-9]+)*")
_CJK = re.compile(f"[{CJK}]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\uff66-\uff9d]")


def language_of(text: str, stated: str | None = None) -> tuple[str | None, bool]:
    """The language of a text.

    Args:
        text: The text.
        stated: A BCP 47 tag or a language's English name, where the source has one.

    Returns:
        A tag, None where it cannot be told; and whether the text told it, not the source.
    """
    if stated and not _TAG.fullmatch(stated):
        stated = tag_of(stated) or None
    head = text[:LOOKED_AT]
    words = _WORD.findall(head)
    letters = sum(map(len, words))
    chinese = len(_CJK.findall(head))
    if letters < FEWEST_LETTERS and chinese < FEWEST_CHINESE:
        return stated, False
    common = sum(word.lower() in _ENGLISH for word in words)
    if chinese >= FEWEST_CHINESE and 3 * chinese > letters:
        is_japanese = len(_KANA.findall(head)) >= KANA * chinese
        found, certainty = ("ja" if is_japanese else "zh"), 1.0
    elif common >= ENGLISH_SHARE * len(words):
        found, certainty = "en", 1.0
    else:
        label, probability = _model().classify(head)
        found, certainty = str(label), float(probability)
    if stated and (_primary(stated) == found or certainty < SURER):
        return stated, False
    return (found, True) if certainty >= SURE else (stated, False)


def _primary(tag: str) -> str:
    """The language of a tag, as the model calls it."""
    language = tag.replace("_", "-").partition("-")[0].lower()
    return "no" if language in ("nb", "nn") else language


@cache
def _model() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
