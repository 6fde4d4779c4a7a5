"""A breach is noted by one, confirmed by another, told to whom it reached, and ends with what was learnt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM
from feedback_app.handling.models import Case
from feedback_app.identity.models import User
from feedback_app.identity.rules import Role
from feedback_app.intake.contacts import Address, Owner, keep_contact, unsubscribe
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.recipients import recipient_of
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import vault_of
from feedback_app.notifications.models import Message
from feedback_app.notifications.wording import Places, Template, words_of
from feedback_app.privacy.breaches.document import notice_of, plain_text
from feedback_app.privacy.breaches.lateness import any_breach_late, warn_of_breaches
from feedback_app.privacy.breaches.notices import owe_notices
from feedback_app.privacy.breaches.operations import (
    BreachDataError,
    BreachDaysError,
    BreachNotConfirmedError,
    BreachSettledError,
    BreachWordsError,
    OwnBreachError,
    Written,
    close_breach,
    confirm_breach,
    dismiss_breach,
    note_authority_told,
    note_breach,
    rewrite_breach,
)
from feedback_app.privacy.breaches.queries import (
    UnknownBreachError,
    breach_of,
    count_reached,
    count_told,
    notices_for,
    public_notice,
    reached_rows,
)
from feedback_app.privacy.models import Breach, BreachState
from feedback_app.reporting.breach_file import notice_pdf
from tests import factories as make
from tests.blueprints.office import Office, new_office

WRITTEN = Written(
    found_at=make.NOW, categories=["words", "contacts"], happened_from=make.TODAY, happened_until=make.TODAY,
    reached_from=make.TODAY - timedelta(days=30), reached_until=make.TODAY,
    how="Lembar Excel terkirim ke alamat surel yang salah.", remedies="Penerima menghapusnya; cara kerja diubah.",
    advice="Waspadai pesan yang mengatasnamakan kami.", ask_whom="Dinas Kominfo, surel kominfo@contoh.go.id.",
)  # fmt: skip


@pytest.fixture
def office(session: Session) -> Office:
    return new_office(session)


@pytest.fixture
def writer(office: Office) -> User:
    return office.staff(Role.ADMINISTRATOR, everywhere=True)


@pytest.fixture
def second(office: Office) -> User:
    return office.staff(Role.ADMINISTRATOR, everywhere=True)


def noted(office: Office, by: User, **other: object) -> Breach:
    return note_breach(
        office.session, office.agency.id, replace(WRITTEN, **other), user_id=by.id, now=make.NOW  # type: ignore[arg-type]
    )  # fmt: skip


def told(office: Office, case: Case) -> int:
    keep_contact(
        office.session, Owner(case.agency_id, submission_id=case.submission_id),
        Address(ContactKind.EMAIL, f"maria{case.id}@contoh.id"), vault=vault_of(make.SECRET), language="id",
        now=make.NOW,
    )  # fmt: skip
    return office.session.scalars(
        sa.select(Contact.id).where(Contact.submission_id == case.submission_id)
    ).one()  # fmt: skip


def owed(session: Session, template: Template) -> list[Message]:
    return list(session.scalars(sa.select(Message).where(Message.template == template).order_by(Message.id)))


def test_the_clock_runs_from_when_it_was_found_weekends_included(office: Office, writer: User) -> None:
    breach = noted(office, writer)
    assert breach.due_at - breach.found_at == timedelta(hours=72)


def test_whoever_can_confirm_is_told_and_the_writer_is_not(
    session: Session, office: Office, writer: User, second: User
) -> None:
    breach = noted(office, writer)
    messages = owed(session, Template.BREACH_TO_CONFIRM)
    assert [(one.user_id, one.params) for one in messages] == [(second.id, {"breach": breach.id})]


def test_two_people_stand_behind_it_and_the_last_writer_is_not_the_second(
    session: Session, office: Office, writer: User, second: User
) -> None:
    breach = noted(office, writer)
    with pytest.raises(OwnBreachError):
        confirm_breach(session, breach, user_id=writer.id, now=make.NOW)
    rewrite_breach(session, breach, replace(WRITTEN, estimate=12), user_id=second.id, now=make.NOW)
    with pytest.raises(OwnBreachError):
        confirm_breach(session, breach, user_id=second.id, now=make.NOW)
    confirm_breach(session, breach, user_id=writer.id, now=make.NOW)
    assert breach.state is BreachState.CONFIRMED
    with pytest.raises(BreachSettledError):
        rewrite_breach(session, breach, WRITTEN, user_id=writer.id, now=make.NOW)


def test_the_database_itself_refuses_one_person_for_both(session: Session, office: Office, writer: User) -> None:
    breach = noted(office, writer)
    alone = sa.update(Breach).where(Breach.id == breach.id).values(
        state="confirmed", confirmed_by=writer.id, confirmed_at=make.NOW
    )  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError, match="confirmed_by_somebody_else"), session.begin_nested():
        session.execute(alone)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"found_at": make.NOW + timedelta(hours=1)}, BreachDaysError),
        ({"happened_until": make.TODAY - timedelta(days=1)}, BreachDaysError),
        ({"reached_until": make.TODAY - timedelta(days=31)}, BreachDaysError),
        ({"categories": []}, BreachDataError),
        ({"categories": ["horoscopes"]}, BreachDataError),
        ({"how": "bocor"}, BreachWordsError),
        ({"ask_whom": " "}, BreachWordsError),
    ],
)
def test_what_the_law_wants_told_is_asked_for(
    office: Office, writer: User, wrong: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        noted(office, writer, **wrong)


def test_whom_it_reached_is_counted_by_days_unit_and_data(session: Session, office: Office, writer: User) -> None:
    cases = [office.report(f"Laporan nomor {number} tentang loket.", at=make.NOW) for number in range(3)]
    office.report("Laporan lama tentang loket.", at=make.NOW - timedelta(days=60))
    other = Office(session, office.agency, make.unit(session, office.agency))
    other.report("Laporan di unit lain tentang loket.", at=make.NOW)
    office.rate(4, make.TODAY)
    office.drain()
    told(office, cases[0])
    breach = noted(office, writer)
    assert (count_reached(session, breach).feedback, count_reached(session, breach).with_address) == (4, 1)
    rewrite_breach(session, breach, replace(WRITTEN, unit_id=office.unit.id), user_id=writer.id, now=make.NOW)
    assert count_reached(session, breach).feedback == 3
    rewrite_breach(session, breach, replace(WRITTEN, categories=["contacts"]), user_id=writer.id, now=make.NOW)
    assert [row[0] for row in reached_rows(session, breach)] == [cases[0].submission_id]


def test_everybody_reached_is_noted_once_and_those_with_an_address_get_a_message(
    session: Session, office: Office, writer: User, second: User
) -> None:
    with_address, without = office.report(at=make.NOW), office.report("Loket dua tutup terus.", at=make.NOW)
    contact_id = told(office, with_address)
    breach = noted(office, writer)
    with pytest.raises(BreachNotConfirmedError):
        owe_notices(session, breach, actor=SYSTEM, now=make.NOW)
    confirm_breach(session, breach, user_id=second.id, now=make.NOW)
    assert owe_notices(session, breach, actor=SYSTEM, now=make.NOW) == 2
    assert owe_notices(session, breach, actor=SYSTEM, now=make.NOW) == 0
    messages = owed(session, Template.BREACH_NOTICE)
    assert [(one.contact_id, one.params) for one in messages] == [
        (contact_id, {"agency": office.agency.id, "breach": breach.id})
    ]
    assert (count_told(session, breach).owed, count_told(session, breach).without_address) == (1, 1)
    assert list(notices_for(session, without.agency_id, without.submission_id)) == [breach.id]
    words = words_of(Template.BREACH_NOTICE, messages[0].params, Places("https://contoh.id", None), "id")
    assert f"https://contoh.id/privasi/kejadian/{office.agency.id}/{breach.id}" in words.body


def test_who_stopped_news_is_told_of_a_breach_all_the_same(
    session: Session, office: Office, writer: User, second: User
) -> None:
    case = office.report(at=make.NOW)
    unsubscribe(session, case.agency_id, told(office, case), now=make.NOW)
    breach = noted(office, writer)
    confirm_breach(session, breach, user_id=second.id, now=make.NOW)
    owe_notices(session, breach, actor=SYSTEM, now=make.NOW)
    message = owed(session, Template.BREACH_NOTICE)[0]
    assert recipient_of(session, message, vault_of(make.SECRET)).address == f"maria{case.id}@contoh.id"


def test_the_notice_holds_what_the_law_names_and_no_contact(
    session: Session, office: Office, writer: User, second: User
) -> None:
    case = office.report(at=make.NOW)
    told(office, case)
    breach = noted(office, writer, estimate=7)
    for to_authority in (True, False):
        made = notice_of(breach, office.agency.name, office.agency.time_zone, feedback=1, to_authority=to_authority)
        text = plain_text(made)
        for said in (WRITTEN.how, WRITTEN.remedies, WRITTEN.advice, "Tulisan warga", "12 Mei 2026 pukul 11.00 WITA"):
            assert said in text, said
        assert ("Taksiran orang yang terkena: 7" in text) is to_authority
        assert "maria" not in text
        assert notice_pdf(made, make.TODAY).startswith(b"%PDF-")
    assert second.id


def test_a_draft_is_nobodys_to_read_and_a_confirmed_notice_is_everybodys(
    session: Session, office: Office, writer: User, second: User
) -> None:
    breach = noted(office, writer)
    with pytest.raises(UnknownBreachError):
        public_notice(session, office.agency.id, breach.id)
    confirm_breach(session, breach, user_id=second.id, now=make.NOW)
    assert public_notice(session, office.agency.id, breach.id)[0].id == breach.id
    with pytest.raises(UnknownBreachError):
        public_notice(session, office.agency.id + 1, breach.id)
    with pytest.raises(UnknownBreachError):
        breach_of(session, [office.agency.id + 1], breach.id)


def test_it_is_closed_after_the_authority_was_told_and_with_what_was_learnt(
    session: Session, office: Office, writer: User, second: User
) -> None:
    breach = noted(office, writer)
    act: dict[str, Any] = {"user_id": second.id, "now": make.NOW + timedelta(hours=5)}
    with pytest.raises(BreachNotConfirmedError):
        note_authority_told(session, breach, "Surat 12", told_at=make.NOW, **act)
    confirm_breach(session, breach, user_id=second.id, now=make.NOW)
    with pytest.raises(BreachNotConfirmedError):
        close_breach(session, breach, "Cara kerja diubah.", **act)
    for wrong in (make.NOW - timedelta(hours=1), make.NOW + timedelta(hours=6)):
        with pytest.raises(BreachDaysError):
            note_authority_told(session, breach, "Surat 12", told_at=wrong, **act)
    note_authority_told(session, breach, "Surat 12", told_at=make.NOW + timedelta(hours=4), **act)
    with pytest.raises(BreachWordsError):
        close_breach(session, breach, "ok", **act)
    close_breach(session, breach, "Lembar tidak lagi dikirim lewat surel.", **act)
    assert breach.state is BreachState.CLOSED


def test_what_was_none_is_dismissed_with_a_reason_and_not_after_confirmation(
    session: Session, office: Office, writer: User, second: User
) -> None:
    breach = noted(office, writer)
    dismiss_breach(session, breach, "Berkas itu tidak berisi data pribadi.", user_id=writer.id, now=make.NOW)
    assert breach.state is BreachState.DISMISSED
    real = noted(office, writer)
    confirm_breach(session, real, user_id=second.id, now=make.NOW)
    with pytest.raises(BreachSettledError):
        dismiss_breach(session, real, "Berkas itu tidak berisi data.", user_id=writer.id, now=make.NOW)


def test_two_days_after_it_was_found_everybody_who_manages_privacy_is_reminded_once(
    session: Session, office: Office, writer: User, second: User
) -> None:
    noted(office, writer)
    late = make.NOW + timedelta(hours=48)
    assert not any_breach_late(session, now=late - timedelta(minutes=1))
    assert any_breach_late(session, now=late)
    assert warn_of_breaches(session, now=late) == 1
    assert {one.user_id for one in owed(session, Template.BREACH_DUE)} == {writer.id, second.id}
    assert not any_breach_late(session, now=late)
