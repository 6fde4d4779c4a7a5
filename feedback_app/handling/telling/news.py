"""Who is told what happened to a case.

The reporter is told of an answer and of an end by silence; who follows the case, of an answer and of its end. Of a
confidential case the reporter reads only that there is news, and followers read nothing. Where the citizen says "not
solved", the officer who answered is told and, so that nobody judges their own work alone, somebody above them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from feedback_app.clock import office_day
from feedback_app.handling.citizens.models import CaseFollower
from feedback_app.handling.ending.verdicts import DISPUTE_DAYS_AFTER_SILENCE
from feedback_app.handling.handing_on.colleagues import HEADS, accounts_over, examiners_of
from feedback_app.handling.models import Case, Reply
from feedback_app.handling.rules import Outcome, ReplyKind
from feedback_app.handling.telling.staff import tell_staff
from feedback_app.identity.rules import Permission, roles_with
from feedback_app.intake.extra_models import Contact
from feedback_app.notifications.operations import owe
from feedback_app.notifications.wording import Template
from feedback_app.organisation.oversight import overseers


@dataclass(frozen=True, slots=True)
class _Reader:
    case_id: int
    contact_id: int
    language: str
    follows: bool


# What each kind of word to the citizen is told with; followers are not asked, so a question is no news to them.
_TO_REPORTER: Final[dict[ReplyKind, Template]] = {
    ReplyKind.ANSWER: Template.REPLIED,
    ReplyKind.PROGRESS: Template.PROGRESS,
    ReplyKind.QUESTION: Template.QUESTION,
    ReplyKind.EXPLANATION: Template.EXPLANATION,
}
_TO_FOLLOWER: Final[dict[ReplyKind, Template]] = {
    ReplyKind.ANSWER: Template.FOLLOWED_REPLIED,
    ReplyKind.PROGRESS: Template.FOLLOWED_NEWS,
    ReplyKind.EXPLANATION: Template.FOLLOWED_NEWS,
}


def tell_replied(session: Session, case: Case, reply: Reply, *, now: datetime) -> None:
    """Tell the reporter and the followers what an officer wrote: an answer, news of progress, an explanation.

    A question is for the reporter alone.
    """
    for reader in _readers(session, [case]):
        template = (_TO_FOLLOWER if reader.follows else _TO_REPORTER).get(reply.kind)
        if template is not None:
            _owe_citizen(session, case, reader, template, f"reply:{reply.id}", now=now)


def tell_not_completed(session: Session, case: Case, *, now: datetime) -> None:
    """Tell the reporter that their report was put away because facts are missing, and followers that there is news."""
    for reader in _readers(session, [case]):
        template = Template.FOLLOWED_NEWS if reader.follows else Template.NOT_COMPLETED
        _owe_citizen(session, case, reader, template, f"not_completed:{case.id}:{case.version}", now=now)


def tell_ended(session: Session, cases: Sequence[Case], *, by_silence: bool, now: datetime) -> None:
    """Tell how cases ended: followers always, the reporter where it was silence and not their own word."""
    known = {case.id: case for case in cases}
    for reader in _readers(session, cases):
        case = known[reader.case_id]
        event = f"ended:{case.id}:{case.reopened_count}"
        if reader.follows:
            _owe_citizen(session, case, reader, Template.FOLLOWED_ENDED, event, now=now)
        elif by_silence:
            _owe_citizen(session, case, reader, Template.CLOSED_BY_SILENCE, event, now=now)


def tell_verdict(
    session: Session, case: Case, outcome: Outcome, *, answered_by: int | None, told: Collection[int], now: datetime
) -> None:
    """Tell what the citizen said of an answer to those whom it sends to work, or who wait for the end.

    `told`: the reviewers, who know of a dispute already.
    """
    if outcome is Outcome.DISPUTED:
        tell_reopened(session, case, answered_by=answered_by, told=told, now=now)
    else:
        tell_ended(session, [case], by_silence=False, now=now)


def tell_reopened(
    session: Session, case: Case, *, answered_by: int | None, told: Collection[int] = (), now: datetime
) -> None:
    """Tell the officer who answered, and somebody above, that the citizen says it is not solved.

    Whoever may not see the case is not told either: an allegation in the citizen's words has moved it by now.
    """
    above = [user_id for user_id in _above(session, case, office_day(now)) if user_id not in told]
    wanted = [*([answered_by] if answered_by else []), *above]
    tell_staff(session, case, Template.REOPENED, wanted, event=f"reopened:{case.reopened_count}", now=now)


def _owe_citizen(
    session: Session, case: Case, reader: _Reader, template: Template, event: str, *, now: datetime
) -> None:
    owe(
        session, agency_id=case.agency_id, template=Template.NEWS if case.is_confidential else template,
        params={"days": DISPUTE_DAYS_AFTER_SILENCE} if template is Template.CLOSED_BY_SILENCE else {},
        dedupe_key=f"{event}:contact:{reader.contact_id}", now=now, contact_id=reader.contact_id,
        language=reader.language,
    )  # fmt: skip


def _readers(session: Session, cases: Iterable[Case]) -> list[_Reader]:
    keys = [(case.agency_id, case.id) for case in cases]
    if not keys:
        return []
    wanted = sa.tuple_(Case.agency_id, Case.id).in_(keys)
    columns = (Case.id, Contact.id, Contact.language)
    reporters = (
        sa.select(*columns, sa.false())
        .join(Contact, sa.and_(Contact.agency_id == Case.agency_id, Contact.submission_id == Case.submission_id))
        .where(wanted, Contact.unsubscribed_at.is_(None))
    )
    of_case = sa.and_(CaseFollower.agency_id == Case.agency_id, CaseFollower.case_id == Case.id)
    followers = (
        sa.select(*columns, sa.true())
        .join(CaseFollower, of_case)
        .join(Contact, sa.and_(Contact.agency_id == Case.agency_id, Contact.follower_id == CaseFollower.id))
        .where(wanted, Contact.unsubscribed_at.is_(None), sa.not_(Case.is_confidential))
    )
    return [_Reader(*row) for row in session.execute(reporters.union_all(followers).order_by(sa.text("1, 2")))]


def _above(session: Session, case: Case, day: date) -> list[int]:
    """Return who is told of a dispute beside the officer: heads above, or, where nobody is, an officer above.

    A confidential case is not shown upwards; those who look into it at the unit that holds it are told.
    """
    unit_id = case.unit_id
    if unit_id is None or case.is_confidential:
        return examiners_of(session, case, day)
    for above in overseers(session, [case.agency_id], day).above(unit_id):
        heads = accounts_over(session, case.agency_id, above, day, HEADS)
        found = heads or accounts_over(session, case.agency_id, above, day, roles_with(Permission.ANSWER_CASE))
        if found:
            return found
    return accounts_over(session, case.agency_id, unit_id, day, HEADS)
