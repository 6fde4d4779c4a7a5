"""Which submissions become cases, of which classification, and which unit gets them."""

from __future__ import annotations

from datetime import datetime

from feedback_app.drain.claim import Claimed
from feedback_app.handling.handing_on.past_the_unit import alleges
from feedback_app.handling.operations import NewCase
from feedback_app.handling.rules import classify_case
from feedback_app.intake.rules import Channel, SubmissionKind, opens_case
from feedback_app.nlp.reading import Reading
from feedback_app.organisation.oversight import Overseers


def new_case(row: Claimed, reading: Reading | None, over: Overseers, *, now: datetime) -> NewCase | None:
    """Return the case a submission becomes, or None.

    An allegation of levy or abuse becomes a confidential case of the overseer, whatever else the citizen asked for,
    unless the feedback is history that nobody waits for. Where the sender did not know the unit, the case goes to the
    reception unit, under which the submission stands.
    """
    predicted = reading.kind.value if reading else None
    integrity = must_pass_the_unit(row, reading)
    wanted = opens_case(row.kind, wants_reply=row.wants_reply, predicted_kind=predicted, has_text=bool(row.text))
    # History waits for nobody: then there is no case, and the text alone is kept from the unit.
    if not wanted and (not integrity or row.wants_reply is False):
        return None
    says = (
        predicted or "complaint" if row.kind in {SubmissionKind.UNSPECIFIED, SubmissionKind.RATING} else row.kind.value
    )
    return NewCase(
        agency_id=row.agency_id,
        submission_id=row.id,
        unit_id=_overseer(row, over) if integrity else row.unit_id,
        classification=classify_case(says, integrity=integrity),
        is_confidential=row.is_confidential or integrity,
        # Nobody at the agency knew of imported feedback before it was imported.
        clock_starts_at=now if row.channel is Channel.IMPORTED else row.received_at,
    )


def _overseer(row: Claimed, over: Overseers) -> int | None:
    """Return who looks into an allegation; where no unit was named nobody is accused, not even the reception unit."""
    if row.unit_is_unknown:
        return over.inspectorates.get(row.agency_id)
    return over.unit_for(row.agency_id, row.unit_id)


def must_pass_the_unit(row: Claimed, reading: Reading | None) -> bool:
    """Tell whether the unit must not see a text, because it alleges something of it, or because nobody could read it.

    The reporter's protection asks for it (Perpres 76/2013); what was not understood might be an allegation.
    """
    return alleges(row.text or "", reading) if reading else bool(row.text)
