"""What may be wrong with a file as a whole, and what must never happen whatever it holds."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.reading import SUFFIXES, article_id, plain, read_bytes, read_file
from qa.reading.cleaning import clean_text
from qa.reading.content import Content
from qa.reading.decoding import MAX_FILE_BYTES, MAX_LINE_BYTES

from .documents import zipped
from .test_html import BYLINE, LD, META, ld, page
from .test_saved_page import FURNITURE, MAIN, related

TEXT = "Old Lamp\n\nThe café lamp was lit at noon. Nobody saw it, and the mayor’s cat slept."

OPENING = "The café on Mill Lane opened in June. It’s the mayor’s own idea, and she’s proud. " * 3


def only_problem(data: bytes, source: str = "a.txt") -> str:
    result = read_bytes(data, source)
    assert result.articles == ()
    [problem] = result.problems
    assert problem.source == source
    assert "\n" not in problem.reason
    return problem.reason


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
@pytest.mark.parametrize("data", [b"", b" \n\t\r\n ", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
def test_empty(data, suffix):
    assert only_problem(data, "a" + suffix).startswith(("empty", "no article body"))


TEXTS = [".txt", ".md", ".html", ".jsonl", ".csv", ".rss"]


@pytest.mark.parametrize("suffix", TEXTS)
@pytest.mark.parametrize("data", [b"abc\0def", b"%PDF-1.7\nabc", b"PK\x03\x04abc", b"\x89PNG\r\n"])
def test_binary(data, suffix):
    assert only_problem(data, "a" + suffix).startswith("looks binary")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_that_can_be_told(encoding):
    [article] = read_bytes((TEXT + " It purred." * 9).encode(encoding), "a.txt").articles
    assert "The café lamp" in article.text
    assert "mayor’s" in article.text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Lamp\n\n東京都は新しい橋の建設を決定した。" * 5, "shift_jis"),
        (TEXT, "mac_roman"),
        ("Die Bürger müssen Gebühren zahlen, sagte der Bürgermeister.", "mac_roman"),
        ("Lamp\n\nThe café closes. It was her idea.", "gb18030"),
        (OPENING, "gb18030"),
        (OPENING, "mac_roman"),
        ("L’été dernier, la mairie a décidé de fermer l’école, à juste titre. " * 3, "cp1252"),
    ],
)
def test_encodings_that_cannot_be_told_are_refused_not_guessed(text, encoding):
    reason = only_problem(text.encode(encoding))
    assert "not valid UTF-8" in reason
    assert "iconv" in reason


@pytest.mark.parametrize(
    ("text", "encoding", "declared"),
    [
        ("港の灯台が①再び点灯すると市長が語った。", None, "ISO-2022-JP"),
        ("항구의 등대가 다시 켜진다고 시장이 말했다.", "iso2022_kr", "iso-2022-kr"),
        ("港口的灯塔将重新点亮，市长说。", "hz", "hz-gb-2312"),
        ("הסערה ניתקה אלף בתים", "iso-8859-8", "iso-8859-8-i"),
        ("พายุทำให้บ้านไม่มีไฟฟ้า “มาก”", "cp874", "windows-874"),
        ("The town’s café, “lit”.", "cp1252", "iso8859-1"),
    ],
)
def test_encodings_that_letters_declare(text, encoding, declared):
    if encoding is None:  # with the escapes of a mail program, and its figure in a circle
        data = text.encode("iso2022_jp_2004").replace(b"\x1b$(Q", b"\x1b$B")
    else:
        data = text.encode(encoding)
    letter = b"From: a@b.example\nContent-Type: text/plain; charset=%b\n\n%b\n"
    [article] = read_bytes(letter % (declared.encode(), data), "a.eml").articles
    assert article.text == text


def test_a_letter_that_is_not_in_the_encoding_it_declares():
    letter = b"From: a@b.example\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B!A,\n"
    assert "not valid iso-2022-jp" in only_problem(letter, "a.eml")


def test_a_file_too_large_is_judged_without_reading_it(tmp_path, monkeypatch):
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with monkeypatch.context() as patched:
        patched.setattr(Content, "data", lambda _: pytest.fail("it was read"))
        [problem] = read_file(path, "big.txt").problems
    assert "200.0 MiB" in problem.reason
    assert "32.0 MiB" in problem.reason
    assert "32.0 MiB" in only_problem(b"a" * (MAX_FILE_BYTES + 1))


def test_a_line_too_long():
    long = b"a" * (MAX_LINE_BYTES + 1)
    result = read_bytes(b"Title\n" + long, "a.txt")
    assert (result.articles, result.problems[0].line) == ((), 2)
    assert "5.0 MiB" in result.problems[0].reason
    line = b'{"text": "A lamp was lit."}\n'
    result = read_bytes(line + long + b"\n" + line, "a.jsonl")
    assert (len(result.articles), result.problems[0].line) == (2, 2)


def test_files_that_cannot_be_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    assert "No such file" in read_file(tmp_path / "none.txt", "none.txt").problems[0].reason
    assert "regular file" in read_file(tmp_path / "pipe.txt", "pipe.txt").problems[0].reason
    assert "directory" in read_file(tmp_path, "folder.txt").problems[0].reason


def test_reading_a_file(tmp_path):
    path = tmp_path / "lamp.txt"
    path.write_text(TEXT, encoding="utf-8")
    result = read_file(path, "news/lamp.txt")
    assert result == read_bytes(TEXT.encode(), "news/lamp.txt")
    assert result.articles[0].source == "news/lamp.txt"


@pytest.mark.parametrize(
    ("name", "advice"),
    [("a.doc", ".docx"), ("a.RTF", ".docx"), ("a.xlsx", ".csv"), ("a.7z", ".zip")],
)
def test_a_document_that_no_reader_knows_is_told(name, advice, tmp_path, make_archive):
    assert advice in only_problem(b"abc", name)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for each in (name, "picture.png", "good.txt"):
        (corpus / each).write_text("Lamp lit\n\nThe lamp was lit on Tuesday, at last.")
    archive = make_archive(tmp_path / "index")
    report = archive.sync(corpus)
    assert [each.source for each in report.problems] == [name]
    assert len(archive.articles()) == 1
    archive.close()
    packed = zipped({"in.zip": zipped({name: b"x", "good.txt": b"Lamp lit\n\nAt last, it was."})})
    result = read_bytes(packed, "a.zip")
    assert [article.title for article in result.articles] == ["Lamp lit"]
    assert f"in in.zip/{name}: " in result.problems[0].reason


def test_an_unknown_suffix():
    assert "unknown kind of file '.xyz'" in only_problem(b"abc", "a.xyz")
    assert read_bytes(TEXT.encode(), "A.TXT").articles


def test_a_parser_that_breaks_costs_one_file(monkeypatch):
    def broken(_: bytes):
        raise KeyError("inside a library")

    monkeypatch.setattr(plain, "read", broken)
    assert "KeyError" in only_problem(TEXT.encode())


def test_ids_are_as_promised():
    assert article_id("a/b.txt", 3) == hashlib.sha256(b"a/b.txt\x003").hexdigest()[:12]


def test_importing_loads_no_parser():
    code = "import sys, qa.reading; print([m for m in sys.modules if m.split('.')[0] in %r])"
    heavy = ("trafilatura", "lxml", "yaml", "frontmatter", "markdown_it", "charset_normalizer")
    run = subprocess.run(
        [sys.executable, "-c", code % (heavy,)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


SAMPLES = {
    ".txt": "\n".join([*MAIN, *FURNITURE, *related("seed")]).encode(),
    ".md": b"---\ntitle: Lamp\ndate: 2025-03-14\nauthor: [A B]\n---\n# Lamp\n\nLit. *So*.\n\n- a\n",
    ".html": page(META + ld(LD), BYLINE),
    ".jsonl": b"\n".join(
        [json.dumps({"text": "Lit.", "date": "2025", "author": ["A"]}).encode()] * 3
    ),
}


def check(data: bytes, source: str) -> None:
    result = read_bytes(data, source)
    assert result.articles or result.problems
    for article in result.articles:
        assert article.text == clean_text(article.text) != ""
        assert article.title.strip() == article.title != ""
        assert article.id == article_id(source, article.position)
        assert not any(unicodedata.category(c) == "Cc" for c in article.text.replace("\n", ""))
        json.dumps([article.title, article.text, article.author, article.publisher]).encode()
        for value in (article.title, article.text, article.author or "", article.url or ""):
            value.encode("utf-8")
        for moment in (article.published_at, article.updated_at):
            assert moment is None or moment.tzinfo is not None
        for name in article.provenance:
            assert getattr(article, name) is not None
    for problem in result.problems:
        assert problem.reason
        assert "\n" not in problem.reason


EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))  # raise it to search for longer
FUZZ = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FUZZ
@given(data=st.binary(max_size=600), suffix=st.sampled_from(sorted(SUFFIXES)))
def test_arbitrary_bytes_never_raise(data, suffix):
    check(data, "a" + suffix)


@FUZZ
@given(text=st.text(max_size=600), suffix=st.sampled_from(sorted(SUFFIXES)))
def test_arbitrary_text_never_raises(text, suffix):
    check(text.encode("utf-8", "surrogatepass"), "a" + suffix)


@FUZZ
@given(data=st.data(), suffix=st.sampled_from(sorted(SAMPLES)))
def test_mutated_pages_never_raise(data, suffix):
    mutated = bytearray(SAMPLES[suffix])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(mutated)))
        length = data.draw(st.integers(0, 40))
        mutated[at : at + length] = data.draw(st.binary(max_size=20))
    check(bytes(mutated), "a" + suffix)


@FUZZ
@given(st.lists(st.sampled_from([*MAIN, *FURNITURE, *related("seed"), "", "By Ida Holm", "Tags"])))
def test_shuffled_saved_pages_never_raise_and_lose_no_article(lines):
    source = "a.txt"
    result = read_bytes("\n".join(lines).encode(), source)
    assert result.articles or result.problems
    kept = "\n".join(f"{article.title}\n{article.text}" for article in result.articles)
    for sentence in (MAIN[1], MAIN[2]):
        assert sentence not in lines or sentence in kept


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean_text(clean_text(text)) == clean_text(text)
