"""Which feedback a process about an employee still needs: its words stay however old they are (UU 27/2022 Ps 44)."""

from __future__ import annotations

import sqlalchemy as sa

from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Contest, Objection
from feedback_app.evaluation.replies.rules import ContestState
from feedback_app.evaluation.rules import CycleStatus
from feedback_app.intake.models import Submission

# A draft is no process yet: it would hold a year of words for as long as nobody goes on with it.
_RUNNING = (CycleStatus.DRAFT, CycleStatus.FROZEN)


def needed_by_a_cycle() -> sa.ColumnElement[bool]:
    """Return the condition that a row of `Submission` lies in a cycle that is replied to, contested or objected to."""
    contested = sa.exists().where(
        Contest.agency_id == Cycle.agency_id, Contest.cycle_id == Cycle.id,
        Contest.state.not_in([ContestState.DECIDED, ContestState.WITHDRAWN]),
    )  # fmt: skip
    objected = sa.exists().where(
        Objection.agency_id == Cycle.agency_id, Objection.cycle_id == Cycle.id, Objection.outcome.is_(None)
    )
    return (
        sa.exists()
        .where(
            Cycle.agency_id == Submission.agency_id,
            Submission.occurred_on.between(Cycle.starts_on, Cycle.ends_on),
            sa.or_(Cycle.status.not_in(_RUNNING), contested, objected),
        )
        .correlate(Submission)
    )
