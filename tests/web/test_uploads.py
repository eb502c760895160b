"""Uploads are kept under safe names, and nothing is overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import reading
from qa.errors import InputError
from qa.files.adding import safe_name
from qa.reading import Preview
from qa.serving.uploaded import PREVIEW_CHARS, PREVIEWED, understood
from qa.serving.uploads import Sent, Upload, look, store

TEXT = "A headline\nBy Ada Quill\nThe Paper | 2 March 2025\n\nSomething happened in the harbour.\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def store_one(sent: Sent, corpus: Path) -> Upload:
    [stored] = store([sent], corpus)
    return stored


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("story.txt", "story.txt"),
        ("Story One.TXT", "Story-One.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.md", "boot.md"),
        ("/absolute/path.html", "path.html"),
        (".hidden.txt", "hidden.txt"),
        ("...txt", "article.txt"),
        (".txt", "article.txt"),
        ("Ünï ÇØdé.md", "Uni-Cde.md"),
        ("<img src=x onerror=alert(1)>.html", "img-src-x-onerror-alert-1.html"),
        ("README.md", "article-README.md"),
        ("con.txt", "article-con.txt"),
        ("日本.jsonl", "article.jsonl"),
        ("a" * 300 + ".txt", "a" * 80 + ".txt"),
        ("", "article"),
    ],
)
def test_safe_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@given(st.text(max_size=120))
def test_any_name_becomes_a_plain_visible_one(name: str) -> None:
    safe = safe_name(name + ".txt")
    assert set(safe) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    assert not safe.startswith((".", "-"))
    assert Path(safe).name == safe
    assert safe.endswith(".txt")


def test_an_article_is_stored(tmp_path: Path, corpus: Path) -> None:
    stored = store_one(Sent("my story.txt", as_bytes(TEXT)), corpus)
    assert (stored.name, stored.stored_as, stored.new, stored.articles) == (
        "my story.txt", "my-story.txt", True, 1,
    )  # fmt: skip
    assert (corpus / "my-story.txt").read_text() == TEXT
    assert reading.read_file(corpus / "my-story.txt", "my-story.txt").articles


def test_other_content_gets_another_name(tmp_path: Path, corpus: Path) -> None:
    store_one(Sent("story.txt", as_bytes(TEXT)), corpus)
    second = store_one(Sent("story.txt", as_bytes(TEXT + "\nMore of it.\n")), corpus)
    assert second.stored_as == "story-2.txt"
    assert (corpus / "story.txt").read_text() == TEXT


def test_the_same_content_is_kept_once(tmp_path: Path, corpus: Path) -> None:
    (corpus / "sub").mkdir()
    (corpus / "sub" / "first.txt").write_text(TEXT)
    again = store_one(Sent("second.txt", as_bytes(TEXT)), corpus)
    assert (again.stored_as, again.new) == ("sub/first.txt", False)
    assert [file.name for file in corpus.rglob("*.txt")] == ["first.txt"]


def test_a_link_in_the_way_is_not_followed(tmp_path: Path, corpus: Path) -> None:
    outside = tmp_path / "outside.txt"
    (corpus / "story.txt").symlink_to(outside)
    assert store_one(Sent("story.txt", as_bytes(TEXT)), corpus).stored_as == "story-2.txt"
    assert not outside.exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("slides.key", b"%KEY-1.7 \x00\x01", "unknown kind of file"),
        ("slides.pdf", b"%PDF-1.7 \x00\x01", "not a PDF, or cut off"),
        ("feed.jsonl", b"{broken\n", ""),
        ("empty.txt", b"", ""),
    ],
)
def test_what_cannot_be_read_is_refused(
    tmp_path: Path, corpus: Path, name: str, content: bytes, reason: str
) -> None:
    refused = store_one(Sent(name, as_bytes(content)), corpus)
    assert (refused.stored_as, refused.articles) == (None, 0)
    assert refused.problems
    assert reason in refused.problems[0].reason
    assert list(corpus.iterdir()) == []


def test_half_readable_files_are_kept_with_their_problems(tmp_path: Path, corpus: Path) -> None:
    feed = '{"title": "One", "text": "It happened in the harbour on Monday."}\n{broken\n'
    stored = store_one(Sent("feed.jsonl", as_bytes(feed)), corpus)
    assert (stored.stored_as, stored.articles) == ("feed.jsonl", 1)
    assert [problem.line for problem in stored.problems] == [2]


def test_a_preview_shows_whole_words_and_counts_all_that_is_left_out() -> None:
    for text, end in (
        ("Something happened in the harbour.", "in the harbour."),
        ("The harbour is busy. " * 40, " …"),
        ("港湾" * 400, "港湾 …"),
    ):
        seen = look(Sent("a.txt", as_bytes(f"A headline\n\n{text}\n")))
        shown = understood("a.txt", seen, lambda _: [])["articles"][0]["text"]
        assert shown.endswith(end)
        assert text.startswith(shown.removesuffix(" …"))
        assert len(shown) <= PREVIEW_CHARS + 2
        assert shown.removesuffix(" …").split()[-1] in text.split() or " " not in text
    left_out = tuple(map(str, range(PREVIEWED + 7)))
    told = understood("a.txt", Preview("a.txt", (), (), left_out), lambda _: [])
    assert (len(told["left_out"]), told["left_out_count"]) == (PREVIEWED, PREVIEWED + 7)


def test_no_corpus_is_made_on_the_way(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a folder"):
        store_one(Sent("story.txt", as_bytes(TEXT)), tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
