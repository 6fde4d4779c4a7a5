"""Referring a report: what goes along, what never goes, and how the reporter follows it with the code they have."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.models import AuditEvent
from feedback_app.handling import operations
from feedback_app.handling.citizens.erasure import ERASED, ask_to_erase
from feedback_app.handling.citizens.tracked import tracked
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.handing_on.referral_links import referred_from, referred_to
from feedback_app.handling.handing_on.referrals import (
    EXPLANATION_MAX,
    AlreadyReferredError,
    NotReferableError,
    ReferralWordsError,
    SameAgencyError,
    may_refer,
    refer_here,
    refer_outside,
)
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.publication import publishing
from feedback_app.handling.rules import ArchiveReason, CaseStatus, ReplyKind
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.attachments import add, attachments_of
from feedback_app.intake.contacts import Owner, contact_card, keep_contact, read_address
from feedback_app.intake.copies import NothingToHandOnError
from feedback_app.intake.models import Submission
from feedback_app.intake.pictures import cleaned
from feedback_app.intake.rules import SubmissionKind
from feedback_app.intake.vault import vault_of
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import UnitKind
from feedback_app.organisation.queries import UnknownAgencyError, UnknownUnitError
from feedback_app.storage import Disk
from tests import factories as make
from tests.blueprints.office import SECRET_NUMBER, Office, new_office
from tests.intake import files

WHY = "Jalan ini adalah jalan provinsi, jadi perbaikannya wewenang pemerintah provinsi."
HOLE = f"Jalan berlubang besar di depan pasar, hubungi {SECRET_NUMBER}."


@pytest.fixture
def place(tmp_path: Path) -> Disk:
    return Disk(tmp_path / "files")


@pytest.fixture
def city(session: Session) -> Office:
    return new_office(session, name="Dinas Pekerjaan Umum")


@pytest.fixture
def province(session: Session) -> Office:
    return new_office(session, name="Biro Umum Provinsi")


@pytest.fixture
def officer(city: Office) -> User:
    return city.staff(Role.OFFICER)


def refer(city: Office, place: Disk, case: Case, to: Office, by: User, why: str = WHY) -> Submission:
    session = city.session
    referral = refer_here(session, place, case, to.agency.id, why, user_id=by.id, now=clock.utcnow())
    session.flush()
    return session.get_one(Submission, (referral.to_agency_id, referral.to_submission_id))


def test_report_becomes_one_of_the_other_agency_and_the_reporter_reads_why(
    city: Office, province: Office, place: Disk, officer: User
) -> None:
    case = city.report(HOLE)
    copy = refer(city, place, case, province, officer)
    case = city.fresh(case)
    assert (case.status, case.archive_reason) == (CaseStatus.ARCHIVED, ArchiveReason.REFERRED)
    assert (copy.agency_id, copy.unit_id, copy.unit_is_unknown) == (province.agency.id, province.unit.id, True)
    assert (copy.text, copy.kind, copy.wants_reply, copy.rating) == (HOLE, SubmissionKind.COMPLAINT, True, None)
    (said,) = city.session.scalars(sa.select(Reply).where(Reply.case_id == case.id)).all()
    assert (said.kind, said.text) == (ReplyKind.EXPLANATION, WHY)
    assert case.first_replied_at is None, "an explanation is no answer"


def test_other_agency_reads_it_masked_as_any_report_and_its_officers_are_told(
    city: Office, province: Office, place: Disk, officer: User
) -> None:
    there = province.staff(Role.OFFICER)
    copy = refer(city, place, city.report(HOLE), province, officer)
    province.drain()
    case = province.session.scalars(
        sa.select(Case).where(Case.agency_id == province.agency.id, Case.submission_id == copy.id)
    ).one()
    assert (case.status, case.unit_id) == (CaseStatus.NEW, province.unit.id)
    message = province.session.scalars(sa.select(Message).where(Message.agency_id == province.agency.id)).one()
    assert (message.user_id, message.template, message.params) == (there.id, "referred_here", {"case": case.id})
    came = referred_from(province.session, case.agency_id, case.submission_id)
    assert came is not None
    assert (came.name, came.explanation) == (city.agency.name, WHY)


def test_one_code_opens_both_sides_and_no_code_of_the_copy_exists(
    city: Office, province: Office, place: Disk, officer: User
) -> None:
    case = city.report(HOLE)
    copy = refer(city, place, case, province, officer)
    sent = city.session.get_one(Submission, (case.agency_id, case.submission_id))
    there, back = (
        referred_to(city.session, sent.agency_id, sent.id), referred_from(city.session, copy.agency_id, copy.id)
    )  # fmt: skip
    assert there is not None
    assert back is not None
    assert (there.tracking_hash, back.tracking_hash) == (copy.tracking_hash, sent.tracking_hash)
    assert sent.tracking_hash != copy.tracking_hash
    opened = tracked(city.session, there.tracking_hash or b"", day=make.TODAY)
    assert opened is not None
    assert (opened.agency_id, opened.text) == (province.agency.id, HOLE)


def test_files_and_the_sealed_contact_go_along(city: Office, province: Office, place: Disk, officer: User) -> None:
    case, session = city.report(HOLE), city.session
    photo = add(session, place, case.agency_id, case.submission_id, cleaned(files.written("JPEG")), now=clock.utcnow())
    owner = Owner(case.agency_id, submission_id=case.submission_id)
    keep_contact(
        session, owner, read_address("warga@contoh.id"), vault=vault_of("s" * 40), language="id", now=clock.utcnow()
    )
    copy = refer(city, place, case, province, officer)
    (file,) = attachments_of(session, copy.agency_id, copy.id)
    assert file.sha256 == photo.sha256
    assert file.storage_key != photo.storage_key, "each can be erased by itself"
    with place.open(file.storage_key) as stream:
        assert stream.read()
    assert contact_card(session, Owner(copy.agency_id, submission_id=copy.id)) is not None


def test_what_is_kept_from_others_is_never_referred(city: Office, province: Office, place: Disk, officer: User) -> None:
    make.unit(city.session, city.agency, kind=UnitKind.INSPECTORATE)
    kept = city.report(HOLE, is_confidential=True)
    allegation = city.report(HOLE)
    send_past_the_unit(city.session, allegation, now=clock.utcnow())
    answered = city.report(HOLE)
    operations.respond(city.session, answered, "Sudah kami tambal.", user_id=officer.id, now=clock.utcnow())
    taken = city.report(HOLE)
    operations.take(city.session, taken, user_id=officer.id, now=clock.utcnow())
    before = city.session.scalar(sa.select(sa.func.count()).select_from(Submission))
    for case in (kept, allegation, answered, taken):
        with pytest.raises(NotReferableError):
            refer(city, place, case, province, officer)
        with pytest.raises(NotReferableError):
            refer_outside(
                city.session, case, "Polres Kupang", "Jalan Nangka 1", WHY, user_id=officer.id, now=clock.utcnow()
            )
    assert [may_refer(city.session, case) for case in (kept, allegation, taken)] == [False, False, True]
    assert city.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == before


def test_words_and_places_that_lead_nowhere_are_refused_before_anything_is_stored(
    city: Office, province: Office, place: Disk, officer: User
) -> None:
    case, session = city.report(HOLE), city.session
    empty = make.agency(session)
    for why in ("pendek", "a" * (EXPLANATION_MAX + 1)):
        with pytest.raises(ReferralWordsError):
            refer(city, place, case, province, officer, why)
    now, me = clock.utcnow(), officer.id
    with pytest.raises(SameAgencyError):
        refer_here(session, place, case, city.agency.id, WHY, user_id=me, now=now)
    with pytest.raises(UnknownAgencyError):
        refer_here(session, place, case, 0, WHY, user_id=me, now=now)
    with pytest.raises(UnknownUnitError):
        refer_here(session, place, case, empty.id, WHY, user_id=me, now=now)
    for name, way in (("PL", "Jalan Nangka 1"), ("PLN Kupang", "Jl.")):
        with pytest.raises(ReferralWordsError):
            refer_outside(session, case, name, way, WHY, user_id=me, now=now)
    assert city.fresh(case).status is CaseStatus.NEW


def test_rating_without_enough_words_stays_where_it_was_given(
    city: Office, province: Office, place: Disk, officer: User
) -> None:
    sent = make.submission(city.session, city.unit, text="Lama.", wants_reply=True)
    city.drain()
    case = city.session.scalars(sa.select(Case).where(Case.submission_id == sent.id)).one()
    with pytest.raises(NothingToHandOnError):
        refer(city, place, case, province, officer)


def test_agency_outside_is_named_with_the_way_to_it_and_gets_nothing(city: Office, officer: User) -> None:
    case = city.report(HOLE)
    before = city.session.scalar(sa.select(sa.func.count()).select_from(Submission))
    refer_outside(
        city.session, case, "PLN  Kupang", "Telepon 123", WHY, user_id=officer.id, now=clock.utcnow()
    )  # fmt: skip
    said = city.session.scalars(sa.select(Reply.text).where(Reply.case_id == case.id)).one()
    assert said == f"{WHY}\n\nInstansi yang berwenang: PLN Kupang\nCara menghubunginya: Telepon 123"
    link = referred_to(city.session, case.agency_id, case.submission_id)
    assert link is not None
    assert (link.name, link.is_outside, link.tracking_hash) == ("PLN Kupang", True, None)
    assert city.session.scalar(sa.select(sa.func.count()).select_from(Submission)) == before


def test_what_was_published_of_a_referred_case_is_taken_back(
    city: Office, province: Office, place: Disk, officer: User
) -> None:
    case = city.report(HOLE)
    case.status = CaseStatus.VERIFIED
    city.session.flush()
    publishing.publish(city.session, case, "Jalan berlubang.", None, user_id=officer.id, now=clock.utcnow())
    refer(city, place, case, province, officer)
    assert publishing.current_publication(city.session, case) is None


def test_erasing_the_report_erases_what_the_other_agency_was_given(
    city: Office, province: Office, place: Disk, officer: User
) -> None:
    case = city.report(HOLE)
    copy = refer(city, place, case, province, officer)
    province.drain()
    ask_to_erase(city.session, place, case.agency_id, case.submission_id, now=clock.utcnow())
    city.session.refresh(copy)
    assert (copy.text, copy.erased_at is not None) == (ERASED, True)


def test_trail_of_both_agencies_names_the_act_without_a_word_of_it(
    city: Office, province: Office, place: Disk, officer: User
) -> None:
    refer(city, place, city.report(HOLE), province, officer)
    (here,), (there,) = city.acts("handling.refer"), province.acts("handling.referred_here")
    assert (here.actor_id, there.actor_id) == (officer.id, officer.id)
    details = str(city.session.scalars(sa.select(AuditEvent.detail)).all())
    assert "jalan" not in details.lower()


def test_report_is_not_referred_back_to_an_agency_that_had_it(
    city: Office, province: Office, place: Disk, officer: User
) -> None:
    session, third = city.session, new_office(city.session, name="Biro Ketiga")
    case = city.report(HOLE)
    for start, end in ((city, province), (province, third)):
        copy = refer(start, place, case, end, officer)
        end.drain()
        case = session.scalars(
            sa.select(Case).where(Case.agency_id == end.agency.id, Case.submission_id == copy.id)
        ).one()  # fmt: skip
        for back in (start, city):
            with pytest.raises(AlreadyReferredError, match="sudah merujuk"):
                refer(end, place, case, back, officer)
    assert case.status is CaseStatus.NEW
