"""The process that runs jobs: one, with the model loaded once."""

from __future__ import annotations

import logging
import time

from redis import Redis
from redis.exceptions import RedisError
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from feedback_app import jobs, queue
from feedback_app.app import create_app

log = logging.getLogger(__name__)

RETRY_SECONDS = 2.0


class ModelWorker(SimpleWorker):
    """A worker that runs jobs in its own process: forking would load the model again for every job."""


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
