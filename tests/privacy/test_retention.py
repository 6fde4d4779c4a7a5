"""What is old enough goes, what is needed stays, and every sum still agrees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import jobs_trust
from feedback_app.audit.operations import CITIZEN, SYSTEM, person
from feedback_app.db import db
from feedback_app.evaluation.holds import needed_by_a_cycle
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.rules import CycleKind, CycleStatus
from feedback_app.handling.citizens.correcting import ask_to_correct
from feedback_app.handling.citizens.erasure import TIME_IS_OVER
from feedback_app.handling.citizens.models import CaseFollower, RequestKind, RequestWords
from feedback_app.handling.citizens.restricting import begin_restriction
from feedback_app.handling.citizens.subject_requests import ask_for
from feedback_app.handling.ending.models import DisputeReview
from feedback_app.handling.models import Case
from feedback_app.handling.rules import CaseStatus, Classification, Outcome
from feedback_app.identity.rules import Role
from feedback_app.intake.contacts import Address, Owner, keep_contact
from feedback_app.intake.extra_models import Attachment, Contact
from feedback_app.intake.models import ImportRow, Submission, VisitToken
from feedback_app.intake.rules import AttachmentKind, ContactKind
from feedback_app.intake.vault import vault_of
from feedback_app.measures.operations import recount
from feedback_app.notifications.models import Message
from feedback_app.notifications.operations import owe
from feedback_app.privacy.models import RetentionRule, RetentionRun
from feedback_app.privacy.retention.operations import (
    RetentionBasisError,
    RetentionDaysError,
    RetentionRuleTakenError,
    RetentionStartError,
    UnknownRetentionRuleError,
    set_rule,
    withdraw_rule,
)
from feedback_app.privacy.retention.queries import agencies_to_run, in_force, to_come
from feedback_app.privacy.retention.rules import DEFAULTS, RetentionKind
from feedback_app.privacy.retention.runs import dry_run, run
from feedback_app.storage import Disk, new_key
from tests import factories as make
from tests.blueprints.office import Office, new_office
from tests.conftest import Live

DECADES = make.NOW + timedelta(days=20 * 365)
BASIS = "Peraturan Wali Kota Nomor 12 Tahun 2026."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path)


def ended(office: Office, text: str = "KTP saya belum jadi sejak Maret.", **flags: object) -> Case:
    """A case that was answered and closed long ago."""
    case = office.report(text, at=make.NOW, **flags)
    case.status, case.outcome, case.first_replied_at = CaseStatus.CLOSED, Outcome.CONFIRMED, make.NOW
    case.clock = case.due_at = None
    case.closed_at = make.NOW
    office.session.flush()
    return case


def told(office: Office, case: Case) -> None:
    """Its reporter left an address."""
    keep_contact(
        office.session, Owner(case.agency_id, submission_id=case.submission_id),
        Address(ContactKind.EMAIL, f"maria{case.id}@contoh.id"), vault=vault_of(make.SECRET), language="id",
        now=make.NOW,
    )  # fmt: skip


def go(office: Office, disk: Disk, now: datetime = DECADES) -> RetentionRun:
    steps: Iterator[RetentionRun] = run(
        office.session, disk, office.agency.id, further=[needed_by_a_cycle()], actor=SYSTEM, now=now
    )
    return list(steps)[-1]


def text_of(session: Session, case: Case) -> str | None:
    return session.get_one(Submission, (case.agency_id, case.submission_id), populate_existing=True).text


def count(session: Session, table: type) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_old_words_and_contacts_go_and_a_recount_still_agrees(session: Session, office: Office, disk: Disk) -> None:
    case = ended(office)
    told(office, case)
    office.rate(2, make.TODAY, text="Antre lama sekali di loket.")
    office.drain()
    made = go(office, disk)
    assert (made.counts["words"], made.counts["contacts"], made.held) == (2, 1, {})
    assert text_of(session, case) == TIME_IS_OVER
    assert count(session, Contact) == 0
    assert recount(session) == []
    assert go(office, disk).counts["words"] == 0


@pytest.mark.parametrize("kind", [RetentionKind.CONTACTS, RetentionKind.WORDS])
def test_a_day_before_its_time_nothing_goes(session: Session, office: Office, disk: Disk, kind: RetentionKind) -> None:
    case = ended(office)
    told(office, case)
    days = DEFAULTS[kind].days
    assert go(office, disk, make.NOW + timedelta(days=days)).counts[kind.value] == 0
    assert go(office, disk, make.NOW + timedelta(days=days, seconds=1)).counts[kind.value] == 1
    assert office.session is session


def open_case(office: Office, case: Case) -> None:
    case.status, case.outcome, case.closed_at = CaseStatus.IN_PROGRESS, None, None


def examined(office: Office, case: Case) -> None:
    open_case(office, case)
    case.classification, case.is_confidential = Classification.OVERSIGHT, True


def reviewed(office: Office, case: Case) -> None:
    who = make.user(office.session)
    office.session.add(DisputeReview(agency_id=case.agency_id, case_id=case.id, answered_by=who.id, opened_at=make.NOW))


def requested(office: Office, case: Case) -> None:
    ask_for(office.session, case.agency_id, case.submission_id, RequestKind.ERASURE, now=make.NOW)


def restricted(office: Office, case: Case) -> None:
    begin_restriction(office.session, case.agency_id, case.submission_id, actor=CITIZEN, now=make.NOW)


def in_a_cycle(office: Office, case: Case) -> None:
    office.session.add(
        Cycle(
            agency_id=case.agency_id, name="2026-I", kind=CycleKind.SEMESTER, starts_on=make.TODAY,
            ends_on=make.TODAY, status=CycleStatus.RIGHT_OF_REPLY, method_version="1", opened_at=make.NOW,
            computed_at=make.NOW, input_hash="a", output_hash="b", inputs_until=make.NOW,
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    "hold", [open_case, examined, reviewed, requested, restricted, in_a_cycle], ids=lambda hold: hold.__name__
)
def test_what_a_process_needs_stays_and_is_counted_as_held(
    session: Session, office: Office, disk: Disk, hold: object
) -> None:
    case = ended(office)
    written = text_of(session, case)
    told(office, case)
    hold(office, case)  # type: ignore[operator]
    session.flush()
    made = go(office, disk)
    assert (made.counts["words"], made.counts["contacts"]) == (0, 0)
    assert text_of(session, case) == written
    assert count(session, Contact) == 1
    assert made.held == {"contacts": 1, "words": 1}


def test_a_dry_run_counts_and_takes_nothing(session: Session, office: Office) -> None:
    case, who = ended(office), make.user(office.session)
    written = text_of(session, case)
    made = dry_run(session, office.agency.id, actor=person(who.id), now=DECADES)
    assert (made.is_dry, made.run_by, made.counts["words"]) == (True, who.id, 1)
    assert text_of(session, case) == written
    assert agencies_to_run(session, now=DECADES) == [office.agency.id]


def test_files_go_before_words(session: Session, office: Office, disk: Disk) -> None:
    case = ended(office)
    key = new_key()
    disk.put(key, b"bytes")
    session.add(
        Attachment(
            agency_id=case.agency_id, submission_id=case.submission_id, kind=AttachmentKind.PHOTO, width=4, height=3,
            media_type="image/jpeg", size_bytes=5, sha256=b"s" * 32, storage_key=key, added_at=make.NOW,
        )
    )  # fmt: skip
    session.flush()
    made = go(office, disk, make.NOW + timedelta(days=800))
    assert (made.counts["attachments"], made.counts["words"], count(session, Attachment)) == (1, 0, 0)


def test_a_follower_is_forgotten_with_the_case_they_joined(session: Session, office: Office, disk: Disk) -> None:
    case, officer = ended(office), office.staff(Role.OFFICER)
    session.add(CaseFollower(agency_id=case.agency_id, case_id=case.id, tracking_hash=b"h" * 32, joined_at=make.NOW))
    session.flush()
    follower = session.scalars(sa.select(CaseFollower)).one()
    keep_contact(
        session, Owner(case.agency_id, follower_id=follower.id), Address(ContactKind.EMAIL, "ina@contoh.id"),
        vault=vault_of(make.SECRET), language="id", now=make.NOW,
    )  # fmt: skip
    assert officer.id
    assert go(office, disk).counts["contacts"] == 1
    assert count(session, Contact) == 0


def test_minutes_of_receipts_numbers_of_messages_and_staged_rows_go(
    session: Session, office: Office, disk: Disk
) -> None:
    office.rate(3, make.TODAY)
    office.drain()
    who = make.user(session)
    owe(
        session, agency_id=office.agency.id, template="request_due", params={"request": 7}, dedupe_key="x",
        now=make.NOW, user_id=who.id,
    )  # fmt: skip
    session.execute(sa.update(Message).values(state="sent", sent_at=make.NOW))
    made = go(office, disk)
    token = session.scalars(sa.select(VisitToken).execution_options(populate_existing=True)).one()
    assert (token.issued_at.hour, token.issued_at.minute, token.expires_at.hour) == (0, 0, 0)
    assert token.visited_on == make.TODAY
    assert session.scalars(sa.select(Message.params)).all() == [{}]
    assert (made.counts["visit_tokens"], made.counts["messages"]) == (1, 1)
    assert count(session, ImportRow) == 0
    again = go(office, disk)
    assert (again.counts["visit_tokens"], again.counts["messages"]) == (0, 0)
    assert recount(session) == []


def test_words_of_settled_requests_go_and_that_they_were_settled_stays(
    session: Session, office: Office, disk: Disk
) -> None:
    office.rate(2, make.TODAY, text="Antre lama di loket.")
    office.drain()
    sent = office.submissions()[0]
    ask_to_correct(session, sent.agency_id, sent.id, wrong="loket dua", should_be="loket tiga", now=make.NOW)
    made = go(office, disk, make.NOW + timedelta(days=1200))
    row = session.scalars(sa.select(RequestWords).execution_options(populate_existing=True)).one()
    assert (made.counts["request_words"], {row.wrong, row.said}) == (1, {TIME_IS_OVER})


def test_a_rule_begins_tomorrow_at_the_earliest_and_can_be_taken_back_until_then(
    session: Session, office: Office
) -> None:
    who = person(make.user(session).id)
    tomorrow = make.TODAY + timedelta(days=1)

    def put(**other: object) -> RetentionRule:
        wanted = {"kind": RetentionKind.CONTACTS, "days": 60, "basis": BASIS, "starts_on": tomorrow, **other}
        kind, days, basis = wanted.pop("kind"), wanted.pop("days"), wanted.pop("basis")
        return set_rule(
            session, office.agency.id, kind, days, basis, today=make.TODAY, actor=who, now=make.NOW,  # type: ignore[arg-type]
            **wanted,  # type: ignore[arg-type]
        )  # fmt: skip

    for wrong, error in (
        ({"days": 34}, RetentionDaysError), ({"days": 40_000}, RetentionDaysError),
        ({"basis": "x"}, RetentionBasisError),
        ({"starts_on": make.TODAY}, RetentionStartError),
    ):  # fmt: skip
        with pytest.raises(error):
            put(**wrong)
    made = put()
    with pytest.raises(RetentionRuleTakenError):
        put(days=70)
    days = {rule.kind: rule.days for rule in in_force(session, office.agency.id, make.TODAY)}
    later = {rule.kind: rule.days for rule in in_force(session, office.agency.id, tomorrow)}
    assert (days[RetentionKind.CONTACTS], later[RetentionKind.CONTACTS]) == (90, 60)
    with pytest.raises(UnknownRetentionRuleError):
        withdraw_rule(session, office.agency.id, made.id, today=tomorrow, actor=who, now=make.NOW)
    withdraw_rule(session, office.agency.id, made.id, today=make.TODAY, actor=who, now=make.NOW)
    assert to_come(session, office.agency.id, make.TODAY) == []
    assert [act.action for act in office.acts("privacy.withdraw_retention")] == ["privacy.withdraw_retention"]


def test_an_agencys_own_rule_is_what_a_run_goes_by(session: Session, office: Office, disk: Disk) -> None:
    told(office, ended(office))
    set_rule(
        session, office.agency.id, RetentionKind.CONTACTS, 40, BASIS, starts_on=make.TODAY + timedelta(days=1),
        today=make.TODAY, actor=SYSTEM, now=make.NOW,
    )  # fmt: skip
    assert go(office, disk, make.NOW + timedelta(days=41)).counts["contacts"] == 1


def test_another_agency_is_not_touched(session: Session, office: Office, disk: Disk) -> None:
    other = new_office(session)
    case = ended(other)
    go(office, disk)
    assert text_of(session, case) != TIME_IS_OVER


def test_a_run_that_was_killed_is_begun_anew_and_forgets_the_rest(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedback_app.privacy.retention import keepers

    monkeypatch.setattr(keepers, "TEXTS_AT_ONCE", 2)
    with live.app.app_context():
        session = db.session()
        office = new_office(session)
        cases = [ended(office, f"Laporan nomor {number} tentang loket.") for number in range(5)]
        keys = [(case.agency_id, case.submission_id) for case in cases]
        for key in keys:
            sent = session.get_one(Submission, key)
            sent.received_at = sent.received_at - timedelta(days=9000)
        session.execute(sa.update(Case).values(closed_at=make.NOW - timedelta(days=8000)))
        session.commit()
        steps = run(session, Disk(live.settings.home), office.agency.id, actor=SYSTEM, now=make.NOW)
        for _ in range(2):  # its beginning, then one batch of two
            next(steps)
            session.commit()
        del steps
        session.rollback()
        gone = sa.select(sa.func.count()).where(Submission.text == TIME_IS_OVER)
        assert session.scalar(gone) == 2
        session.remove() if hasattr(session, "remove") else session.close()
        assert jobs_trust.run_retention() == 1
        runs = db.session().scalars(sa.select(RetentionRun).order_by(RetentionRun.id)).all()
        assert [(one.finished_at is None, one.counts["words"]) for one in runs] == [(True, 2), (False, 3)]
        assert db.session().scalar(gone) == 5
        assert recount(db.session()) == []
        assert jobs_trust.run_retention() == 0
