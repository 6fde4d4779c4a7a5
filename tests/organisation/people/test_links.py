"""Whose account it is: never one's own doing, agreed by a second person once there is something to read, and dated."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, person
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.operations import UnknownUserError
from feedback_app.identity.rules import Role
from feedback_app.notifications.account_links import tell_of_links
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import Employee
from feedback_app.organisation.people import changes
from feedback_app.organisation.people.links import links_of
from feedback_app.organisation.people.models import AccountLink, PeopleChange
from feedback_app.organisation.people.records import (
    AccountTakenError,
    OwnAccountError,
    link_account,
    unlink_account,
)
from feedback_app.organisation.people.rules import ChangeKind
from tests import factories as make
from tests.evaluation.cycles import steps
from tests.organisation.people.town import AT, Town, town

LATER = AT.now + timedelta(days=3)


@pytest.fixture
def at(session: Session) -> Town:
    return town(session)


@pytest.fixture
def own(session: Session) -> User:
    return make.user(session)


@pytest.fixture
def with_cycle(at: Town) -> Town:
    steps.draft(at.session, at.agency)
    return at


def link(at: Town, who: Employee, account: User, by: User | None = None) -> PeopleChange | None:
    return link_account(
        at.session, who, email=account.email, actor=person((by or at.asker).id), now=AT.now, today=AT.today
    )


def approve(at: Town, change: PeopleChange | None, by: User) -> None:
    assert change is not None
    changes.approve(at.session, at.agency.id, change.id, actor=person(by.id), now=LATER, today=LATER.date())


def test_the_first_links_of_an_agency_need_nobody_else(at: Town, own: User) -> None:
    assert link(at, at.ana, own) is None
    assert at.ana.user_id == own.id


@pytest.mark.parametrize("has_cycle", [False, True])
def test_nobody_links_their_own_account(at: Town, has_cycle: bool) -> None:
    if has_cycle:
        steps.draft(at.session, at.agency)
    with pytest.raises(OwnAccountError):
        link(at, at.ana, at.asker)
    assert at.session.scalars(sa.select(AccountLink)).all() == []


def test_a_link_waits_for_somebody_who_neither_asked_nor_gains_by_it(with_cycle: Town, own: User) -> None:
    at = with_cycle
    make.grant(at.session, own, Role.SUPERIOR, at.agency)
    make.grant(at.session, at.asker, Role.SUPERIOR, at.agency)
    change = link(at, at.ana, own)
    assert change is not None
    assert change.kind is ChangeKind.LINK
    assert at.session.scalars(sa.select(AccountLink)).all() == []
    with pytest.raises(changes.NotSecondPersonError):
        approve(at, change, at.asker)
    with pytest.raises(changes.ApproverConcernedError):
        approve(at, change, own)
    approve(at, change, at.approver)
    assert at.ana.user_id == own.id
    kept = at.session.scalars(sa.select(AccountLink)).one()
    assert (kept.employee_id, kept.user_id, kept.linked_at, kept.linked_by) == (at.ana.id, own.id, LATER, at.asker.id)
    given = at.session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == own.id, RoleGrant.role == "employee"))
    assert given.one().starts_on == LATER.date()


def test_a_link_is_asked_for_once_and_only_by_an_account(with_cycle: Town, own: User) -> None:
    at = with_cycle
    link(at, at.ana, own)
    with pytest.raises(AccountTakenError, match="menunggu"):
        link(at, at.ana, own)
    with pytest.raises(changes.NamedRequesterNeededError):
        link_account(at.session, at.budi, email=own.email, actor=SYSTEM, now=AT.now, today=AT.today)


def test_a_link_that_can_stand_no_more_is_not_carried_out(with_cycle: Town, own: User) -> None:
    at = with_cycle
    first, second = link(at, at.ana, own), link(at, at.budi, own)
    approve(at, first, at.approver)
    with pytest.raises(AccountTakenError):
        approve(at, second, at.approver)
    unlink_account(at.session, at.ana, actor=at.me, now=LATER, today=LATER.date())
    own.active = False
    with pytest.raises(UnknownUserError):
        approve(at, second, at.approver)


def test_the_account_of_a_moment_is_told_from_the_dates(at: Town, own: User) -> None:
    link(at, at.ana, own)
    unlink_account(at.session, at.ana, actor=at.me, now=LATER, today=LATER.date())
    make.linked(at.session, at.budi, own.id, since=LATER)
    known, moment = links_of(at.session, at.agency.id), timedelta(seconds=1)
    assert [known.employee_of(own.id, when) for when in (AT.now - moment, AT.now, LATER - moment, LATER)] == [
        None, at.ana.id, at.ana.id, at.budi.id,
    ]  # fmt: skip
    assert known.employee_of(None, LATER) is None


def test_both_accounts_are_told_once_by_a_mail_that_names_nobody(at: Town, own: User) -> None:
    earlier = make.user(at.session)
    make.linked(at.session, at.ana, earlier.id)
    unlink_account(at.session, at.ana, actor=at.me, now=AT.now, today=AT.today)
    link(at, at.ana, own)
    for _ in range(2):
        tell_of_links(at.session, at.agency.id, now=AT.now)
    told = {(row.user_id, row.template, *row.params) for row in at.session.scalars(sa.select(Message))}
    assert told == {(earlier.id, "account_unlinked"), (earlier.id, "account_linked"), (own.id, "account_linked")}
    assert len(at.session.scalars(sa.select(Message)).all()) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM account_links", "UPDATE account_links SET user_id = user_id + 1",
        "UPDATE account_links SET linked_at = linked_at - interval '1 year'", "TRUNCATE account_links",
        "UPDATE employees SET user_id = NULL; SET CONSTRAINTS ALL IMMEDIATE",
        "UPDATE account_links SET unlinked_at = now(); SET CONSTRAINTS ALL IMMEDIATE",
    ],
)  # fmt: skip
def test_the_database_keeps_links_as_they_were_and_in_step_with_the_record(
    at: Town, own: User, statement: str
) -> None:  # fmt: skip
    link(at, at.ana, own)
    at.session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    at.session.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))
    with pytest.raises(IntegrityError), at.session.begin_nested():
        _run(at.session, statement)


def _run(session: Session, statement: str) -> None:
    for part in statement.split(";"):
        session.execute(sa.text(part))
