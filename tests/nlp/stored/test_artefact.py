from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import skops.io

from feedback_app.errors import ConfigurationError
from feedback_app.nlp import Classifier, TrainedModel
from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, ArtefactError, manifest_checksum


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped artefact."""
    return Path(shutil.copytree(DEFAULT_ARTEFACT, tmp_path / "model"))


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None], *, seal: bool) -> None:
    """Edit the manifest, and give it a fitting checksum if `seal`."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    if seal:
        manifest["checksum"] = manifest_checksum(manifest)
    path.write_text(json.dumps(manifest))


def replace_model(folder: Path, body: bytes) -> None:
    """Put other bytes in the place of the model, with a manifest that agrees with them."""
    (folder / "model.skops").write_bytes(body)
    rewrite(folder, lambda manifest: manifest["model"].update(sha256=hashlib.sha256(body).hexdigest()), seal=True)


def test_one_flipped_byte_is_refused(folder: Path) -> None:
    path = folder / "model.skops"
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    with pytest.raises(ArtefactError, match="not the one its manifest describes"):
        Classifier.load(folder)


def test_an_edited_threshold_is_refused(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest["thresholds"]["kind"].update(value=0.0), seal=False)
    with pytest.raises(ArtefactError, match="changed after training"):
        Classifier.load(folder)


def test_other_labels_are_refused(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest["labels"]["kind"].append("rumour"), seal=True)
    with pytest.raises(ArtefactError, match="other labels than this program"):
        Classifier.load(folder)


def test_another_format_is_refused(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest.update(format=2), seal=True)
    with pytest.raises(ArtefactError, match="not of format 1"):
        Classifier.load(folder)


def test_another_minor_version_of_scikit_learn_is_refused(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest["libraries"].update({"scikit-learn": "1.2.9"}), seal=True)
    with pytest.raises(ArtefactError, match=r"scikit-learn 1\.2\.9"):
        Classifier.load(folder)


def test_a_pickle_is_refused_and_never_run(folder: Path, tmp_path: Path) -> None:
    witness = tmp_path / "ran"

    class Payload:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (witness,)

    replace_model(folder, pickle.dumps(Payload()))
    with pytest.raises(ArtefactError, match="skops"):
        Classifier.load(folder)
    assert not witness.exists()


def test_a_skops_file_with_an_unknown_type_is_refused(folder: Path) -> None:
    replace_model(folder, skops.io.dumps({"features": Fraction(1, 2)}))
    with pytest.raises(ArtefactError, match="skops"):
        Classifier.load(folder)


def test_a_missing_folder_is_a_clear_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="feedback nlp train"):
        Classifier.load(tmp_path / "nothing")


def test_a_missing_model_file_is_refused(folder: Path) -> None:
    (folder / "model.skops").unlink()
    with pytest.raises(ArtefactError, match="missing"):
        Classifier.load(folder)


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ArtefactError):
        Classifier.load(folder)


def test_a_saved_model_reads_as_it_was_trained(
    small_model: TrainedModel, small_corpus: list[Example], tmp_path: Path
) -> None:
    version = small_model.save(tmp_path / "small")
    loaded = Classifier.load(tmp_path / "small")
    assert loaded.model_version == version
    readings = loaded.classify([example.text for example in small_corpus])
    answered = [
        reading.kind.value == example.kind.value
        for reading, example in zip(readings, small_corpus, strict=True)
        if reading.kind.value
    ]
    assert len(answered) > 20
    assert sum(answered) / len(answered) > 0.95
