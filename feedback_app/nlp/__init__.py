"""Text in, labels out: redaction and classification of citizens' messages.

Pure: no database, web, queue, clock or settings. The names below are loaded on first use, so that importing
`feedback_app.nlp.labels` does not pay for numpy, and reading texts never pays for scikit-learn, which only trains.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feedback_app.nlp.classifier import Classifier as Classifier
    from feedback_app.nlp.learning.training import TrainedModel as TrainedModel
    from feedback_app.nlp.learning.training import train as train
    from feedback_app.nlp.learning.training import train_default as train_default
    from feedback_app.nlp.reading import Label as Label
    from feedback_app.nlp.reading import Reading as Reading

_HOMES = {
    "Classifier": "classifier",
    "Label": "reading",
    "Reading": "reading",
    "TrainedModel": "learning.training",
    "train": "learning.training",
    "train_default": "learning.training",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
