"""How people write on a telephone: thirty searches with the errors they make, against the units of a city."""

from __future__ import annotations

import pytest

from feedback_app.blueprints.places import AgencyCard, Place
from feedback_app.blueprints.unit_search import search
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.queries import ServiceCard, UnitCard

AGENCY = AgencyCard(1, "kupang", "Pemerintah Kota Kupang", "Asia/Makassar")
UNITS = {
    "Dinas Kependudukan dan Pencatatan Sipil": (["KTP elektronik", "Kartu keluarga", "Akta kelahiran"], "Kota Raja"),
    "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu": (["Izin usaha", "Persetujuan bangunan"], "Kelapa Lima"),
    "Dinas Perhubungan": (["Uji KIR", "Izin trayek"], "Oebobo"),
    "Dinas Lingkungan Hidup dan Kebersihan": (["Pengangkutan sampah"], "Kelapa Lima"),
    "Dinas Pendidikan": (["Legalisasi ijazah", "Mutasi siswa"], "Oebobo"),
    "Puskesmas Oebobo": (["Imunisasi", "Poli gigi"], "Jl. Palapa, Oebobo"),
    "Puskesmas Sikumana": (["Imunisasi", "Poli umum"], "Maulafa"),
    "Kelurahan Naikoten": (["Surat keterangan domisili"], "Jl. Soeharto, Kota Raja"),
    "Kelurahan Maulafa": (["Surat keterangan usaha"], "Maulafa"),
    "RSUD S. K. Lerik": (["Rawat jalan", "Instalasi gawat darurat"], "Kelapa Lima"),
}
PLACES = [
    Place(
        AGENCY,
        UnitCard(1, number, f"unit-{number}", name, UnitKind.DEPARTMENT, None, address),
        tuple(ServiceCard(at, number, f"l{at}", service) for at, service in enumerate(services)),
    )
    for number, (name, (services, address)) in enumerate(UNITS.items())
]
MEANT = {
    "Puskesmas Oebobo": (
        "puskesmas oebobo",
        "puskesmas obobo",
        "puskemas oebobo",
        "puskesmas oeboboo",
        "puskes oebobo",
    ),
    "Puskesmas Sikumana": (
        "pukesmas sikumana",
        "puskesmas sikumna",
        "imunisas sikumana",
    ),
    "Dinas Kependudukan dan Pencatatan Sipil": (
        "ktp",
        "KTP",
        "ktp elektonik",
        "ktp elektrnik",
        "kependudukn",
        "kependudkan",
        "catatan sipil",
        "kartu kluarga",
        "akta klahiran",
        "akte kelahiran",
    ),
    "Kelurahan Naikoten": (
        "kelurahan naikoten",
        "kelurahan naikotn",
        "keluraan naikoten",
        "naikotten",
        "surat domisli",
    ),
    "Kelurahan Maulafa": ("kelurahan maulapa",),
    "Dinas Perhubungan": (
        "perhubngan",
        "dinas perhubugan",
        "ijin trayek",
    ),
    "Dinas Pendidikan": (
        "pendidkan",
        "legalisir ijasah",
    ),
    "Dinas Lingkungan Hidup dan Kebersihan": ("sampa",),
    "RSUD S. K. Lerik": (
        "rsud lerik",
        "rawat jlan",
        "gawat darurat",
    ),
    "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu": ("izin usha",),
}


@pytest.mark.parametrize(("query", "meant"), [(query, meant) for meant, queries in MEANT.items() for query in queries])
def test_the_unit_meant_is_found_first(query: str, meant: str) -> None:
    found = [hit.place.unit.name for hit in search(PLACES, query)]
    assert found[:1] == [meant]


@pytest.mark.parametrize("query", ["bandara", "pajak kendaraan", "wisata pantai"])
def test_what_nobody_here_does_finds_nothing(query: str) -> None:
    assert search(PLACES, query) == []
