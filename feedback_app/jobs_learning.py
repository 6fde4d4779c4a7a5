"""Learning, away from requests: the day's drawing, and the night's round in a process of its own.

Fitting takes minutes on one core. The one worker would read nothing meanwhile, so its job only starts a process of low
priority and goes on; a thread waits for that process and says in the log how it ended. A queue and a worker of their
own would hold the model a second time all day for three minutes a night. The process hangs on nothing but the
database: it may be killed at any moment, and two of them are kept apart by a lock that dies with its connection.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import sqlalchemy as sa
from rq.timeouts import JobTimeoutException

from feedback_app import clock
from feedback_app.analysis.learning import rounds
from feedback_app.analysis.learning.models import Decision
from feedback_app.analysis.learning.reader_days import agencies_due, make_days
from feedback_app.analysis.learning.rounds import Outcome
from feedback_app.analysis.learning.workshop import Workshop
from feedback_app.db import db
from feedback_app.handling.visibility import text_is_open
from feedback_app.jobs import own_session, settings

log = logging.getLogger(__name__)

# Any number, the same in every process: two rounds at once would each be measured against the same champion.
ROUND_LOCK: Final = 0x5EA_0009
# Three minutes are the aim; whatever takes an hour hangs.
REFIT_SECONDS: Final = 3600
NICENESS: Final = 10
COMMAND: Final = (sys.executable, "-m", "feedback_app", "nlp", "refit", "--gently")


def watch_reader() -> int:
    """Draw texts of the days that are over, and look for drift, a commit for each agency. Return how many were drawn.

    One agency that fails undoes nothing of the others; its error is raised when all had their turn.
    """
    drawn, failed = 0, []
    with own_session() as session:
        for agency_id in agencies_due(session, now=clock.utcnow()):
            try:
                drawn += make_days(session, agency_id, open_texts=text_is_open(), now=clock.utcnow())
                session.commit()
            except JobTimeoutException:
                raise
            except Exception as error:  # the days of the next agency do not hang on those of this one
                session.rollback()
                log.exception("The texts of agency %d could not be drawn from", agency_id)
                failed.append(error)
    if failed:
        raise failed[0]
    return drawn


def start_refit() -> int:
    """Start the night's round in a process of its own and return its number; a thread waits for its end.

    None is started, and 0 returned, where a folder is set: it reads whatever would be promoted.
    """
    if settings().model_dir is not None:
        return 0
    # The settings of this process hold those of the embedded servers too; the child finds them as this one did.
    child = subprocess.Popen(COMMAND, stdin=subprocess.DEVNULL, env=os.environ.copy())  # noqa: S603 - fixed words
    threading.Thread(target=_wait_for, args=(child,), name="refit", daemon=True).start()
    return child.pid


def _wait_for(child: subprocess.Popen[bytes]) -> None:
    try:
        code = child.wait(REFIT_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        code = child.wait()
    if code:
        log.error("The nightly round ended with code %d", code)


def refit(workshop: Workshop | None = None) -> Outcome | None:
    """Make a round in this process and return how it ended; None where another one is under way.

    Three transactions: that it began, what it is made of, and at the very end all that came of it.
    """
    with _round_lock() as is_ours:
        if not is_ours:
            return None
        with own_session() as session:
            return _round(session, workshop or usual_workshop())


def _round(session: Any, workshop: Workshop) -> Outcome:
    round_id = rounds.begin(session, workshop, now=clock.utcnow())
    session.commit()
    try:
        material = rounds.gather(session, round_id, workshop.corpus(), open_texts=text_is_open())
        session.commit()
        outcome = rounds.weigh(material, workshop)
        outcome = rounds.end(session, round_id, outcome, now=clock.utcnow())
        session.commit()
    except Exception as error:  # whatever fails, the model that serves goes on and the next night tries again
        session.rollback()
        log.exception("The round failed")
        rounds.fail(session, round_id, error, now=clock.utcnow())
        session.commit()
        return Outcome(Decision.FAILED, [{"code": "error", "error": type(error).__name__}])
    return outcome


@contextmanager
def _round_lock() -> Iterator[bool]:
    # On a connection of its own: the lock stays through the commits of a round, and goes when the process does.
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as held:
        is_ours = bool(held.scalar(sa.select(sa.func.pg_try_advisory_lock(ROUND_LOCK))))
        try:
            yield is_ours
        finally:
            if is_ours:
                held.execute(sa.select(sa.func.pg_advisory_unlock(ROUND_LOCK)))


def lower_priority() -> None:
    """Let everything else on the machine go first; for a process that does nothing but fit."""
    os.nice(NICENESS)


def usual_workshop() -> Workshop:
    """Return the corpus, the training and the artefacts of this program."""
    # Imported here: the list of jobs should not wait for scikit-learn.
    from feedback_app.nlp.classifier import Classifier
    from feedback_app.nlp.learning.corpus import load_rows
    from feedback_app.nlp.learning.training import train
    from feedback_app.nlp.stored.artefact import DEFAULT_ARTEFACT, read_manifest

    return Workshop(
        corpus=load_rows,
        fit=lambda rows: train(rows).packed(),
        open_packed=Classifier.unpacked,
        open_shipped=Classifier.load,
        shipped_manifest=lambda: read_manifest(DEFAULT_ARTEFACT),
    )
