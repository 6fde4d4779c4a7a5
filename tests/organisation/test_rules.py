from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.organisation.rules import (
    AssignmentKind,
    InvalidNipError,
    InvalidUnitCodeError,
    PostSpan,
    mask_nip,
    overlap_problem,
    parse_nip,
    parse_unit_code,
    suggest_unit_code,
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


def post(
    employee_id: int = 1,
    unit_id: int = 1,
    kind: AssignmentKind = AssignmentKind.DEFINITIVE,
    *,
    service_id: int | None = None,
    is_head: bool = False,
    starts_on: date = date(2026, 1, 1),
    ends_on: date | None = None,
) -> PostSpan:
    return PostSpan(employee_id, unit_id, service_id, kind, is_head, starts_on, ends_on)


PLT, PLH = AssignmentKind.ACTING_VACANT, AssignmentKind.ACTING_ABSENT


@pytest.mark.parametrize(
    ("wanted", "other", "said"),
    [
        pytest.param(post(1, 1), post(1, 2), "jabatan definitif", id="two definitive posts"),
        pytest.param(post(1, 1, PLT, is_head=True), post(1, 2), None, id="definitive here and Plt there"),
        pytest.param(post(1), post(2), None, id="two officers of one unit"),
        pytest.param(
            post(1, is_head=True),
            post(2, is_head=True),
            "kepala definitif atau Plt",
            id="two definitive heads",
        ),
        pytest.param(
            post(1, 1, PLT, is_head=True),
            post(2, is_head=True),
            "tugaskan Plh",
            id="Plt although the post is held",
        ),
        pytest.param(post(1, 1, PLH, is_head=True), post(2, is_head=True), None, id="Plh beside the head"),
        pytest.param(
            post(1, 1, PLH, is_head=True), post(2, 1, PLT, is_head=True), "hanya boleh satu", id="Plh and Plt"
        ),
        pytest.param(
            post(1, 1, AssignmentKind.ADDITIONAL, service_id=5),
            post(1, 1, AssignmentKind.ADDITIONAL, service_id=5),
            "pekerjaan yang sama",
            id="twice the same work",
        ),
        pytest.param(
            post(1, 1, AssignmentKind.ADDITIONAL, service_id=5),
            post(1, 1, AssignmentKind.ADDITIONAL, service_id=6),
            None,
            id="two services of one unit",
        ),
    ],
)
def test_overlap_is_refused_only_where_the_rules_exclude_it(
    wanted: PostSpan, other: PostSpan, said: str | None
) -> None:
    problem = overlap_problem(wanted, [other])
    if said is None:
        assert problem is None
    else:
        assert problem is not None
        assert said in problem


@pytest.mark.parametrize(
    ("ends_on", "is_problem"),
    [
        pytest.param(date(2026, 5, 31), False, id="ends the day before"),
        pytest.param(date(2026, 6, 1), True, id="ends on the first day"),
        pytest.param(None, True, id="has no end"),
    ],
)
def test_overlap_needs_a_day_in_common(ends_on: date | None, is_problem: bool) -> None:
    wanted = post(1, is_head=True, starts_on=date(2026, 6, 1))
    assert (overlap_problem(wanted, [post(2, is_head=True, ends_on=ends_on)]) is not None) is is_problem


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


@given(st.text(max_size=200))
def test_suggested_code_is_a_valid_code_or_a_clear_error(name: str) -> None:
    try:
        code = suggest_unit_code(name)
    except InvalidUnitCodeError:
        assert not any(char.isascii() and char.isalnum() for char in name)
    else:
        assert parse_unit_code(code) == code
