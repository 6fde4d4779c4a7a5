"""Who sees which anomalies, who may decide on them, and what a figure is with and without."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import ForbiddenError, NotFoundError
from feedback_app.identity.models import RoleGrant
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.intake.models import Submission
from feedback_app.measures.anomaly_runs import is_newest
from feedback_app.measures.release_models import Anomaly, AnomalyState
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.organisation.models import Agency, UnitVersion
from feedback_app.organisation.queries import reach, valid_on, within


class UnknownAnomalyError(NotFoundError):
    """No such anomaly, or none of a unit within reach."""

    code = "unknown_anomaly"


class NotYoursToDecideError(ForbiddenError):
    """The account sees this anomaly, and answers for the unit it concerns."""

    code = "not_yours_to_decide"


@dataclass(frozen=True, slots=True)
class WithAndWithout:
    """The ratings of a unit and channel in the time of an anomaly: all of them, and those that still count."""

    n: int
    mean: float | None
    n_without: int
    mean_without: float | None


@dataclass(frozen=True, slots=True)
class AnomalyRow:
    """An anomaly as the page of staff shows it."""

    anomaly: Anomaly
    unit_name: str
    time_zone: str
    may_decide: bool
    ratings: WithAndWithout


def anomalies_for(session: Session, user_id: int, day: date, *, page: int, size: int) -> tuple[list[AnomalyRow], int]:
    """Return one page of the anomalies somebody sees, those set aside first and the latest first, and their number."""
    seen = _listed(user_id, day)
    total = session.scalar(sa.select(sa.func.count()).select_from(Anomaly).where(seen)) or 0
    rows = session.execute(
        sa.select(Anomaly, UnitVersion.name, Agency.time_zone, _decides(user_id, day))
        .join(Agency, Agency.id == Anomaly.agency_id)
        .outerjoin(UnitVersion, _version_on(day))
        .where(seen)
        .order_by(Anomaly.state == AnomalyState.CLEARED, Anomaly.starts_at.desc(), Anomaly.id.desc())
        .offset((page - 1) * size)
        .limit(size)
    ).all()
    return [
        AnomalyRow(anomaly, name or "–", zone, bool(decides), with_and_without(session, anomaly))
        for anomaly, name, zone, decides in rows
    ], total


def count_quarantined(session: Session, user_id: int, day: date) -> int:
    """Return how many of the anomalies somebody sees wait for a decision."""
    query = sa.select(sa.func.count()).select_from(Anomaly).where(_listed(user_id, day))
    return session.scalar(query.where(Anomaly.state == AnomalyState.QUARANTINED)) or 0


def anomaly_to_decide(session: Session, user_id: int, anomaly_id: int, day: date) -> Anomaly:
    """Return an anomaly on which somebody may decide.

    Only who manages the evaluation of a whole agency decides: the head of a unit, or of the department above it, gains
    from what is set aside or put back, and a decision over the figures of one unit moves its rank among all.

    Raises
    ------
    UnknownAnomalyError, NotYoursToDecideError
    """
    found = session.execute(
        sa.select(Anomaly, _decides(user_id, day)).where(Anomaly.id == anomaly_id, _seen(user_id, day))
    ).first()
    if found is None:
        raise UnknownAnomalyError("Kejanggalan itu tidak ada.")
    if not found[1]:
        raise NotYoursToDecideError(
            "Keputusan ini diambil oleh pejabat yang mengelola penilaian seluruh instansi, bukan oleh unitnya sendiri."
        )
    anomaly: Anomaly = found[0]
    return anomaly


def with_and_without(session: Session, anomaly: Anomaly) -> WithAndWithout:
    """Return what the ratings in the time of an anomaly come to, with and without what is set aside."""
    counts = sa.func.count().filter(~is_set_aside()), sa.func.avg(Submission.rating).filter(~is_set_aside())
    row = session.execute(
        sa.select(sa.func.count(), sa.func.avg(Submission.rating), *counts).where(
            Submission.agency_id == anomaly.agency_id, Submission.unit_id == anomaly.unit_id,
            Submission.channel == anomaly.channel, Submission.rating.is_not(None),
            Submission.received_at.between(anomaly.starts_at, anomaly.ends_at),
        )
    ).one()  # fmt: skip
    return WithAndWithout(int(row[0]), _figure(row[1]), int(row[2]), _figure(row[3]))


def _figure(value: object) -> float | None:
    return None if value is None else float(str(value))


def _seen(user_id: int, day: date) -> sa.ColumnElement[bool]:
    area = reach(user_id, Permission.READ_INBOX, day)
    return sa.or_(within(area, Anomaly.agency_id, Anomaly.unit_id), _decides(user_id, day))


def _listed(user_id: int, day: date) -> sa.ColumnElement[bool]:
    # A run that went on has older rows; only the newest says how it stands.
    return sa.and_(_seen(user_id, day), is_newest())


def _decides(user_id: int, day: date) -> sa.ColumnElement[bool]:
    return Anomaly.agency_id.in_(
        sa.select(RoleGrant.agency_id).where(
            RoleGrant.user_id == user_id,
            RoleGrant.role.in_(roles_with(Permission.MANAGE_CYCLE)),
            RoleGrant.unit_id.is_(None),
            valid_on(RoleGrant.starts_on, RoleGrant.ends_on, day),
        )
    )


def _version_on(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(
        UnitVersion.agency_id == Anomaly.agency_id,
        UnitVersion.unit_id == Anomaly.unit_id,
        valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
    )
