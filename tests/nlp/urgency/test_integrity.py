"""Allegations are recognised sooner than labels are given, and praise is not taken for one."""

from __future__ import annotations

import pytest

from feedback_app.nlp import Classifier
from feedback_app.nlp.text.tokens import analyse
from feedback_app.nlp.urgency.integrity import LEAST_PROBABILITY, speaks_of_integrity


@pytest.fixture(scope="module")
def model() -> Classifier:
    return Classifier.load()


@pytest.mark.parametrize(
    "text",
    [
        "Petugas loket meminta uang pelicin lima puluh ribu supaya KTP saya cepat jadi.",
        "sy disuruh bayar 200rb tanpa kuitansi buat urus surat pindah, katanya uang rokok",
        "Ada calo di parkiran yang setor ke pegawai dalam, semua warga tahu.",
        "Lurah memakai mobil dinas dan dana bantuan untuk keperluan pribadi, bantuan warga dipotong.",
    ],
)
def test_an_allegation_is_recognised(model: Classifier, text: str) -> None:
    assert model.classify([text])[0].integrity


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih, pelayanan cepat, gratis, tidak ada pungli sama sekali.",
        "Antrean loket tiga lama sekali, kursi tunggunya kurang.",
        "Apa syarat mengurus akta kelahiran anak?",
        "",
    ],
)
def test_other_messages_are_not(model: Classifier, text: str) -> None:
    assert not model.classify([text])[0].integrity


def test_both_sides_of_the_threshold() -> None:
    line = analyse("antrean lama")
    assert speaks_of_integrity(line, aspect_probability=LEAST_PROBABILITY, praise_probability=0.1)
    assert not speaks_of_integrity(line, aspect_probability=LEAST_PROBABILITY - 0.001, praise_probability=0.1)
    assert not speaks_of_integrity(line, aspect_probability=0.9, praise_probability=0.5)


MIXED = (
    "Pelayanannya bagus, ramah dan cepat, terima kasih banyak. "
    "Cuma saya diminta uang pelicin Rp500.000 supaya berkas cepat selesai."
)


def test_sure_praise_silences_the_model_and_never_the_written_rules(model: Classifier) -> None:
    assert speaks_of_integrity(analyse(MIXED), aspect_probability=0.0, praise_probability=1.0)
    assert model.classify([MIXED])[0].integrity


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih, pelayanan cepat dan gratis, bebas pungli.",
        "Mantap, tidak ada uang pelicin seperti dulu.",
        "Tolak pungli! Pelayanannya hebat.",
    ],
)
def test_praise_that_only_names_the_wrong_stays_praise(text: str) -> None:
    assert not speaks_of_integrity(analyse(text), aspect_probability=0.9, praise_probability=0.9)
