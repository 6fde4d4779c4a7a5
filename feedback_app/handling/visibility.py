"""Who may see which case and which text. What somebody may not see does not exist for them."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.analysis.models import Labels
from feedback_app.handling.models import Case
from feedback_app.handling.rules import Classification
from feedback_app.identity.grant_models import BreakGlass
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import EXAMINERS, Permission, roles_with
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import is_restricted
from feedback_app.organisation.models import UnitKind, UnitVersion
from feedback_app.organisation.queries import reach, valid_on, within

# What the Inspektorat may do with a case that is far too late; answering stays with the unit.
OVERSEEN: Final = frozenset({Permission.READ_INBOX, Permission.REVIEW_DISPUTE})


def may_see(user_id: int, permission: Permission, day: date) -> sa.ColumnElement[bool]:
    """Return the condition that somebody may see a case.

    Plain cases: those within reach. Confidential ones: within the reach of a grant over a named unit, for whoever looks
    after a whole agency has no need to know. Allegations: a grant over the very unit that examines them, and none over
    the unit they speak of, wherever the two stand in the tree; what its examiner found to be none stays so, as its
    sender was told. An allegation that has no overseer yet is shown to whoever looks after the whole agency, so that it
    is not lost. A supervisor reads no allegation, wherever they supervise. A plain case whose clock has run half as
    long again as it may is read, and its dispute reviewed, by the Inspektorat too.
    """
    return _may_see(user_id, permission, day)


def opened_by(opening: BreakGlass) -> sa.ColumnElement[bool]:
    """Return the condition that a case is open to whoever broke the glass: what an operator reads, and no more.

    All plain cases of the agency, or the one case that was named. What is confidential opens as that one case alone,
    and after somebody of the Inspektorat agreed; it closes again where a case becomes confidential meanwhile. Whether
    the glass is broken at this moment is asked before (`handling.break_glass.queries.open_now`).
    """
    here = Case.agency_id == opening.agency_id
    if opening.case_id is None:
        return sa.and_(here, sa.not_(Case.is_confidential))
    named = sa.and_(here, Case.id == opening.case_id)
    return named if opening.inspector_id is not None else sa.and_(named, sa.not_(Case.is_confidential))


# Every page about a case asks this, some several times: putting it together anew took a quarter of their time.
@lru_cache(maxsize=512)
def _may_see(user_id: int, permission: Permission, day: date) -> sa.ColumnElement[bool]:
    plain = within(reach(user_id, permission, day), Case.agency_id, Case.unit_id)
    named = within(reach(user_id, permission, day, named_units_only=True), Case.agency_id, Case.unit_id)
    examines = sa.and_(
        _granted(user_id, permission, day, sa.and_(RoleGrant.unit_id == Case.unit_id, _examines())),
        sa.not_(_answers_for_the_accused(user_id, day)),
    )
    waits = sa.and_(
        Case.unit_id.is_(None), _granted(user_id, permission, day, sa.and_(RoleGrant.unit_id.is_(None), _examines()))
    )
    if permission in OVERSEEN:
        plain = sa.or_(plain, sa.and_(Case.inspected_since.is_not(None), _inspects(user_id, permission, day)))
    return sa.or_(
        sa.and_(sa.not_(Case.is_confidential), plain),
        # Asked of what is confidential alone: an inbox is full of plain cases.
        sa.and_(Case.is_confidential, sa.case((_was_examined(), sa.or_(examines, waits)), else_=named)),
    )


def is_examined(session: Session, case: Case) -> bool:
    """Tell whether a case is, or was, examined as an allegation: by its classification, or by what its text says."""
    if case.classification is Classification.OVERSIGHT:
        return True
    query = sa.select(Labels.integrity).where(
        Labels.agency_id == case.agency_id, Labels.submission_id == case.submission_id
    )
    return bool(session.scalar(query))


def _examines() -> sa.ColumnElement[bool]:
    return RoleGrant.role.in_(EXAMINERS)


def _was_examined() -> sa.ColumnElement[bool]:
    # The label stays when an examiner changes the classification. Under a name of its own, for an inbox joins labels. A
    # value, and not EXISTS, is looked up by key for the few that are asked: of EXISTS the planner reads every label.
    labels = aliased(Labels)
    alleges = sa.select(labels.integrity).where(
        labels.agency_id == Case.agency_id, labels.submission_id == Case.submission_id
    )
    return sa.or_(Case.classification == Classification.OVERSIGHT, alleges.correlate(Case).scalar_subquery())


def _inspects(user_id: int, permission: Permission, day: date) -> sa.ColumnElement[bool]:
    inspectorate = sa.select(UnitVersion.unit_id).where(
        UnitVersion.agency_id == Case.agency_id,
        UnitVersion.kind == UnitKind.INSPECTORATE,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
    )
    return _granted(user_id, permission, day, RoleGrant.unit_id.in_(inspectorate.correlate(Case)))


def _granted(user_id: int, permission: Permission, day: date, over: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.exists().where(
        RoleGrant.agency_id == Case.agency_id,
        RoleGrant.user_id == user_id,
        RoleGrant.role.in_(roles_with(permission)),
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
        over,
    )


def _answers_for_the_accused(user_id: int, day: date) -> sa.ColumnElement[bool]:
    spoken_of = sa.select(Submission.unit_id).where(
        Submission.agency_id == Case.agency_id,
        Submission.id == Case.submission_id,
        # Nobody was named: the reception unit, under which such a report stands, is not spoken of.
        sa.not_(Submission.unit_is_unknown),
    )
    return sa.exists().where(
        RoleGrant.agency_id == Case.agency_id,
        RoleGrant.user_id == user_id,
        valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
        RoleGrant.unit_id == spoken_of.correlate(Case).scalar_subquery(),
    )


def text_is_open() -> sa.ColumnElement[bool]:
    """Return the condition that a submission's text may be read and learnt from by others than those who handle it.

    Nothing confidential, no allegation, nothing whose sender had it restricted.

    It stands on the submission, its labels and its case, so that a text is kept also where no case was opened.
    """
    # Under names of their own, for the query that asks may join the same tables.
    labels, case = aliased(Labels), aliased(Case)
    alleges = sa.exists().where(
        labels.agency_id == Submission.agency_id, labels.submission_id == Submission.id, labels.integrity
    )
    kept_case = sa.exists().where(
        case.agency_id == Submission.agency_id, case.submission_id == Submission.id, case.is_confidential
    )
    return sa.and_(sa.not_(Submission.is_confidential), sa.not_(alleges), sa.not_(kept_case), sa.not_(is_restricted()))
