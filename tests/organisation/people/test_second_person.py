"""Abuse case 19: no single account moves responsibility of days gone by, whichever way it tries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.identity.rules import Role
from feedback_app.organisation.models import Assignment
from feedback_app.organisation.people import changes, posts
from feedback_app.organisation.people.counters import add_counter
from feedback_app.organisation.people.levels_declared import BackdatedLevelError, declare_level
from feedback_app.organisation.people.models import AttributionRule, DutyEntry, PeopleChange
from feedback_app.organisation.people.post_edits import StalePostError, as_known_at, fields_of
from feedback_app.organisation.people.records import link_account, unlink_account
from feedback_app.organisation.people.rosters import replace_duty
from feedback_app.organisation.people.rules import AttributionLevel, ChangeState
from tests import factories as make
from tests.organisation.people.town import AT, MAY_1, WHY, Town, town

YESTERDAY = make.TODAY - timedelta(days=1)
Try = Callable[[Town], object]


def _correct(**values: object) -> Try:
    def attempt(at: Town) -> object:
        right = replace(fields_of(at.post), **values)  # type: ignore[arg-type]
        return posts.correct_post(at.session, at.post, right, actor=at.me, at=AT, reason=WHY)

    return attempt


def _onto_colleague(at: Town) -> object:
    right = replace(fields_of(at.post), employee_id=at.budi.id)
    return posts.correct_post(at.session, at.post, right, actor=at.me, at=AT, reason=WHY)


def _away_from_the_service(at: Town) -> object:
    right = replace(fields_of(at.post), service_id=None)
    return posts.correct_post(at.session, at.post, right, actor=at.me, at=AT, reason=WHY)


def _end_as_import(at: Town) -> object:
    return posts.end_post(at.session, at.post, YESTERDAY, actor=at.me, at=AT, reason=WHY, import_id=None)


def _ended_twice(at: Town) -> object:
    """First into days to come, which one may do alone; then the row that came of it into the past."""
    row = posts.end_post(at.session, at.post, make.TODAY, actor=at.me, at=AT, reason=WHY)
    assert isinstance(row, Assignment)
    return posts.end_post(at.session, row, MAY_1, actor=at.me, at=AT, reason=WHY)


ROUTES: dict[str, Try] = {
    "assign": lambda at: posts.add_post(
        at.session, at.agency.id, at.fields(starts_on=YESTERDAY), actor=at.me, at=AT, reason=WHY
    ),
    "assign, over already": lambda at: posts.add_post(
        at.session, at.agency.id, at.fields(starts_on=MAY_1, ends_on=MAY_1), actor=at.me, at=AT, reason=WHY
    ),
    "end": lambda at: posts.end_post(at.session, at.post, MAY_1, actor=at.me, at=AT, reason=WHY),
    "end yesterday less a day": lambda at: posts.end_post(
        at.session, at.post, YESTERDAY - timedelta(days=1), actor=at.me, at=AT, reason=WHY
    ),
    "end in two steps": _ended_twice,
    "cancel": lambda at: posts.cancel_post(at.session, at.post, actor=at.me, at=AT, reason=WHY),
    "correct the person": _onto_colleague,
    "correct the service": _away_from_the_service,
    "correct the share": _correct(share=Decimal(0)),
    "correct the share a little": _correct(share=Decimal("0.9")),
    "correct the first day": _correct(starts_on=MAY_1),
    "correct the last day": _correct(ends_on=MAY_1),
}  # fmt: skip


@pytest.mark.parametrize("name", ROUTES)
def test_one_account_alone_moves_no_day_gone_by(session: Session, name: str) -> None:
    at = town(session)
    before = _answers(at)
    done = ROUTES[name](at)
    assert isinstance(done, PeopleChange)
    assert done.state is ChangeState.WAITING
    assert _answers(at) == before
    with pytest.raises(changes.NotSecondPersonError):
        _approve(at, done, at.asker.id, role=Role.ADMINISTRATOR)
    assert _answers(at) == before


def test_ending_with_yesterday_moves_today_alone_and_needs_nobody(session: Session) -> None:
    at = town(session)
    assert isinstance(_end_as_import(at), Assignment)


def test_a_roster_of_days_gone_by_waits_and_that_of_today_does_not(session: Session) -> None:
    at = town(session)
    counter = add_counter(session, at.agency.id, at.unit.id, code="loket-1", name="Loket 1", service_id=None,
                          actor=at.me, now=AT.now)  # fmt: skip
    wanted = {(counter.id, day): {at.ana.id} for day in (YESTERDAY, make.TODAY)}
    done = replace_duty(session, at.agency.id, at.unit.id, wanted, actor=at.me, at=AT, reason=WHY)
    assert done.added == 1
    assert done.waiting is not None
    assert (done.waiting.touches_from, done.waiting.touches_to) == (YESTERDAY, YESTERDAY)
    days = session.scalars(sa.select(DutyEntry.on_date)).all()
    assert days == [make.TODAY]
    with pytest.raises(changes.NotSecondPersonError):
        _approve(at, done.waiting, at.asker.id, role=Role.ADMINISTRATOR)
    _approve(at, done.waiting, at.approver.id)
    assert sorted(session.scalars(sa.select(DutyEntry.on_date))) == [YESTERDAY, make.TODAY]


def test_a_level_is_never_declared_for_days_gone_by(session: Session) -> None:
    at = town(session)
    with pytest.raises(BackdatedLevelError):
        declare_level(session, at.agency.id, at.unit.id, AttributionLevel.UNIT, starts_on=YESTERDAY, reason=WHY,
                      actor=at.me, at=AT)  # fmt: skip
    assert session.scalar(sa.select(sa.func.count()).select_from(AttributionRule)) == 0


def test_whoever_the_change_is_about_does_not_decide_on_it(session: Session) -> None:
    at = town(session)
    make.linked(session, at.ana, at.approver.id)
    change = _asked(at)
    with pytest.raises(changes.ApproverConcernedError):
        _approve(at, change, at.approver.id)
    with pytest.raises(changes.ApproverConcernedError):
        changes.refuse(session, at.agency.id, change.id, note=WHY, actor=person(at.approver.id), now=AT.now,
                       today=AT.today)  # fmt: skip


def test_a_colleague_of_the_same_service_does_not_decide_either(session: Session) -> None:
    at = town(session)
    make.assignment(session, at.budi, at.unit, service_id=at.service.id)
    make.linked(session, at.budi, at.approver.id)
    with pytest.raises(changes.ApproverConcernedError):
        _approve(at, _asked(at), at.approver.id)


@pytest.mark.parametrize("moment", ["before it was asked for", "after it was asked for"])
def test_cutting_or_making_the_link_to_the_account_helps_nobody(session: Session, moment: str) -> None:
    at = town(session)
    if moment == "after it was asked for":
        change = _asked(at)
        link_account(session, at.ana, email=at.approver.email, actor=at.me, now=AT.now, today=AT.today)
    else:
        link_account(session, at.ana, email=at.approver.email, actor=at.me, now=AT.now, today=AT.today)
        change = _asked(at)
        unlink_account(session, at.ana, actor=at.me, now=AT.now, today=AT.today)
    with pytest.raises(changes.ApproverConcernedError):
        _approve(at, change, at.approver.id)


def test_the_database_too_refuses_the_requester_and_the_employee_as_the_second_person(session: Session) -> None:
    at = town(session)
    make.linked(session, at.ana, at.approver.id)
    change = _asked(at)
    for user_id, constraint in (
        (at.asker.id, "decided_by_a_second_person"), (at.approver.id, "decided_by_nobody_concerned"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=constraint), session.begin_nested():
            session.execute(
                sa.update(PeopleChange)
                .where(PeopleChange.id == change.id)
                .values(state=ChangeState.APPROVED, decided_by=user_id, decided_at=AT.now)
            )


def test_a_change_that_no_account_asked_for_is_not_taken(session: Session) -> None:
    at = town(session)
    with pytest.raises(changes.NamedRequesterNeededError):
        posts.end_post(session, at.post, MAY_1, actor=SYSTEM, at=AT, reason=WHY)


@pytest.mark.parametrize("over_unit", [True, False], ids=["over a unit", "of another agency"])
def test_an_approver_needs_the_whole_agency(session: Session, over_unit: bool) -> None:
    at = town(session)
    change = _asked(at)
    somebody = make.user(session)
    other = at.agency if over_unit else make.agency(session)
    make.grant(session, somebody, Role.SUPERIOR, other, at.unit if over_unit else None)
    with pytest.raises(changes.MayNotApproveError):
        _approve(at, change, somebody.id)


def test_a_change_is_decided_once(session: Session) -> None:
    at = town(session)
    change = _asked(at)
    _approve(at, change, at.approver.id)
    with pytest.raises(changes.ChangeDecidedError):
        _approve(at, change, at.approver.id)
    with pytest.raises(changes.ChangeDecidedError):
        changes.withdraw(session, at.agency.id, change.id, actor=at.me, now=AT.now)


def test_a_change_is_not_carried_out_over_a_row_that_changed_since(session: Session) -> None:
    at = town(session)
    change = _asked(at)
    posts.end_post(session, at.post, make.TODAY, actor=at.me, at=AT, reason=WHY)
    with pytest.raises(StalePostError):
        _approve(at, change, at.approver.id)
    session.refresh(change)
    assert change.state is ChangeState.WAITING


def test_only_who_asked_withdraws_and_a_refusal_says_why(session: Session) -> None:
    at = town(session)
    change = _asked(at)
    with pytest.raises(changes.UnknownPeopleChangeError):
        changes.withdraw(session, at.agency.id, change.id, actor=person(at.approver.id), now=AT.now)
    with pytest.raises(changes.MissingReasonError):
        changes.refuse(session, at.agency.id, change.id, note="", actor=person(at.approver.id), now=AT.now,
                       today=AT.today)  # fmt: skip
    changes.withdraw(session, at.agency.id, change.id, actor=at.me, now=AT.now)
    assert (change.state, change.decided_by) == (ChangeState.WITHDRAWN, None)


def _asked(at: Town) -> PeopleChange:
    change = posts.end_post(at.session, at.post, MAY_1, actor=at.me, at=AT, reason=WHY)
    assert isinstance(change, PeopleChange)
    return change


def _approve(at: Town, change: PeopleChange, user_id: int, *, role: Role | None = None) -> None:
    if role is not None:
        who = at.asker if user_id == at.asker.id else at.approver
        make.grant(at.session, who, role, at.agency)
    attempt = at.session.begin_nested()
    try:
        changes.approve(at.session, at.agency.id, change.id, actor=person(user_id), now=AT.now, today=AT.today)
    except Exception:
        attempt.rollback()
        raise
    attempt.commit()


def _answers(at: Town) -> set[tuple[object, ...]]:
    """Who answers for what on days gone by, as it stands."""
    rows = at.session.scalars(sa.select(Assignment).where(as_known_at(), Assignment.starts_on < make.TODAY))
    return {
        (r.employee_id, r.unit_id, r.service_id, r.kind, r.share, r.starts_on, min(r.ends_on or YESTERDAY, YESTERDAY))
        for r in rows
    }
