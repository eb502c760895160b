"""Two questions in one: "When did it sink and how many were hurt?", "What do X and Y say about Z?".

Rules, each for one wording that is two questions and nothing else; whatever is not certain stays
whole, since half a question is answered wrongly while a whole one is only answered in part. The
questions they are held to, half of them traps, are in `benchmarks/questions/splitting`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from qa.agencies import FORMS

Parts = tuple["Part", ...]


class Part(NamedTuple):
    """One of the questions in a question.

    Attributes:
        text: As it is asked.
        about: What the other part says and this one only points at ("it", "they") or leaves out;
            it is searched for as well.
    """

    text: str
    about: str = ""

    @property
    def searched(self) -> str:
        """What to search for."""
        return f"{self.text} {self.about}".strip()


LONGEST: Final = 600
"""Characters beyond which a text is a pasted page rather than two questions; the rules below take
time that grows with its square."""

_AUXILIARY: Final = (
    r"(?:do|does|did|is|are|was|were|will|has|have|had|can|could|would|should|may|might|must)"
)
_PREPOSITION = r"(?:(?:in|on|at|by|to|from|of|for|with|since|until|under|about|during) )?"
_ASKS = rf"{_PREPOSITION}(?:what|when|where|who|whom|whose|why|how|which)"
_SUBJECT = (
    r"(?:the|a|an|any|anyone|anybody|anything|everyone|it|he|she|they|there|this|that|these|those"
    r"|his|her|its|their|we|you|people|all|some|many|most|no)\b"
)
_FINITE = (
    r"(?:is|are|was|were|will|has|have|had|can|could|would|does|did|caused|paid|won|lost|made|built"
    r"|owns?|runs?|wrote|founded|designed|discovered|happened|took|lies|led|leads?|pays?|said|says)"
)
"""Verbs that a question word is the subject of ("who paid for it")."""

# Inverted, or its question word the subject of a common verb: "who knew and when they were told"
# is neither.
_INVERTED = re.compile(
    rf"(?:{_PREPOSITION}(?:when|where|who|whom|why|what|how) {_AUXILIARY} \w"
    rf"|{_PREPOSITION}(?:until|since) when {_AUXILIARY} \w"
    rf"|{_PREPOSITION}(?:which|what|whose|how) (?!{_AUXILIARY}\b|(?!many\b){_SUBJECT}|[A-Z])"
    rf"(?:[\w'’-]+ ){{1,3}}?{_AUXILIARY} \w"
    rf"|{_PREPOSITION}(?:who|what|which [\w'’-]+) {_FINITE} \w"
    rf"|who [a-z]{{2,}}ed (?:{_SUBJECT}|him|them|[A-Z])"
    rf"|{_AUXILIARY} (?:{_SUBJECT}|[A-Z]|\w+ [\w'’-]+ \w+))"
)
_JOINT = re.compile(r"(?:,|;)? and |; ?", re.IGNORECASE)
_AND_AT_HEAD = re.compile(r"^(?:and|but) ", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween (?:(?!\band\b).)*$", re.IGNORECASE)
"""Before the "and" of "between April and May", which joins no questions."""
_NAMED_LIKE_ONE = re.compile(r"(?:May|Will|Can)\b")
"""With a capital behind an "and" a month or somebody's name: "Anna Berg and Will Smith"."""
_REPORTS = re.compile(
    r"\b(?:say|says|said|tell|told|know|known|knew|explain|explains|explained|ask|asked|wonder"
    r"|about|that|whether|if|mean|means|show|shows|report|describes?|whichever)\b",
    re.IGNORECASE,
)
_EMBEDDED = re.compile(
    r"\b(?:what|when|where|who|whom|why|how|which|that|whether)\b", re.IGNORECASE
)
_ELLIPTIC = re.compile(rf"^{_ASKS}(?: [\w'’-]+)?$", re.IGNORECASE)
_POINTS = re.compile(
    r"\b(?:it|its|he|him|his|she|her|hers|they|them|their|theirs|there|this|these|that|those)\b",
    re.IGNORECASE,
)
_POSSESSIVE = re.compile(
    r"\b(?:its|his|her|their)\b|\b(?:that|those) (?:of|in|from)\b", re.IGNORECASE
)
_NAMES = re.compile(r"\b(?:the|a|an)\b|(?<!^)\b[A-Z0-9]", re.MULTILINE)
"""What a question that says of what it asks has: "How many were hurt?" has nothing of it."""
_ALONE = re.compile(
    rf"^(?:how|why) (?:do|does) (?!{_SUBJECT})[\w'’-]+(?: [\w'’-]+)?? (?:work|function)$"
    rf"|^what (?:do|does) (?!{_SUBJECT})[\w'’-]+(?: [\w'’-]+)? mean$"
    r"|(?!what (?:is|are|was|were|has|have|had|did) ).* "
    r"(?:wr[io]te|written|report(?:ed|ing)?|articles?) (?:about|on) \w",
    re.IGNORECASE,
)
"""A question of how things are in general names nothing either, and is about nothing else: "How do
vaccines work?". Nor is one that says what articles are about: "Who wrote about measles?"."""
_TAIL = re.compile(r" (?:in|on|for|at|by|over|since|during) ", re.IGNORECASE)
_LEAD = re.compile(rf"^{_ASKS}\b|^{_AUXILIARY}\b", re.IGNORECASE)

_RISE = (
    r"(?:ris(?:e|es|ing|en)|rose|gr(?:ow|ows|ew|own)|increase[sd]?|climb(?:s|ed)?|gain(?:s|ed)?"
    r"|improve[sd]?|go(?:es)? up|went up|gone up|w[io]n|strengthen(?:s|ed)?|expand(?:s|ed)?"
    r"|double[sd]?|jump(?:s|ed)?)"
)
_FALL = (
    r"(?:fall(?:s|en)?|fell|drop(?:s|ped)?|decline[sd]?|shr[iau]nk|decrease[sd]?|lose[s]?|lost"
    r"|go(?:es)? down|went down|gone down|worsen(?:s|ed)?|weaken(?:s|ed)?|halve[sd]?|sank"
    r"|slump(?:s|ed)?)"
)
_CHANGE = re.compile(rf"\b(?:{_RISE}|{_FALL})\b", re.IGNORECASE)
_WHILE = re.compile(rf"^{_AUXILIARY} .+?,? (?:while|whereas) ", re.IGNORECASE)

_AGENCY = rf"(?:{'|'.join(name for name in FORMS if ' ' not in name)})\b"
_NAME = rf"(?:the )?(?:[A-Z][\w.'’&-]*(?: (?:of |and )?[A-Z][\w.'’&-]*){{0,4}}|{_AGENCY})"
_LISTED = rf"{_NAME}(?:, {_NAME}){{0,3}},? (?:and|or) {_NAME}"
_SAY = (
    r"(?:say|said|think|thought|write|written|report|reported|argue|argued|publish|published"
    r"|claim|claimed)"
)
_BOTH_SAY = re.compile(
    rf"^(?P<asked>(?i:{_ASKS})\b(?: [\w'’-]+){{0,8}}?) (?P<aux>do|does|did|have|has|had) (?:both )?"
    rf"(?P<names>{_LISTED}) (?:both |each |all )?(?P<verb>{_SAY})(?P<rest> .+)$"
)
_OF_ANYBODY = re.compile(r"[Ww]hat (?:about|of|on|to) ")
"""What may be asked of two people as well as of two papers."""
_ACCORDING = re.compile(
    rf"^(?:[Aa]ccording to (?:both )?(?P<first>{_LISTED})(?:,|(?= (?i:{_ASKS})\b)) (?P<then>.+)"
    rf"|(?P<before>.+?),? according to (?:both )?(?P<last>{_LISTED}))$"
)
_JOINTS = re.compile(r",? (?:and|or) |, ")
_OTHER_JOINT = re.compile(r", | or ")
_EACH_OTHER = re.compile(r"\b(?:each other|one another|together)\b", re.IGNORECASE)
_SINGULAR: Final = {"do": "does", "have": "has"}
_PAIRS: Final = frozenset(
    (
        ("abercrombie", "fitch"), ("antigua", "barbuda"), ("barnes", "noble"),
        ("bausch", "lomb"), ("black", "decker"), ("bosnia", "herzegovina"),
        ("crabtree", "evelyn"), ("dolce", "gabbana"), ("ernst", "young"), ("fortnum", "mason"),
        ("harland", "wolff"), ("johnson", "johnson"), ("kitts", "nevis"), ("legal", "general"),
        ("marks", "spencer"), ("pratt", "whitney"), ("procter", "gamble"), ("rolls", "royce"),
        ("simon", "schuster"), ("smith", "nephew"), ("smith", "wesson"), ("standard", "poor's"),
        ("trinidad", "tobago"), ("turks", "caicos"), ("tyne", "wear"), ("wallis", "futuna"),
    )
)  # fmt: skip
"""Companies and countries of two names, by the last word of the first and the first of the second;
the archive's own publishers are told by `is_name`."""

_COMPARE = re.compile(
    r"^(?:how (?:do|does|did) (?P<a>.+?) compare (?:with|to|against) (?P<b>.+)"
    r"|compare (?P<c>.+?) (?:with|to|against) (?P<d>.+)"
    r"|what (?:is|are|was|were) the differences? between (?P<e>.+?) and (?P<f>.+))$",
    re.IGNORECASE,
)
_ONE = re.compile(r"\bones?$", re.IGNORECASE)
_OWNER = re.compile(r"^(?P<owner>(?:the )?[\w.-]+(?: [\w.-]+){0,3}?['’]s?) (?P<thing>.+)$")


def split(question: str, is_name: Callable[[str], bool] = lambda _: False) -> Parts:
    """The questions in a question; empty where it is one.

    Args:
        question: Without operators.
        is_name: Whether the archive has a publisher or an author of this name, which is never
            parted: "the Globe and Mail".
    """
    text = " ".join(question.split())
    if len(text) > LONGEST:
        return ()
    if '"' in text or "“" in text:  # what is quoted is no question of its own
        return ()
    sentences = [part.strip() for part in re.findall(r"[^?]+\?+", text)]
    if len(sentences) == 2 and "".join(text.split()) == "".join("".join(sentences).split()):
        first, second = sentences[0], _AND_AT_HEAD.sub("", sentences[1])
        if _asks(first) and _asks(second):
            return _pair(first, second)
        return ()
    if len(sentences) > 1:
        return ()
    body = text.rstrip("?!. ")
    for rule in (_while, _said, _according, _compared, _joined):
        if parts := rule(body, is_name):
            return parts
    return ()


def _while(body: str, is_name: Callable[[str], bool]) -> Parts:
    """Split "Did A rise while B fell": both sides a change, or it only says when."""
    match = _WHILE.match(body)
    if match is None:
        return ()
    first = re.sub(r",? (?:while|whereas) $", "", match.group(), flags=re.IGNORECASE)
    second = body[match.end() :]
    own = _CHANGE.search(second)
    # A subject stands before the verb; "while rising" has none.
    if not _CHANGE.search(first) or own is None or own.start() == 0 or _JOINT.search(second):
        return ()
    return _pair(first, second, pointing=bool(_POSSESSIVE.search(second)))


def _said(body: str, is_name: Callable[[str], bool]) -> Parts:
    """Split "What do X and Y say about Z" and, of sources, "How many do X and Y say were hurt"."""
    match = _BOTH_SAY.match(body)
    if match is None or _EACH_OTHER.search(body):
        return ()
    all_named = _sides(match["names"], is_name)
    asked, rest = match["asked"], match["rest"]
    if not all(map(is_name, all_named)) and not _OF_ANYBODY.match(f"{asked}{rest}"):
        return ()
    auxiliary = _SINGULAR.get(match["aux"], match["aux"])
    says = match["verb"]
    return tuple(Part(_whole(f"{asked} {auxiliary} {name} {says}{rest}")) for name in all_named)


def _according(body: str, is_name: Callable[[str], bool]) -> Parts:
    """Split "According to X and Y, how many": one question of each, where all are known."""
    match = _ACCORDING.match(body)
    if match is None:
        return ()
    all_named = _sides(match["first"] or match["last"], is_name)
    if not all(map(is_name, all_named)):
        return ()
    asked = match["then"] or _lowered(match["before"])
    return tuple(Part(_whole(f"According to {name}, {asked}")) for name in all_named)


def _sides(names: str, is_name: Callable[[str], bool]) -> tuple[str, ...]:
    """The names in "X and Y"; none where they cannot be told, or are one.

    Of sources that the archive has there may be more: "X, Y and Z", "X or Y".
    """
    if is_name(names):
        return ()
    if known := _known(names, is_name):
        return known
    if _OTHER_JOINT.search(names):
        return ()
    joints = [joint.span() for joint in re.finditer(" and ", names)]
    choices = [(names[:start], names[end:]) for start, end in joints]
    # "the Star and the Globe and Mail": where one side is a name of the archive, there.
    clear = [pair for pair in choices if is_name(pair[0]) or is_name(pair[1])]
    # Else at a "the" after the "and", which a name does not go on with.
    clear = clear or [pair for pair in choices if pair[1].startswith("the ")]
    left, right = (clear or choices)[0]
    if len(choices) > 1 and not clear:
        return ()
    if (left.split()[-1].lower(), right.split()[0].lower()) in _PAIRS:
        return ()
    return left, right


def _known(names: str, is_name: Callable[[str], bool]) -> tuple[str, ...]:
    """The names in a list all of which the archive has; none where it has not."""
    for joint in _JOINTS.finditer(names):
        first, rest = names[: joint.start()], names[joint.end() :]
        if is_name(first) and (others := (rest,) if is_name(rest) else _known(rest, is_name)):
            return first, *others
    return ()


def _compared(body: str, is_name: Callable[[str], bool]) -> Parts:
    """Split "How does A compare with B": A, and B."""
    match = _COMPARE.match(body)
    if match is None:
        return ()
    first, second = (side for side in match.groups() if side)
    first = _filled(first, second)
    second = _filled(second, first)
    # "How does Kell compare with Brannok in rents": "in rents" is said of both.
    if _TAIL.search(second) and not _TAIL.search(first):
        return ()
    # "A cold and the flu" is one thing to know; two things that somebody has are two.
    if match["e"] and not (_OWNER.match(first) and _OWNER.match(second)):
        return ()
    if _is_two(first, is_name) or _is_two(second, is_name):
        return ()
    if _ONE.search(second):  # "the new one"
        return Part(_whole(first)), Part(_whole(second), re.sub(r"^the ", "", _lowered(first)))
    return _pair(first, second, pointing=bool(_POSSESSIVE.search(second)))


def _filled(side: str, other: str) -> str:
    """A side of a comparison with what only the other side says of both.

    >>> _filled("Ada's", "Eve's plan"), _filled("Ada's plan", "Eve's plan for the sea")
    ("Ada's plan", "Ada's plan for the sea")
    """
    if (owner := _OWNER.match(other)) is None:
        return side
    if re.search(r"['’]s?$", side):
        return f"{side} {owner['thing']}"
    own = _OWNER.match(side)
    if own is not None and owner["thing"].startswith(f"{own['thing']} "):
        return f"{own['owner']} {owner['thing']}"
    return side


def _is_two(side: str, is_name: Callable[[str], bool]) -> bool:
    """Whether a side of a comparison is two things itself; "the Globe and Mail's plan" is not."""
    name = re.sub(r"['’]s?(?: .*)?$", "", side)
    return " and " in (side[len(name) :] if is_name(name) else side)


def _joined(body: str, is_name: Callable[[str], bool]) -> Parts:
    """Split "When did it sink and how many were hurt": two clauses that both ask."""
    if not _asks(body):
        return ()
    joints = [
        joint
        for joint in _JOINT.finditer(body)
        if _begins(body[joint.end() :]) and not _BETWEEN.search(body[: joint.start()])
    ]
    if len(joints) != 1:
        return ()
    [joint] = joints
    first, second = body[: joint.start()], body[joint.end() :]
    if _ELLIPTIC.match(first) or len(second.split()) < 3 or len(first.split()) < 3:
        return ()
    # "Do we know who did it and who paid": the second belongs to what is reported.
    inner = first.split(" ", 1)[1]
    if not second[0].isupper() and _REPORTS.search(inner) and _EMBEDDED.search(inner):
        return ()
    if re.search(r"\b(?:that|who|which|whom|when)\b [\w ]*$", inner) or ", " in second:
        return ()
    return _pair(first, second)


def _begins(text: str) -> bool:
    """Whether a question begins here, after an "and"."""
    if _NAMED_LIKE_ONE.match(text):
        return False
    return _INVERTED.match(_lowered(text)) is not None or _INVERTED.match(text) is not None


def _asks(text: str) -> bool:
    return len(text.split()) > 2 and bool(_LEAD.match(text))


def _pair(first: str, second: str, *, pointing: bool = True) -> Parts:
    left = right = ""
    if pointing and _POINTS.search(second):
        right = _said_in(first)
    elif pointing and _is_bare(second):
        right = _named_in(first)
    elif pointing and not _POINTS.search(first) and _is_bare(first):
        left = _named_in(second)
    return Part(_whole(first), left), Part(_whole(second), right)


def _is_bare(question: str) -> bool:
    """Whether it leaves out what it is about, which the other question says."""
    return not (_NAMES.search(question) or _ALONE.match(question.strip(" ?")))


def _said_in(question: str) -> str:
    """A question without its question word and the verb behind that."""
    said = _LEAD.sub("", question.rstrip("? "), count=1).strip()
    return re.sub(rf"^{_AUXILIARY}\b ", "", said)


def _named_in(question: str) -> str:
    """A question from the first thing on that it names: "the ferry crash"."""
    said = _said_in(question)
    named = _NAMES.search(f" {said}")
    return said[max(named.start() - 1, 0) :] if named else said


def _whole(text: str) -> str:
    bare = text.strip(" ,;?")
    return f"{bare[:1].upper()}{bare[1:]}?"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
