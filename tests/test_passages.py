from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa.passages import MAX_SENTENCE_WORDS, PassageSize, cut, indexed_text, sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def words(text: str) -> int:
    return len(text.split())


PROSE = st.lists(
    st.sampled_from(
        ["The U.S.", "in Sept.", "4", "at 6 a.m.", "Tuesday", "“Yes.”", "'No!'", "He", "(ran.)",
         "ran.", "Why?", "...", "…", "Mr.", "?!", "\n", "\n\n", "\r", "\t", "\u2028", "\xa0",
         "\u200b", "e\u0301", "🎉", "今日は。", "שלום.", "3.5", "www.x.com", '"', ",", ".:", "—",
         "word " * 30, "x" * 300]
    ),
    max_size=80,
).map(" ".join)  # fmt: skip
TEXTS = st.one_of(st.text(), PROSE)


@pytest.mark.parametrize(
    "whole",
    [
        "The U.S. said no.",
        "The U.N. and Dr. O'Brien met Gen. Smith in Washington, D.C. Tuesday.",
        "She joined in Sept. 2024, he said.",
        "On Sept. 4, it sank.",
        "It opens at 6 a.m. Tuesday.",
        "It closed at 5 p.m. Monday and opens at 9 a.m. May 4.",
        "It rose 3.5 percent to $1.2 million.",
        '"Was it late?" she asked.',
        "Prices rose... and then fell.",
        "FLIN FLON, Man. (AP) — Smoke rose.",
        "ST. MARY'S, Wash. (The Canadian Press) - Smoke rose.",
        "BOSTON, Mass. — Smoke rose.",
        "It went to Ms. Ida Holm, Cllr. Bell and Atty. Gen. Moss.",
        "Dr. Lund of the Natl. Weather Inst. said that it would rain.",
    ],
)
def test_one_sentence_stays_whole(whole):
    assert split(f"It began. {whole} It ended.") == ["It began.", whole, "It ended."]


@pytest.mark.parametrize(
    "note",
    [
        "(Adds toll, quotes, background)",
        "(Updates with the mayor's comments in paragraph 4).",
        "(Eds: Recasts lead)\n(Adds quotes)",
        "(Eds: Updates with toll. With AP Photos.)",
    ],
)
@pytest.mark.parametrize("between", [" ", "\n", "\n\n"])
def test_an_agency_s_note_to_the_desks_is_no_sentence(note, between):
    report = "KELL, May 4 (Harbour Wire) - A dike broke. It rained."
    assert split(f"{note}{between}{report}") == split(report)


def test_what_says_something_of_the_matter_is_no_note():
    for text in (
        "(Corrects the number of farms to 48)\nA dike broke.",
        "(Updates are posted at noon.) A dike broke.",
        "(Repeats of the show air on Friday.) A dike broke.",
        f"{'It rained. ' * 40}\n(Adds colour)",
    ):
        assert " ".join(split(text)) == " ".join(text.split())
    assert split("(Adds quotes)") == ["(Adds quotes)"]
    assert split("Shares of Alder Inc. fell. eBay rose.")[-1] == "eBay rose."


def test_sentences_end_after_quotes_and_at_line_ends():
    assert split("“I saw it.” He said so. 'No!' Then he ran.") == [
        "“I saw it.”", "He said so.", "'No!'", "Then he ran.",
    ]  # fmt: skip
    assert split("A line without a stop\nAnother line") == [
        "A line without a stop", "Another line",
    ]  # fmt: skip
    assert split("HE IS A, Man. It said so.") == ["HE IS A, Man.", "It said so."]
    assert split("He left at 9 p.m. He was tired.") == ["He left at 9 p.m.", "He was tired."]


def test_a_heading_that_ran_into_the_text_is_a_sentence_of_its_own():
    assert split("He left. Talk of 'cheap' bridges Of course, nobody listened. It fell.") == [
        "He left.", "Talk of 'cheap' bridges", "Of course, nobody listened.", "It fell.",
    ]  # fmt: skip
    for whole in (
        "They sang “Takin’ It to the Streets” for him.",
        "He met Liu He, the vice-premier.",
        "It said Sell It as Fertilizer.",
        "She read The Economist daily.",
    ):
        assert split(whole) == [whole]


def test_numbered_items_are_whole():
    assert split("1. They live long.\n2. A female lays eggs. Many.\nIV. The end came.") == [
        "1. They live long.", "2. A female lays eggs.", "Many.", "IV. The end came.",
    ]  # fmt: skip
    assert split("He came 1. Then he left.") == ["He came 1.", "Then he left."]


@pytest.mark.parametrize("text", ["", " ", "\n\t\r\n", "\xa0\u2003"])
def test_nothing_gives_nothing(text):
    assert sentences(text) == []
    assert cut(text, PassageSize()) == []


@given(TEXTS)
def test_sentences_are_ordered_trimmed_and_lose_nothing_but_space(text):
    position = 0
    for start, end in sentences(text):
        assert position <= start < end
        assert text[position:start].strip() == ""
        assert text[start:end] == text[start:end].strip()
        assert words(text[start:end]) <= MAX_SENTENCE_WORDS
        position = end
    assert text[position:].strip() == ""


@given(TEXTS, st.integers(20, 150), st.integers(0, 5))
@example(".:" + " 0" * 16 + " .:" + " 0" * 5, 20, 1)  # the last sentence alone was a passage too
def test_passages_are_runs_of_whole_sentences_and_hold_every_one(text, target, overlap):
    all_sentences = sentences(text)
    passages = cut(text, PassageSize(target, overlap))
    held = []
    for passage in passages:
        first = all_sentences.index(passage.sentences[0])
        run = tuple(all_sentences[first : first + len(passage.sentences)])
        assert passage.sentences == run
        assert (passage.start, passage.end) == (run[0].start, run[-1].end)
        held += list(range(first, first + len(run)))
    assert sorted(set(held)) == list(range(len(all_sentences)))
    for before, after in itertools.pairwise(passages):
        assert before.start < after.start
        assert before.end < after.end  # none lies within another
        if overlap == 0:
            assert before.end <= after.start


@given(st.lists(st.integers(1, 60), max_size=60), st.integers(20, 150))
def test_sizes_stay_around_the_target(lengths, target):
    text = " ".join(" ".join(["Lamp"] + ["lamp"] * (n - 1)) + "." for n in lengths)
    passages = cut(text, PassageSize(target))
    sizes = [words(text[p.start : p.end]) for p in passages]
    assert sum(sizes) == sum(lengths)
    # The nearest sentence end is within half a sentence; the last may take up a short rest.
    for size in sizes[:-1]:
        assert target - 30 <= size <= max(60, target + 30)
    if sizes[1:]:
        assert target // 3 <= sizes[-1] <= max(60, target + 30) + target // 3


def test_overlap_shares_exactly_so_many_sentences():
    text = " ".join(f"Sentence number {n} has seven words here." for n in range(40))
    plain, shared = cut(text, PassageSize(50)), cut(text, PassageSize(50, 2))
    for before, after in itertools.pairwise(shared):
        assert after.sentences[:2] == before.sentences[-2:]
    for before, after in itertools.pairwise(plain):
        assert not set(after.sentences) & set(before.sentences)


def test_a_run_on_line_of_a_thousand_words_is_cut_at_its_sentences():
    line = " ".join(f"The {n}th point was made by Mr. Ng at 6 p.m. Monday." for n in range(90))
    assert words(line) > 1000
    assert len(sentences(line)) == 90
    assert all(60 <= words(line[p.start : p.end]) <= 130 for p in cut(line, PassageSize(90)))


def test_a_sentence_without_full_stop_is_cut_at_its_clauses():
    clause = "the list goes on and on,"
    text = " ".join([clause] * 300)
    parts = split(text)
    assert len(parts) > 10
    assert all(part.endswith("on,") and words(part) <= MAX_SENTENCE_WORDS for part in parts)
    assert " ".join(parts) == text


def test_words_without_any_stop_or_comma_are_cut_at_the_limit():
    text = " ".join(f"w{n}" for n in range(1000))
    assert [words(part) for part in split(text)] == [MAX_SENTENCE_WORDS] * 8 + [40]


def test_a_word_longer_than_any_passage_is_one_sentence():
    assert split("x" * 50_000) == ["x" * 50_000]


def test_the_title_is_indexed_in_front_of_the_passage():
    assert indexed_text("Title", "Passage.") == "Title\nPassage."


def test_a_japanese_speech_keeps_who_says_so():
    expected = [
        "市長は「橋を閉鎖する。」と述べた。",
        "『帰る。』と言った。",
        "彼は「知らない。」",
        "ところが帰った。",
    ]
    text = "".join(expected)
    assert [text[s.start : s.end] for s in sentences(text, "ja")] == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("de", ["Das beschloss der Rat am 14. März.", "Dr. Holt sagte z. B. nichts.",
                "Der 3. Platz ging an Bremen.", "Es kostet 1,25 Mio. Euro."]),
        ("es", ["El Sr. Pérez llegó a EE. UU. con la Sra. Bru.", "¿Cuándo vuelve?",
                "Vive en la Av. Central."]),
        ("fr", ["M. Dupont est arrivé à dix heures.", "Mme Roy l’attendait."]),
        (None, ["I am 12.", "He is 13."]),
        ("fr", ["Selon J.-P. Martin, le pont cédera.", "Il est là."]),
        ("it", ["Costa 3,5 mln. di euro.", "L’on. Bianchi cita l’art. 3 della legge."]),
        ("nl", ["Mevr. Jansen betaalt 3,5 mln. euro.", "Het regent."]),
        ("pt-BR", ["A 1.ª fase terminou.", "Moram na av. Paulista."]),
        ("ru", ["«Почему?» — спросил он.", "Это стоило 35 млн. руб. в год.", "— Не знаю."]),
        ("uk", ["У 2024 р. Київ ухвалив закон.", "І. Франко народився в с. Нагуєвичі."]),
        ("tr", ["3. Havalimanı açıldı.", "II. Abdülhamid döneminde, M.Ö. 300 yılında değil."]),
        ("he", ['ד"ר כהן הגיע ב-3 במאי.', 'צה"ל הודיע.']),
        ("hi", ["डॉ. शर्मा आए।", "वे गए।"]),
        ("ar", ["قال د. أحمد إن الجسر مغلق.", "لم يجب."]),
        ("ko", ['시장은 "다리를 폐쇄한다."고 말했다.', "그는 떠났다."]),
        ("ka", ["ის წავიდა.", "მერე წვიმდა."]),
    ],
)  # fmt: skip
def test_sentences_follow_the_rules_of_the_language(language, expected):
    text = " ".join(expected)
    assert [text[s.start : s.end] for s in sentences(text, language)] == expected


def test_a_russian_sentence_may_end_with_a_word_of_one_letter():
    text = "Это был я. Потом он ушёл домой. По словам А. Иванова, дом стоит."
    assert [text[each.start : each.end] for each in sentences(text, "ru")] == [
        "Это был я.", "Потом он ушёл домой.", "По словам А. Иванова, дом стоит.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "whole",
    [
        "PortNEWS.Net - The ferry sank on Friday, it is said.",
        "The index .DJI fell by 3 points.",
        "Ida Moss, R-W.Va., came by ferry.",
        "The lamp IQ.LIGHT shines.",
        "Write to www.MossPost.com or to the council.",
    ],
)
def test_a_word_with_a_stop_in_it_is_whole(whole):
    assert split(whole) == [whole]
    assert split(f"{whole} It rained.") == [whole, "It rained."]


def test_a_sentence_whose_blank_is_missing_ends_all_the_same():
    assert split("She was a physician.Police came.") == ["She was a physician.", "Police came."]


@pytest.mark.parametrize("speech", ['"It was late. We went', "“It was late. We went"])
def test_the_mark_that_opens_a_speech_stands_before_it(speech):
    closing = speech[0].translate({ord("“"): "”"})
    said = f"{speech} home,{closing} she said. {speech} home.{closing} It rained."
    assert split(said)[-2:] == [f"{speech} home.{closing}", "It rained."]
    odd = f"The {speech[0]}Wren sank, she said. {speech[0]}But it was late. Nobody died.{closing}"
    assert not any(each.endswith(f" {speech[0]}") for each in split(odd))
