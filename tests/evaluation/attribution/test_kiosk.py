"""Taps at a counter's screen stand beside a person's score and never in it."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.blueprints.labels import label
from feedback_app.drain.run import drain_batch
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.attribution.rules import Exclusion
from feedback_app.evaluation.cycles.computing import compute
from feedback_app.evaluation.cycles.opening import open_cycle
from feedback_app.evaluation.cycles.verification import verify
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import CycleKind
from feedback_app.intake.operations import Draft, submit
from feedback_app.intake.rules import Channel, SubmissionKind
from tests import factories as make
from tests.blueprints.office import KEY, NumberHider, Office, new_office
from tests.evaluation.closed import CLOSED

DAY, END = date(2026, 5, 11), date(2026, 6, 30)


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def tap(office: Office, rating: int) -> None:
    draft = Draft(
        agency_id=office.agency.id, unit_id=office.unit.id, kind=SubmissionKind.RATING, occurred_on=DAY,
        rating=rating, at_kiosk=True,
    )  # fmt: skip
    submit(office.session, draft, key=KEY, now=make.NOW, today=DAY)


def computed(office: Office, name: str) -> Cycle:
    while drain_batch(office.session, NumberHider(), limit=500, now=make.NOW).read:
        pass
    cycle = open_cycle(
        office.session, agency_id=office.agency.id, name=name, kind=CycleKind.QUARTERLY, starts_on=date(2026, 4, 1),
        ends_on=END, actor=SYSTEM, now=make.NOW,
    )  # fmt: skip
    compute(office.session, cycle, actor=SYSTEM, now=CLOSED)
    return cycle


def score(office: Office, cycle: Cycle) -> Score:
    return office.session.scalars(
        sa.select(Score).where(Score.agency_id == cycle.agency_id, Score.cycle_id == cycle.id)
    ).one()


def test_two_hundred_taps_change_no_score_and_are_shown_beside_it(office: Office) -> None:
    office.servant()
    for rating in (3, 4, 3, 2) * 10:
        office.rate(rating, DAY)
    before = score(office, computed(office, "sebelum"))
    for _ in range(200):
        tap(office, 1)
    cycle = computed(office, "sesudah")
    after = score(office, cycle)
    assert (after.score, after.low, after.high, after.n) == (before.score, before.low, before.high, before.n)
    assert after.n_beside == before.n_beside + 200
    assert verify(office.session, cycle) == []


def test_the_evidence_names_the_screen_and_why_its_taps_do_not_count(office: Office) -> None:
    who = office.servant()
    tap(office, 1)
    cycle = computed(office, "kios")
    [group] = office.session.scalars(sa.select(Contribution).where(Contribution.cycle_id == cycle.id)).all()
    assert (group.employee_id, group.channel, group.exclusion) == (
        who.id, Channel.KIOSK, Exclusion.NO_PROOF_OF_VISIT,
    )  # fmt: skip
    assert (str(label(group.channel)), str(label(group.exclusion))) == (
        "Layar di loket",
        "Tanpa bukti kunjungan",
    )


def test_the_database_refuses_a_tap_that_counts_for_a_person(office: Office) -> None:
    office.servant()
    tap(office, 1)
    computed(office, "kios")
    with pytest.raises(IntegrityError, match=r"only_proven_visits_count|counted_has_baseline"):
        office.session.execute(sa.update(Contribution).values(exclusion=None, baseline=50.0))
