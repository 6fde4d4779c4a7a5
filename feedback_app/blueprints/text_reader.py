"""The classifier in a web process: loaded by the first report form, once, in the background, and never waited for long.

It advises only. Where it is missing, broken or still on its way, the written rules advise alone, and nobody who sends a
report notices more than a suggestion less; the worker reads every text again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from flask import current_app
from flask.sansio.app import App

from feedback_app.config import Settings
from feedback_app.drain.read import Reader
from feedback_app.nlp.reading import Reading

log = logging.getLogger(__name__)

# Loading takes about a second; whoever comes within it waits this long at most.
PATIENCE_SECONDS: Final = 1.5
_NAME: Final = "suara_text_reader"


class TextReader:
    """A classifier that comes when it is ready; safe between threads."""

    def __init__(self, load: Callable[[], Reader]) -> None:
        self._load = load
        self._begun = threading.Lock()
        self._done = threading.Event()
        self._reader: Reader | None = None

    def warm(self) -> None:
        """Begin to load, unless somebody has begun before."""
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self._run, name="text-reader", daemon=True).start()

    def _run(self) -> None:
        try:
            self._reader = self._load()
        except Exception as error:  # whatever is wrong with the model, reports are taken in without it
            log.error("The classifier could not be loaded in the web process: %s", type(error).__name__)
        finally:
            self._done.set()

    def read(self, text: str, *, patience: float = PATIENCE_SECONDS) -> Reading | None:
        """Return what a text says, or None where the classifier is not there in time or stumbles over it."""
        self.warm()
        self._done.wait(patience)
        if self._reader is None:
            return None
        try:
            return self._reader.classify([text])[0]
        except Exception as error:  # a text that breaks the reader must still be taken in
            log.error("The classifier stumbled over a text: %s", type(error).__name__)
            return None


def register_text_reader(app: App) -> None:
    """Give the application its reader; nothing is loaded yet."""
    app.extensions[_NAME] = TextReader(_load_from(app))


def text_reader() -> TextReader | None:
    """Return the reader of this process; None in tests that have not put one there, for they must not wait for it."""
    found: TextReader = current_app.extensions[_NAME]
    return None if current_app.testing and not current_app.config.get("TEXT_READER_IN_TESTS") else found


def _load_from(app: App) -> Callable[[], Reader]:
    def load() -> Reader:
        # Loaded here: the other pages do without scikit-learn, and a process without reports never pays for it.
        from feedback_app.nlp import Classifier

        settings: Settings = app.extensions["suara_settings"]
        return Classifier.load(settings.model_dir)

    return load
