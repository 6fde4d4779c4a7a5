from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.intake.imports.problems import MappingError, Reason, RowProblemError
from feedback_app.intake.imports.values import (
    OWN_SCALE,
    Cell,
    cell_text,
    parse_scale,
    read_kind,
    read_rating,
    read_reply_wish,
    stored_text,
)
from feedback_app.intake.rules import SubmissionKind


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        pytest.param(" antre lama ", "antre lama", id="surrounding space goes"),
        pytest.param("a\x00b", "ab", id="NUL goes"),
        pytest.param("\ufeffbagus", "bagus", id="byte order mark goes"),
        pytest.param("satu\r\ndua\rtiga", "satu\ndua\ntiga", id="one kind of line end"),
        pytest.param("kata\u00a0kata", "kata kata", id="a hard space parts words"),
        pytest.param("satu\u2028dua", "satu\ndua", id="a line separator parts words"),
        pytest.param("bagus 👍🏽", "bagus 👍🏽", id="emoji stay"),
        pytest.param("\ud800bagus", "bagus", id="half a character goes"),
        pytest.param(" \u200b\x00 ", None, id="nothing readable"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="empty cell"),
        pytest.param(12345.0, "12345", id="a whole number"),
        pytest.param(1.5, "1.5", id="a fraction"),
        pytest.param(True, "True", id="a truth value"),
    ],
)
def test_a_text_is_stored_readable(cell: Cell, text: str | None) -> None:
    assert stored_text(cell) == text


@given(st.text())
def test_a_stored_text_can_be_stored_again_unchanged_and_in_postgresql(raw: str) -> None:
    text = stored_text(raw)
    assert stored_text(text) == text
    assert text is None or ("\x00" not in text and text.encode() and text == text.strip())


@pytest.mark.parametrize("cell", ["3", " 3 ", 3, 3.0, "3.0", "3,00"])
def test_points_are_read_from_text_and_numbers(cell: Cell) -> None:
    assert read_rating(cell, OWN_SCALE) == 3


@pytest.mark.parametrize("cell", ["", None, "  "])
def test_an_empty_rating_is_no_rating(cell: Cell) -> None:
    assert read_rating(cell, OWN_SCALE) is None


@pytest.mark.parametrize("cell", ["0", "5", 5, 5.0, "3.5", 3.5, "puas", "-1", "10", "٣", True, "33"])
def test_another_scale_is_never_converted(cell: Cell) -> None:
    with pytest.raises(RowProblemError) as caught:
        read_rating(cell, OWN_SCALE)
    assert caught.value.reason is Reason.RATING_NOT_IN_SCALE
    assert cell_text(cell) in caught.value.sentence


@pytest.mark.parametrize(("stars", "points"), [("1", 1), (2, 1), ("3", 2), (4.0, 3), ("5", 4), (5.0, 4)])
def test_five_stars_are_worth_what_the_operator_says(stars: Cell, points: int) -> None:
    assert read_rating(stars, parse_scale(["1=1,2=1,3=2,4=3,5=4"])) == points


def test_words_are_ratings_in_any_capitals_and_a_dash_can_mean_none() -> None:
    scale = parse_scale(["Puas=3", "Sangat Puas=4,-="])
    assert [read_rating(word, scale) for word in ("puas", "SANGAT PUAS", "-")] == [3, 4, None]


def test_a_given_scale_replaces_the_usual_one() -> None:
    with pytest.raises(RowProblemError, match="puas"):
        read_rating("3", parse_scale(["puas=3"]))


@pytest.mark.parametrize("pairs", [["5=5"], ["5"], ["=3"], ["a=3,A=4"], ["5=4,5.0=3"], ["5=4.0"]])
def test_a_scale_that_is_none_is_refused(pairs: list[str]) -> None:
    with pytest.raises(MappingError, match="--rating-values"):
        parse_scale(pairs)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ("Pengaduan", SubmissionKind.COMPLAINT),
        ("complaint", SubmissionKind.COMPLAINT),
        ("SARAN", SubmissionKind.ASPIRATION),
        ("permintaan  informasi", SubmissionKind.INFORMATION_REQUEST),
        ("apresiasi", SubmissionKind.PRAISE),
        ("penilaian", SubmissionKind.RATING),
        ("", SubmissionKind.UNSPECIFIED),
        (None, SubmissionKind.UNSPECIFIED),
    ],
)
def test_kinds_are_named_in_indonesian_or_by_code(cell: Cell, kind: SubmissionKind) -> None:
    assert read_kind(cell) is kind


def test_an_unknown_kind_is_a_bad_row() -> None:
    with pytest.raises(RowProblemError) as caught:
        read_kind("lain-lain")
    assert caught.value.reason is Reason.KIND_UNKNOWN


@pytest.mark.parametrize(
    ("cell", "wish"), [("Ya", True), (1, True), (True, True), ("tidak", False), (0, False), ("", None)]
)
def test_the_wish_for_an_answer_is_yes_no_or_unsaid(cell: Cell, wish: bool | None) -> None:
    assert read_reply_wish(cell) is wish


def test_an_unreadable_wish_is_a_bad_row() -> None:
    with pytest.raises(RowProblemError) as caught:
        read_reply_wish("mungkin")
    assert caught.value.reason is Reason.REPLY_UNREADABLE
