"""What makes two texts copies, and what does not."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.duplicate_pairs import SENTENCE, TEMPLATES, fill
from qa.duplicates.shingles import SAMPLED, Shingles, are_copies

STORY = (
    "The ferry Skerrin Lass struck Pier 2 at Harrowmouth on Friday and 14 people were hurt. "
    "Captain Ines Ottermark told the inquiry that a valve had stuck and the engine did not answer. "
    "The harbour office closed the pier until divers had looked at its foundations. "
    "Passengers were taken to the hospital in Northfield by bus and by ambulance. "
    "“We heard a bang and then everybody was on the floor,” said Dev Anselm, who was on board. "
    "The company said that it would pay for the damage and that a second vessel would take over. "
    "It was the third accident at the pier in 6 years, according to the harbour office. "
    "An inquiry into the accident of 2019 had asked for new fenders, which were never fitted. "
    "Mayor Petra Lindqvale called for the work to be done before the summer season begins. "
    "The next hearing of the inquiry is on 30 January in the town hall of Harrowmouth."
)
SENTENCES = SENTENCE.split(STORY)
LEAD = "Officials in the north said on Monday that they had been told of the accident late."


def copies(a: str, b: str) -> bool:
    return are_copies(Shingles.of(a), Shingles.of(b))


@pytest.mark.parametrize(
    "other",
    [
        STORY.upper(),
        STORY.replace(".", " ...").replace("“", '"'),
        " ".join(SENTENCES[:5]),
        " ".join([LEAD, *SENTENCES[1:7]]),
        " ".join([*SENTENCES[5:], *SENTENCES[:5]]),
        " ".join([*SENTENCES, LEAD, LEAD.replace("Monday", "Tuesday").replace("north", "south")]),
        STORY.replace("hurt", "injured").replace("said", "stated").replace("asked", "called"),
    ],
    ids=["case", "punctuation", "trimmed", "new lead", "reordered", "extended", "edited"],
)
def test_copies_are_told(other):
    assert copies(STORY, other)
    assert copies(other, STORY)


def test_follow_ups_quotations_and_templates_are_no_copies():
    news = " ".join(f"word{n} said{n} that{n} the fenders{n} cost {n} crowns." for n in range(12))
    assert not copies(STORY, f"{news} {SENTENCES[6]}")
    assert not copies(STORY, f"{news} As reported: “{SENTENCES[1]}” {news[:80]}")
    draw = random.Random(1)
    for template in TEMPLATES.values():
        assert not copies(fill(draw, template), fill(draw, template))


BULLETIN = (
    "GALE WARNING IN EFFECT FROM {} PM THIS EVENING TO {} AM TUESDAY. WINDS AT {} TO {} KNOTS. "
    "SEAS {} TO {} FEET. HIGH TEMPERATURE {}. LOW TEMPERATURE {}. CHANCE OF SNOW {} PERCENT. "
    "THE NEXT STATEMENT WILL BE ISSUED BY THE OFFICE IN HARROWMOUTH."
)
MARKT = (
    "Der Leitindex hat am Montag mit einem Plus von {} Prozent bei {} Punkten geschlossen. Größter "
    "Gewinner war die Aktie der Halden AG mit einem Aufschlag von {} Prozent, Schlusslicht die "
    "Aktie der Tarn AG mit einem Abschlag von {} Prozent. Der Euro kostete am Abend {} Dollar. "
    "Die Rendite der Anleihe lag bei {} Prozent."
)
WETTER = (
    "青溪市气象台今天发布天气预报，白天多云转晴，最高气温{}度，偏北风{}到{}级。今天夜间晴，最低气温"
    "{}度。未来{}天气温逐渐回升，请市民注意添减衣物，驾车出行请注意交通安全。空气质量指数为{}。"
)


@pytest.mark.parametrize(
    ("template", "first", "then"),
    [
        (BULLETIN, "6 2 15 25 6 9 41 28 40", "9 5 10 20 4 7 52 39 70"),
        (MARKT, "0,8 18.204 4,1 2,7 1,0842 2,31", "1,2 17.985 2,2 5,0 1,0791 2,28"),
        (WETTER, "十五 三 四 六 两 六十二", "九 二 五 四 三 四十八"),
    ],
)
def test_where_capitals_tell_no_names_figures_tell_a_template(template, first, then):
    report = template.format(*first.split())
    assert not copies(report, template.format(*then.split()))
    assert copies(report, template.format(*first.split()[:-1], then.split()[-1]))


def test_which_of_two_texts_of_one_size_is_named_first_makes_no_difference():
    """Else links depend on which came first, and `qa verify` takes some of them for damage."""
    words = [f"{'abcdefghij'[n % 10]}{'klmnop'[n // 10]}word" for n in range(60)]

    def filled(with_words: list[str]) -> Shingles:
        pairs = zip(range(0, 60, 6), with_words, strict=True)
        return Shingles.of(" ".join(w for at, last in pairs for w in (*words[at : at + 6], last)))

    plain = filled([f"plain{letter}" for letter in "abcdefghij"])
    named = filled([f"Named{letter}" for letter in "abcdefghij"])
    assert len(plain.hashes) == len(named.hashes)
    assert are_copies(plain, named)
    assert are_copies(named, plain)


def test_few_words_are_no_copies():
    assert not copies("The ferry was late again.", "The ferry was late again.")
    assert not copies("", "")
    assert not copies("…", "!")


def test_texts_without_spaces_are_compared_too():
    text = "港の当局は金曜日の朝、連絡船が第二桟橋に衝突し、十四人が負傷したと発表した。" * 2
    assert copies(text + "船長は弁が動かなくなったと述べた。", text)
    assert not copies(
        text, "市議会は火曜日、二十七対十八で路面電車の新路線を承認した。費用は増える見込みだ。"
    )


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_text_has_shingles_and_shares_what_it_shares(text, more):
    own, longer = Shingles.of(text), Shingles.of(f"{text} {more}")
    assert own.hashes.dtype == np.int64
    assert own.hashes.tolist() == sorted(set(own.hashes.tolist()))
    assert len(own.hashes) == len(own.marked) <= max(own.words - 2, 0)
    assert own.contained(longer) == (1.0 if len(own.hashes) else 0.0)
    assert set(own.sample) <= set(longer.sample)
    assert np.all(own.sample % SAMPLED == 0)
