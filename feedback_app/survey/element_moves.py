"""How the elements of an index moved from one period to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from feedback_app.survey.comparison import Comparability, Comparison
from feedback_app.survey.stored import StoredElement

COMPARABLE = frozenset({Comparability.SAME, Comparability.NO_SPREAD})


@dataclass(frozen=True, slots=True)
class ElementMove:
    """One element in two periods: values from 25 to 100, NRR as printed."""

    key: str
    name: str
    before: Decimal
    now: Decimal
    nrr_before: str
    nrr_now: str

    @property
    def change(self) -> Decimal:
        """Return by how many points the value moved."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Moves:
    """The elements from the largest fall to the largest rise; `other` are those asked as something else since."""

    rows: tuple[ElementMove, ...]
    other: tuple[str, ...]

    @property
    def fall(self) -> ElementMove | None:
        """Return the element that fell furthest; None where none fell."""
        return self.rows[0] if self.rows and self.rows[0].change < 0 else None

    @property
    def rise(self) -> ElementMove | None:
        """Return the element that rose furthest; None where none rose."""
        return self.rows[-1] if self.rows and self.rows[-1].change > 0 else None


def moves(comparison: Comparison | None, now: Sequence[StoredElement], before: Sequence[StoredElement]) -> Moves | None:
    """Return how the elements moved; None where rules or weight differ, or one side has no elements.

    An element that was replaced in one of the periods only, or by something else, measures something else and is named
    apart.
    """
    if comparison is None or comparison.kind not in COMPARABLE or not now or not before:
        return None
    earlier = {one.key: one for one in before}
    pairs = [(one, earlier[one.key]) for one in now if one.key in earlier]
    alike = [_move(one, then) for one, then in pairs if _asks_the_same(one, then)]
    other = tuple(one.name for one, then in pairs if not _asks_the_same(one, then))
    return Moves(tuple(sorted(alike, key=lambda move: move.change)), other)


def _asks_the_same(one: StoredElement, then: StoredElement) -> bool:
    return (one.name, one.replacement, one.partly) == (then.name, then.replacement, then.partly)


def _move(one: StoredElement, then: StoredElement) -> ElementMove:
    return ElementMove(one.key, one.name, then.value, one.value, then.nrr, one.nrr)
