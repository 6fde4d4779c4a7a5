"""The pack of a frozen cycle says the same for ever."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.evaluation.evidence.content import content_of, sha256_of
from feedback_app.evaluation.evidence.history import history_of
from feedback_app.evaluation.evidence.posts import posts_of
from feedback_app.evaluation.replies.models import Objection
from feedback_app.organisation.models import Assignment
from feedback_app.reporting.evidence_files import PackFormat, make
from tests import factories as make_row
from tests.evaluation.closed import CLOSED, frozen
from tests.evaluation.cycles import steps
from tests.evaluation.evidence.rated import Rated, rated

LATER = CLOSED + timedelta(days=60)


@pytest.fixture
def world(session: Session) -> Rated:
    return rated(session)


def test_nothing_that_happens_later_changes_the_hash_or_a_byte_of_the_figures(world: Rated) -> None:
    cycle, session = frozen(world.session, world.cycle(), now=CLOSED), world.session
    before = sha256_of(content_of(world.pack(cycle)))
    first = make(world.pack(cycle), PackFormat.PDF).content
    for _ in range(3):
        world.rate(1, date(2026, 4, 20))
    (held,) = posts_of(session, cycle, world.good.id)
    session.execute(sa.update(Assignment).where(Assignment.id == held.assignment.id).values(superseded_at=LATER))
    make_row.assignment(
        session, world.good, world.office.unit, service_id=world.service.id, position="Lain", recorded_at=LATER,
        starts_on=date(2026, 4, 1),
    )  # fmt: skip
    session.expire_all()
    assert sha256_of(content_of(world.pack(cycle))) == before
    assert make(world.pack(cycle), PackFormat.PDF).content == first
    assert world.pack(cycle).is_final


def test_both_signatures_stand_in_it_with_the_hashes_that_were_signed(world: Rated) -> None:
    cycle = frozen(world.session, world.cycle(), now=CLOSED)
    signed = content_of(world.pack(cycle))["signatures"]
    assert len(signed) == 2
    assert {one["output_sha256"] for one in signed} == {cycle.output_hash}


def test_an_objection_after_freezing_stands_beside_the_hash(world: Rated) -> None:
    cycle = frozen(world.session, world.cycle(), now=CLOSED)
    before = sha256_of(content_of(world.pack(cycle)))
    account = make_row.user(world.session)
    world.session.add(
        Objection(
            agency_id=cycle.agency_id,
            cycle_id=cycle.id,
            employee_id=world.good.id,
            words="Saya keberatan atas ini.",
            filed_by=account.id,
            filed_at=LATER,
            last_day_on=LATER.date(),
        )
    )
    world.session.flush()
    pack = world.pack(cycle)
    assert pack.said.objection is not None
    assert sha256_of(content_of(pack)) == before


def test_the_history_holds_frozen_cycles_before_this_one_only(session: Session) -> None:
    agency = make_row.agency(session)
    who = make_row.employee(session, agency)
    first = steps.frozen(session, agency, who)
    running = steps.computed(
        session, steps.draft(session, agency, "TW II 2026", starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30)), who
    )
    assert [one.cycle_id for one in history_of(session, running, who.id)] == [first.id]
    assert history_of(session, first, who.id) == ()
