"""The responsibility ledger of a cycle as sums by stratum, by person and stratum, by unit, and its fingerprint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from feedback_app.evaluation.attribution.cells import Cells
from feedback_app.evaluation.attribution.grouping import Groups, IntArray, Mask, packed_together, place_in, taken
from feedback_app.evaluation.attribution.laying import Laid, PersonSums
from feedback_app.evaluation.attribution.tables import ASIDE, CHANNELS, COUNTED, PARTS, PROVEN, Days, quarter_day
from feedback_app.evaluation.cycles import hashes
from feedback_app.evaluation.rules import POINTS_PER_STEP
from feedback_app.evaluation.score.sums import Contributions, FloatArray, Strata


@dataclass(frozen=True, slots=True)
class StrataRead:
    """The strata of a cycle, by service (or minus the unit) and quarter from the year 0; points 1 to 4."""

    stratum: IntArray
    quarter: IntArray
    n: IntArray
    total: IntArray
    total_squares: IntArray

    def sums(self) -> Strata:
        """Return the sums as the score wants them, y on 25 to 100."""
        return Strata(
            service=self.stratum,
            n=self.n.astype(np.float64),
            total=POINTS_PER_STEP * self.total.astype(np.float64),
            total_squares=POINTS_PER_STEP**2 * self.total_squares.astype(np.float64),
        )

    def place_of(self, stratum: IntArray, quarter: IntArray) -> IntArray:
        """Return where each stratum and quarter stands; -1 where there is none."""
        known, wanted = packed_together((self.stratum, stratum), (self.quarter, quarter))
        return place_in(known, wanted)


@dataclass(frozen=True, slots=True)
class PeopleRead:
    """What counted, per person and stratum; and the same of those people who have ratings set aside, without them."""

    counted: Contributions
    without_aside: Contributions


@dataclass(frozen=True, slots=True)
class Counts:
    """How many ratings of one person came through the counter record, stand beside, were left out, are set aside."""

    n_counter: int = 0
    n_beside: int = 0
    n_excluded: int = 0
    n_set_aside: int = 0


@dataclass(frozen=True, slots=True)
class UnitSums:
    """The ratings of one unit: proven ones and their sums (points 1 to 4), those beside, those nobody answered for."""

    unit_id: int
    n: int
    n_beside: int
    total: int
    total_squares: int
    n_nobody: int


def strata_of(cells: Cells, days: Days) -> StrataRead:
    """Return the sums of each stratum, with the ratings nobody answers for."""
    ours = taken(cells, (cells.channel == PROVEN) & (cells.part == COUNTED) & (cells.only == 0))
    quarter = days.months[ours.day] // 3
    alike = Groups(ours.stratum, quarter)
    sums = [alike.added(column) for column in (ours.n, ours.total, ours.total_squares)]
    return StrataRead(alike.first(ours.stratum), alike.first(quarter), *sums)


def people_of(sums: PersonSums, strata: StrataRead) -> PeopleRead:
    """Return the sums of each person and stratum, with and without what is set aside."""
    counted = taken(sums, (sums.channel == PROVEN) & (sums.part == COUNTED))
    aside = taken(sums, (sums.channel == PROVEN) & (sums.part == ASIDE))
    touched = taken(counted, np.isin(counted.employee, aside.employee))
    key, of_aside = packed_together(
        (touched.employee, aside.employee), (touched.stratum, aside.stratum), (touched.quarter, aside.quarter)
    )
    return PeopleRead(
        _contributions(counted, strata, _sums(counted)),
        _contributions(touched, strata, _sums(touched) - _less(key, of_aside, _sums(aside))),
    )


def _sums(of: PersonSums) -> FloatArray:
    return np.stack([of.n, of.weight, of.weight_squares, of.total, of.total_squares]).astype(np.float64)


def _less(key: IntArray, of_aside: IntArray, aside: FloatArray) -> FloatArray:
    place = place_in(of_aside, key)
    less = np.zeros((len(aside), key.size))
    less[:, place >= 0] = aside[:, place[place >= 0]]
    return less


def _contributions(of: PersonSums, strata: StrataRead, sums: FloatArray) -> Contributions:
    is_left = sums[0] > 0
    n, weight, weight_squares, total, total_squares = sums[:, is_left]
    return Contributions(
        employee=of.employee[is_left], stratum=strata.place_of(of.stratum, of.quarter)[is_left], n=n.astype(np.int64),
        weight=weight, weight_squares=weight_squares, total=POINTS_PER_STEP * total,
        total_squares=POINTS_PER_STEP**2 * total_squares,
    )  # fmt: skip


def counts_of(sums: PersonSums) -> dict[int, Counts]:
    """Return, by person, how many ratings have a part of their own."""
    people, person = np.unique(sums.employee, return_inverse=True)
    is_proven = sums.channel == PROVEN
    is_left_out = (sums.part != COUNTED) & (sums.part != ASIDE)

    def added(column: IntArray, where: Mask) -> list[int]:
        found = np.bincount(person[where], weights=column[where], minlength=people.size)
        return [int(n) for n in found.tolist()]

    columns = (
        added(sums.n_counter, is_proven & (sums.part == COUNTED)),
        added(sums.n, ~is_proven),
        added(sums.n, is_proven & is_left_out),
        added(sums.n, is_proven & (sums.part == ASIDE)),
    )
    return {who: Counts(*row) for who, *row in zip(people.tolist(), *columns, strict=True)}


def units_of(cells: Cells) -> list[UnitSums]:
    """Return the sums of each unit that has any rating, by id."""
    ours = taken(cells, (cells.part == COUNTED) & (cells.only == 0))
    alike = Groups(ours.unit)
    is_proven = ours.channel == PROVEN
    columns = [
        np.where(where, column, 0)
        for where, column in (
            (is_proven, ours.n), (~is_proven, ours.n), (is_proven, ours.total), (is_proven, ours.total_squares),
            (is_proven & ours.for_people & ~ours.is_held, ours.n),
        )
    ]  # fmt: skip
    rows = zip(alike.first(ours.unit).tolist(), *(alike.added(column).tolist() for column in columns), strict=True)
    return [UnitSums(*row) for row in rows]


def fingerprint(laid: Laid, strata: StrataRead, days: Days, lines: Sequence[str]) -> str:
    """Return the SHA-256 of everything that went into a cycle's figures, with some lines more, in hexadecimal.

    What verification writes down of the raw ratings, in the same words; see `cycles.hashes`.
    """
    return hashes.digest([*_laid_lines(laid, days), *_stratum_lines(strata), *lines])


def _laid_lines(laid: Laid, days: Days) -> list[str]:
    """Write each row as `hashes.line` does, a column at a time: few values of each differ."""
    ours = taken(laid, laid.part != ASIDE)
    columns = (
        ours.employee, ours.assignment, ours.unit, ours.service, ours.counter, _words(days.dates, ours.day), ours.days,
        _words(CHANNELS, ours.channel), _words(PARTS, ours.part), _numbers(ours.share), ours.n, ours.total,
        ours.total_squares,
    )  # fmt: skip
    texts = (column if isinstance(column, list) else map(str, column.tolist()) for column in columns)
    return ["laid|" + "|".join(row) for row in zip(*texts, strict=True)]


def _words(words: Sequence[object], codes: IntArray) -> list[str]:
    written = [hashes.written(word) for word in words]
    return [written[code] for code in codes.tolist()]


def _numbers(column: FloatArray) -> list[str]:
    known, place = np.unique(column, return_inverse=True)
    return _words(known.tolist(), place.astype(np.int64))


def _stratum_lines(strata: StrataRead) -> list[str]:
    quarters: dict[int, date] = {one: quarter_day(one) for one in np.unique(strata.quarter).tolist()}
    columns = (strata.stratum, strata.quarter, strata.n, strata.total, strata.total_squares)
    return [
        hashes.line("stratum", (stratum, quarters[quarter], *sums))
        for stratum, quarter, *sums in zip(*(column.tolist() for column in columns), strict=True)
    ]
