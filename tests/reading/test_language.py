from __future__ import annotations

import subprocess
import sys

import pytest

from qa.reading import read_bytes
from qa.reading.language import language_of

TEXTS = {
    "en": "The ferry hit the pier on Monday evening, and fourteen of those on board were hurt.",
    "de": "Die Fähre traf am Montagabend den Pier, und vierzehn Menschen wurden dabei verletzt.",
    "es": "El ferry chocó el lunes con el muelle y catorce personas resultaron heridas.",
    "fr": "Le traversier a heurté la jetée lundi soir et quatorze personnes ont été blessées.",
    "ja": "月曜日の夜、フェリーが桟橋に衝突し、乗っていた十四人がけがをしたと港の当局が発表した。",
    "zh": "星期一晚上，一艘渡轮撞上码头，港务局说有十四人受伤。",
    "ko": "월요일 저녁 여객선이 부두에 부딪혀 배에 타고 있던 열네 명이 다쳤다고 항만청이 밝혔다.",
    "ru": "В понедельник вечером паром врезался в причал, и четырнадцать человек пострадали.",
}


@pytest.mark.parametrize(("language", "text"), TEXTS.items())
def test_the_text_tells_its_language(language, text):
    assert language_of(text * 2) == (language, True)


@pytest.mark.parametrize(
    ("stated", "tag"),
    [
        ("German", "de"),
        ("British English", "en-gb"),
        ("pt_BR", "pt_BR"),
        ("de", "de"),
        ("!?", None),
    ],
)
def test_what_is_stated_by_name_is_its_tag(stated, tag):
    assert language_of("Rain.", stated) == (tag, False)


def test_what_is_stated_stands_unless_the_text_is_sure_of_another():
    assert language_of(TEXTS["en"] * 2, "en-GB") == ("en-GB", False)
    assert language_of(TEXTS["de"] * 2, "de_AT") == ("de_AT", False)
    assert language_of(TEXTS["de"] * 3, "en") == ("de", True)


@pytest.mark.parametrize("text", ["", "Tram", "41,000 – 63,000", "…", "12 345 " * 100])
def test_too_little_text_tells_nothing(text):
    assert language_of(text) == (None, False)
    assert language_of(text, "fi") == ("fi", False)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("市政府星期五宣布，新的地铁线路将于明年三月开通，票价为四元。", "zh"),
        ("港の当局は金曜日の朝、連絡船が桟橋に衝突したと発表した。", "ja"),
        ("東京株式市場急落", None),
        ("The sign reads 市政府星期五宣布新的地铁线路将于明年三月开通票价, the mayor said of it, "
         "and of the cost of the line that is to open in the spring of next year for all.", "en"),
    ],
)  # fmt: skip
def test_chinese_and_japanese_are_told_by_their_letters(text, language):
    assert language_of(text)[0] == language


def test_an_article_says_that_its_text_told_it():
    [article] = read_bytes(f"Ferry\n\n{TEXTS['de'] * 2}".encode(), "a.txt").articles
    assert (article.language, article.provenance["language"]) == ("de", "text")


def test_english_is_told_without_the_model():
    program = (
        "import sys; from qa.reading.language import language_of; "
        f"assert language_of({TEXTS['en'] * 2!r}) == ('en', True); "
        "assert 'py3langid' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
