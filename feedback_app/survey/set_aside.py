"""Set questionnaires from the web aside that one person seems to have sent, and take that back while a period is open.

They are marked and stay; the sums of their unit are made anew without them. Who did it, when, why and how many stands
beside the figures: an index whose lowest answers an administrator could take out quietly would be worth nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.identity.models import User
from feedback_app.intake.rules import clean_text
from feedback_app.survey.folding import rebuild, take_turn
from feedback_app.survey.models import Period, Response
from feedback_app.survey.rules import OPEN_STEP, PeriodState, SurveyChannel
from feedback_app.survey.set_aside_models import REASON_MAX, REASON_MIN, SetAside

OPEN_CHANNELS: Final = (SurveyChannel.WEB, SurveyChannel.KIOSK)
"""The channels through which somebody may send without proof of a visit."""

BUSIEST_SHOWN: Final = 10


class SetAsideReasonError(InvalidInputError):
    """The reason is missing, too short or too long."""

    code = "survey_set_aside_reason"


class NothingToSetAsideError(InvalidInputError):
    """No questionnaire came so, or too few to be set aside."""

    code = "survey_nothing_to_set_aside"


class SetAsideFixedError(ConflictError):
    """The period is not open: its figures are computed, or there are none."""

    code = "survey_set_aside_fixed"


class UnknownSetAsideError(NotFoundError):
    """Nothing of the kind was set aside, or it was taken back already."""

    code = "survey_unknown_set_aside"


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many questionnaires came to one unit on one day through one open channel."""

    unit_id: int
    day: date
    channel: SurveyChannel
    responses: int


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    """What was set aside, with the names of who did it and who took it back."""

    row: SetAside
    set_by: str | None
    undone_by: str | None


def set_aside(
    session: Session, period: Period, unit_id: int, day: date, channel: SurveyChannel, reason: str, *,
    actor: Actor, now: datetime,
) -> SetAside:  # fmt: skip
    """Set aside what came to a unit on a day through an open channel, so that nothing counts it.

    Fewer than `OPEN_STEP` are not set aside: from the figures before and after, their answers could be read.

    Raises
    ------
    SetAsideFixedError, SetAsideReasonError, NothingToSetAsideError
    """
    why = clean_text(reason) or ""
    if not REASON_MIN <= len(why) <= REASON_MAX:
        raise SetAsideReasonError(f"Tulis alasannya dengan {REASON_MIN} sampai {REASON_MAX} huruf.")
    _hold_open(session, period)
    here = _here(period, unit_id, day, channel)
    waiting = session.scalar(sa.select(sa.func.count()).where(here)) or 0
    if waiting < OPEN_STEP:
        raise NothingToSetAsideError(
            f"Pada unit, hari, dan saluran itu ada {waiting} kuesioner. Sedikitnya {OPEN_STEP} yang dapat disisihkan "
            "bersama, agar jawaban satu orang tidak terbaca dari selisih angkanya."
        )
    row = SetAside(
        agency_id=period.agency_id, period_id=period.id, unit_id=unit_id, day=day, channel=channel, reason=why,
        responses=0, set_at=now, set_by=actor.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    row.responses = _mark(session, period, unit_id, here, is_withdrawn=True, set_aside_id=row.id)
    session.flush()
    _note(session, row, "survey.set_aside", actor, now)
    return row


def take_back(session: Session, period: Period, set_aside_id: int, *, actor: Actor, now: datetime) -> SetAside:
    """Let questionnaires that were set aside count again.

    Raises
    ------
    SetAsideFixedError, UnknownSetAsideError
    """
    _hold_open(session, period)
    row = session.scalars(
        sa.select(SetAside)
        .where(
            SetAside.agency_id == period.agency_id, SetAside.period_id == period.id, SetAside.id == set_aside_id,
            SetAside.undone_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()  # fmt: skip
    if row is None:
        raise UnknownSetAsideError("Kuesioner yang disisihkan itu tidak ada, atau sudah dikembalikan.")
    of_it = sa.and_(Response.agency_id == row.agency_id, Response.set_aside_id == row.id)
    _mark(session, period, row.unit_id, of_it, is_withdrawn=False, set_aside_id=None)
    row.undone_at, row.undone_by = now, actor.user_id
    session.flush()
    _note(session, row, "survey.undo_set_aside", actor, now)
    return row


def lines(session: Session, period: Period, unit_ids: Collection[int] | None = None) -> Sequence[SetAsideLine]:
    """Return what was set aside of a period, or of some of its units, the newest first."""
    setter, undoer = aliased(User), aliased(User)
    wanted = (
        sa.select(SetAside, setter.name, undoer.name)
        .outerjoin(setter, setter.id == SetAside.set_by)
        .outerjoin(undoer, undoer.id == SetAside.undone_by)
        .where(SetAside.agency_id == period.agency_id, SetAside.period_id == period.id)
        .order_by(SetAside.id.desc())
    )
    if unit_ids is not None:
        wanted = wanted.where(SetAside.unit_id.in_(unit_ids))
    return [SetAsideLine(*row) for row in session.execute(wanted)]


def count(session: Session, period: Period, unit_id: int | None = None) -> int:
    """Return how many questionnaires of a period, or of one unit, are set aside at present."""
    wanted = sa.select(sa.func.coalesce(sa.func.sum(SetAside.responses), 0)).where(
        SetAside.agency_id == period.agency_id, SetAside.period_id == period.id, SetAside.undone_at.is_(None)
    )
    if unit_id is not None:
        wanted = wanted.where(SetAside.unit_id == unit_id)
    return int(session.scalar(wanted) or 0)


def busiest(session: Session, period: Period) -> list[Crowd]:
    """Return the days on which most came to one unit through one open channel, where they can be set aside."""
    number = sa.func.count()
    columns = (Response.unit_id, Response.answered_on, Response.channel)
    rows = session.execute(
        sa.select(*columns, number)
        .where(
            Response.agency_id == period.agency_id, Response.period_id == period.id,
            Response.channel.in_(OPEN_CHANNELS), ~Response.is_withdrawn,
        )
        .group_by(*columns).having(number >= OPEN_STEP).order_by(number.desc(), *columns).limit(BUSIEST_SHOWN)
    )  # fmt: skip
    return [Crowd(*row) for row in rows]


def _here(period: Period, unit_id: int, day: date, channel: SurveyChannel) -> sa.ColumnElement[bool]:
    return sa.and_(
        Response.agency_id == period.agency_id, Response.period_id == period.id, Response.unit_id == unit_id,
        Response.answered_on == day, Response.channel == channel, Response.channel.in_(OPEN_CHANNELS),
        ~Response.is_withdrawn,
    )  # fmt: skip


def _mark(
    session: Session, period: Period, unit_id: int, which: sa.ColumnElement[bool], **values: object
) -> int:  # fmt: skip
    folded = session.scalars(
        sa.update(Response).where(which).values(**values).returning(Response.is_folded),
        execution_options={"synchronize_session": False},
    ).all()  # fmt: skip
    if any(folded):
        rebuild(session, period.agency_id, period.id, unit_id)
    return len(folded)


def _hold_open(session: Session, period: Period) -> None:
    """Keep a period open and its sums still until this transaction ends."""
    state = session.scalar(
        sa.select(Period.state)
        .where(Period.agency_id == period.agency_id, Period.id == period.id)
        .with_for_update(read=True)
    )
    if state is not PeriodState.OPEN:
        raise SetAsideFixedError(
            "Periode ini tidak sedang terbuka, jadi tidak ada yang dapat disisihkan atau dikembalikan. Selama hasilnya "
            "belum terbit, periode yang sudah ditutup dapat dibuka lagi."
        )
    take_turn(session)


def _note(session: Session, row: SetAside, action: str, actor: Actor, now: datetime) -> None:
    record(
        session, agency_id=row.agency_id, actor=actor, action=action, subject_type="skm_set_aside", subject_id=row.id,
        now=now, period_id=row.period_id, unit_id=row.unit_id, rows=row.responses,
    )  # fmt: skip
