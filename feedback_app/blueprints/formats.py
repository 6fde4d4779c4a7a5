"""How numbers, sizes, days and moments read on a page: `88,31`, `1,5 MB`, `12 Mei 2026`, `12 Mei 2026 14.05 WITA`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import format_date, format_decimal

ZONE_NAMES: Final = {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def register_formats(app: Flask) -> None:
    """Give the templates their filters."""
    app.add_template_filter(day, "day")
    app.add_template_filter(moment, "moment")
    app.add_template_filter(number, "number")
    app.add_template_filter(file_size, "file_size")


def day(value: date | None) -> str:
    """Return a day in words, such as `12 Mei 2026`; a dash where there is none."""
    return str(format_date(value, "d MMMM yyyy")) if value else "–"


def moment(value: datetime | None, time_zone: str) -> str:
    """Return a moment by the clock of the agency, with the zone's name."""
    if value is None:
        return "–"
    local = value.astimezone(ZoneInfo(time_zone))
    return f"{day(local.date())} {local:%H.%M} {ZONE_NAMES.get(time_zone, time_zone)}"


def file_size(size_bytes: int) -> str:
    """Return the size of a file as people say it, never less than it is: `12 KB`, `1,5 MB`."""
    kilobytes = (size_bytes + 999) // 1000
    return f"{number(kilobytes, 0)} KB" if kilobytes < 1000 else f"{number(size_bytes / 1_000_000, 1)} MB"


def number(value: float | None, decimals: int = 2) -> str:
    """Return a figure with the comma and the points of the language in use; a dash where there is none."""
    if value is None:
        return "–"
    pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
    return str(format_decimal(value, format=pattern))
