from __future__ import annotations

import copy
import hashlib
import io
import json
import math
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from feedback_app.errors import ConfigurationError
from feedback_app.nlp import Classifier, TrainedModel
from feedback_app.nlp.learning.corpus import Example
from feedback_app.nlp.stored.artefact import (
    DEFAULT_ARTEFACT,
    ArtefactError,
    check_manifest,
    manifest_checksum,
    read_manifest,
    unpack,
)


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
    (folder / "model.npz").write_bytes(body)
    digest = hashlib.sha256(body).hexdigest()

    def describe(manifest: dict[str, Any]) -> None:
        manifest["model"]["sha256"] = digest
        manifest["model_version"] = f"2026.11-{digest[:12]}"

    rewrite(folder, describe, seal=True)


def replace_arrays(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Put changed arrays in the place of the model, with a manifest that agrees with them."""
    with np.load(folder / "model.npz") as stored:
        arrays = dict(stored)
    change(arrays)
    target = io.BytesIO()
    np.savez(target, **arrays)
    replace_model(folder, target.getvalue())


def test_one_flipped_byte_is_refused(folder: Path) -> None:
    path = folder / "model.npz"
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
    rewrite(folder, lambda manifest: manifest.update(format=1), seal=True)
    with pytest.raises(ArtefactError, match="not of format 2"):
        Classifier.load(folder)


def test_a_library_of_another_generation_is_refused(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest["libraries"].update({"numpy": "1.26.4"}), seal=True)
    with pytest.raises(ArtefactError, match=r"numpy 1\.26\.4"):
        Classifier.load(folder)


def test_a_model_of_words_divided_in_another_way_is_refused(folder: Path) -> None:
    rewrite(folder, lambda manifest: manifest.update(spelling_sha256="0" * 64), seal=True)
    with pytest.raises(ArtefactError, match="divided in another way"):
        Classifier.load(folder)


def test_a_pickle_is_refused_and_never_run(folder: Path, tmp_path: Path) -> None:
    witness = tmp_path / "ran"

    class Payload:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (witness,)

    replace_model(folder, pickle.dumps(Payload()))
    with pytest.raises(ArtefactError, match="plain arrays"):
        Classifier.load(folder)
    inside = io.BytesIO()
    np.savez(inside, terms_word=np.array([Payload()], dtype=object), allow_pickle=True)
    replace_model(folder, inside.getvalue())
    with pytest.raises(ArtefactError, match="plain arrays"):
        Classifier.load(folder)
    assert not witness.exists()


def _first(name: str, value: float) -> Callable[[dict[str, Any]], None]:
    def change(arrays: dict[str, Any]) -> None:
        arrays[name].flat[0] = value

    return change


def _twice(arrays: dict[str, Any]) -> None:
    terms = arrays["terms_word"].tobytes().split(b"\n")
    arrays["terms_word"] = np.frombuffer(b"\n".join([terms[1], *terms[1:]]), dtype=np.uint8)


def _cut(arrays: dict[str, Any]) -> None:
    arrays["weights_kind"] = arrays["weights_kind"][:-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_cut, "do not fit"),
        (_twice, "do not fit"),
        (_first("weights_kind", np.nan), "no training gives"),
        (_first("weights_tone", -np.inf), "no training gives"),
        (_first("bias_kind", np.inf), "no training gives"),
        (_first("bias_kind", 3e38), "no training gives"),
        (_first("idf_word", np.nan), "no training gives"),
        (_first("idf_char", -0.5), "no training gives"),
        (lambda arrays: arrays.pop("idf_char"), "plain arrays"),
        (lambda arrays: arrays.update(terms_word=arrays["terms_word"].astype("U")), "plain arrays"),
        (lambda arrays: arrays.update(weights_kind=arrays["weights_kind"].astype(complex)), "plain arrays"),
        (lambda arrays: arrays.update(weights_kind=arrays["weights_kind"][None]), "plain arrays"),
        (lambda arrays: arrays.update(bias_kind=np.float32(1)), "plain arrays"),
        (lambda arrays: arrays.update(idf_word=arrays["idf_word"].astype(np.int64)), "plain arrays"),
        (lambda arrays: arrays.update(terms_word=np.frombuffer(b"\xff\n" * 9, dtype=np.uint8)), "plain arrays"),
    ],
)  # fmt: skip
def test_arrays_that_no_training_gives_are_refused(
    folder: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    replace_arrays(folder, change)
    with pytest.raises(ArtefactError, match=said):
        Classifier.load(folder)


def test_arrays_too_large_for_memory_are_refused_before_they_are_inflated(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("inflated")

    replace_arrays(folder, lambda _: None)
    monkeypatch.setattr("feedback_app.nlp.stored.checking.MOST_BYTES", 1_000_000)
    monkeypatch.setattr(np, "load", never)
    with pytest.raises(ArtefactError, match="larger than"):
        Classifier.load(folder)


def _places(found: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path to everything in a manifest that a program looks at."""
    if isinstance(found, dict) and path[:1] != ("data",) and len(path) < 3:
        for name, value in found.items():
            if path != ("metrics", "aspect") or name == "second":
                yield (*path, name)
                yield from _places(value, (*path, name))


WRONG: list[Any] = [
    None,
    True,
    -1,
    2,
    10**400,
    math.nan,
    math.inf,
    "x",
    "",
    [],
    ["x"],
    [1, "x"],
    [[]],
    {},
    {"x": 1},
    {"x": {}},
]


@pytest.mark.slow
def test_whatever_a_sealed_manifest_holds_is_read_or_refused_in_one_sentence(small_model: TrainedModel) -> None:
    packed = small_model.packed()
    manifest, body = packed.manifest, packed.body
    refused = 0
    for path in _places(manifest):
        # What is missing, and what is of another kind, one after the other in each place.
        for wrong in ["missing", *WRONG]:
            forged = copy.deepcopy(manifest)
            inner = forged
            for name in path[:-1]:
                inner = inner[name]
            if wrong == "missing":
                del inner[path[-1]]
            else:
                inner[path[-1]] = wrong
            forged["checksum"] = manifest_checksum(forged)
            try:
                check_manifest(forged, "di sini")
            except ArtefactError:
                refused += 1
            else:
                assert is_harmless(path, wrong, forged, body), (path, wrong)
    assert refused > 500


def is_harmless(path: tuple[str, ...], wrong: object, forged: dict[str, Any], body: bytes) -> bool:
    """Tell whether a model with that manifest reads, or is refused by its bytes."""
    if path[-1] in NOBODY_READS or path[0] == "metrics":
        return path != ("metrics", "aspect", "second") or isinstance(wrong, int | str)
    try:
        return bool(Classifier(unpack(forged, body)).classify(["Petugas minta uang, tidak ada kuitansi"], explain=True))
    except ArtefactError:
        return True


NOBODY_READS = {"file", "bytes", "n", "urgent", "target", "coverage", "selective_accuracy", "scikit-learn", "data"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found["labels"].clear(), "no heads"),
        (lambda found: found["labels"]["kind"].reverse(), "labels of kind"),
        (lambda found: found["labels"]["kind"].append("spam"), "labels of kind"),
        (lambda found: found["labels"].update(kind=[]), "labels of kind"),
        (lambda found: found["labels"]["urgency"].remove("normal"), "urgency lacks normal"),
        (lambda found: found.update(model_version="2026.11-000000000000"), "does not name its model"),
        (lambda found: found["thresholds"].pop("sector"), "threshold of sector"),
        (lambda found: found["thresholds"]["urgency"].update(calm=1.5), "threshold of urgency"),
        (lambda found: found["rules"]["danger"].update(confidence=1.2), "rule danger"),
        (lambda found: found["metrics"]["aspect"].update(second="often"), "second aspect"),
    ],
)
def test_the_first_fault_of_a_manifest_is_named(
    folder: Path, change: Callable[[dict[str, Any]], None], said: str
) -> None:
    rewrite(folder, change, seal=True)
    with pytest.raises(ArtefactError, match=said):
        Classifier.load(folder)


def test_a_manifest_of_brackets_without_end_is_refused(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"a":' + "[" * 200_000)
    with pytest.raises(ArtefactError, match="not JSON"):
        Classifier.load(folder)


def test_a_model_read_from_bytes_is_the_one_in_the_folder(folder: Path) -> None:
    manifest, body = read_manifest(folder), (folder / "model.npz").read_bytes()
    text = ["kapan KTP saya selesai, sudah sebulan"]
    assert Classifier(unpack(manifest, body)).classify(text) == Classifier.load(folder).classify(text)


def test_a_missing_folder_is_a_clear_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="feedback nlp train"):
        Classifier.load(tmp_path / "nothing")


def test_a_missing_model_file_is_refused(folder: Path) -> None:
    (folder / "model.npz").unlink()
    with pytest.raises(ArtefactError, match="missing"):
        Classifier.load(folder)


@pytest.mark.parametrize("text", ["{", "[]"])
def test_a_manifest_that_is_none_is_refused(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text)
    with pytest.raises(ArtefactError):
        Classifier.load(folder)


@pytest.mark.slow
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
