"""Questions about articles, and not about what these say: "Who wrote about the ferry?".

Publisher, author and date of an article are no words of its text, so such a question was answered
by whoever is named there. Rules, each for one wording; what is asked of the articles is taken out,
and the rest put as `qa.question.wording` reads it ("articles by the Star in May about the ferry").
Whatever only looks alike stays as it is: who wrote a report, a novel, to the minister; who covered
the cost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from qa.agencies import is_like_one
from qa.facts import ArticlesAsked, Field, Order
from qa.question import in_language
from qa.question.names import Known
from qa.records import Filters
from qa.rows import name_key
from qa.text import periods
from qa.text.languages import is_within

LONGEST: Final = 300
"""Characters beyond which a text is a pasted page; the rules below take time that grows with its
square."""

_ARTICLES: Final = r"(?:news(?:paper)? )?articles?|news(?:paper)? (?:stor(?:y|ies)|reports?|items?)"
_WHICH_ONE: Final = r"(?P<which>(?:very )?first|earliest|oldest|newest|latest|last|most recent)"
_THE_ARTICLE: Final = rf"(?:the|this|that) (?:{_WHICH_ONE} )?(?:{_ARTICLES})"
_IS: Final = r"(?:(?:what|which) (?:is|are|was|were)|what['’]s|show(?: me)?|find)"
_JOURNALISTS: Final = r"(?:news )?(?:journalists?|reporters?|correspondents?|columnists?)"
_PEOPLE: Final = rf"(?:{_JOURNALISTS}|authors?|writers?)"
_PAPERS: Final = (
    r"(?:news)?papers?|publishers?|publications?|magazines?|newsrooms?|(?:news )?media"
    r"|(?:(?:news|media) )(?:outlets?|sites?|sources?|organi[sz]ations?)|outlets?|broadcasters?"
)
_AGENCIES: Final = r"(?:news|press) agenc(?:y|ies)|(?:news)?wire services?"
# Not "how many": how many reporters came, or papers a chemist wrote, is what articles say.
_WHICH: Final = r"(?:which|what)(?: other)?"
_ON: Final = r"(?:about|on|regarding|concerning)"
_OF: Final = rf"(?:{_ON}|by|from|in|since|before|after|until|between|during)"
_TOPIC: Final = r"(?P<topic>\S.*?)"
_REST: Final = r"(?P<rest> .*?)??"
_HERE: Final = r" in (?:the|this|your) (?:archive|corpus|collection|index)"
_EVER: Final = r"(?:(?:has|have|had|all|also|ever|already) )*"
# "Which paper covered its costs?" tells of what was done, and "papers covered in soot" of how these
# looked; so does "the Star first reported a loss".
_AN_EVENT: Final = (
    r"(?= (?!(?:his|her|its|their|our|at|by|for|from|in|over|to|under|up|with)\b)\w)"
    r"(?! (?:[\w’'-]+ ){0,3}(?:costs?|expenses?|bills?|loss(?:es)?|fees?|profits?|earnings"
    r"|shortfall|deficit|damages?|payments?|faces?|eyes|floors?|walls?)\b)"
)
_WROTE_ON: Final = (
    rf"(?:(?:wr[io]te|writes|written|been writing) (?:(?:an? |any )?(?:articles?|stories) )?{_ON}"
    rf"|(?:reports?|reported|been reporting) {_ON}(?! (?:its|their|our)\b)"
    rf"|(?:publish|published|ran|run|carried|printed) (?:an? |any )?(?:{_ARTICLES}) {_ON}"
    # "Which newspaper first reported the rift?" asks what articles say: neither "first" nor a
    # "reported" without "on" is read.
    rf"|(?:covers?|covered|been covering){_AN_EVENT})"
)
_HELD: Final = (
    r"(?:are there|is there|exist|do (?:you|we) have|(?:does|has) (?:the|this|your) "
    r"(?:archive|corpus|collection|index) (?:have|hold|contain|got)"
    rf"|(?:are|is)(?={_HERE})"
    r"|(?:were|was|have been|has been) (?:written|published))"
)
_MENTION: Final = (
    rf"(?:(?P<mention>mentions?|mentioned)|(?:covers?|covered){_AN_EVENT}|discuss(?:es)?"
    rf"|(?:are|is|were|was) about(?! to\b)|(?:deals?|dealt) with|(?:reports?|reported) {_ON}"
    rf"|(?:(?:are|were|was|have been) )?(?:written|published) {_ON})"
)
_THERE: Final = (
    r"(?:(?:are|is) there|do (?:you|we) have|(?:does|has) (?:the|this|your) "
    rf"(?:archive|corpus|collection|index) (?:have|hold|contain|got)|(?:are|is)(?={_HERE}))"
)
_LIST: Final = r"(?:list|show(?: me)?|find(?: me)?|give me)"
_NEWEST: Final = r"newest|latest|most recent(?:ly)?|last"


class _Rule(NamedTuple):
    """A wording.

    Attributes:
        field: What it asks for.
        pattern: Of the whole question but for what ends it.
        certain: See `ArticlesAsked`.
    """

    field: Field
    pattern: re.Pattern[str]
    certain: bool = True


def _rule(field: Field, pattern: str, *, certain: bool = True) -> _Rule:
    asked = rf"(?:please,? )?(?:{pattern})[\s?!.]*"
    return _Rule(field, re.compile(asked, re.IGNORECASE), certain)


_RULES: Final = (
    _rule(
        "authors",
        rf"who (?:else )?{_EVER}(?:(?:been )?(?:wrote|writes|written|writing) (?:about"
        rf"|(?:an|any) (?:{_ARTICLES}) {_ON})|(?:been )?(?:reported|reports|reporting) {_ON}) "
        rf"{_TOPIC}",
        certain=False,
    ),
    _rule("authors", rf"{_WHICH} {_PEOPLE} {_EVER}{_WROTE_ON} {_TOPIC}", certain=False),
    _rule(
        "authors",
        rf"who (?:wrote|authored|penned|signed|(?:is|are|was|were) the (?:{_PEOPLE})"
        rf" (?:of|behind)) {_THE_ARTICLE} {_ON} {_TOPIC}",
    ),
    _rule(
        "authors", rf"(?:by whom|who) was {_THE_ARTICLE} {_ON} {_TOPIC} (?:written|by|written by)"
    ),
    _rule("publishers", rf"{_WHICH} (?:{_PAPERS}) {_EVER}{_WROTE_ON} {_TOPIC}"),
    _rule(
        "publishers",
        rf"(?:who|(?:which|what) (?:{_PAPERS})) (?:published|ran|printed|carried|(?:is|was) the "
        rf"publisher of) {_THE_ARTICLE} {_ON} {_TOPIC}",
    ),
    _rule(
        "publishers",
        rf"(?:where|in (?:which|what) (?:{_PAPERS})) (?:was|were) {_THE_ARTICLE} {_ON} {_TOPIC} "
        r"(?:first )?(?:published|printed)",
    ),
    _rule("publishers", rf"{_WHICH} (?:{_PAPERS}) {_THERE}(?:{_HERE})?"),
    _rule("authors", rf"(?:who are the|{_WHICH}) {_PEOPLE} {_THERE}(?:{_HERE})?"),
    _rule("authors", rf"who (?:are|is) the {_PEOPLE}{_HERE}"),
    _rule("agencies", rf"{_WHICH} (?:{_AGENCIES}) {_THERE}(?:{_HERE})?"),
    _rule("agencies", rf"{_WHICH} (?:{_AGENCIES}) {_EVER}{_WROTE_ON} {_TOPIC}"),
    _rule(
        "dates",
        rf"(?:when|on (?:which|what) (?:day|date)) (?:was|were) {_THE_ARTICLE} {_ON} {_TOPIC} "
        r"(?:first )?(?:published|printed|written|posted)",
    ),
    _rule(
        "dates",
        rf"(?:when|on (?:which|what) (?:day|date)) (?:was|were) the {_WHICH_ONE} (?:{_ARTICLES})"
        rf"(?P<rest> {_OF} .*?)? (?:published|printed|written|posted)",
    ),
    _rule("dates", rf"when did {_THE_ARTICLE} {_ON} {_TOPIC} (?:appear|come out)"),
    _rule(
        "dates",
        r"when did (?P<who>\S.*?) (?:(?P<first>first)|(?P<last>last|most recently)) "
        rf"(?:wr[io]te {_ON}|report {_ON}|report{_AN_EVENT}(?!.* to (?:an?|the|his|her|its|their) )"
        rf"|cover{_AN_EVENT}|(?P<mention>mention)|(?:publish|run|print) (?:an? )?(?:{_ARTICLES}) "
        rf"{_ON}) {_TOPIC}",
        certain=False,
    ),
    _rule("dates", rf"when did (?P<who>\S.*?) (?:write|report) about {_TOPIC}", certain=False),
    _rule("count", rf"how many (?:{_ARTICLES}) {_HELD}(?:{_HERE})?{_REST}"),
    _rule(
        "count",
        rf"how many (?:{_ARTICLES})(?P<rest> {_OF} .*?) {_HELD}(?:{_HERE})?"
        r"(?P<when> .*?)??",
    ),
    _rule(
        "count",
        rf"how many (?:{_ARTICLES})(?P<rest> {_OF} .*?)",
        certain=False,
    ),
    _rule("count", rf"how many (?:{_ARTICLES})(?:{_HERE})? {_MENTION} {_TOPIC}(?:{_HERE})?"),
    _rule(
        "count",
        rf"how many (?:{_ARTICLES})(?: {_ON} (?P<on>\S.*?))? (?:did|has|have|does) (?P<who>\S.*?) "
        rf"(?:write|written|publish|published|run|printed?|carry|carried){_REST}",
    ),
    _rule(
        "count",
        r"how often (?:did|has|have|does) (?P<who>\S.*?) "
        rf"(?:(?:written|write|report|reported) {_ON}|(?:cover|covered){_AN_EVENT}"
        rf"|(?P<mention>mention|mentioned)) {_TOPIC}",
    ),
    _rule(
        "articles",
        r"what (?:(?:else )?(?:has|have|had|did|does|do)) (?P<who>\S.*?) "
        rf"(?:(?:write|written)(?: {_ON})?|(?:report|reported) {_ON}|cover|covered)"
        r"(?P<when> .*?)?",
    ),
    _rule(
        "articles",
        rf"(?:which|what) (?:{_ARTICLES}) (?:has|have|had|did|does|do) (?P<who>\S.*?) "
        rf"(?:write|written|publish|published){_REST}",
    ),
    _rule(
        "articles",
        rf"(?:{_LIST}|{_THERE}) (?:all |any |some |an? )?(?:the )?(?:{_ARTICLES})(?: that)?"
        rf"(?: (?:published|written))?(?:{_HERE})?(?P<rest> {_OF} .*?)"
        rf"(?:{_HERE})?",
        certain=False,
    ),
    _rule(
        "articles",
        rf"(?:{_LIST}|{_THERE}) (?:all |any |some |an? )?(?:the )?(?:{_ARTICLES}) (?:that|which) "
        rf"{_MENTION} {_TOPIC}(?:{_HERE})?",
        certain=False,
    ),
    _rule(
        "articles",
        rf"{_WHICH} (?:{_ARTICLES})(?:{_HERE})? {_MENTION} {_TOPIC}(?:{_HERE})?",
        certain=False,
    ),
    _rule(
        "articles",
        rf"{_WHICH} (?:{_ARTICLES}) {_HELD}(?:{_HERE})?(?P<rest> .*?)",
        certain=False,
    ),
    _rule(
        "articles",
        rf"{_LIST} (?:all|everything|anything)(?: that)? (?P<who>\S.*?) (?:(?:has|have|had) )?"
        r"(?:wrote|written|published)(?P<when> .*?)?",
    ),
    _rule("articles", rf"(?:all )?(?:the )?(?:{_ARTICLES})(?P<when> {_OF} .*?)"),
    _rule(
        "articles",
        rf"(?:{_IS} )?(?:the )?{_WHICH_ONE} (?:{_ARTICLES})(?: (?:published|written))?{_REST}"
        rf"(?: {_ON})?",
    ),
    _rule(
        "articles", rf"{_IS} (?P<who>\S.*?)['’]s? {_WHICH_ONE} (?:{_ARTICLES}){_REST}(?: {_ON})?"
    ),
)

_TITLED: Final[tuple[tuple[Field, str], ...]] = (
    ("authors", r"who (?:wrote|authored|penned|(?:is|was) the author of) {}"),
    ("authors", r"(?:by whom|who) was {} (?:written|by|written by)"),
    ("publishers", rf"(?:who|(?:which|what) (?:{_PAPERS})) (?:published|ran|printed|carried) {{}}"),
    ("publishers", rf"(?:where|in (?:which|what) (?:{_PAPERS})) was {{}} (?:published|printed)"),
    ("dates", r"when was {} (?:first )?(?:published|printed|written|posted)"),
    ("dates", r"when did {} (?:appear|come out)"),
)
"""What is asked of an article that is named by its title, in quotation marks."""

_FROM: Final = re.compile(r",? (?:in|by|from) (?=\S)", re.IGNORECASE)
_LEADS: Final = re.compile(rf" {_ON} (?=\S)", re.IGNORECASE)
_CLAUSE: Final = re.compile(
    r"\b(?:did|does|do|has|have|had|was|were|is|are|will|that|which|who|whom|whose|what|when|while"
    r"|because|whether|if|how|why)\b"
)
"""Small letters only: the WHO and IS are what articles may be about."""
_A_DAY: Final = re.compile(
    rf" on (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|{periods.DAY_OF_MONTH})(?!['’])",
    re.IGNORECASE,
)
_LEFT: Final = re.compile(r"^(?:articles?|they)\b(?: about\b)?,?\s*", re.IGNORECASE)
_THE: Final = re.compile(r"^(?:the|an?) (?=\S)", re.IGNORECASE)


def read(
    text: str, known: Known, as_of: date | None = None, phrases: Sequence[str] = ()
) -> tuple[ArticlesAsked | None, str, str]:
    """What a question asks of articles, and which articles, as `qa.question.wording` reads it.

    Args:
        text: The question, without operators.
        known: The archive: who writes or publishes must be one of its.
        as_of: The day it is asked on.
        phrases: What stands in quotation marks there: it may be a title.

    Returns:
        What is asked, the articles, and what `topic` is to find that they are about; where it is
        asked what articles say, None and the text itself.
    """
    if len(text) > LONGEST:
        return None, text, ""
    plain = " ".join(text.split())
    if len(phrases) == 1 and (field := _of_title(plain, phrases[0])):
        asked = ArticlesAsked(field, certain=False, titled=True)
        return asked, f"articles about {phrases[0]}", topic(phrases[0])
    for rule in _RULES:
        match = rule.pattern.fullmatch(plain)
        if match and (which := _which(match, rule.field, known, as_of)) is not None:
            groups = match.groupdict()
            mention = bool(groups.get("mention"))
            asked = ArticlesAsked(rule.field, _order(groups), rule.certain, mention)
            articles, about = which
            return asked, f"{articles} about {about}" if about else articles, topic(about)
    return None, text, ""


def _of_title(text: str, title: str) -> Field | None:
    """What is asked of the article of a title; None where it is something else."""
    named = rf"(?:the )?(?:(?:{_ARTICLES}) )?(?:called )?{re.escape(title)}[.,;:!?]*"
    return next(
        (f for f, asked in _TITLED if _rule(f, asked.format(named)).pattern.fullmatch(text)), None
    )


def topic(text: str) -> str:
    """What is left of the articles that `read` told of, when their names and dates are read."""
    return _THE.sub("", _LEFT.sub("", text)).strip(" ,?!.")


def _order(groups: dict[str, str | None]) -> Order:
    said = " ".join(filter(None, (groups.get(name) for name in ("which", "first", "last"))))
    if not said:
        return ""
    return "newest" if re.fullmatch(_NEWEST, said, re.IGNORECASE) else "first"


def _which(
    match: re.Match[str], field: Field, known: Known, as_of: date | None
) -> tuple[str, str] | None:
    """The articles that are asked for: "articles by NAME in 2025", and their topic; None of others.

    "How many articles on Mars did he write?", "… in the treaty?" and "Which paper that reported on
    the leak was raided?" ask for none of these.
    """
    groups = match.groupdict()
    who, about = groups.get("who"), groups.get("topic") or groups.get("on") or ""
    if who is not None and _name_at(known, who, 0) != len(who):
        return None
    said = [f" by {who}"] if who else []
    if rest := groups.get("rest"):
        at = _leads(rest)
        whose, of = (rest, "") if at is None else (rest[: at.start()], rest[at.end() :])
        if whose and not _says_whose(known, whose):
            return None
        said += [whose] if whose else []
        about = of or about
    if when := groups.get("when"):
        # "What has she written about rain?" asks what her articles say.
        if _leads(when) or not _says_whose(known, when):
            return None
        said.append(when)
    if _CLAUSE.search(about) or (groups.get("topic") and _is_day(match)):
        return None
    while (modifier := next(_modifiers(about, field, known, as_of), None)) is not None:
        said.append(f" {about[modifier:].strip(' ,')}")
        about = about[:modifier]
    return "articles" + "".join(said), about.strip(" ,")


def _is_day(match: re.Match[str]) -> bool:
    """Whether what seems a topic is a day: "Which paper reported on Monday a fall in prices?"."""
    at = match.start("topic") - len(" on ")
    return any(pattern.match(match.string, at) for pattern in (_A_DAY, periods.DATE))


def _leads(rest: str) -> re.Match[str] | None:
    """Where it is said what articles are about; "on 5 May" says when they came out."""
    return next(
        (led for led in _LEADS.finditer(rest) if not periods.DATE.match(rest, led.start())), None
    )


def _says_whose(known: Known, said: str) -> bool:
    """Whether a text begins with the name, the date or the language of articles."""
    source = _FROM.match(said)
    if source is not None and _name_at(known, said, source.end()) is not None:
        return True

    def has(tag: str) -> bool:
        return any(is_within(each, tag) for each in known.languages())

    dated = periods.DATE.match(said) or periods.SPAN.match(said)
    return bool(dated) or in_language.after_noun(said, 0, has) is not None


def _modifiers(text: str, field: Field, known: Known, as_of: date | None) -> Iterator[int]:
    """Where a name or a date begins that a text ends with: "by Ada Ford", "in May 2025".

    Which papers wrote of a letter to, or who of a claim by, one of them asks for all of them; and
    of a flood in 1953 no article need be of then.
    """
    shift = not text.startswith(" ")
    for match in _FROM.finditer(f" {text}" if shift else text):
        if _name_at(known, text, match.end() - shift, but=field) == len(text):
            yield max(match.start() - shift, 0)
    for pattern in (periods.DATE, periods.SPAN):
        for match in pattern.finditer(text):
            after, before = periods.bounds(match, as_of, known.newest())
            dated = Filters(after=after, before=before)
            if match.end() == len(text) and dated and known.holds(dated):
                yield match.start()


def _name_at(known: Known, text: str, at: int, but: str = "") -> int | None:
    """The end of a publisher's, agency's or author's name that begins at a place.

    `but` is the field whose names do not count.
    """
    ends = [
        place.end
        for field, names in (("publishers", known.publishers), ("authors", known.authors))
        if field != but and (place := names().at(text, at))
    ]
    agency = known.agencies().at(text, at) if but != "agencies" else None
    if agency and is_like_one(agency.name, name_key(agency.name)):
        ends.append(agency.end)
    return max(ends, default=None)
