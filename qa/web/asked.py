"""A question with its filters, as the browser sends it and as its address bar has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

MAX_QUESTION_CHARS: Final = 500
"""More is a pasted page: the browser refuses to ask it."""

FILTERS: Final = ("publisher", "author", "after", "before", "language", "agency", "as_of")
"""Named as for `Archive.ask`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked. Nothing here is checked but its kind: `Archive.ask` does that.

    Attributes:
        question: As typed.
        publisher: Or "", as are the others.
        author: See there.
        after: A day, as in 2025-07-31.
        before: Likewise.
        language: A tag, such as "de".
        agency: As `publisher`.
        as_of: A day.
        without: Keys of what is not to be understood.
        literal: Whether nothing is.
    """

    question: str
    publisher: str = ""
    author: str = ""
    after: str = ""
    before: str = ""
    language: str = ""
    agency: str = ""
    as_of: str = ""
    without: tuple[str, ...] = ()
    literal: bool = False

    @classmethod
    def of(cls, sent: Mapping[str, Any]) -> Asked:
        """From what a browser sends, which may be anything."""
        without = sent.get("without") or []
        return cls(
            question=str(sent.get("q") or "")[:MAX_QUESTION_CHARS],
            **{name: str(sent.get(name) or "")[:MAX_QUESTION_CHARS] for name in FILTERS},
            without=tuple(map(str, without if isinstance(without, list) else [without])),
            literal=bool(sent.get("literal")),
        )

    @property
    def filters(self) -> dict[str, str]:
        """Those that are set."""
        return {name: value for name in FILTERS if (value := getattr(self, name))}

    @property
    def options(self) -> dict[str, Any]:
        """For `Archive.ask` and `Archive.search`."""
        return {**self.filters, "without": self.without, "literal": self.literal}

    def but(self, **changes: Any) -> Asked:  # noqa: ANN401 - as dataclasses.replace has them
        """The same with other filters."""
        return replace(self, **changes)

    def within(self, first: date, end: date) -> Asked:
        """The same, of articles of some days: [first, end)."""
        return self.but(after=first.isoformat(), before=end.isoformat())

    def address(self) -> str:
        """What opens the page with this question: the part of the address from "?" on."""
        pairs = [("q", self.question), *self.filters.items()]
        pairs += [("without", key) for key in self.without]
        pairs += [("literal", "1")] if self.literal else []
        return "?" + urlencode([pair for pair in pairs if pair[1]])
