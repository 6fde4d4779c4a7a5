"""Columns of whole numbers side by side: rows with the same key found, added up and joined, without a loop. Pure."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]

# As many keys as one 64-bit number tells apart, with room for one more step.
_MOST: Final = 1 << 62
_T = TypeVar("_T")


def packed(*columns: IntArray) -> IntArray:
    """Return one number for each row, in the order of the columns: equal where all of them are.

    It compares rows of this call only: what is to be joined is packed together (see `packed_together`).
    """
    key, size = np.zeros(columns[0].size, dtype=np.int64), 1
    if not key.size:
        return key
    for column in columns:
        low = int(column.min())
        span = int(column.max()) - low + 1
        if size * span > _MOST:
            column, span = _ranks(column)
            low = 0
        if size * span > _MOST:
            key, size = _ranks(key)
        key = key * span + (column - low)
        size *= span
    return key


def packed_together(*pairs: tuple[IntArray, IntArray]) -> tuple[IntArray, IntArray]:
    """Return the keys of two tables that can be compared with one another; a pair is one column of both."""
    cut = pairs[0][0].size
    key = packed(*(np.concatenate(pair) for pair in pairs))
    return key[:cut], key[cut:]


def _ranks(column: IntArray) -> tuple[IntArray, int]:
    known, rank = np.unique(column, return_inverse=True)
    return rank.astype(np.int64), known.size


class Groups:
    """The rows with one key each; what it returns has one entry for each key, in the order of the keys."""

    def __init__(self, *columns: IntArray) -> None:
        key = packed(*columns)
        self.order = np.argsort(key)
        ordered = key[self.order]
        is_new = np.ones(key.size, dtype=np.bool_)
        is_new[1:] = ordered[1:] != ordered[:-1]
        self.starts = np.flatnonzero(is_new)

    def first(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return the value of a column that is the same within each group."""
        return column[self.order[self.starts]]

    def added(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return the sums of a column."""
        return self._reduced(np.add, column)

    def counts(self) -> IntArray:
        """Return how many rows each group has."""
        return np.diff(self.starts, append=self.order.size).astype(np.int64)

    def numbers(self) -> IntArray:
        """Return the number of the group of each row."""
        number = np.empty(self.order.size, dtype=np.int64)
        number[self.order] = np.repeat(np.arange(self.starts.size), self.counts())
        return number

    def greatest(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return the largest values of a column."""
        return self._reduced(np.maximum, column)

    def least(self, column: NDArray[Any]) -> NDArray[Any]:
        """Return the smallest values of a column."""
        return self._reduced(np.minimum, column)

    def bits(self, column: IntArray) -> IntArray:
        """Return the bits that any row of the group has."""
        return self._reduced(np.bitwise_or, column)

    def _reduced(self, how: np.ufunc, column: NDArray[Any]) -> NDArray[Any]:
        if not column.size:
            return column
        reduced: NDArray[Any] = how.reduceat(column[self.order], self.starts)
        return reduced


def place_in(known: IntArray, wanted: IntArray) -> IntArray:
    """Return where each value stands among sorted ones; -1 where it is not there."""
    if not known.size:
        return np.full(wanted.size, -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(known, wanted), known.size - 1)
    return np.where(known[place] == wanted, place, -1).astype(np.int64)


def joined(keys: IntArray, ordered: IntArray) -> tuple[IntArray, IntArray]:
    """Return the places of all pairs with the same key: of the first, and of the second, whose keys are sorted."""
    first = np.searchsorted(ordered, keys, side="left")
    count = np.searchsorted(ordered, keys, side="right") - first
    ends = np.cumsum(count)
    left = np.repeat(np.arange(keys.size), count)
    right = np.arange(left.size) + np.repeat(first - (ends - count), count)
    return left.astype(np.int64), right.astype(np.int64)


def taken(table: _T, places: IntArray | Mask) -> _T:
    """Return a table (a dataclass of columns) with these rows only."""
    columns: dict[str, Any] = {one.name: getattr(table, one.name)[places] for one in fields(table)}  # type: ignore[arg-type]
    return replace(table, **columns)  # type: ignore[type-var]


def below(first: _T, second: _T) -> _T:
    """Return the rows of one table and then those of another."""
    names = [one.name for one in fields(first)]  # type: ignore[arg-type]
    if not getattr(second, names[0]).size:
        return first
    columns: dict[str, Any] = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in names}
    return replace(first, **columns)  # type: ignore[type-var]
