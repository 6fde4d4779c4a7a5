"""What can be asked of the board: every unit on one line, and everything about one part of the tree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.board.area import Area, BoardUnit
from feedback_app.evaluation.board.control_charts import BASE_MAX, JUDGED, Chart, Signal, mean_chart, share_chart
from feedback_app.evaluation.board.models import BoardLot
from feedback_app.evaluation.board.response import Response, UnitResponse, response
from feedback_app.evaluation.board.rules import SHARE_MIN, Batch, by_week, complete, week_of
from feedback_app.evaluation.board.silence import ReceiptAlarm, receipt_alarms, silent_units
from feedback_app.evaluation.board.training import TrainingNeed, training_needs
from feedback_app.evaluation.board.trends import Span, Voices, voices, window_of

METHOD: Final = "board/1"
WEEKS: Final = 53


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit: its newest point with its signals, how far it is heard, whether it is silent."""

    unit: BoardUnit
    chart: Chart
    response: UnitResponse | None
    is_silent: bool
    has_alarm: bool

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Return the signals of the newest point."""
        return self.chart.newest()

    @property
    def needs_attention(self) -> bool:
        """Tell whether a leader should look here first."""
        low = self.response is not None and self.response.is_low
        return bool(self.signals) or self.is_silent or self.has_alarm or low


@dataclass(frozen=True, slots=True)
class Board:
    """A part of an agency on one day. `read_until` is the moment up to which the charts have read."""

    area: Area
    unit_ids: tuple[int, ...]
    day: date
    read_until: datetime | None
    means: Chart
    shares: Chart
    rows: tuple[UnitRow, ...]
    voices: Voices
    needs: tuple[TrainingNeed, ...]
    response: Response
    silent: tuple[int, ...]
    alarms: tuple[ReceiptAlarm, ...]

    def attention(self) -> list[UnitRow]:
        """Return the units to look at first, by name."""
        return [row for row in self.rows if row.needs_attention]


def board(session: Session, area: Area, unit_ids: Sequence[int], day: date, *, span: Span = Span.QUARTER) -> Board:
    """Return the board of some units of an area, as the daily figures stand."""
    agency_id = area.agency_id
    lots, read_until = _lots(session, agency_id, unit_ids, day)
    heard = response(session, area, unit_ids, day)
    silent = silent_units(session, agency_id, unit_ids, day)
    alarms = receipt_alarms(session, agency_id, unit_ids, day)
    spoken = voices(session, agency_id, unit_ids, window_of(span, day))
    return Board(
        area=area, unit_ids=tuple(unit_ids), day=day, read_until=read_until,
        means=mean_chart(by_week(lots)), shares=share_chart(complete(lots, SHARE_MIN)),
        rows=_rows(session, area, unit_ids, day, heard, set(silent), {alarm.unit_id for alarm in alarms}),
        voices=spoken, needs=tuple(training_needs(spoken)), response=heard, silent=tuple(silent), alarms=tuple(alarms),
    )  # fmt: skip


def _rows(
    session: Session,
    area: Area,
    unit_ids: Sequence[int],
    day: date,
    heard: Response,
    silent: set[int],
    alarmed: set[int],
) -> tuple[UnitRow, ...]:
    weeks = _weeks_by_unit(session, area.agency_id, unit_ids, day)
    responses = {one.unit_id: one for one in heard.units}
    wanted = set(unit_ids)
    return tuple(
        UnitRow(unit, mean_chart(weeks.get(unit.id, [])), responses.get(unit.id), unit.id in silent, unit.id in alarmed)
        for unit in area.units.values()
        if unit.id in wanted
    )


_WEEK = sa.cast(sa.func.date_trunc("week", BoardLot.last_on), sa.Date)
# Of 64-bit numbers PostgreSQL makes a decimal sum, which takes twice as long; no lot needs more than 32 bits.
_SUMS = (
    sa.func.min(BoardLot.first_on),
    sa.func.max(BoardLot.last_on),
    *(
        sa.func.sum(sa.cast(column, sa.Integer))
        for column in (BoardLot.n, BoardLot.n_low, BoardLot.total, BoardLot.total_squares)
    ),
)


def _of(agency_id: int, unit_ids: Sequence[int], day: date, weeks: int) -> list[sa.ColumnElement[bool]]:
    first = week_of(day) - timedelta(weeks=weeks - 1)
    return [BoardLot.agency_id == agency_id, BoardLot.unit_id.in_(unit_ids), BoardLot.last_on >= first]


def _lots(
    session: Session, agency_id: int, unit_ids: Sequence[int], day: date
) -> tuple[list[Batch], datetime | None]:  # fmt: skip
    """Return the lots of some units together, in the order in which they were closed, and when the last one was.

    Lots closed in one run belong together, week by week: such a sum never changes, as the lots in it never do.
    """
    rows = session.execute(
        sa.select(BoardLot.read_until, *_SUMS)
        .where(*_of(agency_id, unit_ids, day, WEEKS))
        .group_by(BoardLot.read_until, _WEEK)
        .order_by(BoardLot.read_until, _WEEK)
    ).all()
    return [_batch(row[1:]) for row in rows], max((row[0] for row in rows), default=None)


def _weeks_by_unit(session: Session, agency_id: int, unit_ids: Sequence[int], day: date) -> dict[int, list[Batch]]:
    rows = session.execute(
        sa.select(BoardLot.unit_id, *_SUMS)
        .where(*_of(agency_id, unit_ids, day, BASE_MAX + JUDGED))
        .group_by(BoardLot.unit_id, _WEEK)
        .order_by(BoardLot.unit_id, _WEEK)
    )
    found: dict[int, list[Batch]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(_batch(row[1:]))
    return found


def _batch(numbers: Sequence[Any]) -> Batch:
    first_on, last_on, *sums = numbers
    return Batch(first_on, last_on, *sums)
