"""All that is measured of the shipped model in one run, kept beside it, and told in lines."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import as_file, files
from typing import Any, Final

from feedback_app.nlp.classifier import Classifier
from feedback_app.nlp.learning.card import CardError, figures_text
from feedback_app.nlp.learning.corpus import load_held_out, load_rows
from feedback_app.nlp.learning.evaluation import cross_validated, on_held_out
from feedback_app.nlp.learning.speed import measure
from feedback_app.nlp.learning.training import train
from feedback_app.nlp.personal.pii import PiiKind
from feedback_app.nlp.personal.probe import STRUCTURED, read_probe
from feedback_app.nlp.personal.probe import measure as measure_probe
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT

EVALUATION_FILE: Final = "evaluation.json"
PROBES: Final = {
    "given": "given.txt",
    "second author": "second_author.txt",
    "third author": "third_author.txt",
    "fourth author": "fourth_author.txt",
}

Figures = dict[str, Any]


def measure_everything(tell: Callable[[str], None], *, today: date, keep: bool = False) -> Figures:
    """Measure the shipped model; with `keep` the figures are stored beside it.

    Raises
    ------
    CardError
        When the shipped model is not what the corpus gives: its figures would be those of another one.
    """
    rows, held_out = load_rows(), [example.row() for example in load_held_out()]
    classifier = Classifier.load()
    tell("Training once more: the shipped model has to come out")
    began = time.monotonic()
    version = train(rows, progress=tell).packed().version
    seconds = time.monotonic() - began
    if version != classifier.model_version:
        raise CardError(
            f"The corpus gives the model {version}, and {classifier.model_version} is shipped: "
            "run `feedback nlp train` first."
        )
    found: Figures = {
        "model_version": version,
        "measured_on": today.isoformat(),
        "cross_validation": cross_validated(rows, tell),
        "held_out": on_held_out(held_out, rows, classifier),
        "personal_data": personal_data(),
    }
    tell("Measuring speed")
    found["speed"] = {**measure([row.text for row in held_out]), "training_seconds": round(seconds, 1)}
    if keep:
        target = DEFAULT_ARTEFACT / EVALUATION_FILE
        target.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        tell(f"Kept in {target}")
    return found


def load_kept() -> Figures:
    """Read the figures kept beside the shipped model.

    Raises
    ------
    CardError
        When there are none.
    """
    path = DEFAULT_ARTEFACT / EVALUATION_FILE
    try:
        found: Figures = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CardError("No figures are kept beside the model: run `feedback nlp evaluate --keep`.") from error
    return found


def personal_data() -> dict[str, Figures]:
    """Measure the redactor on both probes."""
    found = {}
    with as_file(files("feedback_app.nlp").joinpath("corpus", "probes")) as folder:
        for name, file in PROBES.items():
            tally = measure_probe(read_probe(folder / file))
            found[name] = {
                "structured": round(tally.recall(*STRUCTURED), 4),
                "structured_n": sum(tally.marked[kind] for kind in STRUCTURED),
                "names": round(tally.recall(PiiKind.NAME), 4),
                "names_n": tally.marked[PiiKind.NAME],
                "kept": round(tally.kept_share, 4),
                "kept_n": tally.negatives,
            }
    return found


def report_lines(found: Figures) -> Iterator[str]:
    """Yield the figures as the model card shows them."""
    yield from figures_text(Classifier.load().manifest, found).splitlines()
