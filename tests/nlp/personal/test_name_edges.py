"""Names are found whole: with titles of birth, "Daeng", and words no list knows; and names of services are none."""

from __future__ import annotations

import gc
import time

import pytest

from feedback_app.nlp.personal.redact import find_personal_data, redact


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Camat Kadir Daeng Ngawing ramah", "Camat [NAMA] ramah"),
        ("Terima kasih Ni Luh Sekarwati atas bantuannya", "Terima kasih [NAMA] atas bantuannya"),
        ("Berkas itu milik La Ode Safrudin, bukan saya", "Berkas itu milik [NAMA], bukan saya"),
        ("an la ode safrudin ktp rusak", "an [NAMA] ktp rusak"),
        ("KTP atas nama Rambu Ana, belum jadi", "KTP atas nama [NAMA], belum jadi"),
        ("Nama ibu di KK tertulis Wa Ode Halimah", "Nama ibu di KK tertulis [NAMA]"),
        ("Hanya Damianus Jelatuwu yang dapat", "Hanya [NAMA] yang dapat"),
    ],
)
def test_a_name_is_found_from_its_first_to_its_last_word(text: str, redacted: str) -> None:
    assert redact(text).text == redacted


@pytest.mark.parametrize(
    "text",
    [
        "Jalan Teuku Umar rusak parah",
        "Rumah sakit Tengku Mansyur sekarang bersih",
        "Taman Bung Karno gelap",
        "Rambu Lalu Lintas hilang",
        "Layanan Mbak Rini Online tidak bisa dibuka",
        "Surat atas nama Kelompok Tani Makmur belum terbit",
        "Nama usaha tertulis Maju Jaya",
    ],
)
def test_streets_services_and_groups_are_no_names(text: str) -> None:
    assert redact(text).text == text


def test_a_hundred_thousand_characters_of_names_are_read_in_time_that_grows_with_their_number() -> None:
    def seconds(text: str) -> float:
        # What the collector looks through is the heap of all tests before this one.
        gc.disable()
        try:
            began = time.process_time()
            find_personal_data(text)
            return time.process_time() - began
        finally:
            gc.enable()

    seconds("Pak Budi")
    assert seconds("Pak Budi " * 11_000) < 60 * max(0.01, seconds("Pak Budi " * 550))
