"""Look at the texts of an agency for drift: open an alarm once, and close it when what it said is no longer so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.drift_rules import (
    ABSTAINED,
    FEWEST_BEFORE,
    FEWEST_NOW,
    WEEKS_BEFORE,
    DriftMeasure,
    Finding,
    broken_promise,
    findings,
)
from feedback_app.analysis.learning.machine_answers import machine_label
from feedback_app.analysis.learning.models import DriftAlarm
from feedback_app.analysis.learning.quality import audited, by_head, reading_version
from feedback_app.analysis.models import HEADS, Labels
from feedback_app.audit.operations import SYSTEM, record
from feedback_app.intake.models import Submission

WEEK = timedelta(days=7)


def look(session: Session, agency_id: int, *, now: datetime) -> list[DriftAlarm]:
    """Compare the last week of an agency with the eight before; return the alarms that are new.

    Only texts that came by themselves and that the version of today has read: another version answers otherwise, and a
    file of old texts is no change among citizens.
    """
    found = _found(session, agency_id, now)
    standing = {(alarm.head, alarm.measure): alarm for alarm in open_alarms(session, [agency_id])}
    for key, alarm in standing.items():
        if key not in found:
            alarm.closed_at = now
            _note(session, alarm, "analysis.close_drift_alarm", now)
        else:
            alarm.seen, alarm.statistic = found[key].seen, found[key].statistic
    new = [_open(session, agency_id, finding, now) for key, finding in found.items() if key not in standing]
    session.flush()
    return new


def open_alarms(session: Session, agency_ids: Sequence[int]) -> Sequence[DriftAlarm]:
    """Return the alarms that stand, the oldest first."""
    query = sa.select(DriftAlarm).where(DriftAlarm.agency_id.in_(agency_ids), DriftAlarm.closed_at.is_(None))
    return session.scalars(query.order_by(DriftAlarm.since, DriftAlarm.id)).all()


def _found(session: Session, agency_id: int, now: datetime) -> dict[tuple[str, DriftMeasure], Finding]:
    shares = by_head(audited(session, [agency_id], now=now).rows)
    before, this_week = (_read(agency_id, reading_version(session, [agency_id]), *span) for span in _spans(now))
    found: list[Finding] = []
    for head in HEADS:
        found += findings(head, _counts(session, head, before), _counts(session, head, this_week))
        found += broken_promise(head, shares[head])
    return {(finding.head, finding.measure): finding for finding in found}


def can_be_told(session: Session, agency_id: int, *, now: datetime) -> bool:
    """Tell whether enough texts of an agency were read by the version of today, this week and before, to compare."""
    version = reading_version(session, [agency_id])
    before, this_week = (
        session.scalar(sa.select(sa.func.count()).select_from(Labels).where(_read(agency_id, version, *span))) or 0
        for span in _spans(now)
    )
    return before >= FEWEST_BEFORE and this_week >= FEWEST_NOW


def _spans(now: datetime) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    return (now - WEEK * (WEEKS_BEFORE + 1), now - WEEK), (now - WEEK, now)


def _read(agency_id: int, version: str | None, starts: datetime, ends: datetime) -> sa.ColumnElement[bool]:
    imported = sa.exists().where(
        Submission.agency_id == Labels.agency_id,
        Submission.id == Labels.submission_id,
        Submission.import_id.is_not(None),
    )
    return sa.and_(
        Labels.agency_id == agency_id,
        Labels.model_version == version,
        Labels.redacted_text.is_not(None),
        Labels.labelled_at >= starts,
        Labels.labelled_at < ends,
        ~imported,
    )


def _counts(session: Session, head: str, texts: sa.ColumnElement[bool]) -> Counter[str]:
    labelled = sa.select(machine_label(head).label("said")).where(texts).subquery()
    query = sa.select(labelled.c.said, sa.func.count()).group_by(labelled.c.said)
    return Counter({row[0] or ABSTAINED: row[1] for row in session.execute(query)})


def _open(session: Session, agency_id: int, finding: Finding, now: datetime) -> DriftAlarm:
    alarm = DriftAlarm(
        agency_id=agency_id, head=finding.head, measure=finding.measure, expected=finding.expected,
        seen=finding.seen, statistic=finding.statistic, since=now,
    )  # fmt: skip
    session.add(alarm)
    session.flush()
    _note(session, alarm, "analysis.open_drift_alarm", now)
    return alarm


def _note(session: Session, alarm: DriftAlarm, action: str, now: datetime) -> None:
    record(
        session, agency_id=alarm.agency_id, actor=SYSTEM, action=action, subject_type="drift_alarm",
        subject_id=alarm.id, now=now, head=alarm.head, measure=alarm.measure.value,
    )  # fmt: skip
