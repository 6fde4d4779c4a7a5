"""Whoever makes the classifier read a text wrongly, or corrects it so, moves no score and no record of cases."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.nlp.labels import Aspect, Kind, Sentiment
from tests.evaluation.closed import computed
from tests.evaluation.world import World


def test_labels_turned_round_change_no_figure_and_no_hash(session: Session) -> None:
    world = World.new(session)
    people = [world.person(service_id=world.service.id) for _ in range(2)]
    world.rate(*[4, 3, 1, 2] * 10, service=world.service)
    cycle = world.computed()
    before = [(s.score, s.low, s.high, s.n, s.band) for s in (world.score(cycle, who) for who in people)]
    hashes = cycle.input_hash, cycle.output_hash
    session.execute(
        sa.update(Labels).values(kind=Kind.PRAISE, sentiment=Sentiment.POSITIVE, aspect=Aspect.ABUSE_OF_POWER)
    )
    assert verify(session, cycle) == []
    computed(session, cycle)
    assert [(s.score, s.low, s.high, s.n, s.band) for s in (world.score(cycle, who) for who in people)] == before
    assert (cycle.input_hash, cycle.output_hash) == hashes
