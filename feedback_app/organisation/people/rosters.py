"""Duty rosters: who served at which counter on which day, changed cell by cell; the past by two people."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.organisation.people.changes import Wish, ask
from feedback_app.organisation.people.concerned import employees_beside
from feedback_app.organisation.people.counters import UnknownCounterError
from feedback_app.organisation.people.models import Counter, DutyEntry, PeopleChange
from feedback_app.organisation.people.post_rules import OfficeMoment, past_of
from feedback_app.organisation.people.roster_queries import duty_between, fingerprint, is_on_staff, staff_on
from feedback_app.organisation.people.rules import ChangeKind

AT_A_COUNTER_MAX: Final = 6
CELLS_MAX: Final = 5000
DAYS_AHEAD_MAX: Final = 366

Cell = tuple[int, date]
Duty = tuple[int, date, int]
"""A counter, a day, an employee."""


class StaleRosterError(ConflictError):
    """Somebody else changed the roster meanwhile."""

    code = "stale_roster"


class NotOnStaffError(InvalidInputError):
    """Somebody on the roster holds no post in the unit on that day."""

    code = "not_on_staff"


class RosterTooLargeError(InvalidInputError):
    """More cells, days ahead or people at a counter than a roster holds."""

    code = "roster_too_large"


@dataclass(frozen=True, slots=True)
class RosterChange:
    """What became of a change: entries that came and went at once, and what waits for a second person."""

    added: int
    removed: int
    waiting: PeopleChange | None


def replace_duty(
    session: Session, agency_id: int, unit_id: int, wanted: Mapping[Cell, Collection[int]], *, actor: Actor,
    at: OfficeMoment, reason: str = "", seen: str | None = None, import_id: int | None = None,
) -> RosterChange:  # fmt: skip
    """Let exactly these employees stand in the cells named; other cells stay as they are.

    Cells of today and later change at once; those of days gone by wait for a second person, all in one change.

    Parameters
    ----------
    wanted
        The employees of each (counter, day) to be changed.
    seen
        The `fingerprint` of the entries from the first to the last of these days, as their author had them.

    Raises
    ------
    StaleRosterError
        The roster is not what the author saw.
    UnknownCounterError, NotOnStaffError, RosterTooLargeError
    feedback_app.organisation.people.changes.MissingReasonError
        Days gone by change, and nobody said why.
    """
    if not wanted:
        return RosterChange(0, 0, None)
    _check_size(wanted, at.today)
    first, last = min(day for _, day in wanted), max(day for _, day in wanted)
    _lock(session, agency_id, unit_id, {counter_id for counter_id, _ in wanted})
    standing = duty_between(session, agency_id, unit_id, first, last)
    if seen is not None and seen != fingerprint(standing):
        raise StaleRosterError("Jadwal ini sudah diubah orang lain sejak Anda membukanya. Periksa lalu simpan lagi.")
    have = {(e.counter_id, e.on_date, e.employee_id) for e in standing if (e.counter_id, e.on_date) in wanted}
    want = {(counter, day, employee) for (counter, day), people in wanted.items() for employee in people}
    _check_staff(session, agency_id, unit_id, want - have, first, last)
    is_past = _past_cells(wanted, at)
    now_add, now_remove = ({d for d in part if d[:2] not in is_past} for part in (want - have, have - want))
    _apply(session, agency_id, unit_id, now_add, now_remove, actor, at.now, import_id)
    past_add, past_remove = ((part - done) for part, done in ((want - have, now_add), (have - want, now_remove)))
    waiting = None
    if past_add or past_remove:
        waiting = _ask(session, agency_id, unit_id, past_add, past_remove, actor, at, reason, import_id)
    return RosterChange(len(now_add), len(now_remove), waiting)


def apply_change(session: Session, change: PeopleChange, *, actor: Actor, now: datetime) -> None:
    """Carry out a change of a roster that was approved.

    Raises
    ------
    StaleRosterError
        An entry it speaks of was changed since.
    """
    kept = change.payload
    add, remove = ({_read(one) for one in kept[part]} for part in ("add", "remove"))
    unit_id, days = kept["unit_id"], [day for _, day, _ in add | remove]
    _lock(session, change.agency_id, unit_id, {counter for counter, _, _ in add | remove})
    standing = duty_between(session, change.agency_id, unit_id, min(days), max(days))
    have = {(entry.counter_id, entry.on_date, entry.employee_id) for entry in standing}
    if add & have or remove - have:
        raise StaleRosterError(
            "Jadwal itu sudah berubah sejak permintaan dibuat. Tolak permintaan ini dan ajukan lagi."
        )
    author = Actor(actor.kind, change.requested_by)
    _apply(session, change.agency_id, unit_id, add, remove, author, now, change.import_id)


def _check_size(wanted: Mapping[Cell, Collection[int]], today: date) -> None:
    if len(wanted) > CELLS_MAX:
        raise RosterTooLargeError(f"Satu kali simpan memuat paling banyak {CELLS_MAX} kotak jadwal. Bagi berkasnya.")
    if any(len(people) > AT_A_COUNTER_MAX for people in wanted.values()):
        raise RosterTooLargeError(f"Satu loket dijaga paling banyak {AT_A_COUNTER_MAX} orang dalam sehari.")
    if max(day for _, day in wanted) > today + timedelta(days=DAYS_AHEAD_MAX):
        raise RosterTooLargeError("Jadwal dapat diisi paling jauh satu tahun ke depan.")


def _lock(session: Session, agency_id: int, unit_id: int, counter_ids: set[int]) -> None:
    """Let changes of one counter's roster come one after the other."""
    query = sa.select(Counter.id).where(
        Counter.agency_id == agency_id, Counter.unit_id == unit_id, Counter.id.in_(counter_ids)
    )
    found = set(session.scalars(query.order_by(Counter.id).with_for_update()))
    if found != counter_ids:
        raise UnknownCounterError("Loket itu tidak ada di unit ini. Pilih dari daftar.")


def _check_staff(session: Session, agency_id: int, unit_id: int, added: set[Duty], first: date, last: date) -> None:
    staff = staff_on(session, agency_id, unit_id, first, last)
    if any(not is_on_staff(staff, employee_id, day) for _, day, employee_id in added):
        raise NotOnStaffError(
            "Jadwal memuat orang yang tidak bertugas di unit ini pada hari itu. Catat penugasannya lebih dahulu."
        )


def _past_cells(wanted: Mapping[Cell, Collection[int]], at: OfficeMoment) -> frozenset[Cell]:
    return frozenset(cell for cell in wanted if past_of([(cell[1], cell[1])], at))


def _ask(
    session: Session, agency_id: int, unit_id: int, add: set[Duty], remove: set[Duty], actor: Actor, at: OfficeMoment,
    reason: str, import_id: int | None,
) -> PeopleChange:  # fmt: skip
    both = add | remove
    touches = (min(day for _, day, _ in both), max(day for _, day, _ in both))
    concerned = employees_beside(session, agency_id, {unit_id}, touches) | {employee for _, _, employee in both}
    people = {employee for _, _, employee in both}
    wish = Wish(
        agency_id=agency_id, kind=ChangeKind.DUTY, touches=touches, concerned=concerned, reason=reason,
        payload={"unit_id": unit_id, "add": _written(add), "remove": _written(remove)},
        employee_id=people.pop() if len(people) == 1 else None, import_id=import_id,
    )  # fmt: skip
    return ask(session, wish, actor=actor, now=at.now)


def _apply(
    session: Session, agency_id: int, unit_id: int, add: set[Duty], remove: set[Duty], actor: Actor, now: datetime,
    import_id: int | None,
) -> None:  # fmt: skip
    if remove:
        keys = sa.tuple_(DutyEntry.counter_id, DutyEntry.on_date, DutyEntry.employee_id)
        session.execute(
            sa.update(DutyEntry)
            .where(DutyEntry.agency_id == agency_id, DutyEntry.superseded_at.is_(None), keys.in_(sorted(remove)))
            .values(superseded_at=now, superseded_by=actor.user_id)
            .execution_options(synchronize_session="fetch")
        )
    rows = [
        {"agency_id": agency_id, "unit_id": unit_id, "counter_id": counter, "on_date": day, "employee_id": employee,
         "recorded_at": now, "recorded_by": actor.user_id, "import_id": import_id}
        for counter, day, employee in sorted(add)
    ]  # fmt: skip
    if rows:
        session.execute(sa.insert(DutyEntry), rows)
    if add or remove:
        days = [day for _, day, _ in add | remove]
        record(
            session, agency_id=agency_id, actor=actor, action="organisation.change_roster", subject_type="unit",
            subject_id=unit_id, now=now, added=len(add), removed=len(remove), first=min(days).isoformat(),
            last=max(days).isoformat(),
        )  # fmt: skip


def _written(duties: set[Duty]) -> list[list[object]]:
    return [[counter, day.isoformat(), employee] for counter, day, employee in sorted(duties)]


def _read(kept: Sequence[object]) -> Duty:
    counter, day, employee = kept
    return int(str(counter)), date.fromisoformat(str(day)), int(str(employee))
