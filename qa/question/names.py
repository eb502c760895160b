"""The names of an archive's publishers, agencies or authors, to be found in a question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from qa.agencies import FORMS, is_known
from qa.bylines import people
from qa.protocols import Ids
from qa.records import Filters
from qa.rows import agency_key, name_key, person_key
from qa.text.stemming import ENGLISH

_SUFFIX = re.compile(r"\s*\([^()]*\)\s*$")
_SUFFIX_AT = re.compile(r"\s*\([^()]{0,40}\)")
_WORD = re.compile(r"[\w'’&.-]+")
_POSSESSIVE = re.compile("['’]s?$")
_INITIALS = re.compile("[b-df-hj-np-tv-xz]{2,}")
"""Without a vowel, as no word is: "bbc"."""
_MOST_WORDS: Final = 8
_NEAR: Final = 0.75
"""Of `difflib`'s measure: "gaurdian" is .88 of "guardian"."""
_BUCKETS: Final = 32
"""Columns in which letters are counted; those of an alphabet have one each."""

_PAPERS: Final = {
    "nyt": "new york times",
    "wsj": "wall street journal",
    "ft": "financial times",
}
"""Abbreviations that newspapers themselves use; either form finds the other, as with agencies."""
_OTHER_FORMS: Final = {
    **{short: (name,) for short, name in _PAPERS.items()},
    **{name: (short,) for short, name in _PAPERS.items()},
    **FORMS,
}


class Place(NamedTuple):
    """A name found in a text: the name as the archive has it, and where it stands."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Known:
    """What of an archive decides how a question is understood. Each is called only if needed.

    Attributes:
        publishers: Its publishers.
        authors: Its authors.
        newest: The day of its newest article; None where none has a date.
        holds: Whether any of its articles passes some filters.
        mentions: Whether all words of a name occur in the articles themselves, so that somebody of
            this name may be quoted there: "did X say" asks for an article by X only where not.
        agencies: Its news agencies.
        languages: The tags of its languages, as `qa.text.languages.tag_key` writes them, most
            articles first.
        analysed: The languages by which its articles are analysed, see
            `qa.text.stemming.languages_of`.
    """

    publishers: Callable[[], Names]
    authors: Callable[[], Names]
    newest: Callable[[], date | None]
    holds: Callable[[Filters], bool]
    mentions: Callable[[str], bool] = lambda _: True
    agencies: Callable[[], Names] = lambda: Names((), {})
    languages: Callable[[], Sequence[str]] = lambda: ()
    analysed: Callable[[], Sequence[str]] = lambda: (ENGLISH,)

    def by_filter(self) -> Mapping[str, Callable[[], Names]]:
        """Its names, by the filter that they are for."""
        return {"publisher": self.publishers, "agency": self.agencies, "author": self.authors}


class Names:
    """Names that can be looked up as people write them.

    A publisher or agency is also found without "The", without what it bears in parentheses
    ("(sample)"), and by its common abbreviation. Where one form is several publishers', the one
    with most articles.

    Args:
        all: The names, most articles first.
        keys: Name by each form it is found by, as `qa.rows.name_key` writes it.
    """

    def __init__(self, all: Sequence[str], keys: dict[str, str]) -> None:
        self.all = all
        self._keys = keys

    @classmethod
    def publishers(cls, names: Sequence[str]) -> Names:
        """Of publishers, most articles first."""
        keys: dict[str, str] = {}
        for forms in (_exact, _short, _abbreviated):  # a full name before another's short form
            for name in names:
                for form in forms(name):
                    keys.setdefault(form, name)
        keys.pop("", None)
        return cls(names, keys)

    @classmethod
    def agencies(cls, names: Sequence[str]) -> Names:
        """Of news agencies, most articles first; one with several names by the first of them."""
        first: dict[str, str] = {}
        for name in names:
            first.setdefault(agency_key(name), name)
        return cls.publishers([*first.values()])

    @classmethod
    def authors(cls, names: Sequence[str]) -> Names:
        """Of authors: each of those whom the bylines name; found in a text by two words or more."""
        written = [name for byline in names for name in people(byline)]
        named = {key: "" for name in written if (key := person_key(name))}
        for name in sorted(written, key=lambda each: "," in each):
            if key := person_key(name):
                named[key] = named[key] or name
        keys = {key: name for key, name in named.items() if " " in key}
        for name in written:  # "Lindqvale, Petra" is asked for in either order
            if "," in name and (key := person_key(name)):
                keys.setdefault(name_key(name), named[key])
        return cls([*named.values()], keys)

    def called(self, name: str) -> str | None:
        """The archive's name for a name as someone writes it."""
        key = name_key(name)
        return self._keys.get(key) or self._keys.get(_without_the(key))

    def holding(self, words: str) -> list[str]:
        """The names that hold all of these words, in any order."""
        wanted = set(name_key(words).split())
        shared = self._shared(wanted)
        return [self.all[n] for n in sorted(shared) if shared[n] == len(wanted)]

    def sharing(self, words: str) -> list[str]:
        """The names that hold some of these words, those with most of them first."""
        shared = self._shared(set(name_key(words).split()))
        return [self.all[n] for n in sorted(shared, key=lambda n: (-shared[n], n))]

    def near(self, words: str) -> list[str]:
        """The names that hold some of these words, or else those written nearly so."""
        if sharing := self.sharing(words):
            return sharing
        wanted = name_key(words)
        close = get_close_matches(wanted, self._maybe_near(wanted), cutoff=_NEAR)
        found = (self.sharing(form) if " " not in form else [self._forms[form]] for form in close)
        return list(dict.fromkeys(chain.from_iterable(found)))

    def ending(self, word: str) -> str | None:
        """The first of the names that ends in a word, as "Mirror" may mean the Daily Mirror."""
        key = name_key(_POSSESSIVE.sub("", word))
        return self.called(key) or self._by_last_word.get(key)

    def _shared(self, wanted: Iterable[str]) -> Counter[int]:
        """How many of some words each name holds, by its place; those that hold none are left out.

        An archive has ten thousands of authors, whose words are cut once, when first needed.
        """
        return Counter(n for word in wanted for n in self._by_word.get(word, ()))

    def _maybe_near(self, wanted: str) -> list[str]:
        """The forms that `difflib` can find near: its measure is 2 M / T at most.

        M is how many letters both have, whatever their order, and T how many there are of both.
        """
        forms = [*self._forms]
        common = np.minimum(self._letters_of_forms, _letters([wanted])).sum(axis=1)
        near = 2 * common >= _NEAR * (_lengths(forms) + len(wanted))
        return [forms[n] for n in np.flatnonzero(near)]

    @cached_property
    def _letters_of_forms(self) -> Ids:
        return _letters([*self._forms])

    @cached_property
    def _by_word(self) -> Mapping[str, Sequence[int]]:
        """The places of the names that hold a word."""
        places: dict[str, list[int]] = {}
        for n, name in enumerate(self.all):
            for word in dict.fromkeys(name_key(name).split()):
                places.setdefault(word, []).append(n)
        return places

    @cached_property
    def _by_last_word(self) -> Mapping[str, str]:
        """The first of the names that ends in a word."""
        first: dict[str, str] = {}
        for name in self.all:
            for word in name_key(_SUFFIX.sub("", name)).split()[-1:]:
                first.setdefault(word, name)
        return first

    @cached_property
    def _forms(self) -> Mapping[str, str]:
        """The first of the names that is, or holds, what stands for it when it is misspelt."""
        first: dict[str, str] = {}
        for name in self.all:
            key = name_key(name)
            for form in (key, *key.split()):
                first.setdefault(form, name)
        return first

    def at(self, text: str, start: int) -> Place | None:
        """The longest name that begins at a place of a text; "the" may stand before it."""
        words: list[re.Match[str]] = []
        at = start
        while len(words) < _MOST_WORDS and (word := _WORD.match(text, at)):
            words.append(word)
            at = word.end() + 1 if text[word.end() : word.end() + 1] == " " else len(text)
        for word in reversed(words):
            written = _POSSESSIVE.sub("", text[start : word.end()])
            end = start + len(written.rstrip("."))
            if name := self._found(text[start:end]):
                suffix = _SUFFIX_AT.match(text, end)
                return Place(name, start, suffix.end() if suffix else end)
        return None

    def before(self, text: str, end: int) -> Place | None:
        """The longest name that ends at a place of a text, with a "the" before it."""
        words = list(_WORD.finditer(text, max(end - 120, 0), end))[-_MOST_WORDS:]
        for word in words:
            if name := self._found(text[word.start() : end]):
                return Place(name, word.start(), end)
        return None

    def _found(self, written: str) -> str | None:
        name = self.called(written)
        if name is None:
            return None
        # "According to the sun": one word is a name only with a capital, unless as "dpa" has none,
        # or it can be no other word: "bbc", "reuters".
        key = _without_the(name_key(written))
        capital = any(c.isupper() for c in re.sub("^[Tt]he ", "", written))
        no_word = is_known(key) or key in _PAPERS or _INITIALS.fullmatch(key) is not None
        return name if " " in key or capital or name.islower() or no_word else None


def _lengths(texts: Sequence[str]) -> Ids:
    """How many characters each text has, int64 (n,)."""
    return np.fromiter(map(len, texts), np.int64, len(texts))


def _letters(texts: Sequence[str]) -> Ids:
    """How often each text has each letter, int64 (n, `_BUCKETS`); some letters share a column."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le"), np.uint32) % _BUCKETS
    at = np.repeat(np.arange(len(texts)), _lengths(texts))
    counts = np.bincount(at * _BUCKETS + codes, minlength=len(texts) * _BUCKETS)
    return counts.reshape(len(texts), _BUCKETS)


def _exact(name: str) -> Iterable[str]:
    return [name_key(name)]


def _short(name: str) -> Iterable[str]:
    bare = name_key(_SUFFIX.sub("", name))
    return [bare, _without_the(bare), _without_the(name_key(name))]


def _abbreviated(name: str) -> Iterable[str]:
    return _OTHER_FORMS.get(_without_the(name_key(_SUFFIX.sub("", name))), ())


def _without_the(key: str) -> str:
    return key.removeprefix("the ")
