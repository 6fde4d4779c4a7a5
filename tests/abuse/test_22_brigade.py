"""Five thousand real people without a visit, called together, leave the figures of visits as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.rules import Channel
from feedback_app.measures.models import DailyMeasure
from tests.abuse.flood import NOON, Sent, drain_all, marks, send_all
from tests.abuse.people import Department, department


def _visits(office: Department) -> tuple[int, int]:
    n, total = office.session.execute(
        sa.select(sa.func.sum(DailyMeasure.n), sa.func.sum(DailyMeasure.total)).where(
            DailyMeasure.unit_id == office.unit.id, DailyMeasure.channel == Channel.TOKEN
        )
    ).one()
    return int(n), int(total)


@pytest.mark.slow
def test_a_brigade_from_diverse_networks_leaves_every_figure_of_visits_unchanged(session: Session) -> None:
    office = department(session)
    before, visits = office.cycle("sebelum", NOON), _visits(office)
    # Spread over five hours: slower than any script, faster than the unit has ever seen.
    brigade = [Sent(NOON + timedelta(seconds=3.6 * place), 1, mark) for place, mark in enumerate(marks(5000))]
    send_all(session, office.unit, brigade)
    drain_all(session, NOON + timedelta(hours=5))
    after = office.cycle("sesudah", NOON + timedelta(hours=6))
    assert _visits(office) == visits
    for who in office.people:
        one, other = office.score(before, who), office.score(after, who)
        assert (one.score, one.low, one.high, one.band) == (other.score, other.low, other.high, other.band)
    assert after.overall_baseline == before.overall_baseline
