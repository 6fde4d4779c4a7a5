"""A case's life in the database: taken, answered, judged by the citizen, closed by silence and called so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.audit.models import ActorKind, AuditEvent
from feedback_app.handling.answers.saying import ReplyLengthError
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.inbox.feedback_list import feedback
from feedback_app.handling.inbox.queries import inbox
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.operations import (
    NewCase,
    WordsRequiredError,
    close_silent,
    judge,
    open_cases,
    respond,
    take,
)
from feedback_app.handling.queries import UnknownCaseError, case_for, silence_is_over
from feedback_app.handling.rules import CaseStatus, Classification, MoveNotAllowedError, NotAnsweredError, Outcome
from feedback_app.identity.models import User
from feedback_app.identity.rules import Permission, Role
from feedback_app.intake.rules import SubmissionKind
from feedback_app.organisation.models import Agency, Unit, UnitKind
from tests import factories as make
from tests.drain.test_run import FakeReader, drain, reading

ANSWER = "Blangko sudah tiba; silakan ambil besok pagi."


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


@pytest.fixture
def officer(session: Session, unit: Unit) -> User:
    who = make.user(session)
    session.execute(
        sa.text(
            "INSERT INTO role_grants (agency_id, user_id, role, unit_id, starts_on, created_at, reason, source) "
            "VALUES (:agency, :user, 'officer', :unit, '2020-01-01', now(), 'Untuk pengujian.', 'cli')"
        ),
        {"agency": unit.agency_id, "user": who.id, "unit": unit.id},
    )
    return who


@pytest.fixture
def case(session: Session, unit: Unit) -> Case:
    make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text="KTP belum jadi sejak Maret")
    drain(session)
    return session.scalars(sa.select(Case)).one()


def test_an_answer_opens_the_citizens_window_of_ten_working_days(session: Session, case: Case, officer: User) -> None:
    take(session, case, user_id=officer.id, now=make.NOW)
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    assert (case.status, case.first_replied_at) == (CaseStatus.ANSWERED, make.NOW)
    assert case.silence_ends_at is not None
    assert case.silence_ends_at.date() == date(2026, 5, 26)
    assert case.assigned_to == officer.id


@pytest.mark.parametrize("text", [pytest.param("Sudah.", id="too short"), pytest.param("x" * 4001, id="too long")])
def test_a_reply_of_the_wrong_length_changes_nothing(session: Session, case: Case, officer: User, text: str) -> None:
    with pytest.raises(ReplyLengthError):
        respond(session, case, text, user_id=officer.id, now=make.NOW)
    assert case.status is CaseStatus.NEW


def test_the_second_of_two_answers_is_refused(session: Session, case: Case, officer: User) -> None:
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    with pytest.raises(MoveNotAllowedError):
        respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)


@pytest.mark.parametrize("outcome", [Outcome.CONFIRMED, Outcome.PARTLY])
def test_the_citizens_word_closes_a_case(session: Session, case: Case, officer: User, outcome: Outcome) -> None:
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    judge(session, case, outcome, None, now=make.NOW)
    assert (case.status, case.outcome, case.closed_at) == (CaseStatus.CLOSED, outcome, make.NOW)


def test_not_solved_reopens_with_a_new_clock_and_keeps_the_officer(session: Session, case: Case, officer: User) -> None:
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    first_due = case.reply_due_at
    later = make.NOW + timedelta(days=7)
    judge(session, case, Outcome.DISPUTED, "Saya datang dan KTP belum ada.", now=later)
    assert (case.status, case.reopened_count, case.outcome) == (CaseStatus.IN_PROGRESS, 1, None)
    assert case.reply_due_at > first_due
    assert case.assigned_to == officer.id
    said = session.scalars(sa.select(CaseEvent.reason).where(CaseEvent.outcome == Outcome.DISPUTED)).one()
    assert said == "Saya datang dan KTP belum ada."


def test_not_solved_needs_a_word_of_what_is_missing(session: Session, case: Case, officer: User) -> None:
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    with pytest.raises(WordsRequiredError):
        judge(session, case, Outcome.DISPUTED, " belum ", now=make.NOW)


def test_an_unanswered_case_cannot_be_judged(session: Session, case: Case) -> None:
    with pytest.raises(NotAnsweredError):
        judge(session, case, Outcome.CONFIRMED, None, now=make.NOW)


def test_silence_closes_as_silence_and_not_a_day_early(session: Session, case: Case, officer: User) -> None:
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    assert case.silence_ends_at is not None
    just_before = case.silence_ends_at - timedelta(seconds=1)
    assert not silence_is_over(session, now=just_before)
    assert close_silent(session, now=just_before) == 0
    ends_at = case.silence_ends_at
    assert silence_is_over(session, now=ends_at)
    assert close_silent(session, now=ends_at) == 1
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, Outcome.SILENT)


def test_a_citizen_cannot_say_that_they_are_silent(session: Session, case: Case, officer: User) -> None:
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    with pytest.raises(MoveNotAllowedError):
        judge(session, case, Outcome.SILENT, None, now=make.NOW)


def test_every_move_is_on_the_timeline_and_in_the_audit_trail(session: Session, case: Case, officer: User) -> None:
    take(session, case, user_id=officer.id, now=make.NOW)
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    judge(session, case, Outcome.CONFIRMED, None, now=make.NOW)
    moves = session.execute(
        sa.select(CaseEvent.actor_kind, CaseEvent.from_status, CaseEvent.to_status).order_by(CaseEvent.id)
    ).all()
    assert moves == [
        (ActorKind.SYSTEM, None, CaseStatus.NEW),
        (ActorKind.USER, CaseStatus.NEW, CaseStatus.IN_PROGRESS),
        (ActorKind.USER, CaseStatus.IN_PROGRESS, CaseStatus.ANSWERED),
        (ActorKind.CITIZEN, CaseStatus.ANSWERED, CaseStatus.CLOSED),
    ]
    audited = session.scalars(
        sa.select(AuditEvent.action).where(AuditEvent.subject_type == "case").order_by(AuditEvent.id)
    )
    assert audited.all() == ["handling.take", "handling.respond", "handling.judge"]


def test_a_submission_has_one_case(session: Session, case: Case) -> None:
    again = NewCase(case.agency_id, case.submission_id, case.unit_id, Classification.NO_OVERSIGHT, False, make.NOW)
    with pytest.raises(IntegrityError):
        open_cases(session, [again], now=make.NOW)


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"status": "closed", "outcome": "confirmed", "closed_at": make.NOW}, id="closed without a reply"),
        pytest.param({"status": "answered"}, id="answered without a window"),
        pytest.param({"outcome": "confirmed"}, id="outcome of an open case"),
        pytest.param({"reopened_count": -1}, id="negative count"),
    ],
)
def test_the_database_refuses_a_case_that_cannot_be(session: Session, case: Case, broken: dict[str, object]) -> None:
    with pytest.raises(IntegrityError):
        session.execute(sa.update(Case).where(Case.id == case.id).values(broken))


def test_an_officer_reaches_the_units_below_and_no_others(session: Session, unit: Unit, case: Case) -> None:
    agency = case.agency_id
    above, beside = make.user(session), make.user(session)
    of = session.get_one(type(make.agency(session)), agency)
    parent = make.unit(session, of)
    session.execute(
        sa.text("UPDATE unit_versions SET parent_id = :p WHERE unit_id = :u"), {"p": parent.id, "u": unit.id}
    )
    make.grant(session, above, Role.UNIT_HEAD, of, parent)
    make.grant(session, beside, Role.UNIT_HEAD, of, make.unit(session, of))
    found = case_for(session, above.id, case.id, permission=Permission.ANSWER_CASE, day=make.TODAY)
    assert found.id == case.id
    assert [row.id for row in inbox(session, above.id, day=make.TODAY, now=make.NOW).rows] == [case.id]
    assert inbox(session, beside.id, day=make.TODAY, now=make.NOW).total == 0
    with pytest.raises(UnknownCaseError):
        case_for(session, beside.id, case.id, permission=Permission.ANSWER_CASE, day=make.TODAY)


@pytest.mark.parametrize(
    "dates",
    [
        pytest.param({"ends_on": make.TODAY - timedelta(days=1)}, id="ended yesterday"),
        pytest.param({"starts_on": make.TODAY + timedelta(days=1)}, id="starts tomorrow"),
    ],
)
def test_a_grant_counts_on_its_days_only(session: Session, unit: Unit, case: Case, dates: dict[str, date]) -> None:
    who = make.user(session)
    of = session.get_one(type(make.agency(session)), case.agency_id)
    make.grant(session, who, Role.UNIT_HEAD, of, unit, **dates)
    assert inbox(session, who.id, day=make.TODAY, now=make.NOW).total == 0


def test_the_accused_unit_sees_neither_the_case_nor_the_text(session: Session) -> None:
    agency = make.agency(session)
    inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    accused = make.unit(session, agency)
    head, inspector = make.user(session), make.user(session)
    make.grant(session, head, Role.UNIT_HEAD, agency, accused)
    make.grant(session, inspector, Role.OFFICER, agency, inspectorate)
    make.submission(session, accused, rating=1, text="Petugas meminta uang pelicin")
    drain(session, FakeReader(reading(integrity=True)))
    assert inbox(session, head.id, day=make.TODAY, now=make.NOW).total == 0
    assert feedback(session, head.id, day=make.TODAY) == ([], 0)
    assert inbox(session, inspector.id, day=make.TODAY, now=make.NOW).total == 1


def test_an_administrator_of_the_whole_agency_sees_no_confidential_case(session: Session) -> None:
    agency = make.agency(session)
    inspectorate = make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    unit = make.unit(session, agency)
    administrator, inspector = make.user(session), make.user(session)
    make.grant(session, administrator, Role.ADMINISTRATOR, agency)
    make.grant(session, inspector, Role.OFFICER, agency, inspectorate)
    make.submission(session, unit, rating=1, text="Petugas meminta uang pelicin")
    drain(session, FakeReader(reading(integrity=True)))
    make.submission(session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text="Antrean lama sekali")
    drain(session)
    secret = session.scalars(sa.select(Case.id).where(Case.is_confidential)).one()
    assert inbox(session, administrator.id, day=make.TODAY, now=make.NOW).total == 1
    assert inbox(session, inspector.id, day=make.TODAY, now=make.NOW).total == 1
    with pytest.raises(UnknownCaseError):
        case_for(session, administrator.id, secret, permission=Permission.READ_INBOX, day=make.TODAY)


def alleged(session: Session, of: Unit, **values: object) -> None:
    make.submission(session, of, rating=1, text="Petugas meminta uang pelicin", **values)
    drain(session, FakeReader(reading(integrity=True)))


def test_no_list_shows_an_allegation_to_whoever_looks_after_the_whole_agency(session: Session) -> None:
    agency = make.agency(session)
    make.unit(session, agency, kind=UnitKind.INSPECTORATE)
    unit = make.unit(session, agency)
    for role in (Role.ADMINISTRATOR, Role.OFFICER):
        who = make.user(session)
        make.grant(session, who, role, agency)
        alleged(session, unit)
        assert feedback(session, who.id, day=make.TODAY) == ([], 0)


def test_the_head_of_the_root_does_not_reach_what_is_said_of_the_root(session: Session) -> None:
    agency = make.agency(session)
    root = make.unit(session, agency)
    inspectorate = make.unit(session, agency, parent=root, kind=UnitKind.INSPECTORATE)
    head, inspector, both = make.user(session), make.user(session), make.user(session)
    make.grant(session, head, Role.UNIT_HEAD, agency, root)
    make.grant(session, inspector, Role.OFFICER, agency, inspectorate)
    make.grant(session, both, Role.OFFICER, agency, inspectorate)
    make.grant(session, both, Role.UNIT_HEAD, agency, root)
    alleged(session, root)
    totals = [inbox(session, who.id, day=make.TODAY, now=make.NOW).total for who in (head, inspector, both)]
    assert totals == [0, 1, 0]


def test_an_allegation_nobody_examines_yet_is_seen_by_the_administrators_alone(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    head, administrator = make.user(session), make.user(session)
    make.grant(session, head, Role.UNIT_HEAD, agency, unit)
    make.grant(session, administrator, Role.ADMINISTRATOR, agency)
    alleged(session, unit)
    assert inbox(session, head.id, day=make.TODAY, now=make.NOW).total == 0
    assert feedback(session, head.id, day=make.TODAY) == ([], 0)
    rows = inbox(session, administrator.id, day=make.TODAY, now=make.NOW).rows
    assert [row.unit_name for row in rows] == ["–"]


def test_imported_history_with_an_allegation_is_in_no_list(session: Session) -> None:
    agency = make.agency(session)
    unit = make.unit(session, agency)
    head = make.user(session)
    make.grant(session, head, Role.UNIT_HEAD, agency, unit)
    alleged(session, unit, wants_reply=False)
    assert feedback(session, head.id, day=make.TODAY) == ([], 0)


def test_what_a_citizen_says_of_an_answer_is_stored_masked(session: Session, case: Case, officer: User) -> None:
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    judge(session, case, Outcome.DISPUTED, "Belum jadi. Hubungi saya di 081234567890.", now=make.NOW)
    said = session.scalars(sa.select(CaseEvent.reason).where(CaseEvent.outcome == Outcome.DISPUTED)).one()
    assert said == "Belum jadi. Hubungi saya di [TELEPON]."


def test_an_allegation_in_the_citizens_answer_takes_the_case_past_the_unit(
    session: Session, unit: Unit, case: Case, officer: User
) -> None:
    of = session.get_one(type(make.agency(session)), unit.agency_id)
    inspectorate = make.unit(session, of, kind=UnitKind.INSPECTORATE)
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    judge(session, case, Outcome.DISPUTED, "Petugas minta uang pelicin 50 ribu supaya diantar.", now=make.NOW)
    assert (case.unit_id, case.is_confidential, case.assigned_to) == (inspectorate.id, True, None)
    assert inbox(session, officer.id, day=make.TODAY, now=make.NOW).total == 0
    assert feedback(session, officer.id, day=make.TODAY) == ([], 0)


@pytest.mark.parametrize("outcome", [Outcome.CONFIRMED, Outcome.PARTLY, Outcome.DISPUTED])
def test_an_allegation_beside_any_verdict_leaves_the_case_open_for_whoever_examines_it(
    session: Session, unit: Unit, case: Case, officer: User, outcome: Outcome
) -> None:
    of = session.get_one(Agency, unit.agency_id)
    inspectorate = make.unit(session, of, kind=UnitKind.INSPECTORATE)
    case.is_confidential = True
    later = make.NOW + timedelta(days=2)
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    judge(session, case, outcome, "Petugas minta uang pelicin 50 ribu supaya diantar.", now=later)
    assert (case.unit_id, case.status, case.outcome) == (inspectorate.id, CaseStatus.IN_PROGRESS, None)
    assert case.reopened_count == 1
    due = clocks_of(session, unit.agency_id).deadlines(Classification.OVERSIGHT, later)
    assert (case.reply_due_at, case.resolve_due_at) == (due.reply_due_at, due.resolve_due_at)
    said = session.scalars(sa.select(CaseEvent.outcome).where(CaseEvent.outcome.is_not(None))).all()
    assert said == [outcome], "what the citizen said stays on the timeline"


def test_the_verdict_on_the_answer_of_whoever_examines_stands(session: Session, case: Case, officer: User) -> None:
    send_past_the_unit(session, case, now=make.NOW)
    respond(session, case, ANSWER, user_id=officer.id, now=make.NOW)
    judge(session, case, Outcome.CONFIRMED, "Petugas yang minta uang pelicin sudah ditegur.", now=make.NOW)
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, Outcome.CONFIRMED)
