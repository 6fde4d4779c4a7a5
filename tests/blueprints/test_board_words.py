"""Points and ratios of the board in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from feedback_app.blueprints import board_words
from feedback_app.evaluation.board.rules import Batch

SATURDAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def in_indonesian(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("first_on", "words"),
    [
        (SATURDAY, "21 November 2026"),
        (date(2026, 11, 16), "16 November 2026 – 21 November 2026"),
        (date(2025, 11, 24), "minggu 16 November 2026, kunjungan sejak 24 November 2025"),
    ],
    ids=["one day", "one week", "gathered over a year"],
)
def test_a_point_that_took_long_to_gather_stands_in_the_week_that_filled_it(first_on: date, words: str) -> None:
    assert board_words.days(Batch(first_on, SATURDAY, 807, 100, 2400, 7800)) == words


def test_a_ratio_says_what_it_means() -> None:
    assert board_words.ratio_words(0.7) == "0,7 kali, yaitu berkurang 30 %"
    assert board_words.ratio_words(1.5) == "1,5 kali, yaitu bertambah 50 %"
    assert board_words.ratio_words(1.004) == "sama banyak"
