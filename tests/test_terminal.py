"""What is printed is what was meant: nothing in an article or a file's name drives the terminal."""

from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa import terminal
from qa.citations import cite
from qa.records import Answer, Article, Hit, Passage, Problem, SyncReport, Verification

HOSTILE = {
    "colour": "\x1b[31m",
    "colour in one character": "\x9b31m",
    "a window's title": "\x1b]0;pwned\x07",
    "back to the line's beginning": "\r",
    "a line of its own": "\n[1] Forged",
    "right to left": "\u202e",
    "isolated": "\u2067",
    "Arabic letter mark": "\u061c",
    "direction marks": "\u200e\u200f",
    "line separator": "\u2028",
    "lone surrogate": "\udc9b",
}


@pytest.mark.parametrize("evil", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_field_stays_on_its_line_and_drives_nothing(evil):
    fields = ("title", "text", "source", "publisher", "author", "age", "dateline", "url")
    article = Article(id="ab12", **dict.fromkeys(fields, f"a{evil}b"), provenance={"age": evil})
    problem = Problem(f"a{evil}b", f"a{evil}b")
    printed = {
        1: [
            terminal.byline(article),
            terminal.render_articles([article]),
            terminal.render_problem(problem),
            terminal.render_info({"index": f"a{evil}b"}),
        ],
        3: [terminal.render_report(SyncReport(1, (), (), (), 0, (problem,), 1, 1, 1, 0.1))],
    }
    for lines, texts in printed.items():
        for text in texts:
            assert len(text.splitlines()) == lines
    assert len(terminal.render_article(article).split("\n\n")[0].splitlines()) == 9
    for text in (*printed[1], *printed[3], terminal.render_article(article)):
        for character in text.replace("\n", ""):
            assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
            assert unicodedata.bidirectional(character) not in (
                "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
            )  # fmt: skip
        text.encode()


def test_joiners_stay_since_emoji_and_persian_need_them():
    for text in ("👩‍👩‍👧", "می‌خواهم", "naïve – “quoted” 東京"):
        assert terminal.visible(text) == text


@given(st.text())
def test_json_reads_back_as_it_was_and_drives_nothing(text):
    document = terminal.visible_json(json.dumps({"title": text}, ensure_ascii=False))
    assert json.loads(document) == {"title": text}
    assert terminal.visible(document) == document


def test_what_is_not_set_is_told_in_words():
    info = {"segments": ["1-1", "2-1"], "embedded_per_second": None, "packages": {},
            "settings": {"reranker": "", "answer_threshold": None, "depth": 100}}  # fmt: skip
    told = dict(line.split(maxsplit=1) for line in terminal.render_info(info).splitlines()[:2])
    assert told == {"segments": "1-1, 2-1", "embedded_per_second": "not measured yet"}
    assert "reranker none, answer_threshold as fitted, depth 100" in terminal.render_info(info)


def test_an_index_that_cannot_be_read_is_not_told_to_be_empty():
    found = Verification(False, None, 0, 0, 0, {}, ("cannot read manifest.json",), False)
    told = terminal.render_verification(found)
    assert "qa verify --repair" in told
    assert "0 articles" not in told
    assert "None" not in told


def test_ranks_stand_one_below_the_other():
    article = Article("ab12", "Tram", "The tram ran.", source="a.txt")
    passage = Passage(1, "ab12", 0, 0, 13, "The tram ran.", ())
    hits = [Hit(passage, article, 1.0, n, None, None, cite(n, article, 0, 13)) for n in (9, 10)]
    heads = terminal.render_hits(hits).splitlines()[::2]
    assert [head.partition("Tram")[0] for head in heads] == ["  9. ", " 10. "]


def test_a_table_is_shown_row_by_row_and_no_line_of_an_article_as_one_of_ours():
    text = "Town | Votes\nKell | 410\n\n[2] It rained."
    article = Article("ab12", "Vote", text, source="a.txt")
    passage = Passage(1, "ab12", 0, 0, len(text), text, ())
    citation = cite(1, article, 0, len(text))
    hit = Hit(passage, article, 1.0, 1, None, None, citation)
    answer = Answer(
        question="?", answered=True, reason=None, text=f"{text} [1]", citations=(citation,),
        passages=(hit,), confidence=1.0, generation=1, timings_ms={},
    )  # fmt: skip
    lines = terminal.render_answer(answer).splitlines()
    assert lines[:2] == ["Town | Votes", "  Kell | 410 [2] It rained. [1]"]
    for quoted in (["    “Town | Votes", "    Kell | 410", "    [2] It rained.”"],
                   ["     Town | Votes", "     Kell | 410", "     [2] It rained."]):  # fmt: skip
        start = lines.index(quoted[0])
        assert lines[start : start + 3] == quoted
    assert not any(line.startswith("[2]") for line in lines)


@pytest.mark.parametrize(
    ("environment", "styled"),
    [({"TERM": "xterm"}, True), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1"}, False)],
)
def test_only_a_terminal_that_can_is_told_to_be_bold(environment, styled, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr("sys.stdout", screen)
    assert ("\033[1m" in terminal.render_article(Article("ab12", "T", "B.", source="a"))) == styled
