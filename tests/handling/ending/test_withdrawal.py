"""Taking a report back, and thinking again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from feedback_app.handling.citizens.words import redacted_words
from feedback_app.handling.ending.verdicts import UNDO_WITHDRAWAL_HOURS, TooLateError, check_withdrawable
from feedback_app.handling.ending.withdrawal import undo_withdrawal, withdraw
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.operations import judge, respond, take
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.queries import events_of
from feedback_app.handling.rules import ENDED, ArchiveReason, CaseStatus, MoveNotAllowedError, Outcome
from feedback_app.organisation.models import UnitKind
from tests import factories as make
from tests.blueprints.office import Office, new_office

ANSWER = "Blangko sudah tiba; silakan ambil besok pagi."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.mark.parametrize("status", list(CaseStatus))
def test_only_what_has_not_ended_can_be_withdrawn(status: CaseStatus) -> None:
    if status not in ENDED:
        check_withdrawable(status)
        return
    with pytest.raises(MoveNotAllowedError):
        check_withdrawable(status)


def test_withdrawing_archives_the_case_with_the_masked_reason(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    take(session, case, user_id=make.user(session).id, now=make.NOW)
    assert withdraw(session, case, "Sudah beres, hubungi 081234567890.", now=make.NOW)
    assert (case.status, case.archive_reason) == (CaseStatus.ARCHIVED, ArchiveReason.WITHDRAWN)
    events = events_of(session, case.agency_id, case.id)
    last = next(event for event in events if event.to_status is CaseStatus.ARCHIVED)
    assert (last.from_status, last.reason) == (CaseStatus.IN_PROGRESS, "Sudah beres, hubungi [TELEPON].")


def test_withdrawing_takes_back_what_was_published(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    published = Publication(
        agency_id=case.agency_id, case_id=case.id, unit_id=office.unit.id, text="Warga menunggu KTP lama.",
        published_at=make.NOW, published_by=make.user(session).id,
    )  # fmt: skip
    session.add(published)
    session.flush()
    withdraw(session, case, None, now=make.NOW + timedelta(hours=1))
    session.refresh(published)
    assert published.withdrawn_at == make.NOW + timedelta(hours=1)


def test_an_answered_case_can_be_withdrawn_and_a_closed_one_cannot(session: Session, office: Office) -> None:
    first, second = office.report(at=make.NOW), office.report(at=make.NOW)
    for case in (first, second):
        respond(session, case, ANSWER, user_id=make.user(session).id, now=make.NOW)
    assert withdraw(session, first, None, now=make.NOW)
    judge(session, second, Outcome.CONFIRMED, None, now=make.NOW)
    with pytest.raises(MoveNotAllowedError):
        withdraw(session, second, None, now=make.NOW)


def test_an_allegation_is_not_dropped_and_the_wish_is_added_to_it(session: Session, office: Office) -> None:
    make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    case = office.report(at=make.NOW)
    send_past_the_unit(session, case, now=make.NOW)
    assert not withdraw(session, case, "Saya takut.", now=make.NOW)
    assert case.status is CaseStatus.NEW
    assert redacted_words(session, case) == [(make.NOW, "Saya ingin menarik laporan ini. Saya takut.")]


def test_within_a_day_the_report_comes_back_as_new_with_fresh_clocks(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    due = case.reply_due_at
    withdraw(session, case, None, now=make.NOW)
    undo_withdrawal(session, case, now=make.NOW + timedelta(hours=UNDO_WITHDRAWAL_HOURS))
    assert (case.status, case.archive_reason, case.closed_at) == (CaseStatus.NEW, None, None)
    assert case.reply_due_at > due


def test_after_a_day_and_for_what_was_not_withdrawn_there_is_no_way_back(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    with pytest.raises(MoveNotAllowedError):
        undo_withdrawal(session, case, now=make.NOW)
    withdraw(session, case, None, now=make.NOW)
    with pytest.raises(TooLateError):
        undo_withdrawal(session, case, now=make.NOW + timedelta(hours=UNDO_WITHDRAWAL_HOURS, seconds=1))


@pytest.mark.parametrize("is_confidential", [False, True])
def test_a_reason_that_alleges_something_reaches_whoever_examines_it_and_no_timeline_of_the_unit(
    session: Session, office: Office, is_confidential: bool
) -> None:
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    case = office.report(at=make.NOW, is_confidential=is_confidential)
    respond(session, case, ANSWER, user_id=make.user(session).id, now=make.NOW)
    reason = "Saya tarik laporan karena petugas minta uang pelicin 200 ribu."
    assert not withdraw(session, case, reason, now=make.NOW)
    assert (case.unit_id, case.status, case.archive_reason) == (inspectorate.id, CaseStatus.IN_PROGRESS, None)
    assert redacted_words(session, case) == [(make.NOW, f"Saya ingin menarik laporan ini. {reason}")]
    assert not [event for event in events_of(session, case.agency_id, case.id) if event.reason]
