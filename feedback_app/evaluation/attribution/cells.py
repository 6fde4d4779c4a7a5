"""The ratings a cycle reads, by unit, service, counter, run of days and channel, as columns in memory.

They are the daily figures without what was read after the cycle's cut-off and without what a person decided to leave
out. What was left out, and what is set aside as odd, stand in parts of their own beside them. All that follows reads
these columns only, so baselines, people and totals speak of the same ratings whatever the drain does meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.cut import ODD, Cut, left_out_ratings, odd_ratings, set_aside_ratings
from feedback_app.evaluation.attribution.grouping import Groups, IntArray, Mask, below, place_in, taken
from feedback_app.evaluation.attribution.levels import UNDECLARED, LevelSpan
from feedback_app.evaluation.attribution.reading import columns_of
from feedback_app.evaluation.attribution.tables import (
    ASIDE,
    CHANNEL_CODE,
    COUNTED,
    PARTS,
    PROVEN,
    Days,
    Duty,
    SegmentTable,
    stratum_of,
)
from feedback_app.measures.models import PORTAL_RATING
from feedback_app.organisation.people.rules import AttributionLevel

_LEVELS: Final = tuple(AttributionLevel)
_BY_COUNTER, _NOT_FOR_PEOPLE = _LEVELS.index(AttributionLevel.COUNTER), _LEVELS.index(AttributionLevel.UNIT)
_COLUMNS: Final = (
    "unit_id", "coalesce(service_id, 0)", "coalesce(counter_id, 0)", "day - %(starts_on)s::date", CHANNEL_CODE,
    "n", "total", "total_squares",
)  # fmt: skip
_DAILY: Final = f"""
    FROM daily_measures
    WHERE agency_id = %(agency_id)s AND day BETWEEN %(starts_on)s AND %(ends_on)s AND element = '{PORTAL_RATING}'
"""
_NEWER: Final = """
    FROM labels l JOIN submissions s ON s.agency_id = l.agency_id AND s.id = l.submission_id
    WHERE l.agency_id = %(agency_id)s AND l.labelled_at > %(until)s AND s.rating IS NOT NULL
      AND s.occurred_on BETWEEN %(starts_on)s AND %(ends_on)s
"""
_NEWER_COLUMNS: Final = (
    "s.unit_id", "coalesce(s.service_id, 0)", "coalesce(s.counter_id, 0)", "s.occurred_on - %(starts_on)s::date",
    CHANNEL_CODE.replace("channel", "s.channel"), "-1", "-s.rating", "-s.rating * s.rating",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pieces:
    """Ratings of one day, or taken away from it; with an `only` they change what counts for that person alone."""

    unit: IntArray
    service: IntArray
    counter: IntArray
    day: IntArray
    channel: IntArray
    part: IntArray
    only: IntArray
    n: IntArray
    total: IntArray
    total_squares: IntArray

    @property
    def stratum(self) -> IntArray:
        """Return what each is compared with, as `stratum_of` says."""
        return stratum_of(self.service, self.unit)


@dataclass(frozen=True, slots=True)
class Cells(Pieces):
    """The ratings of a run of days, within which (and within a month) nobody who answers for them comes or goes.

    `days` has a bit for each day of the month with ratings, `day` is the first of them. `scope` is whose people answer
    (see `SegmentTable`), `run` numbers those runs, -1 where nobody has a post at all. `on_duty` says that the counter
    record names somebody, `for_people` that the unit's level lays ratings upon people, `is_held` that anybody answers.
    """

    days: IntArray
    scope: IntArray
    run: IntArray
    on_duty: Mask
    for_people: Mask
    is_held: Mask


def read_cells(
    session: Session, cut: Cut, days: Days, segments: SegmentTable, levels: Sequence[LevelSpan], duty: Duty
) -> Cells:
    """Read the ratings of a cycle, with who may answer for each cell at all."""
    return _placed(below(_counted(session, cut), _pieces_beside(session, cut)), days, segments, levels, duty)


def _counted(session: Session, cut: Cut) -> Pieces:
    """Return the daily figures; what was read too late, or was left out for everybody, is taken away from its day."""
    found = _of_columns(columns_of(session, _COLUMNS, _DAILY, cut.values()))
    newer = _of_columns(columns_of(session, _NEWER_COLUMNS, _NEWER, cut.values()))
    for_everybody = [row for row in session.execute(left_out_ratings(cut)) if row.employee_id is None]
    less = below(newer, _of_ratings(cut, ((row, COUNTED, 0, -1) for row in for_everybody)))
    if not less.n.size:
        return found
    both = below(found, less)
    same = Groups(both.stratum, both.counter, both.day, both.channel)
    added = {name: same.added(getattr(both, name)) for name in ("n", "total", "total_squares")}
    names = ("unit", "service", "counter", "day", "channel", "part", "only")
    left = Pieces(**{name: same.first(getattr(both, name)) for name in names}, **added)
    return taken(left, left.n > 0)


def _of_columns(columns: list[IntArray]) -> Pieces:
    unit, service, counter, day, channel, *sums = columns
    none = np.zeros_like(unit)
    return Pieces(unit, service, counter, day, channel, none + COUNTED, none, *sums)


def _of_ratings(cut: Cut, ratings: Iterable[tuple[Any, int, int, int]]) -> Pieces:
    """Return proven ratings one by one: each with its part, for whom (0: all), and if it comes (1) or goes (-1)."""
    rows = [
        (
            row.unit_id, row.service_id or 0, row.counter_id or 0, (row.day - cut.starts_on).days, PROVEN, part, only,
            sign, sign * row.rating, sign * row.rating**2,
        )
        for row, part, only, sign in ratings
    ]  # fmt: skip
    return Pieces(*np.array(rows, dtype=np.int64).reshape(-1, 10).T)


def _pieces_beside(session: Session, cut: Cut) -> Pieces:
    """Return what was left out, for all or for one, and what is set aside; for one it goes from what counts, too."""
    left_out = session.execute(left_out_ratings(cut)).all()
    set_aside = _set_aside(session, cut)
    aside = {row.id for row in set_aside}
    for_one = [row for row in left_out if row.employee_id is not None]
    return _of_ratings(
        cut,
        [
            *((row, PARTS.index(row.reason), row.employee_id or 0, 1) for row in left_out),
            *((row, COUNTED, row.employee_id, -1) for row in for_one),
            *((row, ASIDE, 0, 1) for row in set_aside),
            *((row, ASIDE, row.employee_id, -1) for row in for_one if row.id in aside),
        ],
    )


def _set_aside(session: Session, cut: Cut) -> Sequence[Any]:
    # A second cycle may be computed in the same transaction, so the table of the first has to go.
    session.execute(sa.text(f"DROP TABLE IF EXISTS pg_temp.{ODD}"))
    session.execute(sa.text(f"CREATE TEMPORARY TABLE {ODD} (id bigint) ON COMMIT DROP"))
    table = sa.table(ODD, sa.column("id"), schema="pg_temp")
    session.execute(sa.insert(table).from_select(["id"], odd_ratings(cut)))
    session.execute(sa.text(f"ANALYZE pg_temp.{ODD}"))
    return session.execute(set_aside_ratings(cut)).all()


def _placed(pieces: Pieces, days: Days, segments: SegmentTable, levels: Sequence[LevelSpan], duty: Duty) -> Cells:
    level = _levels(pieces, days, levels)
    on_duty = (pieces.counter > 0) & (level == _BY_COUNTER)
    on_duty[on_duty] = np.isin(days.keyed(pieces.counter[on_duty], pieces.day[on_duty]), duty.key)
    runs = _Runs(segments, days)
    scope = runs.scope_of(pieces)
    run, by_day, is_held = runs.of(scope, pieces.day)
    read: dict[str, Any] = {name: getattr(pieces, name) for name in Pieces.__dataclass_fields__}
    cells = Cells(
        **read, days=days.bits[pieces.day], scope=scope, run=run, on_duty=on_duty,
        for_people=level != _NOT_FOR_PEOPLE, is_held=on_duty | is_held,
    )  # fmt: skip
    # Days that have to stay apart are numbered above the first days of runs.
    slot = np.where(on_duty | by_day, len(days.dates) + pieces.day, runs.first_day(run, pieces.day))
    return _summed(cells, slot)


def _summed(cells: Cells, slot: IntArray) -> Cells:
    """Put the days of each slot together."""
    alike = Groups(
        cells.stratum, cells.counter, cells.channel, cells.part, cells.only, slot, cells.on_duty.astype(np.int64),
        cells.for_people.astype(np.int64),
    )  # fmt: skip
    changed = {name: alike.added(getattr(cells, name)) for name in ("n", "total", "total_squares")}
    changed |= {"day": alike.least(cells.day), "days": alike.bits(cells.days)}
    same = {name: alike.first(getattr(cells, name)) for name in Cells.__dataclass_fields__ if name not in changed}
    return Cells(**same, **changed)


def _levels(pieces: Pieces, days: Days, spans: Sequence[LevelSpan]) -> IntArray:
    """Return the declared level of each piece's unit and day, as its place in `AttributionLevel`."""
    undeclared = np.full(pieces.unit.size, _LEVELS.index(UNDECLARED), dtype=np.int64)
    if not spans:
        return undeclared
    unit = np.array([span.unit_id for span in spans], dtype=np.int64)
    firsts = days.keyed(unit, days.numbers(span.starts_on for span in spans))
    order = np.argsort(firsts)
    last = days.keyed(unit, days.numbers(span.ends_on for span in spans))[order]
    level = np.array([_LEVELS.index(span.level) for span in spans], dtype=np.int64)[order]
    key = days.keyed(pieces.unit, pieces.day)
    place = np.maximum(np.searchsorted(firsts[order], key, side="right") - 1, 0)
    return np.where((firsts[order][place] <= key) & (key <= last[place]), level[place], undeclared)


class _Runs:
    """The runs of days in which nobody of a unit's or a service's people comes or goes."""

    def __init__(self, segments: SegmentTable, days: Days) -> None:
        self.days = days
        self.scopes, scope = np.unique(segments.scope, return_inverse=True)
        self.by_day = np.bincount(scope, weights=segments.is_double, minlength=self.scopes.size) > 0
        every = np.repeat(np.arange(self.scopes.size), days.month_starts.size)
        months = days.keyed(every, np.tile(days.month_starts, self.scopes.size))
        ends = segments.last + 1 < len(days.dates)
        changes = (days.keyed(scope, segments.first), days.keyed(scope[ends], segments.last[ends] + 1), months)
        self.firsts = np.unique(np.concatenate(changes))
        covered = np.zeros(self.firsts.size + 1, dtype=np.int64)
        np.add.at(covered, np.searchsorted(self.firsts, changes[0]), 1)
        np.add.at(covered, np.searchsorted(self.firsts, days.keyed(scope, segments.last), side="right"), -1)
        self.is_held = np.cumsum(covered)[:-1] > 0

    def scope_of(self, pieces: Pieces) -> IntArray:
        """Return whose people answer: those of the service where it has any, else those of the unit."""
        place = place_in(self.scopes, pieces.service)
        return np.where((place >= 0) & (pieces.service > 0), pieces.service, -pieces.unit)

    def of(self, scope: IntArray, day: IntArray) -> tuple[IntArray, Mask, Mask]:
        """Return the run of each scope and day, whether its days stay apart, and whether anybody answers in it."""
        place = place_in(self.scopes, scope)
        if not self.scopes.size:
            return place, place >= 0, place >= 0
        run = np.searchsorted(self.firsts, self.days.keyed(place, day), side="right") - 1
        is_known = place >= 0
        return (
            np.where(is_known, run, -1).astype(np.int64), is_known & self.by_day[place], is_known & self.is_held[run],
        )  # fmt: skip

    def first_day(self, run: IntArray, day: IntArray) -> IntArray:
        """Return the first day of each run; without a run, that of the month."""
        starts = self.days.month_starts
        month = starts[np.searchsorted(starts, day, side="right") - 1]
        return np.where(run >= 0, self.firsts[run] % len(self.days.dates), month) if self.firsts.size else month
