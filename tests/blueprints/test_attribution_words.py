"""The reason beside a contribution, said in the language of the page."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from feedback_app.blueprints.attribution_words import reason_words

STORED = (
    "definitif, satu-satunya penanggung jawab",
    "kepala definitif, 1 dari 2 penanggung jawab, bagian 20,0 %",
    "Plh menggantikan pejabat yang berhalangan khusus layanan ini, 1 dari 3 penanggung jawab",
    "catatan loket Loket 2, Akta Kelahiran, satu-satunya petugas",
    "catatan loket Loket 1, 1 dari 2 petugas",
)


@pytest.mark.parametrize("stored", STORED)
def test_the_words_of_the_office_stay_as_they_are_stored(app: Flask, stored: str) -> None:
    with app.test_request_context(), force_locale("id"):
        assert reason_words(stored) == stored


@pytest.mark.parametrize("stored", STORED)
def test_another_language_keeps_the_numbers_and_the_name_of_the_counter(app: Flask, stored: str) -> None:
    with app.test_request_context(), force_locale("en"):
        said = reason_words(stored)
    assert [sign for sign in said if sign.isdigit()] == [sign for sign in stored if sign.isdigit()]
    assert ("Akta Kelahiran" in said) is ("Akta Kelahiran" in stored)


@pytest.mark.parametrize("stored", ["", "keterangan lain", "pejabat baru, satu-satunya penanggung jawab"])
def test_a_sentence_nobody_knows_stays(app: Flask, stored: str) -> None:
    with app.test_request_context(), force_locale("en"):
        assert reason_words(stored) == stored
