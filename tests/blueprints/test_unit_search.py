"""Which units a few words find."""

from __future__ import annotations

import pytest

from feedback_app.blueprints.places import AgencyCard, Place
from feedback_app.blueprints.unit_search import search
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.queries import ServiceCard, UnitCard

AGENCY = AgencyCard(1, "kupang", "Pemerintah Kota Kupang", "Asia/Makassar")


def place(number: int, name: str, *services: str, address: str | None = None) -> Place:
    unit = UnitCard(1, number, f"unit-{number}", name, UnitKind.DEPARTMENT, None, address)
    return Place(AGENCY, unit, tuple(ServiceCard(i, number, f"l{i}", words) for i, words in enumerate(services)))


PLACES = [
    place(1, "Dinas Kependudukan dan Pencatatan Sipil", "Penerbitan KTP-el", "Akta kelahiran"),
    place(2, "Dinas Perhubungan", "Uji KIR"),
    place(3, "Kelurahan Oebobo", "Surat keterangan domisili", address="Jl. Palapa No. 5"),
    place(4, "Puskesmas Oebobo", "Imunisasi"),
]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("oebobo", ["Kelurahan Oebobo", "Puskesmas Oebobo"], id="two of one name"),
        pytest.param("pusksmas oebobo", ["Puskesmas Oebobo"], id="every word must fit"),
        pytest.param("perhubngan", ["Dinas Perhubungan"], id="a letter left out"),
        pytest.param("palapa", ["Kelurahan Oebobo"], id="by its street"),
        pytest.param("ktp", ["Dinas Kependudukan dan Pencatatan Sipil"], id="by a service"),
        pytest.param("kia", [], id="a short word is not guessed"),
        pytest.param("sekolah", [], id="nothing alike"),
        pytest.param("dan", ["Dinas Kependudukan dan Pencatatan Sipil"], id="a small word alone"),
        pytest.param("!!!", [p.unit.name for p in PLACES], id="no word at all"),
        pytest.param("", [p.unit.name for p in PLACES], id="nothing typed"),
    ],
)
def test_search_finds(query: str, found: list[str]) -> None:
    assert [hit.place.unit.name for hit in search(PLACES, query)] == found


def test_hit_by_a_service_names_it_and_hit_by_name_does_not() -> None:
    assert [s.name for s in search(PLACES, "akta")[0].services] == ["Akta kelahiran"]
    assert search(PLACES, "imunisasi puskesmas")[0].services
    assert search(PLACES, "puskesmas")[0].services == ()


def test_exact_name_stands_before_a_likely_one() -> None:
    likely = [place(1, "Kelurahan Maulapa"), place(2, "Kelurahan Maulafa")]
    assert [hit.place.unit.id for hit in search(likely, "maulafa")] == [2, 1]
