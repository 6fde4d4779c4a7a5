from __future__ import annotations

import re
import time

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.personal.pii import PiiKind
from feedback_app.nlp.personal.redact import find_personal_data, redact


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("NIK 3515140508680001 dobel", "NIK [NIK] dobel", id="NIK"),
        pytest.param("nik 3515-1405-0868-0001", "nik [NIK]", id="NIK with hyphens"),
        pytest.param(
            "NIK saya 351514050868001 ditolak", "NIK saya [NIK] ditolak", id="NIK a digit short, after the word"
        ),
        pytest.param("NIP. 19850312 201001 1 005 kasar", "NIP. [NIP] kasar", id="NIP with spaces"),
        pytest.param("NI PPPK 199312282025212001", "NI PPPK [NIP]", id="PPPK"),
        pytest.param("hub 0812-3456-7890 ya", "hub [TELEPON] ya", id="mobile"),
        pytest.param("wa +62 812 3456 7890", "wa [TELEPON]", id="international"),
        pytest.param("hub O812 3456 789O", "hub [TELEPON]", id="letter O for zero"),
        pytest.param("0 8 1 2 3 4 5 6 7 8 9 0", "[TELEPON]", id="a space after each digit"),
        pytest.param("telp (031) 5461234", "telp [TELEPON]", id="fixed line"),
        pytest.param("wa 81234567890", "wa [TELEPON]", id="without the zero"),
        pytest.param("hp 0812 3456 7890 15 Maret", "hp [TELEPON] 15 Maret", id="a date after the number stays"),
        pytest.param("surel budi.s@contoh.co.id.", "surel [EMAIL].", id="e-mail"),
        pytest.param("budi (at) contoh (dot) com", "[EMAIL]", id="e-mail in words"),
        pytest.param("motor DK 5531 FAR ngebut", "motor [PLAT] ngebut", id="plate"),
        pytest.param("nopol w 1456 tk", "nopol [PLAT]", id="plate in small letters"),
        pytest.param("rek BCA 1234567890", "rek BCA [REKENING]", id="bank account"),
        pytest.param("no pelanggan 10482277", "no pelanggan [REKENING]", id="customer number"),
        pytest.param("NPWP 09.254.294.3-407.000", "NPWP [NPWP]", id="tax number"),
        pytest.param("paspor saya B1234567", "paspor saya [PASPOR]", id="passport"),
        pytest.param("rumah di Jl. Melati III No. 27, tolong", "rumah di [ALAMAT], tolong", id="address"),
        pytest.param("kos saya di Jl. Kenari 12 gelap", "kos saya di [ALAMAT] gelap", id="address without No."),
        pytest.param("a.n. Siti Aminah", "a.n. [NAMA]", id="on behalf of"),
        pytest.param("nama saya Dwi Rahayu Lestari.", "nama saya [NAMA].", id="my name is"),
        pytest.param("pak slamet tetangga saya", "pak [NAMA] tetangga saya", id="small letters"),
        pytest.param("Petugas Hendra Gunawan kasar", "Petugas [NAMA] kasar", id="known name without a cue"),
        pytest.param("Bapak I Nyoman Suardika ramah", "Bapak [NAMA] ramah", id="Balinese name"),
        pytest.param("Sdr. Rizky Pratama. Terima kasih", "Sdr. [NAMA]. Terima kasih", id="stops at the full stop"),
    ],
)
def test_personal_data_gives_way_to_a_tag(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Pak Lurah dan Bu Camat tidak pernah turun.",
        "Bapak/Ibu petugas mohon ditindaklanjuti.",
        "Ibu hamil tidak didahulukan.",
        "Kepada Yth. Bapak Walikota Surabaya",
        "Terima kasih pak. Padahal saya ragu.",
        "Jl. Ahmad Yani macet",
        "Jl. Sudirman 2 minggu rusak",
        "Terminal Purabaya dan Bandara Ngurah Rai penuh",
        "UU No 25 Tahun 2009",
        "tiket LAPOR #8812345678901234",
        "Rp 1.500.000 tanpa kwitansi",
        "12-03-2023 jam 14.30",
        "08-12-2023 08.30 saya datang",
        "tiang L 12 dan Blok B 12 A",
        "RT 03 RW 05",
        "call center 112, 1500-911, 08001119999",
        "Surat nomor 470/123/436.9.12/2023",
        "iuran BPJS 150.000 per bulan",
    ],
)
def test_what_identifies_nobody_stays(text: str) -> None:
    assert redact(text).text == text


def test_spans_point_into_the_original_text_in_order() -> None:
    text = "a.n. Siti Aminah, NIK 3515140508680001, wa 081234567890"
    redaction = redact(text)
    assert [(text[span.start : span.end], span.kind) for span in redaction.spans] == [
        ("Siti Aminah", PiiKind.NAME),
        ("3515140508680001", PiiKind.NIK),
        ("081234567890", PiiKind.PHONE),
    ]
    assert redaction.kinds == ("name", "nik", "phone")


def test_an_account_number_that_looks_like_a_phone_is_an_account() -> None:
    assert [span.kind for span in find_personal_data("rek BNI 0431882716")] == [PiiKind.ACCOUNT]


@pytest.mark.slow
def test_redacting_a_redacted_text_changes_nothing(corpus: list[Example]) -> None:
    changed = [once for example in corpus if redact(once := redact(example.text).text).text != once]
    assert changed == []


@st.composite
def spelled_mobiles(draw: st.DrawFn) -> str:
    """Mobile numbers in many spellings, valid and not."""
    digits = "8" + draw(st.text("0123456789", min_size=6, max_size=12))
    start = draw(st.sampled_from(["0", "+62", "62", "+62 ", "O"]))
    parts = [digits[:3], digits[3:7], digits[7:]]
    return start + draw(st.sampled_from(["", " ", "-", "."])).join(part for part in parts if part)


@given(spelled_mobiles())
def test_mobiles_are_found_as_libphonenumber_would(spelling: str) -> None:
    number = phonenumbers.parse(re.sub(r"^(?:0|O|\+?62)\D?", "+62", spelling))
    is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    assert (redact(f"hubungi {spelling} segera").text == "hubungi [TELEPON] segera") == is_mobile


PIECES = (
    "a.n. ", "Siti Aminah", "nama saya ", "BUDI", "pak ", "NIK ", "3515140508680001", "081234567890",
    " nol delapan satu ", "DK 5531 FAR", "plat ", "Jl. Melati No. 3", "rumah saya di ", "budi@contoh.id", "(at)",
    "rek BCA ", "1234567890", ". ", ", ", " ", "-", "O", "(", ")", "[NAMA]", "[TELEPON]", "lampu di ",
)  # fmt: skip


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
def test_spans_lie_inside_the_text_in_order_and_never_overlap(text: str) -> None:
    redaction = redact(text)
    end = 0
    for span in redaction.spans:
        assert end <= span.start < span.end <= len(text)
        assert text[end : span.start] in redaction.text
        end = span.end


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@pytest.mark.parametrize(
    "unit",
    ["1", "12 ", "a", "Aa ", "a.n. ", "nama saya ", "Jl. A ", "rumah di ", "08", "0 8 ", "@", "a@", "a at ", "x@y.",
     "motor B ", "rek ", "rek 1", "nol ", "delapan ", "Budi ", "BUDI ", "(", "Jl. ", "Pak Budi ", "RT 1 ",
     "- ", "NIK 1"],
)  # fmt: skip
def test_a_hundred_thousand_characters_are_read_in_two_seconds(unit: str) -> None:
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    began = time.process_time()
    redact(text)
    assert time.process_time() - began < 2
