"""What a round works with: a corpus, a training, and how models are opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from feedback_app.nlp.heads.rows import TrainingRow
from feedback_app.nlp.reading import Reading


class Packed(Protocol):
    """A fitted model, ready to be kept."""

    @property
    def version(self) -> str:
        """Name it."""

    @property
    def manifest(self) -> dict[str, Any]:
        """Say what it is."""

    @property
    def body(self) -> bytes:
        """Hold its bytes."""


class Reader(Protocol):
    """What a comparison asks of a model."""

    def classify(self, texts: Sequence[str]) -> list[Reading]:
        """Return one reading for each text, in order."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """What a round works with: the corpus, how to fit, and how to open what was fitted or shipped."""

    corpus: Callable[[], list[TrainingRow]]
    fit: Callable[[Sequence[TrainingRow]], Packed]
    open_packed: Callable[[Mapping[str, Any], bytes], Reader]
    open_shipped: Callable[[], Reader]
    shipped_manifest: Callable[[], Mapping[str, Any]]
