"""Which breaches there are, whom one reached, and who was told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.errors import NotFoundError
from feedback_app.handling.models import Case
from feedback_app.intake.extra_models import Attachment, Contact
from feedback_app.intake.models import Submission
from feedback_app.notifications.models import Message, MessageState
from feedback_app.notifications.templates import Template
from feedback_app.organisation.models import Agency
from feedback_app.privacy.breaches.rules import WARN_AFTER
from feedback_app.privacy.models import Breach, BreachNotice, BreachState

Found: TypeAlias = sa.Select[*tuple[Any, ...]]
NOTICED: Final = (BreachState.CONFIRMED, BreachState.CLOSED)


class UnknownBreachError(NotFoundError):
    """No such breach, or none of an agency this account looks after."""

    code = "unknown_breach"


@dataclass(frozen=True, slots=True)
class Reached:
    """How many pieces of feedback a breach reached, and of how many the sender left an address."""

    feedback: int
    with_address: int


@dataclass(frozen=True, slots=True)
class Told:
    """How the messages of a breach fare: owed, sent, given up; and how many can only read it with their code."""

    owed: int
    sent: int
    failed: int
    without_address: int


def breaches_of(session: Session, agency_id: int) -> Sequence[Breach]:
    """Return the breaches of an agency, those whose clock runs first, then the latest."""
    runs = sa.case((Breach.state.in_([BreachState.DRAFT, BreachState.CONFIRMED]), 0), else_=1)
    query = sa.select(Breach).where(Breach.agency_id == agency_id)
    return session.scalars(query.order_by(runs, Breach.found_at.desc(), Breach.id.desc())).all()


def breach_of(session: Session, agency_ids: Sequence[int], breach_id: int, *, lock: bool = False) -> Breach:
    """Return a breach of one of some agencies.

    Raises
    ------
    UnknownBreachError
    """
    query = sa.select(Breach).where(Breach.id == breach_id, Breach.agency_id.in_(agency_ids))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise UnknownBreachError("Catatan kejadian itu tidak ada di instansi Anda.")
    return found


def public_notice(session: Session, agency_id: int, breach_id: int) -> tuple[Breach, Agency]:
    """Return a breach that two people confirmed, for everybody.

    Raises
    ------
    UnknownBreachError
    """
    row = session.execute(
        sa.select(Breach, Agency)
        .join(Agency, Agency.id == Breach.agency_id)
        .where(Breach.agency_id == agency_id, Breach.id == breach_id, Breach.state.in_(NOTICED))
    ).first()
    if row is None:
        raise UnknownBreachError("Pemberitahuan itu tidak ada.")
    return row[0], row[1]


def notices_for(session: Session, agency_id: int, submission_id: int) -> Sequence[int]:
    """Return the numbers of the breaches that reached a piece of feedback, the latest first."""
    query = sa.select(BreachNotice.breach_id).where(
        BreachNotice.agency_id == agency_id, BreachNotice.submission_id == submission_id
    )
    return session.scalars(query.order_by(BreachNotice.breach_id.desc())).all()


def reached_by(session: Session, breach: Breach) -> Found:
    """Select the numbers of the feedback a breach reached: of its days and unit, and with something of a person in it.

    Where addresses alone came into wrong hands, only feedback with an address is reached.
    """
    zone = session.get_one(Agency, breach.agency_id).time_zone
    day = sa.cast(sa.func.timezone(zone, Submission.received_at), sa.Date)
    address = sa.exists().where(Contact.agency_id == Submission.agency_id, Contact.submission_id == Submission.id)
    file = sa.exists().where(Attachment.agency_id == Submission.agency_id, Attachment.submission_id == Submission.id)
    has_words = sa.and_(Submission.text.is_not(None), Submission.erased_at.is_(None))
    query = sa.select(Submission.id).where(
        Submission.agency_id == breach.agency_id, day.between(breach.reached_from, breach.reached_until),
        address if set(breach.categories) == {"contacts"} else sa.or_(has_words, address, file),
    )  # fmt: skip
    if breach.unit_id is not None:
        case = sa.and_(Case.agency_id == Submission.agency_id, Case.submission_id == Submission.id)
        handled = sa.select(Case.unit_id).where(case).correlate(Submission).scalar_subquery()
        query = query.where(sa.func.coalesce(handled, Submission.unit_id) == breach.unit_id)
    return query


def count_reached(session: Session, breach: Breach) -> Reached:
    """Count whom a breach reaches."""
    reached = reached_by(session, breach).subquery()
    feedback = session.scalar(sa.select(sa.func.count()).select_from(reached)) or 0
    with_address = session.scalar(
        sa.select(sa.func.count())
        .select_from(Contact)
        .where(Contact.agency_id == breach.agency_id, Contact.submission_id.in_(sa.select(reached.c[0])))
    )
    return Reached(feedback, with_address or 0)


def reached_rows(session: Session, breach: Breach) -> Sequence[tuple[int, date, bool]]:
    """Return the number, the day and whether there is an address of each piece of feedback a breach reached."""
    zone = session.get_one(Agency, breach.agency_id).time_zone
    address = sa.exists().where(Contact.agency_id == Submission.agency_id, Contact.submission_id == Submission.id)
    reached = reached_by(session, breach).subquery()
    rows = session.execute(
        sa.select(Submission.id, sa.cast(sa.func.timezone(zone, Submission.received_at), sa.Date), address)
        .where(Submission.agency_id == breach.agency_id, Submission.id.in_(sa.select(reached.c[0])))
        .order_by(Submission.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def count_told(session: Session, breach: Breach) -> Told:
    """Count the messages of a breach, and those whom no message can reach."""
    rows = session.execute(
        sa.select(Message.state, sa.func.count())
        .where(
            Message.agency_id == breach.agency_id, Message.template == Template.BREACH_NOTICE,
            Message.dedupe_key.startswith(f"breach_notice:{breach.id}:"),
        )
        .group_by(Message.state)
    )  # fmt: skip
    states = {row[0]: row[1] for row in rows}
    silent = session.scalar(
        sa.select(sa.func.count())
        .select_from(BreachNotice)
        .where(
            BreachNotice.agency_id == breach.agency_id, BreachNotice.breach_id == breach.id,
            BreachNotice.by_message.is_(False),
        )
    )  # fmt: skip
    return Told(
        sum(states.values()), states.get(MessageState.SENT, 0), states.get(MessageState.DEAD, 0), silent or 0
    )  # fmt: skip


def late_breaches(*, now: datetime) -> sa.Select[Breach]:
    """Select the breaches found two days ago that are not told to the authority, and of which nobody was reminded."""
    return sa.select(Breach).where(
        Breach.found_at <= now - WARN_AFTER, Breach.warned_at.is_(None), Breach.authority_told_at.is_(None),
        Breach.state.in_([BreachState.DRAFT, BreachState.CONFIRMED]),
    )  # fmt: skip
