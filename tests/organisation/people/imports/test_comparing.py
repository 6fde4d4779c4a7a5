"""What a list would do, row by row, before anything is done."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.people.imports.directory import NewUnit
from feedback_app.organisation.people.imports.mapping import read_choices
from feedback_app.organisation.people.imports.preview import choose
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make
from tests.organisation.people.imports.lists import ANA, HEADER, MARIA, YOSEF, Town, new_town

POST = ["Loket KTP", "Petugas Loket", "01/06/2026", "800/1"]


@pytest.fixture
def town(session: Session) -> Town:
    return new_town(session)


def refusal(town: Town, row: list[str], header: tuple[str, ...] = HEADER) -> str:
    """Why the one row of a list is refused."""
    found = town.rows(town.look([row], header))[0]
    assert found.change.value == "refused", found.after
    return found.problem or ""


def test_a_number_that_a_spreadsheet_cut_is_refused_and_not_repeated(town: Town) -> None:
    problem = refusal(town, ["1,98609E+17", "Maria", *POST])
    assert "simpan kolom NIP sebagai teks" in problem
    assert "1,98609" not in problem


def test_an_old_number_is_refused_kindly(town: Town) -> None:
    assert "NIP lama" in refusal(town, ["131234567", "Maria", *POST])


def test_each_bad_cell_of_a_row_is_told(town: Town) -> None:
    problem = refusal(town, [MARIA, "Maria", "Loket KTP", "Petugas", "besok", "=A1"])
    assert [line.split("\t")[0] for line in problem.splitlines()] == ["starts_on", "decree"]


def test_an_unknown_unit_is_never_guessed_and_near_ones_are_offered(town: Town) -> None:
    made = town.look([[MARIA, "Maria", "Loket KPT", *POST[1:]]])
    assert town.changes(made) == ["refused"]
    (unknown,) = made.counts["unknown_units"]
    assert (unknown["name"], unknown["rows"]) == ("Loket KPT", 1)
    assert town.ktp.id in unknown["near"]


def test_somebody_says_what_an_unknown_unit_is(town: Town) -> None:
    made = town.look([[MARIA, "Maria", "Loket KPT", *POST[1:]]])
    choose(town.session, made, read_choices(made.mapping).with_unit("loket kpt", town.ktp.id), at=town.at)
    assert town.changes(made) == ["new_person"]


def test_a_unit_is_created_along_with_the_list(town: Town) -> None:
    made = town.look([[MARIA, "Maria", "Loket Akta", *POST[1:]]])
    new = NewUnit("loket-akta", "Loket Akta", UnitKind.SECTION, town.ktp.id, date(2026, 6, 1))
    choose(town.session, made, read_choices(made.mapping).with_unit("loket akta", new), at=town.at)
    assert town.posts(MARIA) == []
    assert town.apply(made) == "applied"
    assert town.posts(MARIA) == [("loket-akta", date(2026, 6, 1), None)]


def test_units_of_one_name_are_told_apart_by_the_unit_above(town: Town) -> None:
    for parent in (town.ktp, town.kk):
        make.unit(town.session, town.agency, parent=parent, name="Seksi Arsip", code=f"arsip-{parent.code}")
    row = [MARIA, "Maria", "Seksi Arsip", *POST[1:]]
    assert "bernama sama" in refusal(town, row)
    town.bring([[*row, "Loket KK"]], (*HEADER, "Unit Induk"))
    assert town.posts(MARIA)[0][0] == "arsip-loket-kk"


def test_a_new_person_needs_a_name_and_a_new_post_a_day_and_a_decree(town: Town) -> None:
    assert refusal(town, [MARIA, "", *POST]).startswith("name\t")
    assert refusal(town, [MARIA, "Maria", "Loket KTP", "Petugas", "", "800/1"]).startswith("starts_on\t")
    assert refusal(town, [MARIA, "Maria", "Loket KTP", "Petugas", "1/6/2026", ""]).startswith("decree\t")


def test_what_holds_for_empty_cells_stands_in_for_them(town: Town) -> None:
    row = [MARIA, "Maria", "Loket KTP", "Petugas", "", ""]
    town.bring([row], starts_on=date(2026, 6, 1), decree="800/semua")
    assert town.posts(MARIA) == [("loket-ktp", date(2026, 6, 1), None)]


def test_two_rows_about_one_post_are_not_both_taken(town: Town) -> None:
    row = [MARIA, "Maria", *POST]
    assert town.changes(town.look([row, row])) == ["new_person", "refused"]


def test_rows_that_contradict_each_other_about_somebody_are_refused(town: Town) -> None:
    later = ["Loket KK", "Petugas", "01/07/2026", "800/2"]
    assert town.changes(town.look([[MARIA, "Maria", *POST], [MARIA, "Yosef", *later]])) == ["new_person", "refused"]


def test_a_history_in_one_list_ends_each_post_before_the_next(town: Town) -> None:
    town.bring([[MARIA, "Maria", "Loket KK", "Petugas", "01/07/2026", "800/2"], [MARIA, "Maria", *POST]])
    assert town.posts(MARIA) == [
        ("loket-ktp", date(2026, 6, 1), date(2026, 6, 30)),
        ("loket-kk", date(2026, 7, 1), None),
    ]


def test_two_heads_of_one_unit_are_refused_with_the_other_row(town: Town) -> None:
    header = (*HEADER, "Pimpinan")
    made = town.look([[MARIA, "Maria", *POST, "ya"], [YOSEF, "Yosef", *POST, "ya"]], header)
    assert town.changes(made) == ["new_person", "refused"]
    assert (town.rows(made)[1].problem or "").endswith("\t2")


def test_heads_change_places_within_one_list(town: Town) -> None:
    header = (*HEADER, "Pimpinan")
    town.bring([
        [MARIA, "Maria", *POST, "ya"], [YOSEF, "Yosef", "Loket KK", "Kepala", "01/06/2026", "800/2", "ya"],
    ], header)  # fmt: skip
    town.bring([
        [MARIA, "Maria", "Loket KK", "Kepala", "01/07/2026", "800/3", "ya"],
        [YOSEF, "Yosef", "Loket KTP", "Kepala", "01/07/2026", "800/4", "ya"],
    ], header)  # fmt: skip
    assert town.posts(MARIA)[-1] == ("loket-kk", date(2026, 7, 1), None)
    assert town.posts(YOSEF)[-1] == ("loket-ktp", date(2026, 7, 1), None)


def test_a_plt_stands_beside_the_definitive_post_and_leads(town: Town) -> None:
    header = (*HEADER, "Jenis Penugasan")
    town.bring([
        [MARIA, "Maria", *POST, "definitif"], [MARIA, "Maria", "Loket KK", "Kepala", "01/06/2026", "800/2", "Plt"],
    ], header)  # fmt: skip
    assert len(town.posts(MARIA)) == 2
    assert all(ends_on is None for _, _, ends_on in town.posts(MARIA))


def test_who_retires_leaves_every_post_that_day(town: Town) -> None:
    town.bring([[MARIA, "Maria", *POST]])
    header = ("NIP", "Status", "Tanggal Status")
    made = town.look([[MARIA, "Pensiun", "31/08/2026"]], header)
    assert town.changes(made) == ["ended_post"]
    town.apply(made)
    assert town.posts(MARIA) == [("loket-ktp", date(2026, 6, 1), date(2026, 8, 31))]
    assert "hari kerja terakhirnya" in refusal(town, [MARIA, "Mutasi", ""], header)


def test_the_same_name_in_capitals_changes_nothing(town: Town) -> None:
    town.bring([[MARIA, "Maria Bere, S.Sos.", *POST]])
    assert town.changes(town.look([[MARIA, "MARIA BERE, S.SOS", *POST]])) == ["same"]


def test_a_service_given_by_hand_is_kept_by_a_list_that_knows_only_units(town: Town) -> None:
    service = make.service(town.session, town.ktp, code="ktp-el")
    who = make.employee(town.session, town.agency, nip=MARIA, name="Maria")
    make.assignment(
        town.session, who, town.ktp, service_id=service.id, position="Petugas Loket", starts_on=date(2026, 6, 1)
    )
    row = [MARIA, "Maria", "Loket KTP", "Petugas Loket", "01/06/2026", ""]
    assert town.changes(town.look([row])) == ["same"]


def test_a_whole_list_ends_what_it_does_not_name_and_says_so(town: Town) -> None:
    town.bring([[MARIA, "Maria", *POST], [YOSEF, "Yosef", *POST]])
    made = town.look([[MARIA, "Maria", *POST]], whole_list_ends_on=date(2026, 7, 31))
    assert town.changes(made) == ["same", "ended_post"]
    town.apply(made)
    assert town.posts(YOSEF) == [("loket-ktp", date(2026, 6, 1), date(2026, 7, 31))]
    assert town.posts(MARIA)[0][2] is None
    assert town.changes(town.look([[MARIA, "Maria", *POST]], whole_list_ends_on=date(2026, 7, 31))) == ["same"]


def test_whoever_a_refused_row_names_is_not_taken_for_absent(town: Town) -> None:
    town.bring([[MARIA, "Maria", *POST], [YOSEF, "Yosef", *POST], [ANA, "Ana", *POST]])
    made = town.look(
        [[MARIA, "Maria", *POST], [YOSEF, "Yosef", "Tak Dikenal", *POST[1:]]], whole_list_ends_on=date(2026, 7, 31)
    )
    assert town.changes(made) == ["same", "refused", "ended_post"]


def test_a_changed_part_of_the_work_is_a_changed_post(town: Town) -> None:
    header = (*HEADER, "Bagian")
    town.bring([[MARIA, "Maria", *POST, "1"]], header)
    made = town.look([[MARIA, "Maria", *POST, "50%"]], header)
    assert town.changes(made) == ["changed_post"]
    row = town.rows(made)[0]
    assert row.before is not None
    assert row.after is not None
    assert (row.before["post"]["share"], row.after["post"]["share"]) == ("1.0000", "0.5000")
    assert row.after["post"]["kind"] == AssignmentKind.DEFINITIVE.value


def test_cells_of_columns_that_are_not_read_are_forgotten(town: Town) -> None:
    made = town.look([[MARIA, "Maria", *POST, "081234567890"]], (*HEADER, "Telepon"))
    assert "081234567890" not in str(town.rows(made)[0].cells)


def test_an_account_is_linked_by_its_address_alone(town: Town) -> None:
    header = (*HEADER, "Email")
    account = make.user(town.session)
    assert refusal(town, [MARIA, "Maria", *POST, "tidakada@contoh.go.id"], header).startswith("email\t")
    town.bring([[MARIA, "Maria", *POST, account.email.upper()]], header)
    assert refusal(town, [YOSEF, "Yosef", *POST, account.email], header).startswith("email\t")
