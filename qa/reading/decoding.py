"""Bytes → text, or a reason why not."""

from __future__ import annotations

import re

from qa.errors import ReadingError

MAX_FILE_BYTES = 32 * 1024 * 1024
"""A single article is thousands of times smaller; parsers need up to ten times a file's size."""

MAX_LINE_BYTES = 5 * 1024 * 1024
"""A line this long is data (an image in base64, a minified script), and slow to match against."""

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a zip archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
)

# Guessing is confined to the two families that charset_normalizer told apart reliably when
# whole and short English, French, German, Polish, Russian and Japanese texts in nine encodings
# were tried: of Japanese and Mac encodings it was as sure when wrong as when right.
_GUESSED = ("cp1252", "cp1250", "cp1251")
_ACCEPTED = ("cp1252", "cp1251")
_MIN_COHERENCE_PERCENT = 50.0
# What a wrong guess leaves behind: a capital accent inside a word ("itÕs"), or spacing accents.
_MOJIBAKE = re.compile("[a-z][À-ÖØ-Þ]|[¤¦¨¬¯´¸]")


_AS_BROWSERS = {
    **dict.fromkeys(
        ("iso-8859-1", "iso8859-1", "iso88591", "latin-1", "latin1", "l1", "x-cp1252",
         "us-ascii", "ascii"),
        "cp1252",
    ),
    **dict.fromkeys(("gb2312", "gb-2312-80", "gbk", "x-gbk"), "gb18030"),
    **dict.fromkeys(("shift-jis", "sjis", "x-sjis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks-c-5601-1987"), "cp949"),
    **dict.fromkeys(("windows-874", "dos-874", "iso-8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("iso-8859-9", "iso8859-9", "latin5"), "cp1254"),
    **dict.fromkeys(("iso-8859-8-i", "logical"), "iso-8859-8"),
    "x-cp1250": "cp1250",
    "x-cp1251": "cp1251",
    "x-euc-jp": "euc-jp",
    "big5": "big5hkscs",
}  # fmt: skip
"""Names of encodings that pages and letters use for larger ones, see encoding.spec.whatwg.org."""

_SEVEN_BIT = {
    **dict.fromkeys(("iso-2022-jp", "csiso2022jp"), "iso2022_jp_2004"),
    "iso-2022-kr": "iso2022_kr",
    "hz-gb-2312": "hz",
}
"""Encodings of letters, by their names, whose bytes are those of ASCII: valid UTF-8, too."""

_JAPANESE_ESCAPES = ((b"\x1b$B", b"\x1b$(Q"), (b"\x1b$@", b"\x1b$(Q"), (b"\x1b(J", b"\x1b(B"))
"""What is written, and the larger sets that hold it and the figures in circles, too."""

_LETTERS_TO_ONE_BROKEN = 250

_UNUSED = b"\x81\x8d\x8f\x90\x9d"
_AS_BYTES = {
    ord(bytes([byte]).decode("cp1252")): byte for byte in range(0x80, 0xA0) if byte not in _UNUSED
}
"""The characters of Windows-1252 that Latin-1 has not; five bytes stand for none, and stay."""
_TWICE = re.compile(rf"[ÂÃâ][\x80-\xbf{''.join(map(chr, _AS_BYTES))}]")
_MIN_TWICE = 2
"""Of letters that look as if encoded twice; one could be what a text is about."""


def check_size(n_bytes: int) -> None:
    """Refuse a file that is too large.

    Raises:
        ReadingError: If it is over the limit.
    """
    if n_bytes > MAX_FILE_BYTES:
        # One byte too many: as far as it was read.
        size = "" if n_bytes == MAX_FILE_BYTES + 1 else f"{_mebibytes(n_bytes)}, "
        limit = _mebibytes(MAX_FILE_BYTES)
        raise ReadingError(f"is {size}over the limit of {limit} a file; split it")


def check_line(n_bytes: int, number: int) -> None:
    """Refuse a line that is too long.

    Raises:
        ReadingError: If it is over the limit.
    """
    if n_bytes > MAX_LINE_BYTES:
        raise ReadingError(
            f"a line of {_mebibytes(n_bytes)}, over the limit of {_mebibytes(MAX_LINE_BYTES)}; "
            "break it up",
            line=number,
        )


def check_text(data: bytes) -> None:
    """Refuse what is empty or plainly not text.

    Raises:
        ReadingError: Saying which.
    """
    if not data.removeprefix(_UTF8_BOM).strip():
        raise ReadingError("empty")
    for signature, name in _SIGNATURES:
        if data.startswith(signature):
            raise ReadingError(f"looks binary ({name}); convert it to text first")
    if not data.startswith(_UTF16_BOMS) and b"\0" in data:
        raise ReadingError("looks binary (it holds NUL bytes); convert it to UTF-8 text first")


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a whole file.

    Args:
        data: Its bytes.
        declared: The encoding which the file itself names, tried after UTF-8 unless its bytes
            are those of ASCII.

    Raises:
        ReadingError: If it is empty, binary, holds an overlong line, or its encoding is unknown.
    """
    check_text(data)
    if len(data) > MAX_LINE_BYTES:
        for number, line in enumerate(data.split(b"\n"), 1):
            check_line(len(line), number)
    text = _decode_seven_bit(data, declared or "")
    if text is None:
        text = _decode_unicode(data)
    if text is None and declared is not None:
        text = _decode_declared(data, declared)
    if text is None:
        text = _decode_guessed(data)
    if text is None and declared is not None:
        text = _decode_mostly(data, declared)
    if text is None:
        raise _not_utf8(data)
    if "\0" in text:
        raise ReadingError("looks binary (it holds NUL characters); convert it to UTF-8 text first")
    if not text.strip("\ufeff \t\r\n"):
        raise ReadingError("empty")
    return _decoded_once_more(text)


def _decoded_once_more(text: str) -> str:
    """A text whose UTF-8 a program took for Windows-1252 and encoded again: of "cafÃ©" the café.

    Only where all of it is such: one letter of another kind, and it stays as it is.
    """
    if len(_TWICE.findall(text)) < _MIN_TWICE:
        return text
    try:
        return text.translate(_AS_BYTES).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _decode_seven_bit(data: bytes, declared: str) -> str | None:
    codec = _SEVEN_BIT.get(_plain(declared))
    if codec is None or not data.isascii():
        return None
    if codec == "iso2022_jp_2004":
        for written, larger in _JAPANESE_ESCAPES:
            data = data.replace(written, larger)
    text = _mostly(data, codec)
    if text is None:
        raise ReadingError(f"not valid {declared}, though it says it is; save it as UTF-8")
    return text


def _decode_unicode(data: bytes) -> str | None:
    encoding = "utf-16" if data.startswith(_UTF16_BOMS) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _as_browsers(declared: str) -> str:
    return _AS_BROWSERS.get(_plain(declared), declared)


def _plain(declared: str) -> str:
    return declared.lower().replace("_", "-")


def _decode_declared(data: bytes, declared: str) -> str | None:
    if declared.lower() in ("us-ascii", "ascii"):
        return None  # it says nothing of the letters that are none of ASCII's: guess first
    try:
        return data.decode(_as_browsers(declared))
    except (LookupError, UnicodeError):
        return None


def _decode_mostly(data: bytes, declared: str) -> str | None:
    """As a browser does: a letter that a program cut in two costs itself, and not the page."""
    try:
        return _mostly(data, _as_browsers(declared))
    except (LookupError, UnicodeError):
        return None


def _mostly(data: bytes, codec: str) -> str | None:
    """A text with few broken letters, or none."""
    text = data.decode(codec, "replace")
    return text if text.count("\ufffd") <= len(text) // _LETTERS_TO_ONE_BROKEN else None


def _decode_guessed(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    likely = [
        match
        for match in from_bytes(data, cp_isolation=list(_GUESSED))
        if match.percent_coherence >= _MIN_COHERENCE_PERCENT
    ]
    texts = {str(match) for match in likely}
    if len(texts) != 1:
        return None
    text = texts.pop()
    if _MOJIBAKE.search(text):
        return None
    for encoding in _ACCEPTED:
        if _decode_declared(data, encoding) == text:
            return text
    return None


def _not_utf8(data: bytes) -> ReadingError:
    if data.startswith(_UTF16_BOMS):
        return ReadingError("not valid UTF-16, though it starts like it; save it as UTF-8")
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return ReadingError(
            f"not valid UTF-8 (byte 0x{data[error.start]:02x}), and the encoding cannot be told "
            "for sure; save it as UTF-8, as with: iconv -f WINDOWS-1252 -t UTF-8",
            line=line,
        )
    raise AssertionError("unreachable: the data is valid UTF-8")


def _mebibytes(n_bytes: int) -> str:
    return f"{n_bytes / 1024 / 1024:.1f} MiB"
