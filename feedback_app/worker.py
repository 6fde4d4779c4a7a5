"""The process that runs jobs: one, with the model loaded once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from feedback_app import jobs, queue
from feedback_app.app import create_app
from feedback_app.log_scrubbing import scrub

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0


class ForeignJobError(Exception):
    """What lies in the queue is no job of this platform; it was put there by somebody else, and never runs."""


class ListedJob(Job):
    """A job that is one of the list, without arguments, and brings nothing along that would be called or sent.

    Whoever may write to Redis may put anything there. JSON keeps a pickle from being code, but the name of any function
    with any arguments is JSON too, and so are the names of functions to call afterwards, and addresses to send to.
    """

    def restore(self, raw_data: Any) -> Any:
        """Take from Redis what a reminder needs; functions and addresses that it names besides are left there."""
        super().restore(raw_data)
        self._success_callback_name = self._failure_callback_name = self._stopped_callback_name = None
        self.webhooks = []
        self._dependency_ids = []
        self.retries_left = self.repeats_left = None

    @property
    def func(self) -> Callable[[], object]:
        """Return the function.

        Raises
        ------
        ForeignJobError
            The list does not name it, or it is to be called with something.
        """
        if self.func_name not in queue.JOB_FUNCTIONS.values() or self.args or self.kwargs or self.instance is not None:
            raise ForeignJobError("This is no job of the platform: who else writes to this Redis?")
        found: Callable[[], object] = super().func
        return found


class ModelWorker(SimpleWorker):
    """A worker that runs jobs in its own process: forking would load the model again for every job."""

    job_class = ListedJob

    def handle_job_failure(
        self, job: Job, queue: Queue, started_job_registry: Any = None, exc_string: str = "", execution: Any = None
    ) -> None:
        """Keep in Redis what failed without what the exception repeats of the row it met."""
        super().handle_job_failure(job, queue, started_job_registry, scrub(exc_string), execution)


def _warm() -> None:
    try:
        jobs.classifier()
    except SQLAlchemyError as error:
        # Which model serves stands in the database; the first drain that reaches it loads the model.
        log.warning("The database is away (%s); the model is loaded later.", type(error).__name__)


def main() -> None:
    """Run jobs until told to stop; a Redis that is away is waited for, as the rows lose nothing by waiting."""
    app = create_app()
    with app.app_context():
        _warm()
        url = jobs.settings().redis_url
        if not url:
            raise SystemExit("REDIS_URL is not set: the worker takes its reminders from Redis.")
        while True:
            try:
                # No time-out on reading: a worker waits for its next job as long as it takes.
                connection = Redis.from_url(url)
                connection.ping()
                queues = [queue.queue_on(connection, name) for name in queue.JOB_FUNCTIONS]
                worker = ModelWorker(queues, connection=connection, serializer=JSONSerializer)
                worker.work(logging_level="WARNING")
            except RedisError as error:
                log.warning("Redis is away (%s); trying again.", error)
                time.sleep(RETRY_SECONDS)
            else:
                return


if __name__ == "__main__":
    main()
