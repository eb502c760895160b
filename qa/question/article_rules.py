"""The wordings of questions about articles, one rule each: `qa.question.article_questions`.

Whatever only looks alike is in none of them: who wrote a report, a novel, to the minister.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from qa.facts import Field

ARTICLES: Final = r"(?:news(?:paper)? )?articles?|news(?:paper)? (?:stor(?:y|ies)|reports?|items?)"
_WHICH_ONE: Final = r"(?P<which>(?:very )?first|earliest|oldest|newest|latest|last|most recent)"
_THE_ARTICLE: Final = rf"(?:the|this|that) (?:{_WHICH_ONE} )?(?:{ARTICLES})"
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
ON: Final = r"(?:about|on|regarding|concerning)"
_OF: Final = rf"(?:{ON}|by|from|in|since|before|after|until|between|during)"
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
    rf"(?:(?:wr[io]te|writes|written|been writing) (?:(?:an? |any )?(?:articles?|stories) )?{ON}"
    rf"|(?:reports?|reported|been reporting) {ON}(?! (?:its|their|our)\b)"
    rf"|(?:publish|published|ran|run|carried|printed) (?:an? |any )?(?:{ARTICLES}) {ON}"
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
    rf"|(?:are|is|were|was) about(?! to\b)|(?:deals?|dealt) with|(?:reports?|reported) {ON}"
    rf"|(?:(?:are|were|was|have been) )?(?:written|published) {ON})"
)
_THERE: Final = (
    r"(?:(?:are|is) there|do (?:you|we) have|(?:does|has) (?:the|this|your) "
    rf"(?:archive|corpus|collection|index) (?:have|hold|contain|got)|(?:are|is)(?={_HERE}))"
)
_KIND: Final = (
    rf"(?:{ARTICLES}|editorial|op-?ed|(?:opinion |comment |news )?(?:piece|column)|commentary"
    r"|story|blog post|fact[- ]?check|explainer|feature)"
    rf" {ON}|(?:review|analysis|profile|obituary|interview) (?:{ON}|of|with)"
)
# Neither a report, a letter nor an essay: somebody's, more often than the paper's own.
_THE_PIECE: Final = rf"(?:(?:the|this|that) )?(?:(?P<source>\S.*?) )??(?P<kind>{_KIND}) {_TOPIC}"
_LIST: Final = r"(?:list|show(?: me)?|find(?: me)?|give me)"
NEWEST: Final = r"newest|latest|most recent(?:ly)?|last"


class Rule(NamedTuple):
    """A wording.

    Attributes:
        field: What it asks for.
        pattern: Of the whole question but for what ends it.
        certain: See `ArticlesAsked`.
    """

    field: Field
    pattern: re.Pattern[str]
    certain: bool = True


def rule(field: Field, pattern: str, *, certain: bool = True) -> Rule:
    """The rule for a wording, in any case and with its sign at the end."""
    asked = rf"(?:please,? )?(?:{pattern})[\s?!.]*"
    return Rule(field, re.compile(asked, re.IGNORECASE), certain)


RULES: Final = (
    rule(
        "authors",
        rf"who (?:else )?{_EVER}(?:(?:been )?(?:wrote|writes|written|writing) (?:about"
        rf"|(?:an|any) (?:{ARTICLES}) {ON})|(?:been )?(?:reported|reports|reporting) {ON}) "
        rf"{_TOPIC}",
        certain=False,
    ),
    rule("authors", rf"{_WHICH} {_PEOPLE} {_EVER}{_WROTE_ON} {_TOPIC}", certain=False),
    rule(
        "authors",
        rf"who (?:wrote|authored|penned|signed|(?:is|are|was|were) the (?:{_PEOPLE})"
        rf" (?:of|behind)) {_THE_ARTICLE} {ON} {_TOPIC}",
    ),
    rule("authors", rf"(?:by whom|who) was {_THE_ARTICLE} {ON} {_TOPIC} (?:written|by|written by)"),
    rule(
        "authors",
        rf"who (?:wrote|authored|penned|signed|(?:is|are|was|were) the (?:{_PEOPLE})"
        rf" (?:of|behind)) {_THE_PIECE}",
        certain=False,
    ),
    rule("authors", rf"(?:by whom|who) was {_THE_PIECE} (?:written|by|written by)", certain=False),
    rule("publishers", rf"{_WHICH} (?:{_PAPERS}) {_EVER}{_WROTE_ON} {_TOPIC}"),
    rule(
        "publishers",
        rf"(?:who|(?:which|what) (?:{_PAPERS})) (?:published|ran|printed|carried) {_THE_PIECE}",
        certain=False,
    ),
    rule(
        "publishers",
        rf"(?:who|(?:which|what) (?:{_PAPERS})) (?:published|ran|printed|carried|(?:is|was) the "
        rf"publisher of) {_THE_ARTICLE} {ON} {_TOPIC}",
    ),
    rule(
        "publishers",
        rf"(?:where|in (?:which|what) (?:{_PAPERS})) (?:was|were) {_THE_ARTICLE} {ON} {_TOPIC} "
        r"(?:first )?(?:published|printed)",
    ),
    rule("publishers", rf"{_WHICH} (?:{_PAPERS}) {_THERE}(?:{_HERE})?"),
    rule("authors", rf"(?:who are the|{_WHICH}) {_PEOPLE} {_THERE}(?:{_HERE})?"),
    rule("authors", rf"who (?:are|is) the {_PEOPLE}{_HERE}"),
    rule("agencies", rf"{_WHICH} (?:{_AGENCIES}) {_THERE}(?:{_HERE})?"),
    rule("agencies", rf"{_WHICH} (?:{_AGENCIES}) {_EVER}{_WROTE_ON} {_TOPIC}"),
    rule(
        "dates",
        rf"(?:when|on (?:which|what) (?:day|date)) (?:was|were) {_THE_ARTICLE} {ON} {_TOPIC} "
        r"(?:first )?(?:published|printed|written|posted)",
    ),
    rule(
        "dates",
        rf"(?:when|on (?:which|what) (?:day|date)) (?:was|were) the {_WHICH_ONE} (?:{ARTICLES})"
        rf"(?P<rest> {_OF} .*?)? (?:published|printed|written|posted)",
    ),
    rule(
        "dates",
        rf"(?:when|on (?:which|what) (?:day|date)) was {_THE_PIECE} "
        r"(?:first )?(?:published|printed|written|posted)",
        certain=False,
    ),
    rule("dates", rf"when did {_THE_ARTICLE} {ON} {_TOPIC} (?:appear|come out)"),
    rule(
        "dates",
        r"when did (?P<who>\S.*?) (?:(?P<first>first)|(?P<last>last|most recently)) "
        rf"(?:wr[io]te {ON}|report {ON}|report{_AN_EVENT}(?!.* to (?:an?|the|his|her|its|their) )"
        rf"|cover{_AN_EVENT}|(?P<mention>mention)|(?:publish|run|print) (?:an? )?(?:{ARTICLES}) "
        rf"{ON}) {_TOPIC}",
        certain=False,
    ),
    rule("dates", rf"when did (?P<who>\S.*?) (?:write|report) about {_TOPIC}", certain=False),
    rule("count", rf"how many (?:{ARTICLES}) {_HELD}(?:{_HERE})?{_REST}"),
    rule(
        "count",
        rf"how many (?:{ARTICLES})(?P<rest> {_OF} .*?) {_HELD}(?:{_HERE})?"
        r"(?P<when> .*?)??",
    ),
    rule(
        "count",
        rf"how many (?:{ARTICLES})(?P<rest> {_OF} .*?)",
        certain=False,
    ),
    rule("count", rf"how many (?:{ARTICLES})(?:{_HERE})? {_MENTION} {_TOPIC}(?:{_HERE})?"),
    rule(
        "count",
        rf"how many (?:{ARTICLES})(?: {ON} (?P<on>\S.*?))? (?:did|has|have|does) (?P<who>\S.*?) "
        rf"(?:write|written|publish|published|run|printed?|carry|carried){_REST}",
    ),
    rule(
        "count",
        r"how often (?:did|has|have|does) (?P<who>\S.*?) "
        rf"(?:(?:written|write|report|reported) {ON}|(?:cover|covered){_AN_EVENT}"
        rf"|(?P<mention>mention|mentioned)) {_TOPIC}",
    ),
    rule(
        "articles",
        r"what (?:(?:else )?(?:has|have|had|did|does|do)) (?P<who>\S.*?) "
        rf"(?:(?:write|written)(?: {ON})?|(?:report|reported) {ON}|cover|covered|publish|published)"
        r"(?P<when> .*?)?",
    ),
    rule(
        "articles",
        rf"(?:which|what) (?:{ARTICLES}) (?:has|have|had|did|does|do) (?P<who>\S.*?) "
        rf"(?:write|written|publish|published){_REST}",
    ),
    rule(
        "articles",
        rf"(?:{_LIST}|{_THERE}) (?:all |any |some |an? )?(?:the )?(?:{ARTICLES})(?: that)?"
        rf"(?: (?:published|written))?(?:{_HERE})?(?P<rest> {_OF} .*?)"
        rf"(?:{_HERE})?",
        certain=False,
    ),
    rule(
        "articles",
        rf"(?:{_LIST}|{_THERE}) (?:all |any |some |an? )?(?:the )?(?:{ARTICLES}) (?:that|which) "
        rf"{_MENTION} {_TOPIC}(?:{_HERE})?",
        certain=False,
    ),
    rule(
        "articles",
        rf"{_WHICH} (?:{ARTICLES})(?:{_HERE})? {_MENTION} {_TOPIC}(?:{_HERE})?",
        certain=False,
    ),
    rule(
        "articles",
        rf"{_WHICH} (?:{ARTICLES}) {_HELD}(?:{_HERE})?(?P<rest> .*?)",
        certain=False,
    ),
    rule(
        "articles",
        rf"{_LIST} (?:all|everything|anything)(?: that)? (?P<who>\S.*?) (?:(?:has|have|had) )?"
        r"(?:wrote|written|published)(?P<when> .*?)?",
    ),
    rule("articles", rf"{_LIST} (?:all|everything|anything)(?P<when> {_OF} .*?)"),
    rule("articles", rf"(?:all )?(?:the )?(?:{ARTICLES})(?P<when> {_OF} .*?)"),
    rule(
        "articles",
        rf"(?:{_IS} )?(?:the )?{_WHICH_ONE} (?:{ARTICLES})(?: (?:published|written))?{_REST}"
        rf"(?: {ON})?",
    ),
    rule("articles", rf"{_IS} (?P<who>\S.*?)['’]s? {_WHICH_ONE} (?:{ARTICLES}){_REST}(?: {ON})?"),
)

TITLED: Final[tuple[tuple[Field, str], ...]] = (
    ("authors", r"who (?:wrote|authored|penned|(?:is|was) the author of) {}"),
    ("authors", r"(?:by whom|who) was {} (?:written|by|written by)"),
    ("publishers", rf"(?:who|(?:which|what) (?:{_PAPERS})) (?:published|ran|printed|carried) {{}}"),
    ("publishers", rf"(?:where|in (?:which|what) (?:{_PAPERS})) was {{}} (?:published|printed)"),
    ("dates", r"when was {} (?:first )?(?:published|printed|written|posted)"),
    ("dates", r"when did {} (?:appear|come out)"),
)
"""What is asked of an article that is named by its title, in quotation marks."""
