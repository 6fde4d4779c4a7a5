"""Make accounts and give grants."""

from __future__ import annotations

import unicodedata
import uuid
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask_security import hash_password
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor, record
from feedback_app.db import add_unless_taken
from feedback_app.errors import ConflictError, InvalidInputError, NotFoundError
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.queries import user_by_email
from feedback_app.identity.rules import Role

PASSWORD_MIN: Final = 10


class InvalidEmailError(InvalidInputError):
    """The text is not an e-mail address that could sign in."""

    code = "invalid_email"


class WeakPasswordError(InvalidInputError):
    """The password is too short."""

    code = "weak_password"


class MissingUserNameError(InvalidInputError):
    """The name of an account is empty."""

    code = "missing_user_name"


class EmailTakenError(ConflictError):
    """Another account has this e-mail address."""

    code = "email_taken"


class UnknownUserError(NotFoundError):
    """No account has this e-mail address."""

    code = "unknown_user"


def create_user(session: Session, *, email: str, name: str, password: str, now: datetime) -> User:
    """Add an account with a password; the caller gives it grants.

    Raises
    ------
    InvalidEmailError, MissingUserNameError, WeakPasswordError, EmailTakenError
    """
    if not name.strip():
        raise MissingUserNameError("Nama pemilik akun belum diisi.")
    user = User(
        email=_email(email),
        name=" ".join(name.split()),
        password=_hashed(password),
        fs_uniquifier=uuid.uuid4().hex,
        created_at=now,
        active=True,
    )
    add_unless_taken(session, user, EmailTakenError(f"Surel {_email(email)} sudah dipakai akun lain."))
    return user


def set_password(session: Session, *, email: str, password: str, actor: Actor, now: datetime) -> User:
    """Give an account another password and end all its sessions.

    Raises
    ------
    UnknownUserError, WeakPasswordError
    """
    user = user_by_email(session, email)
    if user is None:
        raise UnknownUserError(f"Tidak ada akun dengan surel {email.strip()}.")
    user.password = _hashed(password)
    # Sessions carry this value: with another one, whoever is signed in has to sign in again.
    user.fs_uniquifier = uuid.uuid4().hex
    session.flush()
    agency_ids = session.scalars(sa.select(RoleGrant.agency_id).where(RoleGrant.user_id == user.id).distinct())
    for agency_id in agency_ids.all():
        record(
            session, agency_id=agency_id, actor=actor, action="identity.set_password", subject_type="user",
            subject_id=user.id, now=now,
        )  # fmt: skip
    return user


def _email(raw: str) -> str:
    # Signing in reads addresses by the same rules: what is refused here could never sign in.
    try:
        return validate_email(raw.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise InvalidEmailError(
            "Alamat surel tidak dapat dipakai. Tulis alamat lengkap, misalnya nama@kupangkota.go.id."
        ) from error


def _hashed(password: str) -> str:
    if len(password) < PASSWORD_MIN:
        raise WeakPasswordError(f"Kata sandi terlalu pendek: pakai paling sedikit {PASSWORD_MIN} huruf atau angka.")
    # The sign-in form compares the password in this form, so it has to be hashed in it.
    return hash_password(unicodedata.normalize("NFKD", password))


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
) -> None:
    """Give a role over a unit and all below it, or over the whole agency when no unit is named."""
    session.execute(
        sa.insert(RoleGrant).values(
            agency_id=agency_id, user_id=user_id, role=role, unit_id=unit_id,
            starts_on=starts_on, ends_on=ends_on, granted_by=actor.user_id, created_at=now,
        )
    )  # fmt: skip
    record(
        session, agency_id=agency_id, actor=actor, action="identity.grant", subject_type="user", subject_id=user_id,
        now=now, role=role.value, unit_id=unit_id,
    )  # fmt: skip
