"""Letters: newsletters saved as .eml, mailboxes (.mbox), and pages saved by a browser as .mhtml."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Final, cast

from qa.errors import ReadingError
from qa.reading.authors import clean_author, is_called_like_a_paper
from qa.reading.cleaning import clean_line, split_lines
from qa.reading.content import Content, Member
from qa.reading.dates import parse_date
from qa.reading.decoding import MAX_FILE_BYTES, check_size, decode
from qa.reading.draft import Draft, Failure, Found, Part
from qa.reading.formats import SUFFIXES, suffix_of
from qa.reading.markup import text_of_markup
from qa.reading.plain import unwrap
from qa.reading.single import fill_body

_NEWSLETTER: Final = ("List-Id", "List-Unsubscribe", "List-Post")
_LETTER: Final = "message/rfc822"
_ENVELOPE: Final = re.compile(rb"From (?:\S+ +)?(?:\S+ +)?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")
_SIGNATURE: Final = re.compile(r"^-- \r?$", re.MULTILINE)
"""Above the signature of a letter, RFC 3676, 4.3."""

_FLOWED: Final = re.compile(r"^(?P<line>(?!>|-- \r?$).*\S) +\r?\n(?!>|-- \r?$|\r?$)", re.MULTILINE)
"""Where a letter in the "flowed" format goes on in the next line, RFC 3676, 4.1; not in a quote
within it, nor above one or the signature."""

_TIMES_LONGER: Final = 3
_MAX_PARTS: Final = 500  # a letter has a few; a crafted one may nest for ever


def read(content: Content) -> Iterator[Part | Member]:
    """Read one letter, with what is attached to it.

    Yields:
        The letter, then its attachments of known kinds; of an .mhtml file the page it holds.

    Raises:
        ReadingError: If it is no letter.
    """
    data = content.data()
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - by this policy
    if not message.keys() or not (message["From"] or message["Subject"] or message["Date"]):
        raise ReadingError("no letter: it has no From, Subject or Date")
    sent = parse_date(_header(message, "Date"))
    location = _header(message, "Snapshot-Content-Location")
    if location or suffix_of(content.name) in (".mhtml", ".mht"):
        page = _part(message, "text/html")
        if page is None:
            raise ReadingError("a saved page without its HTML")
        stated = content.stating(captured=sent, captured_by="saved page", url=location or None)
        yield Member("page", Content.of(_bytes(page), "page.html", stated.stated))
        return
    own = _bodies(message)
    yield _letter(message, own)
    for number, part in enumerate(_own_parts(message), 1):
        name = part.get_filename() or ""
        if part.get_content_type() == _LETTER and part.is_multipart():
            letter = _parts(part)[0].as_bytes()
            yield Member(f"{number}/letter.eml", Content.of(letter, "letter.eml"))
        elif suffix_of(name) in SUFFIXES and not part.is_multipart() and part not in own:
            yield Member(f"{number}/{clean_line(name)}", Content.of(_bytes(part), name))


def read_mailbox(content: Content) -> Iterator[Part | Member]:
    """Read an .mbox file, letter by letter.

    Raises:
        ReadingError: If it is no mailbox.
    """
    lines: list[bytes] = []
    size = number = 0
    blank = True
    for line in content.file:
        if blank and _ENVELOPE.match(line):
            if lines:
                yield _message(lines, size, number, content)
            elif number:
                yield Failure(f"letter {number} is empty")
            lines, size, number = [], 0, number + 1
        elif not number:
            if line.strip():
                raise ReadingError('no mailbox: it does not start with "From "')
        else:
            size += len(line)
            if size <= MAX_FILE_BYTES:
                lines.append(line[1:] if line.startswith(b">From ") else line)
        blank = not line.strip()
    if not number:
        raise ReadingError("no mailbox: it holds no letter")
    yield _message(lines, size, number, content)


def _message(lines: list[bytes], size: int, number: int, content: Content) -> Part | Member:
    try:
        check_size(size)
    except ReadingError as error:
        return Failure(f"letter {number} {error.reason}")
    inner = Content.of(b"".join(lines), "letter.eml", content.stated)
    return Member(f"letter {number}", inner)


def _letter(message: EmailMessage, bodies: Sequence[EmailMessage | None]) -> Part:
    subject = _header(message, "Subject")
    name = clean_line(parseaddr(_header(message, "From"))[0])
    plain, html = bodies
    text = _SIGNATURE.split(_text(plain), maxsplit=1)[0] if plain is not None else ""
    is_markup = False
    if html is not None:
        whole = text_of_markup(_text(html), shown=True)
        # The plain text of many newsletters only says: look at this in your browser.
        is_markup = len(whole) > _TIMES_LONGER * len(text.strip())
        text = whole if is_markup else text
    if not text.strip():
        return Failure(f"no text in the letter {subject[:60]!r}")
    is_newsletter = any(header in message for header in _NEWSLETTER) or _is_paper(name)
    draft = Draft(visible=lambda: text)
    draft.take(
        Found(
            title=subject or None,
            publisher=name or None if is_newsletter else None,
            author=None if is_newsletter or not name else clean_author(name, one=True),
            published_at=parse_date(_header(message, "Date")),
            language=_header(message, "Content-Language") or None,
        ),
        "mail header",
    )
    lines = split_lines(text)
    fill_body(lines if is_markup else unwrap(lines, titled=False), draft, "body")
    return draft


def _is_paper(name: str) -> bool:
    """Whether a sender's name is no person's: "The Morning Brief", "Lantern Post"."""
    return name.lower().startswith("the ") or is_called_like_a_paper(name)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return clean_line(str(message[name] or ""))
    except (ValueError, IndexError, AttributeError, TypeError):
        return ""  # the library fails on some crafted headers


def _bodies(message: EmailMessage) -> list[EmailMessage | None]:
    """A letter's plain text and its HTML.

    What is attached "inline" has a name, and a letter's own text seldom: only where there is none
    without.
    """
    kinds = ("text/plain", "text/html")
    bodies = [_part(message, kind) for kind in kinds]
    return bodies if any(bodies) else [_part(message, kind, named=True) for kind in kinds]


def _part(message: EmailMessage, kind: str, *, named: bool = False) -> EmailMessage | None:
    """The first part of a kind that is not attached, and has no name unless that is allowed."""
    for part in _own_parts(message):
        shown = part.get_content_disposition() != "attachment"
        if part.get_content_type() == kind and shown and (named or not part.get_filename()):
            return part if isinstance(part, EmailMessage) else None
    return None


def _own_parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """A letter's parts in their order, but for those of letters that are attached to it."""
    waiting = [message]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part = waiting.pop()
        yield part
        if part.is_multipart() and part.get_content_type() != _LETTER:
            waiting.extend(reversed(_parts(part)))


def _parts(message: EmailMessage) -> list[EmailMessage]:
    return cast("list[EmailMessage]", message.get_payload())


def _bytes(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _text(part: EmailMessage) -> str:
    data = _bytes(part)
    text = decode(data, str(part.get_content_charset() or "")) if data.strip() else ""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    is_broken_word = str(part.get_param("delsp") or "").lower() == "yes"
    return _FLOWED.sub(r"\g<line>" if is_broken_word else r"\g<line> ", text)
