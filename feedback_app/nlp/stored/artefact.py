"""The artefact: arrays and a manifest that says what they are.

Plain numbers in numpy's npz format and JSON; reading them needs no scikit-learn and runs no code. Nothing is loaded
that does not equal its manifest, and never a pickle. What a manifest and arrays have to be like: `checking`.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import numpy as np

from feedback_app.nlp.heads.features import BLOCKS, FeatureSpace
from feedback_app.nlp.stored.checking import AGAIN, check_size, check_structure, is_usable, plain
from feedback_app.nlp.stored.checking import ArtefactError as ArtefactError
from feedback_app.nlp.stored.spelling import spelling_hash

FORMAT: Final = 2
RELEASE: Final = "2026.11"
MODEL_FILE: Final = "model.npz"
MANIFEST_FILE: Final = "manifest.json"
DEFAULT_ARTEFACT: Final = Path(__file__).parents[1] / "artefacts" / "default"

_LIBRARIES: Final = ("scikit-learn", "numpy", "scipy")


@dataclass(frozen=True, slots=True)
class StoredHead:
    """A head as it is kept: labels, one column of weights for each, and their biases."""

    classes: tuple[str, ...]
    weights: Any
    bias: Any


@dataclass(frozen=True, slots=True)
class Stored:
    """An artefact that was read and checked."""

    space: FeatureSpace
    heads: dict[str, StoredHead]
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Packed:
    """An artefact as it travels: its version, what describes it, and its bytes."""

    version: str
    manifest: dict[str, Any]
    body: bytes

    def write(self, folder: Path) -> None:
        """Write manifest and model into the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MODEL_FILE).write_bytes(self.body)
        (folder / MANIFEST_FILE).write_text(json.dumps(self.manifest, indent=1) + "\n", encoding="utf-8")


def manifest_checksum(manifest: dict[str, Any]) -> str:
    """Return the sha256 of everything in the manifest but the checksum itself."""
    rest = {key: value for key, value in manifest.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def pack(space: FeatureSpace, heads: dict[str, StoredHead], **described: Any) -> Packed:
    """Return the artefact of a model; the same model gives the same bytes.

    Weights are kept in half precision. `described` are the manifest's further entries: data, thresholds, metrics,
    rules.
    """
    arrays: dict[str, Any] = {}
    for name in BLOCKS:
        arrays[f"terms_{name}"] = np.frombuffer("\n".join(space.terms[name]).encode(), dtype=np.uint8)
        arrays[f"idf_{name}"] = np.asarray(space.idf[name], dtype=np.float32)
    for head, kept in heads.items():
        arrays[f"weights_{head}"] = np.asarray(kept.weights, dtype=np.float16)
        arrays[f"bias_{head}"] = np.asarray(kept.bias, dtype=np.float32)
    target = BytesIO()
    np.savez_compressed(target, **arrays)
    body = target.getvalue()
    digest = hashlib.sha256(body).hexdigest()
    manifest = {
        "format": FORMAT,
        "model_version": f"{RELEASE}-{digest[:12]}",
        "labels": {head: list(kept.classes) for head, kept in heads.items()},
        "libraries": {name: version(name) for name in _LIBRARIES},
        "spelling_sha256": spelling_hash(),
        "model": {"file": MODEL_FILE, "sha256": digest, "bytes": len(body)},
        **described,
    }
    manifest["checksum"] = manifest_checksum(manifest)
    # Through JSON once, so that a manifest is the same whether it was just made or read from a file.
    return Packed(f"{RELEASE}-{digest[:12]}", json.loads(json.dumps(manifest)), body)


def load(folder: Path) -> Stored:
    """Read an artefact from a folder.

    Raises
    ------
    ArtefactError
        When anything differs from the manifest or the file holds more than arrays.
    """
    return unpack(read_manifest(folder), _body(folder), place=str(folder))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a manifest and check that it is whole and of this program.

    Raises
    ------
    ArtefactError
        When the manifest is missing, is no JSON, was edited, or is not of this program.
    """
    path = folder / MANIFEST_FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ArtefactError(f"There is no language model at {folder}. {AGAIN}") from error
    except (ValueError, RecursionError) as error:
        raise ArtefactError(f"The manifest {path} is not JSON. {AGAIN}") from error
    check_manifest(manifest, str(folder))
    return dict(manifest)


def check_manifest(manifest: Any, place: str) -> None:
    """Refuse a manifest that was changed, or that describes a model of another program.

    Raises
    ------
    ArtefactError
        When its format, checksum, labels, way of spelling or the first number of a library's version differ.
    """
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ArtefactError(f"The language model at {place} is not of format {FORMAT}. {AGAIN}")
    try:
        checksum = manifest_checksum(manifest)
    except (TypeError, ValueError, RecursionError):  # no JSON, however it was made
        checksum = ""
    if manifest.get("checksum") != checksum:
        raise ArtefactError(f"The manifest at {place} was changed after training. {AGAIN}")
    check_structure(manifest, place)
    if manifest["spelling_sha256"] != spelling_hash():
        raise ArtefactError(f"The language model at {place} was trained on words divided in another way. {AGAIN}")
    for name in ("numpy", "scipy"):
        if manifest["libraries"][name].split(".")[0] != version(name).split(".")[0]:
            raise ArtefactError(
                f"The language model at {place} was trained with {name} {manifest['libraries'][name]}, "
                f"and {version(name)} is installed. {AGAIN}"
            )


def _body(folder: Path) -> bytes:
    path = folder / MODEL_FILE
    try:
        return path.read_bytes()
    except OSError as error:
        raise ArtefactError(f"The model file {path} is missing. {AGAIN}") from error


def unpack(manifest: dict[str, Any], body: bytes, *, place: str = "the registry") -> Stored:
    """Read an artefact from its manifest and bytes.

    Raises
    ------
    ArtefactError
        When anything differs from the manifest or the bytes hold more than arrays.
    """
    check_manifest(manifest, place)
    if hashlib.sha256(body).hexdigest() != manifest["model"]["sha256"]:
        raise ArtefactError(f"The model at {place} is not the one its manifest describes. {AGAIN}")
    check_size(body, place)
    try:
        space, heads = _arrays(manifest["labels"], body)
    except Exception as error:  # whatever a forged file makes the reader raise, it is refused
        raise ArtefactError(f"The model at {place} is not made of plain arrays. {AGAIN}") from error
    _check_arrays(space, heads, place)
    return Stored(space, heads, manifest)


def _arrays(labels: dict[str, list[str]], body: bytes) -> tuple[FeatureSpace, dict[str, StoredHead]]:
    with np.load(BytesIO(body), allow_pickle=False) as stored:
        terms = {name: tuple(plain(stored[f"terms_{name}"], "u1", 1).tobytes().decode().split("\n")) for name in BLOCKS}
        space = FeatureSpace(terms, {name: plain(stored[f"idf_{name}"], "f4", 1) for name in BLOCKS})
        heads = {
            head: StoredHead(
                tuple(values),
                plain(stored[f"weights_{head}"], "f2", 2).astype(np.float32),
                plain(stored[f"bias_{head}"], "f4", 1),
            )
            for head, values in labels.items()
        }
    return space, heads


def _check_arrays(space: FeatureSpace, heads: dict[str, StoredHead], place: str) -> None:
    whole = all(len(space.terms[name]) == len(space.idf[name]) for name in BLOCKS)
    fits = all(
        kept.weights.shape == (space.width, len(kept.classes)) and kept.bias.shape == (len(kept.classes),)
        for kept in heads.values()
    )
    once = all(len(set(space.terms[name])) == len(space.terms[name]) for name in BLOCKS)
    if not (whole and fits and once):
        raise ArtefactError(f"The arrays of the model at {place} do not fit each other. {AGAIN}")
    usable = all(is_usable(space.idf[name], least=0) for name in BLOCKS)
    if not (usable and all(is_usable(kept.weights) and is_usable(kept.bias) for kept in heads.values())):
        raise ArtefactError(f"The model at {place} holds numbers that no training gives. {AGAIN}")
