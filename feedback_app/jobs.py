"""Work that happens away from a request: the functions a worker runs, and the one list of what runs when.

Every job may run twice, and two at once: the rows say what is left to do.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from flask import current_app
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.drain.claim import any_pending
from feedback_app.drain.run import drain_batch
from feedback_app.handling.operations import close_silent
from feedback_app.handling.queries import silence_is_over

if TYPE_CHECKING:
    from feedback_app.nlp import Classifier

log = logging.getLogger(__name__)

# Well under the job's time limit, so that a long backlog is many short jobs and a stop never waits for it.
DRAIN_SECONDS: Final = 20


def settings() -> Settings:
    """Return the settings of the application this process runs."""
    found: Settings = current_app.extensions["suara_settings"]
    return found


@contextmanager
def own_session() -> Iterator[Session]:
    """Give a job a session that is given back whatever happens, so that no failed one waits for the next job."""
    try:
        yield db.session()
    finally:
        db.session.rollback()


@cache
def classifier() -> Classifier:
    """Return the classifier of this process, loaded once."""
    # Imported here: the sweep needs the list of jobs and should not wait for scikit-learn.
    from feedback_app.nlp import Classifier

    return Classifier.load(settings().model_dir)


def drain(seconds: float = DRAIN_SECONDS) -> int:
    """Read pending submissions, a commit for each batch, until none is left or the time is over. Return how many."""
    ends_at = time.monotonic() + seconds
    done = 0
    with own_session() as session:
        while time.monotonic() < ends_at:
            batch = drain_batch(session, classifier(), limit=settings().drain_batch, now=clock.utcnow())
            session.commit()
            done += batch.read
            if batch.quarantined:
                log.warning("%d submissions could not be read and were set aside", batch.quarantined)
            if batch.read == 0:
                break
    if done:
        log.info("Read %d submissions", done)
    return done


def close_silent_cases() -> int:
    """Close answered cases on which the citizen kept silent for the whole window. Return how many."""
    with own_session() as session:
        closed = close_silent(session, now=clock.utcnow())
        session.commit()
    return closed


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job that the sweep asks for whenever its rows say that there is something to do."""

    name: str
    is_due: Callable[[Session], bool]


PERIODIC: Final = (
    Periodic("drain", any_pending),
    Periodic("close_silent_cases", lambda session: silence_is_over(session, now=clock.utcnow())),
)
