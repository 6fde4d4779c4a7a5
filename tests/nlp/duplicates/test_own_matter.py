"""Two citizens with the same trouble about their own papers are no event; what befell both at once is."""

from __future__ import annotations

import pytest

from feedback_app.nlp.duplicates.likeness import SAME, likeness, told
from feedback_app.nlp.duplicates.own_matter import is_of_own_matter


@pytest.mark.parametrize(
    "text",
    [
        "KTP saya hilang",
        "ktp gw ilang min",
        "sy mau urus KK, ditolak",
        "Akta kelahiran anak saya belum jadi",
        "e-KTP punya sy rusak",
    ],
)
def test_a_paper_beside_its_owner_is_their_own_matter(text: str) -> None:
    assert is_of_own_matter(text)


@pytest.mark.parametrize(
    "text",
    [
        "Blangko KTP habis",
        "Loket KTP hanya satu yang dibuka, padahal sejak subuh saya antre",
        "Motor saya jatuh di lubang",
        "",
    ],
)
def test_what_everybody_meets_or_holds_no_paper_is_not(text: str) -> None:
    assert not is_of_own_matter(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("KTP saya hilang", "KTP saya hilang", id="word for word"),
        pytest.param("sy kehilangan KTP", "KTP anak sy hilang", id="in other words"),
        pytest.param(
            "Akta kelahiran anak saya belum jadi sudah 2 bulan",
            "akta kelahiran anak saya belum jadi, sudah tiga bulan",
            id="late",
        ),
        pytest.param("KTP saya hilang bersama dompet", "dompet dan KTP saya hilang", id="one rare word is chance"),
    ],
)
def test_the_same_trouble_of_two_citizens_is_two_matters(one: str, other: str) -> None:
    assert likeness(told(one), told(other)) == 0.0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Blangko KTP saya habis di loket", "KTP saya belum jadi, blangko habis di loket", id="rare words"),
        pytest.param("KTP saya hilang di Pasar Oeba", "ktp saya hilang dekat pasar oeba", id="a place"),
        pytest.param("KTP hilang", "KTP hilang", id="nobody's own"),
    ],
)
def test_what_shares_a_place_or_two_rare_words_may_be_one_event(one: str, other: str) -> None:
    assert likeness(told(one), told(other)) >= SAME
