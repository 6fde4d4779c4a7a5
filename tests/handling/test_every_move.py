"""Each move of the table has an act that makes it, by whom the table says, and no act makes another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import person
from feedback_app.handling import life
from feedback_app.handling.citizens.words import add_message
from feedback_app.handling.ending.archiving import archive, archive_incomplete, object_to_archiving, restore
from feedback_app.handling.ending.dispute_reviews import let_stand
from feedback_app.handling.ending.withdrawal import withdraw
from feedback_app.handling.handing_on.past_the_unit import send_past_the_unit
from feedback_app.handling.models import CaseEvent
from feedback_app.handling.moves import MOVERS, move
from feedback_app.handling.operations import close_silent, judge, respond, take
from feedback_app.handling.rules import MOVES, ArchiveReason, CaseStatus, EventKind, Mover, Outcome
from tests.handling.lives import ALLEGES, ANSWER, LATER, QUESTION, STILL, WHY, Life, new_life

NEW, VERIFIED, IN_PROGRESS = CaseStatus.NEW, CaseStatus.VERIFIED, CaseStatus.IN_PROGRESS
ANSWERED, CLOSED, ON_HOLD, ARCHIVED = CaseStatus.ANSWERED, CaseStatus.CLOSED, CaseStatus.ON_HOLD, CaseStatus.ARCHIVED
OFFICER, CITIZEN, SYSTEM = Mover.OFFICER, Mover.CITIZEN, Mover.SYSTEM
NOW = LATER + timedelta(hours=1)
MONTHS_LATER = NOW + timedelta(days=120)


def verifies(at: Life) -> None:
    life.verify(at.session, at.case, user_id=at.officer.id, now=NOW)


def takes(at: Life) -> None:
    take(at.session, at.case, user_id=at.officer.id, now=NOW)


def releases(at: Life) -> None:
    life.release(at.session, at.case, user_id=at.officer.id, now=NOW)


def answers(at: Life) -> None:
    respond(at.session, at.case, ANSWER, user_id=at.officer.id, now=NOW)


def asks(at: Life) -> None:
    life.ask(at.session, at.case, QUESTION, user_id=at.officer.id, now=NOW)


def archives(at: Life) -> None:
    archive(at.session, at.case, ArchiveReason.OUT_OF_SCOPE, WHY, user_id=at.officer.id, now=NOW)


def takes_back_the_verifying(at: Life) -> None:
    move(at.session, at.case, NEW, actor=person(at.officer.id), now=NOW, action="handling.undo_bulk")


def lets_the_answer_stand(at: Life) -> None:
    at.dispute(NOW)
    let_stand(at.session, at.case, WHY, user_id=at.head.id, now=NOW)


def withdraws(at: Life) -> None:
    withdraw(at.session, at.case, None, now=NOW)


def disputes(at: Life) -> None:
    judge(at.session, at.case, Outcome.DISPUTED, STILL, now=NOW)


def confirms(at: Life) -> None:
    judge(at.session, at.case, Outcome.CONFIRMED, None, now=NOW)


def alleges_something(at: Life) -> None:
    add_message(at.session, at.case, ALLEGES, now=NOW)


def is_sent_past_the_unit(at: Life) -> None:
    send_past_the_unit(at.session, at.case, now=NOW)


def is_silent(at: Life) -> None:
    assert close_silent(at.session, now=MONTHS_LATER) == 1


def completes(at: Life) -> None:
    add_message(at.session, at.case, "Di kelurahan Oebobo.", now=NOW)


def does_not_complete(at: Life) -> None:
    assert archive_incomplete(at.session, now=MONTHS_LATER) == 1


def is_not_answered_after_a_dispute(at: Life) -> None:
    takes(at)
    at.dispute(NOW)
    asks(at)
    assert archive_incomplete(at.session, now=MONTHS_LATER) == 1


def objects(at: Life) -> None:
    object_to_archiving(at.session, at.case, STILL, now=NOW)


def restores(at: Life) -> None:
    restore(at.session, at.case, "Ternyata jalan kota.", user_id=at.officer.id, now=NOW)


ACTS: dict[tuple[CaseStatus, CaseStatus, Mover], Callable[[Life], None]] = {
    (NEW, VERIFIED, OFFICER): verifies,
    (NEW, IN_PROGRESS, OFFICER): takes,
    (NEW, ANSWERED, OFFICER): answers,
    (NEW, ON_HOLD, OFFICER): asks,
    (NEW, ARCHIVED, OFFICER): archives,
    (NEW, ARCHIVED, CITIZEN): withdraws,
    (VERIFIED, NEW, OFFICER): takes_back_the_verifying,
    (VERIFIED, IN_PROGRESS, OFFICER): takes,
    (VERIFIED, ANSWERED, OFFICER): answers,
    (VERIFIED, ON_HOLD, OFFICER): asks,
    (VERIFIED, ARCHIVED, OFFICER): archives,
    (VERIFIED, ARCHIVED, CITIZEN): withdraws,
    (IN_PROGRESS, VERIFIED, OFFICER): releases,
    (IN_PROGRESS, ANSWERED, OFFICER): answers,
    (IN_PROGRESS, ON_HOLD, OFFICER): asks,
    (IN_PROGRESS, CLOSED, OFFICER): lets_the_answer_stand,
    (IN_PROGRESS, ARCHIVED, CITIZEN): withdraws,
    (ANSWERED, IN_PROGRESS, CITIZEN): disputes,
    (ANSWERED, IN_PROGRESS, SYSTEM): alleges_something,
    (ANSWERED, CLOSED, CITIZEN): confirms,
    (ANSWERED, CLOSED, SYSTEM): is_silent,
    (ANSWERED, ARCHIVED, CITIZEN): withdraws,
    (CLOSED, IN_PROGRESS, CITIZEN): disputes,
    (CLOSED, IN_PROGRESS, SYSTEM): is_sent_past_the_unit,
    (ON_HOLD, NEW, SYSTEM): alleges_something,
    (ON_HOLD, IN_PROGRESS, OFFICER): takes,
    (ON_HOLD, IN_PROGRESS, CITIZEN): completes,
    (ON_HOLD, IN_PROGRESS, SYSTEM): is_not_answered_after_a_dispute,
    (ON_HOLD, ARCHIVED, CITIZEN): withdraws,
    (ON_HOLD, ARCHIVED, SYSTEM): does_not_complete,
    (ARCHIVED, NEW, OFFICER): restores,
    (ARCHIVED, NEW, CITIZEN): objects,
}

# These look for their cases, or have refusals of their own.
NOT_REFUSED = {
    is_sent_past_the_unit, lets_the_answer_stand, is_silent, does_not_complete, takes_back_the_verifying,
    is_not_answered_after_a_dispute,
}  # fmt: skip


def test_the_acts_are_those_of_the_table() -> None:
    assert set(ACTS) == {(current, wanted, by) for (current, wanted), movers in MOVES.items() for by in movers}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "act"),
    [pytest.param(step, act, id=f"{step[0]} to {step[1]} by {step[2]}") for step, act in ACTS.items()],
)
def test_an_act_makes_its_move(
    session: Session, step: tuple[CaseStatus, CaseStatus, Mover], act: Callable[[Life], None]
) -> None:
    start, end, mover = step
    at = new_life(session)
    at.lead_to(start)
    act(at)
    session.flush()
    last = session.scalars(
        sa.select(CaseEvent)
        .where(CaseEvent.agency_id == at.case.agency_id, CaseEvent.kind == EventKind.MOVED)
        .order_by(CaseEvent.id.desc())
        .limit(1)
    ).one()
    assert (at.case.status, last.from_status, MOVERS[last.actor_kind]) == (end, start, mover)


@pytest.mark.parametrize(
    ("status", "act"),
    [
        pytest.param(status, act, id=f"{status} {act.__name__}")
        for act in sorted(set(ACTS.values()), key=lambda found: found.__name__)
        for status in CaseStatus
        if act not in NOT_REFUSED
        and not any(start is status and found is act for (start, _end, _by), found in ACTS.items())
    ],
)
def test_an_act_out_of_place_is_refused_or_moves_nothing(
    session: Session, status: CaseStatus, act: Callable[[Life], None]
) -> None:
    at = new_life(session)
    at.lead_to(status)
    # An allegation changes the class of a case wherever it stands, and says so; it moves nothing by that.
    moves = sa.select(sa.func.count()).select_from(CaseEvent).where(CaseEvent.kind != EventKind.RECLASSIFIED)
    before = session.scalar(moves)
    try:
        act(at)
    except Exception as refused:
        assert getattr(refused, "status", None) == 409, refused  # noqa: PT017 - some acts are words that move nothing
        return
    assert act in (alleges_something, completes)
    assert at.case.status is status
    assert session.scalar(moves) == before
