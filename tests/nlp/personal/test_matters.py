"""Numbers of parcels, tickets and registrations stay, although they look like somebody's number."""

from __future__ import annotations

import time

import pytest

from feedback_app.nlp.personal.matters import is_number_of_a_matter
from feedback_app.nlp.personal.redact import redact


@pytest.mark.parametrize(
    "text",
    [
        "Nomor registrasi: 5371012408150017 belum ada kabar",
        "No. tiket 3276202408150017 belum dijawab",
        "Resi JNE 0812 3456 7890 1234 belum sampai",
        "nomor resi 081234567890123",
        "Nomor pendaftaran 3276 2024 0815 0017 hilang",
        "Kode booking 081339124477",
        "paket 2024 0812 3456 7890 tertahan",
    ],
)
def test_the_number_of_a_matter_stays(text: str) -> None:
    assert redact(text).text == text


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("registrasi KTP saya gagal, NIK 5371014508900003", "registrasi KTP saya gagal, NIK [NIK]"),
        ("daftar tiket nomor sy 081399204471", "daftar tiket nomor sy [TELEPON]"),
        ("order lewat 081399204471", "order lewat [TELEPON]"),
    ],
)
def test_a_number_of_somebody_is_redacted_in_the_same_text(text: str, redacted: str) -> None:
    assert redact(text).text == redacted


def test_only_the_words_right_before_the_number_say_what_it_is_of() -> None:
    assert is_number_of_a_matter("resi 16 angka ", 14)
    assert not is_number_of_a_matter("resi hilang, hubungi ", 21)


def test_many_numbers_like_passports_are_read_in_time_that_grows_with_their_number() -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        redact(text)
        return time.process_time() - began

    seconds("C1234567")
    assert seconds("imigrasi " + "C1234567 " * 5_000) < 60 * max(0.01, seconds("imigrasi " + "C1234567 " * 250))
