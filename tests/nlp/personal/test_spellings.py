"""Spellings people use to write or to hide their data, and numbers that only look like it."""

from __future__ import annotations

import pytest

from feedback_app.nlp.personal.redact import redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wa nol delapan satu tiga tiga sembilan dua satu empat empat lima enam", "wa [TELEPON]"),
        ("kosong lapan satu tiga 3921 4456 ya", "[TELEPON] ya"),
        ("0813 tiga sembilan dua satu 4456", "[TELEPON]"),
        ("wa.me/6281339214456", "wa.me/[TELEPON]"),
        ("hp (0813-3921-4456)", "hp ([TELEPON])"),
        ("+62.813.3921.4456", "[TELEPON]"),
        ("surel rina[at]surat[dot]com", "surel [EMAIL]"),
        ("rina at gmail dot com", "[EMAIL]"),
        ("rina_m @ gmail.com tolong", "[EMAIL] tolong"),
        ("rina@gmail,com", "[EMAIL]"),
        ("plat merah DH 12 A dipakai ke pasar", "plat merah [PLAT] dipakai ke pasar"),
        ("pengendara nopol AB.4451.ZZ kabur", "pengendara nopol [PLAT] kabur"),
        ("mobil D 1 2 3 4 X Y", "mobil [PLAT]"),
        ("nik saya 5371014506850OO1", "nik saya [NIK]"),
        ("No.KK:5371011203100012", "No.KK:[NIK]"),
        ("nip 1979.0312.2006.04.2.009", "nip [NIP]"),
        ("rekeningku 0274-01-009981-50-3", "rekeningku [REKENING]"),
        ("porsi haji 0200481193", "porsi haji [REKENING]"),
        ("kartu KPJ 98J20117643", "kartu KPJ [REKENING]"),
        ("rumah kami Griya Asri Blok A-12", "rumah kami [ALAMAT]"),
        ("alamat Kp. Babakan No. 17", "alamat [ALAMAT]"),
        ("Lampu depan rumah saya di Jl. Melati No. 5 mati", "Lampu depan rumah saya di [ALAMAT] mati"),
    ],
)
def test_data_in_odd_spellings_is_redacted(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Lampu jalan di Jl. Diponegoro No. 45 mati",
        "Lubang di Jl. Palapa No. 10 makin besar",
        "depan No. 12 ada lubang",
        "Kantor Dukcapil Jl. Merpati No. 2 tutup",
        "follow aku dong @kopi.example",
        "telp 021 1500755",
        "Layanan 0800-1-500-000 gratis",
        "Tagihan PDAM 325000 padahal kosong",
        "mobil di kota dr 2 thn lalu",
        "No. resi 0123456789012",
        "IMEI 356789104523678",
        "RSUD Prof. Dr. W. Z. Johannes penuh",
        "Jalan Dr. Sutomo mulus",
        "SDN 2 Dr. Wahidin bocor",
        "Bakso Pak Kumis buang limbah",
        "Bapak Kepala Dinas Sosial",
        "Pak Lurah dan Ibu Wali Kota",
        "Sekolah Kartini di Kupang dan Garut",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert redact(text).text == text


@pytest.mark.parametrize(
    "name",
    ["Sulastri", "Ujang Koswara", "Poltak Sihombing", "Yulisma Piliang", "Andi Tenri", "Yohanis Nenobais",
     "I Wayan Sudiarta",
     "Lalu Sahdan", "Lim Hok Siong", "Ahmad Baswedan", "Meiske Runtuwene", "Yopi Latuconsina", "Yakoba Rumbiak"],
)  # fmt: skip
def test_names_of_many_peoples_are_found_without_a_word_that_introduces_them(name: str) -> None:
    assert redact(f"Yang melayani saya waktu itu {name}, orangnya sabar.").text.count("[NAMA]") == 1


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("NIK saya eja: lima tiga tujuh satu nol satu empat lima nol delapan sembilan nol nol nol nol tiga ya",
         "NIK saya eja: [NIK] ya"),
        ("rekening BRI dua satu empat empat lima enam tujuh delapan", "rekening BRI [REKENING]"),
        ("NPWP 16 digit saya 0925 4294 3407 0000", "NPWP 16 digit saya [NPWP]"),
        ("N.P.W.P. 09.254.294.3.407.000", "N.P.W.P. [NPWP]"),
        ("yayasan minta 09 254 294 3 407 000 dihapus", "yayasan minta [NPWP] dihapus"),
        ("paspor X 1234567 habis", "paspor [PASPOR] habis"),
        ("Saya PMI, dokumen C1234567 ditahan", "Saya PMI, dokumen [PASPOR] ditahan"),
        ("Kartu Keluarga Sejahtera 5264-2210-9038-4416", "Kartu Keluarga Sejahtera [REKENING]"),
        ("nosambung PDAM 02-114-07736", "nosambung PDAM [REKENING]"),
        ("Mandiri 141OO2O73866O salah", "Mandiri [REKENING] salah"),
        ("truk plat L 9O12 UX ngebut", "truk plat [PLAT] ngebut"),
        ("rumah kami di Manyar Kertoarjo V/12 banjir", "rumah kami di [ALAMAT] banjir"),
        ("rumah sy blok F2 no 9", "rumah sy [ALAMAT]"),
    ],
)  # fmt: skip
def test_other_ways_to_write_a_number_are_seen(text: str, redacted: str) -> None:
    assert redact(text).text == redacted
