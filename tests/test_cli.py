"""The command line against odd input: one clear line, the right exit code, and no traceback."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa import retriever
from qa.archive import Archive
from qa.cli import main
from qa.commands import shared

QUESTIONS = "What hit the pier?\nWhat will the tram cost?\n\nWhat hit the pier?\n"
EMPTY = "the question is empty; try: qa "


def qa(*arguments: str | bytes, cwd: Path, stdin: bytes = b"", **environment: str):
    """Run `qa` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "qa.cli", *arguments],
        input=stdin,
        capture_output=True,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent), **environment},
        timeout=120,
    )


@pytest.fixture(scope="module")
def index(archive) -> str:
    return str(archive.index.absolute())


def test_questions_from_standard_input_load_the_model_once(index, embedder, monkeypatch, capsys):
    loaded = []
    monkeypatch.setattr(
        retriever, "load_embedder", lambda model: (loaded.append(model), embedder)[1]
    )
    monkeypatch.setattr("sys.stdin", io.StringIO(QUESTIONS))
    assert main(["ask", "--json", "-", "--index", index]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [a["question"] for a in answers] == QUESTIONS.split("\n")[:-1]
    assert [a["answered"] for a in answers] == [True, True, False, True]
    assert loaded == ["all-MiniLM-L6-v2"]


def test_index_as_json(tmp_path, write_corpus, capsys):
    corpus = write_corpus({
        "a.txt": "Tram opens\n\nThe tram opened on Monday in Northfield.\n",
        "rows.jsonl": b'{"title": "A", "text": "A tram ran."}\n{broken\n',
    })  # fmt: skip
    command = ["index", "--json", "--corpus", str(corpus), "--index", str(tmp_path / "index")]
    reports = []
    for _ in range(2):
        assert main(command) == 0
        [line] = capsys.readouterr().out.splitlines()
        reports.append(json.loads(line))
    first, second = reports
    assert set(first) == {
        "generation", "added", "changed", "deleted", "unchanged", "problems", "articles",
        "passages", "embedded", "seconds",
    }  # fmt: skip
    assert first["added"] == ["a.txt", "rows.jsonl"]
    assert first["articles"] == first["passages"] == first["embedded"] == 2
    [problem] = first["problems"]
    assert (problem["source"], problem["line"]) == ("rows.jsonl", 2)
    assert problem["reason"]
    assert (second["added"], second["unchanged"], second["embedded"]) == ([], 2, 0)
    assert second["problems"] == first["problems"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["ask", ""], f"{EMPTY}ask "),
        (["ask", " ", "\t"], f"{EMPTY}ask "),
        (["search", ""], f"{EMPTY}search "),
        (["ask", "-k", "0", "ferry"], "k must be at least 1, not 0"),
        (["ask", "--after", "yesterday", "ferry"], "must be a day like 2025-07-31"),
        (["search", "--before", "2025-02-30", "ferry"], "must be a day like 2025-07-31"),
        (["show", "zz"], "` lists them"),
        (["ask", "ferry", "--index", "absent"], "run: qa index"),
        (["ask", "ferry", "--index", "file"], "run: qa index"),
        (["index", "--corpus", "file"], "--corpus DIR"),
        (["index", "--corpus", "absent"], "--corpus DIR"),
        (["index", "--index", "file"], "--index DIR"),
        (["ask", "ferry", "--settings", "absent.toml"], "--settings FILE"),
        (["ask", "ferry", "--settings", "broken.toml"], "--settings FILE"),
        (["ask", "ferry", "--settings", "bytes.toml"], "--settings FILE"),
        (["ask", "ferry", "--settings", "unknown.toml"], "unknown.toml: unknown setting 'modell'"),
        (["ask", "ferry", "--settings", "short.toml"], "short.toml: passage_words must be"),
        (["ask", "ferry", "--index", "a\n\x1b[31m\u202eb"], "a \ufffd[31m\ufffdb; run: qa index"),
        (["ask", "a\udcffb"], "not valid Unicode"),
        (["ask", "ferry", "--index", "odd"], "CURRENT is a folder and should be a file; move it"),
        (["index", "--index", "odd"], "move it away and run: qa index"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    arguments, expected, index, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "odd" / "CURRENT").mkdir(parents=True)
    for name, content in {
        "file": b"", "broken.toml": b'model = "', "bytes.toml": b'model = "\xff"',
        "unknown.toml": b"modell = 1", "short.toml": b"passage_words = 3",
    }.items():  # fmt: skip
        (tmp_path / name).write_bytes(content)
    if "--index" not in arguments and arguments[0] != "index":
        arguments = [*arguments, "--index", index]
    assert main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("qa: ")
    assert printed.err.count("\n") == 1
    assert expected in printed.err


@pytest.mark.parametrize(
    "arguments",
    [[], ["nosuch"], ["ask"], ["ask", "-k", "x", "ferry"], ["ask", "ferry", "--index", ""],
     ["index", "--corpus", " "], ["serve", "--port", "80x"], ["add", ""],
     ["add", "--preview", "a.txt", " "], ["ask", "ferry", "--out", "pack.zip"],
     ["ask", "ferry", "--json", "--format", "csv"], ["ask", "ferry", "--publisher", ""],
     ["search", "ferry", "--as-of", " "]],
)  # fmt: skip
def test_wrong_usage_is_2(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: " in capsys.readouterr().err


def test_an_option_that_is_none_is_told_with_where_to_look(capsys):
    with pytest.raises(SystemExit):
        main(["ask", "ferry", "--pubisher", "AP"])
    said = "unrecognized arguments: --pubisher AP; see: qa ask --help\n"
    assert capsys.readouterr().err.endswith(said)


@pytest.mark.parametrize("question", ["ferry pier " * 10_000, "fer\0ry \x1b[31mpier", "\ufeffpier"])
def test_any_text_can_be_asked(question, index, capsys):
    assert main(["ask", "--index", index, question]) in (0, 3)
    printed = capsys.readouterr()
    assert "\x1b" not in printed.out
    assert printed.err == ""


def test_a_reader_that_goes_away_is_no_error(index, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", "ask", "-", "--index", index],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    process.stdout.close()
    _, told = process.communicate(QUESTIONS.encode(), timeout=120)
    assert (process.returncode, told) == (0, b"")


@pytest.mark.parametrize("command", [["index"], ["add", "a.txt", "b.txt"]])
def test_a_sync_goes_on_where_nobody_reads(command, tmp_path):
    for folder in (tmp_path, tmp_path / "corpus"):
        folder.mkdir(exist_ok=True)
        for name in ("a", "b") if folder == tmp_path or command == ["index"] else ():
            (folder / f"{name}.txt").write_text(f"Tram {name}\n\nTram {name} ran on Monday.\n")
    process = subprocess.Popen(
        [sys.executable, "-m", "qa.cli", *command],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
    )  # fmt: skip
    process.stdout.close()
    _, told = process.communicate(timeout=120)
    assert (process.returncode, told) == (0, b"")
    assert len(Archive.open(tmp_path / "index").articles()) == 2


def test_the_next_command_is_about_the_same_archive(index, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.toml").write_text("passage_words = 60")
    mine = ["--index", index, "--settings", "my.toml"]
    assert main(["ask", "ferry", *mine]) == 1
    assert f"run: qa index {' '.join(mine)}\n" in capsys.readouterr().err
    assert main(["show", "zz", "--index", index]) == 1
    assert f"`qa articles --index {index}` lists them" in capsys.readouterr().err


def test_an_id_may_be_given_as_it_is_printed(archive, index, capsys):
    first = archive.articles()[0]
    assert main(["show", f"#{first.id}", "--index", index]) == 0
    assert main(["show", first.id.upper(), "--index", index]) == 0
    assert first.title in capsys.readouterr().out


def test_output_that_cannot_be_written_is_not_blamed_on_the_index(
    tmp_path, write_corpus, monkeypatch, capsys
):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    corpus = write_corpus({"a.txt": "Lamp lit\n\nThe lamp was lit on Monday."})
    command = ["index", "--corpus", str(corpus), "--index", str(tmp_path / "index")]
    with monkeypatch.context() as patched:
        patched.setattr(shared, "print_lines", full)
        patched.setattr(shared, "drop_output", lambda: None)
        assert main(command) == 1
    told = capsys.readouterr().err
    assert "cannot write the output: No space left on device" in told
    assert main(command) == 0


def test_pages_and_lists_that_do_not_go_together(index, capsys):
    for asked, told in (
        (["--limit", "0"], "limit must be at least 1 and below 2^63, not 0"),
        (["--offset", "-1"], "offset must be at least 0 and below 2^63, not -1"),
        (["--counts", "--limit", "1"], "--counts counts all that match"),
        (["--counts", "--problems"], "name one of them"),
    ):
        assert main(["articles", *asked, "--index", index]) == 1
        assert told in capsys.readouterr().err
    assert main(["articles", "--offset", "9999", "--index", index]) == 0
    assert capsys.readouterr().out.startswith("none: --offset 9999 leaves out all ")


def test_a_name_is_refused_before_a_password_is_typed(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("qa.commands.serving._password", None)
    assert main(["user", "add", "a b", "--auth", str(tmp_path / "users.json")]) == 1
    assert "a user's name is letters" in capsys.readouterr().err


def test_a_full_disk_is_told_in_one_line(index, tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "qa.cli", "articles", "--index", index],
            stdout=full, stderr=subprocess.PIPE, check=False, timeout=120,
            cwd=Path(__file__).parent.parent,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(b"qa: the system refused: ")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("locale", [
    {"LC_ALL": "C"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "ascii"},
    {"PYTHONIOENCODING": "latin-1"},
])  # fmt: skip
def test_any_locale_can_be_printed_in(locale, index, tmp_path):
    told = qa("articles", "--index", index, cwd=tmp_path, **locale)
    assert (told.returncode, told.stderr) == (0, b"")
    assert len(told.stdout.splitlines()) == 41
    as_json = qa("articles", "--json", "--index", index, cwd=tmp_path, **locale)
    assert as_json.returncode == 0
    assert any("—" in article["text"] for article in json.loads(as_json.stdout))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8:strict", "utf-8:surrogateescape"])
def test_a_line_that_is_no_text_is_named(encoding, index, tmp_path):
    stdin = b"What hit the pier?\nfer\xffry\n"
    done = qa("ask", "--json", "-", "--index", index, cwd=tmp_path, stdin=stdin,
              PYTHONIOENCODING=encoding)  # fmt: skip
    assert done.returncode == 1
    assert [json.loads(line)["answered"] for line in done.stdout.splitlines()] == [True]
    assert done.stderr.startswith(b"qa: line 2 of standard input is not utf-8 text")
    assert done.stderr.count(b"\n") == 1


def test_a_name_that_the_archive_lacks_is_answered_by_those_it_has(index, capsys):
    for command in (["search", "ferry"], ["articles"]):
        main([*command, "--publisher", "Observer", "--index", index])
        told = capsys.readouterr().out
        assert "no article passes the filters (publisher Observer)" in told
        assert "the archive has: publisher Vale Observer (sample)" in told
    main(["articles", "nosuchword", "--publisher", "Vale Observer (sample)", "--index", index])
    assert capsys.readouterr().out == "no article matches\n"
    main(["search", "publisher:vale", "--index", index])
    assert "nothing found: the question only says where to look" in capsys.readouterr().out


def test_verdicts_from_a_pipe_end_their_lines(index, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\n"))
    assert main(["judge", "What hit the pier?", "-k", "2", "--index", index]) == 0
    assert "q ends: \n2/2  " in capsys.readouterr().out


def test_stories_and_problems_are_listed_whole(index, capsys):
    refused = (
        ["--stories", "--publisher", "AP"],
        ["--problems", "ferry"],
        ["--stories", "--limit", "5"],
        ["--problems", "--offset", "2"],
        ["--stories", "--sort", "title"],
    )
    for asked in refused:
        assert main(["articles", *asked, "--index", index]) == 1
        assert "leave out words and filters" in capsys.readouterr().err


def test_a_verdict_that_is_no_text_is_told(index, tmp_path):
    done = qa("judge", "--index", index, cwd=tmp_path, stdin=b"fer\xffry\n",
              PYTHONIOENCODING="utf-8")  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(b"qa: standard input is not utf-8 text")
    assert done.stderr.count(b"\n") == 1


def test_streams_that_are_closed(index, tmp_path):
    command = f'"{sys.executable}" -m qa.cli'
    for line, code in {
        f"{command} show --index '{index}' zz >&-": 1,
        f"{command} search --index '{index}' ferry >&-": 0,
        f"{command} ask --index '{index}' - <&-": 1,
        f"{command} judge --index '{index}' ferry <&-": 1,
    }.items():
        done = subprocess.run(
            ["/bin/sh", "-c", line], capture_output=True, check=False, timeout=120,
            cwd=Path(__file__).parent.parent,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert done.stderr.count(b"\n") == code, done.stderr


def test_standard_error_that_is_closed(index):
    command = f'"{sys.executable}" -m qa.cli'
    for line, code in {
        f"{command} show --json --index '{index}' zz 2>&-": 1,
        f"{command} verify --index '{index}' 2>&-": 0,  # which draws a progress bar
    }.items():
        done = subprocess.run(
            ["/bin/sh", "-c", line], stdout=subprocess.PIPE, check=False, timeout=120,
            cwd=Path(__file__).parent.parent,
        )  # fmt: skip
        assert done.returncode == code
        assert (done.stdout == b"") == (code == 1)


class Keyboard(io.StringIO):
    """Standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stdin", "expected"),
    [
        (None, "standard input is closed; write: qa user add NAME < password.txt"),
        (Keyboard(), "no password was typed; run the command again"),
        (io.TextIOWrapper(io.BytesIO(b"p\xe4sswordlong\n"), "utf-8"), "is not utf-8 text"),
    ],
)
def test_a_password_that_cannot_be_had_is_one_line(stdin, expected, tmp_path, monkeypatch, capsys):
    def ended(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("sys.stdin", stdin)
    monkeypatch.setattr("getpass.getpass", ended)
    assert main(["user", "add", "ada", "--auth", str(tmp_path / "users.json")]) == 1
    assert expected in capsys.readouterr().err.strip("\n").removeprefix("qa: ")
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_questions_may_come_from_standard_input(index, tmp_path):
    listed = b"question;k\r\nWho led the ferry inquiry?;1\r\n\r\n"
    command = ["ask", "--batch", "-", "--index", index, "--json"]
    told = qa(*command, cwd=tmp_path, stdin=listed)
    assert (told.returncode, told.stdout) == (1, b"")
    assert b"say where the pack goes: --out" in told.stderr
    done = qa(*command, "--out", "pack.zip", cwd=tmp_path, stdin=listed)
    assert json.loads(done.stdout)["questions"] == 1
    assert (tmp_path / "pack.zip").is_file()
    assert not (tmp_path / "-").exists()


@pytest.mark.parametrize("module", ["argparse", "qa.commands.shared", "qa.commands.asking"])
def test_ctrl_c_while_modules_are_imported_is_one_line(module, tmp_path):
    code = (
        "import sys\n"
        "class Interrupt:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}: raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupt())\n"
        "from qa.cli import main\n"
        "sys.exit(main(['ask', 'ferry']))"
    )
    root = str(Path(__file__).parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": root}, timeout=120,
    )  # fmt: skip
    assert done.returncode == 130
    assert done.stderr.startswith(b"qa: interrupted")
    assert done.stderr.count(b"\n") == 1
