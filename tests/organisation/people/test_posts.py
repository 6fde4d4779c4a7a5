"""Posts change by superseding rows, and the past only with a second person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import person
from feedback_app.organisation.models import Assignment
from feedback_app.organisation.operations import OverlappingAssignmentError
from feedback_app.organisation.people.change_queries import approvals_of
from feedback_app.organisation.people.changes import MissingReasonError, approve
from feedback_app.organisation.people.models import PeopleChange
from feedback_app.organisation.people.post_edits import StalePostError, as_known_at, fields_of
from feedback_app.organisation.people.posts import (
    PostDaysError,
    add_post,
    cancel_post,
    change_places,
    correct_post,
    end_post,
)
from tests import factories as make
from tests.organisation.people.town import AT, MAY_1, WHY, town


def standing(session: Session, agency_id: int) -> list[Assignment]:
    query = sa.select(Assignment).where(Assignment.agency_id == agency_id, as_known_at()).order_by(Assignment.id)
    return list(session.scalars(query))


def test_a_post_from_today_on_is_given_at_once(session: Session) -> None:
    at = town(session)
    post = add_post(session, at.agency.id, at.fields(), actor=at.me, at=AT)
    assert isinstance(post, Assignment)
    assert (post.recorded_by, post.recorded_at, post.starts_on) == (at.asker.id, AT.now, make.TODAY)
    assert session.scalars(sa.select(AuditEvent.action).where(AuditEvent.subject_id == post.id)).one() == (
        "organisation.assign"
    )


def test_a_post_that_ends_in_days_to_come_leaves_its_old_row_superseded(session: Session) -> None:
    at = town(session)
    last = make.TODAY + timedelta(days=9)
    ended = end_post(session, at.post, last, actor=at.me, at=AT, reason=WHY)
    assert isinstance(ended, Assignment)
    assert (ended.ends_on, ended.replaces_id) == (last, at.post.id)
    assert (at.post.superseded_at, at.post.superseded_by) == (AT.now, at.asker.id)
    assert (at.post.superseded_reason, at.post.ends_on) == (WHY, None)
    assert standing(session, at.agency.id) == [ended]


def test_what_was_known_earlier_can_still_be_asked(session: Session) -> None:
    at = town(session)
    end_post(session, at.post, make.TODAY, actor=at.me, at=AT, reason=WHY)
    before = session.scalars(sa.select(Assignment).where(as_known_at(AT.now - timedelta(seconds=1)))).one()
    assert before.id == at.post.id
    after = session.scalars(sa.select(Assignment).where(as_known_at(AT.now))).one()
    assert after.replaces_id == at.post.id


@pytest.mark.parametrize("days_back", [1, 11, 2000])
def test_a_post_that_begins_before_today_waits_for_a_second_person(session: Session, days_back: int) -> None:
    at = town(session)
    wanted = at.fields(starts_on=make.TODAY - timedelta(days=days_back))
    change = add_post(session, at.agency.id, wanted, actor=at.me, at=AT, reason=WHY)
    assert isinstance(change, PeopleChange)
    assert standing(session, at.agency.id) == [at.post]
    first_feedback_on = AT.first_feedback_on or date.max
    assert change.touches_from == max(wanted.starts_on, first_feedback_on)
    assert change.touches_to == make.TODAY - timedelta(days=1)
    assert set(change.concerned_employees) == {at.ana.id, at.budi.id}


def test_before_the_first_feedback_nobody_else_is_needed(session: Session) -> None:
    at = town(session)
    early = replace(AT, first_feedback_on=None)
    assert isinstance(add_post(session, at.agency.id, at.fields(starts_on=MAY_1), actor=at.me, at=early), Assignment)


def test_an_approved_change_is_known_from_the_approval_on(session: Session) -> None:
    at = town(session)
    change = end_post(session, at.post, MAY_1, actor=at.me, at=AT, reason=WHY)
    assert isinstance(change, PeopleChange)
    later = AT.now + timedelta(hours=2)
    approve(session, at.agency.id, change.id, actor=person(at.approver.id), now=later, today=AT.today)
    (row,) = standing(session, at.agency.id)
    assert (row.ends_on, row.recorded_at, row.recorded_by) == (MAY_1, later, at.asker.id)
    approval = approvals_of(session, at.agency.id, [row.id, at.post.id])
    assert approval[row.id].decided_by == at.approver.id
    assert approval[at.post.id].reason == WHY


def test_another_title_for_days_gone_by_moves_nobody_and_waits_for_nobody(session: Session) -> None:
    at = town(session)
    right = replace(fields_of(at.post), position="Petugas Loket KTP", decree_number="800/2/2020")
    assert isinstance(correct_post(session, at.post, right, actor=at.me, at=AT, reason=WHY), Assignment)


def test_a_post_that_somebody_else_changed_meanwhile_is_not_changed_again(session: Session) -> None:
    at = town(session)
    end_post(session, at.post, make.TODAY, actor=at.me, at=AT, reason=WHY)
    with pytest.raises(StalePostError):
        end_post(session, at.post, make.TODAY + timedelta(days=3), actor=at.me, at=AT, reason=WHY)
    assert len(standing(session, at.agency.id)) == 1


def test_what_the_rules_of_posts_refuse_is_refused_before_anybody_is_asked(session: Session) -> None:
    at = town(session)
    twice = at.fields(at.ana, starts_on=MAY_1)
    with pytest.raises(OverlappingAssignmentError):
        add_post(session, at.agency.id, twice, actor=at.me, at=AT, reason=WHY)
    assert session.scalar(sa.select(sa.func.count()).select_from(PeopleChange)) == 0


def test_a_change_of_the_past_without_a_reason_is_refused(session: Session) -> None:
    at = town(session)
    with pytest.raises(MissingReasonError):
        cancel_post(session, at.post, actor=at.me, at=AT, reason=" ")


def test_a_post_cannot_end_before_it_began(session: Session) -> None:
    at = town(session)
    with pytest.raises(PostDaysError):
        end_post(session, at.post, make.LONG_AGO - timedelta(days=1), actor=at.me, at=AT, reason=WHY)


def test_two_people_change_places_in_one_step(session: Session) -> None:
    at = town(session)
    second = make.service(session, at.unit)
    other = make.assignment(session, at.budi, at.unit, service_id=second.id, position="Petugas Arsip")
    on = make.TODAY + timedelta(days=5)
    rows = change_places(session, at.post, other, on, decree_number="800/9/2026", actor=at.me, at=AT, reason=WHY)
    assert isinstance(rows, list)
    now = {(r.employee_id, r.service_id, r.position) for r in standing(session, at.agency.id) if r.starts_on == on}
    assert now == {(at.budi.id, at.service.id, "Petugas Loket"), (at.ana.id, second.id, "Petugas Arsip")}
    ended = {r.employee_id for r in standing(session, at.agency.id) if r.ends_on == on - timedelta(days=1)}
    assert ended == {at.ana.id, at.budi.id}


def test_places_changed_in_the_past_wait_as_one_change(session: Session) -> None:
    at = town(session)
    second = make.service(session, at.unit)
    other = make.assignment(session, at.budi, at.unit, service_id=second.id)
    change = change_places(session, at.post, other, MAY_1, decree_number="800/9/2026", actor=at.me, at=AT, reason=WHY)
    assert isinstance(change, PeopleChange)
    approve(session, at.agency.id, change.id, actor=person(at.approver.id), now=AT.now, today=AT.today)
    assert len(standing(session, at.agency.id)) == 4


def test_one_person_does_not_change_places_alone(session: Session) -> None:
    at = town(session)
    with pytest.raises(PostDaysError):
        change_places(session, at.post, at.post, make.TODAY, decree_number="1", actor=at.me, at=AT, reason=WHY)
