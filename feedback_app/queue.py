"""Ask for follow-up work by name. The row in the database is the truth; what is sent to Redis is a reminder.

A request never waits for Redis: the wish is noted on the session, and after the commit a thread of this process sends
at most one reminder a second for each name. A reminder that is lost is made up for by the sweep.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy.orm import Session

log = logging.getLogger(__name__)

QUEUE_PREFIX: Final = "suara-"
# One running and one waiting run of a job see every row; a third would only find nothing to do.
MOST_WAITING: Final = 2
JOB_TIMEOUT_SECONDS: Final = 600
FAILURE_TTL_SECONDS: Final = 86_400
_WISHES: Final = "suara_jobs_wanted"

JOB_FUNCTIONS: Final[dict[str, str]] = {
    "drain": "feedback_app.jobs.drain",
    "close_silent_cases": "feedback_app.jobs.close_silent_cases",
    "archive_incomplete_cases": "feedback_app.jobs.archive_incomplete_cases",
    "escalate_cases": "feedback_app.jobs.escalate_cases",
    "tell_staff_rounds": "feedback_app.jobs.tell_staff_rounds",
    "find_anomalies": "feedback_app.jobs.find_anomalies",
    "forget_networks": "feedback_app.jobs.forget_networks",
    "fill_rare_grams": "feedback_app.jobs.fill_rare_grams",
    "remove_orphan_files": "feedback_app.jobs.remove_orphan_files",
    "release_figures": "feedback_app.jobs.release_figures",
    "close_board": "feedback_app.jobs.close_board",
    "watch_reader": "feedback_app.jobs_learning.watch_reader",
    "start_refit": "feedback_app.jobs_learning.start_refit",
    "deliver_messages": "feedback_app.jobs.deliver_messages",
    "send_recoveries": "feedback_app.jobs_trust.send_recoveries",
    "run_retention": "feedback_app.jobs_trust.run_retention",
    "warn_of_privacy": "feedback_app.jobs_trust.warn_of_privacy",
    "recompute_deadlines": "feedback_app.jobs.recompute_deadlines",
    "fold_survey": "feedback_app.jobs.fold_survey",
    "empty_people_lists": "feedback_app.jobs.empty_people_lists",
    "end_sign_ins": "feedback_app.jobs_trust.end_sign_ins",
    "seal_audit": "feedback_app.jobs_trust.seal_audit",
    "seal_audit_whole": "feedback_app.jobs_trust.seal_audit_whole",
}


def connect(redis_url: str) -> Redis:
    """Return a client that gives up quickly, so that a stopped Redis never holds anybody up."""
    client: Redis = Redis.from_url(redis_url, socket_connect_timeout=1, socket_timeout=5)
    return client


def queue_on(redis: Redis, name: str) -> Queue:
    """Return the queue of a named job, with jobs written as JSON (a pickle is code)."""
    return Queue(QUEUE_PREFIX + name, connection=redis, serializer=JSONSerializer)


def enqueue(redis: Redis, name: str) -> bool:
    """Put one run of a named job into the queue; return False where enough runs are waiting already.

    Raises
    ------
    KeyError
        No such job.
    redis.exceptions.RedisError
        Redis cannot be reached.
    """
    function = JOB_FUNCTIONS[name]
    queue = queue_on(redis, name)
    if queue.count >= MOST_WAITING:
        return False
    queue.enqueue(
        function, result_ttl=0, failure_ttl=FAILURE_TTL_SECONDS, job_timeout=JOB_TIMEOUT_SECONDS, description=name
    )
    return True


def ask(session: Session, name: str) -> None:
    """Ask for a run of a named job once this session has committed."""
    if name not in JOB_FUNCTIONS:
        raise KeyError(name)
    session.info.setdefault(_WISHES, set()).add(name)


@dataclass
class Reminder:
    """Sends wishes to Redis from a thread of its own, at most one a second for each name."""

    redis_url: str
    pause_seconds: float = 1.0
    _wanted: set[str] = field(default_factory=set)
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None

    def want(self, name: str) -> None:
        """Note a wish; return at once."""
        with self._wake:
            self._wanted.add(name)
            # Started here and not at import: a server may fork after loading the application.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="reminder", daemon=True)
                self._thread.start()
            self._wake.notify()

    def send(self, names: set[str]) -> None:
        """Send reminders now; a Redis that does not answer is noted in the log and left to the sweep."""
        try:
            redis = connect(self.redis_url)
            for name in sorted(names):
                enqueue(redis, name)
        except RedisError as error:
            log.warning("Redis did not take the reminder %s (%s); the sweep will.", sorted(names), error)

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            with self._wake:
                while not self._wanted:
                    self._wake.wait()
                names, self._wanted = self._wanted, set()
            self.send(names)
            pause.wait(self.pause_seconds)


_reminder: Reminder | None = None


def configure(redis_url: str | None) -> None:
    """Say where reminders go; without an address the sweep alone finds the work."""
    global _reminder
    _reminder = Reminder(redis_url) if redis_url else None


@sa.event.listens_for(Session, "after_commit")
def _remind_after_commit(session: Session) -> None:
    # The event also fires when a savepoint is released; then nothing is durable yet.
    if session.in_nested_transaction():
        return
    names: set[str] = session.info.pop(_WISHES, set())
    for name in names:
        if _reminder is not None:
            _reminder.want(name)


@sa.event.listens_for(Session, "after_rollback")
def _forget_after_rollback(session: Session) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_WISHES, None)
