from __future__ import annotations

import copy
from pathlib import Path

import pytest

from feedback_app.nlp import Classifier
from feedback_app.nlp.learning.card import BEGIN, END, CardError, figures_text, written_into
from feedback_app.nlp.learning.corpus import load_held_out
from feedback_app.nlp.learning.evaluation import as_given_out
from feedback_app.nlp.learning.everything import load_kept, personal_data
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, read_manifest

CARD = Path(__file__).parents[3] / "docs" / "model-card.md"


def test_the_card_shows_what_was_measured_of_the_shipped_model() -> None:
    card = CARD.read_text(encoding="utf-8")
    figures = figures_text(read_manifest(DEFAULT_ARTEFACT), load_kept())
    assert written_into(card, figures) == card, "run `feedback nlp card --write docs/model-card.md`"


def test_figures_of_another_model_are_refused() -> None:
    kept = copy.deepcopy(load_kept())
    kept["model_version"] = "2020.01-000000000000"
    with pytest.raises(CardError, match="feedback nlp evaluate"):
        figures_text(read_manifest(DEFAULT_ARTEFACT), kept)


def test_a_card_without_marks_is_left_alone() -> None:
    with pytest.raises(CardError, match="no lines"):
        written_into("# Card", "figures")


def test_only_what_stands_between_the_marks_is_replaced() -> None:
    assert written_into(f"before\n{BEGIN}\nold\n{END}\nafter", "new\n") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter"


def test_what_was_measured_of_personal_data_holds_still() -> None:
    assert personal_data() == load_kept()["personal_data"]


def test_what_was_measured_on_a_second_author_holds_still(classifier: Classifier) -> None:
    found = as_given_out([example.row() for example in load_held_out()], classifier)
    kept = load_kept()["held_out"]
    # Another processor rounds differently, which may turn a message or two.
    assert found["integrity"] == pytest.approx(kept["integrity"], abs=0.03)
    for head, figures in found["ours"].items():
        assert figures == pytest.approx(kept["ours"][head], abs=0.01)


@pytest.mark.parametrize(
    ("head", "figure", "gain"),
    [("kind", "macro_f1", 0.05), ("sentiment", "macro_f1", 0.05), ("aspect", "first_or_second", 0.05)],
)
def test_on_the_given_texts_the_model_beats_the_plain_machine_that_had_only_those(
    head: str, figure: str, gain: float
) -> None:
    given = load_kept()["cross_validation"]["given"]
    assert given["ours"][head][figure] >= given["baseline_given_only"][head][figure] + gain


def test_emergencies_are_found_on_the_given_texts() -> None:
    found = load_kept()["cross_validation"]["given"]["ours"]["urgency"]["with_rules"]["without_abstention"]
    assert found["urgent_recall"] >= 0.80
    assert found["urgent_precision"] >= 0.70
    assert found["critical_not_normal"] >= 0.90


def test_on_messages_by_a_second_author_it_keeps_its_word() -> None:
    ours = load_kept()["held_out"]["ours"]
    assert ours["kind"]["macro_f1"] >= 0.88
    assert ours["sentiment"]["macro_f1"] >= 0.86
    assert ours["aspect"]["first_or_second"] >= 0.83
    assert ours["aspect"]["top_3"] >= 0.96
    assert ours["urgency"]["urgent_recall"] >= 0.88
    assert ours["urgency"]["urgent_precision"] >= 0.72
    assert ours["kind"]["answered_right"] >= 0.95 <= ours["urgency"]["answered_right"]
    assert min(ours[head]["answered"] for head in ("kind", "aspect")) >= 0.60
    assert ours["aspect"]["answered_right"] >= 0.90


def test_it_is_as_sure_as_it_is_right() -> None:
    folds = load_kept()["cross_validation"]["all"]["ours"]
    assert max(figures["calibration_error"] for figures in folds.values()) <= 0.04
    # 677 messages in fifteen bins miss by chance alone what thousands do not.
    held_out = load_kept()["held_out"]["ours"]
    assert max(figures["calibration_error"] for figures in held_out.values()) <= 0.06


@pytest.mark.parametrize("head", ["kind", "sentiment", "aspect", "urgency"])
def test_it_beats_the_plain_machine_that_had_all_the_texts_too(head: str) -> None:
    folds = load_kept()["cross_validation"]["all"]
    assert folds["ours"][head]["macro_f1"] > folds["baseline"][head]["macro_f1"]
