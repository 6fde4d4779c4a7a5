"""The vault: sealed by the first key, opened by all, marked by a key of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.intake.contacts import Address, Owner, keep_contact
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import UnreadableSealError, Vault, new_key, open_sealed, vault_of
from feedback_app.intake.vault_upkeep import seal_again, unreadable_contacts
from tests import factories as make

ADDRESS = "maria@contoh.id"


def kept(session: Session, vault: Vault, count: int = 1) -> list[Contact]:
    unit = make.unit(session, make.agency(session))
    for number in range(count):
        owner = Owner(unit.agency_id, submission_id=make.submission(session, unit).id)
        address = Address(ContactKind.EMAIL, f"{number}{ADDRESS}")
        keep_contact(session, owner, address, vault=vault, language="id", now=make.NOW + timedelta(days=number))
    return list(session.scalars(sa.select(Contact).where(Contact.agency_id == unit.agency_id).order_by(Contact.id)))


def test_what_is_sealed_holds_no_address_and_opens_to_it() -> None:
    vault = vault_of(make.SECRET)
    sealed = vault.seal(ADDRESS)
    assert ADDRESS.encode() not in sealed
    assert open_sealed(vault, sealed) == ADDRESS
    assert vault.seal(ADDRESS) != sealed


def test_another_installation_opens_nothing() -> None:
    sealed = vault_of(make.SECRET).seal(ADDRESS)
    with pytest.raises(UnreadableSealError):
        open_sealed(vault_of("another-secret-of-32-characters-at-least"), sealed)


def test_the_mark_of_an_address_does_not_change_with_the_keys_and_tells_kinds_apart() -> None:
    before, after = vault_of(make.SECRET), vault_of(make.SECRET, (new_key(),))
    email = ContactKind.EMAIL
    assert before.fingerprint(email, ADDRESS) == after.fingerprint(email, ADDRESS.upper())
    assert before.fingerprint(email, ADDRESS) != before.fingerprint(ContactKind.WHATSAPP, ADDRESS)
    assert before.fingerprint(email, ADDRESS) != vault_of("x" * 32).fingerprint(email, ADDRESS)


def test_after_sealing_again_the_older_key_can_go(session: Session) -> None:
    old, new = new_key(), new_key()
    contacts = kept(session, vault_of(make.SECRET, (old,)), count=5)
    both = vault_of(make.SECRET, (new, old))
    assert sum(seal_again(session, both, limit=2)) >= 5
    session.expire_all()
    only_new = vault_of(make.SECRET, (new,))
    assert [open_sealed(only_new, contact.sealed) for contact in contacts] == [f"{n}{ADDRESS}" for n in range(5)]
    assert list(unreadable_contacts(session, only_new, limit=2)) == []


def test_a_contact_that_no_key_opens_is_named_and_sealed_by_nobody(session: Session) -> None:
    lost = kept(session, vault_of(make.SECRET, (new_key(),)))[0]
    vault = vault_of(make.SECRET, (new_key(),))
    assert (lost.agency_id, lost.id) in list(unreadable_contacts(session, vault))
    with pytest.raises(UnreadableSealError):
        list(seal_again(session, vault))
