"""No citizen reads a placeholder instead of what it stands for, whatever kind of word it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.handling import life
from feedback_app.handling.answers.placeholders import UnfilledPlaceholderError
from feedback_app.handling.ending.archiving import archive
from feedback_app.handling.ending.dispute_reviews import let_stand
from feedback_app.handling.models import Reply
from feedback_app.handling.operations import respond
from feedback_app.handling.rules import ArchiveReason
from tests.handling.lives import LATER, Life, new_life

UNFILLED = "Salam, saya {nama_petugas} dari unit ini."


def answer(at: Life) -> None:
    respond(at.session, at.case, UNFILLED, user_id=at.officer.id, now=LATER)


def tell_news(at: Life) -> None:
    life.report_progress(at.session, at.case, UNFILLED, user_id=at.officer.id, now=LATER)


def ask(at: Life) -> None:
    life.ask(at.session, at.case, UNFILLED, user_id=at.officer.id, now=LATER)


def put_away(at: Life) -> None:
    archive(at.session, at.case, ArchiveReason.SPAM, UNFILLED, user_id=at.officer.id, now=LATER)


def explain_why_it_stands(at: Life) -> None:
    at.dispute()
    let_stand(at.session, at.case, UNFILLED, user_id=at.head.id, now=LATER)


@pytest.mark.parametrize("say", [answer, tell_news, ask, put_away, explain_why_it_stands])
def test_word_with_something_left_to_fill_in_is_kept_back(session: Session, say: Callable[[Life], None]) -> None:
    at = new_life(session)
    with pytest.raises(UnfilledPlaceholderError, match="nama_petugas"):
        say(at)
    left = sa.select(Reply.id).where(Reply.agency_id == at.case.agency_id, Reply.text == UNFILLED)
    assert session.scalar(left) is None
