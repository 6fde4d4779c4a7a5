"""A list is applied as one, waits where it moves the past, and never does what nobody saw."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.audit.operations import person
from feedback_app.identity.rules import Permission, Role
from feedback_app.organisation.models import Assignment, Employee
from feedback_app.organisation.people import changes
from feedback_app.organisation.people.imports import applying, preview, queries
from feedback_app.organisation.people.imports.applying import (
    NothingToApplyError,
    RefusedRowsError,
    StaleImportError,
    UnreadNumbersError,
    UploaderApprovesError,
)
from feedback_app.organisation.people.imports.preview import ImportSettledError
from feedback_app.organisation.people.models import PeopleChange, PeopleImport
from feedback_app.organisation.people.records import OwnAccountError
from tests import factories as make
from tests.evaluation.cycles import steps
from tests.organisation.people.imports.lists import MARIA, TODAY, YOSEF, Town, new_town

NEW = [MARIA, "Maria Bere", "Loket KTP", "Petugas Loket", "01/06/2026", "800/1"]
PAST = [MARIA, "Maria Bere", "Loket KTP", "Petugas Loket", "01/03/2026", "800/1"]


@pytest.fixture
def town(session: Session) -> Town:
    return new_town(session)


def waiting(town: Town) -> PeopleChange:
    return town.session.scalars(sa.select(PeopleChange).order_by(PeopleChange.id.desc()).limit(1)).one()


def approve(town: Town, by: int) -> None:
    changes.approve(town.session, town.agency.id, waiting(town).id, actor=person(by), now=town.now, today=TODAY)


def test_a_list_of_new_people_gives_them_their_posts(town: Town) -> None:
    made = town.look([NEW, [YOSEF, "Yosef Tefa", "loket-kk", "Petugas Loket", "1 Juni 2026", "800/2"]])
    assert town.changes(made) == ["new_person", "new_person"]
    assert town.posts(MARIA) == []
    assert town.apply(made) == "applied"
    assert town.posts(MARIA) == [("loket-ktp", date(2026, 6, 1), None)]
    assert town.posts(YOSEF) == [("loket-kk", date(2026, 6, 1), None)]
    assert all(row.assignment_id and row.employee_id for row in town.rows(made))


def test_the_same_list_twice_changes_nothing(town: Town) -> None:
    town.bring([NEW])
    again = town.look([NEW])
    assert town.changes(again) == ["same"]
    with pytest.raises(NothingToApplyError):
        town.apply(again)


def test_another_definitive_post_supersedes_the_one_before(town: Town) -> None:
    town.bring([NEW])
    made = town.look([[MARIA, "Maria Bere", "Loket KK", "Petugas Loket", "01/07/2026", "800/9"]])
    assert town.changes(made) == ["new_post"]
    row = town.rows(made)[0]
    assert row.after is not None
    assert row.after["leaves"][0]["ends_on"] == "2026-06-30"
    town.apply(made)
    assert town.posts(MARIA) == [
        ("loket-ktp", date(2026, 6, 1), date(2026, 6, 30)),
        ("loket-kk", date(2026, 7, 1), None),
    ]
    kept = town.session.scalars(sa.select(Assignment).order_by(Assignment.id)).all()
    assert [(post.superseded_at is None, post.replaces_id) for post in kept] == [
        (False, None), (True, kept[0].id), (True, None),
    ]  # fmt: skip
    assert {post.import_id for post in kept[1:]} == {made.id}


def test_refused_rows_hold_the_others_back_until_somebody_says_so(town: Town) -> None:
    made = town.look([NEW, ["123", "Salah", "Loket KK", "Petugas", "01/06/2026", "800/2"]])
    with pytest.raises(RefusedRowsError):
        town.apply(made)
    assert town.apply(made, only_good=True) == "applied"
    assert len(town.posts(MARIA)) == 1


def test_a_whole_list_with_an_unreadable_number_is_not_applied(town: Town) -> None:
    town.bring([NEW])
    made = town.look([["123", "Maria Bere", *NEW[2:]]], whole_list_ends_on=date(2026, 7, 31))
    with pytest.raises(UnreadNumbersError):
        town.apply(made, only_good=True)
    assert town.posts(MARIA)[0][2] is None


def test_a_list_that_moves_days_gone_by_waits_for_somebody_else(town: Town) -> None:
    made = town.look([PAST])
    assert town.rows(made)[0].touches_past
    assert town.apply(made) == "waiting"
    assert town.posts(MARIA) == []
    change = waiting(town)
    assert (change.touches_from, change.touches_to) == (date(2026, 3, 1), TODAY - timedelta(days=1))
    with pytest.raises(changes.NotSecondPersonError):
        approve(town, town.clerk.id)
    approve(town, town.chief.id)
    assert town.posts(MARIA) == [("loket-ktp", date(2026, 3, 1), None)]
    town.session.refresh(made)
    assert (made.state.value, made.approved_by, made.applied_by) == ("applied", town.chief.id, town.clerk.id)


def test_whoever_brought_the_list_in_is_no_second_person_though_another_asked(town: Town) -> None:
    made = town.look([PAST])
    applying.apply(
        town.session, made, seen=made.counts["digest"], only_good=False, reason="Daftar SIMPEG",
        actor=person(town.chief.id), at=town.at,
    )  # fmt: skip
    with pytest.raises(UploaderApprovesError):
        approve(town, town.clerk.id)
    assert town.posts(MARIA) == []


def test_whose_own_record_a_list_moves_does_not_agree_to_it(town: Town) -> None:
    make.employee(town.session, town.agency, nip=MARIA, name="Maria Bere", user_id=town.chief.id)
    assert town.apply(town.look([PAST])) == "waiting"
    with pytest.raises(changes.ApproverConcernedError):
        approve(town, town.chief.id)


def test_whose_account_the_list_itself_links_does_not_agree_to_it(town: Town) -> None:
    header = ("NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Nomor SK", "Email")
    assert town.apply(town.look([[*PAST, town.chief.email]], header)) == "waiting"
    with pytest.raises(changes.ApproverConcernedError):
        approve(town, town.chief.id)


WITH_EMAIL = ("NIP", "Nama", "Unit Kerja", "Jabatan", "TMT Jabatan", "Nomor SK", "Email")


def test_accounts_in_a_list_wait_for_somebody_else_once_there_is_a_cycle(town: Town) -> None:
    account = make.user(town.session)
    steps.draft(town.session, town.agency)
    made = town.look([[*NEW, account.email]], WITH_EMAIL)
    linked = sa.select(Employee.user_id).where(Employee.nip == MARIA)
    assert town.apply(made) == "waiting"
    approve(town, town.chief.id)
    assert town.session.scalars(linked).one() == account.id


def test_nobody_links_their_own_account_by_a_list(town: Town) -> None:
    made = town.look([[*NEW, town.clerk.email]], WITH_EMAIL)
    with pytest.raises(OwnAccountError):
        town.apply(made)
    assert town.posts(MARIA) == []


def test_days_before_any_feedback_need_nobody(town: Town) -> None:
    town.feedback_since = None
    assert town.apply(town.look([PAST])) == "applied"


def test_rows_that_touch_the_past_can_be_taken_out(town: Town) -> None:
    made = town.look([PAST, [YOSEF, "Yosef", "Loket KK", "Petugas", "01/06/2026", "800/2"]])
    preview.leave_out_past(town.session, made, leaves_out=True, at=town.at)
    assert (made.counts["past"], made.counts["left_out"], made.counts["touches"]) == (1, 1, None)
    assert town.apply(made) == "applied"
    assert town.posts(MARIA) == []
    assert len(town.posts(YOSEF)) == 1


def test_nobody_is_ended_as_absent_because_their_row_was_taken_out(town: Town) -> None:
    town.bring([NEW])
    made = town.look([[MARIA, "Maria Bere", "Loket KK", *PAST[3:]]], whole_list_ends_on=date(2026, 7, 31))
    preview.leave_out_past(town.session, made, leaves_out=True, at=town.at)
    assert [row.change.value for row in town.rows(made) if not row.touches_past] == []


def test_a_stale_preview_is_shown_again_and_not_applied(town: Town) -> None:
    made = town.look([[MARIA, "Maria Bere", "Loket KK", "Petugas", "01/07/2026", "800/9"]])
    seen = made.counts["digest"]
    town.bring([NEW])
    assert town.apply(made) == "stale"
    assert len(town.posts(MARIA)) == 1
    assert made.counts["digest"] != seen
    assert town.changes(made) == ["new_post"]
    assert town.apply(made) == "applied"


def test_what_was_agreed_to_is_not_carried_out_once_things_changed(town: Town) -> None:
    town.apply(town.look([PAST]))
    asked = waiting(town)
    town.bring([NEW])
    with pytest.raises(StaleImportError):
        changes.approve(town.session, town.agency.id, asked.id, actor=person(town.chief.id), now=town.now, today=TODAY)
    town.session.refresh(asked)
    assert asked.state.value == "waiting"


def test_a_waiting_list_cannot_be_mapped_anew_and_a_refused_one_can(town: Town) -> None:
    made = town.look([PAST])
    town.apply(made)
    with pytest.raises(ImportSettledError):
        preview.leave_out_past(town.session, made, leaves_out=True, at=town.at)
    changes.refuse(
        town.session, town.agency.id, waiting(town).id, note="Periksa lagi", actor=person(town.chief.id), now=town.now,
        today=TODAY,
    )  # fmt: skip
    again = queries.import_for(town.session, town.clerk.id, made.id, TODAY, *_manage())
    preview.leave_out_past(town.session, again, leaves_out=True, at=town.at)


def test_an_import_of_another_agency_does_not_exist(town: Town) -> None:
    made = town.look([NEW])
    stranger = make.user(town.session)
    make.grant(town.session, stranger, Role.PERSONNEL, make.agency(town.session))
    with pytest.raises(queries.UnknownImportError):
        queries.import_for(town.session, stranger.id, made.id, TODAY, *_manage())


def test_who_looks_after_one_unit_sees_no_import(town: Town) -> None:
    made = town.look([NEW])
    officer = make.user(town.session)
    make.grant(town.session, officer, Role.PERSONNEL, town.agency, town.ktp)
    with pytest.raises(queries.UnknownImportError):
        queries.import_for(town.session, officer.id, made.id, TODAY, *_manage())


def test_the_trail_holds_counts_and_no_names(town: Town) -> None:
    town.bring([NEW])
    acts = town.session.execute(sa.select(AuditEvent.action, AuditEvent.detail)).all()
    assert "organisation.import_people" in {act.action for act in acts}
    assert "Maria" not in str(acts)
    assert MARIA not in str(acts)


def test_a_dropped_list_keeps_nothing(town: Town) -> None:
    made = town.look([NEW])
    preview.drop(town.session, made, actor=town.actor, now=town.now)
    assert town.rows(made) == []
    assert town.session.get_one(PeopleImport, (town.agency.id, made.id)).state.value == "dropped"


def _manage() -> tuple[Permission, ...]:
    return (Permission.MANAGE_PEOPLE,)
