"""Putting files into a corpus: `qa add`, its preview, and what is stated of a file."""

from __future__ import annotations

import errno
import io
import json
import os
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from qa import cli
from qa.errors import IndexWriteError, InputError
from qa.files import adding
from qa.files.held import Held
from qa.files.scanning import scan
from qa.reading import Stated, preview, read_bytes, read_file, statements
from qa.reading.statements import NAME, Statements, mark, record
from qa.reading.workers import ToRead, shared

from .test_html import LD, ld, page
from .test_saved_page import FURNITURE, MAIN, related

BODY = "The lamp on Gull Point will be lit in June. It has been dark since 1974."
CAPTURED = Stated(captured=datetime(2025, 8, 3, tzinfo=UTC), captured_by="--captured")


@pytest.fixture
def corpus(tmp_path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_copied_under_a_safe_name_and_never_over_another(tmp_path, corpus):
    first = write(tmp_path / "a" / "Ünsafe name!.TXT", f"Lamp lit\n\n{BODY}")
    second = write(tmp_path / "b" / "Ünsafe name!.TXT", f"Lamp out\n\n{BODY}")
    names = [name for _, name in adding.files_of([first])]
    assert names == ["Unsafe-name.txt"]
    held = Held(corpus)
    assert adding.add(first, names[0], held).stored_as == "Unsafe-name.txt"
    assert adding.add(second, names[0], held).stored_as == "Unsafe-name-2.txt"
    again = adding.add(first, names[0], held)
    assert (again.stored_as, again.new) == ("Unsafe-name.txt", False)
    inside = adding.add(corpus / "Unsafe-name.txt", "x.txt", held)
    assert (inside.stored_as, inside.new) == ("Unsafe-name.txt", False)
    assert sorted(each.name for each in corpus.iterdir()) == [
        "Unsafe-name-2.txt", "Unsafe-name.txt",
    ]  # fmt: skip


def test_folders_keep_their_shape_and_links_are_not_followed(tmp_path, corpus):
    top = tmp_path / "my wire"
    write(top / "2025" / "!!" / "lamp.txt", BODY)
    write(top / ".hidden" / "lamp.txt", BODY)
    write(top / "picture.png", "x")
    (top / "loop").symlink_to(top)
    assert [name for _, name in adding.files_of([top])] == ["my-wire/2025/folder/lamp.txt"]
    (corpus / "my-wire").symlink_to(tmp_path)
    with pytest.raises(InputError, match="leads out of the corpus"):
        adding.keep(top / "2025" / "!!" / "lamp.txt", "my-wire/lamp.txt", corpus)
    with pytest.raises(InputError, match="no file or folder"):
        list(adding.files_of([tmp_path / "none"]))


def test_a_link_out_of_a_folder_is_told_and_not_added(tmp_path, corpus, capsys):
    secret = write(tmp_path / "secret.txt", f"Secret\n\n{BODY}")
    folder = tmp_path / "wire"
    inside = write(folder / "lamp.txt", f"Lamp lit\n\n{BODY} Truly.")
    (folder / "out.txt").symlink_to(secret)
    (folder / "within.txt").symlink_to(inside)
    rest = ("--corpus", corpus, "--index", tmp_path / "index")
    _, out = run(capsys, "add", "--preview", "--json", folder, *rest)
    lines = {Path(line["source"]).name: line for line in map(json.loads, out.splitlines())}
    assert lines["lamp.txt"]["title"] == lines["within.txt"]["title"] == "Lamp lit"
    assert "leads out of the folder" in lines["out.txt"]["problems"][0]
    code, out = run(capsys, "add", folder, *rest)
    assert code == 0
    assert "out.txt: not added" in out
    assert not list(corpus.rglob("out*"))
    assert "added as out.txt" in run(capsys, "add", folder / "out.txt", *rest)[1]


def test_of_a_folder_only_articles_are_added(tmp_path, corpus, capsys):
    write(corpus / "lamp.txt", f"Lamp lit\n\n{BODY}")
    write(corpus / "README.md", f"# About this folder\n\n{BODY} It is read of here.")
    write(corpus / "~$lamp.docx", "\x05Ada")  # Word has it open
    rest = ("--corpus", corpus, "--index", tmp_path / "index")
    for preview_only in (["--preview"], []):
        code, out = run(capsys, "add", *preview_only, corpus, *rest)
        assert (code, "lamp.txt: 1 article" in out) == (0, True)
        assert "README" not in out
        assert "~$" not in out
    assert "1 article in 1 passage" in out


def test_what_holds_no_article_is_refused(tmp_path, corpus):
    refused = adding.add(write(tmp_path / "empty.txt", ""), "empty.txt", Held(corpus))
    assert (refused.stored_as, refused.problems[0].reason) == (None, "empty")
    assert list(corpus.iterdir()) == []


def test_what_is_stated_stays_stated(tmp_path, corpus):
    text = "\n".join([*MAIN, *FURNITURE, *related("seed")])
    path = write(tmp_path / "page.txt", text)
    assert all(a.published_at is None for a in read_file(path, "page.txt").articles)
    with Held(corpus) as held:
        added = adding.add(path, "page.txt", held, CAPTURED)
    assert added.stored_as == "page.txt"
    [source] = scan(corpus, tmp_path / "index", {}, lambda _: None).added
    read = read_file(source.path, source.name, source.stated)
    dated = [a for a in read.articles if a.age]
    days = {a.published_at.date().isoformat() for a in dated}
    assert days == {"2025-08-02", "2025-08-03"}
    assert dated[0].provenance["published_at"] == f"{dated[0].age} on 2025-08-03 (reading.toml)"
    # What is stated is part of what a sync compares.
    known = {source.name: (source.digest, source.status)}
    (corpus / NAME).unlink()
    assert scan(corpus, tmp_path / "index", known, lambda _: None).changed


def test_statements_of_a_corpus(corpus):
    record(corpus, {'odd "name".csv': Stated(columns={"text": "Inhalt"}, url="https://a.example/")})
    record(corpus, {"page.txt": CAPTURED})
    statements = Statements.load(corpus)
    assert statements.of('odd "name".csv').columns == {"text": "Inhalt"}
    assert statements.of("page.txt").captured == CAPTURED.captured
    assert mark(statements.of("other.txt")) == ""
    write(corpus / NAME, '["wire/*"]\ncaptured = 2025-08-03T10:00:00\n')
    assert Statements.load(corpus).of("wire/a.txt").captured == datetime(2025, 8, 3, 10, tzinfo=UTC)
    for text, told in (
        ("[broken", "cannot read"), ('["a"]\nauthor = "x"', "may say"), ("a = 1", "may say"),
        ('["a"]\ncaptured = "soon"', "is no day"), ('["a"]\ncaptured = 2999-01-01', "the future"),
        ('["a".columns]\nno = "x"', "no column"),
        ('["a"]\ncolumns = "Body"', "are no table"), ('["a"]\nurl = 5', "is no text"),
    ):  # fmt: skip
        write(corpus / NAME, text)
        with pytest.raises(InputError, match=told):
            Statements.load(corpus)


def test_statements_may_begin_with_a_byte_order_mark(corpus):
    write(corpus / NAME, '\ufeff["page.txt"]\ncaptured = 2025-08-03\n')
    assert Statements.load(corpus).of("page.txt").captured == CAPTURED.captured
    record(corpus, {"page.txt": Stated(url="https://a.example/")})
    assert Statements.load(corpus).of("page.txt") == Stated(url="https://a.example/")


def test_columns_of_other_names():
    rows = json.dumps([{"Titel": "Lamp", "Inhalt": BODY, "text": "an advert"}, {"Inhalt": ""}])
    stated = Stated(columns={"text": "Inhalt", "title": "titel"})
    result = read_bytes(rows.encode(), "a.json", stated)
    assert [(a.title, a.text) for a in result.articles] == [("Lamp", BODY)]
    assert "no text" in result.problems[0].reason


def test_a_preview_says_what_is_understood_and_left_out():
    seen = preview(page(ld(LD), "<p class='byline'>By Ida Byline</p>"), "lamp.html")
    [line] = seen.as_json()
    assert set(line) == {
        "source", "part", "title", "publisher", "author", "published_at", "url", "language",
        "text", "provenance", "problems",
    }  # fmt: skip
    assert (line["source"], line["part"], line["title"]) == ("lamp.html", 0, "Lamp from JSON")
    assert line["provenance"]["published_at"] == "json-ld"
    assert "© 2025 Harbour Star. All rights reserved." in " ".join(seen.dropped)
    assert not any(kept in line["text"] for kept in seen.dropped)
    text = "\n".join([*MAIN, *FURNITURE, *related("seed")])
    seen = preview(text.encode(), "page.txt")
    assert set(seen.dropped) >= {"Hashtags"}
    [line] = preview(b"", "empty.txt").as_json()
    assert (line["part"], line["text"], line["problems"]) == (None, None, ["empty"])


def test_entries_of_a_menu_are_left_out_one_by_one():
    menu = "<nav><a href='/'>Home</a><a href='/s'>Sport</a><span>Search</span><button>Go</button>"
    seen = preview(page("", f"{menu}</nav><p>L<b>amp</b>s were lit.</p>"), "lamp.html")
    assert set(seen.dropped) >= {"Home", "Sport", "Search", "Go"}


def test_a_name_in_the_corpus_is_taken_at_once(tmp_path, corpus, monkeypatch):
    lamp = write(tmp_path / "lamp.txt", BODY)
    write(corpus / "lamp.txt", "Another.")

    def killed(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", killed)
        assert adding.keep(lamp, "lamp.txt", corpus) == "lamp-2.txt"
    assert (corpus / "lamp-2.txt").read_text(encoding="utf-8") == BODY

    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refused)  # as FAT does
    assert adding.keep(lamp, "lamp.txt", corpus) == "lamp-3.txt"
    assert (corpus / "lamp-3.txt").read_text(encoding="utf-8") == BODY
    assert len(list(corpus.iterdir())) == 3


def run(capsys, *arguments: str | Path) -> tuple[int, str]:
    code = cli.main([str(each) for each in arguments])
    return code, capsys.readouterr().out


def test_the_command(tmp_path, corpus, capsys, monkeypatch):
    good = write(tmp_path / "in" / "lamp.txt", f"Lamp lit\n\n{BODY}")
    write(tmp_path / "in" / "bad.html", "")
    rest = ("--corpus", corpus, "--index", tmp_path / "index")
    code, out = run(capsys, "add", "--preview", "--json", tmp_path / "in", *rest)
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert [(line["title"], bool(line["problems"])) for line in lines] == [
        (None, True), ("Lamp lit", False),
    ]  # fmt: skip
    assert not list(corpus.iterdir())
    code, out = run(capsys, "add", "--preview", good, *rest)
    assert "title      Lamp lit  (header)" in out

    code, out = run(capsys, "add", tmp_path / "in", *rest)
    assert (code, (corpus / "in" / "lamp.txt").exists()) == (0, True)
    assert f"{tmp_path / 'in' / 'bad.html'}: not added" in out, "which of several of that name"
    assert "1 article in 1 passage" in out

    stdin = io.TextIOWrapper(io.BytesIO(page()), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", stdin)
    code, out = run(capsys, "add", "-", "--json", *rest)
    assert (code, json.loads(out)["files"][0]["stored_as"]) == (0, "stdin.html")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["x.txt", "--captured", "soon"], "2025-08-03"),
        (["x.txt", "--captured", "2999-01-01"], "lies in the future"),
        (["x.txt", "--captured", f"{datetime.now(UTC) + timedelta(days=9)}"], "in the future"),
        (["x.txt", "--captured", "1066-10-14"], "is no day"),
        (["x.txt", "--column", "text"], "has no ="),
        (["x.txt", "--column", "colour=red"], "the fields are title"),
        (["x.txt", "--name", "y.txt"], "qa add -"),
        (["none.txt"], "no file or folder none.txt"),
    ],
)
def test_what_cannot_be_done_is_told(arguments, told, capsys):
    assert cli.main(["add", *arguments]) == 1
    assert told in capsys.readouterr().err


def test_links_out_of_the_corpus_and_names_that_clash(tmp_path, corpus):
    secret = write(tmp_path / "secret.txt", BODY)
    inside = write(corpus / "lamp.txt", BODY)
    (corpus / "out.txt").symlink_to(secret)
    (corpus / "in.txt").symlink_to(inside)
    write(corpus / "caf\\xe9.txt", BODY)
    write(corpus / "two\nlines.txt", BODY)
    Path(os.fsdecode(os.fsencode(corpus) + b"/caf\xe9.txt")).write_text("Another lamp was lit.")
    found = {each.name: each for each in scan(corpus, tmp_path / "index", {}, lambda _: None).added}
    [twin] = [name for name in found if "~" in name]
    assert set(found) == {"lamp.txt", "out.txt", "in.txt", "caf\\xe9.txt", "two\nlines.txt", twin}
    assert twin.endswith(".txt")
    assert "leads out of the corpus" in found["out.txt"].refused
    read = list(shared().read(ToRead(s.path, s.name, s.stated, s.refused) for s in found.values()))
    assert [bool(result.articles) for result in read] == [name != "out.txt" for name in found]


def test_a_corpus_that_is_empty_all_at_once_is_not_believed(tmp_path, corpus, make_archive):
    archive = make_archive(tmp_path / "index")
    write(corpus / "lamp.txt", BODY)
    archive.sync(corpus)
    (corpus / "lamp.txt").unlink()
    with pytest.raises(InputError, match="--allow-empty"):
        archive.sync(corpus)
    assert len(archive.articles()) == 1
    assert archive.sync(corpus, allow_empty=True).deleted == ("lamp.txt",)
    archive.close()


def test_the_next_command_names_the_same_index(tmp_path, capsys):
    index = tmp_path / "my index"
    assert cli.main(["ask", "who", "--index", str(index)]) == 1
    assert f"qa index --index '{index}'" in capsys.readouterr().err
    file = write(tmp_path / "a.txt", BODY)
    assert cli.main(["serve", "--corpus", str(file)]) == 1
    assert "is not a folder" in capsys.readouterr().err


def test_what_is_stated_anew_takes_the_place_of_what_was(corpus):
    write(
        corpus / NAME,
        '# by hand\n["a.txt"]\n\ncaptured = 2025-01-01\n\n# of the wire\n["wire/*"]\nurl = "u"',
    )
    record(corpus, {"a.txt": CAPTURED})
    record(corpus, {"b.txt": CAPTURED})
    record(corpus, {"b.txt": Stated(url="https://b.example/")})
    statements = Statements.load(corpus)
    assert statements.of("a.txt").captured == CAPTURED.captured
    assert (statements.of("b.txt").url, statements.of("b.txt").captured) == (
        "https://b.example/", None,
    )  # fmt: skip
    assert statements.of("wire/x.csv").url == "u"
    assert (corpus / NAME).read_text().startswith('# by hand\n\n# of the wire\n["wire/*"]')
    # Said in a way that is not taken apart here: told, and nothing is changed.
    said = '["c.csv".columns]\ntext = "Inhalt"\n'
    write(corpus / NAME, said)
    with pytest.raises(InputError, match=r"c\.csv"):
        record(corpus, {"c.csv": Stated(columns={"text": "Text"})})
    assert (corpus / NAME).read_text() == said


def test_what_is_stated_of_a_folder_is_written_once(tmp_path, corpus, monkeypatch):
    wire = tmp_path / "wire"
    wire.mkdir()
    for number in range(2_000):
        (wire / f"{number:04}.txt").write_text(f"Lamp {number}\n\nIt was lit.\n")
    write(corpus / NAME, '["by-hand/*"]\nurl = "https://a.example/"\n')
    done = Counter()

    def counting(name: str, real):
        def counted(*arguments):
            done[name] += 1
            return real(*arguments)

        return counted

    for module, name in ((statements, "_append"), (Path, "replace"), (statements.tomllib, "loads")):
        monkeypatch.setattr(module, name, counting(name, getattr(module, name)))

    files = list(adding.files_of([wire]))
    with Held(corpus) as held:
        assert all(adding.add(*file, held, CAPTURED).new for file in files)
        done["replace"] = 0  # of the files themselves
    assert done["_append"] == 1
    assert done["loads"] == 2  # what was there at the start, and at the end
    stated = Statements.load(corpus)
    assert stated.of("wire/1999.txt").captured == CAPTURED.captured
    assert len(stated.by_pattern) == 2_001
    with Held(corpus) as held:
        assert not any(adding.add(*file, held, CAPTURED).new for file in files[:50])
    assert (done["_append"], done["replace"]) == (1, 0)  # it is said already
    later = Stated(captured=datetime(2025, 8, 4, tzinfo=UTC))
    with Held(corpus) as held:
        for _, name in files:
            held.state(name, later)
    assert (done["_append"], done["replace"]) == (1, 1)
    stated = Statements.load(corpus)
    assert {stated.of(f"wire/{n:04}.txt").captured for n in range(2_000)} == {later.captured}
    assert stated.of("by-hand/a.txt").url == "https://a.example/"


def test_adding_that_is_interrupted_states_what_was_added(tmp_path, corpus, monkeypatch):
    files = [write(tmp_path / f"{n}.txt", f"Lamp {n}\n\n{BODY}") for n in range(3)]
    with pytest.raises(KeyboardInterrupt), Held(corpus) as held:
        adding.add(files[0], "0.txt", held, CAPTURED)
        raise KeyboardInterrupt
    assert list(Statements.load(corpus).by_pattern) == ["0.txt"]
    # Killed, with a file there of which nothing is said: adding it once more says it.
    assert adding.add(files[1], "1.txt", Held(corpus), CAPTURED).new
    with Held(corpus) as held:
        assert not adding.add(files[1], "1.txt", held, CAPTURED).new
    assert list(Statements.load(corpus).by_pattern) == ["0.txt", "1.txt"]
    # A disk that is full takes a part of it, which would leave a file that cannot be read.
    said = (corpus / NAME).read_text()

    real = Path.open

    class Full(io.FileIO):
        def write(self, data) -> int:
            return super().write(data[:20])

    def opened(path: Path, mode: str = "r", *rest, **options):
        return Full(path, "ab") if mode == "ab" else real(path, mode, *rest, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", opened)
        with pytest.raises(IndexWriteError, match="No space left"), Held(corpus) as held:
            adding.add(files[2], "2.txt", held, CAPTURED)
    assert (corpus / NAME).read_text() == said


def test_names_beyond_the_basic_plane_are_stated(corpus):
    record(corpus, {"\U0001f4f0 \x7f.txt": CAPTURED})
    record(corpus, {"\U0001f4f0 \x7f.txt": Stated(url="https://a.example/\U0001f4f0")})
    [known] = Statements.load(corpus).by_pattern.values()
    assert (known.url, known.captured) == ("https://a.example/\U0001f4f0", None)


def test_what_no_sync_reads_is_not_there_already(tmp_path, corpus, make_archive):
    lamp = write(tmp_path / "lamp.txt", f"Lamp lit\n\n{BODY}")
    (corpus / "lamp.txt").symlink_to(lamp)
    about = write(corpus / "README.md", f"# About the lamp\n\n{BODY} It is read of here.")
    hidden = write(corpus / ".qa-deleted" / "files" / "1" / "out.txt", f"Lamp out\n\n{BODY} Not.")
    with Held(corpus) as held:
        for path in (lamp, about, hidden):
            for new, name in ((True, adding.safe_name(path.name)), (False, "x.txt")):
                added = adding.add(path, name, held)
                assert (added.new, added.articles) == (new, 1)
    archive = make_archive(tmp_path / "index")
    report = archive.sync(corpus)
    assert (report.articles, [p.source for p in report.problems]) == (3, ["lamp.txt"])
    archive.close()


def test_a_twin_whose_name_is_not_utf_8_is_stated_by_the_name_it_is_read_under(tmp_path, corpus):
    text = f"Lamp lit\n\n{BODY}"
    twin = Path(os.fsdecode(os.fsencode(corpus) + b"/caf\xe9.txt"))
    twin.write_text(text)
    for path in (twin, write(tmp_path / "cafe.txt", text)):
        with Held(corpus) as held:
            added = adding.add(path, "cafe.txt", held, CAPTURED)
        assert (added.stored_as, added.new) == ("caf\\xe9.txt", False)
        [source] = scan(corpus, tmp_path / "index", {}, lambda _: None).added
        assert source.stated.captured == CAPTURED.captured


def test_killed_while_a_file_is_copied_no_sync_reads_half_of_it(tmp_path, corpus, monkeypatch):
    path = write(tmp_path / "lamp.txt", f"Lamp lit\n\n{BODY}")
    copy, seen = adding.shutil.copyfile, []

    def look(*arguments):
        copy(*arguments)
        seen.append(scan(corpus, tmp_path / "index", {}, lambda _: None).added)

    monkeypatch.setattr(adding.shutil, "copyfile", look)
    assert adding.keep(path, "lamp.txt", corpus) == "lamp.txt"
    assert seen == [()]
    assert [each.name for each in corpus.iterdir()] == ["lamp.txt"]
    assert (corpus / "lamp.txt").read_bytes() == path.read_bytes()

    def full(_path, target):
        target.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(adding.shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space"):
        adding.keep(path, "lamp.txt", corpus)
    assert [each.name for each in corpus.iterdir()] == ["lamp.txt"]


def test_two_that_state_at_once_lose_nothing(corpus):
    record(corpus, {"a.txt": CAPTURED, "b.txt": CAPTURED})
    days = [datetime(2025, 8, day, tzinfo=UTC) for day in range(1, 21)]

    def state(name: str) -> None:
        for day in days:
            record(corpus, {name: Stated(captured=day), f"{name}-{day.day}": CAPTURED})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(state, ["a.txt", "b.txt"]))
    stated = Statements.load(corpus)
    assert (stated.of("a.txt").captured, stated.of("b.txt").captured) == (days[-1], days[-1])
    assert len(stated.by_pattern) == 42


def test_a_file_named_on_a_mac_is_stated_by_the_name_that_is_typed(corpus):
    for pattern in ("Zürich.txt", "Zü*.txt"):
        typed, named = (unicodedata.normalize(form, pattern) for form in ("NFC", "NFD"))
        for said, asked in ((typed, named), (named, typed)):
            write(corpus / NAME, f'["{said}"]\ncaptured = 2025-08-03\n')
            name = asked.replace("*", "rich")
            assert Statements.load(corpus).of(name).captured == CAPTURED.captured
