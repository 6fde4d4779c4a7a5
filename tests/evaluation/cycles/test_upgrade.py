"""A database of an earlier program: what it had computed is computed anew, and no new rule stands in its way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask_migrate import check, downgrade, upgrade

from feedback_app.db import db
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleStatus
from tests.conftest import Live
from tests.evaluation.closed import computed
from tests.evaluation.world import World


@pytest.mark.slow
def test_a_cycle_that_was_computed_before_is_a_draft_again(live: Live) -> None:
    with live.app.app_context():
        session = db.session()
        world = World.new(session)
        world.person()
        world.rate(*[4, 3, 2, 1] * 10)
        cycle_id = world.computed().id
        session.commit()
        db.session.remove()
        downgrade(revision="0009_learning")
        db.session.execute(
            sa.text(
                "UPDATE cycles SET status = 'computed', computed_at = now(), input_hash = 'x', "
                "method_version = 'fair-score/1', tau2 = 1, sigma2 = 1, delta = 1"
            )
        )
        db.session.commit()
        db.session.remove()
        upgrade()
        check()
        session = db.session()
        cycle = session.scalars(sa.select(Cycle).where(Cycle.id == cycle_id)).one()
        assert (cycle.status, cycle.computed_at, cycle.inputs_until) == (CycleStatus.DRAFT, None, None)
        assert session.scalar(sa.text("SELECT count(*) FROM scores")) == 0
        computed(session, cycle)
        assert verify(session, cycle) == []
        db.session.remove()
