from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.organisation.rules import (
    InvalidNipError,
    InvalidUnitCodeError,
    mask_nip,
    parse_nip,
    parse_unit_code,
)

TODAY = date(2026, 1, 5)
GOOD = "198609262015051001"


def test_number_of_a_pns_is_taken_apart() -> None:
    number = parse_nip(GOOD, today=TODAY)
    assert number.birth_on == date(1986, 9, 26)
    assert number.appointed == (2015, 5)
    assert (number.kind, number.gender, number.sequence) == ("pns", "male", 1)
    assert number.warnings == ()


def test_number_of_a_pppk_has_a_code_in_place_of_the_month() -> None:
    number = parse_nip("199312282025212001", today=TODAY)
    assert number.appointed == (2025, None)
    assert (number.kind, number.gender, number.sequence) == ("pppk", "female", 1)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("19860926 201505 1 001", id="printed in groups"),
        pytest.param("  198609262015051001\n", id="space around"),
        pytest.param("19860926\u00a0201505\u00a01\u00a0001", id="spaces that do not break"),
    ],
)
def test_spaces_in_a_number_are_ignored(raw: str) -> None:
    assert parse_nip(raw, today=TODAY).digits == GOOD


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param("", "hanya boleh berisi angka", id="nothing"),
        pytest.param(GOOD[:-1], "17 angka", id="a digit short"),
        pytest.param(GOOD + "1", "19 angka", id="a digit too many"),
        pytest.param("131234567", "NIP lama", id="number from before 2007"),
        pytest.param("19860926201505100A", "hanya boleh berisi angka", id="a letter"),
        pytest.param("1986092620150510٠١", "hanya boleh berisi angka", id="digits of another script"),
        pytest.param("1.98609262015051E+17", "kolom NIP sebagai teks", id="a spreadsheet's number"),
        pytest.param("188609262015051001", "tahun lahir", id="born in 1886"),
        pytest.param("198602302015051001", "tanggal lahir", id="30 February"),
        pytest.param("198613262015051001", "tanggal lahir", id="month 13 of birth"),
        pytest.param("198609261815051001", "tahun pengangkatan", id="appointed in 1815"),
        pytest.param("198609262015001001", "ke-13 dan ke-14", id="month 00"),
        pytest.param("198609262015131001", "ke-13 dan ke-14", id="month 13"),
        pytest.param("198609262015191001", "ke-13 dan ke-14", id="19 is neither month nor code"),
        pytest.param("198609262015301001", "ke-13 dan ke-14", id="30 is neither month nor code"),
        pytest.param("198609262015050001", "ke-15", id="gender 0"),
        pytest.param("198609262015053001", "ke-15", id="gender 3"),
        pytest.param("198609262015051000", "000", id="sequence 000"),
    ],
)
def test_wrong_part_of_a_number_is_named(raw: str, said: str) -> None:
    with pytest.raises(InvalidNipError, match=said):
        parse_nip(raw, today=TODAY)


@pytest.mark.parametrize("month", ["01", "12", "20", "21", "29"])
def test_months_and_pppk_codes_are_accepted_up_to_their_edges(month: str) -> None:
    kind = parse_nip(f"198609262015{month}1001", today=TODAY).kind
    assert kind == ("pns" if int(month) <= 12 else "pppk")


@pytest.mark.parametrize(
    ("birth_and_appointment", "is_accepted"),
    [
        pytest.param("19900615200606", True, id="in the month of the 16th birthday"),
        pytest.param("19900615200605", False, id="the month before the 16th birthday"),
        pytest.param("19900615200621", True, id="pppk in the year of the 16th birthday"),
        pytest.param("19900615200521", False, id="pppk the year before"),
        pytest.param("19900615202701", True, id="a year ahead, same month as today"),
        pytest.param("19900615202702", False, id="a year and a month ahead"),
        pytest.param("19900615202721", True, id="pppk next year"),
        pytest.param("19900615202821", False, id="pppk in two years"),
    ],
)
def test_appointment_lies_between_16_years_of_age_and_a_year_from_now(
    birth_and_appointment: str, is_accepted: bool
) -> None:
    raw = f"{birth_and_appointment}1001"
    if is_accepted:
        assert parse_nip(raw, today=TODAY).digits == raw
    else:
        with pytest.raises(InvalidNipError, match="Pengangkatan"):
            parse_nip(raw, today=TODAY)


@pytest.mark.parametrize(
    ("birth_and_appointment", "age_warned_of"),
    [
        pytest.param("19900615200806", None, id="18 in that month"),
        pytest.param("19900615200805", 17, id="still 17"),
        pytest.param("19600615202005", None, id="59"),
        pytest.param("19600615202006", 60, id="60 in that month"),
    ],
)
def test_unusual_age_at_appointment_is_a_warning_only(birth_and_appointment: str, age_warned_of: int | None) -> None:
    warnings = parse_nip(f"{birth_and_appointment}1001", today=TODAY).warnings
    expected = [] if age_warned_of is None else [f"Usia saat pengangkatan {age_warned_of} tahun"]
    assert [warning.split(",")[0] for warning in warnings] == expected


@given(
    st.dates(date(1950, 1, 1), date(2005, 12, 31)),
    st.integers(18, 20),
    st.integers(1, 12),
    st.sampled_from("12"),
    st.integers(1, 999),
)
def test_every_number_put_together_by_the_layout_is_read_back(
    birth_on: date, age: int, month: int, gender: str, sequence: int
) -> None:
    raw = f"{birth_on:%Y%m%d}{birth_on.year + age}{month:02}{gender}{sequence:03}"
    number = parse_nip(raw, today=TODAY)
    assert (number.birth_on, number.appointed) == (birth_on, (birth_on.year + age, month))
    assert (number.gender, number.sequence) == ("male" if gender == "1" else "female", sequence)


@given(st.text(max_size=40))
def test_no_text_whatever_ends_otherwise_than_in_a_number_or_a_clear_error(raw: str) -> None:
    try:
        said = parse_nip(raw, today=TODAY).digits
    except InvalidNipError as error:
        said = error.message
    assert said.endswith(".") or len(said) == 18


def test_error_about_a_number_does_not_repeat_it() -> None:
    with pytest.raises(InvalidNipError) as caught:
        parse_nip("198609262015051000", today=TODAY)
    assert "19860926" not in caught.value.message


def test_mask_shows_the_year_of_birth_and_the_end_of_the_sequence_only() -> None:
    assert mask_nip(GOOD) == "1986••••••••••••01"
    assert len(mask_nip(GOOD)) == 18


@pytest.mark.parametrize("damaged", ["", "1986", "1986092620150510012345"])
def test_mask_of_anything_else_shows_nothing(damaged: str) -> None:
    assert mask_nip(damaged) == "•" * 18


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("dinas-dukcapil", "dinas-dukcapil"),
        (" Dinas-Dukcapil ", "dinas-dukcapil"),
        ("a", "a"),
        ("9" * 60, "9" * 60),
    ],
)
def test_unit_code_is_brought_to_its_one_form(raw: str, code: str) -> None:
    assert parse_unit_code(raw) == code


@pytest.mark.parametrize("raw", ["", "-", "a--b", "-a", "a-", "a b", "a/b", "é", "a" * 61, "a\nb"])
def test_other_unit_codes_are_refused(raw: str) -> None:
    with pytest.raises(InvalidUnitCodeError, match="Kode unit"):
        parse_unit_code(raw)
