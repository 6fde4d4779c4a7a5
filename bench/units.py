"""Five hundred more units, each with ratings, counted and read: a load can be spread over them."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from bench.stage import Stage
from feedback_app import clock, jobs
from feedback_app.db import db
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel, SubmissionKind
from feedback_app.organisation.models import Unit, UnitKind
from feedback_app.organisation.operations import create_unit

UNITS: Final = 500
# More than the smallest number a public figure may be made of.
RATINGS_EACH: Final = 40


def unit_codes(stage: Stage) -> list[str]:
    """Return the codes of the units; make them the first time."""
    with stage.app.app_context():
        known = db.session.scalars(sa.select(Unit.code).where(Unit.code.like("banyak-%")).order_by(Unit.code)).all()
        return list(known) or _made(stage)


def _made(stage: Stage) -> list[str]:
    now = clock.utcnow()
    units = [
        create_unit(
            db.session(), agency_id=stage.agency_id, code=f"banyak-{number}", name=f"Puskesmas Bench {number}",
            kind=UnitKind.HEALTH_CENTRE, starts_on=now.date().replace(year=now.year - 1), now=now,
        )
        for number in range(UNITS)
    ]  # fmt: skip
    rated = [stage.unit_id, *(unit.id for unit in units)]
    row = {
        "agency_id": stage.agency_id, "kind": SubmissionKind.RATING, "channel": Channel.OPEN,
        "occurred_on": now.date(), "received_at": now, "text": "Antre lama, tetapi petugas ramah.",
    }  # fmt: skip
    db.session.execute(
        sa.insert(Submission),
        [{**row, "unit_id": unit, "rating": 1 + n % 4} for unit in rated for n in range(RATINGS_EACH)],
    )
    db.session.commit()
    while jobs.drain(seconds=120):
        pass
    return [unit.code for unit in units]
