"""Which rows a public figure is counted from, as they stood at the moment it was counted.

What a confidential submission, a case past the unit, or a report of an unknown unit says is in none of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from feedback_app.analysis.models import Labels
from feedback_app.audit.models import AuditEvent
from feedback_app.handling.models import Case
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import Channel
from feedback_app.measures.release_models import ReleaseSubject
from feedback_app.measures.set_aside import is_set_aside

SENT_PAST: Final = "handling.send_past_the_unit"
PROVEN: Final = (Channel.TOKEN,)


@dataclass(frozen=True, slots=True)
class Cell:
    """One published figure: a unit, a calendar year of service and a subject. There are no finer and no wider ones."""

    agency_id: int
    unit_id: int
    year: int
    subject: ReleaseSubject


@dataclass(frozen=True, slots=True)
class Moment:
    """What is counted: labelled up to `as_of`, with the marks (set aside, past the unit) as of `marked_at`."""

    as_of: datetime
    marked_at: datetime


# A question is put together once for each subject and asked of many cells and moments: what differs has a name here.
_TIME: Final = sa.DateTime(timezone=True)
_AGENCY: Final = sa.bindparam("asked_agency_id", type_=sa.BigInteger)
_UNIT: Final = sa.bindparam("asked_unit_id", type_=sa.BigInteger)
_FIRST_ON: Final = sa.bindparam("asked_first_on", type_=sa.Date)
_LAST_ON: Final = sa.bindparam("asked_last_on", type_=sa.Date)
AS_OF: Final = sa.bindparam("asked_as_of", type_=_TIME)
_MARKED_AT: Final = sa.bindparam("asked_marked_at", type_=_TIME)


def asked(cell: Cell, moment: Moment) -> dict[str, Any]:
    """Return what a question made with `rows_of` or `counted` is asked about."""
    return {
        _AGENCY.key: cell.agency_id, _UNIT.key: cell.unit_id,
        _FIRST_ON.key: date(cell.year, 1, 1), _LAST_ON.key: date(cell.year, 12, 31),
        AS_OF.key: moment.as_of, _MARKED_AT.key: moment.marked_at,
    }  # fmt: skip


def rows_of(subject: ReleaseSubject) -> sa.ColumnElement[bool]:
    """Return the condition on `Submission` joined with `Labels`: the open rows of a cell, set-aside ones included."""
    return sa.and_(
        Submission.agency_id == _AGENCY,
        Submission.unit_id == _UNIT,
        Submission.occurred_on.between(_FIRST_ON, _LAST_ON),
        Labels.labelled_at <= AS_OF,
        sa.not_(Submission.is_confidential),
        sa.not_(Submission.unit_is_unknown),
        sa.not_(_past_the_unit()),
        *_of_subject(subject),
    )


def is_aside() -> sa.ColumnElement[bool]:
    """Return the condition that a row was set aside at the moment asked about."""
    return is_set_aside(_MARKED_AT)


def counted(subject: ReleaseSubject) -> sa.ColumnElement[bool]:
    """Return the condition of the rows that a cell's figure is counted from."""
    return sa.and_(rows_of(subject), sa.not_(is_aside()))


def joined(*columns: Any) -> sa.Select[Any]:
    """Return a query over submissions with their labels."""
    return (
        sa.select(*columns)
        .select_from(Submission)
        .join(Labels, sa.and_(Labels.agency_id == Submission.agency_id, Labels.submission_id == Submission.id))
    )


def _of_subject(subject: ReleaseSubject) -> tuple[sa.ColumnElement[bool], ...]:
    # A text was read where it has an urgency, also after its words were erased.
    was_read = Labels.urgency_source != "none"
    return {
        ReleaseSubject.VISITS: (Submission.rating.is_not(None), Submission.channel.in_(PROVEN)),
        ReleaseSubject.OPEN: (Submission.rating.is_not(None), Submission.channel.not_in(PROVEN)),
        ReleaseSubject.VOICES: (was_read, Labels.kind.is_distinct_from("spam")),
        ReleaseSubject.HANDLING: (),
    }[subject]


def _past_the_unit() -> sa.ColumnElement[bool]:
    """Return the condition that a text alleges something of its unit, or its case went past it, by the moment asked."""
    case, later = aliased(Case), aliased(AuditEvent)
    sent_later = sa.exists().where(
        later.agency_id == case.agency_id,
        later.subject_type == "case",
        later.subject_id == case.id,
        later.action == SENT_PAST,
        later.at > _MARKED_AT,
    )
    of_submission = sa.and_(case.agency_id == Submission.agency_id, case.submission_id == Submission.id)
    closed_off = sa.exists().where(of_submission, case.is_confidential, sa.not_(sent_later))
    opened_then = sa.exists().where(of_submission, sent_later)
    return sa.or_(closed_off, sa.and_(Labels.integrity, sa.not_(opened_then)))
