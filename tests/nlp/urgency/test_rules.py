from __future__ import annotations

import pytest

from feedback_app.nlp.labels import Urgency
from feedback_app.nlp.reading import Label
from feedback_app.nlp.text.tokens import analyse
from feedback_app.nlp.urgency.rules import urgent_rule
from feedback_app.nlp.urgency.triage import triage
from feedback_app.nlp.urgency.urgent_words import RULES


def rule_of(text: str) -> str | None:
    rule = urgent_rule(analyse(text))
    return rule.name if rule else None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        pytest.param("Petugas minta uang 50 ribu biar cepat", "illegal_levy", id="asked for money"),
        pytest.param("ada pungli di loket 3", "illegal_levy", id="the word"),
        pytest.param("bayar 100rb ga dikasih kwitansi", "illegal_levy", id="no receipt"),
        pytest.param("dana desa dikorupsi kepala desa", "abuse_of_power", id="corruption"),
        pytest.param("satpam dukcapil memukul kakek", "violence", id="violence"),
        pytest.param("petugasnya pegang pegang paha saya", "harassment", id="harassment"),
        pytest.param("anak saya kejang, IGD tutup", "danger", id="danger to life"),
        pytest.param("setelah lapor saya diancam orang", "intimidation", id="reporter threatened"),
        pytest.param("data KTP warga bocor di internet", "data_leak", id="data leak"),
        pytest.param("rumah sakit menolak istri saya yang mau melahirkan", "denied_basic_service", id="turned away"),
        pytest.param("air mati satu kecamatan sejak kemarin", "many_affected", id="a whole district"),
    ],
)
def test_a_driver_of_urgency_is_named(text: str, name: str) -> None:
    assert rule_of(text) == name


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("tidak ada pungli di sini", id="negation"),
        pytest.param("petugas sama sekali tidak minta uang", id="negated request"),
        pytest.param("ora ono pungli", id="negation in Javanese"),
        pytest.param("kantor ini bebas pungli", id="free of"),
        pytest.param("Tolak pungli!", id="slogan"),
        pytest.param("Stop korupsi, tolak segala bentuk gratifikasi", id="two slogans"),
        pytest.param("apakah bayar itu pungli?", id="question about the word"),
        pytest.param("emang minta uang 20rb itu ada aturannya?", id="question about a fee"),
        pytest.param("gratis, tanpa calo, terima kasih", id="praise"),
        pytest.param("salut, dulu banyak calo di sini", id="praise about the past"),
        pytest.param("sebaiknya dipasang cctv biar calo kapok", id="wish"),
        pytest.param("oknum pungli itu sudah dipecat", id="put right"),
        pytest.param("pelatihan kebakaran buat warga kapan lagi", id="drill"),
        pytest.param("loket dibuka pukul 08.00", id="o'clock is no violence"),
        pytest.param("jalan depan rumah berlubang", id="ordinary complaint"),
    ],
)
def test_a_guard_keeps_the_rules_silent(text: str) -> None:
    assert rule_of(text) is None


def test_praise_with_a_but_is_heard() -> None:
    assert rule_of("terima kasih, tapi petugas minta uang rokok") == "illegal_levy"


def test_the_most_urgent_rule_decides() -> None:
    assert rule_of("petugas minta uang lalu memukul saya") == "violence"


def test_rules_have_distinct_names() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


LEVY = analyse("Petugas minta uang 50 ribu biar cepat")


@pytest.mark.parametrize(
    ("model", "chance", "expected", "source"),
    [
        pytest.param(Label("normal", 0.9), 0.9, "high", "rule:illegal_levy", id="raises normal"),
        pytest.param(Label(None, 0.5), 0.5, "high", "rule:illegal_levy", id="speaks where the model abstains"),
        pytest.param(Label("high", 0.99), 0.01, "high", "rule:illegal_levy", id="confirms"),
        pytest.param(Label("critical", 0.99), 0.01, "critical", "model", id="never lowers"),
        pytest.param(Label("normal", 0.97), 0.97, "normal", "model", id="is not asked when the model is sure"),
    ],
)
def test_a_rule_raises_or_confirms_urgency(model: Label, chance: float, expected: str, source: str) -> None:
    label, found = triage(LEVY, model, chance, {"illegal_levy": 0.8})
    assert (label.value, found) == (expected, source)


def test_the_confidence_of_a_rule_is_how_often_it_was_right() -> None:
    assert triage(LEVY, Label("normal", 0.9), 0.9, {"illegal_levy": 0.8})[0].confidence == 0.8
    assert triage(LEVY, Label("high", 0.93), 0.07, {"illegal_levy": 0.8})[0].confidence == 0.93


def test_without_a_rule_the_model_is_right() -> None:
    line = analyse("jalan rusak")
    assert triage(line, Label(Urgency.NORMAL.value, 0.7), 0.7, {}) == (Label("normal", 0.7), "model")
