"""What the pages of an agency's clocks say: weekdays and hours, and an example worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from flask_babel import format_date, gettext

from feedback_app.handling.clocks.in_force import Clocks, Deadlines
from feedback_app.handling.clocks.working_days import WorkingCalendar
from feedback_app.handling.rules import Classification
from feedback_app.organisation.calendar import ESTIMATED
from feedback_app.organisation.models import Holiday
from feedback_app.organisation.national_days import IMPORTED

# When a report of an example on another day than today comes in.
EXAMPLE_HOUR: Final = time(9, 0)
_MONDAY: Final = date(2026, 1, 5)


def weekday_names() -> list[str]:
    """Return the weekdays in the language of the page, Monday first."""
    return [weekday(_MONDAY + timedelta(days=number)) for number in range(7)]


def weekday(day: date) -> str:
    """Return the weekday of a day in words."""
    return str(format_date(day, "EEEE"))


def days_in_words(workdays: Sequence[int] | frozenset[int]) -> str:
    """Return weekdays in words; an unbroken run as its first and last: `Senin–Jumat`."""
    names, numbers = weekday_names(), sorted(workdays)
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"{names[numbers[0]]}–{names[numbers[-1]]}"
    return ", ".join(names[number] for number in numbers)


def hours_in_words(opens: time, closes: time) -> str:
    """Return office hours: `07.30–16.00`."""
    return f"{opens:%H.%M}–{closes:%H.%M}"


def source_words(row: Holiday) -> str:
    """Return what a free day rests on; of an imported one the decree, and the package it was read from."""
    if not row.source.startswith(IMPORTED):
        return row.source
    if ESTIMATED in row.name:
        return str(gettext("Belum ditetapkan; perkiraan pustaka %(package)s", package=row.source))
    return str(gettext("SKB tiga menteri (dari pustaka %(package)s)", package=row.source))


@dataclass(frozen=True, slots=True)
class Example:
    """What a report that comes in at a moment is promised, and the free days that its verification skips."""

    at: datetime
    counts_as: date
    lines: list[tuple[Classification, Deadlines, datetime]]
    skipped: list[date]


def example(clocks: Clocks, unit_id: int | None, day: date | None, now: datetime) -> Example:
    """Return the example of a day, or of this very moment."""
    at = now if day is None else datetime.combine(day, EXAMPLE_HOUR, clocks.calendar.time_zone).astimezone(UTC)
    calendar = clocks.calendar_of(unit_id, at)
    counts_as = calendar.received_on(at)
    lines = [
        (kind, clocks.deadlines(kind, at, unit_id), clocks.silence_ends_at(kind, at, unit_id))
        for kind in Classification
    ]  # fmt: skip
    shown = clocks.deadlines(Classification.NO_OVERSIGHT, at, unit_id)
    last = shown.reply_due_at.astimezone(calendar.time_zone).date()
    return Example(at, counts_as, lines, _free_days(calendar, counts_as, last))


def _free_days(calendar: WorkingCalendar, after: date, until: date) -> list[date]:
    days = (after + timedelta(days=step) for step in range(1, (until - after).days + 1))
    return [day for day in days if not calendar.is_working_day(day)]
