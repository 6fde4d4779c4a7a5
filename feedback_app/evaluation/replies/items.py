"""What a person may contest one by one: negative ratings with a comment, named by handles that say nothing.

A rating without words tells its subject nothing to answer to, and counting such ratings one by one would tell what the
newest of them was; it is contested with its month.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.evidence.person import cells_of, has_open_words, month_of, ratings_of
from feedback_app.evaluation.evidence.small_numbers import FIGURES_FROM_N, ITEMS_FROM_N
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import PublicService

# The lower half of the scale of four; which of the two it was is shown to nobody.
NEGATIVE_UP_TO: Final = 2
_HANDLE_LENGTH: Final = 24


@dataclass(frozen=True, slots=True)
class Item:
    """One negative rating as its subject sees it; `submission_id` never leaves the server.

    `month` and `service_name` are None where this person has too few ratings of it: with the visits of a quiet month
    at hand, its bad rating would have a name.
    """

    handle: str
    submission_id: int
    unit_id: int
    service_name: str | None
    month: date | None
    words: str


def handle_of(key: bytes, cycle: Cycle, employee_id: int, submission_id: int) -> str:
    """Return the name of a rating on one person's page of one cycle: the same on every visit, and of no order."""
    said = f"{cycle.agency_id}/{cycle.id}/{employee_id}/{submission_id}"
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()[:_HANDLE_LENGTH]


def items_of(session: Session, cycle: Cycle, employee_id: int, *, key: bytes) -> list[Item]:
    """Return the negative ratings with a comment that count for somebody, shuffled; none from fewer than thirty.

    Texts of allegations and of what is confidential are never among them. The order is that of the handles, which the
    key alone decides.
    """
    score = session.get(Score, (cycle.agency_id, cycle.id, employee_id))
    if score is None or score.is_withheld or score.n < ITEMS_FROM_N:
        return []
    rows: Sequence[Any] = session.execute(_negative(cycle, employee_id)).all()
    sizes = _Sizes(session, cycle, employee_id)
    found = [
        Item(
            handle=handle_of(key, cycle, employee_id, row.id), submission_id=row.id, unit_id=row.unit_id,
            service_name=row.name if sizes.tell_service(row) else None, month=sizes.month(row),
            words=row.redacted_text,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda item: item.handle)


def item_named(session: Session, cycle: Cycle, employee_id: int, handle: str, *, key: bytes) -> Item | None:
    """Return the item a handle names; None where it names none of this person's."""
    for item in items_of(session, cycle, employee_id, key=key):
        if hmac.compare_digest(item.handle.encode(), handle.encode()):
            return item
    return None


class _Sizes:
    """How many ratings of one person each month, each service and each service of a month holds."""

    def __init__(self, session: Session, cycle: Cycle, employee_id: int) -> None:
        cells = cells_of(cycle, employee_id).subquery()
        month = month_of(cells.c.day)
        rows = session.execute(
            sa.select(month, cells.c.service_id, sa.func.sum(cells.c.n)).group_by(month, cells.c.service_id)
        )
        self.months: Counter[date] = Counter()
        self.services: Counter[int | None] = Counter()
        self.both: Counter[tuple[date, int | None]] = Counter()
        for first, service_id, n in rows:
            self.months[first] += int(n)
            self.services[service_id] += int(n)
            self.both[first, service_id] += int(n)

    def month(self, row: Any) -> date | None:
        """Return the month of a rating where the person has enough ratings of it."""
        month: date = row.occurred_on.replace(day=1)
        return month if self.months[month] >= FIGURES_FROM_N else None

    def tell_service(self, row: Any) -> bool:
        """Tell whether the service may be named: with the month, where one is."""
        month = self.month(row)
        n = self.services[row.service_id] if month is None else self.both[month, row.service_id]
        return n >= FIGURES_FROM_N


def _negative(cycle: Cycle, employee_id: int) -> sa.Select[Any]:
    return (
        ratings_of(cycle, employee_id)
        .add_columns(
            Submission.unit_id, Submission.occurred_on, Submission.service_id, PublicService.name, Labels.redacted_text
        )
        .outerjoin(
            PublicService,
            sa.and_(PublicService.agency_id == Submission.agency_id, PublicService.id == Submission.service_id),
        )
        .where(Submission.rating <= NEGATIVE_UP_TO, has_open_words())
    )
