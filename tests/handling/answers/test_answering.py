"""One answer for merged reports, and one text for many: each citizen gets their own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.clock import office_day, utcnow
from feedback_app.handling.answers.answering import AnsweredWithMainError, answer
from feedback_app.handling.answers.placeholders import UnfilledPlaceholderError, UnknownPlaceholderError
from feedback_app.handling.bulk.collective import (
    CHOSEN_MOST,
    ChangedSinceChosenError,
    Chosen,
    Sent,
    TooManyChosenError,
    reply_to_all,
)
from feedback_app.handling.bulk.duplicates import merge
from feedback_app.handling.bulk.models import BulkAct, BulkItem, BulkKind
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.moves import move
from feedback_app.handling.queries import UnknownCaseError
from feedback_app.handling.rules import CaseStatus, MoveNotAllowedError
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from tests import factories as make
from tests.blueprints.office import Office, new_office

ANSWER = "Lampu sudah diganti kemarin sore."


@pytest.fixture
def now() -> datetime:
    return utcnow()


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def officer(office: Office) -> User:
    return office.staff(Role.OFFICER)


def replies(session: Session, case: Case) -> list[Reply]:
    return list(session.scalars(sa.select(Reply).where(Reply.case_id == case.id).order_by(Reply.id)))


def send(
    session: Session, officer: User, cases: list[Case], text: str, now: datetime, *, versions: bool = True
) -> Sent:
    chosen = [Chosen(case.id, case.version if versions else None) for case in cases]
    return reply_to_all(session, chosen, text, user_id=officer.id, day=office_day(now), now=now)


def test_each_merged_report_gets_its_own_answer_window_and_note_of_the_act(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    cases = [office.report(at=now - timedelta(days=days)) for days in (3, 2, 1)]
    main = merge(session, cases, user_id=officer.id, now=now)
    sent = answer(session, main, ANSWER, user_id=officer.id, now=now)
    assert sorted(reply.case_id for reply in sent) == sorted(case.id for case in cases)
    [act] = session.scalars(sa.select(BulkAct).where(BulkAct.agency_id == office.agency.id))
    assert act.kind is BulkKind.REPLY
    for case in cases:
        assert (case.status, case.answered_by) == (CaseStatus.ANSWERED, officer.id)
        assert case.silence_ends_at is not None
        [reply] = replies(session, case)
        assert (reply.text, reply.bulk_id) == (ANSWER, act.id)
    items = session.scalars(sa.select(BulkItem.case_id).where(BulkItem.act_id == act.id)).all()
    assert sorted(items) == sorted(case.id for case in cases)


def test_an_answer_to_one_case_is_no_act_on_many(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    [reply] = answer(session, office.report(), ANSWER, user_id=officer.id, now=now)
    assert reply.bulk_id is None


def test_a_merged_report_whose_citizen_was_asked_is_answered_too(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    main, copy = office.report(at=now - timedelta(days=2)), office.report(at=now)
    merge(session, [main, copy], user_id=officer.id, now=now)
    move(session, copy, CaseStatus.ON_HOLD, actor=person(officer.id), now=now, action="handling.ask", held_until=now)
    answer(session, main, ANSWER, user_id=officer.id, now=now)
    assert copy.status is CaseStatus.ANSWERED


def test_a_merged_report_is_not_answered_by_itself(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    main, copy = office.report(at=now - timedelta(days=2)), office.report(at=now)
    merge(session, [main, copy], user_id=officer.id, now=now)
    with pytest.raises(AnsweredWithMainError, match=str(main.id)):
        answer(session, copy, ANSWER, user_id=officer.id, now=now)


def test_an_answer_with_something_left_to_fill_in_is_kept_back(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    case = office.report()
    with pytest.raises(UnfilledPlaceholderError, match="nomor_kasus"):
        answer(session, case, "Kasus {nomor_kasus} selesai.", user_id=officer.id, now=now)
    assert replies(session, case) == []


def test_one_text_to_many_is_filled_in_for_each(session: Session, office: Office, officer: User, now: datetime) -> None:
    cases = [office.report() for _ in range(3)]
    sent = send(session, officer, cases, "Laporan nomor {nomor_kasus} sudah kami tangani.", now)
    assert (sorted(sent.case_ids), sent.failed) == (sorted(case.id for case in cases), {})
    for case in cases:
        assert [reply.text for reply in replies(session, case)] == [f"Laporan nomor {case.id} sudah kami tangani."]
    [act] = office.acts("handling.reply_to_all")
    assert act.detail == {"sent": 3, "failed": 0}


def test_one_that_fails_keeps_back_no_other_and_says_why(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    good, answered, changed = office.report(), office.report(), office.report()
    foreign = new_office(session).report()
    answer(session, answered, ANSWER, user_id=officer.id, now=now)
    chosen = [Chosen(good.id, good.version), Chosen(answered.id), Chosen(changed.id, 99), Chosen(foreign.id)]
    sent = reply_to_all(session, chosen, ANSWER, user_id=officer.id, day=office_day(now), now=now)
    assert sent.case_ids == [good.id]
    assert {case_id: type(error) for case_id, error in sent.failed.items()} == {
        answered.id: MoveNotAllowedError, changed.id: ChangedSinceChosenError, foreign.id: UnknownCaseError,
    }  # fmt: skip
    assert len(replies(session, answered)) == 1
    assert replies(session, foreign) == []


def test_a_case_without_what_the_text_asks_for_is_told_apart(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    service = make.service(session, office.unit, name="KTP elektronik")
    with_service, without = office.report(service_id=service.id), office.report()
    sent = send(session, officer, [with_service, without], "Layanan {layanan} sudah pulih.", now)
    assert sent.case_ids == [with_service.id]
    assert isinstance(sent.failed[without.id], UnfilledPlaceholderError)
    assert without.status is CaseStatus.NEW


def test_merged_reports_are_answered_once_whether_chosen_or_not(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    copy = office.report(at=now)
    main = office.report(at=now - timedelta(days=2))
    unchosen = office.report(at=now)
    merge(session, [main, copy, unchosen], user_id=officer.id, now=now)
    sent = send(session, officer, [copy, main], ANSWER, now)
    assert (sorted(sent.case_ids), sent.failed) == (sorted([copy.id, main.id, unchosen.id]), {})
    assert [len(replies(session, case)) for case in (copy, main, unchosen)] == [1, 1, 1]


def test_an_unknown_placeholder_or_too_many_cases_send_nothing(
    session: Session, office: Office, officer: User, now: datetime
) -> None:
    case = office.report()
    with pytest.raises(UnknownPlaceholderError):
        send(session, officer, [case], "Salam, {nama_camat} yang baik.", now)
    with pytest.raises(TooManyChosenError):
        reply_to_all(
            session, [Chosen(number) for number in range(CHOSEN_MOST + 1)], ANSWER, user_id=officer.id,
            day=office_day(now), now=now,
        )  # fmt: skip
    assert replies(session, case) == []
