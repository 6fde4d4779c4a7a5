"""A million questionnaires over forty units: as a file, and in the tables with their sums folded."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import psycopg
import sqlalchemy as sa

from bench.stage import Stage
from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.organisation.models import Unit, UnitKind
from feedback_app.organisation.operations import create_unit
from feedback_app.survey.instruments import make_official, seal
from feedback_app.survey.models import Period, Target
from feedback_app.survey.periods import PeriodWanted, create
from feedback_app.survey.rules import PeriodState

RESPONSES: Final = 1_000_000
UNITS: Final = 40
SEED: Final = 20_261_122
STARTS_ON: Final = date(2026, 1, 1)
CODE: Final = "bench-2026"
# One answer of a hundred is left blank; the others lean to 3, as published surveys do.
_ANSWER: Final = (
    "CASE WHEN random() < 0.01 THEN NULL ELSE ('{1,2,3,3,3,3,3,4,4,4}'::int[])[1 + floor(random() * 10)] END"
)
_INSERT: Final = f"""
INSERT INTO skm_responses (agency_id, id, period_id, unit_id, instrument_id, channel, answered_on, hours, sex, age,
                           education, occupation, answers, entry_key)
SELECT %(agency)s, number, %(period)s, (%(units)s::bigint[])[1 + number %% cardinality(%(units)s::bigint[])],
       %(instrument)s, ('{{web,counter,kiosk}}'::text[])[1 + number %% 3], %(starts)s::date + (number %% 150)::int,
       ('{{morning,afternoon,other}}'::text[])[1 + floor(random() * 3)],
       ('{{male,female}}'::text[])[1 + floor(random() * 2)],
       ('{{below_20,20_29,30_39,40_49,50_59,60_above}}'::text[])[1 + floor(random() * 6)],
       ('{{sd,smp,sma,diploma,s1,s2,s3}}'::text[])[1 + floor(random() * 7)],
       ('{{pns,tni,polri,private,self_employed,other}}'::text[])[1 + floor(random() * 6)],
       ARRAY[{", ".join([_ANSWER] * 9)}]::smallint[], decode(lpad(to_hex(number), 32, '0'), 'hex')
FROM generate_series(1, %(responses)s::bigint) AS number
"""


def written(path: Path, responses: int) -> Path:
    """Write a file of answers, the same on every run."""
    dice = random.Random(SEED)
    with path.open("w", encoding="ascii") as file:
        file.write(",".join(f"u{number}" for number in range(1, 10)) + "\n")
        for _ in range(responses):
            file.write(",".join(dice.choices("1234", (2, 10, 60, 28), k=9)) + "\n")
    return path


def filled(stage: Stage, responses: int) -> int:
    """Store questionnaires that the sums do not hold yet; return the number of their period."""
    with stage.app.app_context():
        period = _period(stage)
        units = db.session.scalars(sa.select(Target.unit_id).where(Target.period_id == period.id)).all()
        asked = {
            "agency": stage.agency_id, "period": period.id, "instrument": period.instrument_id, "units": list(units),
            "starts": STARTS_ON, "responses": responses,
        }  # fmt: skip
        period_id = period.id
        db.session.commit()
    with psycopg.connect(str(stage.settings.database_url), autocommit=True) as connection:
        connection.execute("SELECT setseed(0.42)")
        connection.execute(_INSERT.encode(), asked)
    swept(stage)
    return period_id


def swept(stage: Stage) -> None:
    """Sweep up dead rows and count anew, as the server does by itself in everyday work."""
    with psycopg.connect(str(stage.settings.database_url), autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _period(stage: Stage) -> Period:
    session, now = db.session(), clock.utcnow()
    instrument = make_official(session, stage.agency_id, actor=SYSTEM, now=now)
    wanted = PeriodWanted(
        name="Semester Bench", code=CODE, starts_on=STARTS_ON, ends_on=STARTS_ON + timedelta(days=180),
        instrument_id=instrument.id,
    )  # fmt: skip
    period = create(session, stage.agency_id, wanted, actor=SYSTEM, now=now)
    session.add_all(
        Target(agency_id=stage.agency_id, period_id=period.id, unit_id=unit.id, population=1_000_000)
        for unit in _units(stage)
    )
    seal(instrument, now=now)
    period.state, period.opened_at = PeriodState.OPEN, now
    session.flush()
    return period


def _units(stage: Stage) -> list[Unit]:
    now = clock.utcnow()
    return [
        create_unit(
            db.session(), agency_id=stage.agency_id, code=f"survei-{number}", name=f"Kantor Bench {number}",
            kind=UnitKind.DEPARTMENT, starts_on=STARTS_ON, now=now,
        )
        for number in range(UNITS)
    ]  # fmt: skip
