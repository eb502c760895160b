"""Filter columns: what passages can be filtered by, for filtering a million at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from qa.protocols import Mask
from qa.records import Filters
from qa.rows import (
    BETWEEN_PEOPLE,
    NO_DAY,
    FilterKeys,
    agency_key,
    days,
    name_key,
    publisher_key,
)
from qa.text.languages import is_within, tag_key
from qa.text.stemming import analysed_as

Codes = npt.NDArray[np.int32]

NAMED: Final = FilterKeys._fields[1:]
"""The columns that hold names; the first of all holds days."""


@dataclass(frozen=True, slots=True)
class Names:
    """One name for each row, each distinct name once.

    Attributes:
        keys: The distinct names as `FilterKeys` has them; "" for none.
        codes: int32 (n,), places in `keys`.
    """

    keys: Sequence[str]
    codes: Codes

    @classmethod
    def of(cls, names: Iterable[str]) -> Names:
        """From each row's key."""
        places: dict[str, int] = {}
        codes = [places.setdefault(name, len(places)) for name in names]
        return cls(list(places), np.asarray(codes, dtype=np.int32))

    @classmethod
    def merge(cls, parts: Sequence[Names], kept: Sequence[Mask]) -> Names:
        """Join parts one after the other, leaving out what is not kept."""
        places: dict[str, int] = {}
        codes = []
        for part, mask in zip(parts, kept, strict=True):
            moved = [places.setdefault(key, len(places)) for key in part.keys]
            codes.append(np.asarray(moved, dtype=np.int32)[part.codes[mask]])
        return cls(list(places), np.concatenate(codes).astype(np.int32))

    def equal(self, wanted: str) -> Mask:
        """Which rows have this key."""
        return self._those([key == wanted and bool(wanted) for key in self.keys])

    def within(self, tag: str) -> Mask:
        """Which rows have this language, or a kind of it."""
        return self._those([is_within(key, tag) and bool(tag) for key in self.keys])

    def analysed_as(self, language: str) -> Mask:
        """Which rows' words are reduced by the rules of this language."""
        return self._those([analysed_as(key) == language for key in self.keys])

    def holding(self, words: str) -> Mask:
        """Which rows' bylines name somebody with all of these words, in any order."""
        wanted = [f" {word} " for word in set(name_key(words).split())]
        padded = [f" {key} " for key in self.keys]
        found = list(range(len(padded))) if wanted else []
        for word in wanted:  # wherever it stands: after the first, few are left to look at
            found = [place for place in found if word in padded[place]]
        chosen = [False] * len(padded)
        for place in found:
            chosen[place] = len(wanted) == 1 or _names_one(self.keys[place], wanted)
        return self._those(chosen)

    def _those(self, chosen: Sequence[bool]) -> Mask:
        if sum(chosen) == 1:  # three times as quick, and what filters mostly are
            return np.asarray(self.codes == list(chosen).index(True))
        return np.asarray(chosen, dtype=np.bool_)[self.codes]


def _names_one(byline: str, wanted: Collection[str]) -> bool:
    """Whether one of its people has all of these words, which have a space on either side."""
    names = [f" {name} " for name in byline.split(BETWEEN_PEOPLE)]
    return any(all(word in name for word in wanted) for name in names)


@dataclass(frozen=True, slots=True)
class Columns:
    """What n passages can be filtered by, see `FilterKeys`.

    Attributes:
        day: int32 (n,), days since 1970-01-01 in UTC, or `NO_DAY`.
        publisher: See `Names`, as are the others.
        author: See there.
        language: See there.
        agency: See there.
    """

    day: Codes
    publisher: Names
    author: Names
    language: Names
    agency: Names

    @classmethod
    def of(cls, rows: Sequence[FilterKeys]) -> Columns:
        """From what each passage can be filtered by."""
        names = [Names.of(getattr(row, name) for row in rows) for name in NAMED]
        return cls(np.asarray([row.day for row in rows], dtype=np.int32), *names)

    @property
    def names(self) -> dict[str, Names]:
        """The columns that hold names."""
        return {name: getattr(self, name) for name in NAMED}

    @classmethod
    def merge(cls, parts: Sequence[Columns], kept: Sequence[Mask]) -> Columns:
        """Join parts one after the other, leaving out what is not kept."""
        published = [part.day[mask] for part, mask in zip(parts, kept, strict=True)]
        names = [Names.merge([part.names[name] for part in parts], kept) for name in NAMED]
        return cls(np.concatenate(published).astype(np.int32), *names)

    def row(self, row: int) -> FilterKeys:
        """What one row can be filtered by; a name that is none is named as such."""
        keys = []
        for names in self.names.values():
            code = int(names.codes[row])
            keys.append(names.keys[code] if 0 <= code < len(names.keys) else f"? {code}")
        return FilterKeys(int(self.day[row]), *keys)

    def passing(self, filters: Filters) -> Mask:
        """Which rows pass the filters, bool (n,)."""
        mask = np.ones(len(self.day), dtype=np.bool_)
        if filters.publisher:
            mask &= self.publisher.equal(publisher_key(filters.publisher))
        if filters.author:
            mask &= self.author.holding(filters.author)
        if filters.language:
            mask &= self.language.within(tag_key(filters.language))
        if filters.agency:
            mask &= self.agency.equal(agency_key(filters.agency))
        if filters.after or filters.before:
            mask &= self.day != NO_DAY
        if filters.after:
            mask &= self.day >= days(filters.after)
        if filters.before:
            mask &= self.day < days(filters.before)
        return mask
