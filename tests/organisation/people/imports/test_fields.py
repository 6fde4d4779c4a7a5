"""What the columns of lists from personnel systems are taken for."""

from __future__ import annotations

import pytest

from feedback_app.organisation.people.imports.fields import Field, guess, known_names, missing


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("NAMA LENGKAP (dg gelar)", Field.NAME),
        ("Nama (tanpa gelar)", Field.NAME),
        ("TMT Jab.", Field.STARTS_ON),
        ("TMT JABATAN (dd-mm-yyyy)", Field.STARTS_ON),
        ("Tgl. Mulai", Field.STARTS_ON),
        ("Nm. Jabatan", Field.POSITION),
        ("Jab. Terakhir", Field.POSITION),
        ("NIP (18 digit)", Field.NIP),
        ("No. SK Jab", Field.DECREE),
        ("Unit Kerja (OPD)", Field.UNIT),
    ],
)
def test_names_as_offices_shorten_them_are_understood(name: str, field: Field) -> None:
    assert guess([name]) == {field: 0}


@pytest.mark.parametrize("name", ["Golongan (TMT)", "TMT CPNS", "TMT Golongan", "NIP (lama)", "Telepon", "Nama Ayah"])
def test_names_of_something_else_are_not(name: str) -> None:
    assert guess([name]) == {}


def test_a_title_names_fewer_columns_than_a_header() -> None:
    assert known_names(["DAFTAR NAMA PEGAWAI DINAS"]) == 0
    assert known_names(["No", "NIP", "Nama", "TMT Jab."]) == 3


def test_posts_are_asked_for_where_the_list_may_hold_them() -> None:
    people = {Field.NIP: 0, Field.NAME: 1}
    assert missing(people, has_start=False, has_unread=False) == []
    assert missing(people, has_start=True, has_unread=True) == [Field.POSITION, Field.UNIT]
    assert missing({Field.NIP: 0, Field.UNIT: 1}, has_start=False, has_unread=False) == [
        Field.NAME, Field.POSITION, Field.STARTS_ON,
    ]  # fmt: skip
