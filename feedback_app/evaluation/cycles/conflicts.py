"""Who took part in a figure, and so cannot decide an objection to it."""

from __future__ import annotations

import enum
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.errors import ForbiddenError
from feedback_app.evaluation.line_managers import direct_superiors
from feedback_app.evaluation.models import Cycle, CycleMove, CycleSignature
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.organisation.people.links import accounts_since, linked_since
from feedback_app.organisation.people.models import AccountLink
from feedback_app.organisation.queries import valid_on


class OwnPartError(ForbiddenError):
    """Somebody would decide upon what is about them, or upon what they did themselves."""

    code = "own_part"


class Part(enum.StrEnum):
    """What somebody has to do with a figure."""

    SUBJECT = "subject"
    COMPUTED = "computed"  # this version or another
    SIGNED = "signed"
    REVIEWED = "reviewed"  # a contest of the same person in the same cycle
    LINE_MANAGER = "line_manager"  # led a unit of the person; the superior of whoever evaluates leads one above


def parts_of(session: Session, cycle: Cycle, employee_id: int, user_id: int) -> set[Part]:
    """Return everything an account had to do with the figure of one person; empty where nothing."""
    subject = accounts_since(cycle.agency_id, employee_id, cycle.starts_on).where(AccountLink.user_id == user_id)
    questions = {
        Part.SUBJECT: subject.exists(),
        Part.COMPUTED: _computed(cycle, user_id),
        Part.SIGNED: sa.exists().where(
            CycleSignature.agency_id == cycle.agency_id,
            CycleSignature.cycle_id == cycle.id,
            CycleSignature.user_id == user_id,
        ),
        Part.REVIEWED: sa.exists().where(
            Contest.agency_id == cycle.agency_id,
            Contest.cycle_id == cycle.id,
            Contest.employee_id == employee_id,
            Contest.reviewer_id == user_id,
        ),
    }
    row = session.execute(sa.select(*(condition.label(part) for part, condition in questions.items()))).one()
    found = {part for part in questions if getattr(row, part)}
    return found | ({Part.LINE_MANAGER} if user_id in direct_superiors(session, cycle, employee_id) else set())


def _computed(cycle: Cycle, user_id: int) -> sa.ColumnElement[bool]:
    """Tell whether somebody ever computed the cycle or another version of it, whoever computed it last."""
    version = aliased(Cycle)
    return sa.exists(
        sa.select(version.id)
        .outerjoin(CycleMove, sa.and_(CycleMove.agency_id == version.agency_id, CycleMove.cycle_id == version.id))
        .where(version.agency_id == cycle.agency_id, version.name == cycle.name)
        .where(
            sa.or_(
                version.computed_by == user_id,
                sa.and_(CycleMove.to_status == CycleStatus.COMPUTED, CycleMove.by_user == user_id),
            )
        )
    )


def leaves_no_decider(session: Session, cycle: Cycle, user_id: int, day: date) -> bool:
    """Tell whether this account is the last that could decide an objection, and could no more once it has signed.

    Counted are active accounts that decide over the whole agency and had no part in any version's computation or in
    this version's signatures. Who is too near to one person only is not known before there is an objection.
    """
    signed = sa.select(CycleSignature.user_id).where(
        CycleSignature.agency_id == cycle.agency_id, CycleSignature.cycle_id == cycle.id
    )
    deciders = set(
        session.scalars(
            sa.select(RoleGrant.user_id)
            .join(User, sa.and_(User.id == RoleGrant.user_id, User.active))
            .where(RoleGrant.agency_id == cycle.agency_id, RoleGrant.unit_id.is_(None))
            .where(RoleGrant.role.in_(roles_with(Permission.DECIDE_OBJECTION)))
            .where(valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day), RoleGrant.user_id.not_in(signed))
        )
    )
    left = {one for one in deciders if not session.scalar(sa.select(_computed(cycle, one)))}
    return left == {user_id}


def is_rated_in(session: Session, cycle: Cycle, user_id: int) -> bool:
    """Tell whether ratings of a cycle count for somebody whose account this was during the cycle or since."""
    rated = sa.exists().where(
        Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id, Score.n > 0,
        AccountLink.agency_id == Score.agency_id, AccountLink.employee_id == Score.employee_id,
        AccountLink.user_id == user_id, linked_since(cycle.starts_on),
    )  # fmt: skip
    return bool(session.scalar(sa.select(rated)))
