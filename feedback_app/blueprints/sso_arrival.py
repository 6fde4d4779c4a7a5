"""Somebody comes back from a provider: find their account, and let their roles match what the provider says.

A visitor to these pages is nobody yet, so each agency is looked into by itself (`db_wall.across`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.db import db
from feedback_app.db_wall.scope import across
from feedback_app.errors import ForbiddenError
from feedback_app.identity.invitations import UnknownInvitationError, accept_by_provider
from feedback_app.identity.models import User
from feedback_app.identity.sso.claim_grants import match
from feedback_app.identity.sso.claim_rules import gifts_of, rules_met
from feedback_app.identity.sso.links import Refusal, make_account, reach
from feedback_app.identity.sso.rules import Person
from feedback_app.organisation.models import Agency
from feedback_app.organisation.queries import agencies, day_at


class NotLetInError(ForbiddenError):
    """The provider knows somebody, and here nothing opens for them; the sentence says what to do."""

    code = "sso_not_let_in"


# No annotation: the sentences of a plain table are found for translation.
SENTENCES = {
    Refusal.UNKNOWN: "Akun instansi Anda dikenal, tetapi belum terdaftar di sini. Minta pengelola instansi mengundang "
    "Anda.",
    Refusal.WAITS: "Akun instansi Anda menunggu dipastikan oleh pengelola. Sementara itu, masuklah dengan kata sandi.",
    Refusal.LINKED: "Akun Anda di sini sudah dihubungkan dengan akun instansi yang lain. Masuklah seperti biasa, lalu "
    "minta pengelola memastikan akun instansi yang baru ini.",
    Refusal.CLOSED: "Akun Anda di sini tidak aktif. Hubungi pengelola instansi Anda.",
}


def arrived(who: Person) -> User:
    """Return the account that somebody from a provider may sign in with; everything noted on the way is committed.

    Raises
    ------
    NotLetInError
    feedback_app.errors.ConflictError
        Two sign-ins made the same link at once.
    """
    session, now = db.session(), clock.utcnow()
    towns = agencies(session)
    found = reach(session, who, now=now)
    user = found.user
    if found.refusal is Refusal.UNKNOWN:
        user = _made_by_a_rule(session, towns, who, now)
    elif found.refusal in {Refusal.WAITS, Refusal.LINKED}:
        # The question itself is kept for the administrator.
        session.commit()
    if user is None:
        raise NotLetInError(SENTENCES[found.refusal or Refusal.UNKNOWN])
    if found.is_invited and not _invitation_accepted(session, towns, user, now):
        raise NotLetInError(SENTENCES[Refusal.CLOSED])
    for town in towns:
        with across(session, town.id):
            day = day_at(session, town.id, now)
            rules = rules_met(session, town.id, who.issuer, who.claims, day)
            match(session, town.id, user.id, who.issuer, gifts_of(rules), day=day, now=now)
    session.commit()
    return user


def _made_by_a_rule(session: Session, towns: Sequence[Agency], who: Person, now: datetime) -> User | None:
    for town in towns:
        with across(session, town.id):
            rules = rules_met(session, town.id, who.issuer, who.claims, day_at(session, town.id, now))
        if any(rule.makes_account for rule in rules):
            return make_account(session, who, now=now)
    return None


def _invitation_accepted(session: Session, towns: Sequence[Agency], user: User, now: datetime) -> bool:
    for town in towns:
        with across(session, town.id):
            try:
                accept_by_provider(session, agency_id=town.id, user=user, now=now)
            except UnknownInvitationError:
                continue
            return True
    return False
