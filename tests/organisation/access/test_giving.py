"""Giving a role, asking for one that takes two people, ending one; and who held what on a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import SYSTEM, person
from feedback_app.errors import DomainError
from feedback_app.identity.grant_models import GrantRequest
from feedback_app.identity.grants import GrantDaysError, GrantEndedError, GrantReasonError, UnknownGrantError
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.rules import NEEDS_TWO, GrantSource, Permission, RequestOutcome, Role
from feedback_app.organisation.access import ending, giving, queries, requests
from feedback_app.organisation.access.giving import Wanted, give_or_ask
from feedback_app.organisation.models import Unit, UnitKind
from feedback_app.organisation.queries import permissions_of
from tests import factories as make

NOW, TODAY = make.NOW, make.TODAY
DAY = timedelta(days=1)


class Town:
    """An agency with two administrators and two units, one below the other."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.agency = make.agency(session)
        self.above = make.unit(session, self.agency)
        self.unit = make.unit(session, self.agency, parent=self.above)
        self.beside = make.unit(session, self.agency)
        self.first, self.second = self.administrator(), self.administrator()
        self.somebody = make.user(session)

    def administrator(self, over: Unit | None = None) -> User:
        who = make.user(self.session)
        make.grant(self.session, who, Role.ADMINISTRATOR, self.agency, over)
        return who

    def wanted(self, role: Role = Role.OFFICER, **other: object) -> Wanted:
        base = Wanted(self.agency.id, self.somebody.id, role, self.unit.id, TODAY, None, "Petugas loket yang baru.")
        return replace(base, **other)  # type: ignore[arg-type]

    def give(self, wanted: Wanted, by: User | None = None) -> RoleGrant | GrantRequest:
        actor = person((by or self.first).id)
        return give_or_ask(self.session, wanted, actor=actor, today=TODAY, now=NOW)


@pytest.fixture
def town(session: Session) -> Town:
    return Town(session)


def test_a_role_is_given_with_who_when_why_and_stands_in_the_trail(town: Town) -> None:
    given = town.give(town.wanted())
    assert isinstance(given, RoleGrant)
    assert (given.granted_by, given.source, given.reason) == (
        town.first.id, GrantSource.PERSON, "Petugas loket yang baru.",
    )  # fmt: skip
    assert Permission.ANSWER_CASE in permissions_of(town.session, town.somebody.id, TODAY)
    act = town.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "identity.grant")).one()
    assert (act.actor_id, act.subject_id, act.detail["grant_id"]) == (town.first.id, town.somebody.id, given.id)
    assert "Petugas" not in str(act.detail)


@pytest.mark.parametrize("role", sorted(NEEDS_TWO), ids=lambda role: role.value)
def test_a_role_of_weight_waits_for_a_second_person(town: Town, role: Role) -> None:
    inspectorate = make.unit(town.session, town.agency, kind=UnitKind.INSPECTORATE)
    asked = town.give(town.wanted(role, unit_id=inspectorate.id))
    assert isinstance(asked, GrantRequest)
    assert permissions_of(town.session, town.somebody.id, TODAY) == frozenset()
    made = requests.approve(
        town.session, town.agency.id, asked.id, actor=person(town.second.id), today=TODAY, now=NOW
    )  # fmt: skip
    assert (made.granted_by, made.approved_by) == (town.first.id, town.second.id)
    assert permissions_of(town.session, town.somebody.id, TODAY)
    assert (asked.outcome, asked.grant_id) == (RequestOutcome.APPROVED, made.id)


def test_who_asked_and_whom_it_is_for_do_not_decide(town: Town) -> None:
    asked = town.give(town.wanted(Role.EVALUATOR))
    make.grant(town.session, town.somebody, Role.ADMINISTRATOR, town.agency)
    for who, refusal in ((town.first, requests.SecondPersonNeededError), (town.somebody, giving.OwnGrantError)):
        for act in (requests.approve, lambda *a, **k: requests.refuse(*a, why="Sudah cukup orangnya.", **k)):
            with pytest.raises(refusal):
                act(town.session, town.agency.id, asked.id, actor=person(who.id), today=TODAY, now=NOW)


def test_out_of_reach_a_request_does_not_exist(town: Town) -> None:
    asked = town.give(town.wanted(Role.EVALUATOR, unit_id=None))
    for over in (town.above, town.beside):
        with pytest.raises(requests.UnknownGrantRequestError):
            requests.approve(
                town.session, town.agency.id, asked.id, actor=person(town.administrator(over).id), today=TODAY, now=NOW
            )
    stranger = make.user(town.session)
    make.grant(town.session, stranger, Role.ADMINISTRATOR, make.agency(town.session))
    with pytest.raises(requests.UnknownGrantRequestError):
        requests.approve(town.session, town.agency.id, asked.id, actor=person(stranger.id), today=TODAY, now=NOW)


def test_a_request_is_refused_with_a_reason_or_taken_back_and_then_over(town: Town) -> None:
    refused, taken = town.give(town.wanted(Role.EVALUATOR)), town.give(town.wanted(Role.PERSONNEL))
    with pytest.raises(GrantReasonError):
        requests.refuse(
            town.session, town.agency.id, refused.id, why=" ", actor=person(town.second.id), today=TODAY, now=NOW
        )
    requests.refuse(
        town.session, town.agency.id, refused.id, why="Sudah ada dua penilai.", actor=person(town.second.id),
        today=TODAY, now=NOW,
    )  # fmt: skip
    with pytest.raises(requests.UnknownGrantRequestError):
        requests.withdraw(town.session, town.agency.id, taken.id, actor=person(town.second.id), now=NOW)
    requests.withdraw(town.session, town.agency.id, taken.id, actor=person(town.first.id), now=NOW)
    for one in (refused, taken):
        with pytest.raises(requests.RequestDecidedError):
            requests.approve(
                town.session, town.agency.id, one.id, actor=person(town.second.id), today=TODAY, now=NOW
            )  # fmt: skip
    assert permissions_of(town.session, town.somebody.id, TODAY) == frozenset()


def test_an_approval_begins_no_earlier_than_today_and_never_after_the_end(town: Town) -> None:
    asked = town.give(town.wanted(Role.EVALUATOR, ends_on=TODAY + 3 * DAY))
    later = TODAY + 2 * DAY
    made = requests.approve(
        town.session, town.agency.id, asked.id, actor=person(town.second.id), today=later, now=NOW
    )  # fmt: skip
    assert (made.starts_on, made.ends_on) == (later, TODAY + 3 * DAY)
    gone = town.give(town.wanted(Role.PERSONNEL, ends_on=TODAY + DAY))
    with pytest.raises(GrantDaysError):
        requests.approve(town.session, town.agency.id, gone.id, actor=person(town.second.id), today=later, now=NOW)


def test_who_asked_and_looks_after_the_unit_no_more_gets_nothing_through(town: Town) -> None:
    asker = town.administrator(town.above)
    asked = town.give(town.wanted(Role.EVALUATOR), by=asker)
    session = town.session
    session.execute(sa.text(f"{make.END_GRANTS} WHERE user_id = :id"), {"id": asker.id})
    with pytest.raises(giving.OutOfReachError):
        requests.approve(session, town.agency.id, asked.id, actor=person(town.second.id), today=TODAY, now=NOW)


REFUSED: dict[str, tuple[Callable[[Town], object], type[DomainError]]] = {
    "to oneself": (lambda t: t.give(t.wanted(), by=t.somebody), giving.OwnGrantError),
    "without a reason": (lambda t: t.give(t.wanted(reason="baru")), GrantReasonError),
    "from yesterday": (lambda t: t.give(t.wanted(starts_on=TODAY - DAY)), GrantDaysError),
    "over before it begins": (lambda t: t.give(t.wanted(ends_on=TODAY - DAY)), GrantDaysError),
    "beside one's reach": (lambda t: t.give(t.wanted(), by=t.administrator(t.beside)), giving.OutOfReachError),
    "above one's reach": (
        lambda t: t.give(t.wanted(unit_id=t.above.id), by=t.administrator(t.unit)), giving.OutOfReachError,
    ),
    "the whole from a unit": (
        lambda t: t.give(t.wanted(unit_id=None), by=t.administrator(t.above)), giving.OutOfReachError,
    ),
    "by somebody without the right": (lambda t: t.give(t.wanted(), by=make.user(t.session)), giving.OutOfReachError),
    "an inspector elsewhere": (lambda t: t.give(t.wanted(Role.INSPECTOR)), giving.InspectorPlaceError),
    "to an operator": (
        lambda t: t.give(t.wanted(user_id=make.operator(t.session).id)), giving.OperatorGrantError,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_may_not_be_given_is_refused_in_words(town: Town, case: str) -> None:
    act, refusal = REFUSED[case]
    with pytest.raises(refusal):
        act(town)


def test_an_administrator_of_a_unit_gives_roles_below_it(town: Town) -> None:
    assert isinstance(town.give(town.wanted(), by=town.administrator(town.above)), RoleGrant)


def test_the_same_role_is_not_given_twice_and_clashing_ones_not_together(town: Town) -> None:
    town.give(town.wanted())
    with pytest.raises(giving.RoleHeldError):
        town.give(town.wanted())
    town.give(town.wanted(Role.EVALUATOR))
    with pytest.raises(giving.RoleHeldError):
        town.give(town.wanted(Role.EVALUATOR))
    with pytest.raises(giving.RolesClashError):
        town.give(town.wanted(Role.AUDITOR))


def test_a_clash_that_came_while_it_waited_is_found_at_the_approval(town: Town) -> None:
    asked = town.give(town.wanted(Role.EVALUATOR))
    make.grant(town.session, town.somebody, Role.REVIEWER, town.agency)
    with pytest.raises(giving.RolesClashError):
        requests.approve(town.session, town.agency.id, asked.id, actor=person(town.second.id), today=TODAY, now=NOW)


def test_the_server_gives_the_first_administrator_and_a_rule_of_claims_none(town: Town) -> None:
    fresh = make.agency(town.session)
    first = replace(
        town.wanted(Role.ADMINISTRATOR, unit_id=None), agency_id=fresh.id, source=GrantSource.CLI
    )  # fmt: skip
    assert isinstance(give_or_ask(town.session, first, actor=SYSTEM, today=TODAY, now=NOW), RoleGrant)
    claimed = town.wanted(Role.PERSONNEL, source=GrantSource.OIDC)
    with pytest.raises(giving.OutOfReachError):
        give_or_ask(town.session, claimed, actor=SYSTEM, today=TODAY, now=NOW)


def _end(town: Town, held: RoleGrant, by: User, why: str = "Pindah tugas ke dinas lain.") -> RoleGrant:
    return ending.end_grant(
        town.session, town.agency.id, held.id, reason=why, actor=person(by.id), today=TODAY, now=NOW
    )  # fmt: skip


def test_an_end_is_immediate_also_on_the_first_day_and_the_role_can_be_given_again(town: Town) -> None:
    given = town.give(town.wanted())
    assert isinstance(given, RoleGrant)
    _end(town, given, town.second)
    assert permissions_of(town.session, town.somebody.id, TODAY) == frozenset()
    assert (given.ended_by, given.ended_at, given.end_reason) == (town.second.id, NOW, "Pindah tugas ke dinas lain.")
    with pytest.raises(GrantEndedError):
        _end(town, given, town.second)
    assert isinstance(town.give(town.wanted()), RoleGrant)


def test_an_end_needs_a_reason_and_somebody_within_reach(town: Town) -> None:
    given = town.give(town.wanted())
    assert isinstance(given, RoleGrant)
    with pytest.raises(GrantReasonError):
        _end(town, given, town.second, "ya")
    for who in (town.administrator(town.beside), make.user(town.session)):
        with pytest.raises(UnknownGrantError):
            _end(town, given, who)


def _administration(town: Town, who: User) -> RoleGrant:
    return town.session.scalars(sa.select(RoleGrant).where(RoleGrant.user_id == who.id)).one()


def test_an_agency_keeps_its_last_administrator(town: Town) -> None:
    _end(town, _administration(town, town.first), town.second)
    last = _administration(town, town.second)
    with pytest.raises(ending.LastAdministratorError):
        _end(town, last, town.second)
    # One over a unit, or whose account is closed, does not look after the agency.
    town.administrator(town.above)
    closed = town.administrator()
    closed.active = False
    town.session.flush()
    with pytest.raises(ending.LastAdministratorError):
        ending.end_grant(
            town.session, town.agency.id, last.id, reason="Pensiun bulan ini.", actor=SYSTEM, today=TODAY, now=NOW
        )
    town.administrator()
    _end(town, last, town.second)


def test_the_review_of_a_day_gone_by_shows_what_was_held_then(town: Town) -> None:
    held = make.grant(town.session, town.somebody, Role.OFFICER, town.agency, town.unit, starts_on=TODAY - 9 * DAY)
    _end(town, held, town.first)
    who = {"reader_id": town.first.id, "today": TODAY}

    def on(day: object) -> set[int]:
        return {line.user.id for line in queries.review_on(town.session, town.agency.id, day, **who)}  # type: ignore[arg-type]

    assert town.somebody.id not in on(TODAY)
    assert town.somebody.id in on(TODAY - DAY)
    assert town.somebody.id not in on(TODAY - 10 * DAY)


def test_a_reader_sees_roles_within_reach_and_none_over_the_whole_agency(town: Town) -> None:
    town.give(town.wanted())
    town.give(town.wanted(unit_id=town.beside.id))
    local = town.administrator(town.above)
    seen = queries.grants_in(town.session, town.agency.id, local.id, queries.Asked(), today=TODAY)
    assert {line.grant.unit_id for line in seen} == {town.unit.id, town.above.id}
    everything = queries.grants_in(town.session, town.agency.id, town.first.id, queries.Asked(), today=TODAY)
    assert {line.grant.unit_id for line in everything} == {town.unit.id, town.beside.id, town.above.id, None}


def test_what_ends_within_fourteen_days_is_named(town: Town) -> None:
    for days in (0, 14, 15):
        make.grant(
            town.session, make.user(town.session), Role.OFFICER, town.agency, town.unit, ends_on=TODAY + days * DAY
        )
    assert queries.ending_soon(town.session, town.agency.id, town.first.id, today=TODAY) == 2
