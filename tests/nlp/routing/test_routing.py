"""Which sector and which unit a text is for: right often enough to suggest, silent otherwise, and reproducible."""

from __future__ import annotations

import pytest

from feedback_app.nlp.heads.rows import rows_hash
from feedback_app.nlp.learning.corpus import load_corpus
from feedback_app.nlp.routing.router import (
    FILE,
    FORMAT,
    Destination,
    router_from,
    shipped_file,
    shipped_router,
    words_of,
)
from feedback_app.nlp.routing.training import counted, train, written
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT

UNITS = [
    Destination("setda", "Sekretariat Daerah", (), frozenset(), True),
    Destination("dukcapil", "Dinas Kependudukan", ("KTP elektronik", "Akta"), frozenset({"civil_registry"}), True),
    Destination("dinkes", "Dinas Kesehatan", ("Izin klinik",), frozenset({"health"}), True),
    *(
        Destination(f"puskesmas-{name}", f"Puskesmas {name.title()}", ("Poli umum",), frozenset({"health"}), False)
        for name in ("naimuti", "oelnunu", "penfui", "alak")
    ),
    Destination("pupr", "Dinas Pekerjaan Umum", ("Perbaikan jalan",), frozenset({"roads"}), True),
    Destination("dlh", "Dinas Lingkungan Hidup", ("Angkutan sampah",), frozenset({"waste"}), True),
]


def test_shipped_weights_are_counted_from_the_shipped_corpus() -> None:
    stored = shipped_file()
    assert stored["format"] == FORMAT
    assert stored["data_sha256"] == rows_hash([example.row() for example in load_corpus()])


@pytest.mark.slow
def test_counting_the_corpus_again_gives_the_shipped_file_and_holds_its_measure() -> None:
    content, measured = train(load_corpus())
    assert written(content) == (DEFAULT_ARTEFACT.parent / FILE).read_text(encoding="utf-8")
    assert measured.top1 > 0.55
    assert measured.top3 > 0.75
    assert measured.right_when_answered > 0.7
    assert measured.answered > 0.5


def test_word_of_one_sector_speaks_for_it_alone() -> None:
    documents = [frozenset({"sampah", "bau"}), frozenset({"sampah", "truk"}), frozenset({"obat"}), frozenset({"obat"})]
    router = router_from(counted(documents, ["waste", "waste", "health", "health"]))
    assert router.shares("sampah")["waste"] > 0.5 > router.shares("sampah")["health"]
    assert router.shares("kosong")["waste"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "sector"),
    [
        ("Sampah di TPS menumpuk, truk sampah tidak datang", "waste"),
        ("KTP elektronik saya belum dicetak, blangko habis", "civil_registry"),
        ("Jalan berlubang dan aspal rusak di jembatan", "roads"),
        ("Petugasnya kurang ramah", None),
        ("", None),
    ],
)
def test_sector_is_told_where_the_words_say_it(text: str, sector: str | None) -> None:
    assert shipped_router().sector(text) == sector


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Sampah di TPS menumpuk, truk sampah tidak datang", "dlh"),
        ("KTP elektronik saya belum dicetak, blangko habis", "dukcapil"),
        ("Dokter di Puskesmas Penfui tidak datang, pasien menunggu obat", "puskesmas-penfui"),
    ],
)
def test_unit_of_the_sector_or_of_the_name_comes_first(text: str, first: str) -> None:
    found = shipped_router().rank(text, UNITS)
    assert found[0] == first
    assert len(found) <= 3


def test_among_many_equals_the_unit_above_them_stands_for_all() -> None:
    found = shipped_router().rank("Pasien menunggu dokter, obat habis, perawat tidak ada", UNITS)
    assert found == ["dinkes"]


@pytest.mark.parametrize("text", ["Petugasnya kurang ramah", "tolong dibantu ya", "dinas mana ini", ""])
def test_no_unit_is_suggested_where_the_words_are_of_none(text: str) -> None:
    assert shipped_router().rank(text, UNITS) == []


def test_negation_and_personal_data_do_not_change_what_a_text_is_about() -> None:
    assert words_of("sampah tidak diangkut") == {"sampah", "tidak", "diangkut"}
    share = shipped_router().shares("Sampah menumpuk, hubungi 081234567890")["waste"]
    assert share == pytest.approx(shipped_router().shares("Sampah menumpuk, hubungi 081298765432")["waste"])
