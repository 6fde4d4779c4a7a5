"""The follow-up plan (rencana tindak lanjut): what a unit does about the elements that its users rated lowest.

Source: PermenPANRB 14/2017, follow-up: the elements in the order of how low they are, with programme, quarter (TW I to
IV) and who answers for it. What is not done goes on into the next period's plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person, record
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.survey.elements import RULESETS, RuleSetCode
from feedback_app.survey.models import Period
from feedback_app.survey.result_models import Action, ActionEvent
from feedback_app.survey.rules import ActionStatus, PeriodState

PROGRAMME_MIN: Final = 5
PROGRAMME_MAX: Final = 500
RESPONSIBLE_MIN: Final = 2
RESPONSIBLE_MAX: Final = 200
NOTE_MIN: Final = 5
NOTE_MAX: Final = 1000
MOST_ACTIONS: Final = 60
ENDED: Final = frozenset({ActionStatus.DONE, ActionStatus.DROPPED})


class UnusablePlanError(InvalidInputError):
    """A row of the plan lacks something, or says something impossible."""

    code = "unusable_plan"


class UnknownActionError(NotFoundError):
    """No such row in the plan of this unit."""

    code = "unknown_action"


class ActionChangedError(ConflictError):
    """Somebody else changed the row since it was opened."""

    code = "action_changed"


class PlanClosedError(ConflictError):
    """The period has no results yet, so that there is nothing to follow up."""

    code = "plan_closed"


@dataclass(frozen=True, slots=True)
class Planned:
    """One row of a plan: `quarters` from 1 to 4, in the year."""

    element: str
    programme: str
    year: int
    quarters: tuple[int, ...]
    responsible: str


def quarter_ends(year: int, quarter: int) -> date:
    """Return the last day of a quarter.

    >>> quarter_ends(2026, 1).isoformat(), quarter_ends(2026, 4).isoformat()
    ('2026-03-31', '2026-12-31')
    """
    return date(year, quarter * 3, 31 if quarter in (1, 4) else 30)


def is_late(action: Action, day: date) -> bool:
    """Tell whether the last quarter of an action is over and it is neither done nor dropped."""
    return action.status not in ENDED and quarter_ends(action.year, max(action.quarters)) < day


def plan(session: Session, period: Period, unit_id: int, planned: Planned, *, user_id: int, now: datetime) -> Action:
    """Add a row to the plan of a unit.

    Raises
    ------
    PlanClosedError
        The period is still open.
    UnusablePlanError
    """
    _closed(period)
    rows = session.scalar(
        sa.select(sa.func.count()).where(
            Action.agency_id == period.agency_id, Action.period_id == period.id, Action.unit_id == unit_id
        )
    )
    if (rows or 0) >= MOST_ACTIONS:
        raise UnusablePlanError(f"Paling banyak {MOST_ACTIONS} kegiatan untuk satu unit dan periode.")
    action = Action(
        agency_id=period.agency_id, period_id=period.id, unit_id=unit_id, created_at=now, created_by=user_id,
        status=ActionStatus.PLANNED, version=1, **_columns(planned),
    )  # fmt: skip
    session.add(action)
    session.flush()
    _note(session, action, "", user_id=user_id, now=now, verb="plan")
    return action


def change(session: Session, action: Action, planned: Planned, *, version: int, user_id: int, now: datetime) -> None:
    """Change what a row says.

    Raises
    ------
    ActionChangedError, UnusablePlanError
    """
    _unchanged(action, version)
    for name, value in _columns(planned).items():
        setattr(action, name, value)
    action.version += 1
    _note(session, action, "", user_id=user_id, now=now, verb="change")


def move(
    session: Session, action: Action, status: ActionStatus, note: str, *, version: int, user_id: int, now: datetime
) -> None:
    """Say how far an action is; that it is done or dropped needs a word on what was done, or why not.

    Raises
    ------
    ActionChangedError, UnusablePlanError
    """
    _unchanged(action, version)
    words = " ".join(note.split())
    if len(words) > NOTE_MAX:
        raise UnusablePlanError(f"Keterangan paling banyak {NOTE_MAX} huruf.")
    if status in ENDED and len(words) < NOTE_MIN:
        raise UnusablePlanError("Tulis keterangan: apa yang telah dilakukan, atau mengapa kegiatan dibatalkan.")
    if status is action.status and not words:
        raise UnusablePlanError("Pilih status lain, atau tulis keterangan kemajuannya.")
    action.status = status
    action.version += 1
    _note(session, action, words, user_id=user_id, now=now, verb="move")


def carry(
    session: Session, earlier: Period, later: Period, unit_id: int, *, user_id: int, now: datetime
) -> Sequence[Action]:
    """Take what is not done into the plan of a later period; return the new rows. Each goes on once.

    Raises
    ------
    PlanClosedError
        The later period has no results yet.
    """
    _closed(later)
    gone_on = sa.select(Action.carried_from).where(
        Action.agency_id == later.agency_id, Action.period_id == later.id, Action.carried_from.is_not(None)
    )
    left = session.scalars(
        sa.select(Action)
        .where(
            Action.agency_id == earlier.agency_id, Action.period_id == earlier.id, Action.unit_id == unit_id,
            Action.status.not_in(ENDED), Action.id.not_in(gone_on),
        )
        .order_by(Action.id)
        .with_for_update()
    ).all()  # fmt: skip
    return [_carried(session, old, later, user_id=user_id, now=now) for old in left]


def _carried(session: Session, old: Action, later: Period, *, user_id: int, now: datetime) -> Action:
    new = Action(
        agency_id=old.agency_id, period_id=later.id, unit_id=old.unit_id, element=old.element,
        programme=old.programme, year=old.year, quarters=list(old.quarters), responsible=old.responsible,
        status=old.status, carried_from=old.id, version=1, created_at=now, created_by=user_id,
    )  # fmt: skip
    session.add(new)
    session.flush()
    _note(session, new, "", user_id=user_id, now=now, verb="carry")
    return new


def _columns(planned: Planned) -> dict[str, object]:
    programme, responsible = " ".join(planned.programme.split()), " ".join(planned.responsible.split())
    if planned.element not in _elements():
        raise UnusablePlanError("Pilih unsur yang akan diperbaiki.")
    if not PROGRAMME_MIN <= len(programme) <= PROGRAMME_MAX:
        raise UnusablePlanError(f"Tulis program atau kegiatan, {PROGRAMME_MIN} sampai {PROGRAMME_MAX} huruf.")
    if not RESPONSIBLE_MIN <= len(responsible) <= RESPONSIBLE_MAX:
        raise UnusablePlanError("Tulis penanggung jawab: jabatan atau nama.")
    quarters = sorted(set(planned.quarters))
    if not quarters or not set(quarters) <= {1, 2, 3, 4}:
        raise UnusablePlanError("Pilih paling sedikit satu triwulan.")
    if not 2000 <= planned.year <= 2200:
        raise UnusablePlanError("Tulis tahun pelaksanaan, misalnya 2026.")
    return {
        "element": planned.element, "programme": programme, "year": planned.year, "quarters": quarters,
        "responsible": responsible,
    }  # fmt: skip


def _elements() -> frozenset[str]:
    return frozenset(key for code in RuleSetCode for key in RULESETS[code].keys)


def _closed(period: Period) -> None:
    if period.state is not PeriodState.CLOSED:
        raise PlanClosedError("Rencana tindak lanjut disusun setelah periode survei ditutup dan hasilnya ada.")


def _unchanged(action: Action, version: int) -> None:
    if action.version != version:
        raise ActionChangedError("Rekan Anda baru saja mengubah kegiatan ini. Periksa isinya, lalu simpan lagi.")


def _note(session: Session, action: Action, words: str, *, user_id: int, now: datetime, verb: str) -> None:
    session.add(
        ActionEvent(
            agency_id=action.agency_id, action_id=action.id, status=action.status, note=words, happened_at=now,
            actor_id=user_id,
        )
    )  # fmt: skip
    session.flush()
    record(
        session, agency_id=action.agency_id, actor=person(user_id), action=f"survey.{verb}_action",
        subject_type="skm_action", subject_id=action.id, now=now, period=action.period_id, unit=action.unit_id,
        status=action.status.value,
    )  # fmt: skip
