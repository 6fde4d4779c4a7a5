"""Corrections stand beside a report; a restriction keeps it from everything but its answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.learning.training_rows import person_rows
from feedback_app.analysis.models import LabelCorrection
from feedback_app.audit.operations import CITIZEN, person
from feedback_app.handling.citizens.correcting import (
    CorrectionLengthError,
    NothingToCorrectError,
    RequestWaitsError,
    ask_to_correct,
)
from feedback_app.handling.citizens.erasure import ERASED, ask_to_erase, erase
from feedback_app.handling.citizens.models import RequestKind, RequestOutcome, RequestWords, SubjectRequest
from feedback_app.handling.citizens.own_data import everything_held
from feedback_app.handling.citizens.request_words import corrections_of
from feedback_app.handling.citizens.restricting import (
    AlreadyRestrictedError,
    NotRestrictedError,
    ask_to_restrict,
    lift_restriction,
)
from feedback_app.handling.citizens.settling import lift_for, settle_request
from feedback_app.handling.citizens.subject_requests import RefusalReasonError
from feedback_app.handling.models import Case
from feedback_app.handling.operations import take
from feedback_app.handling.publication.published import published_complaints
from feedback_app.handling.publication.publishing import current_publication, may_publish, publish
from feedback_app.handling.telling.request_warnings import any_request_to_warn_of, warn_of_requests
from feedback_app.handling.visibility import text_is_open
from feedback_app.identity.rules import Role
from feedback_app.intake.contacts import Address, Owner, keep_contact
from feedback_app.intake.models import Submission
from feedback_app.intake.restriction_models import Restriction
from feedback_app.intake.restrictions import is_restricted, standing
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import vault_of
from feedback_app.measures.operations import recount
from feedback_app.measures.set_aside import is_set_aside
from feedback_app.notifications.models import Message
from feedback_app.storage import Disk
from tests import factories as make
from tests.blueprints.office import SECRET_NUMBER, Office, new_office

WRONG, RIGHT = "Tanggal 3 Mei di loket 2.", f"Tanggal 4 Mei di loket 3, hubungi {SECRET_NUMBER}."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def correct(office: Office, case: Case) -> SubjectRequest:
    return ask_to_correct(
        office.session, case.agency_id, case.submission_id, wrong=WRONG, should_be=RIGHT, now=make.NOW
    )


def restrict(office: Office, case: Case) -> SubjectRequest:
    return ask_to_restrict(office.session, case.agency_id, case.submission_id, None, now=make.NOW)


def settle(office: Office, disk: Disk, request: SubjectRequest, case: Case, **how: object) -> None:
    officer = office.staff(Role.OFFICER)
    settle_request(
        office.session, disk, request, case, how.get("outcome", RequestOutcome.DONE),  # type: ignore[arg-type]
        actor=person(officer.id), reason=how.get("reason"), now=make.NOW + timedelta(hours=1),  # type: ignore[arg-type]
    )  # fmt: skip


def text_of(office: Office, case: Case) -> str | None:
    return office.session.get_one(Submission, (case.agency_id, case.submission_id), populate_existing=True).text


def test_a_correction_waits_for_the_officer_and_then_stands_beside_the_words(
    session: Session, office: Office, disk: Disk
) -> None:
    case = office.report(at=make.NOW)
    written = text_of(office, case)
    request = correct(office, case)
    assert (request.outcome, request.due_at - request.requested_at) == (None, timedelta(hours=72))
    assert corrections_of(session, case.agency_id, case.submission_id) == []
    settle(office, disk, request, case)
    beside = corrections_of(session, case.agency_id, case.submission_id)
    assert [(one.wrong, SECRET_NUMBER in one.said) for one in beside] == [(WRONG, False)]
    assert text_of(office, case) == written
    held = everything_held(session, case.agency_id, case.submission_id)["requests"]
    assert [(one["wrong"], one["said"]) for one in held] == [(WRONG, RIGHT)]


def test_a_refused_correction_does_not_stand_and_its_reason_is_kept(
    session: Session, office: Office, disk: Disk
) -> None:
    case = office.report(at=make.NOW)
    request = correct(office, case)
    with pytest.raises(RefusalReasonError):
        settle(office, disk, request, case, outcome=RequestOutcome.REFUSED, reason="tidak")
    settle(
        office, disk, request, case, outcome=RequestOutcome.REFUSED, reason="Tanggalnya sesuai dengan tiket antrean."
    )
    assert corrections_of(session, case.agency_id, case.submission_id) == []
    assert request.reason == "Tanggalnya sesuai dengan tiket antrean."


def test_nobodys_case_is_corrected_and_restricted_at_once(session: Session, office: Office) -> None:
    office.rate(2, make.TODAY, text="Antre lama di loket.")
    office.drain()
    sent = office.submissions()[0]
    asked = ask_to_correct(session, sent.agency_id, sent.id, wrong=WRONG, should_be=RIGHT, now=make.NOW)
    held = ask_to_restrict(session, sent.agency_id, sent.id, None, now=make.NOW)
    assert {asked.outcome, held.outcome} == {RequestOutcome.DONE}
    assert standing(session, sent.agency_id, sent.id) is not None


def test_one_correction_waits_at_a_time_and_short_or_erased_ones_are_refused(
    session: Session, office: Office, disk: Disk
) -> None:
    case = office.report(at=make.NOW)
    key = (case.agency_id, case.submission_id)
    with pytest.raises(CorrectionLengthError):
        ask_to_correct(session, *key, wrong="a", should_be=RIGHT, now=make.NOW)
    correct(office, case)
    with pytest.raises(RequestWaitsError):
        correct(office, case)
    other = office.report("Loket dua selalu tutup.", at=make.NOW)
    erase(session, disk, other.agency_id, other.submission_id, actor=CITIZEN, now=make.NOW)
    with pytest.raises(NothingToCorrectError):
        correct(office, other)


def test_an_erasure_takes_the_words_of_requests_along(session: Session, office: Office, disk: Disk) -> None:
    case = office.report(at=make.NOW)
    correct(office, case)
    assert ask_to_erase(session, disk, case.agency_id, case.submission_id, now=make.NOW).is_done
    row = session.scalars(sa.select(RequestWords).execution_options(populate_existing=True)).one()
    assert {row.wrong, row.said, row.redacted_wrong, row.redacted_said} == {ERASED}


def test_a_restriction_withdraws_what_is_published_and_refuses_more(
    session: Session, office: Office, disk: Disk
) -> None:
    case, officer = office.report(at=make.NOW), office.staff(Role.OFFICER)
    take(session, case, user_id=officer.id, now=make.NOW)
    publish(session, case, "KTP warga belum jadi sejak Maret.", None, user_id=officer.id, now=make.NOW)
    settle(office, disk, restrict(office, case), case)
    assert current_publication(session, case) is None
    assert not may_publish(session, case)
    lift_restriction(session, case.agency_id, case.submission_id, actor=CITIZEN, now=make.NOW + timedelta(hours=2))
    assert may_publish(session, case)


def test_what_somebody_forgot_to_withdraw_is_hidden_all_the_same(session: Session, office: Office) -> None:
    case, officer = office.report(at=make.NOW), office.staff(Role.OFFICER)
    take(session, case, user_id=officer.id, now=make.NOW)
    publish(session, case, "KTP warga belum jadi sejak Maret.", None, user_id=officer.id, now=make.NOW)
    shown = (session, office.agency.id, office.unit.id)
    assert published_complaints(*shown, time_zone="Asia/Makassar", page=1)[1] == 1
    session.add(Restriction(agency_id=case.agency_id, submission_id=case.submission_id, starts_at=make.NOW))
    session.flush()
    assert published_complaints(*shown, time_zone="Asia/Makassar", page=1)[1] == 0


def test_nothing_is_learnt_from_a_restricted_text(session: Session, office: Office, disk: Disk) -> None:
    case, officer = office.report(at=make.NOW), office.staff(Role.OFFICER)
    session.add(
        LabelCorrection(
            agency_id=case.agency_id, submission_id=case.submission_id, head="aspect", machine_said="delay",
            machine_confidence=0.5, person_says="fee", model_version="uji", corrected_by=officer.id,
            corrected_at=make.NOW,
        )
    )  # fmt: skip
    session.flush()
    name = f"s{case.agency_id}-{case.submission_id}"
    assert name in {one.row.id for one in person_rows(session, open_texts=text_is_open())}
    settle(office, disk, restrict(office, case), case)
    assert name not in {one.row.id for one in person_rows(session, open_texts=text_is_open())}


def test_a_restricted_rating_counts_for_nobody_and_the_sums_still_agree(session: Session, office: Office) -> None:
    office.rate(1, make.TODAY)
    office.rate(4, make.TODAY)
    office.drain()
    low = next(one for one in office.submissions() if one.rating == 1)
    starts, lifted = make.NOW, make.NOW + timedelta(days=1)
    ask_to_restrict(session, low.agency_id, low.id, None, now=starts)
    assert list(session.scalars(sa.select(Submission.id).where(is_set_aside()))) == [low.id]
    lift_restriction(session, low.agency_id, low.id, actor=CITIZEN, now=lifted)
    assert list(session.scalars(sa.select(Submission.id).where(is_set_aside()))) == []
    # What was counted while it stood can be counted again.
    moments = [starts - timedelta(hours=1), starts, lifted - timedelta(seconds=1), lifted]
    found = [
        session.scalar(sa.select(sa.func.count()).where(Submission.id == low.id, is_restricted(at))) for at in moments
    ]
    assert found == [0, 1, 1, 0]
    assert recount(session) == []


def test_a_restriction_is_asked_for_once_and_lifted_once(session: Session, office: Office, disk: Disk) -> None:
    case = office.report(at=make.NOW)
    key = (case.agency_id, case.submission_id)
    request = restrict(office, case)
    with pytest.raises(AlreadyRestrictedError):
        restrict(office, case)
    settle(office, disk, request, case)
    with pytest.raises(AlreadyRestrictedError):
        restrict(office, case)
    lift_restriction(session, *key, actor=CITIZEN, now=make.NOW + timedelta(hours=2))
    with pytest.raises(NotRestrictedError):
        lift_restriction(session, *key, actor=CITIZEN, now=make.NOW + timedelta(hours=2))
    restrict(office, case)


def test_an_officer_lifts_a_restriction_with_a_reason_alone(session: Session, office: Office, disk: Disk) -> None:
    case, officer = office.report(at=make.NOW), office.staff(Role.OFFICER)
    request = restrict(office, case)
    settle(office, disk, request, case)
    with pytest.raises(RefusalReasonError):
        lift_for(session, case, " ", actor=person(officer.id), now=make.NOW + timedelta(hours=2))
    lift_for(session, case, "Diminta pengadilan.", actor=person(officer.id), now=make.NOW + timedelta(hours=2))
    assert standing(session, case.agency_id, case.submission_id) is None
    assert request.reason == "Diminta pengadilan."
    assert [act.actor_id for act in office.acts("intake.lift_restriction")] == [officer.id]


def test_the_outcome_is_told_where_there_is_an_address_and_says_nothing_of_a_confidential_report(
    session: Session, office: Office, disk: Disk
) -> None:
    told = []
    for is_confidential in (False, True):
        case = office.report(at=make.NOW, is_confidential=is_confidential)
        keep_contact(
            session, Owner(case.agency_id, submission_id=case.submission_id),
            Address(ContactKind.EMAIL, "maria@contoh.id"), vault=vault_of(make.SECRET), language="id", now=make.NOW,
        )  # fmt: skip
        settle(office, disk, correct(office, case), case)
        told.append(session.scalars(sa.select(Message.template).order_by(Message.id.desc()).limit(1)).one())
    assert told == ["request_settled", "news"]


def test_after_two_days_whoever_manages_privacy_and_the_officer_are_told_once(session: Session, office: Office) -> None:
    case, officer = office.report(at=make.NOW), office.staff(Role.OFFICER)
    administrator = office.staff(Role.ADMINISTRATOR, everywhere=True)
    request = restrict(office, case)
    assert not any_request_to_warn_of(session, now=make.NOW + timedelta(hours=47))
    late = make.NOW + timedelta(hours=48)
    assert any_request_to_warn_of(session, now=late)
    assert warn_of_requests(session, now=late) == 1
    told = session.execute(sa.select(Message.user_id, Message.params).where(Message.template == "request_due")).all()
    assert {row.user_id for row in told} == {officer.id, administrator.id}
    assert {row.params["request"] for row in told} == {request.id}
    assert not any_request_to_warn_of(session, now=late)
    assert warn_of_requests(session, now=late + timedelta(hours=1)) == 0


def test_the_database_itself_keeps_one_restriction_and_one_open_request_at_a_time(
    session: Session, office: Office
) -> None:
    case = office.report(at=make.NOW)
    restrict(office, case)
    key = {"agency_id": case.agency_id, "submission_id": case.submission_id}
    asked = {**key, "kind": RequestKind.RESTRICTION, "requested_at": make.NOW, "due_at": make.NOW + timedelta(hours=72)}
    began = {**key, "starts_at": make.NOW}
    for insertion in (sa.insert(SubjectRequest).values(asked), sa.insert(Restriction).values([began, began])):
        with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
            session.execute(insertion)
