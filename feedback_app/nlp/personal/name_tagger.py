"""A linear tagger of names: it weighs the features of each word, from left to right.

Its weights are whole numbers, so that every machine adds them up alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from feedback_app.errors import ConfigurationError
from feedback_app.nlp.personal.name_features import Sentence, features
from feedback_app.nlp.personal.pii import PiiKind, Span

FORMAT: Final = 1
WEIGHTS_FILE: Final = "weights.json"
MANIFEST_FILE: Final = "manifest.json"
DEFAULT_FOLDER: Final = Path(__file__).parents[1] / "artefacts" / "names"

_CONNECTORS: Final = frozenset({"bin", "binti", "bte", "van", "de", "al", "da", "el", "br", "br.", "boru"})


class NameTaggerError(ConfigurationError):
    """The stored name tagger is missing, was changed, or belongs to another version of the program."""


@dataclass(frozen=True, slots=True)
class NameTagger:
    """Feature to weight, and the least sum of weights at which a word counts as a name."""

    weights: Mapping[str, int]
    threshold: int
    small_threshold: int
    """The same for a name in small letters, where nothing but the words around it helps."""
    doubt: int
    """A sum below this says that a word is no name, although a list holds it."""

    def sums(self, sentence: Sentence) -> dict[int, int]:
        """Return the sum of weights of every word that may be a name."""
        sums: dict[int, int] = {}
        get, named = self.weights.get, -2
        for place in sentence.candidates():
            follows = named >= 0 and sentence.before(place) == named
            total = sum([get(feature, 0) for feature in features(sentence, place, follows)])
            sums[place] = total
            if total > 0:
                named = place
        return sums

    def _least(self, sentence: Sentence, run: list[int]) -> int:
        """Return what one word of the run has to reach: more in small letters, unless lists hold every word of it."""
        listed = len(run) > 1 and all(sentence.classes[place] == "K" for place in run)
        return self.small_threshold if run and sentence.is_small(run[0]) and not listed else self.threshold

    def find(self, sentence: Sentence, sums: Mapping[int, int]) -> Iterator[Span]:
        """Return runs of words that look like names, of which at least one is beyond the threshold."""
        run: list[int] = []
        for place in [*(place for place, total in sums.items() if total > 0), None]:
            if place is not None and run and _continues(sentence, run[-1], place):
                run.append(place)
                continue
            least = self._least(sentence, run)
            if run and max(sums[one] for one in run) >= least:
                yield _span(sentence, _extended(sentence, run))
            run = [] if place is None else [place]


def _continues(sentence: Sentence, last: int, place: int) -> bool:
    if sentence.is_small(last) is not sentence.is_small(place):
        return False
    between = sentence.text[sentence.starts[last] + len(sentence.words[last]) : sentence.starts[place]]
    if between == " " or (between in (".", ". ") and len(sentence.words[last]) <= 3):
        return True
    return between.strip().lower() in _CONNECTORS and len(between.strip()) + 2 == len(between)


def _extended(sentence: Sentence, run: list[int]) -> list[int]:
    """Return the run with the names beside it that some list holds, written as it is in capitals and small letters."""
    while _belongs(sentence, run[0] - 1) and _continues(sentence, run[0] - 1, run[0]):
        run = [run[0] - 1, *run]
    while _belongs(sentence, run[-1] + 1) and _continues(sentence, run[-1], run[-1] + 1):
        run = [*run, run[-1] + 1]
    return run


def _belongs(sentence: Sentence, place: int) -> bool:
    return 0 <= place < len(sentence.words) and sentence.classes[place] in "KkA" and not sentence.is_small(place)


def _span(sentence: Sentence, run: list[int]) -> Span:
    return Span(sentence.starts[run[0]], sentence.starts[run[-1]] + len(sentence.words[run[-1]]), PiiKind.NAME)


def _checksum(manifest: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in manifest.items() if key != "checksum"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def save(tagger: NameTagger, folder: Path, **described: Any) -> str:
    """Write weights and manifest into `folder` and return the sha256 of the weights."""
    body = (json.dumps(dict(sorted(tagger.weights.items())), ensure_ascii=False, indent=0) + "\n").encode()
    digest = hashlib.sha256(body).hexdigest()
    manifest = {
        "format": FORMAT,
        "threshold": tagger.threshold,
        "small_threshold": tagger.small_threshold,
        "doubt": tagger.doubt,
        "weights": {"file": WEIGHTS_FILE, "sha256": digest, "count": len(tagger.weights)},
        **described,
    }
    manifest["checksum"] = _checksum(manifest)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / WEIGHTS_FILE).write_bytes(body)
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return digest


def load(folder: Path = DEFAULT_FOLDER) -> NameTagger:
    """Read a stored tagger.

    Raises
    ------
    NameTaggerError
        When a file is missing, its checksum differs, or the format is another one.
    """
    try:
        manifest = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        body = (folder / WEIGHTS_FILE).read_bytes()
    except (OSError, ValueError) as error:
        raise NameTaggerError(f"The name tagger in {folder} cannot be read: {error}.") from error
    if manifest.get("format") != FORMAT or manifest.get("checksum") != _checksum(manifest):
        raise NameTaggerError(f"The manifest of the name tagger in {folder} was changed. Train it again.")
    if hashlib.sha256(body).hexdigest() != manifest["weights"]["sha256"]:
        raise NameTaggerError(f"The weights of the name tagger in {folder} were changed. Train it again.")
    return NameTagger(json.loads(body), *(int(manifest[name]) for name in ("threshold", "small_threshold", "doubt")))


@cache
def shipped() -> NameTagger:
    """Return the tagger that comes with the program, read once."""
    return load()
