"""The coach: asks for what is missing, finds what nobody asked for, and leaves alone who has said enough."""

from __future__ import annotations

import pytest

from feedback_app.nlp.coach import Missing, mask, missing_facts, named_persons, personal_data
from feedback_app.nlp.learning.corpus import load_corpus
from feedback_app.nlp.personal.pii import PiiKind

COMPLETE = "Sudah tiga minggu berkas saya di loket 3 belum diproses petugas."


@pytest.mark.parametrize(
    ("text", "has_when", "has_where", "missing"),
    [
        pytest.param(COMPLETE, False, False, (), id="complete"),
        pytest.param("lama sekali", True, True, (Missing.WHAT,), id="a feeling"),
        pytest.param("Petugas menolak berkas saya tanpa alasan", False, True, (Missing.WHEN,), id="no time"),
        pytest.param("Kemarin petugas menolak berkas saya", False, False, (Missing.WHERE,), id="no place"),
        pytest.param("Petugas menolak berkas saya tgl 12/5", False, True, (), id="a date in digits"),
        pytest.param("Petugas menolak berkas saya", True, True, (), id="said in the boxes"),
        pytest.param("Kemarin air mati di Jalan Melati No. 7", False, False, (), id="an address"),
    ],
)
def test_complaint_is_asked_for_what_neither_text_nor_boxes_say(
    text: str, has_when: bool, has_where: bool, missing: tuple[Missing, ...]
) -> None:
    assert missing_facts(text, kind="complaint", has_when=has_when, has_where=has_where) == missing


@pytest.mark.parametrize("kind", ["praise", "information_request", "spam", None])
def test_praise_and_questions_are_not_nagged(kind: str | None) -> None:
    assert missing_facts("bagus", kind=kind, has_when=False, has_where=False) == ()


def test_wish_needs_no_day_and_no_place() -> None:
    assert missing_facts("Tambah kursi tunggu untuk lansia", kind="aspiration", has_when=False, has_where=False) == ()


def test_hardly_any_complaint_of_the_corpus_is_said_to_tell_nothing() -> None:
    # Ordinary ones: the texts that were written to be two words long do tell next to nothing.
    complaints = [
        example.text for example in load_corpus() if example.kind == "complaint" and len(example.text.split()) >= 5
    ]
    bare = [t for t in complaints if Missing.WHAT in missing_facts(t, kind="complaint", has_when=True, has_where=True)]
    assert len(bare) / len(complaints) < 0.02


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("NIK saya 3515140508680001", PiiKind.NIK, "3515140508680001"),
        ("NIP petugas 198609262015051001", PiiKind.NIP, "198609262015051001"),
        ("hubungi 0812-3456-7890", PiiKind.PHONE, "0812-3456-7890"),
        ("surel ani@contoh.id", PiiKind.EMAIL, "ani@contoh.id"),
        ("motor DH 1234 AB", PiiKind.PLATE, "DH 1234 AB"),
        ("rumah di Jalan Melati No. 7 RT 03/RW 02", PiiKind.ADDRESS, "Jalan Melati No. 7 RT 03/RW 02"),
        ("rekening BRI 034101000743303", PiiKind.ACCOUNT, "034101000743303"),
    ],
)
def test_personal_data_is_found_by_kind_and_masked(text: str, kind: PiiKind, piece: str) -> None:
    found = personal_data([text])
    assert [(item.kind, item.pieces) for item in found] == [(kind, (piece,))]
    masked = mask(text, names=False)
    assert piece not in masked
    assert personal_data([masked]) == ()


def test_the_same_number_in_two_boxes_is_named_once() -> None:
    [found] = personal_data(["HP 081234567890", "telepon 081234567890"])
    assert found.pieces == ("081234567890",)


def test_names_are_found_and_masked_apart_from_the_rest() -> None:
    text = "Saya dilayani Ibu Marselina Taneo, telepon 081234567890."
    assert named_persons([text]) == ("Marselina Taneo",)
    assert mask(text, names=True) == "Saya dilayani Ibu [NAMA], telepon 081234567890."
    assert "Marselina Taneo" in mask(text, names=False)
    assert all(found.kind is not PiiKind.NAME for found in personal_data([text]))


def test_text_without_personal_data_stays_as_it_is() -> None:
    assert mask(COMPLETE, names=False) == mask(COMPLETE, names=True) == COMPLETE
    assert (personal_data([COMPLETE]), named_persons([COMPLETE])) == ((), ())
