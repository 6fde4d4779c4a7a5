"""Braces in templates: known, filled, and never sent to a citizen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.handling.answers.placeholders import (
    PLACEHOLDERS,
    UnfilledPlaceholderError,
    UnknownPlaceholderError,
    check_filled,
    check_known,
    fill,
    placeholders_in,
)


def test_an_unknown_placeholder_is_refused_by_its_name() -> None:
    with pytest.raises(UnknownPlaceholderError, match=r"\{nomer_kasus\}") as refused:
        check_known("Kasus {nomor_kasus} atau {nomer_kasus}?")
    assert refused.value.name == "nomer_kasus"


@pytest.mark.parametrize("text", ["Sampai {batas_penyelesaian}.", "Kepada { nama }", "{layanan2}"])
def test_what_is_left_in_braces_keeps_an_answer_back(text: str) -> None:
    with pytest.raises(UnfilledPlaceholderError):
        check_filled(text)


@pytest.mark.parametrize("text", ["Biaya {Rp 10.000}", "Jam {08.00-12.00}", "Kurung {} kosong", "Tanpa kurung"])
def test_braces_around_something_else_are_nobodys_placeholder(text: str) -> None:
    check_filled(text)
    check_known(text)
    assert fill(text, {}) == text


def test_a_placeholder_without_a_value_stays_for_somebody_to_fill_in() -> None:
    filled = fill("{layanan}: {batas_penyelesaian}", {"layanan": "KTP", "batas_penyelesaian": None})
    assert filled == "KTP: {batas_penyelesaian}"


@given(st.text(max_size=80), st.sampled_from(PLACEHOLDERS), st.text(alphabet="abc ", max_size=10))
def test_filling_takes_every_mention_and_nothing_else(words: str, name: str, value: str) -> None:
    text = f"{words}{{{name}}}{words}{{ {name} }}"
    assert name in placeholders_in(text)
    filled = fill(text, {name: value or "x"})
    assert name not in placeholders_in(filled)


def test_a_value_that_looks_like_a_placeholder_is_not_filled_again() -> None:
    assert fill("{layanan}", {"layanan": "{nama_unit}", "nama_unit": "Dinas"}) == "{nama_unit}"
