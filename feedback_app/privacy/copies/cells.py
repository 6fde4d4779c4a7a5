"""k-anonymity over what points to few people: unit, service and week (pure).

A row is one of at least k with the same unit, service and week, or its service is left out, or it goes. What is left of
a cell after its small services were folded has to reach k itself.

Source: L. Sweeney, "k-anonymity: a model for protecting privacy", 2002.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

LEAST: Final = 5

Quasi = tuple[Hashable, Hashable, Hashable]


@dataclass(frozen=True, slots=True)
class Folded:
    """For every row its unit, service and week as they may be told, or None for a row that goes."""

    cells: list[Quasi | None]
    without_service: int
    dropped: int


def week_of(day: date) -> str:
    """Return a day as its ISO week.

    >>> week_of(date(2026, 5, 12))
    '2026-W20'
    """
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def folded(rows: Sequence[Quasi], *, least: int = LEAST) -> Folded:
    """Return rows of which every told cell has at least `least`.

    A small service is folded into its unit's rest of that week; where that rest is small too, the smallest services
    that are large enough by themselves are not touched and the rest goes.
    """
    sizes = Counter(rows)
    told: list[Quasi | None] = [row if sizes[row] >= least else (row[0], None, row[2]) for row in rows]
    rest = Counter(told)
    cells = [cell if cell is not None and rest[cell] >= least else None for cell in told]
    without = sum(
        cell is not None and cell[1] is None and row[1] is not None for cell, row in zip(cells, rows, strict=True)
    )
    return Folded(cells, without, sum(cell is None for cell in cells))


def smallest(cells: Sequence[Quasi]) -> int:
    """Return the size of the smallest cell; 0 where there is none."""
    return min(Counter(cells).values(), default=0)
