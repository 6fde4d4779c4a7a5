"""Contacts: read kindly, kept sealed, changed, forgotten, silenced."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.models import AuditEvent
from feedback_app.db import db
from feedback_app.intake.contacts import (
    SAME_ADDRESS_A_DAY,
    Address,
    AddressTooOftenError,
    InvalidAddressError,
    NobodyToTellError,
    Owner,
    contact_card,
    forget_contact,
    keep_contact,
    read_address,
    unsubscribe,
)
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import open_sealed, vault_of
from feedback_app.notifications.models import Message
from feedback_app.organisation.models import Unit
from tests import factories as make
from tests.conftest import Live

VAULT = vault_of(make.SECRET)
MAIL = Address(ContactKind.EMAIL, "maria@contoh.id")


@pytest.fixture
def unit(session: Session) -> Unit:
    return make.unit(session, make.agency(session))


def owner(session: Session, unit: Unit) -> Owner:
    return Owner(unit.agency_id, submission_id=make.submission(session, unit).id)


def keep(session: Session, of: Owner, address: Address = MAIL, days: int = 0) -> None:
    keep_contact(session, of, address, vault=VAULT, language="id", now=make.NOW + timedelta(days=days))


def row(session: Session, of: Owner) -> Contact:
    return session.scalars(sa.select(Contact).where(Contact.submission_id == of.submission_id)).one()


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("  Maria@Contoh.ID ", ContactKind.EMAIL, "Maria@contoh.id"),
        ("0812 3456 7890", ContactKind.WHATSAPP, "+6281234567890"),
        ("+62 812-3456-7890", ContactKind.WHATSAPP, "+6281234567890"),
        ("62 81234567890", ContactKind.WHATSAPP, "+6281234567890"),
    ],
)
def test_an_address_is_read_as_people_type_it(typed: str, kind: ContactKind, value: str) -> None:
    assert read_address(typed) == Address(kind, value)


@pytest.mark.parametrize(
    "typed", ["", "maria@", "@contoh.id", "021 5551234", "12345", "+1 202 555 0143", "halo", "a@b"]
)
def test_what_nobody_could_write_to_is_refused(typed: str) -> None:
    with pytest.raises(InvalidAddressError):
        read_address(typed)


def test_a_contact_is_kept_sealed_and_a_page_learns_its_kind_only(session: Session, unit: Unit) -> None:
    mine = owner(session, unit)
    keep(session, mine)
    stored = row(session, mine)
    assert b"maria" not in stored.sealed
    assert open_sealed(VAULT, stored.sealed) == "maria@contoh.id"
    card = contact_card(session, mine)
    assert card is not None
    assert (card.kind, card.is_silenced) == (ContactKind.EMAIL, False)


def test_another_address_takes_the_place_of_the_first(session: Session, unit: Unit) -> None:
    mine = owner(session, unit)
    keep(session, mine)
    first = row(session, mine).id
    keep(session, mine, Address(ContactKind.WHATSAPP, "+6281234567890"))
    session.expire_all()
    assert row(session, mine).id != first
    assert open_sealed(VAULT, row(session, mine).sealed) == "+6281234567890"


def test_one_address_is_named_by_so_many_reports_a_day_and_no_more(session: Session, unit: Unit) -> None:
    for _ in range(SAME_ADDRESS_A_DAY):
        keep(session, owner(session, unit))
    late = owner(session, unit)
    with pytest.raises(AddressTooOftenError) as refused:
        keep(session, late, Address(ContactKind.EMAIL, "MARIA@contoh.id"))
    assert refused.value.free_at == make.NOW + timedelta(days=1)
    keep(session, late, Address(ContactKind.EMAIL, "yosef@contoh.id"))
    keep(session, late, days=2)


def test_forgetting_a_contact_takes_the_messages_owed_to_it_along(session: Session, unit: Unit) -> None:
    mine = owner(session, unit)
    keep(session, mine)
    session.add(
        Message(
            agency_id=unit.agency_id, contact_id=row(session, mine).id, template="replied", dedupe_key="x",
            created_at=make.NOW, next_try_at=make.NOW,
        )
    )  # fmt: skip
    session.flush()
    assert forget_contact(session, mine, now=make.NOW)
    assert not forget_contact(session, mine, now=make.NOW)
    assert contact_card(session, mine) is None
    assert session.scalars(sa.select(Message).where(Message.agency_id == unit.agency_id)).all() == []


def test_unsubscribing_silences_once_and_a_new_address_is_told_again(session: Session, unit: Unit) -> None:
    mine = owner(session, unit)
    keep(session, mine)
    contact_id = row(session, mine).id
    for hour in (1, 2):
        unsubscribe(session, unit.agency_id, contact_id, now=make.NOW + timedelta(hours=hour))
    session.expire_all()
    assert row(session, mine).unsubscribed_at == make.NOW + timedelta(hours=1)
    keep(session, mine)
    card = contact_card(session, mine)
    assert card is not None
    assert not card.is_silenced


def test_the_audit_trail_holds_no_address(session: Session, unit: Unit) -> None:
    mine = owner(session, unit)
    keep(session, mine)
    forget_contact(session, mine, now=make.NOW)
    acts = session.scalars(sa.select(AuditEvent).where(AuditEvent.agency_id == unit.agency_id)).all()
    assert [act.action for act in acts] == ["intake.keep_contact", "intake.forget_contact"]
    assert "maria" not in str([act.detail for act in acts])


def test_reports_to_one_agency_keep_nobody_from_another(session: Session, unit: Unit) -> None:
    for _ in range(SAME_ADDRESS_A_DAY):
        keep(session, owner(session, unit))
    elsewhere = owner(session, make.unit(session, make.agency(session)))
    keep(session, elsewhere)
    assert contact_card(session, elsewhere) is not None


def test_after_an_erasure_no_contact_is_kept(session: Session, unit: Unit) -> None:
    mine = owner(session, unit)
    session.execute(
        sa.update(Submission).where(Submission.id == mine.submission_id).values(erased_at=make.NOW)
    )  # fmt: skip
    with pytest.raises(NobodyToTellError):
        keep(session, mine)
    assert contact_card(session, mine) is None


def test_who_has_left_a_case_keeps_no_contact(session: Session, unit: Unit) -> None:
    with pytest.raises(NobodyToTellError):
        keep(session, Owner(unit.agency_id, follower_id=999_999))


def test_two_tabs_that_save_at_the_same_moment_leave_one_contact(live: Live) -> None:
    with live.app.app_context():
        mine = owner(db.session(), make.unit(db.session(), make.agency(db.session())))
        db.session.commit()
    barrier = threading.Barrier(4)

    def save(number: int) -> None:
        with live.app.app_context():
            barrier.wait()
            keep(db.session(), mine, Address(ContactKind.EMAIL, f"maria{number}@contoh.id"))
            db.session.commit()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(save, range(4)))
    with live.app.app_context():
        assert contact_card(db.session(), mine) is not None
