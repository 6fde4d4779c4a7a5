"""Jobs of trust: what seals, forgets and ends by itself."""

from __future__ import annotations

import logging
import time
from typing import Final

from flask import current_app

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.audit.publishing import check_copy, publish
from feedback_app.audit.sealing import seal_next
from feedback_app.audit.sealing_key import KeyFiles
from feedback_app.audit.upkeep import ready_key
from feedback_app.errors import ConfigurationError
from feedback_app.evaluation.holds import needed_by_a_cycle
from feedback_app.handling.telling import request_warnings
from feedback_app.identity import sign_ins
from feedback_app.identity.sign_in_upkeep import settle_run_out
from feedback_app.jobs import own_session, settings
from feedback_app.measures.operations import record_goes_on
from feedback_app.notifications.account_acts import settle_recoveries
from feedback_app.privacy.breaches import lateness
from feedback_app.privacy.retention import queries as retention
from feedback_app.privacy.retention import runs
from feedback_app.privacy.retention.rules import FIXED, cutoff_of

log = logging.getLogger(__name__)

SEAL_SECONDS: Final = 20
# Well under the job's time limit; what is left the next run finds by its rows.
RETENTION_SECONDS: Final = 300


def seal_audit(seconds: float = SEAL_SECONDS, *, whole: bool = False) -> int:
    """Seal what the trail holds since the last seal, a commit for each, and publish the roots. Return how many events.

    Where the key is gone, or the database is an older copy than what was published, nothing is sealed and the log says
    what to do: a seal set then would hide what happened.
    """
    ends_at, sealed = time.monotonic() + seconds, 0
    roots = settings().audit_roots
    with own_session() as session:
        try:
            check_copy(session, roots)
            key = ready_key(session, KeyFiles(settings().audit_key))
            while (seal := seal_next(session, key, now=clock.utcnow(), whole=whole)) is not None:
                sealed += seal.size
                session.commit()
                if time.monotonic() >= ends_at:
                    break
            session.rollback()
            publish(session, roots)
            session.commit()
        except ConfigurationError as error:
            log.error("The audit trail is not sealed. %s", error)
    return sealed


def seal_audit_whole() -> int:
    """Seal events however old they say they are, as those of loaded data are. Return how many."""
    return seal_audit(whole=True)


def send_recoveries() -> int:
    """Owe the links for a new password that were asked for and are due. Return how many requests were settled."""
    with own_session() as session:
        settled = settle_recoveries(session, now=clock.utcnow())
        session.commit()
    return settled


def end_sign_ins() -> int:
    """Write the end into sign-ins that ran out of time, a commit for each batch. Return how many."""
    done = 0
    with own_session() as session:
        while settled := settle_run_out(session, clock.utcnow()):
            session.commit()
            done += settled
    return done


def run_retention(seconds: float = RETENTION_SECONDS) -> int:
    """Forget what agencies keep no longer, a commit for each batch, until all is done or the time is over.

    Return how many agencies were gone through to their end. It may be killed anywhere: each batch is committed with
    its count, and an agency without a finished run of today is begun anew.
    """
    ends_at, done = time.monotonic() + seconds, 0
    with own_session() as session:
        for agency_id in retention.agencies_to_run(session, now=clock.utcnow()):
            if not _forget_for(agency_id, ends_at):
                break
            done += 1
        sign_ins.forget(session, cutoff_of(FIXED["sign_ins"].days or 0, clock.utcnow()), clock.utcnow())
        session.commit()
    return done


def _forget_for(agency_id: int, ends_at: float) -> bool:
    """Go through one agency; return whether it came to its end in time."""
    storage = current_app.extensions["suara_storage"]
    with own_session() as session:
        record_goes_on(session)
        steps = runs.run(
            session, storage, agency_id, further=[needed_by_a_cycle()], actor=SYSTEM, now=clock.utcnow()
        )  # fmt: skip
        for _ in steps:
            session.commit()
            if time.monotonic() >= ends_at:
                log.info("Retention of agency %d goes on with the next run", agency_id)
                return False
            record_goes_on(session)
        session.commit()
    return True


def warn_of_privacy() -> int:
    """Owe the mails about requests and breaches whose 3 x 24 hours run out. Return about how many."""
    with own_session() as session:
        now = clock.utcnow()
        warned = request_warnings.warn_of_requests(session, now=now) + lateness.warn_of_breaches(session, now=now)
        session.commit()
    return warned
