"""What an upheld contest leaves out of a cycle: one rating, or those of a month."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback_app.evaluation.attribution.models import RatingExclusion
from feedback_app.evaluation.attribution.rules import LEFT_OUT_FOR_ONE, Exclusion
from feedback_app.evaluation.evidence.person import month_of, ratings_of
from feedback_app.evaluation.models import Cycle
from feedback_app.evaluation.replies.models import Contest
from feedback_app.evaluation.replies.rules import ContestKind
from feedback_app.intake.models import Submission


def leave_out(session: Session, cycle: Cycle, contest: Contest, user_id: int, now: datetime) -> int:
    """Leave the contested ratings out; return how many.

    A single rating for everybody where its reason says that it is none; a month for this employee alone, for nobody has
    looked at its ratings one by one, and colleagues and the unit answer for them too.
    """
    reason = Exclusion(contest.reason.value)
    for_one = contest.employee_id if contest.kind is ContestKind.MONTH or reason in LEFT_OUT_FOR_ONE else None
    ratings = ratings_of(cycle, contest.employee_id)
    if contest.kind is ContestKind.RATING:
        ratings = ratings.where(Submission.id == contest.submission_id)
    else:
        ratings = ratings.where(
            Submission.unit_id == contest.unit_id, month_of(Submission.occurred_on) == contest.month
        )
    rows = [
        {
            "agency_id": cycle.agency_id, "cycle_id": cycle.id, "submission_id": rating, "employee_id": for_one,
            "reason": reason, "contest_id": contest.id, "decided_by": user_id, "decided_at": now,
        }
        for rating in session.scalars(ratings)
    ]  # fmt: skip
    if rows:
        # Another contest may have left some of them out already.
        session.execute(insert(RatingExclusion).on_conflict_do_nothing(), rows)
    return len(rows)
