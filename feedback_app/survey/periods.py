"""Set up a survey period: its name and days, its questionnaire, and how its figures are made."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.survey.elements import RULESETS, RuleSetCode, Weight
from feedback_app.survey.instrument_rules import mark_of
from feedback_app.survey.models import Instrument, Period, Target
from feedback_app.survey.rules import Averaging, MissingRule, PeriodState

NAME_MAX: Final = 120
SAMPLING_MAX: Final = 400
CODE: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CODE_MAX: Final = 40
LONGEST_DAYS: Final = 400
STATE_SENTENCES = {
    PeriodState.DRAFT: "Periode ini belum dibuka.",
    PeriodState.OPEN: "Periode ini sudah dibuka, sehingga itu tidak dapat diubah lagi.",
    PeriodState.CLOSED: "Periode ini sudah ditutup. Muat ulang halaman untuk melihat keadaannya.",
    PeriodState.REPORTED: "Periode ini berisi hasil dari sebelum platform ini, sehingga tidak dapat dibuka.",
}


class PeriodWordsError(InvalidInputError):
    """The name, code or days of a period cannot be kept as they are."""

    code = "survey_period_words"


class PeriodCodeTakenError(ConflictError):
    """Another period of the agency has this code."""

    code = "survey_period_code_taken"


class PeriodStateError(ConflictError):
    """The period is no longer (or not yet) in a state that allows this."""

    code = "survey_period_state"


class PeriodChangedError(ConflictError):
    """Somebody else has changed the period meanwhile."""

    code = "survey_period_changed"


@dataclass(frozen=True, slots=True)
class PeriodWanted:
    """A period as a form asks for it."""

    name: str
    code: str
    starts_on: date
    ends_on: date
    instrument_id: int
    weight: Weight = Weight.EXACT
    unit_averaging: Averaging = Averaging.MEAN
    agency_averaging: Averaging = Averaging.MEAN
    missing: MissingRule = MissingRule.PER_ELEMENT
    sampling: str = ""


def create(session: Session, agency_id: int, wanted: PeriodWanted, *, actor: Actor, now: datetime) -> Period:
    """Store the draft of a period.

    Raises
    ------
    PeriodWordsError, PeriodCodeTakenError
    """
    _check(session, agency_id, wanted)
    row = Period(
        agency_id=agency_id, state=PeriodState.DRAFT, created_at=now, created_by=actor.user_id, **asdict(wanted)
    )  # fmt: skip
    add_unless_taken(session, row, code_taken())
    note(session, row, "survey.create_period", actor, now)
    return row


def change(session: Session, period: Period, wanted: PeriodWanted, *, seen: str, actor: Actor, now: datetime) -> None:
    """Write a draft anew; `period` is locked by the caller.

    Raises
    ------
    PeriodStateError, PeriodChangedError, PeriodWordsError, PeriodCodeTakenError
    """
    need(period, PeriodState.DRAFT)
    if seen != seen_mark(period):
        raise PeriodChangedError("Periode ini baru saja diubah orang lain. Bandingkan, lalu simpan lagi.")
    _check(session, period.agency_id, wanted)
    taken = sa.select(sa.literal(1)).where(
        Period.agency_id == period.agency_id, Period.code == wanted.code, Period.id != period.id
    )
    if session.scalar(taken):
        raise code_taken()
    for name, value in asdict(wanted).items():
        setattr(period, name, value)
    session.flush()
    note(session, period, "survey.change_period", actor, now)


def remove(session: Session, period: Period, *, actor: Actor, now: datetime) -> None:
    """Delete a draft with whom it would have surveyed.

    Raises
    ------
    PeriodStateError
    """
    need(period, PeriodState.DRAFT)
    session.execute(sa.delete(Target).where(Target.agency_id == period.agency_id, Target.period_id == period.id))
    note(session, period, "survey.remove_period", actor, now)
    session.delete(period)
    session.flush()


def seen_mark(period: Period) -> str:
    """Return the mark of what a form shows of a period."""
    return mark_of(wanted_of(period))


def wanted_of(period: Period) -> PeriodWanted:
    """Return a stored period as a form would ask for it again."""
    return PeriodWanted(**{name: getattr(period, name) for name in PeriodWanted.__dataclass_fields__})


def code_taken() -> PeriodCodeTakenError:
    """Return the refusal of a code that another period has."""
    return PeriodCodeTakenError("Kode itu sudah dipakai periode lain. Pilih kode lain.")


def need(period: Period, *states: PeriodState) -> None:
    """Refuse what a period in this state does not allow.

    Raises
    ------
    PeriodStateError
    """
    if period.state not in states:
        raise PeriodStateError(STATE_SENTENCES[period.state])


def note(session: Session, period: Period, action: str, actor: Actor, now: datetime, **detail: int) -> None:
    """Record what was done to a period in the audit trail."""
    record(
        session, agency_id=period.agency_id, actor=actor, action=action, subject_type="skm_period",
        subject_id=period.id, now=now, **detail,
    )  # fmt: skip


def check_words(name: str, code: str, starts_on: date, ends_on: date) -> None:
    """Refuse a name, code or days that cannot be kept.

    Raises
    ------
    PeriodWordsError
    """
    if not 1 <= len(name) <= NAME_MAX:
        raise PeriodWordsError("Beri nama periode, paling banyak 120 huruf.")
    if len(code) > CODE_MAX or CODE.fullmatch(code) is None:
        raise PeriodWordsError("Kode periode berisi huruf kecil, angka, dan tanda hubung, misalnya 2026-s1.")
    check_days(starts_on, ends_on)


def _check(session: Session, agency_id: int, wanted: PeriodWanted) -> None:
    check_words(wanted.name, wanted.code, wanted.starts_on, wanted.ends_on)
    if len(wanted.sampling) > SAMPLING_MAX:
        raise PeriodWordsError("Teknik pengambilan sampel paling banyak 400 huruf.")
    instrument = session.get(Instrument, (agency_id, wanted.instrument_id))
    if instrument is None or instrument.ruleset is not RuleSetCode.PERMENPANRB_14_2017:
        raise PeriodWordsError("Pilih kuesioner dari daftar.")
    if wanted.weight not in RULESETS[instrument.ruleset].weights:
        raise PeriodWordsError("Pilih bobot dari daftar.")


def check_days(starts_on: date, ends_on: date) -> None:
    """Refuse days in the wrong order, or far more than the year in which a survey is due.

    Raises
    ------
    PeriodWordsError
    """
    if ends_on < starts_on:
        raise PeriodWordsError("Tanggal akhir tidak boleh sebelum tanggal mulai.")
    if (ends_on - starts_on).days > LONGEST_DAYS:
        raise PeriodWordsError("Satu periode paling lama 400 hari; survei diselenggarakan sedikitnya sekali setahun.")
