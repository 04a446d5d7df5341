"""Which reviews are positive: the word rule on Arrow arrays says what the rule written plainly says."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from sakila_platform.reviews.vendors.review_text import STOP_WORDS, GoodToken, GoodWord, words

# Words are put together of these, so that the interesting cases are common.
PIECES = st.sampled_from(
    [
        "good",
        "Good",
        "GOOD",
        "gOOd",
        "goo",
        "od",
        "goodness",
        " ",
        "\n",
        "!",
        ",",
        "<br />",
        "_",
        "-",
        "7",
        "é",
        "。",
        "g",
    ]
)
TEXTS = st.lists(PIECES, max_size=8).map("".join)


@pytest.mark.parametrize("text", ["good", "Good!", "a (GOOD) film", "<br />good<br />", "good-natured", "_good_"])
def test_neither_case_nor_punctuation_hides_the_word(text: str) -> None:
    assert GoodWord()(pa.array([text])).to_pylist() == [1]


@pytest.mark.parametrize("text", ["", "goodness", "feelgood", "goods", "good7", "goodé", "go od", "bad", None])
def test_a_longer_word_is_another_word(text: str | None) -> None:
    assert GoodWord()(pa.array([text], pa.string())).to_pylist() == [0]


@trying(deadline=None)
@given(st.lists(TEXTS))
def test_the_word_rule_is_what_it_says_in_words(texts: list[str]) -> None:
    assert GoodWord()(pa.array(texts, pa.string())).to_pylist() == [int("good" in words(text)) for text in texts]


@trying(deadline=None)
@given(st.lists(TEXTS))
def test_the_exact_rule_is_a_split_by_white_space(texts: list[str]) -> None:
    split = [text.encode().split() for text in texts]
    assert GoodToken()(pa.array(texts, pa.string())).to_pylist() == [int(b"good" in tokens) for tokens in split]


@trying(deadline=None)
@given(st.lists(TEXTS, min_size=2), st.data())
def test_a_part_of_an_array_is_judged_by_its_own_texts(texts: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(texts) - 1))
    array = pa.array(texts, pa.string())
    assert GoodWord()(array.slice(start)).to_pylist() == GoodWord()(array).to_pylist()[start:]


def test_stop_words_are_no_words_of_a_review() -> None:
    assert words("It was not A good film, and I said so") == ["good", "film", "said"]
    assert "good" not in STOP_WORDS
