"""One article from its lines: title, header lines, body, and the furniture after the body."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from qa.reading.authors import is_called_like_a_paper, parse_byline
from qa.reading.cleaning import Line, join_lines
from qa.reading.draft import Draft, Found
from qa.reading.fields import is_name_like
from qa.reading.furniture import (
    articles_by,
    could_close_a_page,
    is_furniture,
    is_related_heading,
    is_tail_marker,
    menu_items,
    split_run_in_author,
    without_promos,
)
from qa.reading.header import (
    bare_title,
    could_be_title,
    is_headline,
    is_prose,
    merge,
    parse_header_line,
    take_head,
)

_MAX_LINES_BEFORE_TITLE = 4
_MIN_MENU_ITEMS = 2
_MAX_MASTHEAD_LINES = 80
_MIN_MASTHEAD_ITEMS = 3
_MIN_HEADLINE_WORDS = 4
_MIN_HEADLINE_CHARS = 25
_MAX_LOGO_WORDS = 3
_NEAR_HEADLINE = 3
"""Lines below a headline within which the publisher above it stands again."""

_FOLLOW = "follow"
"""The button beside the name of whoever publishes, on pages of aggregators."""


def read_single(lines: list[Line], draft: Draft, origin: str) -> None:
    """Fill a draft from the lines of one article.

    Args:
        lines: Title first; header lines may also stand before it.
        draft: What to fill; a title it already has is not looked for again.
        origin: The provenance of what is found.
    """
    lines = [line for line in lines if not re.fullmatch(r"[=*_~.#-]{3,}", line.text)]
    above: list[Line] = []
    if draft.found.title is None:
        below = _below_menu(lines, draft, origin)
        above, lines = ([], below) if _is_head(below) else _part_masthead(lines, below)
        if not above and _is_below_publisher(lines):
            draft.take(Found(publisher=lines[0].text), origin)
            lines = lines[1 if _is_long(lines[1].text) else 2 :]
        lines = _take_title(lines, draft, origin)
    lines = take_head(lines, draft, origin)
    said = _said_above(above)
    # The day in a masthead is the one on which the page was seen.
    draft.take(replace(said, published_at=None) if draft.found.age else said, origin)
    fill_body(lines, draft, origin)


def fill_body(lines: list[Line], draft: Draft, origin: str) -> None:
    """Set a draft's text to the lines without furniture, and read what the tail says."""
    body, tail = split_tail(lines)
    said = Found()
    kept: list[Line] = []
    gap = False
    for line in body:
        if is_furniture(line.text):
            gap = gap or line.gap
            continue
        kept.append(line._replace(text=without_promos(line.text), gap=line.gap or gap))
        gap = False
    if kept:
        text, run_in = split_run_in_author(kept[-1].text)
        kept[-1] = kept[-1]._replace(text=text)
        tail = run_in + tail
    for line_text in tail:
        said = merge(said, _said_in_tail(line_text))
    draft.take(Found(author=said.author), "byline")
    draft.take(said, origin)
    draft.text = join_lines([line for line in kept if line.text])


def split_tail(lines: list[Line]) -> tuple[list[Line], list[str]]:
    """Part a body from the furniture that ends it.

    The tail starts at the first marker ("Hashtags", "Comments", "Related Articles") after which
    there is nothing but furniture and short lines; then at the furniture just before it.
    """
    end = len(lines)
    for index in range(len(lines) - 1, 0, -1):
        text = lines[index].text
        if is_tail_marker(text):
            end = index
        elif not (closes_page(text) or could_close_a_page(text)):
            break
    while end > 1 and (closes_page(lines[end - 1].text) or _is_logo_above_foot(lines, end - 1)):
        end -= 1
    return lines[:end], [line.text for line in lines[end:]]


def _is_logo_above_foot(lines: list[Line], at: int) -> bool:
    """Whether a line is a site's name, parted from the article and above the items of its foot."""
    text, below = lines[at].text, lines[at + 1 : at + 3]
    if not lines[at].gap or len(text.split()) > _MAX_LOGO_WORDS or not is_name_like(text):
        return False
    if " " in text and not is_called_like_a_paper(text):  # who wrote it, it may be
        return False
    # In a text whose lines all stand apart it may be the last item of a list.
    is_foot = len(below) > 1 and all(menu_items(line.text) for line in below)
    return is_foot and not below[0].gap


def closes_page(line: str) -> bool:
    """Whether a line at the end of a body is furniture, or names the author once more."""
    return (
        is_furniture(line)
        or menu_items(line) > 0
        or is_related_heading(line)
        or articles_by(line) is not None
        or parse_byline(line) is not None
    )


def _said_in_tail(line: str) -> Found:
    author = parse_byline(line)
    if author is not None:
        return Found(author=author)
    named = articles_by(line)
    return Found(author=named[0], publisher=named[1]) if named else Found()


def _below_menu(lines: list[Line], draft: Draft, origin: str) -> list[Line]:
    """The lines below a site's menu at the head of a page that was copied whole.

    A name above the menu is the site's. One item alone may be a headline, or a section's name.
    """
    named = len(lines) > 1 and is_name_like(lines[0].text) and not menu_items(lines[0].text)
    named = named and menu_items(lines[1].text) > 0
    end, items = int(named), 0
    while end < len(lines) - 1 and (
        (count := menu_items(lines[end].text)) or is_furniture(lines[end].text)
    ):
        items += count or 1
        end += 1
    if items < _MIN_MENU_ITEMS or end == int(named):
        return lines
    if named:
        draft.take(Found(publisher=lines[0].text), origin)
    return lines[end:]


def _is_head(lines: list[Line]) -> bool:
    """Whether a headline comes first: with header lines or prose right below it."""
    if not lines[1:] or menu_items(lines[0].text) or not is_headline(lines[0].text):
        return False
    return is_prose(lines[1].text) or parse_header_line(lines[1].text) is not None


def _part_masthead(lines: list[Line], below: list[Line]) -> tuple[list[Line], list[Line]]:
    """Part what a site has above the headline of a page that was copied whole.

    A menu with items that no list knows ("For You", "Play"), a kicker, the day: all are of a few
    words. The first line of more is the headline, if enough before it is known to be of a menu.

    Args:
        lines: Of the page.
        below: Those below its menu, which stay where no headline is found.
    """
    at = next((i for i, line in enumerate(lines[:_MAX_MASTHEAD_LINES]) if _is_long(line.text)), 0)
    items = sum(menu_items(line.text) for line in lines[:at])
    marks = sum(is_furniture(line.text) for line in lines[:at])
    # Buttons alone stand below a short headline, too.
    if not items or items + marks < _MIN_MASTHEAD_ITEMS or not is_headline(lines[at].text):
        return [], below
    if below is not lines and below[1] is lines[at] and _is_short_headline(below[0].text):
        return [], below
    return lines[:at], lines[at:]


def _is_below_publisher(lines: list[Line]) -> bool:
    """Whether the first line is who publishes and the second the headline.

    So it is where the lines below the headline name it again: "Ann Lee, Harbour Star".
    """
    if len(lines) <= _NEAR_HEADLINE or not is_name_like(lines[0].text):
        return False
    at = 2 if lines[1].text.isupper() or menu_items(lines[1].text) else 1  # a kicker
    if not _is_long(lines[at].text) or not is_headline(lines[at].text):
        return False
    again = re.compile(
        rf"(?:(?P<who>.*?)(?:\s*[,|·•/–—-]\s*|\s+for (?:the )?))?{re.escape(lines[0].text)}",
        re.IGNORECASE,
    )
    below = (again.fullmatch(line.text) for line in lines[at + 1 : at + 1 + _NEAR_HEADLINE])
    return any(found and (not found["who"] or _writes(found["who"])) for found in below)


def _writes(who: str) -> bool:
    """Whether it says who wrote an article or when, and not of what: "Theatre | Hamlet"."""
    words = who.split()
    is_person = len(words) > 1 and all(word[0].isupper() for word in words) and is_name_like(who)
    return (is_person and not is_called_like_a_paper(who)) or parse_header_line(who) is not None


def _is_short_headline(line: str) -> bool:
    """Whether a line below a menu is written like a sentence, as no item is: "Baths close"."""
    return is_headline(line) and any(word.islower() for word in line.split()[1:])


def _is_long(line: str) -> bool:
    if is_furniture(line) or menu_items(line) or parse_header_line(line) is not None:
        return False
    return len(line.split()) >= _MIN_HEADLINE_WORDS or len(line) >= _MIN_HEADLINE_CHARS


def _said_above(lines: list[Line]) -> Found:
    """What the lines above a headline say, which those below it may say otherwise."""
    said = Found()
    for line, following in pairwise([*lines, Line("", gap=True, number=0)]):
        said = merge(said, parse_header_line(line.text) or Found())
        follows = following.text.casefold()
        is_logo = menu_items(follows) > 0 and is_called_like_a_paper(line.text)
        if is_name_like(line.text) and (follows == _FOLLOW or is_logo):
            said = merge(said, Found(publisher=line.text))
    return said


def _take_title(lines: list[Line], draft: Draft, origin: str) -> list[Line]:
    """Take the first line as the title if it can be one, past header lines that stand before it."""
    before: list[Line] = []
    for index, line in enumerate(lines[: _MAX_LINES_BEFORE_TITLE + 1]):
        if parse_header_line(line.text) is not None or is_furniture(line.text):
            before.append(line)
            continue
        title = bare_title(line.text)
        if not (is_headline(title) or _is_above_header(lines, index)):
            break
        draft.take(Found(title=title), origin)
        draft.line = line.number
        rest = lines[index + 1 :]
        # The first line after a title counts as following a gap, whatever stood between.
        return before + rest
    return lines


def _is_above_header(lines: list[Line], at: int) -> bool:
    """Whether a short sentence has a byline or a date right below it, as titles have."""
    if at + 1 >= len(lines) or not could_be_title(lines[at].text):
        return False
    return parse_header_line(lines[at + 1].text) is not None
