"""The follow-up plan (rencana tindak lanjut): what a unit does about the elements that its users rated lowest.

Source: PermenPANRB 14/2017, follow-up: the elements in the order of how low they are, with programme, quarter (TW I to
IV) and who answers for it. What is not done goes on into the next period's plan.
"""

from __future__ import annotations

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
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2200
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


class ActionWentOnError(ConflictError):
    """The row stands in a later plan now, and is followed there."""

    code = "action_went_on"


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


def ends_on(action: Action) -> date:
    """Return the last day of the last quarter of an action."""
    return quarter_ends(action.year, max(action.quarters))


def is_late(action: Action, day: date) -> bool:
    """Tell whether the last quarter of an action is over and it is neither done nor dropped."""
    return action.status not in ENDED and ends_on(action) < day


def plan(session: Session, period: Period, unit_id: int, planned: Planned, *, user_id: int, now: datetime) -> Action:
    """Add a row to the plan of a unit.

    Raises
    ------
    PlanClosedError
        The period is still open.
    UnusablePlanError
    """
    hold_closed(period)
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
    note(session, action, "", user_id=user_id, now=now, verb="plan")
    return action


def change(session: Session, action: Action, planned: Planned, *, version: int, user_id: int, now: datetime) -> None:
    """Change what a row says.

    Raises
    ------
    ActionChangedError, ActionWentOnError, UnusablePlanError
    """
    hold(session, action, version)
    for name, value in _columns(planned).items():
        setattr(action, name, value)
    action.version += 1
    note(session, action, "", user_id=user_id, now=now, verb="change")


def move(
    session: Session, action: Action, status: ActionStatus, words: str, *, version: int, user_id: int, now: datetime
) -> None:
    """Say how far an action is; that it is done or dropped needs a word on what was done, or why not.

    Raises
    ------
    ActionChangedError, ActionWentOnError, UnusablePlanError
    """
    hold(session, action, version)
    words = " ".join(words.split())
    if len(words) > NOTE_MAX:
        raise UnusablePlanError(f"Keterangan paling banyak {NOTE_MAX} huruf.")
    if status in ENDED and len(words) < NOTE_MIN:
        raise UnusablePlanError("Tulis keterangan: apa yang telah dilakukan, atau mengapa kegiatan dibatalkan.")
    if status is action.status and not words:
        raise UnusablePlanError("Pilih status lain, atau tulis keterangan kemajuannya.")
    set_status(session, action, status, words, user_id=user_id, now=now, verb="move")


def hold(session: Session, action: Action, version: int) -> None:
    """Refuse to touch a row that is not as it was seen, or that stands in a later plan.

    Raises
    ------
    ActionChangedError, ActionWentOnError
    """
    if action.version != version:
        raise ActionChangedError("Rekan Anda baru saja mengubah kegiatan ini. Periksa isinya, lalu simpan lagi.")
    later = sa.select(sa.literal(1)).where(
        Action.agency_id == action.agency_id, Action.unit_id == action.unit_id, Action.carried_from == action.id
    )
    if session.scalar(later):
        raise ActionWentOnError(
            "Kegiatan ini sudah dilanjutkan ke periode berikutnya. Perbarui di rencana periode itu."
        )


def set_status(
    session: Session, action: Action, status: ActionStatus, words: str, *, user_id: int, now: datetime, verb: str
) -> None:  # fmt: skip
    """Store how far a row is, with its event; the caller has checked that it may."""
    action.status = status
    action.version += 1
    note(session, action, words, user_id=user_id, now=now, verb=verb)


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
    if not FIRST_YEAR <= planned.year <= LAST_YEAR:
        raise UnusablePlanError("Tulis tahun pelaksanaan, misalnya 2026.")
    return {
        "element": planned.element, "programme": programme, "year": planned.year, "quarters": quarters,
        "responsible": responsible,
    }  # fmt: skip


def _elements() -> frozenset[str]:
    return frozenset(key for code in RuleSetCode for key in RULESETS[code].keys)


def hold_closed(period: Period) -> None:
    """Refuse a plan before there are results.

    Raises
    ------
    PlanClosedError
    """
    if period.state is not PeriodState.CLOSED:
        raise PlanClosedError("Rencana tindak lanjut disusun setelah periode survei ditutup dan hasilnya ada.")


def note(session: Session, action: Action, words: str, *, user_id: int, now: datetime, verb: str) -> None:
    """Store what happened to a row, and record it in the audit trail."""
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
