"""Deleting articles and bringing them back, in files of their own and in files of several."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.archive import Archive
from qa.cli import main
from qa.errors import ArticleNotFoundError, IndexWriteError, InputError
from qa.files import deletions
from qa.files.deletions import FOLDER, delete, deleted
from qa.milvus.address import Location
from qa.settings import Settings

STORY = "{title}\nBy Ada Quill\nThe Paper | 2 March 2025\n\nSomething happened in {title}.\n"
WIRE = ("Mill", "Pond", "Quay")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "alone.txt").write_text(STORY.format(title="Lighthouse"))
    write_wire(folder, WIRE)
    return folder


def write_wire(folder: Path, titles: tuple[str, ...]) -> None:
    lines = [{"title": f"{t} news", "text": f"The {t} was painted {t} green."} for t in titles]
    (folder / "wire.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture
def archive(corpus: Path, place: Location) -> Archive:
    return Archive.build(corpus, place, Settings())


def titles(archive: Archive) -> set[str]:
    return {article.title for article in archive.articles()}


def find(archive: Archive, title: str) -> str:
    return next(article.id for article in archive.articles() if article.title == title)


def test_a_file_of_one_article_is_put_away_and_comes_back(corpus: Path, archive: Archive) -> None:
    path = corpus / "sub" / "alone.txt"
    before = path.read_bytes(), find(archive, "Lighthouse")
    done = archive.delete(before[1][:6], corpus)
    assert (done.title, done.source) == ("Lighthouse", "sub/alone.txt")
    assert not path.exists()
    assert "Lighthouse" not in titles(archive)
    assert archive.search("lighthouse", publisher="The Paper") == []
    assert archive.verify().ok

    path.write_text(STORY.format(title="Another"))
    with pytest.raises(InputError, match="another file now"):
        archive.restore(done.id, corpus)
    assert [entry.id for entry in deleted(corpus)] == [done.id]
    path.unlink()
    archive.restore(done.id[:5], corpus)
    assert (path.read_bytes(), find(archive, "Lighthouse")) == before
    assert deleted(corpus) == []
    with pytest.raises(ArticleNotFoundError, match="qa restore"):
        archive.restore(done.id, corpus)


def test_an_article_among_others_is_left_out_until_it_is_restored(
    corpus: Path, archive: Archive
) -> None:
    content = (corpus / "wire.jsonl").read_bytes()
    done = archive.delete(find(archive, "Pond news"), corpus)
    assert done.kept_as is None
    assert (corpus / "wire.jsonl").read_bytes() == content
    assert titles(archive) == {"Lighthouse", "Mill news", "Quay news"}
    assert archive.sync(corpus).unchanged == 2, "nothing is read again for it"

    write_wire(corpus, ("Oak", "Mill", "Pond"))  # elsewhere in the file; others beside it
    archive.sync(corpus)
    assert titles(archive) == {"Lighthouse", "Oak news", "Mill news"}
    anew = Archive.build(corpus, corpus.parent / "other", Settings())
    assert titles(anew) == titles(archive)

    archive.restore(done.id, corpus)
    assert "Pond news" in titles(archive)
    assert archive.verify().ok


def test_the_last_of_a_file_is_put_away_with_it(corpus: Path, archive: Archive) -> None:
    gone = [archive.delete(find(archive, f"{t} news"), corpus) for t in WIRE]
    assert [entry.kept_as is None for entry in gone] == [True, True, False]
    assert not (corpus / "wire.jsonl").exists()
    for entry in reversed(gone):
        archive.restore(entry.id, corpus)
    assert len(titles(archive)) == 4


def test_from_the_command_line(
    corpus: Path, archive: Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--corpus", str(corpus), "--index", str(archive.index)]
    article_id = find(archive, "Lighthouse")
    assert main(["delete", article_id, *where]) == 0
    assert f"undo: qa restore {article_id} --index {archive.index} --corpus {corpus}\n" in (
        capsys.readouterr().out
    )
    assert main(["restore", *where]) == 0
    assert "sub/alone.txt: its file was put away" in capsys.readouterr().out
    assert main(["restore", article_id, *where, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Lighthouse"
    assert main(["delete", "ffff", *where]) == 1
    assert "no article has the id" in capsys.readouterr().err
    assert main(["delete", article_id, *where]) == main(["restore", article_id, *where]) == 0
    assert capsys.readouterr().out.endswith(f"{article_id}  Lighthouse  (sub/alone.txt)\n")
    assert main(["restore", "--corpus", str(corpus / "absent")]) == 1
    assert "absent is not a folder" in capsys.readouterr().err


def test_a_damaged_list_stops_a_sync_with_one_line(corpus: Path, archive: Archive) -> None:
    (corpus / FOLDER).mkdir()
    (corpus / FOLDER / "deleted.jsonl").write_text("{broken\n")
    with pytest.raises(InputError, match="mend it or move it away"):
        archive.sync(corpus)


def test_another_folder_is_no_corpus_of_this_index(
    corpus: Path, archive: Archive, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "another.txt").write_text(STORY.format(title="Another"))
    lighthouse = archive.article(find(archive, "Lighthouse"))
    with pytest.raises(InputError, match=r"holds no sub/alone.txt; .*--corpus DIR"):
        archive.delete(lighthouse.id, other)
    assert "Lighthouse" in titles(archive)
    assert deleted(other) == []


def test_what_was_deleted_is_restored_in_any_order(corpus: Path, archive: Archive) -> None:
    first, second, last = (archive.delete(find(archive, f"{t} news"), corpus) for t in WIRE)
    archive.restore(first.id, corpus)
    assert titles(archive) == {"Lighthouse", "Mill news"}
    archive.restore(last.id, corpus)
    assert titles(archive) == {"Lighthouse", "Mill news", "Quay news"}
    archive.restore(second.id, corpus)
    assert len(titles(archive)) == 4
    assert deleted(corpus) == []


def test_what_cannot_be_noted_stays(
    corpus: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(deletions, "replacing", full)
        with pytest.raises(IndexWriteError, match="No space left"):
            archive.delete(find(archive, "Lighthouse"), corpus)
    assert (corpus / "sub" / "alone.txt").is_file()
    assert "Lighthouse" in titles(archive)
    assert deleted(corpus) == []


def test_one_deletion_lets_no_emptied_corpus_pass(corpus: Path, archive: Archive) -> None:
    archive.delete(find(archive, "Lighthouse"), corpus)
    (corpus / "wire.jsonl").rename(corpus.parent / "wire.jsonl")
    with pytest.raises(InputError, match="--allow-empty"):
        archive.sync(corpus)
    assert len(titles(archive)) == 3


def test_a_name_with_a_line_end_of_another_kind(corpus: Path, archive: Archive) -> None:
    (corpus / "odd\u2028name.txt").write_text(STORY.format(title="Odd"))
    archive.sync(corpus)
    done = archive.delete(find(archive, "Odd"), corpus)
    assert [entry.source for entry in deleted(corpus)] == ["odd\u2028name.txt"]
    archive.restore(done.id, corpus)
    assert "Odd" in titles(archive)


def test_what_its_file_no_longer_says_is_not_told_as_deleted(
    corpus: Path, archive: Archive
) -> None:
    pond = find(archive, "Pond news")
    (corpus / "wire.jsonl").write_text((corpus / "wire.jsonl").read_text().replace("green", "red"))
    with pytest.raises(InputError, match="has changed since it was indexed"):
        archive.delete(pond, corpus)
    assert deleted(corpus) == []
    archive.sync(corpus)
    assert archive.delete(pond, corpus).id == pond
    assert titles(archive) == {"Lighthouse", "Mill news", "Quay news"}


def test_where_others_moved_in_its_file_the_article_meant_is_deleted(
    corpus: Path, archive: Archive
) -> None:
    pond = find(archive, "Pond news")
    write_wire(corpus, ("Inn", *WIRE))
    archive.delete(pond, corpus)
    assert titles(archive) == {"Lighthouse", "Inn news", "Mill news", "Quay news"}


def test_a_link_is_put_away_and_comes_back(corpus: Path, archive: Archive) -> None:
    (corpus / "link.txt").symlink_to(Path("sub", "alone.txt"))
    archive.sync(corpus)
    link = next(article for article in archive.articles() if article.source == "link.txt")
    archive.delete(link.id, corpus)
    assert not (corpus / "link.txt").is_symlink()
    archive.restore(link.id, corpus)
    assert archive.article(link.id).source == "link.txt"


def test_nothing_is_restored_into_a_file_that_is_gone(corpus: Path, archive: Archive) -> None:
    pond = archive.delete(find(archive, "Pond news"), corpus)
    wire = (corpus / "wire.jsonl").rename(corpus.parent / "wire.jsonl")
    with pytest.raises(InputError, match=r"holds no wire.jsonl any more"):
        archive.restore(pond.id, corpus)
    wire.rename(corpus / "wire.jsonl")
    archive.restore(pond.id, corpus)
    assert len(titles(archive)) == 4


def test_the_list_is_readable_to_whoever_could_read_it(corpus: Path, archive: Archive) -> None:
    archive.delete(find(archive, "Pond news"), corpus)
    noted = corpus / FOLDER / "deleted.jsonl"
    (corpus / "new").touch()
    assert noted.stat().st_mode == (corpus / "new").stat().st_mode
    noted.chmod(0o664)
    archive.delete(find(archive, "Mill news"), corpus)
    assert noted.stat().st_mode & 0o777 == 0o664


def test_a_deletion_that_no_sync_could_follow_is_taken_up(corpus: Path, archive: Archive) -> None:
    article = archive.article(find(archive, "Lighthouse"))
    done = delete(corpus, article, alone=True)  # and another process writes the index
    assert delete(corpus, article, alone=True) == done
    assert archive.delete(article.id, corpus) == done
    assert deleted(corpus) == [done]
    assert "Lighthouse" not in titles(archive)


def rename(corpus: Path, to: str) -> Path:
    (corpus / to).parent.mkdir(parents=True, exist_ok=True)
    return (corpus / "wire.jsonl").rename(corpus / to)


WITHOUT_POND = {"Lighthouse", "Mill news", "Quay news"}


@pytest.mark.parametrize("to", ["a.jsonl", "zz.jsonl", "old/2025/wire.jsonl", "WIRE.jsonl"])
def test_a_deletion_goes_along_with_its_file(corpus: Path, archive: Archive, to: str) -> None:
    pond = archive.delete(find(archive, "Pond news"), corpus)
    rename(corpus, to)
    archive.sync(corpus)
    assert titles(archive) == WITHOUT_POND
    assert [(each.id, each.source) for each in deleted(corpus)] == [(pond.id, to)]
    assert archive.sync(corpus).unchanged == 2, "nothing is read again for it"
    assert titles(Archive.build(corpus, corpus.parent / "other", Settings())) == WITHOUT_POND
    (corpus / to).rename(corpus / "wire.jsonl")
    archive.sync(corpus)
    assert titles(archive) == WITHOUT_POND
    archive.restore(pond.id, corpus)
    assert titles(archive) == WITHOUT_POND | {"Pond news"}
    assert deleted(corpus) == []
    assert archive.verify().ok


def test_a_deletion_goes_along_with_a_file_that_is_renamed_and_changed(
    corpus: Path, archive: Archive
) -> None:
    archive.delete(find(archive, "Pond news"), corpus)
    rename(corpus, "old.jsonl").unlink()
    write_wire(corpus, ("Inn", *WIRE))
    rename(corpus, "old.jsonl")
    write_wire(corpus, ("Oak",))  # the next day's, under the name of the one before
    archive.sync(corpus)
    assert titles(archive) == WITHOUT_POND | {"Inn news", "Oak news"}
    assert [each.source for each in deleted(corpus)] == ["old.jsonl"]
    assert archive.sync(corpus).unchanged == 3, "nothing is read again for it"


def test_a_deletion_finds_its_file_for_an_index_made_anew(corpus: Path, archive: Archive) -> None:
    archive.delete(find(archive, "Pond news"), corpus)
    rename(corpus, "old.jsonl")
    assert titles(Archive.build(corpus, corpus.parent / "other", Settings())) == WITHOUT_POND


@pytest.mark.parametrize("anew", [False, True])
def test_a_deletion_finds_its_file_that_was_edited_and_gone_for_a_sync(
    corpus: Path, archive: Archive, anew: bool
) -> None:
    archive.delete(find(archive, "Pond news"), corpus)
    write_wire(corpus, ("Inn", *WIRE))
    archive.sync(corpus)
    (corpus / "wire.jsonl").rename(corpus.parent / "away.jsonl")
    archive.sync(corpus)
    assert titles(archive) == {"Lighthouse"}
    (corpus.parent / "away.jsonl").rename(corpus / "back.jsonl")
    if anew:
        archive = Archive.build(corpus, corpus.parent / "other", Settings())
    else:
        archive.sync(corpus)
    assert titles(archive) == WITHOUT_POND | {"Inn news"}
    assert [each.source for each in deleted(corpus)] == ["back.jsonl"]
    assert archive.sync(corpus).unchanged == 2, "nothing is read again for it"


def test_the_bytes_that_said_a_deleted_article_are_known_when_its_file_says_others(
    corpus: Path, archive: Archive
) -> None:
    archive.delete(find(archive, "Pond news"), corpus)
    before = (corpus / "wire.jsonl").read_bytes()
    write_wire(corpus, ("Oak", "Ash"))
    archive.sync(corpus)
    (corpus / "wire.jsonl").unlink()
    archive.sync(corpus)
    (corpus / "old.jsonl").write_bytes(before)
    archive.sync(corpus)
    assert titles(archive) == WITHOUT_POND


def test_copies_stay_where_a_deletion_looks_for_its_file(corpus: Path, archive: Archive) -> None:
    write_wire(corpus, ("Pond", "Elm"))
    rename(corpus, "kept.jsonl")
    write_wire(corpus, WIRE)
    archive.sync(corpus)
    pond = next(a.id for a in archive.articles() if a.source == "wire.jsonl" and "Pond" in a.title)
    archive.delete(pond, corpus)
    with_copy = titles(archive)
    assert "Pond news" in with_copy
    write_wire(corpus, ("Oak", "Pond"))
    rename(corpus, "copied.jsonl")
    write_wire(corpus, WIRE)
    archive.sync(corpus)  # it stays where it was noted, so another is another
    assert [a.source for a in archive.articles() if a.title == "Pond news"] == [
        "copied.jsonl", "kept.jsonl",
    ]  # fmt: skip
    (corpus / "copied.jsonl").unlink()
    (corpus / "wire.jsonl").unlink()
    archive.sync(corpus)
    assert "Pond news" in titles(archive), "in the file that nobody changed"
    (corpus / "kept.jsonl").rename(corpus / "renamed.jsonl")
    archive.sync(corpus)
    assert "Pond news" in titles(archive), "the file of the deletion had gone before"


def test_a_deleted_article_that_is_put_there_by_itself_is_read(
    corpus: Path, archive: Archive
) -> None:
    archive.delete(find(archive, "Pond news"), corpus)
    write_wire(corpus, ("Pond",))
    rename(corpus, "pond.jsonl")
    archive.sync(corpus)
    assert titles(archive) == {"Lighthouse", "Pond news"}
    assert [each.source for each in deleted(corpus)] == ["wire.jsonl"]


def test_folders_renamed_together_keep_their_deletions_apart(
    corpus: Path, archive: Archive
) -> None:
    write_wire(corpus, ("Elm", "Pond"))
    rename(corpus, "2024/a.jsonl")
    write_wire(corpus, WIRE)
    rename(corpus, "2024/b.jsonl")
    archive.sync(corpus)
    pond = next(
        a.id for a in archive.articles() if a.source.endswith("b.jsonl") and "Pond" in a.title
    )
    archive.delete(pond, corpus)
    (corpus / "2024").rename(corpus / "old")
    archive.sync(corpus)
    assert [a.source for a in archive.articles() if a.title == "Pond news"] == ["old/a.jsonl"]


def test_a_file_put_away_is_not_looked_for(corpus: Path, archive: Archive) -> None:
    gone = [archive.delete(find(archive, f"{t} news"), corpus) for t in WIRE]
    write_wire(corpus, WIRE)
    rename(corpus, "anew.jsonl")
    archive.sync(corpus)
    assert len(titles(archive)) == 4
    assert deleted(corpus) == gone


def test_deletions_go_along_with_files_that_change_names_among_each_other(
    corpus: Path, archive: Archive
) -> None:
    write_wire(corpus, ("Elm", "Fir"))
    rename(corpus, "wire.1.jsonl")
    write_wire(corpus, WIRE)
    archive.sync(corpus)
    archive.delete(find(archive, "Pond news"), corpus)
    archive.delete(find(archive, "Fir news"), corpus)
    for _ in range(2):  # no name is new, and none is gone
        (corpus / "wire.1.jsonl").rename(corpus / "kept")
        rename(corpus, "wire.1.jsonl")
        (corpus / "kept").rename(corpus / "wire.jsonl")
        archive.sync(corpus)
        assert titles(archive) == WITHOUT_POND | {"Elm news"}
        assert archive.sync(corpus).unchanged == 3, "nothing is read again for it"
    write_wire(corpus, ("Oak", "Ash"))  # the day's; the day before goes on to "wire.1"
    (corpus / "wire.jsonl").rename(corpus / "new")
    write_wire(corpus, WIRE)
    rename(corpus, "wire.1.jsonl")
    (corpus / "new").rename(corpus / "wire.jsonl")
    archive.sync(corpus)
    assert titles(archive) == WITHOUT_POND | {"Oak news", "Ash news"}
    archive.restore(deleted(corpus)[0].id, corpus)
    assert titles(archive) == WITHOUT_POND | {"Oak news", "Ash news", "Pond news"}


def test_a_deletion_goes_along_from_the_name_of_a_file_that_was_put_away(
    corpus: Path, archive: Archive
) -> None:
    write_wire(corpus, ("Elm",))
    rename(corpus, "a.jsonl")
    write_wire(corpus, WIRE)
    archive.sync(corpus)
    archive.delete(find(archive, "Elm news"), corpus)
    archive.delete(find(archive, "Pond news"), corpus)
    for before, after in (("wire.jsonl", "a.jsonl"), ("a.jsonl", "b.jsonl")):
        (corpus / before).rename(corpus / after)
        archive.sync(corpus)
        assert titles(archive) == WITHOUT_POND


def test_a_sync_that_dies_after_it_noted_where_a_deletion_went(
    corpus: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.delete(find(archive, "Pond news"), corpus)
    rename(corpus, "old.jsonl")
    with monkeypatch.context() as patched:
        patched.setattr("qa.indexing._Sync._publish", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            archive.sync(corpus)
    assert titles(archive) == WITHOUT_POND
    for to in ("old.jsonl", "wire.jsonl"):
        if not (corpus / to).exists():
            (corpus / "old.jsonl").rename(corpus / to)
        archive.sync(corpus)
        assert titles(archive) == WITHOUT_POND
        assert [each.source for each in deleted(corpus)] == [to]
