"""Sending a case on: to the unit it belongs to, with a reason, and never to the one an allegation speaks of."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.operations import ReadSubmission, write_labels
from feedback_app.audit.models import AuditEvent
from feedback_app.handling.handing_on.disposition import (
    ConfidentialUnitError,
    NotDisposableError,
    OverseersOnlyError,
    ReasonLengthError,
    SameUnitError,
    dispose,
    open_to,
    sent_on,
)
from feedback_app.handling.models import Case, CaseEvent
from feedback_app.handling.rules import CaseStatus, Classification, EventKind
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp.reading import UNKNOWN, Reading
from feedback_app.organisation.models import Agency, Unit, UnitKind
from feedback_app.organisation.queries import UnknownUnitError
from tests import factories as make

REASON = "Urusan KTP, bukan urusan bagian umum."


@pytest.fixture
def agency(session: Session) -> Agency:
    return make.agency(session)


@pytest.fixture
def reception(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, name="Bagian Umum")


@pytest.fixture
def office(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, name="Dinas Kependudukan")


@pytest.fixture
def inspectorate(session: Session, agency: Agency) -> Unit:
    return make.unit(session, agency, name="Inspektorat", kind=UnitKind.INSPECTORATE)


def a_case(session: Session, of: Unit, *, integrity: bool = False, is_unknown: bool = True, **values: Any) -> Case:
    sent = make.submission(
        session, of, kind=SubmissionKind.COMPLAINT, rating=None, text="KTP saya belum jadi.", unit_is_unknown=is_unknown
    )
    reading = Reading("KTP saya belum jadi.", (), UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, "model", integrity)
    write_labels(
        session, [ReadSubmission(of.agency_id, sent.id, reading, integrity)], model_version="uji-1", now=make.NOW
    )
    return make.case(session, sent, **values)


@pytest.mark.parametrize("status", [CaseStatus.NEW, CaseStatus.IN_PROGRESS])
def test_case_goes_on_in_place_with_its_reason_on_the_timeline_and_only_ids_in_the_audit_trail(
    session: Session, reception: Unit, office: Unit, status: CaseStatus
) -> None:
    officer = make.user(session)
    case = a_case(session, reception, status=status, assigned_to=officer.id)
    dispose(session, case, office.id, f"{REASON} Telepon 081234567890", officer.id, make.NOW)
    session.refresh(case)
    assert (case.unit_id, case.status, case.assigned_to, case.version) == (office.id, CaseStatus.VERIFIED, None, 3)
    moved, event = session.scalars(
        sa.select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)
    ).all()
    assert (moved.from_status, moved.to_status, moved.kind) == (status, CaseStatus.VERIFIED, EventKind.MOVED)
    assert (event.from_status, event.to_status, event.actor_id) == (
        CaseStatus.VERIFIED, CaseStatus.VERIFIED, officer.id,
    )  # fmt: skip
    told = sent_on(event)
    assert told is not None
    assert (told.unit_name, told.reason) == ("Dinas Kependudukan", f"{REASON} Telepon [TELEPON]")
    [row] = session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "handling.dispose")).all()
    assert row.detail == {"from_unit_id": reception.id, "to_unit_id": office.id, "status": "verified"}


@pytest.mark.parametrize(
    ("status", "values"),
    [
        (CaseStatus.ON_HOLD, {"held_until": make.NOW}),
        (CaseStatus.ANSWERED, {"first_replied_at": make.NOW, "silence_ends_at": make.NOW}),
        (CaseStatus.ARCHIVED, {"closed_at": make.NOW, "archive_reason": "withdrawn"}),
    ],
)
def test_case_that_waits_for_no_unit_stays(
    session: Session, reception: Unit, office: Unit, status: CaseStatus, values: dict[str, Any]
) -> None:
    case = a_case(session, reception, status=status, **values)
    with pytest.raises(NotDisposableError):
        dispose(session, case, office.id, REASON, make.user(session).id, make.NOW)
    assert case.unit_id == reception.id


def test_same_unit_a_strange_unit_and_no_reason_are_refused(session: Session, reception: Unit, office: Unit) -> None:
    case, officer = a_case(session, reception), make.user(session)
    elsewhere = make.unit(session, make.agency(session))
    with pytest.raises(SameUnitError):
        dispose(session, case, reception.id, REASON, officer.id, make.NOW)
    with pytest.raises(UnknownUnitError):
        dispose(session, case, elsewhere.id, REASON, officer.id, make.NOW)
    for reason in ("", "  ya  ", "a" * 501):
        with pytest.raises(ReasonLengthError):
            dispose(session, case, office.id, reason, officer.id, make.NOW)
    assert session.scalars(sa.select(CaseEvent).where(CaseEvent.case_id == case.id)).all() == []


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"classification": Classification.OVERSIGHT, "is_confidential": True}, id="by its classification"),
        pytest.param({"integrity": True, "is_confidential": True}, id="by its text"),
    ],
)
def test_allegation_goes_to_the_inspectorate_only(
    session: Session, reception: Unit, office: Unit, inspectorate: Unit, values: dict[str, Any]
) -> None:
    case, officer = a_case(session, reception, **values), make.user(session)
    with pytest.raises(OverseersOnlyError):
        dispose(session, case, office.id, REASON, officer.id, make.NOW)
    assert case.unit_id == reception.id
    dispose(session, case, inspectorate.id, REASON, officer.id, make.NOW)
    assert case.unit_id == inspectorate.id


def test_allegation_against_the_inspectorate_does_not_come_to_it(
    session: Session, reception: Unit, inspectorate: Unit
) -> None:
    case = a_case(
        session, inspectorate, is_unknown=False, unit_id=reception.id, classification=Classification.OVERSIGHT,
        is_confidential=True,
    )  # fmt: skip
    with pytest.raises(OverseersOnlyError):
        dispose(session, case, inspectorate.id, REASON, make.user(session).id, make.NOW)


def test_confidential_case_of_an_unknown_unit_goes_from_the_reception_to_any_unit_and_from_there_upwards_only(
    session: Session, agency: Agency, reception: Unit, office: Unit
) -> None:
    below, officer = make.unit(session, agency, parent=office), make.user(session)
    case = a_case(session, reception, is_confidential=True)
    dispose(session, case, below.id, REASON, officer.id, make.NOW)
    assert open_to(session, case, day=make.TODAY) == {office.id}
    with pytest.raises(ConfidentialUnitError, match="rahasia"):
        dispose(session, case, reception.id, REASON, officer.id, make.NOW)
    dispose(session, case, office.id, REASON, officer.id, make.NOW)
    assert case.unit_id == office.id


def test_confidential_case_of_a_named_unit_goes_to_all_above_it_and_to_nobody_beside(
    session: Session, agency: Agency, reception: Unit, office: Unit
) -> None:
    middle = make.unit(session, agency, parent=office)
    named, officer = make.unit(session, agency, parent=middle), make.user(session)
    beside = make.unit(session, agency, parent=middle)
    case = a_case(session, named, is_unknown=False, is_confidential=True)
    assert open_to(session, case, day=make.TODAY) == {middle.id, office.id}
    for strange in (beside, reception):
        with pytest.raises(ConfidentialUnitError):
            dispose(session, case, strange.id, REASON, officer.id, make.NOW)
    assert case.unit_id == named.id
    dispose(session, case, office.id, REASON, officer.id, make.NOW)
    assert case.unit_id == office.id


def test_other_events_tell_of_no_unit(session: Session, reception: Unit) -> None:
    case = a_case(session, reception)
    event = CaseEvent(
        agency_id=case.agency_id, case_id=case.id, at=make.NOW, actor_kind="system", from_status=None,
        to_status=CaseStatus.NEW, reason=None, kind=EventKind.MOVED,
    )  # fmt: skip
    assert sent_on(event) is None
