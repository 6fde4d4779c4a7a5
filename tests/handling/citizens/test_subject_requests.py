"""Requests about one's own data and their clock."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, person
from feedback_app.db import db
from feedback_app.handling.citizens.erasure import ask_to_erase
from feedback_app.handling.citizens.models import RequestKind, RequestOutcome
from feedback_app.handling.citizens.own_data import take_out
from feedback_app.handling.citizens.subject_requests import (
    RefusalReasonError,
    RequestSettledError,
    UnknownRequestError,
    ask_for,
    open_request_for,
    open_requests,
    open_requests_of,
    settle,
)
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.identity.rules import Role
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import UnitKind
from feedback_app.storage import Disk
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.conftest import Live

FRIDAY_EVENING = datetime(2026, 5, 15, 12, 0, tzinfo=UTC)


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


def test_the_clock_counts_72_hours_of_the_clock_weekends_included(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    request = ask_for(session, case.agency_id, case.submission_id, RequestKind.ERASURE, now=FRIDAY_EVENING)
    assert request.due_at == datetime(2026, 5, 18, 12, 0, tzinfo=UTC)


def test_asking_twice_is_one_request_and_keeps_the_first_clock(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    first = ask_for(session, case.agency_id, case.submission_id, RequestKind.ERASURE, now=make.NOW)
    later = make.NOW + timedelta(hours=5)
    assert ask_for(session, case.agency_id, case.submission_id, RequestKind.ERASURE, now=later).id == first.id
    assert first.requested_at == make.NOW


def test_a_refusal_carries_a_reason_and_a_settled_request_stays(session: Session, office: Office) -> None:
    case, officer = office.report(at=make.NOW), make.user(session)
    request = ask_for(session, case.agency_id, case.submission_id, RequestKind.ERASURE, now=make.NOW)
    refused = RequestOutcome.REFUSED
    with pytest.raises(RefusalReasonError):
        settle(session, request, refused, actor=person(officer.id), reason=" tidak ", now=make.NOW)
    settle(session, request, refused, actor=person(officer.id), reason="Tulisan ini masih bukti.", now=make.NOW)
    assert (request.outcome, request.settled_by) == (refused, officer.id)
    with pytest.raises(RequestSettledError):
        settle(session, request, RequestOutcome.DONE, actor=CITIZEN, reason=None, now=make.NOW)
    assert "bukti" not in str([act.detail for act in office.acts("handling.settle_request")])


def test_whoever_examines_the_case_sees_the_request_and_the_unit_it_speaks_of_does_not(
    session: Session, office: Office
) -> None:
    inspectorate = make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    examiner, accused = make.user(session), office.staff(Role.OFFICER)
    make.grant(session, examiner, Role.OFFICER, office.agency, inspectorate)
    case = office.report(at=make.NOW)
    send_past_the_unit(session, case, now=make.NOW)
    request = ask_for(session, case.agency_id, case.submission_id, RequestKind.ERASURE, now=make.NOW)
    assert [one.case_id for one in open_requests(session, examiner.id, day=make.TODAY)] == [case.id]
    assert open_requests(session, accused.id, day=make.TODAY) == []
    assert open_request_for(session, examiner.id, request.id, day=make.TODAY)[1].id == case.id
    with pytest.raises(UnknownRequestError):
        open_request_for(session, accused.id, request.id, day=make.TODAY)
    settle(session, request, RequestOutcome.DONE, actor=person(examiner.id), reason=None, now=make.NOW)
    assert open_requests(session, examiner.id, day=make.TODAY) == []
    assert open_requests_of(session, case) == []


def test_taking_out_ones_data_is_recorded_as_met_at_once(session: Session, office: Office) -> None:
    case = office.report(at=make.NOW)
    due_at = make.NOW + timedelta(hours=72)
    held = take_out(session, case.agency_id, case.submission_id, now=make.NOW)
    assert held["submission"]["text"] == "KTP saya belum jadi sejak Maret."
    assert held["requests"] == [
        {
            "kind": "access", "requested_at": make.NOW.isoformat(), "due_at": due_at.isoformat(),
            "outcome": "done", "settled_at": make.NOW.isoformat(), "reason": None,
        }
    ]  # fmt: skip


def test_an_officer_who_settles_and_a_reporter_who_erases_wait_for_each_other(live: Live, tmp_path: Path) -> None:
    disk = Disk(tmp_path / "berkas")
    with live.app.app_context():
        office = new_office(db.session())
        case, officer = office.report(at=make.NOW), office.staff(Role.OFFICER)
        request = ask_for(db.session(), case.agency_id, case.submission_id, RequestKind.ERASURE, now=make.NOW)
        db.session.commit()
        ids, request_id, officer_id = (case.agency_id, case.submission_id), request.id, officer.id
    erasing, settling = threading.Event(), threading.Event()

    def erases() -> None:
        with live.app.app_context():
            db.session.execute(
                sa.select(Submission.id)
                .where(Submission.agency_id == ids[0], Submission.id == ids[1])
                .with_for_update()
            )
            erasing.set()
            settling.wait(5)
            time.sleep(0.3)
            ask_to_erase(db.session(), disk, *ids, now=make.NOW)
            db.session.commit()

    def settles() -> None:
        with live.app.app_context():
            erasing.wait(5)
            settling.set()
            found, _ = open_request_for(db.session(), officer_id, request_id, day=make.TODAY)
            with pytest.raises(RequestSettledError):
                settle(
                    db.session(), found, RequestOutcome.DONE, actor=person(officer_id), reason=None, now=make.NOW
                )  # fmt: skip

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(erases), threads.submit(settles)]:
            done.result(timeout=20)
