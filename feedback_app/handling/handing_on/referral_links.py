"""Where a report was referred to, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.db_wall.scope import across
from feedback_app.handling.handing_on.models import Referral
from feedback_app.handling.models import Case
from feedback_app.intake.models import Submission
from feedback_app.organisation.models import Agency


@dataclass(frozen=True, slots=True)
class ReferralLink:
    """One side of a referral, as seen from the other.

    `tracking_hash` opens the report on that side; None where nobody has a code, or where it lies outside this platform.
    """

    name: str
    is_outside: bool
    explanation: str
    referred_by: int
    referred_at: datetime
    tracking_hash: bytes | None


def referred_to(session: Session, agency_id: int, submission_id: int) -> ReferralLink | None:
    """Return where a report went from here; None for one that stayed."""
    row = session.execute(
        sa.select(Referral, Agency.name)
        .join(Case, sa.and_(Case.agency_id == Referral.agency_id, Case.id == Referral.case_id))
        .outerjoin(Agency, Agency.id == Referral.to_agency_id)
        .where(Case.agency_id == agency_id, Case.submission_id == submission_id)
    ).first()
    if row is None:
        return None
    referral, name = row
    agency, submission = referral.to_agency_id, referral.to_submission_id
    tracking_hash = _tracking_hash(session, agency, submission) if agency and submission else None
    return ReferralLink(
        name or referral.outside_name or "–", agency is None, referral.reason, referral.referred_by,
        referral.referred_at, tracking_hash,
    )  # fmt: skip


def referred_from(session: Session, agency_id: int, submission_id: int) -> ReferralLink | None:
    """Return where a report came from; None for one that was sent here by its reporter."""
    row = session.execute(
        sa.select(Referral, Agency.name)
        .join(Agency, Agency.id == Referral.agency_id)
        .where(Referral.to_agency_id == agency_id, Referral.to_submission_id == submission_id)
    ).first()
    before = sender_of(session, agency_id, submission_id)
    if row is None or before is None:
        return None
    referral, name = row
    tracking_hash = _tracking_hash(session, *before)
    return ReferralLink(name, False, referral.reason, referral.referred_by, referral.referred_at, tracking_hash)


def sender_of(session: Session, agency_id: int, submission_id: int) -> tuple[int, int] | None:
    """Return the agency and number of the submission that another agency referred here; None for one sent here."""
    with across(session, agency_id):
        referral = session.execute(
            sa.select(Referral.agency_id, Referral.case_id).where(
                Referral.to_agency_id == agency_id, Referral.to_submission_id == submission_id
            )
        ).first()
    if referral is None:
        return None
    with across(session, referral.agency_id):
        found = session.scalar(
            sa.select(Case.submission_id).where(Case.agency_id == referral.agency_id, Case.id == referral.case_id)
        )
    return None if found is None else (referral.agency_id, found)


def _tracking_hash(session: Session, agency_id: int, submission_id: int) -> bytes | None:
    with across(session, agency_id):
        return session.scalar(
            sa.select(Submission.tracking_hash).where(
                Submission.agency_id == agency_id, Submission.id == submission_id
            )
        )  # fmt: skip


def copy_of(session: Session, agency_id: int, submission_id: int) -> tuple[int, int] | None:
    """Return the agency and number of the submission that a report became elsewhere on this platform."""
    row = session.execute(
        sa.select(Referral.to_agency_id, Referral.to_submission_id)
        .join(Case, sa.and_(Case.agency_id == Referral.agency_id, Case.id == Referral.case_id))
        .where(Case.agency_id == agency_id, Case.submission_id == submission_id, Referral.to_submission_id.is_not(None))
    ).first()
    return (row.to_agency_id, row.to_submission_id) if row else None
