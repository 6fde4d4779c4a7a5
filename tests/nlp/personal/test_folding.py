"""What finders read instead of the text as typed, and that every find keeps its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.nlp.personal.folding import folded, plain_characters
from feedback_app.nlp.personal.pii import PiiKind, Span
from feedback_app.nlp.personal.redact import find_personal_data, redact

NIK = "5371014506850001"
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
SCRIPTS = "0٠۰०０𝟎"
"""The figure nought of six scripts."""
AS_TYPED = st.one_of(
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            ["NIK", "wa", "di", "Jl.", "hub.", "plat", "B 1234 XY", NIK, "081339214456", "Siti", " ",
             "–", "−", "\u00a0", "\ufb01",
             "\u200b", "\u00ad", "٠١", "９", "\U0001f600", "5\ufe0f\u20e3", "İ"]
        ),
        max_size=12,
    ).map("".join),
)  # fmt: skip


@given(AS_TYPED)
def test_every_character_read_has_the_place_of_one_typed(text: str) -> None:
    read = folded(text)
    plain = plain_characters(text)
    spans = [read.as_typed(Span(place, place + 1, PiiKind.NAME)) for place in range(len(read.text))]
    assert len(plain) == len(text)
    assert [span.start for span in spans] == sorted(span.start for span in spans)
    for character, span in zip(read.text, spans, strict=True):
        assert span.end == span.start + 1
        assert character in (plain[span.start], " ")


@given(AS_TYPED)
def test_what_is_found_lies_in_the_text_and_does_not_overlap(text: str) -> None:
    end = 0
    for span in find_personal_data(text):
        assert end <= span.start < span.end <= len(text)
        end = span.end


@given(st.lists(st.sampled_from(["", *INVISIBLE]), min_size=15, max_size=15), st.sampled_from(SCRIPTS))
def test_a_number_with_invisible_signs_in_any_script_is_found_whole(between: list[str], nought: str) -> None:
    figures = [chr(ord(nought) + int(figure)) for figure in NIK]
    typed = "".join(figure + sign for figure, sign in zip(figures, [*between, ""], strict=True))
    assert redact(f"KTP saya {typed} hilang\u200b.").text == "KTP saya [NIK] hilang\u200b."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WA 0812–3456–7890 ya", "WA [TELEPON] ya"),
        ("0813 — 3921 — 4456", "[TELEPON]"),
        ("0813−3921−4456", "[TELEPON]"),
        ("nik 5371‑0145‑0685‑0001", "nik [NIK]"),
        ("hp 0813\u00a03921\u202f4456", "hp [TELEPON]"),
        ("hp ٠٨١٣٣٩٢١٤٤٥٦", "hp [TELEPON]"),
        ("plat DH–1234–AB", "plat [PLAT]"),
        ("rina\u200b@gm\u00adail.com", "[EMAIL]"),
        ("rina＠gmail．com", "[EMAIL]"),
        ("a.n. Siti\u00a0Aminah", "a.n. [NAMA]"),
    ],
)
def test_look_alikes_hide_no_data(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cek NIK5371014506850001 dong", "cek NIK[NIK] dong"),
        ("nokk5371-0145-0685-0001 salah", "nokk[NIK] salah"),
        ("nip1979O3122006042009 bolos", "nip[NIP] bolos"),
        ("hub.O8133921445O ya", "hub.[TELEPON] ya"),
        ("kontak6281339214456min tolong", "kontak[TELEPON]min tolong"),
        ("platdh4451zz kabur", "plat[PLAT] kabur"),
        ("rek bcanya ke bca2144567812", "rek bcanya ke bca[REKENING]"),
        ("paspor nomerC 1234567 hilang", "paspor nomer[PASPOR] hilang"),
        ("suratnya ke emailrina.m(at)gmail.com", "suratnya ke email[EMAIL]"),
        ("rumah saya diJl.Melati no:41a banjir", "rumah saya di[ALAMAT] banjir"),
        ("petugas bernamaYosef Nenobais kasar", "petugas bernama[NAMA] kasar"),
        ("pak s u l a s t r o minta uang", "pak [NAMA] minta uang"),
    ],
)
def test_a_word_stuck_to_data_hides_none(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text", ["Jam 08.00–15.30 tutup", "lebar 5–7 meter", "Warga – kami semua – menunggu", "ID laporan #20240916-00485",
             "keJalan raya", "no2 dari kiri", "12345678901kg beras"],
)  # fmt: skip
def test_ordinary_dashes_and_words_stay(text: str) -> None:
    assert redact(text).text == text
