"""Who wrote and when, as pages in other languages than English say it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from qa.reading import read_bytes
from qa.reading.authors import clean_author, parse_byline, parse_foreign_byline
from qa.reading.content import Stated
from qa.reading.furniture import is_furniture, is_related_heading, is_tail_marker

GERMAN = """Brücke in Gellmund gesperrt

Von Irmgard Holt und Veit Lohmar
Gellmunder Bote
Freitag, 14. März 2025, 10:30 Uhr
Aktualisiert am 15.03.2025

Die Brücke über die Welle ist seit Freitag gesperrt, weil ein Pfeiler nachgegeben hat. Der Umweg
dauert zwanzig Minuten, sagte die Bürgermeisterin.
"""
SPANISH = """Valdoro cierra su puente
Por Tomás Quiroga Vidal | Gaceta de Valdoro | 14 de marzo de 2025

El puente de Valdoro está cerrado desde el viernes, porque ha cedido uno de los pilares. El rodeo
dura veinte minutos, dijo la alcaldesa.
"""
FRENCH = """Le pont de Brévannes est fermé
Par Odile Marchand
Publié le 14 mars 2025 à 10h30

Le pont de Brévannes est fermé depuis vendredi, parce qu'un pilier a cédé. Le détour dure vingt
minutes, a dit la maire.
"""
JAPANESE = """汐見橋が通行止めに
汐見新報
記者：岬千尋
公開日：2025年3月14日 10時30分

汐見橋は金曜日から通行止めになっている。橋脚の一本が沈んだためで、迂回には二十分かかると町長は話した。
"""


def read(text):
    [article] = read_bytes(text.encode(), "a.txt").articles
    return article


def test_german():
    article = read(GERMAN)
    assert article.title == "Brücke in Gellmund gesperrt"
    assert article.author == "Irmgard Holt und Veit Lohmar"
    assert article.publisher == "Gellmunder Bote"
    assert article.published_at == datetime(2025, 3, 14, 10, 30, tzinfo=UTC)
    assert article.updated_at == datetime(2025, 3, 15, tzinfo=UTC)
    assert article.provenance["author"] == "byline"
    assert article.text.startswith("Die Brücke")


def test_spanish():
    article = read(SPANISH)
    assert (article.author, article.publisher) == ("Tomás Quiroga Vidal", "Gaceta de Valdoro")
    assert article.published_at == datetime(2025, 3, 14, tzinfo=UTC)
    assert article.text.startswith("El puente")


def test_french():
    article = read(FRENCH)
    assert article.author == "Odile Marchand"
    assert article.published_at == datetime(2025, 3, 14, 10, 30, tzinfo=UTC)
    assert article.text.startswith("Le pont")


def test_japanese():
    article = read(JAPANESE)
    assert (article.title, article.author) == ("汐見橋が通行止めに", "岬千尋")
    assert article.publisher == "汐見新報"
    assert article.published_at == datetime(2025, 3, 14, 10, 30, tzinfo=UTC)
    assert article.text.startswith("汐見橋は")


def test_what_is_no_article_goes():
    article = read(
        "Brücke in Gellmund gesperrt\nQuelle: Gellmunder Bote\n14.03.2025\n\n"
        "Die Brücke über die Welle ist seit Freitag gesperrt, weil ein Pfeiler nachgegeben hat.\n\n"
        "Anzeige\n\nDer Umweg dauert zwanzig Minuten, sagte die Bürgermeisterin am Montag.\n\n"
        "Lesen Sie auch: Neue Brücke kostet Millionen\n\nMehr zum Thema\n\nEin Pegel steigt\n\n"
        "Kommentare (3)\n"
    )
    assert article.publisher == "Gellmunder Bote"
    assert article.text == (
        "Die Brücke über die Welle ist seit Freitag gesperrt, weil ein Pfeiler nachgegeben hat.\n\n"
        "Der Umweg dauert zwanzig Minuten, sagte die Bürgermeisterin am Montag."
    )


@pytest.mark.parametrize(
    "line",
    ["Die Werbung wirkt.", "Partager, c'est vivre.", "Publicidad engañosa en Valdoro",
     "Anzeige gegen den Bürgermeister", "評論家の岬さんが語る", "Fuente Obejuna despierta"],
)  # fmt: skip
def test_what_only_begins_like_furniture_stays(line):
    assert not is_furniture(line)
    assert not is_tail_marker(line)
    assert not is_related_heading(line)


def test_ages_of_a_page_with_a_known_day():
    page = (
        "<html lang='es'><head><meta charset='utf-8'><title>Puente</title></head><body><article>"
        "<h1>Valdoro cierra su puente</h1><p class='byline'>Por Tomás Quiroga Vidal</p>"
        "<time>hace 3 horas</time><p>El puente de Valdoro está cerrado desde el viernes, porque ha "
        "cedido uno de los pilares.</p><p>El rodeo dura veinte minutos, dijo la alcaldesa, que "
        "pidió paciencia a los vecinos.</p></article></body></html>"
    )
    captured = datetime(2025, 3, 14, 12, tzinfo=timezone(timedelta(hours=1)))
    [article] = read_bytes(page.encode(), "a.html", Stated(captured=captured)).articles
    assert article.author == "Tomás Quiroga Vidal"
    assert article.published_at == captured - timedelta(hours=3)


@pytest.mark.parametrize(
    "line",
    ["Von Miller", "Von der Leyen", "Di Stefano", "Par Avion", "Por fin llega la lluvia",
     "Von Bremen nach Paris in drei Tagen", "Par 72", "Door"],
)  # fmt: skip
def test_what_only_begins_like_a_byline(line):
    assert parse_foreign_byline(line) is None
    assert clean_author(line) == line
    assert parse_byline(line) is None


def test_an_english_headline_that_begins_like_a_foreign_byline():
    body = "The linebacker said on Monday that he would stay for another year, and then leave."
    article = read(f"Von Miller Signs With Denver\nBy Ida Holm\n\n{body}\n")
    assert (article.title, article.author) == ("Von Miller Signs With Denver", "Ida Holm")
