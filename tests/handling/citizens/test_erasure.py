"""Erasing what a reporter wrote, everywhere, while the sums stay exact."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.analysis.models import Labels
from feedback_app.audit.operations import person
from feedback_app.db import Base
from feedback_app.handling.citizens.erased import ReportErasedError
from feedback_app.handling.citizens.erasure import ERASED, ask_to_erase, erase
from feedback_app.handling.citizens.followers import join, joinable
from feedback_app.handling.citizens.models import CaseFollower, RequestOutcome, SubjectRequest
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.desk.notes import add_note, notes_of
from feedback_app.handling.ending.withdrawal import undo_withdrawal
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.operations import judge, respond
from feedback_app.handling.publication.models import Publication
from feedback_app.handling.queries import replies_of
from feedback_app.handling.rules import ArchiveReason, CaseStatus, MoveNotAllowedError, Outcome
from feedback_app.intake.contacts import Address, Owner, contact_card, keep_contact
from feedback_app.intake.extra_models import Attachment
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import AttachmentKind, ContactKind
from feedback_app.intake.vault import vault_of
from feedback_app.measures.models import DailyTopic
from feedback_app.measures.operations import recount
from feedback_app.organisation.models import UnitKind
from feedback_app.storage import Disk, new_key
from tests import factories as make
from tests.blueprints.office import KEY, Office, new_office

CANARY = "kenari"
ANSWER = "Blangko sudah tiba; silakan ambil besok pagi."
LEVY = "Petugas loket minta uang pelicin Rp200.000 supaya KTP cepat jadi."


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "berkas")


def submission(session: Session, office: Office) -> Submission:
    return session.scalars(sa.select(Submission).where(Submission.unit_id == office.unit.id)).one()


def holders(session: Session, word: str) -> list[str]:
    """The tables with a row in which the word stands anywhere."""
    session.flush()
    found = []
    for table in Base.metadata.sorted_tables:
        rows = sa.text(f"SELECT 1 FROM {table.name} t WHERE t::text ILIKE :word LIMIT 1")
        if session.scalar(rows, {"word": f"%{word}%"}):
            found.append(table.name)
    return found


def test_no_table_holds_the_words_afterwards_and_files_go_with_the_commit(
    session: Session, office: Office, disk: Disk
) -> None:
    case = office.report(f"KTP {CANARY} saya belum jadi.", at=make.NOW)
    published = Publication(
        agency_id=case.agency_id, case_id=case.id, unit_id=office.unit.id, text=f"Warga menunggu {CANARY}.",
        reply=f"Tentang {CANARY} itu: sudah tiba.", published_at=make.NOW, published_by=make.user(session).id,
    )  # fmt: skip
    key = new_key()
    disk.put(key, b"foto")
    photo = Attachment(
        agency_id=case.agency_id, submission_id=case.submission_id, kind=AttachmentKind.DOCUMENT,
        media_type="application/pdf", size_bytes=4, sha256=b"s" * 32, storage_key=key, added_at=make.NOW,
    )  # fmt: skip
    session.add_all([published, photo])
    session.flush()
    found = joinable(session, case.agency_id, published.id, day=make.TODAY)
    join(session, found, f"Saya juga {CANARY}.", key=KEY, now=make.NOW)
    add_message(session, case, f"Masih {CANARY}.", now=make.NOW)
    respond(session, case, ANSWER, user_id=make.user(session).id, now=make.NOW)
    judge(session, case, Outcome.DISPUTED, f"Belum selesai {CANARY}.", now=make.NOW)
    mine = Owner(case.agency_id, submission_id=case.submission_id)
    address = Address(ContactKind.EMAIL, "maria@contoh.id")
    keep_contact(session, mine, address, vault=vault_of(make.SECRET), language="id", now=make.NOW)
    expected = {"submissions", "labels", "case_events", "citizen_messages", "case_followers", "publications"}
    assert set(holders(session, CANARY)) == expected

    assert ask_to_erase(session, disk, case.agency_id, case.submission_id, now=make.NOW).is_done
    assert holders(session, CANARY) == []
    assert holders(session, ERASED.strip("[]")) != []
    assert contact_card(session, mine) is None
    assert session.scalars(sa.select(Attachment).where(Attachment.submission_id == case.submission_id)).all() == []
    session.refresh(case)
    session.refresh(published)
    assert (case.status, case.archive_reason) == (CaseStatus.ARCHIVED, ArchiveReason.WITHDRAWN)
    assert published.withdrawn_at == make.NOW
    with pytest.raises(MoveNotAllowedError):
        undo_withdrawal(session, case, now=make.NOW)


def test_ratings_and_labels_stay_in_the_sums_and_a_recount_finds_no_difference(
    session: Session, office: Office, disk: Disk
) -> None:
    office.rate(2, make.TODAY, text="Loketnya tutup lagi hari ini.")
    office.drain()
    mine = submission(session, office)
    topics = session.scalar(sa.select(sa.func.sum(DailyTopic.n)).where(DailyTopic.unit_id == office.unit.id))
    ask_to_erase(session, disk, mine.agency_id, mine.id, now=make.NOW)
    session.expire_all()
    labels = session.get_one(Labels, (mine.agency_id, mine.id))
    mine = submission(session, office)
    assert (mine.text, mine.rating, mine.erased_at) == (ERASED, 2, make.NOW)
    assert (labels.redacted_text, labels.pii_kinds, labels.aspect) == (ERASED, [], "delay")
    assert topics == 1
    assert recount(session) == []


def test_what_is_erased_before_it_was_read_opens_no_case_and_counts_right(
    session: Session, office: Office, disk: Disk
) -> None:
    office.send("KTP saya belum jadi sejak Maret.", at=make.NOW)
    mine = submission(session, office)
    assert ask_to_erase(session, disk, mine.agency_id, mine.id, now=make.NOW).is_done
    office.drain()
    assert holders(session, "sejak Maret") == []
    assert session.scalar(sa.text("SELECT count(*) FROM cases WHERE submission_id = :id"), {"id": mine.id}) == 0
    assert recount(session) == []


def test_a_closed_case_keeps_how_it_ended(session: Session, office: Office, disk: Disk) -> None:
    case = office.report(at=make.NOW)
    respond(session, case, ANSWER, user_id=make.user(session).id, now=make.NOW)
    judge(session, case, Outcome.CONFIRMED, None, now=make.NOW)
    ask_to_erase(session, disk, case.agency_id, case.submission_id, now=make.NOW)
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, Outcome.CONFIRMED)


def test_of_an_allegation_the_request_waits_and_the_examination_goes_on_without_the_words(
    session: Session, office: Office, disk: Disk
) -> None:
    make.unit(session, office.agency, kind=UnitKind.INSPECTORATE)
    case, examiner = office.report(at=make.NOW), make.user(session)
    send_past_the_unit(session, case, now=make.NOW)
    ended = ask_to_erase(session, disk, case.agency_id, case.submission_id, now=make.NOW)
    assert not ended.is_done
    assert submission(session, office).erased_at is None
    mine = submission(session, office)
    request = session.scalars(sa.select(SubjectRequest).where(SubjectRequest.submission_id == mine.id)).one()
    assert (request.outcome, request.due_at) == (None, ended.due_at)
    erase(session, disk, case.agency_id, case.submission_id, actor=person(examiner.id), now=make.NOW)
    session.expire_all()
    assert (mine.text, mine.erased_at) == (ERASED, make.NOW)
    assert case.status is CaseStatus.NEW


def test_an_allegation_nobody_has_read_yet_waits_as_well(session: Session, office: Office, disk: Disk) -> None:
    office.send(LEVY, at=make.NOW)
    mine = submission(session, office)
    assert not ask_to_erase(session, disk, mine.agency_id, mine.id, now=make.NOW).is_done
    assert mine.text == LEVY


def test_an_erasure_met_at_once_is_recorded_as_done_and_audited_without_words(
    session: Session, office: Office, disk: Disk
) -> None:
    case = office.report(at=make.NOW)
    ask_to_erase(session, disk, case.agency_id, case.submission_id, now=make.NOW)
    request = session.scalars(sa.select(SubjectRequest).where(SubjectRequest.submission_id == case.submission_id)).one()
    assert (request.outcome, request.settled_at, request.settled_by) == (RequestOutcome.DONE, make.NOW, None)
    assert office.acts("handling.erase")[0].detail == {"files": 0}


def test_what_those_wrote_who_joined_goes_with_the_report_and_their_place_stays(
    session: Session, office: Office, disk: Disk
) -> None:
    case = office.report(at=make.NOW)
    published = Publication(
        agency_id=case.agency_id, case_id=case.id, unit_id=office.unit.id, text="Warga menunggu KTP tiga minggu.",
        published_at=make.NOW, published_by=make.user(session).id,
    )  # fmt: skip
    session.add(published)
    session.flush()
    found = joinable(session, case.agency_id, published.id, day=make.TODAY)
    join(session, found, f"Saya juga {CANARY}.", key=KEY, now=make.NOW)
    join(session, found, None, key=KEY, now=make.NOW)
    ask_to_erase(session, disk, case.agency_id, case.submission_id, now=make.NOW)
    session.expire_all()
    rows = session.scalars(sa.select(CaseFollower).where(CaseFollower.case_id == case.id).order_by(CaseFollower.id))
    assert [(row.text, row.redacted_text) for row in rows] == [(ERASED, ERASED), (None, None)]
    assert holders(session, CANARY) == []


def test_the_officers_answer_stays_with_the_case_and_leaves_the_public(
    session: Session, office: Office, disk: Disk
) -> None:
    case = office.report(at=make.NOW)
    respond(session, case, ANSWER, user_id=make.user(session).id, now=make.NOW)
    published = Publication(
        agency_id=case.agency_id, case_id=case.id, unit_id=office.unit.id, text="Warga menunggu KTP tiga minggu.",
        reply=ANSWER, published_at=make.NOW, published_by=make.user(session).id,
    )  # fmt: skip
    session.add(published)
    session.flush()
    ask_to_erase(session, disk, case.agency_id, case.submission_id, now=make.NOW)
    session.refresh(published)
    assert (published.text, published.reply, published.withdrawn_at) == (ERASED, ERASED, make.NOW)
    assert [reply.text for reply in replies_of(session, case.agency_id, case.id)] == [ANSWER]


def test_notes_of_officers_go_with_the_report_they_may_quote_and_the_trail_keeps_that_they_were(
    session: Session, office: Office, disk: Disk
) -> None:
    case, other = office.report(at=make.NOW), office.report(at=make.NOW)
    for one in (case, other):
        add_note(session, one, f"Pelapor bercerita tentang {CANARY}.", user_id=make.user(session).id, now=make.NOW)
    ask_to_erase(session, disk, case.agency_id, case.submission_id, now=make.NOW)
    assert list(notes_of(session, case)) == []
    assert len(notes_of(session, other)) == 1
    assert len(office.acts("handling.add_note")) == 2


def test_closed_case_whose_words_are_erased_is_not_disputed_any_more(
    session: Session, office: Office, disk: Disk
) -> None:
    case = office.report(at=make.NOW)
    respond(session, case, ANSWER, user_id=make.user(session).id, now=make.NOW)
    judge(session, case, Outcome.CONFIRMED, None, now=make.NOW)
    ask_to_erase(session, disk, case.agency_id, case.submission_id, now=make.NOW)
    with pytest.raises(ReportErasedError, match="laporan baru"):
        judge(session, case, Outcome.DISPUTED, "Ternyata belum selesai.", now=make.NOW)
    assert case.status is CaseStatus.CLOSED
