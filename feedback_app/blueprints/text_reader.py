"""The classifier in a web process: loaded by the first report form, once, in the background, and never waited for long.

It advises only. Where it is missing, broken or still on its way, the written rules advise alone, and nobody who sends a
report notices more than a suggestion less; the worker reads every text again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final, cast

from flask import Flask, current_app
from flask.sansio.app import App

from feedback_app.analysis.learning.serving import Serving, usual_serving
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.drain.read import Reader
from feedback_app.nlp.reading import Reading

log = logging.getLogger(__name__)

# Loading takes about half a second, most of it for numpy; whoever comes within it waits this long at most.
PATIENCE_SECONDS: Final = 1.0
# How often a process asks whether another model serves now.
LOOK_SECONDS: Final = 60.0
_NAME: Final = "suara_text_reader"


class TextReader:
    """A classifier that comes when it is ready; safe between threads.

    `load` is called again once a minute at most, away from requests, and gives the same reader as long as it serves.
    """

    def __init__(self, load: Callable[[], Reader]) -> None:
        self._load = load
        self._begun = threading.Lock()
        self._done = threading.Event()
        self._reader: Reader | None = None
        self._looks = threading.Lock()
        self._looked_at = 0.0

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
            self._looked_at = time.monotonic()
            self._done.set()

    def _look_again(self) -> None:
        if time.monotonic() - self._looked_at < LOOK_SECONDS or not self._looks.acquire(blocking=False):
            return
        # Noted before the look: one that fails is not made again by the next request.
        self._looked_at = time.monotonic()
        threading.Thread(target=self._exchange, name="text-reader-look", daemon=True).start()

    def _exchange(self) -> None:
        try:
            self._reader = self._load()
        except Exception as error:  # the reader that is there reads on
            log.error("The classifier could not be looked for in the web process: %s", type(error).__name__)
        finally:
            self._looks.release()

    def read(self, text: str, *, patience: float = PATIENCE_SECONDS) -> Reading | None:
        """Return what a text says, or None where the classifier is not there in time or stumbles over it."""
        self.warm()
        if self._done.wait(patience):
            self._look_again()
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
    held: list[Serving[Reader]] = []

    def load() -> Reader:
        # The processes hold real applications; only the frame of templates is content with less.
        flask_app, settings = cast("Flask", app), cast("Settings", app.extensions["suara_settings"])
        if not held:
            held.append(usual_serving(settings.model_dir))
        # A thread of its own has neither a request nor its session.
        with flask_app.app_context():
            try:
                return held[0].reader(db.session())
            finally:
                db.session.remove()

    return load
