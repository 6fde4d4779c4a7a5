"""Tell employees that there is something about them to read: a link, and neither a figure nor a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session

from feedback_app import queue
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.identity.models import StaffSettings, User
from feedback_app.notifications.models import Message
from feedback_app.notifications.operations import DELIVER_JOB
from feedback_app.notifications.templates import Template
from feedback_app.notifications.wording import DEFAULT_LANGUAGE
from feedback_app.organisation.models import Employee


@dataclass(frozen=True, slots=True)
class Told:
    """How many employees of a cycle were owed a message, and how many have no account to send one to."""

    told: int
    without_account: int


def tell_employees(session: Session, cycle: Cycle, template: Template, *, event: int, now: datetime) -> Told:
    """Owe every employee of a cycle who can sign in a message, once for each `event`.

    All in one statement: a city's cycle has thousands of people.
    """
    of_cycle = (Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id)
    reached = (
        sa.select(
            Employee.agency_id, User.id, sa.literal(template.value), sa.literal({"cycle": cycle.id}, JSONB),
            sa.func.coalesce(StaffSettings.language, DEFAULT_LANGUAGE),
            sa.func.concat(template.value, f":{cycle.id}:{event}:user:", User.id), sa.literal(now), sa.literal(now),
        )
        .select_from(Score)
        .join(Employee, sa.and_(Employee.agency_id == Score.agency_id, Employee.id == Score.employee_id))
        .join(User, sa.and_(User.id == Employee.user_id, User.active))
        .outerjoin(StaffSettings, StaffSettings.user_id == User.id)
        .where(*of_cycle)
    )  # fmt: skip
    columns = ["agency_id", "user_id", "template", "params", "language", "dedupe_key", "created_at", "next_try_at"]
    rows = (
        insert(Message).from_select(columns, reached).on_conflict_do_nothing(index_elements=["agency_id", "dedupe_key"])
    )
    told = len(session.scalars(rows.returning(Message.id)).all())
    everybody = session.scalar(sa.select(sa.func.count()).select_from(Score).where(*of_cycle)) or 0
    # Not the rows that were written: who was told of the same thing before has an account too.
    with_account = session.scalar(sa.select(sa.func.count()).select_from(reached.subquery())) or 0
    if told:
        queue.ask(session, DELIVER_JOB)
    return Told(told=told, without_account=everybody - with_account)
