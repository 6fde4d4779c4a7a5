"""Figures are of one moment, and their rows of the same: what comes later is said, not mixed in."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.db import db
from feedback_app.drain.run import drain_batch
from feedback_app.evaluation.attribution import ledger
from feedback_app.evaluation.attribution.models import Contribution
from feedback_app.evaluation.cycles.computing import compute
from feedback_app.evaluation.cycles.verification import newer_ratings, verify
from feedback_app.evaluation.evidence.queries import evidence
from feedback_app.evaluation.evidence.ratings import RatingRows, rating_rows
from feedback_app.evaluation.models import Cycle
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.measures.models import DailyMeasure
from feedback_app.organisation.models import Employee
from feedback_app.organisation.rules import AssignmentKind
from tests import factories as make
from tests.conftest import Live
from tests.drain.test_run import FakeReader
from tests.evaluation.cycles.test_computing import START, Office

LATER = make.NOW + timedelta(minutes=1)


@pytest.fixture
def counter(session: Session) -> Office:
    agency = make.agency(session)
    return Office(session, agency, make.unit(session, agency))


def evaluator(office: Office, unit: Any = None) -> User:
    who = make.user(office.session)
    make.grant(office.session, who, Role.EVALUATOR, office.agency, unit)
    return who


def computed(office: Office) -> Cycle:
    cycle = office.cycle()
    compute(office.session, cycle, actor=SYSTEM, now=make.NOW)
    return cycle


def drain(session: Session, at: datetime) -> None:
    assert drain_batch(session, FakeReader(), limit=500, now=at).read


def write_comments(office: Office) -> None:
    office.session.execute(sa.update(Submission).values(text="Petugasnya ramah."))


def opened(office: Office, cycle: Cycle, who: Employee, reader: User) -> RatingRows:
    (group,) = evidence(office.session, reader.id, cycle, who.id, make.TODAY).groups
    return rating_rows(office.session, reader.id, cycle, who.id, group, make.TODAY)


def test_a_rating_read_after_the_computation_is_said_to_be_newer_and_not_shown(counter: Office) -> None:
    who = make.employee(counter.session, counter.agency)
    make.assignment(counter.session, who, counter.unit)
    reader = evaluator(counter)
    for _ in range(3):
        counter.rate(4, START)
    cycle = computed(counter)
    counter.rate(1, START)
    drain(counter.session, LATER)
    rows = opened(counter, cycle, who, reader)
    assert [row.rating for row in rows.rows] == [4, 4, 4]
    assert rows.newer == 1
    compute(counter.session, cycle, actor=SYSTEM, now=LATER)
    assert [row.rating for row in opened(counter, cycle, who, reader).rows] == [1, 4, 4, 4]


def test_a_batch_under_way_at_the_computation_adds_no_row_either(counter: Office) -> None:
    who = make.employee(counter.session, counter.agency)
    make.assignment(counter.session, who, counter.unit)
    counter.rate(4, START)
    cycle = computed(counter)
    counter.rate(1, START)
    drain(counter.session, make.NOW)
    rows = opened(counter, cycle, who, evaluator(counter))
    assert ([row.rating for row in rows.rows], rows.newer) == ([4], 1)


def test_newer_ratings_do_not_open_the_comments_of_fewer_than_ten(counter: Office) -> None:
    who = make.employee(counter.session, counter.agency)
    make.assignment(counter.session, who, counter.unit)
    for _ in range(9):
        counter.rate(4, START)
    write_comments(counter)
    cycle = computed(counter)
    counter.rate(4, START)
    drain(counter.session, LATER)
    rows = opened(counter, cycle, who, evaluator(counter))
    assert (len(rows.rows), list(rows.comments), rows.comments_withheld, rows.newer) == (9, [], True, 1)


def test_verify_compares_with_the_ratings_of_the_computation_and_counts_the_newer(counter: Office) -> None:
    who = make.employee(counter.session, counter.agency)
    make.assignment(counter.session, who, counter.unit)
    counter.rate(4, START)
    cycle = computed(counter)
    assert newer_ratings(counter.session, cycle) == 0
    counter.rate(1, START)
    counter.rate(1, START, visited=False)
    drain(counter.session, LATER)
    assert verify(counter.session, cycle) == []
    assert newer_ratings(counter.session, cycle) == 1


def test_a_share_that_changes_within_a_month_makes_two_exact_lines(counter: Office) -> None:
    who, colleague = (make.employee(counter.session, counter.agency) for _ in range(2))
    make.assignment(counter.session, who, counter.unit, share=Decimal("0.5"))
    make.assignment(
        counter.session, colleague, counter.unit, share=Decimal("0.5"), starts_on=date(2026, 4, 11),
        ends_on=date(2026, 4, 20),
    )  # fmt: skip
    for day, rating in ((2, 4), (12, 1), (22, 3)):
        counter.rate(rating, date(2026, 4, day))
    cycle, reader = computed(counter), evaluator(counter)
    groups = evidence(counter.session, reader.id, cycle, who.id, make.TODAY).groups
    kept = counter.session.execute(
        sa.select(Contribution.day, Contribution.share, Contribution.reason).where(Contribution.employee_id == who.id)
    ).all()  # fmt: skip
    assert len({(share, reason) for _, share, reason in kept}) == len(groups) == 2
    for group in groups:
        rows = rating_rows(counter.session, reader.id, cycle, who.id, group, make.TODAY).rows
        assert {(row.share, row.reason) for row in rows} == {(group.share, group.reason)}
        assert (len(rows), min(row.day for row in rows)) == (group.n, group.first_day)


def test_what_was_said_in_a_unit_out_of_reach_is_a_number_only(counter: Office) -> None:
    beyond = Office(counter.session, counter.agency, make.unit(counter.session, counter.agency))
    who = make.employee(counter.session, counter.agency)
    make.assignment(counter.session, who, counter.unit)
    make.assignment(counter.session, who, beyond.unit, kind=AssignmentKind.ADDITIONAL)
    counter.rate(4, START)
    for _ in range(12):
        beyond.rate(1, START)
    write_comments(counter)
    cycle = computed(counter)
    near, far = evaluator(counter, counter.unit), evaluator(counter)
    seen = evidence(counter.session, near.id, cycle, who.id, make.TODAY)
    assert ([group.n for group in seen.groups], seen.n_elsewhere) == ([1], 12)
    whole = evidence(counter.session, far.id, cycle, who.id, make.TODAY)
    assert (sorted(group.n for group in whole.groups), whole.n_elsewhere) == ([1, 12], 0)
    hidden = next(group for group in whole.groups if group.n == 12)
    assert len(rating_rows(counter.session, far.id, cycle, who.id, hidden, make.TODAY).comments) == 10
    asked = rating_rows(counter.session, near.id, cycle, who.id, hidden, make.TODAY)
    assert (asked.rows, asked.comments) == ([], [])


def test_a_batch_committed_while_a_cycle_is_computed_is_in_all_of_it_or_in_none(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    with live.app.app_context():
        engine = db.engine
    with Session(engine, expire_on_commit=False) as one, Session(engine, expire_on_commit=False) as other:
        agency = make.agency(one)
        office = Office(one, agency, make.unit(one, agency))
        first, second = (make.service(one, office.unit) for _ in range(2))
        make.assignment(one, make.employee(one, agency), office.unit)
        office.rate(4, START, first)
        cycle = office.cycle()
        one.commit()
        usual = ledger._stratum_baselines

        def meanwhile(strata: Any) -> list[float]:
            Office(other, agency, office.unit).rate(1, START, second)
            drain(other, LATER)
            other.commit()
            return usual(strata)

        monkeypatch.setattr(ledger, "_stratum_baselines", meanwhile)
        done = compute(one, cycle, actor=SYSTEM, now=make.NOW)
        one.commit()
        assert one.scalar(sa.select(sa.func.sum(DailyMeasure.n))) == 2
        assert (done.ratings, done.ratings_nobody) == (1, 0)
        assert one.scalars(sa.select(Contribution.service_id)).all() == [first.id]
        assert verify(one, cycle) == []
        assert newer_ratings(one, cycle) == 1


def test_two_cycles_are_computed_in_one_transaction_and_within_a_savepoint(counter: Office) -> None:
    make.assignment(counter.session, make.employee(counter.session, counter.agency), counter.unit)
    counter.rate(4, START)
    one, other = counter.cycle("Satu"), counter.cycle("Dua")
    compute(counter.session, one, actor=SYSTEM, now=make.NOW)
    with counter.session.begin_nested():
        done = compute(counter.session, other, actor=SYSTEM, now=make.NOW)
    assert done.ratings == 1
    assert verify(counter.session, one) == verify(counter.session, other) == []
