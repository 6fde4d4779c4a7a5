"""A decision that claims to be older than the figures is refused: they would never take it in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from feedback_app.evaluation.replies.reviewing import ComputedMeanwhileError, Decision, assign, decide
from feedback_app.evaluation.replies.rules import ContestOutcome, ContestState
from tests.evaluation.closed import computed
from tests.evaluation.replies.people import BAD_WORDS, open_for_replies


def test_a_decision_from_before_the_figures_is_refused(session: Session, tmp_path: Path) -> None:
    replies = open_for_replies(session, tmp_path, [(1, BAD_WORDS)])
    contest = replies.file()
    assign(
        session, replies.cycle, contest, replies.reviewer.id, seen=None, user_id=replies.evaluator.id,
        today=replies.today, now=replies.now,
    )  # fmt: skip
    taken = replies.now + timedelta(minutes=1)
    computed(session, replies.cycle, now=taken)
    found = Decision(ContestOutcome.UPHELD, "Memang bukan dia yang bertugas.")
    with pytest.raises(ComputedMeanwhileError):
        decide(session, replies.cycle, contest, found, user_id=replies.reviewer.id, today=replies.today, now=taken)
    assert contest.state is ContestState.ASSIGNED
