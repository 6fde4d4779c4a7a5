"""Where a citizen wants to be told: kept sealed, changed, removed, and silenced by the link in a mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import phonenumbers
import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, Actor, record
from feedback_app.errors import ConflictError, InvalidInputError
from feedback_app.intake.extra_models import Contact
from feedback_app.intake.models import Submission
from feedback_app.intake.rules import ContactKind
from feedback_app.intake.vault import Vault
from feedback_app.notifications.models import Message

ADDRESS_MAX: Final = 254
# Somebody else's mailbox must not be filled by many reports that name it. It is counted for each agency by itself: who
# names an address at one must not keep its owner from every other.
SAME_ADDRESS_A_DAY: Final = 10
_DAY: Final = timedelta(days=1)
# The table of a room above, of which only the key is needed here.
_FOLLOWERS: Final = sa.table("case_followers", sa.column("agency_id"), sa.column("id"))
_MOBILE: Final = frozenset({phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE})


class InvalidAddressError(InvalidInputError):
    """Neither an e-mail address nor an Indonesian mobile number."""

    code = "invalid_address"


class AddressTooOftenError(ConflictError):
    """Many reports of one day name the same address; from `free_at` on it may be named again."""

    code = "address_too_often"

    def __init__(self, message: str, free_at: datetime) -> None:
        super().__init__(message)
        self.free_at = free_at


class NobodyToTellError(ConflictError):
    """The report was erased, or who joined it has left, so there is nobody a contact could belong to."""

    code = "nobody_to_tell"


@dataclass(frozen=True, slots=True)
class Address:
    """Where to write, in its one form: an e-mail address, or a number such as +6281234567890."""

    kind: ContactKind
    value: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose contact it is: the sender of a report, or somebody who joined a case."""

    agency_id: int
    submission_id: int | None = None
    follower_id: int | None = None


@dataclass(frozen=True, slots=True)
class ContactCard:
    """What a page may say about a contact: that there is one, of which kind, and whether messages were stopped."""

    kind: ContactKind
    added_at: datetime
    is_silenced: bool


def read_address(raw: str) -> Address:
    """Return what somebody typed as an address, in its one form; nothing is looked up on the net.

    Raises
    ------
    InvalidAddressError
    """
    typed = raw.strip()[: ADDRESS_MAX + 1]
    if "@" in typed:
        return Address(ContactKind.EMAIL, _email(typed))
    return Address(ContactKind.WHATSAPP, _mobile(typed))


def _email(typed: str) -> str:
    try:
        return validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise InvalidAddressError("Alamat surel ini tidak lengkap. Tulis seperti nama@contoh.id.") from error


def _mobile(typed: str) -> str:
    wrong = InvalidAddressError("Tulis alamat surel, atau nomor WhatsApp Indonesia seperti 0812 3456 7890.")
    try:
        number = phonenumbers.parse(typed, "ID")
    except phonenumbers.NumberParseException as error:
        raise wrong from error
    is_mobile = phonenumbers.number_type(number) in _MOBILE
    if not is_mobile or not phonenumbers.is_valid_number_for_region(number, "ID"):
        raise wrong
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def keep_contact(
    session: Session, owner: Owner, address: Address, *, vault: Vault, language: str, now: datetime
) -> None:
    """Keep where somebody wants to be told, in place of what was kept before; of two at once the later one stays.

    Raises
    ------
    NobodyToTellError
    AddressTooOftenError
    """
    _lock(session, owner)
    fingerprint = vault.fingerprint(address.kind, address.value)
    forget_contact(session, owner, now=now)
    _check_named(session, owner.agency_id, fingerprint, now)
    session.add(
        Contact(
            agency_id=owner.agency_id, submission_id=owner.submission_id, follower_id=owner.follower_id,
            kind=address.kind, sealed=vault.seal(address.value), fingerprint=fingerprint, language=language,
            added_at=now,
        )
    )  # fmt: skip
    session.flush()
    _note(session, owner, "intake.keep_contact", now)


def forget_contact(session: Session, owner: Owner, *, now: datetime, actor: Actor = CITIZEN) -> bool:
    """Delete a contact and the messages still owed to it; return whether there was one."""
    # Locked, so that no message is written to it between the two deletions.
    found = session.scalar(sa.select(Contact.id).where(_of(owner)).with_for_update())
    if found is None:
        return False
    session.execute(sa.delete(Message).where(Message.agency_id == owner.agency_id, Message.contact_id == found))
    session.execute(sa.delete(Contact).where(Contact.agency_id == owner.agency_id, Contact.id == found))
    _note(session, owner, "intake.forget_contact", now, actor)
    return True


def contact_card(session: Session, owner: Owner) -> ContactCard | None:
    """Return what a page may say about somebody's contact, or None where there is none."""
    row = session.execute(sa.select(Contact.kind, Contact.added_at, Contact.unsubscribed_at).where(_of(owner))).first()
    return ContactCard(row.kind, row.added_at, row.unsubscribed_at is not None) if row else None


def unsubscribe(session: Session, agency_id: int, contact_id: int, *, now: datetime) -> None:
    """Stop messages to a contact; one that is gone, or has stopped them before, stays as it is."""
    stopped = session.execute(
        sa.update(Contact)
        .where(Contact.agency_id == agency_id, Contact.id == contact_id, Contact.unsubscribed_at.is_(None))
        .values(unsubscribed_at=now)
        .returning(Contact.id)
    ).first()
    if stopped is not None:
        record(
            session, agency_id=agency_id, actor=CITIZEN, action="intake.unsubscribe", subject_type="contact",
            subject_id=contact_id, now=now,
        )  # fmt: skip


def _lock(session: Session, owner: Owner) -> None:
    """Hold whom a contact belongs to, so that two tabs wait for each other and nothing comes after an erasure."""
    if owner.submission_id is None:
        follower = (_FOLLOWERS.c.agency_id == owner.agency_id, _FOLLOWERS.c.id == owner.follower_id)
        held = session.scalar(sa.select(_FOLLOWERS.c.id).where(*follower).with_for_update(key_share=True))
    else:
        # The condition is read again once the lock is there, so an erasure that came first is seen.
        report = (Submission.agency_id == owner.agency_id, Submission.id == owner.submission_id)
        query = sa.select(Submission.id).where(*report, Submission.erased_at.is_(None))
        held = session.scalar(query.with_for_update(key_share=True))
    if held is None:
        raise NobodyToTellError("Data pada laporan ini sudah dihapus, jadi kontak tidak dapat disimpan.")


def _check_named(session: Session, agency_id: int, fingerprint: bytes, now: datetime) -> None:
    """Refuse an address that enough reports to this agency name within 24 hours, and say from when it is free."""
    named = session.scalars(
        sa.select(Contact.added_at)
        .where(
            Contact.agency_id == agency_id, Contact.fingerprint == fingerprint, Contact.added_at > now - _DAY
        )
        .order_by(Contact.added_at.desc())
        .limit(SAME_ADDRESS_A_DAY)
    ).all()  # fmt: skip
    if len(named) >= SAME_ADDRESS_A_DAY:
        raise AddressTooOftenError(
            f"Alamat ini sudah dipakai pada {SAME_ADDRESS_A_DAY} laporan dalam 24 jam. Coba lagi besok.",
            named[-1] + _DAY,
        )


def _of(owner: Owner) -> sa.ColumnElement[bool]:
    return sa.and_(
        Contact.agency_id == owner.agency_id,
        Contact.submission_id == owner.submission_id
        if owner.submission_id is not None
        else Contact.follower_id == owner.follower_id,
    )


def _note(session: Session, owner: Owner, action: str, now: datetime, actor: Actor = CITIZEN) -> None:
    kind = "submission" if owner.submission_id is not None else "follower"
    record(
        session, agency_id=owner.agency_id, actor=actor, action=action, subject_type=kind,
        subject_id=owner.submission_id or owner.follower_id, now=now,
    )  # fmt: skip
