"""The life of a survey period: opened, extended, closed, and opened again until its results are published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from psycopg.errors import ExclusionViolation
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.errors import ConflictError
from feedback_app.survey.folding import take_turn
from feedback_app.survey.instruments import seal
from feedback_app.survey.models import Instrument, Period, Response, Target
from feedback_app.survey.opening import obstacles
from feedback_app.survey.periods import PeriodWordsError, check_days, need, note
from feedback_app.survey.result_models import Result
from feedback_app.survey.rules import PeriodState


class PeriodsOverlapError(ConflictError):
    """Another period, open or closed, has some of these days."""

    code = "survey_periods_overlap"


class NotReadyToOpenError(ConflictError):
    """Something is missing before respondents may come."""

    code = "survey_not_ready"


class PublishedPeriodError(ConflictError):
    """The results are published, so that answers cannot come in again."""

    code = "survey_published"


def open_survey(session: Session, period: Period, *, today: date, actor: Actor, now: datetime) -> None:
    """Let answers come in from the period's first day on; its questionnaires and rules are fixed from here on.

    Raises
    ------
    PeriodStateError, NotReadyToOpenError
        The latter with the first of what is missing; `opening.obstacles` tells all of it.
    """
    need(period, PeriodState.DRAFT)
    # Locked before they are looked at: nobody takes a question out between the look and the seal.
    instruments = _lock_instruments(session, period)
    found = obstacles(session, period, today=today)
    if found:
        raise NotReadyToOpenError(found[0].sentence)
    for instrument in instruments:
        seal(instrument, now=now)
    _keep(session, period, state=PeriodState.OPEN, opened_at=now)
    note(session, period, "survey.open_period", actor, now)


def move_end(session: Session, period: Period, ends_on: date, *, today: date, actor: Actor, now: datetime) -> None:
    """Give an open period another last day, today at the earliest: answers of past days stay inside.

    Raises
    ------
    PeriodStateError, PeriodWordsError, PeriodsOverlapError
    """
    need(period, PeriodState.OPEN)
    if ends_on < max(today, period.starts_on):
        raise PeriodWordsError("Tanggal akhir yang baru paling awal hari ini. Untuk mengakhirinya, tutup periodenya.")
    check_days(period.starts_on, ends_on)
    _keep(session, period, ends_on=ends_on)
    note(session, period, "survey.move_end", actor, now)


def close_survey(session: Session, period: Period, *, today: date, actor: Actor, now: datetime) -> None:
    """Take no further answers; a period closed early ends today, so that the next one may begin tomorrow.

    What it came to is stored by `feedback_app.survey.results.store_period`, in the same transaction.

    Raises
    ------
    PeriodStateError
    """
    need(period, PeriodState.OPEN)
    if today < period.ends_on:
        period.ends_on = max(today, period.starts_on)
    period.state, period.closed_at, period.closed_by = PeriodState.CLOSED, now, actor.user_id
    session.flush()
    _forget_entry_keys(session, period)
    note(session, period, "survey.close_period", actor, now)


def reopen_survey(session: Session, period: Period, ends_on: date, *, today: date, actor: Actor, now: datetime) -> None:
    """Take answers again, as long as nothing of the period is published.

    Raises
    ------
    PeriodStateError, PublishedPeriodError, PeriodWordsError, PeriodsOverlapError
    """
    need(period, PeriodState.CLOSED)
    if is_published(session, period):
        raise PublishedPeriodError("Hasil periode ini sudah diterbitkan, sehingga tidak dapat dibuka lagi.")
    if ends_on < max(today, period.starts_on):
        raise PeriodWordsError("Isi tanggal akhir yang baru, paling awal hari ini.")
    check_days(period.starts_on, ends_on)
    _keep(session, period, state=PeriodState.OPEN, ends_on=ends_on, closed_at=None, closed_by=None)
    note(session, period, "survey.reopen_period", actor, now)


def is_published(session: Session, period: Period) -> bool:
    """Tell whether a result of the period is published."""
    published = sa.select(sa.literal(1)).where(
        Result.agency_id == period.agency_id, Result.period_id == period.id, Result.published_at.is_not(None)
    )
    return session.scalar(published.limit(1)) is not None


def _lock_instruments(session: Session, period: Period) -> Sequence[Instrument]:
    others = sa.select(Target.instrument_id).where(
        Target.agency_id == period.agency_id, Target.period_id == period.id, Target.instrument_id.is_not(None)
    )
    used = sa.or_(Instrument.id == period.instrument_id, Instrument.id.in_(others))
    wanted = sa.select(Instrument).where(Instrument.agency_id == period.agency_id, used).order_by(Instrument.id)
    return session.scalars(wanted.with_for_update()).all()


def _forget_entry_keys(session: Session, period: Period) -> None:
    """Take away by what a browser could still show which response it sent; nobody sends one again now."""
    take_turn(session)
    session.execute(
        sa.update(Response)
        .where(Response.agency_id == period.agency_id, Response.period_id == period.id)
        .where(Response.entry_key.is_not(None))
        .values(entry_key=None),
        execution_options={"synchronize_session": False},
    )


def _keep(session: Session, period: Period, **values: object) -> None:
    """Store what a period becomes; the database refuses two that share a day."""
    try:
        with session.begin_nested():
            for name, value in values.items():
                setattr(period, name, value)
            session.flush()
    except IntegrityError as error:
        if not isinstance(error.orig, ExclusionViolation):
            raise
        raise PeriodsOverlapError(
            "Ada periode lain yang memakai sebagian hari itu. Ubah tanggalnya, atau tutup periode itu lebih dahulu."
        ) from None
