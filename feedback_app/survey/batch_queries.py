"""What can be asked about questionnaires on paper: where somebody enters them, what came in, what was typed last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import NotFoundError
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission
from feedback_app.organisation.models import Agency, PublicService, UnitVersion
from feedback_app.organisation.queries import reach, valid_on, within
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.batches import recent_ids
from feedback_app.survey.models import Period, Response
from feedback_app.survey.queries import UnknownPeriodError
from feedback_app.survey.rules import BatchKind, BatchState, PeriodState


class UnknownBatchError(NotFoundError):
    """There is no such batch within reach."""

    code = "unknown_survey_batch"


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One batch as a list shows it; `rows` is how many questionnaires count, `withdrawn` how many no longer do."""

    batch: Batch
    period: Period
    time_zone: str
    unit_name: str
    service_name: str | None
    made_by: str | None
    undone_by: str | None
    rows: int
    withdrawn: int


def batch_for(session: Session, user_id: int, batch_id: int, day: date) -> tuple[Batch, Period]:
    """Return a batch of a unit for which somebody enters questionnaires, with its period.

    Raises
    ------
    UnknownBatchError
    """
    area = reach(user_id, Permission.ENTER_SURVEY, day)
    row = session.execute(
        sa.select(Batch, Period)
        .join(Period, sa.and_(Period.agency_id == Batch.agency_id, Period.id == Batch.period_id))
        .where(Batch.id == batch_id, within(area, Batch.agency_id, Batch.unit_id))
    ).first()
    if row is None:
        raise UnknownBatchError("Kiriman itu tidak ditemukan. Pilih dari daftar kiriman.")
    return row[0], row[1]


def own_session(session: Session, user_id: int, batch_id: int, day: date) -> tuple[Batch, Period]:
    """Return a typing session of somebody's own.

    Raises
    ------
    UnknownBatchError
        Also where somebody else began it: two people on one pile each have their own.
    """
    batch, period = batch_for(session, user_id, batch_id, day)
    if batch.kind is not BatchKind.TYPED or batch.created_by != user_id:
        raise UnknownBatchError("Sesi itu tidak ditemukan. Mulai sesi baru.")
    return batch, period


def open_sessions(session: Session, user_id: int, since: datetime, day: date) -> list[BatchLine]:
    """Return the typing sessions that somebody began since a moment and that still count, the newest first."""
    mine = sa.and_(
        Batch.created_by == user_id, Batch.kind == BatchKind.TYPED, Batch.state == BatchState.KEPT,
        Batch.created_at >= since, Period.state == PeriodState.OPEN,
    )  # fmt: skip
    return _lines(session, user_id, day, mine)


def batches(
    session: Session, user_id: int, day: date, *, period_id: int | None = None, skip: int = 0, limit: int | None = None
) -> list[BatchLine]:
    """Return what came in for the units within reach, the newest first; sessions in which nothing was typed are not."""
    wanted = sa.true() if period_id is None else Batch.period_id == period_id
    return _lines(session, user_id, day, sa.and_(wanted, _is_filled()), skip=skip, limit=limit)


def count_batches(session: Session, user_id: int, day: date, period_id: int | None = None) -> int:
    """Return how many batches `batches` would list."""
    area = reach(user_id, Permission.ENTER_SURVEY, day)
    wanted = sa.true() if period_id is None else Batch.period_id == period_id
    found = sa.select(sa.func.count()).where(wanted, _is_filled(), within(area, Batch.agency_id, Batch.unit_id))
    return session.scalar(found.select_from(Batch)) or 0


def period_of_paper(session: Session, user_id: int, period_id: int, day: date) -> Period:
    """Return a period of an agency in which somebody enters questionnaires.

    Raises
    ------
    feedback_app.survey.queries.UnknownPeriodError
    """
    area = reach(user_id, Permission.ENTER_SURVEY, day)
    found = session.scalar(
        sa.select(Period).where(Period.id == period_id, Period.agency_id.in_(sa.select(area.c.agency_id)))
    )
    if found is None:
        raise UnknownPeriodError("Periode survei itu tidak ditemukan.")
    return found


def recent(session: Session, batch: Batch) -> list[Response]:
    """Return the questionnaires typed last in a session, the newest first."""
    ids = recent_ids(batch)
    if not ids:
        return []
    rows = session.scalars(
        sa.select(Response)
        .where(Response.agency_id == batch.agency_id, Response.id.in_([int(one) for one in ids]))
        .where(~Response.is_withdrawn)
        .execution_options(populate_existing=True)
    )
    by_id = {str(row.id): row for row in rows}
    return [by_id[one] for one in ids if one in by_id]


def rows_in(session: Session, batch: Batch) -> int:
    """Return how many questionnaires of a batch count."""
    of_batch = sa.and_(Response.agency_id == batch.agency_id, Response.batch_id == batch.id)
    return session.scalar(sa.select(sa.func.count()).where(of_batch, ~Response.is_withdrawn)) or 0


def typed_since(session: Session, user_id: int, since: datetime) -> int:
    """Return how many questionnaires somebody typed in sessions begun since a moment."""
    of_batch = sa.and_(Response.agency_id == Batch.agency_id, Response.batch_id == Batch.id)
    found = (
        sa.select(sa.func.count())
        .select_from(Batch)
        .join(Response, of_batch)
        .where(Batch.created_by == user_id, Batch.kind == BatchKind.TYPED, Batch.created_at >= since)
        .where(~Response.is_withdrawn)
    )
    return session.scalar(found) or 0


def _is_filled() -> sa.ColumnElement[bool]:
    return sa.or_(
        Batch.kind == BatchKind.FILE,
        sa.exists().where(Response.agency_id == Batch.agency_id, Response.batch_id == Batch.id),
    )


def _counted(*, withdrawn: bool) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count())
        .where(Response.agency_id == Batch.agency_id, Response.batch_id == Batch.id)
        .where(Response.is_withdrawn if withdrawn else ~Response.is_withdrawn)
        .correlate(Batch)
        .scalar_subquery()
    )


def _lines(
    session: Session, user_id: int, day: date, which: sa.ColumnElement[bool], *, skip: int = 0,
    limit: int | None = None,
) -> list[BatchLine]:  # fmt: skip
    area = reach(user_id, Permission.ENTER_SURVEY, day)
    maker, undoer = sa.orm.aliased(User), sa.orm.aliased(User)
    rows = session.execute(
        sa.select(
            Batch, Period, Agency.time_zone, UnitVersion.name, PublicService.name, maker.name, undoer.name,
            _counted(withdrawn=False), _counted(withdrawn=True),
        )
        .join(Period, sa.and_(Period.agency_id == Batch.agency_id, Period.id == Batch.period_id))
        .join(Agency, Agency.id == Batch.agency_id)
        .join(
            UnitVersion,
            sa.and_(
                UnitVersion.agency_id == Batch.agency_id, UnitVersion.unit_id == Batch.unit_id,
                valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day),
            ),
        )
        .outerjoin(
            PublicService, sa.and_(PublicService.agency_id == Batch.agency_id, PublicService.id == Batch.service_id)
        )
        .outerjoin(maker, maker.id == Batch.created_by)
        .outerjoin(undoer, undoer.id == Batch.undone_by)
        .where(which, within(area, Batch.agency_id, Batch.unit_id))
        .order_by(Batch.created_at.desc(), Batch.id.desc())
        .offset(skip)
        .limit(limit)
    )  # fmt: skip
    return [BatchLine(*row) for row in rows]
