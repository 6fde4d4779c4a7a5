"""A request for public information: its own clocks, one extension, and the time after an objection."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.handling.clocks.extension import ExtensionReasonError, NotExtendableError, extend
from feedback_app.handling.clocks.models import ChangeCause, DeadlineChange
from feedback_app.handling.clocks.open_deadlines import differences
from feedback_app.handling.clocks.running import recompute
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.models import Case, CaseEvent, Reply
from feedback_app.handling.operations import judge, respond, take
from feedback_app.handling.rules import Classification, EventKind, Outcome, ReplyKind
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.handling.test_rules import WITA, at

TUESDAY = at("2026-02-03")
REASON = "Dokumen harus dicari di arsip tahun 2009."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def request_for_information(session: Session, office: Office) -> Case:
    case = office.report("Mohon salinan anggaran perbaikan Jalan Melati.", at=TUESDAY)
    case.classification = Classification.PUBLIC_INFORMATION
    recompute(session, case, ChangeCause.RECLASSIFIED, actor=SYSTEM, now=TUESDAY)
    session.flush()
    return case


def on(case: Case) -> tuple[date, date]:
    assert case.resolve_due_at is not None
    return case.reply_due_at.astimezone(WITA).date(), case.resolve_due_at.astimezone(WITA).date()


def test_request_runs_ten_working_days_and_seven_more_once(
    session: Session, request_for_information: Case, office: Office
) -> None:
    case, officer = request_for_information, make.user(session)
    assert on(case) == (date(2026, 2, 17), date(2026, 2, 17))
    extend(session, case, REASON, user_id=officer.id, now=at("2026-02-16"))
    assert on(case) == (date(2026, 2, 26), date(2026, 2, 26))
    with pytest.raises(NotExtendableError, match="sudah pernah"):
        extend(session, case, REASON, user_id=officer.id, now=at("2026-02-16"))
    assert list(differences(session, office.agency.id)) == []


def test_citizen_is_told_the_reason_and_the_old_day_is_kept(session: Session, request_for_information: Case) -> None:
    case, officer = request_for_information, make.user(session)
    extend(session, case, REASON, user_id=officer.id, now=at("2026-02-16"))
    reply = session.scalars(sa.select(Reply).where(Reply.case_id == case.id)).one()
    assert (reply.kind, reply.text) == (ReplyKind.PROGRESS, REASON)
    causes = sa.select(DeadlineChange.clock).where(
        DeadlineChange.case_id == case.id, DeadlineChange.cause == ChangeCause.EXTENDED
    )
    assert set(session.scalars(causes)) == {CaseClock.REPLY, CaseClock.RESOLVE}
    event = session.scalars(sa.select(CaseEvent).where(CaseEvent.kind == EventKind.EXTENDED)).one()
    assert REASON not in str(event.detail)


def test_extension_after_the_deadline_is_refused(session: Session, request_for_information: Case) -> None:
    with pytest.raises(NotExtendableError, match="sudah lewat"):
        extend(session, request_for_information, REASON, user_id=make.user(session).id, now=at("2026-02-18"))


def test_usual_complaint_knows_no_extension(session: Session, office: Office) -> None:
    case = office.report(at=TUESDAY)
    with pytest.raises(NotExtendableError):
        extend(session, case, REASON, user_id=make.user(session).id, now=TUESDAY)


def test_reason_must_be_one(session: Session, request_for_information: Case) -> None:
    with pytest.raises(ExtensionReasonError, match="ini 5 huruf"):
        extend(session, request_for_information, "Sibuk", user_id=make.user(session).id, now=TUESDAY)


def test_objection_after_an_answer_has_thirty_working_days(
    session: Session, request_for_information: Case, office: Office
) -> None:
    case, officer = request_for_information, make.user(session)
    take(session, case, user_id=officer.id, now=TUESDAY)
    extend(session, case, REASON, user_id=officer.id, now=TUESDAY)
    respond(session, case, "Salinan anggaran terlampir pada laman PPID.", user_id=officer.id, now=TUESDAY)
    monday = at("2026-03-02")
    judge(session, case, Outcome.DISPUTED, "Lampirannya tidak ada di laman itu.", now=monday)
    # A new term, not what was left of the old one, and the extension may be asked for anew.
    assert on(case) == (date(2026, 4, 13), date(2026, 4, 13))
    assert (case.clock, case.extended_at) == (CaseClock.REPLY, None)
    assert list(differences(session, office.agency.id)) == []
