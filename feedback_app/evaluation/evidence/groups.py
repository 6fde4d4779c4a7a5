"""The ratings behind a figure in groups: by post or counter record, service and channel, and by month where enough.

Nothing here is one rating: no day, no value, no figure of so few that one could be told from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.cycles.periods import Days, disjoint_sets, lies_in
from feedback_app.evaluation.evidence.person import of_person, unit_name_at
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N, hold_back
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import POINTS_PER_STEP
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import PublicService
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


class _Key(NamedTuple):
    level: AttributionLevel
    assignment_id: int | None
    unit_id: int
    service_id: int | None
    channel: Channel
    exclusion: Exclusion | None

    @property
    def handle(self) -> str:
        """Return what an address names the group by."""
        counted = self.exclusion.value if self.exclusion else "counted"
        place = f"{self.assignment_id or 0}-{self.unit_id}-{self.service_id or 0}"
        return f"{self.level.value}-{place}-{self.channel.value}-{counted}"


def groups_of(session: Session, cycle: Cycle, score: Score, near: sa.ColumnElement[bool] | None = None) -> Groups:
    """Return the groups behind a score, those that would show too few without figures.

    What is held back does not depend on who reads: `near` (a condition on `Contribution`) only takes groups away.
    """
    rows: dict[_Key, list[Any]] = defaultdict(list)
    for row in session.execute(_sums(cycle, score.employee_id, near)):
        rows[_Key(*row[:6])].append(row)
    hidden = _hidden(session, cycle, score, rows)
    shown = tuple(_group(key, found, hidden=key in hidden) for key, found in rows.items() if found[0].is_near)
    far = sum(int(row.n) for found in rows.values() for row in found if not row.is_near)
    return Groups(shown, far)


def _sums(cycle: Cycle, employee_id: int, near: sa.ColumnElement[bool] | None) -> sa.Select[*tuple[Any, ...]]:
    month = sa.cast(sa.func.date_trunc("month", Contribution.day), sa.Date)
    key = (
        Contribution.level, Contribution.assignment_id, Contribution.unit_id, Contribution.service_id,
        Contribution.channel, Contribution.exclusion,
    )  # fmt: skip
    named = (unit_name_at(Contribution.unit_id, cycle).label("unit_name"), PublicService.name.label("service_name"))
    is_near = sa.literal(value=True) if near is None else near
    further = (Contribution.share, Contribution.reason)
    return (
        sa.select(
            *key, *named, *further, month.label("month"), is_near.label("is_near"),
            sa.func.sum(Contribution.n).label("n"), sa.func.sum(Contribution.total).label("total"),
            sa.func.sum(Contribution.n * Contribution.baseline).label("expected"),
        )
        .outerjoin(PublicService, _service_of(Contribution))
        .where(of_person(cycle, employee_id))
        .group_by(*key, Contribution.agency_id, PublicService.name, *further, month)
        .order_by(*key[1:4], Contribution.exclusion.nulls_first(), Contribution.channel, month, *further)
    )  # fmt: skip


def _service_of(row: type[Contribution]) -> sa.ColumnElement[bool]:
    return sa.and_(PublicService.agency_id == row.agency_id, PublicService.id == row.service_id)


def _hidden(session: Session, cycle: Cycle, score: Score, rows: dict[_Key, list[Any]]) -> set[_Key]:
    """Return the groups that show no figure: the counted ones as parts of a whole, the others each for itself."""
    counted = [key for key in rows if key.exclusion is None]
    beside = {key for key in rows if key.exclusion is not None and _n(rows[key]) < FIGURES_FROM_N}
    if score.n_changed:
        return set(rows)
    if score.is_withheld:
        return {*counted, *beside}
    around = _around(session, cycle, score.employee_id) if counted else []
    elsewhere = _told_beside(cycle, around, counted, rows)
    places = hold_back([_n(rows[key]) for key in counted], elsewhere)
    return {counted[place] for place in places} | beside


class _Around(NamedTuple):
    """Another cycle of the same year, with the sizes of the person's groups in it."""

    days: Days
    sizes: dict[_Key, int]


def _told_beside(
    cycle: Cycle, around: Sequence[_Around], keys: Sequence[_Key], rows: dict[_Key, list[Any]]
) -> list[list[int]]:  # fmt: skip
    """Return what else can be worked out of some groups: of every set of periods within, and of what lies around.

    A surrounding period less any set of disjoint periods beside this one speaks of this one's ratings too.
    """
    mine = (cycle.starts_on, cycle.ends_on)
    sizes: dict[Days, list[list[int]]] = defaultdict(list)
    for one in around:
        within = lies_in(one.days, mine)
        sizes[one.days].append([_in_days(rows[key], one.days) if within else one.sizes.get(key, 0) for key in keys])
    found = set()
    for days in [mine, *(days for days in sizes if lies_in(mine, days))]:
        parts = [one for one in sizes if lies_in(one, days) and (days == mine or one[1] < mine[0] or mine[1] < one[0])]
        for chosen in disjoint_sets(parts):
            for told in product(*(sizes[one] for one in chosen)):
                less = [sum(column) for column in zip(*told, strict=True)] or [0] * len(keys)
                wholes = [[0] * len(keys)] if days == mine else sizes[days]
                found |= {tuple(abs(n - part) for n, part in zip(whole, less, strict=True)) for whole in wholes}
    return [list(row) for row in found if any(row)]


def _in_days(rows: Sequence[Any], days: Days) -> int:
    return _n(row for row in rows if days[0] <= row.month <= days[1])


def _around(session: Session, cycle: Cycle, employee_id: int) -> list[_Around]:
    """Return the cycles that were told before this one, so that what a frozen one shows never changes."""
    before = session.scalars(
        sa.select(Cycle).where(
            Cycle.agency_id == cycle.agency_id, Cycle.id != cycle.id, Cycle.inputs_until.is_not(None),
            sa.tuple_(Cycle.inputs_until, Cycle.id) < sa.tuple_(sa.literal(cycle.inputs_until), sa.literal(cycle.id)),
            Cycle.starts_on >= cycle.starts_on.replace(month=1, day=1),
            Cycle.ends_on <= cycle.ends_on.replace(month=12, day=31),
            sa.or_(Cycle.starts_on != cycle.starts_on, Cycle.ends_on != cycle.ends_on),
            sa.exists().where(
                Score.agency_id == Cycle.agency_id, Score.cycle_id == Cycle.id, Score.employee_id == employee_id,
                ~Score.is_withheld,
            ),
        ).order_by(Cycle.id)
    )  # fmt: skip
    return [_Around((one.starts_on, one.ends_on), _sizes(session, one, employee_id)) for one in before]


def _sizes(session: Session, cycle: Cycle, employee_id: int) -> dict[_Key, int]:
    sizes: dict[_Key, int] = defaultdict(int)
    for row in session.execute(_sums(cycle, employee_id, None)):
        sizes[_Key(*row[:6])] += int(row.n)
    return sizes


def _n(rows: Iterable[Any]) -> int:
    return sum(int(row.n) for row in rows)


def _group(key: _Key, rows: Sequence[Any], *, hidden: bool) -> EvidenceGroup:
    by_month: dict[date, list[Any]] = defaultdict(list)
    by_share: dict[tuple[float, str], int] = defaultdict(int)
    for row in rows:
        by_month[row.month].append(row)
        by_share[row.share, row.reason] += int(row.n)
    return EvidenceGroup(
        key=key.handle, level=key.level, assignment_id=key.assignment_id, unit_id=key.unit_id,
        unit_name=rows[0].unit_name, service_id=key.service_id, service_name=rows[0].service_name,
        channel=key.channel, exclusion=key.exclusion, n=_n(rows), weight=_weight(rows),
        mean=None if hidden else _mean(rows), baseline=None if hidden else _baseline(rows),
        laid=tuple(Laid(share, reason, n) for (share, reason), n in sorted(by_share.items())),
        months=_months(by_month, hidden=hidden),
    )  # fmt: skip


def _months(by_month: dict[date, list[Any]], *, hidden: bool) -> tuple[MonthPart, ...]:
    months = sorted(by_month)
    sizes = [_n(by_month[month]) for month in months]
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
