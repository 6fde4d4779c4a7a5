"""What a line of the audit trail costs to write, beside a row of the same columns in a table without any law.

The plain table has a number for a key and nothing else: no agency before it, no index of the subject or the moment, no
CHECK, no foreign key, no trigger, no row-level security; and what is written there passes no rule of what a detail may
hold. Both are written by the same library, in turn, behind the web's wall, as an act of an officer is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from bench.report import Row
from bench.stage import Stage
from feedback_app import clock
from feedback_app.audit.models import ActorKind
from feedback_app.audit.operations import SYSTEM, record
from feedback_app.db import db
from feedback_app.db_wall.roles import WEB_ROLE

WANTED: Final = 0.8
ROUNDS: Final = 15
# Acts a round: each in a transaction of its own, as a request writes them; and many in one, as a job does.
ALONE: Final = 400
TOGETHER: Final = 2_000
_DETAIL: Final = {"from_status": "in_progress", "to_status": "answered", "reply_id": 77}
_ENTER: Final = sa.text("SELECT set_config('suara.agency', :agency, true), set_config('role', :role, true)")

_plain: Final = sa.Table(
    "plain_acts",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("agency_id", sa.BigInteger),
    sa.Column("at", sa.DateTime(timezone=True)),
    sa.Column("actor_kind", sa.Text),
    sa.Column("actor_id", sa.BigInteger),
    sa.Column("action", sa.Text),
    sa.Column("subject_type", sa.Text),
    sa.Column("subject_id", sa.BigInteger),
    sa.Column("detail", JSONB),
)

_INTO_PLAIN: Final = sa.insert(_plain).inline()


def run(stage: Stage) -> list[Row]:
    """Return acts a second in the trail against rows a second in a plain table: each committed alone, and together."""
    with stage.app.app_context():
        session = db.session()
        _plain.create(session.connection())
        session.execute(sa.text(f"GRANT INSERT ON plain_acts TO {WEB_ROLE}"))
        session.commit()
        rows = [
            _compared(session, stage.agency_id, "each in a transaction of its own", 1, ALONE),
            _compared(session, stage.agency_id, f"{TOGETHER:,} in one transaction", TOGETHER, TOGETHER),
        ]
        _plain.drop(session.connection())
        session.commit()
    return rows


def _compared(session: Session, agency_id: int, what: str, at_once: int, acts: int) -> Row:
    ours: list[float] = []
    others: list[float] = []
    for number in range(ROUNDS + 1):
        for write, times in ((_to_the_trail, ours), (_to_the_plain, others))[:: 1 if number % 2 else -1]:
            taken = _round(session, agency_id, write, at_once, acts)
            if number:  # the first round warms connection, plans and pages
                times.append(acts / taken)
    return Row(
        "R5", f"acts written, {what}, against a plain insert", median(ours), median(others), "rows/s",
        WANTED if at_once == 1 else None, at_least=True,
    )  # fmt: skip


def _round(session: Session, agency_id: int, write: Callable[[Session, int, int], None], once: int, n: int) -> float:
    started = time.perf_counter()
    for first in range(0, n, once):
        session.execute(_ENTER, {"agency": str(agency_id), "role": WEB_ROLE})
        for number in range(first, first + once):
            write(session, agency_id, number)
        session.commit()
    return time.perf_counter() - started


def _to_the_trail(session: Session, agency_id: int, number: int) -> None:
    record(
        session, agency_id=agency_id, actor=SYSTEM, action="handling.review", subject_type="case",
        subject_id=number, now=clock.utcnow(), **_DETAIL,
    )  # fmt: skip


def _to_the_plain(session: Session, agency_id: int, number: int) -> None:
    row = {
        "agency_id": agency_id, "at": clock.utcnow(), "actor_kind": ActorKind.SYSTEM.value, "actor_id": None,
        "action": "handling.review", "subject_type": "case", "subject_id": number, "detail": _DETAIL,
    }  # fmt: skip
    session.execute(_INTO_PLAIN, row)
