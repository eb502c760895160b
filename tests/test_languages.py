"""Articles in other languages are found by their own words."""

from __future__ import annotations

import pytest

from qa.analysis import fold, terms, tokens
from qa.passages import cut
from qa.records import Span
from qa.settings import Settings
from qa.understanding import phrase_pattern, whole_words

FERRY = "港の当局は金曜日の朝、連絡船が第二桟橋に衝突し、十四人が負傷したと発表した。"
TRAM = "市議会は火曜日、路面電車の新しい路線を二十七対十八で承認した。"
CHINESE = "市政府星期五宣布，新的地铁线路将于明年三月开通，票价为四元。"
GERMAN = "Der Stadtrat hat am Dienstag den Bau der neuen Straßenbahn nach Überlingen beschlossen."


@pytest.fixture(scope="module")
def archive(tmp_path_factory, make_archive):
    folder = tmp_path_factory.mktemp("languages")
    (folder / "corpus").mkdir()
    for name, title, text in (
        ("ferry", "連絡船が桟橋に衝突", FERRY),
        ("tram", "路面電車を承認", TRAM),
        ("metro", "新地铁线路明年开通", CHINESE),
        ("german", "Neue Straßenbahn", GERMAN),
    ):
        (folder / "corpus" / f"{name}.txt").write_text(f"{title}\n\n{text}\n", encoding="utf-8")
    made = make_archive(folder / "index")
    made.sync(folder / "corpus")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("連絡船が衝突した桟橋はどこ？", "ferry"),
        ("路面電車の路線は承認されたか", "tram"),
        ("地铁线路什么时候开通？", "metro"),
        ("Was hat der Stadtrat zur Strassenbahn beschlossen?", "german"),
        ("桟橋", "ferry"),
    ],
)
def test_each_is_found_by_its_own_words(archive, question, source):
    hit = archive.search(question)[0]
    assert hit.article.source == f"{source}.txt"
    assert hit.lexical is not None
    assert hit.lexical.rank == 1


def test_phrases_and_exclusions_need_no_spaces(archive):
    assert [h.article.source for h in archive.search('"第二桟橋"')] == ["ferry.txt"]
    assert archive.search('"第三桟橋"') == []
    found = {h.article.source for h in archive.search("承認 衝突 -路面電車")}
    assert "ferry.txt" in found
    assert "tram.txt" not in found
    assert phrase_pattern("桟橋").search("第二桟橋に")
    assert whole_words(["第二桟橋 pier harbour"]) == ["pier", "harbour", "第二", "二桟", "桟橋"]


def test_pairs_of_letters_are_terms_and_stand_where_they_stand():
    text = "NHK は第二桟橋、桟と F-16 を"
    found = [(token.group(), token.start(), token.end()) for token in tokens(text)]
    assert all(text[start:end] == word for word, start, end in found)
    words = [word for word, _, _ in found]
    assert words == ["NHK", "は第", "第二", "二桟", "桟橋", "桟と", "F-16", "を"]
    assert terms(text) == [fold(word).replace("-", "") for word in words]


def test_passages_are_measured_by_letters_and_cover_the_text():
    text = (FERRY + TRAM) * 30
    cuts = cut(text, Settings().passage_size)
    assert len(cuts) > 5
    assert all(c.end - c.start < 400 for c in cuts)
    assert cuts[0].start == 0
    assert cuts[-1].end == len(text)
    endless = "桟橋、" * 500  # no full stop: cut at commas
    spans = cut(endless, Settings().passage_size)[0].sentences
    assert spans[0] == Span(0, spans[0].end)
    assert endless[spans[0].end - 1] == "、"
