"""Load the demo with all that belongs to it: the cities, then the samples that a visitor holds in hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.config import Settings
from feedback_app.demo.load import SEED, load
from feedback_app.demo.samples import ensure_samples
from feedback_app.demo.year import LoadedCity, Progress, ReaderSource
from feedback_app.drain.read import Reader


def load_everything(
    session: Session,
    settings: Settings,
    *,
    key: bytes,
    progress: Progress,
    seed: int = SEED,
    only: str | None = None,
) -> list[LoadedCity]:
    """Load the cities that are missing and make samples where there are none; return the cities that came.

    Raises
    ------
    feedback_app.demo.load.NotADemoError
    """
    reader, now = _reader_of(settings.model_dir), clock.utcnow()
    loaded = load(session, reader=reader, key=key, now=now, seed=seed, only=only, progress=progress)
    ensure_samples(session, settings.home, reader=reader, key=key, now=now, seed=seed)
    return loaded


def _reader_of(model_dir: Path | None) -> ReaderSource:
    @cache
    def reader() -> Reader:
        # Only when there is something to read: the language model takes seconds to load.
        from feedback_app.nlp import Classifier

        return Classifier.load(model_dir)

    return reader
