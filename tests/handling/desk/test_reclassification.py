"""Another classification: other deadlines from the same start, and a way past the unit for what it must not examine."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import LabelCorrection, Labels
from feedback_app.handling.clocks.in_force import clocks_of
from feedback_app.handling.clocks.models import ChangeCause, DeadlineChange
from feedback_app.handling.clocks.open_deadlines import differences
from feedback_app.handling.clocks.running import deadlines_of
from feedback_app.handling.desk.reclassification import AccusedReadsError, SameClassificationError, reclassify
from feedback_app.handling.handing_on.colleagues import examiners_of, heads_above
from feedback_app.handling.handing_on.disposition import ReasonLengthError
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.queries import UnknownCaseError, case_for
from feedback_app.handling.rules import CaseStatus, Classification, MoveNotAllowedError
from feedback_app.identity.rules import Permission, Role
from feedback_app.organisation.models import Unit, UnitKind
from tests import factories as make
from tests.blueprints.office import new_office
from tests.handling.lives import LATER, Life, new_life

WHY = "Yang diminta hanya informasi."
INFORMATION, OVERSIGHT = Classification.INFORMATION_REQUEST, Classification.OVERSIGHT


@pytest.fixture
def at(session: Session) -> Life:
    return new_life(session)


def test_deadlines_are_counted_anew_from_where_they_started_and_the_old_ones_kept(session: Session, at: Life) -> None:
    old, started = at.case.resolve_due_at, at.case.clocks_start_at
    reclassify(session, at.case, INFORMATION, WHY, user_id=at.officer.id, now=LATER)
    assert (at.case.classification, at.case.clocks_start_at) == (INFORMATION, started)
    # Fourteen working days became five: the reply and the settlement fall on one day.
    assert at.case.resolve_due_at == at.case.reply_due_at
    kept = session.scalars(sa.select(DeadlineChange).where(DeadlineChange.agency_id == at.case.agency_id)).one()
    assert (kept.old_due_at, kept.new_due_at, kept.cause) == (old, at.case.resolve_due_at, ChangeCause.RECLASSIFIED)
    due = deadlines_of(session, at.case, clocks_of(session, at.case.agency_id))
    assert due.resolve_due_at == at.case.resolve_due_at


def test_label_of_the_kind_is_put_right_with_it(session: Session, at: Life) -> None:
    changed = reclassify(session, at.case, INFORMATION, WHY, user_id=at.officer.id, now=LATER)
    assert changed is not None
    assert (changed.before[0], changed.after[0]) == ("complaint", "information_request")
    learned = session.scalars(
        sa.select(LabelCorrection).where(LabelCorrection.agency_id == at.case.agency_id)
    ).one()  # fmt: skip
    assert (learned.head, learned.machine_said, learned.person_says) == ("kind", "complaint", "information_request")


def test_oversight_goes_past_the_unit_and_out_of_its_sight(session: Session, at: Life) -> None:
    reclassify(session, at.case, OVERSIGHT, "Ada dugaan pungutan.", user_id=at.officer.id, now=LATER)
    assert (at.case.is_confidential, at.case.assigned_to) == (True, None)
    assert at.case.unit_id != at.office.unit.id
    for who in (at.officer, at.head):
        with pytest.raises(UnknownCaseError):
            case_for(session, who.id, at.case.id, permission=Permission.READ_INBOX, day=make.TODAY)
    case_for(session, at.inspector.id, at.case.id, permission=Permission.ANSWER_CASE, day=make.TODAY)
    assert session.scalar(sa.select(Labels.integrity).where(Labels.submission_id == at.case.submission_id))


def test_examiner_finds_that_it_needs_no_examination_and_keeps_it_confidential(session: Session, at: Life) -> None:
    reclassify(session, at.case, OVERSIGHT, "Ada dugaan pungutan.", user_id=at.officer.id, now=LATER)
    reclassify(
        session, at.case, Classification.NO_OVERSIGHT, "Biaya itu resmi.", user_id=at.inspector.id,
        now=LATER + timedelta(days=1),
    )  # fmt: skip
    assert at.case.is_confidential
    for who in (at.officer, at.head):
        with pytest.raises(UnknownCaseError):
            case_for(session, who.id, at.case.id, permission=Permission.READ_INBOX, day=make.TODAY)
    case_for(session, at.inspector.id, at.case.id, permission=Permission.ANSWER_CASE, day=make.TODAY)


def test_accused_that_stands_above_the_examiner_does_not_come_to_read_it(session: Session) -> None:
    office = new_office(session)
    below = make.unit(session, office.agency, parent=office.unit, kind=UnitKind.INSPECTORATE)
    inspector = make.user(session)
    make.grant(session, inspector, Role.UNIT_HEAD, office.agency, below)
    case = office.report("Petugas loket meminta uang pelicin 50 ribu kepada saya.", at=make.NOW)
    send_past_the_unit(session, case, now=make.NOW)
    assert (case.classification, case.unit_id) == (OVERSIGHT, below.id)
    with pytest.raises(AccusedReadsError):
        reclassify(session, case, Classification.NO_OVERSIGHT, "Biaya resmi.", user_id=inspector.id, now=LATER)


def test_reason_is_asked_for(session: Session, at: Life) -> None:
    with pytest.raises(ReasonLengthError):
        reclassify(session, at.case, INFORMATION, " ", user_id=at.officer.id, now=LATER)


def test_same_classification_is_refused(session: Session, at: Life) -> None:
    with pytest.raises(SameClassificationError):
        reclassify(session, at.case, Classification.NO_OVERSIGHT, WHY, user_id=at.officer.id, now=LATER)


@pytest.mark.parametrize(
    "status", [CaseStatus.ANSWERED, CaseStatus.CLOSED, CaseStatus.ON_HOLD, CaseStatus.ARCHIVED]
)  # fmt: skip
def test_promise_stays_while_the_citizen_has_the_word(session: Session, at: Life, status: CaseStatus) -> None:
    at.lead_to(status)
    with pytest.raises(MoveNotAllowedError):
        reclassify(session, at.case, INFORMATION, WHY, user_id=at.officer.id, now=LATER)


def test_what_needs_no_examination_is_read_by_nobody_who_could_not_read_it_before(session: Session, at: Life) -> None:
    top = make.unit(session, at.office.agency)
    session.execute(
        sa.text("UPDATE unit_versions SET parent_id = :top WHERE agency_id = :agency AND unit_id <> :top"),
        {"top": top.id, "agency": at.office.agency.id},
    )
    secretary, both = make.user(session), make.user(session)
    make.grant(session, secretary, Role.UNIT_HEAD, at.office.agency, top)
    make.grant(session, both, Role.UNIT_HEAD, at.office.agency, at.office.unit)
    reclassify(session, at.case, OVERSIGHT, "Ada dugaan pungutan.", user_id=at.officer.id, now=LATER)
    assert at.case.unit_id is not None
    make.grant(
        session, both, Role.UNIT_HEAD, at.office.agency, session.get_one(Unit, (at.office.agency.id, at.case.unit_id))
    )
    reclassify(session, at.case, Classification.NO_OVERSIGHT, "Biaya resmi.", user_id=at.inspector.id, now=LATER)
    for who in (secretary, both, at.officer, at.head):
        for permission in (Permission.READ_INBOX, Permission.ANSWER_CASE):
            with pytest.raises(UnknownCaseError):
                case_for(session, who.id, at.case.id, permission=permission, day=make.TODAY)
    case_for(session, at.inspector.id, at.case.id, permission=Permission.ANSWER_CASE, day=make.TODAY)
    assert set(examiners_of(session, at.case, make.TODAY)) == set(heads_above(session, at.case, make.TODAY))


def test_confidential_report_that_nobody_examined_is_read_above_its_unit(session: Session) -> None:
    office = new_office(session)
    top = make.unit(session, office.agency)
    session.execute(
        sa.text("UPDATE unit_versions SET parent_id = :top WHERE unit_id = :unit"),
        {"top": top.id, "unit": office.unit.id},
    )
    above = make.user(session)
    make.grant(session, above, Role.UNIT_HEAD, office.agency, top)
    case = office.report(at=make.NOW, is_confidential=True)
    case_for(session, above.id, case.id, permission=Permission.ANSWER_CASE, day=make.TODAY)


def test_examiner_who_changes_their_mind_gains_no_time(session: Session, at: Life) -> None:
    reclassify(session, at.case, OVERSIGHT, "Ada dugaan pungutan.", user_id=at.officer.id, now=LATER)
    due, much_later = at.case.resolve_due_at, LATER + timedelta(days=50)
    for wanted in (Classification.NO_OVERSIGHT, OVERSIGHT):
        reclassify(session, at.case, wanted, "Dipertimbangkan lagi.", user_id=at.inspector.id, now=much_later)
    assert (at.case.resolve_due_at, at.case.clocks_start_at) == (due, LATER)
    assert list(differences(session, at.case.agency_id)) == []
