from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from inferometer.engine import tokenizer

IDS = st.lists(st.integers(0, tokenizer.VOCABULARY_SIZE - 1))


@given(IDS)
def test_ids_come_back_from_their_text(ids: list[int]) -> None:
    assert tokenizer.tokenize(tokenizer.detokenize(ids)) == ids


@given(st.text())
def test_a_word_is_a_token_whatever_the_word(text: str) -> None:
    ids = tokenizer.tokenize(text)
    assert len(ids) == tokenizer.count(text) == len(text.split())
    assert all(0 <= i < tokenizer.VOCABULARY_SIZE for i in ids)


def test_all_words_differ_and_are_equally_long() -> None:
    words = {tokenizer.word(i) for i in range(tokenizer.VOCABULARY_SIZE)}
    assert len(words) == tokenizer.VOCABULARY_SIZE
    assert {len(w) for w in words} == {6}


def test_spelling() -> None:
    assert tokenizer.detokenize([0, 5, 32_767]) == " bababa babade nonono"
    assert tokenizer.tokenize("babade\n nonono ") == [5, 32_767]
