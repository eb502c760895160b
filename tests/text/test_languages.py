"""Articles in other languages are found by their own words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.passages import cut
from qa.question.compounds import with_compounds
from qa.question.exact_words import phrase_pattern, whole_words
from qa.question.query import Question
from qa.records import Span
from qa.settings import Settings
from qa.text.analysis import fold, terms, tokens
from qa.web import hits_html

FERRY = "港の当局は金曜日の朝、連絡船が第二桟橋に衝突し、十四人が負傷したと発表した。"
TRAM = "市議会は火曜日、路面電車の新しい路線を二十七対十八で承認した。"
CHINESE = "市政府星期五宣布，新的地铁线路将于明年三月开通，票价为四元。"
GERMAN = (
    "Der Stadtrat hat am Dienstag den Bau der neuen Straßenbahn nach Überlingen beschlossen. Sie "
    "kostet 41,5 Millionen Euro, und drei alte Häuser an der Brücke müssen ihr weichen."
)
SPANISH = (
    "Las elecciones municipales de Villarrubio se repetirán en marzo, anunció la alcaldesa. En dos "
    "colegios faltaron 1.204 papeletas, y los vecinos protestaron ante el ayuntamiento."
)
FRENCH = (
    "L’hôpital de Brévannes rouvrira ses portes au printemps, après deux ans de travaux. Les "
    "ouvriers ont remplacé toutes les fenêtres et le toit de l’ancien bâtiment."
)
ENGLISH = (
    "The bridge at Harrowmouth is to be rebuilt, the council said on Monday. The houses beside it "
    "will stay, and the ferries go on sailing while the work lasts."
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory, make_archive):
    folder = tmp_path_factory.mktemp("languages")
    (folder / "corpus").mkdir()
    for name, title, text in (
        ("ferry", "連絡船が桟橋に衝突", FERRY),
        ("tram", "路面電車を承認", TRAM),
        ("metro", "新地铁线路明年开通", CHINESE),
        ("german", "Neue Straßenbahn", GERMAN),
        ("spanish", "Se repiten las elecciones", SPANISH),
        ("french", "L’hôpital rouvre", FRENCH),
        ("english", "Bridge to be rebuilt", ENGLISH),
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
        ("Welches Haus muss weg?", "german"),
        ("Strassenbahnen", "german"),
        ("What is planned in Überlingen?", "german"),
        ("¿Cuándo será la elección?", "spanish"),
        ("colegio papeleta vecino", "spanish"),
        ("Quelle fenêtre l'ouvrier a-t-il remplacée ?", "french"),
        ("Which house will stay beside the bridges?", "english"),
        ("桟橋", "ferry"),
    ],
)
def test_each_is_found_by_its_own_words(archive, question, source):
    hit = archive.search(question)[0]
    assert hit.article.source == f"{source}.txt"
    assert hit.lexical is not None
    assert hit.lexical.rank == 1


def test_the_indexed_words_are_those_of_each_articles_language(archive):
    languages = {a.language for a in archive.articles()}
    assert {"de", "es", "fr", "en"} <= languages
    assert archive.verify().ok


def test_what_is_told_of_a_find_knows_inflected_words(archive):
    [hit, *_] = archive.search("Brücken Millionen 41.5 fenêtre", explain=True)
    assert {word for word, _ in hit.explanation.words} == {"Brücken", "Millionen", "41.5"}
    codes = hits_html.codes_of([hit])
    spans = hits_html.word_spans(hit.article.text, codes, language=hit.article.language)
    assert [hit.article.text[a:b] for a, b in spans] == ["41,5", "Millionen", "Brücke"]
    answer = archive.ask("¿Cuántos aviones y papeletas?", literal=True)
    assert "aviones" in (answer.reason or "nowhere in it: aviones")
    assert "papeletas" not in (answer.reason or "")


@pytest.mark.parametrize(
    ("asked", "read"), [("Villarubio", "Villarrubio"), ("Brevanes", "Brévannes")]
)
def test_misspelt_names_are_read_in_any_language(archive, asked, read):
    answer = archive.ask(f"alcaldesa {asked}")
    assert [clue.text for clue in answer.understood] == [f"{asked} read as {read}"]


def test_exclusions_and_phrases_follow_the_language(archive):
    found = {h.article.source for h in archive.search("Brücke bridge house -Haus")}
    assert "english.txt" in found
    assert "german.txt" not in found
    # "die" and "war" are stop words of one language: a phrase with them is found all the same.
    assert [h.article.source for h in archive.search('"an der Brücke müssen"')] == ["german.txt"]
    assert [h.article.source for h in archive.search('"the houses beside it"')] == ["english.txt"]


def test_phrases_and_exclusions_need_no_spaces(archive):
    assert [h.article.source for h in archive.search('"第二桟橋"')] == ["ferry.txt"]
    assert archive.search('"第三桟橋"') == []
    found = {h.article.source for h in archive.search("承認 衝突 -路面電車")}
    assert "ferry.txt" in found
    assert "tram.txt" not in found
    assert phrase_pattern("桟橋").search("第二桟橋に")
    assert whole_words(["第二桟橋 pier harbour"]) == ["pier", "harbour", "第二", "二桟", "桟橋"]


@pytest.mark.parametrize("word", ["मंत्री", "डॉक्टर", "நகரம்"])
def test_an_excluded_word_keeps_its_vowel_signs(archive, word):
    assert archive.ask(f"bridge -{word} houses").understood[0].text == f"without {word}"


def test_a_question_in_the_letters_of_the_archive_is_in_no_foreign_language(
    tmp_path, make_archive, write_corpus
):
    corpus = write_corpus({"metro.txt": f"新地铁线路明年开通\n\n{CHINESE}\n"})
    archive = make_archive(tmp_path / "index", Settings(answer_threshold=1.0))
    archive.sync(corpus)
    # Pairs of letters that overlap are told as they stand.
    assert archive.ask("谁是法国总统？").reason == (
        "the archive does not say; no article has: 谁是法国总统; check the spelling or try another "
        "word"
    )
    other = archive.ask("누가 지금 프랑스 대통령 입니까?").reason
    assert other.endswith("the articles may be in another language than the question")
    archive.close()


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("Combien de bateaux dans le port ?", "no article has: bateaux; {}"),
        ("¿Quién dirige el transbordador Wren?", "no article has: dirige, transbordador; {}"),
        ("Wen hat Ida Moss gegen die Fähre aufgebracht?", "no article has: {}"),
        ("Pourquoi le ferry Wren est-il dans le port ?", "in “The ferry”, {}"),
        ("War crimes in Kell", "check the spelling or try another word"),
        ("Who runs the zeppelin?", "check the spelling or try another word"),
    ],
)
def test_a_question_in_no_language_of_the_articles_is_told_by_its_common_words(
    archive_of, question, reason
):
    text = "The ferry Wren lies in the port of Kell. Ida Moss repairs it."
    archive = archive_of([{"title": "The ferry", "text": text}])
    told = archive.ask(question).reason
    start, *rest = reason.split("{}")
    assert start in told
    if rest:
        assert told.endswith("the articles may be in another language than the question")


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


def test_what_an_article_writes_as_one_word_is_found_by_two(tmp_path, make_archive, write_corpus):
    mine = make_archive(tmp_path / "index")
    rows = [
        {"title": "Vorhaben", "language": "de", "text": "Der Hafenausbau in Wismar wird teurer."},
        {"title": "Rat", "language": "de", "text": "Der Ausbau der Schule ist beschlossen."},
        {"title": "Schiffe", "language": "de", "text": "In den Häfen liegen viele Schiffe."},
        {"title": "Books", "language": "en", "text": "The textbook was sold in Wismar."},
    ]
    mine.sync(write_corpus({"all.jsonl": rows}))
    hit = mine.search("Was kostet der Ausbau des Hafens?", explain=True)[0]
    assert (hit.article.title, hit.lexical.rank) == ("Vorhaben", 1)
    assert {word for word, _ in hit.explanation.words} == {"Ausbau", "Hafens"}
    # Nothing is joined that the archive does not have, and no English words are.
    [known] = [mine.retriever.generation().lexical]
    asked = with_compounds(Question.parse("Ausbau der Schule", ("en", "de")), known)
    assert asked == Question.parse("Ausbau der Schule", ("en", "de"))
    english = Question.parse("What does the text of the book say?", ("en", "de"))
    assert with_compounds(english, known) is english
    mine.close()


@given(st.text(max_size=60))
def test_any_text_can_be_joined(text):
    everything = SimpleNamespace(occurring=set)
    question = Question.parse(text, ("en", "de", "sv"))
    joined = with_compounds(question, everything)
    assert set(question.terms) <= set(joined.terms)
    assert [word.text for word in joined.words] == [word.text for word in question.words]
