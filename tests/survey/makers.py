"""Small makers of surveys: a questionnaire, a period that is open, filled questionnaires, sums."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.db import Base
from feedback_app.organisation.models import Agency, PublicService, Unit
from feedback_app.survey.batch_models import Batch
from feedback_app.survey.elements import Grade, RuleSetCode, Weight
from feedback_app.survey.folding import fold_period
from feedback_app.survey.history import Reported, add_reported
from feedback_app.survey.instruments import make_official, seal
from feedback_app.survey.models import Instrument, Period, Response, Target
from feedback_app.survey.official import Variant
from feedback_app.survey.operations import Filled, answer
from feedback_app.survey.periods import PeriodWanted, create
from feedback_app.survey.queries import questionnaire_for
from feedback_app.survey.result_models import Result
from feedback_app.survey.rules import BatchKind, HourBand, PeriodState, SurveyChannel
from feedback_app.survey.set_aside_models import SetAside
from tests import factories as make

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
DAY = make.TODAY
_number = itertools.count(1)

Answers = Mapping[str, int] | Sequence[int | None]


def instrument(session: Session, of: Agency, variant: Variant = Variant.STANDARD, **values: Any) -> Instrument:
    """The official questionnaire, open to change unless `sealed_at` is given."""
    made = make_official(session, of.id, variant, name=values.pop("name", None), actor=SYSTEM, now=make.NOW)
    for name, value in values.items():
        setattr(made, name, value)
    session.flush()
    return made


def draft_period(session: Session, of: Agency, with_: Instrument | None = None, /, **values: Any) -> Period:
    """A period of the first half of 2026 that is not open yet and surveys nobody."""
    number = next(_number)
    asked = with_ or instrument(session, of)
    wanted = PeriodWanted(
        **{
            "name": f"Semester {number}", "code": f"2026-s{number}", "starts_on": FIRST, "ends_on": LAST,
            "instrument_id": asked.id, **values,
        }
    )  # fmt: skip
    return create(session, of.id, wanted, actor=SYSTEM, now=make.NOW)


def target(session: Session, of: Period, unit: Unit, service: PublicService | None = None, **values: Any) -> Target:
    """A unit, or one of its services, that a period surveys."""
    row = Target(
        agency_id=of.agency_id, period_id=of.id, unit_id=unit.id, service_id=service.id if service else None, **values
    )
    session.add(row)
    session.flush()
    return row


def open_period(
    session: Session, of: Agency, units: Sequence[Unit | PublicService] = (), with_: Instrument | None = None, /,
    **values: Any,
) -> Period:  # fmt: skip
    """An open period that surveys these units and services; the day of the factories lies in it."""
    period = draft_period(session, of, with_, **values)
    for place in units:
        if isinstance(place, PublicService):
            session.add(
                Target(
                    agency_id=of.id, period_id=period.id, unit_id=place.unit_id, service_id=place.id
                )
            )  # fmt: skip
        else:
            target(session, period, place)
    seal(session.get_one(Instrument, (of.id, period.instrument_id)), now=make.NOW)
    period.state, period.opened_at = PeriodState.OPEN, make.NOW
    session.flush()
    return period


def respond(
    session: Session, period: Period, unit: Unit, answers: Answers = (3,) * 9, service: PublicService | None = None,
    **values: Any,
) -> None:  # fmt: skip
    """One filled questionnaire; `answers` by key, or in the order of the questions with None for blank ones."""
    service_id = service.id if service else None
    if not isinstance(answers, Mapping):
        asked = questionnaire_for(session, period, unit.id, service_id).asked
        answers = {q.key: given for q, given in zip(asked, answers, strict=False) if given is not None}
    channel = values.get("channel", SurveyChannel.WEB)
    if channel in {SurveyChannel.PAPER, SurveyChannel.IMPORTED} and "batch_id" not in values:
        values["batch_id"] = batch(session, period, unit, channel).id
    filled = Filled(
        unit_id=unit.id, service_id=service_id, answers=answers,
        **{
            "answered_on": DAY, "channel": channel, "hours": HourBand.MORNING, "entry_key": secrets.token_bytes(16),
            **values,
        },
    )  # fmt: skip
    assert answer(session, period, filled)


def respond_all(
    session: Session, period: Period, unit: Unit, rows: Sequence[Answers], service: PublicService | None = None,
    **values: Any,
) -> None:  # fmt: skip
    """Several filled questionnaires."""
    for row in rows:
        respond(session, period, unit, row, service, **values)


def batch(session: Session, period: Period, unit: Unit, channel: SurveyChannel = SurveyChannel.PAPER) -> Batch:
    """A session of typing, or a file."""
    is_file = channel is SurveyChannel.IMPORTED
    row = Batch(
        agency_id=period.agency_id, period_id=period.id, unit_id=unit.id,
        kind=BatchKind.FILE if is_file else BatchKind.TYPED, created_at=make.NOW,
        file_name="survei.csv" if is_file else None, file_sha256=secrets.token_bytes(32) if is_file else None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def aside(session: Session, period: Period, unit: Unit, **values: Any) -> SetAside:
    """That questionnaires of a day were set aside; which ones is left open."""
    row = SetAside(
        agency_id=period.agency_id, period_id=period.id, unit_id=unit.id, set_at=make.NOW,
        **{"day": DAY, "channel": SurveyChannel.WEB, "reason": "Dikirim berulang kali.", "responses": 0, **values},
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def fold(session: Session, period: Period) -> int:
    """Everything that waits, into the sums."""
    return fold_period(session, period.agency_id, period.id)


def shut(session: Session, period: Period) -> Period:
    """The period closed, without any result."""
    period.state, period.closed_at = PeriodState.CLOSED, make.NOW + timedelta(days=1)
    session.flush()
    return period


def surveyed(session: Session, of: Period) -> Unit:
    """The only unit that a period surveys."""
    target = session.scalars(sa.select(Target).where(Target.period_id == of.id)).one()
    return session.get_one(Unit, (of.agency_id, target.unit_id))


def reported(session: Session, of: Agency, **values: Any) -> Result:
    """A result from before the platform, of the whole agency unless told otherwise."""
    told = Reported(
        **{
            "name": "Semester II tahun 2024", "code": f"lama-{next(_number)}", "starts_on": date(2024, 7, 1),
            "ends_on": date(2024, 12, 31), "ruleset": RuleSetCode.PERMENPANRB_14_2017,
            "weight": Weight.THREE_DIGITS, "unit_id": None, "index": Decimal("78.66"), "grade": Grade.B,
            "respondents": 150, "source": "Laporan SKM 2024", **values,
        }
    )  # fmt: skip
    return add_reported(session, of.id, told, actor=SYSTEM, now=make.NOW)


def unguard(session: Session, *models: type[Base]) -> None:
    """Let rows be tampered with until the test ends, against which triggers guard the tables of these models."""
    for model in models:
        session.execute(sa.text(f"ALTER TABLE {model.__tablename__} DISABLE TRIGGER USER"))


def responses(session: Session, period: Period) -> Sequence[Response]:
    """What is stored of a period."""
    of = sa.and_(Response.agency_id == period.agency_id, Response.period_id == period.id)
    return session.scalars(sa.select(Response).where(of)).all()
