"""A unit with many cases in every state, led there through the rooms by dice that always fall alike."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.audit.operations import CITIZEN, SYSTEM, person
from feedback_app.handling import operations
from feedback_app.handling.clocks.models import Escalation
from feedback_app.handling.clocks.sla import CaseClock
from feedback_app.handling.models import Case
from feedback_app.handling.moves import move
from feedback_app.handling.rules import ArchiveReason, CaseStatus, Classification, Outcome
from feedback_app.intake.rules import SubmissionKind
from feedback_app.nlp.labels import Aspect
from feedback_app.organisation.models import Unit
from tests import factories as make

WORDS = "Sudah kami perbaiki; silakan periksa kembali di loket."


def busy(session: Session, unit: Unit, user_id: int, *, now: datetime, count: int = 45, seed: int = 7) -> list[Case]:
    """Cases of the last two months, each with some of a case's life behind it."""
    dice = random.Random(seed)
    cases = [_case(session, unit, user_id, now, dice) for _ in range(count)]
    # What the dice seldom bring.
    for outcome in (Outcome.SILENT, Outcome.PARTLY):
        cases.append(report(session, unit, now - timedelta(days=30)))
        operations.respond(session, cases[-1], WORDS, user_id=user_id, now=now - timedelta(days=28))
        _close(session, cases[-1], outcome, now - timedelta(days=5))
    cases.append(report(session, unit, now - timedelta(days=20)))
    _hold(session, cases[-1], now - timedelta(days=2), user_id)
    session.flush()
    return cases


def _case(session: Session, unit: Unit, user_id: int, now: datetime, dice: random.Random) -> Case:
    opened = now - timedelta(hours=dice.uniform(1, 24 * 60))
    case = report(session, unit, opened, aspect=dice.choice([None, Aspect.DELAY, Aspect.FEE, Aspect.CONDUCT]))
    at = opened
    for _ in range(dice.randint(0, 7)):
        at += timedelta(hours=dice.uniform(2, 150))
        if at >= now:
            break
        _step(session, case, user_id, at, dice)
    if dice.random() < 0.2:
        session.add(
            Escalation(
                agency_id=case.agency_id, case_id=case.id, clock=CaseClock.REPLY, due_at=case.reply_due_at, step=1,
                at=opened + (now - opened) * dice.random(), told=1,
            )
        )  # fmt: skip
    session.flush()
    return case


def report(session: Session, unit: Unit, opened: datetime, *, aspect: Aspect | None = None, **flags: bool) -> Case:
    """A complaint that was read and became a case at a moment; `is_confidential` and `alleges` may be said of it."""
    confidential, alleges = flags.get("is_confidential", False), flags.get("alleges", False)
    sent = make.submission(
        session, unit, kind=SubmissionKind.COMPLAINT, rating=None, text="Antrean di loket sangat lama sekali.",
        received_at=opened, occurred_on=opened.date(), is_confidential=confidential,
    )  # fmt: skip
    make.labels(session, sent, aspect=aspect)
    classification = Classification.OVERSIGHT if alleges else Classification.NO_OVERSIGHT
    new = operations.NewCase(
        unit.agency_id, sent.id, unit.id, classification, confidential or alleges, clock_starts_at=opened
    )
    operations.open_cases(session, [new], now=opened)
    session.flush()
    return session.scalars(sa.select(Case).where(Case.agency_id == unit.agency_id, Case.submission_id == sent.id)).one()


def _step(session: Session, case: Case, user_id: int, at: datetime, dice: random.Random) -> None:
    officer = person(user_id)
    if case.status in {CaseStatus.NEW, CaseStatus.VERIFIED}:
        chance = dice.random()
        if chance < 0.5:
            operations.take(session, case, user_id=user_id, now=at)
        elif chance < 0.75:
            operations.respond(session, case, WORDS, user_id=user_id, now=at)
        elif chance < 0.9:
            _hold(session, case, at, user_id)
        else:
            move(
                session, case, CaseStatus.ARCHIVED, actor=CITIZEN, now=at, action="handling.withdraw",
                archive_reason=ArchiveReason.WITHDRAWN,
            )  # fmt: skip
    elif case.status is CaseStatus.IN_PROGRESS:
        if dice.random() < 0.6:
            operations.respond(session, case, WORDS, user_id=user_id, now=at)
        else:
            _hold(session, case, at, user_id)
    elif case.status is CaseStatus.ON_HOLD:
        move(session, case, CaseStatus.IN_PROGRESS, actor=officer, now=at, action="handling.resume")
    elif case.status is CaseStatus.ANSWERED:
        _judge(session, case, at, dice)
    session.flush()


def _hold(session: Session, case: Case, at: datetime, user_id: int) -> None:
    move(
        session, case, CaseStatus.ON_HOLD, actor=person(user_id), now=at, action="handling.ask",
        held_until=at + timedelta(days=30),
    )  # fmt: skip


def _judge(session: Session, case: Case, at: datetime, dice: random.Random) -> None:
    if case.silence_ends_at is not None and at >= case.silence_ends_at:
        _close(session, case, Outcome.SILENT, at)
        return
    outcome = dice.choice([Outcome.CONFIRMED, Outcome.CONFIRMED, Outcome.PARTLY, Outcome.DISPUTED])
    operations.judge(session, case, outcome, "Loketnya masih tutup sampai sekarang.", now=at)


def _close(session: Session, case: Case, outcome: Outcome, at: datetime) -> None:
    actor = SYSTEM if outcome is Outcome.SILENT else CITIZEN
    move(session, case, CaseStatus.CLOSED, actor=actor, now=at, action="handling.close", outcome=outcome)
