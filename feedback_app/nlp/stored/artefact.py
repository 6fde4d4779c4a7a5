"""The artefact: a folder with the model's bytes and a manifest that says what they are.

Nothing is loaded that does not equal its manifest, and never a pickle.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from feedback_app.errors import ConfigurationError
from feedback_app.nlp.labels import HEADS
from feedback_app.nlp.stored import packing

FORMAT: Final = 1
RELEASE: Final = "2026.11"
MODEL_FILE: Final = "model.skops"
MANIFEST_FILE: Final = "manifest.json"
DEFAULT_ARTEFACT: Final = Path(__file__).parents[1] / "artefacts" / "default"

_LIBRARIES: Final = ("scikit-learn", "numpy", "scipy", "skops")
_AGAIN: Final = "Train it again with `feedback nlp train`."


class ArtefactError(ConfigurationError):
    """A stored model is missing, was changed, or belongs to another version of the program."""


@dataclass(frozen=True, slots=True)
class Content:
    """What is fitted: the feature space and a linear head for each name."""

    union: Any
    heads: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """An artefact that was read and checked."""

    content: Content
    manifest: dict[str, Any]


def label_lists() -> dict[str, list[str]]:
    """Return the labels of every head, in the order of the model's columns."""
    return {head: sorted(label.value for label in vocabulary) for head, vocabulary in HEADS.items()}


def manifest_checksum(manifest: dict[str, Any]) -> str:
    """Return the sha256 of everything in the manifest but the checksum itself."""
    rest = {key: value for key, value in manifest.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def save(content: Content, folder: Path, **described: Any) -> str:
    """Write model and manifest into `folder` and return the model's version.

    `described` are the manifest's further entries: data, thresholds, metrics, rules.
    """
    body = packing.pack(content.union, content.heads)
    digest = hashlib.sha256(body).hexdigest()
    manifest = {
        "format": FORMAT,
        "model_version": f"{RELEASE}-{digest[:12]}",
        "labels": label_lists(),
        "libraries": {name: version(name) for name in _LIBRARIES},
        "model": {"file": MODEL_FILE, "sha256": digest, "bytes": len(body)},
        **described,
    }
    manifest["checksum"] = manifest_checksum(manifest)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL_FILE).write_bytes(body)
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return str(manifest["model_version"])


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a manifest and check that it is whole and of this program.

    Raises
    ------
    ArtefactError
        When the manifest is missing, is no JSON, was edited, or has another format, other labels or another
        scikit-learn.
    """
    path = folder / MANIFEST_FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArtefactError(f"There is no language model at {folder}. {_AGAIN}") from error
    except ValueError as error:
        raise ArtefactError(f"The manifest {path} is not JSON. {_AGAIN}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArtefactError(f"The language model at {folder} is not of format {FORMAT}. {_AGAIN}")
    if manifest.get("checksum") != manifest_checksum(manifest):
        raise ArtefactError(f"The manifest {path} was changed after training. {_AGAIN}")
    if manifest["labels"] != label_lists():
        raise ArtefactError(f"The language model at {folder} knows other labels than this program. {_AGAIN}")
    _check_library(folder, manifest["libraries"]["scikit-learn"])
    return manifest


def _check_library(folder: Path, trained_with: str) -> None:
    here = version("scikit-learn")
    if trained_with.split(".")[:2] != here.split(".")[:2]:
        raise ArtefactError(
            f"The language model at {folder} was trained with scikit-learn {trained_with}, "
            f"and {here} is installed. {_AGAIN}"
        )


def load(folder: Path) -> Stored:
    """Read an artefact.

    Raises
    ------
    ArtefactError
        When anything differs from the manifest or the file holds more than plain estimators.
    """
    manifest = read_manifest(folder)
    path = folder / MODEL_FILE
    try:
        body = path.read_bytes()
    except OSError as error:
        raise ArtefactError(f"The model file {path} is missing. {_AGAIN}") from error
    if hashlib.sha256(body).hexdigest() != manifest["model"]["sha256"]:
        raise ArtefactError(f"The model file {path} is not the one its manifest describes. {_AGAIN}")
    try:
        union, heads = packing.unpack(body)
        found = {head: [str(label) for label in model.classes_] for head, model in heads.items()}
    except Exception as error:  # whatever a forged file makes the reader raise, it is refused
        raise ArtefactError(f"The model file {path} is not a plain model in skops format. {_AGAIN}") from error
    if found != manifest["labels"]:
        raise ArtefactError(f"The model file {path} has other labels than its manifest. {_AGAIN}")
    return Stored(Content(union, heads), manifest)
