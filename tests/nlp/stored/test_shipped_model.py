"""The model in the tree belongs to the corpus and the code in the tree, and is worth its keep."""

from __future__ import annotations

import subprocess
import sys

import pytest

from feedback_app.nlp.labels import HEADS
from feedback_app.nlp.learning.corpus import Example, data_hash
from feedback_app.nlp.learning.training import lines_hash, lines_of, rule_figures
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, read_manifest

MANIFEST = read_manifest(DEFAULT_ARTEFACT)
FLOORS = {"kind": 0.78, "sentiment": 0.77, "aspect": 0.57, "urgency": 0.72}


def test_it_was_trained_on_the_corpus_as_it_is_now(corpus: list[Example]) -> None:
    assert MANIFEST["data"]["sha256"] == data_hash(corpus), "run `feedback nlp train`"


def test_redaction_and_tokens_are_those_it_was_trained_with(corpus: list[Example]) -> None:
    assert MANIFEST["data"]["lines_sha256"] == lines_hash(lines_of(corpus)), "run `feedback nlp train`"


def test_the_rules_are_those_that_were_measured(corpus: list[Example]) -> None:
    np = pytest.importorskip("numpy")
    truth = np.array([example.urgency.value for example in corpus])
    assert MANIFEST["rules"] == rule_figures(lines_of(corpus), truth), "run `feedback nlp train`"


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
