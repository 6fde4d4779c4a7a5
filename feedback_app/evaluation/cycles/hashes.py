"""What went into a cycle and what came out, as lines of text in one fixed form, and their SHA-256. Pure.

The form is the same in the database and here: numbers in their shortest exact decimals, dates as 2026-05-12, 0 for "no
service", "no counter" or "no post". Whoever has the rows can write the lines with any tool, sort them by code point,
join them with line feeds and compare.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

LINE_PARTS_OF_SCORES = (
    "employee_id", "n", "n_effective", "own_share", "n_counter", "n_beside", "n_excluded", "mean_residual", "score",
    "standard_error", "low", "high", "reliability", "band", "n_set_aside", "shadow_score", "shadow_low", "shadow_high",
    "shadow_band", "is_shadow_notable", "is_withheld", "n_changed",
)  # fmt: skip
LINE_PARTS_OF_UNITS = (
    "unit_id", "n", "n_beside", "n_nobody", "mean", "score", "standard_error", "low", "high", "reliability", "band",
    "transactions", "tokens", "tokens_used", "is_withheld", "n_changed",
)  # fmt: skip
LINE_PARTS_OF_CASES = (
    "employee_id", "unit_id", "duty", "n_cases", "n_replied", "n_on_time", "n_open", "n_declared", "n_confirmed",
    "n_partly", "n_disputed", "n_silent", "n_upheld", "n_praise", "median_wait_hours",
)  # fmt: skip


def written(value: Any) -> str:
    """Return one value in its fixed form; a float in the fewest digits that give it back exactly.

    >>> [written(one) for one in (None, 3, 0.1, 2.0, date(2026, 5, 12))]
    ['-', '3', '0.1', '2', '2026-05-12']
    """
    if value is None:
        return "-"
    if isinstance(value, enum.Enum):
        return str(value.value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        # Minus nothing is nothing, whatever order it was added up in.
        return repr(value + 0.0).removesuffix(".0")
    return value.isoformat() if isinstance(value, date) else str(value)


def line(name: str, values: Iterable[Any]) -> str:
    """Return one line: what it is of, and its values."""
    return "|".join([name, *map(written, values)])


def settings_lines(
    method: str, starts_on: date, ends_on: date, delta_in_tau: float, reference: Mapping[str, Any] | None
) -> list[str]:
    """Return the lines that say how a cycle is computed, with the variances of an earlier one where it uses them."""
    given = [line("setting", (name, value)) for name, value in sorted((reference or {}).items())]
    return [line("method", (method, starts_on, ends_on, delta_in_tau)), *given]


def row_lines(name: str, parts: Iterable[str], rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the lines of rows, each with the values of `parts` in this order."""
    names = tuple(parts)
    return [line(name, (row[part] for part in names)) for row in rows]


def output_lines(
    parameters: Mapping[str, Any],
    scores: Iterable[Mapping[str, Any]],
    units: Iterable[Mapping[str, Any]],
    cases: Iterable[Mapping[str, Any]],
) -> list[str]:
    """Return the lines of everything a cycle says."""
    return [
        *(line("parameter", pair) for pair in sorted(parameters.items())),
        *row_lines("score", LINE_PARTS_OF_SCORES, scores),
        *row_lines("unit", LINE_PARTS_OF_UNITS, units),
        *row_lines("cases", LINE_PARTS_OF_CASES, cases),
    ]


def digest(lines: Iterable[str]) -> str:
    """Return the SHA-256 of lines in the order of their code points, in hexadecimal."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
