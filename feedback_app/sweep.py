"""The process that finds what the queue lost: every half minute it looks at the rows and asks for what is due."""

from __future__ import annotations

import logging
import signal
import threading

from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from feedback_app import jobs, queue
from feedback_app.app import create_app
from feedback_app.db import db

log = logging.getLogger(__name__)


def sweep(app: Flask) -> list[str]:
    """Look once; return the names of the jobs asked for."""
    with app.app_context():
        due = [periodic.name for periodic in jobs.PERIODIC if periodic.is_due(db.session())]
        db.session.rollback()
        url = jobs.settings().redis_url
        if due and url:
            redis = queue.connect(url)
            for name in due:
                queue.enqueue(redis, name)
        return due


def main() -> None:
    """Sweep until told to stop. A database or a Redis that is away is waited for."""
    app = create_app()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    seconds = app.extensions["suara_settings"].sweep_seconds
    while not stopped.is_set():
        try:
            sweep(app)
        except (SQLAlchemyError, RedisError) as error:
            log.warning("This sweep found %s; the next one is in %d s.", type(error).__name__, seconds)
        stopped.wait(seconds)


if __name__ == "__main__":
    main()
