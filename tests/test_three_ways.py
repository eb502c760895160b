"""The three ways in, end to end on the sample corpus: Python, the command line, `--json`."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa import Archive, InputError, Retriever
from qa.cli import main

ROOT = Path(__file__).parent.parent
REFERENCE = {
    "id", "revision", "title", "publisher", "author", "published_at", "url", "source", "later",
    "later_than", "date_confidence",
}  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    Archive.build(ROOT / "corpus", folder).close()
    return folder


@pytest.fixture(scope="module")
def sample(index):
    archive = Archive.open(index)
    yield archive
    archive.close()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many people were injured when the ferry struck the pier?", "Fourteen people"),
        ("What will the Northfield tram line cost?", "$287 million"),
        ("Why was the Europa Clipper launch postponed?", "Hurricane Milton"),
    ],
)
def test_an_answer_quotes_the_article(sample, question, expected):
    answer = sample.ask(question)
    assert answer.answered
    assert answer.reason is None
    assert any(expected in citation.quote for citation in answer.citations)
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        assert citation.quote == citation.article.text[citation.start : citation.end]
    assert answer.text.startswith(f"{answer.citations[0].quote} [1]")
    assert {"embed", "search", "answer", "total"} == set(answer.timings_ms)


@pytest.mark.parametrize(
    ("question", "filters", "reason"),
    [
        ("What is the capital of Peru?", {}, "no article has: capital, Peru; check the spelling"),
        ("Who is it?", {}, "only common words"),
        ("", {}, "the question is empty"),
        ("What hit the pier?", {"publisher": "Nobody"}, "no article passes the filters"),
    ],
)
def test_what_the_archive_does_not_hold_is_said_with_a_reason(sample, question, filters, reason):
    answer = sample.ask(question, **filters)
    assert not answer.answered
    assert reason in answer.reason
    assert answer.citations == ()
    assert answer.text == ""


@pytest.mark.parametrize(
    "question",
    [
        " ".join(f"zz{n}xyq" for n in range(100)),
        "How do I bake sourdough bread? " * 10,
    ],
)
def test_a_long_question_is_not_answered_for_its_length(sample, question):
    assert not sample.ask(question).answered


def test_filters_apply_before_ranking(sample):
    [hit] = sample.search("ferry", k=1, publisher="meridian science desk (SAMPLE)")
    assert hit.article.publisher == "Meridian Science Desk (sample)"
    day = date(2025, 1, 14)
    assert {h.article.published_at.date() for h in sample.search("ferry", 99, after=day)} >= {day}
    for hit in sample.search("ferry", k=99, before="2025-01-14"):
        assert hit.article.published_at.date() < day
    for hit in sample.search("ferry", k=99, author="LINDQVALE"):
        assert "Lindqvale" in hit.article.author


def test_more_is_asked_for_than_there_is(sample):
    hits = sample.search("ferry", k=10**9, all_copies=True)
    assert len(hits) == sample.info()["passages"]
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)


@pytest.mark.parametrize("bad", [{"k": 0}, {"after": "July"}, {"before": "2025-13-01"}])
def test_unusable_requests_are_known_errors(index, bad):
    with pytest.raises(InputError):
        Retriever.open(index).search("ferry", **bad)


def test_an_open_reader_sees_a_new_generation(tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    reader = Archive.build(corpus, tmp_path / "index")
    assert reader.search("lighthouse") == []
    assert "archive is empty" in reader.ask("Who painted the lighthouse?").reason
    (corpus / "a.txt").write_text(
        "Lighthouse gets new paint\n\nTova Brandt painted the lighthouse at Kell Point in May.\n"
    )
    Archive.build(corpus, tmp_path / "index").close()
    assert "Tova Brandt" in reader.ask("Who painted the lighthouse?").text
    (corpus / "a.txt").unlink()
    reader.sync(corpus, allow_empty=True)
    assert reader.search("lighthouse Tova Brandt") == []


TEXT = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"),
    min_size=1,
    max_size=300,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(bodies=st.lists(TEXT, min_size=1, max_size=4), question=TEXT)
def test_every_citation_slices_back(tmp_path_factory, make_archive, bodies, question):
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "corpus").mkdir()
    lines = [json.dumps({"title": f"Article {n}", "text": body}) for n, body in enumerate(bodies)]
    (folder / "corpus" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")
    archive = make_archive(folder / "index")
    archive.sync(folder / "corpus")
    stored = {article.id: article.text for article in archive.articles()}
    answer = archive.ask(question, k=50)
    for citation in [*answer.citations, *(hit.citation for hit in answer.passages)]:
        assert citation.quote == stored[citation.article.id][citation.start : citation.end]
        assert citation.quote.strip()
    archive.close()


def test_ask_as_json(index, capsys):
    assert main(["ask", "What hit the pier?", "--json", "--index", str(index)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {
        "question", "answered", "reason", "answer", "confidence", "citations", "passages",
        "generation", "timings_ms", "understood", "parts", "differing", "facts",
    }  # fmt: skip
    citation, passage = document["citations"][0], document["passages"][0]
    assert set(citation) == {"corrected", "n", "quote", "start", "end", "page", "article"}
    assert set(citation["article"]) == REFERENCE
    assert set(passage) == {
        "rank", "text", "start", "end", "score", "lexical_rank", "dense_rank", "article", "also_in",
    }  # fmt: skip


def test_ask_reads_questions_from_standard_input(index, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\ufeffWhat hit the pier?\n\nCapital of Peru?\n"))
    assert main(["ask", "--json", "-", "--index", str(index)]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [a["answered"] for a in answers] == [True, False, False]
    assert answers[0]["question"] == "What hit the pier?", "without the byte order mark"
    assert answers[1]["reason"] == "the question is empty"


@pytest.mark.parametrize("form", [["--json"], []])
def test_a_line_that_cannot_be_asked_stops_none_of_the_others(index, capsys, monkeypatch, form):
    lines = "x publisher:Nobody\nWhat hit the pier?\nferry after:soon\n"
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert main(["ask", *form, "-", "--index", str(index)]) == 1
    printed = capsys.readouterr()
    told = printed.err.splitlines()
    assert [line.split("; ")[0] for line in told] == [
        "qa: line 1: the archive has no publisher 'Nobody'",
        "qa: line 3: after: must be a day, month or year like 2025-07-31, 2025-07 or 2025, not "
        "'soon'",
    ]
    if form:
        first, second, third = map(json.loads, printed.out.splitlines())
        assert set(first) == set(third) == {"question", "error"}
        assert (first["question"], second["answered"]) == ("x publisher:Nobody", True)
    else:
        assert "Skerrin Lass" in printed.out


def test_options_that_no_line_can_be_asked_with_are_told_once(index, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("ferry\nferry\n"))
    assert main(["ask", "--json", "-", "-k", "0", "--index", str(index)]) == 1
    assert capsys.readouterr() == ("", "qa: k must be at least 1, not 0\n")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["ask", "What hit the pier?"], 0),
        (["ask", "What is the capital of Peru?"], 3),
        (["ask", " "], 1),
        (["ask", "ferry", "--after", "July"], 1),
        (["search", "ferry", "-k", "2"], 0),
        (["search", "ferry", "--publisher", "Nobody"], 3),
        (["articles"], 0),
        (["articles", "--json"], 0),
        (["articles", "--problems"], 0),
        (["info"], 0),
        (["info", "--json"], 0),
        (["show", "zzz"], 1),
    ],
)
def test_exit_codes(index, capsys, arguments, code):
    assert main([*arguments, "--index", str(index)]) == code
    printed = capsys.readouterr()
    assert printed.out if code != 1 else printed.err.startswith("qa: ")
    assert printed.err.count("\n") == (code == 1)


def test_show_prints_the_article_with_its_fields(index, sample, capsys):
    article = next(a for a in sample.articles() if a.author == "Petra Lindqvale")
    assert main(["show", article.id[:6], "--index", str(index)]) == 0
    printed = capsys.readouterr().out
    assert article.title in printed
    assert "Petra Lindqvale" in printed


def test_index_lists_what_it_cannot_read(tmp_path, capsys):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "good.txt").write_text("Tram opens\n\nThe tram opened on Monday in Northfield.\n")
    (corpus / "binary.txt").write_bytes(b"\x00\x01\x02" * 100)
    (corpus / "rows.jsonl").write_text('{"title": "A", "text": "A tram ran."}\n{broken\n')
    options = ["--index", str(tmp_path / "index")]
    assert main(["index", "--corpus", str(corpus), *options]) == 0
    assert "2 articles" in capsys.readouterr().out
    main(["articles", "--problems", *options])
    listed = capsys.readouterr().out
    assert "binary.txt" in listed
    assert "rows.jsonl:2" in listed


def test_a_hostile_title_does_not_drive_the_terminal(tmp_path, capsys):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    row = {"title": "Red \x1b[31m alert \x07", "text": "The lighthouse was painted red in May."}
    (corpus / "a.jsonl").write_text(json.dumps(row))
    options = ["--index", str(tmp_path / "index")]
    main(["index", "--corpus", str(corpus), *options])
    main(["articles", *options])
    main(["search", "lighthouse", *options])
    assert "\x1b" not in capsys.readouterr().out


def test_no_index_is_one_line_with_the_next_step(tmp_path, capsys):
    assert main(["ask", "anything", "--index", str(tmp_path)]) == 1
    assert "run: qa index" in capsys.readouterr().err


def test_wrong_usage_is_2(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["ask"])
    assert stopped.value.code == 2


@pytest.mark.parametrize("code", ["import qa", "import qa.cli; qa.cli._parser().format_help()"])
def test_import_and_help_load_nothing_heavy(code):
    heavy = "{'torch', 'transformers', 'sentence_transformers', 'faiss', 'gradio', 'numpy'}"
    probe = f"{code}\nimport sys\nprint(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
