"""The model in the tree belongs to the corpus and the code in the tree, and is worth its keep."""

from __future__ import annotations

import subprocess
import sys

import pytest

from feedback_app.nlp.heads.rows import rows_hash
from feedback_app.nlp.labels import ALL_HEADS, HEADS
from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.learning.training import lines_hash, lines_of
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, read_manifest
from feedback_app.nlp.urgency.rules import sources_hash

MANIFEST = read_manifest(DEFAULT_ARTEFACT)
FLOORS = {"kind": 0.78, "sentiment": 0.77, "aspect": 0.57, "urgency": 0.72}


def test_it_was_trained_on_the_corpus_as_it_is_now(corpus: list[Example]) -> None:
    assert MANIFEST["data"]["sha256"] == rows_hash([example.row() for example in corpus]), "run `feedback nlp train`"


@pytest.fixture(scope="module")
def lines(corpus: list[Example]) -> list[str]:
    """What the model saw of the corpus."""
    return lines_of([example.text for example in corpus])


@pytest.mark.slow
def test_redaction_and_tokens_are_those_it_was_trained_with(lines: list[str]) -> None:
    assert MANIFEST["data"]["lines_sha256"] == lines_hash(lines), "run `feedback nlp train`"


def test_the_rules_are_those_that_were_measured() -> None:
    assert MANIFEST["data"]["rules_sha256"] == sources_hash(), "run `feedback nlp train`"


def test_it_knows_every_label_of_every_head() -> None:
    assert MANIFEST["labels"] == {
        head: sorted(label.value for label in vocabulary) for head, vocabulary in ALL_HEADS.items()
    }


@pytest.mark.parametrize("head", list(HEADS))
def test_every_head_beats_the_dummy_by_far(head: str) -> None:
    figures = MANIFEST["metrics"][head]
    assert figures["macro_f1"] >= FLOORS[head]
    assert figures["macro_f1"] >= figures["dummy"]["macro_f1"] + 0.4


@pytest.mark.parametrize("head", ["kind", "urgency"])
def test_confident_answers_are_right_nineteen_times_in_twenty(head: str) -> None:
    threshold = MANIFEST["thresholds"][head]
    assert threshold["selective_accuracy"] >= 0.95
    assert threshold["coverage"] >= 0.35


@pytest.mark.parametrize("head", list(HEADS))
def test_the_manifest_says_what_the_threshold_reaches(head: str) -> None:
    threshold = MANIFEST["thresholds"][head]
    assert threshold["selective_accuracy"] == pytest.approx(threshold["target"], abs=0.02)


def test_emergencies_are_seldom_called_normal() -> None:
    triage = MANIFEST["metrics"]["urgency"]["with_rules"]
    assert triage["without_abstention"]["critical_not_normal"] >= 0.90
    assert triage["without_abstention"]["urgent_recall"] >= 0.78
    assert triage["without_abstention"]["urgent_precision"] >= 0.68
    assert triage["critical_called_normal"] <= 0.03


def test_its_version_names_its_bytes() -> None:
    assert MANIFEST["model_version"] == f"2026.11-{MANIFEST['model']['sha256'][:12]}"
    assert MANIFEST["model"]["bytes"] < 12_000_000


def test_it_loads_without_a_warning_on_stderr() -> None:
    script = "from feedback_app.nlp import Classifier; print(Classifier.load().model_version)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == MANIFEST["model_version"]
    assert done.stderr == ""
