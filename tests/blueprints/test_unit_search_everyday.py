"""What people type into the search of a city: everyday words, against the units of the demo's Kupang."""

from __future__ import annotations

from importlib.resources import files

import pytest

from feedback_app.blueprints.everyday_words import everyday_words
from feedback_app.blueprints.places import AgencyCard, Place
from feedback_app.blueprints.unit_search import search
from feedback_app.demo.cities import cities
from feedback_app.organisation.queries import ServiceCard, UnitCard

FIRST = 3
KUPANG = next(city for city in cities() if city.code == "kupang")
PLACES = [
    Place(
        AgencyCard(1, "kupang", KUPANG.name, KUPANG.time_zone),
        UnitCard(1, number, unit.code, unit.name, unit.kind, None, unit.address),
        tuple(ServiceCard(at, number, service.code, service.name) for at, service in enumerate(unit.services)),
    )
    for number, unit in enumerate(KUPANG.units)
]
WANTED = {
    "ktp hilang": "dukcapil",
    "bikin ktp": "dukcapil",
    "cara membuat e-ktp": "dukcapil",
    "kk": "dukcapil",
    "kk hilang": "dukcapil",
    "akte lahir": "dukcapil",
    "akte kelahiran anak": "dukcapil",
    "surat pindah": "dukcapil",
    "pindah domisili": "dukcapil",
    "akta kematian": "dukcapil",
    "dukcapil": "dukcapil",
    "pbb": "bapenda",
    "bayar pbb": "bapenda",
    "bayar pajak": "bapenda",
    "bphtb": "bapenda",
    "bpjs": "dinkes",
    "kartu bpjs": "dinkes",
    "jalan rusak": "pupr",
    "jalan berlubang": "pupr",
    "lampu jalan": "pupr",
    "lampu jalan mati": "pupr",
    "got mampet": "pupr",
    "pdam": "pupr",
    "air mati": "pupr",
    "air pdam tidak mengalir": "pupr",
    "sampah menumpuk": "dlh",
    "angkut sampah": "dlh",
    "parkir liar": "dishub",
    "tukang parkir": "dishub",
    "kir": "dishub",
    "imb": "dpmptsp",
    "izin usaha": "dpmptsp",
    "nib": "dpmptsp",
    "bansos": "dinsos",
    "bantuan pkh": "dinsos",
    "kursi roda disabilitas": "dinsos",
    "igd": "rsud",
    "rumah sakit umum": "rsud",
    "antre obat": "rsud",
    "posyandu": "puskesmas-naimuti",
    "berobat puskesmas": "puskesmas-naimuti",
    "surat nikah": "kelurahan-batu-lontar",
    "sktm": "kelurahan-batu-lontar",
    "pungli": "inspektorat",
    "jalan sasando lama": "dinsos",
}


def test_everyday_words_find_the_right_unit_among_the_first_three() -> None:
    found = {query: [hit.place.unit.code for hit in search(PLACES, query)][:FIRST] for query in WANTED}
    missed = {query: codes for query, codes in found.items() if WANTED[query] not in codes}
    assert missed == {}, f"{len(WANTED) - len(missed)} of {len(WANTED)} found"


@pytest.mark.parametrize("query", ["ktp hilang", "kk", "pbb", "bpjs", "jalan rusak", "lampu jalan", "imb", "pdam"])
def test_what_went_wrong_or_is_wanted_takes_no_unit_away(query: str) -> None:
    hits = search(PLACES, query)
    assert hits
    assert not any(hit.is_near for hit in hits)


def test_units_that_hold_some_of_the_words_are_marked_as_near_and_the_rare_word_leads() -> None:
    hits = search(PLACES, "kartu parkir")
    assert all(hit.is_near for hit in hits)
    assert {"dishub", "dukcapil"} <= {hit.place.unit.code for hit in hits[:FIRST]}
    assert [service.name for service in hits[0].services] != []


def test_school_leads_to_education_where_a_city_has_it() -> None:
    mataram = next(city for city in cities() if any(unit.code == "disdik" for unit in city.units))
    [unit] = [unit for unit in mataram.units if unit.code == "disdik"]
    services = tuple(ServiceCard(at, 1, service.code, service.name) for at, service in enumerate(unit.services))
    school = Place(PLACES[0].agency, UnitCard(1, 99, unit.code, unit.name, unit.kind, None, unit.address), services)
    for query in ("sekolah", "ppdb", "daftar sekolah baru"):
        assert search([*PLACES, school], query)[0].place is school


@pytest.mark.parametrize("query", ["bandara", "wisata pantai", "skripsi"])
def test_what_no_unit_does_still_finds_nothing(query: str) -> None:
    assert search(PLACES, query) == []


def test_every_line_of_the_list_is_a_word_with_what_offices_say() -> None:
    text = files("feedback_app.blueprints").joinpath("everyday_words.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    words = everyday_words()
    assert len(words) == len(lines), "a word stands there twice, or a line has no meaning"
    assert all(word.isalnum() and word.islower() and all(phrases) for word, phrases in words.items())
