"""Which submissions become cases, of which classification, and which unit gets them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.drain.claim import Claimed
from feedback_app.handling.operations import NewCase
from feedback_app.handling.rules import classify_case
from feedback_app.intake.rules import Channel, SubmissionKind, opens_case
from feedback_app.nlp.reading import Reading
from feedback_app.organisation.models import UnitKind, UnitVersion
from feedback_app.organisation.queries import valid_on


@dataclass(frozen=True, slots=True)
class Overseers:
    """Who looks into what must not reach the unit it is said of: the Inspektorat, or else the unit above."""

    inspectorates: dict[int, int]
    parents: dict[int, int]

    def unit_for(self, agency_id: int, accused_unit_id: int) -> int:
        """Return the unit that looks into an allegation; the unit itself only where an agency has no other."""
        inspectorate = self.inspectorates.get(agency_id)
        return inspectorate or self.parents.get(accused_unit_id) or accused_unit_id


def overseers(session: Session, agency_ids: Iterable[int], day: date) -> Overseers:
    """Return the overseers of some agencies on a day."""
    rows = session.execute(
        sa.select(UnitVersion.agency_id, UnitVersion.unit_id, UnitVersion.parent_id, UnitVersion.kind)
        .where(UnitVersion.agency_id.in_(list(agency_ids)), valid_on(UnitVersion.starts_on, UnitVersion.ends_on, day))
        .order_by(UnitVersion.unit_id.desc())
    ).all()
    return Overseers(
        inspectorates={row.agency_id: row.unit_id for row in rows if row.kind is UnitKind.INSPECTORATE},
        parents={row.unit_id: row.parent_id for row in rows if row.parent_id is not None},
    )


def new_case(row: Claimed, reading: Reading | None, over: Overseers, *, now: datetime) -> NewCase | None:
    """Return the case a submission becomes, or None.

    An allegation of levy or abuse becomes a confidential case of the overseer, whatever else the citizen asked for,
    unless the feedback is history that nobody waits for.
    """
    predicted = reading.kind.value if reading else None
    # Looked into by the Inspektorat and never by the unit it is said of (Perpres 76/2013: protection of the reporter).
    integrity = row.wants_reply is not False and reading is not None and reading.integrity
    wanted = opens_case(row.kind, wants_reply=row.wants_reply, predicted_kind=predicted, has_text=bool(row.text))
    if not wanted and not integrity:
        return None
    says = (
        predicted or "complaint" if row.kind in {SubmissionKind.UNSPECIFIED, SubmissionKind.RATING} else row.kind.value
    )
    return NewCase(
        agency_id=row.agency_id,
        submission_id=row.id,
        unit_id=over.unit_for(row.agency_id, row.unit_id) if integrity else row.unit_id,
        classification=classify_case(says, integrity=integrity),
        is_confidential=row.is_confidential or integrity,
        # Nobody at the agency knew of imported feedback before it was imported.
        clock_starts_at=now if row.channel is Channel.IMPORTED else row.received_at,
    )
