"""Give an allegation that nobody examines yet to a unit it does not speak of.

Such a case has no unit: it accuses the Inspektorat itself, or the agency has none. Whoever looks after the agency sees
that it waits, gives it away, and from then on reads it no more.
"""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.audit.operations import person
from feedback_app.clock import office_day
from feedback_app.errors import ConflictError
from feedback_app.handling.clocks.models import ChangeCause
from feedback_app.handling.clocks.running import recompute
from feedback_app.handling.handing_on.colleagues import accounts_over
from feedback_app.handling.handing_on.disposition import REASON_MAX, REASON_MIN, ReasonLengthError
from feedback_app.handling.models import Case
from feedback_app.handling.moves import note_act
from feedback_app.handling.rules import EventKind
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.intake.models import Submission
from feedback_app.nlp.personal.redact import redact
from feedback_app.notifications.wording import Template
from feedback_app.organisation.queries import UnitCard, units_of, valid_on


class PlacedError(ConflictError):
    """The case lies with a unit already."""

    code = "placed"


class NoExaminerError(ConflictError):
    """The unit is accused itself, or nobody there could open the case."""

    code = "no_examiner"


def examining_units(session: Session, case: Case, *, day: date) -> list[UnitCard]:
    """Return the units that may examine a case without one: not accused, with somebody who is not of the accused."""
    accused = session.scalar(
        sa.select(Submission.unit_id).where(
            Submission.agency_id == case.agency_id,
            Submission.id == case.submission_id,
            sa.not_(Submission.unit_is_unknown),
        )
    )
    able = set(session.scalars(_able(case.agency_id, accused, day)))
    return [card for card in units_of(session, case.agency_id, day) if card.id != accused and card.id in able]


def _able(agency_id: int, accused: int | None, day: date) -> sa.Select[int | None]:
    beside = aliased(RoleGrant)
    holds_now = valid_on(beside.starts_on, beside.ends_on, day)
    of_accused = sa.exists().where(
        beside.agency_id == agency_id, beside.user_id == RoleGrant.user_id, beside.unit_id == accused, holds_now
    )
    return sa.select(RoleGrant.unit_id).where(
        RoleGrant.agency_id == agency_id,
        RoleGrant.role.in_(roles_with(Permission.ANSWER_CASE)),
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
        sa.exists().where(User.id == RoleGrant.user_id, User.active),
        sa.not_(of_accused),
    )


def place(session: Session, case: Case, unit_id: int, reason: str, *, user_id: int, now: datetime) -> None:
    """Give a case without a unit to one that examines it; its clocks run on.

    Raises
    ------
    PlacedError
    NoExaminerError
    feedback_app.handling.handing_on.disposition.ReasonLengthError
    """
    if case.unit_id is not None:
        raise PlacedError("Kasus ini sudah ada di sebuah unit.")
    words = " ".join(reason.split())
    if not REASON_MIN <= len(words) <= REASON_MAX:
        raise ReasonLengthError(
            f"Tulis alasan menyerahkan, {REASON_MIN} sampai {REASON_MAX} huruf; ini {len(words)} huruf."
        )
    day = office_day(now)
    unit = next((card for card in examining_units(session, case, day=day) if card.id == unit_id), None)
    if unit is None:
        raise NoExaminerError("Unit itu diadukan, atau belum mempunyai petugas yang dapat memeriksa. Pilih unit lain.")
    actor = person(user_id)
    case.unit_id = unit_id
    recompute(session, case, ChangeCause.DISPOSED, actor=actor, now=now)
    note_act(
        session, case, EventKind.DISPOSED, actor=actor, now=now, action="handling.place",
        reason=f"{unit.name}\n{redact(words).text}", from_unit_id=None, to_unit_id=unit_id,
    )  # fmt: skip
    examiners = accounts_over(session, case.agency_id, unit_id, day, roles_with(Permission.ANSWER_CASE))
    tell_staff(session, case, Template.ASSIGNED, examiners, event=f"placed:{unit_id}", now=now)
