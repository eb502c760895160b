"""What a question says besides what it asks: exact phrases, exclusions, a publisher, dates.

Rules only, each of which is told to the user (`Understood.told`) and can be turned off. Two kinds:

- Operators, which mean nothing else: "exact words", -word, -"exact words", publisher:"Toronto
  Star", agency:AP, author:zeng, language:de, after:2025-07-01, before:2025-08 (since: and until:
  too). One that cannot be used is an error.
- The same in words (`qa.question.wording`), only in phrases that speak of the articles themselves
  and only where the archive has such a publisher, agency, author, language or date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from qa.errors import InputError
from qa.facts import ArticlesAsked
from qa.question import article_questions, wording
from qa.question.exact_words import is_shouted
from qa.question.loose_operators import DATES, OPERATORS, closed_up
from qa.question.names import Known, Names
from qa.records import Clue, Filters
from qa.text.analysis import MARKS, terms
from qa.text.languages import is_within, name_of, tag_of
from qa.text.periods import period

HALF_LIFE_DAYS: Final = 14
"""Of the decay that puts recent articles first: measured on weekly news questions asked as of their
day, where it lifted nDCG@10 from .908 (later articles left out) to .951."""

KINDS: Final = (
    "publisher",
    "agency",
    "author",
    "language",
    "dates",
    "as_of",
    "recency",
    "phrase",
    "excluded",
    "spelling",
    "parts",
    "articles",
)
"""Of clues, see `qa.records.Clue.key`."""

_NOBODY: Final = Names((), {})
_QUOTES = str.maketrans("“”„«»", '"' * 5)
_OPERATOR = re.compile(
    rf"(?<!\S)(?P<field>{OPERATORS}):"
    r'(?:"(?P<quoted>[^"]*)"|(?P<value>[^\s"]+))'
    r'|(?<!\S)-"(?P<no_phrase>[^"]{0,300}\w[^"]{0,20})"'
    r'|(?<![\w"])"(?P<phrase>[^"]{0,300}\w[^"]{0,20})"(?!\w)'
    rf"|(?<=\s)-(?P<excluded>[^\W\d_](?:[\w'’{MARKS}]|[.&](?=\w))*(?:-[\w{MARKS}]+)*)"
    r"(?:(?<=\.\w)\.)?",
    re.IGNORECASE,
)
_UNCLOSED = re.compile(
    rf'(?<!\S)(?:{OPERATORS}):"(?P<value>[^"]*)$',
    re.IGNORECASE,
)
_LATEST: Final = r"\b(?:latest|most recent(?:ly)?|currently)\b(?!-)"
_RECENT = re.compile(
    rf"(?i:{_LATEST}|\bthis week\b"
    r"|\bnewest (?:articles?|headlines?|news|reports?|stor(?:y|ies)|coverage)\b)"
    r"|(?<!\b(?i:until) )(?<!\b(?i:by) )(?<!\b(?i:before) )(?<!\b(?i:up to) )"
    r"\b[Nn]ow\b(?! (?:that|known as)\b)",
)
_ASKS_LATEST = re.compile(rf"{_LATEST} ?", re.IGNORECASE)
_SAME_FIELD: Final = {"since": "after", "until": "before"}
_WHOSE: Final = frozenset({"publisher", "agency", "author"})
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Understood:
    """What was understood of a question, besides what it asks.

    Attributes:
        text: The question without its operators: what is searched for.
        phrases: Must occur in a passage or its title word for word, see `qa.question.exact_words`.
        excluded: Passages that hold one of these words are left out.
        unwanted: Passages that hold one of these phrases, they or their titles, are left out.
        publisher: Only this publisher's articles.
        agency: Only what this news agency sent.
        author: Only articles whose author's name holds these words.
        language: Only articles in this language, by its tag.
        after: Only articles of this day or later.
        before: Only articles earlier than this day.
        as_of: The day the question is asked on: nothing later is used, nothing without a date.
        recency: The day from which back articles count less the older they are; None where age
            does not matter.
        readings: Words that occur nowhere in the archive, each with the one it was read as.
        asks: What is asked of articles, `text` being what they are about; None where it is asked
            what they say.
    """

    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    publisher: str | None = None
    agency: str | None = None
    author: str | None = None
    language: str | None = None
    after: date | None = None
    before: date | None = None
    as_of: date | None = None
    recency: date | None = None
    readings: tuple[tuple[str, str], ...] = ()
    asks: ArticlesAsked | None = None

    def filters(self, given: Filters) -> Filters:
        """What the search is restricted to, with what was given besides."""
        before = given.before or self.before
        if self.as_of is not None and self.as_of < date.max:
            end = self.as_of + timedelta(days=1)
            before = min(before, end) if before else end
        return Filters(
            given.publisher or self.publisher,
            given.author or self.author,
            given.after or self.after,
            before,
            given.language or self.language,
            given.agency or self.agency,
        )

    def clues(self) -> tuple[Clue, ...]:
        """Each thing understood; empty where the question is only what it asks."""
        single = (
            ("publisher", f"publisher {self.publisher}" if self.publisher else ""),
            ("agency", f"agency {self.agency}" if self.agency else ""),
            ("author", f"author {self.author}" if self.author else ""),
            ("language", f"language {name_of(self.language)}" if self.language else ""),
            ("dates", _span(self.after, self.before)),
            ("as_of", f"as of {self.as_of}" if self.as_of else ""),
            ("recency", f"recent first, back from {self.recency}" if self.recency else ""),
        )
        return (
            *([Clue("articles", self.asks.told(self.text))] if self.asks else ()),
            *(Clue(f"phrase:{phrase}", f"with “{phrase}”") for phrase in self.phrases),
            *(Clue(f"excluded:{word}", f"without {word}") for word in self.excluded),
            *(Clue(f"excluded:{phrase}", f"without “{phrase}”") for phrase in self.unwanted),
            *(Clue(key, text) for key, text in single if text),
            *(Clue(f"spelling:{word}", f"{word} read as {read}") for word, read in self.readings),
        )

    def told(self) -> tuple[str, ...]:
        """The texts of the clues."""
        return tuple(clue.text for clue in self.clues())


def understand(
    text: str,
    known: Known,
    given: Filters | None = None,
    as_of: date | None = None,
    *,
    literal: bool = False,
    events: bool = False,
    without: Collection[str] = (),
) -> Understood:
    """Part what a question asks from what it says besides.

    Args:
        text: As typed.
        known: The archive.
        given: Filters given apart from the question: what it says of the same is not applied.
        as_of: The day it is asked on; None is unknown.
        literal: Take every character as part of the question.
        events: Take when something happened for when articles tell of it: "What happened in Kell
            in May 2026?".
        without: Clues to leave aside, by key or kind. An operator left aside is not searched for
            either; what is said in words stays in the question, but for a name that no article
            has.

    Raises:
        InputError: An operator has a value that cannot be used.
    """
    as_of = None if "as_of" in without else as_of
    if literal:
        recency = None if "recency" in without else as_of
        return Understood(text=text, as_of=as_of, recency=recency)
    given = given or Filters()
    rest, found = _operators(closed_up(text, known), known, without)
    asks, said = _asked(found, known, as_of, without)
    if asks is None:
        said = _said(rest, known, as_of, without, events=events)
    found = replace(
        found,
        text=said.text,
        asks=asks,
        publisher=None if given.publisher else found.publisher or said.publisher,
        agency=None if given.agency else found.agency or said.agency,
        author=None if given.author else found.author or said.author,
        language=None if given.language else found.language or said.language,
    )
    if given.after or given.before:
        found = replace(
            found,
            after=None if given.after else found.after,
            before=None if given.before else found.before,
        )
    elif not (found.after or found.before):
        found = replace(found, after=said.after, before=said.before)
    recency = as_of
    if recency is None and _RECENT.search(rest):
        recency = known.newest()
    if recency is None or "recency" in without:
        return replace(found, as_of=as_of)
    # Whoever asks for the latest claims asks for claims: few articles call theirs the latest.
    text = _ASKS_LATEST.sub("", said.text).strip() if _ASKS_LATEST.search(said.text) else said.text
    is_all = not re.search(r"\w", text)  # "latest" by itself
    return replace(found, text=said.text if is_all else text, as_of=as_of, recency=recency)


def _asked(
    found: Understood, known: Known, as_of: date | None, without: Collection[str]
) -> tuple[ArticlesAsked | None, wording.Said]:
    """What is asked of articles, and of which; None where more is said of them than can be read.

    Articles of 2019 are none where the archive has none of then, and none that tell of 2019.
    """
    said = wording.Said(found.text)
    if "articles" in without:
        return None, said
    asks, articles, about = article_questions.read(found.text, known, as_of, found.phrases)
    for each in (known, replace(known, holds=lambda _: True)) if asks else ():
        said = _said(articles, each, as_of, without, events=False)
        said = replace(said, text=article_questions.topic(said.text))
        if said.text == about or (_WHOSE | {"dates"}) & set(without):
            return asks, said
    return None, said


def _said(
    text: str, known: Known, as_of: date | None, without: Collection[str], *, events: bool
) -> wording.Said:
    """What is said in words, but for what is left aside.

    Left aside, a paper's name may be a name in what is asked, unless no article has it: then the
    question is asked of all papers, and its date still holds.
    """
    said = wording.read(text, _but(known, set(without) - _WHOSE), as_of, events=events)
    aside = [kind for kind in _WHOSE & set(without) if getattr(said, kind)]
    if any(known.mentions(getattr(said, kind)) for kind in aside):
        return wording.read(text, _but(known, without), as_of, events=events)
    nobody: dict[str, Any] = dict.fromkeys(aside)
    return replace(said, **nobody)


def _but(known: Known, without: Collection[str]) -> Known:
    """What is known, but for what is not to be read of it."""
    return replace(
        known,
        publishers=known.publishers if "publisher" not in without else lambda: _NOBODY,
        agencies=known.agencies if "agency" not in without else lambda: _NOBODY,
        authors=known.authors if "author" not in without else lambda: _NOBODY,
        languages=known.languages if "language" not in without else lambda: (),
        # A date that the archive has no articles of is not read.
        holds=known.holds if "dates" not in without else lambda _: False,
    )


def check_keys(without: Iterable[str]) -> frozenset[str]:
    """Keys of clues to leave aside, checked.

    Raises:
        InputError: One is of no kind there is.
    """
    keys = frozenset([without] if isinstance(without, str) else without)
    for key in sorted(keys):
        if key.partition(":")[0] not in KINDS:
            raise InputError(f"without must name some of {', '.join(KINDS)}, not {key!r}")
    return keys


def without_operators(text: str) -> tuple[str, str]:
    """A question and its operators, parted; exact phrases stay where they are."""
    plain = text.translate(_QUOTES)
    found = [match for match in _OPERATOR.finditer(plain) if not match["phrase"]]
    rest = _OPERATOR.sub(lambda m: m.group() if m["phrase"] else " ", plain)
    return (rest if found else text), " ".join(match.group() for match in found)


def _span(after: date | None, before: date | None) -> str:
    if after and before:
        return f"from {after} to {before - timedelta(days=1)}"
    return f"from {after} on" if after else f"before {before}" if before else ""


def _operators(text: str, known: Known, without: Collection[str]) -> tuple[str, Understood]:
    """The text without operators, phrases without their quotes; and what they say."""
    plain = text.translate(_QUOTES)
    parts: list[str] = []
    fields: dict[str, str] = {}
    as_written: dict[str, str] = {}
    phrases: list[str] = []
    excluded: list[str] = []
    unwanted: list[str] = []
    at = 0
    for match in _OPERATOR.finditer(plain):
        kept = " "
        if match["field"]:
            written = match["field"].lower()
            name = _SAME_FIELD.get(written, written)
            if said := as_written.get(name):
                both = f"{said}: twice" if said == written else f"{said}: and {written}:"
                raise InputError(f"the question has {both}; leave one out")
            as_written[name] = written
            fields[written] = match["quoted"] or (match["value"] or "").rstrip("?!.,;")
        elif match["no_phrase"]:
            unwanted.append(_SPACES.sub(" ", match["no_phrase"]).strip(" .,;:!?"))
        elif match["phrase"]:
            kept = text[match.start("phrase") : match.end("phrase")]
            phrases.append(_SPACES.sub(" ", kept).strip(" .,;:!?"))
        elif terms(match["excluded"]) or (is_shouted(match["excluded"]) and not plain.isupper()):
            excluded.append(match["excluded"])
        else:
            continue  # a common word, which no index holds: a dash, then
        parts += [text[at : match.start()], kept]
        at = match.end()
    if unclosed := _UNCLOSED.search(plain, at):
        raise InputError(f"the question has {unclosed.group()} without a closing quotation mark")
    rest = _SPACES.sub(" ", "".join([*parts, text[at:]])).strip() if parts else text
    dates = "dates" not in without
    fields = {
        name: value
        for name, value in fields.items()
        if name not in without and (dates or name not in DATES)
    }
    found = Understood(
        text=rest,
        phrases=_left("phrase", phrases, without),
        excluded=_left("excluded", excluded, without),
        unwanted=_left("excluded", unwanted, without),
        publisher=_named("publisher", fields, known.publishers),
        agency=_named("agency", fields, known.agencies),
        author=_named("author", fields, known.authors),
        language=_language(fields, known.languages),
        after=_day("after", fields) or _day("since", fields),
        before=_day("before", fields) or _day("until", fields),
    )
    return rest, found


def _left(kind: str, values: Iterable[str], without: Collection[str]) -> tuple[str, ...]:
    """Each value once, but for those left aside."""
    if kind in without:
        return ()
    return tuple(v for v in dict.fromkeys(values) if f"{kind}:{v}" not in without)


def _named(field: str, fields: dict[str, str], names: Callable[[], Names]) -> str | None:
    if field not in fields:
        return None
    wanted, known = fields[field], names()
    holding = known.holding(wanted)
    if field == "author" and holding:
        return wanted
    if field != "author" and (found := known.called(wanted)):
        return found
    if field != "author" and len(holding) == 1:
        return holding[0]
    which = "has no" if not holding else "has more than one"
    offered = holding or known.near(wanted) or known.all
    raise InputError(
        f'the archive {which} {field} {wanted!r}; write one of these, as in {field}:"Two Words": '
        f"{', '.join(offered[:5]) or 'none'}{', …' if len(offered) > 5 else ''}"
    )


def _language(fields: dict[str, str], tags: Callable[[], Sequence[str]]) -> str | None:
    if "language" not in fields:
        return None
    wanted, known = tag_of(fields["language"]), tags()
    if wanted and any(is_within(tag, wanted) for tag in known):
        return wanted
    listed = ", ".join(f"{tag} ({name_of(tag)})" for tag in known[:5]) or "none is known"
    raise InputError(
        f"the archive has no articles in the language {fields['language']!r}; it has: {listed}"
        f"{', …' if len(known) > 5 else ''}"
    )


def _day(field: str, fields: dict[str, str]) -> date | None:
    if field not in fields:
        return None
    found = period(fields[field])
    if found is None:
        raise InputError(
            f"{field}: must be a day, month or year like 2025-07-31, 2025-07 or 2025, "
            f"not {fields[field]!r}"
        )
    return found.end if field == "until" else found.first
