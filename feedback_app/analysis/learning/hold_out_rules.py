"""Which of the rows people labelled a new model learns from, and on which of them it is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

FEWEST_NEW: Final = 40
HELD_OUT_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Split:
    """Places in the list of rows: to learn from, and to be measured on; `new` counts rows by lot since last time."""

    older: tuple[int, ...]
    held_out: tuple[int, ...]
    new: int

    @property
    def is_enough(self) -> bool:
        """Tell whether a comparison would say anything."""
        return self.new >= FEWEST_NEW


def split(rows: Sequence[tuple[datetime, bool]], used_until: datetime | None) -> Split:
    """Split rows by time; each is (when it was judged, whether a lot chose its text).

    Measured is on the newest fifth, 40 at least, of the rows drawn by lot that were judged after `used_until`: the
    serving model has not learnt from them, and no earlier comparison looked at them. What officers corrected of their
    own accord is never measured on, nor what the serving model could not answer: those were chosen by its errors and
    doubts, on which any other model looks better. Learnt is from everything judged before the first row that is
    measured on.

    >>> from datetime import UTC, timedelta
    >>> start = datetime(2026, 1, 1, tzinfo=UTC)
    >>> found = split([(start + timedelta(days=day), True) for day in range(100)], None)
    >>> len(found.older), len(found.held_out), found.new
    (60, 40, 100)
    """
    order = sorted(range(len(rows)), key=lambda place: rows[place][0])
    new = [place for place in order if rows[place][1] and (used_until is None or rows[place][0] > used_until)]
    wanted = max(FEWEST_NEW, round(HELD_OUT_SHARE * len(new)))
    held_out = new[-wanted:]
    first = rows[held_out[0]][0] if held_out else None
    older = [place for place in order if first is None or rows[place][0] < first]
    return Split(tuple(older), tuple(held_out), len(new))
