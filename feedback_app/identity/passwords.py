"""Give an account a password. Whoever changes one by a page, a link or a terminal comes through `put_password`."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from flask_security import hash_password
from sqlalchemy.orm import Session

from feedback_app.audit.operations import Actor
from feedback_app.errors import InvalidInputError
from feedback_app.identity import sign_ins
from feedback_app.identity.models import User
from feedback_app.identity.password_rules import WeakPasswordError, check_password, normalised
from feedback_app.identity.sign_in_rules import EndReason


class WrongPasswordError(InvalidInputError):
    """The present password was given wrongly."""

    code = "wrong_password"


class SamePasswordError(WeakPasswordError):
    """The new password is the old one."""

    code = "same_password"


def hashed(password: str, near: Iterable[str] = ()) -> str:
    """Return what is stored of a password (argon2id over a keyed hash), if it is one that an account may have.

    `near` is what lies near its owner (see `check_password`).

    Raises
    ------
    feedback_app.identity.password_rules.WeakPasswordError
    """
    check_password(password, near)
    # The sign-in form compares the password in this form, so it has to be hashed in it.
    return hash_password(normalised(password))


def put_password(
    session: Session, user: User, password: str, *, near: Iterable[str], actor: Actor, action: str, now: datetime,
    keeps: int | None = None,
) -> None:  # fmt: skip
    """Give an account another password, end its sign-ins but the one it `keeps`, and note it in the trail.

    The mail that tells the owner is owed by `notifications.account_acts`, through which pages and commands go.

    Raises
    ------
    feedback_app.identity.password_rules.WeakPasswordError
    """
    user.password = hashed(password, (*near, user.email, user.name))
    user.password_set_at = now
    sign_ins.end_all(session, user.id, except_id=keeps, reason=EndReason.PASSWORD_CHANGED, now=now, actor=actor)
    if keeps is None:
        # The cookies carry this number too: whatever stands in them, nobody is signed in any more.
        user.fs_uniquifier = uuid.uuid4().hex
    session.flush()
    sign_ins.note_act(session, user.id, actor, action, None, now)


def change_password(
    session: Session, user: User, *, present: str, new: str, near: Iterable[str], actor: Actor, now: datetime,
    keeps: int | None,
) -> None:  # fmt: skip
    """Let the owner put another password in place of the present one.

    Raises
    ------
    WrongPasswordError
    SamePasswordError
    feedback_app.identity.password_rules.WeakPasswordError
    """
    if not user.verify_and_update_password(normalised(present)):
        raise WrongPasswordError("Kata sandi sekarang tidak cocok. Periksa lalu coba lagi.")
    if normalised(new) == normalised(present):
        raise SamePasswordError("Kata sandi baru sama dengan yang sekarang. Pilih yang lain.")
    put_password(
        session, user, new, near=near, actor=actor, action="identity.change_password", now=now, keeps=keeps
    )  # fmt: skip
