"""How an agency fares in numbers, for whoever runs the installation: no word, no name of a citizen, no case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.handling.queries import OPEN_STATUSES
from feedback_app.identity.models import RoleGrant
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AnalysisState
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.queries import is_pending
from feedback_app.organisation.models import Unit
from feedback_app.organisation.queries import valid_on


@dataclass(frozen=True, slots=True)
class AgencyFigures:
    """What there is of an agency, and what waits."""

    units: int
    accounts: int
    submissions: int
    open_cases: int
    unread: int
    set_aside: int
    messages_waiting: int
    messages_dead: int


def figures_of(session: Session, agency_id: int, day: date) -> AgencyFigures:
    """Return the figures of one agency; `unread` waits for the classifier, `set_aside` could not be read."""

    def count(table: type, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        of = table.agency_id == agency_id  # type: ignore[attr-defined]
        return sa.select(sa.func.count()).select_from(table).where(of, *conditions).scalar_subquery()

    accounts = sa.select(sa.func.count(sa.distinct(RoleGrant.user_id))).where(
        RoleGrant.agency_id == agency_id, valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day)
    )
    row = session.execute(
        sa.select(
            count(Unit), accounts.scalar_subquery(), count(Submission), count(Case, Case.status.in_(OPEN_STATUSES)),
            count(Submission, Submission.analysis == AnalysisState.PENDING),
            count(Submission, Submission.analysis == AnalysisState.QUARANTINED),
            count(Message, is_pending()), count(Message, Message.state == MessageState.DEAD),
        )
    ).one()  # fmt: skip
    return AgencyFigures(*row)


def database_size(session: Session) -> int:
    """Return the bytes of the database on the disk."""
    return session.scalar(sa.select(sa.func.pg_database_size(sa.func.current_database()))) or 0


def server_version(session: Session) -> str:
    """Return the version of PostgreSQL, such as `15.6`."""
    found: str = session.scalar(sa.select(sa.func.current_setting("server_version"))) or "–"
    return found.split(" ")[0]
