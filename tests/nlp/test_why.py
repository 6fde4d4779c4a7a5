"""What is shown of the words that decided, on a model small enough to know what it says."""

from __future__ import annotations

import numpy as np
import pytest

from feedback_app.nlp.heads.features import FeatureReader, FeatureSpace
from feedback_app.nlp.text.tokens import analyse
from feedback_app.nlp.urgency.rules import words_of_rule
from feedback_app.nlp.why import Explainer, Weighed

WEIGHTS = {"lama": 3.0, "mengalir": 2.0, "ramah": 2.0, "tidak": 1.0, "~lagi": 2.0, "~mengalir": 2.0, "~ramah": 4.0}
SPACE = FeatureSpace(
    {"word": tuple(WEIGHTS), "char": ("#",)},
    {"word": np.ones(len(WEIGHTS), np.float32), "char": np.ones(1, np.float32)},
)


@pytest.fixture
def explainer() -> Explainer:
    """One head whose first label speaks for these words and whose second is silent."""
    return Explainer(FeatureReader(SPACE), np.array([[each, 0.0] for each in [*WEIGHTS.values(), 0.0]], np.float32))


def explained(explainer: Explainer, text: str, rule: str = "model") -> dict[str, Weighed]:
    line = analyse(text)
    rows = FeatureReader(SPACE).rows([line])
    return explainer.words(line, (rows.indices, rows.data), {"kind": (0, 1)}, rule=rule)


def shown(explainer: Explainer, text: str) -> list[str]:
    return [word for word, _ in explained(explainer, text)["kind"]]


def test_a_word_under_a_negation_stands_with_its_negator(explainer: Explainer) -> None:
    assert shown(explainer, "air tidak mengalir") == ["tidak mengalir", "tidak"]
    assert shown(explainer, "mengalir") == ["mengalir"]


def test_words_between_a_negator_and_its_word_are_left_out_visibly(explainer: Explainer) -> None:
    assert shown(explainer, "ga pernah begitu ramah") == ["ga … ramah"]


def test_a_word_and_its_contrary_are_never_added_up(explainer: Explainer) -> None:
    found = dict(explained(explainer, "loket satu ramah; loket dua ga ramah; loket tiga ga ramah")["kind"])
    assert set(found) == {"ramah", "ga ramah"}
    assert found["ga ramah"] > found["ramah"] > 0


@pytest.mark.parametrize("text", ["lama~", "jam 08~14 lama", "~ tidak ~ lama", "tidak [NAMA] lama ~~~~"])
def test_a_sign_that_looks_like_the_mark_of_negation_is_a_sign(explainer: Explainer, text: str) -> None:
    assert all("~" not in word and "xname" not in word for word in shown(explainer, f"{text}. lama"))


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("oknum [NAMA] minta ke saya, uang", "illegal_levy", ["oknum", "uang", "minta"]),
        ("petugas minta uang 50 ribu", "illegal_levy", ["minta", "Rp", "uang"]),
        ("tolong, ibu tidak lekas sadar", "danger", ["tidak … sadar", "tolong"]),
        ("igd rsud bidan dokter icu puskesmas nicu kami ditolak", "denied_basic_service",
         ["igd", "ditolak", "rsud", "bidan", "dokter"]),
    ],
)  # fmt: skip
def test_a_rule_names_its_own_words_and_the_deciding_ones_first(
    explainer: Explainer, text: str, rule: str, words: list[str]
) -> None:
    assert [word for word, _ in explained(explainer, text, f"rule:{rule}")["urgency"]] == words


def test_a_rule_that_is_silent_names_no_words() -> None:
    assert words_of_rule(analyse("antrean lama"), "illegal_levy") == ()
