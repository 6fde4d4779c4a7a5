"""Read the dates that Indonesian offices write, and never swap day and month on a guess."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Final, NamedTuple

from feedback_app.intake.imports.problems import Reason, RowProblemError, shown
from feedback_app.organisation.people.imports.days import MONTHS

# Older years are slips of the pen (0202) or a spreadsheet's zero (1900): no feedback system here is that old.
EARLIEST: Final = date(1990, 1, 1)
WEEKDAYS: Final = "senin|selasa|rabu|kamis|jumat|jum'at|sabtu|minggu|ahad"
ZONES: Final = {"z": 0, "utc": 0, "gmt": 0, "wib": 7, "wita": 8, "wit": 9}

_DAY: Final = (
    r"(?:(?P<y1>\d{4})[-/](?P<m1>\d{1,2})[-/](?P<d1>\d{1,2})"
    r"|(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y2>\d{4})"
    rf"|(?:(?:{WEEKDAYS})\s*,?\s*)?(?P<d3>\d{{1,2}})[\s-]+(?P<month>[a-z]{{3,9}})\.?[\s-]+(?P<y3>\d{{4}}))"
)
_CLOCK: Final = r"(?P<h>\d{1,2})[:.](?P<min>\d{2})(?:[:.](?P<s>\d{2})(?:[.,]\d+)?)?(?:\s*(?P<half>[ap]m))?"
_ZONE: Final = r"(?P<zone>z|wib|wita|wit|(?:utc|gmt)?(?P<sign>[+-])(?P<zh>\d{1,2})(?::?(?P<zm>\d{2}))?|utc|gmt)"
_MOMENT: Final = re.compile(rf"{_DAY}(?:(?:\s*t\s*|\s*,?\s+)(?:pukul\s+|jam\s+)?{_CLOCK}(?:\s*{_ZONE})?)?", re.ASCII)


class DateOrder(enum.StrEnum):
    """How `01/03/2026` is meant: as in Indonesia, or as American software writes it."""

    DMY = "dmy"
    MDY = "mdy"


@dataclass(frozen=True, slots=True)
class DateReading:
    """How dates of one file are understood.

    `agency_zone` decides on which day something happened; `written_in` is the zone of times that name none.
    """

    agency_zone: tzinfo
    written_in: tzinfo
    order: DateOrder = DateOrder.DMY


class Moment(NamedTuple):
    """When feedback was given: the moment in UTC, and the day by the agency's calendar."""

    at: datetime
    on: date


def read_moment(raw: str | date | datetime, reading: DateReading) -> Moment:
    """Return the moment a cell names; a day without a time begins at midnight at the agency.

    Understood: `2026-03-01`, `2026-03-01 10:00`, `2026-03-01T10:00:00+08:00`, `01/03/2026 10.00 WITA`,
    `Senin, 1 Maret 2026`, `2026/03/01 2:15:53 PM GMT+8`, and a spreadsheet's own dates.

    Raises
    ------
    RowProblemError
        Not a date, a date that does not exist, day and month evidently swapped, or before 1990.
    """
    if isinstance(raw, datetime):
        return _moment(raw, reading)
    if isinstance(raw, date):
        return _start_of(raw, reading)
    match = _MOMENT.fullmatch(raw.strip().casefold())
    if match is None:
        raise _unreadable(raw)
    try:
        day = _day_of(match, reading.order)
        clock = _clock_of(match) if match["h"] else None
    except ValueError as error:
        raise _unreadable(raw) from error
    if day is None:
        raise RowProblemError(
            Reason.DATE_IN_OTHER_ORDER, f"Tanggal {shown(raw)} tampaknya tertukar antara hari dan bulan."
        )
    return _start_of(day, reading) if clock is None else _moment(datetime.combine(day, clock), reading)


def parse_utc_offset(raw: str) -> timezone:
    """Return the zone of an offset such as `+08:00`; raises ValueError for anything else."""
    match = re.fullmatch(r"([+-])(\d{2}):?(\d{2})", raw.strip())
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        raise ValueError("An offset is written like +08:00.")
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-offset if match[1] == "-" else offset)


def _day_of(match: re.Match[str], order: DateOrder) -> date | None:
    if match["y1"]:
        return date(int(match["y1"]), int(match["m1"]), int(match["d1"]))
    if match["y3"]:
        return date(int(match["y3"]), MONTHS.get(match["month"], 0), int(match["d3"]))
    first, second = int(match["a"]), int(match["b"])
    day, month = (first, second) if order is DateOrder.DMY else (second, first)
    if month > 12 >= day:
        return None
    return date(int(match["y2"]), month, day)


def _clock_of(match: re.Match[str]) -> time:
    hour = int(match["h"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if match["half"] == "pm" else 0)
    return time(hour, int(match["min"]), int(match["s"] or 0), tzinfo=_zone_of(match))


def _zone_of(match: re.Match[str]) -> tzinfo | None:
    if match["zone"] is None:
        return None
    if match["sign"]:
        return parse_utc_offset(f"{match['sign']}{match['zh']:0>2}:{match['zm'] or '00'}")
    return timezone(timedelta(hours=ZONES[match["zone"]]))


def _moment(written: datetime, reading: DateReading) -> Moment:
    _refuse_old(written.date())
    aware = written if written.tzinfo else written.replace(tzinfo=reading.written_in)
    here = aware.tzinfo is reading.agency_zone
    return Moment(_utc(aware), written.date() if here else aware.astimezone(reading.agency_zone).date())


def _start_of(day: date, reading: DateReading) -> Moment:
    _refuse_old(day)
    return Moment(_utc(datetime.combine(day, time.min, tzinfo=reading.agency_zone)), day)


def _utc(aware: datetime) -> datetime:
    moment = aware.astimezone(UTC)
    return moment.replace(microsecond=0) if moment.microsecond else moment


def _refuse_old(day: date) -> None:
    if day < EARLIEST:
        raise RowProblemError(Reason.DATE_TOO_OLD, f"Tahun {day.year} terlalu lama; periksa penulisan tanggalnya.")
    if day.year == date.max.year:  # Beyond it there is no tomorrow, which another time zone may need.
        raise RowProblemError(Reason.DATE_IN_FUTURE, f"Tanggal {day.isoformat()} ada di masa depan.")


def _unreadable(raw: str) -> RowProblemError:
    return RowProblemError(
        Reason.DATE_UNREADABLE,
        f"Tanggal {shown(raw)} tidak terbaca; tulis misalnya 2026-03-01, 01/03/2026, atau 1 Maret 2026.",
    )
