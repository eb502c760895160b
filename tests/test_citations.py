from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.citations import cite
from qa.errors import CitationError
from qa.records import Article

ARTICLE = Article(id="a1", title="Lamp", text="The lamp was lit. Nobody saw it.", source="a.txt")


def test_a_quote_is_the_slice():
    found = cite(3, ARTICLE, 0, 17)
    assert (found.number, found.quote, found.start, found.end) == (3, "The lamp was lit.", 0, 17)
    assert found.article is ARTICLE


def test_what_is_expected_and_stands_there_is_quoted():
    assert cite(1, ARTICLE, 18, 32, "Nobody saw it.").quote == "Nobody saw it."


@pytest.mark.parametrize("expected", ["Nobody saw it", "nobody saw it.", "Nobody  saw it.", ""])
def test_a_difference_raises_and_shows_both(expected):
    with pytest.raises(CitationError) as caught:
        cite(1, ARTICLE, 18, 32, expected)
    assert "a1 [18:32]" in str(caught.value)
    assert repr("Nobody saw it.") in str(caught.value)
    assert repr(expected) in str(caught.value)


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 4), (-1, 4), (0, 33), (32, 33), (-5, -1)])
def test_a_range_outside_the_text_raises(start, end):
    with pytest.raises(CitationError, match="no range in article a1 of 32 characters"):
        cite(1, ARTICLE, start, end)


@given(st.text(), st.integers(-3, 40), st.integers(-3, 40))
def test_either_a_verbatim_slice_or_an_error(text, start, end):
    article = Article(id="x", title="", text=text, source="x")
    if 0 <= start < end <= len(text):
        assert cite(1, article, start, end, text[start:end]).quote == text[start:end]
    else:
        with pytest.raises(CitationError):
            cite(1, article, start, end)
