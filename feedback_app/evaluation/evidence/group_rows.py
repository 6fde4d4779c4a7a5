"""The ratings behind a figure as rows: what tells one group from another, and what each holds by month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import sqlalchemy as sa

from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.evidence.person import month_of, of_person, unit_name_at
from feedback_app.evaluation.models import Cycle
from feedback_app.intake.rules import Channel
from feedback_app.organisation.models import PublicService
from feedback_app.organisation.people.rules import AttributionLevel


class GroupKey(NamedTuple):
    """What tells one group of a person's ratings from another."""

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


def group_rows(cycle: Cycle, employee_id: int, near: sa.ColumnElement[bool] | None) -> sa.Select[*tuple[Any, ...]]:
    """Return the ratings of somebody added up: the parts of `GroupKey` first, then names, share, reason and month."""
    month = month_of(Contribution.day)
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


def ratings_in(rows: Iterable[Any]) -> int:
    """Return how many ratings some of the rows hold."""
    return sum(int(row.n) for row in rows)
