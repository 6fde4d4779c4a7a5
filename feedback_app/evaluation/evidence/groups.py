"""The ratings behind a figure in groups: by post or counter record, service and channel, and by month where enough.

Nothing here is one rating: no day, no value, no figure of so few that one could be told from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.evidence.group_rows import GroupKey, group_rows, ratings_in
from feedback_app.evaluation.evidence.hidden_groups import hidden_groups
from feedback_app.evaluation.evidence.small_numbers import hold_back
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import POINTS_PER_STEP
from feedback_app.intake.rules import Channel
from feedback_app.organisation.people.rules import AttributionLevel


@dataclass(frozen=True, slots=True)
class Laid:
    """How many ratings of a group were laid on the person with one share, for one reason."""

    share: float
    reason: str
    n: int


@dataclass(frozen=True, slots=True)
class MonthPart:
    """One month of a group; without figures where the month would show too few."""

    month: date
    n: int
    mean: float | None
    baseline: float | None


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """Ratings of one unit, service and channel that one post, or the counter record, laid on somebody.

    `n` counts ratings, `weight` is the sum of the person's shares in them. `mean` and `baseline` lie on 25 to 100 and
    are weighted by the shares, so that Σ weight · (mean - baseline) / Σ weight over the groups that count is the mean
    residual of the score. They are None where the group is held back; what does not count has no baseline.
    """

    key: str
    level: AttributionLevel
    assignment_id: int | None
    unit_id: int
    unit_name: str
    service_id: int | None
    service_name: str | None
    channel: Channel
    exclusion: Exclusion | None
    n: int
    weight: float
    mean: float | None
    baseline: float | None
    laid: tuple[Laid, ...]
    months: tuple[MonthPart, ...]

    @property
    def is_withheld(self) -> bool:
        """Tell whether the group shows its count alone."""
        return self.mean is None


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups within reach; of the others how many ratings they hold that count and that do not."""

    shown: tuple[EvidenceGroup, ...]
    n_elsewhere: int


def groups_of(session: Session, cycle: Cycle, score: Score, near: sa.ColumnElement[bool] | None = None) -> Groups:
    """Return the groups behind a score, those that would show too few without figures.

    What is held back does not depend on who reads: `near` (a condition on `Contribution`) only takes groups away.
    """
    rows: dict[GroupKey, list[Any]] = defaultdict(list)
    for row in session.execute(group_rows(cycle, score.employee_id, near)):
        rows[GroupKey(*row[:6])].append(row)
    hidden = hidden_groups(session, cycle, score, rows)
    shown = tuple(_group(key, found, hidden=key in hidden) for key, found in rows.items() if found[0].is_near)
    far = sum(int(row.n) for found in rows.values() for row in found if not row.is_near)
    return Groups(shown, far)


def _group(key: GroupKey, rows: Sequence[Any], *, hidden: bool) -> EvidenceGroup:
    by_month: dict[date, list[Any]] = defaultdict(list)
    by_share: dict[tuple[float, str], int] = defaultdict(int)
    for row in rows:
        by_month[row.month].append(row)
        by_share[row.share, row.reason] += int(row.n)
    return EvidenceGroup(
        key=key.handle, level=key.level, assignment_id=key.assignment_id, unit_id=key.unit_id,
        unit_name=rows[0].unit_name, service_id=key.service_id, service_name=rows[0].service_name,
        channel=key.channel, exclusion=key.exclusion, n=ratings_in(rows), weight=_weight(rows),
        mean=None if hidden else _mean(rows), baseline=None if hidden else _baseline(rows),
        laid=tuple(Laid(share, reason, n) for (share, reason), n in sorted(by_share.items())),
        months=_months(by_month, hidden=hidden),
    )  # fmt: skip


def _months(by_month: dict[date, list[Any]], *, hidden: bool) -> tuple[MonthPart, ...]:
    months = sorted(by_month)
    sizes = [ratings_in(by_month[month]) for month in months]
    withheld = frozenset(range(len(months))) if hidden else hold_back(sizes)
    return tuple(
        MonthPart(month, n, None, None)
        if place in withheld
        else MonthPart(month, n, _mean(by_month[month]), _baseline(by_month[month]))
        for place, (month, n) in enumerate(zip(months, sizes, strict=True))
    )


def _weight(rows: Iterable[Any]) -> float:
    return float(sum(row.share * int(row.n) for row in rows))


def _mean(rows: Sequence[Any]) -> float:
    return POINTS_PER_STEP * float(sum(row.share * int(row.total) for row in rows)) / _weight(rows)


def _baseline(rows: Sequence[Any]) -> float | None:
    if rows[0].expected is None:
        return None
    return float(sum(row.share * row.expected for row in rows)) / _weight(rows)
