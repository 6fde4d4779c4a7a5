"""How long the office had each case in hand until the first reply and until it was closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from feedback_app.handling.clocks.in_force import Clocks, clocks_of
from feedback_app.handling.figures.counts import IN_HAND, STANDS, Asked, Scope
from feedback_app.handling.figures.office_time import Numbers, OfficeTime, local_seconds, office_time
from feedback_app.handling.figures.survival import Estimate, kaplan_meier
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.rules import CaseStatus, EventKind

_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Times:
    """The time to the first reply and to the closing of the cases that came in, in working days of the office."""

    reply: Estimate
    settlement: Estimate


@dataclass(frozen=True, slots=True)
class Cohort:
    """Cases that came in, one place each, and their turns: when each left the office's hands, or came back into them.

    Moments are seconds of the office's own time. `opened`, `replied` (NaN without) and `is_closed` have shape (n,); the
    turns shape (m,): of which case, when, and whether it left (1) or came back (-1). What is still in hand leaves now.
    """

    units: Sequence[int | None]
    opened: Numbers
    replied: Numbers
    is_closed: NDArray[np.bool_]
    turn_of: NDArray[np.int64]
    turn_at: Numbers
    turn_sign: Numbers


def times_of(session: Session, scope: Scope, asked: Asked) -> Times:
    """Return the curves of the cases that came in within a span, those still open counted as far as they went.

    Counted is the time in which a case was new, verified or in progress; while the citizen was asked or had the word,
    and while it was closed or put away, it was not in the office's hands. What was put away or withdrawn without an
    end is known only to have lasted so long.
    """
    clocks, scope = clocks_of(session, scope.agency_id), scope.looked_up(session)
    cohort = _cohort(session, scope, asked, clocks)
    to_reply, to_end = durations(cohort, _calendars(cohort, clocks, asked))
    return Times(kaplan_meier(to_reply, ~np.isnan(cohort.replied)), kaplan_meier(to_end, cohort.is_closed))


def durations(cohort: Cohort, calendars: Sequence[tuple[NDArray[np.bool_], OfficeTime]]) -> tuple[Numbers, Numbers]:
    """Return the working days in hand until the first reply (or until now, or the end) and in all, shape (n,) each.

    `calendars` gives each office's time with the places of the cases it holds for.
    """
    to_reply, to_end = np.zeros(len(cohort.opened)), np.zeros(len(cohort.opened))
    for places, office in calendars:
        counted_from = np.zeros(len(cohort.opened))
        counted_from[places] = office.counted_from(cohort.opened[places])
        mine = places[cohort.turn_of]
        of, sign = cohort.turn_of[mine], cohort.turn_sign[mine]
        at = np.maximum(cohort.turn_at[mine], cohort.opened[of])
        # What happens on the day of the receipt takes no time: the day after it is day 1.
        worth = sign * np.maximum(office.at(at) - counted_from[of], 0.0)
        to_end += np.bincount(of, worth, len(to_end))
        earlier = ~(at >= cohort.replied[of])
        before_reply = np.bincount(of[earlier], worth[earlier], len(to_end))
        in_hand = 1.0 - np.bincount(of[earlier], sign[earlier], len(to_end))
        answered = places & ~np.isnan(cohort.replied)
        replied = np.zeros(len(to_end))
        replied[answered] = np.maximum(office.at(cohort.replied[answered]) - counted_from[answered], 0.0)
        to_reply += np.where(answered, before_reply + in_hand * replied, before_reply)
    # Evenings and free days make many equal; sums of floats must not part them, for ends come before what goes on.
    return _rounded(to_reply), _rounded(to_end)


def _rounded(days: Numbers) -> Numbers:
    return np.round(np.clip(days, 0.0, None), _DECIMALS).astype(np.float64)


def _cohort(session: Session, scope: Scope, asked: Asked, clocks: Clocks) -> Cohort:
    zone = clocks.calendar.time_zone.key
    # Past the unit of work, which would look at each of many thousand rows for a thing it knows.
    cases = (
        session.connection()
        .execute(
            sa.select(
                Case.id, Case.unit_id, Case.status, _local(Case.opened_at, zone), _local(Case.first_replied_at, zone)
            ).where(scope.sees(), STANDS["came"](asked))
        )
        .all()
    )
    place_of = {case.id: place for place, case in enumerate(cases)}
    # A case may have been opened since the first question was asked.
    turns = [turn for turn in _turns(session, scope, asked, zone) if turn[0] in place_of]
    open_places = [place for place, case in enumerate(cases) if case.status in IN_HAND]
    now = local_seconds(asked.now, clocks.calendar)
    return Cohort(
        units=[case.unit_id for case in cases],
        opened=_numbers(case[3] for case in cases),
        replied=_numbers(np.nan if case[4] is None else min(case[4], now) for case in cases),
        is_closed=np.array([case.status is CaseStatus.CLOSED for case in cases], dtype=np.bool_),
        turn_of=np.array([*(place_of[turn[0]] for turn in turns), *open_places], dtype=np.int64),
        # Machines' clocks differ by a little: nothing happened later than now.
        turn_at=np.minimum(_numbers([*(turn[1] for turn in turns), *(now for _ in open_places)]), now),
        turn_sign=_numbers([*(1.0 if turn[2] else -1.0 for turn in turns), *(1.0 for _ in open_places)]),
    )


def _turns(session: Session, scope: Scope, asked: Asked, zone: str) -> Sequence[Any]:
    in_hand_before, in_hand_after = CaseEvent.from_status.in_(IN_HAND), CaseEvent.to_status.in_(IN_HAND)
    of_case = sa.and_(CaseEvent.agency_id == Case.agency_id, CaseEvent.case_id == Case.id)
    return session.connection().execute(
        sa.select(CaseEvent.case_id, _local(CaseEvent.at, zone), in_hand_before)
        .select_from(Case)
        .join(CaseEvent, of_case)
        .where(
            scope.sees(), STANDS["came"](asked), CaseEvent.kind == EventKind.MOVED,
            CaseEvent.from_status.is_not(None), in_hand_before != in_hand_after,
        )
    ).all()  # fmt: skip


def _local(moment: Any, zone: str) -> sa.ColumnElement[float]:
    return sa.cast(sa.func.extract("epoch", sa.func.timezone(zone, moment)), sa.Double)


def _numbers(values: Any) -> Numbers:
    return np.fromiter(values, dtype=np.float64)


def _calendars(cohort: Cohort, clocks: Clocks, asked: Asked) -> list[tuple[NDArray[np.bool_], OfficeTime]]:
    """Return each calendar by which one of the units works, and the places of their cases."""
    zone, starts_at = clocks.calendar.time_zone, asked.span.starts_at
    first_on, last_on = starts_at.astimezone(zone).date(), asked.now.astimezone(zone).date()
    of_unit = {unit_id: clocks.calendar_of(unit_id, starts_at) for unit_id in set(cohort.units)}
    kinds = list(dict.fromkeys(of_unit.values()))
    of_place = np.array([kinds.index(of_unit[unit_id]) for unit_id in cohort.units], dtype=np.int64)
    return [(of_place == place, office_time(calendar, first_on, last_on)) for place, calendar in enumerate(kinds)]
