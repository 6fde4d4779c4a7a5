"""Work that happens away from a request: the functions a worker runs, and the one list of what runs when.

Every job may run twice, and two at once: the rows say what is left to do.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cache
from typing import TYPE_CHECKING, Final

from flask import current_app
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.analysis.learning.reader_days import any_day_due
from feedback_app.analysis.learning.rounds import round_is_due
from feedback_app.analysis.learning.serving import Serving, usual_serving
from feedback_app.audit.sealing import seal_is_due
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.drain.claim import any_pending
from feedback_app.drain.run import drain_batch
from feedback_app.evaluation.board.closing import close_days, close_lots
from feedback_app.handling.bulk import suggestions
from feedback_app.handling.bulk.suggestions import any_without_grams
from feedback_app.handling.clocks.deadline_rounds import any_round_waits, next_batch
from feedback_app.handling.clocks.escalation import BATCH as ESCALATED_AT_ONCE
from feedback_app.handling.clocks.escalation import any_escalation_due, escalate
from feedback_app.handling.ending.archiving import any_hold_over, archive_incomplete
from feedback_app.handling.operations import close_silent
from feedback_app.handling.queries import silence_is_over
from feedback_app.handling.telling.request_warnings import any_request_to_warn_of
from feedback_app.handling.telling.rounds import any_round_due, make_rounds
from feedback_app.identity import recoveries
from feedback_app.identity.sign_in_upkeep import any_run_out
from feedback_app.intake.orphans import TooManyOrphansError, remove_orphans
from feedback_app.intake.recipients import deliverable, recipient_of
from feedback_app.measures.anomalies import detect
from feedback_app.measures.anomaly_counts import anything_fresh
from feedback_app.measures.network_marks import forget_networks as erase_marks
from feedback_app.measures.network_marks import marks_are_due
from feedback_app.measures.operations import folding_goes_on, record_goes_on
from feedback_app.measures.releases import figures_are_due, release_all
from feedback_app.notifications.account_mail import LinkMaker, link_of
from feedback_app.notifications.delivery import Letter, NotWantedError, Sender, attempt_at, hand_over, letter
from feedback_app.notifications.models import Message
from feedback_app.notifications.operations import claim, postpone, settle_dead, settle_failed, settle_sent
from feedback_app.notifications.queries import any_due
from feedback_app.notifications.rules import Way
from feedback_app.notifications.transport import Transport
from feedback_app.notifications.ways import transports_of, ways_of
from feedback_app.organisation.people.imports.forgetting import any_to_empty, empty_cells
from feedback_app.privacy.breaches.lateness import any_breach_late
from feedback_app.privacy.retention.queries import any_run_due
from feedback_app.storage import StorageUnavailableError
from feedback_app.survey.folding import any_to_fold, fold_batch

if TYPE_CHECKING:
    from feedback_app.nlp import Classifier

log = logging.getLogger(__name__)

# Well under the job's time limit, so that a long backlog is many short jobs and a stop never waits for it.
DRAIN_SECONDS: Final = 20
# A burst is to be set aside within five minutes; a look is three counts of the last hours.
ANOMALY_SECONDS: Final = 60
RELEASE_SECONDS: Final = 600
# Looking sums up the daily figures of every unit; a lot takes most units days.
BOARD_SECONDS: Final = 1800
# Listing every file takes long, and nobody misses the room of a few leftovers.
ORPHAN_SECONDS: Final = 6 * 3600
# One worker reads and sends: a mail server that is slow must not keep submissions waiting for long.
DELIVER_SECONDS: Final = 20
ESCALATE_SECONDS: Final = 20
# A round is made within the first minutes of a working day; looking reads the calendar of every agency.
ROUND_SECONDS: Final = 120
RECOMPUTE_SECONDS: Final = 20
# Days and nights are looked at a few times an hour.
READER_SECONDS: Final = 600
# Nobody waits for it: a sign-in that ran out of time opens nothing long before its row says so.
SIGN_IN_SECONDS: Final = 600
# Texts without their rare pieces come with an older database, not day by day.
GRAMS_SECONDS: Final = 600
# Once a day is enough to forget, and a few times an hour to remind of a clock of three days.
RETENTION_SECONDS: Final = 900
# A minute is the promise to everybody; looking asks two indexes of each agency.
SEAL_SECONDS: Final = 55
_DRAW: Final = random.SystemRandom()


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
def serving() -> Serving[Classifier]:
    """Return what holds the classifier of this process."""
    return usual_serving(settings().model_dir)


def classifier() -> Classifier:
    """Return the classifier that serves now, loaded again only where another one has begun to."""
    with own_session() as session:
        return serving().reader(session)


def drain(seconds: float = DRAIN_SECONDS) -> int:
    """Read pending submissions, a commit for each batch, until none is left or the time is over. Return how many."""
    ends_at = time.monotonic() + seconds
    done = 0
    with own_session() as session:
        reader = serving().reader(session)
        while time.monotonic() < ends_at:
            folding_goes_on(session)
            batch = drain_batch(session, reader, limit=settings().drain_batch, now=clock.utcnow())
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
        record_goes_on(session)
        closed = close_silent(session, now=clock.utcnow())
        session.commit()
    return closed


def escalate_cases(seconds: float = ESCALATE_SECONDS) -> int:
    """Take cases up the ladder, a commit for each batch, until none is left or the time is over. Return how many."""
    ends_at, done = time.monotonic() + seconds, 0
    with own_session() as session:
        while time.monotonic() < ends_at:
            record_goes_on(session)
            moved = escalate(session, now=clock.utcnow())
            session.commit()
            done += moved
            if moved < ESCALATED_AT_ONCE:
                break
    if done:
        log.info("Took %d cases up the ladder", done)
    return done


def tell_staff_rounds() -> int:
    """Owe staff the reminders and digests of the day. Return to how many."""
    with own_session() as session:
        told = make_rounds(session, now=clock.utcnow())
        session.commit()
    return told


def recompute_deadlines(seconds: float = RECOMPUTE_SECONDS) -> int:
    """Compute open deadlines again where a calendar or rule changed, a commit for each batch. Return how many batches.

    What is left when the time is over the next run takes up.
    """
    ends_at, batches = time.monotonic() + seconds, 0
    with own_session() as session:
        while time.monotonic() < ends_at and next_batch(session, now=clock.utcnow()):
            session.commit()
            batches += 1
    return batches


def archive_incomplete_cases() -> int:
    """Put away cases that waited for facts to the end of the days to give them. Return how many."""
    with own_session() as session:
        record_goes_on(session)
        archived = archive_incomplete(session, now=clock.utcnow())
        session.commit()
    return archived


def deliver_messages(seconds: float = DELIVER_SECONDS) -> int:
    """Send the messages that are due, one at a time, until none is left or the time is over. Return how many went.

    Each attempt is noted and committed before it is made: a process that dies in between may send one message twice
    (under the same Message-ID), and loses none.
    """
    transports, ways = transports_of(settings()), deliverable(ways_of(settings()))
    sender = _sender()
    ends_at, sent = time.monotonic() + seconds, 0
    with own_session() as session:
        while time.monotonic() < ends_at:
            message = claim(session, deliverable=ways, now=clock.utcnow())
            made = _letter(session, message, sender) if message else None
            session.commit()
            if message is None:
                break
            if made is not None:
                sent += _deliver(session, made, transports)
                session.commit()
    if sent:
        log.info("Sent %d messages", sent)
    return sent


def _sender() -> Sender:
    known = settings()
    return Sender(
        public_url=known.public_url or "",
        unsubscribe_key=current_app.config["UNSUBSCRIBE_KEY"],
        domain=parseaddr(known.mail_from or "")[1].rpartition("@")[2] or "localhost",
    )


def _letter(session: Session, message: Message, sender: Sender) -> Letter | None:
    try:
        to = recipient_of(session, message, current_app.config["VAULT"])
        maker = LinkMaker(sender.public_url, current_app.config["ACCOUNT_KEY"])
        return letter(message, to, sender, link_of(session, message, maker, now=clock.utcnow()))
    except NotWantedError as nobody:
        settle_dead(session, attempt_at(message), nobody.reason)
        return None


def _deliver(session: Session, made: Letter, transports: Mapping[Way, Transport]) -> bool:
    failure = hand_over(made, transports)
    now = clock.utcnow()
    if failure is None:
        settle_sent(session, made.attempt, now=now)
        return True
    settle_failed(session, made.attempt, failure, jitter=_DRAW.random(), now=now)
    if failure.stops_way:
        postpone(session, deliverable=deliverable({made.to.way}), wait=failure.wait, now=now)
    return False


def _message_is_due(session: Session) -> bool:
    return any_due(session, deliverable=deliverable(ways_of(settings())), now=clock.utcnow())


def remove_orphan_files() -> int:
    """Remove files without a row, which a crash between file and row left behind. Return how many."""
    with own_session() as session:
        try:
            removed = remove_orphans(session, current_app.extensions["suara_storage"], now=clock.utcnow())
        except (TooManyOrphansError, StorageUnavailableError) as error:
            log.error("Files without a row were left: %s. See `feedback attachments check`.", error)
            return 0
    if removed:
        log.info("Removed %d files without a row", removed)
    return removed


def fill_rare_grams(seconds: float = DRAIN_SECONDS) -> int:
    """Keep the rare pieces of texts that were read before that was done, a commit for each batch. Return how many."""
    ends_at, done = time.monotonic() + seconds, 0
    with own_session() as session:
        while time.monotonic() < ends_at and (filled := suggestions.fill_rare_grams(session)):
            session.commit()
            done += filled
    return done


def release_figures() -> int:
    """Release the public figures that have enough new answers. Return how many."""
    with own_session() as session:
        made = release_all(session, now=clock.utcnow())
        session.commit()
        return len(made)


def close_board() -> int:
    """Close the lots and the days of receipts that the leaders' board is drawn from. Return how many."""
    with own_session() as session:
        now = clock.utcnow()
        made = close_lots(session, now=now) + close_days(session, now=now)
        session.commit()
        return made


def find_anomalies() -> int:
    """Set odd runs of ratings aside. Return how many were new."""
    with own_session() as session:
        record_goes_on(session)
        found = detect(session, now=clock.utcnow())
        session.commit()
    if found.new:
        log.warning("%d odd runs of ratings were set aside until a person looks", found.new)
    return found.new


def fold_survey(seconds: float = DRAIN_SECONDS) -> int:
    """Add filled questionnaires to the sums of their periods, a commit for each batch. Return how many."""
    ends_at, done = time.monotonic() + seconds, 0
    with own_session() as session:
        while time.monotonic() < ends_at and (folded := fold_batch(session)):
            session.commit()
            done += folded
    return done


def forget_networks() -> int:
    """Erase the marks of networks that are older than they may be. Return of how many ratings."""
    with own_session() as session:
        erased = erase_marks(session, now=clock.utcnow())
        session.commit()
    return erased


def empty_people_lists() -> int:
    """Empty the cells of old lists of people. Return of how many lists."""
    with own_session() as session:
        emptied = empty_cells(session, now=clock.utcnow())
        session.commit()
    return emptied


def _privacy_is_late(session: Session) -> bool:
    now = clock.utcnow()
    return any_request_to_warn_of(session, now=now) or any_breach_late(session, now=now)


@dataclass(slots=True)
class Paced:
    """A question that one process asks the database at most every so many seconds; in between the answer is no.

    Sums over everything are not for every look of the sweep.
    """

    seconds: float
    is_due: Callable[[Session], bool]
    _asked_at: float | None = None

    def __call__(self, session: Session) -> bool:
        """Tell whether the job is due, or that it was asked for a moment ago."""
        now = time.monotonic()
        if self._asked_at is not None and now - self._asked_at < self.seconds:
            return False
        self._asked_at = now
        return self.is_due(session)


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job that the sweep asks for whenever its rows say that there is something to do."""

    name: str
    is_due: Callable[[Session], bool]


PERIODIC: Final = (
    Periodic("drain", any_pending),
    Periodic("archive_incomplete_cases", lambda session: any_hold_over(session, now=clock.utcnow())),
    Periodic("close_silent_cases", lambda session: silence_is_over(session, now=clock.utcnow())),
    Periodic("escalate_cases", lambda session: any_escalation_due(session, now=clock.utcnow())),
    Periodic("tell_staff_rounds", Paced(ROUND_SECONDS, lambda session: any_round_due(session, now=clock.utcnow()))),
    Periodic("find_anomalies", Paced(ANOMALY_SECONDS, lambda session: anything_fresh(session, now=clock.utcnow()))),
    Periodic("forget_networks", Paced(3600, lambda session: marks_are_due(session, now=clock.utcnow()))),
    Periodic("deliver_messages", _message_is_due),
    Periodic("recompute_deadlines", lambda session: any_round_waits(session, now=clock.utcnow())),
    Periodic("fold_survey", any_to_fold),
    Periodic("fill_rare_grams", Paced(GRAMS_SECONDS, any_without_grams)),
    Periodic("remove_orphan_files", Paced(ORPHAN_SECONDS, lambda _session: True)),
    Periodic("release_figures", Paced(RELEASE_SECONDS, figures_are_due)),
    Periodic("close_board", Paced(BOARD_SECONDS, lambda _session: True)),
    Periodic("watch_reader", Paced(READER_SECONDS, lambda session: any_day_due(session, now=clock.utcnow()))),
    Periodic("empty_people_lists", Paced(3600, lambda session: any_to_empty(session, now=clock.utcnow()))),
    Periodic("send_recoveries", lambda session: recoveries.any_waiting(session, now=clock.utcnow())),
    Periodic("end_sign_ins", Paced(SIGN_IN_SECONDS, lambda session: any_run_out(session, clock.utcnow()))),
    Periodic("seal_audit", Paced(SEAL_SECONDS, lambda session: seal_is_due(session, now=clock.utcnow()))),
    Periodic("seal_audit_whole", Paced(3600, lambda session: seal_is_due(session, now=clock.utcnow(), whole=True))),
    Periodic("run_retention", Paced(RETENTION_SECONDS, lambda session: any_run_due(session, now=clock.utcnow()))),
    Periodic("warn_of_privacy", Paced(RETENTION_SECONDS, _privacy_is_late)),
    Periodic("start_refit", Paced(READER_SECONDS, lambda session: round_is_due(session, now=clock.utcnow()))),
)
