"""The sums of ratings a score is worked out from: nothing else is ever needed, and no single rating is read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Strata:
    """Sums of whole proven ratings per stratum (a service in a quarter); all of shape (S,).

    `service` numbers the service (any integers); `n`, `total` and `total_squares` are the count, Σy and Σy²,
    y on 25 to 100. Ratings nobody answers for belong here too. Give only channels that count for a person:
    votes of an open channel must not move anybody's baseline.
    """

    service: IntArray
    n: FloatArray
    total: FloatArray
    total_squares: FloatArray

    def __post_init__(self) -> None:
        if not self.service.shape == self.n.shape == self.total.shape == self.total_squares.shape:
            raise ValueError("the arrays must have one shape")
        if not (self.n > 0).all():
            raise ValueError("every stratum needs at least one rating")


@dataclass(frozen=True, slots=True)
class Contributions:
    """Sums of ratings as far as one person answers for them; shape (C,), rows may be split or merged.

    `employee` is the person's id, `stratum` the place of the stratum in `Strata` (0 to S-1); `n` counts the
    ratings touched; `weight` is Σw and `weight_squares` Σw², w the share of each; `total` and `total_squares`
    are Σwy and Σwy², y on 25 to 100. For n ratings with one share these are n, n·share, n·share², share·Σy
    and share·Σy². Whoever answers for a rating through two assignments has one row of it, both shares added.
    """

    employee: IntArray
    stratum: IntArray
    n: IntArray
    weight: FloatArray
    weight_squares: FloatArray
    total: FloatArray
    total_squares: FloatArray

    def __post_init__(self) -> None:
        others = (self.stratum, self.n, self.weight, self.weight_squares, self.total, self.total_squares)
        if any(column.shape != self.employee.shape for column in others):
            raise ValueError("the arrays must have one shape")
        if not ((self.weight > 0).all() and (self.weight_squares > 0).all()):
            raise ValueError("every row needs a weight above 0")


@dataclass(frozen=True, slots=True)
class Reference:
    """What holds for everybody in a cycle, in points (`mean`) and points squared; all variances ≥ 0.

    `tau2` is the variance between people, `sigma2` that of one rating, `kappa2` that between services,
    `omega2` that of the quarters within a service, and `mean` what an average person of an average service
    gets, 25 to 100.
    """

    tau2: float
    sigma2: float
    kappa2: float
    omega2: float
    mean: float

    def __post_init__(self) -> None:
        if min(self.tau2, self.sigma2, self.kappa2, self.omega2) < 0:
            raise ValueError("variances must not be negative")


@dataclass(frozen=True, slots=True)
class Cells:
    """Contributions with one row for each person and stratum, in the order of both; shape (K,).

    `employee` holds the ids of the P people, sorted; `person` (K,) the place of a row's person in it, and
    `touched` (P,) how many ratings each had part in.
    """

    employee: IntArray
    touched: IntArray
    person: IntArray
    stratum: IntArray
    weight: FloatArray
    weight_squares: FloatArray
    total: FloatArray
    total_squares: FloatArray

    def per_person(self, column: FloatArray) -> FloatArray:
        """Add a column (K,) up for each person; shape (P,)."""
        return np.bincount(self.person, weights=column, minlength=self.employee.size).astype(np.float64)


def cells_of(contributions: Contributions) -> Cells:
    """Add up the rows of one person and stratum, whatever their order and however they were split."""
    rows = contributions
    employee, person = np.unique(rows.employee, return_inverse=True)
    strata = int(rows.stratum.max()) + 1 if rows.stratum.size else 1
    keys, place = np.unique(person.astype(np.int64) * strata + rows.stratum, return_inverse=True)

    def added(column: FloatArray) -> FloatArray:
        return np.bincount(place, weights=column, minlength=keys.size).astype(np.float64)

    return Cells(
        employee=employee.astype(np.int64),
        touched=np.bincount(person, weights=rows.n, minlength=employee.size).astype(np.int64),
        person=(keys // strata).astype(np.int64),
        stratum=(keys % strata).astype(np.int64),
        weight=added(rows.weight),
        weight_squares=added(rows.weight_squares),
        total=added(rows.total),
        total_squares=added(rows.total_squares),
    )
