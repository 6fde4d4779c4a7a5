"""Places are read out of a text as people write them, and texts that name different ones are told apart."""

from __future__ import annotations

import pytest

from feedback_app.nlp.duplicates.places import PlaceKind, contradict, places_in, same_place


def said(text: str) -> list[tuple[PlaceKind, str]]:
    return [(kind, name.said) for kind, names in places_in(text).items() for name in names]


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Jalan Cendana berlubang besar dekat jembatan", PlaceKind.STREET, "Jalan Cendana"),
        ("jl melati depan masjid bolong", PlaceKind.STREET, "jl melati"),
        ("lampu di jalan mawar mati", PlaceKind.STREET, "jalan mawar"),
        ("JALAN DIPONEGORO RUSAK PARAH", PlaceKind.STREET, "JALAN DIPONEGORO"),
        ("Jl. Jend. Sudirman macet", PlaceKind.STREET, "Jl Jend Sudirman"),
        ("gang 3 gelap", PlaceKind.LANE, "gang 3"),
        ("Gang Mawar III banjir", PlaceKind.LANE, "Gang Mawar III"),
        ("air mati di Perum Bumi Asri", PlaceKind.SETTLEMENT, "Perum Bumi Asri"),
        ("kami di dusun Oelnasi", PlaceKind.SETTLEMENT, "dusun Oelnasi"),
        ("kantor Kelurahan Oebobo Timur", PlaceKind.VILLAGE, "Kelurahan Oebobo Timur"),
        ("macet di Jalan El Tari", PlaceKind.STREET, "Jalan El Tari"),
        ("jalan el tari macet", PlaceKind.STREET, "jalan el tari"),
        ("Jl. A. Yani rusak", PlaceKind.STREET, "Jl A Yani"),
        ("Jl. W.J. Lalamentik rusak", PlaceKind.STREET, "Jl W J Lalamentik"),
        ("Jl. WR. Supratman rusak", PlaceKind.STREET, "Jl WR Supratman"),
        ("warga kecamatan Alak", PlaceKind.DISTRICT, "kecamatan Alak"),
        ("longsor di km 12", PlaceKind.KILOMETRE, "km 12"),
        ("Perumnas blok f gelap", PlaceKind.BLOCK, "blok F"),
        ("warga RW 09 mengeluh", PlaceKind.RW, "RW 9"),
        ("antre di puskesmas oesapa", PlaceKind.HEALTH_CENTRE, "puskesmas oesapa"),
        ("atap SDN 3 Oeba bocor", PlaceKind.SCHOOL, "SDN 3 Oeba"),
    ],
)
def test_a_name_is_read_after_the_word_that_announces_it(text: str, kind: PlaceKind, name: str) -> None:
    assert (kind, name) in said(text)


@pytest.mark.parametrize(
    "text",
    [
        "jalan rusak parah",
        "lampu jalan padam sejak Senin",
        "jalan depan rumah berlubang",
        "sampai di desa. Saya menunggu",
        "belatung jalan-jalan di dapur",
        "smp 3 kali datang ke kantor",
        "jalan keluar dari masalah ini",
        "jauhnya 12 km dari kota",
        "nomor saya diblok admin, blok dari Senin",
        "",
    ],
)
def test_words_of_everyday_are_no_names(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Jalan Cendana berlubang", "jl merpati berlubang", id="another street"),
        pytest.param("Gang Mawar I gelap", "Gang Mawar III gelap", id="another number of one street"),
        pytest.param("Jalan Melati Timur", "Jalan Melati Barat", id="another end of one street"),
        pytest.param("Jalan Cendana RT 3/RW 5", "Jalan Cendana RT 07 RW 05", id="another RT in one street"),
        pytest.param("Dusun Krajan", "Dusun Lekok", id="another settlement"),
        pytest.param("Jalan Merdeka, Kelurahan Oesapa", "Jalan Merdeka, Kelurahan Sikumana", id="another village"),
        pytest.param("Jalan Ahmad Yani", "Jalan Ahmad Dahlan", id="half of the name of another street"),
        pytest.param("jl ahmad yani rusak", "jl ahmad dahlan rusak", id="the same in small letters"),
        pytest.param("Jalan Frans Seda", "Jalan Frans Lebu Raya", id="a first name that many streets have"),
        pytest.param("Jalan Bung Karno", "Jalan Bung Hatta", id="a title that many streets have"),
        pytest.param("Jalan Palapa Kupang", "Jalan Palapa Soe", id="the second of two words"),
        pytest.param("Perum Griya Asri", "Perum Griya Indah", id="names of words that all names have"),
        pytest.param("perum griya asri gelap", "perum griya indah gelap", id="those in small letters"),
        pytest.param("Jalan El Tari rusak", "Jl. W.J. Lalamentik rusak", id="names of short words and initials"),
        pytest.param("kecamatan Alak", "Kecamatan Maulafa", id="another district"),
        pytest.param("Perumnas blok A", "Perumnas blok F", id="another block"),
        pytest.param("Timor Raya km 12", "Timor Raya KM. 17", id="another kilometre"),
        pytest.param("Jalan Melati Gang 3", "Jalan Melati Gang 5", id="another lane off one street"),
        pytest.param("Puskesmas Sikumana tutup", "Puskesmas Oepoi tutup", id="another health centre"),
    ],
)
def test_texts_that_name_different_places_contradict_each_other(one: str, other: str) -> None:
    assert contradict(places_in(one), places_in(other))
    assert contradict(places_in(other), places_in(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Jalan Cendana berlubang", "jalanan berlubang", id="only one names a street"),
        pytest.param("Jalan Cendana berlubang", "jl cendna berlubang", id="a letter left out"),
        pytest.param("Jalan Ahmad Yani", "Jl. A. Yani, dekat Jalan Yani", id="half of the name"),
        pytest.param("Jl. A. Yani", "jl ahmad yani macet", id="an initial"),
        pytest.param("Jalan Ahmad", "Jalan Ahmad Yani", id="the first name alone"),
        pytest.param("Jalan Raya", "Jalan Raya Timor", id="a common word alone"),
        pytest.param("Jl. Soedirman", "jalan sudirman", id="oe for u"),
        pytest.param("Jalan Djuanda", "jl juanda", id="dj for j"),
        pytest.param("Jalan Tjokroaminoto", "jalan cokroaminoto", id="tj for c"),
        pytest.param("Jalan El Tari", "jl eltari", id="a name in one word"),
        pytest.param("jalan mawar ambles", "jalan mawar licin", id="words after a name in small letters"),
        pytest.param("Jalan Sudirman Kota Kupang", "Jalan Sudirman Oebobo", id="the town after the name"),
        pytest.param("Jalan Mawar Nomor 17", "Jalan Mawar Hijau", id="the house after the name"),
        pytest.param("JALAN PALAPA AMBLES", "JALAN PALAPA LICIN", id="words after a name in a text of capitals"),
        pytest.param("Jalan Melati", "Gang Mawar", id="a street and a lane, which may lie off it"),
        pytest.param("Perumnas blok A5", "Perumnas blok a", id="the number of the block left out"),
        pytest.param("Gang Mawar III", "gang mawar 3", id="a number in two ways"),
        pytest.param("Jalan Melati", "Jalan Melati Timur", id="the end of the street left out"),
        pytest.param("RT 03/RW 05", "rt.3 rw.5", id="RT and RW in two ways"),
        pytest.param("Jalan Cendana dan Jalan Nangka", "Jalan Nangka", id="two streets, one of them shared"),
        pytest.param("Perum Bumi Asri", "Jalan Melati", id="a settlement and a street"),
        pytest.param(
            "Jalan Cendana dekat Pasar Oeba", "Jalan Cendana depan Pasar Kasih", id="two landmarks of one street"
        ),
    ],
)
def test_texts_that_may_mean_one_place_do_not_contradict_each_other(one: str, other: str) -> None:
    assert not contradict(places_in(one), places_in(other))
    assert not contradict(places_in(other), places_in(one))


def test_the_place_that_both_name_is_told_as_the_first_says_it() -> None:
    one, other = places_in("Lubang di Jl. Cendana RT 3"), places_in("jalan cendana rt 03")
    assert same_place(one, other) == "Jl Cendana"
    assert same_place(one, places_in("Jalan Nangka")) is None
