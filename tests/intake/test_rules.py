"""What a citizen may send, as pure rules."""

from __future__ import annotations

from datetime import date

import pytest

from feedback_app.intake.rules import (
    BadReason,
    GoodReason,
    SubmissionKind,
    clean_text,
    earliest_day,
    opens_case,
    reasons_for,
)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        pytest.param(None, None, id="nothing"),
        pytest.param("  \n ", None, id="only space"),
        pytest.param("a\r\nb\rc\u2028d", "a\nb\nc\nd", id="line ends of every kind"),
        pytest.param("dua\u00a0kata\u3000saja", "dua kata saja", id="other spaces"),
        pytest.param("a\x00b\u200bc\x1bd", "abcd", id="what no keyboard sends"),
        pytest.param(" Terima kasih 🙏 ", "Terima kasih 🙏", id="a picture stays"),
    ],
)
def test_text_is_cleaned(raw: str | None, clean: str | None) -> None:
    assert clean_text(raw) == clean


@pytest.mark.parametrize(
    ("today", "first"),
    [
        pytest.param(date(2026, 5, 12), date(2021, 5, 12), id="any day"),
        pytest.param(date(2028, 2, 29), date(2023, 2, 28), id="a day that other years lack"),
        pytest.param(date(2029, 2, 28), date(2024, 2, 28), id="the day before it"),
    ],
)
def test_citizens_may_tell_of_five_years(today: date, first: date) -> None:
    assert earliest_day(today) == first


def test_reasons_follow_the_rating() -> None:
    assert [set(reasons_for(rating)) for rating in (1, 2, 3, 4)] == [
        set(BadReason),
        set(BadReason),
        set(GoodReason),
        set(GoodReason),
    ]


@pytest.mark.parametrize(
    ("kind", "wants_reply", "predicted", "has_text", "expected"),
    [
        pytest.param(SubmissionKind.COMPLAINT, None, None, True, True, id="a complaint"),
        pytest.param(SubmissionKind.COMPLAINT, False, None, True, False, id="history"),
        pytest.param(SubmissionKind.RATING, True, None, True, True, id="a rating that asks"),
        pytest.param(SubmissionKind.RATING, None, "complaint", True, False, id="a rating that does not"),
        pytest.param(SubmissionKind.UNSPECIFIED, None, None, True, True, id="nobody knows: a person looks"),
        pytest.param(SubmissionKind.UNSPECIFIED, None, "praise", True, False, id="surely praise"),
        pytest.param(SubmissionKind.UNSPECIFIED, None, None, False, False, id="no word at all"),
    ],
)
def test_what_opens_a_case(
    kind: SubmissionKind, wants_reply: bool | None, predicted: str | None, has_text: bool, expected: bool
) -> None:
    assert opens_case(kind, wants_reply=wants_reply, predicted_kind=predicted, has_text=has_text) is expected
