"""Names a message introduces itself: single, unlisted, in any case; and the same words before something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.personal.name_features import names_of_peoples
from feedback_app.nlp.personal.name_lessons import everyday_words
from feedback_app.nlp.personal.name_words import can_be_name
from feedback_app.nlp.personal.redact import redact
from feedback_app.nlp.text.word_lists import word_list


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nama saya Budi", "Nama saya [NAMA]"),
        ("nama saya budi", "nama saya [NAMA]"),
        ("NAMA SAYA BUDI MOHON DIBANTU", "NAMA SAYA [NAMA] MOHON DIBANTU"),
        ("Nama saya Yohanis, HP 081234567890", "Nama saya [NAMA], HP [TELEPON]"),
        ("nama saya yohanis mau tanya akta", "nama saya [NAMA] mau tanya akta"),
        ("nama anak saya Kevin belum masuk KK", "nama anak saya [NAMA] belum masuk KK"),
        ("nama anak saya kevin belum masuk KK", "nama anak saya [NAMA] belum masuk KK"),
        ("Nama Saya: YOHANIS", "Nama Saya: [NAMA]"),
        ("Nama saya adalah Yohanis.", "Nama saya adalah [NAMA]."),
        ("nama sy Melki", "nama sy [NAMA]"),
        ("namaku Melki", "namaku [NAMA]"),
        ("a.n. Yohanis", "a.n. [NAMA]"),
        ("a.n Yohanis belum jadi", "a.n [NAMA] belum jadi"),
        ("KTP an. Yohanis", "KTP an. [NAMA]"),
        ("ktp an yohanis belum jadi", "ktp an [NAMA] belum jadi"),
        ("a/n yohanis", "a/n [NAMA]"),
        ("a.n. YOHANIS NENOTEK belum jadi", "a.n. [NAMA] belum jadi"),
        ("a.n. Bapak Yohanis", "a.n. Bapak [NAMA]"),
        ("atas nama yohanis", "atas nama [NAMA]"),
        ("Atas nama: Yohanis", "Atas nama: [NAMA]"),
        ("atas nama anak saya Kevin, umur 3", "atas nama anak saya [NAMA], umur 3"),
        ("saya Yohanis dari Oesapa", "saya [NAMA] dari Oesapa"),
        ("Saya Yohanis, warga Oesapa", "Saya [NAMA], warga Oesapa"),
        ("saya yohanis warga oesapa", "saya [NAMA] warga oesapa"),
        ("nama: budi", "nama: [NAMA]"),
        ("Nama : Yohanis Nenotek\nAlamat : Oesapa", "Nama : [NAMA]\nAlamat : Oesapa"),
        ("nama lengkap yohanis nenotek", "nama lengkap [NAMA]"),
        ("Nama pelapor: Yohanis", "Nama pelapor: [NAMA]"),
        ("Nama Petugas: yohanis", "Nama Petugas: [NAMA]"),
        ("nama petugasnya Melki kalau tidak salah", "nama petugasnya [NAMA] kalau tidak salah"),
        ("petugas bernama Melki marah-marah", "petugas bernama [NAMA] marah-marah"),
        ("petugas bernama melki", "petugas bernama [NAMA]"),
        ("perkenalkan saya Yohanis", "perkenalkan saya [NAMA]"),
        ("Perkenalkan, nama saya Yohanis", "Perkenalkan, nama saya [NAMA]"),
        ("nama saya Yohanis bin Karel.", "nama saya [NAMA]."),
        ("nama saya Dwi Rahayu Oematan ingin bertanya", "nama saya [NAMA] ingin bertanya"),
        ("my name is Kevin", "my name is [NAMA]"),
    ],
)
def test_a_name_after_words_that_introduce_it_is_redacted(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "nama saya tidak terdaftar",
        "Nama saya belum muncul di daftar",
        "NAMA SAYA BELUM MUNCUL",
        "Nama Saya Tidak Ada Di Daftar",
        "nama saya g muncul2",
        "nama saya blm ada",
        "nama saya dobel di DTKS",
        "nama saya ketuker",
        "nama saya kecoret sistem",
        "nama saya salah ketik",
        "nama saya kurang satu huruf",
        "nama saya dipakai orang",
        "nama saya diubahin petugas",
        "nama saya: tidak ditemukan",
        "nama anak saya salah di akta",
        "nama anak saya hilang dari KK",
        "nama ibu kandung tidak sesuai",
        "nama istri saya kurang huruf H",
        "nama lengkap dan tanggal lahir",
        "nama jalan sudah pudar",
        "nama petugas tidak tertera",
        "Nama petugas: tidak tertera",
        "Nama Petugas Tidak Tertera",
        "namanya juga pelayanan publik",
        "yang namanya Antre itu melelahkan",
        "atas nama keluarga kami ucapkan terima kasih",
        "Atas Nama Keluarga Besar",
        "atas nama warga RT 5",
        "Atas nama Warga RT 5",
        "atas nama pribadi",
        "atas nama masyarakat Kupang",
        "atas nama pemilik lama",
        "atas nama Yayasan Kasih",
        "atas nama Dinas Sosial",
        "atas nama PT Maju",
        "a.n. kepala keluarga",
        "a.n. Kepala Keluarga",
        "a.n. Bupati",
        "kira-kira 80 an orang",
        "saya warga dari Oesapa",
        "Saya warga Kelurahan Oesapa",
        "saya datang dari pagi",
        "Saya Kristen, tetangga saya Muslim",
        "Saya Muslim, dipersulit",
        "Saya PNS dari kantor sebelah",
        "saya, warga RT 5",
        "saya asli warga sini",
        "perkenalkan saya warga Oesapa",
        "desa bernama Oesapa",
        "aplikasi bernama SIPANDU",
    ],
)
def test_ordinary_words_after_the_same_words_stay(text: str) -> None:
    assert redact(text).text == text


@pytest.mark.parametrize("spell", [str, str.capitalize, str.upper], ids=["small", "titled", "shouted"])
def test_common_words_hold_no_listed_name(spell: Callable[[str], str]) -> None:
    assert not word_list("common_words") & word_list("names")
    assert can_be_name(spell("bambang"), caseless=True)
    assert not can_be_name(spell("belum"), caseless=True)


def test_everyday_words_of_the_corpus_are_listed(corpus: list[Example]) -> None:
    """Words that three messages hold; those that are names of some people besides are left to the tagger."""
    listed = word_list("common_words") | word_list("names") | word_list("regions")
    listed |= {name for parts in names_of_peoples().values() for names in parts.values() for name in names}
    assert everyday_words(corpus) - listed == set()
