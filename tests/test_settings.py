from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest

from qa.archive import Archive
from qa.errors import InputError
from qa.milvus.address import location
from qa.passages import PassageSize
from qa.retriever import Retriever
from qa.settings import PACKAGED_MODEL, Settings

EVERYTHING = """
model = "some/model"
passage_words = 60
overlap_sentences = 1
fusion = "rrf"
dense_weight = 0.75
depth = 50
"""


def test_a_file_sets_everything(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(EVERYTHING)
    settings = Settings.load(file)
    assert settings == Settings.load(str(file))
    assert settings == Settings("some/model", 60, 1, "rrf", 0.75, 50)
    assert settings.passage_size == PassageSize(60, 1)


def test_what_a_file_does_not_set_keeps_its_default(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text("dense_weight = 1  # an integer is a number too\n")
    assert Settings.load(file) == dataclasses.replace(Settings(), dense_weight=1)


def test_qa_toml_in_the_working_directory_is_read_if_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Settings.load() == Settings()
    assert Settings().model == PACKAGED_MODEL
    (tmp_path / "qa.toml").write_text("depth = 7")
    assert Settings.load().depth == 7


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("passage_wrods = 60", "unknown setting 'passage_wrods'; known: answer_threshold, dense"),
        ("[section]\ndepth = 5", "unknown setting 'section'"),
        ("depth = ", "cannot read settings"),
        (b"\xff\xfe", "cannot read settings"),
        ("depth = 0", "depth must be a whole number from 1 to 10000, not 0"),
        ("depth = '5'", "depth must be a whole number from 1 to 10000, not '5'"),
        ("depth = true", "depth must be a whole number from 1 to 10000, not True"),
        ("passage_words = 19", "passage_words must be a whole number from 20 to 150, not 19"),
        ("passage_words = 90.0", "passage_words must be a whole number from 20 to 150, not 90.0"),
        ("overlap_sentences = 6", "overlap_sentences must be"),
        ("dense_weight = 1.01", "dense_weight must be a number from 0.0 to 1.0, not 1.01"),
        ("dense_weight = nan", "dense_weight must be"),
        ("fusion = 'sum'", "fusion must be one of ('convex', 'rrf'), not 'sum'"),
        ("fusion = ['rrf']", "fusion must be one of"),
        ("model = 3", "model must be a name or a folder, not 3"),
        ("model = ' '", "model must be"),
    ],
)
def test_a_bad_file_is_named_in_one_line(tmp_path, content, said):
    file = tmp_path / "mine.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        Settings.load(file)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mark_of_the_encoding_in_front_is_no_setting(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbfdepth = 7\r\n")
    assert Settings.load(file).depth == 7
    Settings().written_to(file, {"dense_weight": 0.7})
    assert file.read_bytes() == b"depth = 7\ndense_weight = 0.7\n"


def test_a_named_file_must_exist(tmp_path):
    with pytest.raises(InputError, match=r"cannot read settings from .*absent\.toml"):
        Settings.load(tmp_path / "absent.toml")
    with pytest.raises(InputError, match="cannot read settings"):
        Settings.load(tmp_path)


def test_settings_made_in_code_are_checked_too():
    with pytest.raises(InputError, match="dense_weight"):
        Settings(dense_weight=math.inf)
    with pytest.raises(InputError, match="passage_words"):
        dataclasses.replace(Settings(), passage_words=151)


def test_the_home_folder_is_meant_by_a_tilde(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert location(Settings(index="~/idx").index) == tmp_path / "idx"
    assert location("idx~") == Path("idx~")
    assert location("~nobody-of-this-name/idx") == Path("~nobody-of-this-name/idx")
    assert location(Path("~")) == Path("~")  # made in code: meant as it stands


def test_a_program_that_names_no_index_opens_that_of_the_settings_and_keeps_to_it(
    make_archive, write_corpus, tmp_path, monkeypatch
):
    made = make_archive(tmp_path / "news")
    made.sync(write_corpus({"a.txt": "Ferry hits pier\n\nFourteen were hurt.\n"}))
    made.close()
    (tmp_path / "qa.toml").write_text('index = "news"\n')
    monkeypatch.chdir(tmp_path)
    opened = [Archive.open(), Archive.open("news"), Archive.open(Path("news"))]
    opened.append(Archive.build("corpus"))
    retriever = Retriever.open()
    monkeypatch.chdir(tmp_path / "corpus")
    assert [archive.index for archive in opened] == [tmp_path / "news"] * 4
    for archive in opened:
        assert [article.title for article in archive.articles()] == ["Ferry hits pier"]
        archive.close()
    assert len(retriever.search("Who was hurt?")) == 1
    retriever.close()
