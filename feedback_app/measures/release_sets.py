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
from feedback_app.measures.release_models import Anomaly, AnomalyState, ReleaseSubject

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


def rows_of(cell: Cell, moment: Moment) -> sa.ColumnElement[bool]:
    """Return the condition on `Submission` joined with `Labels`: the open rows of a cell, set-aside ones included."""
    return sa.and_(
        Submission.agency_id == cell.agency_id,
        Submission.unit_id == cell.unit_id,
        Submission.occurred_on.between(date(cell.year, 1, 1), date(cell.year, 12, 31)),
        Labels.labelled_at <= moment.as_of,
        sa.not_(Submission.is_confidential),
        sa.not_(Submission.unit_is_unknown),
        sa.not_(_past_the_unit(moment)),
        *_of_subject(cell.subject),
    )


def counted(cell: Cell, moment: Moment) -> sa.ColumnElement[bool]:
    """Return the condition of the rows that a cell's figure is counted from."""
    return sa.and_(rows_of(cell, moment), sa.not_(set_aside_on(moment.marked_at)))


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


def _past_the_unit(moment: Moment) -> sa.ColumnElement[bool]:
    """Return the condition that a text alleges something of its unit, or that its case went past it, by that moment."""
    case, later = aliased(Case), aliased(AuditEvent)
    sent_later = sa.exists().where(
        later.agency_id == case.agency_id,
        later.subject_type == "case",
        later.subject_id == case.id,
        later.action == SENT_PAST,
        later.at > moment.marked_at,
    )
    of_submission = sa.and_(case.agency_id == Submission.agency_id, case.submission_id == Submission.id)
    closed_off = sa.exists().where(of_submission, case.is_confidential, sa.not_(sent_later))
    opened_then = sa.exists().where(of_submission, sent_later)
    return sa.or_(closed_off, sa.and_(Labels.integrity, sa.not_(opened_then)))


def set_aside_on(moment: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a rating was set aside at a moment (`set_aside.is_set_aside`, as of then)."""
    covered = sa.exists().where(
        Anomaly.agency_id == Submission.agency_id,
        Anomaly.unit_id == Submission.unit_id,
        Anomaly.channel == Submission.channel,
        Submission.received_at.between(Anomaly.starts_at, Anomaly.ends_at),
        sa.or_(Anomaly.network_mark.is_(None), Anomaly.network_mark == Submission.network_mark),
        Anomaly.detected_at <= moment,
        sa.or_(Anomaly.state == AnomalyState.QUARANTINED, Anomaly.decided_at > moment),
    )
    return sa.or_(sa.func.cardinality(Submission.signals) > 0, covered)
