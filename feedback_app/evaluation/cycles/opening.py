"""Open a cycle: a whole period of the calendar, a method, and what counts as a difference."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.evaluation.cycles.rules import period_between
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import DELTA_IN_TAU, METHOD_VERSION, CycleKind, CycleStatus
from feedback_app.evaluation.score.methods import METHODS

DELTA_IN_TAU_MAX = 2.0


class CycleExistsError(ConflictError):
    """The agency has a cycle of this name."""

    code = "cycle_exists"


class CycleMethodError(InvalidInputError):
    """No such method, or a band as wide as no agency's people differ."""

    code = "cycle_method"


def open_cycle(
    session: Session,
    *,
    agency_id: int,
    name: str,
    kind: CycleKind,
    starts_on: date,
    ends_on: date,
    actor: Actor,
    now: datetime,
    method: str = METHOD_VERSION,
    delta_in_tau: float = DELTA_IN_TAU,
) -> Cycle:
    """Open an evaluation period. Several may be open over the same days, under names of their own.

    Parameters
    ----------
    delta_in_tau
        Half the width of the band "as expected", in standard deviations between people; above 0, at most 2.

    Raises
    ------
    feedback_app.evaluation.cycles.rules.CycleDatesError
    CycleExistsError, CycleMethodError
    """
    period_between(kind, starts_on, ends_on)
    _check_method(method, delta_in_tau)
    cycle = Cycle(
        agency_id=agency_id, name=name.strip(), kind=kind, starts_on=starts_on, ends_on=ends_on,
        status=CycleStatus.DRAFT, method_version=method, delta_in_tau=delta_in_tau, opened_by=actor.user_id,
        opened_at=now,
    )  # fmt: skip
    add_unless_taken(session, cycle, CycleExistsError("Siklus dengan nama ini sudah ada. Pakai nama lain."))
    record(
        session, agency_id=agency_id, actor=actor, action="evaluation.open_cycle", subject_type="cycle",
        subject_id=cycle.id, now=now, method_version=method,
    )  # fmt: skip
    return cycle


def _check_method(method: str, delta_in_tau: float) -> None:
    if method not in known_methods():
        raise CycleMethodError("Metode itu tidak ada. Pilih metode dari daftar.")
    if not 0 < delta_in_tau <= DELTA_IN_TAU_MAX:
        raise CycleMethodError("Lebar batas “sesuai ekspektasi” harus lebih dari 0 dan paling besar 2.")


def known_methods() -> tuple[str, ...]:
    """Return the methods a cycle can be computed with, the one proposed first."""
    return (METHOD_VERSION, *(method for method in METHODS if method != METHOD_VERSION))
