"""A post moved backwards after the figures are frozen moves none of them: bad ratings stay with whoever served."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from feedback_app.evaluation.cycles.rules import CycleMoveError
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.evaluation.result_models import Score
from feedback_app.organisation.models import Assignment
from tests.evaluation.closed import END, after, computed, frozen, opened
from tests.evaluation.world import World


def test_a_frozen_score_stays_while_a_new_cycle_knows_the_moved_post(session: Session) -> None:
    world = World.new(session)
    weak = world.person(service_id=world.service.id)
    world.rate(*[1, 2] * 20, service=world.service)
    cycle = world.computed()
    before = (world.score(cycle, weak).score, cycle.input_hash, cycle.output_hash)
    later = after(END) + timedelta(days=30)
    frozen(session, cycle, now=after(END))
    post = session.query(Assignment).filter_by(employee_id=weak.id).one()
    world.supersede(post, later)
    successor = world.person(service_id=world.service.id, recorded_at=later)
    assert (world.score(cycle, weak).score, cycle.input_hash, cycle.output_hash) == before
    assert verify(session, cycle) == []
    with pytest.raises(CycleMoveError):
        computed(session, cycle, now=later)
    again = opened(session, world.agency.id, "dihitung kemudian")
    computed(session, again, now=later)
    assert world.score(again, successor).n == 40
    touched = sa.update(Score).where(Score.cycle_id == cycle.id).values(score=0.0, low=0.0, high=0.0)
    with pytest.raises(DBAPIError), session.begin_nested():
        session.execute(touched)
