"""What a stored model has to look like before anything is computed with it.

The checksum finds accidents alone: whoever forges a model writes a fitting one. So nothing here trusts an entry to be
there, or to be of a kind, because it usually is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any, Final
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

from feedback_app.errors import ConfigurationError
from feedback_app.nlp.labels import ALL_HEADS, Urgency

AGAIN: Final = "Train it again with `feedback nlp train`."

MOST_BYTES: Final = 400_000_000
"""Of all arrays together; those of the shipped model take 12 million."""

_ENTRIES: Final = {
    "model_version": str, "labels": dict, "libraries": dict, "spelling_sha256": str, "model": dict, "thresholds": dict,
    "metrics": dict, "rules": dict, "data": dict,
}  # fmt: skip
_VERSION: Final = re.compile(r"\d{4}\.\d{2}-([0-9a-f]{12})")
_MOST_OF_A_THRESHOLD: Final = 1.01
"""From a threshold above 1 on, a head never answers."""

_LARGEST: Final = float(np.finfo(np.float16).max)
"""What half precision holds; sums of larger numbers could leave the range of the scores."""


class ArtefactError(ConfigurationError):
    """A stored model is missing, was changed, or belongs to another version of the program."""


def check_structure(manifest: Mapping[str, Any], place: str) -> None:
    """Refuse a manifest that lacks anything, or in which something is of the wrong kind.

    Raises
    ------
    ArtefactError
        With the first fault.
    """
    fault = next(_faults(manifest), None)
    if fault is not None:
        raise ArtefactError(f"The manifest at {place} cannot be right: {fault}. {AGAIN}")
    if not _are_known(manifest["labels"]):
        raise ArtefactError(f"The language model at {place} knows other labels than this program. {AGAIN}")
    fault = next(_faults_of_heads(manifest), None)
    if fault is not None:
        raise ArtefactError(f"The manifest at {place} cannot be right: {fault}. {AGAIN}")


def _faults(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is missing or of the wrong kind; each check may rely on those before it."""
    yield from (f"it has no {name}" for name, kind in _ENTRIES.items() if not isinstance(manifest.get(name), kind))
    for name in ("numpy", "scipy"):
        if not isinstance(manifest["libraries"].get(name), str):
            yield f"it names no version of {name}"
    if not isinstance(manifest["model"].get("sha256"), str):
        yield "it has no sha256 of the model"
    version = _VERSION.fullmatch(manifest["model_version"])
    if version is None or not manifest["model"]["sha256"].startswith(version[1]):
        yield "its version does not name its model"
    yield from (
        f"the rule {name} has no confidence"
        for name, figures in manifest["rules"].items()
        if not isinstance(figures, dict) or not _is_number(figures.get("confidence"), 1)
    )
    yield from (f"the figures of {head} are none" for head, figures in _other_than_dicts(manifest["metrics"]))
    if not _is_number(manifest["metrics"].get("aspect", {}).get("second", 0), _MOST_OF_A_THRESHOLD):
        yield "the least probability of a second aspect is no probability"


def _other_than_dicts(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in found.items() if not isinstance(value, dict))


def _are_known(labels: Mapping[str, Any]) -> bool:
    """Tell whether every head is a list of labels of this program."""
    return all(
        head in ALL_HEADS
        and isinstance(given, list)
        and all(isinstance(label, str) for label in given)
        and set(given) <= {label.value for label in ALL_HEADS[head]}
        for head, given in labels.items()
    )


def _faults_of_heads(manifest: Mapping[str, Any]) -> Iterator[str]:
    if not manifest["labels"]:
        yield "it has no heads"
    for head, labels in manifest["labels"].items():
        if not labels or labels != sorted(set(labels)):
            yield f"the labels of {head} are not in order, each once"
        if head == "urgency" and Urgency.NORMAL.value not in labels:
            yield f"urgency lacks {Urgency.NORMAL.value}"
        threshold = manifest["thresholds"].get(head)
        if not isinstance(threshold, dict) or not all(
            _is_number(threshold.get(name, 0 if name == "calm" else None), _MOST_OF_A_THRESHOLD)
            for name in ("value", "calm")
        ):
            yield f"the threshold of {head} is no probability"


def _is_number(found: Any, most: float) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool) and 0 <= found <= most


def check_size(body: bytes, place: str) -> None:
    """Refuse a model that would take too much memory, before any of it is inflated.

    A reader of the file inflates no more of an entry than the entry says.

    Raises
    ------
    ArtefactError
    """
    try:
        with ZipFile(BytesIO(body)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except Exception as error:  # whatever a forged file makes the reader raise, it is refused
        raise ArtefactError(f"The model at {place} is not made of plain arrays. {AGAIN}") from error
    if size > MOST_BYTES:
        raise ArtefactError(f"The model at {place} is larger than {MOST_BYTES:,} bytes. {AGAIN}")


def plain(found: Any, letter: str, dimensions: int) -> Any:
    """Return an array as it is, if it is of a kind and has so many dimensions.

    Raises
    ------
    ValueError
    """
    if not isinstance(found, np.ndarray) or found.dtype.newbyteorder("=").str[1:] != letter:
        raise ValueError("an array of another kind")
    if found.ndim != dimensions:
        raise ValueError("an array of other dimensions")
    return found


def is_usable(numbers: NDArray[np.floating], *, least: float = -_LARGEST) -> bool:
    """Tell whether all numbers are some, and none is too large to be summed."""
    return bool(((numbers >= least) & (numbers <= _LARGEST)).all())
