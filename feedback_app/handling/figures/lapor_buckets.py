"""How many reports stand in each bucket of SP4N-LAPOR!'s statistics."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling.models import Case
from feedback_app.handling.rules import LAPOR_BUCKET, lapor_bucket


def count_buckets(session: Session, agency_id: int, *, year: int | None = None) -> dict[str, int]:
    """Return the number of an agency's cases in each bucket, of one year of opening (UTC) or of all.

    Confidential cases and allegations are left out, as LAPOR! leaves them out of what it gives away (its open interface
    "sudah tidak termasuk data laporan rahasia").
    """
    query = sa.select(Case.status, sa.func.count()).where(Case.agency_id == agency_id, sa.not_(Case.is_confidential))
    if year is not None:
        query = query.where(sa.extract("year", sa.func.timezone("UTC", Case.opened_at)) == year)
    counts = dict.fromkeys(LAPOR_BUCKET.values(), 0)
    for status, count in session.execute(query.group_by(Case.status)):
        counts[lapor_bucket(status)] += count
    return counts
