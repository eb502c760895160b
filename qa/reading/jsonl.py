"""JSON Lines: one article a line. A bad line costs that line, never the others. And JSON arrays."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from qa.errors import ReadingError
from qa.reading.aliases import as_text, read_body, read_fields, without_cut
from qa.reading.content import Content
from qa.reading.decoding import MAX_LINE_BYTES, check_line, check_text, decode
from qa.reading.draft import Draft, Failure, Part
from qa.reading.feed import paper_of_feed
from qa.reading.markup import without_markup

_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_HEAD = 64 * 1024
_JSON_FEED = "jsonfeed.org/version/"
_LISTS = ("articles", "items", "results", "data", "docs")
_MAX_DEPTH = 4
"""Of a list of articles within a service's answer: "hits.hits", "response.docs"."""

_WITHIN = ("_source", "fields", "attributes", "thread")
"""Where a service has an article's fields besides, or all of them: Elasticsearch, the Guardian,
what follows JSON:API, webz.io."""


def read(content: Content) -> Iterator[Part]:
    """Read a .jsonl file; lines are decoded one by one, so that one bad byte costs one line.

    Yields:
        An article or a failure for each line that is not blank.

    Raises:
        ReadingError: If the file as a whole is empty or no text.
    """
    head = content.file.read(_HEAD)
    content.file.seek(0)
    if head.startswith(_UTF16_BOMS):
        data = decode(content.data()).encode("utf-8", "surrogatepass")
        content = Content.of(data, content.name, content.stated)
        head = content.file.read(_HEAD)
        content.file.seek(0)
    check_text(head)
    if _may_be_a_list(head):
        listed = _listed(content)
        content.file.seek(0)
        if listed is not None:
            for value in listed:
                try:
                    yield _article(value, None, content)
                except ReadingError as error:
                    yield Failure(error.reason)
            return
    # Only "\n" ends a line: U+2028 may stand unescaped in a JSON string.
    for number, raw in enumerate(_lines(content), 1):
        if not raw.strip():
            continue
        try:
            values = _articles_in(_read_line(raw, number), content)
        except ReadingError as error:
            yield Failure(error.reason, error.line or number)
            continue
        for value in values:
            try:
                yield _article(value, number, content)
            except ReadingError as error:
                yield Failure(error.reason, error.line or number)


def _lines(content: Content) -> Iterator[bytes]:
    """The lines of a file, however large it is; of an overlong one what is enough to refuse it."""
    first = True
    while line := content.file.readline(MAX_LINE_BYTES + 2):
        overlong = not line.endswith(b"\n") and len(line) > MAX_LINE_BYTES
        yield line.removeprefix(b"\xef\xbb\xbf") if first else line
        first = False
        while overlong and (rest := content.file.readline(MAX_LINE_BYTES)):
            overlong = not rest.endswith(b"\n")


def _may_be_a_list(head: bytes) -> bool:
    """Whether a file begins like one JSON document over several lines, or an array."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return start.startswith(b"[") or start.split(b"\n", 1)[0].rstrip() == b"{"


def _listed(content: Content) -> list[object] | None:
    """The articles of a file that is one JSON document; None if it is none, or an array of none."""
    try:
        value = json.loads(content.data().decode("utf-8-sig"), parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None  # to be told line by line
    if isinstance(value, dict):
        value = _articles_in(value, content)
    # A line of JSON Lines may be an array too, by mistake; of articles it is no mistake.
    return value if any(isinstance(each, dict) for each in value) else None


def _read_line(raw: bytes, number: int) -> object:
    check_line(len(raw), number)
    try:
        return json.loads(raw.decode("utf-8").strip(), parse_constant=lambda _: None)
    except UnicodeDecodeError as error:
        raise ReadingError(f"not valid UTF-8 at byte {error.start + 1} of the line") from error
    except json.JSONDecodeError as error:
        raise ReadingError(f"not valid JSON: {error.msg} at character {error.colno}") from error
    except (RecursionError, ValueError) as error:
        raise ReadingError("not usable JSON: nested too deeply, or too long a number") from error


def _articles_in(value: object, content: Content) -> list[object]:
    """The articles of a line: one, unless it is a service's answer, which holds a list of them."""
    columns = content.stated.columns
    if not isinstance(value, dict) or read_body(_whole(value), columns) is not None:
        return [value]
    return _list_in(value, columns) or [value]


def _whole(value: Mapping[object, object]) -> dict[object, object]:
    """An article with the fields that its service keeps in an object of their own."""
    fields = dict(value)
    for key in _WITHIN:
        inner = fields.get(key)
        if isinstance(inner, dict):
            del fields[key]
            fields = inner | fields
    return fields


def _deep_list(value: Mapping[object, object], columns: Mapping[str, str] | None) -> list[object]:
    """The articles of an answer that has them deeper, or under a name of its own; each has a title.

    What has one itself is an article without a text, and its list one of pictures or comments.
    """
    level = [] if as_text(value.get("title")) else [value]
    for _ in range(_MAX_DEPTH):
        inner = [each for outer in level for each in outer.values()]
        for listed in inner:
            if isinstance(listed, list) and any(_is_article(each, columns) for each in listed):
                return listed
        level = [each for each in inner if isinstance(each, dict)]
    return []


def _is_article(value: object, columns: Mapping[str, str] | None) -> bool:
    if not isinstance(value, dict):
        return False
    whole = _whole(value)
    return read_body(whole, columns) is not None and bool(read_fields(whole, columns)[0].title)


def _list_in(
    value: Mapping[object, object], columns: Mapping[str, str] | None
) -> list[object] | None:
    inner = (value.get(key) for key in _LISTS)
    listed = next((each for each in inner if isinstance(each, list)), None)
    if listed is None:
        return _deep_list(value, columns)
    if _JSON_FEED not in str(value.get("version")):
        return listed
    of_feed = {name: value[name] for name in ("language", "author", "authors") if name in value}
    of_feed["publisher"] = paper_of_feed(value.get("title"))
    return [{**of_feed, **each} if isinstance(each, dict) else each for each in listed]


def _article(value: object, number: int | None, content: Content) -> Draft:
    if not isinstance(value, dict):
        raise ReadingError(f"not a JSON object but {_KINDS.get(type(value), 'something else')}")
    columns = content.stated.columns
    value = _whole(value)
    text = read_body(value, columns)
    if text is None:
        raise ReadingError('no text; it is looked for under "text", "body", "content"')
    text, cut = without_cut(without_markup(text))
    found, notes = read_fields(value, columns)
    draft = Draft(text=text, line=number, dated_by_name=False, notes=[*notes, *cut])
    draft.take(found, "json")
    return draft


_KINDS: dict[type, str] = {
    list: "an array",
    str: "a string",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}
