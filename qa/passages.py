"""Cut an article into passages of whole sentences, with exact offsets.

>>> text = "It rained. It stopped."
>>> [text[start:end] for start, end in sentences(text)]
['It rained.', 'It stopped.']
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from qa.records import Span
from qa.text.analysis import CJK
from qa.text.languages import primary
from qa.text.stemming import ENGLISH, analysed_as

MAX_SENTENCE_WORDS = 120
"""A "sentence" longer than this (a list, a table, a transcript without full stops) is cut at a
comma, semicolon, colon or dash; the model reads at most 256 word pieces, about 190 words."""

_PARAGRAPH = re.compile(r"[^\n]+")
_WORD = re.compile(rf"[{CJK}]{{1,2}}[、。，：；]?|[^\s{CJK}]+")
"""What passages are measured by; two letters of a script without spaces count as a word, of which
a model makes as many tokens."""
_CLAUSE_END = re.compile(r"[,;:–—、，：；]$")
_OPENED = re.compile(r"(?<=\S)\s+([\"“])$")
"""The mark that opens a speech, left behind a sentence: 'she said. "' before "But it rained"."""
_IN_A_WORD = re.compile(r"(?<=\.)[A-Z]")
_WORD_BEFORE = re.compile(r"(?<![\w.])(?!www\.)[^\W\d_][^\W\d_A-Z]+\.$")
"""Only this is the end of a sentence whose blank is missing, "a physician.Police": neither ".DJI"
nor "IQ.LIGHT", "R-W.Va." is."""
_CLOCK_END = re.compile(r"\b[ap]\.m\.$")
_PLACE = re.compile(r"[^a-z]{2,40}, (?:Man|Mass|Wash)\.$")
_AGENCY = re.compile(r"(?:\([^()]{2,40}\) ?)?[-–—]")
"""A dateline, "FLIN FLON, Man. (AP) —": of the states and provinces as agencies shorten them, these
are the three after which the splitter breaks."""
_RUN_ON = re.compile(
    r"(?<!\S)['‘“\"(]?[a-z]+['’”\")]? (?=(?:The|But|Of|In|It|He|She|They|At|For|And|As|This|That"
    r"|These|Those|While|When|If|There|We|Some|Many|Most|His|Her|Its|Their)\b,? [a-z])"
)
"""The end of a heading that ran into the sentence below it: "warnings on tariffs Of course, he". In
the true bodies of 181 real news pages a small word with a capital follows a lower-case word without
a stop once, and there a heading did run on."""
_ORDINAL_END = re.compile(
    r"(?<!\w)(?:[Ii]m|[Aa]m|[Bb]eim|[Vv]om|[Zz]u[mr]|[Dd](?:er|ie|as|en|em|es)|[Jj]ede[rnsm]?"
    r"|[Ee]in(?:e[rnsm]?)?) \d{1,2}\.$"
)
"""A German ordinal before its noun, which has a capital."""
_TURKISH_ORDINAL_END = re.compile(r"(?<!\S)(?:\d{1,2}|[IVX]{1,5})\.$")
"""As before its noun in "3. Havalimanı", "II. Abdülhamid": sentences end in a verb."""
_INITIAL_END = re.compile(r"(?:(?<!\w)[^\W\d_A-Za-zÀ-ɏ]|[A-Z]\.-[A-Z])(?<!я)\.$")
"""In other scripts, and "J.-P. Martin"; not "hépatite B. Le vaccin": single Latin letters the
splitter knows. Nor "Это был я. Потом": a word."""
_ABBREVIATION_END: Final = {
    language: re.compile(rf"(?<!\w)(?:{words})\.$", re.IGNORECASE)
    for language, words in {
        "hi": "डॉ|प्रो|रु",
        "it": "on|art|dott",
        "nl": "mevr",
        "pl": "ust",
        "pt": "av",
        "tr": r"sn|cad|sok|mah|m\.[ös]",
        "uk": "вул|буд",
    }.items()
}
"""Those that the splitter does not know: titles, streets, paragraphs of laws."""
_QUOTED_IN_JAPANESE = re.compile(r"(?:と|って)(?!ころ|ても|はいえ|にかく|りわけ|もあれ)")
"""What follows on a speech: "「…。」と述べた", not "ところが"."""
_GERSHAYIM = re.compile('(?<=[א-ת])"(?=[א-ת])')
"""The mark of an abbreviation in Hebrew, typed as a quotation mark: two of them quote nothing."""
_NEAR: Final = 20
"""Letters on either side of a break that tell whether it is one."""
_ITEM_NUMBER = re.compile(r"(?:\d{1,3}|[IVX]{1,5}|[A-Z])\.")
"""What a line begins with that is an item of a list: "3. A female lays 40,000 eggs."."""
_TITLE_END = re.compile(
    r"(?<!\w)(?:Ald|Amb|Assoc|Atty|Cdr|Cllr|Ft|Govs|Intl|Ms|Natl|Spc|Supts|Treas)\.$"
)
"""English abbreviations that the splitter does not know, and that a name follows: "Ms. Bell"."""
_ABBREVIATED_END = re.compile(r"(?<!\w)[A-Z][a-z]{1,5}\.$")
_SMALL = re.compile(r"[a-z](?![A-Z])")
"""After the end of an abbreviation that no list has, "Natl. Wildlife Inst. said"; not "iPhone"."""
_EDITS = (
    r"(?:Adds|Edits|Inserts|Recasts|Refiles|Releads|Removes|Repeats|Restores|Rewrites|Trims"
    r"|Updates|Updating|Writes through)\b"
)
_NOTE = re.compile(
    rf"\((?:Eds?: {_EDITS}[^()\n]{{0,300}}"
    rf"|{_EDITS}(?! (?:are|can|come|have|is|was|were|will)\b)[^()\n]{{0,300}}(?<!\.))\)\.?"
    r"[^\S\n]*",
    re.IGNORECASE,
)
"""What an agency tells the desks above its report: "(Adds toll, quotes)", "(Updates with rain)".
Not "(Corrects figure to 48)", which says something of the matter, nor a sentence with its stop."""
_NOTES_WITHIN: Final = 300
"""Characters of a text in which such a note begins."""
_DAY_OR_MONTH = re.compile(
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?"
    r"|Oct|Nov|Dec)[a-z.]*\b|(?:EST|EDT|ET|GMT|UTC|PT|CT|local)\b"
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A passage before it has an identity: its range and the sentences within it."""

    start: int
    end: int
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class PassageSize:
    """How long passages are, in words.

    Attributes:
        target_words: A passage is closed at the sentence end nearest to this length.
        overlap_sentences: How many sentences two neighbouring passages share.
    """

    target_words: int = 90
    overlap_sentences: int = 0


def sentences(text: str, language: str | None = None) -> list[Span]:
    """The sentences of a text, in order, without the white space around them.

    Split by sentencex (Wikimedia), paragraph by paragraph. Of the three splitters tried on the
    run-on lines of saved pages (pysbd, syntok, sentencex) it is the only one that neither breaks
    at closing single quotes nor after "U.N."; it is also 200 times faster than pysbd.

    Other languages than English are broken only where their own rules and the English ones both
    say so: either knows abbreviations that the other does not ("am 14. März" against "M. Dupont").
    Of 8,900 breaks in German prose 224 stand before a small letter by the English rules, 90 so.

    What an agency notes for the desks above its report is no sentence of it, and left out.

    Args:
        text: Any.
        language: The tag of its language.
    """
    notes = list(_notes(text))
    found: list[Span] = []
    rules = _rules(language)
    for paragraph in _PARAGRAPH.finditer(text):
        start = paragraph.start()
        start = next((note.end for note in notes if note.start == start), start)
        for span in _split(text[start : paragraph.end()], rules):
            found.extend(_shorten(text, Span(start + span.start, start + span.end)))
    return found


def _notes(text: str) -> Iterator[Span]:
    """The agency's notes above a report; a text that is nothing else has none."""
    for paragraph in _PARAGRAPH.finditer(text):
        note = _NOTE.match(text, paragraph.start())
        if note is None or note.start() > _NOTES_WITHIN or not text[note.end() :].strip():
            return
        yield Span(note.start(), note.end())


def _rules(language: str | None) -> str:
    """By which rules a text is split: also those of languages without a stemmer."""
    rules = analysed_as(language)
    return rules if rules != ENGLISH else primary(language or "") or ENGLISH


def _split(paragraph: str, language: str) -> list[Span]:
    spans: list[Span] = []
    pieces = _pieces(paragraph, ENGLISH)
    if language == ENGLISH:
        starts = None
    else:
        starts = {piece.start for piece in _pieces(paragraph, language)}
    for piece in pieces:
        start, end = piece
        if spans and (quoted := _OPENED.search(paragraph, *spans[-1])) and quoted.end() == start:
            spans[-1] = Span(spans[-1].start, quoted.start())
            start = quoted.start(1)
        joined = starts is not None and piece.start not in starts
        if spans and (joined or _continues(paragraph, spans[-1], start, language)):
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
    if language != ENGLISH:
        return spans
    return [part for span in spans for part in _parted(paragraph, span)]


def _pieces(paragraph: str, language: str) -> list[Span]:
    """The sentences by the rules of a language."""
    from sentencex import segment

    found: list[Span] = []
    position = 0
    plain = _GERSHAYIM.sub("״", paragraph)
    for piece in segment(language, plain):
        if sentence := piece.strip():
            start = plain.index(sentence, position)
            position = start + len(sentence)
            found.append(Span(start, position))
    return found


def _parted(paragraph: str, sentence: Span) -> Iterator[Span]:
    """The sentence without the headings that ran into it."""
    start = sentence.start
    for gap in _RUN_ON.finditer(paragraph, sentence.start, sentence.end):
        yield Span(start, gap.end() - 1)
        start = gap.end()
    yield Span(start, sentence.end)


def _continues(paragraph: str, previous: Span, start: int, language: str) -> bool:
    """Whether the splitter broke inside "at 6 a.m. Tuesday", "Ms. Bell" or a dateline."""
    if language != ENGLISH and _goes_on(paragraph, previous, start, language):
        return True
    if start == previous.end and _IN_A_WORD.match(paragraph, start):
        return _WORD_BEFORE.search(paragraph, previous.start, previous.end) is None
    if _ITEM_NUMBER.fullmatch(paragraph, 0, previous.end):
        return True
    if _PLACE.match(paragraph[previous.start : previous.end]):
        return _AGENCY.match(paragraph, start) is not None
    if _TITLE_END.search(paragraph, previous.start, previous.end):
        return True
    if _ABBREVIATED_END.search(paragraph, previous.start, previous.end):
        return _SMALL.match(paragraph, start) is not None
    clock = _CLOCK_END.search(paragraph, previous.start, previous.end)
    return clock is not None and _DAY_OR_MONTH.match(paragraph, start) is not None


def _goes_on(paragraph: str, previous: Span, start: int, language: str) -> bool:
    """Whether a sentence of another language than English goes on where two rules broke it."""
    following = paragraph[start : start + _NEAR].lstrip("-–— ")[:1]
    # "3,5 mln. euro", "«Почему?» — спросил он"; Georgian has small letters only.
    if following.islower() and not "ა" <= following <= "ჿ":
        return True
    if paragraph[start] in "』】〉》":  # after 『…。, which it does not know
        return True
    before = paragraph[max(previous.start, previous.end - _NEAR) : previous.end]
    last = before[-1]
    if language == "ko" and start == previous.end and last in "\"'”’":  # "…했다."고 말했다
        return "가" <= following <= "힣"
    if language == "ja" and last in "」』":
        return _QUOTED_IN_JAPANESE.match(paragraph, start) is not None
    if language == "tr" and _TURKISH_ORDINAL_END.search(before):
        return True
    if language == "de" and _ORDINAL_END.search(paragraph, previous.start, previous.end):
        return True
    ends = [_INITIAL_END, *filter(None, [_ABBREVIATION_END.get(language)])]
    return any(end.search(before) for end in ends)


def _shorten(text: str, sentence: Span) -> Iterator[Span]:
    words = list(_WORD.finditer(text, sentence.start, sentence.end))
    first = 0
    while len(words) - first > MAX_SENTENCE_WORDS:
        window = range(first + MAX_SENTENCE_WORDS // 2, first + MAX_SENTENCE_WORDS)
        clause_ends = [i for i in window if _CLAUSE_END.search(words[i].group())]
        last = clause_ends[-1] if clause_ends else window[-1]
        yield Span(words[first].start(), words[last].end())
        first = last + 1
    if words[first:]:
        yield Span(words[first].start(), words[-1].end())


def count_words(text: str, start: int = 0, end: int | None = None) -> int:
    """How many words a part of a text has; of letters without spaces two are one."""
    return len(_WORD.findall(text, start, len(text) if end is None else end))


def cut(text: str, size: PassageSize, language: str | None = None) -> list[Cut]:
    """Cut a text into passages of whole sentences.

    Each passage ends at the sentence end nearest to `size.target_words`; a short rest joins the
    passage before it. Every sentence is in at least one passage.

    Args:
        text: Of an article.
        size: How long they are to be.
        language: The article's.
    """
    spans = sentences(text, language)
    lengths = [count_words(text, s.start, s.end) for s in spans]
    cuts: list[Cut] = []
    first = 0
    while first < len(spans):
        last, words = first, lengths[first]
        while last + 1 < len(spans):
            longer = words + lengths[last + 1]
            if longer - size.target_words > size.target_words - words:
                break
            last, words = last + 1, longer
        rest = sum(lengths[last + 1 :][: size.target_words])
        if last + 1 < len(spans) and rest < size.target_words // 3:
            last = len(spans) - 1
        if cuts and spans[last].end <= cuts[-1].end:
            first += 1  # a long sentence follows: beginning further on, the passage goes beyond
            continue
        cuts.append(Cut(spans[first].start, spans[last].end, tuple(spans[first : last + 1])))
        if last + 1 == len(spans):
            break
        first = max(first + 1, last + 1 - size.overlap_sentences)
    return cuts


def indexed_text(title: str, passage: str) -> str:
    """What is indexed for a passage: its article's title in front.

    On real news this lifts BM25's nDCG@10 from .815 to .861. It is never part of a citation.
    """
    return f"{title}\n{passage}"
