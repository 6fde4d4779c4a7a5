"""Where a report was referred to, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

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
    there, agency = aliased(Submission), aliased(Agency)
    row = session.execute(
        sa.select(Referral, agency.name, there.tracking_hash)
        .join(Case, sa.and_(Case.agency_id == Referral.agency_id, Case.id == Referral.case_id))
        .outerjoin(agency, agency.id == Referral.to_agency_id)
        .outerjoin(
            there, sa.and_(there.agency_id == Referral.to_agency_id, there.id == Referral.to_submission_id)
        )
        .where(Case.agency_id == agency_id, Case.submission_id == submission_id)
    ).first()  # fmt: skip
    if row is None:
        return None
    referral, name, tracking_hash = row
    return ReferralLink(
        name or referral.outside_name or "–", referral.to_agency_id is None, referral.reason, referral.referred_by,
        referral.referred_at, tracking_hash,
    )  # fmt: skip


def referred_from(session: Session, agency_id: int, submission_id: int) -> ReferralLink | None:
    """Return where a report came from; None for one that was sent here by its reporter."""
    row = session.execute(
        sa.select(Referral, Agency.name, Submission.tracking_hash)
        .join(Agency, Agency.id == Referral.agency_id)
        .join(Case, sa.and_(Case.agency_id == Referral.agency_id, Case.id == Referral.case_id))
        .join(
            Submission, sa.and_(Submission.agency_id == Case.agency_id, Submission.id == Case.submission_id)
        )
        .where(Referral.to_agency_id == agency_id, Referral.to_submission_id == submission_id)
    ).first()  # fmt: skip
    if row is None:
        return None
    referral, name, tracking_hash = row
    return ReferralLink(name, False, referral.reason, referral.referred_by, referral.referred_at, tracking_hash)


def copy_of(session: Session, agency_id: int, submission_id: int) -> tuple[int, int] | None:
    """Return the agency and number of the submission that a report became elsewhere on this platform."""
    row = session.execute(
        sa.select(Referral.to_agency_id, Referral.to_submission_id)
        .join(Case, sa.and_(Case.agency_id == Referral.agency_id, Case.id == Referral.case_id))
        .where(Case.agency_id == agency_id, Case.submission_id == submission_id, Referral.to_submission_id.is_not(None))
    ).first()
    return (row.to_agency_id, row.to_submission_id) if row else None
