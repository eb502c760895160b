"""How a text is set: quotes, dashes and blanks that another copy has in another form; numbers."""

from __future__ import annotations

import unicodedata
from typing import Final

_PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
    }
)


def holds(text: str, quote: str) -> bool:
    """Whether a text has the words of a quote, however either is set.

    >>> holds("“Shut,” she said.", '"Shut," she said.')
    True
    >>> holds("It cost €5 million.", "It cost $5 million.")
    False
    """
    return quote in text or _plain(quote) in _plain(text)


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "article"), counted(2000, "article")
    ('1 article', '2,000 articles')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _plain(text: str) -> str:
    """Without the ways in which texts are set; letters, figures and signs stay."""
    # Before and after: "´" is a blank with a combining accent to NFKC, "…" is three full stops.
    normal = unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)
    return " ".join(normal.split())
