"""How the installation fares, for whoever runs it: numbers of each agency, what waits, versions; no content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import current_app, render_template
from flask.typing import ResponseReturnValue
from redis.exceptions import RedisError

from feedback_app import __version__, queue
from feedback_app.blueprints.access import requires, today
from feedback_app.blueprints.platform_frame import agencies, bp, looking_at
from feedback_app.config import Settings
from feedback_app.db import db
from feedback_app.drain.state import database_size, figures_of, server_version
from feedback_app.identity.rules import Permission

# A list that long is read by a program; this page is for a person.
AGENCIES_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class JobLine:
    """A kind of work: how often it waits, and how often it failed in the last day."""

    name: str
    waiting: int
    failed: int


@bp.get("/platform")
@requires(Permission.OPERATE_PLATFORM)
def page() -> ResponseReturnValue:
    """Show the state of the installation."""
    session, day, rows = db.session(), today(), []
    found = agencies()
    for agency in found[:AGENCIES_SHOWN]:
        with looking_at(agency.id):
            rows.append((agency, figures_of(session, agency.id, day)))
    settings: Settings = current_app.extensions["suara_settings"]
    return render_template(
        "platform/page.html", current="state", rows=rows, more=len(found) - len(rows), jobs=_jobs(settings.redis_url),
        version=__version__, server=server_version(session), size=database_size(session),
    )  # fmt: skip


def _jobs(redis_url: str | None) -> list[JobLine] | None:
    """Return what waits in the queue; None where Redis does not answer."""
    if redis_url is None:
        return None
    try:
        redis = queue.connect(redis_url)
        found = []
        for name in queue.JOB_FUNCTIONS:
            one = queue.queue_on(redis, name)
            found.append(JobLine(name, one.count, one.failed_job_registry.count))
    except RedisError:
        return None
    return found
