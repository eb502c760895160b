"""The sample corpus: every format that can be read, and several languages."""

from __future__ import annotations

import re

import pytest

from qa.reading.formats import SUFFIXES, suffix_of

OTHER_SPELLINGS = frozenset(
    {".markdown", ".htm", ".xhtml", ".ndjson", ".tsv", ".xml", ".mht", ".warc", ".tar", ".tgz",
     ".tar.bz2", ".tar.xz"}
)  # fmt: skip
"""Suffixes of kinds that have another one, or of one packing of several."""


def test_there_is_a_sample_of_every_kind_of_file(root):
    names = {path.name for path in (root / "corpus").iterdir()} - {"README.md"}
    assert {suffix_of(name) for name in names} == SUFFIXES - OTHER_SPELLINGS


def test_the_readme_lists_every_file_and_counts_the_articles(root, archive):
    text = (root / "corpus" / "README.md").read_text(encoding="utf-8")
    names = {path.name for path in (root / "corpus").iterdir()} - {"README.md"}
    assert set(re.findall(r"(?m)^\| `([^`]+)`", text)) == names
    assert f"These {len(archive.articles())} articles" in text


def test_publishers_are_marked_as_samples(archive):
    publishers = {a.publisher for a in archive.articles()} - {None}
    assert [name for name in publishers if "sample" not in name.lower()] == []


@pytest.mark.parametrize(
    ("question", "source", "quoted"),
    [
        ("Welches Haus wird abgerissen?", "gellmunder-bote.atom", "Drei Häuser"),
        ("Wanduhr Werkstätten", "gellmunder-bote.atom", "312 Wanduhren"),
        ("¿Cuándo se repite la elección en Valdoro?", "gaceta-de-valdoro.json", "9 de marzo"),
        ("comerciante papeleta", "gaceta-de-valdoro.json", "640 comerciantes"),
        ("图书馆晚上几点关门？", "qingxi-library.mhtml", "晚上十点"),
        ("灯台の鐘は何年ぶりに鳴りましたか", "shiomi-shimpo.tar.gz", "九十八年ぶり"),
        ("How many houses does Gellmund tear down?", "gellmunder-bote.atom", "Drei Häuser"),
    ],
)
def test_articles_are_found_in_their_languages(archive, question, source, quoted):
    hit = archive.search(question)[0]
    assert hit.article.source == source
    assert quoted in hit.passage.text
    assert hit.lexical is not None
    assert hit.lexical.rank == 1
