"""Begin, find and end sign-ins: what a cookie is worth is decided here, at each request (ASVS 5.0, V7)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast

import sqlalchemy as sa
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session

from feedback_app.audit.operations import SYSTEM, Actor, person, record, record_platform
from feedback_app.db_wall.scope import across, whole_account
from feedback_app.errors import NotFoundError
from feedback_app.identity.models import RoleGrant, User
from feedback_app.identity.sign_in_models import SignIn, alive
from feedback_app.identity.sign_in_rules import SEEN_EVERY, EndReason, Means, SecondMeans, TimeLimits

# 256 bits; ASVS 7.2.3 asks for 128.
TOKEN_BYTES: Final = 32


class UnknownSignInError(NotFoundError):
    """No such sign-in, or one of another account."""

    code = "unknown_sign_in"


@dataclass(frozen=True, slots=True)
class Begun:
    """A new sign-in: its row, the token for the cookie, and whether browser and network are new to the account."""

    sign_in: SignIn
    token: str = field(repr=False)
    is_new_to_account: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The account and the sign-in of a token; `gone` says why it opens nothing any more."""

    user: User
    sign_in: SignIn
    gone: EndReason | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody showed to sign in, and from where."""

    means: Means
    second_means: SecondMeans | None = None
    browser: str = "other/other"
    network_mark: bytes | None = None
    provider: str | None = None


def begin(session: Session, user_id: int, shown: Shown, *, limits: TimeLimits, now: datetime) -> Begun:
    """Note that somebody signed in, under a new token, for as long as the limits of the account say."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    is_new = _is_new(session, user_id, shown)
    row = SignIn(
        user_id=user_id, token_hash=hashed(token), began_at=now, last_seen_at=now,
        expires_at=now + timedelta(minutes=limits.absolute_minutes), idle_minutes=limits.idle_minutes,
        means=shown.means, second_means=shown.second_means, browser=shown.browser, network_mark=shown.network_mark,
        provider=shown.provider,
    )  # fmt: skip
    session.add(row)
    session.flush()
    note_act(session, user_id, person(user_id), "identity.sign_in", row.id, now, means=shown.means.value)
    return Begun(row, token, is_new)


def current(session: Session, token: str, uniquifier: str, *, now: datetime) -> Found | None:
    """Return the account that a cookie names, in one query; None where the cookie names no sign-in of ours.

    `uniquifier` is the account's own number in the same cookie: when that changes, every sign-in is worth nothing.
    """
    row = session.execute(
        sa.select(User, SignIn)
        .join(SignIn, SignIn.user_id == User.id)
        .where(SignIn.token_hash == hashed(token), User.fs_uniquifier == uniquifier)
    ).one_or_none()
    if row is None:
        return None
    user, sign_in = row
    return Found(user, sign_in, sign_in.over(now) or (None if user.active else EndReason.DEACTIVATED))


def seen(session: Session, sign_in: SignIn, *, now: datetime) -> bool:
    """Note a request of a living sign-in, at most once a minute; return whether there was something to note."""
    if now - sign_in.last_seen_at < SEEN_EVERY:
        return False
    changed = _execute(
        session,
        sa.update(SignIn)
        .where(SignIn.id == sign_in.id, SignIn.ended_at.is_(None), SignIn.last_seen_at <= now - SEEN_EVERY)
        .values(last_seen_at=now),
    )
    return changed.rowcount > 0


def renew(session: Session, sign_in_id: int, *, now: datetime, second_means: SecondMeans | None = None) -> str | None:
    """Give a living sign-in another token, for a change of what its holder may do; the old one is worth nothing.

    Return the token for the cookie; None where the sign-in ended meanwhile.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    values: dict[str, Any] = {"token_hash": hashed(token), "last_seen_at": now}
    if second_means is not None:
        values["second_means"] = second_means
    changed = _execute(
        session, sa.update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(**values)
    )
    return token if changed.rowcount else None


def end(session: Session, sign_in_id: int, user_id: int, *, reason: EndReason, actor: Actor, now: datetime) -> None:
    """End one sign-in of an account; one that is over stays as it is.

    Raises
    ------
    UnknownSignInError
    """
    row = session.scalar(sa.select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user_id).with_for_update())
    if row is None:
        raise UnknownSignInError("Perangkat itu tidak ada di daftar akun ini.")
    if row.over(now) is None:
        row.ended_at, row.end_reason = now, reason
        session.flush()
        note_act(session, user_id, actor, "identity.end_sign_in", row.id, now, reason=reason.value)


def end_all(
    session: Session, user_id: int, *, except_id: int | None = None, reason: EndReason | str, now: datetime,
    actor: Actor = SYSTEM,
) -> int:  # fmt: skip
    """End every living sign-in of an account but one; return how many ended."""
    why = EndReason(reason)
    changed = _execute(
        session,
        sa.update(SignIn)
        .where(SignIn.user_id == user_id, *alive(now), SignIn.id.is_distinct_from(except_id))
        .values(ended_at=now, end_reason=why)
        .execution_options(synchronize_session="fetch"),
    )
    if changed.rowcount:
        note_act(session, user_id, actor, "identity.end_sign_ins", None, now, reason=why.value, n=changed.rowcount)
    return changed.rowcount


def live_ones(session: Session, user_id: int, now: datetime) -> Sequence[SignIn]:
    """Return the living sign-ins of an account, the one used last first."""
    return session.scalars(
        sa.select(SignIn).where(SignIn.user_id == user_id, *alive(now)).order_by(SignIn.last_seen_at.desc(), SignIn.id)
    ).all()


def forget(session: Session, before: datetime, now: datetime) -> int:
    """Remove sign-ins that ended before a moment; return how many. `now` is the moment of removing."""
    assert before <= now  # noqa: S101 - nobody forgets what is to come
    return _execute(session, sa.delete(SignIn).where(SignIn.ended_at < before)).rowcount


def hashed(token: str) -> bytes:
    """Return what is stored of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def belongs_to(session: Session, token: str, user_id: int) -> bool:
    """Tell whether a token, living or over, was one of this account."""
    return bool(
        session.scalar(sa.select(sa.exists().where(SignIn.token_hash == hashed(token), SignIn.user_id == user_id)))
    )


def _is_new(session: Session, user_id: int, shown: Shown) -> bool:
    # The very first sign-in of an account is new to nobody.
    before = sa.exists().where(SignIn.user_id == user_id)
    same = sa.exists().where(
        SignIn.user_id == user_id,
        SignIn.browser == shown.browser,
        SignIn.network_mark.is_not_distinct_from(shown.network_mark),
    )
    row = session.execute(sa.select(before, same)).one()
    return bool(row[0]) and not row[1]


def _execute(session: Session, statement: Any) -> CursorResult[Any]:
    return cast("CursorResult[Any]", session.execute(statement))


def agencies_of(session: Session, user_id: int) -> Sequence[int]:
    """Return the agencies in which an account holds, held or will hold a role."""
    with whole_account(session, user_id):
        query = sa.select(RoleGrant.agency_id).where(RoleGrant.user_id == user_id).distinct()
        return session.scalars(query.order_by(RoleGrant.agency_id)).all()


def note_act(
    session: Session, user_id: int, actor: Actor, action: str, sign_in_id: int | None, now: datetime, **detail: Any
) -> None:  # fmt: skip
    """Write an act about a sign-in into the trail of every agency of the account; of the platform where it has none."""
    agency_ids = agencies_of(session, user_id)
    told = {"actor": actor, "action": action, "subject_type": "user", "subject_id": user_id, "now": now, **detail}
    if sign_in_id is not None:
        told["sign_in_id"] = sign_in_id
    for agency_id in agency_ids:
        with across(session, agency_id):
            record(session, agency_id=agency_id, **told)
    if not agency_ids:
        record_platform(session, **told)
