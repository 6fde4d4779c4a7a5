"""Two versions side by side, and abuse case 19: a post dated back after freezing changes nothing that is frozen."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.evaluation.cycles.differences import Difference, NotComparableError, difference
from feedback_app.evaluation.cycles.versions import open_version
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.result_models import Score
from feedback_app.evaluation.rules import Band
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Agency, Assignment, Employee, Unit
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.rules import ChangeKind, ChangeState
from tests import factories as make
from tests.evaluation.cycles import steps

AFTER = steps.FROZEN_AT + timedelta(days=2)
RECOMPUTED_AT = steps.FROZEN_AT + timedelta(days=5)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def unit(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, name="Loket KTP")


def evaluator(session: Session, agency: Agency, over: Unit | None = None) -> User:
    account = make.user(session)
    make.grant(session, account, Role.EVALUATOR, agency, over)
    return account


def servant(session: Session, agency: Agency, unit: Unit, name: str) -> Employee:
    who = make.employee(session, agency, name=name)
    make.assignment(session, who, unit, starts_on=steps.STARTS_ON, recorded_at=steps.COMPUTED_AT - timedelta(days=90))
    return who


def moved_back(session: Session, who: Employee, asked: User, approved: User) -> None:
    """End somebody's post in February, in May, as an approved change of the past does it."""
    old = session.scalars(sa.select(Assignment).where(Assignment.employee_id == who.id)).one()
    session.add(
        PeopleChange(
            agency_id=who.agency_id, kind=ChangeKind.END, employee_id=who.id, payload={}, touches_from=steps.STARTS_ON,
            touches_to=steps.ENDS_ON, reason="surat pindah tertinggal", state=ChangeState.APPROVED,
            requested_by=asked.id, requested_at=AFTER, decided_by=approved.id, decided_at=AFTER,
            concerned_employees=[who.id],
        )
    )  # fmt: skip
    old.superseded_at = AFTER
    session.flush()
    make.assignment(
        session, who, session.get_one(Unit, (old.agency_id, old.unit_id)), starts_on=old.starts_on,
        ends_on=steps.STARTS_ON + timedelta(days=30), recorded_at=AFTER, replaces_id=old.id, decree_number="800/9/2026",
    )  # fmt: skip


def recomputed(session: Session, cycle: Cycle, *people: Employee) -> Cycle:
    version = open_version(
        session, cycle, reason="penugasan dibetulkan", actor=person(make.user(session).id), now=AFTER
    )
    steps.computed(session, version, *people)
    version.computed_at = RECOMPUTED_AT
    session.flush()
    return version


def compared(session: Session, account: User, before: Cycle, after: Cycle) -> Difference:
    return difference(session, account.id, before, after, RECOMPUTED_AT.date())


def test_a_post_dated_back_after_freezing_changes_no_frozen_figure_and_names_who_approved_it(
    session: Session, agency: Agency, unit: Unit
) -> None:
    who, other = servant(session, agency, unit, "Umbu Tara"), servant(session, agency, unit, "Yanti Bere")
    cycle = steps.frozen(session, agency, who, other)
    before = session.execute(
        sa.select(Score.employee_id, Score.score, Score.n, Score.low, Score.high).order_by(Score.employee_id)
    ).all()
    hashes = (cycle.input_hash, cycle.output_hash)
    asked, approved = make.user(session, name="Rambu Ana"), make.user(session, name="Maria Bere")
    moved_back(session, who, asked, approved)
    version = recomputed(session, cycle, who, other)
    session.execute(
        sa.update(Score)
        .where(Score.cycle_id == version.id, Score.employee_id == who.id)
        .values(n=30, score=-1.0, low=-1.5, high=-0.5, band=Band.BELOW)
    )
    session.expire_all()
    found = compared(session, evaluator(session, agency), cycle, version)
    assert [person.name for person in found.people] == ["Umbu Tara"]
    line = found.people[0]
    assert line.band_changed
    assert (line.changes[0].requested_by, line.changes[0].approved_by) == ("Rambu Ana", "Maria Bere")
    assert [post.ends_on for post in line.posts_gone] == [None]
    assert [post.decree_number for post in line.posts_come] == ["800/9/2026"]
    assert found.unchanged == 1
    kept = session.execute(
        sa.select(Score.employee_id, Score.score, Score.n, Score.low, Score.high)
        .order_by(Score.employee_id)
        .where(Score.cycle_id == cycle.id)
    ).all()
    assert kept == before
    assert (cycle.input_hash, cycle.output_hash) == hashes


def test_a_post_that_no_computation_knew_opens_nobodys_figures(session: Session, agency: Agency, unit: Unit) -> None:
    who = servant(session, agency, unit, "Umbu Tara")
    elsewhere = make.unit(session, agency, name="Loket lain")
    wrong = make.assignment(
        session, who, elsewhere, starts_on=steps.STARTS_ON, kind="additional",
        recorded_at=steps.COMPUTED_AT - timedelta(days=90),
    )  # fmt: skip
    wrong.superseded_at = steps.COMPUTED_AT - timedelta(days=80)
    session.flush()
    cycle = steps.frozen(session, agency, who)
    version = recomputed(session, cycle, who)
    session.execute(sa.update(Score).where(Score.cycle_id == version.id).values(n=33))
    session.expire_all()
    assert compared(session, evaluator(session, agency, unit), cycle, version).people
    assert compared(session, evaluator(session, agency, elsewhere), cycle, version).people == ()


def test_whoever_evaluates_a_post_known_to_one_side_only_reads_that_side(
    session: Session, agency: Agency, unit: Unit
) -> None:
    who = servant(session, agency, unit, "Umbu Tara")
    elsewhere = make.unit(session, agency, name="Loket lain")
    cycle = steps.frozen(session, agency, who)
    make.assignment(session, who, elsewhere, starts_on=steps.STARTS_ON, kind="additional", recorded_at=AFTER)
    version = recomputed(session, cycle, who)
    line = compared(session, evaluator(session, agency, elsewhere), cycle, version).people[0]
    assert line.before is None
    assert line.after is not None


def test_figures_held_back_show_their_conclusion_only(session: Session, agency: Agency, unit: Unit) -> None:
    who = servant(session, agency, unit, "Umbu Tara")
    cycle = steps.frozen(session, agency, who)
    version = recomputed(session, cycle, who)
    session.execute(
        sa.update(Score).where(Score.cycle_id == version.id).values(n=5, band=Band.INSUFFICIENT, is_withheld=True)
    )
    session.expire_all()
    line = compared(session, evaluator(session, agency), cycle, version).people[0]
    assert line.before is not None
    assert line.after is not None
    assert (line.before.score, line.after.score) == (None, None)
    assert (line.before.band, line.after.band) == (Band.AS_EXPECTED, Band.INSUFFICIENT)


def test_an_evaluator_sees_the_differences_of_their_own_people(session: Session, agency: Agency, unit: Unit) -> None:
    near = servant(session, agency, unit, "Umbu Tara")
    far = servant(session, agency, make.unit(session, agency), "Yanti Bere")
    cycle = steps.frozen(session, agency, near, far)
    version = recomputed(session, cycle, near, far)
    session.execute(sa.update(Score).where(Score.cycle_id == version.id).values(n=50))
    session.expire_all()
    found = compared(session, evaluator(session, agency, unit), cycle, version)
    assert [person.name for person in found.people] == ["Umbu Tara"]


def test_cycles_over_other_days_are_not_compared(session: Session, agency: Agency) -> None:
    account = evaluator(session, agency)
    cycle = steps.computed(session, steps.draft(session, agency))
    with pytest.raises(NotComparableError):
        compared(session, account, cycle, cycle)
    draft = steps.draft(session, agency, "lain")
    with pytest.raises(NotComparableError):
        compared(session, account, cycle, draft)
