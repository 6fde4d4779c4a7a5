"""The life of a cycle: which months it covers, when its book is closed, which steps it may take, how long people have.

Sources: PermenPANRB 6/2022 (periodic and annual evaluation, feedback as evidence); PP 30/2019 article 59 (objection
within 14 days).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.evaluation.replies.rules import OBJECTION_DAYS
from feedback_app.evaluation.rules import CycleKind, CycleStatus

# A recomputed cycle goes the same way again: nobody signs figures that nobody could answer to.
MOVES: Final[Mapping[CycleStatus, frozenset[CycleStatus]]] = {
    CycleStatus.DRAFT: frozenset({CycleStatus.COMPUTED}),
    CycleStatus.COMPUTED: frozenset({CycleStatus.COMPUTED, CycleStatus.RIGHT_OF_REPLY}),
    CycleStatus.RIGHT_OF_REPLY: frozenset({CycleStatus.COMPUTED, CycleStatus.REVIEWED}),
    CycleStatus.REVIEWED: frozenset({CycleStatus.COMPUTED, CycleStatus.SIGNED}),
    CycleStatus.SIGNED: frozenset({CycleStatus.REVIEWED, CycleStatus.FROZEN}),
    CycleStatus.FROZEN: frozenset(),
}
SIGNATURES_NEEDED: Final = 2
# Working days in which people look at figures that changed after their first window was over.
REPLY_AGAIN_DAYS: Final = 3
# Working days the evaluator has to explain a result that somebody objects to; the superior need not wait longer.
EXPLANATION_DAYS: Final = 5
YEARS_BACK: Final = 5
_MONTHS: Final[Mapping[CycleKind, int]] = {
    CycleKind.MONTHLY: 1,
    CycleKind.QUARTERLY: 3,
    CycleKind.SEMESTER: 6,
    CycleKind.ANNUAL: 12,
}


class CycleDatesError(InvalidInputError):
    """A cycle does not begin and end with a month, quarter, semester or year of the calendar."""

    code = "cycle_dates"


class CycleMoveError(ConflictError):
    """The cycle is not in a state from which this step leads on."""

    code = "cycle_move"


class DayKind(enum.StrEnum):
    """How the days of a time limit are counted."""

    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Period:
    """One month, quarter, semester or year of the calendar; `number` counts from 1 within the year."""

    kind: CycleKind
    year: int
    number: int

    @property
    def starts_on(self) -> date:
        """Return the first day."""
        return date(self.year, (self.number - 1) * _MONTHS[self.kind] + 1, 1)

    @property
    def ends_on(self) -> date:
        """Return the last day."""
        month = self.number * _MONTHS[self.kind]
        following = date(self.year + 1, 1, 1) if month == 12 else date(self.year, month + 1, 1)
        return following - timedelta(days=1)


def numbers_in_year(kind: CycleKind) -> range:
    """Return the numbers of the periods of a year.

    >>> list(numbers_in_year(CycleKind.QUARTERLY))
    [1, 2, 3, 4]
    """
    return range(1, 12 // _MONTHS[kind] + 1)


def period_of(kind: CycleKind, year: int, number: int) -> Period:
    """Return a period of the calendar.

    Raises
    ------
    CycleDatesError
        A year has no such period.

    >>> period_of(CycleKind.SEMESTER, 2026, 2).starts_on
    datetime.date(2026, 7, 1)
    """
    if number not in numbers_in_year(kind) or not date.min.year < year < date.max.year:
        raise CycleDatesError("Masa siklus itu tidak ada. Pilih bulan, triwulan, semester, atau tahun dari daftar.")
    return Period(kind, year, number)


def period_between(kind: CycleKind, starts_on: date, ends_on: date) -> Period:
    """Return the period that begins and ends on these days.

    Cycles of whole periods nest or are disjoint, so that subtracting one from another never leaves a few days' ratings.

    Raises
    ------
    CycleDatesError
    """
    found = Period(kind, starts_on.year, (starts_on.month - 1) // _MONTHS[kind] + 1)
    if (found.starts_on, found.ends_on) != (starts_on, ends_on):
        raise CycleDatesError(
            "Siklus mulai pada hari pertama dan berakhir pada hari terakhir bulan, triwulan, semester, atau tahun "
            "kalender yang sesuai jenisnya."
        )
    return found


def periods_to_choose(kind: CycleKind, today: date) -> list[Period]:
    """Return the periods for which a cycle may be opened, the running one first, then back through the years."""
    years = range(today.year, today.year - YEARS_BACK - 1, -1)
    found = [Period(kind, year, number) for year in years for number in reversed(numbers_in_year(kind))]
    return [period for period in found if period.starts_on <= today]


def book_closed_from(ends_on: date, days_until_closed: int) -> date:
    """Return the first day on which no visit token of a period can be used any more: then it may be computed.

    Parameters
    ----------
    days_until_closed
        How many days after a visit its token can still be used, the days for handing it out included.

    >>> book_closed_from(date(2026, 9, 30), 21)
    datetime.date(2026, 10, 22)
    """
    return ends_on + timedelta(days=days_until_closed + 1)


def may_compute(status: CycleStatus) -> bool:
    """Tell whether a cycle in this state can be computed, for the first time or anew."""
    return CycleStatus.COMPUTED in MOVES[status]


def check_move(status: CycleStatus, to: CycleStatus) -> None:
    """Refuse a step that the table of moves does not hold.

    Raises
    ------
    CycleMoveError
    """
    if to not in MOVES[status]:
        raise CycleMoveError(
            "Keadaan siklus sudah berubah, sehingga langkah itu tidak dapat dilakukan. "
            "Muat ulang halaman siklus dan lihat langkah berikutnya."
        )


def is_shown_to_employees(status: CycleStatus, reply_from: date | None) -> bool:
    """Tell whether employees see their figures: from their window on, and not while they are being computed anew."""
    return reply_from is not None and status not in (CycleStatus.DRAFT, CycleStatus.COMPUTED)


def last_reply_day(
    today: date, *, earlier: date | None, days: int, add_working_days: Callable[[date, int], date]
) -> date:
    """Return the last day on which employees may answer to figures shown to them from `today`.

    Parameters
    ----------
    earlier
        Last day of the window that was opened before the figures were computed anew; None for the first.
    days
        Length of the first window, in working days; later ones last `REPLY_AGAIN_DAYS`, never less than was left.
    """
    if earlier is None:
        return add_working_days(today, days)
    return max(earlier, add_working_days(today, REPLY_AGAIN_DAYS))


def last_objection_day(frozen_on: date, day_kind: DayKind, add_working_days: Callable[[date, int], date]) -> date:
    """Return the last day for an objection: the fourteenth after the result became final.

    Source: PP 30/2019 article 59. An agency that reads the annex of PermenPANRB 6/2022 as working days says so in its
    settings; a last day in calendar days that is free moves on to the next working day.
    """
    if day_kind is DayKind.WORKING:
        return add_working_days(frozen_on, OBJECTION_DAYS)
    return add_working_days(frozen_on + timedelta(days=OBJECTION_DAYS - 1), 1)
