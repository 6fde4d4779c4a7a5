"""How many visits a unit had: the days counted already and those still counted token by token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.cut import Cut
from feedback_app.evaluation.board.closing import close_days
from feedback_app.evaluation.board.rules import CLOSED_AFTER_DAYS
from feedback_app.evaluation.cycles.figures import visits_of
from feedback_app.intake.counter_models import VisitCount
from feedback_app.intake.visits import issue_visit_tokens
from feedback_app.organisation.models import Unit
from tests import factories as make
from tests.evaluation.cycles import steps


def hand_out(session: Session, to: Unit, days: Sequence[date], count: int) -> None:
    for day in days:
        issue_visit_tokens(
            session, agency_id=to.agency_id, unit_id=to.id, service_id=None, visited_on=day, count=count,
            issued_by=None, key=b"k" * 32, now=datetime.combine(day, time(3), ZoneInfo("UTC")),
        )  # fmt: skip


@pytest.mark.parametrize("closed_days", [0, 1, 2, 3])
def test_tokens_are_the_same_whether_or_not_their_days_were_counted_before(session: Session, closed_days: int) -> None:
    agency = make.agency(session)
    units = [make.unit(session, agency) for _ in range(4)]
    first, last = steps.STARTS_ON, steps.ENDS_ON
    cycle = steps.draft(session, agency)
    hand_out(session, units[0], [first - timedelta(days=1), first, last, last + timedelta(days=1)], count=3)
    hand_out(session, units[1], [last], count=2)
    hand_out(session, units[2], [last + timedelta(days=1)], count=5)
    session.add(
        VisitCount(agency_id=agency.id, unit_id=units[3].id, day=first, transactions=40, recorded_at=steps.COMPUTED_AT)
    )
    session.flush()
    closing = [first - timedelta(days=1), first, last, last + timedelta(days=1)][closed_days]
    now = datetime.combine(closing + timedelta(days=CLOSED_AFTER_DAYS), time(12), ZoneInfo(agency.time_zone))
    close_days(session, now=now)
    cut = Cut.of(cycle, until=steps.COMPUTED_AT, known_at=steps.COMPUTED_AT)
    assert visits_of(session, cut) == {
        units[0].id: (None, 6), units[1].id: (None, 2), units[3].id: (40, 0),
    }  # fmt: skip
