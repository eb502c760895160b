from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from qa.embedding.batches import by_tokens


@given(
    st.lists(st.integers(1, 300)),
    st.integers(1, 2000),
    st.booleans(),
)
def test_every_text_is_in_one_batch_within_the_budget(lengths, budget, padded):
    batches = by_tokens(lengths, budget, padded=padded)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        own = [lengths[i] for i in batch]
        cost = max(own) * len(own) if padded else sum(own)
        assert cost <= budget or len(batch) == 1


def test_batches_hold_texts_of_like_length_and_are_full():
    assert by_tokens([5, 100, 6, 90], 110) == [[1], [3, 2, 0]]
    assert by_tokens([5, 100, 6, 90], 110, padded=True) == [[1], [3], [2, 0]]
    assert by_tokens([], 10) == []
