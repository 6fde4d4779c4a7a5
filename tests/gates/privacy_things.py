"""A time of keeping that is to come, and a breach that nobody has confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from feedback_app import clock
from feedback_app.audit.operations import SYSTEM
from feedback_app.identity.models import User
from feedback_app.privacy.breaches.operations import Written, note_breach
from feedback_app.privacy.retention.operations import set_rule
from feedback_app.privacy.retention.rules import RetentionKind


@dataclass(frozen=True)
class PrivacyThings:
    """Their numbers."""

    retention_id: int
    breach_id: int


def privacy_things(session: Session, agency_id: int, *, by: User) -> PrivacyThings:
    """Make one of each in an agency."""
    now = clock.utcnow()
    today = now.date()
    rule = set_rule(
        session, agency_id, RetentionKind.CONTACTS, 100, "Peraturan uji", starts_on=today + timedelta(days=30),
        today=today, actor=SYSTEM, now=now,
    )  # fmt: skip
    written = Written(
        found_at=now, categories=["words"], happened_from=today, happened_until=today, reached_from=today,
        reached_until=today, how="Lembar terkirim ke alamat yang salah.", remedies="Penerima menghapusnya.",
        advice="Waspadai pesan tidak dikenal.", ask_whom="Dinas Kominfo, jam kerja.",
    )  # fmt: skip
    breach = note_breach(session, agency_id, written, user_id=by.id, now=now)
    return PrivacyThings(rule.id, breach.id)
