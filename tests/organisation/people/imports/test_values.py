"""Cells of lists are read as people write them, or told; nothing is guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from feedback_app.organisation.people.imports import values
from feedback_app.organisation.people.imports.days import read_day
from feedback_app.organisation.people.imports.fields import ColumnsError, Field, check_columns, columns_of, guess
from feedback_app.organisation.people.imports.folding import folded
from feedback_app.organisation.people.imports.values import CellProblemError, Status
from feedback_app.organisation.rules import AssignmentKind


@pytest.mark.parametrize(
    "raw", ["31/12/2026", "31-12-2026", "31.12.2026", "2026-12-31", "31 Desember 2026", "46387", "31 Des 2026"]
)
def test_a_day_is_read_in_each_usual_spelling(raw: str) -> None:
    assert read_day(raw) == date(2026, 12, 31)


@pytest.mark.parametrize("raw", ["12/31/2026", "31-11-2026", "2026", "32 Mei 2026", "besok", "0001-01-01", "31/12/26"])
def test_what_is_no_day_is_none(raw: str) -> None:
    assert read_day(raw) is None


@pytest.mark.parametrize(
    ("raw", "share"), [("0,5", "0.5"), ("0.25", "0.25"), ("50%", "0.5"), ("33,33 %", "0.3333"), ("1", "1"), ("0", "0")]
)
def test_a_share_is_a_part_or_a_percentage(raw: str, share: str) -> None:
    assert values.read_share(raw) == Decimal(share)


@pytest.mark.parametrize("raw", ["50", "1,01", "-0,1", "150%", "NaN", "Infinity", "setengah"])
def test_a_bare_number_above_one_is_no_share(raw: str) -> None:
    with pytest.raises(CellProblemError):
        values.read_share(raw)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("Definitif", AssignmentKind.DEFINITIVE), ("PLT.", AssignmentKind.ACTING_VACANT),
        ("Plh", AssignmentKind.ACTING_ABSENT), ("tugas tambahan", AssignmentKind.ADDITIONAL),
    ],
)  # fmt: skip
def test_a_kind_of_post_is_read(raw: str, kind: AssignmentKind) -> None:
    assert values.read_kind(raw) is kind


def test_statuses_and_answers_are_read() -> None:
    assert values.read_status("Pensiun") is Status.LEFT
    assert values.read_status("AKTIF") is Status.ACTIVE
    assert values.read_yes("Ya") is True
    assert values.read_yes("tidak") is False
    for read in (values.read_status, values.read_yes, values.read_kind):
        with pytest.raises(CellProblemError):
            read("entahlah")


def test_titles_are_told_once() -> None:
    assert values.full_name("Dr. Maria Bere", "Dr.", "S.Sos.") == "Dr. Maria Bere, S.Sos."


def test_columns_of_a_personnel_system_are_guessed() -> None:
    header = [
        "No.",
        "NIP Baru",
        "NAMA PEGAWAI",
        "Gol/Ruang",
        "Nama Jabatan",
        "Unor",
        "OPD",
        "TMT_Jabatan",
        "No. SK",
        "Telp",
    ]
    assert guess(header) == {
        Field.NIP: 1, Field.NAME: 2, Field.RANK: 3, Field.POSITION: 4, Field.UNIT: 5, Field.PARENT_UNIT: 6,
        Field.STARTS_ON: 7, Field.DECREE: 8,
    }  # fmt: skip


def test_a_slip_in_a_long_name_is_forgiven() -> None:
    assert guess(["Nama Pegawa", "nip"]) == {Field.NAME: 0, Field.NIP: 1}


def test_what_was_chosen_before_comes_first() -> None:
    remembered = {folded("Pos"): "position", folded("Jabatan"): ""}
    assert guess(["Pos", "Jabatan"], remembered) == {Field.POSITION: 0}


def test_a_list_without_numbers_is_refused() -> None:
    with pytest.raises(ColumnsError):
        check_columns({Field.NAME: 0}, ["Nama"])
    with pytest.raises(ColumnsError):
        check_columns({Field.NIP: 0, Field.POSITION: 1}, ["NIP", "Jabatan"])
    with pytest.raises(ColumnsError):
        check_columns({Field.NIP: 0, Field.NAME: 0}, ["NIP"])
    with pytest.raises(ColumnsError):
        columns_of([("nip", "Tidak Ada")], ["NIP"])
