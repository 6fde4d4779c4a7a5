"""Make accounts and give grants."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.passwords import hashed, put_password
from feedback_app.identity.queries import user_by_email
from feedback_app.identity.rules import GrantSource, Role


class InvalidEmailError(InvalidInputError):
    """The text is not an e-mail address that could sign in."""

    code = "invalid_email"


class MissingUserNameError(InvalidInputError):
    """The name of an account is empty."""

    code = "missing_user_name"


class EmailTakenError(ConflictError):
    """Another account has this e-mail address."""

    code = "email_taken"


class UnknownUserError(NotFoundError):
    """No account has this e-mail address."""

    code = "unknown_user"


def create_user(
    session: Session, *, email: str, name: str, password: str, now: datetime, near: Iterable[str] = ()
) -> User:
    """Add an account with a password; the caller gives it grants. `near` is what lies near its owner.

    Raises
    ------
    InvalidEmailError, MissingUserNameError, EmailTakenError
    feedback_app.identity.password_rules.WeakPasswordError
    """
    kept = hashed(password, (*near, email, name))
    return add_account(session, email=email, name=name, password=kept, now=now)


def add_account(session: Session, *, email: str, name: str, password: str | None, now: datetime) -> User:
    """Add an account; without the hash of a password nobody can sign in with it, and it is not active.

    Raises
    ------
    InvalidEmailError, MissingUserNameError, EmailTakenError
    """
    if not name.strip():
        raise MissingUserNameError("Nama pemilik akun belum diisi.")
    address = read_email(email)
    user = User(
        email=address, name=" ".join(name.split()), password=password, fs_uniquifier=uuid.uuid4().hex, created_at=now,
        active=password is not None, password_set_at=now if password else None,
    )  # fmt: skip
    add_unless_taken(session, user, EmailTakenError(f"Surel {address} sudah dipakai akun lain."))
    return user


def set_password(
    session: Session, *, email: str, password: str, actor: Actor, now: datetime, near: Iterable[str] = ()
) -> User:
    """Give an account another password and end all its sessions.

    Raises
    ------
    UnknownUserError
    feedback_app.identity.password_rules.WeakPasswordError
    """
    user = account_of(session, email)
    put_password(session, user, password, near=near, actor=actor, action="identity.set_password", now=now)
    return user


def account_of(session: Session, email: str) -> User:
    """Return the account of an address.

    Raises
    ------
    UnknownUserError
    """
    user = user_by_email(session, email)
    if user is None:
        raise UnknownUserError(f"Tidak ada akun dengan surel {email.strip()}.")
    return user


def read_email(raw: str) -> str:
    """Return an address as it is kept, in small letters.

    Raises
    ------
    InvalidEmailError
    """
    # Signing in reads addresses by the same rules: what is refused here could never sign in.
    try:
        return validate_email(raw.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidEmailError(
            "Alamat surel tidak dapat dipakai. Tulis alamat lengkap, misalnya nama@kupangkota.go.id."
        ) from error


# Where nobody typed a reason, what brought the role about is the reason.
UNSAID: Final = {
    GrantSource.PERSON: "Diberikan oleh pengelola tanpa keterangan lain.",
    GrantSource.INVITATION: "Diberikan bersama undangan akun.",
    GrantSource.OIDC: "Diberikan menurut aturan klaim penyedia identitas.",
    GrantSource.CLI: "Diberikan oleh pengelola server.",
    GrantSource.IMPORT: "Diberikan bersama daftar pegawai.",
    GrantSource.DEMO: "Akun contoh untuk mencoba Suara Layanan.",
}


def grant(
    session: Session,
    *,
    agency_id: int,
    user_id: int,
    role: Role,
    unit_id: int | None,
    starts_on: date,
    actor: Actor,
    now: datetime,
    ends_on: date | None = None,
    reason: str | None = None,
    source: GrantSource | None = None,
    approved_by: int | None = None,
) -> RoleGrant:
    """Give a role over a unit and all below it, or over the whole agency when no unit is named.

    It asks nobody: what somebody may give, and what needs a second person, is asked in `organisation.access.giving`,
    and in the last place by the database. Without a source it is the person's who acts, or else the server's.
    """
    came_by = source or (GrantSource.PERSON if actor.user_id is not None else GrantSource.CLI)
    made = RoleGrant(
        agency_id=agency_id, user_id=user_id, role=role, unit_id=unit_id, starts_on=starts_on, ends_on=ends_on,
        granted_by=actor.user_id, created_at=now, reason=reason or UNSAID[came_by], source=came_by,
        approved_by=approved_by,
    )  # fmt: skip
    session.add(made)
    session.flush()
    record(
        session, agency_id=agency_id, actor=actor, action="identity.grant", subject_type="user", subject_id=user_id,
        now=now, grant_id=made.id, role=role.value, unit_id=unit_id, source=came_by.value, approved_by=approved_by,
    )  # fmt: skip
    return made
