"""Training: from labelled examples to a model that can be stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from feedback_app.nlp.corpus import Example

Progress = Callable[[str], None]


class TrainedModel:
    """Four fitted heads over one feature space, with the figures measured while fitting."""

    def save(self, folder: Path) -> str:
        """Write the artefact into `folder` and return its version."""
        raise NotImplementedError


def train(examples: Sequence[Example], *, progress: Progress | None = None) -> TrainedModel:
    """Fit all heads on the examples, with thresholds and metrics from cross-validation."""
    raise NotImplementedError


def train_default(out: Path, progress: Progress | None = None) -> TrainedModel:
    """Train on the project's own corpus and write the artefact into `out`."""
    raise NotImplementedError
