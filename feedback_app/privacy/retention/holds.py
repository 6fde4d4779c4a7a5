"""What may not go yet, however old: a legal process keeps data (UU 27/2022 Ps 44)."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from feedback_app.handling.citizens.models import SubjectRequest
from feedback_app.handling.ending.models import DisputeReview
from feedback_app.handling.models import Case
from feedback_app.handling.rules import ENDED
from feedback_app.intake.models import Submission
from feedback_app.intake.restrictions import is_restricted
from feedback_app.privacy.models import Breach, BreachNotice, BreachState

# What rooms above this one add, such as contests of employees (`evaluation.holds`).
Held = Sequence[sa.ColumnElement[bool]]


def is_held(further: Held = ()) -> sa.ColumnElement[bool]:
    """Return the condition that a row of `Submission` is kept: its case is open or reviewed, or something waits.

    An allegation is kept as long as it is examined, for its case is open that long. A request of its sender, a
    restriction and a breach that reached it keep it until they are settled.
    """
    # Correlated by name: whoever asks may have joined cases besides.
    here = sa.select(sa.literal(1)).correlate(Submission)
    case = sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id)
    reviewed = here.where(
        case, DisputeReview.agency_id == Case.agency_id, DisputeReview.case_id == Case.id,
        DisputeReview.verdict.is_(None), DisputeReview.lapsed_at.is_(None),
    )  # fmt: skip
    asked = here.where(
        SubjectRequest.agency_id == Submission.agency_id, SubjectRequest.submission_id == Submission.id,
        SubjectRequest.outcome.is_(None),
    )  # fmt: skip
    reached = here.where(
        BreachNotice.agency_id == Submission.agency_id, BreachNotice.submission_id == Submission.id,
        Breach.agency_id == BreachNotice.agency_id, Breach.id == BreachNotice.breach_id,
        Breach.state == BreachState.CONFIRMED,
    )  # fmt: skip
    is_open = here.where(case, Case.status.not_in(ENDED))
    return sa.or_(*(sa.exists(one) for one in (is_open, reviewed, asked, reached)), is_restricted(), *further)
