"""How alike two texts are, and what they share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.nlp.duplicates.grams import grams_of
from feedback_app.nlp.duplicates.likeness import cosine, likeness, shared, told

HOLE = "Lubang besar di Jalan Cendana dekat jembatan, motor sering jatuh."
AGAIN = "jl cendana berlubang dkt jembatan, kemarin ada motor yg jatuh"


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_a_share_and_the_same_both_ways(one: str, other: str) -> None:
    found = likeness(told(one), told(other))
    assert 0.0 <= found <= 1.0 + 1e-9
    assert found == pytest.approx(likeness(told(other), told(one)))


def test_a_text_is_like_itself_and_unlike_nothing() -> None:
    assert cosine(grams_of(HOLE), grams_of(HOLE)) == pytest.approx(1.0)
    assert cosine(grams_of(HOLE), grams_of("")) == 0.0


def test_another_street_makes_the_same_words_another_thing() -> None:
    assert likeness(told(HOLE), told(AGAIN)) > 0.4
    assert likeness(told(HOLE), told(AGAIN.replace("cendana", "merpati"))) == 0.0


def test_the_rarest_words_of_both_are_told_with_the_place() -> None:
    found = shared(HOLE, AGAIN)
    assert found.place == "Jalan Cendana"
    assert set(found.words) == {"cendana", "jembatan", "motor", "jatuh"}
    assert shared(HOLE, "Blangko KTP habis").words == ()
