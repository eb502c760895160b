"""Citations and answers as other programs read them; lists of questions."""

from __future__ import annotations

import csv
import io
import json
import os
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string

from qa.citations import cite
from qa.cli import main
from qa.errors import InputError
from qa.exports import batch, documents, references
from qa.records import Answer, Article, Clue

ARTICLE = Article(
    id="aef0feb87b76",
    title="Storm: 50% off & {more} $1_000",
    text="It cost $1,000 & 50% more.\nSo they said.",
    source="storm.md",
    publisher="The & Courier",
    author="Petra van der Berg and Reuters",
    published_at=datetime(2024, 12, 3, tzinfo=UTC),
    url="https://example.org/a_(b)?x=1%20{2}",
    language="en",
)
CITED = cite(1, ARTICLE, 0, 26)


def answer(*citations, **changes):
    plain = Answer(
        question="=What did it cost?",
        answered=bool(citations),
        reason=None if citations else "the archive does not say",
        text=" ".join(f"{c.quote} [{c.number}]" for c in citations),
        citations=citations,
        passages=(),
        confidence=0.75,
        generation=3,
        timings_ms={},
    )
    return replace(plain, **changes)


def test_text_and_markdown():
    assert references.text(CITED) == (
        "“It cost $1,000 & 50% more.” — Petra van der Berg and Reuters, “Storm: 50% off & {more} "
        "$1_000”, The & Courier, 2024-12-03, https://example.org/a_(b)?x=1%20%7B2%7D."
    )
    told = references.markdown(CITED)
    assert told.startswith(
        "> It cost $1,000 &amp; 50% more.\n>\n> — Petra van der Berg and Reuters"
    )
    assert r"[Storm: 50% off &amp; {more} $1\_000](https://example.org/a_%28b%29?x=1" in told


def test_bibtex_is_read_as_written():
    entry = parse_string(references.bibtex(CITED), "bibtex").entries["berg2024aef0fe"]
    first, second = entry.persons["author"]
    assert (first.first_names, first.prelast_names, first.last_names) == (
        ["Petra"], ["van", "der"], ["Berg"],
    )  # fmt: skip
    assert second.last_names == ["{Reuters}"]
    assert entry.fields["title"] == (
        r"{Storm: 50\% off \& \textbraceleft{}more\textbraceright{} \$1\_000}"
    )
    assert (entry.fields["year"], entry.fields["month"], entry.fields["day"]) == (
        "2024", "12", "03",
    )  # fmt: skip
    assert "[characters 0--26]" in entry.fields["annote"]


@given(st.text(), st.text(), st.text(min_size=1))
def test_nothing_an_article_says_breaks_a_format(title, author, quote):
    article = replace(ARTICLE, title=title, author=author, text=quote, url=f"https://x/{title}")
    cited = cite(1, article, 0, len(quote))
    library = parse_string(references.bibtex(cited), "bibtex")
    assert len(library.entries) == 1
    assert json.loads(json.dumps(references.csl_json(cited)))["custom"]["quote"] == quote
    assert "\n" not in references.text(cited)
    assert all(line.startswith(">") for line in references.markdown(cited).split("\n"))
    (row,) = csv.DictReader(io.StringIO(documents.render(answer(cited), "csv")))
    assert row["quote"].removeprefix("'").splitlines() == quote.removeprefix("'").splitlines()


@pytest.mark.parametrize(
    ("author", "bibtex", "csl"),
    [
        ("The Associated Press", "{{The Associated Press}}", {"literal": "The Associated Press"}),
        ("BBC News", "{{BBC News}}", {"literal": "BBC News"}),
        ("Robert F. Kennedy, Jr.", "{Kennedy, Jr., Robert F.}",
         {"family": "Kennedy", "given": "Robert F.", "suffix": "Jr."}),
        ("John Smith III", "{Smith, III, John}",
         {"family": "Smith", "given": "John", "suffix": "III"}),
        ("JOHN SMITH", "{SMITH, JOHN}", {"family": "SMITH", "given": "JOHN"}),
        ("Karl-Theodor zu Guttenberg", "{zu Guttenberg, Karl-Theodor}",
         {"family": "zu Guttenberg", "given": "Karl-Theodor"}),
        ("Ana Paula do Carmo", "{do Carmo, Ana Paula}",
         {"family": "do Carmo", "given": "Ana Paula"}),
        ("The Editorial Board", "{{The Editorial Board}}", {"literal": "The Editorial Board"}),
        ("Ministry for Foreign Affairs", "{{Ministry for Foreign Affairs}}",
         {"literal": "Ministry for Foreign Affairs"}),
        ("Lindqvale & Co.", "{{Lindqvale \\& Co.}}", {"literal": "Lindqvale & Co."}),
    ],
)  # fmt: skip
def test_agencies_juniors_and_organisations(author, bibtex, csl):
    cited = cite(1, replace(ARTICLE, author=author), 0, 26)
    assert f"author = {bibtex}" in references.bibtex(cited)
    assert references.csl_json(cited)["author"] == [csl]


@pytest.mark.parametrize(
    ("author", "key"),
    [
        ("Jörg Müller", "muller2024aef0fe"),
        ("Lech Wałęsa", "walesa2024aef0fe"),
        ("Ana Núñez", "nunez2024aef0fe"),
        ("王小明", "article2024aef0fe"),
    ],
)
def test_a_key_is_the_name_without_its_accents(author, key):
    assert references.key(replace(ARTICLE, author=author)) == key


def test_a_quoted_line_begins_no_list():
    article = replace(ARTICLE, text="- a dash\n12. a number\n3 boats")
    quoted = references.markdown(cite(1, article, 0, len(article.text)))
    assert quoted.splitlines()[:3] == ["> \\- a dash", "> 12\\. a number", "> 3 boats"]


def test_csl_json():
    item = references.csl_json(CITED)
    assert item["type"] == "article-newspaper"
    assert item["author"] == [
        {"family": "van der Berg", "given": "Petra"},
        {"literal": "Reuters"},
    ]
    assert item["issued"] == {"date-parts": [[2024, 12, 3]]}
    assert item["custom"] == {"quote": CITED.quote, "start": 0, "end": 26}


def test_what_is_unknown_is_left_out():
    bare = replace(ARTICLE, author=None, publisher=None, published_at=None, language=None,
                   url="javascript:alert(1)", age="an hour ago")  # fmt: skip
    cited = cite(1, bare, 0, 26)
    assert references.text(cited).endswith("$1_000”, “an hour ago”.")
    assert set(references.csl_json(cited)) == {"id", "type", "title", "custom"}
    (entry,) = parse_string(references.bibtex(cited), "bibtex").entries.values()
    assert set(entry.fields) == {"title", "annote"}
    assert entry.key == "articlendaef0fe"
    assert "javascript" not in references.markdown(cited)


def test_answers_as_documents():
    told = answer(CITED, replace(CITED, number=2), understood=(Clue("publisher", "publisher *X*"),))
    rows = list(csv.DictReader(io.StringIO(documents.render(told, "csv"))))
    assert [row["n"] for row in rows] == ["1", "2"]
    assert rows[0]["question"] == "'=What did it cost?", "no spreadsheet runs it"
    assert rows[0]["start"] == "0"
    markdown = documents.render(told, "markdown")
    assert markdown.startswith("# =What did it cost?\n\n*Understood: publisher \\*X\\**")
    assert "`aef0feb87b76` characters 0–26 [1]" in markdown
    assert documents.render(told, "bibtex").count("@article") == 1, "one entry an article"
    assert len(json.loads(documents.render(told, "csl-json"))) == 1
    assert json.loads(documents.render(told, "json"))["citations"][0]["quote"] == CITED.quote
    nothing = answer()
    assert "**Not in this archive:** the archive does not say." in documents.markdown(nothing)
    assert documents.rows(nothing)[0]["answered"] == "no"
    with pytest.raises(InputError, match="format must be one of markdown"):
        documents.render(nothing, "docx")


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        (b"Who won, and why?\n\nWho lost?\n", [(1, "Who won, and why?", {}), (3, "Who lost?", {})]),
        (b"\xef\xbb\xbfQuestion\r\nWho?\r\n", [(2, "Who?", {})]),
        (b"id;question;publisher;As of\n7;Who, then?;AP;2025-01-02\n8;;;\n9;Why?;;",
         [(2, "Who, then?", {"publisher": "AP", "as_of": "2025-01-02"}), (4, "Why?", {})]),
        (b'question,after\n"Two\nlines, one question?",2024-01-01\nNext?,',
         [(2, "Two\nlines, one question?", {"after": "2024-01-01"}), (4, "Next?", {})]),
        ("question\tauthor\nWie groß?\tZoë".encode("utf-16"),
         [(2, "Wie groß?", {"author": "Zoë"})]),
        (b'When did it sink, and why?\nWhat did "Lowland Grid" admit, and when?\n"Kell" in June\n',
         [(1, "When did it sink, and why?", {}),
          (2, 'What did "Lowland Grid" admit, and when?', {}), (3, '"Kell" in June', {})]),
        (b'"When did it sink, and why?"\n"Who ""won""?"\n',
         [(1, "When did it sink, and why?", {}), (2, 'Who "won"?', {})]),
        (b"Before, who ran it?\nAfter that, who?\n",
         [(1, "Before, who ran it?", {}), (2, "After that, who?", {})]),
        (b"Question text,publisher\nWho?,AP\n", [(2, "Who?", {"publisher": "AP"})]),
        (b"\r\nquestion,publisher\nWho?,AP\n", [(3, "Who?", {"publisher": "AP"})]),
        (b"publisher;Frage\nAP;Wer?\n", [(2, "Wer?", {"publisher": "AP"})]),
        (b"sep=;\r\nquestion;publisher\r\nWho?;AP\r\n", [(3, "Who?", {"publisher": "AP"})]),
        (b"question,publisher\rWho?,AP\rWhy?,\r",
         [(2, "Who?", {"publisher": "AP"}), (3, "Why?", {})]),
        (b"question,published,lang,topic\nWho?,2025,en,tram\n", [(2, "Who?", {})]),
        (b'id, question, publisher\n1, "Who, then?", "AP"\n',
         [(2, "Who, then?", {"publisher": "AP"})]),
    ],
)  # fmt: skip
def test_lists_of_questions(data, asked):
    found = [
        (line.number, line.question, dict(line.options)) for line in batch.read_questions(data)
    ]
    assert found == asked


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "list of questions: empty"),
        (b"question\n\n", "no questions"),
        (b"%PDF-1.7", "list of questions: looks binary"),
        (b"Q?\n" * 5001, "5,001 questions; at most 5,000"),
        (b'question,publisher\n"Kell in June,AP\nWho?,AP\n', "line 2 .* no CSV: unexpected end"),
        (b'question,publisher\n"Kell" in June,AP\n', "line 2 .* each of them twice"),
        (b"question,publishers\nWho?,AP\n", "column 'publishers', which .* call it 'publisher'"),
        (b"question,asof\nWho?,2025-01-02\n", "column 'asof', .* call it 'as_of'"),
    ],
)
def test_what_is_no_list_of_questions_is_one_line(data, told):
    with pytest.raises(InputError, match=told):
        batch.read_questions(data)


def test_a_question_cut_at_its_comma_is_not_asked():
    def ask(question, **options):
        return answer(question=question)

    lines = batch.read_questions(b"question,publisher\nWho won, and why?,AP\nWho lost?,AP,\n")
    cut, whole = batch.ask_each(ask, lines, {})
    assert cut.error == (
        "more cells than the heading has; put cells that hold the separator into quotes"
    )
    assert (whole.error, whole.answer.question) == (None, "Who lost?")


def test_a_batch_from_the_command_line(archive, tmp_path, capsys):
    listed = tmp_path / "list.csv"
    listed.write_text(
        "question,after\nHow many homes lost power in Storm Brannoc?,\n"
        "What did the ferry hit?,soon\nWho won the chess match in Reykjavik?,2024-12-01\n",
        encoding="utf-8",
    )
    index = ["--index", str(archive.index.absolute())]
    assert main(["ask", "--batch", str(listed), *index]) == 1, "as `qa ask -` of such a line"
    out = capsys.readouterr().out
    assert "1 of 3 questions answered" in out
    assert "line 3: after must be a day like 2025-07-31" in out
    pack = tmp_path / "list.zip"
    with zipfile.ZipFile(pack) as found:
        assert set(found.namelist()) == {
            "evidence.csv", "evidence.md", "answers.jsonl", "references.bib",
        }  # fmt: skip
        rows = list(csv.DictReader(io.StringIO(found.read("evidence.csv").decode("utf-8-sig"))))
        answers = [json.loads(line) for line in found.read("answers.jsonl").splitlines()]
        markdown = found.read("evidence.md").decode()
    assert {row["line"]: row["answered"] for row in rows} == {"2": "yes", "3": "error", "4": "no"}
    first = next(row for row in rows if row["n"] == "1")
    article = archive.article(first["article"])
    assert article.text[int(first["start"]) : int(first["end"])] == first["quote"]
    assert [a.get("answered") for a in answers] == [True, None, False]
    assert [a["filters"] for a in answers] == [{}, {"after": "soon"}, {"after": "2024-12-01"}]
    assert [row["filters"] for row in rows if row["line"] == "4"] == ["after 2024-12-01"]
    assert markdown.count("*Looked only where: ") == 1
    assert "*Looked only where: after 2024-12-01*" in markdown
    assert "1 of 3 questions answered" in markdown
    assert list(tmp_path.glob(".*")) == [], "nothing half written is left"
    assert main(["ask", "--batch", str(tmp_path / "none.csv"), *index]) == 1
    assert (
        main(["ask", "--batch", str(listed), "--out", str(tmp_path / "x" / "y.zip"), *index]) == 1
    )
    assert main(["ask", "Who?", "--batch", str(listed), *index]) == 1
    assert capsys.readouterr().err.count("qa: ") == 3


def test_where_a_pack_cannot_go_nothing_is_asked(archive, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    index = ["--index", str(archive.index.absolute())]
    listed = tmp_path / "list.csv"
    listed.write_text("What did the ferry hit?\n", encoding="utf-8")
    assert main(["ask", "--batch", "list.csv", *index]) == 0
    before = (tmp_path / "list.zip").read_bytes()
    monkeypatch.setattr(batch, "ask_each", None)
    for rest, told in (
        (["list.csv", "--out", "."], "is a folder"),
        (["list.csv", "--out", str(tmp_path)], "is a folder"),
        (["list.csv", "--out", "list.csv"], "is the list itself"),
        (["."], "cannot read"),
        (["list.csv", "-k", "0"], "k must be at least 1"),
        (["list.csv", "--after", "soon"], "after must be a day"),
    ):
        assert main(["ask", "--batch", *rest, *index]) == 1
        assert told in capsys.readouterr().err
    os.mkfifo("pipe")
    assert main(["ask", "--batch", "list.csv", "--out", "pipe", *index]) == 1
    assert "pipe is no file" in capsys.readouterr().err

    def full(**_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(batch.tempfile, "TemporaryFile", full)
    assert main(["ask", "--batch", "list.csv", *index]) == 1
    assert "cannot write list.zip: Read-only file system" in capsys.readouterr().err
    assert listed.read_text(encoding="utf-8") == "What did the ferry hit?\n"
    assert (tmp_path / "list.zip").read_bytes() == before


def test_a_pack_goes_where_a_link_leads(tmp_path):
    kept, link = tmp_path / "kept.zip", tmp_path / "link.zip"
    kept.touch()
    link.symlink_to(kept)
    batch.write_pack(link, [batch.Outcome(batch.Line(1, "Who?"), answer())])
    assert link.is_symlink()
    assert zipfile.is_zipfile(kept)


def test_a_batch_as_json(archive, tmp_path, capsys):
    listed = tmp_path / "list.csv"
    listed.write_text("question,after\nWhat did the ferry hit?,\nWho won?,soon\n")
    index = ["--index", str(archive.index.absolute())]
    assert main(["ask", "--batch", str(listed), "--json", *index]) == 1
    [line] = capsys.readouterr().out.splitlines()
    told = json.loads(line)
    assert (told["questions"], told["asked"], told["answered"]) == (2, 2, 1)
    assert told["evidence"] == str(tmp_path / "list.zip")
    [error] = told["errors"]
    assert (error["line"], error["question"]) == (3, "Who won?")


def test_formats_from_the_command_line(archive, capsys):
    index = ["--index", str(archive.index.absolute())]
    question = "How many homes lost power in Storm Brannoc?"
    for form, begins in (("markdown", "# How many"), ("csv", "question,"), ("bibtex", "@article{"),
                         ("csl-json", "["), ("json", "{")):  # fmt: skip
        assert main(["ask", question, "--format", form, *index]) == 0
        assert capsys.readouterr().out.startswith(begins)


def test_json_holds_every_character_whatever_the_encoding(archive, monkeypatch):
    index = ["--index", str(archive.index.absolute())]
    question = "What did the ferry hit?"
    quotes = [citation.quote for citation in archive.ask(question).citations]
    assert any("—" in quote for quote in quotes)
    for form in ("json", "csl-json"):
        out = io.BytesIO()
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(out, "latin-1"))
        assert main(["ask", question, "--format", form, *index]) == 0
        told = json.loads(out.getvalue())
        cited = told["citations"] if form == "json" else [item["custom"] for item in told]
        assert {each["quote"] for each in cited} <= set(quotes)


def test_a_list_is_given_as_many_passages_as_asked_and_no_format(archive, tmp_path, capsys):
    listed = tmp_path / "list.txt"
    listed.write_text("What is known of the ferry?\n", encoding="utf-8")
    index = ["--index", str(archive.index.absolute())]
    with pytest.raises(SystemExit):
        main(["ask", "--batch", str(listed), "--format", "csv", *index])
    assert "--format is for one question" in capsys.readouterr().err
    assert main(["ask", "--batch", str(listed), "-k", "2", *index]) == 0
    with zipfile.ZipFile(tmp_path / "list.zip") as pack:
        [told] = [json.loads(line) for line in pack.read("answers.jsonl").splitlines()]
    assert len(told["passages"]) == 2


def test_an_interrupted_batch_leaves_what_was_answered(archive, tmp_path, monkeypatch):
    listed = tmp_path / "list.csv"
    listed.write_text("What did the ferry hit?\nWho led the inquiry?\n", encoding="utf-8")
    each = batch.ask_each

    def interrupted(*args, **named):
        yield next(each(*args, **named))
        raise KeyboardInterrupt

    monkeypatch.setattr(batch, "ask_each", interrupted)
    index = ["--index", str(archive.index.absolute())]
    assert main(["ask", "--batch", str(listed), *index]) == 130
    with zipfile.ZipFile(tmp_path / "list.zip") as pack:
        assert len(pack.read("answers.jsonl").splitlines()) == 1
